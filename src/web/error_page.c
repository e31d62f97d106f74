/* Error pages: what happened, what to do, nothing lost. They may be rendered without a worker, so without the
 * database. */
#include "motcua/base/buf.h"
#include "motcua/codec/json.h"
#include "motcua/i18n/catalogue.h"
#include "pages.h"
#include "visit.h"

enum { ERROR_PAGE_BYTES = 256 * 1024 };

static const struct {
    unsigned status;
    const char *heading, *text, *what_now;
} texts[] = {
    {400, N_("Yêu cầu không hợp lệ"), N_("Trình duyệt đã gửi một yêu cầu mà hệ thống không hiểu được."),
     N_("Hãy quay lại trang trước và thử lại.")},
    {401, N_("Cần đăng nhập"), N_("Phiên đăng nhập của bạn đã hết."), N_("Hãy đăng nhập rồi thử lại.")},
    {403, N_("Bạn không có quyền xem trang này"),
     N_("Trang này dành cho người khác hoặc vai trò khác, hoặc phiên làm việc đã cũ."),
     N_("Hãy tải lại trang trước. Nếu vẫn gặp lỗi, hãy đăng nhập lại.")},
    {404, N_("Không tìm thấy trang"), N_("Đường dẫn có thể đã đổi hoặc gõ sai."),
     N_("Hãy tìm thủ tục trong danh mục hoặc tra cứu hồ sơ bằng mã.")},
    {405, N_("Thao tác không phù hợp"), N_("Trang này không nhận thao tác đó."),
     N_("Hãy quay lại trang trước và thử lại.")},
    {409, N_("Việc này không còn thực hiện được"), N_("Nội dung đã thay đổi sau khi bạn mở trang."),
     N_("Hãy mở lại trang để xem nội dung mới.")},
    {413, N_("Tệp quá lớn"), N_("Nội dung gửi lên vượt quá dung lượng cho phép."),
     N_("Hãy giảm dung lượng tệp, ví dụ chụp lại ở độ phân giải thấp hơn, rồi tải lên lại.")},
    {422, N_("Nội dung chưa đúng"), N_("Có mục chưa đúng hoặc còn thiếu."),
     N_("Hãy quay lại trang trước và kiểm tra.")},
    {429, N_("Bạn thao tác quá nhanh"), N_("Hệ thống tạm ngừng nhận yêu cầu từ bạn trong chốc lát."),
     N_("Hãy đợi một lát rồi thử lại. Những gì đã lưu vẫn an toàn.")},
    {500, N_("Hệ thống gặp lỗi"), N_("Lỗi này đã được ghi lại để khắc phục."),
     N_("Hãy thử lại sau ít phút; bản nháp và hồ sơ đã nộp vẫn an toàn.")},
    {503, N_("Hệ thống đang bận hoặc bảo trì"), N_("Yêu cầu của bạn chưa được thực hiện."),
     N_("Hãy thử lại sau ít phút; bản nháp và hồ sơ đã nộp vẫn an toàn.")},
};

enum { TEXT_COUNT = sizeof texts / sizeof texts[0] };

static size_t text_of_status(unsigned status)
{
    size_t fallback = 0;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        if (texts[i].status == status) return i;
        if (texts[i].status == (status >= 500 ? 500u : 400u)) fallback = i;
    }
    return fallback;
}

const char *error_heading(unsigned status)
{
    return texts[text_of_status(status)].heading;
}

static const char *fill_argument(struct arena *arena, const char *text, const char *argument)
{
    const char *place = strstr(text, "%s");
    if (place == NULL || argument == NULL) return text;
    return arena_printf(arena, "%.*s%s%s", (int)(place - text), text, argument, place + 2);
}

static void fill_common(json_t *view, const struct web *web, const struct catalogue *catalogue, bool english)
{
    const struct web_settings *settings = web->settings;
    json_t *site = json_object();
    view_text(site, "name", settings->site_name);
    view_text(site, "place", translate(catalogue, settings->site_place));
    view_text(site, "owner", translate(catalogue, settings->site_owner));
    view_text(site, "hotline", settings->hotline);
    view_text(site, "hotline_url", settings->hotline_url);
    view_text(site, "hours", translate(catalogue, settings->hours));
    view_flag(site, "sample", settings->sample);
    view_set(view, "site", site);
    view_text(view, "lang", english ? "en" : "vi");
    json_t *other = json_object();
    view_text(other, "url", english ? "/ngon-ngu/vi?ve=%2F" : "/ngon-ngu/en?ve=%2F");
    view_text(other, "code", english ? "vi" : "en");
    view_text(other, "label", english ? "Tiếng Việt" : "English");
    view_set(view, "lang_switch", other);
    view_set(view, "asset", json_incref(web->assets));
    view_text(view, "csrf", "");
    view_text(view, "path", "/");
    view_set(view, "now", json_object());
    view_null(view, "account");
    view_set(view, "nav", json_object());
    view_set(view, "breadcrumbs", json_array());
    view_set(view, "flash", json_array());
    view_null(view, "error_summary");
}

void web_error_page(void *context, struct request *request, unsigned status, const char *message,
                    const char *argument)
{
    const struct web *web = context;
    struct arena *arena = request_arena(request);
    bool english = strcmp(request_language(request), "en") == 0;
    const struct catalogue *catalogue = english ? web->domain->english : NULL;
    const struct mustache_template *page =
        page_find(web->pages[english ? LANGUAGE_ENGLISH : LANGUAGE_VIETNAMESE], "portal/error");
    struct visit *visit = request_context(request);
    size_t which = text_of_status(status);
    mark_tus(request);
    const char *text = message == NULL ? translate(catalogue, texts[which].text)
                                       : fill_argument(arena, translate(catalogue, message), argument);
    if (for_program(request)) {
        const char *code = visit == NULL ? NULL : visit->error.code;
        problem_answer(request, status, code, translate(catalogue, texts[which].heading), text, NULL);
        return;
    }
    json_auto view = NULL;
    if (visit != NULL) {
        view = view_create(visit, translate(catalogue, texts[which].heading));
    } else {
        view = json_object();
        fill_common(view, web, catalogue, english);
        view_text(view, "title", translate(catalogue, texts[which].heading));
    }
    view_text(view, "status", arena_printf(arena, "%u", status));
    view_text(view, "heading", translate(catalogue, texts[which].heading));
    view_text(view, "text", text);
    view_text(view, "what_now", translate(catalogue, texts[which].what_now));
    view_null(view, "action");
    view_text(view, "request_id", request_id(request));
    struct buf body = BUF_WITH_MAXIMUM(ERROR_PAGE_BYTES);
    struct error error;
    if (page == NULL || mustache_render(page, view, &body, &error) != STATUS_OK) {
        buf_release(&body);
        return; /* the server's own plain page */
    }
    response_html(request, &body);
}
