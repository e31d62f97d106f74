/* A page of a form as data for the templates (docs/forms.md, "View of a page"). */
#include "motcua/codec/json.h"

#include "view.h"

/*
 * A template looks an absent name up in the surrounding view: a field of a row would show the error of its
 * group. So every optional member of a view is there from the start, as false.
 */
json_t *form_view_new(const char *names)
{
    json_t *view = json_object();
    struct str rest = str_of(names), name;
    bool more = true;
    char text[32];
    while (more) {
        more = str_split(rest, ' ', &name, &rest);
        if (name.length == 0 || name.length >= sizeof text) continue;
        memcpy(text, name.data, name.length);
        text[name.length] = 0;
        json_object_set_new(view, text, json_false());
    }
    return view;
}

static const char field_members[] =
    "help help_id example required optional visible hidden error error_id described_by filled_from value "
    "input "
    "day month year partial options searchable parts rows can_add add_value add_label totals files "
    "visible_if text consent_text depends part is_group widget_static widget_output "
    "widget_input widget_textarea widget_radios widget_checkboxes widget_checkbox widget_select widget_date "
    "widget_parts widget_group widget_file widget_search widget_plot list words table "
    "drawing has_drawing offered has_offered";

static void set(json_t *object, const char *name, const char *text)
{
    if (text && *text) json_set_cstr(object, name, text);
}

static void flag(json_t *object, const char *name, bool value)
{
    if (value) json_object_set_new(object, name, json_true());
}

const struct form_error *form_error_at(const struct form_errors *errors, const char *path)
{
    for (size_t i = 0; errors && i < errors->count; i++)
        if (strcmp(errors->list[i].field, path) == 0) return &errors->list[i];
    return NULL;
}

static void set_widget(json_t *view, struct arena *arena, enum form_widget widget)
{
    json_object_set_new(view, arena_printf(arena, "widget_%s", form_widget_names[widget]), json_true());
}

static void set_described_by(struct form_viewer *viewer, json_t *view, const char *id, bool help, bool error)
{
    const char *help_id = help ? arena_printf(viewer->arena, "%s-help", id) : NULL;
    const char *error_id = error ? arena_printf(viewer->arena, "%s-error", id) : NULL;
    set(view, "help_id", help_id);
    set(view, "error_id", error_id);
    if (help_id && error_id)
        set(view, "described_by", arena_printf(viewer->arena, "%s %s", help_id, error_id));
    else
        set(view, "described_by", help_id ? help_id : error_id);
}

/* Members every field has. */
static json_t *field_base(struct form_viewer *viewer, const struct form_field *field,
                          const struct form_field_state *state, const char *name)
{
    struct arena *arena = viewer->arena;
    const char *id = form_control_id(arena, name);
    const struct form_error *error = form_error_at(viewer->errors, name);
    json_t *view = form_view_new(field_members);
    set(view, "key", field->key);
    set(view, "name", name);
    set(view, "id", id);
    set(view, "kind", field_info(field)->name);
    json_object_set_new(view, arena_printf(arena, "is_%s", field_info(field)->name), json_true());
    set_widget(view, arena, field->value ? WIDGET_OUTPUT : field_info(field)->widget);
    set(view, "label", form_text_in(&field->label, viewer->language));
    const char *help = form_text_in(&field->help, viewer->language);
    if (!help && field->kind == KIND_TIME)
        help = form_translate(viewer->environment, N_("Giờ và phút, ví dụ 09:30 hoặc 14:05."));
    set(view, "help", help);
    set(view, "example", form_text_in(&field->example, viewer->language));
    if (field_takes_input(field)) {
        flag(view, "required", state->required);
        flag(view, "optional", !state->required);
        set(view, "filled_from", field->key ? json_get_cstr(viewer->filled, field->key, NULL) : NULL);
    }
    flag(view, "visible", state->visible);
    flag(view, "hidden", !state->visible);
    if (field->visible_if) set(view, "visible_if", field->visible_if->source);
    if (error) set(view, "error", error->text);
    set_described_by(viewer, view, id, help != NULL, error != NULL);
    return view;
}

/* --- inputs --- */

static const char *input_mode(enum form_kind kind)
{
    switch (kind) {
    case KIND_NUMBER:
        return "decimal";
    case KIND_INTEGER:
    case KIND_MONEY:
    case KIND_PERSONAL_ID:
    case KIND_IDENTITY_CARD:
    case KIND_IDENTITY_NUMBER:
    case KIND_HOUSEHOLD:
        return "numeric";
    case KIND_PHONE:
        return "tel";
    case KIND_EMAIL:
        return "email";
    default:
        return NULL;
    }
}

/* WCAG 1.3.5: the purpose of fields about the person who fills in. */
static const char *autocomplete(const struct form_viewer *viewer, const struct form_field *field)
{
    static const char *const purposes[][2] = {
        {"full_name", "name"}, {"birth_date", "bday"}, {"phone", "tel"}, {"email", "email"}};
    const char *whom = viewer->on_behalf ? "submitter." : "person.";
    if (!field->meaning || strncmp(field->meaning, whom, strlen(whom)) != 0) return NULL;
    for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
        if (strcmp(field->meaning + strlen(whom), purposes[i][0]) == 0) return purposes[i][1];
    return NULL;
}

/* As wide as what is written in it; NULL: the whole line. */
static const char *input_width(const struct form_field *field)
{
    if (field->width) return field->width;
    switch (field->kind) {
    case KIND_TIME:
    case KIND_INTEGER:
        return "short";
    case KIND_PHONE:
    case KIND_PERSONAL_ID:
    case KIND_IDENTITY_CARD:
    case KIND_IDENTITY_NUMBER:
    case KIND_PASSPORT:
    case KIND_TAX_CODE:
    case KIND_HOUSEHOLD:
    case KIND_NUMBER:
        return "medium";
    case KIND_EMAIL:
    case KIND_PERSON_NAME:
    case KIND_DOSSIER:
        return "long";
    default:
        return NULL;
    }
}

static void offer(json_t *list, const struct form_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("{s:s,s:s}", "value", options[i].value, "label", options[i].label));
}

/* The person's own dossiers and results, to choose from instead of copying a code. */
static void add_offered(struct form_viewer *viewer, json_t *view, const struct form_field *field)
{
    const struct form_codes *codes = viewer->environment->codes;
    json_t *offered = json_array();
    bool asked = codes && field->kind == KIND_DOSSIER && field->accepts != CODE_ANY;
    if (asked && field->accepts != CODE_DOSSIER) offer(offered, codes->results, codes->result_count);
    if (asked && field->accepts != CODE_RESULT) offer(offered, codes->offered, codes->offered_count);
    flag(view, "has_offered", json_array_size(offered) > 0);
    json_object_set_new(view, "offered", offered);
}

static void add_input(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                      const json_t *value)
{
    json_t *input = json_object();
    bool area = field_info(field)->widget == WIDGET_TEXTAREA;
    bool free_text = field->kind == KIND_TEXT || field->kind == KIND_LONG_TEXT;
    set(input, "type", field->kind == KIND_EMAIL ? "email" : field->kind == KIND_PHONE ? "tel" : "text");
    set(input, "inputmode", input_mode(field->kind));
    set(input, "autocomplete", autocomplete(viewer, field));
    set(input, "width", input_width(field));
    set(input, "unit",
        field->kind == KIND_MONEY ? form_translate(viewer->environment, N_("đồng"))
                                  : form_text_in(&field->unit, viewer->language));
    if (free_text) json_object_set_new(input, "max_length", json_integer(field->max_length));
    if (area) json_object_set_new(input, "rows", json_integer(field->max_length > 1000 ? 6 : 4));
    json_object_set_new(view, "input", input);
    if (field->kind == KIND_MONEY && json_is_integer(value) && json_integer_value(value) > 0 &&
        viewer->environment->money_words)
        set(view, "words",
            viewer->environment->money_words(viewer->arena, viewer->language, json_integer_value(value)));
    flag(view, "is_money", field->kind == KIND_MONEY);
    add_offered(viewer, view, field);
}

static void add_date(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                     const json_t *value)
{
    struct str text = json_str_value(value), day = STR_NULL, month = STR_NULL, year = STR_NULL;
    flag(view, "partial", field->kind == KIND_PARTIAL_DATE);
    if (form_partial_date_valid(text)) {
        year = str_slice(text, 0, 4);
        month = str_slice(text, 5, 7);
        day = str_slice(text, 8, 10);
    } else if (text.length) { /* "31/2/2017" as typed in parts */
        struct str rest;
        if (str_split(text, '/', &day, &rest)) str_split(rest, '/', &month, &year);
    }
    set(view, "day", arena_str(viewer->arena, day).data);
    set(view, "month", arena_str(viewer->arena, month).data);
    set(view, "year", arena_str(viewer->arena, year).data);
    json_t *input = json_object();
    set(input, "autocomplete", autocomplete(viewer, field));
    json_object_set_new(view, "input", input);
}

/* --- parts --- */

static json_t *part(struct form_viewer *viewer, const char *name, const char *label, enum form_widget widget)
{
    json_t *view = form_view_new(field_members);
    const char *dot = strrchr(name, '.');
    set(view, "key", dot ? dot + 1 : name);
    set(view, "part", dot ? dot + 1 : name);
    set(view, "name", name);
    set(view, "id", form_control_id(viewer->arena, name));
    set(view, "label", form_translate(viewer->environment, label));
    flag(view, "visible", true);
    set_widget(view, viewer->arena, widget);
    return view;
}

static void part_input(json_t *view, const char *value, const char *mode, const char *width)
{
    json_t *input = json_object();
    set(input, "type", "text");
    set(input, "inputmode", mode);
    set(input, "width", width);
    json_object_set_new(view, "input", input);
    json_set_cstr(view, "value", value);
}

static void add_address(struct form_viewer *viewer, json_t *parts, const struct form_field *field,
                        const char *name, const json_t *value)
{
    static const struct {
        const char *part, *label;
    } units[] = {{"city", N_("Tỉnh/Thành phố")},
                 {"district", N_("Quận/Huyện/Thị xã")},
                 {"commune", N_("Phường/Xã/Thị trấn")}};
    const char *parent = NULL;
    for (size_t i = 0; i < 3; i++) {
        if (i == 1 && !form_city_has_districts(viewer->environment, viewer->arena, parent)) continue;
        const char *part_name = arena_printf(viewer->arena, "%s.%s", name, units[i].part);
        const json_t *code = json_object_get(value, units[i].part);
        const char *current = i == 0 && field->parent ? field->parent
                              : json_is_string(code)  ? json_string_value(code)
                                                      : NULL;
        json_t *view;
        if (i == 0 && field->parent) {
            const char *label =
                form_list_label(viewer->environment, viewer->arena, "administrative_unit", field->parent);
            view = part(viewer, part_name, units[i].label, WIDGET_OUTPUT);
            set(view, "text", label ? label : field->parent);
        } else {
            view = part(viewer, part_name, units[i].label, WIDGET_SELECT);
            json_t *options = i == 0 || parent
                                  ? form_list_view(viewer, "administrative_unit", parent, part_name, code)
                                  : form_list_view(viewer, "", NULL, part_name, code);
            flag(view, "searchable", json_array_size(options) > 16);
            flag(view, "depends", i < 2); /* choosing one changes the next list */
            json_object_set_new(view, "options", options);
        }
        json_array_append_new(parts, view);
        parent = current;
    }
    json_t *line = part(viewer, arena_printf(viewer->arena, "%s.line", name),
                        N_("Số nhà, đường/phố, tổ dân phố hoặc thôn"), WIDGET_INPUT);
    part_input(line, json_get_cstr(value, "line", ""), NULL, "long");
    json_array_append_new(parts, line);
}

static void add_text_part(struct form_viewer *viewer, json_t *parts, const char *name, const char *member,
                          const char *label, const json_t *value, const char *mode)
{
    const json_t *current = json_object_get(value, member);
    json_t *view = part(viewer, arena_printf(viewer->arena, "%s.%s", name, member), label, WIDGET_INPUT);
    const char *text =
        json_is_number(current)
            ? form_number_shown(viewer->arena, form_number_text(viewer->arena, current), "vi", false)
        : json_is_string(current) ? json_string_value(current)
                                  : "";
    part_input(view, text, mode, "medium");
    json_array_append_new(parts, view);
}

static void add_day_part(struct form_viewer *viewer, json_t *parts, const char *name, const char *member,
                         const char *label, const json_t *value)
{
    static const struct form_field day = {.kind = KIND_DATE};
    json_t *view = part(viewer, arena_printf(viewer->arena, "%s.%s", name, member), label, WIDGET_DATE);
    const json_t *current = json_object_get(value, member);
    add_date(viewer, view, &day, current);
    json_set_cstr(view, "value", form_value_typed_text(&day, viewer->arena, current));
    json_array_append_new(parts, view);
}

static void add_numbered(struct form_viewer *viewer, json_t *parts, const struct form_field *field,
                         const char *name, const json_t *value)
{
    bool cascade = field->kind == KIND_CASCADE;
    const struct form_choice *choices = field->choices;
    size_t count = field->choice_count, slots = cascade ? field->level_count : (size_t)field->max_items;
    for (size_t i = 0; i < slots && count > 0; i++) {
        const char *part_name = arena_printf(viewer->arena, "%s.%zu", name, i);
        const json_t *current = json_array_get(value, i);
        const char *label = cascade ? form_text_in(&field->levels[i], viewer->language)
                                    : form_message(viewer->arena, viewer->environment, N_("Ưu tiên %s"),
                                                   arena_printf(viewer->arena, "%zu", i + 1));
        json_t *view = part(viewer, part_name, label, WIDGET_SELECT);
        json_object_set_new(view, "options",
                            form_choice_options(viewer, choices, count, part_name, current, true));
        flag(view, "depends", cascade && i + 1 < slots);
        json_array_append_new(parts, view);
        if (cascade) {
            const struct form_choice *chosen = form_choice_find(choices, count, json_string_value(current));
            choices = chosen ? chosen->choices : NULL;
            count = chosen ? chosen->choice_count : 0;
        }
    }
}

static void add_bank(struct form_viewer *viewer, json_t *parts, const char *name, const json_t *code)
{
    bool typed = form_list_way(viewer->environment, "bank") == LIST_TYPED;
    json_t *box = part(viewer, name, N_("Ngân hàng"), typed ? WIDGET_INPUT : WIDGET_SELECT);
    if (typed)
        part_input(box, json_is_string(code) ? json_string_value(code) : "", NULL, "medium");
    else
        json_object_set_new(box, "options", form_list_view(viewer, "bank", NULL, name, code));
    json_array_append_new(parts, box);
}

static void add_parts(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                      const char *name, const json_t *value)
{
    json_t *parts = json_array();
    json_t *box;
    switch (field->kind) {
    case KIND_ADDRESS:
        add_address(viewer, parts, field, name, value);
        break;
    case KIND_DATE_RANGE:
        add_day_part(viewer, parts, name, "from", N_("Từ ngày"), value);
        add_day_part(viewer, parts, name, "to", N_("Đến ngày"), value);
        break;
    case KIND_BANK_ACCOUNT:
        add_bank(viewer, parts, arena_printf(viewer->arena, "%s.bank", name), json_object_get(value, "bank"));
        add_text_part(viewer, parts, name, "number", N_("Số tài khoản"), value, "numeric");
        add_text_part(viewer, parts, name, "holder", N_("Tên chủ tài khoản"), value, NULL);
        break;
    case KIND_SIGNATURE:
        set(view, "consent_text", form_text_in(&field->consent_text, viewer->language));
        box = part(viewer, arena_printf(viewer->arena, "%s.consent", name),
                   form_text_in(&field->consent_text, viewer->language), WIDGET_CHECKBOX);
        flag(box, "value", json_get_bool(value, "consent", false));
        json_array_append_new(parts, box);
        add_text_part(viewer, parts, name, "name", N_("Họ tên người ký"), value, NULL);
        flag(view, "has_drawing", field->drawing);
        json_set_cstr(view, "drawing", json_get_cstr(value, "drawing", ""));
        break;
    case KIND_MAP_POINT:
        add_text_part(viewer, parts, name, "lat", N_("Vĩ độ"), value, "decimal");
        add_text_part(viewer, parts, name, "lon", N_("Kinh độ"), value, "decimal");
        break;
    default:
        add_numbered(viewer, parts, field, name, value);
        break;
    }
    size_t i;
    json_array_foreach(parts, i, box)
    { /* the fault is said once, for all of them; what must be filled in is said of each */
        json_object_set(box, "error_id", json_object_get(view, "error_id"));
        bool left_out =
            (field->kind == KIND_RANKED && i >= (size_t)field->min_items && i > 0) ||
            (field->kind == KIND_ADDRESS && i + 1 == json_array_size(parts) && !field->line_required);
        flag(box, "required", json_is_true(json_object_get(view, "required")) && !left_out);
        flag(box, "optional", field->kind == KIND_ADDRESS && left_out);
    }
    json_object_set_new(view, "parts", parts);
}

/* --- files and groups --- */

static void add_files(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                      const json_t *value)
{
    json_t *files = json_array();
    size_t count = json_is_array(value) ? json_array_size(value) : 0;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(files, json_pack("{s:O}", "document", json_array_get(value, i)));
    json_object_set_new(view, "files", files);
    if (count > 0) set(view, "text", form_value_shown(field, viewer->environment, viewer->arena, value));
    viewer->has_files = true;
}

void form_add_totals(struct form_viewer *viewer, json_t *view, const struct form_field *group,
                     const struct form_field_state *state)
{
    json_t *totals = json_array();
    for (size_t i = 0; i < group->total_count; i++) {
        const struct form_field *field = &group->fields[group->totals[i]];
        struct feel_number sum = feel_number_from_int64(0), term;
        for (size_t r = 0; r < state->row_count; r++) {
            const json_t *value = state->rows[r][group->totals[i]].value;
            if (json_is_number(value) && feel_number_from_text(form_number_text(viewer->arena, value), &term))
                (void)feel_number_add(sum, term, &sum);
        }
        char text[FEEL_NUMBER_TEXT_SIZE];
        size_t length = feel_number_text(sum, text);
        json_t *number = form_number_json(str_make(text, length));
        json_array_append_new(
            totals, json_pack("{s:s,s:s}", "label", form_text_in(&field->label, viewer->language), "value",
                              form_value_shown(field, viewer->environment, viewer->arena, number)));
        json_decref(number);
    }
    json_object_set_new(view, "totals", totals);
}

static void add_rows(struct form_viewer *viewer, json_t *view, const struct form_field *group,
                     const struct form_field_state *state, const json_t *value)
{
    size_t index = (size_t)(group - viewer->run->form->fields);
    json_t *rows = json_array();
    const char *own = form_text_in(&group->row_label, viewer->language);
    for (size_t r = 0; r < state->row_count; r++) {
        json_t *row = form_view_new("can_remove label"), *fields = json_array();
        form_run_enter_row(viewer->run, index, r);
        for (size_t i = 0; i < group->field_count; i++) {
            const struct form_field *field = &group->fields[i];
            const char *name = arena_printf(viewer->arena, "%s[%zu].%s", group->key, r,
                                            field->key ? field->key : arena_printf(viewer->arena, "_%zu", i));
            if (!(field->value && field->hidden_value))
                json_array_append_new(fields, form_field_view(viewer, field, &state->rows[r][i], name,
                                                              form_answer(json_array_get(value, r), field)));
        }
        form_run_leave_row(viewer->run);
        json_object_set_new(row, "index", json_integer((json_int_t)r));
        json_object_set_new(row, "number", json_integer((json_int_t)r + 1));
        set(row, "label",
            own ? arena_printf(viewer->arena, "%s %zu", own, r + 1)
                : form_message(viewer->arena, viewer->environment, N_("Dòng %s"),
                               arena_printf(viewer->arena, "%zu", r + 1)));
        set(row, "remove_value", arena_printf(viewer->arena, "%s[%zu]", group->key, r));
        flag(row, "can_remove", true);
        json_object_set_new(row, "fields", fields);
        json_array_append_new(rows, row);
    }
    json_object_set_new(view, "rows", rows);
    flag(view, "table", group->table);
    flag(view, "can_add", state->row_count < (size_t)group->max_items);
    set(view, "add_value", group->key);
    const char *add_label = form_text_in(&group->add_label, viewer->language);
    set(view, "add_label", add_label ? add_label : form_translate(viewer->environment, N_("Thêm dòng")));
    form_add_totals(viewer, view, group, state);
}

/* What belongs to the widget alone. */
static void add_widget(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                       const struct form_field_state *state, const char *name, const json_t *answer)
{
    switch (field_info(field)->widget) {
    case WIDGET_INPUT:
    case WIDGET_TEXTAREA:
        add_input(viewer, view, field, answer);
        break;
    case WIDGET_DATE:
        add_date(viewer, view, field, answer);
        break;
    case WIDGET_RADIOS:
    case WIDGET_CHECKBOXES:
        if (field->kind == KIND_YES_NO)
            form_add_yes_no(viewer, view, name, answer);
        else
            json_object_set_new(
                view, "options",
                form_choice_options(viewer, field->choices, field->choice_count, name, answer, false));
        break;
    case WIDGET_CHECKBOX:
        flag(view, "value", json_is_true(answer));
        break;
    case WIDGET_SELECT:
        form_add_select(viewer, view, field, name, answer);
        break;
    case WIDGET_PARTS:
        add_parts(viewer, view, field, name, answer);
        break;
    case WIDGET_PLOT:
        json_set_cstr(view, "value", form_plot_typed(viewer->arena, answer));
        if (json_array_size(answer) > 0)
            set(view, "text", form_plot_area_shown(viewer->environment, viewer->arena, answer));
        break;
    case WIDGET_FILE:
        add_files(viewer, view, field, answer);
        break;
    case WIDGET_GROUP:
        add_rows(viewer, view, field, state, answer);
        break;
    default:
        break;
    }
}

/* What stands in the box, for fields that are one box of text or one choice. */
static void add_value(struct form_viewer *viewer, json_t *view, const struct form_field *field,
                      const json_t *answer)
{
    enum form_shape shape = field_info(field)->shape;
    if (json_is_true(json_object_get(view, "widget_search")) && json_is_string(answer))
        json_set_cstr(view, "value",
                      form_list_entry_shown(viewer->environment, viewer->arena, field->list,
                                            json_string_value(answer)));
    else if (field_info(field)->widget != WIDGET_CHECKBOX && shape != SHAPE_NONE && shape != SHAPE_LIST &&
             shape != SHAPE_PARTS && shape != SHAPE_GROUP)
        json_set_cstr(view, "value", form_value_typed_text(field, viewer->arena, answer));
}

json_t *form_field_view(struct form_viewer *viewer, const struct form_field *field,
                        const struct form_field_state *state, const char *name, const json_t *answer)
{
    json_t *view = field_base(viewer, field, state, name);
    json_auto fallback = NULL;
    if (!answer && field->default_text &&
        json_parse(viewer->arena, str_of(field->default_text), 0, 0, &fallback, NULL) == STATUS_OK)
        answer = fallback;
    if (field->value) {
        set(view, "text", form_value_shown(field, viewer->environment, viewer->arena, state->value));
        return view;
    }
    add_widget(viewer, view, field, state, name, answer);
    add_value(viewer, view, field, answer);
    return view;
}
