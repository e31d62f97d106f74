/* What of a model starts instances by itself: message, signal and timer start events of processes. */
#include "machine.h"

static bool first_due(const struct bpmn_environment *environment, struct bpmn_start *start)
{
    struct cycle cycle;
    const struct bpmn_timer *timer = &start->element->timer;
    start->name = timer->value.text;
    start->working = timer->working;
    start->repetitions = 0;
    if (start->name.length > 0 && bpmn_cycle_from_text(start->name, environment->utc_offset, &cycle) &&
        (start->name.data[0] == 'R' || timer->kind == BPMN_TIMER_CYCLE)) {
        if (cycle.repetitions == 0) return false;
        start->repetitions = cycle.repetitions < 0 ? -1 : cycle.repetitions - 1;
        start->due = cycle.has_start && cycle.start > environment->now
                         ? cycle.start
                         : bpmn_compute_due(environment, start->element, cycle.span_text, start->working,
                                            environment->now);
        return start->due != 0;
    }
    start->due = bpmn_compute_due(environment, start->element, start->name, start->working, environment->now);
    return start->due != 0;
}

/* A start timer may be an expression without variables. */
static void evaluate_timer(const struct bpmn_environment *environment, struct bpmn_start *start,
                           struct arena *arena)
{
    const struct bpmn_expression *value = &start->element->timer.value;
    const struct feel_value *result;
    struct feel_environment feel = {
        .now = feel_date_time_from_instant(arena, environment->now, environment->utc_offset),
        .zones = environment->zones,
        .limits = {.steps = 100000, .depth = 100, .size = 1 << 20}};
    if (value->literal || value->feel == NULL ||
        feel_evaluate(value->feel, &feel, arena, &result, NULL) != STATUS_OK || result->kind == FEEL_NULL)
        return;
    const char *text = feel_text(arena, result, 4096);
    if (text != NULL)
        start->due =
            bpmn_compute_due(environment, start->element, str_of(text), start->working, environment->now);
}

const struct bpmn_start *bpmn_model_starts(const struct bpmn_environment *environment,
                                           const struct bpmn_model *model, struct arena *arena, size_t *count)
{
    VEC(struct bpmn_start) starts = {0};
    for (size_t i = 0; i < model->node_count; i++) {
        const struct bpmn_node *node = model->nodes[i];
        if (node->parent == NULL || node->parent->kind != BPMN_PROCESS || !node->parent->executable) continue;
        bool by_gateway = false;
        for (size_t k = 0; k < node->incoming_count; k++)
            by_gateway = by_gateway || (node->incoming[k]->source->kind == BPMN_EVENT_GATEWAY &&
                                        node->incoming[k]->source->instantiate);
        bool receives = (node->kind == BPMN_RECEIVE_TASK && node->instantiate && node->incoming_count == 0) ||
                        (by_gateway && (node->kind == BPMN_RECEIVE_TASK || node->trigger == BPMN_MESSAGE));
        if (node->kind != BPMN_START_EVENT && !receives) continue;
        struct bpmn_start start = {.process = node->process,
                                   .element = node,
                                   .trigger = receives ? BPMN_MESSAGE : node->trigger,
                                   .name = node->reference.text};
        if (start.trigger == BPMN_TIMER) {
            if (!first_due(environment, &start)) evaluate_timer(environment, &start, arena);
            if (start.due == 0) continue;
        } else if (start.trigger != BPMN_MESSAGE && start.trigger != BPMN_SIGNAL) {
            continue;
        }
        VEC_PUSH(arena, &starts, start);
    }
    *count = starts.count;
    return starts.items;
}

bool bpmn_start_next(const struct bpmn_environment *environment, struct bpmn_start *start)
{
    struct cycle cycle;
    if (start->trigger != BPMN_TIMER || start->repetitions == 0 ||
        !bpmn_cycle_from_text(start->name, environment->utc_offset, &cycle))
        return false;
    instant due = bpmn_compute_due(environment, start->element, cycle.span_text, start->working, start->due);
    if (due <= start->due) return false;
    start->due = due;
    start->repetitions -= start->repetitions > 0;
    return true;
}
