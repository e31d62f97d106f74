/* Strict UTF-8 decoding after the table in RFC 3629, section 4. */
#include "motcua/base/utf8.h"

uint32_t utf8_next(struct str text, size_t *offset)
{
    const unsigned char *bytes = (const unsigned char *)text.data + *offset;
    size_t left = text.length - *offset;
    unsigned char lead = bytes[0];
    (*offset)++;
    if (lead < 0x80) return lead;
    size_t extra = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || left <= extra) return UINT32_C(0xFFFFFFFF);
    uint32_t code_point = lead & (0x3F >> extra);
    for (size_t i = 1; i <= extra; i++) {
        if ((bytes[i] & 0xC0) != 0x80) return UINT32_C(0xFFFFFFFF);
        code_point = code_point << 6 | (bytes[i] & 0x3F);
    }
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    if (code_point < smallest[extra] || code_point > 0x10FFFF ||
        (code_point >= 0xD800 && code_point <= 0xDFFF))
        return UINT32_C(0xFFFFFFFF);
    *offset += extra;
    return code_point;
}

size_t utf8_encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c >= 0xD800 && c <= 0xDFFF) return 0;
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    if (c > 0x10FFFF) return 0;
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

bool utf8_valid(struct str text)
{
    for (size_t i = 0; i < text.length;)
        if (utf8_next(text, &i) == UINT32_C(0xFFFFFFFF)) return false;
    return true;
}

size_t utf8_length(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; count++)
        (void)utf8_next(text, &i);
    return count;
}
