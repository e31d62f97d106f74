/* What a file is, told by its content (libmagic), never by its name. */
#include "document_private.h"

#include <magic.h>
#include <stdlib.h>

static const char *const accepted[] = {
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
};

/* One cookie a thread: libmagic's are not shared, and loading its tables takes milliseconds. */
static _Thread_local magic_t cookie;

static bool ready(void)
{
    if (cookie != NULL) return true;
    cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF);
    if (cookie != NULL && magic_load(cookie, NULL) == 0) return true;
    if (cookie != NULL) magic_close(cookie);
    cookie = NULL;
    return false;
}

void document_thread_end(void)
{
    if (cookie != NULL) magic_close(cookie);
    cookie = NULL;
}

const char *document_media_type(const char *head, size_t length)
{
    if (length == 0 || !ready()) return NULL;
    const char *found = magic_buffer(cookie, head, length);
    for (size_t i = 0; found != NULL && i < sizeof accepted / sizeof accepted[0]; i++)
        if (strcmp(found, accepted[i]) == 0) return accepted[i];
    return NULL;
}
