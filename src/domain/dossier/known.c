/*
 * What need not be asked again: answers with a standard meaning, from the person's profile and earlier
 * dossiers, and whole dossiers as the start of new ones. Where an answer came from is kept beside the draft.
 */
#include "dossier_private.h"

#include "motcua/domain/identity.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"

enum { EARLIER_DOSSIERS = 20 };

DB_STATEMENT(known_dossiers, DB_PARAMETERS(DB_INT32),
             DB_COLUMNS({"code", DB_TEXT}, {"procedure_version_id", DB_UUID}, {"answers", DB_JSON},
                        {"submitted_at", DB_INSTANT}, {"on_behalf", DB_BOOL}),
             "SELECT code, procedure_version_id, answers, submitted_at, contact ? 'submitter' AS on_behalf "
             "FROM dossier "
             "WHERE account_id = motcua.app_account() ORDER BY submitted_at DESC LIMIT $1")

static bool about(const char *meaning, const char *prefix)
{
    return strncmp(meaning, prefix, strlen(prefix)) == 0;
}

static const json_t *answer_with(const struct form *form, const json_t *answers, const char *meaning)
{
    for (size_t i = 0; i < form_field_count(form); i++) {
        const char *has = form_field_meaning(form, i);
        const json_t *value = json_object_get(answers, form_field_key(form, i));
        if (has != NULL && strcmp(has, meaning) == 0 && value != NULL) return value;
    }
    return NULL;
}

/* Was this dossier about the owner of the profile? By the personal number where both have one, else by name.
 */
static bool same_person(struct work *work, const struct form *form, const json_t *answers,
                        const struct profile *profile)
{
    const char *number = json_string_value(answer_with(form, answers, "person.personal_id"));
    if (number == NULL) number = json_string_value(answer_with(form, answers, "person.identity_number"));
    if (number != NULL && profile->personal_id[0] != '\0') return strcmp(number, profile->personal_id) == 0;
    const char *name = json_string_value(answer_with(form, answers, "person.full_name"));
    return name != NULL && str_equal(text_search_key(work->arena, str_of(name)),
                                     text_search_key(work->arena, str_of(profile->full_name)));
}

static void add_known(json_t *known, const char *meaning, const json_t *value, const char *from,
                      const char *code, instant at)
{
    if (value == NULL || json_is_null(value) || json_object_get(known, meaning) != NULL) return;
    char day[CIVIL_DATE_SIZE] = "";
    if (at != INSTANT_NONE) civil_format_date(civil_day_of(at), day);
    json_t *entry = json_object();
    json_object_set_new(entry, "value", json_deep_copy(value));
    json_set_cstr(entry, "from", from);
    json_set_cstr(entry, "code", code);
    json_set_cstr(entry, "at", day);
    json_object_set_new(known, meaning, entry);
}

static void add_dossier(json_t *known, const struct form *form, const json_t *answers, bool own,
                        const char *code, instant at)
{
    for (size_t i = 0; i < form_field_count(form); i++) {
        const char *meaning = form_field_meaning(form, i);
        if (meaning == NULL || (!own && !about(meaning, "organisation."))) continue;
        add_known(known, meaning, json_object_get(answers, form_field_key(form, i)), "dossier", code, at);
    }
}

enum status answers_known(struct work *work, json_t **result, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    struct profile profile;
    enum status status = profile_load(work, &profile, error);
    if (status == STATUS_OK)
        status = db_read_one(work->db, &scope, work->arena, &known_dossiers,
                             DB_VALUES(db_int32(EARLIER_DOSSIERS)), &rows, error);
    if (status != STATUS_OK) return status;
    json_auto known = json_object();
    json_auto from_profile = profile_known(&profile);
    const char *meaning;
    json_t *value;
    json_object_foreach(from_profile, meaning, value)
        add_known(known, meaning, value, "profile", "", INSTANT_NONE);
    for (size_t i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        struct uuid version_id = db_get_uuid(rows, i, 1);
        const struct procedure_version *version;
        json_auto answers = db_get_json(rows, i, 2);
        status = reference_procedure_version(work, &version_id, &version, error);
        if (status == STATUS_OK && version->form != NULL)
            add_dossier(known, version->form, answers,
                        !db_get_bool(rows, i, 4) && same_person(work, version->form, answers, &profile),
                        db_cstr_or_empty(rows, i, 0), db_get_instant(rows, i, 3));
    }
    if (status == STATUS_OK) *result = json_incref(known);
    return status;
}

/* Who hands in for somebody else is the person herself. */
static void add_submitter(struct arena *arena, json_t *known)
{
    json_auto copy = json_object();
    const char *meaning;
    json_t *entry;
    json_object_foreach(known, meaning, entry) if (about(meaning, "person."))
        json_object_set(copy, arena_printf(arena, "submitter.%s", meaning + strlen("person.")), entry);
    json_object_update_missing(known, copy);
}

enum status answers_fill(struct work *work, const struct form *form, json_t *answers, json_t **filled,
                         struct error *error)
{
    json_auto known = NULL;
    json_auto values = json_object();
    json_auto from = NULL;
    enum status status = answers_known(work, &known, error);
    if (status != STATUS_OK) return status;
    add_submitter(work->arena, known);
    const char *key;
    json_t *entry;
    json_object_foreach(known, key, entry) json_object_set(values, key, json_object_get(entry, "value"));
    status = form_prefill(form, work->arena, answers, values, &from);
    if (status != STATUS_OK) return status;
    *filled = json_object();
    json_t *meaning;
    json_object_foreach(from, key, meaning)
    {
        json_t *note = json_deep_copy(json_object_get(known, json_string_value(meaning)));
        json_object_set(note, "value", json_object_get(answers, key)); /* as this field holds it */
        json_object_set_new(*filled, key, note);
    }
    json_decref(form_turn_behalf(form, false, true, *filled, answers));
    return STATUS_OK;
}

void answers_take_files(const struct form *form, json_t *answers, const json_t *files)
{
    for (size_t i = 0; i < form_field_count(form); i++) {
        if (!form_field_is_file(form, i)) continue;
        json_t *held = json_object_get(files, form_field_key(form, i));
        if (held == NULL)
            json_object_del(answers, form_field_key(form, i));
        else
            json_object_set(answers, form_field_key(form, i), held);
    }
}

/* --- An earlier dossier as the start of a new one */

static bool is_given_anew(const char *kind)
{
    static const char *const kinds[] = {"signature", "consent", "file", "photo"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kind, kinds[i]) == 0) return true;
    return false;
}

static json_t *copied_answers(const struct form *form, const json_t *answers)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)answers);
    for (size_t i = 0; i < form_field_count(form); i++)
        if (form_field_key(form, i) != NULL && is_given_anew(form_field_kind(form, i)))
            json_object_del(copy, form_field_key(form, i));
    return copy;
}

/* Where the answers about the person came from, so that they are not taken for somebody else's. */
static json_t *copied_notes(const struct form *form, const json_t *answers, const struct dossier *dossier)
{
    json_t *notes = json_object();
    char day[CIVIL_DATE_SIZE];
    civil_format_date(civil_day_of(dossier->submitted_at), day);
    for (size_t i = 0; i < form_field_count(form); i++) {
        const char *key = form_field_key(form, i), *meaning = form_field_meaning(form, i);
        json_t *value = json_object_get(answers, key);
        if (meaning == NULL || !about(meaning, "person.") || value == NULL) continue;
        json_t *note = json_object();
        json_object_set(note, "value", value);
        json_set_cstr(note, "from", "dossier");
        json_set_cstr(note, "code", dossier->code);
        json_set_cstr(note, "at", day);
        json_object_set_new(notes, key, note);
    }
    return notes;
}

enum status draft_copy(struct work *work, const struct dossier *dossier,
                       const struct form_environment *environment, struct uuid *id, struct error *error)
{
    const struct procedure_version *before, *now = NULL;
    struct procedure_row row;
    struct offering offering;
    enum status status = procedure_find(work, str_of(dossier->procedure_code), &row, error);
    if (status == STATUS_OK) status = offering_find(work, &dossier->tenant_id, &row.id, &offering, error);
    if (status == STATUS_OK)
        status = reference_procedure_version(work, &dossier->procedure_version_id, &before, error);
    if (status == STATUS_OK) status = reference_procedure_version(work, &row.version_id, &now, error);
    if (status == STATUS_OK && (!procedure_is_online(now) || before->form == NULL))
        status = error_set(error, work->arena, STATUS_NOT_FOUND, "procedure.not_online",
                           N_("Thủ tục này chưa nộp trực tuyến được"), NULL);
    if (status != STATUS_OK) return status;
    DRAFT_AUTO draft = {
        .tenant_id = dossier->tenant_id, .procedure_id = row.id, .procedure_version_id = row.version_id};
    json_auto answers = copied_answers(before->form, dossier->answers);
    status = form_carry(before->form, now->form, work->arena, answers, environment, &draft.answers,
                        &draft.left_over, error);
    if (status == STATUS_OK && !dossier_on_behalf(dossier))
        draft.filled = copied_notes(now->form, draft.answers, dossier);
    return status == STATUS_OK ? draft_begin(work, &draft, id, error) : status;
}
