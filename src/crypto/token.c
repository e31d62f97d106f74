/* Random tokens, hashes and HMAC over libsodium. */
#include "motcua/crypto/token.h"

#include <sodium.h>
#include <stdlib.h>

void random_bytes(void *bytes, size_t length)
{
    randombytes_buf(bytes, length);
}

uint32_t random_below(uint32_t limit)
{
    return randombytes_uniform(limit);
}

struct token token_create(void)
{
    unsigned char bytes[32];
    struct token token;
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(token.text, sizeof token.text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return token;
}

struct hash token_hash(struct str text)
{
    return hash_sha256(text);
}

char *token_code(struct arena *arena, size_t length)
{
    static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"; /* 31 characters */
    char *code = arena_alloc(arena, length + 1);
    for (size_t i = 0; i < length; i++)
        code[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
    code[length] = '\0';
    return code;
}

static const unsigned char *bytes_of(struct str text)
{
    return (const unsigned char *)(text.data == NULL ? "" : text.data);
}

struct hash hash_sha256(struct str bytes)
{
    struct hash hash;
    crypto_hash_sha256(hash.bytes, bytes_of(bytes), bytes.length);
    return hash;
}

struct hash hmac_sha256(struct str key, struct str bytes)
{
    struct hash hash;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.length);
    crypto_auth_hmacsha256_update(&state, bytes_of(bytes), bytes.length);
    crypto_auth_hmacsha256_final(&state, hash.bytes);
    sodium_memzero(&state, sizeof state);
    return hash;
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return sodium_memcmp(a->bytes, b->bytes, HASH_SIZE) == 0;
}

void hash_hex(const struct hash *hash, char hex[HASH_HEX_SIZE])
{
    sodium_bin2hex(hex, HASH_HEX_SIZE, hash->bytes, HASH_SIZE);
}

struct str hash_view(const struct hash *hash)
{
    return str_make((const char *)hash->bytes, HASH_SIZE);
}

_Static_assert(sizeof(struct hash_stream) >= sizeof(crypto_hash_sha256_state), "state fits");

static crypto_hash_sha256_state *state_of(struct hash_stream *stream)
{
    return (crypto_hash_sha256_state *)(void *)stream->state;
}

void hash_stream_start(struct hash_stream *stream)
{
    crypto_hash_sha256_init(state_of(stream));
}

void hash_stream_add(struct hash_stream *stream, struct str bytes)
{
    crypto_hash_sha256_update(state_of(stream), bytes_of(bytes), bytes.length);
}

struct hash hash_stream_finish(struct hash_stream *stream)
{
    struct hash hash;
    crypto_hash_sha256_final(state_of(stream), hash.bytes);
    return hash;
}
