/*
 * Writers of values. Each takes UTF-8 and appends it so that it cannot leave its place: whatever the value,
 * the HTML or XML parser reads it back as text of that place. Control characters that no document may carry
 * become U+FFFD.
 */
#include "internal.h"

#define REPLACEMENT "\xEF\xBF\xBD"

static const char *html_entity(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return NULL;
    default:
        return c < 0x20 || c == 0x7F ? REPLACEMENT : NULL;
    }
}

static const char *spec_entity(unsigned char c)
{
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
}

static const char *xml_attribute_entity(unsigned char c)
{
    return c == '\t' ? "&#9;" : c == '\n' ? "&#10;" : c == '\r' ? "&#13;" : html_entity(c);
}

static const char *xml_text_entity(unsigned char c)
{
    return c == '\r' ? "&#13;" : html_entity(c);
}

/* Runs of bytes that need nothing are copied at once; no byte above '>' but DEL ever needs an entity. */
static void append_entities(struct buf *out, struct str value, const char *entity_of(unsigned char))
{
    size_t clean = 0;
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c > '>' && c != 0x7F) continue;
        const char *entity = entity_of(c);
        if (entity == NULL) continue;
        buf_append(out, value.data + clean, i - clean);
        buf_append_cstr(out, entity);
        clean = i + 1;
    }
    buf_append(out, value.data + clean, value.length - clean);
}

static bool unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void append_percent(struct buf *out, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[3] = {'%', digits[c >> 4], digits[c & 15]};
    buf_append(out, text, 3);
}

static void append_component(struct buf *out, struct str value, const char *also_allowed)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (unreserved(c) || (c != '\0' && strchr(also_allowed, c) != NULL))
            buf_append_char(out, (char)c);
        else
            append_percent(out, c);
    }
}

bool mustache_url_allowed(struct str url)
{
    for (size_t i = 0; i < url.length; i++) {
        unsigned char c = (unsigned char)url.data[i];
        if (c < 0x20 || c == 0x7F) return false;
    }
    size_t end = 0;
    while (end < url.length && strchr(":/?#", url.data[end]) == NULL)
        end++;
    if (end == url.length || url.data[end] != ':') return true;
    static const char *const schemes[] = {"http", "https", "mailto", "tel"};
    struct str scheme = str_slice(url, 0, end);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (str_equal_ignore_case(scheme, str_of(schemes[i]))) return true;
    return false;
}

/* Characters that no URL carries are percent-encoded; what is encoded already stays. */
static void append_url(struct buf *out, struct str value, bool resource)
{
    value = str_trim(value);
    bool allowed = mustache_url_allowed(value);
    if (resource)
        allowed = allowed && value.length > 0 && value.data[0] == '/' &&
                  (value.length == 1 || (value.data[1] != '/' && value.data[1] != '\\'));
    if (!allowed) {
        buf_append_cstr(out, "#blocked");
        return;
    }
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c == '&')
            buf_append_cstr(out, "&amp;");
        else if (c <= ' ' || strchr("\"'<>`{}|\\^", c) != NULL)
            append_percent(out, c);
        else
            buf_append_char(out, (char)c);
    }
}

/* A segment "." or ".." would climb in the path and cannot be encoded (URL standard), so it is made harmless.
 */
static void append_segment(struct buf *out, struct str value)
{
    if (str_equal(value, STR(".")) || str_equal(value, STR("..")))
        buf_append_char(out, '-');
    else
        append_component(out, value, "@!$*(),;=+");
}

void mustache_escape_html(struct buf *out, struct str text)
{
    append_entities(out, text, html_entity);
}

void escape_append(struct buf *out, enum escape escape, struct str value)
{
    if (value.length == 0 && escape != ESCAPE_URL_RESOURCE) return;
    switch (escape) {
    case ESCAPE_NONE:
        buf_append_str(out, value);
        return;
    case ESCAPE_SPEC:
        append_entities(out, value, spec_entity);
        return;
    case ESCAPE_TEXTAREA_START:
        if (value.data[0] == '\n' || value.data[0] == '\r') buf_append_char(out, '\n');
        append_entities(out, value, html_entity);
        return;
    case ESCAPE_HTML:
        append_entities(out, value, html_entity);
        return;
    case ESCAPE_XML_TEXT:
        append_entities(out, value, xml_text_entity);
        return;
    case ESCAPE_XML_ATTRIBUTE:
        append_entities(out, value, xml_attribute_entity);
        return;
    case ESCAPE_URL:
    case ESCAPE_URL_RESOURCE:
        append_url(out, value, escape == ESCAPE_URL_RESOURCE);
        return;
    case ESCAPE_URL_SEGMENT:
        append_segment(out, value);
        return;
    case ESCAPE_URL_COMPONENT:
        append_component(out, value, "");
        return;
    }
}
