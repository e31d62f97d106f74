/*
 * Office files: ZIP archives of parts (ECMA-376 part 2; OpenDocument 1.3 part 2). Every part is unpacked and
 * counted, none is kept; what says how the parts hang together is read. Refused: programs (VBA, Basic,
 * scripts), what is embedded as a foreign object, parts that no text has, what is fetched from elsewhere when
 * the text is opened, and parts behind a password.
 */
#include "media_private.h"

#include "motcua/codec/xml.h"

enum { XML_MAXIMUM = 16 * 1024 * 1024, XML_NODES = 1000 * 1000, XML_DEPTH = 200 };
#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define XLINK       "http://www.w3.org/1999/xlink"

/* Without regard to case: programs that open them have none either. */
static bool contains(struct str name, struct str part)
{
    for (size_t i = 0; i + part.length <= name.length; i++)
        if (str_equal_ignore_case(str_slice(name, i, i + part.length), part)) return true;
    return false;
}

static bool contains_one_of(struct str name, const struct str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (contains(name, parts[i])) return true;
    return false;
}

static bool is_one_of(struct str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal_ignore_case(word, str_of(words[i]))) return true;
    return false;
}

/* Behind the last `mark`; the whole where there is none. */
static struct str behind(struct str text, char mark)
{
    for (size_t i = text.length; i-- > 0;)
        if (text.data[i] == mark) return str_slice(text, i + 1, text.length);
    return text;
}

/* --- Names of parts */

static bool is_program(struct str name)
{
    static const struct str parts[] = {
        {"vbaproject", 10}, {"vbadata", 7}, {"macrosheets/", 12}, {"activex/", 8}, {"embeddings/", 11}};
    static const struct str folders[] = {{"Basic/", 6}, {"Scripts/", 8}, {"Object ", 7}};
    for (size_t i = 0; i < COUNT(folders); i++)
        if (str_equal_ignore_case(str_slice(name, 0, folders[i].length), folders[i])) return true;
    return contains_one_of(name, parts, COUNT(parts));
}

static bool is_known_part(const struct zip_entry *entry)
{
    static const char *const endings[] = {"xml", "rels", "rdf",    "png",  "jpg", "jpeg", "gif",
                                          "bmp", "tif",  "tiff",   "webp", "emf", "wmf",  "odttf",
                                          "ttf", "otf",  "psmdcp", "sigs", "svm", "wdp"};
    static const char *const without[] = {"mimetype", "layout-cache"};
    struct str name = entry->name, last = behind(name, '/');
    if (last.length == 0) return entry->size == 0; /* a folder */
    if (str_equal_ignore_case(str_slice(last, last.length - 4, last.length), STR(".bin")))
        return str_equal_ignore_case(str_slice(last, 0, 15), STR("printerSettings"));
    return is_one_of(name, without, COUNT(without)) ||
           (str_find_char(last, '.') >= 0 && is_one_of(behind(last, '.'), endings, COUNT(endings)));
}

/* --- What the parts say of each other. Each: whether the element asks for what a text should not. */

typedef bool element_check(const xmlNode *element, struct arena *arena);

static bool is_active_type(const xmlNode *element, struct arena *arena)
{
    static const struct str active[] = {{"vba", 3},     {"macro", 5},  {"oleobject", 9},
                                        {"activex", 7}, {"script", 6}, {"html", 4}};
    const char *type = xml_attribute(element, NULL, "ContentType", arena);
    return type != NULL && contains_one_of(str_of(type), active, COUNT(active));
}

/* An absolute address, or one on another machine. */
static bool leads_outside(struct str target)
{
    return str_find_char(target, ':') >= 0 || str_starts_with(target, STR("//")) ||
           str_starts_with(target, STR("\\"));
}

static bool is_active_relation(const xmlNode *element, struct arena *arena)
{
    static const char *const active[] = {"vbaProject", "wordVbaData", "oleObject", "package",
                                         "control",    "activeX",     "aFChunk",   "subDocument",
                                         "frame",      "externalLink"};
    const char *type = xml_attribute(element, NULL, "Type", arena),
               *target = xml_attribute(element, NULL, "Target", arena),
               *mode = xml_attribute(element, NULL, "TargetMode", arena);
    if (type == NULL || target == NULL) return false;
    struct str kind = behind(str_of(type), '/'), to = str_of(target);
    if (is_one_of(kind, active, COUNT(active)) || contains(kind, STR("activeX"))) return true;
    bool outside = mode != NULL && str_equal_ignore_case(str_of(mode), STR("External"));
    if (!outside && !leads_outside(to)) return false;
    return !str_equal_ignore_case(kind, STR("hyperlink")) ||
           (!address_is_harmless(to) && !str_starts_with(to, STR("#")));
}

/* OpenDocument: content, styles and what is said of the text as a whole. */
static bool is_active_element(const xmlNode *element, struct arena *arena)
{
    static const char *const active[] = {
        "script", "event-listener", "dde-source", "dde-connection", "dde-connection-decl",
        "applet", "plugin",         "object-ole", "object",         "floating-frame"};
    struct str name = str_of((const char *)element->name);
    if (is_one_of(name, active, COUNT(active))) return true;
    const char *address = xml_attribute(element, XLINK, "href", arena);
    if (address == NULL || address[0] == '\0' || address[0] == '#') return false;
    struct str to = str_of(address);
    if (str_equal_cstr(name, "a")) return !address_is_harmless(to);
    if (str_equal_cstr(name, "template")) return false; /* what it was made from, which is not fetched */
    return leads_outside(to) || address[0] == '/' || str_find(to, STR("..")) >= 0;
}

static bool any_element(const xmlNode *element, element_check *check, struct arena *arena)
{
    if (check(element, arena)) return true;
    for (const xmlNode *child = xml_child(element, NULL, NULL); child != NULL;
         child = xml_next(child, NULL, NULL))
        if (any_element(child, check, arena)) return true;
    return false;
}

static bool is_encrypted(const xmlNode *element, struct arena *arena)
{
    (void)arena;
    return strcmp((const char *)element->name, "encryption-data") == 0;
}

static element_check *check_of(struct str name)
{
    static const char *const parts[] = {"content.xml", "styles.xml", "meta.xml"};
    if (str_equal_ignore_case(name, STR("[Content_Types].xml"))) return is_active_type;
    if (str_equal_ignore_case(name, STR("META-INF/manifest.xml"))) return is_encrypted;
    if (str_equal_ignore_case(behind(name, '.'), STR("rels"))) return is_active_relation;
    return is_one_of(name, parts, COUNT(parts)) ? is_active_element : NULL;
}

static enum media_problem check_part(const struct zip *zip, const struct zip_entry *entry,
                                     element_check *check, struct arena *arena)
{
    static const struct xml_limits limits = {.size = XML_MAXIMUM, .depth = XML_DEPTH, .nodes = XML_NODES};
    struct arena_mark mark = arena_mark(arena);
    BUF_AUTO text = BUF_WITH_MAXIMUM(XML_MAXIMUM);
    xml_auto document = NULL;
    struct error ignored = {0};
    if (entry->size > XML_MAXIMUM) return MEDIA_TOO_LARGE;
    if (!zip_unpack(zip, entry, &text)) return MEDIA_BROKEN;
    enum status status = xml_parse(arena, buf_str(&text), &limits, &document, &ignored);
    enum media_problem problem = status == STATUS_OK          ? MEDIA_GOOD
                                 : status == STATUS_TOO_LARGE ? MEDIA_TOO_LARGE
                                                              : MEDIA_BROKEN;
    if (status == STATUS_OK && any_element(xmlDocGetRootElement(document), check, arena))
        problem = check == is_encrypted ? MEDIA_ENCRYPTED : MEDIA_MACROS;
    arena_rewind(arena, mark);
    return problem;
}

void office_inspect(struct str bytes, struct arena *arena, struct media_report *report)
{
    struct zip zip;
    bool described = false;
    report->problem = zip_open(bytes, arena, &zip);
    for (size_t i = 0; i < zip.count && report->problem == MEDIA_GOOD; i++)
        if (is_program(zip.entries[i].name) || !is_known_part(&zip.entries[i]))
            report->problem = MEDIA_MACROS;
    for (size_t i = 0; i < zip.count && report->problem == MEDIA_GOOD; i++) {
        element_check *check = check_of(zip.entries[i].name);
        described |= check == is_active_type || check == is_encrypted;
        if (check != NULL)
            report->problem = check_part(&zip, &zip.entries[i], check, arena);
        else if (!zip_unpack(&zip, &zip.entries[i], NULL))
            report->problem = MEDIA_BROKEN;
    }
    if (report->problem == MEDIA_GOOD && !described) report->problem = MEDIA_BROKEN;
}
