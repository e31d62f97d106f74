/* Units of the agency. */
#include "studio.h"
#include "web/account/fields.h"
#include "web/routes.h"

static const struct text_field unit_fields[] = {
    {"code", N_("Mã"), "text", N_("Chữ thường không dấu, gạch nối. Mã đã có: đổi tên đơn vị đó."), NULL, 40,
     false},
    {"name", N_("Tên"), "text", NULL, NULL, 200, false},
};

static const char *const kinds[][2] = {
    {"reception", N_("Bộ phận một cửa")}, {"division", N_("Phòng chuyên môn")},
    {"leadership", N_("Lãnh đạo")},       {"records", N_("Văn thư")},
    {"cashier", N_("Thu ngân")},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const char *kind_text(const struct visit *visit, const char *kind)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i][0], kind) == 0) return visit_text(visit, kinds[i][1]);
    return kind;
}

static const char *count_text(struct visit *visit, int count)
{
    const char *number = format_integer(visit->arena, visit->language, count);
    return count < UNIT_COUNT_MAXIMUM ? number : arena_printf(visit->arena, "%s+", number);
}

static json_t *rows_view(struct visit *visit, const struct unit_row *rows, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *unit = json_object();
        view_text(unit, "name", visit_pick(visit, rows[i].name, rows[i].name_en));
        view_text(unit, "code", rows[i].code);
        view_text(unit, "kind_text", kind_text(visit, rows[i].kind));
        view_text(unit, "people", count_text(visit, rows[i].people));
        view_text(unit, "open_tasks", count_text(visit, rows[i].open_tasks));
        json_array_append_new(list, unit);
    }
    return list;
}

static json_t *kinds_view(const struct visit *visit, const char *chosen)
{
    json_t *list = json_array();
    for (size_t i = 0; i < KINDS; i++) {
        json_t *kind = json_object();
        view_text(kind, "value", kinds[i][0]);
        view_text(kind, "label", visit_text(visit, kinds[i][1]));
        view_flag(kind, "selected", strcmp(kinds[i][0], chosen) == 0);
        json_array_append_new(list, kind);
    }
    return list;
}

static void show_units(struct visit *visit, unsigned status, const char *const values[2], const char *kind)
{
    struct unit_row *rows;
    size_t count;
    struct error typed_wrong = visit->error;
    enum status loaded = unit_rows(&visit->work, &rows, &count, &visit->error);
    if (loaded != STATUS_OK) {
        visit_fail(visit, loaded);
        return;
    }
    visit->error = typed_wrong;
    json_t *view =
        studio_view(visit, visit_text(visit, N_("Phòng, bộ phận")), STUDIO_UNITS, "/quan-tri/don-vi");
    json_t *form = json_object();
    view_set(view, "units", rows_view(visit, rows, count));
    view_set(form, "fields", text_fields_view(visit, view, unit_fields, 2, values));
    if (visit->error.field != NULL && strcmp(visit->error.field, "kind") == 0)
        view_problem(view, "kind", visit_error_text(visit));
    view_set(form, "kinds", kinds_view(visit, kind));
    view_set(view, "unit_form", form);
    visit_render_status(visit, status, "studio/units", view);
}

void page_studio_units(struct request *request)
{
    static const char *const nothing[2] = {"", ""};
    show_units(visit_of(request), 200, nothing, "division");
}

void page_studio_units_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    const char *const values[2] = {visit_form_cstr(visit, "code"), visit_form_cstr(visit, "name")};
    const char *kind = visit_form_cstr(visit, "kind");
    enum status status =
        unit_save(&visit->work, str_of(values[0]), str_of(kind), str_of(values[1]), &visit->error);
    if (status == STATUS_OK)
        visit_redirect(visit, "saved", "/quan-tri/don-vi");
    else if (status == STATUS_INVALID)
        show_units(visit, 422, values, kind);
    else
        visit_fail(visit, status);
}
