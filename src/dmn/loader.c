/* Reading a model: its elements, what they require, and cycles among them. */
#include "loader.h"

#include <stdlib.h>

#include "motcua/codec/xml.h"

xmlNode *loader_child(const xmlNode *parent, const char *name)
{
    return xml_child(parent, NULL, name);
}

xmlNode *loader_next(const xmlNode *sibling, const char *name)
{
    return xml_next(sibling, NULL, name);
}

size_t loader_count(const xmlNode *parent, const char *name)
{
    size_t count = 0;
    for (const xmlNode *node = loader_child(parent, name); node != NULL; node = loader_next(node, name))
        count++;
    return count;
}

/* Room for one more item in an array of the arena. */
static void *grown(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    void *larger;
    if (count < *capacity) return items;
    *capacity = *capacity == 0 ? 16 : *capacity * 2;
    larger = arena_array(arena, *capacity, size);
    if (count > 0) memcpy(larger, items, count * size);
    return larger;
}

void loader_finding(struct loader *loader, const xmlNode *node, const char *code, const char *message,
                    const char *detail_format, ...)
{
    struct dmn_model *model = loader->model;
    struct dmn_finding *finding;
    va_list arguments;
    model->findings = grown(loader->arena, model->findings, model->finding_count, &loader->finding_capacity,
                            sizeof *model->findings);
    finding = &model->findings[model->finding_count++];
    *finding = (struct dmn_finding){.element = loader->element != NULL ? loader->element : "",
                                    .code = code,
                                    .message = message,
                                    .line = node != NULL ? xml_line(node) : 0};
    if (detail_format != NULL) {
        va_start(arguments, detail_format);
        finding->detail = arena_vprintf(loader->arena, detail_format, arguments);
        va_end(arguments);
    }
}

struct str loader_name(struct loader *loader, const xmlNode *node, const char *attribute)
{
    const char *text = xml_attribute(node, NULL, attribute, loader->arena);
    struct str trimmed = str_trim(str_of(text != NULL ? text : ""));
    char *copy = arena_alloc(loader->arena, trimmed.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < trimmed.length; i++) { /* one space for a run of white space, as in FEEL names */
        char c = trimmed.data[i] == '\t' || trimmed.data[i] == '\n' || trimmed.data[i] == '\r'
                     ? ' '
                     : trimmed.data[i];
        if (c != ' ' || length == 0 || copy[length - 1] != ' ') copy[length++] = c;
    }
    copy[length] = '\0';
    return str_make(copy, length);
}

size_t loader_push(struct loader *loader, struct str name)
{
    size_t before = loader->scope_count;
    if (name.length == 0) return before;
    loader->scope = grown(loader->arena, loader->scope, loader->scope_count, &loader->scope_capacity,
                          sizeof *loader->scope);
    loader->scope[loader->scope_count++] = name;
    return before;
}

void loader_pop(struct loader *loader, size_t count)
{
    loader->scope_count = count;
}

void loader_member(struct loader *loader, struct str name)
{
    bool simple = true;
    for (size_t i = 0; i < name.length && simple; i++)
        simple = (name.data[i] >= '0' && name.data[i] <= '9') ||
                 ((name.data[i] | 32) >= 'a' && (name.data[i] | 32) <= 'z') || name.data[i] == '_';
    if (simple) return; /* the reader of FEEL needs to know only those with spaces or signs */
    for (size_t i = 0; i < loader->member_count; i++)
        if (str_equal(loader->members[i], name)) return;
    loader->members = grown(loader->arena, loader->members, loader->member_count, &loader->member_capacity,
                            sizeof *loader->members);
    loader->members[loader->member_count++] = name;
}

const char *loader_text(struct loader *loader, const xmlNode *node)
{
    const xmlNode *text = loader_child(node, "text");
    struct str trimmed;
    if (text == NULL) return NULL;
    trimmed = str_trim(str_of(xml_text(text, loader->arena)));
    return arena_strndup(loader->arena, trimmed.data != NULL ? trimmed.data : "", trimmed.length);
}

const struct feel_expression *loader_compile(struct loader *loader, const xmlNode *node, const char *text,
                                             bool unary)
{
    struct feel_names names = {.variables = loader->scope,
                               .variable_count = loader->scope_count,
                               .members = loader->members,
                               .member_count = loader->member_count,
                               .types = loader->document->types,
                               .type_count = loader->document->type_count};
    const struct feel_expression *expression = NULL;
    struct error error = {.detail = NULL};
    enum status status;
    if (text == NULL || *text == '\0') return NULL;
    status = unary ? feel_compile_unary_tests(loader->arena, str_of(text), &names, &expression, &error)
                   : feel_compile(loader->arena, str_of(text), &names, &expression, &error);
    if (status == STATUS_OK) return expression;
    loader_finding(loader, node, "dmn.expression", N_("Biểu thức FEEL viết sai."), "%s: %.200s",
                   error.detail != NULL ? error.detail : "", text);
    return NULL;
}

/* ---- elements ---- */

static bool element_kind_of(const xmlNode *node, enum element_kind *kind)
{
    static const struct {
        const char *name;
        enum element_kind kind;
    } kinds[] = {{"inputData", ELEMENT_INPUT},
                 {"decision", ELEMENT_DECISION},
                 {"businessKnowledgeModel", ELEMENT_KNOWLEDGE},
                 {"decisionService", ELEMENT_SERVICE}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (xml_is(node, NULL, kinds[i].name)) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

static void add_element(struct loader *loader, const xmlNode *node, enum element_kind kind)
{
    struct dmn_model *model = loader->model;
    struct dmn_element *element = arena_zalloc(loader->arena, sizeof *element);
    const xmlNode *variable = loader_child(node, "variable");
    element->kind = kind;
    element->index = model->element_count;
    element->id = loader_name(loader, node, "id");
    element->name = loader_name(loader, node, "name");
    element->variable = variable != NULL ? loader_name(loader, variable, "name") : STR_NULL;
    if (element->variable.length == 0) element->variable = element->name;
    element->line = xml_line(node);
    model->elements = grown(loader->arena, model->elements, model->element_count, &loader->element_capacity,
                            sizeof *model->elements);
    model->elements[model->element_count++] = element;
}

static const struct dmn_element *find_id(const struct loader *loader, const struct document *document,
                                         struct str id)
{
    for (size_t i = 0; i < document->element_count; i++) {
        const struct dmn_element *element = loader->model->elements[document->first_element + i];
        if (id.length > 0 && str_equal(element->id, id)) return element;
    }
    return NULL;
}

/* Imports without a name make the other model's elements elements of this one (DMN 1.5): the first way to one
 * wins, deep before wide. `seen` has a bit for each document. */
static const struct document *find_unnamed(const struct loader *loader, const struct document *from,
                                           struct str id, uint32_t *seen, const struct dmn_element **element)
{
    *seen |= UINT32_C(1) << (from - loader->documents);
    *element = find_id(loader, from, id);
    if (*element != NULL) return from;
    for (size_t i = 0; i < from->import_count; i++) {
        const struct import *import = &from->imports[i];
        if (import->name.length > 0 || (*seen >> (import->document - loader->documents) & 1) != 0) continue;
        const struct document *found = find_unnamed(loader, import->document, id, seen, element);
        if (found != NULL) return found;
    }
    return NULL;
}

/* "#id", or "namespace#id" of this or an imported model. */
static const struct document *by_reference(struct loader *loader, const char *reference,
                                           const struct dmn_element **element)
{
    const char *hash = reference != NULL ? strrchr(reference, '#') : NULL;
    struct str id = str_trim(str_of(hash != NULL ? hash + 1 : reference));
    struct str namespace =
        hash != NULL ? str_trim(str_make(reference, (size_t)(hash - reference))) : STR_NULL;
    *element = NULL;
    if (namespace.length == 0 || str_equal(namespace, loader->document->namespace)) {
        uint32_t seen = 0;
        return find_unnamed(loader, loader->document, id, &seen, element);
    }
    for (size_t i = 0; i < loader->document_count; i++)
        if (str_equal(loader->documents[i].namespace, namespace)) {
            *element = find_id(loader, &loader->documents[i], id);
            return &loader->documents[i];
        }
    *element = find_id(loader, loader->document, id); /* a namespace nobody has: taken for this one */
    return loader->document;
}

struct references {
    struct dmn_requirement *items;
    size_t count, capacity;
};

static void add_reference(struct loader *loader, struct references *references, const xmlNode *node)
{
    const char *href = xml_attribute(node, NULL, "href", loader->arena);
    struct dmn_requirement requirement = {NULL, NULL, 0};
    const struct document *document = by_reference(loader, href, &requirement.element);
    struct str *path = arena_array(loader->arena, MAXIMUM_PATH, sizeof *path);
    if (requirement.element == NULL ||
        !loader_path(loader, loader->document, document, path, &requirement.path_count)) {
        loader_finding(loader, node, "dmn.reference",
                       N_("Mô hình tham chiếu tới một phần không có trong tệp."), "%s",
                       href != NULL ? href : "no href");
        return;
    }
    requirement.path = path;
    references->items = grown(loader->arena, references->items, references->count, &references->capacity,
                              sizeof *references->items);
    references->items[references->count++] = requirement;
}

/* Children `outer` (with a child among `inner`, or themselves when inner is NULL) and the elements they refer
 * to. */
static void collect(struct loader *loader, const xmlNode *node, const char *outer, const char *const *inner,
                    struct references *references)
{
    for (const xmlNode *child = loader_child(node, outer); child != NULL; child = loader_next(child, outer)) {
        const xmlNode *reference = inner == NULL ? child : NULL;
        for (size_t i = 0; inner != NULL && inner[i] != NULL && reference == NULL; i++)
            reference = loader_child(child, inner[i]);
        if (reference != NULL) add_reference(loader, references, reference);
    }
}

static void load_requirements(struct loader *loader, struct dmn_element *element, const xmlNode *node)
{
    static const char *const information[] = {"requiredInput", "requiredDecision", NULL};
    static const char *const knowledge[] = {"requiredKnowledge", NULL};
    struct references required = {NULL, 0, 0}, known = {NULL, 0, 0}, outputs = {NULL, 0, 0};
    if (element->kind == ELEMENT_SERVICE) { /* its parameters: the input data, then the input decisions */
        collect(loader, node, "inputData", NULL, &required);
        collect(loader, node, "inputDecision", NULL, &required);
        collect(loader, node, "outputDecision", NULL, &outputs);
    } else {
        collect(loader, node, "informationRequirement", information, &required);
        collect(loader, node, "knowledgeRequirement", knowledge, &known);
    }
    element->required = required.items;
    element->required_count = required.count;
    element->knowledge = known.items;
    element->knowledge_count = known.count;
    element->outputs = outputs.items;
    element->output_count = outputs.count;
    if (element->kind == ELEMENT_SERVICE) {
        element->parameter_count = required.count;
        element->parameters = arena_array(loader->arena, required.count, sizeof *element->parameters);
        for (size_t i = 0; i < required.count; i++)
            element->parameters[i] = required.items[i].element->variable;
    }
}

/* The name under which the requirement is seen: its own, or that of the import. */
static void push_requirement(struct loader *loader, const struct dmn_requirement *requirement)
{
    for (size_t i = 0; i < requirement->path_count; i++)
        if (requirement->path[i].length > 0) {
            loader_push(loader, requirement->path[i]);
            return;
        }
    loader_push(loader, requirement->element->variable);
}

static void load_logic(struct loader *loader, struct dmn_element *element, const xmlNode *node)
{
    const xmlNode *logic = loader_child(node, "encapsulatedLogic");
    size_t mark = loader->scope_count;
    for (size_t i = 0; element->kind == ELEMENT_DECISION && i < element->required_count; i++)
        push_requirement(loader, &element->required[i]);
    for (size_t i = 0; i < element->knowledge_count; i++)
        push_requirement(loader, &element->knowledge[i]);
    if (element->kind == ELEMENT_DECISION) {
        element->logic = loader_boxed_child(loader, node);
    } else if (element->kind == ELEMENT_KNOWLEDGE && logic != NULL) {
        loader_push(loader, element->variable); /* it may call itself */
        element->logic = loader_function(loader, logic);
        if (element->logic->kind == BOXED_FUNCTION) {
            element->parameter_count = element->logic->variable_count;
            element->parameters =
                arena_array(loader->arena, element->parameter_count, sizeof *element->parameters);
            for (size_t i = 0; i < element->parameter_count; i++)
                element->parameters[i] = element->logic->variables[i].name;
        }
    }
    loader_pop(loader, mark);
}

/* The way back to an element that is still being looked at closes a cycle. Calls of business knowledge models
 * may recur. */
static void find_cycles(struct loader *loader, struct dmn_element *element, unsigned depth)
{
    element->state = 1;
    for (size_t i = 0; element->kind == ELEMENT_DECISION && i < element->required_count; i++) {
        struct dmn_element *next = loader->model->elements[element->required[i].element->index];
        if (next->state == 0 && depth < 500) find_cycles(loader, next, depth + 1);
        if (next->state == 1 && !element->cyclic) {
            element->cyclic = true;
            loader->element = element->name.data;
            loader_finding(loader, NULL, "dmn.cycle", N_("Các quyết định cần đến nhau thành vòng tròn."),
                           "through %.*s", STR_ARG(next->name));
        }
    }
    element->state = 2;
}

static void add_elements(struct loader *loader, struct document *document)
{
    struct dmn_model *model = loader->model;
    struct str path[MAXIMUM_PATH];
    enum element_kind kind;
    size_t count = 0;
    bool imported = document != loader->documents;
    if (imported && !loader_path(loader, loader->documents, document, path, &count)) count = 0;
    document->first_element = model->element_count;
    for (const xmlNode *node = loader_child(document->root, NULL); node != NULL;
         node = loader_next(node, NULL)) {
        if (!element_kind_of(node, &kind)) continue;
        add_element(loader, node, kind);
        model->elements[model->element_count - 1]->imported = imported;
        if (count > 0) model->elements[model->element_count - 1]->import = path[0];
    }
    document->element_count = model->element_count - document->first_element;
}

static void load_document(struct loader *loader, struct document *document, bool requirements)
{
    enum element_kind kind;
    size_t index = document->first_element;
    loader->document = document;
    for (const xmlNode *node = loader_child(document->root, NULL); node != NULL;
         node = loader_next(node, NULL)) {
        struct dmn_element *element;
        const xmlNode *variable;
        if (!element_kind_of(node, &kind)) continue;
        element = loader->model->elements[index++];
        loader->element = element->name.data;
        if (requirements) {
            load_requirements(loader, element, node);
            continue;
        }
        variable = loader_child(node, "variable");
        if (variable != NULL) element->type = loader_type_of(loader, variable);
        load_logic(loader, element, node);
    }
}

static void load_elements(struct loader *loader)
{
    struct dmn_model *model = loader->model;
    for (size_t i = 0; i < loader->document_count; i++)
        add_elements(loader, &loader->documents[i]);
    for (size_t i = 0; i < loader->document_count; i++)
        load_document(loader, &loader->documents[i], true);
    for (size_t i = 0; i < loader->document_count; i++)
        load_document(loader, &loader->documents[i], false);
    for (size_t i = 0; i < model->element_count; i++)
        if (model->elements[i]->state == 0) find_cycles(loader, model->elements[i], 0);
}

static void list_decisions(struct loader *loader)
{
    struct dmn_model *model = loader->model;
    model->decisions = arena_array(loader->arena, model->element_count, sizeof *model->decisions);
    for (size_t i = 0; i < model->element_count; i++)
        if (!model->elements[i]->imported &&
            (model->elements[i]->kind == ELEMENT_DECISION || model->elements[i]->kind == ELEMENT_SERVICE))
            model->decisions[model->decision_count++] = model->elements[i]->name;
}

/* Names of context entries anywhere, so that paths can name them. */
static void collect_members(struct loader *loader, const xmlNode *node, unsigned depth)
{
    enum element_kind kind;
    for (const xmlNode *child = loader_child(node, NULL); child != NULL && depth < 200;
         child = loader_next(child, NULL)) {
        if (xml_is(child, NULL, "contextEntry") && loader_child(child, "variable") != NULL)
            loader_member(loader, loader_name(loader, loader_child(child, "variable"), "name"));
        if (xml_is(child, NULL, "column") || xml_is(child, NULL, "output"))
            loader_member(loader, loader_name(loader, child, "name"));
        if (element_kind_of(child, &kind)) loader_member(loader, loader_name(loader, child, "name"));
        collect_members(loader, child, depth + 1);
    }
}

/* FEEL that the evaluation of tables and iterators needs. */
static void load_helpers(struct loader *loader)
{
    static const char *const aggregates[] = {NULL, "sum(list)", "min(list)", "max(list)", "count(list)"};
    loader->scope_count = 0;
    loader_push(loader, STR("list"));
    loader->model->spread = loader_compile(loader, NULL, "for i in list return i", false);
    for (size_t i = 1; i < sizeof aggregates / sizeof *aggregates; i++)
        loader->model->aggregate[i] = loader_compile(loader, NULL, aggregates[i], false);
}

static void release_trees(xmlDoc **trees, size_t count)
{
    for (size_t i = 0; i < count; i++)
        xml_release(&trees[i]);
}

enum status dmn_load_with_imports(struct arena *arena, struct str xml, const struct str *imports,
                                  size_t import_count, const struct dmn_model **model, struct error *error)
{
    xml_auto document = NULL;
    struct loader *loader = arena_zalloc(arena, sizeof *loader);
    xmlDoc **trees = arena_array(arena, import_count, sizeof *trees);
    const xmlNode *root;
    enum status status = xml_parse(arena, xml, NULL, &document, error);
    if (status != STATUS_OK) return status;
    root = xmlDocGetRootElement(document);
    if (root == NULL || !xml_is(root, NULL, "definitions"))
        return error_set(error, arena, STATUS_INVALID, "dmn.root",
                         N_("Tệp này không phải là mô hình quyết định DMN."),
                         "the root element is no definitions");
    loader->arena = arena;
    loader->model = arena_zalloc(arena, sizeof *loader->model);
    loader_imports(loader, root, imports, import_count, trees);
    loader_items(loader);
    for (size_t i = 0; i < loader->document_count; i++)
        collect_members(loader, loader->documents[i].root, 0);
    load_elements(loader);
    list_decisions(loader);
    dmn_sort_declared(arena, loader->model);
    loader->document = loader->documents;
    load_helpers(loader);
    *model = loader->model;
    release_trees(trees, import_count);
    return STATUS_OK;
}

enum status dmn_load(struct arena *arena, struct str xml, const struct dmn_model **model, struct error *error)
{
    return dmn_load_with_imports(arena, xml, NULL, 0, model, error);
}
