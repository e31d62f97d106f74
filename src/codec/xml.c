/*
 * XML over libxml2. The limits are enforced inside the parser's own callbacks, so a hostile file is dropped
 * before its tree has grown; a DOCTYPE stops the parser at once, which rules out entities of every kind.
 */
#include "motcua/codec/xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#define SIZE_DEFAULT  ((size_t)2 << 20)
#define DEPTH_DEFAULT 100u
#define DEPTH_MAXIMUM 200u /* libxml2 itself gives up at 256 */
#define NODES_DEFAULT 100000u

enum problem { PROBLEM_NONE, PROBLEM_DOCTYPE, PROBLEM_DEPTH, PROBLEM_NODES };

struct guard {
    struct xml_limits limits;
    unsigned depth;
    unsigned nodes;
    enum problem problem;
};

static struct guard *guard_of(void *context)
{
    return ((xmlParserCtxt *)context)->_private;
}

static void stop(void *context, enum problem problem)
{
    struct guard *guard = guard_of(context);
    if (guard->problem == PROBLEM_NONE) guard->problem = problem;
    xmlStopParser(context);
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    stop(context, PROBLEM_DOCTYPE);
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count,
                     int defaulted_count, const xmlChar **attributes)
{
    struct guard *guard = guard_of(context);
    guard->depth++;
    guard->nodes += 1u + (unsigned)attribute_count + (unsigned)namespace_count;
    if (guard->depth > guard->limits.depth) {
        stop(context, PROBLEM_DEPTH);
        return;
    }
    if (guard->nodes > guard->limits.nodes) {
        stop(context, PROBLEM_NODES);
        return;
    }
    xmlSAX2StartElementNs(context, name, prefix, uri, namespace_count, namespaces, attribute_count,
                          defaulted_count, attributes);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct guard *guard = guard_of(context);
    if (guard->depth > 0) guard->depth--;
    xmlSAX2EndElementNs(context, name, prefix, uri);
}

static enum status report(struct arena *arena, const struct guard *guard, const xmlParserCtxt *context,
                          struct error *error)
{
    const char *text = context->lastError.message ? context->lastError.message : "not well-formed";
    const char *line = arena_printf(arena, "%d", context->lastError.line);
    const char *message = N_("Tệp XML sai cú pháp ở dòng %s.");
    const char *code = "xml.syntax";
    enum status status = STATUS_INVALID;
    switch (guard->problem) {
    case PROBLEM_DOCTYPE:
        code = "xml.doctype";
        message = N_("Tệp XML không được có khai báo DOCTYPE hay thực thể (entity).");
        text = "document type declaration";
        line = NULL;
        break;
    case PROBLEM_DEPTH:
        code = "xml.depth";
        message = N_("Tệp XML lồng nhau quá sâu (tối đa %s mức).");
        text = "too deep";
        line = arena_printf(arena, "%u", guard->limits.depth);
        status = STATUS_TOO_LARGE;
        break;
    case PROBLEM_NODES:
        code = "xml.nodes";
        message = N_("Tệp XML có quá nhiều phần tử (tối đa %s).");
        text = "too many nodes";
        line = arena_printf(arena, "%u", guard->limits.nodes);
        status = STATUS_TOO_LARGE;
        break;
    case PROBLEM_NONE:
        break;
    }
    error_set(error, arena, status, code, message, "%s", text);
    if (error) error->argument = line;
    return status;
}

static struct xml_limits effective(const struct xml_limits *limits)
{
    struct xml_limits result = limits ? *limits : (struct xml_limits){0};
    if (result.size == 0) result.size = SIZE_DEFAULT;
    if (result.size > INT32_MAX) result.size = INT32_MAX;
    if (result.depth == 0) result.depth = DEPTH_DEFAULT;
    if (result.depth > DEPTH_MAXIMUM) result.depth = DEPTH_MAXIMUM;
    if (result.nodes == 0) result.nodes = NODES_DEFAULT;
    return result;
}

enum status xml_parse(struct arena *arena, struct str text, const struct xml_limits *limits,
                      xmlDoc **document, struct error *error)
{
    struct guard guard = {.limits = effective(limits)};
    if (text.length > guard.limits.size) {
        error_set(error, arena, STATUS_TOO_LARGE, "xml.size", N_("Tệp XML quá lớn (tối đa %s byte)."),
                  "%zu bytes", text.length);
        if (error) error->argument = arena_printf(arena, "%zu", guard.limits.size);
        return STATUS_TOO_LARGE;
    }
    xmlParserCtxt *context = xmlNewParserCtxt();
    if (!context)
        return error_set(error, arena, STATUS_UNAVAILABLE, "xml.memory", NULL, "xmlNewParserCtxt failed");
    context->_private = &guard;
    context->sax->internalSubset = on_doctype;
    context->sax->startElementNs = on_start;
    context->sax->endElementNs = on_end;
    xmlDoc *parsed = xmlCtxtReadMemory(context, text.length ? text.data : "", (int)text.length, NULL, NULL,
                                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    enum status status = STATUS_OK;
    if (!parsed || !context->wellFormed || guard.problem != PROBLEM_NONE || !xmlDocGetRootElement(parsed)) {
        status = report(arena, &guard, context, error);
        xmlFreeDoc(parsed);
    } else {
        *document = parsed;
    }
    xmlFreeParserCtxt(context);
    return status;
}

void xml_release(xmlDoc **document)
{
    if (document && *document) xmlFreeDoc(*document);
}

bool xml_is(const xmlNode *node, const char *namespace, const char *name)
{
    if (!node || node->type != XML_ELEMENT_NODE) return false;
    if (name && strcmp((const char *)node->name, name) != 0) return false;
    return !namespace || (node->ns && node->ns->href && strcmp((const char *)node->ns->href, namespace) == 0);
}

static xmlNode *first_match(xmlNode *node, const char *namespace, const char *name)
{
    while (node && !xml_is(node, namespace, name))
        node = node->next;
    return node;
}

xmlNode *xml_child(const xmlNode *parent, const char *namespace, const char *name)
{
    return parent ? first_match(parent->children, namespace, name) : NULL;
}

xmlNode *xml_next(const xmlNode *sibling, const char *namespace, const char *name)
{
    return sibling ? first_match(sibling->next, namespace, name) : NULL;
}

static const char *take(xmlChar *value, struct arena *arena)
{
    if (!value) return NULL;
    const char *copy = arena_strdup(arena, (const char *)value);
    xmlFree(value);
    return copy;
}

const char *xml_attribute(const xmlNode *node, const char *namespace, const char *name, struct arena *arena)
{
    if (!node || node->type != XML_ELEMENT_NODE) return NULL;
    if (namespace) return take(xmlGetNsProp(node, (const xmlChar *)name, (const xmlChar *)namespace), arena);
    return take(xmlGetNoNsProp(node, (const xmlChar *)name), arena);
}

const char *xml_text(const xmlNode *node, struct arena *arena)
{
    const char *text = node ? take(xmlNodeGetContent(node), arena) : NULL;
    return text ? text : "";
}

long xml_line(const xmlNode *node)
{
    long line = node ? xmlGetLineNo(node) : 0;
    return line > 0 ? line : 0;
}
