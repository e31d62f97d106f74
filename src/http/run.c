/* What a worker does with a request: decode, authenticate, check, handle, finish. */
#include "internal.h"
#include "motcua/base/log.h"
#include "motcua/base/utf8.h"

static const char *const message_csrf =
    N_("Trang đã mở quá lâu hoặc phiên làm việc đã thay đổi. Vui lòng tải lại trang rồi gửi lại.");
static const char *const message_origin = N_("Yêu cầu không đến từ trang này nên không được thực hiện.");
static const char *const message_encoding =
    N_("Dữ liệu gửi lên không phải văn bản Unicode (UTF-8) hợp lệ. Vui lòng nhập lại.");

/* What is left when not even an error page fits: nothing that needs memory. */
static void bare_answer(struct request *request)
{
    static const char text[] =
        "Hệ thống gặp lỗi. Vui lòng thử lại sau. / Something went wrong. Please try again.\n";
    request->response = (struct response){.descriptor = -1, .status = 500, .close = true};
    request->response.kind = RESPONSE_MEMORY;
    request->response.body = str_make(text, sizeof text - 1);
}

void request_guarded(struct request *request, void (*run)(struct request *))
{
    jmp_buf recovery;
    const struct arena_mark mark = arena_mark(request->arena);
    if (setjmp(recovery) == 0) {
        arena_set_recovery(request->arena, &recovery);
        run(request);
        arena_set_recovery(request->arena, NULL);
        return;
    }
    arena_set_recovery(request->arena, NULL);
    log_error("http.memory", log_cstr("request", request->id), log_str("path", request->path));
    response_release(request);
    if (run == request_run_before) stream_release(request); /* its state lies in the arena */
    arena_rewind(request->arena, mark); /* all that `run` allocated; so forget all that points there */
    request->query_data = request->form = (struct form_data){0};
    request->query_parsed = false;
    request->context = NULL;
    request->response = (struct response){.descriptor = -1};
    if (run == response_finish)
        bare_answer(request);
    else
        request->response.defect = true; /* becomes a 500 */
}

static bool run_before_hook(struct request *request)
{
    const struct server_hooks *hooks = &request->server->hooks;
    if (hooks->before == NULL) return true;
    return hooks->before(hooks->context, request) == BEFORE_CONTINUE;
}

static bool decode_query(struct request *request)
{
    struct error error = {0};
    if (request_parse_query(request, &error) == STATUS_OK) return true;
    response_error(request, 400, &error);
    return false;
}

static bool check_csrf(struct request *request)
{
    if (request->match.route->csrf != CSRF_REQUIRED) return true;
    if (!csrf_origin_fits(request)) {
        response_error_page(request, 403, message_origin, NULL);
        return false;
    }
    struct str token = head_field(request->head, CSRF_HEADER);
    if (token.data == NULL) token = request_form(request, CSRF_FIELD);
    if (csrf_check(request, token)) return true;
    response_error_page(request, 403, message_csrf, NULL);
    return false;
}

/* Uploads: everything that can be refused before the body comes. */
void request_run_before(struct request *request)
{
    if (!decode_query(request) || !run_before_hook(request)) return;
    if (request->match.route->body == BODY_STREAM) {
        if (check_csrf(request)) stream_open(request);
    } else if (request->match.route->csrf == CSRF_REQUIRED && !csrf_origin_fits(request)) {
        response_error_page(request, 403, message_origin, NULL);
    }
}

static bool decode_form(struct request *request)
{
    struct error error = {0};
    if (request->match.route->body != BODY_FORM) return true;
    struct form_limits limits = FORM_LIMITS_DEFAULT;
    limits.maximum_value = request->match.route->body_limit;
    enum status status =
        form_data_parse(request->arena, request_body(request), &limits, &request->form, &error);
    if (status == STATUS_OK) return true;
    response_error(request, status == STATUS_TOO_LARGE ? 413 : 400, &error);
    return false;
}

static bool check_json(struct request *request)
{
    if (request->match.route->body != BODY_JSON) return true;
    struct str body = request_body(request);
    if (utf8_valid(body) && memchr(body.data, 0, body.length) == NULL) return true;
    response_error_page(request, 400, message_encoding, NULL);
    return false;
}

void request_run_handler(struct request *request)
{
    const struct route *route = request->match.route;
    bool checked = route->body == BODY_MULTIPART || route->body == BODY_STREAM; /* before the body */
    if (!decode_query(request) || !decode_form(request) || !check_json(request)) return;
    if (!checked && (route->flags & ROUTE_INLINE) == 0 && !run_before_hook(request)) return;
    if (route->body != BODY_STREAM && !check_csrf(request)) return;
    route->handler(request);
}
