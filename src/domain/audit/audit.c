/* Hash chains of events: made with every command, checked as a whole by `motcua audit verify`. */
#include "motcua/domain/audit.h"

#include "motcua/codec/json.h"
#include "motcua/crypto/chain.h"
#include "motcua/domain/keys.h"

enum { CHAINS_A_ROUND = 200 };

/* Chains are keyed by the tenant's first key for ever, so that a rotation of keys does not break them. */
static enum status keyed(struct work *work, const struct uuid *tenant_id, struct chain *chain,
                         struct hash *result, struct error *error)
{
    SECRET_KEY_AUTO tenant_key;
    int version;
    enum status status = key_ring_tenant(work, tenant_id, 1, &tenant_key, &version, error);
    if (status != STATUS_OK) return status;
    SECRET_KEY_AUTO key;
    keys_derive(&tenant_key, "evtchain", 1, &key);
    struct hash plain = chain_finish(chain);
    *result = hmac_sha256(str_make((const char *)key.bytes, sizeof key.bytes), hash_view(&plain));
    return STATUS_OK;
}

static enum status hash_event(struct work *work, const char *label, const struct audit_event *event,
                              struct str previous, struct hash *result, struct error *error)
{
    struct hash before = {{0}};
    if (previous.length == HASH_SIZE) memcpy(before.bytes, previous.data, HASH_SIZE);
    struct chain chain;
    chain_start(&chain, label, &before);
    chain_add_text(&chain, str_of(event->tenant_id.text));
    chain_add_text(&chain, str_of(event->dossier_id.text));
    chain_add_int64(&chain, event->sequence);
    chain_add_int64(&chain, event->at);
    chain_add_text(&chain, str_of(event->kind));
    chain_add_text(&chain, str_of(actor_kind_name(event->actor_kind)));
    chain_add_text(&chain, str_of(event->actor_account_id.text));
    chain_add_text(&chain, str_of(event->actor_name));
    chain_add_text(&chain, str_of(event->actor_title));
    chain_add_text(&chain, str_of(event->actor_unit));
    chain_add_text(&chain, str_of(event->address));
    chain_add_int64(&chain, event->is_public);
    chain_add_text(&chain, event->data);
    return keyed(work, &event->tenant_id, &chain, result, error);
}

enum status audit_hash(struct work *work, const struct audit_event *event, struct str previous,
                       struct hash *result, struct error *error)
{
    return hash_event(work, "dossier-event/1", event, previous, result, error);
}

/* Over what is left of an event, and its hash. */
static enum status erasure_seal_of(struct work *work, const struct audit_event *left, struct str hash,
                                   struct hash *seal, struct error *error)
{
    return hash_event(work, "dossier-event-erased/1", left, hash, seal, error);
}

/* Without its data, its address, and without the name of a citizen. */
static struct audit_event event_left(const struct audit_event *event)
{
    struct audit_event left = *event;
    left.address = "";
    left.data = STR("{}");
    if (event->actor_kind == ACTOR_CITIZEN) {
        left.actor_name = "";
        left.actor_account_id = (struct uuid){""};
    }
    return left;
}

enum status audit_seal(struct work *work, const struct uuid *tenant_id, const struct uuid *dossier_id,
                       int count, struct str head, struct hash *seal, struct error *error)
{
    struct chain chain;
    chain_start(&chain, "dossier-head/1", NULL);
    chain_add_text(&chain, str_of(dossier_id->text));
    chain_add_int64(&chain, count);
    chain_add_bytes(&chain, head);
    return keyed(work, tenant_id, &chain, seal, error);
}

DB_STATEMENT(audit_dossiers, DB_PARAMETERS(DB_UUID, DB_INT32),
             DB_COLUMNS({"id", DB_UUID}, {"code", DB_TEXT}, {"event_count", DB_INT32},
                        {"event_head", DB_BYTES}, {"event_seal", DB_BYTES}),
             "SELECT id, code, event_count, event_head, event_seal FROM dossier WHERE tenant_id = "
             "motcua.app_tenant() AND id > $1 "
             "ORDER BY id LIMIT $2")

#define EVENT_COLUMNS                                                                                        \
    DB_COLUMNS({"dossier_id", DB_UUID}, {"sequence", DB_INT32}, {"at", DB_INSTANT}, {"kind", DB_TEXT},       \
               {"actor_kind", DB_TEXT}, {"actor_account_id", DB_UUID}, {"actor_name", DB_TEXT},              \
               {"actor_title", DB_TEXT}, {"actor_unit", DB_TEXT}, {"address", DB_TEXT},                      \
               {"is_public", DB_BOOL}, {"data", DB_JSON}, {"previous_hash", DB_BYTES}, {"hash", DB_BYTES},   \
               {"erasure_seal", DB_BYTES})
#define EVENT_SELECT                                                                                         \
    "SELECT dossier_id, sequence, at, kind, actor_kind, actor_account_id, actor_name, actor_title, "         \
    "actor_unit, address, is_public, data, previous_hash, hash, erasure_seal FROM event "                    \
    "WHERE tenant_id = motcua.app_tenant() AND "

DB_STATEMENT(audit_events, DB_PARAMETERS(DB_UUID, DB_INT32), EVENT_COLUMNS,
             EVENT_SELECT "dossier_id IN (SELECT id FROM dossier "
                          "WHERE tenant_id = motcua.app_tenant() AND id > $1 ORDER BY id LIMIT $2) "
                          "ORDER BY dossier_id, sequence")

DB_STATEMENT(audit_events_of, DB_PARAMETERS(DB_UUID), EVENT_COLUMNS,
             EVENT_SELECT "dossier_id = $1 ORDER BY sequence")

struct findings {
    struct audit_finding *items;
    size_t count, capacity;
};

static void report_finding(struct arena *arena, struct findings *findings, const char *code, int sequence,
                           const char *problem)
{
    if (findings->count == findings->capacity) {
        size_t capacity = findings->capacity == 0 ? 16 : findings->capacity * 2;
        struct audit_finding *grown = arena_array(arena, capacity, sizeof *grown);
        if (findings->count > 0) memcpy(grown, findings->items, findings->count * sizeof *grown);
        findings->items = grown;
        findings->capacity = capacity;
    }
    findings->items[findings->count++] = (struct audit_finding){arena_strdup(arena, code), sequence, problem};
}

static enum actor_kind actor_kind_of(struct str name)
{
    if (str_equal_cstr(name, "citizen")) return ACTOR_CITIZEN;
    return str_equal_cstr(name, "official") ? ACTOR_OFFICIAL : ACTOR_SYSTEM;
}

static const char *text_at(const struct db_result *rows, size_t row, size_t column)
{
    const char *text = db_get_cstr(rows, row, column);
    return text == NULL ? "" : text;
}

static struct audit_event event_of_row(struct work *work, const struct uuid *tenant_id,
                                       const struct db_result *rows, size_t row)
{
    json_auto data = db_get_json(rows, row, 11);
    return (struct audit_event){
        .tenant_id = *tenant_id,
        .dossier_id = db_get_uuid(rows, row, 0),
        .sequence = db_get_int32(rows, row, 1),
        .at = db_get_instant(rows, row, 2),
        .kind = text_at(rows, row, 3),
        .actor_kind = actor_kind_of(db_get_text(rows, row, 4)),
        .actor_account_id = db_get_uuid(rows, row, 5),
        .actor_name = text_at(rows, row, 6),
        .actor_title = text_at(rows, row, 7),
        .actor_unit = text_at(rows, row, 8),
        .address = text_at(rows, row, 9),
        .is_public = db_get_bool(rows, row, 10),
        .data = json_canonical_arena(data, work->arena, 1024 * 1024),
    };
}

/* Does the row's hash fit its content and the hash before it? Of an event that was erased: does the seal fit
 * what is left? */
static enum status row_fits(struct work *work, const struct uuid *tenant_id, const struct db_result *rows,
                            size_t row, struct str previous, bool *fits, struct error *error)
{
    struct audit_event event = event_of_row(work, tenant_id, rows, row);
    bool erased = !db_is_null(rows, row, 14);
    struct hash expected;
    enum status status = erased ? erasure_seal_of(work, &event, db_get_bytes(rows, row, 13), &expected, error)
                                : audit_hash(work, &event, previous, &expected, error);
    *fits = status == STATUS_OK && str_equal(db_get_bytes(rows, row, erased ? 14 : 13), hash_view(&expected));
    return status;
}

/* Checks the events of one dossier, which start at *row; moves *row behind them. */
static enum status verify_chain(struct work *work, const struct uuid *tenant_id,
                                const struct db_result *dossiers, size_t which,
                                const struct db_result *events, size_t *row, struct findings *findings,
                                struct arena *keep, struct error *error)
{
    struct uuid id = db_get_uuid(dossiers, which, 0);
    const char *code = text_at(dossiers, which, 1);
    struct str previous = STR("");
    int sequence = 0;
    bool broken = false;
    for (; *row < events->row_count; (*row)++) {
        struct uuid owner = db_get_uuid(events, *row, 0);
        if (!uuid_same(&owner, &id)) break;
        sequence++;
        if (broken) continue;
        bool fits;
        enum status status = row_fits(work, tenant_id, events, *row, previous, &fits, error);
        if (status != STATUS_OK) return status;
        const char *problem = NULL;
        if (db_get_int32(events, *row, 1) != sequence)
            problem = N_("thiếu hoặc thừa sự kiện trước mục này");
        else if (!str_equal(db_get_bytes(events, *row, 12), previous))
            problem = N_("không nối tiếp sự kiện liền trước");
        else if (!fits)
            problem = N_("nội dung đã bị thay đổi");
        if (problem != NULL) {
            report_finding(keep, findings, code, db_get_int32(events, *row, 1), problem);
            broken = true;
        }
        previous = db_get_bytes(events, *row, 13);
    }
    if (!broken && (db_get_int32(dossiers, which, 2) != sequence ||
                    !str_equal(db_get_bytes(dossiers, which, 3), previous)))
        report_finding(keep, findings, code, 0, N_("số sự kiện hoặc mã cuối chuỗi không khớp với hồ sơ"));
    struct hash seal;
    enum status status = audit_seal(work, tenant_id, &id, db_get_int32(dossiers, which, 2),
                                    db_get_bytes(dossiers, which, 3), &seal, error);
    if (status == STATUS_OK && !str_equal(db_get_bytes(dossiers, which, 4), hash_view(&seal)))
        report_finding(keep, findings, code, 0,
                       N_("dấu niêm của chuỗi không đúng: có sự kiện cuối bị xóa hoặc hồ sơ bị sửa"));
    return status;
}

static enum status verify_round(struct work *work, const struct uuid *tenant_id, struct uuid *after,
                                struct audit_report *report, struct findings *findings, struct arena *keep,
                                bool *more, struct error *error)
{
    /* One snapshot: a dossier that somebody works on meanwhile must not look like a broken chain. */
    struct db_scope scope = work_scope(work, tenant_id);
    scope.isolation = DB_REPEATABLE_READ;
    struct db_batch *batch = db_read(work->db, &scope, work->arena);
    struct db_result *dossiers = db_add(batch, &audit_dossiers, db_uuid(*after), db_int32(CHAINS_A_ROUND));
    struct db_result *events = db_add(batch, &audit_events, db_uuid(*after), db_int32(CHAINS_A_ROUND));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    if (dossiers->row_count > 0) *after = db_get_uuid(dossiers, dossiers->row_count - 1, 0);
    *more = dossiers->row_count == CHAINS_A_ROUND;
    size_t row = 0;
    for (size_t i = 0; status == STATUS_OK && i < dossiers->row_count; i++)
        status = verify_chain(work, tenant_id, dossiers, i, events, &row, findings, keep, error);
    report->dossiers += (int64_t)dossiers->row_count;
    report->events += status == STATUS_OK ? (int64_t)events->row_count : 0;
    return status;
}

enum status audit_verify(struct work *work, const struct uuid *tenant_id, struct audit_report *report,
                         struct error *error)
{
    struct findings findings = {0};
    struct arena *keep = work->arena;
    struct uuid after = {"00000000-0000-0000-0000-000000000000"};
    bool more = true;
    enum status status = STATUS_OK;
    *report = (struct audit_report){0};
    while (more && status == STATUS_OK) {
        ARENA_AUTO round = arena_create((size_t)256 * 1024 * 1024);
        struct work scratch = *work;
        scratch.arena = round;
        status = verify_round(&scratch, tenant_id, &after, report, &findings, keep, &more, error);
    }
    report->findings = findings.items;
    report->finding_count = findings.count;
    return status;
}

enum status audit_seals_for_erasure(struct work *work, struct db_transaction *transaction,
                                    const struct uuid *tenant_id, const struct uuid *dossier_id,
                                    struct erasure_seal **seals, size_t *count, struct error *error)
{
    struct db_batch *load = db_batch(transaction);
    struct db_result *rows = db_add(load, &audit_events_of, db_uuid(*dossier_id));
    enum status status = db_run(load, error);
    if (status != STATUS_OK) return status;
    struct erasure_seal *list = arena_array(work->arena, rows->row_count, sizeof *list);
    struct str previous = STR("");
    *count = 0;
    for (size_t i = 0; i < rows->row_count; i++) {
        bool fits;
        status = row_fits(work, tenant_id, rows, i, previous, &fits, error);
        if (status != STATUS_OK) return status;
        if (!fits || !str_equal(db_get_bytes(rows, i, 12), previous))
            return error_set(error, work->arena, STATUS_CONFLICT, "audit.broken", NULL,
                             "event %d of dossier %s does not fit its chain; see motcua audit verify",
                             db_get_int32(rows, i, 1), dossier_id->text);
        previous = db_get_bytes(rows, i, 13);
        if (!db_is_null(rows, i, 14)) continue;
        struct audit_event event = event_of_row(work, tenant_id, rows, i), left = event_left(&event);
        struct erasure_seal *seal = &list[(*count)++];
        seal->sequence = event.sequence;
        status = erasure_seal_of(work, &left, previous, &seal->seal, error);
        if (status != STATUS_OK) return status;
    }
    *seals = list;
    return STATUS_OK;
}
