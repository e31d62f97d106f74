/*
 * Drafts of citizens and dossiers of agencies: everything that can be done with one.
 *
 * A command is one transaction: lock the dossier's row, look at what is there, run the workflow to its next
 * wait, write everything (row, event, tasks, timers, papers asked for, mails to send) and commit. Two people
 * acting at once: the second gets STATUS_CONFLICT ("dossier.changed") whose argument names who was first;
 * nothing is lost.
 */
#ifndef MOTCUA_DOMAIN_DOSSIER_H
#define MOTCUA_DOMAIN_DOSSIER_H

#include <jansson.h>

#include "motcua/calendar/deadline.h"
#include "motcua/domain/context.h"
#include "motcua/form/form.h"

/* --- Drafts: seen by their owner only */

struct draft {
    struct uuid id, tenant_id, procedure_id, procedure_version_id;
    struct uuid current_version_id; /* the one that new drafts get now */
    /* owned by whoever loaded it (draft_release); NULL in lists */
    json_t *answers;
    json_t *filled;    /* {key: {value, from: "profile" | "dossier" | "copy", code}}: what nobody typed */
    json_t *left_over; /* [{label, text}]: answers that the newer form has no place for */
    const char *page;
    int revision;
    instant created_at, updated_at;
    instant submitted_at; /* INSTANT_NONE: not yet */
    instant reminded_at;  /* INSTANT_NONE: never; counts when it is later than updated_at */
};

void draft_release(struct draft *draft);
#define DRAFT_AUTO __attribute__((cleanup(draft_release))) struct draft

NODISCARD enum status draft_create(struct work *work, const struct uuid *tenant_id,
                                   const struct uuid *procedure_id, const struct uuid *version_id,
                                   const json_t *answers, struct uuid *id, struct error *error);
/* The same from tenant, procedure, version, answers, filled and left_over of `draft` (NULL: nothing), with
 * its id where it has one: a draft of that id stays as it is. */
NODISCARD enum status draft_begin(struct work *work, const struct draft *draft, struct uuid *id,
                                  struct error *error);
NODISCARD enum status draft_load(struct work *work, const struct uuid *id, struct draft *draft,
                                 struct error *error);

enum { DRAFT_EDITOR_MAXIMUM = 64 };
struct draft_edit {
    const json_t *answers;
    const char *page;
    int revision;       /* as the page was shown; 0: do not mind */
    const char *editor; /* a random word of the open page, so that it may save again when the answer to its
                           last save got lost on the way; NULL: none */
    /* Only the answers of this page are written, so that people on other pages are not stopped; NULL: all. */
    const struct form *form;
    size_t form_page;
    const json_t *held; /* {key: ...}: signatures that somebody else gives; NULL: none */
    /* {key: value or null}: answers of any page that follow from this one's, worked out from the draft's
     * revision `turned_at`; whoever has such a page open finds it changed. NULL: none. */
    const json_t *turned;
    int turned_at;
    const struct uuid *share; /* who saves was invited (domain/share.h); NULL: the owner */
};
/* Keeps the answers, right or wrong; *revision is the new one. STATUS_CONFLICT ("draft.changed"): already
 * submitted, or changed by another page since. */
NODISCARD enum status draft_save(struct work *work, const struct uuid *id, const struct draft_edit *edit,
                                 int *revision, struct error *error);
/* The same while the submitted dossier waits for supplement: what is typed is kept until it is sent.
 * STATUS_CONFLICT: "draft.changed", or "supplement.none" when it does not wait. */
NODISCARD enum status draft_save_supplement(struct work *work, const struct uuid *id,
                                            const struct draft_edit *edit, int *revision,
                                            struct error *error);
/* Puts the draft, as loaded, on another version of its procedure. `updated_at`: now, or the draft's own when
 * nobody has done anything. STATUS_CONFLICT: changed since. */
NODISCARD enum status draft_take_version(struct work *work, const struct draft *draft,
                                         const struct uuid *version_id, const json_t *answers,
                                         const json_t *left_over, instant updated_at, struct error *error);
/* With its papers. */
NODISCARD enum status draft_delete(struct work *work, const struct draft *draft, struct error *error);
/* Until when an untouched draft is kept: its lifetime, and never less than the time of notice after the
 * reminder. */
instant draft_kept_until(const struct domain *domain, const struct draft *draft);
/* Reminds of drafts that nobody touches, and deletes those reminded of long enough ago, with their papers. */
NODISCARD enum status draft_keep_due(struct work *work, int batch, size_t *reminded, size_t *deleted,
                                     struct error *error);
/* The actor's unsubmitted drafts, newest first; answers are not loaded (NULL). */
NODISCARD enum status draft_list(struct work *work, struct draft **drafts, size_t *count,
                                 struct error *error);

/* --- Dossiers */

struct dossier {
    struct uuid tenant_id, id, account_id, procedure_id, procedure_version_id, unit_id;
    const char *code, *procedure_code, *procedure_name, *channel, *return_channel, *status;
    const char *outcome; /* "" while open */
    const char *applicant_name, *subject, *step_name, *step_name_en;
    json_t *contact; /* owned: dossier_release */
    json_t *answers;
    int copies;
    const char *limit_rule, *calendar_code;
    int calendar_revision;
    /* INSTANT_NONE where not yet */
    instant submitted_at, received_at, first_due_at, due_at, paused_since, finished_at, returned_at;
    struct str due_explanation; /* JSON of deadline_to_json, data NULL: none yet */
    int64_t fee_amount;
    const char *fee_state;
    int revision;
    int event_count;
    struct str event_head;
    instant archived_at, erased_at; /* domain/retention.h; INSTANT_NONE: not */
    const char *erased_how;         /* "", "anonymise", "delete" */
};

void dossier_release(struct dossier *dossier);
#define DOSSIER_AUTO __attribute__((cleanup(dossier_release))) struct dossier

bool dossier_is_open(const struct dossier *dossier);
/* Somebody else hands it in for the applicant: {"name", "phone", "email"}, borrowed. NULL: the applicant
 * does. */
const json_t *dossier_submitter(const struct dossier *dossier);
bool dossier_on_behalf(const struct dossier *dossier);
/* N_() source text of a status, for people. */
const char *dossier_status_label(const char *status);
/* The status number of the national portal (domain.md 8.1), 1..10. */
int dossier_status_number(const char *status);

/* --- What need not be asked again */

/* Files are no answers that somebody gives: what is attached to a paper is the answer of the file field with
 * its key. `files`: {key of the paper: [id of the document]}. */
void answers_take_files(const struct form *form, json_t *answers, const json_t *files);

/*
 * Which of the codes that the answers name (fields of kind `dossier`) stand for a dossier of the actor's
 * account or for a result: of other people's dossiers it says no more than of codes nobody has. *codes: NULL
 * where the form asks for none; with the actor's newest dossiers, to choose from.
 */
NODISCARD enum status dossier_codes(struct work *work, const struct form *form, const json_t *answers,
                                    const struct form_codes **codes, struct error *error);

/*
 * What is known of the actor in the terms of the data dictionary: {meaning: {value, from, code, at}}, from
 * the profile, then from the newest earlier dossiers. Of a dossier about somebody else only the organisation
 * counts. New reference.
 */
NODISCARD enum status answers_known(struct work *work, json_t **known, struct error *error);
/* Fills empty answers from what is known, but for those about who hands in for somebody else, which wait in
 * *filled (a new reference, as struct draft has it) until that is what the person does. */
NODISCARD enum status answers_fill(struct work *work, const struct form *form, json_t *answers,
                                   json_t **filled, struct error *error);
/*
 * A new draft with the answers of an earlier dossier of the actor, on the version in force, at the same
 * agency. Signatures, declarations and papers are not taken over: they belong to what was handed in.
 * STATUS_NOT_FOUND when the agency does not take the procedure any more.
 */
NODISCARD enum status draft_copy(struct work *work, const struct dossier *dossier,
                                 const struct form_environment *environment, struct uuid *id,
                                 struct error *error);

struct event {
    int sequence;
    instant at;
    const char *kind, *actor_kind, *actor_name, *actor_title, *actor_unit, *address;
    struct uuid actor_account_id;
    bool is_public;
    json_t *data; /* owned by the view */
    struct str previous_hash, hash;
};

struct task {
    struct uuid id, dossier_id, consultation_id, unit_id, assignee_account_id;
    const char *kind, *engine_task, *element_id, *name, *name_en, *role, *state, *assignee_name;
    const char *dossier_code, *procedure_code, *procedure_name, *applicant_name, *outcome, *note, *done_by;
    struct str *outcomes;
    size_t outcome_count;
    struct str *other_roles;
    size_t other_role_count;
    instant created_at, step_due_at, dossier_due_at, urgent_at, taken_at, done_at;
    int revision;
};

struct supplement_request {
    int number;
    const char *paper_number, *reason, *requested_by, *answer_note;
    json_t *items; /* [{paper, name, original, certified, copy, reason}] */
    instant requested_at, answer_due_at, answered_at, closed_at;
};

struct apology {
    int number;
    const char *state, *paper_number, *reason, *signed_by, *signed_title;
    instant old_due_at, new_due_at, drafted_at, sent_at;
};

struct consultation {
    struct uuid id, other_tenant_id;
    const char *question, *answer, *answer_note, *answered_by, *dossier_code, *procedure_name;
    json_t *data;
    instant sent_at, due_at, answered_at;
};

struct payment {
    int64_t amount;
    const char *method, *receipt_number, *received_by;
    instant paid_at;
};

struct result {
    const char *kind, *number, *title, *signed_by, *signed_title, *verification_code;
    struct uuid document_id;
    instant issued_at, revoked_at;
};

struct rating {
    int level;
    const char *reason;
    instant created_at;
};

/* Everything of one dossier, read in one round trip. */
/* What stopped and waits for somebody. */
struct incident { /* kind: workflow, timer, job, outbox */
    struct uuid id, dossier_id;
    const char *kind, *element_id, *message, *dossier_code; /* code "" where it belongs to no dossier */
    instant created_at;
};

struct dossier_file {
    struct dossier dossier;
    struct event *events;
    size_t event_count;
    struct task *tasks;
    size_t task_count;
    struct pause *pauses;
    size_t pause_count;
    struct supplement_request *supplements;
    size_t supplement_count;
    struct apology *apologies;
    size_t apology_count;
    struct consultation *consultations; /* sent */
    size_t consultation_count;
    struct payment *payments;
    size_t payment_count;
    struct result *result;           /* NULL: none */
    struct rating *rating;           /* NULL: none */
    struct uuid workflow_version_id; /* by which it runs: the dossier's own unless it was moved */
    struct incident *incidents;      /* open ones */
    size_t incident_count;
};

void dossier_file_release(struct dossier_file *file);
#define DOSSIER_FILE_AUTO __attribute__((cleanup(dossier_file_release))) struct dossier_file

/* By id within a tenant. The caller has decided who may look. STATUS_NOT_FOUND otherwise. */
NODISCARD enum status dossier_load(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                   struct dossier_file *file, struct error *error);
/* By code (the tenant follows from it). */
NODISCARD enum status dossier_load_by_code(struct work *work, struct str code, struct dossier_file *file,
                                           struct error *error);

/*
 * Why a changed calendar moved a date, for people: the notice it rests on and the days it changes, from the
 * data of an event "calendar_changed"; never empty. `catalogue` NULL: in Vietnamese.
 */
const char *dossier_move_reason(struct arena *arena, const struct catalogue *catalogue, const json_t *data);

/* What an event says, for people; `catalogue` NULL: in Vietnamese. */
const char *dossier_event_text(struct arena *arena, const struct catalogue *catalogue,
                               const struct event *event);
/* What whoever acted wrote with it; "" for nothing. */
const char *dossier_event_note(const struct event *event);

/* A line of "my dossiers". */
struct dossier_row {
    struct uuid tenant_id, id;
    const char *code, *procedure_code, *procedure_name, *status, *applicant_name, *step_name, *step_name_en,
        *fee_state, *outcome;
    int64_t fee_amount;
    instant submitted_at, received_at, due_at, finished_at, returned_at, paused_since;
    int revision;
};
/* The actor's own, over all agencies, newest first; not what is archived. */
NODISCARD enum status dossier_list_own(struct work *work, struct dossier_row **rows, size_t *count,
                                       struct error *error);

/* With the archived ones, for the export. */
NODISCARD enum status dossier_list_own_all(struct work *work, struct dossier_row **rows, size_t *count,
                                           struct error *error);

/* 8 characters printed on the slip; with the code they open the public tracking page. */
NODISCARD enum status dossier_tracking_secret(struct work *work, const struct uuid *tenant_id,
                                              const struct uuid *id, const char **secret,
                                              struct error *error);

/*
 * The dossier for whoever holds its slip: code and tracking secret, compared in constant time; dashes, blanks
 * and case do not matter. STATUS_DENIED ("track.refused") for an unknown code and for a wrong secret alike.
 */
NODISCARD enum status dossier_track(struct work *work, struct str code, struct str secret,
                                    struct dossier_file *file, struct error *error);
/* dossier_rate() by the holder of the slip; the trail names nobody. */
NODISCARD enum status dossier_rate_tracked(struct work *work, struct str code, struct str secret, int level,
                                           struct str reason, struct error *error);

/* --- Commands of the citizen */

struct submission {
    struct uuid dossier_id;
    const char *code;
    bool repeated; /* it had been submitted before: the same dossier, nothing new was made */
};
/*
 * Makes the draft a dossier: validates all answers and papers, takes the next code of the day, starts the
 * workflow, queues the mail. Once: a second call for the same draft gives the same dossier. STATUS_INVALID
 * ("dossier.incomplete"): see form_validate and document_missing.
 */
NODISCARD enum status dossier_submit(struct work *work, const struct uuid *draft_id,
                                     const char *return_channel, struct submission *submission,
                                     struct error *error);
/* Answers the open request for supplement: changed answers (NULL: unchanged), a note; papers have been
 * attached before. */
NODISCARD enum status dossier_answer_supplement(struct work *work, const struct uuid *tenant_id,
                                                const struct uuid *id, const json_t *answers, struct str note,
                                                struct error *error);
/* Withdraws (8.1: 7). Only the submitter, only before the result is issued. */
/* A paper that nobody has to keep is taken away by its owner; *removed: the blob, which is then the caller's
 * to delete. STATUS_CONFLICT ("store.kept"). */
struct store_paper;
struct document;
struct removed_paper {
    const char *storage_name, *store;
};
NODISCARD enum status dossier_remove_paper(struct work *work, const struct store_paper *paper,
                                           struct removed_paper *removed, struct error *error);
/* The scanner's verdict on a paper of a dossier, with its event, and a mail to the person while the dossier
 * is open. STATUS_NOT_FOUND: it is of a draft. */
NODISCARD enum status dossier_paper_infected(struct work *work, const struct uuid *tenant_id,
                                             const struct document *document, const char *finding,
                                             struct error *error);
NODISCARD enum status dossier_withdraw(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                       struct str reason, struct error *error);
/* Once, after the end; level 1 needs a reason (domain.md 2.5). STATUS_INVALID: "rating.level",
 * "rating.reason". */
NODISCARD enum status dossier_rate(struct work *work, const struct uuid *tenant_id, const struct uuid *id,
                                   int level, struct str reason, struct error *error);

/* --- Commands of officials (the actor's tenant) */

NODISCARD enum status task_take(struct work *work, const struct uuid *task_id, struct error *error);
NODISCARD enum status task_give_back(struct work *work, const struct uuid *task_id, struct error *error);
/* Head of unit: to a colleague of the same unit who has the role. */
NODISCARD enum status task_assign(struct work *work, const struct uuid *task_id,
                                  const struct uuid *account_id, struct error *error);

struct supplement_item {
    struct str paper; /* key, or empty for contents */
    struct str name;
    struct str reason;
};

struct decision {
    struct uuid task_id;
    int task_revision;                   /* as the page showed it */
    struct str outcome;                  /* one of the task's */
    struct str note;                     /* reason for refuse, reject, return; else optional */
    const struct supplement_item *items; /* supplement: at least one */
    size_t item_count;
    bool second_supplement; /* confirmed that a second request counts as late (QĐ 766) */
    struct str recipient;   /* hand_over: who took the result */
};
/* Completes a step; samples/procedures/README.md says what each outcome does. */
NODISCARD enum status task_complete(struct work *work, const struct decision *decision, struct error *error);

/* Cashier: the fee is paid. */
NODISCARD enum status dossier_pay(struct work *work, const struct uuid *id, const char *method,
                                  struct error *error);
/* Sends the drafted apology with its reason and new time (form 04); head of unit or signing leader. */
NODISCARD enum status apology_send(struct work *work, const struct uuid *dossier_id, int number,
                                   struct str reason, instant new_due, struct error *error);
/* Answers another agency's question. */
NODISCARD enum status consultation_answer(struct work *work, const struct uuid *task_id, struct str answer,
                                          struct str note, struct error *error);
/*
 * What is done about an incident, by an administrator or, for dossiers of the own unit, its head: run again;
 * a service task that failed counts as done (by hand); or nothing more is to be done. The latter two need a
 * reason, and all stand on the trail. STATUS_NOT_FOUND: somebody has dealt with it. STATUS_INVALID:
 * "incident.reason", "incident.no_service".
 */
enum incident_resolution { INCIDENT_RETRY, INCIDENT_COMPLETE, INCIDENT_SETTLE };
NODISCARD enum status incident_resolve(struct work *work, const struct uuid *incident_id,
                                       enum incident_resolution how, struct str reason, struct error *error);

/* --- Queues of officials */

struct task_filter {
    const char *role;               /* only this one; NULL: all roles of the membership */
    bool mine;                      /* taken by me */
    bool unassigned;                /* taken by nobody */
    bool questions;                 /* of other agencies only */
    instant urgent_from, urgent_to; /* urgent_at within; 0 or INSTANT_NONE: open */
    const char *procedure_code;     /* or NULL */
    instant after_urgent;           /* keyset: rows after this ...; INSTANT_NONE: from the start */
    struct uuid after_id;
    int limit;
};
/*
 * Open tasks of the actor's roles and unit, most urgent first. Tasks others have taken are shown with their
 * name. Results to be handed over are not among them: desk_hand_over().
 */
NODISCARD enum status task_queue(struct work *work, const struct task_filter *filter, struct task **tasks,
                                 size_t *count, struct error *error);
/* One task of the actor's tenant with its consultation, if any. */
NODISCARD enum status task_find(struct work *work, const struct uuid *id, struct task *task,
                                struct error *error);
NODISCARD enum status consultation_find(struct work *work, const struct uuid *id,
                                        struct consultation *consultation, struct error *error);
/* May the actor act on this task (role, unit, not taken by somebody else)? */
bool task_is_for(const struct task *task, const struct actor *actor);

/* Register (form 06) and search of officials: by code, name or phone; received between two moments. */
struct dossier_search {
    struct str text;
    const char *status;                 /* a status, "open", "closed" or NULL */
    instant received_from, received_to; /* INSTANT_NONE: open */
    int offset, limit;
};
NODISCARD enum status dossier_search(struct work *work, const struct dossier_search *search,
                                     struct dossier_row **rows, size_t *count, struct error *error);
NODISCARD enum status apology_drafts(struct work *work, struct dossier_row **rows, struct apology **apologies,
                                     size_t *count, struct error *error);
/* Dossiers with a fee due. */
NODISCARD enum status payment_due_list(struct work *work, struct dossier_row **rows, size_t *count,
                                       struct error *error);

/* Open ones, the oldest first: of the agency for its administrator, else of the actor's unit. */
NODISCARD enum status incident_list(struct work *work, struct incident **incidents, size_t *count,
                                    struct error *error);

/* --- Jobs (actor: system) */

/* Runs due timers / drafts apologies / delivers what one outbox row of kind consultation(_answer) says.
 * Counts of what was done. */
NODISCARD enum status timer_run_due(struct work *work, int batch, size_t *done, struct error *error);
NODISCARD enum status apology_draft_due(struct work *work, int batch, size_t *done, struct error *error);
/* Tells workflows that the time to supply papers is over. */
NODISCARD enum status supplement_expire_due(struct work *work, int batch, size_t *done, struct error *error);
/* Open dossiers that were reckoned by an older revision of their calendar: their dates move, with a record of
 * why (see follow.c). */
NODISCARD enum status calendar_follow_due(struct work *work, int batch, size_t *done, struct error *error);
/* Puts messages on record that nobody has waited for in time. */
NODISCARD enum status message_expire_due(struct work *work, int batch, size_t *done, struct error *error);
NODISCARD enum status consultation_deliver(struct work *work, const struct uuid *tenant_id,
                                           const json_t *payload, bool is_answer, struct error *error);

#endif
