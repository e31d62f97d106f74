/* The calendar files that `motcua calendar` reads. */
#ifndef APP_CALENDAR_FILES_H
#define APP_CALENDAR_FILES_H

#include "motcua/base/arena.h"
#include "motcua/base/str.h"

enum { CALENDAR_FILES_MAXIMUM = 256 };

struct calendar_files {
    struct str texts[CALENDAR_FILES_MAXIMUM];
    size_t count;
};

/* A file, or all *.json of a folder in the order of their names. False after a complaint. */
bool calendar_files_add(struct arena *arena, const char *path, struct calendar_files *files);
/* Where calendars lie when none is named: the environment, the current folder, beside the program. */
const char *calendar_files_default(struct arena *arena);

/* motcua calendar publish: makes files the calendars of the agencies. */
int calendar_publish_run(int argc, char **argv);

#endif
