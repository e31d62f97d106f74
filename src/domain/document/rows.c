/* Reading papers into the inspector one behind another, and spooling what comes back. */
#include "rows.h"

#include <unistd.h>

#include "motcua/domain/inspect.h"

void paper_rows_close(struct paper_rows *rows)
{
    if (rows->reader == NULL) return;
    filecrypt_reader_close(rows->reader);
    close(rows->descriptor);
    rows->reader = NULL;
}

static enum status open_next(struct paper_rows *rows)
{
    const struct document *paper = rows->papers[rows->next++];
    paper_rows_close(rows);
    rows->at = 0;
    rows->line = str_of(arena_printf(rows->work->arena, "%d %lld\n", (int)document_kind_of(paper->media_type),
                                     (long long)paper->size));
    enum status status = rows->quarantined
                             ? document_open_quarantined(rows->work, rows->tenant_id, paper, &rows->reader,
                                                         &rows->descriptor, rows->error)
                             : document_open(rows->work, rows->tenant_id, paper, &rows->reader,
                                             &rows->descriptor, rows->error);
    if (status == STATUS_OK || !rows->leaves_out) return status;
    rows->reader = NULL;
    rows->line = str_of(arena_printf(rows->work->arena, "%d 0\n", (int)MEDIA_PDF));
    return STATUS_OK;
}

static size_t take(struct str *from, void *bytes, size_t capacity)
{
    size_t length = from->length < capacity ? from->length : capacity;
    memcpy(bytes, from->data, length);
    *from = str_slice(*from, length, from->length);
    return length;
}

enum status paper_rows_read(void *context, void *bytes, size_t capacity, size_t *length)
{
    struct paper_rows *rows = context;
    for (;;) {
        struct str *before = rows->line.length > 0 ? &rows->line : &rows->lead;
        *length = before->length > 0 ? take(before, bytes, capacity) : 0;
        if (*length > 0) return STATUS_OK;
        enum status status = STATUS_OK;
        if (rows->reader != NULL) status = filecrypt_read(rows->reader, rows->at, bytes, capacity, length);
        rows->at += *length;
        if (status != STATUS_OK && rows->leaves_out) rows->damaged = rows->next;
        if (status != STATUS_OK || *length > 0 || rows->next == rows->count) return status;
        status = open_next(rows);
        if (status != STATUS_OK) return status;
    }
}

enum status paper_rows_write(void *context, struct str bytes)
{
    struct paper_rows *rows = context;
    enum status status =
        rows->out == NULL ? document_spool_open(rows->work->domain->data_folder, &rows->out) : STATUS_OK;
    return status == STATUS_OK ? document_spool_write(rows->out, bytes) : status;
}
