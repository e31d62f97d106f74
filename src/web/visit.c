/* One request with the person behind it: made by the `before` hook, used by every handler. */
#include "visit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/log.h"
#include "motcua/codec/json.h"
#include "motcua/codec/url.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/api_token.h"
#include "motcua/domain/document.h"
#include "motcua/domain/reference.h"
#include "motcua/http/server.h"
#include "motcua/i18n/catalogue.h"
#include "motcua/i18n/text.h"
#include "web/account/kept_form.h"

const struct rate_class web_rate_classes[] = {
    [RATE_PAGE - 1] = {"page", 120, 20},        [RATE_SEARCH - 1] = {"search", 60, 10},
    [RATE_WRITE - 1] = {"write", 60, 2},        [RATE_SIGN_IN - 1] = {"sign_in", 20, 0.2},
    [RATE_UPLOAD - 1] = {"upload", 60, 1},      [RATE_TRACK - 1] = {"track", 20, 0.2},
    [RATE_ACCOUNT - 1] = {"account", 10, 0.05}, [RATE_AUTOSAVE - 1] = {"autosave", 60, 1},
    [RATE_RESUME - 1] = {"resume", 300, 10},    [RATE_API - 1] = {"api", 120, 4},
    [RATE_PREVIEW - 1] = {"preview", 200, 5},
};
const size_t web_rate_class_count = sizeof web_rate_classes / sizeof web_rate_classes[0];

struct worker {
    struct web *web;
    struct db_connection *db;
};

static void *worker_start(void *context, unsigned index)
{
    (void)index;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) abort();
    worker->web = context;
    worker->db = db_connection_create(&worker->web->settings->database);
    return worker;
}

static void worker_stop(void *context, void *data)
{
    (void)context;
    struct worker *worker = data;
    db_connection_destroy(worker->db);
    document_thread_end();
    free(worker);
}

static void worker_idle(void *context, void *data)
{
    (void)context;
    struct worker *worker = data;
    if (!db_connection_settle(worker->db)) log_error("web.transaction_left_open");
    log_set_context(NULL, NULL, NULL);
}

/* The handler of an upload may run on another worker than the `before` hook did: each has its own connection.
 */
struct visit *visit_of(struct request *request)
{
    struct visit *visit = request_context(request);
    const struct worker *worker = request_worker(request);
    if (visit != NULL && worker != NULL) visit->work.db = worker->db;
    return visit;
}

const struct tenants *visit_tenants(const struct visit *visit)
{
    return reference_tenants(visit->web->domain->reference);
}

const struct tenant *visit_tenant(const struct visit *visit)
{
    return uuid_is_empty(&visit->actor.tenant_id)
               ? NULL
               : tenant_by_id(visit_tenants(visit), &visit->actor.tenant_id);
}

bool visit_is_english(const struct visit *visit)
{
    return visit->language == LANGUAGE_ENGLISH;
}

const char *visit_text(const struct visit *visit, const char *message)
{
    return visit_is_english(visit) ? translate(visit->web->domain->english, message) : message;
}

const char *visit_format(const struct visit *visit, const char *message, ...)
{
    va_list arguments;
    va_start(arguments, message);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    const char *text = arena_vprintf(visit->arena, visit_text(visit, message), arguments);
#pragma GCC diagnostic pop
    va_end(arguments);
    return text;
}

const char *visit_pick(const struct visit *visit, const char *vietnamese, const char *english)
{
    return visit_is_english(visit) && english != NULL && english[0] != '\0' ? english : vietnamese;
}

const char *visit_error_text(struct visit *visit)
{
    const char *message = visit->error.message;
    if (message == NULL) message = N_("Có lỗi xảy ra; vui lòng thử lại sau ít phút");
    const char *text = visit_text(visit, message);
    const char *place = strstr(text, "%s");
    if (place == NULL || visit->error.argument == NULL) return text;
    return arena_printf(visit->arena, "%.*s%s%s", (int)(place - text), text,
                        visit_text(visit, visit->error.argument), place + 2);
}

static struct str clean(struct visit *visit, struct str raw)
{
    struct str text;
    struct error ignored;
    if (raw.data == NULL || text_normalise(visit->arena, str_trim(raw), &text, &ignored) != STATUS_OK ||
        text_has_forbidden(text, true))
        return STR("");
    return text.data == NULL ? STR("") : text;
}

struct str visit_query(struct visit *visit, const char *name)
{
    return clean(visit, request_query(visit->request, name));
}

struct str visit_form(struct visit *visit, const char *name)
{
    return clean(visit, request_form(visit->request, name));
}

const char *visit_form_cstr(struct visit *visit, const char *name)
{
    struct str text = visit_form(visit, name);
    return arena_strndup(visit->arena, text.data, text.length);
}

struct uuid visit_param_uuid(struct visit *visit, const char *name)
{
    return uuid_from(request_param(visit->request, name));
}

int64_t visit_query_number(struct visit *visit, const char *name, int64_t fallback, int64_t minimum,
                           int64_t maximum)
{
    int64_t value;
    if (str_to_int64(visit_query(visit, name), &value) != STATUS_OK) return fallback;
    return value < minimum ? minimum : value > maximum ? maximum : value;
}

/* --- Before the handler */

static void choose_language(struct visit *visit)
{
    enum language language;
    struct str cookie = request_cookie(visit->request, "ngon-ngu");
    struct str accepted = request_header(visit->request, "Accept-Language");
    if (for_program(visit->request) && accepted.length > 0)
        visit->language = language_negotiate(accepted);
    else if (cookie.length > 0 && language_from_code(cookie, &language))
        visit->language = language;
    else if (visit->signed_in && language_from_code(str_of(visit->person.language), &language))
        visit->language = language;
    else {
        visit->language = accepted.length > 0 ? language_negotiate(accepted) : visit->web->settings->language;
    }
    request_set_language(visit->request, language_code(visit->language));
}

static void become(struct visit *visit)
{
    const struct person *person = &visit->person;
    bool official = !uuid_is_empty(&person->membership_id);
    visit->actor.kind = official ? ACTOR_OFFICIAL : ACTOR_CITIZEN;
    visit->actor.account_id = person->account_id;
    visit->actor.name = person->name;
    if (official) {
        visit->actor.title = person->title;
        visit->actor.tenant_id = person->tenant_id;
        visit->actor.unit_id = person->unit_id;
        visit->actor.unit_name = person->unit_name;
        visit->actor.roles = person->roles;
    }
}

/* Officials have dossiers of their own, too: on pages that are not for officials a person acts as a citizen.
 */
static void act_for_oneself(struct visit *visit)
{
    visit->actor.kind = ACTOR_CITIZEN;
    visit->actor.title = visit->actor.unit_name = "";
    visit->actor.roles = 0;
}

static enum status find_person(struct visit *visit)
{
    struct str token = request_session_token(visit->request);
    if (token.data == NULL) return STATUS_OK;
    struct hash hash = token_hash(token);
    enum status status = session_resolve(&visit->work, hash_view(&hash), &visit->person, &visit->error);
    if (status == STATUS_OK) {
        visit->signed_in = true;
        become(visit);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool second_factor_missing(const struct visit *visit)
{
    return visit->person.has_second_factor && !visit->person.second_factor_done;
}

/* The page whose form was sent: what was saved of it is there after signing in. */
static struct str page_of_form(const struct visit *visit)
{
    struct str referer = request_header(visit->request, "Referer");
    ptrdiff_t scheme = str_find(referer, STR("://"));
    if (scheme < 0) return STR("");
    struct str rest = str_slice(referer, (size_t)scheme + 3, referer.length);
    ptrdiff_t slash = str_find_char(rest, '/');
    struct str path = slash < 0 ? STR("") : str_slice(rest, (size_t)slash, rest.length);
    return url_is_local(path) ? path : STR("");
}

static void to_sign_in(struct visit *visit, const char *path)
{
    bool is_page = request_method(visit->request) == HTTP_GET;
    struct str target = is_page ? request_target(visit->request) : page_of_form(visit);
    struct str back = target.length > 0 ? url_encode_copy(visit->arena, target) : STR("");
    response_redirect(visit->request, str_of(arena_printf(visit->arena, "%s%s%.*s", path,
                                                          back.length > 0 ? "?ve=" : "", STR_ARG(back))));
}

/* The key a program sent; STR_NULL when it sent none. */
static struct str sent_token(struct visit *visit)
{
    static const struct str scheme = STR("Bearer ");
    struct str field = request_header(visit->request, "Authorization");
    if (field.length <= scheme.length || !str_equal_ignore_case(str_slice(field, 0, scheme.length), scheme))
        return STR_NULL;
    return str_trim(str_slice(field, scheme.length, field.length));
}

/* A program with a person's key: nothing else says who asks, so that no page can make a browser ask. */
static enum status find_program(struct visit *visit, unsigned *scopes)
{
    struct str token = sent_token(visit);
    *scopes = 0;
    if (token.length == 0) return STATUS_OK;
    enum status status = api_token_resolve(&visit->work, token, &visit->person, scopes, &visit->error);
    if (status == STATUS_OK) {
        visit->signed_in = true;
        become(visit);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum before_result refuse_program(struct visit *visit, unsigned status, const char *code,
                                         const char *message, const char *challenge)
{
    visit->error = (struct error){.code = code, .message = message};
    visit_problem(visit, status, NULL);
    response_header(visit->request, "WWW-Authenticate", str_of(challenge));
    return BEFORE_ANSWERED;
}

static enum before_result check_program(struct visit *visit, uint64_t access, unsigned scopes)
{
    unsigned wanted = (unsigned)(access >> 8 & 0xff);
    unsigned retry_after_s;
    if (!visit->signed_in && sent_token(visit).length == 0)
        return refuse_program(
            visit, 401, "token.missing",
            N_("Yêu cầu không kèm khóa truy cập; hãy gửi khóa trong tiêu đề Authorization: Bearer"),
            "Bearer realm=\"motcua\"");
    if (!visit->signed_in)
        return refuse_program(visit, 401, "token.unknown",
                              N_("Khóa truy cập không đúng, đã hết hạn hoặc đã bị thu hồi"),
                              "Bearer realm=\"motcua\"");
    if ((wanted & ~scopes) != 0)
        return refuse_program(
            visit, 403, "token.scope",
            N_("Khóa truy cập này không được phép làm việc đó; hãy tạo khóa có quyền phù hợp"),
            "Bearer error=\"insufficient_scope\"");
    if (request_rate_take(visit->request, RATE_API, str_of(visit->actor.account_id.text), &retry_after_s))
        return BEFORE_CONTINUE;
    response_too_many(visit->request, retry_after_s);
    return BEFORE_ANSWERED;
}

static enum before_result check_access(struct visit *visit, uint64_t access)
{
    if ((access & ACCESS_PUBLIC) != 0) return BEFORE_CONTINUE;
    if (!visit->signed_in && request_header(visit->request, "Tus-Resumable").data != NULL) {
        mark_tus(visit->request);
        visit_answer_text(visit, 401, visit_text(visit, N_("Phiên đăng nhập của bạn đã hết.")));
        return BEFORE_ANSWERED;
    }
    if (!visit->signed_in) {
        struct kept_form kept = kept_form_of_request(visit);
        if (kept.path.length > 0)
            sign_in_for_form(visit, &kept, page_of_form(visit));
        else
            to_sign_in(visit, "/dang-nhap");
        return BEFORE_ANSWERED;
    }
    if ((access & ACCESS_HALF_SIGNED) != 0) return BEFORE_CONTINUE;
    if (second_factor_missing(visit)) {
        to_sign_in(visit, "/dang-nhap/xac-thuc");
        return BEFORE_ANSWERED;
    }
    if ((access & ACCESS_OFFICIAL) == 0) return BEFORE_CONTINUE;
    const struct tenant *tenant = visit_tenant(visit);
    unsigned roles = (unsigned)(access >> 16);
    if (tenant == NULL || (roles != 0 && (visit->actor.roles & roles) == 0)) {
        visit->error = (struct error){.message = N_("Trang này dành cho cán bộ có vai trò phù hợp. Nếu bạn "
                                                    "giữ nhiều vai trò, hãy chuyển vai trò rồi thử lại.")};
        response_error(visit->request, 403, &visit->error);
        return BEFORE_ANSWERED;
    }
    if (tenant->require_second_factor && !visit->person.has_second_factor) {
        response_redirect(visit->request, STR("/tai-khoan/xac-thuc-hai-lop"));
        return BEFORE_ANSWERED;
    }
    return BEFORE_CONTINUE;
}

static enum before_result before(void *context, struct request *request)
{
    struct web *web = context;
    struct worker *worker = request_worker(request);
    struct arena *arena = request_arena(request);
    struct visit *visit = arena_zalloc(arena, sizeof *visit);
    struct str address = request_client_address(request);
    visit->request = request;
    visit->web = web;
    visit->arena = arena;
    visit->actor = (struct actor){
        .kind = ACTOR_CITIZEN,
        .name = "",
        .title = "",
        .unit_name = "",
        .address = arena_strndup(arena, address.data == NULL ? "" : address.data, address.length)};
    visit->work = (struct work){
        .domain = web->domain, .db = worker->db, .arena = arena, .actor = &visit->actor, .now = clock_now()};
    request_set_context(request, visit);
    enum status status = reference_refresh(&visit->work, false, &visit->error);
    uint64_t access = request_route(request)->access;
    unsigned scopes = 0;
    if (status == STATUS_OK && (access & ACCESS_TOKEN) != 0)
        status = find_program(visit, &scopes);
    else if (status == STATUS_OK && !for_program(request))
        status = find_person(visit);
    choose_language(visit);
    if (status != STATUS_OK) {
        response_error_status(request, status, &visit->error);
        return BEFORE_ANSWERED;
    }
    const struct tenant *tenant = visit_tenant(visit);
    log_set_context(request_id(request), tenant == NULL ? NULL : tenant->slug,
                    visit->signed_in ? visit->actor.account_id.text : NULL);
    request_set_log_identity(request, tenant == NULL ? NULL : tenant->slug,
                             visit->signed_in ? visit->actor.account_id.text : NULL);
    if ((access & (ACCESS_OFFICIAL | ACCESS_KEEP_ROLE)) == 0) act_for_oneself(visit);
    return (access & ACCESS_TOKEN) != 0 ? check_program(visit, access, scopes) : check_access(visit, access);
}

static bool ready(void *context)
{
    const struct web *web = context;
    return reference_tenants(web->domain->reference) != NULL;
}

void web_hooks(struct web *web, struct server_hooks *hooks)
{
    *hooks = (struct server_hooks){
        .context = web,
        .worker_start = worker_start,
        .worker_stop = worker_stop,
        .worker_idle = worker_idle,
        .before = before,
        .error_page = web_error_page,
        .ready = ready,
    };
}
