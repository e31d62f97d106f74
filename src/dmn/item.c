/* Item definitions (DMN 1.3, 7.3.2): read, resolved to FEEL types, with their allowed values. */
#include "loader.h"

#include "motcua/codec/xml.h"

#define MAXIMUM_ITEM_DEPTH 40

static const char *reference_of(struct loader *loader, const xmlNode *node)
{
    const char *attribute = xml_attribute(node, NULL, "typeRef", loader->arena);
    const xmlNode *child = loader_child(node, "typeRef");
    struct str text = STR_NULL;
    if (attribute != NULL)
        text = str_trim(str_of(attribute));
    else if (child != NULL)
        text = str_trim(str_of(xml_text(child, loader->arena)));
    if (text.length == 0) return NULL;
    return arena_strndup(loader->arena, text.data, text.length);
}

static const char *child_text(struct loader *loader, const xmlNode *node, const char *name)
{
    const xmlNode *child = loader_child(node, name);
    return child != NULL ? loader_text(loader, child) : NULL;
}

static struct dmn_item *read_item(struct loader *loader, const xmlNode *node, unsigned depth)
{
    struct dmn_item *item = arena_zalloc(loader->arena, sizeof *item);
    const char *collection = xml_attribute(node, NULL, "isCollection", loader->arena);
    const xmlNode *function = loader_child(node, "functionItem");
    size_t count = loader_count(node, "itemComponent");
    item->name = loader_name(loader, node, "name");
    item->line = xml_line(node);
    item->document = (size_t)(loader->document - loader->documents);
    item->collection =
        collection != NULL && (strcmp(collection, "true") == 0 || strcmp(collection, "1") == 0);
    item->reference = reference_of(loader, node);
    item->allowed_text = child_text(loader, node, "allowedValues");
    if (function != NULL) {
        item->type = (struct feel_type){.kind = FEEL_TYPE_FUNCTION, .any_parameters = true};
        item->reference = NULL;
        item->result_reference = xml_attribute(function, NULL, "outputTypeRef", loader->arena);
        count = depth < MAXIMUM_ITEM_DEPTH ? loader_count(function, "parameters") : 0;
        item->components = arena_array(loader->arena, count, sizeof *item->components);
        for (const xmlNode *child = loader_child(function, "parameters"); child != NULL && count > 0;
             child = loader_next(child, "parameters"))
            item->components[item->component_count++] = read_item(loader, child, depth + 1);
        return item;
    }
    if (count > 0 && depth < MAXIMUM_ITEM_DEPTH) {
        item->components = arena_array(loader->arena, count, sizeof *item->components);
        for (const xmlNode *child = loader_child(node, "itemComponent"); child != NULL;
             child = loader_next(child, "itemComponent")) {
            item->components[item->component_count] = read_item(loader, child, depth + 1);
            loader_member(loader, item->components[item->component_count]->name);
            item->component_count++;
        }
    }
    return item;
}

static struct str without_prefix(struct str reference)
{
    /* DMN 1.1 wrote QNames, "feel:number"; a colon inside < > belongs to a context type */
    ptrdiff_t colon = str_find_char(reference, ':'), angle = str_find_char(reference, '<');
    if (colon >= 0 && (angle < 0 || colon < angle))
        return str_trim(str_slice(reference, (size_t)colon + 1, reference.length));
    return reference;
}

static struct dmn_item *find_in(const struct dmn_model *model, const struct document *document,
                                struct str name)
{
    for (size_t i = 0; i < document->item_count; i++)
        if (str_equal(model->items[document->first_item + i]->name, name))
            return model->items[document->first_item + i];
    return NULL;
}

/* An item definition of the document being read, or "import.name". */
static struct dmn_item *find_item(const struct loader *loader, struct str name)
{
    struct dmn_item *item = find_in(loader->model, loader->document, name);
    for (size_t i = 0; item == NULL && i < loader->document->import_count; i++) {
        const struct import *import = &loader->document->imports[i];
        if (name.length > import->name.length + 1 && str_starts_with(name, import->name) &&
            name.data[import->name.length] == '.')
            item = find_in(loader->model, import->document,
                           str_slice(name, import->name.length + 1, name.length));
        else if (import->name.length == 0)
            item = find_in(loader->model, import->document, name);
    }
    return item;
}

static void resolve(struct loader *loader, struct dmn_item *item, unsigned depth);

/* The names that modelers of other engines give to FEEL's types. */
static struct str usual_name(struct str reference)
{
    static const char *const numbers[] = {"integer", "int", "long", "short", "double", "float", "decimal"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (str_equal_cstr(reference, numbers[i])) return STR("number");
    return reference;
}

/* The FEEL type of a reference that names no item definition. */
static const struct feel_type *feel_type_of(struct loader *loader, struct str reference, long line)
{
    const struct feel_type *type = NULL;
    reference = usual_name(reference);
    if (feel_compile_type(loader->arena, reference, loader->document->types, loader->document->type_count,
                          &type, NULL) != STATUS_OK ||
        type->kind == FEEL_TYPE_UNKNOWN) {
        loader_finding(loader, NULL, "dmn.type", N_("Kiểu dữ liệu không có trong mô hình."),
                       "%.*s (line %ld)", STR_ARG(reference), line);
        return NULL;
    }
    return type;
}

static struct feel_type context_type(struct loader *loader, struct dmn_item *item, unsigned depth)
{
    struct feel_field *fields = arena_array(loader->arena, item->component_count, sizeof *fields);
    for (size_t i = 0; i < item->component_count; i++) {
        struct dmn_item *component = item->components[i];
        resolve(loader, component, depth + 1);
        fields[i] = (struct feel_field){component->name, &component->type};
    }
    return (struct feel_type){
        .kind = FEEL_TYPE_CONTEXT, .fields = fields, .field_count = item->component_count};
}

static void resolve_here(struct loader *loader, struct dmn_item *item, unsigned depth);

/* In the document where the item stands. */
static void resolve(struct loader *loader, struct dmn_item *item, unsigned depth)
{
    struct document *before = loader->document;
    loader->document = &loader->documents[item->document];
    resolve_here(loader, item, depth);
    loader->document = before;
}

/* Parameters listed are all there are; none listed says nothing about them. */
static struct feel_type function_type(struct loader *loader, struct dmn_item *item, unsigned depth)
{
    struct feel_type type = context_type(loader, item, depth);
    type.kind = FEEL_TYPE_FUNCTION;
    type.any_parameters = item->component_count == 0;
    if (item->result_reference != NULL) item->result = loader_type(loader, NULL, item->result_reference);
    if (item->result != NULL) type.element = &item->result->type;
    return type;
}

static void resolve_here(struct loader *loader, struct dmn_item *item, unsigned depth)
{
    struct feel_type element = {.kind = FEEL_TYPE_ANY};
    struct str reference = str_of(item->reference);
    if (item->state != 0) return;
    item->state = 1;
    item->type.kind = item->type.kind == FEEL_TYPE_FUNCTION ? FEEL_TYPE_FUNCTION : FEEL_TYPE_ANY;
    if (item->type.kind == FEEL_TYPE_FUNCTION) {
        element = function_type(loader, item, depth);
    } else if (item->component_count > 0) {
        element = context_type(loader, item, depth);
    } else if (reference.length > 0) {
        struct dmn_item *base = find_item(loader, reference);
        if (base == NULL) base = find_item(loader, without_prefix(reference));
        if (base != NULL && base != item && depth < 100) {
            resolve(loader, base, depth + 1);
            if (base->state == 2) {
                item->base = base;
                element = base->type;
            } else { /* a definition that is made of itself; through a component this is a tree and fine */
                element = (struct feel_type){.kind = FEEL_TYPE_ANY};
                item->base = NULL;
            }
        } else if (base == NULL) {
            const struct feel_type *type = feel_type_of(loader, without_prefix(reference), item->line);
            if (type != NULL) element = *type;
        }
    }
    if (item->collection) {
        struct feel_type *kept = arena_alloc(loader->arena, sizeof *kept);
        *kept = element;
        item->type = (struct feel_type){.kind = FEEL_TYPE_LIST, .element = kept};
    } else {
        item->type = element;
    }
    item->state = 2;
}

static void compile_allowed(struct loader *loader, struct dmn_item *item)
{
    loader->element = item->name.data;
    item->allowed = loader_compile(loader, NULL, item->allowed_text, true);
    for (size_t i = 0; i < item->component_count; i++)
        compile_allowed(loader, item->components[i]);
}

static void read_items(struct loader *loader, struct document *document)
{
    struct dmn_model *model = loader->model;
    document->first_item = model->item_count;
    for (const xmlNode *node = loader_child(document->root, "itemDefinition"); node != NULL;
         node = loader_next(node, "itemDefinition")) {
        loader->document = document;
        loader->element = loader_name(loader, node, "name").data;
        model->items[model->item_count++] = read_item(loader, node, 0);
    }
    document->item_count = model->item_count - document->first_item;
}

/* The types that expressions of the document may name: its own, and "import.name". */
static void name_types(struct loader *loader, struct document *document)
{
    struct dmn_model *model = loader->model;
    size_t count = document->item_count;
    for (size_t i = 0; i < document->import_count; i++)
        count += document->imports[i].document->item_count;
    document->types = arena_array(loader->arena, count, sizeof *document->types);
    for (size_t i = 0; i < document->item_count; i++) {
        struct dmn_item *item = model->items[document->first_item + i];
        document->types[document->type_count++] = (struct feel_named_type){item->name, &item->type};
    }
    for (size_t i = 0; i < document->import_count; i++) {
        const struct import *import = &document->imports[i];
        for (size_t j = 0; j < import->document->item_count; j++) {
            struct dmn_item *item = model->items[import->document->first_item + j];
            const char *name = arena_printf(loader->arena, "%.*s%s%.*s", STR_ARG(import->name),
                                            import->name.length > 0 ? "." : "", STR_ARG(item->name));
            document->types[document->type_count++] = (struct feel_named_type){str_of(name), &item->type};
        }
    }
}

static void finish_items(struct loader *loader, struct document *document)
{
    const xmlNode *node = loader_child(document->root, "itemDefinition");
    for (size_t i = 0; i < document->item_count; i++, node = loader_next(node, "itemDefinition")) {
        struct dmn_item *item = loader->model->items[document->first_item + i];
        compile_allowed(loader, item);
        item->constraint = loader_compile(loader, node, child_text(loader, node, "typeConstraint"), true);
    }
}

void loader_items(struct loader *loader)
{
    size_t count = 0;
    for (size_t i = 0; i < loader->document_count; i++)
        count += loader_count(loader->documents[i].root, "itemDefinition");
    loader->model->items = arena_array(loader->arena, count, sizeof *loader->model->items);
    for (size_t i = 0; i < loader->document_count; i++)
        read_items(loader, &loader->documents[i]);
    for (size_t i = 0; i < loader->document_count; i++)
        name_types(loader, &loader->documents[i]);
    for (size_t i = 0; i < loader->model->item_count; i++) {
        loader->element = loader->model->items[i]->name.data;
        resolve(loader, loader->model->items[i], 0);
    }
    for (size_t i = 0; i < loader->document_count; i++) {
        loader->document = &loader->documents[i];
        finish_items(loader, loader->document);
    }
    loader->element = NULL;
}

const struct dmn_item *loader_type(struct loader *loader, const xmlNode *node, const char *text)
{
    struct str reference = str_trim(str_of(text));
    struct dmn_item *item;
    const struct feel_type *type;
    if (reference.length == 0) return NULL;
    item = find_item(loader, reference);
    if (item == NULL) item = find_item(loader, without_prefix(reference));
    if (item != NULL) return item;
    type = feel_type_of(loader, without_prefix(reference), node != NULL ? xml_line(node) : 0);
    if (type == NULL || type->kind == FEEL_TYPE_ANY) return NULL;
    item = arena_zalloc(loader->arena, sizeof *item);
    item->type = *type;
    item->state = 2;
    return item;
}

const struct dmn_item *loader_type_of(struct loader *loader, const xmlNode *node)
{
    const char *reference = reference_of(loader, node);
    return reference != NULL ? loader_type(loader, node, reference) : NULL;
}
