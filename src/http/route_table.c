/* Validation of the route table: a row that leaves something out, or says two things, stops the start. */
#include <stdio.h>

#include "router.h"

static const char *check_segment(struct str segment, bool last)
{
    if (segment.length == 0) return "empty segment in the pattern";
    if (segment.data[0] != '{') {
        for (size_t i = 0; i < segment.length; i++) {
            char c = segment.data[i];
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
                return "a literal segment has only a-z, 0-9, '-', '.', '_'";
        }
        if (segment.data[0] == '.') return "a literal segment does not start with '.'";
        return NULL;
    }
    bool rest = str_ends_with(segment, STR("...}"));
    if (rest && !last) return "a rest parameter stands last";
    if (!rest && !str_ends_with(segment, STR("}"))) return "unfinished parameter";
    struct str name = str_slice(segment, 1, segment.length - (rest ? 4 : 1));
    if (name.length == 0) return "parameter without a name";
    for (size_t i = 0; i < name.length; i++)
        if (!((name.data[i] >= 'a' && name.data[i] <= 'z') || name.data[i] == '_'))
            return "a parameter name has only a-z and '_'";
    return NULL;
}

static const char *check_pattern(const char *pattern)
{
    struct str rest = str_of(pattern);
    size_t segments = 0, parameters = 0;
    if (rest.length == 0 || rest.data[0] != '/') return "the pattern does not start with '/'";
    rest = str_slice(rest, 1, rest.length);
    if (rest.length > 0 && rest.data[rest.length - 1] == '/') return "the pattern ends with '/'";
    while (rest.length > 0) {
        struct str segment, tail;
        bool more = str_split(rest, '/', &segment, &tail);
        const char *wrong = check_segment(segment, !more);
        if (wrong != NULL) return wrong;
        segments++;
        parameters += segment.data[0] == '{';
        rest = tail;
    }
    if (segments > SEGMENTS_MAXIMUM || parameters > PARAMETERS_MAXIMUM)
        return "too many segments or parameters";
    return NULL;
}

static const char *check_body(const struct route *row)
{
    if (row->body == BODY_UNSET || row->body > BODY_STREAM) return "no body kind";
    if (row->body == BODY_NONE) return row->body_limit == 0 ? NULL : "a body limit without a body";
    if (row->method == HTTP_GET || row->method == HTTP_OPTIONS) return "GET or OPTIONS with a body";
    if (row->body == BODY_STREAM && row->body_limit != 0) return "the sink limits a stream";
    if (row->body != BODY_STREAM && row->body_limit == 0) return "no body limit";
    if ((row->body == BODY_MULTIPART) != (row->upload != NULL))
        return "multipart and upload policy go together";
    if ((row->body == BODY_STREAM) != (row->stream != NULL)) return "stream and sink go together";
    if (row->stream != NULL &&
        (row->stream->open == NULL || row->stream->write == NULL || row->stream->release == NULL))
        return "incomplete stream sink";
    if (row->upload == NULL) return NULL;
    const struct upload_sink *sink = row->upload->sink;
    if (sink == NULL || sink->open == NULL || sink->write == NULL || sink->close == NULL ||
        sink->abort == NULL)
        return "incomplete upload sink";
    if (row->upload->maximum_total == 0 || row->upload->maximum_file == 0 || row->upload->maximum_files == 0)
        return "no upload limits";
    return NULL;
}

static const char *check_csrf(const struct route *row)
{
    bool safe_method = row->method == HTTP_GET || row->method == HTTP_OPTIONS;
    switch (row->csrf) {
    case CSRF_SAFE:
        return safe_method ? NULL : "an unsafe method needs CSRF_REQUIRED or CSRF_EXEMPT";
    case CSRF_REQUIRED:
        return safe_method ? "GET changes nothing: CSRF_SAFE" : NULL;
    case CSRF_EXEMPT:
        if (safe_method) return "GET changes nothing: CSRF_SAFE";
        return row->csrf_reason != NULL && row->csrf_reason[0] != '\0' ? NULL
                                                                       : "exempt from CSRF without a reason";
    default:
        return "no CSRF policy";
    }
}

static const char *check_row(const struct route *row, size_t rate_class_count)
{
    if (row->method == HTTP_METHOD_UNSET || row->method > HTTP_OPTIONS) return "no method";
    if (row->method == HTTP_HEAD) return "HEAD is answered by the row of GET";
    if (row->pattern == NULL) return "no pattern";
    const char *wrong = check_pattern(row->pattern);
    if (wrong != NULL) return wrong;
    if (row->handler == NULL) return "no handler";
    if (row->access == 0) return "no access";
    if (row->rate == 0 || row->rate > rate_class_count) return "no known rate class";
    if ((row->flags & ROUTE_OVERRIDE) != 0 && row->method == HTTP_POST) return "POST overridden by itself";
    if ((row->flags & ROUTE_INLINE) != 0 && row->body != BODY_NONE) return "an inline row has no body";
    if ((row->flags & ~(unsigned)(ROUTE_INLINE | ROUTE_NO_DEADLINE | ROUTE_NO_LOG | ROUTE_OVERRIDE)) != 0)
        return "unknown flag";
    wrong = check_csrf(row);
    return wrong != NULL ? wrong : check_body(row);
}

/* Same path shape: parameters count as equal whatever their names. */
static bool same_shape(const char *a, const char *b)
{
    struct str x = str_of(a), y = str_of(b);
    while (x.length > 0 && y.length > 0) {
        struct str left, right, x_rest, y_rest;
        bool x_more = str_split(x, '/', &left, &x_rest), y_more = str_split(y, '/', &right, &y_rest);
        bool left_parameter = left.length > 0 && left.data[0] == '{';
        bool right_parameter = right.length > 0 && right.data[0] == '{';
        if (left_parameter != right_parameter || x_more != y_more) return false;
        if (left_parameter && str_ends_with(left, STR("...}")) != str_ends_with(right, STR("...}")))
            return false;
        if (!left_parameter && !str_equal(left, right)) return false;
        x = x_rest;
        y = y_rest;
    }
    return x.length == y.length;
}

static bool reserved(const char *pattern)
{
    struct str text = str_of(pattern);
    return str_equal_cstr(text, "/healthz") || str_equal_cstr(text, "/readyz") ||
           str_equal_cstr(text, "/metrics") || str_starts_with(text, STR("/static/")) ||
           str_equal_cstr(text, "/static");
}

enum status route_table_validate(const struct route *rows, size_t count, size_t rate_class_count,
                                 struct arena *arena, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const char *wrong = check_row(&rows[i], rate_class_count);
        if (wrong == NULL && reserved(rows[i].pattern)) wrong = "the path is answered by the server itself";
        for (size_t k = 0; k < i && wrong == NULL; k++)
            if (rows[k].method == rows[i].method && same_shape(rows[k].pattern, rows[i].pattern))
                wrong = "the same method and path as an earlier row";
        if (wrong != NULL)
            return error_set(error, arena, STATUS_INVALID, "route.invalid", NULL, "row %zu (%s %s): %s", i,
                             http_method_name(rows[i].method), rows[i].pattern ? rows[i].pattern : "-",
                             wrong);
    }
    return STATUS_OK;
}
