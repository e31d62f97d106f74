/* Paths and properties, and calls of functions defined in FEEL, built in, or written in C. */
#include "builtin.h"
#include "evaluate.h"

/* ---- paths ---- */

static const struct feel_value *integer(struct feel_evaluation *evaluation, int64_t value)
{
    return feel_integer(evaluation->arena, value);
}

static const struct feel_value *date_property(struct feel_evaluation *evaluation, struct feel_date date,
                                              struct str name)
{
    if (str_equal_cstr(name, "year")) return integer(evaluation, date.year);
    if (str_equal_cstr(name, "month")) return integer(evaluation, date.month);
    if (str_equal_cstr(name, "day")) return integer(evaluation, date.day);
    if (str_equal_cstr(name, "weekday")) return integer(evaluation, temporal_weekday(date));
    return NULL;
}

static const struct feel_value *time_property(struct feel_evaluation *evaluation,
                                              const struct feel_time *time, int64_t local_seconds,
                                              struct str name)
{
    if (str_equal_cstr(name, "hour")) return integer(evaluation, time->hour);
    if (str_equal_cstr(name, "minute")) return integer(evaluation, time->minute);
    if (str_equal_cstr(name, "second")) {
        struct feel_number second;
        struct feel_duration duration = {time->second, (int32_t)time->nanosecond};
        return temporal_duration_to_number(duration, &second) ? feel_number(evaluation->arena, second)
                                                              : feel_null();
    }
    if (str_equal_cstr(name, "time offset")) {
        int32_t offset;
        if (time->zone.kind == FEEL_ZONE_NONE ||
            !zone_offset_at_local(evaluation, &time->zone, local_seconds, &offset))
            return NULL_BECAUSE(evaluation, "no offset is known");
        return feel_days_duration(evaluation->arena, (struct feel_duration){offset, 0});
    }
    if (str_equal_cstr(name, "timezone")) {
        if (time->zone.kind != FEEL_ZONE_NAMED)
            return NULL_BECAUSE(evaluation, "there is no named time zone");
        return feel_string(evaluation->arena, time->zone.name);
    }
    return NULL;
}

/* Days, hours, ... each with the sign of the whole. */
static const struct feel_value *days_property(struct feel_evaluation *evaluation,
                                              struct feel_duration duration, struct str name)
{
    int64_t seconds = duration.second;
    if (duration.nanosecond > 0 && seconds < 0) seconds++; /* towards zero */
    if (str_equal_cstr(name, "days")) return integer(evaluation, seconds / DAY_SECONDS);
    if (str_equal_cstr(name, "hours")) return integer(evaluation, seconds % DAY_SECONDS / 3600);
    if (str_equal_cstr(name, "minutes")) return integer(evaluation, seconds % 3600 / 60);
    if (str_equal_cstr(name, "seconds")) {
        int64_t nanosecond = duration.nanosecond > 0 && duration.second < 0
                                 ? duration.nanosecond - NANOSECONDS
                                 : duration.nanosecond;
        struct feel_number part;
        if (feel_number_divide(feel_number_from_int64(nanosecond), feel_number_from_int64(NANOSECONDS),
                               &part) &&
            feel_number_add(feel_number_from_int64(seconds % 60), part, &part))
            return feel_number(evaluation->arena, part);
    }
    return NULL;
}

static const struct feel_value *range_property(struct feel_evaluation *evaluation,
                                               const struct feel_range *range, struct str name)
{
    if (str_equal_cstr(name, "start"))
        return range->low != NULL ? range->low : NULL_BECAUSE(evaluation, "the range has no start");
    if (str_equal_cstr(name, "end"))
        return range->high != NULL ? range->high : NULL_BECAUSE(evaluation, "the range has no end");
    if (str_equal_cstr(name, "start included")) return feel_boolean(range->low_closed);
    if (str_equal_cstr(name, "end included")) return feel_boolean(range->high_closed);
    return NULL;
}

static const struct feel_value *property(struct feel_evaluation *evaluation, const struct feel_value *value,
                                         struct str name)
{
    const struct feel_value *result = NULL;
    switch (value->kind) {
    case FEEL_CONTEXT:
        return feel_get(value, name);
    case FEEL_DATE:
        return date_property(evaluation, value->date, name);
    case FEEL_TIME:
        return time_property(evaluation, &value->time, temporal_seconds_of_day(&value->time), name);
    case FEEL_DATE_TIME:
        result = date_property(evaluation, value->date_time.date, name);
        if (result != NULL) return result;
        return time_property(evaluation, &value->date_time.time,
                             temporal_local_seconds(value->date_time.date, &value->date_time.time), name);
    case FEEL_DAYS_DURATION:
        return days_property(evaluation, value->days, name);
    case FEEL_MONTHS_DURATION:
        if (str_equal_cstr(name, "years")) return integer(evaluation, value->months / 12);
        if (str_equal_cstr(name, "months")) return integer(evaluation, value->months % 12);
        return NULL;
    case FEEL_RANGE:
        return range_property(evaluation, &value->range, name);
    default:
        return NULL;
    }
}

const struct feel_value *evaluate_path(struct feel_evaluation *evaluation, const struct feel_value *value,
                                       struct str name)
{
    const struct feel_value *result, **items;
    if (value->kind != FEEL_LIST) {
        if (feel_is_null(value) && value->reason.length > 0) return value;
        result = property(evaluation, value, name);
        if (result != NULL) return result;
        return NULL_BECAUSE(evaluation, "%s has no entry \"%.*s\"", feel_kind_name(value->kind),
                            STR_ARG(name));
    }
    items = evaluation_alloc(evaluation, value->list.count * sizeof *items);
    feel_enter(evaluation);
    for (size_t i = 0; i < value->list.count; i++) { /* the entry of every item */
        feel_step(evaluation);
        items[i] = evaluate_path(evaluation, value->list.items[i], name);
    }
    feel_leave(evaluation);
    return feel_list(evaluation->arena, items, value->list.count);
}

struct found {
    const struct feel_value **items;
    size_t count, capacity;
};

static void add_found(struct feel_evaluation *evaluation, struct found *found, const struct feel_value *value)
{
    if (found->count == found->capacity) {
        size_t capacity = found->capacity == 0 ? 8 : found->capacity * 2;
        const struct feel_value **items = evaluation_alloc(evaluation, capacity * sizeof *items);
        if (found->count > 0) memcpy(items, found->items, found->count * sizeof *items);
        found->items = items;
        found->capacity = capacity;
    }
    found->items[found->count++] = value;
}

static void find_descendants(struct feel_evaluation *evaluation, const struct feel_value *value,
                             struct str name, struct found *found)
{
    feel_step(evaluation);
    feel_enter(evaluation);
    for (size_t i = 0; value->kind == FEEL_LIST && i < value->list.count; i++)
        find_descendants(evaluation, value->list.items[i], name, found);
    for (size_t i = 0; value->kind == FEEL_CONTEXT && i < feel_context_count(value); i++) {
        struct str key;
        const struct feel_value *entry = feel_context_at(value, i, &key);
        if (str_equal(key, name) && !feel_is_null(entry)) add_found(evaluation, found, entry);
        find_descendants(evaluation, entry, name, found);
    }
    feel_leave(evaluation);
}

const struct feel_value *evaluate_descendants(struct feel_evaluation *evaluation,
                                              const struct feel_value *value, struct str name)
{
    struct found found = {NULL, 0, 0};
    find_descendants(evaluation, value, name, &found);
    return feel_list(evaluation->arena, found.items, found.count);
}

/* ---- calls ---- */

/* Puts named arguments in the order of the parameters; false when a name fits none. */
static bool order_arguments(struct feel_evaluation *evaluation, const struct feel_function *function,
                            const struct feel_value *const *arguments, const struct str *names, size_t count,
                            const struct feel_value **ordered)
{
    for (size_t i = 0; i < function->count; i++)
        ordered[i] = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        feel_step(evaluation);
        while (at < function->count && !str_equal(function->parameters[at], names[i]))
            at++;
        if (at == function->count || ordered[at] != NULL) return false;
        ordered[at] = arguments[i];
    }
    for (size_t i = 0; i < function->count; i++)
        if (ordered[i] == NULL) ordered[i] = feel_null();
    return true;
}

static const struct feel_value *call_defined(struct feel_evaluation *evaluation,
                                             const struct feel_function *function,
                                             const struct feel_value **arguments)
{
    struct frame *frame;
    for (size_t i = 0; i < function->count; i++) {
        const struct feel_value *given = arguments[i];
        if (function->types == NULL || function->types[i] == NULL) continue;
        arguments[i] = feel_coerce(evaluation->arena, given, function->types[i]);
        if (feel_is_null(arguments[i]) && !feel_is_null(given)) /* then the function is not called */
            return NULL_BECAUSE(evaluation, "the argument \"%.*s\" does not conform to its type",
                                STR_ARG(function->parameters[i]));
    }
    if (function->kind == FUNCTION_HOST) return function->call(evaluation, function->user, arguments);
    frame = evaluation_alloc(evaluation, sizeof *frame);
    *frame =
        (struct frame){.parent = function->frame, .names = function->parameters, .count = function->count};
    frame->values = arguments;
    return evaluate(evaluation, function->body, frame);
}

const struct feel_value *evaluate_invoke(struct feel_evaluation *evaluation, const struct feel_value *value,
                                         const struct feel_value *const *arguments, const struct str *names,
                                         size_t count)
{
    const struct feel_function *function;
    const struct feel_value **ordered, *result;
    if (value->kind != FEEL_FUNCTION) {
        if (feel_is_null(value) && value->reason.length > 0) return value;
        return NULL_BECAUSE(evaluation, "%s is no function", feel_kind_name(value->kind));
    }
    function = value->function;
    feel_step(evaluation);
    if (function->kind == FUNCTION_EXTERNAL)
        return NULL_BECAUSE(evaluation, "external functions are not executed");
    feel_enter(evaluation);
    if (function->kind == FUNCTION_BUILTIN) {
        result = builtin_invoke(evaluation, function->builtin, arguments, names, count);
        feel_leave(evaluation);
        return result;
    }
    ordered = evaluation_alloc(evaluation, function->count * sizeof *ordered);
    if (names != NULL) {
        if (count > function->count ||
            !order_arguments(evaluation, function, arguments, names, count, ordered))
            result = NULL_BECAUSE(evaluation, "the names of the arguments are not those of the parameters");
        else
            result = call_defined(evaluation, function, ordered);
    } else if (count != function->count) {
        result =
            NULL_BECAUSE(evaluation, "the function takes %zu arguments, not %zu", function->count, count);
    } else {
        if (count > 0) memcpy(ordered, arguments, count * sizeof *ordered);
        result = call_defined(evaluation, function, ordered);
    }
    feel_leave(evaluation);
    return result;
}

const struct feel_value *evaluate_call(struct feel_evaluation *evaluation, const struct node *node,
                                       const struct frame *frame)
{
    const struct feel_value *function = evaluate(evaluation, node->left, frame);
    const struct feel_value **arguments = evaluation_alloc(evaluation, node->count * sizeof *arguments);
    if (function->kind != FEEL_FUNCTION && node->left->builtin != NULL)
        function = node->left->builtin; /* a variable that happens to be called like a built-in function */
    for (size_t i = 0; i < node->count; i++)
        arguments[i] = evaluate(evaluation, node->items[i], frame);
    return evaluate_invoke(evaluation, function, arguments, node->names, node->count);
}

const struct feel_value *feel_call(struct feel_evaluation *evaluation, const struct feel_value *function,
                                   const struct feel_value *const *arguments, size_t count)
{
    return evaluate_invoke(evaluation, function, arguments, NULL, count);
}

const struct feel_value *
feel_host_function(struct arena *arena, const struct str *parameters, size_t count,
                   const struct feel_value *(*call)(struct feel_evaluation *evaluation, void *user,
                                                    const struct feel_value *const *arguments),
                   void *user)
{
    struct feel_function *function = arena_zalloc(arena, sizeof *function);
    struct feel_value *value = arena_zalloc(arena, sizeof *value);
    *function = (struct feel_function){
        .kind = FUNCTION_HOST, .parameters = parameters, .count = count, .call = call, .user = user};
    value->kind = FEEL_FUNCTION;
    value->function = function;
    return value;
}

const struct feel_value *feel_call_named(struct feel_evaluation *evaluation,
                                         const struct feel_value *function,
                                         const struct feel_value *const *arguments, const struct str *names,
                                         size_t count)
{
    return evaluate_invoke(evaluation, function, arguments, names, count);
}
