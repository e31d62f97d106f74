/*
 * Tables as text (RFC 4180 and what spreadsheets make of it): comma, semicolon or tab, quoted cells that hold
 * line ends, a byte order mark, line ends of either kind. Read line by line; nothing is kept of what was
 * read.
 */
#ifndef MOTCUA_CODEC_CSV_H
#define MOTCUA_CODEC_CSV_H

#include "motcua/base/arena.h"
#include "motcua/base/buf.h"
#include "motcua/base/status.h"
#include "motcua/base/str.h"

#define CSV_CELLS_MAXIMUM 64
#define CSV_CELL_BYTES    8192

struct csv {
    struct str rest;
    char separator;
    size_t line; /* where the row read last began, from 1 */
    size_t next_line;
};

/* The separator is the one of , ; and tab that the first line has most of. */
struct csv csv_open(struct str text);
/*
 * The next row that is not blank. Cells are trimmed; they point into the text, or into the arena where quotes
 * had to be taken off. STATUS_NOT_FOUND: there are no more. STATUS_INVALID: a quote that is never closed, or
 * text behind a closing quote. STATUS_TOO_LARGE: a row or a cell beyond the limits. After these two nothing
 * more can be read.
 */
NODISCARD enum status csv_next(struct csv *csv, struct arena *arena, struct str cells[CSV_CELLS_MAXIMUM],
                               size_t *count);
/* A quoted cell and what follows it. What a spreadsheet would take for a formula gets an apostrophe first. */
void csv_write_cell(struct buf *out, struct str cell, bool last);

#endif
