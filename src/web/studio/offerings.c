/* Which procedures the agency takes, and which unit works on each. */
#include "studio.h"
#include "web/routes.h"

static const char *online_text(struct visit *visit, const struct offering_choice *choice)
{
    const char *level = visit_format(visit, N_("Mức %d"), choice->online_level);
    return choice->online ? level
                          : arena_printf(visit->arena, "%s, %s", level,
                                         visit_text(visit, N_("chưa nộp được trên cổng này")));
}

void page_studio_offerings(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct offering_choice *choices;
    struct unit_row *units;
    size_t count, unit_count;
    enum status status =
        offering_choices(&visit->work, visit_tenant(visit)->kind, &choices, &count, &visit->error);
    if (status == STATUS_OK) status = unit_rows(&visit->work, &units, &unit_count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view =
        studio_view(visit, visit_text(visit, N_("Thủ tục nhận giải quyết")), STUDIO_OFFERINGS, NULL);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *offering = json_object();
        view_number(offering, "index", (int64_t)i + 1);
        view_text(offering, "code", choices[i].code);
        view_text(offering, "name", visit_pick(visit, choices[i].name, choices[i].name_en));
        view_text(offering, "online_text", online_text(visit, &choices[i]));
        view_flag(offering, "enabled", choices[i].enabled);
        view_set(offering, "units", studio_units_view(visit, units, unit_count, &choices[i].unit_id));
        json_array_append_new(list, offering);
    }
    view_set(view, "offerings", list);
    visit_render(visit, "studio/offerings", view);
}

void page_studio_offering_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct offering_choice choice;
    struct unit_row *units;
    size_t unit_count;
    enum status status = offering_choice_find(&visit->work, visit_tenant(visit)->kind,
                                              request_param(request, "code"), &choice, &visit->error);
    if (status == STATUS_OK) status = unit_rows(&visit->work, &units, &unit_count, &visit->error);
    if (status == STATUS_OK) {
        struct uuid unit = studio_form_unit(visit, units, unit_count);
        if (uuid_is_empty(&unit))
            status = error_set(&visit->error, visit->arena, STATUS_INVALID, "offering.unit",
                               N_("Vui lòng chọn phòng hoặc bộ phận"), NULL);
        else
            status = offering_save(&visit->work, &visit->actor.tenant_id, &choice.procedure_id, &unit,
                                   str_equal(visit_form(visit, "enabled"), STR("true")), &visit->error);
    }
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "saved", "/quan-tri/thu-tuc");
}
