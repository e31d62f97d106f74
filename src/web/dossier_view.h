/*
 * What the pages of citizens, officials and the public say alike about a dossier: its status, its due date
 * and why, the way it has gone. Names of officials and of the applicant never stand in these views, so the
 * public tracking page may show them.
 */
#ifndef WEB_DOSSIER_VIEW_H
#define WEB_DOSSIER_VIEW_H

#include "motcua/domain/dossier.h"
#include "motcua/web/web.h"

/* Sets applicant, and submitter {name, contact}: who handed in for them; null when nobody else did. For
 * officials and the people themselves. */
void dossier_applicant_view(json_t *view, struct visit *visit, const struct dossier *dossier);
/* In the person's language. */
const char *visit_agency_name(const struct visit *visit, const struct tenant *tenant);
/* "Quận Cầu Giấy", "Sở Tư pháp" */
const char *visit_agency_short_name(const struct visit *visit, const struct tenant *tenant);
/* The agency of a dossier or draft; "" when it is not known (any more). */
const char *visit_agency_name_of(const struct visit *visit, const struct uuid *tenant_id);
/* The name of the dossier's procedure; the English one where the version is at hand and has one. */
const char *dossier_name(struct visit *visit, const struct dossier *dossier);
/* "Bộ phận một cửa", "Lãnh đạo cơ quan" ...: who acts, for people outside. `role` as stored. */
const char *dossier_role_text(const struct visit *visit, const char *role);
/* "17 giờ 00 phút, Thứ Năm, ngày 16/02/2017"; "" for INSTANT_NONE. */
const char *visit_long_moment(struct visit *visit, instant when);
/* "09:32, 10/02/2017"; "" for INSTANT_NONE. */
const char *visit_short_moment(struct visit *visit, instant when);

/* How the dossier stands to its due time now. */
struct remaining dossier_remaining(struct visit *visit, const struct dossier *dossier);

/* New references, each. */

/* {tone, icon, text} */
json_t *dossier_status_tag(struct visit *visit, const struct dossier *dossier);
/* The same from the columns of a list. `outcome` may be "". */
json_t *dossier_status_tag_of(struct visit *visit, const char *status, const char *outcome);
/* {icon, label, text, note}; null for a dossier that ended without a decision. */
json_t *dossier_due_view(struct visit *visit, const struct dossier_file *file);
/* {open, intro, lines: [{date, reason, basis, counted, total, is_muted}], conclusion}; null before receipt.
 */
/* "Từ … thành …. <why>" of an event "calendar_changed" that moved the due date. */
const char *dossier_move_text(struct visit *visit, const json_t *data);
json_t *dossier_explanation_view(struct visit *visit, const struct dossier_file *file);
/* [{name, is_done, is_current, is_stopped, icon, state_text, who, when, note}], with the steps that are still
 * to come. */
json_t *dossier_steps_view(struct visit *visit, const struct dossier_file *file);
/* What the applicant has to do: {icon, what, text, until, sign_in: it is done on this site}; null when
 * nothing. */
json_t *dossier_todo_view(struct visit *visit, const struct dossier_file *file);

#endif
