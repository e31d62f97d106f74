/* The working-time clock of a dossier: receipt, pauses, re-appointments, and the explanation kept with the
 * row. */
#include "dossier_private.h"

#include "motcua/domain/reference.h"

DB_STATEMENT(clock_apologies, DB_PARAMETERS(DB_UUID),
             DB_COLUMNS({"old_due_at", DB_INSTANT}, {"new_due_at", DB_INSTANT}, {"reason", DB_TEXT}),
             "SELECT old_due_at, new_due_at, reason FROM apology WHERE tenant_id = motcua.app_tenant() "
             "AND dossier_id = $1 AND state = 'sent' AND new_due_at IS NOT NULL ORDER BY number LIMIT 20")

/* Re-appointments that are in force, as extensions of the limit measured in working minutes. */
static enum status load_extensions(struct command *command, struct extension **extensions, size_t *count,
                                   struct error *error)
{
    struct db_batch *batch = db_batch(command->transaction);
    struct db_result *rows = db_add(batch, &clock_apologies, db_uuid(command->dossier.id));
    enum status status = db_run(batch, error);
    if (status != STATUS_OK) return status;
    struct extension *list = arena_array(command->work->arena, rows->row_count, sizeof *list);
    for (size_t i = 0; i < rows->row_count; i++) {
        struct working_time between;
        status = calendar_between(NULL, command->calendar, db_get_instant(rows, i, 0),
                                  db_get_instant(rows, i, 1), NULL, 0, &between, error);
        if (status != STATUS_OK) return status;
        list[i].limit = limit_of(LIMIT_WORKING_MINUTES, between.working_us / MINUTE_US);
        list[i].reason = db_cstr_or_empty(rows, i, 2);
    }
    *extensions = list;
    *count = rows->row_count;
    return STATUS_OK;
}

static enum status reckon(struct command *command, const struct extension *extensions, size_t extension_count,
                          struct error *error)
{
    struct dossier *dossier = &command->dossier;
    struct deadline_request request = {
        .received = dossier->received_at,
        .limit = command->version->limit,
        .pauses = command->pauses,
        .pause_count = command->pause_count,
        .extensions = extensions,
        .extension_count = extension_count,
    };
    struct deadline deadline;
    enum status status = calendar_due(command->work->arena, command->calendar, &request, &deadline, error);
    if (status != STATUS_OK) return status;
    dossier->due_explanation = str_of(deadline_to_json(command->work->arena, &deadline, request.limit));
    if (!deadline.paused) /* while the clock stands, the last promise stays on record */
        dossier->due_at = deadline.due;
    command->due_changed = dossier->due_at != command->due_before;
    return STATUS_OK;
}

enum status clock_reckon(struct command *command, struct error *error)
{
    struct extension *extensions;
    size_t count;
    if (command->dossier.received_at == INSTANT_NONE) return STATUS_OK;
    enum status status = load_extensions(command, &extensions, &count, error);
    return status == STATUS_OK ? reckon(command, extensions, count, error) : status;
}

enum status clock_receive(struct command *command, struct error *error)
{
    struct dossier *dossier = &command->dossier;
    dossier->received_at = civil_floor_minute(command->work->now);
    enum status status = reckon(command, NULL, 0, error);
    dossier->first_due_at = dossier->due_at;
    return status;
}

enum status clock_pause(struct command *command, const char *reason, const char *label, struct error *error)
{
    if (command->dossier.paused_since != INSTANT_NONE || command->pause_count == COMMAND_PAUSES)
        return STATUS_OK;
    command->pauses[command->pause_count++] =
        (struct pause){.from = command->work->now, .to = INSTANT_NONE, .reason = label};
    command->pause_opened = true;
    command->pause_kind = reason;
    command->dossier.paused_since = command->work->now;
    return clock_reckon(command, error);
}

enum status clock_resume(struct command *command, struct error *error)
{
    if (command->dossier.paused_since == INSTANT_NONE || command->pause_count == 0) return STATUS_OK;
    command->pauses[command->pause_count - 1].to = command->work->now;
    command->pause_closed = true;
    command->dossier.paused_since = INSTANT_NONE;
    return clock_reckon(command, error);
}
