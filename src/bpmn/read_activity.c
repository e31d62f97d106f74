/* Tasks, call activities, loops, data mappings and roles, with the extension attributes of the usual engines.
 */
#include "builder.h"
#include "motcua/base/buf.h"

/* ---- mappings ---- */

struct mapping_list {
    VEC(struct bpmn_mapping) list;
};

static void add_mapping(struct builder *builder, struct mapping_list *mappings, struct str target,
                        struct bpmn_expression value, bool all)
{
    if (target.length == 0 && !all) return;
    VEC_PUSH(builder->arena, &mappings->list,
             ((struct bpmn_mapping){.target = target, .value = value, .all = all}));
}

/* <camunda:inputParameter name="x">text, script, list or map</camunda:inputParameter> */
static struct bpmn_expression parameter_value(struct builder *builder, struct bpmn_node *node,
                                              const xmlNode *xml)
{
    const xmlNode *script = xml_child(xml, NULL, "script");
    if (script != NULL) return bpmn_read_expression(builder, node, bpmn_text_of(builder, script));
    const xmlNode *list = xml_child(xml, NULL, "list"), *map = xml_child(xml, NULL, "map");
    if (list == NULL && map == NULL) return bpmn_read_value(builder, node, bpmn_text_of(builder, xml));
    BUF_AUTO out = BUF_WITH_MAXIMUM(32768);
    buf_append_char(&out, list != NULL ? '[' : '{');
    const char *item_name = list != NULL ? NULL : "entry";
    size_t count = 0;
    for (const xmlNode *item = xml_child(list != NULL ? list : map, NULL, item_name); item != NULL;
         item = xml_next(item, NULL, item_name)) {
        struct bpmn_expression value = bpmn_read_value(builder, node, bpmn_text_of(builder, item));
        const char *literal =
            value.literal || value.text.length == 0
                ? feel_literal(builder->arena, feel_string(builder->arena, value.text), 16384)
                : arena_strndup(builder->arena, value.text.data, value.text.length);
        struct str key = bpmn_attribute(builder, item, "key");
        const char *name = feel_literal(builder->arena, feel_string(builder->arena, key), 1024);
        buf_printf(&out, "%s%s%s%s", count++ > 0 ? ", " : "", list == NULL && name != NULL ? name : "",
                   list == NULL ? ": " : "", literal == NULL ? "null" : literal);
    }
    buf_append_char(&out, list != NULL ? ']' : '}');
    return bpmn_read_expression(builder, node, buf_copy(&out, builder->arena));
}

static void read_zeebe_io(struct builder *builder, struct bpmn_node *node, const xmlNode *io,
                          struct mapping_list *inputs, struct mapping_list *outputs)
{
    for (const xmlNode *child = xml_child(io, NULL, NULL); child != NULL;
         child = xml_next(child, NULL, NULL)) {
        bool input = xml_is(child, NULL, "input"), output = xml_is(child, NULL, "output");
        if (!input && !output) continue;
        struct str source = bpmn_attribute(builder, child, "source");
        struct bpmn_expression value = source.length > 0 && source.data[0] == '='
                                           ? bpmn_read_expression(builder, node, source)
                                           : bpmn_read_value(builder, node, source);
        add_mapping(builder, input ? inputs : outputs, bpmn_attribute(builder, child, "target"), value,
                    false);
        node->outputs_only = node->outputs_only || output;
    }
}

static void read_camunda_io(struct builder *builder, struct bpmn_node *node, const xmlNode *io,
                            struct mapping_list *inputs, struct mapping_list *outputs)
{
    for (const xmlNode *child = xml_child(io, NULL, NULL); child != NULL;
         child = xml_next(child, NULL, NULL)) {
        bool input = xml_is(child, NULL, "inputParameter"), output = xml_is(child, NULL, "outputParameter");
        if (input || output)
            add_mapping(builder, input ? inputs : outputs, bpmn_attribute(builder, child, "name"),
                        parameter_value(builder, node, child), false);
    }
}

/* Name behind an item reference: dataObjectReference → dataObject, dataInput, property ... */
static struct str item_name(struct builder *builder, struct str reference)
{
    const xmlNode *item = bpmn_xml_by_id(builder, reference);
    if (item == NULL) return bpmn_local_part(reference);
    struct str name = str_trim(bpmn_attribute(builder, item, "name"));
    if (name.length == 0 && bpmn_is_bpmn(item, "dataObjectReference")) {
        const xmlNode *object_xml = bpmn_xml_by_id(builder, bpmn_attribute(builder, item, "dataObjectRef"));
        name = str_trim(bpmn_attribute(builder, object_xml, "name"));
    }
    return name.length > 0 ? name : bpmn_attribute(builder, item, "id");
}

/* What a modeler writes for a drawn arrow between a data object and an activity without data of its own. */
static bool is_placeholder(struct str name)
{
    return name.length == 0 || str_equal_cstr(name, "__targetRef_placeholder");
}

/* dataInputAssociation, dataOutputAssociation (BPMN 2.0.2, 10.4.2). A mere drawing moves no data. */
static void read_association(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                             struct mapping_list *mappings)
{
    struct str source = item_name(builder, bpmn_text_of(builder, bpmn_child(xml, "sourceRef")));
    struct str target = item_name(builder, bpmn_text_of(builder, bpmn_child(xml, "targetRef")));
    const xmlNode *transformation = bpmn_child(xml, "transformation");
    const xmlNode *assignment = bpmn_child(xml, "assignment");
    for (; assignment != NULL; assignment = bpmn_next(assignment, "assignment")) {
        struct str to = bpmn_text_of(builder, bpmn_child(assignment, "to"));
        struct bpmn_expression value =
            bpmn_read_expression(builder, node, bpmn_text_of(builder, bpmn_child(assignment, "from")));
        add_mapping(builder, mappings, bpmn_xml_by_id(builder, to) != NULL ? item_name(builder, to) : to,
                    value, false);
    }
    if (bpmn_child(xml, "assignment") != NULL || is_placeholder(target) ||
        (is_placeholder(source) && transformation == NULL))
        return;
    struct bpmn_expression value =
        transformation != NULL ? bpmn_read_expression(builder, node, bpmn_text_of(builder, transformation))
                               : bpmn_variable_value(builder, source);
    add_mapping(builder, mappings, target, value, false);
}

static void read_call_mapping(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                              struct mapping_list *mappings)
{
    struct str source = bpmn_attribute(builder, xml, "source");
    struct str expression = bpmn_attribute(builder, xml, "sourceExpression");
    struct str variables = bpmn_attribute(builder, xml, "variables");
    struct str target = bpmn_attribute(builder, xml, "target");
    if (str_equal_cstr(variables, "all"))
        add_mapping(builder, mappings, STR_NULL, (struct bpmn_expression){0}, true);
    else if (expression.length > 0)
        add_mapping(builder, mappings, target, bpmn_read_value(builder, node, expression), false);
    else if (source.length > 0)
        add_mapping(builder, mappings, target, bpmn_variable_value(builder, source), false);
}

static void read_call_data(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                           struct mapping_list *inputs, struct mapping_list *outputs)
{
    bool any = inputs->list.count + outputs->list.count > 0;
    for (const xmlNode *child = bpmn_child(xml, NULL); child != NULL; child = bpmn_next(child, NULL)) {
        if (bpmn_is_bpmn(child, "dataInputAssociation"))
            read_association(builder, node, child, inputs);
        else if (bpmn_is_bpmn(child, "dataOutputAssociation"))
            read_association(builder, node, child, outputs);
    }
    const xmlNode *extensions = bpmn_child(xml, "extensionElements");
    const xmlNode *child = extensions == NULL ? NULL : xml_child(extensions, NULL, NULL);
    for (; child != NULL; child = xml_next(child, NULL, NULL)) {
        if (bpmn_in_camunda_family(child, "in"))
            read_call_mapping(builder, node, child, inputs);
        else if (bpmn_in_camunda_family(child, "out"))
            read_call_mapping(builder, node, child, outputs);
    }
    const xmlNode *called = bpmn_extension_zeebe(xml, "calledElement");
    bool mapped = !any && inputs->list.count + outputs->list.count > 0;
    node->propagate_all_in =
        called != NULL ? bpmn_attribute_bool(builder, called, "propagateAllParentVariables", true) : !mapped;
    node->propagate_all_out = called != NULL
                                  ? bpmn_attribute_bool(builder, called, "propagateAllChildVariables",
                                                        node->outputs_only ? false : true)
                                  : !mapped;
    bool inherit = bpmn_attribute_bool(builder, xml, "inheritVariables", false) ||
                   str_equal_cstr(bpmn_extension_attribute(builder, xml, "inheritVariables"), "true");
    node->propagate_all_in = node->propagate_all_in || inherit;
}

/* Of an activity that is no call; what feeds or gathers the instances of a loop belongs to the loop. */
static void read_data_associations(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                                   struct mapping_list *inputs, struct mapping_list *outputs)
{
    const xmlNode *loop = bpmn_child(xml, "multiInstanceLoopCharacteristics");
    struct str loop_in = bpmn_text_of(builder, bpmn_child(loop, "loopDataInputRef"));
    struct str loop_out = bpmn_text_of(builder, bpmn_child(loop, "loopDataOutputRef"));
    for (const xmlNode *child = bpmn_child(xml, NULL); child != NULL; child = bpmn_next(child, NULL)) {
        bool input = bpmn_is_bpmn(child, "dataInputAssociation");
        if (!input && !bpmn_is_bpmn(child, "dataOutputAssociation")) continue;
        struct str inner = bpmn_text_of(builder, bpmn_child(child, input ? "targetRef" : "sourceRef"));
        if (inner.length > 0 && str_equal(inner, input ? loop_in : loop_out)) continue;
        read_association(builder, node, child, input ? inputs : outputs);
    }
    for (size_t i = 0; i < outputs->list.count; i++)
        outputs->list.items[i].if_any = true;
}

void bpmn_read_mappings(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    struct mapping_list inputs = {0}, outputs = {0};
    const xmlNode *zeebe = bpmn_extension_zeebe(xml, "ioMapping");
    const xmlNode *camunda = bpmn_extension_camunda(xml, "inputOutput");
    if (bpmn_is_activity(node) && node->kind != BPMN_CALL_ACTIVITY)
        read_data_associations(builder, node, xml, &inputs, &outputs);
    if (zeebe != NULL) read_zeebe_io(builder, node, zeebe, &inputs, &outputs);
    if (camunda != NULL) read_camunda_io(builder, node, camunda, &inputs, &outputs);
    if (node->kind == BPMN_CALL_ACTIVITY) read_call_data(builder, node, xml, &inputs, &outputs);
    node->inputs = inputs.list.items;
    node->input_count = inputs.list.count;
    node->outputs = outputs.list.items;
    node->output_count = outputs.list.count;
}

/* ---- loops ---- */

/* The variable that feeds a data input of the activity, or the reference itself as a variable's name. */
static struct str loop_source(struct builder *builder, const xmlNode *xml, struct str reference, bool output)
{
    const char *const association_name = output ? "dataOutputAssociation" : "dataInputAssociation";
    for (const xmlNode *item = bpmn_child(xml, association_name); item != NULL;
         item = bpmn_next(item, association_name)) {
        struct str inner = bpmn_text_of(builder, bpmn_child(item, output ? "sourceRef" : "targetRef"));
        if (str_equal(inner, reference))
            return item_name(builder,
                             bpmn_text_of(builder, bpmn_child(item, output ? "targetRef" : "sourceRef")));
    }
    return item_name(builder, reference);
}

static struct bpmn_expression collection_value(struct builder *builder, struct bpmn_node *node,
                                               struct str text)
{
    struct bpmn_expression value = bpmn_read_value(builder, node, text);
    if (value.literal)
        return bpmn_is_simple_name(text) ? bpmn_variable_value(builder, text)
                                         : bpmn_read_expression(builder, node, text);
    return value;
}

static void read_multi_instance(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                                const xmlNode *loop)
{
    struct bpmn_loop *result = &node->loop;
    result->kind =
        bpmn_attribute_bool(builder, loop, "isSequential", false) ? BPMN_LOOP_SEQUENTIAL : BPMN_LOOP_PARALLEL;
    result->cardinality =
        bpmn_read_expression(builder, node, bpmn_text_of(builder, bpmn_child(loop, "loopCardinality")));
    result->condition =
        bpmn_read_expression(builder, node, bpmn_text_of(builder, bpmn_child(loop, "completionCondition")));
    struct str reference = bpmn_text_of(builder, bpmn_child(loop, "loopDataInputRef"));
    if (reference.length > 0)
        result->collection = collection_value(builder, node, loop_source(builder, xml, reference, false));
    const xmlNode *item = bpmn_child(loop, "inputDataItem");
    result->element_variable = item == NULL ? STR_NULL : bpmn_attribute(builder, item, "name");
    if (item != NULL && result->element_variable.length == 0)
        result->element_variable = bpmn_attribute(builder, item, "id");
    reference = bpmn_text_of(builder, bpmn_child(loop, "loopDataOutputRef"));
    item = bpmn_child(loop, "outputDataItem");
    if (reference.length > 0 && item != NULL) {
        struct str name = bpmn_attribute(builder, item, "name");
        result->output_collection = loop_source(builder, xml, reference, true);
        result->output_element =
            bpmn_variable_value(builder, name.length > 0 ? name : bpmn_attribute(builder, item, "id"));
    }
    struct str collection = bpmn_extension_attribute(builder, loop, "collection");
    if (collection.length > 0) result->collection = collection_value(builder, node, collection);
    struct str variable = bpmn_extension_attribute(builder, loop, "elementVariable");
    if (variable.length > 0) result->element_variable = variable;
    const xmlNode *zeebe = bpmn_extension_zeebe(loop, "loopCharacteristics");
    if (zeebe == NULL) return;
    struct str value = bpmn_attribute(builder, zeebe, "inputCollection");
    if (value.length > 0) result->collection = collection_value(builder, node, value);
    value = bpmn_attribute(builder, zeebe, "inputElement");
    result->element_variable = value.length > 0 ? value : result->element_variable;
    value = bpmn_attribute(builder, zeebe, "outputCollection");
    result->output_collection = value.length > 0 ? value : result->output_collection;
    value = bpmn_attribute(builder, zeebe, "outputElement");
    if (value.length > 0) result->output_element = bpmn_read_expression(builder, node, value);
}

void bpmn_read_loop(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    const xmlNode *loop = bpmn_child(xml, "multiInstanceLoopCharacteristics");
    if (loop != NULL) {
        read_multi_instance(builder, node, xml, loop);
        if (node->loop.cardinality.text.length == 0 && node->loop.collection.text.length == 0)
            bpmn_refuse(builder, node, "bpmn.no_cardinality",
                        N_("Công việc lặp nhiều lần không có số lần hay danh sách để lặp."), STR_NULL);
        return;
    }
    loop = bpmn_child(xml, "standardLoopCharacteristics");
    if (loop == NULL) return;
    node->loop.kind = BPMN_LOOP_STANDARD;
    node->loop.test_before = bpmn_attribute_bool(builder, loop, "testBefore", false);
    node->loop.condition =
        bpmn_read_expression(builder, node, bpmn_text_of(builder, bpmn_child(loop, "loopCondition")));
    struct str maximum = str_trim(bpmn_attribute(builder, loop, "loopMaximum"));
    if (maximum.length > 0 &&
        (str_to_int64(maximum, &node->loop.maximum) != STATUS_OK || node->loop.maximum < 0)) {
        node->loop.maximum = 0;
        bpmn_refuse(builder, node, "bpmn.bad_loop", N_("Số lần lặp tối đa không phải là số: %s"), maximum);
    }
    if (node->loop.condition.text.length == 0 && node->loop.maximum == 0)
        bpmn_refuse(builder, node, "bpmn.endless_loop",
                    N_("Công việc lặp không có điều kiện cũng không có số lần tối đa."), STR_NULL);
}

/* ---- roles ---- */

struct role_list {
    VEC(struct bpmn_expression) list;
};

static void add_roles(struct builder *builder, struct bpmn_node *node, struct str text,
                      struct role_list *roles)
{
    text = str_trim(text);
    if (text.length > 0 && (text.data[0] == '=' || str_find(text, STR("${")) == 0)) {
        VEC_PUSH(builder->arena, &roles->list, bpmn_read_value(builder, node, text));
        return;
    }
    while (text.length > 0 && roles->list.count < 100) {
        struct str head, rest;
        if (!str_split(text, ',', &head, &rest)) rest = STR_NULL;
        head = str_trim(head);
        if (head.length > 0) VEC_PUSH(builder->arena, &roles->list, bpmn_read_value(builder, node, head));
        text = rest;
    }
}

/* potentialOwner: "group(clerks), user(an)" or a bare name means a group. */
static void add_owners(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                       struct role_list *roles)
{
    for (const xmlNode *owner = bpmn_child(xml, "potentialOwner"); owner != NULL;
         owner = bpmn_next(owner, "potentialOwner")) {
        const xmlNode *assignment = bpmn_child(owner, "resourceAssignmentExpression");
        const xmlNode *formal = bpmn_child(assignment, "formalExpression");
        struct str text = bpmn_text_of(builder, formal != NULL ? formal : assignment);
        if (text.length == 0)
            text = item_name(builder, bpmn_text_of(builder, bpmn_child(owner, "resourceRef")));
        while (text.length > 0) {
            struct str head, rest;
            if (!str_split(text, ',', &head, &rest)) rest = STR_NULL;
            head = str_trim(head);
            text = rest;
            if (str_starts_with(head, STR("user("))) continue;
            if (str_starts_with(head, STR("group(")) && str_ends_with(head, STR(")")))
                head = str_slice(head, 6, head.length - 1);
            add_roles(builder, node, head, roles);
        }
    }
}

void bpmn_read_roles(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    struct role_list roles = {0};
    const xmlNode *assignment = bpmn_extension_zeebe(xml, "assignmentDefinition");
    add_roles(builder, node, bpmn_motcua_attribute(builder, xml, "roles"), &roles);
    if (roles.list.count == 0)
        add_roles(builder, node, bpmn_extension_attribute(builder, xml, "candidateGroups"), &roles);
    if (roles.list.count == 0)
        add_roles(builder, node, bpmn_attribute(builder, assignment, "candidateGroups"), &roles);
    if (roles.list.count == 0) add_owners(builder, node, xml, &roles);
    if (roles.list.count == 0 && node->lane.length > 0)
        VEC_PUSH(builder->arena, &roles.list, bpmn_literal_value(node->lane));
    node->roles = roles.list.items;
    node->role_count = roles.list.count;
    struct str assignee = bpmn_extension_attribute(builder, xml, "assignee");
    if (assignee.length == 0) assignee = bpmn_attribute(builder, assignment, "assignee");
    node->assignee = bpmn_read_value(builder, node, assignee);
}

static void read_user_task(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    bpmn_read_roles(builder, node, xml);
    struct str form = bpmn_extension_attribute(builder, xml, "formKey");
    if (form.length == 0) form = bpmn_extension_attribute(builder, xml, "formRef");
    const xmlNode *zeebe = bpmn_extension_zeebe(xml, "formDefinition");
    static const char *const keys[] = {"formKey", "formId", "externalReference"};
    for (int i = 0; i < 3 && form.length == 0; i++)
        form = bpmn_attribute(builder, zeebe, keys[i]);
    node->form_key = bpmn_read_value(builder, node, form);
    struct str limit = bpmn_motcua_attribute(builder, xml, "limit");
    node->limit_working = str_equal_cstr(bpmn_motcua_attribute(builder, xml, "clock"), "working");
    if (limit.length == 0) limit = bpmn_extension_attribute(builder, xml, "dueDate");
    if (limit.length == 0)
        limit = bpmn_attribute(builder, bpmn_extension_zeebe(xml, "taskSchedule"), "dueDate");
    node->limit = bpmn_read_value(builder, node, limit);
}

/* ---- what a task calls ---- */

static bool set_call(struct bpmn_node *node, enum bpmn_call_kind kind, struct bpmn_expression target)
{
    node->call = kind;
    node->call_target = target;
    return true;
}

static bool read_engine_call(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    struct str topic = bpmn_extension_attribute(builder, xml, "topic");
    struct str kind = bpmn_extension_attribute(builder, xml, "type");
    if (topic.length > 0 || kind.length > 0)
        return set_call(node, BPMN_CALL_WORKER,
                        bpmn_read_value(builder, node, topic.length > 0 ? topic : kind));
    struct str decision = bpmn_extension_attribute(builder, xml, "decisionRef");
    if (decision.length > 0)
        return set_call(node, BPMN_CALL_DECISION, bpmn_read_value(builder, node, decision));
    struct str expression = bpmn_extension_attribute(builder, xml, "expression");
    if (expression.length > 0) {
        size_t before = builder->findings.count;
        struct bpmn_expression value = bpmn_read_value(builder, node, expression);
        if (builder->findings.count == before && !value.literal)
            return set_call(node, BPMN_CALL_EXPRESSION, value);
        builder->findings.count = before; /* a method of a bean: code of another engine */
        return set_call(node, BPMN_CALL_CODE, bpmn_literal_value(expression));
    }
    struct str code = bpmn_extension_attribute(builder, xml, "class");
    if (code.length == 0) code = bpmn_extension_attribute(builder, xml, "delegateExpression");
    if (code.length > 0) return set_call(node, BPMN_CALL_CODE, bpmn_literal_value(code));
    return false;
}

static void read_call(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    node->result_variable = bpmn_extension_attribute(builder, xml, "resultVariable");
    if (node->result_variable.length == 0)
        node->result_variable = bpmn_extension_attribute(builder, xml, "resultVariableName");
    const xmlNode *task = bpmn_extension_zeebe(xml, "taskDefinition");
    const xmlNode *decision = bpmn_extension_zeebe(xml, "calledDecision");
    const xmlNode *script = bpmn_extension_zeebe(xml, "script");
    if (decision != NULL) {
        node->result_variable = bpmn_attribute(builder, decision, "resultVariable");
        set_call(node, BPMN_CALL_DECISION,
                 bpmn_read_value(builder, node, bpmn_attribute(builder, decision, "decisionId")));
    } else if (task != NULL) {
        set_call(node, BPMN_CALL_WORKER,
                 bpmn_read_value(builder, node, bpmn_attribute(builder, task, "type")));
    } else if (script != NULL) {
        node->result_variable = bpmn_attribute(builder, script, "resultVariable");
        set_call(node, BPMN_CALL_EXPRESSION,
                 bpmn_read_expression(builder, node, bpmn_attribute(builder, script, "expression")));
    } else if (!read_engine_call(builder, node, xml)) {
        struct str operation = bpmn_attribute(builder, xml, "operationRef");
        if (operation.length > 0)
            set_call(node, BPMN_CALL_CODE, bpmn_literal_value(bpmn_local_part(operation)));
    }
}

static void read_task_message(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    const struct definition *message = NULL;
    struct str name = bpmn_reference_name(builder, node, xml, "messageRef", BPMN_MESSAGE, &message);
    if (name.length == 0 && node->kind == BPMN_RECEIVE_TASK) {
        name = node->name.length > 0 ? node->name : node->id;
        bpmn_warn(builder, node, "bpmn.no_reference",
                  N_("Công việc nhận không chỉ rõ thông điệp; tên của công việc được dùng thay: %s"), name);
        node->reference = bpmn_literal_value(name);
    } else if (name.length > 0) {
        node->reference = bpmn_read_value(builder, node, name);
    }
    bpmn_read_message_key(builder, node, xml, NULL, message);
    node->instantiate = bpmn_attribute_bool(builder, xml, "instantiate", false);
}

static bool is_feel_format(struct str format)
{
    return format.length == 0 || str_equal_ignore_case(format, STR("feel")) ||
           str_ends_with(format, STR("/FEEL/")) || str_ends_with(format, STR("feel"));
}

static void read_script(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    const xmlNode *body = bpmn_child(xml, "script");
    struct str text = bpmn_text_of(builder, body);
    node->script_format = str_trim(bpmn_attribute(builder, xml, "scriptFormat"));
    if (node->call != BPMN_CALL_NONE) return; /* zeebe:script or a worker */
    if (text.length == 0) {
        bpmn_warn(builder, node, "bpmn.empty_script",
                  N_("Công việc kịch bản không có nội dung; nó được đi qua ngay."), STR_NULL);
        return;
    }
    if (!is_feel_format(node->script_format)) {
        bpmn_refuse(builder, node, "bpmn.script_language",
                    N_("Kịch bản chỉ chạy được bằng FEEL, không phải: %s"), node->script_format);
        return;
    }
    node->script = bpmn_read_expression(builder, node, text);
}

static void read_call_activity(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    struct str called = bpmn_attribute(builder, bpmn_extension_zeebe(xml, "calledElement"), "processId");
    if (called.length == 0) called = str_trim(bpmn_attribute(builder, xml, "calledElement"));
    if (called.length == 0) {
        bpmn_refuse(builder, node, "bpmn.no_called_element", N_("Hoạt động gọi không nói gọi quy trình nào."),
                    STR_NULL);
        return;
    }
    node->call_target = bpmn_read_value(builder, node, called);
}

void bpmn_read_activity(struct builder *builder, struct bpmn_node *node, const xmlNode *xml)
{
    node->for_compensation = bpmn_attribute_bool(builder, xml, "isForCompensation", false);
    bpmn_read_mappings(builder, node, xml);
    bpmn_read_loop(builder, node, xml);
    switch (node->kind) {
    case BPMN_USER_TASK:
        read_user_task(builder, node, xml);
        break;
    case BPMN_MANUAL_TASK:
    case BPMN_TASK:
        bpmn_read_roles(builder, node, xml);
        break;
    case BPMN_SERVICE_TASK:
    case BPMN_BUSINESS_RULE_TASK:
        read_call(builder, node, xml);
        break;
    case BPMN_SEND_TASK:
        read_call(builder, node, xml);
        read_task_message(builder, node, xml);
        break;
    case BPMN_RECEIVE_TASK:
        read_task_message(builder, node, xml);
        break;
    case BPMN_SCRIPT_TASK:
        read_call(builder, node, xml);
        read_script(builder, node, xml);
        break;
    case BPMN_CALL_ACTIVITY:
        read_call_activity(builder, node, xml);
        break;
    default:
        break;
    }
}
