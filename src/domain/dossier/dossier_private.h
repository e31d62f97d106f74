/*
 * Inside of the dossier's commands. struct command is one command in the making: what was loaded under the
 * row lock, and what will be written. The dossier's row is written once, at the end, with the final state of
 * `dossier`.
 */
#ifndef DOSSIER_PRIVATE_H
#define DOSSIER_PRIVATE_H

#include "motcua/bpmn/step.h"
#include "motcua/calendar/deadline.h"
#include "motcua/codec/json.h"
#include "motcua/domain/audit.h"
#include "motcua/domain/document.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/tenant.h"

/* The columns every statement that reads whole dossiers selects, in this order; read by dossier_read_row().
 */
#define DOSSIER_COLUMNS                                                                                      \
    {"tenant_id", DB_UUID}, {"id", DB_UUID}, {"code", DB_TEXT}, {"account_id", DB_UUID},                     \
        {"procedure_id", DB_UUID}, {"procedure_version_id", DB_UUID}, {"procedure_code", DB_TEXT},           \
        {"procedure_name", DB_TEXT}, {"unit_id", DB_UUID}, {"channel", DB_TEXT},                             \
        {"return_channel", DB_TEXT}, {"status", DB_TEXT}, {"outcome", DB_TEXT}, {"applicant_name", DB_TEXT}, \
        {"contact", DB_JSON}, {"subject", DB_TEXT}, {"answers", DB_JSON}, {"copies", DB_INT32},              \
        {"limit_rule", DB_TEXT}, {"calendar_code", DB_TEXT}, {"calendar_revision", DB_INT32},                \
        {"submitted_at", DB_INSTANT}, {"received_at", DB_INSTANT}, {"first_due_at", DB_INSTANT},             \
        {"due_at", DB_INSTANT}, {"due_explanation", DB_JSON}, {"paused_since", DB_INSTANT},                  \
        {"finished_at", DB_INSTANT}, {"returned_at", DB_INSTANT}, {"fee_amount", DB_INT64},                  \
        {"fee_state", DB_TEXT}, {"step_name", DB_TEXT}, {"step_name_en", DB_TEXT}, {"revision", DB_INT32},   \
        {"event_count", DB_INT32}, {"event_head", DB_BYTES}, {"archived_at", DB_INSTANT},                    \
        {"erased_at", DB_INSTANT},                                                                           \
    {                                                                                                        \
        "erased_how", DB_TEXT                                                                                \
    }
#define DOSSIER_SELECT                                                                                       \
    "tenant_id, id, code, account_id, procedure_id, procedure_version_id, procedure_code, procedure_name, "  \
    "unit_id, "                                                                                              \
    "channel, return_channel, status, outcome, applicant_name, contact, subject, answers, copies, "          \
    "limit_rule, "                                                                                           \
    "calendar_code, calendar_revision, submitted_at, received_at, first_due_at, due_at, due_explanation, "   \
    "paused_since, finished_at, returned_at, fee_amount, fee_state, step_name, step_name_en, revision, "     \
    "event_count, "                                                                                          \
    "event_head, archived_at, erased_at, erased_how"

#define TASK_COLUMNS                                                                                         \
    {"id", DB_UUID}, {"kind", DB_TEXT}, {"dossier_id", DB_UUID}, {"consultation_id", DB_UUID},               \
        {"engine_task", DB_TEXT}, {"element_id", DB_TEXT}, {"name", DB_TEXT}, {"name_en", DB_TEXT},          \
        {"role", DB_TEXT}, {"other_roles", DB_TEXT_ARRAY}, {"unit_id", DB_UUID},                             \
        {"outcomes", DB_TEXT_ARRAY}, {"state", DB_TEXT}, {"dossier_code", DB_TEXT},                          \
        {"procedure_code", DB_TEXT}, {"procedure_name", DB_TEXT}, {"applicant_name", DB_TEXT},               \
        {"created_at", DB_INSTANT}, {"step_due_at", DB_INSTANT}, {"dossier_due_at", DB_INSTANT},             \
        {"urgent_at", DB_INSTANT}, {"assignee_account_id", DB_UUID}, {"assignee_name", DB_TEXT},             \
        {"taken_at", DB_INSTANT}, {"done_at", DB_INSTANT}, {"done_by", DB_TEXT}, {"outcome", DB_TEXT},       \
        {"note", DB_TEXT},                                                                                   \
    {                                                                                                        \
        "revision", DB_INT32                                                                                 \
    }
#define TASK_SELECT                                                                                          \
    "id, kind, dossier_id, consultation_id, engine_task, element_id, name, name_en, role, other_roles, "     \
    "unit_id, "                                                                                              \
    "outcomes, state, dossier_code, procedure_code, procedure_name, applicant_name, created_at, "            \
    "step_due_at, "                                                                                          \
    "dossier_due_at, urgent_at, assignee_account_id, assignee_name, taken_at, done_at, done_by, outcome, "   \
    "note, "                                                                                                 \
    "revision"

/* The same columns of the table with this alias. */
#define TASK_SELECT_OF(t)                                                                                    \
    t ".id, " t ".kind, " t ".dossier_id, " t ".consultation_id, " t ".engine_task, " t ".element_id, " t    \
      ".name, " t ".name_en, " t ".role, " t ".other_roles, " t ".unit_id, " t ".outcomes, " t ".state, " t  \
      ".dossier_code, " t ".procedure_code, " t ".procedure_name, " t ".applicant_name, " t                  \
      ".created_at, " t ".step_due_at, " t ".dossier_due_at, " t ".urgent_at, " t ".assignee_account_id, " t \
      ".assignee_name, " t ".taken_at, " t ".done_at, " t ".done_by, " t ".outcome, " t ".note, " t          \
      ".revision"

#define NIL_UUID "00000000-0000-0000-0000-000000000000"

/*
 * What a person types to find dossiers of the tenant, as $1 .. $4 of a statement over `dossier d`; $5, $6:
 * received between. A code or a part of it (with or without its dashes and dots), the name without accents,
 * digits of the phone number. What is archived is found by its whole code only.
 */
#define SEARCH_CONDITION                                                                                     \
    "(d.archived_at IS NULL OR d.code = $1) AND ($1 = '' OR d.code = $1 OR d.applicant_key LIKE $2 OR "      \
    "position($1 IN d.code) > 0 OR ($3 <> '' AND ("                                                          \
    "position($3 IN translate(d.code, '.-', '')) > 0 OR position($3 IN regexp_replace(d.contact->>'phone', " \
    "'[^0-9]', '', 'g')) > 0))) "                                                                            \
    "AND CASE $4 WHEN '' THEN true WHEN 'open' THEN d.finished_at IS NULL WHEN 'closed' THEN d.finished_at " \
    "IS NOT NULL "                                                                                           \
    "ELSE d.status = $4 END "                                                                                \
    "AND ($5::timestamptz IS NULL OR d.received_at >= $5) AND ($6::timestamptz IS NULL OR d.received_at < "  \
    "$6)"
struct search_terms {
    struct str text;
    const char *name, *compact, *status;
};
struct search_terms search_terms_of(struct work *work, const struct dossier_search *search);

/* Strings are copied with the result into its arena; contact and answers are new references. */
void dossier_read_row(const struct db_result *rows, size_t row, struct dossier *dossier);
void task_read_row(struct arena *arena, const struct db_result *rows, size_t row, struct task *task);
/* (role, unit) pairs of the actor's queue: each role (or `only_role`) with the own unit and with no unit. */
size_t task_queue_keys(const struct work *work, const char *only_role, struct str **roles,
                       struct uuid **units);

/* Lines of lists: columns of `dossier d`, in the order dossier_fill_row() reads. */
#define ROW_COLUMNS                                                                                          \
    {"tenant_id", DB_UUID}, {"id", DB_UUID}, {"code", DB_TEXT}, {"procedure_code", DB_TEXT},                 \
        {"procedure_name", DB_TEXT}, {"status", DB_TEXT}, {"applicant_name", DB_TEXT},                       \
        {"step_name", DB_TEXT}, {"step_name_en", DB_TEXT}, {"fee_state", DB_TEXT}, {"outcome", DB_TEXT},     \
        {"fee_amount", DB_INT64}, {"submitted_at", DB_INSTANT}, {"received_at", DB_INSTANT},                 \
        {"due_at", DB_INSTANT}, {"finished_at", DB_INSTANT}, {"returned_at", DB_INSTANT},                    \
        {"paused_since", DB_INSTANT},                                                                        \
    {                                                                                                        \
        "revision", DB_INT32                                                                                 \
    }
#define ROW_SELECT                                                                                           \
    "d.tenant_id, d.id, d.code, d.procedure_code, d.procedure_name, d.status, d.applicant_name, "            \
    "d.step_name, "                                                                                          \
    "d.step_name_en, d.fee_state, d.outcome, d.fee_amount, d.submitted_at, d.received_at, d.due_at, "        \
    "d.finished_at, "                                                                                        \
    "d.returned_at, d.paused_since, d.revision"
enum { ROW_COLUMN_COUNT = 19 };
void dossier_fill_row(const struct db_result *rows, size_t row, struct dossier_row *out);
struct dossier_row *dossier_fill_rows(struct arena *arena, const struct db_result *rows);
/* INSTANT_NONE for SQL NULL. */
instant db_optional_instant(const struct db_result *rows, size_t row, size_t column);
/* SQL NULL for INSTANT_NONE and 0. */
struct db_value db_instant_or_null(instant moment);
/* A NUL-terminated text, "" for SQL NULL. */
const char *db_cstr_or_empty(const struct db_result *rows, size_t row, size_t column);

/* --- Mails about drafts: rows of the outbox of the draft's agency. */

/* New reference; takes `extra`. */
json_t *draft_mail_payload(const char *template, const char *to, const char *language, json_t *extra);
/* The payload must live until the batch has run. */
void draft_mail_add(struct db_batch *batch, const struct work *work, const json_t *payload);
/* Name, address and language of whoever the scope is (draft_owner). */
struct db_result *draft_owner_add(struct db_batch *batch);

enum { COMMAND_PAUSES = 200, COMMAND_EVENTS = 32, COMMAND_MESSAGES = 100 };

/* A message that came before the workflow waited for it. */
struct kept_message {
    struct str name, key, data; /* data: JSON */
    instant until;
    bool gone; /* delivered or dropped by this command */
};

struct pending_event {
    const char *kind;
    bool is_public;
    json_t *data; /* owned */
};

/*
 * The paper of a result, over the rounds of a command. Its number is known only while the agency's counter is
 * held, and a store may be slow: so the first round finds out what the paper says and is rolled back, the
 * paper is put into its store while nothing is held, and the next round takes it if it still says the same.
 */
struct result_paper_kept {
    const char *verification_code; /* chosen once */
    const char *file_name;
    struct str pdf;           /* wanted in the store before the command can go on; data NULL: nothing */
    struct document document; /* what is there, when `stored` */
    bool stored, taken;
};

struct command {
    struct work *work;
    struct db_transaction *transaction;
    const struct tenant *tenant;
    const struct procedure_version *version;          /* form, papers, limit, fee: as received */
    const struct procedure_version *workflow_version; /* the same unless the workflow was moved */
    const struct calendar *calendar;
    struct dossier dossier; /* as it will be written */
    instant due_before;
    bool due_changed;
    bool name_changed; /* of the applicant */
    struct pause pauses[COMMAND_PAUSES];
    size_t pause_count;
    bool pause_opened, pause_closed; /* the last pause is new / has ended now */
    const char *pause_kind;          /* database reason of a pause opened now */
    const struct bpmn_state *state;  /* NULL: no workflow */
    bool state_changed;
    struct kept_message *messages; /* kept ones, the oldest first */
    size_t message_count;
    json_t *moves;        /* while the workflow follows a changed calendar: what moved; else NULL; borrowed */
    bool message_awaited; /* the workflow has begun to wait for a message */
    int supplement_count; /* requests made so far */
    struct task *tasks;   /* open ones, under the dossier's lock */
    size_t task_count;
    struct db_batch *write;
    struct pending_event events[COMMAND_EVENTS];
    size_t event_count;
    bool workflow_ended;
    const struct bpmn_node *workflow_end;
    struct result_paper_kept *paper; /* NULL: this command issues no result */
};

typedef enum status command_function(struct command *command, void *input, struct error *error);

/*
 * Runs `function` on the locked dossier in one transaction: loads, calls, writes what it decided, commits.
 * Loads the procedure version outside when it is not in memory yet.
 */
NODISCARD enum status command_run(struct work *work, const struct uuid *tenant_id,
                                  const struct uuid *dossier_id, command_function *function, void *input,
                                  struct error *error);
/* The same for a job that finds its work again should the database crash before it is on disk. */
NODISCARD enum status command_run_again(struct work *work, const struct uuid *tenant_id,
                                        const struct uuid *dossier_id, command_function *function,
                                        void *input, struct error *error);
/* Also on a dossier that is archived, where everything else is refused. */
NODISCARD enum status command_run_archive(struct work *work, const struct uuid *tenant_id,
                                          const struct uuid *dossier_id, command_function *function,
                                          void *input, struct error *error);
/* The last part alone: row, events, pause, workflow state; for dossier_submit. Commits. */
NODISCARD enum status command_finish(struct command *command, struct error *error);
void command_release(struct command *command);

/* A job over dossiers that a statement found (tenant_id, id). */
struct dossier_job {
    const char *name; /* of job_attempt */
    command_function *function;
    bool claimed; /* the statement has claimed them and counted the attempt */
    bool archive; /* also on what is archived */
};
/* Runs it on each; *done grows by those that went well. One that fails has its turn again after a growing
 * pause, then becomes an incident; the last failure is returned. */
NODISCARD enum status job_run(struct work *work, const struct dossier_job *job, const struct db_result *found,
                              size_t *done, struct error *error);

/* Queues an event; takes the reference of `data` (NULL: {}). */
void command_event(struct command *command, const char *kind, bool is_public, json_t *data);
/* A dossier that ends without being decided owes nothing. */
void command_waive_fee(struct command *command);
/* A mail to the applicant, and to who handed in for them, where there is an address: outbox row with the
 * template's name. `extra` (may be NULL) is borrowed. */
void command_mail(struct command *command, const char *template, const json_t *extra);
/* The same to somebody else. */
void command_mail_to(struct command *command, const char *template, const char *to, const char *language,
                     const json_t *extra);
/* The value of a series, taken now (one more round trip); for numbers that must be known before writing. */
NODISCARD enum status command_next_number(struct command *command, const char *series, int64_t *number,
                                          struct error *error);

/* Clock: received now; the due date from the pauses known; a pause begins / ends now. */
NODISCARD enum status clock_receive(struct command *command, struct error *error);
NODISCARD enum status clock_reckon(struct command *command, struct error *error);
NODISCARD enum status clock_pause(struct command *command, const char *reason, const char *label,
                                  struct error *error);
NODISCARD enum status clock_resume(struct command *command, struct error *error);

/* The dossier's dates by this newer revision of its calendar, and a word on the trail about what moved. */
NODISCARD enum status follow_calendar(struct command *command, int revision, struct error *error);
/* For the shell: the due date of a step or a timer is another one. */
void follow_moved(struct command *command, const struct bpmn_effect *effect);

/* Workflow shell (workflow/shell.c). */
NODISCARD enum status workflow_start(struct command *command, const json_t *data, struct error *error);
NODISCARD enum status workflow_complete(struct command *command, const struct task *task, const json_t *data,
                                        struct error *error);
/* To the event that waits for this name, and for this key when both have one. STATUS_NOT_FOUND when nothing
 * waits for it. */
NODISCARD enum status workflow_message(struct command *command, const char *name, struct str key,
                                       const json_t *data, struct error *error);
/* The same; a message for which nothing waits yet is kept until its time to live ends. Once by name and key.
 */
NODISCARD enum status message_take(struct command *command, const char *name, struct str key,
                                   const json_t *data, struct error *error);
/* Kept messages of this name are not to be delivered any more. */
void message_forget(struct command *command, const char *name);
/* For the shell: what is kept, as loaded; its data (new reference); it has been delivered. */
void message_read(struct command *command, const struct db_result *rows);
NODISCARD enum status message_data(struct command *command, const struct kept_message *message, json_t **data,
                                   struct error *error);
void message_delivered(struct command *command, struct kept_message *message);
NODISCARD enum status workflow_timer(struct command *command, uint64_t engine_timer, struct error *error);
NODISCARD enum status workflow_reschedule(struct command *command, struct error *error);
NODISCARD enum status workflow_cancel(struct command *command, struct error *error);
NODISCARD enum status workflow_retry(struct command *command, uint64_t engine_incident, struct error *error);
/* The service task at which this incident stands counts as done. STATUS_INVALID when it stands elsewhere. */
NODISCARD enum status workflow_complete_failed(struct command *command, uint64_t engine_incident,
                                               struct error *error);
/* The open task has its element of the workflow's new version: its name and outcomes. */
void workflow_retitle(struct command *command, const struct task *task, const struct bpmn_node *node);
/* The row of a task that has come up; `effect` is BPMN_TASK_CREATED. Added to the command's write batch. */
void workflow_add_task(struct command *command, const struct bpmn_effect *effect);
/* The engine's number of a task, timer or incident as its rows have it; in the arena. */
struct str workflow_number_text(struct arena *arena, uint64_t number);
/* Sets where the dossier stands, in words. */
void workflow_name_step(struct command *command);
/* Whose incidents the actor answers for: a head of a unit for those of its dossiers, an administrator for the
 * whole agency's (NULL). */
struct db_value incident_unit(const struct work *work);
/* The engine's number of a task, timer or incident from its stored text. */
bool workflow_number(const char *text, uint64_t *number);
/* A text variable of the running workflow in the work's arena; data NULL when it has none. */
struct str workflow_text(const struct command *command, const char *name);
NODISCARD enum status workflow_load(struct command *command, struct str text, struct error *error);

/* Form environment of this work in a language. */
struct form_environment form_environment_for(struct work *work, const struct uuid *tenant_id,
                                             const char *language);
/* dossier_codes() in a round trip of that transaction. */
NODISCARD enum status dossier_codes_within(struct work *work, struct db_transaction *transaction,
                                           const struct form *form, const json_t *answers,
                                           const struct form_codes **codes, struct error *error);
/* Name, contact and fee follow the answers (dossier.answers, evaluated as `state`); what they do not say
 * stays, and so does a fee that is paid or waived. */
NODISCARD enum status dossier_follow_answers(struct command *command,
                                             const struct form_environment *environment,
                                             const struct form_state *state, struct error *error);

#endif
