/* Short ways to compile and render in tests. */
#ifndef TESTS_MUSTACHE_SUPPORT_H
#define TESTS_MUSTACHE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "motcua/mustache/mustache.h"

struct named {
    const char *name, *text;
};

/* Renders `text` with `json`; on failure `out` holds "error: <detail>". `partials` ends with a NULL name or
 * is NULL. */
static inline void render_with(struct arena *arena, const struct mustache_options *options, const char *text,
                               const char *json, const struct named *partials, struct buf *out)
{
    buf_clear(out);
    struct mustache_set *set = mustache_create(arena, options);
    struct error error = {.detail = "?"};
    enum status status = mustache_add(set, "page", str_of(text), &error);
    for (; status == STATUS_OK && partials != NULL && partials->name != NULL; partials++)
        status = mustache_add(set, partials->name, str_of(partials->text), &error);
    const struct mustache_template *template;
    if (status == STATUS_OK) status = mustache_compile(set, "page", &template, &error);
    json_t *view = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(view);
    if (status == STATUS_OK) status = mustache_render(template, view, out, &error);
    json_decref(view);
    if (status == STATUS_OK) return;
    buf_clear(out);
    buf_printf(out, "error: %s", error.detail);
}

static inline void check_with(enum mustache_mode mode, const char *text, const char *json,
                              const struct named *partials, const char *expected)
{
    ARENA_AUTO arena = arena_create(64 << 20);
    BUF_AUTO out = BUF_WITH_MAXIMUM(1 << 20);
    static const char *const raw_names[] = {"body", "*_html", "*_xml", NULL};
    render_with(arena, &(struct mustache_options){.mode = mode, .raw_names = raw_names}, text, json, partials,
                &out);
    assert_string_equal(out.data, expected);
}

#endif
