/* Quarantine: which papers are due for the scanner, what it said, and who may open what. */
#include "motcua/domain/scan.h"

#include <unistd.h>

#include "motcua/base/log.h"
#include "motcua/domain/dossier.h"

enum { FIRST_PAUSE_S = 10, LONGEST_PAUSE_S = 900, LIMITS_PAUSE_S = 6 * 3600, FINDING_MAXIMUM = 200 };

DB_STATEMENT(scan_claim_due, DB_PARAMETERS(DB_INSTANT, DB_INT64, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM document_scan_claim($1, $2 * interval '1 second', $3)")

/* A verdict is given once: what was called infected stays so. */
DB_STATEMENT(scan_settle, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_INSTANT), DB_NOTHING,
             "UPDATE document SET scan_state = $2, scan_finding = $3, scanned_at = $4 WHERE tenant_id = "
             "motcua.app_tenant() AND id = $1 AND scan_state IN ('waiting', 'unscannable')")

DB_STATEMENT(scan_put_off, DB_PARAMETERS(DB_UUID, DB_INT64, DB_INSTANT), DB_NOTHING,
             "UPDATE document SET scan_next_at = $3 + least($2 * 2 ^ least(scan_attempts - 1, 10), 900) * "
             "interval '1 second' WHERE tenant_id = motcua.app_tenant() AND id = $1 AND scan_state IN "
             "('waiting', 'unscannable')")

DB_STATEMENT(scan_beyond_limits, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_INSTANT, DB_INSTANT), DB_NOTHING,
             "UPDATE document SET scan_state = 'unscannable', scan_finding = $2, scanned_at = $3, "
             "scan_next_at = $4 WHERE tenant_id = motcua.app_tenant() AND id = $1 AND scan_state IN "
             "('waiting', 'unscannable')")

enum scan_standing document_standing(const struct domain *domain, const struct document *document)
{
    if (strcmp(document->kind, "result") == 0) return SCAN_STANDING_OWN;
    if (strcmp(document->scan_state, "infected") == 0) return SCAN_STANDING_INFECTED;
    if (strcmp(document->scan_state, "clean") == 0) return SCAN_STANDING_CLEAN;
    if (!domain->scan_required) return SCAN_STANDING_NONE;
    return strcmp(document->scan_state, "unscannable") == 0 ? SCAN_STANDING_STUCK : SCAN_STANDING_WAITING;
}

enum status document_may_open(const struct work *work, const struct document *document, struct error *error)
{
    switch (document_standing(work->domain, document)) {
    case SCAN_STANDING_OWN:
    case SCAN_STANDING_CLEAN:
    case SCAN_STANDING_NONE:
        return STATUS_OK;
    case SCAN_STANDING_WAITING:
        return error_set(error, work->arena, STATUS_CONFLICT, "document.quarantine",
                         N_("Tệp này đang chờ kiểm tra mã độc; vui lòng mở lại sau ít phút"), NULL);
    case SCAN_STANDING_STUCK:
        return error_set(error, work->arena, STATUS_CONFLICT, "document.quarantine",
                         N_("Tệp này quá lớn hoặc quá phức tạp nên chưa kiểm tra được mã độc; vì an toàn, "
                            "tệp chưa mở được"),
                         NULL);
    case SCAN_STANDING_INFECTED:
        break;
    }
    return error_set(error, work->arena, STATUS_DENIED, "document.infected",
                     N_("Tệp này có mã độc nên đã bị chặn; không ai mở hay tải về được"), NULL);
}

struct opened {
    struct filecrypt_reader *reader;
    uint64_t at;
};

static enum status read_opened(void *context, void *bytes, size_t capacity, size_t *length)
{
    struct opened *opened = context;
    enum status status = filecrypt_read(opened->reader, opened->at, bytes, capacity, length);
    if (status == STATUS_OK) opened->at += *length;
    return status;
}

enum status scan_settle_in(struct db_batch *batch, struct work *work, const struct document *document,
                           enum scan_verdict verdict, const char *finding, bool *settled, struct error *error)
{
    struct db_result *result = db_add(batch, &scan_settle, db_uuid(document->id),
                                      db_cstr(verdict == SCAN_INFECTED ? "infected" : "clean"),
                                      db_cstr(finding), db_instant(work->now));
    enum status status = db_run(batch, error);
    *settled = status == STATUS_OK && result->affected == 1;
    return status;
}

static enum status settle(struct work *work, const struct uuid *tenant_id, const struct document *document,
                          enum scan_verdict verdict, const char *finding, struct error *error)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    const char *words = arena_strndup(work->arena, finding, strnlen(finding, FINDING_MAXIMUM));
    if (verdict == SCAN_BEYOND_LIMITS)
        return db_write_one(work->db, &scope, work->arena, &scan_beyond_limits,
                            DB_VALUES(db_uuid(document->id), db_cstr(words), db_instant(work->now),
                                      db_instant(work->now + LIMITS_PAUSE_S * MICROSECONDS)),
                            &result, error);
    if (verdict == SCAN_INFECTED) {
        log_warning("document.infected", log_cstr("tenant", tenant_id->text),
                    log_cstr("document", document->id.text), log_cstr("finding", words));
        /* of a dossier that was sent: its owner is told; a draft and the store show it by themselves */
        enum status status = uuid_is_empty(&document->dossier_id)
                                 ? STATUS_NOT_FOUND
                                 : dossier_paper_infected(work, tenant_id, document, words, error);
        if (status != STATUS_NOT_FOUND) return status;
    }
    return db_write_one(work->db, &scope, work->arena, &scan_settle,
                        DB_VALUES(db_uuid(document->id),
                                  db_cstr(verdict == SCAN_INFECTED ? "infected" : "clean"), db_cstr(words),
                                  db_instant(work->now)),
                        &result, error);
}

static enum status scan_one(struct work *work, const struct scan_port *port, const struct uuid *tenant_id,
                            const struct uuid *id, struct error *error)
{
    struct document document;
    struct opened opened = {0};
    int descriptor = -1;
    enum scan_verdict verdict;
    const char *finding = "";
    enum status status = document_find(work, tenant_id, id, &document, error);
    if (status == STATUS_NOT_FOUND) return STATUS_OK; /* taken away meanwhile */
    if (status == STATUS_OK)
        status = document_open_quarantined(work, tenant_id, &document, &opened.reader, &descriptor, error);
    if (status != STATUS_OK) return status;
    struct scan_source source = {&opened, read_opened};
    status = port->scan(port->context, &source, work->arena, &verdict, &finding, error);
    filecrypt_reader_close(opened.reader);
    close(descriptor);
    return status == STATUS_OK ? settle(work, tenant_id, &document, verdict, finding, error) : status;
}

static void put_off(struct work *work, const struct uuid *tenant_id, const struct uuid *id)
{
    struct db_scope scope = work_scope(work, tenant_id);
    struct db_result *result;
    struct error error = {0};
    if (db_write_one(work->db, &scope, work->arena, &scan_put_off,
                     DB_VALUES(db_uuid(*id), db_int64(FIRST_PAUSE_S), db_instant(work->now)), &result,
                     &error) != STATUS_OK)
        log_warning("document.scan_put_off", log_cstr("document", id->text)); /* the lease ends by itself */
}

enum status scan_run_due(struct work *work, const struct scan_port *port, int batch, int lease_s,
                         size_t *done, struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *claimed;
    enum status status = port->ready(port->context, work->arena, error);
    if (status == STATUS_OK)
        status = db_write_one(work->db, &scope, work->arena, &scan_claim_due,
                              DB_VALUES(db_instant(work->now), db_int64(lease_s), db_int32(batch)), &claimed,
                              error);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < claimed->row_count; i++) {
        struct uuid tenant_id = db_get_uuid(claimed, i, 0), id = db_get_uuid(claimed, i, 1);
        struct error failure = {0};
        status = scan_one(work, port, &tenant_id, &id, &failure);
        if (status == STATUS_OK) {
            ++*done;
            continue;
        }
        log_warning("document.scan_failed", log_cstr("document", id.text),
                    log_cstr("status", status_name(status)),
                    log_cstr("detail", failure.detail == NULL ? "" : failure.detail));
        put_off(work, &tenant_id, &id);
    }
    return STATUS_OK;
}
