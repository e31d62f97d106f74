/* Values as text: FEEL literals, and the texts of string(). */
#include "motcua/base/buf.h"
#include "motcua/base/utf8.h"

#include "evaluate.h"
#include "reader.h"

static void quoted(struct buf *out, struct str text)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < text.length && !out->overflow; i++) {
        char c = text.data[i];
        switch (c) {
        case '"':
            buf_append_cstr(out, "\\\"");
            break;
        case '\\':
            buf_append_cstr(out, "\\\\");
            break;
        case '\n':
            buf_append_cstr(out, "\\n");
            break;
        case '\r':
            buf_append_cstr(out, "\\r");
            break;
        case '\t':
            buf_append_cstr(out, "\\t");
            break;
        default:
            if ((unsigned char)c < 0x20 || c == 0x7F)
                buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
            else
                buf_append_char(out, c);
        }
    }
    buf_append_char(out, '"');
}

/* May the key stand without quotation marks? One word, no keyword. */
static bool plain_key(struct str key)
{
    size_t at = 0;
    if (key.length == 0 || reader_is_keyword(key)) return false;
    if (!reader_name_start(utf8_next(key, &at)) || key.data[0] == '?') return false;
    while (at < key.length)
        if (!reader_name_part(utf8_next(key, &at))) return false;
    return true;
}

static void temporal(struct buf *out, const struct feel_value *value)
{
    char text[TEMPORAL_TEXT_SIZE];
    switch (value->kind) {
    case FEEL_DATE:
        temporal_date_text(value->date, text);
        break;
    case FEEL_TIME:
        temporal_time_text(&value->time, text);
        break;
    case FEEL_DAYS_DURATION:
        temporal_days_duration_text(value->days, text);
        break;
    case FEEL_MONTHS_DURATION:
        temporal_months_duration_text(value->months, text);
        break;
    default:
        temporal_date_text(value->date_time.date, text);
        buf_append_cstr(out, text);
        buf_append_char(out, 'T');
        temporal_time_text(&value->date_time.time, text);
        break;
    }
    buf_append_cstr(out, text);
}

static void write_value(struct buf *out, const struct feel_value *value);

static void write_list(struct buf *out, const struct feel_list *list)
{
    buf_append_char(out, '[');
    for (size_t i = 0; i < list->count && !out->overflow; i++) {
        if (i > 0) buf_append_cstr(out, ", ");
        write_value(out, list->items[i]);
    }
    buf_append_char(out, ']');
}

static void write_context(struct buf *out, const struct feel_value *value)
{
    buf_append_char(out, '{');
    for (size_t i = 0; i < feel_context_count(value) && !out->overflow; i++) {
        struct str name;
        const struct feel_value *entry = feel_context_at(value, i, &name);
        if (i > 0) buf_append_cstr(out, ", ");
        if (plain_key(name))
            buf_append_str(out, name);
        else
            quoted(out, name);
        buf_append_cstr(out, ": ");
        write_value(out, entry);
    }
    buf_append_char(out, '}');
}

static void write_range(struct buf *out, const struct feel_range *range)
{
    if (range->low == NULL || range->high == NULL) { /* (< 5) */
        const struct feel_value *end = range->low != NULL ? range->low : range->high;
        bool closed = range->low != NULL ? range->low_closed : range->high_closed;
        buf_printf(out, "(%s%s ", range->low != NULL ? ">" : "<", closed ? "=" : "");
        write_value(out, end);
        buf_append_char(out, ')');
        return;
    }
    buf_append_char(out, range->low_closed ? '[' : '(');
    write_value(out, range->low);
    buf_append_cstr(out, "..");
    write_value(out, range->high);
    buf_append_char(out, range->high_closed ? ']' : ')');
}

static void write_function(struct buf *out, const struct feel_function *function)
{
    buf_append_cstr(out, "function(");
    for (size_t i = 0; i < function->count && !out->overflow; i++) {
        if (i > 0) buf_append_cstr(out, ", ");
        buf_append_str(out, function->parameters[i]);
    }
    buf_append_cstr(out, ") ...");
}

static void write_value(struct buf *out, const struct feel_value *value)
{
    char number[FEEL_NUMBER_TEXT_SIZE];
    switch (value->kind) {
    case FEEL_NULL:
        buf_append_cstr(out, "null");
        break;
    case FEEL_BOOLEAN:
        buf_append_cstr(out, value->boolean ? "true" : "false");
        break;
    case FEEL_NUMBER:
        feel_number_text(value->number, number);
        buf_append_cstr(out, number);
        break;
    case FEEL_STRING:
        quoted(out, value->string);
        break;
    case FEEL_LIST:
        write_list(out, &value->list);
        break;
    case FEEL_CONTEXT:
        write_context(out, value);
        break;
    case FEEL_RANGE:
        write_range(out, &value->range);
        break;
    case FEEL_FUNCTION:
        write_function(out, value->function);
        break;
    default: /* a date, time or duration */
        buf_append_cstr(out, value->kind == FEEL_DATE        ? "date"
                             : value->kind == FEEL_TIME      ? "time"
                             : value->kind == FEEL_DATE_TIME ? "date and time"
                                                             : "duration");
        buf_append_cstr(out, "(\"");
        temporal(out, value);
        buf_append_cstr(out, "\")");
        break;
    }
}

const char *feel_literal(struct arena *arena, const struct feel_value *value, size_t maximum)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(maximum + 1);
    write_value(&out, value);
    return out.overflow ? NULL : arena_strndup(arena, out.data, out.length);
}

const char *feel_text(struct arena *arena, const struct feel_value *value, size_t maximum)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(maximum + 1);
    if (value->kind == FEEL_STRING)
        buf_append_str(&out, value->string);
    else if (value->kind >= FEEL_DATE && value->kind <= FEEL_MONTHS_DURATION)
        temporal(&out, value);
    else
        write_value(&out, value);
    return out.overflow ? NULL : arena_strndup(arena, out.data != NULL ? out.data : "", out.length);
}
