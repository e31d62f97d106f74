/*
 * Growing byte buffer on the heap with a maximum from birth. Errors are sticky: once an append would
 * exceed the maximum (or memory is out) `overflow` stays true and further appends do nothing, so a
 * writer checks once at the end. The content is always NUL-terminated when data is not NULL.
 */
#ifndef MOTCUA_BASE_BUF_H
#define MOTCUA_BASE_BUF_H

#include <stdarg.h>

#include "motcua/base/arena.h"
#include "motcua/base/str.h"

struct buf {
    char *data;
    size_t length;
    size_t capacity;
    size_t maximum;
    bool overflow;
};

#define BUF_WITH_MAXIMUM(max) ((struct buf){NULL, 0, 0, (max), false})
#define BUF_AUTO              __attribute__((cleanup(buf_release))) struct buf

void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* length 0, overflow false, memory kept */
void buf_append(struct buf *buf, const void *data, size_t length);
void buf_append_str(struct buf *buf, struct str text);
void buf_append_cstr(struct buf *buf, const char *text);
void buf_append_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
struct str buf_str(const struct buf *buf); /* view; valid until the next append */
struct str buf_copy(const struct buf *buf, struct arena *arena);

#endif
