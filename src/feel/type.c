/* Conformance to types and the implicit conversions (DMN 1.3, 10.3.2.9). */
#include "motcua/feel/type.h"

#include "evaluate.h"

static bool list_conforms(const struct feel_value *value, const struct feel_type *type)
{
    if (value->kind != FEEL_LIST) return false;
    if (type->element == NULL) return true;
    for (size_t i = 0; i < value->list.count; i++)
        if (!feel_conforms(value->list.items[i], type->element)) return false;
    return true;
}

static bool context_conforms(const struct feel_value *value, const struct feel_type *type)
{
    if (value->kind != FEEL_CONTEXT) return false;
    for (size_t i = 0; i < type->field_count; i++) {
        const struct feel_value *entry = feel_get(value, type->fields[i].name);
        if (entry == NULL || !feel_conforms(entry, type->fields[i].type)) return false;
    }
    return true;
}

static bool range_conforms(const struct feel_value *value, const struct feel_type *type)
{
    if (value->kind != FEEL_RANGE) return false;
    if (type->element == NULL) return true;
    return (value->range.low == NULL || feel_conforms(value->range.low, type->element)) &&
           (value->range.high == NULL || feel_conforms(value->range.high, type->element));
}

/* Is every value of type `a` one of type `b`? NULL: Any. */
static bool subtype(const struct feel_type *a, const struct feel_type *b, unsigned depth)
{
    if (b == NULL || b->kind == FEEL_TYPE_ANY || (a != NULL && a->kind == FEEL_TYPE_NULL)) return true;
    if (a == NULL || a->kind != b->kind || depth > 64) return false;
    switch (a->kind) {
    case FEEL_TYPE_SCALAR:
        return a->scalar == b->scalar;
    case FEEL_TYPE_LIST:
    case FEEL_TYPE_RANGE:
        return subtype(a->element, b->element, depth + 1);
    case FEEL_TYPE_CONTEXT:
        for (size_t i = 0; i < b->field_count; i++) {
            bool found = false;
            for (size_t j = 0; j < a->field_count && !found; j++)
                found = str_equal(a->fields[j].name, b->fields[i].name) &&
                        subtype(a->fields[j].type, b->fields[i].type, depth + 1);
            if (!found) return false;
        }
        return true;
    default:
        return a->kind != FEEL_TYPE_UNKNOWN;
    }
}

/* What can be said of the result of a body without evaluating it: false only when it surely does not conform.
 */
static bool body_conforms(const struct feel_function *function, const struct node *body,
                          const struct feel_type *type)
{
    if (type->kind == FEEL_TYPE_ANY) return true;
    switch (body->kind) {
    case NODE_LITERAL:
        return feel_conforms(body->value, type);
    case NODE_CONTEXT:
        if (type->kind != FEEL_TYPE_CONTEXT) return false;
        for (size_t i = 0; i < type->field_count; i++) {
            size_t at = 0;
            while (at < body->count && !str_equal(body->names[at], type->fields[i].name))
                at++;
            if (at == body->count || !body_conforms(function, body->items[at], type->fields[i].type))
                return false;
        }
        return true;
    case NODE_LIST:
        if (type->kind != FEEL_TYPE_LIST) return false;
        for (size_t i = 0; i < body->count && type->element != NULL; i++)
            if (!body_conforms(function, body->items[i], type->element)) return false;
        return true;
    case NODE_AND:
    case NODE_OR:
    case NODE_COMPARISON:
    case NODE_BETWEEN:
    case NODE_IN:
    case NODE_INSTANCE_OF:
    case NODE_SOME:
    case NODE_EVERY:
        return type->kind == FEEL_TYPE_SCALAR && type->scalar == FEEL_BOOLEAN;
    case NODE_RANGE:
        return type->kind == FEEL_TYPE_RANGE;
    case NODE_FUNCTION:
        return type->kind == FEEL_TYPE_FUNCTION;
    case NODE_FOR:
        return type->kind == FEEL_TYPE_LIST;
    case NODE_NAME: /* a parameter with a type */
        for (size_t i = 0; i < function->count; i++)
            if (str_equal(function->parameters[i], body->name))
                return function->types == NULL || function->types[i] == NULL ||
                       subtype(function->types[i], type, 0);
        return true;
    default:
        return true;
    }
}

/* Same number of parameters, contravariant; the result covariant as far as the body shows it. */
static bool function_conforms(const struct feel_value *value, const struct feel_type *type)
{
    const struct feel_function *function;
    if (value->kind != FEEL_FUNCTION) return false;
    function = value->function;
    if (function->kind == FUNCTION_BUILTIN) return true;
    if (type->element != NULL && function->kind == FUNCTION_DEFINED &&
        !body_conforms(function, function->body, type->element))
        return false;
    if (type->any_parameters) return true;
    if (function->count != type->field_count) return false;
    for (size_t i = 0; i < function->count; i++) {
        const struct feel_type *mine = function->types != NULL ? function->types[i] : NULL;
        if (!subtype(type->fields[i].type, mine, 0)) return false;
    }
    return true;
}

bool feel_conforms(const struct feel_value *value, const struct feel_type *type)
{
    if (feel_is_null(value)) return type->kind != FEEL_TYPE_UNKNOWN;
    switch (type->kind) {
    case FEEL_TYPE_ANY:
        return true;
    case FEEL_TYPE_NULL:
    case FEEL_TYPE_UNKNOWN:
        return false;
    case FEEL_TYPE_SCALAR:
        return value->kind == type->scalar;
    case FEEL_TYPE_LIST:
        return list_conforms(value, type);
    case FEEL_TYPE_CONTEXT:
        return context_conforms(value, type);
    case FEEL_TYPE_RANGE:
        return range_conforms(value, type);
    case FEEL_TYPE_FUNCTION:
        return function_conforms(value, type);
    }
    return false;
}

const struct feel_value *feel_coerce(struct arena *arena, const struct feel_value *value,
                                     const struct feel_type *type)
{
    if (feel_conforms(value, type)) return value;
    if (value->kind == FEEL_LIST && value->list.count == 1 && type->kind != FEEL_TYPE_LIST &&
        feel_conforms(value->list.items[0], type))
        return value->list.items[0];
    if (type->kind == FEEL_TYPE_LIST && value->kind != FEEL_LIST &&
        (type->element == NULL || feel_conforms(value, type->element))) {
        const struct feel_value **items = arena_alloc(arena, sizeof *items);
        items[0] = value;
        return feel_list(arena, items, 1);
    }
    if (value->kind == FEEL_DATE && type->kind == FEEL_TYPE_SCALAR &&
        type->scalar == FEEL_DATE_TIME) /* midnight UTC */
        return feel_date_time(arena, value->date, (struct feel_time){.zone = {.kind = FEEL_ZONE_OFFSET}});
    return feel_null_because(arena, "%s does not conform to the declared type", feel_kind_name(value->kind));
}
