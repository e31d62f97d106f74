/* Run-time helpers shared inside the library: reading what people type, values, messages. */
#ifndef MOTCUA_FORM_INTERNAL_H
#define MOTCUA_FORM_INTERNAL_H

#include "model.h"

/* --- text.c: what people type → canonical text --- */

/* NFC, invisible and control characters removed, trimmed; line ends "\n" when `multiline`, else blanks.
 * STATUS_INVALID: no UTF-8. */
NODISCARD enum status form_clean_text(struct arena *arena, struct str text, bool multiline,
                                      struct str *clean);
struct str form_collapse_blanks(struct arena *arena, struct str text);
/* "1.234.567,89", "1234,5", "8.000 đồng" → "1234567.89"; false when it is no number. `integer`: "8,000" is
 * eight thousand. */
bool form_read_number(struct arena *arena, struct str text, bool integer, struct str *decimal);
/* dd/mm/yyyy, d-m-yyyy, d.m.yyyy, yyyy-mm-dd → "yyyy-mm-dd"; a real day of the years 1800-2199. */
bool form_read_date(struct str text, char out[11]);
bool form_read_date_parts(struct str day, struct str month, struct str year, bool partial, char out[11]);
/* Also mm/yyyy and yyyy. */
bool form_read_partial_date(struct str text, char out[11]);
/* "9:32", "09h32", "9 giờ 32" → "09:32". */
bool form_read_time(struct str text, char out[6]);

/* --- value.c --- */

/* Does the value have the JSON type and basic form (a real date, an object of the right members) of the kind?
 */
bool form_value_typed(const struct form_field *field, const json_t *value);
/* Null, "", [], {} with nothing in it, false for a consent box. */
bool form_value_empty(const struct form_field *field, const json_t *value);
bool form_date_valid(struct str text);
bool form_partial_date_valid(struct str text);
bool form_time_valid(struct str text);
/* FEEL value of a typed answer; null otherwise. Groups are not handled here. */
const struct feel_value *form_value_to_feel(struct arena *arena, const struct form_field *field,
                                            const json_t *value);
/* JSON number from canonical decimal text: integer when it is one, NULL when it needs more than 15 digits. */
json_t *form_number_json(struct str decimal);
/* Decimal text of a JSON number, shortest that reads back. */
struct str form_number_text(struct arena *arena, const json_t *number);
/* The names of members of an object kind, NULL-terminated. */
const char *const *form_part_names(enum form_kind kind);

/* --- message.c: texts for people --- */

const char *form_text_in(const struct form_text *text, const char *language); /* NULL when absent */
const char *form_translate(const struct form_environment *environment, const char *message);
/* Translated message with %s replaced by `argument`. */
const char *form_message(struct arena *arena, const struct form_environment *environment, const char *message,
                         const char *argument);
/* "1234567.89" → "1.234.567,89" (vi) or "1,234,567.89" (en). */
const char *form_number_shown(struct arena *arena, struct str decimal, const char *language, bool grouped);
const char *form_date_shown(struct arena *arena, struct str iso); /* also partial dates */
const char *form_language(const struct form_environment *environment);

/* --- lists.c: built-in and outside lists --- */

bool form_list_contains(const struct form_environment *environment, const char *list, const char *parent,
                        const char *value);
/* NULL when unknown. */
const char *form_list_label(const struct form_environment *environment, struct arena *arena, const char *list,
                            const char *value);
/* Plots of land (plot.c): a list of corners "21.0285,105.8542", latitude first, in the order of the boundary.
 */
bool form_corner_valid(struct str text);
/* The lines of a text, a corner each, as people write them; the text itself when one cannot be read or there
 * are more than PLOT_CORNERS_MAXIMUM, NULL when there is none. */
size_t form_plot_lines(struct str text); /* those that are not blank */
json_t *form_read_plot(struct arena *arena, struct str text);
const char *form_plot_typed(struct arena *arena, const json_t *corners);
bool form_plot_crosses(struct arena *arena, const json_t *corners);
double form_plot_area(struct arena *arena, const json_t *corners); /* square metres */
const char *form_plot_area_shown(const struct form_environment *environment, struct arena *arena,
                                 const json_t *corners); /* "1.250 m²" */
/* A drawn signature: an SVG path of M and L over 600 × 200. */
bool form_drawing_valid(struct str text);
enum { SIGNATURE_MAXIMUM = 12000 };

/* How a person says what she means: from a list short enough to choose from, by words, or in her own. */
enum form_list_way { LIST_CHOSEN, LIST_SEARCHED, LIST_TYPED };
enum { LIST_CHOSEN_MAXIMUM = 200, LIST_FOUND_MAXIMUM = 12 };
enum form_list_way form_list_way(const struct form_environment *environment, const char *list);
/* "Trồng lúa (0111)", which form_list_code() reads; the code alone where the list does not have it. */
const char *form_list_entry_shown(const struct form_environment *environment, struct arena *arena,
                                  const char *list, const char *code);
/* The code of what was typed: a code, what form_list_entry_shown() gives, or a label that only one entry has.
 * Otherwise the text itself. */
struct str form_list_code(const struct form_environment *environment, struct arena *arena, const char *list,
                          struct str text);
size_t form_list_options(const struct form_environment *environment, struct arena *arena, const char *list,
                         const char *parent, struct form_option **options);
/* Has the city districts today? True also where nothing is known of it. */
bool form_city_has_districts(const struct form_environment *environment, struct arena *arena,
                             const char *city);
/* True for the lists this library carries ("country", "ethnic_group"): their values are enumerated in the
 * JSON Schema. */
size_t form_builtin_list(const char *list, const char *const (**rows)[3]);

/* --- choices --- */

const struct form_choice *form_choice_find(const struct form_choice *choices, size_t count,
                                           const char *value);
/* The label of a value, the value itself when unknown. */
const char *form_choice_label(const struct form_field *field, const struct form_environment *environment,
                              struct arena *arena, const char *value);

/* parse.c: cleaned text → value of the kind, the text itself when it cannot be read; NULL when empty. */
json_t *form_text_value(struct arena *arena, const struct form_field *field, struct str text);

/* --- display.c: values as text for people --- */

/* "" when empty; "; "-joined lists, labels of choices, dd/mm/yyyy, "8.000 đồng". */
const char *form_value_shown(const struct form_field *field, const struct form_environment *environment,
                             struct arena *arena, const json_t *value);
/* As it goes into a text input: what form_parse_page reads back to the same value; text that could not be
 * read as it was typed. */
const char *form_value_typed_text(const struct form_field *field, struct arena *arena, const json_t *value);
/* "f-thanh_vien-0-ho_ten" from "thanh_vien[0].ho_ten". */
const char *form_control_id(struct arena *arena, const char *name);

/* --- evaluate.c --- */

/* One run over a form: FEEL values of everything settled so far. */
struct form_run {
    const struct form *form;
    struct arena *arena;
    const struct form_environment *environment;
    const struct feel_value **top; /* by field index; NULL: not settled */
    const struct feel_value **row; /* of the row at hand, or NULL */
    size_t row_number;             /* from 1 */
    const struct feel_value *now;
    const struct feel_value *variables;
    const struct feel_value ****group_rows; /* by field index, row: values of the row's fields */
    bool *page_visible;
    bool *section_visible; /* by page and section, see section_first */
    size_t *section_first;
    unsigned evaluations;
    struct form_state *state;
};

/* Values, visibility, requirement; not yet page states. */
NODISCARD enum status form_run_start(struct form_run *run, const struct form *form, struct arena *arena,
                                     const json_t *answers, const struct form_environment *environment,
                                     struct form_state *state);
/* Notes for the log what could not be checked: the first of a run stands for all. */
void form_run_trouble(struct form_run *run, const char *path, const char *why);
bool form_run_true(struct form_run *run, const struct form_expression *expression);
/* Does valid_if let the answer of the field pass? Also while it cannot tell for want of another answer: what
 * is missing is said where it is missing. */
bool form_run_valid(struct form_run *run, const struct form_field *field);
/* Makes the row the scope of expressions; `row` beyond the end: back to the top. */
void form_run_enter_row(struct form_run *run, size_t group, size_t row);
void form_run_leave_row(struct form_run *run);
bool form_section_visible(const struct form_run *run, size_t page, size_t section);

/* --- validate.c --- */

/* Errors of the pages first..last-1 of a finished run, in order. */
void form_run_validate(struct form_run *run, const json_t *answers, size_t first, size_t last,
                       struct form_errors *errors);

struct form_problem {
    const char *code, *message, *argument;
};
/* check.c: what is wrong with one value that is not empty. Shape: what the JSON Schema also says. False when
 * nothing is. */
bool form_check_shape(const struct form_field *field, struct arena *arena, const json_t *value,
                      struct form_problem *problem);
bool form_check_value(const struct form_field *field, const struct form_environment *environment,
                      struct arena *arena, const json_t *value, struct form_problem *problem);
/* codes.c: does the code of a dossier or result stand for one that this field takes? */
bool form_check_code(const struct form_field *field, const struct form_environment *environment,
                     const char *code, struct form_problem *problem);
/* `scope`: answers of the same row or the whole. Personal numbers against birth date and gender. */
bool form_check_agreement(const struct form_field *field, const struct form_field *siblings,
                          const json_t *scope, struct form_problem *problem);

/* Answer of a field by its key in an object; NULL when none. */
static inline json_t *form_answer(const json_t *answers, const struct form_field *field)
{
    return field->key ? json_object_get(answers, field->key) : NULL;
}
bool form_choice_visible(struct form_run *run, const struct form_choice *choice);
/* validate.c: asked for in every case, so that the JSON Schema lists it as required. */
bool form_required_always(const struct form *form, const struct form_field *field, bool in_group);

#endif
