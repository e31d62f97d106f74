/*
 * What a browser sent → answers. Names of controls are looked up in a sorted index; every field reads its own
 * controls and nothing else is looked at, so unknown or repeated names do no harm.
 */
#include <stdio.h>
#include <stdlib.h>

#include "motcua/codec/identifier.h"
#include "motcua/codec/json.h"

#include "internal.h"

struct parser {
    const struct form *form;
    const struct form_environment *environment;
    struct arena *arena;
    const struct form_pair *pairs; /* cleaned, in the order they came */
    size_t *index;                 /* sorted by name, then by position */
    size_t count;
    enum status status;
};

/* --- the index of names --- */

static int compare_pairs(const void *a, const void *b, void *context)
{
    const struct form_pair *pairs = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    int order = str_compare(pairs[left].name, pairs[right].name);
    return order ? order : left < right ? -1 : 1;
}

/* First place in the index whose name is not below `name`. */
static size_t lower_bound(const struct parser *parser, struct str name)
{
    size_t low = 0, high = parser->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(parser->pairs[parser->index[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The n-th value sent under the name; NULL data when there is none. */
static struct str sent(const struct parser *parser, const char *name, size_t nth)
{
    size_t at = lower_bound(parser, str_of(name)) + nth;
    if (at >= parser->count || !str_equal_cstr(parser->pairs[parser->index[at]].name, name)) return STR_NULL;
    struct str value = parser->pairs[parser->index[at]].value;
    return value.data ? value : STR("");
}

static struct str sent_part(const struct parser *parser, const char *name, const char *part)
{
    return sent(parser, arena_printf(parser->arena, "%s.%s", name, part), 0);
}

/* --- one value --- */

/* Cleaned text; the parser's status tells of malformed bytes. */
static struct str clean(struct parser *parser, struct str raw, bool multiline)
{
    struct str text = STR("");
    if (raw.length > FORM_TEXT_MAXIMUM * 4) {
        parser->status = STATUS_TOO_LARGE;
        return text;
    }
    enum status status = form_clean_text(parser->arena, raw, multiline, &text);
    if (status != STATUS_OK) parser->status = status;
    return text;
}

/* Digits only, blanks and the marks people put between them left out; the text itself when other characters
 * stand in it. */
static struct str compact(struct arena *arena, struct str text, const char *leave_out)
{
    char *out = arena_alloc(arena, text.length + 1);
    size_t used = 0;
    for (size_t i = 0; i < text.length; i++)
        if (!strchr(leave_out, text.data[i])) out[used++] = text.data[i];
    out[used] = 0;
    return str_make(out, used);
}

static struct str upper(struct arena *arena, struct str text)
{
    char *out = arena_strndup(arena, text.data, text.length);
    for (size_t i = 0; i < text.length; i++)
        if (out[i] >= 'a' && out[i] <= 'z') out[i] = (char)(out[i] - 'a' + 'A');
    return str_make(out, text.length);
}

static struct str email(struct arena *arena, struct str text)
{
    ptrdiff_t at = str_find_char(text, '@');
    char *out = arena_strndup(arena, text.data, text.length);
    for (size_t i = at < 0 ? text.length : (size_t)at; i < text.length; i++)
        if (out[i] >= 'A' && out[i] <= 'Z') out[i] = (char)(out[i] - 'A' + 'a');
    return str_make(out, text.length);
}

static struct str tax_code(struct arena *arena, struct str text)
{
    struct str plain = compact(arena, text, " .");
    if (plain.length == 13 && str_find_char(plain, '-') < 0)
        return str_of(arena_printf(arena, "%.10s-%.3s", plain.data, plain.data + 10));
    return plain;
}

/* Canonical text of a text kind. */
static struct str canonical_text(struct arena *arena, enum form_kind kind, struct str text)
{
    char phone[IDENTIFIER_PHONE_SIZE];
    switch (kind) {
    case KIND_PHONE:
        return identifier_normalise_phone(text, phone) ? str_of(arena_strdup(arena, phone)) : text;
    case KIND_EMAIL:
        return email(arena, text);
    case KIND_PERSONAL_ID:
    case KIND_IDENTITY_CARD:
    case KIND_IDENTITY_NUMBER:
    case KIND_HOUSEHOLD:
        return compact(arena, text, " .-");
    case KIND_PASSPORT:
        return upper(arena, compact(arena, text, " .-"));
    case KIND_TAX_CODE:
        return tax_code(arena, text);
    case KIND_PERSON_NAME:
        return form_collapse_blanks(arena, text);
    case KIND_DOSSIER:
        return upper(arena, compact(arena, text, " "));
    default:
        return text;
    }
}

/* A number, or the text itself when it is none; NULL when empty. */
static json_t *number_value(struct arena *arena, struct str text, bool integer)
{
    struct str decimal;
    json_t *number = form_read_number(arena, text, integer, &decimal) ? form_number_json(decimal) : NULL;
    return number ? number : text.length ? json_str_new(text) : NULL;
}

json_t *form_text_value(struct arena *arena, const struct form_field *field, struct str text)
{
    char date[11], time[6];
    if (text.length == 0) return NULL;
    switch (field_info(field)->shape) {
    case SHAPE_NUMBER:
    case SHAPE_INTEGER:
        return number_value(arena, text, field_info(field)->shape == SHAPE_INTEGER);
    case SHAPE_DATE:
        return json_str_new(form_read_date(text, date) ? str_of(date) : text);
    case SHAPE_PARTIAL_DATE:
        return json_str_new(form_read_partial_date(text, date) ? str_of(date) : text);
    case SHAPE_TIME:
        return json_str_new(form_read_time(text, time) ? str_of(time) : text);
    case SHAPE_BOOLEAN:
        if (str_equal_cstr(text, "true") || str_equal_cstr(text, "on")) return json_true();
        return str_equal_cstr(text, "false") ? json_false() : json_str_new(text);
    default:
        return json_str_new(canonical_text(arena, field->kind, text));
    }
}

/* --- fields --- */

enum outcome { KEEP, SET };

static enum outcome parse_date(struct parser *parser, const struct form_field *field, const char *name,
                               json_t **value)
{
    struct str whole = sent(parser, name, 0);
    if (whole.data) {
        *value = form_text_value(parser->arena, field, clean(parser, whole, false));
        return SET;
    }
    struct str day = sent_part(parser, name, "day"), month = sent_part(parser, name, "month"),
               year = sent_part(parser, name, "year");
    if (!year.data && !month.data && !day.data) return KEEP;
    char date[11];
    day = clean(parser, day, false);
    month = clean(parser, month, false);
    year = clean(parser, year, false);
    if (day.length + month.length + year.length == 0)
        *value = NULL;
    else if (form_read_date_parts(day, month, year, field->kind == KIND_PARTIAL_DATE, date))
        *value = json_str_new(str_of(date));
    else
        *value = json_str_new(str_of(
            arena_printf(parser->arena, "%.*s/%.*s/%.*s", STR_ARG(day), STR_ARG(month), STR_ARG(year))));
    return SET;
}

static json_t *part_value(struct parser *parser, enum form_kind kind, const char *part, struct str raw)
{
    struct str text = clean(parser, raw, false);
    if (strcmp(part, "drawing") == 0) text = compact(parser->arena, text, " ");
    if (kind == KIND_MAP_POINT) return number_value(parser->arena, text, false);
    if (strcmp(part, "consent") == 0)
        return json_boolean(str_equal_cstr(text, "true") || str_equal_cstr(text, "on"));
    if (kind == KIND_BANK_ACCOUNT && strcmp(part, "number") == 0) text = compact(parser->arena, text, " .-");
    if (strcmp(part, "name") == 0 || strcmp(part, "holder") == 0)
        text = form_collapse_blanks(parser->arena, text);
    return text.length ? json_str_new(text) : NULL;
}

static enum outcome parse_parts(struct parser *parser, const struct form_field *field, const char *name,
                                json_t **value)
{
    static const struct form_field day = {.kind = KIND_DATE};
    const char *const *parts = form_part_names(field->kind);
    bool any = false;
    json_t *object = json_object();
    for (size_t i = 0; parts[i]; i++) {
        json_t *part = NULL;
        if (field->kind == KIND_DATE_RANGE) {
            any |=
                parse_date(parser, &day, arena_printf(parser->arena, "%s.%s", name, parts[i]), &part) == SET;
        } else {
            struct str raw = sent_part(parser, name, parts[i]);
            any |= raw.data != NULL;
            part = raw.data ? part_value(parser, field->kind, parts[i], raw) : NULL;
        }
        if (part) json_object_set_new(object, parts[i], part);
    }
    if (field->kind == KIND_ADDRESS && field->parent && any)
        json_object_set_new(object, "city", json_string(field->parent));
    if (form_value_empty(field, object)) {
        json_decref(object);
        object = NULL;
    }
    *value = object;
    return any ? SET : KEEP;
}

/* key.0, key.1, ...: cascade and ranked. */
static enum outcome parse_numbered(struct parser *parser, const struct form_field *field, const char *name,
                                   json_t **value)
{
    size_t slots = field->kind == KIND_CASCADE ? field->level_count : (size_t)field->max_items;
    bool any = false;
    json_t *list = json_array();
    for (size_t i = 0; i < slots; i++) {
        struct str raw = sent(parser, arena_printf(parser->arena, "%s.%zu", name, i), 0);
        any |= raw.data != NULL;
        struct str text = clean(parser, raw, false);
        if (text.length)
            json_array_append_new(list, json_str_new(text));
        else if (field->kind == KIND_CASCADE)
            break;
    }
    *value = list;
    if (json_array_size(list) == 0) {
        json_decref(list);
        *value = NULL;
    }
    return any ? SET : KEEP;
}

static enum outcome parse_several(struct parser *parser, const struct form_field *field, const char *name,
                                  bool was_visible, json_t **value)
{
    json_t *list = json_array();
    for (size_t i = 0; i <= field->choice_count; i++) {
        struct str raw = sent(parser, name, i);
        if (!raw.data) break;
        struct str text = clean(parser, raw, false);
        if (text.length) json_array_append_new(list, json_str_new(text));
    }
    bool any = sent(parser, name, 0).data != NULL;
    *value = list;
    if (json_array_size(list) == 0) {
        json_decref(list);
        *value = NULL;
    }
    return any || was_visible ? SET : KEEP;
}

/* Chosen from a long list: a radio button among what was found before, or words in the box. */
static enum outcome parse_search(struct parser *parser, const struct form_field *field, const char *name,
                                 json_t **value)
{
    struct str typed = clean(parser, sent(parser, name, 0), false),
               chosen = clean(parser, sent_part(parser, name, "choice"), false);
    struct str words = clean(parser, sent_part(parser, name, "words"), false);
    if (!sent(parser, name, 0).data) return KEEP;
    bool same_words = str_equal(words, typed); /* or the person has searched for something else since */
    if (chosen.length && same_words)
        *value = json_str_new(chosen);
    else if (typed.length)
        *value = json_str_new(form_list_code(parser->environment, parser->arena, field->list, typed));
    return SET;
}

static enum outcome parse_field(struct parser *parser, const struct form_field *field, const char *name,
                                bool was_visible, json_t **value)
{
    enum form_widget widget = field_info(field)->widget;
    *value = NULL;
    switch (widget) {
    case WIDGET_DATE:
        return parse_date(parser, field, name, value);
    case WIDGET_PARTS:
        if (field_info(field)->shape == SHAPE_LIST) return parse_numbered(parser, field, name, value);
        return parse_parts(parser, field, name, value);
    case WIDGET_PLOT:
        if (!sent(parser, name, 0).data) return KEEP;
        *value = form_read_plot(parser->arena, clean(parser, sent(parser, name, 0), true));
        return SET;
    case WIDGET_CHECKBOXES:
        return parse_several(parser, field, name, was_visible, value);
    case WIDGET_FILE:
    case WIDGET_STATIC:
    case WIDGET_OUTPUT:
    case WIDGET_GROUP:
        return KEEP;
    case WIDGET_SELECT:
        if (form_list_way(parser->environment, field->list) == LIST_SEARCHED)
            return parse_search(parser, field, name, value);
        break;
    default:
        break;
    }
    struct str raw = sent(parser, name, 0);
    bool clears = widget == WIDGET_RADIOS || widget == WIDGET_CHECKBOX;
    if (!raw.data) return clears && was_visible ? SET : KEEP;
    *value = form_text_value(parser->arena, field, clean(parser, raw, field->kind == KIND_LONG_TEXT));
    return SET;
}

static void store(json_t *answers, const struct form_field *field, enum outcome outcome, json_t *value)
{
    if (outcome == KEEP) return;
    if (value)
        json_object_set_new(answers, field->key, value);
    else
        json_object_del(answers, field->key);
}

static void parse_single(struct parser *parser, const struct form_field *field, bool was_visible,
                         json_t *answers)
{
    json_t *value;
    enum outcome outcome = parse_field(parser, field, field->key, was_visible, &value);
    store(answers, field, outcome, value);
}

/* --- groups --- */

/* Row numbers sent under "key[n].", ascending, each once; returns how many. */
static size_t sent_rows(struct parser *parser, const char *key, long **rows)
{
    const char *prefix = arena_printf(parser->arena, "%s[", key);
    size_t start = lower_bound(parser, str_of(prefix)), count = 0;
    long *found = arena_array(parser->arena, FORM_ROWS_MAXIMUM + 1, sizeof *found);
    for (size_t i = start; i < parser->count; i++) {
        struct str name = parser->pairs[parser->index[i]].name;
        if (!str_starts_with(name, str_of(prefix))) break;
        struct str rest = str_slice(name, strlen(prefix), name.length), number, after;
        int64_t row;
        if (!str_split(rest, ']', &number, &after) || !str_starts_with(after, STR(".")) ||
            number.length > 4 || str_to_int64(number, &row) != STATUS_OK || row < 0)
            continue;
        size_t at = 0;
        while (at < count && found[at] < row)
            at++;
        if (at < count && found[at] == row) continue;
        if (count == FORM_ROWS_MAXIMUM) {
            parser->status = STATUS_TOO_LARGE;
            break;
        }
        memmove(found + at + 1, found + at, (count - at) * sizeof *found);
        found[at] = (long)row;
        count++;
    }
    *rows = found;
    return count;
}

static bool row_empty(const struct form_field *group, const json_t *row)
{
    for (size_t i = 0; i < group->field_count; i++)
        if (group->fields[i].key && !form_value_empty(&group->fields[i], form_answer(row, &group->fields[i])))
            return false;
    return true;
}

static json_t *parse_row(struct parser *parser, const struct form_field *group, long number,
                         const json_t *before, const struct form_field_state *states)
{
    json_t *row = json_is_object(before) ? json_copy((json_t *)(uintptr_t)before) : json_object();
    for (size_t i = 0; i < group->field_count; i++) {
        const struct form_field *field = &group->fields[i];
        if (!field->key || !field_takes_input(field)) continue;
        json_t *value;
        bool was_visible = states ? states[i].visible : true;
        const char *name = arena_printf(parser->arena, "%s[%ld].%s", group->key, number, field->key);
        enum outcome outcome = parse_field(parser, field, name, was_visible, &value);
        store(row, field, outcome, value);
    }
    return row;
}

struct request {
    enum form_action action;
    struct str group;
    long row; /* to remove */
};

static void parse_group(struct parser *parser, const struct form_field *group,
                        const struct form_field_state *state, const struct request *request, json_t *answers)
{
    long *numbers;
    size_t count = sent_rows(parser, group->key, &numbers);
    bool mine = str_equal_cstr(request->group, group->key);
    json_t *before = json_get_array(answers, group->key);
    if (count == 0 && !(mine && request->action == FORM_ACTION_ADD_ROW)) return;
    json_t *rows = count ? json_array() : before ? json_copy(before) : json_array();
    for (size_t i = 0; i < count; i++) {
        if (mine && request->action == FORM_ACTION_REMOVE_ROW && numbers[i] == request->row) continue;
        size_t at = (size_t)numbers[i];
        json_t *row = parse_row(parser, group, numbers[i], json_array_get(before, at),
                                at < state->row_count ? state->rows[at] : NULL);
        if (request->action == FORM_ACTION_NONE && row_empty(group, row))
            json_decref(row);
        else
            json_array_append_new(rows, row);
    }
    if (mine && request->action == FORM_ACTION_ADD_ROW && json_array_size(rows) < (size_t)group->max_items)
        json_array_append_new(rows, json_object());
    if (json_array_size(rows))
        json_object_set(answers, group->key, rows);
    else
        json_object_del(answers, group->key);
    json_decref(rows);
}

static struct request read_request(const struct parser *parser, const struct form_page *page)
{
    struct request request = {.action = FORM_ACTION_NONE};
    struct str add = sent(parser, "_add", 0), remove = sent(parser, "_remove", 0), key = add, number;
    if (sent(parser, "_show", 0).data) request.action = FORM_ACTION_SHOW;
    int64_t row = 0;
    if (remove.data && str_split(remove, '[', &key, &number) && str_ends_with(number, STR("]")) &&
        number.length <= 5 && str_to_int64(str_slice(number, 0, number.length - 1), &row) == STATUS_OK)
        request.action = FORM_ACTION_REMOVE_ROW;
    else if (add.data)
        key = add;
    else
        return request;
    for (size_t i = page->first; i < page->first + page->count; i++) {
        const struct form_field *field = &parser->form->fields[i];
        if (field->kind == KIND_GROUP && str_equal_cstr(key, field->key)) {
            request.group = str_of(field->key);
            request.row = (long)row;
            if (request.action != FORM_ACTION_REMOVE_ROW) request.action = FORM_ACTION_ADD_ROW;
            return request;
        }
    }
    request.action = FORM_ACTION_SHOW; /* a button of no group: show the page again, nothing lost */
    return request;
}

static enum status check_pairs(struct parser *parser, const struct form_pair *pairs, size_t count,
                               struct error *error)
{
    if (count > FORM_PAIRS_MAXIMUM)
        return error_set(error, parser->arena, STATUS_TOO_LARGE, "form.pairs",
                         N_("Trang gửi lên có quá nhiều ô."), "%zu pairs", count);
    parser->pairs = pairs;
    parser->count = count;
    parser->index = arena_array(parser->arena, count + 1, sizeof *parser->index);
    for (size_t i = 0; i < count; i++)
        parser->index[i] = i;
    qsort_r(parser->index, count, sizeof *parser->index, compare_pairs, (void *)(uintptr_t)pairs);
    return STATUS_OK;
}

enum status form_parse_page(const struct form *form, struct arena *arena, size_t page_index,
                            const struct form_pair *pairs, size_t count, const json_t *before,
                            const struct form_environment *environment, struct form_submission *submission,
                            struct error *error)
{
    struct parser parser = {.form = form, .environment = environment, .arena = arena};
    if (page_index >= form->page_count)
        return error_set(error, arena, STATUS_NOT_FOUND, "form.page", N_("Biểu mẫu không có trang này."),
                         NULL);
    enum status status = check_pairs(&parser, pairs, count, error);
    if (status != STATUS_OK) return status;
    FORM_STATE_AUTO state = {0};
    struct form_run run;
    if (form_run_start(&run, form, arena, before, environment, &state) != STATUS_OK)
        return error_set(error, arena, STATUS_UNAVAILABLE, "form.memory", NULL, "out of memory");
    const struct form_page *page = &form->pages[page_index];
    struct request request = read_request(&parser, page);
    json_auto answers = json_is_object(before) ? json_copy((json_t *)(uintptr_t)before) : json_object();
    for (size_t i = page->first; i < page->first + page->count; i++) {
        const struct form_field *field = &form->fields[i];
        if (!field->key || !field_takes_input(field)) continue;
        if (field->kind == KIND_GROUP)
            parse_group(&parser, field, &state.fields[i], &request, answers);
        else
            parse_single(&parser, field, state.fields[i].visible, answers);
    }
    if (parser.status == STATUS_TOO_LARGE)
        return error_set(error, arena, STATUS_TOO_LARGE, "form.text_size", N_("Một ô có nội dung quá dài."),
                         NULL);
    if (parser.status != STATUS_OK)
        return error_set(error, arena, STATUS_INVALID, "form.encoding",
                         N_("Nội dung gửi lên không phải chữ UTF-8 hợp lệ."), NULL);
    *submission = (struct form_submission){
        .answers = json_incref(answers), .action = request.action, .action_field = request.group.data};
    return STATUS_OK;
}
