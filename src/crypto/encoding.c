/* RFC 4648 encodings: strict decoding, nothing outside the alphabet, no spare bits. */
#include <sodium.h>

#include "motcua/crypto/token.h"

static const unsigned char *bytes_of(struct str text)
{
    return (const unsigned char *)(text.data == NULL ? "" : text.data);
}

static char *encode64(struct arena *arena, struct str bytes, int variant)
{
    size_t size = sodium_base64_encoded_len(bytes.length, variant);
    return sodium_bin2base64(arena_alloc(arena, size), size, bytes_of(bytes), bytes.length, variant);
}

static enum status decode64(struct arena *arena, struct str text, int variant, struct str *bytes)
{
    size_t capacity = text.length / 4 * 3 + 3, length = 0;
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] > 0x7F) return STATUS_INVALID; /* libsodium takes some of them */
    unsigned char *out = arena_alloc(arena, capacity);
    if (text.length > 0 &&
        sodium_base642bin(out, capacity, text.data, text.length, NULL, &length, NULL, variant) != 0)
        return STATUS_INVALID;
    *bytes = str_make((const char *)out, length);
    return STATUS_OK;
}

char *base64url_encode(struct arena *arena, struct str bytes)
{
    return encode64(arena, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

enum status base64url_decode(struct arena *arena, struct str text, struct str *bytes)
{
    return decode64(arena, text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, bytes);
}

char *base64_encode(struct arena *arena, struct str bytes)
{
    return encode64(arena, bytes, sodium_base64_VARIANT_ORIGINAL);
}

enum status base64_decode(struct arena *arena, struct str text, struct str *bytes)
{
    return decode64(arena, text, sodium_base64_VARIANT_ORIGINAL, bytes);
}

char *hex_encode(struct arena *arena, struct str bytes)
{
    size_t size = bytes.length * 2 + 1;
    return sodium_bin2hex(arena_alloc(arena, size), size, bytes_of(bytes), bytes.length);
}

enum status hex_decode(struct arena *arena, struct str text, struct str *bytes)
{
    unsigned char *out = arena_alloc(arena, text.length / 2 + 1);
    size_t length = 0;
    if (text.length % 2 != 0 ||
        (text.length > 0 &&
         sodium_hex2bin(out, text.length / 2, text.data, text.length, NULL, &length, NULL) != 0) ||
        length != text.length / 2)
        return STATUS_INVALID;
    *bytes = str_make((const char *)out, length);
    return STATUS_OK;
}

static const char alphabet32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

char *base32_encode(struct arena *arena, struct str bytes)
{
    char *out = arena_alloc(arena, bytes.length / 5 * 8 + 9), *at = out;
    unsigned pending = 0, bits = 0;
    for (size_t i = 0; i < bytes.length; i++) {
        pending = (pending << 8 | (unsigned char)bytes.data[i]) & 0xFFFF;
        for (bits += 8; bits >= 5; bits -= 5)
            *at++ = alphabet32[pending >> (bits - 5) & 31];
    }
    if (bits > 0) *at++ = alphabet32[pending << (5 - bits) & 31];
    *at = '\0';
    return out;
}

static int digit32(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a';
    if (c >= '2' && c <= '7') return c - '2' + 26;
    return -1;
}

enum status base32_decode(struct arena *arena, struct str text, struct str *bytes)
{
    while (text.length > 0 && text.data[text.length - 1] == '=')
        text.length--;
    unsigned char *out = arena_alloc(arena, text.length * 5 / 8 + 1), *at = out;
    unsigned pending = 0, bits = 0, digits = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == ' ') continue;
        int digit = digit32(text.data[i]);
        if (digit < 0) return STATUS_INVALID;
        digits++;
        pending = (pending << 5 | (unsigned)digit) & 0xFFF;
        if ((bits += 5) >= 8) {
            bits -= 8;
            *at++ = (unsigned char)(pending >> bits);
        }
    }
    /* 1, 3 and 6 digits over are no whole bytes; spare bits are zero */
    if (digits % 8 == 1 || digits % 8 == 3 || digits % 8 == 6 || (pending & ((1u << bits) - 1)) != 0)
        return STATUS_INVALID;
    *bytes = str_make((const char *)out, (size_t)(at - out));
    return STATUS_OK;
}
