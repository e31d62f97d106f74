/* Names and numbers of people, firms and telephones: check digits, provinces, years of birth; and whether a
 * personal number agrees with what else is said of the person. */
#include "motcua/base/utf8.h"
#include "motcua/codec/identifier.h"
#include "motcua/codec/json.h"

#include "check.h"

static bool check_person_name(struct str text, struct form_problem *problem)
{
    size_t words = 0, at = 0;
    bool inside = false;
    while (at < text.length) {
        uint32_t c = utf8_next(text, &at);
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x1E00 && c <= 0x1EFF);
        if (letter && !inside) words++;
        inside = letter || c == '\'' || c == 0x2019 || c == '-' || c == '.';
        if (!inside && c != ' ')
            return wrong(problem, "form.name", N_("Họ tên chỉ gồm chữ cái, ví dụ Nguyễn Thị Lan Anh."), NULL);
    }
    if (words < 2) return wrong(problem, "form.name", N_("Hãy nhập đầy đủ họ, chữ đệm và tên."), NULL);
    return false;
}

/* Twelve digits: a province, and a year in which somebody can have been born. */
static bool check_personal_number(const struct form_environment *environment, struct arena *arena,
                                  struct str text, struct form_problem *problem)
{
    int year;
    enum identifier_gender gender;
    if (!identifier_read_personal(text, &year, &gender)) return false;
    if (identifier_check_personal(text, 0, IDENTIFIER_GENDER_UNKNOWN) == IDENTIFIER_PROVINCE)
        return wrong(
            problem, "form.personal_id_province",
            N_("Ba chữ số đầu của số định danh không phải mã tỉnh, thành phố nào. Hãy kiểm tra lại."), NULL);
    const char *born = arena_printf(arena, "%04d", year);
    if (environment && environment->today && strncmp(born, environment->today, 4) > 0)
        return wrong(problem, "form.personal_id_birth",
                     N_("Số định danh này ghi năm sinh %s, là năm chưa tới. Hãy kiểm tra ba chữ số từ thứ tư "
                        "đến thứ sáu."),
                     born);
    return false;
}

bool form_check_identifier(const struct form_field *field, const struct form_environment *environment,
                           struct arena *arena, struct str text, struct form_problem *problem)
{
    char phone[IDENTIFIER_PHONE_SIZE];
    switch (field->kind) {
    case KIND_EMAIL:
        if (!identifier_email_valid(text))
            return wrong(problem, "form.email",
                         N_("Địa chỉ thư điện tử không đúng. Ví dụ đúng: ten@example.com."), NULL);
        break;
    case KIND_PHONE:
        if (!identifier_normalise_phone(text, phone))
            return wrong(problem, "form.phone",
                         N_("Số điện thoại không đúng. Ví dụ đúng: 0912 345 678 hoặc 024 3825 3536."), NULL);
        break;
    case KIND_PERSONAL_ID:
    case KIND_IDENTITY_NUMBER:
        return check_personal_number(environment, arena, text, problem);
    case KIND_TAX_CODE:
        if (identifier_check_tax_code(text) != IDENTIFIER_VALID)
            return wrong(problem, "form.tax_code",
                         N_("Mã số thuế này không tồn tại (sai chữ số kiểm tra). Hãy kiểm tra lại."), NULL);
        break;
    case KIND_PERSON_NAME:
        return check_person_name(text, problem);
    default:
        break;
    }
    return false;
}

static enum identifier_gender gender_of(struct str text)
{
    if (str_equal_cstr(text, "male") || str_equal_cstr(text, "nam")) return IDENTIFIER_MALE;
    if (str_equal_cstr(text, "female") || str_equal_cstr(text, "nu")) return IDENTIFIER_FEMALE;
    return IDENTIFIER_GENDER_UNKNOWN;
}

bool form_check_agreement(const struct form_field *field, const struct form_field *siblings,
                          const json_t *scope, struct form_problem *problem)
{
    struct str number = json_str_value(form_answer(scope, field));
    if ((field->kind != KIND_PERSONAL_ID && field->kind != KIND_IDENTITY_NUMBER) || number.length != 12)
        return false;
    int year = 0;
    if (field->birth_date >= 0) {
        struct str birth = json_str_value(form_answer(scope, &siblings[field->birth_date]));
        if (form_partial_date_valid(birth))
            year = (birth.data[0] - '0') * 1000 + (birth.data[1] - '0') * 100 + (birth.data[2] - '0') * 10 +
                   (birth.data[3] - '0');
    }
    struct str gender =
        field->gender >= 0 ? json_str_value(form_answer(scope, &siblings[field->gender])) : STR_NULL;
    switch (identifier_check_personal(number, year, gender_of(gender))) {
    case IDENTIFIER_BIRTH_YEAR:
        return wrong(problem, "form.personal_id_birth",
                     N_("Số định danh không khớp với năm sinh đã nhập. Hãy kiểm tra cả hai."), NULL);
    case IDENTIFIER_GENDER:
        return wrong(problem, "form.personal_id_gender",
                     N_("Số định danh không khớp với giới tính đã chọn. Hãy kiểm tra cả hai."), NULL);
    default:
        return false;
    }
}
