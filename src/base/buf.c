/* Growing buffer with a maximum and sticky overflow. */
#include "motcua/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void buf_release(struct buf *buf)
{
    free(buf->data);
    buf->data = NULL;
    buf->length = buf->capacity = 0;
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    buf->overflow = false;
    if (buf->data != NULL) buf->data[0] = '\0';
}

/* Makes room for `more` bytes and the NUL behind them. */
static bool reserve(struct buf *buf, size_t more)
{
    if (buf->overflow || more > buf->maximum || buf->length > buf->maximum - more) {
        buf->overflow = true;
        return false;
    }
    size_t needed = buf->length + more + 1;
    if (needed <= buf->capacity) return true;
    size_t capacity = buf->capacity < 64 ? 64 : buf->capacity * 2;
    if (capacity < needed) capacity = needed;
    if (capacity > buf->maximum + 1) capacity = buf->maximum + 1;
    char *data = realloc(buf->data, capacity);
    if (data == NULL) {
        buf->overflow = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void buf_append(struct buf *buf, const void *data, size_t length)
{
    if (!reserve(buf, length)) return;
    if (length > 0) memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void buf_append_str(struct buf *buf, struct str text)
{
    buf_append(buf, text.data, text.length);
}

void buf_append_cstr(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_append_char(struct buf *buf, char c)
{
    buf_append(buf, &c, 1);
}

void buf_vprintf(struct buf *buf, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        buf->overflow = true;
        return;
    }
    if (!reserve(buf, (size_t)length)) return;
    vsnprintf(buf->data + buf->length, (size_t)length + 1, format, arguments);
    buf->length += (size_t)length;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buf_vprintf(buf, format, arguments);
    va_end(arguments);
}

struct str buf_str(const struct buf *buf)
{
    return str_make(buf->data, buf->length);
}

struct str buf_copy(const struct buf *buf, struct arena *arena)
{
    return arena_str(arena, buf_str(buf));
}
