/* Print templates from the share folder, named "print/<file>" like their partials name each other. */
#include "papers.h"

#include <dirent.h>

#include "motcua/base/file.h"

enum { PAPERS_MAXIMUM = 200, TEMPLATE_BYTES = 1024 * 1024 };

struct found {
    const char *names[PAPERS_MAXIMUM];
    struct str texts[PAPERS_MAXIMUM];
    size_t count;
};

static enum status read_folder(struct arena *arena, const char *folder, const char *prefix,
                               struct found *found, struct error *error)
{
    DIR *directory = opendir(folder);
    enum status status = STATUS_OK;
    if (directory == NULL)
        return error_set(error, arena, STATUS_UNAVAILABLE, "templates.missing", NULL, "cannot read %s",
                         folder);
    for (struct dirent *entry = readdir(directory); entry != NULL && status == STATUS_OK;
         entry = readdir(directory)) {
        struct str name = str_of(entry->d_name);
        if (!str_ends_with(name, STR(".xml"))) continue;
        if (found->count == PAPERS_MAXIMUM) {
            status = STATUS_TOO_LARGE;
            break;
        }
        found->names[found->count] = arena_printf(arena, "%s/%.*s", prefix, (int)name.length - 4, name.data);
        status = file_read(arena, arena_printf(arena, "%s/%s", folder, entry->d_name), TEMPLATE_BYTES,
                           &found->texts[found->count]);
        found->count += status == STATUS_OK;
    }
    closedir(directory);
    if (status != STATUS_OK)
        return error_set(error, arena, status, "templates.unreadable", NULL,
                         "cannot read all templates of %s", folder);
    return STATUS_OK;
}

enum status papers_load(struct arena *arena, const char *templates, struct print_papers **papers,
                        struct error *error)
{
    struct found *found = arena_zalloc(arena, sizeof *found);
    static const char *const parts[] = {"print", "print/layouts", "print/partials"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        enum status status =
            read_folder(arena, arena_printf(arena, "%s/%s", templates, parts[i]), parts[i], found, error);
        if (status != STATUS_OK) return status;
    }
    return print_papers_create(arena, found->names, found->texts, found->count, papers, error);
}
