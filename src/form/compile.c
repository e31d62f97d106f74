/* Definition → form: pages, sections and fields in one pass, then the expressions (expressions.c). */
#include <stdlib.h>

#include "motcua/codec/json.h"

#include "internal.h"
#include "model.h"

enum {
    PLACE_BYTES = 300,
    PAGE_WEIGHT = 50000, /* what a page of 8 MiB holds with room to spare */
    BOX_WEIGHT = 10,     /* a box is drawn with its label, help and fault; an option of a list is not */
    UNITS_OFFERED = 120, /* provinces, and the units of one of them */
};

static const char *indexed(struct form_reader *reader, const char *path, const char *name, size_t index)
{
    return *path ? arena_printf(reader->arena, "%s.%s[%zu]", path, name, index)
                 : arena_printf(reader->arena, "%s[%zu]", name, index);
}

static bool identifier_valid(const char *text)
{
    return text && *text && strlen(text) <= 64 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(text);
}

static const char *read_identifier(struct form_reader *reader, const json_t *json, const char *path,
                                   const char *name)
{
    const char *text = form_read_string(reader, json, path, name);
    if (!identifier_valid(text)) {
        form_report(
            reader, false, path, "form.definition.identifier",
            N_("“%s” phải có và chỉ gồm chữ không dấu, số, dấu chấm, gạch dưới, gạch nối (tối đa 64)."),
            name);
        return "";
    }
    return text;
}

/* Arrays of objects with a limit; 0 with a finding otherwise. */
static size_t array_size(struct form_reader *reader, const json_t *json, const char *path, const char *name,
                         size_t maximum)
{
    const json_t *list = json_object_get(json, name);
    size_t size = json_array_size(list);
    if (!json_is_array(list) || size == 0 || size > maximum) {
        form_report(reader, false, path, "form.definition.list",
                    N_("Cần một danh sách có số mục trong khoảng cho phép: %s."),
                    arena_printf(reader->arena, "%s, 1–%zu", name, maximum));
        return 0;
    }
    return size;
}

static void read_exits(struct form_reader *reader, const json_t *json, const char *path,
                       struct form_page *page)
{
    if (!json_object_get(json, "exits")) return;
    page->exit_count = array_size(reader, json, path, "exits", 20);
    page->exits = arena_array(reader->arena, page->exit_count ? page->exit_count : 1, sizeof *page->exits);
    for (size_t i = 0; i < page->exit_count; i++) {
        const json_t *rule = json_array_get(json_object_get(json, "exits"), i);
        const char *at = indexed(reader, path, "exits", i);
        form_check_properties(reader, rule, at, "if title message link link_label", "");
        page->exits[i].condition = form_read_expression(reader, rule, at, "if");
        if (!page->exits[i].condition)
            form_report(reader, false, at, "form.definition.missing", N_("Thiếu thuộc tính “%s”."), "if");
        page->exits[i].title = form_read_text(reader, rule, at, "title", true);
        page->exits[i].message = form_read_text(reader, rule, at, "message", true);
        page->exits[i].link = form_read_string(reader, rule, at, "link");
        page->exits[i].link_label =
            form_read_text(reader, rule, at, "link_label", page->exits[i].link != NULL);
        const char *link = page->exits[i].link;
        if (link && strncmp(link, "https://", 8) != 0 &&
            !(link[0] == '/' && link[1] != '/' && link[1] != '\\'))
            form_report(reader, false, at, "form.definition.link",
                        N_("Liên kết phải bắt đầu bằng https:// hoặc /."), NULL);
    }
}

/* The fields of one section, appended to the form's array (sized before). */
static void read_fields(struct form_reader *reader, const json_t *json, const char *path, size_t page,
                        size_t section, struct form_section *into)
{
    struct form *form = reader->form;
    into->first = form->field_count;
    into->count = array_size(reader, json, path, "fields", FORM_FIELDS_MAXIMUM);
    for (size_t i = 0; i < into->count; i++) {
        struct form_field *field = &form->fields[form->field_count++];
        form_read_field(reader, json_array_get(json_object_get(json, "fields"), i),
                        indexed(reader, path, "fields", i), false, field);
        field->page = page;
        field->section = section;
        for (size_t j = 0; j < field->field_count; j++)
            field->fields[j].page = page;
    }
}

static void read_sections(struct form_reader *reader, const json_t *json, const char *path, size_t page_index,
                          struct form_page *page)
{
    page->first = reader->form->field_count;
    bool plain = json_object_get(json, "fields") != NULL;
    if (plain == (json_object_get(json, "sections") != NULL)) {
        form_report(reader, false, path, "form.definition.sections",
                    N_("Trang cần đúng một trong hai: “sections” hoặc “fields”."), NULL);
        return;
    }
    page->section_count = plain ? 1 : array_size(reader, json, path, "sections", 50);
    page->sections =
        arena_array(reader->arena, page->section_count ? page->section_count : 1, sizeof *page->sections);
    for (size_t i = 0; i < page->section_count; i++) {
        struct form_section *section = &page->sections[i];
        if (plain) {
            read_fields(reader, json, path, page_index, i, section);
            continue;
        }
        const json_t *node = json_array_get(json_object_get(json, "sections"), i);
        const char *at = indexed(reader, path, "sections", i);
        form_check_properties(reader, node, at, "key title help visible_if fields", "");
        if (json_object_get(node, "key")) section->key = read_identifier(reader, node, at, "key");
        section->title = form_read_text(reader, node, at, "title", false);
        section->help = form_read_text(reader, node, at, "help", false);
        section->visible_if = form_read_expression(reader, node, at, "visible_if");
        read_fields(reader, node, at, page_index, i, section);
    }
    page->count = reader->form->field_count - page->first;
}

static size_t count_fields(const json_t *pages)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(pages); i++) {
        const json_t *page = json_array_get(pages, i);
        count += json_array_size(json_object_get(page, "fields"));
        const json_t *sections = json_object_get(page, "sections");
        for (size_t j = 0; j < json_array_size(sections); j++)
            count += json_array_size(json_object_get(json_array_get(sections, j), "fields"));
    }
    return count;
}

static void read_pages(struct form_reader *reader, const json_t *json)
{
    struct form *form = reader->form;
    const json_t *pages = json_object_get(json, "pages");
    form->page_count = array_size(reader, json, "", "pages", FORM_PAGES_MAXIMUM);
    form->pages = arena_array(reader->arena, form->page_count ? form->page_count : 1, sizeof *form->pages);
    size_t total = count_fields(pages);
    if (total > FORM_FIELDS_MAXIMUM) {
        form_report(reader, false, "pages", "form.definition.size",
                    N_("Biểu mẫu có quá nhiều ô (tối đa 1000)."), NULL);
        form->page_count = 0;
        return;
    }
    form->fields = arena_array(reader->arena, total ? total : 1, sizeof *form->fields);
    for (size_t i = 0; i < form->page_count; i++) {
        struct form_page *page = &form->pages[i];
        const json_t *node = json_array_get(pages, i);
        const char *at = indexed(reader, "", "pages", i);
        form_check_properties(reader, node, at, "key title help visible_if exits sections fields", "");
        page->key = read_identifier(reader, node, at, "key");
        for (size_t j = 0; j < i; j++)
            if (strcmp(form->pages[j].key, page->key) == 0)
                form_report(reader, false, at, "form.definition.page_twice", N_("Hai trang cùng khóa “%s”."),
                            page->key);
        page->title = form_read_text(reader, node, at, "title", true);
        page->help = form_read_text(reader, node, at, "help", false);
        page->visible_if = form_read_expression(reader, node, at, "visible_if");
        read_exits(reader, node, at, page);
        read_sections(reader, node, at, i, page);
    }
}

static void read_variables(struct form_reader *reader, const json_t *json)
{
    const json_t *variables = json_object_get(json, "variables");
    struct form *form = reader->form;
    size_t count = json_array_size(variables);
    if (variables && (!json_is_array(variables) || count > 50)) {
        form_report(reader, false, "variables", "form.definition.type",
                    N_("“variables” là danh sách tối đa 50 tên."), NULL);
        return;
    }
    form->variables = arena_array(reader->arena, count ? count : 1, sizeof *form->variables);
    for (size_t i = 0; i < count; i++) {
        struct str name = json_str_value(json_array_get(variables, i));
        if (!form_key_valid(name))
            form_report(reader, false, indexed(reader, "", "variables", i), "form.definition.key",
                        N_("Tên biến “%s” không hợp lệ."), arena_str(reader->arena, name).data);
        else
            form->variables[form->variable_count++] = arena_str(reader->arena, name);
    }
}

static void check_unique(struct form_reader *reader, const struct form_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; fields[i].key && j < i; j++)
            if (fields[j].key && strcmp(fields[i].key, fields[j].key) == 0) {
                form_report(reader, false, fields[i].path, "form.definition.key_twice",
                            N_("Hai ô cùng khóa “%s”."), fields[i].key);
                break;
            }
        check_unique(reader, fields[i].fields, fields[i].field_count);
    }
}

/* --- What a page may grow to */

static size_t options_drawn(const struct form_field *field)
{
    const char *const(*rows)[3];
    if (field->choice_count > 0)
        return field->choice_count * (field->kind == KIND_RANKED ? (size_t)field->max_items : 1);
    if (field->kind == KIND_ADDRESS) return UNITS_OFFERED;
    const char *list = field->list;
    size_t count = list ? form_builtin_list(list, &rows) : 0;
    return count ? count : list ? LIST_CHOSEN_MAXIMUM : 0;
}

static size_t weight_of(const struct form_field *field)
{
    size_t boxes = 0, inner = 0;
    const char *const *parts = form_part_names(field->kind);
    while (parts && parts[boxes])
        boxes++;
    for (size_t i = 0; i < field->field_count; i++)
        inner += weight_of(&field->fields[i]);
    return BOX_WEIGHT * (boxes ? boxes : 1) + options_drawn(field) + inner * (size_t)field->max_items;
}

/* A definition must not be able to make a page that nobody can be shown. */
static void check_page_sizes(struct form_reader *reader)
{
    const struct form *form = reader->form;
    for (size_t p = 0; p < form->page_count; p++) {
        const struct form_field *fields = form->fields + form->pages[p].first, *heaviest = fields;
        size_t weight = 0;
        for (size_t i = 0; i < form->pages[p].count; i++) {
            weight += weight_of(&fields[i]);
            if (weight_of(&fields[i]) > weight_of(heaviest)) heaviest = &fields[i];
        }
        if (weight > PAGE_WEIGHT)
            form_report(reader, reader->published, heaviest->path, "form.definition.page_size",
                        N_("Trang này có thể quá lớn để hiện ra (%s): số dòng tối đa nhân với số ô và số mục "
                           "của các danh sách. Hãy giảm “max_rows”, rút ngắn danh sách hoặc chia thành nhiều "
                           "trang."),
                        arena_printf(reader->arena, "%zu > %d", weight, PAGE_WEIGHT));
    }
}

/* The words people know a place by: titles of page and section, label of the field. */
static const char *place_of(struct arena *arena, const json_t *definition, const char *path)
{
    const json_t *at = definition;
    const char *place = "";
    while (*path && at) {
        size_t length = strcspn(path, ".[]");
        if (*path == '[' || *path == '.' || *path == ']') {
            path++;
            continue;
        }
        const char *name = arena_strndup(arena, path, length);
        at = json_is_array(at) ? json_array_get(at, strtoul(name, NULL, 10)) : json_object_get(at, name);
        path += length;
        const json_t *words = json_object_get(at, json_object_get(at, "label") ? "label" : "title");
        struct str text = json_str_value(json_is_object(words) ? json_object_get(words, "vi") : words);
        if (text.length > 0 && text.length <= PLACE_BYTES)
            place = arena_printf(arena, "%s%s%.*s", place, *place ? " › " : "", STR_ARG(text));
    }
    return place;
}

static enum status compile(struct arena *arena, const json_t *definition, bool published, struct form **form,
                           struct form_findings *findings)
{
    struct form *made = arena_zalloc(arena, sizeof *made);
    struct form_reader reader = {.arena = arena, .form = made, .published = published};
    form_check_properties(&reader, definition, "", "form title help variables pages", "");
    if (!reader.failed) {
        made->key = read_identifier(&reader, definition, "", "form");
        made->title = form_read_text(&reader, definition, "", "title", true);
        made->help = form_read_text(&reader, definition, "", "help", false);
        read_variables(&reader, definition);
        read_pages(&reader, definition);
        check_unique(&reader, made->fields, made->field_count);
        check_page_sizes(&reader);
    }
    if (!reader.failed) form_link_expressions(&reader);
    for (size_t i = 0; i < reader.finding_count; i++)
        reader.findings[i].place = place_of(arena, definition, reader.findings[i].path);
    if (findings) *findings = (struct form_findings){.list = reader.findings, .count = reader.finding_count};
    if (reader.failed) return STATUS_INVALID;
    *form = made;
    return STATUS_OK;
}

enum status form_compile(struct arena *arena, const json_t *definition, struct form **form,
                         struct form_findings *findings)
{
    return compile(arena, definition, false, form, findings);
}

enum status form_load(struct arena *arena, const json_t *definition, struct form **form,
                      struct form_findings *findings)
{
    return compile(arena, definition, true, form, findings);
}

enum status form_compile_text(struct arena *arena, struct str text, struct form **form,
                              struct form_findings *findings)
{
    json_auto definition = NULL;
    struct error error = {0};
    enum status status = json_parse(arena, text, FORM_DEFINITION_BYTES, 40, &definition, &error);
    if (status != STATUS_OK) {
        struct form_reader reader = {.arena = arena};
        form_report(&reader, false, "", error.code, error.message, error.argument);
        reader.findings[0].place = "";
        if (findings)
            *findings = (struct form_findings){.list = reader.findings, .count = reader.finding_count};
        return STATUS_INVALID;
    }
    return form_compile(arena, definition, form, findings);
}

const char *form_key(const struct form *form)
{
    return form->key;
}

size_t form_page_count(const struct form *form)
{
    return form->page_count;
}

const char *form_page_key(const struct form *form, size_t page)
{
    return form->pages[page].key;
}

int form_page_find(const struct form *form, struct str page_key)
{
    for (size_t i = 0; i < form->page_count; i++)
        if (str_equal_cstr(page_key, form->pages[i].key)) return (int)i;
    return -1;
}

int form_page_of_field(const struct form *form, const char *field)
{
    struct str key = str_slice(str_of(field), 0, strcspn(field, "[."));
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].key && str_equal_cstr(key, form->fields[i].key)) return (int)form->fields[i].page;
    return -1;
}

size_t form_field_count(const struct form *form)
{
    return form->field_count;
}

const char *form_field_key(const struct form *form, size_t index)
{
    return form->fields[index].key;
}

const char *form_field_kind(const struct form *form, size_t index)
{
    return field_info(&form->fields[index])->name;
}

bool form_field_is_file(const struct form *form, size_t index)
{
    return field_info(&form->fields[index])->widget == WIDGET_FILE;
}

struct form_file_rules form_field_file_rules(const struct form *form, size_t index)
{
    const struct form_field *field = &form->fields[index];
    return (struct form_file_rules){.accept = field->accept,
                                    .accept_count = field->accept_count,
                                    .max_bytes = field->max_bytes,
                                    .max_files = (int)field->max_files,
                                    .portrait = field->kind == KIND_PHOTO};
}

const char *form_field_meaning(const struct form *form, size_t index)
{
    return form->fields[index].meaning;
}
