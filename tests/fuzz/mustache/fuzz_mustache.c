/*
 * Any template in any mode: compiles or is refused, renders within its limits, and in HTML and XML no value
 * changes the structure: with hostile values the document has the same <, > and quotes as with harmless ones.
 * Input: a byte for the mode, then up to three templates (page, p, q) separated by byte 1.
 */
#include <stdlib.h>

#include "motcua/mustache/mustache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *make_view(const char *value)
{
    json_t *view = json_object();
    json_object_set_new(view, "x", json_string(value));
    json_object_set_new(view, "y", json_string(value));
    json_object_set_new(view, "p", json_string("p"));
    json_t *list = json_array(), *object = json_object();
    json_object_set_new(object, "x", json_string(value));
    json_array_append_new(list, json_string(value));
    json_array_append(list, object);
    json_object_set_new(view, "l", list);
    json_object_set_new(view, "o", object);
    return view;
}

static void count_structure(const struct buf *out, size_t counts[256])
{
    for (size_t i = 0; i < out->length; i++)
        counts[(unsigned char)out->data[i]]++;
}

static bool render_one(const struct mustache_template *template, const char *value, struct buf *out)
{
    json_t *view = make_view(value);
    struct error error;
    enum status status = mustache_render(template, view, out, &error);
    json_decref(view);
    return status == STATUS_OK;
}

static void check_structure(const struct mustache_template *template)
{
    BUF_AUTO harmless = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO hostile = BUF_WITH_MAXIMUM(16 << 20);
    if (!render_one(template, "/a", &harmless)) return;
    if (!render_one(template, "</title><script>'\"javascript:`=<!--", &hostile)) return;
    size_t before[256] = {0}, after[256] = {0};
    count_structure(&harmless, before);
    count_structure(&hostile, after);
    static const char structure[] = "<>\"'";
    for (const char *c = structure; *c != '\0'; c++)
        if (before[(unsigned char)*c] != after[(unsigned char)*c]) abort();
}

static const char *translate(void *context, const char *message, const char *template_name, unsigned line)
{
    (void)template_name;
    return line % 2 == 0 ? (const char *)context : message;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    ARENA_AUTO arena = arena_create((size_t)1 << 30);
    static char translation[] = "{{x}} <b>";
    struct mustache_options options = {
        .mode = data[0] % 4, .translate = translate, .translate_context = translation};
    struct mustache_set *set = mustache_create(arena, &options);
    static const char *const names[] = {"page", "p", "q"};
    struct str rest = str_make((const char *)data + 1, size - 1), text;
    struct error error;
    for (size_t i = 0; i < 3; i++) {
        str_split(rest, '\1', &text, &rest);
        if (mustache_add(set, names[i], text, &error) != STATUS_OK && i == 0) return 0;
    }
    const struct mustache_template *template;
    if (mustache_compile(set, "page", &template, &error) != STATUS_OK) return 0;
    if (options.mode == MUSTACHE_HTML || options.mode == MUSTACHE_XML) {
        check_structure(template);
        return 0;
    }
    BUF_AUTO out = BUF_WITH_MAXIMUM(1 << 16);
    (void)render_one(template, "<&\n", &out);
    return 0;
}
