/*
 * The FEEL expressions of a form: compiled with the names they may use, every name bound to a field, and the
 * fields put into an order in which each value comes after those it depends on (depth-first search; a cycle
 * is a finding).
 */
#include "motcua/codec/json.h"

#include "internal.h"
#include "model.h"

struct linker {
    struct form_reader *reader;
    const struct form *form;
    struct feel_names names;
};

static int find_field(const struct form_field *fields, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].key && str_equal_cstr(name, fields[i].key)) return (int)i;
    return -1;
}

static bool is_member(const struct form *form, struct str name)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (find_field(form->fields[i].fields, form->fields[i].field_count, name) >= 0) return true;
    return false;
}

static bool bind(struct linker *linker, struct form_expression *expression, const struct form_field *group,
                 struct str name, struct form_binding *binding)
{
    const struct form *form = linker->form;
    int at = group ? find_field(group->fields, group->field_count, name) : -1;
    *binding = (struct form_binding){.name = name};
    if (at >= 0) {
        binding->scope = BINDING_ROW;
        binding->index = (size_t)at;
        return true;
    }
    at = find_field(form->fields, form->field_count, name);
    if (at >= 0) {
        binding->scope = BINDING_TOP;
        binding->index = (size_t)at;
        return true;
    }
    if (group && str_equal_cstr(name, "row_number")) {
        binding->scope = BINDING_ROW_NUMBER;
        return true;
    }
    for (size_t i = 0; i < form->variable_count; i++)
        if (str_equal(name, form->variables[i])) {
            binding->scope = BINDING_VARIABLE;
            return true;
        }
    if (is_member(form, name)) /* inside a filter: people[child = true] */
        return false;
    form_report(linker->reader, false, expression->path, "form.definition.unknown_name",
                N_("Biểu thức dùng tên “%s” nhưng biểu mẫu không có ô nào như vậy."),
                arena_str(linker->reader->arena, name).data);
    return false;
}

static void link_one(struct linker *linker, struct form_expression *expression,
                     const struct form_field *group)
{
    if (!expression) return;
    struct arena *arena = linker->reader->arena;
    struct error error = {0};
    if (feel_compile(arena, str_of(expression->source), &linker->names, &expression->feel, &error) !=
        STATUS_OK) {
        form_report(linker->reader, false, expression->path, "form.definition.feel", error.message,
                    error.argument);
        return;
    }
    size_t count;
    const struct str *names = feel_variables(expression->feel, &count);
    expression->bindings = arena_array(arena, count ? count : 1, sizeof *expression->bindings);
    for (size_t i = 0; i < count; i++)
        if (bind(linker, expression, group, names[i], &expression->bindings[expression->binding_count]))
            expression->binding_count++;
}

static void link_choices(struct linker *linker, struct form_choice *choices, size_t count,
                         const struct form_field *group)
{
    for (size_t i = 0; i < count; i++) {
        link_one(linker, choices[i].visible_if, group);
        link_choices(linker, choices[i].choices, choices[i].choice_count, group);
    }
}

static bool kind_in(const struct form_field *field, const enum form_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (field->kind == kinds[i]) return true;
    return false;
}

/* A field that a personal number must agree with; -1 when none. */
static int sibling(struct linker *linker, const struct form_field *field, const char *property,
                   const char *key, const enum form_kind kinds[2], const struct form_field *group)
{
    if (!key) return -1;
    const struct form_field *fields = group ? group->fields : linker->form->fields;
    const char *path = arena_printf(linker->reader->arena, "%s.%s", field->path, property);
    int at = find_field(fields, group ? group->field_count : linker->form->field_count, str_of(key));
    if (at < 0)
        form_report(linker->reader, false, path, "form.definition.unknown_name",
                    N_("Biểu thức dùng tên “%s” nhưng biểu mẫu không có ô nào như vậy."), key);
    if (at < 0 || kind_in(&fields[at], kinds, 2)) return at;
    form_report(linker->reader, linker->reader->published, path, "form.definition.agreement",
                N_("Ô “%s” không phải loại ô để đối chiếu: ngày sinh là date hoặc partial_date, giới tính "
                   "là choice hoặc select."),
                key);
    return -1;
}

static void check_default(struct linker *linker, const struct form_field *field)
{
    json_auto value = NULL;
    struct form_problem problem;
    struct arena *arena = linker->reader->arena;
    if (!field->default_text) return;
    if (json_parse(arena, str_of(field->default_text), 0, 0, &value, NULL) != STATUS_OK ||
        form_check_shape(field, arena, value, &problem))
        form_report(linker->reader, linker->reader->published, arena_printf(arena, "%s.default", field->path),
                    "form.definition.default",
                    N_("Ô này không nhận giá trị “default” đã ghi: sai loại, ngoài giới hạn hoặc không có "
                       "trong danh sách lựa chọn."),
                    NULL);
}

static void link_field(struct linker *linker, struct form_field *field, const struct form_field *group)
{
    static const enum form_kind days[] = {KIND_DATE, KIND_PARTIAL_DATE},
                                choices[] = {KIND_CHOICE, KIND_SELECT};
    link_one(linker, field->required_if, group);
    link_one(linker, field->visible_if, group);
    link_one(linker, field->valid_if, group);
    link_one(linker, field->value, group);
    link_choices(linker, field->choices, field->choice_count, group);
    field->birth_date = sibling(linker, field, "birth_date", field->birth_date_key, days, group);
    field->gender = sibling(linker, field, "gender", field->gender_key, choices, group);
    for (size_t i = 0; i < field->field_count; i++)
        link_field(linker, &field->fields[i], field);
    check_default(linker, field);
}

/* An expression would never reach a variable that a field hides. */
static void check_variables(struct linker *linker)
{
    const struct form *form = linker->form;
    for (size_t i = 0; i < form->variable_count; i++)
        if (find_field(form->fields, form->field_count, form->variables[i]) >= 0 ||
            is_member(form, form->variables[i]))
            form_report(linker->reader, linker->reader->published,
                        arena_printf(linker->reader->arena, "variables[%zu]", i), "form.definition.variable",
                        N_("Biến “%s” trùng khóa của một ô. Hãy đổi tên một trong hai."),
                        form->variables[i].data);
}

/* --- Order of dependencies --- */

struct sorter {
    struct form_reader *reader;
    const struct form *form;
    const struct form_field *group; /* sort the fields of this group, or NULL for those of the form */
    unsigned char *mark;            /* 0 new, 1 on the way, 2 done */
    size_t *order;
    size_t count;
};

static void visit(struct sorter *sorter, size_t index);

static void visit_expression(struct sorter *sorter, const struct form_expression *expression)
{
    enum form_binding_scope scope = sorter->group ? BINDING_ROW : BINDING_TOP;
    for (size_t i = 0; expression && i < expression->binding_count; i++)
        if (expression->bindings[i].scope == scope) visit(sorter, expression->bindings[i].index);
}

static void visit(struct sorter *sorter, size_t index)
{
    const struct form_field *field =
        sorter->group ? &sorter->group->fields[index] : &sorter->form->fields[index];
    if (sorter->mark[index] == 2) return;
    if (sorter->mark[index] == 1) {
        form_report(sorter->reader, false, field->path, "form.definition.cycle",
                    N_("Ô “%s” phụ thuộc vòng tròn vào chính nó qua các điều kiện hoặc giá trị tính sẵn."),
                    field->key ? field->key : "");
        return;
    }
    sorter->mark[index] = 1;
    visit_expression(sorter, field->visible_if);
    visit_expression(sorter, field->value);
    if (!sorter->group) {
        visit_expression(sorter, sorter->form->pages[field->page].visible_if);
        visit_expression(sorter, sorter->form->pages[field->page].sections[field->section].visible_if);
        for (size_t i = 0; i < field->field_count; i++) {
            visit_expression(sorter, field->fields[i].visible_if);
            visit_expression(sorter, field->fields[i].value);
        }
    }
    sorter->mark[index] = 2;
    sorter->order[sorter->count++] = index;
}

static size_t *sort(struct form_reader *reader, const struct form_field *group)
{
    size_t count = group ? group->field_count : reader->form->field_count;
    struct sorter sorter = {.reader = reader, .form = reader->form, .group = group};
    sorter.mark = arena_zalloc(reader->arena, count + 1);
    sorter.order = arena_array(reader->arena, count + 1, sizeof *sorter.order);
    for (size_t i = 0; i < count; i++)
        visit(&sorter, i);
    return sorter.order;
}

/* Names after a dot, so that FEEL reads "dia_chi.city" and "r.phan_tram" also where a name has several words.
 */
static struct feel_names collect_names(struct form_reader *reader)
{
    const struct form *form = reader->form;
    static const char *const members[] = {"from",   "to",     "city", "district", "commune", "line", "bank",
                                          "number", "holder", "name", "consent",  "lat",     "lon"};
    size_t top = form->field_count + form->variable_count + 1, below = sizeof members / sizeof *members;
    for (size_t i = 0; i < form->field_count; i++)
        below += form->fields[i].field_count;
    struct str *variables = arena_array(reader->arena, top + below, sizeof *variables);
    struct str *names = arena_array(reader->arena, below, sizeof *names);
    size_t variable_count = 0, member_count = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        names[member_count++] = str_of(members[i]);
    for (size_t i = 0; i < form->field_count; i++) {
        if (form->fields[i].key) variables[variable_count++] = str_of(form->fields[i].key);
        for (size_t j = 0; j < form->fields[i].field_count; j++)
            if (form->fields[i].fields[j].key) {
                names[member_count++] = str_of(form->fields[i].fields[j].key);
                variables[variable_count++] = str_of(form->fields[i].fields[j].key);
            }
    }
    for (size_t i = 0; i < form->variable_count; i++)
        variables[variable_count++] = form->variables[i];
    variables[variable_count++] = STR("row_number");
    return (struct feel_names){.variables = variables,
                               .variable_count = variable_count,
                               .members = names,
                               .member_count = member_count};
}

void form_link_expressions(struct form_reader *reader)
{
    struct form *form = reader->form;
    struct linker linker = {.reader = reader, .form = form, .names = collect_names(reader)};
    for (size_t i = 0; i < form->page_count; i++) {
        struct form_page *page = &form->pages[i];
        link_one(&linker, page->visible_if, NULL);
        for (size_t j = 0; j < page->exit_count; j++)
            link_one(&linker, page->exits[j].condition, NULL);
        for (size_t j = 0; j < page->section_count; j++)
            link_one(&linker, page->sections[j].visible_if, NULL);
    }
    check_variables(&linker);
    for (size_t i = 0; i < form->field_count; i++)
        link_field(&linker, &form->fields[i], NULL);
    if (reader->failed) return;
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].field_count) form->fields[i].order = sort(reader, &form->fields[i]);
    form->order = sort(reader, NULL);
}
