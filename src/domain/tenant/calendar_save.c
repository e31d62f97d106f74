/* Working calendars: published, never changed. */
#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/tenant.h"

DB_STATEMENT(calendar_insert, DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_JSON, DB_TEXT),
             DB_COLUMNS({"revision", DB_INT32}),
             "INSERT INTO calendar (code, revision, name, definition, notice) "
             "SELECT $1, coalesce(max(revision), 0) + 1, $2, $3, $4 FROM calendar WHERE code = $1 "
             "HAVING NOT coalesce((SELECT c.definition = $3 FROM calendar c WHERE c.code = $1 ORDER BY "
             "c.revision DESC LIMIT 1), false) RETURNING revision")

struct publishing {
    const char *code, *name, *notice;
    const json_t *definition;
    int revision; /* the new one; 0: it says what it said before */
};

static enum status write_calendar(struct db_transaction *transaction, void *context, struct error *error)
{
    struct publishing *publishing = context;
    struct db_batch *write = db_batch(transaction);
    struct db_result *inserted =
        db_add(write, &calendar_insert, db_cstr(publishing->code), db_cstr(publishing->name),
               db_json(publishing->definition), db_cstr(publishing->notice));
    reference_touch(write, "calendar");
    enum status status = db_commit(write, error);
    if (status == STATUS_OK)
        publishing->revision = inserted->row_count == 0 ? 0 : db_get_int32(inserted, 0, 0);
    return status;
}

enum status calendar_publish(struct work *work, const char *code, const char *name, const char *notice,
                             const json_t *definition, int *revision, struct error *error)
{
    struct publishing publishing = {code, name, notice, definition, 0};
    struct db_scope scope = {0};
    enum status status = db_transaction(work->db, &scope, work->arena, write_calendar, &publishing, error);
    if (status == STATUS_OK) *revision = publishing.revision;
    return status;
}
