/*
 * Follows the HTML tokenizer (WHATWG HTML, 13.2.5) or the XML grammar through the literal text of a template,
 * far enough to know the context of every value. Where the standard recovers from bad markup this refuses it,
 * so that what is accepted means the same to every parser.
 */
#include <ctype.h>

#include "internal.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* XML names may begin with '_' and letters beyond ASCII. */
static bool begins_name(char c, bool xml)
{
    return is_letter(c) || (xml && (c == '_' || (unsigned char)c >= 0x80));
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(name, *list) == 0) return true;
    return false;
}

/* Names longer than any that matters are cut, not confused: the last byte marks them. */
static void name_add(struct markup *markup, char c)
{
    if (markup->length + 1 < MARKUP_NAME_SIZE) {
        markup->name[markup->length++] = (char)tolower((unsigned char)c);
    } else {
        markup->name[MARKUP_NAME_SIZE - 2] = '+';
    }
}

static void name_clear(struct markup *markup)
{
    memset(markup->name, 0, sizeof markup->name);
    markup->length = 0;
}

static void enter(struct markup *markup, enum markup_state state)
{
    markup->state = state;
    markup->match = 0;
}

/* ---- names ---- */

static enum markup_element classify_element(const char *name)
{
    static const char *const escapable[] = {"title", "textarea", NULL};
    static const char *const raw[] = {"script",  "style",    "xmp",       "iframe",
                                      "noembed", "noframes", "plaintext", NULL};
    static const char *const resource[] = {"embed", "object", "frame", "base", NULL};
    static const char *const animation[] = {"animate", "set", "animatemotion", "animatetransform", NULL};
    if (is_one_of(name, escapable)) return ELEMENT_ESCAPABLE;
    if (is_one_of(name, raw)) return ELEMENT_RAW;
    if (is_one_of(name, resource)) return ELEMENT_RESOURCE;
    if (is_one_of(name, animation)) return ELEMENT_ANIMATION;
    return strcmp(name, "meta") == 0 ? ELEMENT_META : ELEMENT_OTHER;
}

static enum markup_attribute classify_attribute(const struct markup *markup)
{
    static const char *const urls[] = {
        "href",       "src",      "action",   "formaction", "cite",       "poster", "data",
        "background", "longdesc", "manifest", "ping",       "xlink:href", "icon",   "profile",
        "codebase",   "classid",  "archive",  "dynsrc",     "lowsrc",     "usemap", NULL};
    static const char *const animated[] = {"to", "from", "by", "values", "attributename", NULL};
    const char *name = markup->name;
    if (name[0] == 'o' && name[1] == 'n') return ATTRIBUTE_EVENT;
    if (strcmp(name, "style") == 0) return ATTRIBUTE_STYLE;
    if (strcmp(name, "srcdoc") == 0) return ATTRIBUTE_SRCDOC;
    if (strcmp(name, "srcset") == 0 || strcmp(name, "imagesrcset") == 0) return ATTRIBUTE_SRCSET;
    if (markup->element == ELEMENT_META && (strcmp(name, "content") == 0 || strcmp(name, "http-equiv") == 0))
        return ATTRIBUTE_META;
    if (markup->element == ELEMENT_ANIMATION && is_one_of(name, animated)) return ATTRIBUTE_ANIMATION;
    if (!is_one_of(name, urls)) return ATTRIBUTE_PLAIN;
    bool runs = (markup->element == ELEMENT_RAW || markup->element == ELEMENT_RESOURCE) &&
                (strcmp(name, "src") == 0 || strcmp(name, "data") == 0 || strcmp(name, "href") == 0);
    return runs ? ATTRIBUTE_RESOURCE : ATTRIBUTE_URL;
}

/* The name of a tag is complete. */
static void end_tag_name(struct markup *markup, bool xml)
{
    markup->element = xml ? ELEMENT_OTHER : classify_element(markup->name);
    memcpy(markup->tag, markup->name, sizeof markup->tag);
    name_clear(markup);
}

/* The name of an attribute is complete and a value follows. */
static const char *end_attribute_name(struct markup *markup, bool xml)
{
    markup->attribute = xml ? ATTRIBUTE_PLAIN : classify_attribute(markup);
    if (markup->attribute == ATTRIBUTE_META && strcmp(markup->name, "http-equiv") == 0) {
        if (markup->meta_content) return "http-equiv behind a content attribute that holds a value";
        markup->meta_equiv = true;
    }
    name_clear(markup);
    return NULL;
}

/* '>' of a tag. */
static const char *close_tag(struct markup *markup, bool xml, bool self_closing)
{
    enum markup_element element = markup->element;
    bool end_tag = markup->end_tag;
    struct markup before = *markup;
    *markup = (struct markup){.state = MARKUP_TEXT};
    if (end_tag || xml) return NULL;
    if (element != ELEMENT_ESCAPABLE && element != ELEMENT_RAW) return NULL;
    if (self_closing) return "this element needs an end tag, HTML ignores the slash";
    memcpy(markup->name, before.tag, sizeof markup->name);
    markup->length = (unsigned char)strlen(markup->name);
    markup->state = element == ELEMENT_RAW ? MARKUP_RAW : MARKUP_ESCAPABLE;
    markup->first = strcmp(markup->name, "textarea") == 0;
    return strcmp(markup->name, "plaintext") == 0 ? "plaintext cannot be ended" : NULL;
}

/* ---- one byte in each state ---- */

static const char *feed_text(struct markup *markup, bool xml, char c)
{
    switch (markup->state) {
    case MARKUP_TEXT:
        if (c == '<') enter(markup, MARKUP_TAG_OPEN);
        return NULL;
    case MARKUP_TAG_OPEN:
        if (c == '/') {
            enter(markup, MARKUP_END_TAG_OPEN);
        } else if (c == '!') {
            enter(markup, MARKUP_DECLARATION_OPEN);
        } else if (c == '?' && xml) {
            enter(markup, MARKUP_INSTRUCTION);
        } else if (begins_name(c, xml)) {
            enter(markup, MARKUP_TAG_NAME);
            markup->end_tag = false;
            name_clear(markup);
            name_add(markup, c);
        } else {
            return "a < that begins no tag (write &lt;)";
        }
        return NULL;
    default: /* MARKUP_END_TAG_OPEN */
        if (!begins_name(c, xml)) return "</ without a name";
        enter(markup, MARKUP_TAG_NAME);
        markup->end_tag = true;
        name_clear(markup);
        name_add(markup, c);
        return NULL;
    }
}

static const char *feed_tag(struct markup *markup, bool xml, char c)
{
    if (markup->state == MARKUP_TAG_NAME) {
        if (!is_space(c) && c != '/' && c != '>') {
            if (c == '<' || c == '"' || c == '\'' || c == '=') return "a wrong character in a tag name";
            name_add(markup, c);
            return NULL;
        }
        end_tag_name(markup, xml);
    }
    if (markup->state == MARKUP_SELF_CLOSE)
        return c == '>' ? close_tag(markup, xml, true) : "a / inside a tag that does not end it";
    if (is_space(c)) {
        enter(markup, MARKUP_BEFORE_ATTRIBUTE);
        return NULL;
    }
    if (c == '>') return close_tag(markup, xml, false);
    if (c == '/') {
        enter(markup, MARKUP_SELF_CLOSE);
        return NULL;
    }
    if (markup->state == MARKUP_BOUNDARY) return "white space is missing before an attribute";
    if (c == '=' || c == '"' || c == '\'' || c == '<')
        return "a wrong character where an attribute name is expected";
    enter(markup, MARKUP_ATTRIBUTE_NAME);
    name_clear(markup);
    name_add(markup, c);
    return NULL;
}

static const char *feed_attribute_name(struct markup *markup, bool xml, char c)
{
    if (c == '=') {
        enter(markup, MARKUP_BEFORE_VALUE);
        return end_attribute_name(markup, xml);
    }
    if (is_space(c)) {
        enter(markup, MARKUP_AFTER_ATTRIBUTE_NAME);
        return NULL;
    }
    if (markup->state == MARKUP_AFTER_ATTRIBUTE_NAME || c == '>' || c == '/') {
        name_clear(markup);
        enter(markup, MARKUP_BEFORE_ATTRIBUTE);
        return feed_tag(markup, xml, c);
    }
    if (c == '"' || c == '\'' || c == '<') return "a quote or < in an attribute name";
    name_add(markup, c);
    return NULL;
}

static void end_value(struct markup *markup, enum markup_state next)
{
    enter(markup, next);
    markup->attribute = ATTRIBUTE_PLAIN;
    markup->url = URL_START;
    name_clear(markup);
}

/* A literal character of a URL. The scheme, when there is one, must be a known one. */
static const char *feed_url(struct markup *markup, char c)
{
    static const char *const schemes[] = {"http", "https", "mailto", "tel", NULL};
    if (c == '?' || c == '#') {
        if (markup->url == URL_DATA) return NULL;
        markup->url = URL_QUERY;
        name_clear(markup);
        return NULL;
    }
    if (markup->url == URL_VALUE || markup->url == URL_AMBIGUOUS) {
        /* The value or the section before may have been "javascript"; behind a slash no scheme can begin. */
        if (c == ':' || c == '&') return "a colon or & behind a value that begins a URL";
        if (c == '/') markup->url = URL_QUERY;
        return NULL;
    }
    if (markup->url != URL_START && markup->url != URL_PREFIX) return NULL;
    if (markup->url == URL_START && is_space(c)) return NULL;
    if (c == '&') return "a character reference at the beginning of a URL";
    if (c == '/') {
        markup->url = URL_PATH;
        name_clear(markup);
    } else if (c == ':') {
        bool data = strcmp(markup->name, "data") == 0;
        if (!data && !is_one_of(markup->name, schemes))
            return "a URL scheme other than http, https, mailto, tel";
        markup->url = data ? URL_DATA : URL_PATH;
        name_clear(markup);
    } else {
        markup->url = URL_PREFIX;
        name_add(markup, c);
    }
    return NULL;
}

static bool holds_url(const struct markup *markup)
{
    return markup->attribute == ATTRIBUTE_URL || markup->attribute == ATTRIBUTE_RESOURCE;
}

static const char *feed_value(struct markup *markup, bool xml, char c)
{
    switch (markup->state) {
    case MARKUP_BEFORE_VALUE:
        if (is_space(c)) return NULL;
        if (c == '"' || c == '\'') {
            enter(markup, c == '"' ? MARKUP_VALUE_DOUBLE : MARKUP_VALUE_SINGLE);
            return NULL;
        }
        if (c == '>' || c == '<' || c == '=' || c == '`' || xml) return "an attribute value without quotes";
        enter(markup, MARKUP_VALUE_UNQUOTED);
        return holds_url(markup) ? feed_url(markup, c) : NULL;
    case MARKUP_VALUE_UNQUOTED:
        if (is_space(c) || c == '>') {
            end_value(markup, MARKUP_BEFORE_ATTRIBUTE);
            return feed_tag(markup, xml, c);
        }
        if (c == '"' || c == '\'' || c == '<' || c == '=' || c == '`')
            return "a wrong character in an unquoted value";
        return holds_url(markup) ? feed_url(markup, c) : NULL;
    default:
        if (c == (markup->state == MARKUP_VALUE_DOUBLE ? '"' : '\'')) {
            end_value(markup, MARKUP_BOUNDARY);
            return NULL;
        }
        if (c == '<' && xml) return "a < in an attribute value (write &lt;)";
        return holds_url(markup) ? feed_url(markup, c) : NULL;
    }
}

/* <!-- <![CDATA[ <!DOCTYPE */
static const char *feed_declaration(struct markup *markup, bool xml, char c)
{
    if (markup->state == MARKUP_DECLARATION) {
        if (c == '[' || c == '<') return "a document type with declarations of its own";
        if (c == '>') enter(markup, MARKUP_TEXT);
        return NULL;
    }
    static const char cdata[] = "[CDATA[";
    if (markup->match == 0 && is_letter(c)) {
        enter(markup, MARKUP_DECLARATION);
        return NULL;
    }
    if (markup->match == 0 && c == '-') {
        markup->match = 100;
        return NULL;
    }
    if (markup->match == 100 && c == '-') {
        enter(markup, MARKUP_COMMENT);
        markup->match = 2; /* <!--> and <!---> are whole comments to HTML */
        return xml ? (markup->match = 0, NULL) : NULL;
    }
    if (xml && markup->match < 7 && c == cdata[markup->match]) {
        if (++markup->match == 7) enter(markup, MARKUP_CDATA);
        return NULL;
    }
    return "<! begins neither a comment nor a document type";
}

/* match counts the dashes (up to 2), brackets or question marks just seen; 3 is "--!" */
static const char *feed_comment(struct markup *markup, bool xml, char c)
{
    char mark = markup->state == MARKUP_COMMENT ? '-' : markup->state == MARKUP_CDATA ? ']' : '?';
    unsigned needed = mark == '?' ? 1 : 2;
    if (c == mark) {
        if (markup->match < needed || markup->match == 3)
            markup->match = markup->match == 3 ? 1 : markup->match + 1;
        return NULL;
    }
    bool ends = markup->match == needed || (markup->match == 3 && !xml);
    if (c == '>' && ends) {
        enter(markup, MARKUP_TEXT);
        return NULL;
    }
    if (mark == '-' && xml && markup->match == 2) return "-- inside a comment";
    markup->match = mark == '-' && c == '!' && markup->match == 2 ? 3 : 0;
    return NULL;
}

/* Inside title, textarea, script, ...: only the matching end tag ends it. */
static const char *feed_raw(struct markup *markup, char c)
{
    markup->first = false;
    size_t length = markup->length;
    if (markup->match >= 2 && markup->match == length + 2 && (is_space(c) || c == '/' || c == '>')) {
        memcpy(markup->tag, markup->name, sizeof markup->tag);
        name_clear(markup);
        markup->element = ELEMENT_OTHER;
        markup->end_tag = true;
        enter(markup, MARKUP_BEFORE_ATTRIBUTE);
        return feed_tag(markup, false, c);
    }
    if (c == '<') {
        markup->match = 1;
    } else if (markup->match == 1 && c == '/') {
        markup->match = 2;
    } else if (markup->match == 1 && c == '!' && markup->state == MARKUP_RAW) {
        return "<! inside this element changes where it ends";
    } else if (markup->match >= 2 && markup->match < length + 2 &&
               tolower((unsigned char)c) == markup->name[markup->match - 2]) {
        markup->match++;
    } else {
        markup->match = 0;
    }
    return NULL;
}

static const char *feed_byte(struct markup *markup, bool xml, char c)
{
    switch (markup->state) {
    case MARKUP_TEXT:
    case MARKUP_TAG_OPEN:
    case MARKUP_END_TAG_OPEN:
        return feed_text(markup, xml, c);
    case MARKUP_TAG_NAME:
    case MARKUP_BEFORE_ATTRIBUTE:
    case MARKUP_BOUNDARY:
    case MARKUP_SELF_CLOSE:
        return feed_tag(markup, xml, c);
    case MARKUP_ATTRIBUTE_NAME:
    case MARKUP_AFTER_ATTRIBUTE_NAME:
        return feed_attribute_name(markup, xml, c);
    case MARKUP_BEFORE_VALUE:
    case MARKUP_VALUE_DOUBLE:
    case MARKUP_VALUE_SINGLE:
    case MARKUP_VALUE_UNQUOTED:
        return feed_value(markup, xml, c);
    case MARKUP_DECLARATION_OPEN:
    case MARKUP_DECLARATION:
        return feed_declaration(markup, xml, c);
    case MARKUP_COMMENT:
    case MARKUP_CDATA:
    case MARKUP_INSTRUCTION:
        return feed_comment(markup, xml, c);
    case MARKUP_ESCAPABLE:
    case MARKUP_RAW:
        return feed_raw(markup, c);
    }
    return NULL;
}

const char *markup_feed(struct markup *markup, bool xml, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (markup->state == MARKUP_TEXT) {
            const char *tag = memchr(text.data + i, '<', text.length - i);
            if (tag == NULL) return NULL;
            i = (size_t)(tag - text.data);
        }
        const char *reason = feed_byte(markup, xml, text.data[i]);
        if (reason != NULL) return reason;
    }
    return NULL;
}

void markup_settle(struct markup *markup)
{
    if (markup->state == MARKUP_TAG_NAME) {
        end_tag_name(markup, false);
        enter(markup, MARKUP_BOUNDARY);
    } else if (markup->state == MARKUP_ATTRIBUTE_NAME) {
        name_clear(markup);
        enter(markup, MARKUP_BOUNDARY);
    } else if (markup->state == MARKUP_AFTER_ATTRIBUTE_NAME) {
        name_clear(markup);
        enter(markup, MARKUP_BEFORE_ATTRIBUTE);
    }
}
