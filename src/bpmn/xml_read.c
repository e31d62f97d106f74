/* Small questions to the XML tree: BPMN elements by name, extension attributes of the usual engines. */
#include "builder.h"

#include <stdlib.h>

static const char *const engine_namespaces[] = {
    BPMN_NAMESPACE_MOTCUA,
    "http://operaton.org/schema/1.0/bpmn",
    "http://camunda.org/schema/1.0/bpmn",
    "http://camunda.org/bpmn",
    "http://flowable.org/bpmn",
    "http://activiti.org/bpmn",
};
#define ZEEBE_NAMESPACE "http://camunda.org/schema/zeebe/1.0"

bool bpmn_is_bpmn(const xmlNode *node, const char *name)
{
    return node != NULL && xml_is(node, BPMN_NAMESPACE, name);
}

const xmlNode *bpmn_child(const xmlNode *parent, const char *name)
{
    return parent == NULL ? NULL : xml_child(parent, BPMN_NAMESPACE, name);
}

const xmlNode *bpmn_next(const xmlNode *sibling, const char *name)
{
    return sibling == NULL ? NULL : xml_next(sibling, BPMN_NAMESPACE, name);
}

struct str bpmn_attribute(struct builder *builder, const xmlNode *node, const char *name)
{
    return node == NULL ? STR_NULL : str_of(xml_attribute(node, NULL, name, builder->arena));
}

bool bpmn_attribute_bool(struct builder *builder, const xmlNode *node, const char *name, bool fallback)
{
    struct str value = str_trim(bpmn_attribute(builder, node, name));
    if (value.length == 0) return fallback;
    return str_equal_cstr(value, "true") || str_equal_cstr(value, "1");
}

struct str bpmn_extension_attribute(struct builder *builder, const xmlNode *node, const char *name)
{
    for (size_t i = 0; node != NULL && i < sizeof engine_namespaces / sizeof *engine_namespaces; i++) {
        const char *value = xml_attribute(node, engine_namespaces[i], name, builder->arena);
        if (value != NULL) return str_trim(str_of(value));
    }
    return STR_NULL;
}

struct str bpmn_motcua_attribute(struct builder *builder, const xmlNode *node, const char *name)
{
    if (node == NULL) return STR_NULL;
    return str_trim(str_of(xml_attribute(node, BPMN_NAMESPACE_MOTCUA, name, builder->arena)));
}

const xmlNode *bpmn_extension_zeebe(const xmlNode *node, const char *name)
{
    const xmlNode *extensions = bpmn_child(node, "extensionElements");
    return extensions == NULL ? NULL : xml_child(extensions, ZEEBE_NAMESPACE, name);
}

bool bpmn_in_camunda_family(const xmlNode *node, const char *name)
{
    for (size_t i = 0; i < sizeof engine_namespaces / sizeof *engine_namespaces; i++)
        if (xml_is(node, engine_namespaces[i], name)) return true;
    return false;
}

const xmlNode *bpmn_extension_camunda(const xmlNode *node, const char *name)
{
    const xmlNode *extensions = bpmn_child(node, "extensionElements");
    if (extensions == NULL) return NULL;
    for (const xmlNode *child = xml_child(extensions, NULL, name); child != NULL;
         child = xml_next(child, NULL, name))
        if (bpmn_in_camunda_family(child, name)) return child;
    return NULL;
}

struct str bpmn_text_of(struct builder *builder, const xmlNode *node)
{
    return node == NULL ? STR_NULL : str_trim(str_of(xml_text(node, builder->arena)));
}

struct xml_id {
    struct str id;
    const xmlNode *node;
};

static int compare_ids(const void *left, const void *right)
{
    const struct xml_id *a = left, *b = right;
    int order = str_compare(a->id, b->id);
    return order != 0 ? order : (int)(a->node->line > b->node->line) - (int)(a->node->line < b->node->line);
}

/* Every element with an id, sorted, so that references never search the tree again. */
static void index_ids(struct builder *builder)
{
    VEC(struct xml_id) ids = {0};
    const xmlNode *node = builder->definitions;
    while (node != NULL) {
        if (node->type == XML_ELEMENT_NODE) {
            struct str id = bpmn_attribute(builder, node, "id");
            if (id.length > 0) VEC_PUSH(builder->arena, &ids, ((struct xml_id){id, node}));
        }
        if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
            node = node->children;
            continue;
        }
        while (node != builder->definitions && node->next == NULL)
            node = node->parent;
        node = node == builder->definitions ? NULL : node->next;
    }
    if (ids.count > 0) qsort(ids.items, ids.count, sizeof *ids.items, compare_ids);
    builder->xml_ids = ids.items;
    builder->xml_id_count = ids.count;
    builder->xml_ids_known = true;
}

static const xmlNode *find_id(const struct builder *builder, struct str id)
{
    size_t low = 0, high = builder->xml_id_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(builder->xml_ids[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < builder->xml_id_count && str_equal(builder->xml_ids[low].id, id) ? builder->xml_ids[low].node
                                                                                  : NULL;
}

const xmlNode *bpmn_xml_by_id(struct builder *builder, struct str id)
{
    if (id.length == 0) return NULL;
    if (!builder->xml_ids_known) index_ids(builder);
    const xmlNode *found = find_id(builder, id);
    return found != NULL ? found : find_id(builder, bpmn_local_part(id));
}

struct str bpmn_local_part(struct str reference)
{
    ptrdiff_t colon = str_find_char(reference, ':');
    return colon < 0 ? reference : str_slice(reference, (size_t)colon + 1, reference.length);
}
