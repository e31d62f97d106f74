/* Papers one behind another, as the inspector takes them (MEDIA_PICTURES, MEDIA_BUNDLE), and what comes back.
 */
#ifndef DOCUMENT_ROWS_H
#define DOCUMENT_ROWS_H

#include "document_private.h"

struct paper_rows {
    struct work *work;
    const struct uuid *tenant_id;
    const struct document *const *papers;
    size_t count, next; /* `next`: the one that is read after this */
    bool leaves_out;    /* one that cannot be opened goes along as nothing */
    size_t damaged;     /* with that: place, from 1, of one that cannot be read to its end; 0: none */
    bool quarantined;   /* also what waits for the scanner: what comes out waits as well */
    struct error *error;
    struct str line, lead; /* what is left of the line before a paper, and of what goes before all */
    struct filecrypt_reader *reader;
    int descriptor;
    uint64_t at;
    struct document_spool *out; /* made when something comes back; the caller's */
};

/* struct child_job.read and .write; the context is a struct paper_rows. */
enum status paper_rows_read(void *context, void *bytes, size_t capacity, size_t *length);
enum status paper_rows_write(void *context, struct str bytes);
void paper_rows_close(struct paper_rows *rows);

#endif
