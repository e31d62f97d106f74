/*
 * What is wrong with one value. form_check_shape says exactly what the generated JSON Schema says (a
 * differential test holds the two together); form_check_value adds what a schema cannot: check digits,
 * reference lists, real names.
 */
#include <math.h>

#include "motcua/base/utf8.h"
#include "motcua/codec/identifier.h"
#include "motcua/codec/json.h"

#include "check.h"

static const char *count_text(struct arena *arena, int64_t count)
{
    return arena_printf(arena, "%lld", (long long)count);
}

/* Control characters never stand in an answer; line ends and tabs only in long texts. */
static bool has_controls(struct str text, bool multiline)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == 0x7F || (c < 0x20 && !(multiline && (c == '\n' || c == '\t')))) return true;
    }
    return false;
}

static bool only(struct str text, const char *allowed)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == 0 || !strchr(allowed, text.data[i])) return false;
    return true;
}

static bool all_digits(struct str text)
{
    return only(text, "0123456789");
}

static bool type_problem(const struct form_field *field, struct form_problem *problem)
{
    switch (field_info(field)->shape) {
    case SHAPE_NUMBER:
        return wrong(problem, "form.number", N_("Hãy nhập một số, ví dụ 1.234,5."), NULL);
    case SHAPE_INTEGER:
        return wrong(problem, "form.integer", N_("Hãy nhập một số nguyên, ví dụ 12 hoặc 8.000."), NULL);
    case SHAPE_DATE:
        return wrong(problem, "form.date",
                     N_("Hãy nhập ngày có thật theo dạng ngày/tháng/năm, ví dụ 14/02/2017."), NULL);
    case SHAPE_PARTIAL_DATE:
        return wrong(problem, "form.date",
                     N_("Hãy nhập ngày/tháng/năm; nếu chỉ nhớ tháng hoặc năm thì nhập 03/1950 hoặc 1950."),
                     NULL);
    case SHAPE_TIME:
        return wrong(problem, "form.time", N_("Hãy nhập giờ theo dạng giờ:phút, ví dụ 09:30."), NULL);
    case SHAPE_PARTS:
        if (field->kind == KIND_DATE_RANGE)
            return wrong(problem, "form.date",
                         N_("Hãy nhập ngày có thật theo dạng ngày/tháng/năm, ví dụ 14/02/2017."), NULL);
        if (field->kind == KIND_MAP_POINT)
            return wrong(problem, "form.map",
                         N_("Hãy nhập vĩ độ và kinh độ bằng số thập phân, ví dụ 21,0285 và 105,8542."), NULL);
        return wrong(problem, "form.type", N_("Dữ liệu của ô này không đúng dạng. Hãy nhập lại."), NULL);
    case SHAPE_LIST:
        if (field->kind == KIND_MAP_PLOT)
            return wrong(
                problem, "form.map",
                N_("Hãy nhập mỗi đỉnh một dòng, vĩ độ rồi kinh độ, ví dụ 21,0285 105,8542, trong lãnh "
                   "thổ Việt Nam."),
                NULL);
        /* fall through */
    default:
        return wrong(problem, "form.type", N_("Dữ liệu của ô này không đúng dạng. Hãy nhập lại."), NULL);
    }
}

/* --- shape --- */

static bool too_many_corners(struct arena *arena, struct form_problem *problem)
{
    return wrong(problem, "form.map", N_("Thửa đất có tối đa %s đỉnh. Hãy chỉ giữ các đỉnh của ranh giới."),
                 count_text(arena, PLOT_CORNERS_MAXIMUM));
}

static bool shape_text(const struct form_field *field, struct arena *arena, struct str text,
                       struct form_problem *problem)
{
    int64_t length = (int64_t)utf8_length(text);
    bool free_text = field->kind == KIND_TEXT || field->kind == KIND_LONG_TEXT;
    int64_t maximum = free_text ? field->max_length : 500;
    if (length > maximum)
        return wrong(problem, "form.too_long", N_("Nội dung quá dài, tối đa %s ký tự."),
                     count_text(arena, maximum));
    if (has_controls(text, field->kind == KIND_LONG_TEXT))
        return wrong(problem, "form.characters", N_("Nội dung có ký tự điều khiển không nhập được."), NULL);
    if (free_text && length < field->min_length)
        return wrong(problem, "form.too_short", N_("Nội dung quá ngắn, cần ít nhất %s ký tự."),
                     count_text(arena, field->min_length));
    switch (field->regex ? form_pattern_match(field->regex, text) : PATTERN_MATCHES) {
    case PATTERN_MATCHES:
        return false;
    case PATTERN_DIFFERS:
        return wrong(problem, "form.pattern", NULL, NULL); /* in the words of the definition */
    default:
        return wrong(problem, "form.pattern_limit",
                     N_("Nội dung này quá phức tạp nên không kiểm tra được. Hãy viết ngắn hơn; nếu vẫn không "
                        "được, hãy báo cơ quan tiếp nhận."),
                     NULL);
    }
}

/* Texts of fixed form; the same patterns stand in schema.c. */
static bool shape_code(const struct form_field *field, struct str text, struct form_problem *problem)
{
    switch (field->kind) {
    case KIND_PHONE:
        if (text.length < 10 || text.length > 11 || !all_digits(text) || text.data[0] != '0')
            return wrong(problem, "form.phone",
                         N_("Số điện thoại không đúng. Ví dụ đúng: 0912 345 678 hoặc 024 3825 3536."), NULL);
        break;
    case KIND_PERSONAL_ID:
        if (text.length != 12 || !all_digits(text))
            return wrong(problem, "form.personal_id", N_("Số định danh cá nhân gồm đúng 12 chữ số."), NULL);
        break;
    case KIND_IDENTITY_CARD:
        if (text.length != 9 || !all_digits(text))
            return wrong(problem, "form.identity_card", N_("Số chứng minh nhân dân gồm đúng 9 chữ số."),
                         NULL);
        break;
    case KIND_IDENTITY_NUMBER:
        if ((text.length != 9 && text.length != 12) || !all_digits(text))
            return wrong(problem, "form.identity_card",
                         N_("Hãy nhập 12 số của thẻ căn cước hoặc 9 số của chứng minh nhân dân."), NULL);
        break;
    case KIND_PASSPORT:
        if ((text.length != 8 && text.length != 9) || text.data[0] < 'A' || text.data[0] > 'Z' ||
            !all_digits(str_slice(text, 1, text.length)))
            return wrong(problem, "form.passport",
                         N_("Số hộ chiếu gồm một chữ cái và 7 chữ số, ví dụ B1234567."), NULL);
        break;
    case KIND_TAX_CODE:
        if (!((text.length == 10 && all_digits(text)) ||
              (text.length == 14 && text.data[10] == '-' && all_digits(str_slice(text, 0, 10)) &&
               all_digits(str_slice(text, 11, 14)))))
            return wrong(problem, "form.tax_code",
                         N_("Mã số thuế gồm 10 chữ số, hoặc 10 chữ số và -NNN với đơn vị phụ thuộc."), NULL);
        break;
    case KIND_HOUSEHOLD:
        if (text.length < 9 || text.length > 12 || !all_digits(text))
            return wrong(problem, "form.household", N_("Số sổ hộ khẩu gồm 9 đến 12 chữ số."), NULL);
        break;
    default:
        break;
    }
    return false;
}

static bool unit_code_shape(const char *level, struct str text)
{
    size_t length = level && strcmp(level, "city") == 0 ? 2 : level && strcmp(level, "district") == 0 ? 3 : 5;
    return text.length == length && all_digits(text);
}

static bool shape_dossier_code(struct str text)
{
    return text.length >= 3 && text.length <= 60 && only(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-/");
}

static bool shape_list_code(struct str text)
{
    return text.length >= 1 && text.length <= 100 && !has_controls(text, false);
}

static bool shape_choice(const struct form_field *field, struct str text, struct form_problem *problem)
{
    static const char message[] = N_("Hãy chọn một mục trong danh sách.");
    if (field_has_choices(field)) {
        for (size_t i = 0; i < field->choice_count; i++)
            if (str_equal_cstr(text, field->choices[i].value)) return false;
        return wrong(problem, "form.option", message, NULL);
    }
    if (field->kind == KIND_ADMINISTRATIVE_UNIT)
        return unit_code_shape(field->level, text) ? false : wrong(problem, "form.unit", message, NULL);
    const char *const(*rows)[3];
    size_t count = field->list ? form_builtin_list(field->list, &rows) : 0;
    for (size_t i = 0; i < count; i++)
        if (str_equal_cstr(text, rows[i][0])) return false;
    if (count || !shape_list_code(text)) return wrong(problem, "form.option", message, NULL);
    return false;
}

static bool number_of(struct arena *arena, const json_t *value, struct feel_number *number)
{
    return feel_number_from_text(form_number_text(arena, value), number);
}

static bool number_limits(const struct form_field *field, struct arena *arena, struct feel_number number,
                          struct form_problem *problem)
{
    char text[FEEL_NUMBER_TEXT_SIZE];
    if (field->has_minimum && feel_number_compare(number, field->minimum) < 0) {
        feel_number_text(field->minimum, text);
        return wrong(problem, "form.minimum", N_("Giá trị phải từ %s trở lên."),
                     form_number_shown(arena, str_of(text), "vi", true));
    }
    if (field->has_maximum && feel_number_compare(number, field->maximum) > 0) {
        feel_number_text(field->maximum, text);
        return wrong(problem, "form.maximum", N_("Giá trị không được vượt quá %s."),
                     form_number_shown(arena, str_of(text), "vi", true));
    }
    return false;
}

static bool too_many_decimals(const struct form_field *field, struct arena *arena, struct str decimal,
                              struct form_problem *problem)
{
    ptrdiff_t point = str_find_char(decimal, '.');
    if (field->kind != KIND_NUMBER || point < 0 || (ptrdiff_t)decimal.length - point - 1 <= field->decimals)
        return false;
    return wrong(problem, "form.decimals", N_("Chỉ được có tối đa %s chữ số sau dấu phẩy."),
                 count_text(arena, field->decimals));
}

static bool shape_number(const struct form_field *field, struct arena *arena, const json_t *value,
                         struct form_problem *problem)
{
    struct feel_number number;
    if (!number_of(arena, value, &number)) return type_problem(field, problem);
    return number_limits(field, arena, number, problem);
}

static bool choice_path(const struct form_field *field, const json_t *value)
{
    const struct form_choice *choices = field->choices;
    size_t count = field->choice_count, depth = json_array_size(value);
    for (size_t i = 0; i < depth; i++) {
        const struct form_choice *choice =
            form_choice_find(choices, count, json_string_value(json_array_get(value, i)));
        if (!choice) return false;
        choices = choice->choices;
        count = choice->choice_count;
    }
    return count == 0;
}

static bool has_duplicates(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t j = 0; j < i; j++)
            if (json_equal(json_array_get(list, i), json_array_get(list, j))) return true;
    return false;
}

static bool shape_list(const struct form_field *field, struct arena *arena, const json_t *value,
                       struct form_problem *problem)
{
    int64_t size = (int64_t)json_array_size(value);
    bool files = field_info(field)->widget == WIDGET_FILE;
    if (field->kind == KIND_MAP_PLOT && size > 0 && size < field->min_items)
        return wrong(problem, "form.map", N_("Thửa đất cần ít nhất %s đỉnh."),
                     count_text(arena, field->min_items));
    if (field->kind == KIND_MAP_PLOT && size > PLOT_CORNERS_MAXIMUM) return too_many_corners(arena, problem);
    if (field->kind == KIND_CASCADE) {
        if (size > (int64_t)field->level_count)
            return wrong(problem, "form.option", N_("Hãy chọn một mục trong danh sách."), NULL);
    } else if (size > field->max_items) {
        return wrong(problem, files ? "form.files" : "form.items_maximum",
                     files ? N_("Quá nhiều tệp, tối đa %s tệp.") : N_("Chỉ được chọn tối đa %s mục."),
                     count_text(arena, field->max_items));
    } else if (size > 0 && size < field->min_items) {
        return wrong(problem, "form.items_minimum", N_("Hãy chọn ít nhất %s mục."),
                     count_text(arena, field->min_items));
    }
    if (field->kind != KIND_CASCADE && has_duplicates(value))
        return wrong(problem, files ? "form.files" : "form.option", N_("Có mục bị lặp lại."), NULL);
    for (size_t i = 0; i < (size_t)size; i++) {
        struct str text = json_str_value(json_array_get(value, i));
        if (files && (text.length != 36 || !only(text, "0123456789abcdef-")))
            return wrong(problem, "form.files", N_("Tệp đính kèm không còn nữa. Hãy tải lên lại."), NULL);
        if ((field->kind == KIND_SEVERAL || field->kind == KIND_RANKED) &&
            !form_choice_find(field->choices, field->choice_count, text.data))
            return wrong(problem, "form.option", N_("Hãy chọn một mục trong danh sách."), NULL);
        if (field->kind == KIND_MAP_PLOT && !form_corner_valid(text)) return type_problem(field, problem);
        if (field->kind == KIND_CASCADE && !shape_list_code(text))
            return wrong(problem, "form.option", N_("Hãy chọn một mục trong danh sách."), NULL);
    }
    return false;
}

static bool shape_address(const json_t *value, struct form_problem *problem)
{
    static const struct {
        const char *name, *level;
    } codes[] = {{"city", "city"}, {"district", "district"}, {"commune", "commune"}};
    for (size_t i = 0; i < 3; i++) {
        const json_t *part = json_object_get(value, codes[i].name);
        if (part && !unit_code_shape(codes[i].level, json_str_value(part)))
            return wrong(problem, "form.address", N_("Hãy chọn đủ tỉnh/thành phố, quận/huyện và phường/xã."),
                         NULL);
    }
    struct str line = json_get_str(value, "line");
    if (line.data && (utf8_length(line) > 200 || has_controls(line, false)))
        return wrong(problem, "form.address", N_("Số nhà, đường, thôn tối đa 200 ký tự."), NULL);
    return false;
}

static bool shape_parts(const struct form_field *field, struct arena *arena, const json_t *value,
                        struct form_problem *problem)
{
    (void)arena;
    struct str text;
    switch (field->kind) {
    case KIND_ADDRESS:
        return shape_address(value, problem);
    case KIND_BANK_ACCOUNT:
        text = json_get_str(value, "number");
        if (text.data && (text.length < 6 || text.length > 19 || !all_digits(text)))
            return wrong(problem, "form.account", N_("Số tài khoản gồm 6 đến 19 chữ số."), NULL);
        text = json_get_str(value, "holder");
        if (text.data && (utf8_length(text) > 100 || has_controls(text, false)))
            return wrong(problem, "form.account", N_("Tên chủ tài khoản tối đa 100 ký tự."), NULL);
        text = json_get_str(value, "bank");
        if (text.data && !shape_list_code(text))
            return wrong(problem, "form.account", N_("Hãy chọn ngân hàng."), NULL);
        return false;
    case KIND_SIGNATURE:
        text = json_get_str(value, "name");
        if (text.data && (utf8_length(text) > 100 || has_controls(text, false)))
            return wrong(problem, "form.signature", N_("Họ tên người ký tối đa 100 ký tự."), NULL);
        text = json_get_str(value, "drawing");
        if (text.data && (text.length > SIGNATURE_MAXIMUM || !form_drawing_valid(text)))
            return wrong(problem, "form.signature",
                         N_("Nét ký không đọc được. Hãy xóa và ký lại, hoặc chỉ ghi họ tên."), NULL);
        return false;
    case KIND_MAP_POINT: {
        double lat = json_number_value(json_object_get(value, "lat")),
               lon = json_number_value(json_object_get(value, "lon"));
        bool has_lat = json_object_get(value, "lat"), has_lon = json_object_get(value, "lon");
        if ((has_lat && (lat < 6 || lat > 24)) || (has_lon && (lon < 102 || lon > 118)))
            return wrong(problem, "form.map", N_("Vị trí này nằm ngoài lãnh thổ Việt Nam."), NULL);
        return false;
    }
    default:
        return false;
    }
}

/* A number that is too large, too small or too fine to be kept as one stays the text that was typed. */
static bool number_beyond(const struct form_field *field, struct arena *arena, struct str text,
                          struct form_problem *problem)
{
    enum form_shape shape = field_info(field)->shape;
    struct feel_number number;
    struct str decimal;
    if ((shape != SHAPE_NUMBER && shape != SHAPE_INTEGER) || !text.data ||
        !form_read_number(arena, text, shape == SHAPE_INTEGER, &decimal) ||
        !feel_number_from_text(decimal, &number))
        return false;
    return number_limits(field, arena, number, problem) || too_many_decimals(field, arena, decimal, problem);
}

bool form_check_shape(const struct form_field *field, struct arena *arena, const json_t *value,
                      struct form_problem *problem)
{
    if (field->kind == KIND_MAP_PLOT && form_plot_lines(json_str_value(value)) > PLOT_CORNERS_MAXIMUM)
        return too_many_corners(arena, problem);
    if (!form_value_typed(field, value))
        return number_beyond(field, arena, json_str_value(value), problem) || type_problem(field, problem);
    switch (field_info(field)->shape) {
    case SHAPE_TEXT:
        if (field_has_choices(field) || field->list || field_info(field)->widget == WIDGET_SELECT)
            return shape_choice(field, json_str_value(value), problem);
        if (field->kind == KIND_DOSSIER)
            return shape_dossier_code(json_str_value(value))
                       ? false
                       : wrong(problem, "form.dossier",
                               N_("Mã hồ sơ gồm chữ in hoa, số, dấu chấm và gạch nối, như in trên giấy hẹn."),
                               NULL);
        return shape_text(field, arena, json_str_value(value), problem) ||
               shape_code(field, json_str_value(value), problem);
    case SHAPE_NUMBER:
    case SHAPE_INTEGER:
        return shape_number(field, arena, value, problem);
    case SHAPE_LIST:
        return shape_list(field, arena, value, problem);
    case SHAPE_PARTS:
        return shape_parts(field, arena, value, problem);
    case SHAPE_GROUP:
        if ((int64_t)json_array_size(value) > field->max_items)
            return wrong(problem, "form.rows_maximum", N_("Quá nhiều dòng, tối đa %s dòng."),
                         count_text(arena, field->max_items));
        return false;
    default:
        return false;
    }
}

/* --- what a schema cannot say --- */

static bool check_days(const struct form_field *field, const struct form_environment *environment,
                       struct arena *arena, struct str text, struct form_problem *problem)
{
    const char *today = environment && environment->today ? environment->today : NULL;
    bool past_only = field->maximum_text && strcmp(field->maximum_text, "today") == 0;
    bool future_only = field->minimum_text && strcmp(field->minimum_text, "today") == 0;
    const char *low = future_only ? today : field->minimum_text,
               *high = past_only ? today : field->maximum_text;
    bool clock = field->kind == KIND_TIME;
    if (low && str_compare(text, str_of(low)) < 0)
        return future_only
                   ? wrong(problem, "form.date_minimum", N_("Ngày này không được ở trong quá khứ."), NULL)
                   : wrong(problem, "form.date_minimum", N_("Phải từ %s trở đi."),
                           clock ? low : form_date_shown(arena, str_of(low)));
    if (high && str_compare(text, str_of(high)) > 0)
        return past_only
                   ? wrong(problem, "form.date_maximum", N_("Ngày này không được ở trong tương lai."), NULL)
                   : wrong(problem, "form.date_maximum", N_("Không được muộn hơn %s."),
                           clock ? high : form_date_shown(arena, str_of(high)));
    return false;
}

static bool check_range(const struct form_field *field, const struct form_environment *environment,
                        struct arena *arena, const json_t *value, struct form_problem *problem)
{
    struct str from = json_get_str(value, "from"), to = json_get_str(value, "to");
    if (!from.data || !to.data)
        return wrong(problem, "form.date", N_("Hãy nhập cả ngày bắt đầu và ngày kết thúc."), NULL);
    if (str_compare(from, to) > 0)
        return wrong(problem, "form.date_order", N_("Ngày kết thúc không được trước ngày bắt đầu."), NULL);
    return check_days(field, environment, arena, from, problem) ||
           check_days(field, environment, arena, to, problem);
}

/* Units end and are merged: the person learns which of the chosen ones is no longer there. */
static bool check_unit_ended(const struct form_environment *environment, struct arena *arena,
                             const char *code, struct form_problem *problem)
{
    if (!code || form_list_contains(environment, "administrative_unit", NULL, code)) return false;
    const char *label = form_list_label(environment, arena, "administrative_unit", code);
    return label && wrong(problem, "form.unit_ended",
                          N_("%s không còn là đơn vị hành chính hiện nay. Hãy chọn đơn vị mới."), label);
}

/* Where the administration has two levels, communes belong to the city itself and no district is named. */
static bool check_address(const struct form_field *field, const struct form_environment *environment,
                          struct arena *arena, const json_t *value, struct form_problem *problem)
{
    const char *city = json_get_cstr(value, "city", NULL), *district = json_get_cstr(value, "district", NULL);
    const char *commune = json_get_cstr(value, "commune", NULL);
    if (check_unit_ended(environment, arena, commune, problem) ||
        check_unit_ended(environment, arena, district, problem))
        return true;
    if (!city || !commune || (field->parent && strcmp(city, field->parent) != 0) ||
        !form_list_contains(environment, "administrative_unit", NULL, city) ||
        (district && !form_list_contains(environment, "administrative_unit", city, district)) ||
        !form_list_contains(environment, "administrative_unit", district ? district : city, commune))
        return form_city_has_districts(environment, arena, city)
                   ? wrong(problem, "form.address",
                           N_("Hãy chọn đủ tỉnh/thành phố, quận/huyện và phường/xã."), NULL)
                   : wrong(problem, "form.address", N_("Hãy chọn tỉnh/thành phố và phường/xã."), NULL);
    if (field->line_required && str_trim(json_get_str(value, "line")).length == 0)
        return wrong(problem, "form.address", N_("Hãy nhập số nhà, đường, tổ dân phố hoặc thôn."), NULL);
    return false;
}

static bool check_parts(const struct form_field *field, const struct form_environment *environment,
                        struct arena *arena, const json_t *value, struct form_problem *problem)
{
    const char *bank;
    switch (field->kind) {
    case KIND_DATE_RANGE:
        return check_range(field, environment, arena, value, problem);
    case KIND_ADDRESS:
        return check_address(field, environment, arena, value, problem);
    case KIND_BANK_ACCOUNT:
        bank = json_get_cstr(value, "bank", NULL);
        if (!bank || !form_list_contains(environment, "bank", NULL, bank))
            return wrong(problem, "form.account", N_("Hãy chọn ngân hàng."), NULL);
        if (!json_get_str(value, "number").data || str_trim(json_get_str(value, "holder")).length == 0)
            return wrong(problem, "form.account", N_("Hãy nhập số tài khoản và tên chủ tài khoản."), NULL);
        return false;
    case KIND_SIGNATURE:
        if (!json_get_bool(value, "consent", false))
            return wrong(problem, "form.signature", N_("Hãy đánh dấu vào ô cam đoan trước khi ký."), NULL);
        if (str_trim(json_get_str(value, "name")).length == 0)
            return wrong(problem, "form.signature", N_("Hãy ghi họ tên người ký."), NULL);
        return false;
    case KIND_MAP_POINT:
        if (!json_object_get(value, "lat") || !json_object_get(value, "lon"))
            return wrong(problem, "form.map",
                         N_("Hãy nhập vĩ độ và kinh độ bằng số thập phân, ví dụ 21,0285 và 105,8542."), NULL);
        return false;
    default:
        return false;
    }
}

bool form_check_value(const struct form_field *field, const struct form_environment *environment,
                      struct arena *arena, const json_t *value, struct form_problem *problem)
{
    if (form_check_shape(field, arena, value, problem)) return true;
    struct str text = json_str_value(value);
    switch (field_info(field)->shape) {
    case SHAPE_TEXT:
        if (field->kind == KIND_ADMINISTRATIVE_UNIT &&
            check_unit_ended(environment, arena, text.data, problem))
            return true;
        if (field->list && !form_list_contains(environment, field->list, field->parent, text.data))
            return wrong(problem, "form.option", N_("Hãy chọn một mục trong danh sách."), NULL);
        if (field->kind == KIND_DOSSIER) return form_check_code(field, environment, text.data, problem);
        return form_check_identifier(field, environment, arena, text, problem);
    case SHAPE_NUMBER:
        return too_many_decimals(field, arena, form_number_text(arena, value), problem);
    case SHAPE_DATE:
    case SHAPE_TIME:
        return check_days(field, environment, arena, text, problem);
    case SHAPE_PARTIAL_DATE:
        if (field->level && strcmp(field->level, "month") == 0 && text.length < 7)
            return wrong(problem, "form.date", N_("Hãy nhập ít nhất tháng và năm."), NULL);
        return false;
    case SHAPE_LIST:
        if (field->kind == KIND_CASCADE && !choice_path(field, value))
            return wrong(problem, "form.option", N_("Hãy chọn đủ các cấp trong danh sách."), NULL);
        if (field->kind == KIND_MAP_PLOT && form_plot_crosses(arena, value))
            return wrong(
                problem, "form.map",
                N_("Các cạnh của thửa đất cắt nhau. Hãy nhập các đỉnh lần lượt theo vòng quanh thửa."), NULL);
        return false;
    case SHAPE_PARTS:
        return check_parts(field, environment, arena, value, problem);
    default:
        return false;
    }
}
