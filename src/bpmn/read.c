/*
 * BPMN XML → model. First pass: every flow element becomes a node or a flow; second: references are resolved
 * and details read; then the linter. What is wrong is a finding, and the model is still whole enough to look
 * at: no pointer of a finished model is dangling, however broken the file.
 */
#include <stdlib.h>

#include "builder.h"
#include "internal.h"
#include "motcua/base/utf8.h"

struct element_name {
    const char *name;
    enum bpmn_kind kind;
};

static const struct element_name element_names[] = {
    {"startEvent", BPMN_START_EVENT},
    {"endEvent", BPMN_END_EVENT},
    {"intermediateCatchEvent", BPMN_CATCH_EVENT},
    {"intermediateThrowEvent", BPMN_THROW_EVENT},
    {"boundaryEvent", BPMN_BOUNDARY_EVENT},
    {"task", BPMN_TASK},
    {"userTask", BPMN_USER_TASK},
    {"manualTask", BPMN_MANUAL_TASK},
    {"serviceTask", BPMN_SERVICE_TASK},
    {"sendTask", BPMN_SEND_TASK},
    {"receiveTask", BPMN_RECEIVE_TASK},
    {"businessRuleTask", BPMN_BUSINESS_RULE_TASK},
    {"scriptTask", BPMN_SCRIPT_TASK},
    {"callActivity", BPMN_CALL_ACTIVITY},
    {"subProcess", BPMN_SUBPROCESS},
    {"transaction", BPMN_SUBPROCESS},
    {"adHocSubProcess", BPMN_UNSUPPORTED},
    {"exclusiveGateway", BPMN_EXCLUSIVE_GATEWAY},
    {"parallelGateway", BPMN_PARALLEL_GATEWAY},
    {"inclusiveGateway", BPMN_INCLUSIVE_GATEWAY},
    {"eventBasedGateway", BPMN_EVENT_GATEWAY},
    {"complexGateway", BPMN_UNSUPPORTED},
    {"implicitThrowEvent", BPMN_UNSUPPORTED},
    {"event", BPMN_UNSUPPORTED},
    {"callChoreography", BPMN_UNSUPPORTED},
    {"choreographyTask", BPMN_UNSUPPORTED},
    {"subChoreography", BPMN_UNSUPPORTED},
};

static const struct element_name *element_by_name(const xmlNode *xml)
{
    for (size_t i = 0; i < sizeof element_names / sizeof *element_names; i++)
        if (bpmn_is_bpmn(xml, element_names[i].name)) return &element_names[i];
    return NULL;
}

static struct bpmn_node *add_node(struct builder *builder, const xmlNode *xml, enum bpmn_kind kind,
                                  const char *type, const struct bpmn_node *parent)
{
    struct bpmn_node *node = arena_zalloc(builder->arena, sizeof *node);
    node->kind = kind;
    node->type = type;
    node->id = bpmn_attribute(builder, xml, "id");
    node->name = str_trim(bpmn_attribute(builder, xml, "name"));
    node->documentation = bpmn_text_of(builder, bpmn_child(xml, "documentation"));
    node->index = (unsigned)builder->nodes.count;
    node->line = xml_line(xml);
    node->parent = parent;
    node->process = parent == NULL ? node : parent->process;
    bool missing = node->id.length == 0;
    if (missing) node->id = str_of(arena_printf(builder->arena, "_%s_%u", type, node->index));
    VEC_PUSH(builder->arena, &builder->nodes, node);
    VEC_PUSH(builder->arena, &builder->sources, xml);
    bpmn_read_attributes(builder, node, xml);
    if (missing)
        bpmn_warn(builder, node, "bpmn.no_id",
                  N_("Phần tử không có id; hãy đặt id để các hồ sơ đang chạy bám được vào nó."), STR_NULL);
    return node;
}

static void add_flow(struct builder *builder, const xmlNode *xml)
{
    struct bpmn_flow *flow = arena_zalloc(builder->arena, sizeof *flow);
    flow->id = bpmn_attribute(builder, xml, "id");
    flow->name = str_trim(bpmn_attribute(builder, xml, "name"));
    flow->index = (unsigned)builder->flows.count;
    flow->line = xml_line(xml);
    if (flow->id.length == 0) flow->id = str_of(arena_printf(builder->arena, "_flow_%u", flow->index));
    VEC_PUSH(builder->arena, &builder->flows, flow);
    VEC_PUSH(builder->arena, &builder->flow_sources, xml);
}

static void read_container(struct builder *builder, const xmlNode *xml, struct bpmn_node *parent,
                           unsigned depth)
{
    VEC(const struct bpmn_node *) children = {0};
    for (const xmlNode *child = bpmn_child(xml, NULL); child != NULL; child = bpmn_next(child, NULL)) {
        if (builder->nodes.count + builder->flows.count >= BPMN_MAXIMUM_ELEMENTS) {
            builder->too_many = true;
            break;
        }
        if (bpmn_is_bpmn(child, "sequenceFlow")) {
            add_flow(builder, child);
            continue;
        }
        const struct element_name *element = element_by_name(child);
        if (element == NULL) continue; /* data, lanes, artifacts, what the standard does not execute */
        enum bpmn_kind kind = element->kind;
        if (kind == BPMN_SUBPROCESS && bpmn_attribute_bool(builder, child, "triggeredByEvent", false))
            kind = BPMN_EVENT_SUBPROCESS;
        struct bpmn_node *node = add_node(builder, child, kind, element->name, parent);
        VEC_PUSH(builder->arena, &children, node);
        if (kind != BPMN_SUBPROCESS && kind != BPMN_EVENT_SUBPROCESS) continue;
        node->transaction = bpmn_is_bpmn(child, "transaction");
        if (depth >= BPMN_MAXIMUM_NESTING)
            bpmn_refuse(builder, node, "bpmn.too_deep",
                        N_("Quy trình con lồng nhau quá sâu (tối đa 32 mức)."), STR_NULL);
        else
            read_container(builder, child, node, depth + 1);
    }
    parent->children = children.items;
    parent->child_count = children.count;
}

static void read_roots(struct builder *builder)
{
    static const struct {
        const char *name, *code;
        enum bpmn_trigger trigger;
    } kinds[] = {{"message", NULL, BPMN_MESSAGE},
                 {"signal", NULL, BPMN_SIGNAL},
                 {"error", "errorCode", BPMN_ERROR},
                 {"escalation", "escalationCode", BPMN_ESCALATION}};
    for (const xmlNode *child = bpmn_child(builder->definitions, NULL); child != NULL;
         child = bpmn_next(child, NULL)) {
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            if (!bpmn_is_bpmn(child, kinds[i].name) || builder->roots.count >= BPMN_MAXIMUM_ELEMENTS)
                continue;
            struct definition definition = {.trigger = kinds[i].trigger,
                                            .id = bpmn_attribute(builder, child, "id"),
                                            .name = str_trim(bpmn_attribute(builder, child, "name")),
                                            .xml = child};
            if (kinds[i].code != NULL)
                definition.code = str_trim(bpmn_attribute(builder, child, kinds[i].code));
            VEC_PUSH(builder->arena, &builder->roots, definition);
        }
    }
}

static void read_processes(struct builder *builder)
{
    VEC(const struct bpmn_node *) processes = {0};
    bool any_executable = false;
    for (const xmlNode *child = bpmn_child(builder->definitions, "process");
         child != NULL && !builder->too_many; child = bpmn_next(child, "process")) {
        struct bpmn_node *process = add_node(builder, child, BPMN_PROCESS, "process", NULL);
        process->executable = bpmn_attribute_bool(builder, child, "isExecutable", false);
        any_executable = any_executable || process->executable;
        VEC_PUSH(builder->arena, &processes, process);
        read_container(builder, child, process, 0);
    }
    for (size_t i = 0; i < processes.count && !any_executable; i++) {
        struct bpmn_node *process = bpmn_node_of(builder, processes.items[i]);
        if (process->child_count == 0) continue;
        process->executable = true;
        bpmn_note(builder, process, "bpmn.not_executable",
                  N_("Không có quy trình nào được đánh dấu isExecutable; mọi quy trình trong tệp được coi là "
                     "chạy được."),
                  STR_NULL);
    }
    builder->model->processes = processes.items;
    builder->model->process_count = processes.count;
}

static int compare_entries(const void *left, const void *right)
{
    const struct id_entry *a = left, *b = right;
    int order = str_compare(a->id, b->id);
    if (order != 0) return order;
    unsigned first = a->node != NULL ? a->node->index : a->flow->index + BPMN_MAXIMUM_ELEMENTS;
    unsigned second = b->node != NULL ? b->node->index : b->flow->index + BPMN_MAXIMUM_ELEMENTS;
    return (first > second) - (first < second);
}

static void index_elements(struct builder *builder)
{
    size_t count = builder->nodes.count + builder->flows.count;
    struct id_entry *ids = arena_array(builder->arena, count + 1, sizeof *ids);
    for (size_t i = 0; i < builder->nodes.count; i++)
        ids[i] = (struct id_entry){.id = builder->nodes.items[i]->id, .node = builder->nodes.items[i]};
    for (size_t i = 0; i < builder->flows.count; i++)
        ids[builder->nodes.count + i] =
            (struct id_entry){.id = builder->flows.items[i]->id, .flow = builder->flows.items[i]};
    qsort(ids, count, sizeof *ids, compare_entries);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && str_equal(ids[kept - 1].id, ids[i].id)) {
            const struct bpmn_node *node = ids[i].node;
            bpmn_report(builder, BPMN_ERROR_FINDING, true, node, ids[i].id,
                        node ? node->line : ids[i].flow->line, "bpmn.duplicate_id",
                        N_("Id bị dùng hai lần: %s"),
                        arena_strndup(builder->arena, ids[i].id.data, ids[i].id.length));
        } else {
            ids[kept++] = ids[i];
        }
    }
    builder->ids = ids;
    builder->id_count = kept;
}

/* "FEEL", its address in DMN, or the unified expression language by any of its names. */
static void check_language(struct builder *builder, const struct bpmn_node *node, struct str language)
{
    static const char *const known[] = {"", "feel", "juel", "uel", "el"};
    language = str_trim(language);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_equal_ignore_case(language, str_of(known[i]))) return;
    if (str_find(language, STR("FEEL")) >= 0) return;
    bpmn_warn(builder, node, "bpmn.expression_language",
              N_("Điều kiện ghi là viết bằng %s; ở đây nó được đọc như FEEL."), language);
}

static void resolve_flow(struct builder *builder, struct bpmn_flow *flow, const xmlNode *xml)
{
    struct bpmn_node *source = bpmn_node_by_ref(builder, bpmn_attribute(builder, xml, "sourceRef"));
    struct bpmn_node *target = bpmn_node_by_ref(builder, bpmn_attribute(builder, xml, "targetRef"));
    flow->source = source;
    flow->target = target;
    const struct bpmn_node *process = source != NULL ? source : target;
    if (source == NULL || target == NULL || source->kind == BPMN_PROCESS || target->kind == BPMN_PROCESS) {
        bpmn_report(builder, BPMN_ERROR_FINDING, true, process, flow->id, flow->line,
                    "bpmn.unknown_reference", N_("Luồng nối tới phần tử không tồn tại: %s"),
                    arena_strndup(builder->arena, flow->id.data, flow->id.length));
        flow->source = flow->target = NULL;
        return;
    }
    if (source->parent != target->parent) {
        bpmn_report(builder, BPMN_ERROR_FINDING, true, source, flow->id, flow->line,
                    "bpmn.flow_across_scopes", N_("Luồng không được đi qua ranh giới quy trình con: %s"),
                    arena_strndup(builder->arena, flow->id.data, flow->id.length));
        flow->source = flow->target = NULL;
        return;
    }
    const xmlNode *condition = bpmn_child(xml, "conditionExpression");
    if (condition == NULL) return;
    flow->condition = bpmn_read_expression(builder, source, bpmn_text_of(builder, condition));
    check_language(builder, source, bpmn_attribute(builder, condition, "language"));
}

/* Outgoing flows in the order of <outgoing>, then those that are not listed there in document order. */
static void order_outgoing(struct builder *builder, struct bpmn_node *node, const struct bpmn_flow **flows,
                           size_t count)
{
    size_t placed = 0;
    for (const xmlNode *item = bpmn_child(builder->sources.items[node->index], "outgoing"); item != NULL;
         item = bpmn_next(item, "outgoing")) {
        const struct bpmn_flow *flow = bpmn_flow_by_ref(builder, bpmn_text_of(builder, item));
        for (size_t i = placed; i < count && flow != NULL; i++) {
            if (flows[i] != flow) continue;
            memmove(&flows[placed + 1], &flows[placed], (i - placed) * sizeof *flows);
            flows[placed++] = flow;
            break;
        }
    }
    node->outgoing = flows;
    node->outgoing_count = count;
}

static void connect(struct builder *builder)
{
    size_t count = builder->nodes.count;
    size_t *in = arena_array(builder->arena, count, sizeof *in);
    size_t *out = arena_array(builder->arena, count, sizeof *out);
    const struct bpmn_flow ***incoming = arena_array(builder->arena, count, sizeof *incoming);
    const struct bpmn_flow ***outgoing = arena_array(builder->arena, count, sizeof *outgoing);
    for (size_t i = 0; i < builder->flows.count; i++) {
        const struct bpmn_flow *flow = builder->flows.items[i];
        if (flow->source != NULL) {
            out[flow->source->index]++;
            in[flow->target->index]++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        incoming[i] = arena_array(builder->arena, in[i], sizeof **incoming);
        outgoing[i] = arena_array(builder->arena, out[i], sizeof **outgoing);
        in[i] = out[i] = 0;
    }
    for (size_t i = 0; i < builder->flows.count; i++) {
        const struct bpmn_flow *flow = builder->flows.items[i];
        if (flow->source != NULL) {
            outgoing[flow->source->index][out[flow->source->index]++] = flow;
            incoming[flow->target->index][in[flow->target->index]++] = flow;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct bpmn_node *node = builder->nodes.items[i];
        node->incoming = incoming[i];
        node->incoming_count = in[i];
        order_outgoing(builder, node, outgoing[i], out[i]);
        struct str by_default = bpmn_attribute(builder, builder->sources.items[i], "default");
        struct bpmn_flow *flow = bpmn_flow_by_ref(builder, by_default);
        if (flow != NULL && flow->source == node) {
            node->default_flow = flow;
            flow->is_default = true;
        } else if (by_default.length > 0) {
            bpmn_refuse(builder, node, "bpmn.unknown_reference", N_("Luồng mặc định không tồn tại: %s"),
                        by_default);
        }
    }
}

static void read_boundary(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    struct str reference = bpmn_attribute(builder, xml, "attachedToRef");
    struct bpmn_node *host = bpmn_node_by_ref(builder, reference);
    node->interrupting = bpmn_attribute_bool(builder, xml, "cancelActivity", true);
    if (host == NULL) {
        bpmn_refuse(builder, node, "bpmn.unknown_reference",
                    N_("Sự kiện biên gắn vào phần tử không tồn tại: %s"), reference);
    } else if (!bpmn_is_activity(host) || host->parent != node->parent) {
        bpmn_refuse(builder, node, "bpmn.event_place",
                    N_("Sự kiện biên chỉ gắn được vào một công việc hay quy trình con ở cùng cấp."),
                    STR_NULL);
    } else {
        node->attached_to = host;
    }
}

static void collect_boundaries(struct builder *builder)
{
    for (size_t i = 0; i < builder->nodes.count; i++) {
        const struct bpmn_node *event = builder->nodes.items[i];
        struct bpmn_node *host = bpmn_node_of(builder, event->attached_to);
        if (host == NULL) continue;
        const struct bpmn_node **grown = arena_array(builder->arena, host->boundary_count + 1, sizeof *grown);
        if (host->boundary_count > 0) memcpy(grown, host->boundary, host->boundary_count * sizeof *grown);
        grown[host->boundary_count++] = event;
        host->boundary = grown;
    }
}

static void read_lanes(struct builder *builder, const xmlNode *set, unsigned depth)
{
    for (const xmlNode *lane = bpmn_child(set, "lane"); lane != NULL && depth < 16;
         lane = bpmn_next(lane, "lane")) {
        struct str name = str_trim(bpmn_attribute(builder, lane, "name"));
        for (const xmlNode *item = bpmn_child(lane, "flowNodeRef"); item != NULL;
             item = bpmn_next(item, "flowNodeRef")) {
            struct bpmn_node *node = bpmn_node_by_ref(builder, bpmn_text_of(builder, item));
            if (node != NULL) node->lane = name; /* an inner lane is read later and wins */
        }
        const xmlNode *inner = bpmn_child(lane, "childLaneSet");
        if (inner != NULL) read_lanes(builder, inner, depth + 1);
    }
}

/* Compensation handlers hang on their boundary event by an association, links go by name. */
static void read_associations(struct builder *builder, const xmlNode *container)
{
    for (const xmlNode *item = bpmn_child(container, "association"); item != NULL;
         item = bpmn_next(item, "association")) {
        struct bpmn_node *source = bpmn_node_by_ref(builder, bpmn_attribute(builder, item, "sourceRef"));
        struct bpmn_node *target = bpmn_node_by_ref(builder, bpmn_attribute(builder, item, "targetRef"));
        if (source != NULL && target != NULL && source->kind == BPMN_BOUNDARY_EVENT &&
            source->trigger == BPMN_COMPENSATION && bpmn_is_activity(target) &&
            target->parent == source->parent)
            source->handler = target;
    }
}

static void read_participants(struct builder *builder)
{
    const xmlNode *collaboration = bpmn_child(builder->definitions, "collaboration");
    for (const xmlNode *item = bpmn_child(collaboration, "participant"); item != NULL;
         item = bpmn_next(item, "participant")) {
        struct bpmn_node *process = bpmn_node_by_ref(builder, bpmn_attribute(builder, item, "processRef"));
        if (process != NULL && process->kind == BPMN_PROCESS && process->name.length == 0)
            process->name = str_trim(bpmn_attribute(builder, item, "name"));
    }
    for (const xmlNode *item = bpmn_child(collaboration, "messageFlow"); item != NULL;
         item = bpmn_next(item, "messageFlow")) {
        struct bpmn_message_flow flow = {0};
        const char *const ends[] = {"sourceRef", "targetRef"};
        for (int i = 0; i < 2; i++) {
            struct str reference = bpmn_attribute(builder, item, ends[i]);
            const struct bpmn_node *node = bpmn_node_by_ref(builder, reference);
            if (node == NULL)
                node = bpmn_node_by_ref(
                    builder, bpmn_attribute(builder, bpmn_xml_by_id(builder, reference), "processRef"));
            *(i == 0 ? &flow.source : &flow.target) = node;
        }
        VEC_PUSH(builder->arena, &builder->message_flows, flow);
    }
}

static void read_details(struct builder *builder)
{
    for (size_t i = 0; i < builder->nodes.count; i++) {
        struct bpmn_node *node = builder->nodes.items[i];
        const xmlNode *xml = builder->sources.items[i];
        if (node->kind == BPMN_BOUNDARY_EVENT) read_boundary(builder, node, xml);
        if (node->kind == BPMN_PROCESS)
            for (const xmlNode *set = bpmn_child(xml, "laneSet"); set != NULL;
                 set = bpmn_next(set, "laneSet"))
                read_lanes(builder, set, 0);
    }
    for (size_t i = 0; i < builder->nodes.count; i++) {
        struct bpmn_node *node = builder->nodes.items[i];
        const xmlNode *xml = builder->sources.items[i];
        if (node->kind >= BPMN_START_EVENT && node->kind <= BPMN_BOUNDARY_EVENT)
            bpmn_read_event(builder, node, xml);
        else if (bpmn_is_activity(node) || node->kind == BPMN_EVENT_SUBPROCESS)
            bpmn_read_activity(builder, node, xml);
        else if (node->kind == BPMN_EVENT_GATEWAY)
            node->instantiate = bpmn_attribute_bool(builder, xml, "instantiate", false);
    }
    for (size_t i = 0; i < builder->nodes.count; i++)
        if (bpmn_is_scope(builder->nodes.items[i])) read_associations(builder, builder->sources.items[i]);
    read_associations(builder, bpmn_child(builder->definitions, "collaboration"));
    collect_boundaries(builder);
    read_participants(builder);
}

/* A process that is not to be executed may be drawn as it likes: its errors become remarks. */
static void soften(struct builder *builder)
{
    for (size_t i = 0; i < builder->findings.count; i++) {
        struct bpmn_finding *finding = &builder->findings.items[i];
        struct bpmn_node *process =
            finding->process.length > 0 ? bpmn_node_by_ref(builder, finding->process) : NULL;
        if (process == NULL || process->executable || finding->severity != BPMN_ERROR_FINDING) continue;
        finding->severity = BPMN_WARNING;
    }
}

static void finish(struct builder *builder)
{
    struct bpmn_model *model = builder->model;
    const struct bpmn_node **nodes = arena_array(builder->arena, builder->nodes.count, sizeof *nodes);
    for (size_t i = 0; i < builder->nodes.count; i++)
        nodes[i] = builder->nodes.items[i];
    const struct bpmn_flow **flows = arena_array(builder->arena, builder->flows.count, sizeof *flows);
    for (size_t i = 0; i < builder->flows.count; i++)
        flows[i] = builder->flows.items[i];
    model->nodes = nodes;
    model->node_count = builder->nodes.count;
    model->flows = flows;
    model->flow_count = builder->flows.count;
    model->message_flows = builder->message_flows.items;
    model->message_flow_count = builder->message_flows.count;
    struct bpmn_index *index = arena_zalloc(builder->arena, sizeof *index);
    index->ids = builder->ids;
    index->id_count = builder->id_count;
    model->index = index;
    index->joins = bpmn_joins_build(model, builder->arena);
}

/* A throwing link goes on at the catching one of its name in the same scope. */
static void connect_links(struct builder *builder)
{
    for (size_t i = 0; i < builder->nodes.count; i++) {
        struct bpmn_node *node = builder->nodes.items[i];
        if (node->kind != BPMN_THROW_EVENT || node->trigger != BPMN_LINK || node->parent == NULL) continue;
        for (size_t k = 0; k < node->parent->child_count && node->link_target == NULL; k++) {
            const struct bpmn_node *other = node->parent->children[k];
            if (other->kind == BPMN_CATCH_EVENT && other->trigger == BPMN_LINK &&
                str_equal(other->reference.text, node->reference.text))
                node->link_target = other;
        }
    }
}

static enum status read_document(struct builder *builder, struct error *error)
{
    read_roots(builder);
    read_processes(builder);
    if (builder->too_many)
        return error_set(error, builder->arena, STATUS_TOO_LARGE, "bpmn.too_many_elements",
                         N_("Quy trình có quá nhiều phần tử (tối đa 10000)."), NULL);
    if (builder->model->process_count == 0)
        return error_set(error, builder->arena, STATUS_INVALID, "bpmn.no_process",
                         N_("Tệp BPMN không có quy trình nào."), NULL);
    bpmn_collect_names(builder);
    index_elements(builder);
    for (size_t i = 0; i < builder->flows.count; i++)
        resolve_flow(builder, builder->flows.items[i], builder->flow_sources.items[i]);
    connect(builder);
    read_details(builder);
    connect_links(builder);
    finish(builder);
    bpmn_lint_structure(builder);
    bpmn_lint_details(builder);
    if (!builder->options->quick) {
        bpmn_lint_soundness(builder);
        bpmn_lint_calls(builder);
    }
    soften(builder);
    builder->model->findings = builder->findings.items;
    builder->model->finding_count = builder->findings.count;
    return STATUS_OK;
}

enum status bpmn_model_parse(struct arena *arena, struct str xml, const struct bpmn_parse_options *options,
                             const struct bpmn_model **model, struct error *error)
{
    static const struct bpmn_parse_options no_options;
    struct xml_limits limits = {.size = BPMN_MAXIMUM_XML, .depth = 150, .nodes = 400000};
    xml_auto document = NULL;
    enum status status = xml_parse(arena, xml, &limits, &document, error);
    if (status != STATUS_OK) return status;
    struct builder builder = {.arena = arena, .options = options != NULL ? options : &no_options};
    builder.definitions = xmlDocGetRootElement(document);
    if (!bpmn_is_bpmn(builder.definitions, "definitions"))
        return error_set(error, arena, STATUS_INVALID, "bpmn.not_bpmn",
                         N_("Tệp không phải là BPMN 2.0 (thiếu phần tử definitions)."), NULL);
    builder.model = arena_zalloc(arena, sizeof *builder.model);
    builder.model->key = arena_str(arena, builder.options->key);
    builder.model->name = bpmn_attribute(&builder, builder.definitions, "name");
    status = read_document(&builder, error);
    if (status == STATUS_OK) *model = builder.model;
    return status;
}
