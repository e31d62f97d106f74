/* Which codes named in answers there are: of the person's own dossiers, of results that anyone may verify. */
#include "dossier_private.h"

#include "motcua/domain/result.h"
#include "motcua/i18n/format.h"

enum { OFFERED = 20 };

DB_STATEMENT(codes_own, DB_PARAMETERS(DB_TEXT_ARRAY), DB_COLUMNS({"code", DB_TEXT}),
             "SELECT code FROM own_codes($1)")

DB_STATEMENT(codes_of_results, DB_PARAMETERS(DB_TEXT_ARRAY),
             DB_COLUMNS({"code", DB_TEXT}, {"revoked", DB_BOOL}),
             "SELECT named.code, r.revoked_at IS NOT NULL AS revoked "
             "FROM unnest($1) AS named (code), LATERAL result_verify(named.code) r")

DB_STATEMENT(codes_newest, DB_PARAMETERS(DB_INT32),
             DB_COLUMNS({"code", DB_TEXT}, {"procedure_name", DB_TEXT}, {"submitted_at", DB_INSTANT}),
             "SELECT code, procedure_name, submitted_at FROM dossier "
             "WHERE account_id = motcua.app_account() ORDER BY submitted_at DESC LIMIT $1")

DB_STATEMENT(codes_issued, DB_PARAMETERS(DB_INT32),
             DB_COLUMNS({"verification_code", DB_TEXT}, {"number", DB_TEXT}, {"title", DB_TEXT},
                        {"issued_at", DB_INSTANT}),
             "SELECT verification_code, number, title, issued_at FROM own_results($1)")

struct lookup {
    struct work *work;
    struct form_code *list;
    struct str *named, *bare; /* as typed; as verification codes are stored, "" when it can be none */
    size_t count;
    int offered;
    struct db_result *own, *results, *newest, *issued;
};

static void name_codes(struct lookup *lookup, const struct form *form, const json_t *answers)
{
    struct arena *arena = lookup->work->arena;
    const char **codes;
    lookup->count = form_named_codes(form, arena, answers, &codes);
    lookup->list = arena_array(arena, lookup->count + 1, sizeof *lookup->list);
    lookup->named = arena_array(arena, lookup->count + 1, sizeof *lookup->named);
    lookup->bare = arena_array(arena, lookup->count + 1, sizeof *lookup->bare);
    for (size_t i = 0; i < lookup->count; i++) {
        lookup->list[i] = (struct form_code){.code = codes[i]};
        lookup->named[i] = str_of(codes[i]);
        lookup->bare[i] = result_code_normalise(arena, lookup->named[i]);
    }
}

static void add(struct lookup *lookup, struct db_batch *batch)
{
    lookup->own = db_add(batch, &codes_own, db_text_array(lookup->named, lookup->count));
    lookup->results = db_add(batch, &codes_of_results, db_text_array(lookup->bare, lookup->count));
    lookup->newest = db_add(batch, &codes_newest, db_int32(lookup->offered));
    lookup->issued = db_add(batch, &codes_issued, db_int32(lookup->offered));
}

/* "Trích lục khai sinh, 12/2017/TLKS-BS, 14/03/2017" */
static struct form_option *read_issued(struct arena *arena, const struct db_result *rows)
{
    struct form_option *options = arena_array(arena, rows->row_count + 1, sizeof *options);
    for (size_t i = 0; i < rows->row_count; i++)
        options[i] = (struct form_option){
            db_get_cstr(rows, i, 0),
            arena_printf(arena, "%s, %s, %s", db_get_cstr(rows, i, 2), db_get_cstr(rows, i, 1),
                         format_date(arena, civil_day_of(db_get_instant(rows, i, 3))))};
    return options;
}

static const struct form_codes *read(const struct lookup *lookup)
{
    struct arena *arena = lookup->work->arena;
    for (size_t i = 0; i < lookup->count; i++) {
        struct form_code *code = &lookup->list[i];
        for (size_t r = 0; r < lookup->own->row_count; r++)
            code->is_own = code->is_own || str_equal(db_get_text(lookup->own, r, 0), lookup->named[i]);
        for (size_t r = 0; r < lookup->results->row_count; r++)
            if (str_equal(db_get_text(lookup->results, r, 0), lookup->bare[i])) {
                code->is_result = true;
                code->is_revoked = db_get_bool(lookup->results, r, 1);
            }
    }
    size_t count = lookup->newest->row_count;
    struct form_option *offered = arena_array(arena, count + 1, sizeof *offered);
    for (size_t i = 0; i < count; i++)
        offered[i] = (struct form_option){
            db_get_cstr(lookup->newest, i, 0),
            arena_printf(arena, "%s, %s", db_get_cstr(lookup->newest, i, 1),
                         format_date(arena, civil_day_of(db_get_instant(lookup->newest, i, 2))))};
    struct form_codes *codes = arena_alloc(arena, sizeof *codes);
    *codes = (struct form_codes){lookup->list,
                                 lookup->count,
                                 offered,
                                 count,
                                 read_issued(arena, lookup->issued),
                                 lookup->issued->row_count};
    return codes;
}

static enum status look_up(struct work *work, struct db_batch *batch, int offered, const struct form *form,
                           const json_t *answers, const struct form_codes **codes, struct error *error)
{
    struct lookup lookup = {.work = work, .offered = offered};
    name_codes(&lookup, form, answers);
    add(&lookup, batch);
    enum status status = db_run(batch, error);
    if (status == STATUS_OK) *codes = read(&lookup);
    return status;
}

enum status dossier_codes(struct work *work, const struct form *form, const json_t *answers,
                          const struct form_codes **codes, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    *codes = NULL;
    if (!form_asks_for_codes(form)) return STATUS_OK;
    return look_up(work, db_read(work->db, &scope, work->arena), OFFERED, form, answers, codes, error);
}

enum status dossier_codes_within(struct work *work, struct db_transaction *transaction,
                                 const struct form *form, const json_t *answers,
                                 const struct form_codes **codes, struct error *error)
{
    *codes = NULL;
    if (!form_asks_for_codes(form)) return STATUS_OK;
    return look_up(work, db_batch(transaction), 0, form, answers, codes, error);
}
