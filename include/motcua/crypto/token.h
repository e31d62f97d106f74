/*
 * Random tokens for links, sessions and tracking codes, with only their hash stored; encodings (RFC 4648);
 * hashes and HMAC (RFC 2104).
 */
#ifndef MOTCUA_CRYPTO_TOKEN_H
#define MOTCUA_CRYPTO_TOKEN_H

#include "motcua/base/arena.h"
#include "motcua/base/str.h"

enum { TOKEN_TEXT_SIZE = 44, HASH_SIZE = 32, HASH_HEX_SIZE = 65 };

struct token {
    char text[TOKEN_TEXT_SIZE]; /* 43 base64url characters: 256 bits */
};
struct hash {
    unsigned char bytes[HASH_SIZE];
};

struct token token_create(void);
/* What is stored of a token: SHA-256 over its text. Any text may be given (a forged one simply finds
 * nothing). */
struct hash token_hash(struct str text);
/* `length` characters that are easy to read and type (no 0 O 1 I L): about 4.95 bits each. */
char *token_code(struct arena *arena, size_t length);
void random_bytes(void *bytes, size_t length);
uint32_t random_below(uint32_t limit); /* uniform; limit > 0 */

struct hash hash_sha256(struct str bytes);
struct hash hmac_sha256(struct str key, struct str bytes);
bool hash_equal(const struct hash *a, const struct hash *b); /* constant time */
void hash_hex(const struct hash *hash, char hex[HASH_HEX_SIZE]);
struct str hash_view(const struct hash *hash);

/* Incremental SHA-256 (files, streams). */
struct hash_stream {
    _Alignas(16) unsigned char state[128];
};
void hash_stream_start(struct hash_stream *stream);
void hash_stream_add(struct hash_stream *stream, struct str bytes);
struct hash hash_stream_finish(struct hash_stream *stream);

/* No padding written; padding accepted never. STATUS_INVALID for anything not in the alphabet. */
char *base64url_encode(struct arena *arena, struct str bytes);
NODISCARD enum status base64url_decode(struct arena *arena, struct str text, struct str *bytes);
char *base64_encode(struct arena *arena, struct str bytes); /* with padding */
NODISCARD enum status base64_decode(struct arena *arena, struct str text, struct str *bytes);
/* RFC 4648 base32 without padding; decoding takes either case and ignores spaces and '=' at the end. */
char *base32_encode(struct arena *arena, struct str bytes);
NODISCARD enum status base32_decode(struct arena *arena, struct str text, struct str *bytes);
char *hex_encode(struct arena *arena, struct str bytes);
NODISCARD enum status hex_decode(struct arena *arena, struct str text, struct str *bytes);

#endif
