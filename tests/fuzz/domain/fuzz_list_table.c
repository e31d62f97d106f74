/*
 * A list as an agency uploads it, head and all: no crash, no hang; a table that is taken keeps what the
 * database and the forms rely on, one that is not says why.
 */
#include <assert.h>
#include <stdint.h>

#include "domain/list/list_private.h"
#include "motcua/base/utf8.h"
#include "motcua/calendar/civil.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct list_cells *cells, size_t row)
{
    struct str code = cells->columns[LIST_CODE][row], label = cells->columns[LIST_LABEL][row];
    assert(code.length > 0 && code.length <= 100);
    assert(label.length > 0 && utf8_length(label) <= 500);
    for (int column = 0; column < LIST_COLUMNS; column++) {
        struct str cell = cells->columns[column][row];
        int32_t day;
        assert(utf8_valid(cell) && (cell.length == 0 || memchr(cell.data, 0, cell.length) == NULL));
        if (column >= LIST_VALID_FROM && cell.length > 0) assert(civil_parse_date(cell, &day) == STATUS_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)256 << 20), *words = arena_create((size_t)1 << 20);
    struct list_cells cells;
    struct error error = {0};
    enum status status = list_table_read(arena, words, str_make((const char *)data, size), &cells, &error);
    if (status == STATUS_OK) {
        assert(cells.count > 0 && cells.count <= LIST_ENTRIES_MAXIMUM);
        for (size_t i = 0; i < cells.count; i++) {
            check_entry(&cells, i);
            for (size_t k = 0; k < i && cells.count < 200; k++)
                assert(!str_equal(cells.columns[LIST_CODE][i], cells.columns[LIST_CODE][k]));
        }
    } else {
        assert(status == STATUS_INVALID && error.message != NULL && strcmp(error.field, "table") == 0);
    }
    arena_destroy(words);
    arena_destroy(arena);
    return 0;
}
