/* Filling struct error. */
#include "motcua/base/error.h"

enum status error_set(struct error *error, struct arena *arena, enum status status, const char *code,
                      const char *message, const char *detail_format, ...)
{
    if (error == NULL) return status;
    *error = (struct error){.status = status, .code = code, .message = message};
    if (detail_format != NULL) {
        va_list arguments;
        va_start(arguments, detail_format);
        error->detail = arena_vprintf(arena, detail_format, arguments);
        va_end(arguments);
    }
    return status;
}

enum status error_keep(struct error *error, struct arena *arena)
{
    const char **const texts[] = {&error->field, &error->argument, &error->detail};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (*texts[i] != NULL) *texts[i] = arena_strdup(arena, *texts[i]);
    return error->status;
}
