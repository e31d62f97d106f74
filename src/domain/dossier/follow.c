/*
 * A changed calendar moves the dates of what is running: the dossier's own, those of its steps, its timers.
 * Every command on an open dossier does it first when a newer revision is known, a job does it for those that
 * nobody touches; the trail says which date moved, from when to when, and by which days. What has ended is
 * never moved.
 */
#include "dossier_private.h"

#include "motcua/domain/reference.h"

enum { DAYS_MAXIMUM = 20 };

/* The kinds of lines that come from a notice or a closure. */
static bool by_notice(enum line_kind kind)
{
    return kind == LINE_HOLIDAY || kind == LINE_COMPENSATORY || kind == LINE_SWAPPED_OFF ||
           kind == LINE_SWAPPED_WORK || kind == LINE_CLOSED;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

static bool has_line(const struct explanation *explanation, const struct explanation_line *line)
{
    for (size_t i = 0; i < explanation->count; i++) {
        const struct explanation_line *other = &explanation->lines[i];
        if (other->date == line->date && other->kind == line->kind && same_text(other->reason, line->reason))
            return true;
    }
    return false;
}

/* Lines of `some` that `others` do not have. */
static void add_days(json_t *days, const struct explanation *some, const struct explanation *others,
                     bool gone)
{
    for (size_t i = 0; i < some->count && json_array_size(days) < DAYS_MAXIMUM; i++) {
        const struct explanation_line *line = &some->lines[i];
        if (!by_notice(line->kind) || has_line(others, line)) continue;
        json_t *day = json_object();
        char date[CIVIL_DATE_SIZE];
        civil_format_date(line->date, date);
        json_set_cstr(day, "date", date);
        json_set_cstr(day, "text", line_kind_label(line->kind));
        json_set_cstr(day, "reason", line->reason == NULL ? "" : line->reason);
        json_set_cstr(day, "legal", line->legal == NULL ? "" : line->legal);
        if (gone) json_object_set_new(day, "gone", json_true());
        json_array_append_new(days, day);
    }
}

/* Which days the old and the new reckoning see differently. */
static json_t *changed_days(struct command *command, struct str before)
{
    struct arena *arena = command->work->arena;
    struct deadline old, new;
    struct limit limit;
    struct error ignored;
    json_t *days = json_array();
    if (before.data == NULL || command->dossier.due_explanation.data == NULL ||
        deadline_from_json(arena, before, &old, &limit, &ignored) != STATUS_OK ||
        deadline_from_json(arena, command->dossier.due_explanation, &new, &limit, &ignored) != STATUS_OK)
        return days;
    add_days(days, &new.explanation, &old.explanation, false);
    add_days(days, &old.explanation, &new.explanation, true);
    return days;
}

static void set_moment(json_t *data, const char *key, instant moment)
{
    char text[CIVIL_INSTANT_SIZE];
    if (moment == INSTANT_NONE) return;
    civil_format_instant(moment, text);
    json_set_cstr(data, key, text);
}

void follow_moved(struct command *command, const struct bpmn_effect *effect)
{
    if (command->moves == NULL || effect->previous_due == effect->due) return;
    const struct bpmn_node *node = effect->element;
    struct str english = bpmn_node_attribute(node, "name_en");
    json_t *move = json_object();
    json_set_str(move, "step", node->name.length > 0 ? node->name : node->id);
    json_set_str(move, "step_en", english.data == NULL ? STR("") : english);
    json_set_cstr(move, "what", effect->kind == BPMN_TASK_CHANGED ? "task" : "timer");
    if (effect->previous_due != 0) set_moment(move, "old_due", effect->previous_due);
    if (effect->due != 0) set_moment(move, "new_due", effect->due);
    json_array_append_new(command->moves, move);
}

static void record(struct command *command, instant old_due, struct str before, json_t *moves)
{
    const struct dossier *dossier = &command->dossier;
    bool moved = dossier->due_at != old_due;
    if (!moved && json_array_size(moves) == 0) return;
    json_t *data = json_object();
    json_set_cstr(data, "calendar", dossier->calendar_code);
    json_object_set_new(data, "calendar_revision", json_integer(dossier->calendar_revision));
    json_set_cstr(data, "notice",
                  reference_calendar_notice(command->work->domain->reference, dossier->calendar_code));
    if (moved) {
        set_moment(data, "old_due", old_due);
        set_moment(data, "new_due", dossier->due_at);
        json_object_set_new(data, "days", changed_days(command, before));
    }
    json_object_set(data, "steps", moves);
    command_event(command, "calendar_changed", moved, data);
    if (moved && old_due != INSTANT_NONE) command_mail(command, "due-moved", NULL);
}

enum status follow_calendar(struct command *command, int revision, struct error *error)
{
    struct dossier *dossier = &command->dossier;
    instant old_due = dossier->due_at;
    struct str before = dossier->due_explanation;
    json_auto moves = json_array();
    dossier->calendar_revision = revision;
    enum status status = clock_reckon(command, error);
    if (status == STATUS_OK && command->state != NULL && !bpmn_state_ended(command->state)) {
        command->moves = moves;
        status = workflow_reschedule(command, error);
        command->moves = NULL;
    }
    if (status == STATUS_OK) record(command, old_due, before, moves);
    return status;
}

/* The frame of the command has done it already. */
static enum status nothing_more(struct command *command, void *input, struct error *error)
{
    (void)command;
    (void)input;
    (void)error;
    return STATUS_OK;
}

DB_STATEMENT(follow_claim, DB_PARAMETERS(DB_INSTANT, DB_INT64, DB_INT32),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"id", DB_UUID}),
             "SELECT tenant_id, id FROM calendar_claim($1, $2 * interval '1 second', $3)")

enum { LEASE_SECONDS = 120 };

enum status calendar_follow_due(struct work *work, int batch, size_t *done, struct error *error)
{
    static const struct dossier_job job = {.name = "calendar", .function = nothing_more, .claimed = true};
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    *done = 0;
    enum status status = db_write_one(
        work->db, &scope, work->arena, &follow_claim,
        DB_VALUES(db_instant(work->now), db_int64(LEASE_SECONDS), db_int32(batch)), &rows, error);
    if (status != STATUS_OK || rows->row_count == 0) return status;
    status =
        reference_refresh(work, true, error); /* the revision that was found must be the one reckoned by */
    return status == STATUS_OK ? job_run(work, &job, rows, done, error) : status;
}
