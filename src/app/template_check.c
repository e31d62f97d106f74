/*
 * motcua template check DIR: compiles every template below DIR under its path without suffix, the way the
 * server loads them. A file in a folder "partials" or "layouts" is compiled where another uses it; one that
 * nobody uses has never been checked, so it counts as wrong.
 */
#include "template_check.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "motcua/mustache/mustache.h"

enum { MAXIMUM_FOLDERS = 16 };

struct kind {
    const char *suffix;
    enum mustache_mode mode;
};

static const struct kind kinds[] = {
    {".html", MUSTACHE_HTML}, {".xml", MUSTACHE_XML}, {".txt", MUSTACHE_TEXT}};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

struct check {
    struct arena *arena;
    struct mustache_set *sets[KIND_COUNT];
    unsigned wrong, compiled;
};

static void complain(struct check *check, const char *text)
{
    fprintf(stderr, "%s\n", text);
    check->wrong++;
}

static void add_template(struct check *check, const char *path, const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!str_ends_with(str_of(name), str_of(kinds[i].suffix))) continue;
        BUF_AUTO text = BUF_WITH_MAXIMUM(2 << 20);
        if (!template_read_file(path, &text)) {
            check->wrong++;
            return;
        }
        char *plain = arena_strndup(check->arena, name, strlen(name) - strlen(kinds[i].suffix));
        struct error error;
        if (mustache_add(check->sets[i], plain, buf_str(&text), &error) != STATUS_OK)
            complain(check, error.detail);
        return;
    }
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL) closedir(*folder);
}

/* `name` is the path of the folder from the root of the check, "" for the root. */
static void walk(struct check *check, const char *path, const char *name, unsigned depth)
{
    __attribute__((cleanup(close_folder))) DIR *folder = depth < MAXIMUM_FOLDERS ? opendir(path) : NULL;
    if (folder == NULL) {
        complain(check, arena_printf(check->arena, "%s: %s", path,
                                     depth < MAXIMUM_FOLDERS ? strerror(errno) : "too deep"));
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char *inner_path = arena_printf(check->arena, "%s/%s", path, entry->d_name);
        char *inner_name =
            arena_printf(check->arena, "%s%s%s", name, *name == '\0' ? "" : "/", entry->d_name);
        struct stat information;
        if (stat(inner_path, &information) != 0) continue;
        if (S_ISDIR(information.st_mode))
            walk(check, inner_path, inner_name, depth + 1);
        else if (S_ISREG(information.st_mode))
            add_template(check, inner_path, inner_name);
    }
}

static bool stands_alone(const char *name)
{
    struct str text = str_of(name);
    return str_find(text, STR("partials/")) < 0 && str_find(text, STR("layouts/")) < 0;
}

static void compile_all(struct check *check, struct mustache_set *set)
{
    const char *name;
    for (size_t i = 0; (name = mustache_name_at(set, i)) != NULL; i++) {
        if (!stands_alone(name)) continue;
        const struct mustache_template *template;
        struct error error;
        check->compiled++;
        if (mustache_compile(set, name, &template, &error) != STATUS_OK) complain(check, error.detail);
    }
    for (size_t i = 0; (name = mustache_name_at(set, i)) != NULL; i++)
        if (!stands_alone(name) && !mustache_is_used(set, name))
            complain(check, arena_printf(check->arena, "%s: no template uses this one", name));
}

int template_check(const char *folder)
{
    ARENA_AUTO arena = arena_create((size_t)512 << 20);
    struct check check = {.arena = arena};
    static const char *const raw_names[] = {"*_html", "*_xml", NULL};
    for (size_t i = 0; i < KIND_COUNT; i++)
        check.sets[i] =
            mustache_create(arena, &(struct mustache_options){.mode = kinds[i].mode, .raw_names = raw_names});
    walk(&check, folder, "", 0);
    for (size_t i = 0; i < KIND_COUNT; i++)
        compile_all(&check, check.sets[i]);
    printf("%u templates compiled, %u wrong\n", check.compiled, check.wrong);
    return check.wrong > 0 ? 1 : 0;
}
