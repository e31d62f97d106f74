/*
 * Administrative papers as PDF: the forms of Thông tư 01/2018/TT-VPCP (01 slip, 02 supplement, 03 refusal, 04
 * apology, 05 control sheet) and the results of procedures. Templates: templates/print/<name>.xml
 * (docs/printing.md).
 */
#ifndef MOTCUA_DOMAIN_PAPER_H
#define MOTCUA_DOMAIN_PAPER_H

#include <jansson.h>

#include "motcua/base/buf.h"
#include "motcua/domain/document.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/procedure.h"
#include "motcua/domain/tenant.h"

/*
 * Compiles the papers out of all print templates, given by name ("print/appointment-slip") and text. Names
 * and texts are kept, not copied. The result lives in the arena. STATUS_INVALID: error->detail says template,
 * line and reason.
 */
NODISCARD enum status print_papers_create(struct arena *arena, const char *const *names,
                                          const struct str *texts, size_t count, struct print_papers **papers,
                                          struct error *error);
/* Adds the layouts and partials to a set that a procedure's own template is compiled in. `papers` NULL adds
 * nothing. */
NODISCARD enum status print_papers_add_partials(const struct print_papers *papers, struct mustache_set *set,
                                                struct error *error);

enum paper_kind { PAPER_SLIP, PAPER_SUPPLEMENT, PAPER_REFUSAL, PAPER_APOLOGY, PAPER_CONTROL };

/* "giay-hen", "bo-sung-1", "tu-choi", "xin-loi-2", "kiem-soat", with or without ".pdf". False for other
 * names. */
bool paper_kind_of_name(struct str name, enum paper_kind *kind, int *number);
/* `number` picks the supplement request or apology (STATUS_NOT_FOUND). The PDF is appended to `pdf`. */
NODISCARD enum status paper_render(struct work *work, enum paper_kind kind, const struct dossier_file *file,
                                   int number, struct buf *pdf, struct error *error);

/*
 * The whole dossier (print/dossier.xml): code with QR, state, dates and how they were reckoned, all answers,
 * what was asked for, the files with their SHA-256, and what has happened: public events, all of them for an
 * official. The caller has decided who may look.
 */
NODISCARD enum status paper_render_dossier(struct work *work, const struct dossier_file *file, bool official,
                                           struct buf *pdf, struct error *error);

/*
 * The same with its papers behind it: PDF and pictures as pages, in the order of the list. What cannot go
 * along (waits for the scanner, has a virus, is a text file, is too much, is still to be paid for) stands on
 * the list with the reason. *pdf is the caller's to destroy.
 */
NODISCARD enum status paper_render_dossier_papers(struct work *work, const struct dossier_file *file,
                                                  bool official, struct document_spool **pdf,
                                                  struct error *error);

/* The symbol behind the number of a letter of refusal. */
#define RESULT_REJECTION_SYMBOL "TB-TCGQ"

struct result_paper {
    const struct tenant *tenant;
    const struct procedure_version *version;
    const struct dossier *dossier;
    const char *decision; /* grant or reject */
    const char *number;   /* full number with symbol */
    const char *signed_by, *signed_title;
    const char *reason; /* of a rejection */
    const char *verification_code;
    bool draft; /* a preview: "DỰ THẢO" across the page, nothing to verify yet */
};
/*
 * The result document: result.xml of the procedure, or the letter of refusal. The view of result.xml: agency
 * {parent, name}, number, place_date, code, title, subject, owner {name, identity, address, phone, email},
 * answers {key: text for people}, received_on, signer {position, name}, verification {code, url}, qr,
 * watermark (missing).
 */
NODISCARD enum status paper_render_result(struct work *work, const struct result_paper *paper,
                                          struct buf *pdf, struct error *error);

#endif
