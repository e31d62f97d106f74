/* What the pages of a draft share: the draft with its form, evaluated, and the members all their views have.
 */
#ifndef MOTCUA_WEB_DRAFT_PAGE_H
#define MOTCUA_WEB_DRAFT_PAGE_H

#include "motcua/domain/document.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/share.h"
#include "motcua/web/web.h"

struct draft_page {
    struct visit *visit;
    struct work work; /* as the draft's owner: the visit's own, or that of who shares it */
    struct draft draft;
    const struct procedure_version *version;
    const struct tenant *tenant;
    struct form_environment environment;
    struct form_state state;
    struct document *documents;
    size_t document_count;
    json_t *turned;  /* answers of other pages that follow from what was sent (form_turn_behalf()); or NULL */
    const char *url; /* "/ho-so/nhap/{id}", or "/ho-so/{code}/bo-sung/khai" */
    bool supplement; /* answers of a dossier that has to be mended */
    instant since;   /* of a supplement: when it was asked for; files before that belong to the dossier */
    struct draft_share *shares; /* whoever was invited */
    size_t share_count;
    const struct draft_share *part; /* the page is a guest's, who was invited to this; NULL: the owner's */
    struct actor owner;             /* of a guest's page */
};

/* Loads the draft of the address. False: an answer has been made (not found, already submitted, ...). */
bool draft_page_open(struct visit *visit, struct draft_page *page);
/* The same for this one, whatever the address says. */
bool draft_page_open_id(struct visit *visit, const struct uuid *id, struct draft_page *page);
/* The draft that the person was invited to, by the {share} of the address. False as above; also when the
 * dossier was submitted. */
bool draft_page_open_part(struct visit *visit, struct draft_page *page);
/* The same for pages that change or show the draft: once it was submitted, the answer leads to the dossier.
 */
bool draft_page_open_unsent(struct visit *visit, struct draft_page *page);
/* A newer version of the procedure has replaced the draft's: *newer; NULL when none has. */
NODISCARD enum status draft_page_newer(struct draft_page *page, const struct procedure_version **newer);
/* True when the draft stands on the version in force. Where the newer one asks the same, the draft has been
 * put on it; else an answer has been made that leads to the page of changes. */
bool draft_page_current(struct draft_page *page);
/* The same without an answer: *current tells. */
NODISCARD enum status draft_page_settle(struct draft_page *page, bool *current);
/* Today, language, lists and translation for the form library. */
struct form_environment draft_page_environment(struct visit *visit, const struct uuid *tenant_id);
/* Evaluates the answers again, after they have changed. */
enum status draft_page_evaluate(struct draft_page *page);
void draft_page_close(struct draft_page *page);
#define DRAFT_PAGE_AUTO __attribute__((cleanup(draft_page_close))) struct draft_page

enum draft_step { STEP_FORM, STEP_PAPERS, STEP_REVIEW };
/* New view with draft, procedure, agency, wizard and pages. `shown`: form_view of the form page on it, or
 * NULL. */
json_t *draft_page_view(struct draft_page *page, const char *title, enum draft_step step,
                        const json_t *shown);
/* These answers ask for the paper, to be attached here. */
bool draft_page_asks_for(const struct draft_page *page, const struct procedure_paper *paper);
/* The file goes along when the draft is sent: it is of a paper that is asked for. */
bool draft_page_needs(const struct draft_page *page, const struct document *document);
/* [{name}] of the files that do not. */
json_t *draft_page_unneeded(const struct draft_page *page);
/* More files than the paper takes: photos that have not been made one PDF yet. */
bool draft_page_too_many(const struct draft_page *page, const struct procedure_paper *paper);
/* The paper is asked for and stands against submitting: no file, or too many. */
bool draft_page_lacks(const struct draft_page *page, const struct procedure_paper *paper);
/* Every paper that these answers ask for is there. */
bool draft_page_papers_complete(const struct draft_page *page);
/* The key of the first form page that is not complete; NULL when all are. */
const char *draft_page_next_form_page(const struct draft_page *page);
/* {key: sentence} of the answers that nobody typed and nobody has changed: where they came from. New
 * reference. */
json_t *draft_page_filled(const struct draft_page *page);

/* What stands against submission, in the order of the form, then of the papers. */
struct draft_missing {
    enum { MISSING_ANSWER, MISSING_PAPER, MISSING_EXIT, MISSING_SIGNATURE } kind;
    size_t page;              /* of an answer or exit */
    const char *field;        /* of an answer */
    const char *code;         /* of an answer or paper */
    const char *paper;        /* key of a paper */
    const char *label, *text; /* of what; what is wrong with it */
};
/* {field: {text}}: signatures that somebody else gives, and who; new reference. */
json_t *draft_page_held(const struct draft_page *page);
/* Those answers stay in `answers` what they were before. */
void draft_page_keep(json_t *answers, const json_t *before, json_t *held);
NODISCARD enum status draft_page_missing(struct draft_page *page, struct draft_missing **list, size_t *count);
/* How many files are attached for a paper; one with a virus does not count. */
size_t draft_page_files(const struct draft_page *page, const char *paper_key);
/* Members that form_view and form_review leave out are filled with null, so that Mustache does not look
 * outside. */
void fill_members(json_t *view);

/* The view of one paper for partials/paper-upload.html; `problem` translated or NULL; `upload_url` NULL:
 * cannot be uploaded. */
json_t *paper_view(struct draft_page *page, const struct procedure_paper *paper, const char *upload_url,
                   const char *problem);

#endif
