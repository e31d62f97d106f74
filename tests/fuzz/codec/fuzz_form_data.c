/* Form bodies: what is taken is valid UTF-8 without NUL, within the limits, and survives being written and
 * read again. */
#include <stdint.h>
#include <stdlib.h>

#include "motcua/base/buf.h"
#include "motcua/base/utf8.h"
#include "motcua/codec/form_data.h"
#include "motcua/codec/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct form_limits limits = {50, 100, 1000};
    ARENA_AUTO arena = arena_create(8 << 20);
    struct form_data form = {0}, again = {0};
    struct str text = str_make((const char *)data, size);
    struct str decoded;
    if (url_decode_segment(arena, text, &decoded) == STATUS_OK &&
        memchr(decoded.data, '/', decoded.length) != NULL)
        abort();
    if (size > 65536 || form_data_parse(arena, text, &limits, &form, NULL) != STATUS_OK) return 0;
    BUF_AUTO written = BUF_WITH_MAXIMUM(4 << 20);
    for (size_t i = 0; i < form.count; i++) {
        const struct form_value *value = &form.values[i];
        if (!utf8_valid(value->name) || !utf8_valid(value->value) ||
            memchr(value->value.data, 0, value->value.length) != NULL || value->name.length == 0 ||
            value->name.length > 100 || value->value.length > 1000)
            abort();
        url_encode(&written, value->name);
        buf_append_char(&written, '=');
        url_encode(&written, value->value);
        buf_append_char(&written, '&');
    }
    if (form_data_parse(arena, buf_str(&written), &limits, &again, NULL) != STATUS_OK ||
        again.count != form.count)
        abort();
    for (size_t i = 0; i < form.count; i++)
        if (!str_equal(form.values[i].name, again.values[i].name) ||
            !str_equal(form.values[i].value, again.values[i].value))
            abort();
    return 0;
}
