/*
 * The compiled form and what its parts share. Built by compile.c, read-only afterwards. Fields of all pages
 * stand in one array in document order; `order` is an order in which every value comes after the values it
 * depends on.
 */
#ifndef MOTCUA_FORM_MODEL_H
#define MOTCUA_FORM_MODEL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "motcua/feel/expression.h"
#include "motcua/form/form.h"

enum { PLOT_CORNERS_MAXIMUM = 100 };

/* How a kind is drawn. */
enum form_widget {
    WIDGET_STATIC,
    WIDGET_OUTPUT,
    WIDGET_INPUT,
    WIDGET_TEXTAREA,
    WIDGET_RADIOS,
    WIDGET_CHECKBOXES,
    WIDGET_CHECKBOX,
    WIDGET_SELECT,
    WIDGET_DATE,
    WIDGET_PARTS,
    WIDGET_GROUP,
    WIDGET_FILE,
    WIDGET_PLOT
};

/* What its answer is in JSON. */
enum form_shape {
    SHAPE_NONE,
    SHAPE_ANY,
    SHAPE_TEXT,
    SHAPE_NUMBER,
    SHAPE_INTEGER,
    SHAPE_BOOLEAN,
    SHAPE_DATE,
    SHAPE_PARTIAL_DATE,
    SHAPE_TIME,
    SHAPE_LIST,  /* of strings */
    SHAPE_PARTS, /* object with fixed members */
    SHAPE_GROUP
};

/* enumerator, name, widget, shape, list the values come from or NULL, own properties of the definition */
#define FORM_KINDS(X)                                                                                        \
    X(TEXT, "text", INPUT, TEXT, NULL, "min_length max_length pattern pattern_message")                      \
    X(LONG_TEXT, "long_text", TEXTAREA, TEXT, NULL, "min_length max_length pattern pattern_message")         \
    X(EMAIL, "email", INPUT, TEXT, NULL, "")                                                                 \
    X(PHONE, "phone", INPUT, TEXT, NULL, "")                                                                 \
    X(NUMBER, "number", INPUT, NUMBER, NULL, "minimum maximum decimals unit")                                \
    X(INTEGER, "integer", INPUT, INTEGER, NULL, "minimum maximum unit")                                      \
    X(MONEY, "money", INPUT, INTEGER, NULL, "minimum maximum")                                               \
    X(DATE, "date", DATE, DATE, NULL, "minimum maximum")                                                     \
    X(PARTIAL_DATE, "partial_date", DATE, PARTIAL_DATE, NULL, "precision")                                   \
    X(TIME, "time", INPUT, TIME, NULL, "minimum maximum")                                                    \
    X(DATE_RANGE, "date_range", PARTS, PARTS, NULL, "minimum maximum")                                       \
    X(YES_NO, "yes_no", RADIOS, BOOLEAN, NULL, "")                                                           \
    X(CONSENT, "consent", CHECKBOX, BOOLEAN, NULL, "")                                                       \
    X(CHOICE, "choice", RADIOS, TEXT, NULL, "options")                                                       \
    X(SELECT, "select", SELECT, TEXT, NULL, "options list")                                                  \
    X(SEVERAL, "several", CHECKBOXES, LIST, NULL, "options min_items max_items")                             \
    X(RANKED, "ranked", PARTS, LIST, NULL, "options min_items max_items")                                    \
    X(CASCADE, "cascade", PARTS, LIST, NULL, "options levels")                                               \
    X(PERSON_NAME, "person_name", INPUT, TEXT, NULL, "")                                                     \
    X(PERSONAL_ID, "personal_id", INPUT, TEXT, NULL, "birth_date gender")                                    \
    X(IDENTITY_CARD, "identity_card", INPUT, TEXT, NULL, "")                                                 \
    X(IDENTITY_NUMBER, "identity_number", INPUT, TEXT, NULL, "birth_date gender")                            \
    X(PASSPORT, "passport", INPUT, TEXT, NULL, "")                                                           \
    X(TAX_CODE, "tax_code", INPUT, TEXT, NULL, "")                                                           \
    X(HOUSEHOLD, "household", INPUT, TEXT, NULL, "")                                                         \
    X(ADDRESS, "address", PARTS, PARTS, "administrative_unit", "city line_required")                         \
    X(ADMINISTRATIVE_UNIT, "administrative_unit", SELECT, TEXT, "administrative_unit", "level parent")       \
    X(AGENCY, "agency", SELECT, TEXT, "agency", "")                                                          \
    X(COUNTRY, "country", SELECT, TEXT, "country", "")                                                       \
    X(NATIONALITY, "nationality", SELECT, TEXT, "country", "")                                               \
    X(ETHNIC_GROUP, "ethnic_group", SELECT, TEXT, "ethnic_group", "")                                        \
    X(OCCUPATION, "occupation", SELECT, TEXT, "occupation", "")                                              \
    X(REFERENCE, "reference", SELECT, TEXT, NULL, "list")                                                    \
    X(BANK_ACCOUNT, "bank_account", PARTS, PARTS, "bank", "")                                                \
    X(DOSSIER, "dossier", INPUT, TEXT, NULL, "accepts")                                                      \
    X(GROUP, "group", GROUP, GROUP, NULL, "fields min_rows max_rows row_label add_label totals table")       \
    X(FILE, "file", FILE, LIST, NULL, "max_files accept max_bytes")                                          \
    X(PHOTO, "photo", FILE, LIST, NULL, "max_bytes")                                                         \
    X(SIGNATURE, "signature", PARTS, PARTS, NULL, "consent_text drawing")                                    \
    X(MAP_POINT, "map_point", PARTS, PARTS, NULL, "")                                                        \
    X(MAP_PLOT, "map_plot", PLOT, LIST, NULL, "")                                                            \
    X(COMPUTED, "computed", OUTPUT, ANY, NULL, "format")                                                     \
    X(HEADING, "heading", STATIC, NONE, NULL, "")                                                            \
    X(EXPLANATION, "explanation", STATIC, NONE, NULL, "")                                                    \
    X(NOTICE, "notice", STATIC, NONE, NULL, "")

enum form_kind {
#define X(enumerator, name, widget, shape, list, properties) KIND_##enumerator,
    FORM_KINDS(X)
#undef X
        KIND_COUNT
};

struct form_kind_info {
    const char *name;
    enum form_widget widget;
    enum form_shape shape;
    const char *list;
    const char *properties; /* own properties of the definition, separated by blanks */
};

extern const struct form_kind_info form_kinds[KIND_COUNT];
extern const char *const form_widget_names[];

/* A text for people; vi NULL: absent. */
struct form_text {
    const char *vi, *en;
};

/* Which codes a field of kind `dossier` takes: of a dossier of the person, of a result, of either, any at
 * all. */
enum form_code_source { CODE_EITHER, CODE_DOSSIER, CODE_RESULT, CODE_ANY };

enum form_binding_scope { BINDING_TOP, BINDING_ROW, BINDING_ROW_NUMBER, BINDING_VARIABLE };

struct form_binding {
    struct str name;
    enum form_binding_scope scope;
    size_t index; /* of the field; BINDING_TOP and BINDING_ROW */
};

struct form_expression {
    const char *source;
    const char *path; /* in the definition */
    const struct feel_expression *feel;
    struct form_binding *bindings;
    size_t binding_count;
};

struct form_choice {
    const char *value;
    struct form_text label, help;
    struct form_expression *visible_if;
    struct form_choice *choices; /* of the next level; cascade only */
    size_t choice_count;
};

struct form_field {
    const char *key; /* NULL: a text without key */
    enum form_kind kind;
    struct form_text label, help, example, message, pattern_message, unit, row_label, add_label, consent_text;
    const char *path, *meaning, *width, *format, *default_text;
    const char *rules; /* the definition without its words, canonical: equal when nothing but words differs */
    bool required, hidden_value;
    bool table;   /* a group: rows side by side where there is room */
    bool drawing; /* a signature: may be drawn */
    struct form_expression *required_if, *visible_if, *valid_if, *value;
    /* limits */
    int64_t min_length, max_length, min_items, max_items; /* items: also rows and files */
    bool has_minimum, has_maximum;
    struct feel_number minimum, maximum;
    const char *minimum_text, *maximum_text; /* dates ("today" too) and times */
    int decimals;
    const char *pattern;
    const pcre2_code *regex;
    /* choices */
    struct form_choice *choices;
    size_t choice_count;
    struct form_text *levels;
    size_t level_count;
    const char *list, *parent, *level; /* parent: also the fixed city of an address */
    bool line_required;
    enum form_code_source accepts;
    /* personal numbers: index of a field in the same scope, -1 when none */
    int birth_date, gender;
    const char *birth_date_key, *gender_key;
    /* group */
    struct form_field *fields;
    size_t field_count;
    size_t *order;
    size_t *totals;
    size_t total_count;
    /* file */
    const char **accept;
    size_t accept_count;
    int64_t max_bytes, max_files; /* 0: not said */
    size_t page, section;
};

struct form_exit_rule {
    struct form_expression *condition;
    struct form_text title, message, link_label;
    const char *link;
};

struct form_section {
    const char *key;
    struct form_text title, help;
    struct form_expression *visible_if;
    size_t first, count; /* fields */
};

struct form_page {
    const char *key;
    struct form_text title, help;
    struct form_expression *visible_if;
    struct form_exit_rule *exits;
    size_t exit_count;
    struct form_section *sections;
    size_t section_count;
    size_t first, count; /* fields */
};

struct form {
    const char *key;
    struct form_text title, help;
    struct str *variables;
    size_t variable_count;
    struct form_page *pages;
    size_t page_count;
    struct form_field *fields;
    size_t field_count;
    size_t *order;
};

static inline const struct form_kind_info *field_info(const struct form_field *field)
{
    return &form_kinds[field->kind];
}
static inline bool field_takes_input(const struct form_field *field)
{
    return !field->value && field_info(field)->shape != SHAPE_NONE;
}
static inline bool field_has_choices(const struct form_field *field)
{
    return field->choice_count > 0;
}

/* compile.c and its parts share the reader. */
struct form_reader {
    struct arena *arena;
    struct form *form;
    struct form_finding *findings;
    size_t finding_count, finding_capacity;
    bool failed;
    bool published; /* for rules that came later than it: a finding of theirs is a warning then */
    size_t field_total;
};

void form_report(struct form_reader *reader, bool warning, const char *path, const char *code,
                 const char *message, const char *argument);
/* expressions.c: second pass over a form whose structure is complete. */
void form_link_expressions(struct form_reader *reader);
/* read_field.c */
void form_read_field(struct form_reader *reader, const json_t *json, const char *path, bool in_group,
                     struct form_field *field);
/* read.c: typed properties with findings */
void form_check_properties(struct form_reader *reader, const json_t *json, const char *path,
                           const char *allowed, const char *more);
struct form_text form_read_text(struct form_reader *reader, const json_t *json, const char *path,
                                const char *name, bool required);
struct form_text form_read_text_node(struct form_reader *reader, const json_t *node, const char *path);
const char *form_read_string(struct form_reader *reader, const json_t *json, const char *path,
                             const char *name);
bool form_read_bool(struct form_reader *reader, const json_t *json, const char *path, const char *name,
                    bool fallback);
int64_t form_read_integer(struct form_reader *reader, const json_t *json, const char *path, const char *name,
                          int64_t low, int64_t high, int64_t fallback);
struct form_expression *form_read_expression(struct form_reader *reader, const json_t *json, const char *path,
                                             const char *name);
bool form_key_valid(struct str key);

/* pattern.c */
const char *form_pattern_unportable(const char *pattern); /* the construct, or NULL */
const pcre2_code *form_pattern_compile(struct arena *arena, const char *pattern);
/* UNDECIDED: the limits that keep a pattern from trying without end were reached first. */
enum pattern_result { PATTERN_MATCHES, PATTERN_DIFFERS, PATTERN_UNDECIDED };
enum pattern_result form_pattern_match(const pcre2_code *regex, struct str text);
/* Does it reach them with a simple text of at most `length` bytes? */
bool form_pattern_runs_away(const pcre2_code *regex, int64_t length);

#endif
