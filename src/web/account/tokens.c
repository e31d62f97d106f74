/* Keys for a person's programs: made, shown once, revoked. */
#include "motcua/domain/api_token.h"

#include "fields.h"
#include "web/routes.h"

static const struct text_field name_fields[] = {
    {"name", N_("Tên khóa"), "text", N_("Ví dụ: Phần mềm nhân sự của công ty"), NULL, 100, false},
};
static const struct text_field password_fields[] = {
    {"password", N_("Mật khẩu hiện tại"), "password", NULL, "current-password", 200, false},
};

static const struct {
    enum api_scope scope;
    const char *label;
} scopes[API_SCOPE_COUNT] = {
    {API_READ, N_("Xem hồ sơ nháp và hồ sơ đã nộp")},
    {API_WRITE, N_("Lập, sửa, xóa hồ sơ nháp và tải giấy tờ lên")},
    {API_SUBMIT, N_("Nộp hồ sơ")},
};

static const struct {
    const char *value;
    const char *label;
} lifetimes[] = {{"30", N_("30 ngày")}, {"90", N_("90 ngày")}, {"365", N_("365 ngày")}};

struct typed {
    const char *name[1];
    unsigned scopes;
    const char *days;
};

static json_t *choice_view(struct visit *visit, const char *value, const char *label, bool selected)
{
    json_t *view = json_object();
    view_text(view, "value", value);
    view_text(view, "label", visit_text(visit, label));
    view_flag(view, "selected", selected);
    return view;
}

static const char *scopes_text(struct visit *visit, unsigned set)
{
    const char *text = "";
    for (size_t i = 0; i < API_SCOPE_COUNT; i++)
        if ((set & scopes[i].scope) != 0)
            text = arena_printf(visit->arena, "%s%s%s", text, text[0] == '\0' ? "" : "; ",
                                visit_text(visit, scopes[i].label));
    return text;
}

static json_t *token_view(struct visit *visit, const struct api_token *token)
{
    json_t *view = json_object();
    bool revoked = token->revoked_at != INSTANT_NONE, expired = token->expires_at <= visit->work.now;
    view_text(view, "id", token->id.text);
    view_text(view, "name", token->name);
    view_text(view, "scopes_text", scopes_text(visit, token->scopes));
    view_set(view, "state",
             revoked   ? view_tag("bad", "stop", visit_text(visit, N_("Đã thu hồi")))
             : expired ? view_tag("warn", "clock", visit_text(visit, N_("Đã hết hạn")))
                       : view_tag("good", "check", visit_text(visit, N_("Còn hiệu lực"))));
    view_flag(view, "can_revoke", !revoked && !expired);
    view_text(view, "expires_text",
              visit_format(visit, N_("tạo ngày %s, hết hạn ngày %s"), visit_date(visit, token->created_at),
                           visit_date(visit, token->expires_at)));
    view_text(view, "used_text",
              token->last_used_at == INSTANT_NONE
                  ? visit_text(visit, N_("chưa dùng lần nào"))
                  : visit_format(visit, N_("dùng lần cuối %s"), visit_moment(visit, token->last_used_at)));
    return view;
}

/* `made`: the key that was just made; it is shown this once. */
static void show(struct visit *visit, unsigned http_status, const struct typed *typed, const char *made)
{
    struct api_token *tokens;
    size_t count;
    struct error failure;
    enum status status = api_token_list(&visit->work, &tokens, &count, &failure);
    if (status != STATUS_OK) {
        visit->error = failure;
        visit_fail(visit, status);
        return;
    }
    const char *title = visit_text(visit, N_("Khóa truy cập cho phần mềm"));
    json_t *view = view_create(visit, title), *list = json_array(), *scope_list = json_array(),
           *days = json_array();
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Tài khoản của tôi")), "/tai-khoan");
    view_crumb(view, title, NULL);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, token_view(visit, &tokens[i]));
    for (size_t i = 0; i < API_SCOPE_COUNT; i++)
        json_array_append_new(scope_list, choice_view(visit, api_scope_name(scopes[i].scope), scopes[i].label,
                                                      (typed->scopes & scopes[i].scope) != 0));
    for (size_t i = 0; i < sizeof lifetimes / sizeof lifetimes[0]; i++)
        json_array_append_new(days, choice_view(visit, lifetimes[i].value, lifetimes[i].label,
                                                strcmp(typed->days, lifetimes[i].value) == 0));
    bool failed = visit->error.field != NULL;
    const char *field = failed ? visit->error.field : "";
    bool scope_failed = strcmp(field, "scope") == 0;
    view_text(view, "scope_error", scope_failed ? visit_error_text(visit) : NULL);
    if (scope_failed) view_problem(view, "scope", visit_error_text(visit));
    if (strcmp(field, "days") == 0) view_problem(view, "days", visit_error_text(visit));
    view_set(view, "name_fields", text_fields_view(visit, view, name_fields, 1, typed->name));
    view_set(view, "password_fields", text_fields_view(visit, view, password_fields, 1, NULL));
    view_set(view, "scopes", scope_list);
    view_set(view, "days", days);
    view_text(view, "made", made);
    view_text(view, "made_header",
              made == NULL ? NULL : arena_printf(visit->arena, "Authorization: Bearer %s", made));
    view_list(view, "tokens", list);
    if (made != NULL) response_no_compression(visit->request);
    visit_render_status(visit, http_status, "portal/tokens", view);
}

void page_tokens(struct request *request)
{
    static const struct typed nothing = {{""}, API_READ | API_WRITE, "90"};
    show(visit_of(request), 200, &nothing, NULL);
}

static unsigned scopes_of_form(struct visit *visit)
{
    const struct form_data *data = request_form_data(visit->request);
    unsigned set = 0;
    for (size_t i = 0; i < data->count; i++)
        for (size_t s = 0; s < API_SCOPE_COUNT; s++)
            if (str_equal_cstr(data->values[i].name, "scope") &&
                str_equal_cstr(data->values[i].value, api_scope_name(scopes[s].scope)))
                set |= scopes[s].scope;
    return set;
}

void page_tokens_post(struct request *request)
{
    static const struct typed nothing = {{""}, API_READ | API_WRITE, "90"};
    struct visit *visit = visit_of(request);
    struct typed typed = {
        {visit_form_cstr(visit, "name")}, scopes_of_form(visit), visit_form_cstr(visit, "days")};
    char text[API_TOKEN_SIZE];
    int64_t days = 0;
    if (str_to_int64(str_of(typed.days), &days) != STATUS_OK) days = 0;
    enum status status = api_token_create(&visit->work, request_form(request, "password"),
                                          str_of(typed.name[0]), typed.scopes, days, text, &visit->error);
    if (status == STATUS_INVALID)
        show(visit, 422, &typed, NULL);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        show(visit, 201, &nothing, arena_strdup(visit->arena, text));
}

void page_token_revoke(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid id = visit_param_uuid(visit, "id");
    enum status status =
        uuid_is_empty(&id) ? STATUS_NOT_FOUND : api_token_revoke(&visit->work, &id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "token_revoked", "/tai-khoan/khoa-truy-cap");
}
