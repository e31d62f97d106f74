/* Tables as text. */
#include "motcua/codec/csv.h"

#include <string.h>

static size_t occurrences(struct str line, char what)
{
    size_t count = 0;
    for (size_t i = 0; i < line.length; i++)
        count += line.data[i] == what;
    return count;
}

struct csv csv_open(struct str text)
{
    static const char separators[] = {',', ';', '\t'};
    if (str_starts_with(text, STR("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.length);
    struct str first, rest;
    str_split(text, '\n', &first, &rest);
    char best = ',';
    for (size_t i = 0; i < sizeof separators; i++)
        if (occurrences(first, separators[i]) > occurrences(first, best)) best = separators[i];
    return (struct csv){.rest = text, .separator = best, .next_line = 1};
}

static char at(const struct csv *csv, size_t place)
{
    return place < csv->rest.length ? csv->rest.data[place] : '\n';
}

/* The text between quotes; *place stands behind the opening one before, behind the closing one after. */
static enum status quoted(struct csv *csv, struct arena *arena, size_t *place, struct str *cell)
{
    const char *data = csv->rest.data;
    size_t start = *place, end = start, doubled = 0;
    for (;; end++) {
        if (end >= csv->rest.length) return STATUS_INVALID;
        if (data[end] == '\n') csv->next_line++;
        if (data[end] != '"') continue;
        if (at(csv, end + 1) != '"') break;
        doubled++;
        end++;
    }
    *place = end + 1;
    if (end - start > CSV_CELL_BYTES) return STATUS_TOO_LARGE;
    char *out = arena_alloc(arena, end - start - doubled + 1);
    size_t used = 0;
    for (size_t i = start; i < end; i++) {
        out[used++] = data[i];
        i += data[i] == '"';
    }
    out[used] = '\0';
    *cell = str_make(out, used);
    return STATUS_OK;
}

static enum status read_cell(struct csv *csv, struct arena *arena, size_t *place, struct str *cell)
{
    while (at(csv, *place) == ' ')
        ++*place;
    if (*place < csv->rest.length && at(csv, *place) == '"') {
        ++*place;
        enum status status = quoted(csv, arena, place, cell);
        if (status != STATUS_OK) return status;
        while (at(csv, *place) == ' ' || at(csv, *place) == '\r')
            ++*place;
        *cell = str_trim(*cell);
        return at(csv, *place) == csv->separator || at(csv, *place) == '\n' ? STATUS_OK : STATUS_INVALID;
    }
    size_t start = *place;
    while (at(csv, *place) != csv->separator && at(csv, *place) != '\n')
        ++*place;
    *cell = str_trim(str_slice(csv->rest, start, *place));
    return cell->length > CSV_CELL_BYTES ? STATUS_TOO_LARGE : STATUS_OK;
}

enum status csv_next(struct csv *csv, struct arena *arena, struct str cells[CSV_CELLS_MAXIMUM], size_t *count)
{
    while (csv->rest.length > 0) {
        size_t place = 0, read = 0, filled = 0;
        csv->line = csv->next_line;
        for (bool more = true; more; place += more) {
            if (read == CSV_CELLS_MAXIMUM) return STATUS_TOO_LARGE;
            enum status status = read_cell(csv, arena, &place, &cells[read]);
            if (status != STATUS_OK) return status;
            filled += cells[read].length > 0;
            read++;
            more = at(csv, place) == csv->separator;
        }
        csv->next_line++;
        csv->rest = str_slice(csv->rest, place + 1, csv->rest.length);
        *count = read;
        if (filled > 0) return STATUS_OK;
    }
    return STATUS_NOT_FOUND;
}

void csv_write_cell(struct buf *out, struct str cell, bool last)
{
    buf_append_char(out, '"');
    if (cell.length > 0 && strchr("=+-@\t\r", cell.data[0]) != NULL) buf_append_char(out, '\'');
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.data[i] == '"') buf_append_char(out, '"');
        buf_append_char(out, cell.data[i]);
    }
    buf_append_cstr(out, last ? "\"\r\n" : "\",");
}
