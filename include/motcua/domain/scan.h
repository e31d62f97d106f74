/*
 * Scanning papers for viruses. A paper is in quarantine until the scanner has called it clean (where the
 * operator demands that, domain.scan_required); one with a virus is never opened again. The scanner itself is
 * behind a port (adapter/clamd.h); it is handed the plain bytes as a stream, never a whole file.
 */
#ifndef MOTCUA_DOMAIN_SCAN_H
#define MOTCUA_DOMAIN_SCAN_H

#include "motcua/domain/document.h"

enum scan_verdict {
    SCAN_CLEAN,
    SCAN_INFECTED,
    SCAN_BEYOND_LIMITS /* the scanner does not look into so large or deep a file */
};

/* The bytes to scan; *length 0 at the end. */
struct scan_source {
    void *context;
    enum status (*read)(void *context, void *bytes, size_t capacity, size_t *length);
};

struct scan_port {
    void *context;
    /* Whether a scanner answers; asked before anything is claimed. STATUS_UNAVAILABLE: none. */
    enum status (*ready)(void *context, struct arena *arena, struct error *error);
    /* *finding: the scanner's name for what it found, in the arena, "" for clean. STATUS_UNAVAILABLE: try
     * again later. */
    enum status (*scan)(void *context, const struct scan_source *source, struct arena *arena,
                        enum scan_verdict *verdict, const char **finding, struct error *error);
};

/*
 * Claims up to `batch` papers that are due, of all agencies, and scans them one after the other. What fails
 * is tried again with growing pauses. *done: how many were settled. STATUS_UNAVAILABLE when no scanner
 * answers; then nothing was claimed.
 */
NODISCARD enum status scan_run_due(struct work *work, const struct scan_port *port, int batch, int lease_s,
                                   size_t *done, struct error *error);

/* How a document stands, for those who may see it. */
enum scan_standing {
    SCAN_STANDING_OWN,     /* made by the program itself: nothing to scan */
    SCAN_STANDING_CLEAN,   /* scanned, nothing found */
    SCAN_STANDING_NONE,    /* not scanned, and nobody demands it: may be opened */
    SCAN_STANDING_WAITING, /* in quarantine until it is scanned */
    SCAN_STANDING_STUCK,   /* in quarantine: the scanner cannot look into it */
    SCAN_STANDING_INFECTED
};
enum scan_standing document_standing(const struct domain *domain, const struct document *document);
/* Whether anybody may read the bytes. Otherwise STATUS_CONFLICT ("document.quarantine") or STATUS_DENIED
 * ("document.infected"). */
NODISCARD enum status document_may_open(const struct work *work, const struct document *document,
                                        struct error *error);

/* The verdict on a paper within a transaction; *settled false: it had one already. */
NODISCARD enum status scan_settle_in(struct db_batch *batch, struct work *work,
                                     const struct document *document, enum scan_verdict verdict,
                                     const char *finding, bool *settled, struct error *error);

#endif
