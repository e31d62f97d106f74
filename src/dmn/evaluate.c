/* Evaluation of decisions, business knowledge models and services (DMN 1.3, chapters 6, 7 and 10). */
#include "model.h"

static const struct feel_value *element_value(struct dmn_evaluation *evaluation,
                                              const struct dmn_element *element);

static struct arena *arena_of(struct dmn_evaluation *evaluation)
{
    return feel_evaluation_arena(evaluation->feel);
}

/* ---- functions: business knowledge models, services, boxed function definitions ---- */

struct closure {
    struct dmn_evaluation evaluation;
    const struct dmn_element *element; /* or NULL for a boxed definition */
    const struct dmn_boxed *function;
    const struct feel_value *scope; /* of a boxed definition */
    bool texts;                     /* arguments may be texts for dates and the like */
};

static struct dmn_run *new_run(struct dmn_evaluation *evaluation)
{
    struct dmn_run *run = arena_zalloc(arena_of(evaluation), sizeof *run);
    run->values = arena_array(arena_of(evaluation), evaluation->model->element_count, sizeof *run->values);
    run->busy = arena_array(arena_of(evaluation), evaluation->model->element_count, sizeof *run->busy);
    return run;
}

/* What a function of that element gives: its variable names the type of the result, or a function type. */
static const struct feel_value *coerce_result(struct dmn_evaluation *evaluation,
                                              const struct dmn_element *element,
                                              const struct feel_value *value)
{
    const struct dmn_item *type = element->type;
    if (type != NULL && type->type.kind == FEEL_TYPE_FUNCTION) type = type->result;
    return dmn_item_coerce(evaluation, type, value, false);
}

/* The context with the entry at the end of a path of names; what lies on the path already is kept. */
static const struct feel_value *with_path(struct dmn_evaluation *evaluation, const struct feel_value *context,
                                          const struct str *path, size_t count, struct str name,
                                          const struct feel_value *value)
{
    struct feel_context_builder *builder = feel_context_begin(arena_of(evaluation));
    const struct feel_value *inner = NULL;
    while (count > 0 && path[0].length == 0) { /* an import without a name */
        path++;
        count--;
    }
    for (size_t i = 0; context != NULL && i < feel_context_count(context); i++) {
        struct str other;
        const struct feel_value *entry = feel_context_at(context, i, &other);
        feel_step(evaluation->feel);
        feel_context_put(builder, other, entry);
        if (count > 0 && str_equal(other, path[0])) inner = entry;
    }
    if (count > 0)
        feel_context_put(builder, path[0], with_path(evaluation, inner, path + 1, count - 1, name, value));
    else
        feel_context_put(builder, name, value);
    return feel_context_end(builder);
}

static void put_requirement(struct dmn_evaluation *evaluation, struct feel_context_builder *scope,
                            const struct dmn_requirement *requirement)
{
    const struct feel_value *value = element_value(evaluation, requirement->element);
    const struct str *path = requirement->path;
    size_t count = requirement->path_count;
    while (count > 0 && path[0].length == 0) {
        path++;
        count--;
    }
    if (count == 0) {
        feel_context_put(scope, requirement->element->variable, value);
        return;
    }
    feel_context_put(scope, path[0],
                     with_path(evaluation, feel_get(feel_context_end(scope), path[0]), path + 1, count - 1,
                               requirement->element->variable, value));
}

static void put_knowledge(struct dmn_evaluation *evaluation, struct feel_context_builder *scope,
                          const struct dmn_element *element)
{
    for (size_t i = 0; i < element->knowledge_count; i++)
        put_requirement(evaluation, scope, &element->knowledge[i]);
}

/* The argument as the parameter demands it; NULL with *problem when it does not conform: then the function is
 * not called (10.3.2.13.2). */
static const struct feel_value *bind(struct dmn_evaluation *evaluation, struct str parameter,
                                     const struct dmn_item *type, const struct feel_value *given, bool texts,
                                     const struct feel_value **problem)
{
    const struct feel_value *value = dmn_item_coerce(evaluation, type, given, texts);
    if (!feel_is_null(value) || feel_is_null(given)) return value;
    *problem = feel_null_because(arena_of(evaluation), "the argument \"%.*s\" does not conform to its type",
                                 STR_ARG(parameter));
    return NULL;
}

static const struct feel_value *call_function(struct closure *closure,
                                              const struct feel_value *const *arguments)
{
    struct dmn_evaluation *evaluation = &closure->evaluation;
    const struct dmn_boxed *function = closure->function;
    struct feel_context_builder *scope = feel_context_begin(arena_of(evaluation));
    const struct feel_value *value, *problem;
    if (closure->element != NULL) {
        put_knowledge(evaluation, scope, closure->element);
        feel_context_put(scope, closure->element->variable, element_value(evaluation, closure->element));
    } else {
        dmn_put_all(evaluation, scope, closure->scope);
    }
    for (size_t i = 0; i < function->variable_count; i++) {
        const struct dmn_variable *parameter = &function->variables[i];
        value = bind(evaluation, parameter->name, parameter->type, arguments[i], closure->texts, &problem);
        if (value == NULL) return problem;
        feel_context_put(scope, parameter->name, value);
    }
    value = dmn_boxed_value(evaluation, function->parts[0], feel_context_end(scope));
    return closure->element != NULL ? coerce_result(evaluation, closure->element, value) : value;
}

/* The outputs of a service, in a run of its own that knows its parameters only. */
static const struct feel_value *service_value(struct dmn_evaluation *outer, const struct dmn_element *service,
                                              const struct feel_value *const *arguments, bool texts)
{
    struct dmn_evaluation evaluation = *outer;
    struct feel_context_builder *results;
    const struct feel_value *value, *problem;
    evaluation.run = new_run(outer);
    evaluation.inputs = NULL;
    for (size_t i = 0; i < service->required_count; i++) {
        const struct dmn_element *parameter = service->required[i].element;
        value = bind(&evaluation, parameter->variable, parameter->type, arguments[i], texts, &problem);
        if (value == NULL) return problem;
        evaluation.run->values[parameter->index] = value;
    }
    if (service->output_count == 1)
        return coerce_result(&evaluation, service, element_value(&evaluation, service->outputs[0].element));
    results = feel_context_begin(arena_of(outer));
    for (size_t i = 0; i < service->output_count; i++)
        feel_context_put(results, service->outputs[i].element->variable,
                         element_value(&evaluation, service->outputs[i].element));
    value = feel_context_end(results);
    return coerce_result(&evaluation, service, value);
}

static const struct feel_value *call(struct feel_evaluation *feel, void *user,
                                     const struct feel_value *const *arguments)
{
    struct closure *closure = user;
    (void)feel;
    if (closure->element != NULL && closure->element->kind == ELEMENT_SERVICE)
        return service_value(&closure->evaluation, closure->element, arguments, false);
    return call_function(closure, arguments);
}

static struct closure *new_closure(struct dmn_evaluation *evaluation, const struct dmn_boxed *function)
{
    struct closure *closure = arena_zalloc(arena_of(evaluation), sizeof *closure);
    closure->evaluation = *evaluation;
    closure->evaluation.others = NULL;
    closure->function = function;
    return closure;
}

static const struct feel_value *element_function(struct dmn_evaluation *evaluation,
                                                 const struct dmn_element *element)
{
    struct closure *closure = new_closure(evaluation, element->logic);
    closure->element = element;
    if (element->kind == ELEMENT_KNOWLEDGE &&
        (element->logic == NULL || element->logic->kind != BOXED_FUNCTION))
        return feel_null_because(arena_of(evaluation), "the business knowledge model has no logic");
    return feel_host_function(arena_of(evaluation), element->parameters, element->parameter_count, call,
                              closure);
}

/* ---- boxed expressions ---- */

static const struct feel_value *with_entry(struct dmn_evaluation *evaluation, const struct feel_value *scope,
                                           struct str name, const struct feel_value *value)
{
    struct feel_context_builder *builder = feel_context_begin(arena_of(evaluation));
    dmn_put_all(evaluation, builder, scope);
    feel_context_put(builder, name, value);
    return feel_context_end(builder);
}

static const struct feel_value *context(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                        const struct feel_value *scope)
{
    struct feel_context_builder *builder = feel_context_begin(arena_of(evaluation));
    for (size_t i = 0; i < boxed->variable_count; i++) {
        const struct dmn_variable *variable = &boxed->variables[i];
        const struct feel_value *value = dmn_boxed_value(evaluation, boxed->parts[i], scope);
        value = dmn_item_coerce(evaluation, variable->type, value, false);
        feel_context_put(builder, variable->name, value);
        scope = with_entry(evaluation, scope, variable->name, value);
    }
    if (boxed->has_result) return dmn_boxed_value(evaluation, boxed->parts[boxed->variable_count], scope);
    return feel_context_end(builder);
}

static const struct feel_value *list(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                     const struct feel_value *scope)
{
    const struct feel_value **items = arena_array(arena_of(evaluation), boxed->part_count, sizeof *items);
    for (size_t i = 0; i < boxed->part_count; i++)
        items[i] = dmn_boxed_value(evaluation, boxed->parts[i], scope);
    return feel_list(arena_of(evaluation), items, boxed->part_count);
}

static const struct feel_value *relation(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                         const struct feel_value *scope)
{
    size_t columns = boxed->variable_count, rows = columns > 0 ? boxed->part_count / columns : 0;
    const struct feel_value **items = arena_array(arena_of(evaluation), rows, sizeof *items);
    for (size_t row = 0; row < rows; row++) {
        struct feel_context_builder *builder = feel_context_begin(arena_of(evaluation));
        for (size_t i = 0; i < columns; i++) {
            const struct feel_value *value =
                dmn_boxed_value(evaluation, boxed->parts[row * columns + i], scope);
            feel_context_put(builder, boxed->variables[i].name,
                             dmn_item_coerce(evaluation, boxed->variables[i].type, value, false));
        }
        items[row] = feel_context_end(builder);
    }
    return feel_list(arena_of(evaluation), items, rows);
}

static const struct feel_value *invocation(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                           const struct feel_value *scope)
{
    const struct feel_value *function = dmn_boxed_value(evaluation, boxed->parts[0], scope);
    const struct feel_value **arguments =
        arena_array(arena_of(evaluation), boxed->variable_count, sizeof *arguments);
    struct str *names = arena_array(arena_of(evaluation), boxed->variable_count, sizeof *names);
    for (size_t i = 0; i < boxed->variable_count; i++) {
        names[i] = boxed->variables[i].name;
        arguments[i] = dmn_boxed_value(evaluation, boxed->parts[i + 1], scope);
    }
    return feel_call_named(evaluation->feel, function, arguments, names, boxed->variable_count);
}

static const struct feel_value *function(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                         const struct feel_value *scope)
{
    struct closure *closure = new_closure(evaluation, boxed);
    struct str *names = arena_array(arena_of(evaluation), boxed->variable_count, sizeof *names);
    closure->scope = scope;
    for (size_t i = 0; i < boxed->variable_count; i++)
        names[i] = boxed->variables[i].name;
    return feel_host_function(arena_of(evaluation), names, boxed->variable_count, call, closure);
}

/* The items to go through: a list, a range as a list, a single value; otherwise the null that is the result.
 */
static const struct feel_value *items_of(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                         const struct feel_value *scope)
{
    const struct feel_value *value = dmn_boxed_value(evaluation, boxed->parts[0], scope);
    if (value->kind == FEEL_LIST) return value;
    return feel_run(evaluation->feel, evaluation->model->spread,
                    with_entry(evaluation, feel_null(), STR("list"), value), NULL);
}

static const struct feel_value *item_scope(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                           const struct feel_value *scope, const struct feel_value *item)
{
    if (boxed->kind == BOXED_FILTER)
        for (size_t i = 0; i < feel_context_count(item); i++) {
            struct str name;
            const struct feel_value *entry = feel_context_at(item, i, &name);
            scope = with_entry(evaluation, scope, name, entry);
        }
    return with_entry(evaluation, scope, boxed->variables[0].name, item);
}

static const struct feel_value *quantified(struct dmn_evaluation *evaluation, enum boxed_kind kind,
                                           const struct feel_value *const *answers, size_t count)
{
    bool decisive = kind == BOXED_SOME, unknown = false;
    for (size_t i = 0; i < count; i++) {
        if (answers[i]->kind != FEEL_BOOLEAN)
            unknown = true;
        else if (answers[i]->boolean == decisive)
            return feel_boolean(decisive);
    }
    return unknown ? feel_null_because(arena_of(evaluation), "a condition was neither true nor false")
                   : feel_boolean(!decisive);
}

/* for, some, every, filter */
static const struct feel_value *iteration(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                          const struct feel_value *scope)
{
    const struct feel_value *source = items_of(evaluation, boxed, scope), **results;
    size_t count = 0;
    if (source->kind != FEEL_LIST) return source;
    results = arena_array(arena_of(evaluation), source->list.count, sizeof *results);
    for (size_t i = 0; i < source->list.count; i++) {
        const struct feel_value *item = source->list.items[i];
        const struct feel_value *inner = item_scope(evaluation, boxed, scope, item), *value;
        feel_step(evaluation->feel);
        if (boxed->kind == BOXED_FOR)
            inner = with_entry(evaluation, inner, STR("partial"),
                               feel_list(arena_of(evaluation), results, count));
        value = dmn_boxed_value(evaluation, boxed->parts[1], inner);
        if (boxed->kind != BOXED_FILTER)
            results[count++] = value;
        else if (feel_is_true(value))
            results[count++] = item;
    }
    if (boxed->kind == BOXED_SOME || boxed->kind == BOXED_EVERY)
        return quantified(evaluation, boxed->kind, results, count);
    return feel_list(arena_of(evaluation), results, count);
}

static const struct feel_value *boxed_dispatch(struct dmn_evaluation *evaluation,
                                               const struct dmn_boxed *boxed, const struct feel_value *scope)
{
    switch (boxed->kind) {
    case BOXED_LITERAL:
        return feel_run(evaluation->feel, boxed->literal, scope, NULL);
    case BOXED_TABLE:
        return dmn_table_value(evaluation, boxed->table, scope);
    case BOXED_CONTEXT:
        return context(evaluation, boxed, scope);
    case BOXED_LIST:
        return list(evaluation, boxed, scope);
    case BOXED_RELATION:
        return relation(evaluation, boxed, scope);
    case BOXED_INVOCATION:
        return invocation(evaluation, boxed, scope);
    case BOXED_FUNCTION:
        return function(evaluation, boxed, scope);
    case BOXED_CONDITIONAL:
        return dmn_boxed_value(
            evaluation,
            boxed->parts[feel_is_true(dmn_boxed_value(evaluation, boxed->parts[0], scope)) ? 1 : 2], scope);
    case BOXED_FOR:
    case BOXED_SOME:
    case BOXED_EVERY:
    case BOXED_FILTER:
        return iteration(evaluation, boxed, scope);
    case BOXED_BROKEN:
        break;
    }
    return feel_null_because(arena_of(evaluation), "%s", boxed->reason);
}

const struct feel_value *dmn_boxed_value(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                         const struct feel_value *scope)
{
    const struct feel_value *value;
    feel_step(evaluation->feel);
    feel_enter(evaluation->feel);
    value = dmn_item_coerce(evaluation, boxed->type, boxed_dispatch(evaluation, boxed, scope), false);
    feel_leave(evaluation->feel);
    return value;
}

/* ---- elements ---- */

static const struct feel_value *input_value(struct dmn_evaluation *evaluation,
                                            const struct dmn_element *element)
{
    const struct feel_value *value =
        evaluation->inputs != NULL ? feel_get(evaluation->inputs, element->variable) : NULL;
    if (value == NULL && evaluation->inputs != NULL) value = feel_get(evaluation->inputs, element->name);
    if (value == NULL && evaluation->inputs != NULL && element->import.length > 0) {
        const struct feel_value *imported = feel_get(evaluation->inputs, element->import);
        if (imported != NULL) value = feel_get(imported, element->variable);
    }
    if (value == NULL)
        return feel_null_because(arena_of(evaluation), "no value is given for \"%.*s\"",
                                 STR_ARG(element->variable));
    return dmn_item_coerce(evaluation, element->type, value, true);
}

static const struct feel_value *decision_value(struct dmn_evaluation *evaluation,
                                               const struct dmn_element *element)
{
    struct feel_context_builder *scope;
    if (element->logic == NULL) return feel_null_because(arena_of(evaluation), "the decision has no logic");
    scope = feel_context_begin(arena_of(evaluation));
    if (evaluation->others != NULL) dmn_put_all(evaluation, scope, evaluation->others);
    for (size_t i = 0; i < element->required_count; i++) {
        const struct dmn_element *required = element->required[i].element;
        dmn_put_columns(evaluation, scope, required, element_value(evaluation, required));
    }
    for (size_t i = 0; i < element->required_count; i++)
        put_requirement(evaluation, scope, &element->required[i]);
    put_knowledge(evaluation, scope, element);
    return dmn_item_coerce(evaluation, element->type,
                           dmn_boxed_value(evaluation, element->logic, feel_context_end(scope)), false);
}

/* Each element is evaluated once a run. */
static const struct feel_value *element_value(struct dmn_evaluation *evaluation,
                                              const struct dmn_element *element)
{
    struct dmn_run *run = evaluation->run;
    const struct feel_value *value = run->values[element->index];
    if (value != NULL) return value;
    if (run->busy[element->index])
        return feel_null_because(arena_of(evaluation), "the decision requires itself");
    run->busy[element->index] = true;
    feel_step(evaluation->feel);
    feel_enter(evaluation->feel);
    switch (element->kind) {
    case ELEMENT_INPUT:
        value = input_value(evaluation, element);
        break;
    case ELEMENT_DECISION:
        value = decision_value(evaluation, element);
        break;
    default:
        value = element_function(evaluation, element);
        break;
    }
    feel_leave(evaluation->feel);
    run->busy[element->index] = false;
    run->values[element->index] = value;
    return value;
}

/* A service or a business knowledge model asked for by name: its parameters are read from the inputs. */
static const struct feel_value *function_from_inputs(struct dmn_evaluation *evaluation,
                                                     const struct dmn_element *element)
{
    size_t count = element->parameter_count;
    const struct feel_value **arguments = arena_array(arena_of(evaluation), count, sizeof *arguments);
    struct closure *closure;
    for (size_t i = 0; i < count; i++) {
        const struct feel_value *value =
            evaluation->inputs != NULL ? feel_get(evaluation->inputs, element->parameters[i]) : NULL;
        arguments[i] = value != NULL
                           ? value
                           : feel_null_because(arena_of(evaluation), "no value is given for \"%.*s\"",
                                               STR_ARG(element->parameters[i]));
    }
    if (element->kind == ELEMENT_SERVICE) return service_value(evaluation, element, arguments, true);
    if (element->logic == NULL || element->logic->kind != BOXED_FUNCTION)
        return element_function(evaluation, element); /* the null that says why */
    closure = new_closure(evaluation, element->logic);
    closure->element = element;
    closure->texts = true;
    return call_function(closure, arguments);
}

struct request {
    const struct dmn_model *model;
    const struct dmn_element *element;
    const struct feel_value *inputs, *value;
};

static void run_request(struct feel_evaluation *feel, void *user)
{
    struct request *request = user;
    struct dmn_evaluation evaluation = {.feel = feel, .model = request->model, .inputs = request->inputs};
    evaluation.run = new_run(&evaluation);
    evaluation.others = dmn_undeclared(&evaluation, request->inputs);
    request->value = request->element->kind == ELEMENT_DECISION
                         ? element_value(&evaluation, request->element)
                         : function_from_inputs(&evaluation, request->element);
}

static const struct dmn_element *find(const struct dmn_model *model, struct str name)
{
    for (int by_id = 0; by_id < 2; by_id++)
        for (size_t i = 0; i < model->element_count; i++) {
            const struct dmn_element *element = model->elements[i];
            if (element->imported || element->kind == ELEMENT_INPUT) continue;
            if (str_equal(by_id ? element->id : element->name, name)) return element;
        }
    return NULL;
}

enum status dmn_evaluate(const struct dmn_model *model, struct str decision,
                         const struct feel_environment *environment, struct arena *arena,
                         const struct feel_value **value, struct error *error)
{
    struct request request = {
        .model = model, .element = find(model, decision), .inputs = environment->context};
    struct feel_environment inner = *environment;
    enum status status;
    if (request.element == NULL)
        return error_set(error, arena, STATUS_NOT_FOUND, "dmn.unknown_decision",
                         N_("Mô hình không có quyết định nào mang tên này."), "there is no decision \"%.*s\"",
                         STR_ARG(decision));
    inner.context = NULL; /* expressions see what their decision requires, nothing else */
    status = feel_guard(&inner, arena, run_request, &request, error);
    if (status == STATUS_OK) *value = request.value;
    return status;
}

/* ---- what a model offers ---- */

const struct dmn_finding *dmn_findings(const struct dmn_model *model, size_t *count)
{
    *count = model->finding_count;
    return model->findings;
}

const struct str *dmn_decisions(const struct dmn_model *model, size_t *count)
{
    *count = model->decision_count;
    return model->decisions;
}

static void mark_inputs(const struct dmn_element *element, bool *seen, unsigned depth)
{
    if (seen[element->index] || depth > 500) return;
    seen[element->index] = true;
    for (size_t i = 0; i < element->required_count; i++)
        mark_inputs(element->required[i].element, seen, depth + 1);
}

const struct str *dmn_inputs(const struct dmn_model *model, struct str decision, struct arena *arena,
                             size_t *count)
{
    const struct dmn_element *element = find(model, decision);
    bool *seen;
    struct str *names;
    *count = 0;
    if (element == NULL) return NULL;
    seen = arena_array(arena, model->element_count, sizeof *seen);
    names = arena_array(arena, model->element_count, sizeof *names);
    mark_inputs(element, seen, 0);
    for (size_t i = 0; i < model->element_count; i++)
        if (seen[i] && model->elements[i]->kind == ELEMENT_INPUT)
            names[(*count)++] = model->elements[i]->variable;
    return names;
}
