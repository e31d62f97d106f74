/*
 * Static files: a folder read into memory at start, every file named by its content
 * ("css/main.css" → "/static/css/main.3f2a9c1e5b7d.css"), compressed beforehand, cached forever by browsers.
 * Relative url(...) in CSS files are rewritten to those names. The plain name works too, with revalidation.
 */
#ifndef MOTCUA_HTTP_STATIC_FILES_H
#define MOTCUA_HTTP_STATIC_FILES_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"

struct static_files;

/*
 * Reads the folder (recursively; names starting with '.' are left out; symbolic links are not followed out of
 * it). STATUS_UNAVAILABLE, STATUS_TOO_LARGE (64 MiB together). error->detail says what.
 */
NODISCARD enum status static_files_load(const char *directory, struct static_files **files,
                                        struct arena *arena, struct error *error);
void static_files_destroy(struct static_files *files);
/* "css/main.css" → "/static/css/main.<hash>.css"; NULL when there is no such file (a test should catch that).
 * Lives as long as the files. Thread-safe. */
const char *static_files_url(const struct static_files *files, const char *name);

#endif
