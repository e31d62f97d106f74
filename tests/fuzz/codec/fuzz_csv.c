/* A table as somebody uploads it: no crash, no hang, and what was read keeps the limits. */
#include <assert.h>
#include <stdint.h>

#include "motcua/codec/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)64 << 20);
    struct csv csv = csv_open(str_make((const char *)data, size));
    struct str cells[CSV_CELLS_MAXIMUM];
    size_t count, line = 0, left = csv.rest.length;
    while (csv_next(&csv, arena, cells, &count) == STATUS_OK) {
        assert(count > 0 && count <= CSV_CELLS_MAXIMUM);
        assert(csv.line > line && csv.rest.length < left);
        for (size_t i = 0; i < count; i++)
            assert(cells[i].length <= CSV_CELL_BYTES);
        line = csv.line;
        left = csv.rest.length;
    }
    arena_destroy(arena);
    return 0;
}
