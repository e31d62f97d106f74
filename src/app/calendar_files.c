/* Reading calendar files, one by one or whole folders of them. */
#include "calendar_files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAXIMUM_FILE_SIZE ((off_t)4 << 20)

static void close_file(FILE **file)
{
    if (*file != NULL) fclose(*file);
}

static bool read_file(struct arena *arena, const char *path, struct str *text)
{
    __attribute__((cleanup(close_file))) FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "motcua calendar: %s: %s\n", path, strerror(errno));
        return false;
    }
    struct stat about;
    bool good =
        fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= MAXIMUM_FILE_SIZE;
    size_t size = good ? (size_t)about.st_size : 0;
    char *data = arena_alloc(arena, size + 1);
    size_t length = fread(data, 1, size, file);
    if (!good || ferror(file)) {
        fprintf(stderr, "motcua calendar: %s is no file of at most 4 MiB\n", path);
        return false;
    }
    *text = str_make(data, length);
    return true;
}

static int is_json(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && str_ends_with(str_of(entry->d_name), STR(".json"));
}

bool calendar_files_add(struct arena *arena, const char *path, struct calendar_files *files)
{
    struct stat about;
    struct dirent **entries = NULL;
    bool good = true;
    int count = 1;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        count = scandir(path, &entries, is_json, alphasort);
        if (count < 0) {
            fprintf(stderr, "motcua calendar: %s: %s\n", path, strerror(errno));
            return false;
        }
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries == NULL ? path : arena_printf(arena, "%s/%s", path, entries[i]->d_name);
        if (good && files->count == CALENDAR_FILES_MAXIMUM) {
            fputs("motcua calendar: more than 256 calendar files\n", stderr);
            good = false;
        }
        if (good) good = read_file(arena, name, &files->texts[files->count++]);
        if (entries != NULL) free(entries[i]);
    }
    free(entries);
    return good;
}

const char *calendar_files_default(struct arena *arena)
{
    const char *named = getenv("MOTCUA_CALENDARS");
    if (named != NULL && named[0] != '\0') return named;
    static const char *const beside[] = {"../samples/calendars", "../share/motcua/samples/calendars"};
    if (access("samples/calendars", R_OK) == 0) return "samples/calendars";
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) {
        program[length] = '\0';
        *strrchr(program, '/') = '\0';
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            const char *path = arena_printf(arena, "%s/%s", program, beside[i]);
            if (access(path, R_OK) == 0) return path;
        }
    }
    return "samples/calendars";
}
