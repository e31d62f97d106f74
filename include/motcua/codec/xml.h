/*
 * XML 1.0 over libxml2 for files that strangers send: no network, no DTD, no entities beyond the five
 * predefined ones, and limits on size, depth and number of nodes. The tree is libxml2's own.
 */
#ifndef MOTCUA_CODEC_XML_H
#define MOTCUA_CODEC_XML_H

#include <libxml/tree.h>

#include "motcua/base/error.h"
#include "motcua/base/status.h"
#include "motcua/base/str.h"

void xml_release(xmlDoc **document);
#define xml_auto __attribute__((cleanup(xml_release))) xmlDoc *

struct xml_limits {
    size_t size;    /* bytes; 0: 2 MiB */
    unsigned depth; /* nested elements; 0: 100, at most 200 */
    unsigned nodes; /* elements and attributes together; 0: 100 000 */
};

/*
 * Parses `text` (UTF-8 or the encoding its declaration names). `limits` NULL: the defaults. *document is
 * owned by the caller (xml_release). STATUS_TOO_LARGE ("xml.size", "xml.depth", "xml.nodes"), STATUS_INVALID
 * ("xml.doctype" for any DTD, "xml.syntax"; the argument of the message is the line).
 */
NODISCARD enum status xml_parse(struct arena *arena, struct str text, const struct xml_limits *limits,
                                xmlDoc **document, struct error *error);

/* True when the node is an element {namespace}name; namespace NULL accepts any. */
bool xml_is(const xmlNode *node, const char *namespace, const char *name);
/* First / next child element; namespace and name NULL accept any. NULL at the end. */
xmlNode *xml_child(const xmlNode *parent, const char *namespace, const char *name);
xmlNode *xml_next(const xmlNode *sibling, const char *namespace, const char *name);
/* Attribute value in the arena; namespace NULL: the attribute without namespace. NULL when absent. */
const char *xml_attribute(const xmlNode *node, const char *namespace, const char *name, struct arena *arena);
/* Text and CDATA inside the element (all descendants), not trimmed, in the arena. */
const char *xml_text(const xmlNode *node, struct arena *arena);
/* Line in the source, 0 when unknown. */
long xml_line(const xmlNode *node);

#endif
