/* Region allocator: a chain of blocks, bump pointer, freed together. Poisoned under AddressSanitizer. */
#include "motcua/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum { ALIGNMENT = 16, FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 1024 * 1024 };

struct block {
    struct block *previous;
    size_t capacity;
    _Alignas(ALIGNMENT) char data[];
};

struct arena {
    struct block *current;
    size_t used;     /* in the current block */
    size_t total;    /* handed out since the start */
    size_t reserved; /* sum of block capacities */
    size_t maximum;
    jmp_buf *recovery;
};

static void out_of_memory(struct arena *arena)
{
    if (arena != NULL && arena->recovery != NULL) longjmp(*arena->recovery, 1);
    fputs("motcua: out of memory\n", stderr);
    abort();
}

static struct block *block_create(struct arena *arena, size_t capacity)
{
    struct block *block = malloc(sizeof *block + capacity);
    if (block == NULL) out_of_memory(arena);
    block->capacity = capacity;
    block->previous = NULL;
    ASAN_POISON_MEMORY_REGION(block->data, capacity);
    return block;
}

static void block_free(struct block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->capacity);
    free(block);
}

struct arena *arena_create(size_t maximum)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL) out_of_memory(NULL);
    arena->maximum = maximum;
    size_t first = maximum < FIRST_BLOCK ? (maximum + ALIGNMENT) / ALIGNMENT * ALIGNMENT : FIRST_BLOCK;
    arena->current = block_create(arena, first);
    arena->reserved = first;
    return arena;
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL) return;
    for (struct block *block = arena->current; block != NULL;) {
        struct block *previous = block->previous;
        block_free(block);
        block = previous;
    }
    free(arena);
}

void arena_cleanup(struct arena **arena)
{
    arena_destroy(*arena);
}

void arena_reset(struct arena *arena)
{
    while (arena->current->previous != NULL) {
        struct block *previous = arena->current->previous;
        arena->reserved -= arena->current->capacity;
        block_free(arena->current);
        arena->current = previous;
    }
    ASAN_POISON_MEMORY_REGION(arena->current->data, arena->current->capacity);
    arena->used = 0;
    arena->total = 0;
}

void arena_set_recovery(struct arena *arena, jmp_buf *recovery)
{
    arena->recovery = recovery;
}

static void add_block(struct arena *arena, size_t size)
{
    size_t capacity = arena->current->capacity * 2;
    if (capacity > LARGEST_STEP) capacity = LARGEST_STEP;
    if (capacity < size) capacity = size;
    struct block *block = block_create(arena, capacity);
    block->previous = arena->current;
    arena->current = block;
    arena->reserved += capacity;
    arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size == 0) size = 1;
    if (size > arena->maximum || arena->total > arena->maximum - size) out_of_memory(arena);
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded > arena->current->capacity - arena->used) add_block(arena, rounded);
    char *result = arena->current->data + arena->used;
    ASAN_UNPOISON_MEMORY_REGION(result, size);
    arena->used += rounded;
    arena->total += rounded;
    return result;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) out_of_memory(arena);
    return arena_zalloc(arena, total);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length > 0) memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

struct str arena_str(struct arena *arena, struct str text)
{
    return str_make(arena_strndup(arena, text.data, text.length), text.length);
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) return arena_strdup(arena, "");
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}

size_t arena_used(const struct arena *arena)
{
    return arena->total;
}

struct arena_mark arena_mark(struct arena *arena)
{
    return (struct arena_mark){arena->current, arena->used, arena->total};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->current != mark.block) {
        struct block *previous = arena->current->previous;
        arena->reserved -= arena->current->capacity;
        block_free(arena->current);
        arena->current = previous;
    }
    ASAN_POISON_MEMORY_REGION(arena->current->data + mark.used, arena->current->capacity - mark.used);
    arena->used = mark.used;
    arena->total = mark.total;
}
