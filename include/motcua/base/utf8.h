/* UTF-8 (RFC 3629): strict decoding, no surrogates, no overlong forms. */
#ifndef MOTCUA_BASE_UTF8_H
#define MOTCUA_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "motcua/base/str.h"

/* Decodes one code point at *offset (< text.length) and moves it on; 0xFFFFFFFF for a malformed byte (moves
 * one byte). */
uint32_t utf8_next(struct str text, size_t *offset);
/* Writes 1-4 bytes; returns how many, 0 for an invalid code point. */
size_t utf8_encode(uint32_t code_point, char out[4]);
bool utf8_valid(struct str text);
size_t utf8_length(struct str text); /* code points; a malformed byte counts one */

#endif
