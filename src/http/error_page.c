/* The plain bilingual error page: no template, no database, no style; it must work when nothing else does. */
#include "internal.h"

struct text {
    unsigned status;
    const char *vietnamese;
    const char *english;
};

static const struct text texts[] = {
    {400, "Yêu cầu không hợp lệ. Vui lòng kiểm tra lại và thử lại.",
     "The request is not valid. Please check it and try again."},
    {401, "Bạn cần đăng nhập để xem trang này.", "You need to sign in to see this page."},
    {403, "Bạn không có quyền thực hiện việc này.", "You are not allowed to do this."},
    {404, "Không tìm thấy trang này. Vui lòng kiểm tra lại địa chỉ.",
     "There is no such page. Please check the address."},
    {405, "Trang này không nhận cách gửi yêu cầu đó.", "This page does not accept that method."},
    {408, "Dữ liệu gửi đến quá chậm. Vui lòng thử lại.", "The request came too slowly. Please try again."},
    {409, "Nội dung này vừa được người khác thay đổi. Vui lòng tải lại trang.",
     "Somebody else has just changed this. Please reload the page."},
    {413, "Dữ liệu gửi lên quá lớn.", "What you sent is too large."},
    {414, "Địa chỉ quá dài.", "The address is too long."},
    {415, "Định dạng dữ liệu gửi lên không được hỗ trợ.", "The format of what you sent is not supported."},
    {416, "Phần tệp được yêu cầu không tồn tại.", "The requested part of the file does not exist."},
    {417, "Máy chủ không đáp ứng được điều kiện của yêu cầu.",
     "The server cannot meet the expectation of the request."},
    {429, "Bạn đã gửi quá nhiều yêu cầu. Vui lòng chờ một lát rồi thử lại.",
     "Too many requests. Please wait a moment and try again."},
    {431, "Phần đầu của yêu cầu quá lớn. Vui lòng xóa cookie của trang này rồi thử lại.",
     "The request header is too large. Please delete this site's cookies and try again."},
    {500, "Hệ thống gặp lỗi. Chúng tôi đã ghi nhận; vui lòng thử lại sau.",
     "Something went wrong. It has been recorded; please try again later."},
    {501, "Máy chủ không hỗ trợ yêu cầu này.", "The server does not support this request."},
    {503, "Hệ thống đang bận. Vui lòng thử lại sau ít phút.",
     "The service is busy. Please try again in a few minutes."},
    {505, "Phiên bản HTTP không được hỗ trợ.", "This version of HTTP is not supported."},
};

static const struct text *find_text(unsigned status)
{
    const struct text *fallback = &texts[0];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].status == status) return &texts[i];
        if (texts[i].status == 500 && status >= 500) fallback = &texts[i];
    }
    return fallback;
}

static void append_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            buf_append_cstr(out, "&amp;");
            break;
        case '<':
            buf_append_cstr(out, "&lt;");
            break;
        case '>':
            buf_append_cstr(out, "&gt;");
            break;
        case '"':
            buf_append_cstr(out, "&quot;");
            break;
        default:
            buf_append_char(out, *text);
        }
    }
}

void error_page_builtin(struct request *request, unsigned status, const char *message)
{
    const struct text *text = find_text(status);
    struct buf page = BUF_WITH_MAXIMUM(16 * 1024);
    buf_printf(&page,
               "<!DOCTYPE html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><title>%u – Một Cửa</title>"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head>\n"
               "<body><main><h1>%u</h1>\n<p>",
               status, status);
    append_escaped(&page, message != NULL ? message : text->vietnamese);
    buf_printf(&page,
               "</p>\n<p lang=\"en\">%s</p>\n<p>Mã yêu cầu <span lang=\"en\">(request id)</span>: %s</p>\n"
               "<p><a href=\"/\">Trang chủ</a></p></main></body></html>\n",
               text->english, request->id);
    response_html(request, &page);
}
