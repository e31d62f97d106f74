/* Event definitions: what starts, ends, catches and throws. */
#include "builder.h"
#include "internal.h"

static const struct {
    const char *name;
    enum bpmn_trigger trigger;
} definitions[] = {
    {"messageEventDefinition", BPMN_MESSAGE},
    {"timerEventDefinition", BPMN_TIMER},
    {"signalEventDefinition", BPMN_SIGNAL},
    {"conditionalEventDefinition", BPMN_CONDITIONAL},
    {"errorEventDefinition", BPMN_ERROR},
    {"escalationEventDefinition", BPMN_ESCALATION},
    {"terminateEventDefinition", BPMN_TERMINATE},
    {"linkEventDefinition", BPMN_LINK},
    {"compensateEventDefinition", BPMN_COMPENSATION},
    {"cancelEventDefinition", BPMN_CANCEL},
};

static enum bpmn_trigger trigger_of(const xmlNode *xml)
{
    for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++)
        if (bpmn_is_bpmn(xml, definitions[i].name)) return definitions[i].trigger;
    return BPMN_NONE;
}

/* The one event definition of an event, its own or a shared one; more than one is not executed. */
static const xmlNode *find_definition(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    const xmlNode *found = NULL;
    for (const xmlNode *child = bpmn_child(xml, NULL); child != NULL; child = bpmn_next(child, NULL)) {
        const xmlNode *definition = NULL;
        if (bpmn_is_bpmn(child, "eventDefinitionRef")) {
            struct str reference = bpmn_text_of(builder, child);
            definition = bpmn_xml_by_id(builder, reference);
            if (definition == NULL || trigger_of(definition) == BPMN_NONE) {
                bpmn_refuse(builder, node, "bpmn.unknown_reference",
                            N_("Định nghĩa sự kiện không tồn tại: %s"), reference);
                continue;
            }
        } else if (trigger_of(child) != BPMN_NONE) {
            definition = child;
        }
        if (definition == NULL) continue;
        if (found != NULL) {
            bpmn_refuse(
                builder, node, "bpmn.multiple_events",
                N_("Sự kiện có nhiều định nghĩa cùng lúc chưa chạy được; hãy tách thành nhiều sự kiện."),
                STR_NULL);
            return found;
        }
        found = definition;
    }
    return found;
}

struct str bpmn_reference_name(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                               const char *key, enum bpmn_trigger trigger, const struct definition **found)
{
    struct str reference = bpmn_attribute(builder, xml, key);
    const struct definition *definition = bpmn_root_by_ref(builder, trigger, reference);
    *found = definition;
    if (definition == NULL) {
        if (reference.length > 0)
            bpmn_refuse(builder, node, "bpmn.unknown_reference",
                        N_("Tham chiếu tới định nghĩa không tồn tại: %s"), reference);
        return STR_NULL;
    }
    if (trigger == BPMN_ERROR || trigger == BPMN_ESCALATION)
        return definition->code.length > 0   ? definition->code
               : definition->name.length > 0 ? definition->name
                                             : definition->id;
    return definition->name.length > 0 ? definition->name : definition->id;
}

void bpmn_read_message_key(struct builder *builder, struct bpmn_node *node, const xmlNode *event,
                           const xmlNode *definition, const struct definition *message)
{
    struct str key = bpmn_motcua_attribute(builder, event, "correlationKey");
    if (key.length == 0 && definition != NULL)
        key = bpmn_motcua_attribute(builder, definition, "correlationKey");
    if (key.length == 0 && message != NULL)
        key = bpmn_motcua_attribute(builder, message->xml, "correlationKey");
    if (key.length == 0 && message != NULL)
        key = bpmn_attribute(builder, bpmn_extension_zeebe(message->xml, "subscription"), "correlationKey");
    if (key.length > 0) node->correlation_key = bpmn_read_value(builder, node, key);
}

/* A message or signal without definition goes by the name of its event. */
static void read_reference(struct builder *builder, struct bpmn_node *node, const xmlNode *event,
                           const xmlNode *definition)
{
    static const char *const keys[] = {[BPMN_MESSAGE] = "messageRef",
                                       [BPMN_SIGNAL] = "signalRef",
                                       [BPMN_ERROR] = "errorRef",
                                       [BPMN_ESCALATION] = "escalationRef"};
    const struct definition *found = NULL;
    struct str name =
        bpmn_reference_name(builder, node, definition, keys[node->trigger], node->trigger, &found);
    bool by_name = node->trigger == BPMN_MESSAGE || node->trigger == BPMN_SIGNAL;
    if (name.length == 0 && by_name) {
        name = node->name.length > 0 ? node->name : node->id;
        bpmn_warn(builder, node, "bpmn.no_reference",
                  N_("Sự kiện không chỉ rõ thông điệp hay tín hiệu; tên của sự kiện được dùng thay: %s"),
                  name);
        node->reference = bpmn_literal_value(name);
    } else if (name.length > 0) {
        node->reference = bpmn_read_value(builder, node, name);
    }
    node->any_code = !by_name && found != NULL && found->code.length == 0;
    if (node->trigger == BPMN_MESSAGE) bpmn_read_message_key(builder, node, event, definition, found);
    struct str variable = bpmn_extension_attribute(
        builder, definition, node->trigger == BPMN_ERROR ? "errorCodeVariable" : "escalationCodeVariable");
    node->code_variable = variable;
}

static bool is_timer_literal(struct bpmn_node *node, struct str text)
{
    struct span span;
    struct cycle cycle;
    instant when;
    switch (node->timer.kind) {
    case BPMN_TIMER_DURATION:
        return bpmn_span_from_text(text, &span);
    case BPMN_TIMER_DATE:
        return bpmn_instant_from_text(text, 0, &when);
    case BPMN_TIMER_CYCLE:
        return bpmn_cycle_from_text(text, 0, &cycle);
    }
    return false;
}

static bool is_limit(struct builder *builder, struct str text)
{
    struct limit_text limit;
    if (bpmn_limit_from_text(text, &limit)) return true;
    return builder->options->limit_readable != NULL &&
           builder->options->limit_readable(builder->options->user, text);
}

static bool looks_like_feel(struct str text)
{
    return str_find_char(text, '(') >= 0 || str_find_char(text, '@') >= 0;
}

static void read_timer(struct builder *builder, struct bpmn_node *node, const xmlNode *event,
                       const xmlNode *definition)
{
    static const char *const kinds[] = {"timeDuration", "timeDate", "timeCycle"};
    const xmlNode *value = NULL;
    for (int i = 0; i < 3 && value == NULL; i++) {
        value = bpmn_child(definition, kinds[i]);
        node->timer.kind = (enum bpmn_timer_kind)i;
    }
    struct str text = bpmn_text_of(builder, value);
    struct str clock = bpmn_motcua_attribute(builder, event, "clock");
    if (clock.length == 0) clock = bpmn_motcua_attribute(builder, definition, "clock");
    struct str limit = bpmn_motcua_attribute(builder, event, "limit");
    if (limit.length == 0) limit = bpmn_motcua_attribute(builder, definition, "limit");
    node->timer.working = str_equal_cstr(clock, "working");
    if (limit.length > 0) {
        text = limit;
        node->timer.kind = BPMN_TIMER_DURATION;
    }
    if (text.length == 0) {
        bpmn_refuse(builder, node, "bpmn.no_timer", N_("Bộ đếm giờ không có thời hạn, ngày giờ hay chu kỳ."),
                    STR_NULL);
        return;
    }
    node->timer.value = bpmn_read_value(builder, node, text);
    if (!node->timer.value.literal || is_timer_literal(node, text)) return;
    if (node->timer.kind == BPMN_TIMER_DURATION && is_limit(builder, text)) {
        struct limit_text parsed;
        node->timer.working = node->timer.working || !bpmn_limit_from_text(text, &parsed) || parsed.working;
        return;
    }
    if (looks_like_feel(text)) {
        node->timer.value = bpmn_read_expression(builder, node, text);
        return;
    }
    bpmn_refuse(builder, node, "bpmn.bad_timer",
                N_("Bộ đếm giờ không phải là thời hạn, ngày giờ hay chu kỳ theo ISO 8601: %s"), text);
}

static void read_compensation(struct builder *builder, struct bpmn_node *node, const xmlNode *definition)
{
    struct str reference = bpmn_attribute(builder, definition, "activityRef");
    if (str_equal(bpmn_attribute(builder, definition, "waitForCompletion"), STR("false")))
        bpmn_warn(builder, node, "bpmn.waits_for_undo",
                  N_("Ở đây sự kiện hoàn tác luôn chờ hoàn tác xong; waitForCompletion=\"false\" không có "
                     "tác dụng."),
                  STR_NULL);
    if (reference.length == 0) return;
    node->compensates = bpmn_node_by_ref(builder, reference);
    if (node->compensates == NULL || !bpmn_is_activity(node->compensates)) {
        node->compensates = NULL;
        bpmn_refuse(builder, node, "bpmn.unknown_reference", N_("Công việc cần hoàn tác không tồn tại: %s"),
                    reference);
    }
}

static void read_definition(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                            const xmlNode *definition)
{
    struct str text;
    switch (node->trigger) {
    case BPMN_MESSAGE:
    case BPMN_SIGNAL:
    case BPMN_ERROR:
    case BPMN_ESCALATION:
        read_reference(builder, node, xml, definition);
        break;
    case BPMN_TIMER:
        read_timer(builder, node, xml, definition);
        break;
    case BPMN_CONDITIONAL:
        text = bpmn_text_of(builder, bpmn_child(definition, "condition"));
        if (text.length == 0)
            bpmn_refuse(builder, node, "bpmn.no_condition", N_("Sự kiện điều kiện không có điều kiện."),
                        STR_NULL);
        node->condition = bpmn_read_expression(builder, node, text);
        break;
    case BPMN_LINK:
        text = str_trim(bpmn_attribute(builder, definition, "name"));
        node->reference = bpmn_literal_value(text.length > 0         ? text
                                             : node->name.length > 0 ? node->name
                                                                     : node->id);
        break;
    case BPMN_COMPENSATION:
        read_compensation(builder, node, definition);
        break;
    case BPMN_NONE:
    case BPMN_TERMINATE:
    case BPMN_CANCEL:
        break;
    }
}

void bpmn_read_event(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    const xmlNode *definition = find_definition(builder, node, xml);
    node->trigger = definition == NULL ? BPMN_NONE : trigger_of(definition);
    if (node->kind == BPMN_START_EVENT)
        node->interrupting = bpmn_attribute_bool(builder, xml, "isInterrupting", true);
    if (definition != NULL) read_definition(builder, node, xml, definition);
    bpmn_read_mappings(builder, node, xml);
}
