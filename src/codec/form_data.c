/* Lists of names and values from application/x-www-form-urlencoded text; refused whole or taken whole. */
#include "motcua/codec/form_data.h"

#include "motcua/codec/url.h"

static const char *const message_too_many = N_("Biểu mẫu có quá nhiều trường.");
static const char *const message_too_long = N_("Nội dung một trường quá dài.");
static const char *const message_encoding =
    N_("Dữ liệu gửi lên không phải văn bản Unicode (UTF-8) hợp lệ. Vui lòng nhập lại.");

enum status form_data_add(struct arena *arena, struct form_data *data, const struct form_limits *limits,
                          struct str name, struct str value, struct error *error)
{
    if (data->count >= limits->maximum_values)
        return error_set(error, arena, STATUS_TOO_LARGE, "form.too_many", message_too_many, NULL);
    if (name.length > limits->maximum_name || value.length > limits->maximum_value)
        return error_set(error, arena, STATUS_TOO_LARGE, "form.too_long", message_too_long, NULL);
    if (data->count == data->capacity) {
        size_t capacity = data->capacity == 0 ? 16 : data->capacity * 2;
        struct form_value *values = arena_array(arena, capacity, sizeof *values);
        if (data->count > 0) memcpy(values, data->values, data->count * sizeof *values);
        data->values = values;
        data->capacity = capacity;
    }
    data->values[data->count++] = (struct form_value){name, value};
    return STATUS_OK;
}

static enum status add_pair(struct arena *arena, struct str pair, const struct form_limits *limits,
                            struct form_data *out, struct error *error)
{
    struct str raw_name, raw_value, name, value;
    if (!str_split(pair, '=', &raw_name, &raw_value)) raw_value = STR("");
    if (url_decode_component(arena, raw_name, &name) != STATUS_OK ||
        url_decode_component(arena, raw_value, &value) != STATUS_OK)
        return error_set(error, arena, STATUS_INVALID, "form.encoding", message_encoding, NULL);
    if (name.length == 0 && value.length > 0)
        return error_set(error, arena, STATUS_INVALID, "form.name", message_encoding, "value without a name");
    if (name.length == 0) return STATUS_OK; /* "=": says nothing */
    return form_data_add(arena, out, limits, name, value, error);
}

enum status form_data_parse(struct arena *arena, struct str text, const struct form_limits *limits,
                            struct form_data *out, struct error *error)
{
    struct form_data data = *out;
    struct str rest = text;
    while (rest.length > 0) {
        struct str pair, tail;
        if (!str_split(rest, '&', &pair, &tail)) tail = STR_NULL;
        if (pair.length > 0) {
            enum status status = add_pair(arena, pair, limits, &data, error);
            if (status != STATUS_OK) return status;
        }
        rest = tail;
    }
    *out = data;
    return STATUS_OK;
}

struct str form_data_get_at(const struct form_data *data, const char *name, size_t index)
{
    for (size_t i = 0; i < data->count; i++)
        if (str_equal_cstr(data->values[i].name, name) && index-- == 0) return data->values[i].value;
    return STR_NULL;
}

struct str form_data_get(const struct form_data *data, const char *name)
{
    return form_data_get_at(data, name, 0);
}

size_t form_data_count(const struct form_data *data, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < data->count; i++)
        count += str_equal_cstr(data->values[i].name, name);
    return count;
}
