/* The sample city's accounts (samples/city.json), a handful that shows every role. */
#include "sample_accounts.h"

static const struct {
    const char *identifier;
    const char *what;
} accounts[] = {
    {"lan@example.com", N_("công dân")},
    {"mot-cua@cau-giay.example", N_("tiếp nhận hồ sơ, quận Cầu Giấy")},
    {"do-thi@cau-giay.example", N_("chuyên viên Quản lý đô thị, quận Cầu Giấy")},
    {"truong-phong-do-thi@cau-giay.example", N_("trưởng phòng Quản lý đô thị, quận Cầu Giấy")},
    {"lanh-dao@cau-giay.example", N_("lãnh đạo ký duyệt, quận Cầu Giấy")},
    {"van-thu@cau-giay.example", N_("văn thư, quận Cầu Giấy")},
    {"mot-cua@dich-vong-cau-giay.example", N_("tiếp nhận hồ sơ, phường Dịch Vọng")},
    {"tu-phap@dich-vong-cau-giay.example", N_("công chức Tư pháp – Hộ tịch, phường Dịch Vọng")},
    {"quan-tri@cau-giay.example", N_("quản trị đơn vị, quận Cầu Giấy")},
    {"giam-sat@ha-noi.example", N_("giám sát toàn thành phố")},
};

json_t *sample_accounts_view(struct visit *visit)
{
    json_t *view = json_object(), *list = json_array();
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        json_t *account = json_object();
        view_text(account, "identifier", accounts[i].identifier);
        view_text(account, "what", visit_text(visit, accounts[i].what));
        json_array_append_new(list, account);
    }
    view_text(view, "password", "motcua-ha-noi-2017");
    view_set(view, "accounts", list);
    return view;
}
