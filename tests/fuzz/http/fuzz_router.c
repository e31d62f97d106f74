/* Paths: no parameter ever holds a '/', '\', control character, "." or ".."; no path takes long. */
#include <stdint.h>
#include <stdlib.h>

#include "http/router.h"
#include "motcua/base/utf8.h"

#define ROW(path)                                                                                            \
    {                                                                                                        \
        .method = HTTP_GET, .pattern = path                                                                  \
    }
static const struct route rows[] = {
    ROW("/"),        ROW("/a"),           ROW("/a/{b}"),         ROW("/a/{b}/c"),  ROW("/a/{b}/{c}/d"),
    ROW("/{a}/b/c"), ROW("/{a}/{b}/{c}"), ROW("/{a}/{b}/{c}/e"), ROW("/f/{g...}"), ROW("/a/b/c/d/e"),
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 8192) return 0;
    ARENA_AUTO arena = arena_create(1 << 20);
    struct router *router = router_create(arena, rows, sizeof rows / sizeof rows[0]);
    struct route_match match;
    if (router_match(router, arena, HTTP_GET, str_make((const char *)data, size), &match) != STATUS_OK)
        return 0;
    for (size_t i = 0; i < match.parameter_count; i++) {
        struct str value = match.parameters[i].value;
        bool rest = match.route == &rows[8];
        if (value.length == 0 || !utf8_valid(value) || str_equal_cstr(value, ".") ||
            str_equal_cstr(value, ".."))
            abort();
        for (size_t k = 0; k < value.length; k++)
            if ((unsigned char)value.data[k] < 0x20 || value.data[k] == '\\' ||
                (value.data[k] == '/' && !rest))
                abort();
    }
    return 0;
}
