/* What is known of a file, in words, for whoever sees it in a list: the virus scanner, and whether one can
 * read it. */
#include "motcua/domain/scan.h"
#include "motcua/web/web.h"

static json_t *standing_tag(struct visit *visit, enum scan_standing standing)
{
    switch (standing) {
    case SCAN_STANDING_CLEAN:
        return view_tag("good", "check", visit_text(visit, N_("Sạch")));
    case SCAN_STANDING_NONE:
        return view_tag("", "info", visit_text(visit, N_("Chưa quét mã độc")));
    case SCAN_STANDING_WAITING:
        return view_tag("info", "clock", visit_text(visit, N_("Chờ kiểm tra mã độc")));
    case SCAN_STANDING_STUCK:
        return view_tag("warn", "alert", visit_text(visit, N_("Chưa kiểm tra được mã độc")));
    case SCAN_STANDING_INFECTED:
        return view_tag("bad", "alert", visit_text(visit, N_("Có mã độc – đã chặn")));
    case SCAN_STANDING_OWN:
        break;
    }
    return json_null();
}

static const char *citizen_advice(struct visit *visit, enum scan_standing standing)
{
    switch (standing) {
    case SCAN_STANDING_INFECTED:
        return visit_text(visit,
                          N_("Tệp này chứa mã độc nên không được tính là đã nộp. Hãy bỏ tệp, quét mã độc "
                             "trên máy của bạn, rồi chụp hoặc quét lại bản gốc và tải lên tệp mới."));
    case SCAN_STANDING_STUCK:
        return visit_text(visit,
                          N_("Hệ thống chưa kiểm tra được tệp này vì quá lớn hoặc quá phức tạp. Nếu có thể, "
                             "hãy bỏ tệp và tải lên bản nhỏ hơn; nếu không, cơ quan sẽ liên hệ với bạn."));
    case SCAN_STANDING_WAITING:
        return visit_text(visit,
                          N_("Việc kiểm tra chỉ mất ít phút; bạn cứ tiếp tục, không cần chờ ở trang này."));
    case SCAN_STANDING_OWN:
    case SCAN_STANDING_CLEAN:
    case SCAN_STANDING_NONE:
        break;
    }
    return NULL;
}

static const char *official_advice(struct visit *visit, enum scan_standing standing,
                                   const struct document *document)
{
    if (standing == SCAN_STANDING_INFECTED)
        return visit_format(
            visit, N_("Phát hiện “%s”. Không ai mở được tệp này; hãy yêu cầu người nộp bổ sung bản khác."),
            document->scan_finding);
    if (standing == SCAN_STANDING_STUCK)
        return visit_text(visit,
                          N_("Phần mềm quét không đọc được tệp lớn hoặc phức tạp như vậy, nên tệp còn bị giữ "
                             "lại. Hãy yêu cầu người nộp bổ sung bản nhỏ hơn."));
    return NULL;
}

static void add_remark(json_t *list, const char *text)
{
    json_t *remark = json_object();
    view_text(remark, "text", text);
    json_array_append_new(list, remark);
}

/* With the pages of a PDF made of photos, where they are known. */
static void add_remark_of(struct visit *visit, json_t *list, const struct document *document,
                          const char *remark, const char *text)
{
    if (!document_has_remark(document, remark)) return;
    const char *pages = document_remark_pages(visit->arena, document, remark);
    add_remark(list, pages[0] == '\0' ? text
                                      : arena_printf(visit->arena, "%s %s: %s",
                                                     visit_text(visit, N_("Trang")), pages, text));
}

static json_t *remarks_view(struct visit *visit, const struct document *document, bool official)
{
    json_t *list = json_array();
    add_remark_of(visit, list, document, "dark", visit_text(visit, N_("Ảnh khá tối.")));
    add_remark_of(visit, list, document, "blurred", visit_text(visit, N_("Ảnh có vẻ bị mờ.")));
    add_remark_of(visit, list, document, "small", visit_text(visit, N_("Ảnh nhỏ, chữ có thể khó đọc.")));
    if (json_array_size(list) > 0 && !official)
        add_remark(
            list,
            visit_text(visit, N_("Hãy mở ra xem: nếu không đọc rõ, bạn nên chụp lại. Ảnh vẫn nộp được.")));
    if (document_has_remark(document, "ratio"))
        add_remark(list,
                   visit_text(visit, official
                                         ? N_("Ảnh không theo tỉ lệ 3×4, chiều đứng.")
                                         : N_("Ảnh không theo tỉ lệ 3×4, chiều đứng; nên chọn hoặc cắt lại "
                                              "ảnh khác. Ảnh vẫn nộp được.")));
    if (document_has_remark(document, "active"))
        add_remark(list,
                   visit_text(visit, N_("Đã gỡ mã lệnh và tệp nhúng khỏi PDF; nội dung trang giữ nguyên.")));
    return list;
}

void visit_add_scan(struct visit *visit, json_t *view, const struct document *document, bool official)
{
    enum scan_standing standing = document_standing(visit->web->domain, document);
    view_set(view, "scan", standing_tag(visit, standing));
    view_text(view, "scan_help",
              official ? official_advice(visit, standing, document) : citizen_advice(visit, standing));
    view_flag(view, "closed", standing >= SCAN_STANDING_WAITING);
    view_list(view, "remarks", remarks_view(visit, document, official));
}
