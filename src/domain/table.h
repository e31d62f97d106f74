/*
 * Tables that people upload or import (CSV): columns found by their names in the first line, cells normalised
 * and free of control characters, and of every fault the line it stands in. Private to the domain.
 */
#ifndef DOMAIN_TABLE_H
#define DOMAIN_TABLE_H

#include "motcua/codec/csv.h"

enum { TABLE_COLUMNS_MAXIMUM = 8 };

struct table_columns {
    const char *names[TABLE_COLUMNS_MAXIMUM][2]; /* either, letters of any case */
    int count, needed;                           /* the first `needed` must be there */
    const char *head;                            /* what is said where they are not (N_()) */
};

struct table {
    struct arena *arena; /* of the cells: larger than a request's */
    struct arena *words; /* of what is said about a fault */
    struct error *error;
    const struct table_columns *columns;
    struct csv csv;
    int place[TABLE_COLUMNS_MAXIMUM]; /* in a row; -1: the table has no such column */
    size_t width;                     /* cells of the first line */
};

/* Reads the first line. STATUS_NOT_FOUND: there is none. STATUS_INVALID with field "table". `error` is not
 * NULL and empty. */
NODISCARD enum status table_open(struct table *table, struct str text);
/* The next row, a cell a column, "" where there is none. STATUS_NOT_FOUND: no more, nothing is said. */
NODISCARD enum status table_next(struct table *table, struct str row[TABLE_COLUMNS_MAXIMUM]);
/* STATUS_INVALID about the row read last: %s in `message` is its line. */
enum status table_refuse(struct table *table, const char *code, const char *message);
/* STATUS_INVALID about the table; `argument` may be NULL. */
enum status table_refuse_all(struct table *table, const char *code, const char *message,
                             const char *argument);
/* STATUS_INVALID ("table.twice") when a key stands twice among these. */
NODISCARD enum status table_check_unique(struct table *table, const struct str *keys, size_t count);
/* How many rows there may be at most, for arrays; `limit` where there are more. */
size_t table_room(struct str text, size_t limit);
/* "1/7/2025" or "2025-07-01" as ISO text; "" stays empty. */
bool table_read_day(struct arena *arena, struct str *cell);
/* Do two days (ISO texts, "" for none) stand in the wrong order? */
bool table_days_crossed(struct str from, struct str to);

#endif
