/* Strict parsing of request heads. Every refusal has a reason for the log; nothing is repaired. */
#include "head.h"

enum { LEADING_LINES_MAXIMUM = 2, METHOD_MAXIMUM = 24 };

static bool token_char(unsigned char c)
{
    static const char allowed[256] = {
        ['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1,         ['&'] = 1,         ['\''] = 1,
        ['*'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1,         ['^'] = 1,         ['_'] = 1,
        ['`'] = 1, ['|'] = 1, ['~'] = 1, ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1};
    return allowed[c];
}

static bool is_token(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!token_char((unsigned char)text.data[i])) return false;
    return text.length > 0;
}

struct verdict {
    unsigned refusal;
    const char *reason;
};

static bool refuse(struct verdict *verdict, unsigned refusal, const char *reason)
{
    if (verdict->refusal == 0) *verdict = (struct verdict){refusal, reason};
    return false;
}

/* Characters a request target may have: RFC 3986 and the few more that browsers leave as they are. */
static bool target_char(unsigned char c, bool in_query)
{
    if (c <= 0x20 || c >= 0x7F || c == '"' || c == '<' || c == '>' || c == '#') return false;
    return in_query || (c != '\\' && c != '`' && c != '{' && c != '}');
}

static bool check_target(struct str method, struct str target, struct verdict *verdict)
{
    if (str_equal_cstr(target, "*"))
        return str_equal_cstr(method, "OPTIONS") || refuse(verdict, 400, "asterisk target without OPTIONS");
    if (target.length == 0 || target.data[0] != '/') return refuse(verdict, 400, "target is not a path");
    bool in_query = false;
    for (size_t i = 0; i < target.length; i++) {
        in_query = in_query || target.data[i] == '?';
        if (!target_char((unsigned char)target.data[i], in_query))
            return refuse(verdict, 400, "character not allowed in a target");
    }
    return true;
}

struct first_line {
    struct str method;
    struct str target;
    unsigned minor_version;
};

/* "GET /path HTTP/1.1" without its line end. */
static bool parse_first_line(struct str line, const struct head_limits *limits, struct first_line *out,
                             struct verdict *verdict)
{
    struct str rest, version;
    if (!str_split(line, ' ', &out->method, &rest) || !is_token(out->method) ||
        out->method.length > METHOD_MAXIMUM)
        return refuse(verdict, 400, "malformed method");
    if (!str_split(rest, ' ', &out->target, &version)) return refuse(verdict, 400, "no HTTP version");
    if (version.length != 8 || memcmp(version.data, "HTTP/", 5) != 0 || version.data[5] < '0' ||
        version.data[5] > '9' || version.data[6] != '.' || version.data[7] < '0' || version.data[7] > '9')
        return refuse(verdict, 400, "malformed HTTP version");
    if (version.data[5] != '1' || version.data[7] > '1')
        return refuse(verdict, 505, "HTTP version not supported");
    out->minor_version = (unsigned)(version.data[7] - '0');
    if (out->target.length > limits->target) return refuse(verdict, 414, "long target");
    return check_target(out->method, out->target, verdict);
}

/* Length of empty lines in front, which RFC 9112 section 2.2 lets a client send. */
static size_t leading_lines(struct str data)
{
    size_t at = 0;
    while (at < 2 * LEADING_LINES_MAXIMUM && data.length - at >= 2 && memcmp(data.data + at, "\r\n", 2) == 0)
        at += 2;
    return at;
}

/* Judges the byte at `i`; false when the bytes can be no head. */
static bool scan_byte(struct str data, size_t i, struct verdict *verdict)
{
    unsigned char c = (unsigned char)data.data[i];
    unsigned char before = i > 0 ? (unsigned char)data.data[i - 1] : 0;
    if (c == '\n') return before == '\r' || refuse(verdict, 400, "bare LF");
    if (before == '\r') return refuse(verdict, 400, "bare CR");
    if ((c < 0x20 && c != '\r' && c != '\t') || c == 0x7F) return refuse(verdict, 400, "control character");
    return true;
}

/* The first line was just completed at `end` (its LF). */
static bool scan_first_line(struct str data, size_t start, size_t end, const struct head_limits *limits,
                            struct verdict *verdict)
{
    struct first_line line;
    return parse_first_line(str_slice(data, start, end - 1), limits, &line, verdict);
}

size_t head_scan(struct str data, const struct head_limits *limits, size_t *scanned, unsigned *refusal,
                 const char **reason)
{
    struct verdict verdict = {0, NULL};
    size_t start = leading_lines(data);
    const char *first_end = NULL;
    if (*scanned > start) first_end = memchr(data.data + start, '\n', *scanned - start);
    size_t i = *scanned, length = 0;
    for (; i < data.length && length == 0; i++) {
        if (!scan_byte(data, i, &verdict)) break;
        if (i < start) continue;
        if (i == start && !token_char((unsigned char)data.data[i]) && data.data[i] != '\r') {
            refuse(&verdict, 400, "not HTTP");
            break;
        }
        if (first_end == NULL && i - start > limits->target + METHOD_MAXIMUM + 12) {
            refuse(&verdict, 414, "long first line");
            break;
        }
        if (i - start >= limits->head) {
            refuse(&verdict, 431, "long head");
            break;
        }
        if (data.data[i] != '\n') continue;
        if (first_end == NULL) {
            first_end = data.data + i;
            if (!scan_first_line(data, start, i, limits, &verdict)) break;
        } else if (data.data[i - 2] == '\n') {
            length = i + 1;
        }
    }
    *scanned = i;
    if (verdict.refusal != 0) {
        *refusal = verdict.refusal;
        *reason = verdict.reason;
        return 0;
    }
    return length;
}

static enum http_method method_of(struct str text)
{
    for (enum http_method method = HTTP_GET; method <= HTTP_OPTIONS; method++)
        if (str_equal_cstr(text, http_method_name(method))) return method;
    return HTTP_METHOD_UNSET;
}

static bool valid_value(struct str value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
    }
    return true;
}

/* RFC 3986 host with optional port, as a Host field may have. */
static bool valid_host(struct str host)
{
    size_t i = 0;
    if (host.length == 0 || host.length > 255) return false;
    if (host.data[0] == '[') {
        for (i = 1; i < host.length && host.data[i] != ']'; i++)
            if (strchr("0123456789abcdefABCDEF:.", host.data[i]) == NULL) return false;
        if (i >= host.length || i == 1) return false;
        i++;
    } else {
        for (; i < host.length && host.data[i] != ':'; i++) {
            char c = host.data[i];
            if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                  c == '.' || c == '_'))
                return false;
        }
        if (i == 0) return false;
    }
    if (i == host.length) return true;
    if (host.data[i] != ':' || host.length - i > 6) return false;
    for (i++; i < host.length; i++)
        if (host.data[i] < '0' || host.data[i] > '9') return false;
    return true;
}

bool head_list_has(struct str list, const char *token)
{
    while (list.length > 0) {
        struct str item, rest;
        str_split(list, ',', &item, &rest);
        if (str_equal_ignore_case(str_trim(item), str_of(token))) return true;
        list = rest;
    }
    return false;
}

struct framing {
    size_t hosts;
    size_t lengths;
    size_t encodings;
    size_t expects;
};

static bool take_length(struct head *head, struct str value, struct verdict *verdict)
{
    if (value.length == 0 || value.length > 18) return refuse(verdict, 400, "malformed Content-Length");
    uint64_t length = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return refuse(verdict, 400, "malformed Content-Length");
        length = length * 10 + (uint64_t)(value.data[i] - '0');
    }
    head->content_length = length;
    return true;
}

static bool take_framing(struct head *head, const struct head_field *field, struct framing *seen,
                         struct verdict *verdict)
{
    if (str_equal_ignore_case(field->name, STR("Host"))) {
        if (seen->hosts++ > 0) return refuse(verdict, 400, "more than one Host");
        head->host = field->value;
        return valid_host(field->value) || refuse(verdict, 400, "malformed Host");
    }
    if (str_equal_ignore_case(field->name, STR("Content-Length"))) {
        if (seen->lengths++ > 0) return refuse(verdict, 400, "more than one Content-Length");
        return take_length(head, field->value, verdict);
    }
    if (str_equal_ignore_case(field->name, STR("Transfer-Encoding"))) {
        if (seen->encodings++ > 0 || !str_equal_ignore_case(field->value, STR("chunked")))
            return refuse(verdict, 400, "unknown Transfer-Encoding");
        head->chunked = true;
    } else if (str_equal_ignore_case(field->name, STR("Expect"))) {
        if (seen->expects++ > 0 || !str_equal_ignore_case(field->value, STR("100-continue")))
            return refuse(verdict, 417, "unknown Expect");
        head->expect_continue = head->minor_version >= 1;
    } else if (str_equal_ignore_case(field->name, STR("Connection"))) {
        head->close = head->close || head_list_has(field->value, "close");
    }
    return true;
}

/* Fields of which one alone has a meaning: of several, another program could take another. */
static const char *const single[] = {
    "Range",           "If-Range",      "Content-Type",    "Authorization",          "Origin",
    "X-CSRF-Token",    "Tus-Resumable", "Upload-Length",   "Upload-Offset",          "Upload-Defer-Length",
    "Upload-Metadata", "Upload-Concat", "Upload-Checksum", "X-HTTP-Method-Override", "Idempotency-Key"};

static bool is_repeated(const struct head *head, struct str name)
{
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        if (str_equal_ignore_case(name, str_of(single[i]))) return head_field(head, single[i]).data != NULL;
    return false;
}

static bool parse_field(struct head *head, struct str line, struct framing *seen, struct verdict *verdict)
{
    struct str name, value;
    if (line.data[0] == ' ' || line.data[0] == '\t') return refuse(verdict, 400, "folded field");
    if (!str_split(line, ':', &name, &value) || !is_token(name))
        return refuse(verdict, 400, "malformed field name");
    if (!valid_value(value)) return refuse(verdict, 400, "control character in a field");
    if (head->field_count == HEAD_FIELDS_MAXIMUM) return refuse(verdict, 431, "too many fields");
    if (is_repeated(head, name)) return refuse(verdict, 400, "a field that may stand there once");
    struct head_field *field = &head->fields[head->field_count++];
    *field = (struct head_field){name, str_trim(value)};
    return take_framing(head, field, seen, verdict);
}

static bool check_framing(struct head *head, const struct framing *seen, struct verdict *verdict)
{
    if (seen->encodings > 0 && seen->lengths > 0)
        return refuse(verdict, 400, "Content-Length with Transfer-Encoding");
    if (seen->encodings > 0 && head->minor_version == 0)
        return refuse(verdict, 400, "Transfer-Encoding in HTTP/1.0");
    if (seen->hosts == 0 && head->minor_version >= 1) return refuse(verdict, 400, "no Host");
    return true;
}

static void lower_host(struct head *head)
{
    char *host = arena_strndup(head->arena, head->host.data ? head->host.data : "", head->host.length);
    for (size_t i = 0; i < head->host.length; i++)
        if (host[i] >= 'A' && host[i] <= 'Z') host[i] = (char)(host[i] + 'a' - 'A');
    head->host = str_make(host, head->host.length);
}

static struct head *head_create(size_t arena_limit)
{
    struct arena *arena = arena_create(arena_limit);
    struct head *head = arena_zalloc(arena, sizeof *head);
    head->arena = arena;
    return head;
}

struct head *head_refused(unsigned refusal, const char *reason, size_t arena_limit)
{
    struct head *head = head_create(arena_limit);
    head->refusal = refusal;
    head->reason = reason;
    head->method_text = head->target = head->host = STR("");
    head->close = true;
    return head;
}

struct head *head_parse(struct str data, const struct head_limits *limits, size_t arena_limit)
{
    struct head *head = head_create(arena_limit);
    struct verdict verdict = {0, NULL};
    struct framing seen = {0, 0, 0, 0};
    struct first_line first = {STR_NULL, STR_NULL, 0};
    struct str text = arena_str(head->arena, data);
    struct str rest = str_slice(text, leading_lines(text), text.length);
    head->fields = arena_array(head->arena, HEAD_FIELDS_MAXIMUM, sizeof *head->fields);
    for (bool is_first = true; verdict.refusal == 0; is_first = false) {
        ptrdiff_t end = str_find(rest, STR("\r\n"));
        if (end < 0) {
            refuse(&verdict, 400, "incomplete head");
            break;
        }
        struct str line = str_slice(rest, 0, (size_t)end);
        rest = str_slice(rest, (size_t)end + 2, rest.length);
        if (is_first) {
            if (parse_first_line(line, limits, &first, &verdict)) head->minor_version = first.minor_version;
        } else if (line.length == 0) {
            break;
        } else {
            parse_field(head, line, &seen, &verdict);
        }
    }
    if (verdict.refusal == 0) check_framing(head, &seen, &verdict);
    head->method_text = first.method.data != NULL ? first.method : STR("");
    head->target = first.target.data != NULL ? first.target : STR("");
    head->method = method_of(head->method_text);
    head->close = head->close || verdict.refusal != 0;
    head->refusal = verdict.refusal;
    head->reason = verdict.reason;
    lower_host(head);
    return head;
}

struct str head_field(const struct head *head, const char *name)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (str_equal_ignore_case(head->fields[i].name, str_of(name))) return head->fields[i].value;
    return STR_NULL;
}

static void mask(char *data, size_t length, const char *base, struct str part)
{
    size_t offset = (size_t)(part.data - base);
    if (part.length > 0 && offset + part.length <= length) memset(data + offset, 'x', part.length);
}

void head_mask(const struct head *head, char *data, size_t length)
{
    static const char *const framing[] = {"Content-Length", "Transfer-Encoding", "Connection", "Expect"};
    /* slices point into the arena's copy of the same bytes; the method starts the first line */
    const char *base = head->method_text.data - leading_lines(str_make(data, length));
    if (head->target.length > 1) mask(data, length, base, str_slice(head->target, 1, head->target.length));
    for (size_t i = 0; i < head->field_count; i++) {
        const struct head_field *field = &head->fields[i];
        bool keep = false;
        for (size_t k = 0; k < sizeof framing / sizeof framing[0]; k++)
            keep = keep || str_equal_ignore_case(field->name, str_of(framing[k]));
        if (keep) continue;
        mask(data, length, base, field->value);
        if (!str_equal_ignore_case(field->name, STR("Host"))) mask(data, length, base, field->name);
    }
}
