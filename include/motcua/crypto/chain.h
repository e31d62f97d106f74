/*
 * Hash chain for the paper trail: each event's hash covers the hash before it and the event's fields, so that
 * a changed, removed, inserted or reordered event shows. Fields are encoded unambiguously (tag, length,
 * bytes), never concatenated.
 */
#ifndef MOTCUA_CRYPTO_CHAIN_H
#define MOTCUA_CRYPTO_CHAIN_H

#include "motcua/crypto/token.h"

struct chain {
    struct hash_stream stream;
};

/* previous NULL: the first link (all zero bytes). `name` separates kinds of chains, e.g. "dossier-event/1".
 */
void chain_start(struct chain *chain, const char *name, const struct hash *previous);
void chain_add_text(struct chain *chain, struct str text); /* data NULL is told apart from the empty text */
void chain_add_int64(struct chain *chain, int64_t value);
void chain_add_bytes(struct chain *chain, struct str bytes);
struct hash chain_finish(struct chain *chain);

#endif
