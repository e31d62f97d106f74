/* What the pages of officials share: the frame of the page, the dossier of the address, time left as a tag.
 */
#ifndef WEB_DESK_DESK_H
#define WEB_DESK_DESK_H

#include "motcua/domain/desk.h"
#include "motcua/web/web.h"
#include "web/dossier_view.h"

/*
 * New view with tenant, membership and the navigation of this membership; `current` is the address of its
 * entry. `path` is the page's own address where the request's is another one (a page shown again after a
 * POST), else NULL.
 */
json_t *desk_view(struct visit *visit, const char *title, const char *current, const char *path);
/* The same where the counts of the whole queue are known already; NULL: they are not. */
json_t *desk_view_with(struct visit *visit, const char *title, const char *current, const char *path,
                       const struct desk_counts *counts);
/* "14", or "99+" when counting stopped. */
const char *desk_count_text(struct visit *visit, int count);
const char *desk_dossier_url(struct visit *visit, const struct uuid *dossier_id);
/* "Công chức tiếp nhận, Văn thư" */
const char *desk_roles_text(struct visit *visit, unsigned roles);
/* The display name of one role as stored; "" when unknown. */
const char *desk_role_text(struct visit *visit, const char *role);

/* The dossier {id} of the address within the own agency. False: an answer has been made. */
bool desk_dossier_open(struct visit *visit, struct dossier_file *file);

/* Time left as a tag: colour and words. `due` INSTANT_NONE: no limit. */
json_t *desk_remaining_tag(struct visit *visit, struct remaining remaining, instant due);
/* The same for a moment on the agency's calendar. */
json_t *desk_left_tag(struct visit *visit, instant due);
json_t *desk_dossier_left_tag(struct visit *visit, const struct dossier *dossier);
/* Of the earlier of the step's and the dossier's time. */
instant desk_task_due(const struct task *task);
/* "hạn 14:30 hôm nay", "hạn 17:00, 16/02/2017"; "" without limit. */
const char *desk_due_text(struct visit *visit, instant due);

/* What stopped, in words: kinds of struct incident. */
const char *desk_incident_kind(const struct visit *visit, const char *kind);
const char *desk_task_name(const struct visit *visit, const struct task *task);
const char *desk_return_text(const struct visit *visit, const char *channel);
const char *desk_fee_text(struct visit *visit, const struct dossier_file *file);
const char *desk_method_text(const struct visit *visit, const char *method);
/* Days `tu` and `den` of the query, both included and in order: where they are absent or no dates, from the
 * first of this month to today. */
struct desk_period {
    int32_t from, to;
};
struct desk_period desk_query_period(struct visit *visit);
/* Its end: what is left of today has not been yet. */
instant desk_period_until(const struct visit *visit, struct desk_period period);

/* Opaque place in a list, for `sau`; and back (false: none or not ours). */
const char *desk_cursor(struct visit *visit, instant at, const struct uuid *id);
bool desk_read_cursor(struct visit *visit, instant *at, struct uuid *id);

/* 303 to the page the form stood on, if it is one of ours (Referer), else to `fallback`. */
void desk_back(struct visit *visit, const char *flash, const char *fallback);
/* {from, to, total, previous_url, next_url}, or null when everything fits on one page. `base` ends in '?' or
 * '&'. */
json_t *desk_pagination(struct visit *visit, const char *base, int page, int per_page, int total, bool more);

#endif
