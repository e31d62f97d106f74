/* One child process of the inspector: bytes in, a report and bytes out. */
#ifndef DOCUMENT_CHILD_H
#define DOCUMENT_CHILD_H

#include "motcua/base/error.h"
#include "motcua/base/uuid.h"
#include "motcua/domain/inspect.h"

struct child_job {
    struct uuid account, tenant; /* on whose behalf: places are shared out among people (places.h) */
    enum media_kind kind;
    unsigned page,
        side; /* a page to look at, as media_show() has it; 0: the whole, as media_inspect() has it */
    void *context;
    /* The input; *length 0 at its end. */
    enum status (*read)(void *context, void *bytes, size_t capacity, size_t *length);
    /* What comes behind the report. */
    enum status (*write)(void *context, struct str bytes);
};

/*
 * STATUS_UNAVAILABLE: all places were taken for too long, no process can be made, read/write failed, or the
 * child was not done in time or was ended from outside, which says nothing of the bytes. One that computes
 * for too long is MEDIA_COMPLEX, one that dies by itself MEDIA_BROKEN: the bytes did that.
 */
NODISCARD enum status child_run(struct inspector *inspector, const struct child_job *job,
                                struct media_report *report, struct arena *arena, struct error *error);

#endif
