/*
 * Mustache templates (specification 1.4: interpolation, sections, inverted sections, comments, delimiters,
 * partials, inheritance, dynamic names; no lambdas), compiled once and then immutable. docs/templates.md
 * is the guide for template authors.
 *
 * In MUSTACHE_HTML the compiler follows the HTML tokenizer through the literal text, through partials,
 * parents, blocks and translated messages, and gives every value the escaping of the place where it stands.
 * A value in a place where no escaping is safe (script, style, event attribute, unquoted attribute, tag name,
 * comment) is a compile error, and so is a section whose end stands in another context than its beginning.
 *
 * Pure: no I/O, no clock, no globals that change. Compiling uses the set from one thread; rendering a
 * compiled template is safe from any number of threads, as long as nobody changes the view meanwhile.
 */
#ifndef MOTCUA_MUSTACHE_MUSTACHE_H
#define MOTCUA_MUSTACHE_MUSTACHE_H

#include <jansson.h>

#include "motcua/base/arena.h"
#include "motcua/base/buf.h"
#include "motcua/base/error.h"
#include "motcua/base/str.h"

enum mustache_mode {
    MUSTACHE_HTML, /* pages: escaping by context */
    MUSTACHE_XML,  /* print markup and other XML: escaping by context, values refused in comments, PIs, names
                    */
    MUSTACHE_TEXT, /* mails and SMS: nothing is escaped */
    MUSTACHE_SPEC /* as the Mustache specification says: {{x}} escapes & " < >; an unknown partial is empty */
};

/*
 * Gives the translation of one message `{{#_}}...{{/_}}`: `message` is the Vietnamese source with its tags,
 * white space runs made one space and both ends trimmed. Returns text that lives as long as the set, or NULL
 * when there is none (the source stays). The translation may use only tags that the source uses.
 */
typedef const char *mustache_translate_function(void *context, const char *message, const char *template_name,
                                                unsigned line);

struct mustache_options {
    enum mustache_mode mode;
    /*
     * Names that may be written {{{name}}} or {{&name}} outside MUSTACHE_SPEC and MUSTACHE_TEXT: markup made
     * by our own renderers. NULL-terminated list; an entry "*_html" allows every name that ends in "_html".
     * NULL allows none.
     */
    const char *const *raw_names;
    mustache_translate_function *translate; /* NULL: messages stay in the source language */
    void *translate_context;
};

struct mustache_set;      /* templates that know each other by name, compiled for one language */
struct mustache_template; /* a compiled template */

/* A new, empty set in `arena`; the options are copied, the lists and the callback's context must outlive the
 * set. */
struct mustache_set *mustache_create(struct arena *arena, const struct mustache_options *options);

/*
 * Parses `text` (copied) under `name` (any text without white space, usually the path without suffix, e.g.
 * "portal/home"). STATUS_INVALID: the syntax is wrong; error->detail says "name:line: reason".
 * STATUS_CONFLICT: the name is taken. STATUS_TOO_LARGE: a limit (1 MiB of text, 64 levels of nesting).
 */
NODISCARD enum status mustache_add(struct mustache_set *set, const char *name, struct str text,
                                   struct error *error);

/*
 * Compiles the template `name` as a whole document, with every partial and parent that it reaches. All of
 * them must have been added before. The result lives in the set's arena. STATUS_NOT_FOUND: no such template.
 * STATUS_INVALID: error->detail says "name:line: reason" (unsafe place for a value, unknown partial, ...).
 */
NODISCARD enum status mustache_compile(struct mustache_set *set, const char *name,
                                       const struct mustache_template **template, struct error *error);

/*
 * Names of the templates of the set in the order they were added; NULL behind the last. For checks: whether a
 * compiled template has used it as partial or parent.
 */
const char *mustache_name_at(const struct mustache_set *set, size_t index);
bool mustache_is_used(const struct mustache_set *set, const char *name);

/*
 * Appends the document to `out`. `view` is a JSON object (any JSON value works; NULL is an empty object).
 * Names: `a.b.c`, `.` (the current item), and inside a list `-first`, `-last` (booleans), `-index` (from 1).
 * False are: missing, null, false, "", 0, []. A missing value renders empty, as do objects and lists.
 * STATUS_TOO_LARGE: out's maximum, 500 levels of sections and partials, or 20 million
 * steps. `out` then holds a torn document.
 */
NODISCARD enum status mustache_render(const struct mustache_template *template, const json_t *view,
                                      struct buf *out, struct error *error);

/* Told for every name looked up while rendering: whether the view had it. For tests that hunt misspelt names.
 */
typedef void mustache_observe_function(void *context, const char *template_name, unsigned line,
                                       const char *name, bool found);
NODISCARD enum status mustache_render_observed(const struct mustache_template *template, const json_t *view,
                                               struct buf *out, mustache_observe_function *observe,
                                               void *context, struct error *error);

/* True when a URL may stand in a link: relative, http, https, mailto or tel, and no control characters. */
bool mustache_url_allowed(struct str url);

/* Appends `text` as {{x}} would write it between tags or in a quoted attribute. */
void mustache_escape_html(struct buf *out, struct str text);

#endif
