/* Content-Disposition and Content-Type of one part (RFC 7578 section 4.2), and the boundary of a body. */
#include "multipart_header.h"

#include "motcua/base/utf8.h"

struct parameter {
    struct str name;
    struct str value;
    bool quoted;
};

static bool token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!token_char(text.data[i])) return false;
    return text.length > 0;
}

static bool has_control(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F) return true;
    return false;
}

/* Skips blanks, a ';' and blanks. */
static bool next_parameter(struct str *rest)
{
    *rest = str_trim(*rest);
    if (rest->length == 0 || rest->data[0] != ';') return false;
    *rest = str_trim(str_slice(*rest, 1, rest->length));
    return rest->length > 0;
}

/* Takes one name=value off the front of *rest (which starts at the name). */
static bool take_parameter(struct str *rest, struct parameter *parameter)
{
    ptrdiff_t equals = str_find_char(*rest, '=');
    if (equals <= 0) return false;
    parameter->name = str_slice(*rest, 0, (size_t)equals);
    if (!is_token(parameter->name)) return false;
    struct str text = str_slice(*rest, (size_t)equals + 1, rest->length);
    size_t i = 0;
    parameter->quoted = text.length > 0 && text.data[0] == '"';
    if (parameter->quoted) {
        for (i = 1; i < text.length && text.data[i] != '"'; i++)
            if (text.data[i] == '\\' && i + 1 < text.length &&
                (text.data[i + 1] == '"' || text.data[i + 1] == '\\'))
                i++;
        if (i >= text.length) return false;
        parameter->value = str_slice(text, 1, i);
        i++;
    } else {
        while (i < text.length && token_char(text.data[i]))
            i++;
        parameter->value = str_slice(text, 0, i);
        if (i == 0) return false;
    }
    *rest = str_slice(text, i, text.length);
    return true;
}

/* Undoes what browsers and older clients do to a quote: \" and %22; in place, it only shrinks. */
static struct str unquote(struct str text)
{
    char *out = (char *)(uintptr_t)text.data;
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 1 < text.length && (text.data[i + 1] == '"' || text.data[i + 1] == '\\'))
            c = text.data[++i];
        else if (c == '%' && text.length - i >= 3 && text.data[i + 1] == '2' && text.data[i + 2] == '2') {
            c = '"';
            i += 2;
        }
        out[length++] = c;
    }
    return str_make(out, length);
}

/* Behind the last '/' or '\'; at most `maximum` bytes with the extension kept, cut at a character. */
static struct str base_name(struct str name, size_t maximum)
{
    for (size_t i = name.length; i > 0; i--)
        if (name.data[i - 1] == '/' || name.data[i - 1] == '\\') {
            name = str_slice(name, i, name.length);
            break;
        }
    if (name.length <= maximum) return name;
    size_t dot = name.length;
    while (dot > 0 && name.data[dot - 1] != '.')
        dot--;
    struct str extension = dot > 1 ? str_slice(name, dot - 1, name.length) : STR_NULL;
    if (extension.length > 16 || extension.length >= maximum) extension = STR_NULL;
    size_t keep = maximum - extension.length;
    while (keep > 0 && ((unsigned char)name.data[keep] & 0xC0) == 0x80)
        keep--;
    if (extension.length > 0) memmove((char *)(uintptr_t)name.data + keep, extension.data, extension.length);
    return str_make(name.data, keep + extension.length);
}

static bool parse_disposition(struct str value, struct multipart_part *part)
{
    struct str rest = value;
    size_t i = 0;
    while (i < rest.length && token_char(rest.data[i]))
        i++;
    if (!str_equal_ignore_case(str_slice(rest, 0, i), STR("form-data"))) return false;
    rest = str_slice(rest, i, rest.length);
    bool extended = false;
    while (next_parameter(&rest)) {
        struct parameter parameter;
        if (!take_parameter(&rest, &parameter)) return false;
        struct str text = parameter.quoted ? unquote(parameter.value) : parameter.value;
        if (str_equal_ignore_case(parameter.name, STR("name"))) {
            if (part->name.data != NULL) return false;
            part->name = text;
        } else if (str_equal_ignore_case(parameter.name, STR("filename"))) {
            if (part->filename.data != NULL) return false;
            part->filename = text;
        } else if (str_equal_ignore_case(parameter.name, STR("filename*"))) {
            extended = true; /* RFC 7578 forbids it; harmless beside a plain filename */
        }
    }
    return str_trim(rest).length == 0 && part->name.data != NULL &&
           !(extended && part->filename.data == NULL);
}

static bool parse_line(struct str line, struct multipart_part *part, bool *disposition)
{
    struct str name, value;
    if (!str_split(line, ':', &name, &value) || !is_token(name)) return false;
    value = str_trim(value);
    for (size_t i = 0; i < value.length; i++)
        if (((unsigned char)value.data[i] < 0x20 && value.data[i] != '\t') || value.data[i] == 0x7F)
            return false;
    if (str_equal_ignore_case(name, STR("Content-Disposition"))) {
        if (*disposition) return false;
        *disposition = true;
        return parse_disposition(value, part);
    }
    if (str_equal_ignore_case(name, STR("Content-Type"))) {
        if (part->content_type.data != NULL) return false;
        part->content_type = value;
        return !str_equal_ignore_case(str_slice(value, 0, 10), STR("multipart/")); /* no nesting */
    }
    if (str_equal_ignore_case(name, STR("Content-Transfer-Encoding")))
        return str_equal_ignore_case(value, STR("binary")) || str_equal_ignore_case(value, STR("8bit")) ||
               str_equal_ignore_case(value, STR("7bit"));
    return true;
}

enum status multipart_header_parse(char *block, size_t length, const struct multipart_limits *limits,
                                   struct multipart_part *part, const char **detail)
{
    struct multipart_part result = {STR_NULL, STR_NULL, STR_NULL};
    struct str rest = str_make(block, length);
    bool disposition = false;
    while (rest.length > 0) {
        ptrdiff_t end = str_find(rest, STR("\r\n"));
        if (end < 0) break;
        struct str line = str_slice(rest, 0, (size_t)end);
        rest = str_slice(rest, (size_t)end + 2, rest.length);
        if (line.length == 0) break;
        if (!parse_line(line, &result, &disposition)) {
            *detail = "malformed header of a part";
            return STATUS_INVALID;
        }
    }
    if (!disposition || result.name.length == 0 || result.name.length > limits->maximum_name) {
        *detail = "part without a usable name";
        return STATUS_INVALID;
    }
    if (!utf8_valid(result.name) || has_control(result.name) || !utf8_valid(result.filename) ||
        has_control(result.filename)) {
        *detail = "name of a part is not clean UTF-8";
        return STATUS_INVALID;
    }
    if (result.filename.data != NULL) result.filename = base_name(result.filename, limits->maximum_filename);
    *part = result;
    return STATUS_OK;
}

static bool boundary_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("'()+_,-./:=? ", c) != NULL);
}

enum status multipart_boundary(struct str content_type, struct str *boundary)
{
    struct str rest = str_trim(content_type), found = STR_NULL;
    const struct str type = STR("multipart/form-data");
    if (!str_equal_ignore_case(str_slice(rest, 0, type.length), type)) return STATUS_INVALID;
    rest = str_slice(rest, type.length, rest.length);
    while (next_parameter(&rest)) {
        struct parameter parameter;
        if (!take_parameter(&rest, &parameter)) return STATUS_INVALID;
        if (!str_equal_ignore_case(parameter.name, STR("boundary"))) continue;
        if (found.data != NULL) return STATUS_INVALID;
        found = parameter.value;
    }
    if (str_trim(rest).length > 0 || found.length == 0 || found.length > 70 ||
        found.data[found.length - 1] == ' ')
        return STATUS_INVALID;
    for (size_t i = 0; i < found.length; i++)
        if (!boundary_char(found.data[i])) return STATUS_INVALID;
    *boundary = found;
    return STATUS_OK;
}
