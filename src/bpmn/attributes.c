/* Attributes of our own namespace, kept for the shell (outcomes of a task, names in English, ...). */
#include "builder.h"

void bpmn_read_attributes(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    size_t count = 0;
    for (const xmlAttr *attribute = xml->properties; attribute != NULL; attribute = attribute->next)
        count +=
            attribute->ns != NULL && strcmp((const char *)attribute->ns->href, BPMN_NAMESPACE_MOTCUA) == 0;
    struct bpmn_attribute *attributes = arena_array(builder->arena, count, sizeof *attributes);
    for (const xmlAttr *attribute = xml->properties; attribute != NULL; attribute = attribute->next) {
        if (attribute->ns == NULL || strcmp((const char *)attribute->ns->href, BPMN_NAMESPACE_MOTCUA) != 0)
            continue;
        const char *name = arena_strdup(builder->arena, (const char *)attribute->name);
        const char *value = xml_attribute(xml, BPMN_NAMESPACE_MOTCUA, name, builder->arena);
        attributes[node->attribute_count++] =
            (struct bpmn_attribute){str_of(name), str_trim(str_of(value == NULL ? "" : value))};
    }
    node->attributes = attributes;
}

struct str bpmn_node_attribute(const struct bpmn_node *node, const char *name)
{
    for (size_t i = 0; i < node->attribute_count; i++)
        if (str_equal_cstr(node->attributes[i].name, name)) return node->attributes[i].value;
    return STR_NULL;
}
