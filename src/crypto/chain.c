/* Links of a hash chain: SHA-256 over tagged, length-prefixed fields. */
#include "motcua/crypto/chain.h"

static void add(struct chain *chain, char tag, struct str bytes)
{
    char head[9] = {tag};
    for (int i = 0; i < 8; i++)
        head[1 + i] = (char)((uint64_t)bytes.length >> (56 - 8 * i));
    hash_stream_add(&chain->stream, str_make(head, sizeof head));
    hash_stream_add(&chain->stream, bytes);
}

void chain_start(struct chain *chain, const char *name, const struct hash *previous)
{
    static const struct hash none;
    hash_stream_start(&chain->stream);
    add(chain, 'c', str_of(name));
    add(chain, 'p', hash_view(previous == NULL ? &none : previous));
}

void chain_add_text(struct chain *chain, struct str text)
{
    add(chain, text.data == NULL ? 'n' : 't', text);
}

void chain_add_int64(struct chain *chain, int64_t value)
{
    char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)((uint64_t)value >> (56 - 8 * i));
    add(chain, 'i', str_make(bytes, sizeof bytes));
}

void chain_add_bytes(struct chain *chain, struct str bytes)
{
    add(chain, bytes.data == NULL ? 'n' : 'b', bytes);
}

struct hash chain_finish(struct chain *chain)
{
    return hash_stream_finish(&chain->stream);
}
