/* Page templates: read at start, compiled once per language, found by name. */
#include "pages.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/file.h"
#include "motcua/i18n/catalogue.h"

enum { TEMPLATES_MAXIMUM = 600, TEMPLATE_BYTES = 1024 * 1024 };

struct page {
    const char *name;
    const struct mustache_template *template;
};

struct page_set {
    struct page *pages; /* by name */
    size_t count;
};

struct source {
    const char *name;
    struct str text;
};

struct sources {
    struct source items[TEMPLATES_MAXIMUM];
    size_t count;
};

/* "portal/home" from <folder>/portal/home.html. */
static enum status read_folder(struct arena *arena, const char *folder, const char *part,
                               struct sources *sources, struct error *error)
{
    const char *path = arena_printf(arena, "%s/%s", folder, part);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return error_set(error, arena, STATUS_UNAVAILABLE, "templates.missing", NULL, "cannot read %s", path);
    enum status status = STATUS_OK;
    for (struct dirent *entry = readdir(directory); entry != NULL && status == STATUS_OK;
         entry = readdir(directory)) {
        struct str name = str_of(entry->d_name);
        if (!str_ends_with(name, STR(".html"))) continue;
        if (sources->count == TEMPLATES_MAXIMUM) {
            status = error_set(error, arena, STATUS_TOO_LARGE, "templates.many", NULL,
                               "more than %d templates", TEMPLATES_MAXIMUM);
            break;
        }
        struct source *source = &sources->items[sources->count++];
        source->name = arena_printf(arena, "%s/%.*s", part, (int)name.length - 5, name.data);
        status = file_read(arena, arena_printf(arena, "%s/%s", path, entry->d_name), TEMPLATE_BYTES,
                           &source->text);
        if (status != STATUS_OK)
            error_set(error, arena, status, "templates.unreadable", NULL, "cannot read %s/%s", path,
                      entry->d_name);
    }
    closedir(directory);
    return status;
}

static const char *translate_message(void *context, const char *message, const char *template_name,
                                     unsigned line)
{
    (void)template_name;
    (void)line;
    return translate_str(context, str_of(message));
}

static bool is_page(const char *name)
{
    return strncmp(name, "layouts/", 8) != 0 && strncmp(name, "partials/", 9) != 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct page *)a)->name, ((const struct page *)b)->name);
}

static enum status compile_set(struct arena *arena, const struct sources *sources,
                               const struct catalogue *catalogue, const struct page_set **result,
                               struct error *error)
{
    static const char *const raw_names[] = {"*_html", NULL};
    struct mustache_options options = {
        .mode = MUSTACHE_HTML,
        .raw_names = raw_names,
        .translate = catalogue == NULL ? NULL : translate_message,
        .translate_context = (void *)(uintptr_t)catalogue,
    };
    struct mustache_set *set = mustache_create(arena, &options);
    struct page_set *pages = arena_zalloc(arena, sizeof *pages);
    pages->pages = arena_array(arena, sources->count, sizeof *pages->pages);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sources->count; i++)
        status = mustache_add(set, sources->items[i].name, sources->items[i].text, error);
    for (size_t i = 0; status == STATUS_OK && i < sources->count; i++) {
        if (!is_page(sources->items[i].name)) continue;
        struct page *page = &pages->pages[pages->count++];
        page->name = sources->items[i].name;
        status = mustache_compile(set, page->name, &page->template, error);
    }
    if (status == STATUS_OK && pages->count > 0)
        qsort(pages->pages, pages->count, sizeof *pages->pages, by_name);
    *result = pages;
    return status;
}

enum status web_load_pages(struct arena *arena, const char *folder, const struct catalogue *english,
                           const struct page_set *pages[LANGUAGE_COUNT], struct error *error)
{
    static const char *const parts[] = {"layouts", "partials", "portal", "desk", "studio", "city"};
    struct sources *sources = arena_zalloc(arena, sizeof *sources);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        enum status status = read_folder(arena, folder, parts[i], sources, error);
        if (status != STATUS_OK) return status;
    }
    enum status status = compile_set(arena, sources, NULL, &pages[LANGUAGE_VIETNAMESE], error);
    if (status == STATUS_OK) status = compile_set(arena, sources, english, &pages[LANGUAGE_ENGLISH], error);
    return status;
}

const struct mustache_template *page_find(const struct page_set *pages, const char *name)
{
    struct page wanted = {.name = name};
    const struct page *found = bsearch(&wanted, pages->pages, pages->count, sizeof *pages->pages, by_name);
    return found == NULL ? NULL : found->template;
}

json_t *web_assets(const struct static_files *files)
{
    static const char *const names[] = {
        "css/base.css",  "css/components.css", "css/forms.css",   "css/portal.css",       "css/desk.css",
        "css/print.css", "js/motcua.js",       "js/autosave.js",  "js/upload.js",         "js/draw.js",
        "img/icons.svg", "img/mark.svg",       "img/favicon.svg", "img/khue-van-cac.svg",
    };
    json_t *assets = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char key[64];
        snprintf(key, sizeof key, "%s", names[i]);
        for (char *c = key; *c != '\0'; c++)
            if (*c == '/' || *c == '.' || *c == '-') *c = '_';
        const char *url = static_files_url(files, names[i]);
        json_object_set_new(assets, key, url == NULL ? json_null() : json_string(url));
    }
    return assets;
}
