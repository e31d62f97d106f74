/*
 * Region allocator: everything of one request (or one test) is freed at once.
 * An arena has a maximum from birth. Running over it never returns NULL: control goes to the recovery
 * point (longjmp) set by the owner, or the process aborts when there is none. Code that can receive
 * unbounded input must bound it before it allocates.
 */
#ifndef MOTCUA_BASE_ARENA_H
#define MOTCUA_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "motcua/base/str.h"

struct arena;

struct arena_mark {
    void *block;
    size_t used;
    size_t total;
};

/* New arena that may hold at most `maximum` bytes. Never NULL (aborts when the system has no memory). */
struct arena *arena_create(size_t maximum);
void arena_destroy(struct arena *arena); /* NULL is fine */
/* Frees everything but the first block; keeps the arena usable. */
void arena_reset(struct arena *arena);
/* Where to jump (value 1) when the maximum is exceeded; NULL restores abort. */
void arena_set_recovery(struct arena *arena, jmp_buf *recovery);

/* `size` bytes aligned to 16, not zeroed / zeroed. Size 0 gives a valid unique pointer. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, alloc_size(2), returns_nonnull));
void *arena_zalloc(struct arena *arena, size_t size) __attribute__((malloc, alloc_size(2), returns_nonnull));
/* count * size with overflow check, zeroed. */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* NUL-terminated copies. */
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *arena, const char *text, size_t length) __attribute__((returns_nonnull));
struct str arena_str(struct arena *arena, struct str text); /* copy of a slice, NUL-terminated behind it */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0), returns_nonnull));

/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);
/* Take back everything allocated since the mark (scratch work in loops). */
struct arena_mark arena_mark(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

void arena_cleanup(struct arena **arena);
#define ARENA_AUTO __attribute__((cleanup(arena_cleanup))) struct arena *

#endif
