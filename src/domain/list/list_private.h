/* Shared inside domain/list, and with reference.c, which keeps the lists in memory. */
#ifndef LIST_PRIVATE_H
#define LIST_PRIVATE_H

#include "motcua/domain/list.h"

struct list_entry {
    const char *code, *label, *label_en;
    const char *folded;           /* code and labels as search compares them */
    int32_t valid_from, valid_to; /* first and last day */
};

/* One list as it was at one revision; immutable. */
struct list_snapshot {
    struct arena *arena;
    struct uuid tenant_id;
    const char *name;
    int64_t revision;
    struct list_entry *entries; /* in the order of the table */
    struct list_entry **by_code;
    size_t count;
};

struct list_table {
    struct arena *arena;
    struct list_snapshot **lists;
    size_t count;
    struct list_table *newer; /* the one that has replaced this one */
    int64_t retired_at;       /* monotonic */
};

enum list_column { LIST_CODE, LIST_LABEL, LIST_LABEL_EN, LIST_VALID_FROM, LIST_VALID_TO, LIST_COLUMNS };

/* What a table says, a row by its place in each column; days as ISO text, "" where there is nothing. */
struct list_cells {
    struct str *columns[LIST_COLUMNS];
    size_t count;
};

/*
 * table.c: reads a table, cells into `arena` (they may point into the table), what is said of a fault into
 * `words`. STATUS_INVALID with field "table"; the message tells the line. `error` is not NULL and empty.
 */
NODISCARD enum status list_table_read(struct arena *arena, struct arena *words, struct str table,
                                      struct list_cells *cells, struct error *error);

/* All lists at their present revisions; those of `old` (may be NULL) that have not changed are taken over. */
NODISCARD enum status list_load(struct work *work, const struct list_table *old, struct list_table **table,
                                struct error *error);
/* Frees the table, and the lists that `kept` (may be NULL) does not have. */
void list_table_free(struct list_table *table, const struct list_table *kept);

/* The entry of that code on that day, or on any day; NULL: none. */
const struct list_entry *list_entry_find(const struct list_snapshot *list, const char *code);
static inline bool list_entry_valid(const struct list_entry *entry, int32_t day)
{
    return entry->valid_from <= day && day <= entry->valid_to;
}

#endif
