/* People of the agency and their roles. */
#include "motcua/codec/form_data.h"
#include "studio.h"
#include "web/account/fields.h"
#include "web/routes.h"

enum { USERS_A_PAGE = 50, PAGES = 1000 };

static json_t *member_view(struct visit *visit, const struct member *member)
{
    const struct membership *membership = &member->membership;
    json_t *user = json_object();
    view_text(user, "id", membership->id.text);
    view_text(user, "name", membership->full_name);
    view_text(user, "identifier", membership->email);
    view_text(user, "unit_name", membership->unit_name);
    view_text(user, "title", membership->title);
    view_text(user, "roles_text", desk_roles_text(visit, membership->roles));
    view_set(user, "second_factor",
             member->has_second_factor ? view_tag("good", "shield", visit_text(visit, N_("Đang bật")))
                                       : view_tag("warn", "alert", visit_text(visit, N_("Chưa bật"))));
    const char *from = visit_date(visit, membership->valid_from);
    view_text(user, "validity_text",
              membership->valid_to == INSTANT_NONE
                  ? visit_format(visit, N_("từ %s"), from)
                  : visit_format(visit, N_("từ %s đến %s"), from, visit_date(visit, membership->valid_to)));
    return user;
}

void page_studio_users(struct request *request)
{
    struct visit *visit = visit_of(request);
    int page = (int)visit_query_number(visit, "trang", 1, 1, PAGES), offset = (page - 1) * USERS_A_PAGE;
    struct member *members;
    size_t count;
    bool more;
    enum status status =
        member_list(&visit->work, offset, USERS_A_PAGE, &members, &count, &more, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = studio_view(visit, visit_text(visit, N_("Người dùng")), STUDIO_USERS, NULL);
    json_t *users = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(users, member_view(visit, &members[i]));
    view_set(view, "users", users);
    view_set(view, "pagination",
             desk_pagination(visit, "/quan-tri?", page, USERS_A_PAGE, offset + (int)count, more));
    visit_render(visit, "studio/users", view);
}

/* --- One person */

static const struct {
    enum role role;
    const char *help;
} offered_roles[] = {
    {ROLE_RECEPTION_CLERK, N_("Nhận hồ sơ, yêu cầu bổ sung, trả kết quả.")},
    {ROLE_PROCESSING_OFFICER, N_("Thẩm định, dự thảo kết quả.")},
    {ROLE_HEAD_OF_UNIT, N_("Giao việc, xem tổng hợp, gửi phiếu xin lỗi.")},
    {ROLE_SIGNING_LEADER, N_("Ký kết quả.")},
    {ROLE_RECORDS_CLERK, N_("Cấp số, phát hành.")},
    {ROLE_CASHIER, N_("Thu phí, lệ phí.")},
    {ROLE_TENANT_ADMIN, N_("Người dùng, phòng, thủ tục.")},
};
enum { OFFERED_ROLES = sizeof offered_roles / sizeof offered_roles[0] };

static const struct text_field new_fields[] = {
    {"identifier", N_("Thư điện tử hoặc số điện thoại"), "text", N_("Người này phải đã có tài khoản."), NULL,
     254, false},
    {"title", N_("Chức danh"), "text", N_("In dưới chữ ký."), NULL, 200, true},
};

/* What the form holds: as typed, or as the membership is. */
struct user_form {
    const struct member *member; /* NULL: a new one */
    const char *identifier, *title;
    struct uuid unit_id;
    unsigned roles;
    const struct unit_row *units;
    size_t unit_count;
};

static json_t *roles_view(struct visit *visit, unsigned chosen)
{
    json_t *list = json_array();
    for (size_t i = 0; i < OFFERED_ROLES; i++) {
        json_t *role = json_object();
        view_text(role, "value", role_name(offered_roles[i].role));
        view_text(role, "label", visit_text(visit, role_title(offered_roles[i].role)));
        view_text(role, "help", visit_text(visit, offered_roles[i].help));
        view_flag(role, "selected", (chosen & offered_roles[i].role) != 0);
        json_array_append_new(list, role);
    }
    return list;
}

static void show_user(struct visit *visit, unsigned status, const struct user_form *form)
{
    bool is_new = form->member == NULL;
    const char *name = is_new ? "" : form->member->membership.full_name;
    const char *heading = is_new ? visit_text(visit, N_("Thêm người")) : name;
    const char *url =
        is_new ? "/quan-tri/nguoi-dung/moi"
               : arena_printf(visit->arena, "/quan-tri/nguoi-dung/%s", form->member->membership.id.text);
    json_t *view = studio_view(visit, heading, STUDIO_USERS, url), *user = json_object();
    view_crumb(view, visit_text(visit, N_("Quản trị")), "/quan-tri");
    view_crumb(view, heading, NULL);
    view_text(user, "name", name);
    view_text(user, "url", url);
    view_text(user, "end_url", is_new ? NULL : arena_printf(visit->arena, "%s/ket-thuc", url));
    const char *const values[] = {form->identifier, form->title};
    size_t first = is_new ? 0 : 1;
    view_set(user, "fields", text_fields_view(visit, view, new_fields + first, 2 - first, values + first));
    view_set(user, "units", studio_units_view(visit, form->units, form->unit_count, &form->unit_id));
    const char *wrong = visit->error.field;
    bool roles_wrong = wrong != NULL && strcmp(wrong, "roles") == 0;
    view_text(user, "roles_error", roles_wrong ? visit_error_text(visit) : NULL);
    if (roles_wrong || (wrong != NULL && strcmp(wrong, "unit") == 0))
        view_problem(view, wrong, visit_error_text(visit));
    else if (status != 200 && wrong == NULL)
        view_problem(view, "roles", visit_error_text(visit));
    view_set(user, "roles", roles_view(visit, form->roles));
    view_set(view, "user", user);
    visit_render_status(visit, status, "studio/user", view);
}

static bool load_units(struct visit *visit, struct user_form *form)
{
    struct unit_row *units;
    enum status status = unit_rows(&visit->work, &units, &form->unit_count, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    form->units = units;
    return status == STATUS_OK;
}

static void read_typed(struct visit *visit, struct user_form *form)
{
    const struct form_data *data = request_form_data(visit->request);
    size_t count = form_data_count(data, "roles");
    form->identifier = visit_form_cstr(visit, "identifier");
    form->title = visit_form_cstr(visit, "title");
    form->unit_id = studio_form_unit(visit, form->units, form->unit_count);
    form->roles = 0;
    for (size_t i = 0; i < count && i < 2 * ROLE_COUNT; i++)
        form->roles |= role_parse(form_data_get_at(data, "roles", i));
}

/* The form again where the person can mend it, else the error page. */
static void answer(struct visit *visit, enum status status, const struct user_form *form)
{
    if (status == STATUS_OK)
        visit_redirect(visit, "saved", "/quan-tri");
    else if (status == STATUS_INVALID || status == STATUS_CONFLICT || status == STATUS_DENIED)
        show_user(visit, status == STATUS_CONFLICT ? 409 : status == STATUS_DENIED ? 403 : 422, form);
    else
        visit_fail(visit, status);
}

void page_studio_user_new(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct user_form form = {.identifier = "", .title = ""};
    if (load_units(visit, &form)) show_user(visit, 200, &form);
}

void page_studio_user_new_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct user_form form = {0};
    if (!load_units(visit, &form)) return;
    read_typed(visit, &form);
    answer(visit,
           member_grant(&visit->work, str_of(form.identifier), &form.unit_id, form.roles, form.title,
                        &visit->error),
           &form);
}

static bool load_member(struct visit *visit, struct member *member)
{
    struct uuid id = visit_param_uuid(visit, "membership");
    enum status status = member_find(&visit->work, &id, member, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

static struct user_form form_of(const struct member *member)
{
    return (struct user_form){
        .member = member,
        .identifier = member->membership.email,
        .title = member->membership.title,
        .unit_id = member->membership.unit_id,
        .roles = member->membership.roles,
    };
}

void page_studio_user(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct member member;
    if (!load_member(visit, &member)) return;
    struct user_form form = form_of(&member);
    if (load_units(visit, &form)) show_user(visit, 200, &form);
}

void page_studio_user_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct member member;
    if (!load_member(visit, &member)) return;
    struct user_form form = form_of(&member);
    if (!load_units(visit, &form)) return;
    read_typed(visit, &form);
    answer(visit,
           member_change(&visit->work, &member.membership.id, &form.unit_id, form.roles, form.title,
                         &visit->error),
           &form);
}

void page_studio_user_end(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct member member;
    if (!load_member(visit, &member)) return;
    struct user_form form = form_of(&member);
    if (!load_units(visit, &form)) return;
    answer(visit, member_end(&visit->work, &member.membership.id, &visit->error), &form);
}
