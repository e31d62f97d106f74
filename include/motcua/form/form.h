/*
 * Electronic forms: a JSON definition (docs/forms.md) is compiled once into an immutable form; after that
 * everything is a pure function of the form, the answers so far and the environment (today, reference lists,
 * translation).
 *
 * Answers are a JSON object, key of the field → typed value. A value that could not be read as its kind stays
 * in the answers as the text the person typed: nothing typed is lost, and validation names it. Invariants: a
 * field that is not visible never causes an error and is never part of the data (form_state.data); a computed
 * value is never taken from the person.
 */
#ifndef MOTCUA_FORM_FORM_H
#define MOTCUA_FORM_FORM_H

#include <jansson.h>

#include "motcua/base/arena.h"
#include "motcua/base/error.h"
#include "motcua/base/status.h"
#include "motcua/base/str.h"

struct form;

/* Limits of a definition and of answers; exceeding one is a lint finding or an error of its own. */
#define FORM_PAGES_MAXIMUM    100
#define FORM_FIELDS_MAXIMUM   1000  /* fields of all pages, those inside groups included */
#define FORM_OPTIONS_MAXIMUM  500   /* fixed options of one field; longer lists are reference lists */
#define FORM_ROWS_MAXIMUM     200   /* rows of one group */
#define FORM_PAIRS_MAXIMUM    5000  /* name/value pairs of one submitted page */
#define FORM_TEXT_MAXIMUM     20000 /* code points of one answer */
#define FORM_DEFINITION_BYTES ((size_t)1 << 20)

/* --- Definition
 * ------------------------------------------------------------------------------------------------- */

/* What the linter found. `path` like "pages[0].sections[1].fields[2].visible_if". A warning does not stop
 * publication. */
struct form_finding {
    const char *path;
    const char *code;     /* stable, e.g. "form.definition.unknown_name" */
    const char *message;  /* N_() source text, %s is `argument` */
    const char *argument; /* or NULL */
    const char *place; /* titles and label that stand around it, "Người yêu cầu › Họ tên"; "" for the whole */
    bool warning;
};

struct form_findings {
    struct form_finding *list;
    size_t count;
};

/*
 * Compiles a definition; the form lives in `arena` and keeps nothing of `definition` alive (it copies). On
 * STATUS_INVALID *form is untouched and `findings` says why; on STATUS_OK `findings` may still hold warnings.
 * `findings` may be NULL.
 */
NODISCARD enum status form_compile(struct arena *arena, const json_t *definition, struct form **form,
                                   struct form_findings *findings);
/* A definition that was published: rules that came after it, which a page does not depend on, do not stop it.
 */
NODISCARD enum status form_load(struct arena *arena, const json_t *definition, struct form **form,
                                struct form_findings *findings);
/* form_compile() from text (limits FORM_DEFINITION_BYTES and depth 40 are checked; a syntax error is a
 * finding with path ""). */
NODISCARD enum status form_compile_text(struct arena *arena, struct str text, struct form **form,
                                        struct form_findings *findings);

const char *form_key(const struct form *form);
size_t form_page_count(const struct form *form);
const char *form_page_key(const struct form *form, size_t page);
/* Index of the page with that key, or of the page that holds the field with that key (row prefix ignored); -1
 * when none. */
int form_page_find(const struct form *form, struct str page_key);
int form_page_of_field(const struct form *form, const char *field);
/* Meaning of a top-level field ("person.full_name") or NULL; index 0 .. form_field_count - 1. */
size_t form_field_count(const struct form *form);
const char *form_field_key(const struct form *form, size_t index);
const char *form_field_kind(const struct form *form, size_t index);
const char *form_field_meaning(const struct form *form, size_t index);
/* Of kind `file` or `photo`: stands for the paper of the procedure with the same key. */
bool form_field_is_file(const struct form *form, size_t index);
/* What such a field says of its files; its paper may say less. */
struct form_file_rules {
    const char *const *accept; /* endings, "pdf" */
    size_t accept_count;       /* 0: not said */
    int64_t max_bytes;         /* of one file; 0: not said */
    int max_files;             /* 0: not said */
    bool portrait;             /* a picture of a person, 3 by 4 */
};
struct form_file_rules form_field_file_rules(const struct form *form, size_t index);

/* --- Environment
 * ------------------------------------------------------------------------------------------------ */

struct form_option {
    const char *value;
    const char *label; /* already in the language asked for */
};

/*
 * Reference lists the form does not carry itself. `list` is "administrative_unit" (parent: code above, NULL
 * for provinces), "agency", "bank", "occupation", or "reference:<name>" for a list an agency uploaded. All
 * may be NULL: then any value of the right shape is accepted and shown as it is. Countries and ethnic groups
 * are built in.
 */
struct form_lists {
    void *context;
    bool (*contains)(void *context, const char *list, const char *parent, const char *value);
    /* Label in the arena, NULL when unknown. */
    const char *(*label)(void *context, struct arena *arena, const char *list, const char *value,
                         const char *language);
    /* Fills *options (in the arena) with at most `limit`; returns how many. */
    size_t (*options)(void *context, struct arena *arena, const char *list, const char *parent,
                      const char *language, size_t limit, struct form_option **options);
    /* The two below are for "bank", "occupation" and "reference:<name>"; NULL: all lists are short. How many
     * entries the list has; 0: there is no such list (yet), then any value of the right shape is taken. */
    size_t (*size)(void *context, const char *list);
    /* Entries that fit the words (in any order, marks or none), best first. */
    size_t (*search)(void *context, struct arena *arena, const char *list, struct str text,
                     const char *language, size_t limit, struct form_option **options);
};

/* What the shell has found out about a code that an answer of kind `dossier` names. */
struct form_code {
    const char *code;
    bool is_own;                /* a dossier of the person whose answers these are */
    bool is_result, is_revoked; /* the verification code of a result */
};

struct form_codes {
    const struct form_code *list;
    size_t count;
    const struct form_option *offered; /* the person's newest dossiers, to choose from while typing */
    size_t offered_count;
    const struct form_option *results; /* the newest results issued to the person, likewise */
    size_t result_count;
};

struct form_environment {
    const char *today;    /* civil day at the agency, "2017-02-14" */
    const char *language; /* "vi" or "en"; NULL: "vi" */
    /* Translates an N_() text; NULL: the Vietnamese source itself. The result must live as long as the arena.
     */
    const char *(*translate)(void *context, const char *message);
    void *translate_context;
    const struct form_lists *lists; /* or NULL */
    /* Codes of dossiers and results that the answers name, looked up; NULL: any of the right shape is taken.
     */
    const struct form_codes *codes;
    /* An amount of đồng in words, shown below the box while it is typed; NULL: not shown. */
    const char *(*money_words)(struct arena *arena, const char *language, int64_t dong);
    /* Further FEEL variables for every expression (e.g. {"procedure": {...}, "account": {...}}); keys of
     * fields win. NULL: none. */
    const json_t *variables;
};

#define FORM_CODES_MAXIMUM 500 /* looked up for one form; what is beyond counts as unknown */
/* Does the form have a field whose codes have to be looked up? */
bool form_asks_for_codes(const struct form *form);
/* The codes the answers name (in the arena), for the shell to look up. */
size_t form_named_codes(const struct form *form, struct arena *arena, const json_t *answers,
                        const char ***codes);

/* --- Answers
 * ---------------------------------------------------------------------------------------------------- */

struct form_pair {
    struct str name;
    struct str value;
};

/* What the person pressed besides "continue": rows of groups are added and removed by plain submit buttons.
 */
enum form_action { FORM_ACTION_NONE, FORM_ACTION_ADD_ROW, FORM_ACTION_REMOVE_ROW, FORM_ACTION_SHOW };

struct form_submission {
    json_t *answers;          /* new reference: the answers of before with this page's values */
    enum form_action action;  /* already applied to `answers` */
    const char *action_field; /* key of the group, or NULL */
};

/*
 * Reads what a browser sent for a page. `answers` (may be NULL) are those of before; they are not changed.
 * Names that are not of this page are ignored; so are values of computed fields and of file fields (the shell
 * sets those with form_set). Text becomes NFC, trimmed, line ends "\n"; numbers are read in the Vietnamese
 * way ("1.234.567,89"); dates as dd/mm/yyyy, ISO or in parts. STATUS_TOO_LARGE for more than
 * FORM_PAIRS_MAXIMUM pairs or text beyond FORM_TEXT_MAXIMUM bytes × 4, STATUS_INVALID for text that is not
 * UTF-8, STATUS_NOT_FOUND for a page that does not exist.
 */
NODISCARD enum status form_parse_page(const struct form *form, struct arena *arena, size_t page,
                                      const struct form_pair *pairs, size_t count, const json_t *answers,
                                      const struct form_environment *environment,
                                      struct form_submission *submission, struct error *error);

/*
 * Takes answers that came as JSON (the API, an earlier dossier, a profile): drops null and unknown keys when
 * `strict` is false, normalises text. *normalised is a new reference. The result is validated like any other.
 */
NODISCARD enum status form_parse_json(const struct form *form, struct arena *arena, const json_t *answers,
                                      bool strict, json_t **normalised, struct error *error);

/* Sets one answer by key or row path ("thanh_vien[1].giay_to"); value is borrowed; NULL removes. For files
 * above all. */
NODISCARD enum status form_set(const struct form *form, json_t *answers, const char *path,
                               const json_t *value);

/*
 * Fills empty fields that carry a meaning from `known` ({"person.full_name": value, ...}); answers given by
 * the person stay. *filled is a new reference to {key: meaning} of what was filled, so that the page can say
 * where it came from.
 */
NODISCARD enum status form_prefill(const struct form *form, struct arena *arena, json_t *answers,
                                   const json_t *known, json_t **filled);

/* --- Two versions of a form
 * ----------------------------------------------------------------------------------------------- */

enum form_change_kind { FORM_FIELD_ADDED, FORM_FIELD_REMOVED, FORM_FIELD_RENAMED, FORM_FIELD_CHANGED };

struct form_change {
    enum form_change_kind kind;
    const char *key, *label, *old_label; /* labels in the environment's language; NULL where there is none */
    const char *page_title;              /* of the newer form; of the older one for what was removed */
};

struct form_changes {
    struct form_change *list;
    size_t count;
};

/*
 * What a person who fills in `older` has to know about `newer`: questions (fields that take input) by key, in
 * the order of the newer form, then those that are gone. CHANGED: asked in another way (kind, conditions,
 * limits, options); RENAMED: only the label differs.
 */
NODISCARD enum status form_compare(const struct form *older, const struct form *newer, struct arena *arena,
                                   const struct form_environment *environment, struct form_changes *changes);

/*
 * Takes answers over by key. *carried: new reference to what `newer` has a place for. *left_over: new
 * reference to [{key, label, text}] of the answers it has none for (the question is gone, or does not take
 * this answer any more), as text for people.
 */
NODISCARD enum status form_carry(const struct form *older, const struct form *newer, struct arena *arena,
                                 const json_t *answers, const struct form_environment *environment,
                                 json_t **carried, json_t **left_over, struct error *error);

/* --- Evaluation
 * ------------------------------------------------------------------------------------------------- */

enum form_page_state { FORM_PAGE_HIDDEN, FORM_PAGE_EMPTY, FORM_PAGE_INCOMPLETE, FORM_PAGE_COMPLETE };

struct form_field_state {
    bool visible;
    bool required;
    const json_t *value;            /* borrowed from form_state.data; NULL when empty */
    size_t row_count;               /* groups */
    struct form_field_state **rows; /* rows[r][i]: state of the i-th field of the group in row r */
};

struct form_exit {
    size_t page;
    const char *title, *message;   /* in the environment's language */
    const char *link, *link_label; /* or NULL */
};

struct form_state {
    json_t *data;                    /* owned: visible answers of the right type, and computed values */
    struct form_field_state *fields; /* form_field_count() of them */
    enum form_page_state *pages;     /* form_page_count() of them */
    size_t page_count;
    const struct form_exit *exit; /* the first exit that applies ("you need no dossier for this"), or NULL */
    bool complete;                /* every visible page is complete and no exit applies */
    /* A condition or computed value that could not be evaluated (a step limit, a type): counts as
     * false/empty; for the log. */
    const char *trouble;
};

/* Releases data; the rest is the arena's. */
void form_state_release(struct form_state *state);
#define FORM_STATE_AUTO __attribute__((cleanup(form_state_release))) struct form_state

/* `state` is filled on every outcome but STATUS_FATAL. Values are settled in the order of their dependencies.
 */
NODISCARD enum status form_evaluate(const struct form *form, struct arena *arena, const json_t *answers,
                                    const struct form_environment *environment, struct form_state *state);

/*
 * Is the dossier handed in for somebody else? Then a field with the meaning "submitter.full_name" is shown,
 * the fields "person." are about whom it is for, and "submitter." about who hands it in.
 */
bool form_on_behalf(const struct form *form, const struct form_state *state);
/*
 * After an answer has changed whom the dossier is for. What was prefilled about the person who fills it in
 * (`filled`: {key: {"value": ...}}) and that nobody has touched leaves the "person." fields and comes into
 * the "submitter." ones, or the other way round. Without `restore` things only leave. What became of which:
 * {key: new value or null}, new reference.
 */
json_t *form_turn_behalf(const struct form *form, bool on_behalf, bool restore, const json_t *filled,
                         json_t *answers);

/* --- Validation
 * ------------------------------------------------------------------------------------------------- */

#define FORM_ALL_PAGES ((size_t)-1)

struct form_error {
    const char *field; /* "ho_ten" or "thanh_vien[1].ho_ten" */
    const char *label; /* label of the field in the environment's language */
    const char *code;  /* "form.required", "form.date", ..., "form.condition" for valid_if */
    const char *text;  /* what the person reads, in the environment's language, argument filled in */
    const char *message,
        *argument; /* the N_() source behind it; message NULL when the text is the definition's own */
    size_t page;
};

struct form_errors {
    struct form_error *list;
    size_t count;
};

/* Everything wrong on a page or on all of them, in the order of the form. STATUS_OK also when there are
 * errors. */
NODISCARD enum status form_validate(const struct form *form, struct arena *arena, size_t page,
                                    const json_t *answers, const struct form_environment *environment,
                                    struct form_errors *errors);

/*
 * Only what form_json_schema() can say: types, lengths, patterns, bounds, options, unconditional
 * requirements, unknown keys. Agrees with any validator of JSON Schema 2020-12 on that schema. `field` is a
 * path, "" for the whole.
 */
NODISCARD enum status form_validate_shape(const struct form *form, struct arena *arena, const json_t *answers,
                                          struct form_errors *errors);

/* JSON Schema 2020-12 of the answers; new reference. */
NODISCARD enum status form_json_schema(const struct form *form, struct arena *arena, json_t **schema);

/* --- Views for templates (docs/forms.md describes every member)
 * --------------------------------------------------- */

/* A label before a sentence about it: "Họ và tên:", "Bạn nộp thay?". */
const char *form_lead(struct arena *arena, const char *label);
/* The page as a person fills it in. `errors` (may be NULL) as from form_validate; `filled` (may be NULL) as
 * from form_prefill. */
NODISCARD enum status form_view(const struct form *form, struct arena *arena, size_t page,
                                const json_t *answers, const struct form_errors *errors, const json_t *filled,
                                const struct form_environment *environment, json_t **view);
/* All answers as text, for the review page, the official's page and the printed dossier. */
NODISCARD enum status form_review(const struct form *form, struct arena *arena, const json_t *answers,
                                  const struct form_environment *environment, json_t **view);
/* {key: text for people} of every visible field (choices by their label, dates as dd/mm/yyyy), for print
 * templates; groups are arrays of such objects. */
NODISCARD enum status form_display(const struct form *form, struct arena *arena, const json_t *answers,
                                   const struct form_environment *environment, json_t **values);

#endif
