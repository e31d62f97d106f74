/*
 * Messages shown once after a redirect. The cookie holds only a name of this table, so nobody can make the
 * portal say something else.
 */
#include "motcua/codec/json.h"
#include "visit.h"

static const struct {
    const char *name;
    const char *kind;
    const char *text;
} messages[] = {
    {"saved", "good", N_("Đã lưu.")},
    {"draft_saved", "good", N_("Đã lưu hồ sơ nháp. Bạn có thể tiếp tục bất cứ lúc nào.")},
    {"draft_deleted", "good", N_("Đã xóa hồ sơ nháp.")},
    {"version_taken", "good",
     N_("Đã chuyển bản nháp sang biểu mẫu mới. Các câu trả lời cũ được giữ nguyên.")},
    {"copied", "good",
     N_("Đã sao chép câu trả lời sang bản nháp mới. Giấy tờ, cam đoan và chữ ký không được sao chép; hãy "
        "kiểm tra "
        "lại từng trang.")},
    {"taken_from_store", "good", N_("Đã đính kèm bản sao từ kho giấy tờ của bạn.")},
    {"uploaded", "good", N_("Đã tải giấy tờ lên.")},
    {"stored", "good", N_("Đã cất giấy tờ vào kho của bạn.")},
    {"joined", "good", N_("Đã ghép các ảnh thành một tệp PDF. Bạn nên mở ra xem lại một lượt.")},
    {"removed", "good", N_("Đã xóa giấy tờ.")},
    {"submitted", "good", N_("Hồ sơ đã được nộp.")},
    {"already_submitted", "info", N_("Hồ sơ này đã được nộp trước đó.")},
    {"supplemented", "good", N_("Đã gửi bổ sung. Thời gian giải quyết được tính tiếp.")},
    {"withdrawn", "good", N_("Đã rút hồ sơ.")},
    {"rated", "good", N_("Cảm ơn bạn đã đánh giá.")},
    {"signed_out", "info", N_("Bạn đã đăng xuất.")},
    {"account_closing", "info",
     N_("Đã ghi nhận yêu cầu xóa tài khoản. Ngày xóa được gửi đến thư điện tử của bạn. Nếu đổi ý, hãy đăng "
        "nhập trước ngày đó.")},
    {"account_closing_now", "info", N_("Tài khoản của bạn đang được xóa.")},
    {"account_kept", "good",
     N_("Yêu cầu xóa tài khoản đã được hủy vì bạn vừa đăng nhập. Tài khoản còn nguyên.")},
    {"password_changed", "good", N_("Đã đổi mật khẩu.")},
    {"password_reset", "good", N_("Đã đặt lại mật khẩu. Vui lòng đăng nhập bằng mật khẩu mới.")},
    {"sessions_ended", "good", N_("Đã đăng xuất các thiết bị đã chọn.")},
    {"invited", "good", N_("Đã gửi lời mời qua thư điện tử.")},
    {"share_revoked", "good", N_("Đã thu hồi. Người được mời không mở được hồ sơ này nữa.")},
    {"share_taken", "good", N_("Bạn đã nhận lời mời. Phần của bạn ở dưới đây.")},
    {"share_declined", "info", N_("Bạn đã từ chối. Người mời bạn được báo qua thư điện tử.")},
    {"share_left", "info", N_("Bạn không còn tham gia hồ sơ này.")},
    {"part_finished", "good", N_("Đã báo cho người mời là bạn làm xong phần của mình.")},
    {"part_reopened", "info", N_("Bạn có thể sửa tiếp phần của mình.")},
    {"part_signed", "good", N_("Bạn đã ký.")},
    {"taken_over", "good", N_("Bạn đã nhận bàn giao. Hồ sơ nháp và giấy tờ kèm theo nay là của bạn.")},
    {"token_revoked", "good", N_("Đã thu hồi khóa. Chương trình dùng khóa này không vào được nữa.")},
    {"second_factor_on", "good", N_("Đã bật xác thực hai lớp.")},
    {"second_factor_off", "info", N_("Đã tắt xác thực hai lớp.")},
    {"task_taken", "good", N_("Bạn đã nhận việc này.")},
    {"task_given_back", "info", N_("Đã trả việc về hàng đợi chung.")},
    {"task_assigned", "good", N_("Đã phân công.")},
    {"task_done", "good", N_("Đã xử lý xong bước này.")},
    {"paid", "good", N_("Đã ghi nhận khoản thu.")},
    {"apology_sent", "good", N_("Đã gửi phiếu xin lỗi và hẹn lại.")},
    {"answered", "good", N_("Đã gửi trả lời cho cơ quan hỏi.")},
    {"switched", "info", N_("Đã chuyển vai trò.")},
    {"held", "good", N_("Đã giữ lại hồ sơ. Hồ sơ này sẽ không bị lưu trữ hay xóa cho đến khi thôi giữ lại.")},
    {"released", "good", N_("Đã thôi giữ lại hồ sơ.")},
    {"retried", "good", N_("Đã chạy lại.")},
    {"incident_resolved", "good", N_("Đã ghi nhận cách xử lý sự cố.")},
};

enum { MESSAGE_COUNT = sizeof messages / sizeof messages[0], SECONDS_KEPT = 60 };

void flash_keep(struct visit *visit, const char *name)
{
    struct set_cookie cookie = {.name = "thong-bao", .value = str_of(name), .max_age_s = SECONDS_KEPT};
    response_cookie(visit->request, &cookie);
}

void flash_show(struct visit *visit, json_t *view)
{
    struct str name = request_cookie(visit->request, "thong-bao");
    if (name.length == 0) return;
    for (size_t i = 0; i < MESSAGE_COUNT; i++)
        if (str_equal_cstr(name, messages[i].name))
            view_flash(visit, view, messages[i].kind, visit_text(visit, messages[i].text));
    struct set_cookie cookie = {.name = "thong-bao", .value = STR(""), .max_age_s = -1};
    response_cookie(visit->request, &cookie);
}
