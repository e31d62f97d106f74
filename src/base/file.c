/* Reading small files whole. */
#include "motcua/base/file.h"

#include <stdio.h>
#include <sys/stat.h>

enum status file_read(struct arena *arena, const char *path, size_t maximum, struct str *text)
{
    FILE *file = fopen(path, "rbe");
    struct stat about;
    if (file == NULL) return STATUS_NOT_FOUND;
    enum status status = STATUS_UNAVAILABLE;
    if (fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode)) {
        status = STATUS_TOO_LARGE;
        if ((uint64_t)about.st_size <= maximum) {
            char *data = arena_alloc(arena, (size_t)about.st_size + 1);
            size_t length = fread(data, 1, (size_t)about.st_size, file);
            data[length] = '\0';
            *text = str_make(data, length);
            status = ferror(file) ? STATUS_UNAVAILABLE : STATUS_OK;
        }
    }
    fclose(file);
    return status;
}
