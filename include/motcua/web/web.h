/*
 * The web layer: what all page handlers share. `struct web` is made once per process; `struct visit` is one
 * request with the person behind it, prepared by the `before` hook. A handler gathers facts from the domain,
 * builds a view (JSON, see docs/templates-views.md) and names a template; it holds no SQL and no HTML.
 */
#ifndef MOTCUA_WEB_WEB_H
#define MOTCUA_WEB_WEB_H

#include <jansson.h>

#include "motcua/domain/context.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/tenant.h"
#include "motcua/http/rate.h"
#include "motcua/http/request.h"
#include "motcua/http/response.h"
#include "motcua/http/session.h"
#include "motcua/http/static_files.h"
#include "motcua/http/upload.h"
#include "motcua/i18n/format.h"

/* struct route.access: who may call. ACCESS_OFFICIAL may be narrowed to roles by ACCESS_ROLES(ROLE_X |
 * ROLE_Y). */
enum {
    ACCESS_PUBLIC = 1,      /* anyone */
    ACCESS_SIGNED_IN = 2,   /* a person with a session, second factor done where it is on */
    ACCESS_OFFICIAL = 4,    /* signed in, with a membership in use */
    ACCESS_HALF_SIGNED = 8, /* password given, second factor still to come */
    ACCESS_KEEP_ROLE =
        16,            /* beside ACCESS_SIGNED_IN: officials act under the membership in use all the same */
    ACCESS_TOKEN = 32, /* a program with a person's key (domain/api_token.h); cookies count for nothing */
};
/* The key must be for this purpose too: one of enum api_scope. */
#define ACCESS_SCOPE(scope) (ACCESS_TOKEN | (uint64_t)(scope) << 8)
#define ACCESS_ROLES(roles) (ACCESS_OFFICIAL | (uint64_t)(roles) << 16)

/* struct route.rate: index into web_rate_classes, counted from 1. */
enum web_rate {
    RATE_PAGE = 1,
    RATE_SEARCH,
    RATE_WRITE,
    RATE_SIGN_IN,
    RATE_UPLOAD,
    RATE_TRACK,
    RATE_ACCOUNT,
    RATE_AUTOSAVE,
    RATE_RESUME,
    RATE_API,
    RATE_PREVIEW /* pages of papers as pictures: a process each */
};
extern const struct rate_class web_rate_classes[];
extern const size_t web_rate_class_count;

struct web_settings {
    const char *site_name, *site_place, *site_owner, *hotline, *hotline_url, *hours;
    bool sample;            /* the sample city: pages say so, the sign-in page shows the sample accounts */
    enum language language; /* for people who have not chosen one */
    struct db_settings database;
    uint64_t upload_limit, dossier_upload_limit;
};

struct page_set; /* all page templates of one language */

struct web {
    struct domain *domain;
    const struct static_files *files;
    const struct page_set *pages[LANGUAGE_COUNT];
    json_t *assets; /* view member `asset` */
    const struct web_settings *settings;
};

/*
 * Reads templates/{portal,desk,studio,city,layouts,partials} below `folder` and compiles every page for every
 * language. STATUS_INVALID: error->detail says file, line and reason. The sets live in the arena.
 */
NODISCARD enum status web_load_pages(struct arena *arena, const char *folder, const struct catalogue *english,
                                     const struct page_set *pages[LANGUAGE_COUNT], struct error *error);
/* The member `asset` of views, for the static files that templates use; new reference. */
json_t *web_assets(const struct static_files *files);

/* Hooks of the server, all of them; `web` is their context. */
struct server_hooks;
void web_hooks(struct web *web, struct server_hooks *hooks);
/* The whole route table. */
const struct route *web_routes(size_t *count);

/* --- One request */

struct visit {
    struct request *request;
    struct web *web;
    struct arena *arena;
    struct work work; /* domain, connection, arena, actor, now */
    struct actor actor;
    struct person person;
    bool signed_in;
    enum language language;
    struct error error; /* of the last failed domain call */
};

/* Valid in every handler that is not inline. */
struct visit *visit_of(struct request *request);
const struct tenants *visit_tenants(const struct visit *visit);
/* The agency of the membership in use; NULL for citizens. */
const struct tenant *visit_tenant(const struct visit *visit);
bool visit_is_english(const struct visit *visit);
/* Translation of an N_() source text into the person's language. */
const char *visit_text(const struct visit *visit, const char *message);
/* The same with values filled in (printf); the catalogue's translation is checked by msgfmt to take the same
 * ones. */
const char *visit_format(const struct visit *visit, const char *message, ...)
    __attribute__((format(printf, 2, 3)));
/* The sentence of visit->error (argument filled in); a general sentence when it has none. */
const char *visit_error_text(struct visit *visit);
/* `english` when the person reads English and it is not empty, else `vietnamese`. */
const char *visit_pick(const struct visit *visit, const char *vietnamese, const char *english);

/* Values of the query or form, trimmed and in NFC; "" when absent. Text with forbidden control characters is
 * "" too. */
struct str visit_query(struct visit *visit, const char *name);
struct str visit_form(struct visit *visit, const char *name);
const char *visit_form_cstr(struct visit *visit, const char *name);
struct uuid visit_param_uuid(struct visit *visit, const char *name); /* empty when malformed */
int64_t visit_query_number(struct visit *visit, const char *name, int64_t fallback, int64_t minimum,
                           int64_t maximum);

/* --- Views */

/* The common members (docs/templates-views.md); `title` is already translated. New reference. */
json_t *view_create(struct visit *visit, const char *title);
void view_text(json_t *view, const char *key, const char *text); /* NULL becomes JSON null */
void view_str(json_t *view, const char *key, struct str text);
void view_flag(json_t *view, const char *key, bool value);
void view_number(json_t *view, const char *key, int64_t value);
void view_null(json_t *view, const char *key);
/* Takes the reference. */
void view_set(json_t *view, const char *key, json_t *value);
/* Adds `list` under `key` and whether it has entries under `has_<key>`; takes the reference. */
void view_list(json_t *view, const char *key, json_t *list);
/* {tone, icon, text} */
json_t *view_tag(const char *tone, const char *icon, const char *text);
/* Marks the entry of the main navigation. */
void view_nav(json_t *view, const char *entry);
/* One more crumb; `url` NULL for the page itself. */
void view_crumb(json_t *view, const char *text, const char *url);
/* One more entry of error_summary (made when missing). */
void view_problem(json_t *view, const char *target, const char *text);
/* Texts for moments: "" for INSTANT_NONE. */
const char *visit_date(struct visit *visit, instant when);
const char *visit_moment(struct visit *visit, instant when);
const char *visit_money(struct visit *visit, int64_t dong);

/* Renders with status 200 / `status`; takes the view's reference. */
void visit_render(struct visit *visit, const char *template, json_t *view);
void visit_render_status(struct visit *visit, unsigned status, const char *template, json_t *view);
/* A plain sentence, already translated, for who is no browser showing a page. */
void visit_answer_text(struct visit *visit, unsigned status, const char *text);
/* An answer for a program (RFC 8259). */
void visit_answer_json(struct visit *visit, unsigned status, json_t *body);
/* The same for what failed (RFC 9457); `errors` (may be NULL) is [{field, label, code, message, ...}], taken.
 * The code and the sentence are those of visit->error. */
void visit_problem(struct visit *visit, unsigned status, json_t *errors);
/* The error page for a failed domain call; a problem (RFC 9457) where a program asked. */
void visit_fail(struct visit *visit, enum status status);
void visit_not_found(struct visit *visit);
/* 303. `flash`: a name of the table in flash.c shown once on the next page, or NULL. */
void visit_redirect(struct visit *visit, const char *flash, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A member of `flash` to be shown on this very page. kind: info, good, warn, bad. */
void view_flash(struct visit *visit, json_t *view, const char *kind, const char *text);

/* Sends a document of the domain (decrypted while it is sent), for saving: never to be shown by the browser
 * itself. */
struct document;
void visit_send_document(struct visit *visit, const struct uuid *tenant_id, const struct document *document);
/* The page {page} of the address as a picture; with `?nho=1` a small one. */
void visit_send_preview(struct visit *visit, const struct uuid *tenant_id, const struct document *document);
bool visit_can_preview(struct visit *visit, const struct document *document);
/* Where pictures of pages ("…/1"), the file, and other windows of pages (number between `before` and
 * `behind`) are. */
struct preview_place {
    const char *pages_url, *file_url, *before_page, *behind_page;
};
/* {name, url, count_text, pages: [{number, url}], previous_url, next_url} for partials/preview-pages.html,
 * from the page `?trang=`; without pages when they cannot be made now, null where nothing may be shown. */
json_t *visit_preview_view(struct visit *visit, const struct uuid *tenant_id, const struct document *document,
                           const struct preview_place *place);
/* The page portal/preview of a person's own document; pictures lie below its own address `here`. */
void visit_show_preview(struct visit *visit, const struct uuid *tenant_id, const struct document *document,
                        const char *here, const char *file_url, const char *back_url);
/* Sends what was spooled, as a file to save; takes the spool. */
struct document_spool;
void visit_send_spool(struct visit *visit, struct document_spool *spool, const char *media_type,
                      const char *file_name);
/* The print-out of a dossier with its papers behind it, or why there is none. */
struct dossier_file;
void visit_send_dossier_papers(struct visit *visit, const struct dossier_file *file, bool official);
/* Adds `scan` (a tag, or null), `scan_help` (what to do, or null), `closed` (nobody may open it now) and
 * `remarks` ([{text}]) to the view of a file; advice for the official or for the citizen. */
void visit_add_scan(struct visit *visit, json_t *view, const struct document *document, bool official);
/* Sends a PDF, to be shown. */
void visit_send_pdf(struct visit *visit, struct buf *pdf, const char *file_name);
/* Sends a QR code as SVG. */
void visit_send_qr(struct visit *visit, const char *text);

/* Upload rows of the route table: encrypted spool files; request_upload(i)->file is a struct document_spool
 * *. */
extern const struct upload_policy web_upload_policy;

#endif
