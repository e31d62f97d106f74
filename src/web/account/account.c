/* The account page: profile, password, sessions. */
#include "web/routes.h"

#include <stdio.h>

#include "fields.h"
#include "motcua/codec/json.h"
#include "motcua/domain/export.h"

static const struct text_field profile_fields[] = {
    {"full_name", N_("Họ, chữ đệm và tên"), "text", NULL, "name", 200, false},
    {"personal_id", N_("Số chứng minh nhân dân hoặc thẻ căn cước"), "text", NULL, NULL, 12, true},
    {"email", N_("Thư điện tử"), "email", NULL, "email", 254, false},
    {"phone", N_("Số điện thoại"), "tel", NULL, "tel", 20, true},
    {"address", N_("Nơi ở hiện nay"), "text", NULL, "address-line1", 300, true},
};
static const struct text_field password_fields[] = {
    {"current_password", N_("Mật khẩu hiện tại"), "password", NULL, "current-password", 200, false},
    {"password", N_("Mật khẩu mới"), "password", N_("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
     "new-password", 200, false},
    {"password_again", N_("Nhập lại mật khẩu mới"), "password", NULL, "new-password", 200, false},
};

static const struct text_field export_fields[] = {
    {"export_password", N_("Mật khẩu hiện tại"), "password", NULL, "current-password", 200, false},
};

enum { PROFILE_FIELDS = sizeof profile_fields / sizeof profile_fields[0], PASSWORD_FIELDS = 3 };

static json_t *birth_date_view(struct visit *visit, json_t *view, const char *day, const char *month,
                               const char *year)
{
    bool wrong = visit->error.field != NULL && strcmp(visit->error.field, "birth_date") == 0;
    json_t *birth = json_object();
    view_text(birth, "id", "birth_date");
    view_text(birth, "name", "birth_date");
    view_text(birth, "label", visit_text(visit, N_("Ngày sinh")));
    view_flag(birth, "optional", true);
    view_null(birth, "help");
    view_null(birth, "help_id");
    view_text(birth, "error", wrong ? visit_error_text(visit) : NULL);
    view_text(birth, "error_id", wrong ? "birth_date-error" : NULL);
    view_text(birth, "described_by", wrong ? "birth_date-error" : NULL);
    view_null(birth, "filled_from");
    view_text(birth, "day", day);
    view_text(birth, "month", month);
    view_text(birth, "year", year);
    if (wrong) view_problem(view, "birth_date", visit_error_text(visit));
    return birth;
}

static json_t *languages_view(const char *chosen)
{
    static const char *const labels[LANGUAGE_COUNT] = {"Tiếng Việt", "English"};
    json_t *list = json_array();
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        json_t *language = json_object();
        view_text(language, "value", language_code((enum language)i));
        view_text(language, "label", labels[i]);
        view_flag(language, "selected", strcmp(chosen, language_code((enum language)i)) == 0);
        json_array_append_new(list, language);
    }
    return list;
}

/* "Firefox trên Windows": enough to know one's own devices. */
static const char *device_name(struct visit *visit, const char *agent)
{
    static const char *const browsers[][2] = {{"Edg/", "Edge"},
                                              {"OPR/", "Opera"},
                                              {"Firefox/", "Firefox"},
                                              {"Chrome/", "Chrome"},
                                              {"Safari/", "Safari"}};
    static const char *const systems[][2] = {{"Android", "Android"}, {"iPhone", "iPhone"},
                                             {"iPad", "iPad"},       {"Windows", "Windows"},
                                             {"Mac OS", "macOS"},    {"Linux", "Linux"}};
    const char *browser = visit_text(visit, N_("Trình duyệt")), *system = NULL;
    for (size_t i = 0; i < sizeof browsers / sizeof browsers[0]; i++) {
        if (strstr(agent, browsers[i][0]) != NULL) {
            browser = browsers[i][1];
            break;
        }
    }
    for (size_t i = 0; i < sizeof systems / sizeof systems[0] && system == NULL; i++)
        if (strstr(agent, systems[i][0]) != NULL) system = systems[i][1];
    return system == NULL ? browser : visit_format(visit, N_("%s trên %s"), browser, system);
}

static json_t *sessions_view(struct visit *visit, const struct session_row *rows, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        bool current = uuid_same(&rows[i].id, &visit->person.session_id);
        json_t *session = json_object();
        view_text(session, "id", rows[i].id.text);
        view_text(session, "device", device_name(visit, rows[i].user_agent));
        view_text(session, "address", rows[i].address);
        view_text(session, "last_seen_text",
                  current ? visit_text(visit, N_("đang dùng"))
                          : format_ago(visit->arena, visit->language, rows[i].last_seen_at, visit->work.now));
        view_flag(session, "is_current", current);
        json_array_append_new(list, session);
    }
    return list;
}

struct typed {
    const char *values[PROFILE_FIELDS];
    const char *day, *month, *year, *language;
};

static void split_birth(struct visit *visit, const char *iso, struct typed *typed)
{
    typed->day = typed->month = typed->year = "";
    if (strlen(iso) == 10) {
        typed->year = arena_strndup(visit->arena, iso, 4);
        typed->month = arena_strndup(visit->arena, iso + 5, 2);
        typed->day = arena_strndup(visit->arena, iso + 8, 2);
    }
}

static void show(struct visit *visit, unsigned status, const struct typed *typed)
{
    struct session_row *rows = NULL;
    size_t count = 0;
    struct error ignored;
    enum status listed = session_list(&visit->work, &rows, &count, &ignored);
    if (listed != STATUS_OK) {
        visit_fail(visit, listed);
        return;
    }
    json_t *view = view_create(visit, visit_text(visit, N_("Tài khoản của tôi")));
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Tài khoản của tôi")), NULL);
    json_t *profile = json_object(), *password = json_object(), *second_factor = json_object();
    view_set(profile, "fields", text_fields_view(visit, view, profile_fields, PROFILE_FIELDS, typed->values));
    view_set(profile, "birth_date", birth_date_view(visit, view, typed->day, typed->month, typed->year));
    view_set(profile, "languages", languages_view(typed->language));
    view_set(view, "profile", profile);
    view_set(password, "fields", text_fields_view(visit, view, password_fields, PASSWORD_FIELDS, NULL));
    view_set(view, "password", password);
    view_set(view, "export_fields", text_fields_view(visit, view, export_fields, 1, NULL));
    const struct tenant *tenant = visit_tenant(visit);
    view_flag(second_factor, "enabled", visit->person.has_second_factor);
    view_null(second_factor, "since_text");
    view_flag(second_factor, "can_disable", tenant == NULL || !tenant->require_second_factor);
    view_set(view, "second_factor", second_factor);
    view_set(view, "sessions", sessions_view(visit, rows, count));
    visit_render_status(visit, status, "portal/account", view);
}

static bool load_typed(struct visit *visit, struct typed *typed)
{
    struct profile profile;
    struct error wrong = visit->error;
    enum status status = profile_load(&visit->work, &profile, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return false;
    }
    visit->error = wrong;
    const char *values[PROFILE_FIELDS] = {profile.full_name, profile.personal_id, profile.email,
                                          profile.phone, profile.address};
    memcpy(typed->values, values, sizeof values);
    split_birth(visit, profile.birth_date, typed);
    typed->language = visit->person.language;
    return true;
}

void page_account(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed typed;
    if (load_typed(visit, &typed)) show(visit, 200, &typed);
}

void page_account_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct typed typed = {.day = visit_form_cstr(visit, "birth_date.day"),
                          .month = visit_form_cstr(visit, "birth_date.month"),
                          .year = visit_form_cstr(visit, "birth_date.year"),
                          .language = visit_form_cstr(visit, "language")};
    for (size_t i = 0; i < PROFILE_FIELDS; i++)
        typed.values[i] = visit_form_cstr(visit, profile_fields[i].name);
    bool has_birth = typed.day[0] != '\0' || typed.month[0] != '\0' || typed.year[0] != '\0';
    struct profile profile = {
        .full_name = typed.values[0],
        .personal_id = typed.values[1],
        .email = typed.values[2],
        .phone = typed.values[3],
        .address = typed.values[4],
        .birth_date =
            has_birth ? arena_printf(visit->arena, "%s/%s/%s", typed.day, typed.month, typed.year) : "",
    };
    enum status status = profile_save(&visit->work, &profile, &visit->error);
    struct str language = str_of(typed.language);
    if (status == STATUS_OK && (str_equal(language, STR("vi")) || str_equal(language, STR("en")))) {
        status =
            profile_set_language(&visit->work, str_equal(language, STR("en")) ? "en" : "vi", &visit->error);
        struct set_cookie cookie = {
            .name = "ngon-ngu", .value = language, .max_age_s = INT64_C(365) * 24 * 3600};
        response_cookie(request, &cookie);
    }
    if (status == STATUS_INVALID)
        show(visit, 422, &typed);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "saved", "/tai-khoan");
}

void page_account_password(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct str password = request_form(request, "password");
    enum status status = STATUS_INVALID;
    struct typed typed;
    if (!str_equal(password, request_form(request, "password_again")))
        visit->error = (struct error){.field = "password_again",
                                      .message = N_("Hai lần nhập mật khẩu không giống nhau")};
    else
        status = password_change(&visit->work, request_form(request, "current_password"), password,
                                 &visit->person.session_id, &visit->error);
    if (status == STATUS_INVALID) {
        if (visit->error.field != NULL && strcmp(visit->error.field, "old_password") == 0)
            visit->error.field = "current_password";
        if (visit->error.field != NULL && strcmp(visit->error.field, "new_password") == 0)
            visit->error.field = "password";
        if (load_typed(visit, &typed)) show(visit, 422, &typed);
    } else if (status != STATUS_OK) {
        visit_fail(visit, status);
    } else {
        visit_redirect(visit, "password_changed", "/tai-khoan");
    }
}

void page_session_revoke(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid id = visit_param_uuid(visit, "id");
    enum status status = session_revoke(&visit->work, &id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "sessions_ended", "/tai-khoan");
}

void page_session_revoke_others(struct request *request)
{
    struct visit *visit = visit_of(request);
    enum status status = session_revoke_others(&visit->work, &visit->person.session_id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "sessions_ended", "/tai-khoan");
}

void page_account_export(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct document_spool *archive = NULL;
    struct typed typed;
    enum status status =
        account_export(&visit->work, request_form(request, "export_password"), &archive, &visit->error);
    if (status == STATUS_OK)
        visit_send_spool(visit, archive, "application/zip", "du-lieu-cua-toi.zip");
    else if (status != STATUS_INVALID && status != STATUS_DENIED)
        visit_fail(visit, status);
    else if (load_typed(visit, &typed))
        show(visit, 422, &typed);
}
