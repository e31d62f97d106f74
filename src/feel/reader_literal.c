/* String and number literals (DMN 1.3, 10.3.1.2, rules 33 to 37). */
#include "motcua/base/utf8.h"

#include "reader.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool hex(struct reader *reader, size_t at, int digits, uint32_t *value)
{
    *value = 0;
    if (reader->text.length - at < (size_t)digits) return false;
    for (int i = 0; i < digits; i++) {
        int digit = hex_digit(reader->text.data[at + (size_t)i]);
        if (digit < 0) return false;
        *value = *value * 16 + (uint32_t)digit;
    }
    return true;
}

/* The escape behind a backslash at reader->at; appends to out and moves on. */
static bool escape(struct reader *reader, char *out, size_t *length)
{
    static const char from[] = "nrt\"'\\", to[] = "\n\r\t\"'\\";
    char c = reader->at + 1 < reader->text.length ? reader->text.data[reader->at + 1] : '\0';
    const char *simple = c == '\0' ? NULL : strchr(from, c);
    uint32_t code = 0, low;
    if (simple != NULL) {
        out[(*length)++] = to[simple - from];
        reader->at += 2;
        return true;
    }
    if (c == 'u' && hex(reader, reader->at + 2, 4, &code)) {
        reader->at += 6;
        if (code >= 0xD800 && code < 0xDC00 && reader->text.length - reader->at >= 6 &&
            memcmp(reader->text.data + reader->at, "\\u", 2) == 0 && hex(reader, reader->at + 2, 4, &low) &&
            low >= 0xDC00 && low < 0xE000) { /* a surrogate pair */
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            reader->at += 6;
        }
    } else if (c == 'U' && hex(reader, reader->at + 2, 6, &code)) {
        reader->at += 8;
    } else { /* any other backslash stands for itself */
        out[(*length)++] = '\\';
        reader->at++;
        return true;
    }
    {
        char bytes[4];
        size_t size = utf8_encode(code, bytes);
        if (size == 0) return false;
        memcpy(out + *length, bytes, size);
        *length += size;
    }
    return true;
}

bool reader_string(struct reader *reader, struct str *text)
{
    size_t from = reader->at, length = 0, end;
    char *out;
    for (end = from + 1; end < reader->text.length && reader->text.data[end] != '"'; end++)
        if (reader->text.data[end] == '\\') end++;
    if (end >= reader->text.length) {
        reader_fail(reader, "the closing quotation mark");
        return false;
    }
    out = arena_alloc(reader->arena, end - from + 1);
    reader->at = from + 1;
    while (reader->at < end) {
        if (reader->text.data[reader->at] != '\\') {
            out[length++] = reader->text.data[reader->at++];
        } else if (!escape(reader, out, &length)) {
            reader_fail(reader, "a valid Unicode escape");
            return false;
        }
    }
    out[length] = '\0';
    reader->at = end + 1;
    *text = str_make(out, length);
    return true;
}

static size_t skip_digits(const struct reader *reader, size_t at)
{
    while (at < reader->text.length && reader->text.data[at] >= '0' && reader->text.data[at] <= '9')
        at++;
    return at;
}

static char char_at(const struct reader *reader, size_t at)
{
    return at < reader->text.length ? reader->text.data[at] : '\0';
}

struct node *reader_number(struct reader *reader)
{
    size_t from = reader->at, end = skip_digits(reader, from), next;
    struct feel_number number;
    struct node *node;
    if (char_at(reader, end) == '.' && char_at(reader, end + 1) >= '0' && char_at(reader, end + 1) <= '9')
        end = skip_digits(reader, end + 1);
    if (char_at(reader, end) == 'e' || char_at(reader, end) == 'E') {
        size_t exponent = end + 1;
        if (char_at(reader, exponent) == '+' || char_at(reader, exponent) == '-') exponent++;
        if (skip_digits(reader, exponent) > exponent) end = skip_digits(reader, exponent);
    }
    reader->at = end;
    if (reader_name_start(reader_peek(reader, end, &next)))
        return reader_fail(reader, "an operator behind the number");
    if (!feel_number_from_text(str_slice(reader->text, from, end), &number))
        return reader_fail(reader, "a number of decimal128 size");
    node = reader_node(reader, NODE_LITERAL);
    node->value = feel_number(reader->arena, number);
    return node;
}
