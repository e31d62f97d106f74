/* What a place in the markup means for a value, and how two places that meet behind a section are joined. */
#include "internal.h"

static const char *value_in_url(struct markup *markup, enum escape *escape)
{
    switch (markup->url) {
    case URL_START:
        *escape = markup->attribute == ATTRIBUTE_RESOURCE ? ESCAPE_URL_RESOURCE : ESCAPE_URL;
        markup->url = URL_VALUE;
        return NULL;
    case URL_PREFIX:
        memset(markup->name, 0, sizeof markup->name);
        markup->length = 0;
        markup->url = URL_PATH;
        *escape = ESCAPE_URL_SEGMENT;
        return NULL;
    case URL_PATH:
        *escape = ESCAPE_URL_SEGMENT;
        return NULL;
    case URL_QUERY:
    case URL_VALUE:
        *escape = ESCAPE_URL_COMPONENT;
        return NULL;
    case URL_DATA:
        return "a value in a data: URL";
    case URL_AMBIGUOUS:
        return "a value in a URL whose beginning depends on a section";
    }
    return "a value in a URL";
}

static const char *value_in_attribute(struct markup *markup, bool xml, enum escape *escape)
{
    *escape = xml ? ESCAPE_XML_ATTRIBUTE : ESCAPE_HTML;
    switch (markup->attribute) {
    case ATTRIBUTE_PLAIN:
        return NULL;
    case ATTRIBUTE_URL:
    case ATTRIBUTE_RESOURCE:
        return value_in_url(markup, escape);
    case ATTRIBUTE_META:
        if (markup->meta_equiv) return "a value in the http-equiv or its content of a meta element";
        markup->meta_content = true;
        return NULL;
    case ATTRIBUTE_EVENT:
        return "a value in an event attribute (on...)";
    case ATTRIBUTE_STYLE:
        return "a value in a style attribute";
    case ATTRIBUTE_SRCDOC:
        return "a value in srcdoc";
    case ATTRIBUTE_SRCSET:
        return "a value in srcset";
    case ATTRIBUTE_ANIMATION:
        return "a value in an animated attribute";
    }
    return "a value in this attribute";
}

const char *markup_value(struct markup *markup, bool xml, bool raw, enum escape *escape)
{
    if (raw && markup->state != MARKUP_TEXT) return "unescaped markup anywhere but in text";
    switch (markup->state) {
    case MARKUP_TEXT:
        *escape = raw ? ESCAPE_NONE : xml ? ESCAPE_XML_TEXT : ESCAPE_HTML;
        return NULL;
    case MARKUP_ESCAPABLE:
        if (markup->match > 0) return "a value behind </ inside title or textarea";
        *escape = markup->first ? ESCAPE_TEXTAREA_START : ESCAPE_HTML;
        markup->first = false;
        return NULL;
    case MARKUP_VALUE_DOUBLE:
    case MARKUP_VALUE_SINGLE:
        return value_in_attribute(markup, xml, escape);
    case MARKUP_BEFORE_VALUE:
    case MARKUP_VALUE_UNQUOTED:
        return "a value in an attribute without quotes";
    case MARKUP_RAW:
        return "a value inside script, style or another element whose text is not HTML";
    case MARKUP_COMMENT:
        return "a value in a comment";
    case MARKUP_TAG_OPEN:
    case MARKUP_END_TAG_OPEN:
    case MARKUP_TAG_NAME:
        return "a value in a tag name";
    case MARKUP_BEFORE_ATTRIBUTE:
    case MARKUP_BOUNDARY:
    case MARKUP_ATTRIBUTE_NAME:
    case MARKUP_AFTER_ATTRIBUTE_NAME:
    case MARKUP_SELF_CLOSE:
        return "a value where an attribute name stands";
    case MARKUP_DECLARATION_OPEN:
    case MARKUP_DECLARATION:
    case MARKUP_CDATA:
    case MARKUP_INSTRUCTION:
        return "a value in a declaration, CDATA section or processing instruction";
    }
    return "a value in this place";
}

/* Equal in all but the URL and what is known of a title or textarea's beginning. */
static bool same_place(const struct markup *a, const struct markup *b)
{
    return a->state == b->state && a->element == b->element && a->attribute == b->attribute &&
           a->end_tag == b->end_tag && a->match == b->match && strcmp(a->tag, b->tag) == 0;
}

bool markup_equal(const struct markup *a, const struct markup *b)
{
    return same_place(a, b) && a->url == b->url && a->first == b->first && a->meta_equiv == b->meta_equiv &&
           a->meta_content == b->meta_content && strcmp(a->name, b->name) == 0;
}

static bool between_attributes(const struct markup *markup)
{
    return markup->state == MARKUP_BEFORE_ATTRIBUTE || markup->state == MARKUP_BOUNDARY;
}

const char *markup_join(const struct markup *begin, const struct markup *end, struct markup *joined)
{
    struct markup result = *end;
    result.first = begin->first || end->first;
    result.meta_equiv = begin->meta_equiv || end->meta_equiv;
    result.meta_content = begin->meta_content || end->meta_content;
    if (between_attributes(begin) && between_attributes(end) && strcmp(begin->tag, end->tag) == 0 &&
        begin->end_tag == end->end_tag) {
        if (begin->state != end->state) result.state = MARKUP_BOUNDARY;
        *joined = result;
        return NULL;
    }
    bool in_value = begin->state == MARKUP_VALUE_DOUBLE || begin->state == MARKUP_VALUE_SINGLE;
    if (!same_place(begin, end)) return "does not end in the context that it began in";
    if (!in_value && strcmp(begin->name, end->name) != 0)
        return "does not end in the context that it began in";
    /* Two items of a list, "/" and "/host", would be another site's address. */
    if (begin->attribute == ATTRIBUTE_RESOURCE && begin->url != end->url)
        return "changes what a URL of something that the page runs begins with";
    if (begin->url != end->url || strcmp(begin->name, end->name) != 0) {
        bool components = begin->url >= URL_PATH && begin->url <= URL_QUERY && end->url >= URL_PATH &&
                          end->url <= URL_QUERY;
        result.url = components ? URL_QUERY : URL_AMBIGUOUS;
        memset(result.name, 0, sizeof result.name);
        result.length = 0;
    }
    *joined = result;
    return NULL;
}

const char *markup_describe(const struct markup *markup)
{
    static const char *const texts[] = {
        [MARKUP_TEXT] = "text",
        [MARKUP_TAG_OPEN] = "the beginning of a tag",
        [MARKUP_END_TAG_OPEN] = "the beginning of an end tag",
        [MARKUP_TAG_NAME] = "a tag name",
        [MARKUP_BEFORE_ATTRIBUTE] = "a tag",
        [MARKUP_BOUNDARY] = "a tag",
        [MARKUP_ATTRIBUTE_NAME] = "an attribute name",
        [MARKUP_AFTER_ATTRIBUTE_NAME] = "a tag",
        [MARKUP_BEFORE_VALUE] = "an attribute without its value",
        [MARKUP_VALUE_DOUBLE] = "a quoted attribute value",
        [MARKUP_VALUE_SINGLE] = "a quoted attribute value",
        [MARKUP_VALUE_UNQUOTED] = "an unquoted attribute value",
        [MARKUP_SELF_CLOSE] = "a tag",
        [MARKUP_DECLARATION_OPEN] = "a declaration",
        [MARKUP_DECLARATION] = "a declaration",
        [MARKUP_COMMENT] = "a comment",
        [MARKUP_CDATA] = "a CDATA section",
        [MARKUP_INSTRUCTION] = "a processing instruction",
        [MARKUP_ESCAPABLE] = "the text of title or textarea",
        [MARKUP_RAW] = "the text of script or style",
    };
    return texts[markup->state];
}
