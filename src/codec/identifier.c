/* Identifiers of Vietnamese persons, organisations and telephones. */
#include "motcua/codec/identifier.h"

static bool all_digits(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}

static int digit(struct str text, size_t at)
{
    return text.data[at] - '0';
}

/* The 63 codes of Circular 07/2016/TT-BCA, annex: bit n is set when n is a province. */
static bool is_province(int code)
{
    static const unsigned char codes[] = {1,  2,  4,  6,  8,  10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25,
                                          26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48,
                                          49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75,
                                          77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96};
    for (size_t i = 0; i < sizeof codes; i++)
        if (codes[i] == code) return true;
    return false;
}

bool identifier_read_personal(struct str number, int *birth_year, enum identifier_gender *gender)
{
    if (number.length != 12 || !all_digits(number)) return false;
    int century = digit(number, 3);
    *birth_year = 1900 + 100 * (century / 2) + 10 * digit(number, 4) + digit(number, 5);
    *gender = century % 2 == 0 ? IDENTIFIER_MALE : IDENTIFIER_FEMALE;
    return true;
}

enum identifier_problem identifier_check_personal(struct str number, int birth_year,
                                                  enum identifier_gender gender)
{
    int year;
    enum identifier_gender written;
    if (!identifier_read_personal(number, &year, &written)) return IDENTIFIER_SHAPE;
    if (!is_province(100 * digit(number, 0) + 10 * digit(number, 1) + digit(number, 2)))
        return IDENTIFIER_PROVINCE;
    if (birth_year != 0 && birth_year != year) return IDENTIFIER_BIRTH_YEAR;
    if (gender != IDENTIFIER_GENDER_UNKNOWN && gender != written) return IDENTIFIER_GENDER;
    return IDENTIFIER_VALID;
}

enum identifier_problem identifier_check_identity_card(struct str number)
{
    return (number.length == 9 || number.length == 12) && all_digits(number) ? IDENTIFIER_VALID
                                                                             : IDENTIFIER_SHAPE;
}

enum identifier_problem identifier_check_tax_code(struct str code)
{
    static const int weights[] = {31, 29, 23, 19, 17, 13, 7, 5, 3};
    struct str head = str_slice(code, 0, 10), branch = str_slice(code, 10, code.length);
    if (head.length != 10 || !all_digits(head)) return IDENTIFIER_SHAPE;
    if (branch.length == 4 && branch.data[0] == '-')
        branch = str_slice(branch, 1, 4);
    else if (branch.length != 0 && branch.length != 3)
        return IDENTIFIER_SHAPE;
    if (!all_digits(branch)) return IDENTIFIER_SHAPE;
    int sum = 0;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i] * digit(head, i);
    if (10 - sum % 11 != digit(head, 9)) return IDENTIFIER_CHECK_DIGIT;
    if (str_equal_cstr(branch, "000")) return IDENTIFIER_BRANCH;
    return IDENTIFIER_VALID;
}

static bool phone_shape_valid(const char *digits, size_t length)
{
    if (length < 10 || digits[0] != '0') return false;
    char second = digits[1];
    if (length ==
        10) /* mobile numbers of today; 04 and 08 were the land lines of Hà Nội and TP.HCM until 2017 */
        return strchr("35789", second) != NULL || second == '4' || second == '2';
    if (length == 11) /* land lines since 2017; mobile numbers until 2018: 012x, 016x, 018x, 0199 */
        return second == '2' ||
               (second == '1' && (strchr("268", digits[2]) || strncmp(digits, "0199", 4) == 0));
    return false;
}

bool identifier_normalise_phone(struct str text, char out[IDENTIFIER_PHONE_SIZE])
{
    char digits[IDENTIFIER_PHONE_SIZE];
    size_t length = 0;
    size_t begin = 0;
    while (begin < text.length && strchr(" .-(", text.data[begin]) && text.data[begin] != 0)
        begin++;
    text = str_trim(str_slice(text, begin, text.length));
    bool international = str_starts_with(text, STR("+"));
    for (size_t i = international ? 1 : 0; i < text.length; i++) {
        char c = text.data[i];
        if (c >= '0' && c <= '9') {
            if (length + 2 >= sizeof digits) return false;
            digits[length++] = c;
        } else if (!strchr(" .-()", c) || c == 0) {
            return false;
        }
    }
    digits[length] = 0;
    size_t skip = 0;
    if (international || strncmp(digits, "0084", 4) == 0) {
        skip = international ? 2 : 4;
        if (strncmp(digits + skip - 2, "84", 2) != 0) return false;
    } else if (strncmp(digits, "84", 2) == 0) {
        skip = 2; /* no number here begins like that without its 0 */
    }
    char national[IDENTIFIER_PHONE_SIZE + 1];
    size_t start = 0;
    if (skip && digits[skip] != '0') national[start++] = '0';
    memcpy(national + start, digits + skip, length - skip + 1);
    if (!phone_shape_valid(national, start + length - skip)) return false;
    memcpy(out, national, start + length - skip + 1);
    return true;
}

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool identifier_email_valid(struct str text)
{
    struct str local, domain, label;
    if (text.length > 254 || !str_split(text, '@', &local, &domain) || local.length == 0 || local.length > 64)
        return false;
    for (size_t i = 0; i < local.length; i++) {
        bool dot = local.data[i] == '.'; /* only between two others (RFC 5321) */
        if (dot && (i == 0 || i + 1 == local.length || local.data[i + 1] == '.')) return false;
        if (!is_alphanumeric(local.data[i]) &&
            (local.data[i] == 0 || !strchr(".!#$%&'*+/=?^_`{|}~-", local.data[i])))
            return false;
    }
    if (str_find_char(domain, '.') < 0) return false;
    bool more = true;
    while (more) {
        struct str rest;
        more = str_split(domain, '.', &label, &rest);
        if (label.length == 0 || label.length > 63 || label.data[0] == '-' ||
            label.data[label.length - 1] == '-')
            return false;
        for (size_t i = 0; i < label.length; i++)
            if (!is_alphanumeric(label.data[i]) && label.data[i] != '-') return false;
        domain = rest;
    }
    return true;
}
