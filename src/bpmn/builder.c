/* Findings and look-ups while a model is read. */
#include "builder.h"
#include "internal.h"

#define MAXIMUM_FINDINGS 1000

void bpmn_report(struct builder *builder, enum bpmn_severity severity, bool blocking,
                 const struct bpmn_node *node, struct str element, long line, const char *code,
                 const char *message, const char *argument)
{
    if (builder->findings.count >= MAXIMUM_FINDINGS && !blocking) return;
    struct bpmn_finding finding = {.severity = severity,
                                   .blocking = blocking,
                                   .code = code,
                                   .message = message,
                                   .argument = argument,
                                   .element = element,
                                   .line = line};
    if (node != NULL) {
        if (element.length == 0) finding.element = node->id;
        if (line == 0) finding.line = node->line;
        if (node->process != NULL) finding.process = node->process->id;
    }
    VEC_PUSH(builder->arena, &builder->findings, finding);
}

static const char *text_argument(struct builder *builder, struct str argument)
{
    return argument.length == 0 ? NULL : arena_strndup(builder->arena, argument.data, argument.length);
}

void bpmn_refuse(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
                 struct str argument)
{
    bpmn_report(builder, BPMN_ERROR_FINDING, true, node, STR_NULL, 0, code, message,
                text_argument(builder, argument));
}

void bpmn_object(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
                 struct str argument)
{
    bpmn_report(builder, BPMN_ERROR_FINDING, false, node, STR_NULL, 0, code, message,
                text_argument(builder, argument));
}

void bpmn_warn(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
               struct str argument)
{
    bpmn_report(builder, BPMN_WARNING, false, node, STR_NULL, 0, code, message,
                text_argument(builder, argument));
}

void bpmn_note(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
               struct str argument)
{
    bpmn_report(builder, BPMN_INFO, false, node, STR_NULL, 0, code, message,
                text_argument(builder, argument));
}

struct bpmn_node *bpmn_node_of(struct builder *builder, const struct bpmn_node *node)
{
    return node == NULL ? NULL : builder->nodes.items[node->index];
}

static const struct id_entry *find_entry(const struct id_entry *ids, size_t count, struct str id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(ids[middle].id, id);
        if (order == 0) return &ids[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const struct id_entry *entry_by_ref(struct builder *builder, struct str reference)
{
    reference = str_trim(reference);
    if (reference.length == 0) return NULL;
    const struct id_entry *entry = find_entry(builder->ids, builder->id_count, reference);
    return entry != NULL ? entry : find_entry(builder->ids, builder->id_count, bpmn_local_part(reference));
}

struct bpmn_node *bpmn_node_by_ref(struct builder *builder, struct str reference)
{
    const struct id_entry *entry = entry_by_ref(builder, reference);
    return entry == NULL ? NULL : entry->node;
}

struct bpmn_flow *bpmn_flow_by_ref(struct builder *builder, struct str reference)
{
    const struct id_entry *entry = entry_by_ref(builder, reference);
    return entry == NULL ? NULL : entry->flow;
}

const struct definition *bpmn_root_by_ref(struct builder *builder, enum bpmn_trigger trigger,
                                          struct str reference)
{
    reference = str_trim(reference);
    for (int pass = 0; pass < 2 && reference.length > 0; pass++) {
        for (size_t i = 0; i < builder->roots.count; i++)
            if (builder->roots.items[i].trigger == trigger &&
                str_equal(builder->roots.items[i].id, reference))
                return &builder->roots.items[i];
        reference = bpmn_local_part(reference);
    }
    return NULL;
}

bool bpmn_is_activity(const struct bpmn_node *node)
{
    return node->kind >= BPMN_TASK && node->kind <= BPMN_SUBPROCESS;
}

bool bpmn_is_scope(const struct bpmn_node *node)
{
    return node->kind == BPMN_PROCESS || node->kind == BPMN_SUBPROCESS || node->kind == BPMN_EVENT_SUBPROCESS;
}

const struct bpmn_node *bpmn_model_node(const struct bpmn_model *model, struct str id)
{
    const struct id_entry *entry = find_entry(model->index->ids, model->index->id_count, id);
    return entry == NULL ? NULL : entry->node;
}

const struct bpmn_flow *bpmn_model_flow(const struct bpmn_model *model, struct str id)
{
    const struct id_entry *entry = find_entry(model->index->ids, model->index->id_count, id);
    return entry == NULL || entry->flow == NULL || entry->flow->source == NULL ? NULL : entry->flow;
}

const struct bpmn_node *bpmn_model_process(const struct bpmn_model *model, struct str id)
{
    for (size_t i = 0; i < model->process_count; i++) {
        const struct bpmn_node *process = model->processes[i];
        if (id.length == 0 ? process->executable : str_equal(process->id, id)) return process;
    }
    return NULL;
}

bool bpmn_model_has_errors(const struct bpmn_model *model, const struct bpmn_node *process,
                           bool blocking_only)
{
    for (size_t i = 0; i < model->finding_count; i++) {
        const struct bpmn_finding *finding = &model->findings[i];
        bool here =
            process == NULL || finding->process.length == 0 || str_equal(finding->process, process->id);
        if (here && finding->severity == BPMN_ERROR_FINDING && (finding->blocking || !blocking_only))
            return true;
    }
    return false;
}

const char *bpmn_finding_text(struct arena *arena, const struct bpmn_finding *finding)
{
    const char *place = strstr(finding->message, "%s");
    if (place == NULL) return finding->message;
    return arena_printf(arena, "%.*s%s%s", (int)(place - finding->message), finding->message,
                        finding->argument == NULL ? "" : finding->argument, place + 2);
}

const char *bpmn_severity_name(enum bpmn_severity severity)
{
    static const char *const names[] = {"info", "warning", "error"};
    return names[severity];
}

const char *bpmn_trigger_name(enum bpmn_trigger trigger)
{
    static const char *const names[] = {"none",        "message",      "timer",      "signal",
                                        "conditional", "error",        "escalation", "terminate",
                                        "link",        "compensation", "cancel"};
    return names[trigger];
}
