/* The panel in which an official completes a step, and what he had typed into it. */
#ifndef WEB_DESK_DECISION_H
#define WEB_DESK_DECISION_H

#include "desk.h"
#include "motcua/domain/document.h"
#include "motcua/domain/procedure.h"

/* What stands in the form of a decision; empty on a page opened anew. */
struct typed_decision {
    bool given; /* the page is shown again after a POST */
    struct str outcome, note, recipient;
    const char *outcome_error, *note_error; /* translated, or NULL */
};

/* "Tiếp nhận", "Trình ký" ...; the outcome itself when it is unknown. */
const char *outcome_text(const struct visit *visit, struct str outcome);
bool task_has_outcome(const struct task *task, const char *outcome);
/* May be decided now by the person: his role and unit, not taken by another. */
bool task_may_decide(const struct visit *visit, const struct task *task);

/* The member `task` of desk/dossier. New reference. */
json_t *task_panel_view(struct visit *visit, const struct dossier_file *file,
                        const struct procedure_version *version, const struct task *task,
                        const struct typed_decision *typed);

/* What the page of a dossier shows; `task` NULL: chosen by `viec`, else the first the official may act on. */
void dossier_page_show(struct visit *visit, const struct dossier_file *file, const struct task *task,
                       const struct typed_decision *typed, unsigned http_status, const char *problem,
                       const char *problem_target);

/* desk/conflict: who was first, what changed, what had been typed. `kept`: list of {label, text}; takes the
 * reference. */
void conflict_page_show(struct visit *visit, const struct dossier_file *file, const char *url, json_t *kept);
/* One more entry of `kept`, unless the text is empty. */
void conflict_keep(json_t *kept, const char *label, struct str text);
/* The conflict is that somebody else was first (and not, say, that a fee is still due). */
bool conflict_by_other(const struct visit *visit);

/* --- Parts of the page (dossier_parts.c); new references */
/* Open incidents {list, url}; null when there is none. */
json_t *desk_incidents_view(struct visit *visit, const struct dossier_file *file);

json_t *dossier_tasks_view(struct visit *visit, const struct dossier_file *file);
json_t *dossier_consultations_view(struct visit *visit, const struct dossier_file *file);
/* Newest first; `limit` 0: all. */
json_t *dossier_events_view(struct visit *visit, const struct dossier_file *file, size_t limit);
const char *dossier_clock_text(struct visit *visit, const struct dossier_file *file);
json_t *dossier_documents_view(struct visit *visit, const struct dossier_file *file);
/* "agree" → "Đồng ý" */
const char *answer_text(const struct visit *visit, const char *answer);

#endif
