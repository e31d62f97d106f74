/* What an event of the trail says, in words. */
#include "motcua/codec/json.h"
#include "motcua/domain/dossier.h"
#include "motcua/i18n/catalogue.h"

static const struct {
    const char *kind, *text; /* %s: the step */
} event_texts[] = {
    {"submitted", N_("Hồ sơ được nộp")},
    {"received", N_("Hồ sơ được tiếp nhận")},
    {"supplement_requested", N_("Yêu cầu bổ sung")},
    {"supplement_answered", N_("Gửi bổ sung")},
    {"supplement_expired", N_("Hết hạn bổ sung")},
    {"refused", N_("Từ chối tiếp nhận")},
    {"step_completed", N_("Xong bước “%s”")},
    {"task_taken", N_("Nhận việc “%s”")},
    {"task_given_back", N_("Trả lại việc “%s”")},
    {"task_assigned", N_("Giao việc “%s”")},
    {"result_issued", N_("Phát hành kết quả")},
    {"result_handed_over", N_("Trả kết quả")},
    {"result_delivered_online", N_("Trả kết quả trực tuyến")},
    {"payment_received", N_("Thu phí, lệ phí")},
    {"apology_drafted", N_("Soạn phiếu xin lỗi")},
    {"apology_sent", N_("Gửi phiếu xin lỗi và hẹn lại")},
    {"consultation_sent", N_("Hỏi ý kiến cơ quan khác")},
    {"consultation_answered", N_("Cơ quan khác trả lời")},
    {"paper_infected", N_("Phát hiện mã độc trong giấy tờ")},
    {"paper_removed", N_("Người nộp xóa giấy tờ")},
    {"withdrawn", N_("Người nộp rút hồ sơ")},
    {"rated", N_("Người nộp đánh giá")},
    {"timer_fired", N_("Đến giờ hẹn của quy trình")},
    {"incident_raised", N_("Quy trình dừng vì lỗi")},
    {"incident_retried", N_("Chạy lại quy trình")},
    {"incident_completed", N_("Xử lý sự cố: bước đã làm xong bằng tay")},
    {"incident_settled", N_("Xử lý sự cố: không cần làm gì thêm")},
    {"calendar_changed", N_("Tính lại thời hạn theo lịch làm việc mới")},
    {"workflow_migrated", N_("Chuyển sang phiên bản mới của quy trình")},
    {"message_kept", N_("Tin đến sớm, giữ lại cho bước sau")},
    {"message_delivered", N_("Chuyển tin đã giữ cho quy trình")},
    {"archived", N_("Đưa vào lưu trữ, chỉ còn xem được")},
    {"retention_warned", N_("Báo trước việc xóa thông tin theo thời gian lưu giữ")},
    {"retention_held", N_("Giữ lại, tạm dừng việc lưu trữ và xóa")},
    {"retention_released", N_("Thôi giữ lại")},
    {"anonymised", N_("Xóa thông tin cá nhân theo thời gian lưu giữ")},
    {"message_expired", N_("Tin đã giữ hết hạn, không bước nào cần")},
};

const char *dossier_event_text(struct arena *arena, const struct catalogue *catalogue,
                               const struct event *event)
{
    const char *text = event->kind, *step = json_get_cstr(event->data, "step", ""),
               *english = json_get_cstr(event->data, "step_en", "");
    for (size_t i = 0; i < sizeof event_texts / sizeof event_texts[0]; i++)
        if (strcmp(event_texts[i].kind, event->kind) == 0) text = translate(catalogue, event_texts[i].text);
    if (catalogue != NULL && english[0] != '\0') step = english;
    const char *place = strstr(text, "%s");
    return place == NULL ? text : arena_printf(arena, "%.*s%s%s", (int)(place - text), text, step, place + 2);
}

const char *dossier_event_note(const struct event *event)
{
    return json_get_cstr(event->data, "note", json_get_cstr(event->data, "reason", ""));
}
