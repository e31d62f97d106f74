/* Tables as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "motcua/base/arena.h"
#include "motcua/codec/csv.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_create(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

/* "line:a|b/line:c|d" of all rows, with the status at the end when it is not the end of the table. */
static const char *rows_of(struct str text)
{
    struct csv csv = csv_open(text);
    struct str cells[CSV_CELLS_MAXIMUM];
    size_t count;
    const char *out = "";
    enum status status;
    while ((status = csv_next(&csv, arena, cells, &count)) == STATUS_OK) {
        out = arena_printf(arena, "%s%s%zu:", out, *out ? "/" : "", csv.line);
        for (size_t i = 0; i < count; i++)
            out = arena_printf(arena, "%s%s%.*s", out, i ? "|" : "", STR_ARG(cells[i]));
    }
    return status == STATUS_NOT_FOUND ? out : arena_printf(arena, "%s!%s", out, status_name(status));
}

static void rows_are_read_as_spreadsheets_write_them(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *rows;
    } cases[] = {
        {STR(""), ""},
        {STR("ma,ten\n01,Trồng lúa"), "1:ma|ten/2:01|Trồng lúa"},
        {STR("\xEF\xBB\xBF"
             "ma;ten\r\n01; Trồng lúa \r\n\r\n02;\"a;b\"\r\n"),
         "1:ma|ten/2:01|Trồng lúa/4:02|a;b"},
        {STR("a\tb,c\td\n"), "1:a|b,c|d"},
        {STR("a,\"nói \"\"vâng\"\"\"\n"), "1:a|nói \"vâng\""},
        {STR("a,\"hai\ndòng\"\nb,c\n"), "1:a|hai\ndòng/3:b|c"},
        {STR("a,,\n,,\nb,\"\",c"), "1:a||/3:b||c"},
        {STR("a,b\"c\n"), "1:a|b\"c"},
        {STR("a,\"b"), "!invalid"},
        {STR("a,\"b\"c\n"), "!invalid"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(rows_of(cases[i].text), cases[i].rows);
}

static void what_is_too_large_is_said(void **state)
{
    (void)state;
    char *wide = arena_alloc(arena, 200), *long_cell = arena_alloc(arena, CSV_CELL_BYTES + 3);
    memset(wide, ',', 200);
    assert_string_equal(rows_of(str_make(wide, 200)), "!too_large");
    memset(long_cell, 'x', CSV_CELL_BYTES + 3);
    assert_string_equal(rows_of(str_make(long_cell, CSV_CELL_BYTES + 3)), "!too_large");
    long_cell[0] = long_cell[CSV_CELL_BYTES + 2] = '"';
    assert_string_equal(rows_of(str_make(long_cell, CSV_CELL_BYTES + 3)), "!too_large");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_read_as_spreadsheets_write_them, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
