/* One field of a definition: properties of its kind, checked on the way. */
#include "motcua/codec/identifier.h"
#include "motcua/codec/json.h"
#include "motcua/feel/json.h"

#include "model.h"

#define INTEGER_MAXIMUM INT64_C(9007199254740991)
#define FILES_MAXIMUM   100 /* of a paper */

/* What papers may be (the shell holds files against the same kinds). */
static const char files_taken[] = "pdf jpg png webp docx odt";

static const char common[] = "key kind label help example required required_if visible_if valid_if message "
                             "value shown default meaning "
                             "width";

static const struct {
    const char *meaning;
    const char *kinds;
} meanings[] = {
    {"person.full_name", "person_name text"},
    {"person.birth_date", "date partial_date"},
    {"person.gender", "choice select"},
    {"person.personal_id", "personal_id identity_number text"},
    {"person.identity_number", "identity_number personal_id identity_card text"},
    {"person.identity_issued_on", "date"},
    {"person.identity_issued_by", "text"},
    {"person.phone", "phone"},
    {"person.email", "email"},
    {"person.nationality", "nationality country"},
    {"person.ethnic_group", "ethnic_group"},
    {"person.occupation", "occupation text"},
    {"person.permanent_address", "address"},
    {"person.current_address", "address"},
    {"person.marital_status", "choice select"},
    {"person.tax_code", "tax_code"},
    {"person.bank_account", "bank_account"},
    {"submitter.full_name", "person_name text"},
    {"submitter.birth_date", "date partial_date"},
    {"submitter.identity_number", "identity_number personal_id identity_card text"},
    {"submitter.phone", "phone"},
    {"submitter.email", "email"},
    {"submitter.permanent_address", "address"},
    {"submitter.current_address", "address"},
    {"spouse.full_name", "person_name text"},
    {"spouse.birth_date", "date partial_date"},
    {"spouse.personal_id", "personal_id identity_number text"},
    {"father.full_name", "person_name text"},
    {"mother.full_name", "person_name text"},
    {"organisation.name", "text"},
    {"organisation.tax_code", "tax_code"},
    {"organisation.address", "address"},
    {"organisation.representative", "person_name text"},
};

static bool word_in(const char *words, const char *word)
{
    struct str rest = str_of(words), head;
    bool more = true;
    while (more) {
        more = str_split(rest, ' ', &head, &rest);
        if (str_equal_cstr(head, word)) return true;
    }
    return false;
}

static void check_meaning(struct form_reader *reader, const struct form_field *field, const char *path,
                          bool in_group)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strcmp(meanings[i].meaning, field->meaning) != 0) continue;
        if (!word_in(meanings[i].kinds, field_info(field)->name) || in_group)
            form_report(reader, false, path, "form.definition.meaning_kind",
                        N_("Ý nghĩa “%s” không gắn được vào loại ô nhập này."), field->meaning);
        return;
    }
    form_report(reader, false, path, "form.definition.meaning", N_("Từ điển dữ liệu không có ý nghĩa “%s”."),
                field->meaning);
}

static void read_choices(struct form_reader *reader, const json_t *list, const char *path, bool nested,
                         unsigned depth, struct form_choice **choices, size_t *count)
{
    size_t size = json_array_size(list);
    if (!json_is_array(list) || size == 0 || size > FORM_OPTIONS_MAXIMUM) {
        form_report(reader, false, path, "form.definition.options",
                    N_("Danh sách lựa chọn phải có từ 1 đến 500 mục."), NULL);
        return;
    }
    struct form_choice *read = arena_array(reader->arena, size, sizeof *read);
    for (size_t i = 0; i < size; i++) {
        const json_t *json = json_array_get(list, i);
        const char *at = arena_printf(reader->arena, "%s[%zu]", path, i);
        form_check_properties(reader, json, at, "value label help visible_if", nested ? "options" : "");
        const char *value = form_read_string(reader, json, at, "value");
        if (!value || strlen(value) > 64) {
            form_report(reader, false, at, "form.definition.option_value",
                        N_("Mỗi lựa chọn cần một “value” dài tối đa 64 byte."), NULL);
            value = "";
        }
        for (size_t j = 0; j < i; j++)
            if (strcmp(read[j].value, value) == 0)
                form_report(reader, false, at, "form.definition.option_twice",
                            N_("Giá trị “%s” có hai lần trong danh sách lựa chọn."), value);
        read[i].value = value;
        read[i].label = form_read_text(reader, json, at, "label", true);
        read[i].help = form_read_text(reader, json, at, "help", false);
        read[i].visible_if = form_read_expression(reader, json, at, "visible_if");
        const json_t *inner = json_object_get(json, "options");
        if (inner && nested && depth < 5)
            read_choices(reader, inner, arena_printf(reader->arena, "%s.options", at), true, depth + 1,
                         &read[i].choices, &read[i].choice_count);
        else if (inner && nested)
            form_report(reader, false, at, "form.definition.depth",
                        N_("Danh sách lựa chọn lồng nhau quá sâu (tối đa 5 cấp)."), NULL);
    }
    *choices = read;
    *count = size;
}

static size_t depth_of(const struct form_choice *choices, size_t count)
{
    size_t deepest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t depth = depth_of(choices[i].choices, choices[i].choice_count);
        if (depth > deepest) deepest = depth;
    }
    return count ? deepest + 1 : 0;
}

static void read_levels(struct form_reader *reader, const json_t *json, const char *path,
                        struct form_field *field)
{
    const json_t *levels = json_object_get(json, "levels");
    field->level_count = depth_of(field->choices, field->choice_count);
    field->levels =
        arena_array(reader->arena, field->level_count ? field->level_count : 1, sizeof *field->levels);
    if (json_array_size(levels) != field->level_count) {
        form_report(reader, false, path, "form.definition.levels",
                    N_("“levels” phải có đúng một nhãn cho mỗi cấp của danh sách lựa chọn."), NULL);
        return;
    }
    for (size_t i = 0; i < field->level_count; i++)
        field->levels[i] = form_read_text_node(reader, json_array_get(levels, i),
                                               arena_printf(reader->arena, "%s.levels[%zu]", path, i));
}

static void read_options(struct form_reader *reader, const json_t *json, const char *path,
                         struct form_field *field)
{
    bool takes_options = word_in(field_info(field)->properties, "options");
    const json_t *options = json_object_get(json, "options");
    field->list = field_info(field)->list;
    if (word_in(field_info(field)->properties, "list")) {
        const char *list = form_read_string(reader, json, path, "list");
        if (list && field->kind == KIND_REFERENCE) list = arena_printf(reader->arena, "reference:%s", list);
        field->list = list;
        if (!list && !options)
            form_report(reader, false, path, "form.definition.options",
                        N_("Ô chọn này cần “options” hoặc “list”."), NULL);
        if (list && options)
            form_report(reader, false, path, "form.definition.options",
                        N_("Chỉ dùng một trong hai: “options” hoặc “list”."), NULL);
    } else if (takes_options && !options) {
        form_report(reader, false, path, "form.definition.options", N_("Ô chọn này cần danh sách “options”."),
                    NULL);
    }
    if (takes_options && options)
        read_choices(reader, options, arena_printf(reader->arena, "%s.options", path),
                     field->kind == KIND_CASCADE, 1, &field->choices, &field->choice_count);
    if (field->kind == KIND_CASCADE) read_levels(reader, json, path, field);
}

static void read_number_limit(struct form_reader *reader, const json_t *json, const char *path,
                              const char *name, bool *has, struct feel_number *limit)
{
    const json_t *node = json_object_get(json, name);
    if (!node) return;
    if (!json_is_number(node)) {
        form_report(reader, false, arena_printf(reader->arena, "%s.%s", path, name), "form.definition.type",
                    N_("Chỗ này phải là một số."), NULL);
        return;
    }
    const struct feel_value *value = feel_from_json(reader->arena, node);
    *has = value->kind == FEEL_NUMBER;
    if (*has) *limit = value->number;
}

static const char *read_day_limit(struct form_reader *reader, const json_t *json, const char *path,
                                  const char *name, bool time)
{
    const char *text = form_read_string(reader, json, path, name);
    struct feel_date date;
    struct feel_time clock;
    if (!text || (!time && strcmp(text, "today") == 0)) return text;
    bool valid = time ? strlen(text) == 5 &&
                            feel_time_from_text(str_of(arena_printf(reader->arena, "%s:00", text)), &clock)
                      : strlen(text) == 10 && feel_date_from_text(str_of(text), &date);
    if (!valid) {
        form_report(reader, false, arena_printf(reader->arena, "%s.%s", path, name), "form.definition.limit",
                    time ? N_("Chỗ này phải là giờ dạng hh:mm.")
                         : N_("Chỗ này phải là ngày dạng năm-tháng-ngày hoặc “today”."),
                    NULL);
        return NULL;
    }
    return text;
}

/* Texts of one length compare as what they say. "today" is some day of a time long enough: what no such day
 * can satisfy is wrong already. */
static bool day_limits_crossed(const struct form_field *field)
{
    const char *low = field->minimum_text, *high = field->maximum_text;
    bool from_today = low && strcmp(low, "today") == 0, until_today = high && strcmp(high, "today") == 0;
    if (!low || !high || (from_today && until_today)) return false;
    if (from_today) low = "2017-01-01";
    if (until_today) high = "2099-12-31";
    return strcmp(low, high) > 0;
}

static void read_limits(struct form_reader *reader, const json_t *json, const char *path,
                        struct form_field *field)
{
    field->max_length = field->kind == KIND_LONG_TEXT ? 5000 : 500;
    switch (field->kind) {
    case KIND_TEXT:
    case KIND_LONG_TEXT:
        field->min_length = form_read_integer(reader, json, path, "min_length", 0, FORM_TEXT_MAXIMUM, 0);
        field->max_length =
            form_read_integer(reader, json, path, "max_length", 1, FORM_TEXT_MAXIMUM, field->max_length);
        break;
    case KIND_MONEY:
    case KIND_INTEGER:
    case KIND_NUMBER: /* no further than a JSON number is exact everywhere */
        field->has_minimum = field->has_maximum = true;
        field->minimum = feel_number_from_int64(field->kind == KIND_MONEY ? 0 : -INTEGER_MAXIMUM);
        field->maximum = feel_number_from_int64(INTEGER_MAXIMUM);
        read_number_limit(reader, json, path, "minimum", &field->has_minimum, &field->minimum);
        read_number_limit(reader, json, path, "maximum", &field->has_maximum, &field->maximum);
        field->decimals =
            (int)form_read_integer(reader, json, path, "decimals", 0, 10, field->kind == KIND_NUMBER ? 6 : 0);
        if (field->has_minimum && field->has_maximum &&
            feel_number_compare(field->minimum, field->maximum) > 0)
            form_report(reader, false, path, "form.definition.limits",
                        N_("Giới hạn dưới lớn hơn giới hạn trên."), NULL);
        break;
    case KIND_DATE:
    case KIND_DATE_RANGE:
    case KIND_TIME:
        field->minimum_text = read_day_limit(reader, json, path, "minimum", field->kind == KIND_TIME);
        field->maximum_text = read_day_limit(reader, json, path, "maximum", field->kind == KIND_TIME);
        break;
    case KIND_SEVERAL:
    case KIND_RANKED:
        field->min_items = form_read_integer(reader, json, path, "min_items", 0, FORM_OPTIONS_MAXIMUM, 0);
        field->max_items = form_read_integer(reader, json, path, "max_items", 1, FORM_OPTIONS_MAXIMUM,
                                             (int64_t)field->choice_count);
        break;
    case KIND_MAP_PLOT:
        field->min_items = 3;
        field->max_items = PLOT_CORNERS_MAXIMUM;
        break;
    case KIND_GROUP:
        field->min_items = form_read_integer(reader, json, path, "min_rows", 0, FORM_ROWS_MAXIMUM, 0);
        field->max_items = form_read_integer(reader, json, path, "max_rows", 1, FORM_ROWS_MAXIMUM, 50);
        break;
    default:
        break;
    }
    bool crossed =
        field->min_length > field->max_length || (field->max_items && field->min_items > field->max_items);
    if (crossed || day_limits_crossed(field))
        form_report(reader, !crossed && reader->published, path, "form.definition.limits",
                    N_("Giới hạn dưới lớn hơn giới hạn trên."), NULL);
}

static void read_files(struct form_reader *reader, const json_t *json, const char *path,
                       struct form_field *field)
{
    static const char *photo_types[] = {"jpg", "png"};
    const json_t *accept = json_object_get(json, "accept");
    bool photo = field->kind == KIND_PHOTO;
    field->max_files = form_read_integer(reader, json, path, "max_files", 1, FILES_MAXIMUM, photo ? 1 : 0);
    field->max_items = field->max_files > 0 ? field->max_files : FILES_MAXIMUM;
    field->max_bytes = form_read_integer(reader, json, path, "max_bytes", 1, INT64_C(1) << 40, 0);
    field->accept = photo_types;
    field->accept_count = photo ? 2 : 0;
    if (!accept) return;
    size_t count = json_array_size(accept);
    if (count == 0 || count > 20) {
        form_report(reader, false, path, "form.definition.accept",
                    N_("“accept” phải liệt kê từ 1 đến 20 loại tệp."), NULL);
        return;
    }
    field->accept = arena_array(reader->arena, count, sizeof *field->accept);
    field->accept_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *type = json_string_value(json_array_get(accept, i));
        if (!type || !word_in(files_taken, type)) {
            form_report(reader, reader->published, arena_printf(reader->arena, "%s.accept[%zu]", path, i),
                        "form.definition.accept",
                        N_("Hệ thống không nhận loại tệp này. Các loại nhận được: %s."), files_taken);
            type = "";
        }
        field->accept[i] = arena_strdup(reader->arena, type);
    }
}

static void read_group(struct form_reader *reader, const json_t *json, const char *path,
                       struct form_field *field)
{
    const json_t *fields = json_object_get(json, "fields");
    size_t count = json_array_size(fields);
    if (!json_is_array(fields) || count == 0 || count > 100) {
        form_report(reader, false, path, "form.definition.group",
                    N_("Nhóm lặp lại phải có từ 1 đến 100 ô trong “fields”."), NULL);
        return;
    }
    field->fields = arena_array(reader->arena, count, sizeof *field->fields);
    field->field_count = count;
    for (size_t i = 0; i < count; i++)
        form_read_field(reader, json_array_get(fields, i),
                        arena_printf(reader->arena, "%s.fields[%zu]", path, i), true, &field->fields[i]);
    const json_t *totals = json_object_get(json, "totals");
    size_t total_count = json_array_size(totals);
    field->totals = arena_array(reader->arena, total_count ? total_count : 1, sizeof *field->totals);
    for (size_t i = 0; i < total_count; i++) {
        const char *key = json_string_value(json_array_get(totals, i));
        size_t at = 0;
        while (at < count && !(key && field->fields[at].key && strcmp(field->fields[at].key, key) == 0))
            at++;
        enum form_shape shape = at < count ? field_info(&field->fields[at])->shape : SHAPE_NONE;
        if (shape != SHAPE_INTEGER && shape != SHAPE_NUMBER)
            form_report(reader, false, path, "form.definition.totals",
                        N_("“totals” phải là khóa của các ô số trong nhóm."), NULL);
        else
            field->totals[field->total_count++] = at;
    }
}

static void read_pattern(struct form_reader *reader, const json_t *json, const char *path,
                         struct form_field *field)
{
    field->pattern = form_read_string(reader, json, path, "pattern");
    field->pattern_message = form_read_text(reader, json, path, "pattern_message", field->pattern != NULL);
    if (!field->pattern) return;
    const char *at = arena_printf(reader->arena, "%s.pattern", path);
    const char *unportable = form_pattern_unportable(field->pattern);
    if (unportable)
        form_report(reader, reader->published, at, "form.definition.pattern_portable",
                    N_("Mẫu dùng cú pháp không được phép ở chỗ: %s"), unportable);
    if (unportable && !reader->published) return;
    if (!(field->regex = form_pattern_compile(reader->arena, field->pattern)))
        form_report(reader, false, at, "form.definition.pattern", N_("Mẫu “%s” sai cú pháp."),
                    field->pattern);
    else if (form_pattern_runs_away(field->regex, field->max_length))
        form_report(reader, true, at, "form.definition.pattern_limit",
                    N_("Mẫu “%s” thử quá nhiều cách với nội dung đơn giản nên có lúc không kiểm tra được. "
                       "Hãy bỏ các dấu lặp lồng nhau như (a+)+."),
                    field->pattern);
}

static void read_accepts(struct form_reader *reader, const json_t *json, const char *path,
                         struct form_field *field)
{
    static const char *const names[] = {"either", "dossier", "result", "any"};
    const char *accepts = form_read_string(reader, json, path, "accepts");
    size_t at = 0;
    while (accepts && at < 4 && strcmp(names[at], accepts) != 0)
        at++;
    if (at == 4)
        form_report(reader, false, path, "form.definition.accepts",
                    N_("“accepts” là either, dossier, result hoặc any."), NULL);
    else
        field->accepts = (enum form_code_source)at;
}

/* The codes of provinces are those that personal numbers begin with. */
static void check_city(struct form_reader *reader, const char *path, const struct form_field *field)
{
    if (field->kind != KIND_ADDRESS || !field->parent) return;
    struct str number = str_of(arena_printf(reader->arena, "0%s000000000", field->parent));
    if (identifier_check_personal(number, 0, IDENTIFIER_GENDER_UNKNOWN) != IDENTIFIER_VALID)
        form_report(reader, reader->published, arena_printf(reader->arena, "%s.city", path),
                    "form.definition.city",
                    N_("“%s” không phải mã tỉnh, thành phố nào (hai chữ số, ví dụ 01)."), field->parent);
}

static void read_kind_properties(struct form_reader *reader, const json_t *json, const char *path,
                                 struct form_field *field)
{
    read_options(reader, json, path, field);
    read_limits(reader, json, path, field);
    if (field->kind == KIND_TEXT || field->kind == KIND_LONG_TEXT) read_pattern(reader, json, path, field);
    if (field->kind == KIND_FILE || field->kind == KIND_PHOTO) read_files(reader, json, path, field);
    if (field->kind == KIND_DOSSIER) read_accepts(reader, json, path, field);
    if (field->kind == KIND_GROUP) read_group(reader, json, path, field);
    field->unit = form_read_text(reader, json, path, "unit", false);
    field->row_label = form_read_text(reader, json, path, "row_label", false);
    field->add_label = form_read_text(reader, json, path, "add_label", false);
    field->consent_text = form_read_text(reader, json, path, "consent_text", field->kind == KIND_SIGNATURE);
    field->level =
        form_read_string(reader, json, path, field->kind == KIND_PARTIAL_DATE ? "precision" : "level");
    field->parent = form_read_string(reader, json, path, field->kind == KIND_ADDRESS ? "city" : "parent");
    check_city(reader, path, field);
    field->line_required = form_read_bool(reader, json, path, "line_required", true);
    field->table = form_read_bool(reader, json, path, "table", false);
    field->drawing = form_read_bool(reader, json, path, "drawing", false);
    field->birth_date_key = form_read_string(reader, json, path, "birth_date");
    field->gender_key = form_read_string(reader, json, path, "gender");
    field->format = form_read_string(reader, json, path, "format");
    if (field->kind == KIND_ADMINISTRATIVE_UNIT && field->level &&
        !word_in("city district commune", field->level))
        form_report(reader, false, path, "form.definition.level",
                    N_("“level” là city, district hoặc commune."), NULL);
    if (field->kind == KIND_PARTIAL_DATE && field->level && !word_in("year month", field->level))
        form_report(reader, false, path, "form.definition.level", N_("“precision” là year hoặc month."),
                    NULL);
    if (field->format && !word_in("text number money date yes_no", field->format))
        form_report(reader, false, path, "form.definition.format",
                    N_("“format” là text, number, money, date hoặc yes_no."), NULL);
}

static void read_common(struct form_reader *reader, const json_t *json, const char *path, bool in_group,
                        struct form_field *field)
{
    field->label = form_read_text(reader, json, path, "label", true);
    field->help = form_read_text(reader, json, path, "help", false);
    field->example = form_read_text(reader, json, path, "example", false);
    field->required = form_read_bool(reader, json, path, "required", false);
    field->hidden_value = !form_read_bool(reader, json, path, "shown", true);
    field->required_if = form_read_expression(reader, json, path, "required_if");
    field->visible_if = form_read_expression(reader, json, path, "visible_if");
    field->valid_if = form_read_expression(reader, json, path, "valid_if");
    field->message = form_read_text(reader, json, path, "message", field->valid_if != NULL);
    field->value = form_read_expression(reader, json, path, "value");
    field->meaning = form_read_string(reader, json, path, "meaning");
    field->width = form_read_string(reader, json, path, "width");
    const json_t *fallback = json_object_get(json, "default");
    if (fallback) field->default_text = json_canonical_arena(fallback, reader->arena, 4096).data;
    if (field->meaning) check_meaning(reader, field, path, in_group);
    if (field->width && !word_in("short medium long", field->width))
        form_report(reader, false, path, "form.definition.width", N_("“width” là short, medium hoặc long."),
                    NULL);
    if (field->kind == KIND_COMPUTED && !field->value)
        form_report(reader, false, path, "form.definition.value", N_("Ô tính sẵn cần biểu thức “value”."),
                    NULL);
    if (field->value && (field->required || field->required_if || field->meaning || fallback))
        form_report(
            reader, false, path, "form.definition.value",
            N_("Ô tính sẵn không nhập được nên không dùng required, required_if, default hay meaning."),
            NULL);
    enum form_shape shape = field_info(field)->shape;
    if (field->hidden_value && !field->value)
        form_report(
            reader, reader->published, arena_printf(reader->arena, "%s.shown", path), "form.definition.shown",
            N_("Chỉ ô tính sẵn (có “value”) mới ẩn được bằng “shown”: không ai điền được ô không hiện."),
            NULL);
    if (shape == SHAPE_NONE && (field->required || field->required_if || field->valid_if || fallback))
        form_report(
            reader, reader->published, path, "form.definition.static",
            N_("Chữ trên trang không có câu trả lời nên không dùng required, required_if, valid_if hay "
               "default."),
            NULL);
    if (field->value &&
        (shape == SHAPE_GROUP || shape == SHAPE_NONE || field_info(field)->widget == WIDGET_FILE))
        form_report(reader, false, path, "form.definition.value", N_("Loại ô này không tính sẵn được."),
                    NULL);
}

static const char *rules_of(struct arena *arena, const json_t *json)
{
    static const char *const words[] = {"label",           "help",  "example",   "message",
                                        "pattern_message", "width", "row_label", "add_label"};
    json_auto rules = json_copy((json_t *)(uintptr_t)json);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        json_object_del(rules, words[i]);
    const char *text = json_canonical_arena(rules, arena, FORM_DEFINITION_BYTES).data;
    return text == NULL ? "" : text;
}

void form_read_field(struct form_reader *reader, const json_t *json, const char *path, bool in_group,
                     struct form_field *field)
{
    *field = (struct form_field){.path = path, .birth_date = -1, .gender = -1, .kind = KIND_NOTICE};
    const char *kind = json_get_cstr(json, "kind", "");
    size_t at = 0;
    while (at < KIND_COUNT && strcmp(form_kinds[at].name, kind) != 0)
        at++;
    if (at == KIND_GROUP && in_group) {
        form_report(reader, false, path, "form.definition.kind",
                    N_("Nhóm lặp lại không được lồng trong nhóm khác."), NULL);
        return;
    }
    if (in_group && (at == KIND_FILE || at == KIND_PHOTO)) {
        form_report(
            reader, false, path, "form.definition.kind",
            N_("Tệp và ảnh không đặt được trong nhóm lặp lại: mỗi ô ứng với một giấy tờ của thủ tục."), NULL);
        return;
    }
    if (!json_is_object(json) || *kind == 0) {
        form_report(reader, false, path, "form.definition.missing", N_("Thiếu thuộc tính “%s”."), "kind");
        return;
    }
    if (at == KIND_COUNT) {
        form_report(reader, false, path, "form.definition.kind",
                    N_("Không có loại ô “%s”. Xem danh sách loại ô trong tài liệu biểu mẫu."),
                    arena_strdup(reader->arena, kind));
        return;
    }
    if (++reader->field_total > FORM_FIELDS_MAXIMUM) {
        if (reader->field_total == FORM_FIELDS_MAXIMUM + 1)
            form_report(reader, false, path, "form.definition.size",
                        N_("Biểu mẫu có quá nhiều ô (tối đa 1000)."), NULL);
        return;
    }
    field->kind = (enum form_kind)at;
    form_check_properties(reader, json, path, common, form_kinds[at].properties);
    field->key = form_read_string(reader, json, path, "key");
    if (field->key && !form_key_valid(str_of(field->key)))
        form_report(reader, false, path, "form.definition.key",
                    N_("Khóa “%s” không hợp lệ: bắt đầu bằng chữ, chỉ có chữ, số và dấu gạch dưới, tối đa 64 "
                       "byte, không trùng từ khóa FEEL."),
                    field->key);
    else if (!field->key && form_kinds[at].shape != SHAPE_NONE)
        form_report(reader, false, path, "form.definition.missing", N_("Thiếu thuộc tính “%s”."), "key");
    field->rules = in_group ? "" : rules_of(reader->arena, json); /* a group's say those of its fields */
    read_common(reader, json, path, in_group, field);
    read_kind_properties(reader, json, path, field);
}
