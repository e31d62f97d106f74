/* The public face of the state space, and the longest ways to the ends. */
#include "motcua/bpmn/paths.h"

#include "space.h"

enum { WORKING_DAY = 8 * 3600 };

/* ---- how long one node takes at most ---- */

static void add_duration(struct bpmn_duration *sum, const struct bpmn_duration *part)
{
    sum->working_seconds += part->working_seconds;
    sum->calendar_seconds += part->calendar_seconds;
    sum->unknown = sum->unknown || part->unknown;
}

/* For comparing: a working day is about a day and two fifths of the calendar. */
static int64_t rank(const struct bpmn_duration *duration)
{
    return duration->working_seconds / WORKING_DAY * 120960 + duration->working_seconds % WORKING_DAY * 3 +
           duration->calendar_seconds;
}

static struct bpmn_duration read_duration(const struct bpmn_expression *expression, bool working)
{
    struct bpmn_duration result = {0};
    struct span span;
    struct limit_text limit;
    if (expression->text.length == 0) return result;
    result.unknown = true;
    if (!expression->literal) return result;
    if (bpmn_span_from_text(expression->text, &span)) {
        int64_t seconds = span.microseconds / MICROSECONDS, days = seconds / 86400 + 30 * span.months;
        if (span.negative || span.months > 12000 || days > 400000) return result;
        if (working)
            result.working_seconds = days * WORKING_DAY + seconds % 86400;
        else
            result.calendar_seconds = days * 86400 + seconds % 86400;
        result.unknown = false;
    } else if (bpmn_limit_from_text(expression->text, &limit)) {
        static const int64_t units[] = {
            [LIMIT_HOURS] = 3600, [LIMIT_DAYS] = 86400, [LIMIT_MONTHS] = 30 * 86400};
        int64_t seconds = limit.amount * units[limit.unit];
        if (limit.working)
            result.working_seconds = limit.unit == LIMIT_HOURS ? seconds : limit.amount * WORKING_DAY;
        else
            result.calendar_seconds = seconds;
        result.unknown = false;
    }
    return result;
}

struct walk {
    const struct bpmn_model *model;
    struct arena *arena;
    struct bpmn_duration *inside; /* of processes and subprocesses, by node index, once computed */
    uint8_t *known;               /* 0 no, 1 being computed (a process that calls itself), 2 yes */
};

static struct bpmn_duration longest_inside(const struct walk *walk, const struct bpmn_node *scope);

static struct bpmn_duration time_at(const struct walk *walk, const struct bpmn_node *node)
{
    struct bpmn_duration result = {0};
    switch (node->kind) {
    case BPMN_USER_TASK:
        return read_duration(&node->limit, node->limit_working);
    case BPMN_CATCH_EVENT:
        if (node->trigger == BPMN_TIMER) {
            result = read_duration(&node->timer.value, node->timer.working);
            result.unknown = result.unknown || node->timer.kind == BPMN_TIMER_DATE;
        }
        return result;
    case BPMN_SUBPROCESS:
        return longest_inside(walk, node);
    case BPMN_CALL_ACTIVITY: {
        const struct bpmn_node *called =
            node->call_target.literal ? bpmn_model_process(walk->model, node->call_target.text) : NULL;
        if (called != NULL && called->kind == BPMN_PROCESS) return longest_inside(walk, called);
        result.unknown = true;
        return result;
    }
    default:
        return result;
    }
}

/* ---- longest ways in one scope, back edges left out ---- */

struct way {
    struct bpmn_duration duration; /* up to the end of the node */
    const struct bpmn_node *before;
    bool loops;
    bool known;
};

struct graph {
    const struct walk *walk;
    const struct bpmn_node *scope;
    struct way *ways;          /* by node index */
    uint8_t *color;            /* 0 new, 1 on the stack, 2 done */
    bool *looping;             /* target of a back edge */
    struct bpmn_duration *own; /* time at each node */
    size_t *position;          /* in the order */
    const struct bpmn_node **order;
    size_t order_count;
};

static size_t successors(const struct bpmn_node *node)
{
    return node->outgoing_count + node->boundary_count + (node->link_target != NULL);
}

static const struct bpmn_node *successor(const struct bpmn_node *node, size_t i)
{
    if (i < node->outgoing_count) return node->outgoing[i]->target;
    i -= node->outgoing_count;
    return i < node->boundary_count ? node->boundary[i] : node->link_target;
}

/* Depth first without recursion: reverse postorder is a topological order of what is left. */
static void visit(struct graph *graph, const struct bpmn_node *start)
{
    struct frame {
        const struct bpmn_node *node;
        size_t next;
    } *stack = arena_array(graph->walk->arena, graph->scope->child_count + 1, sizeof *stack);
    size_t depth = 0;
    if (graph->color[start->index] != 0) return;
    graph->color[start->index] = 1;
    stack[depth++] = (struct frame){start, 0};
    while (depth > 0) {
        struct frame *frame = &stack[depth - 1];
        if (frame->next == successors(frame->node)) {
            graph->color[frame->node->index] = 2;
            graph->position[frame->node->index] = graph->order_count;
            graph->order[graph->order_count++] = frame->node;
            graph->own[frame->node->index] = time_at(graph->walk, frame->node);
            depth--;
            continue;
        }
        const struct bpmn_node *next = successor(frame->node, frame->next++);
        if (graph->color[next->index] == 1) graph->looping[next->index] = true;
        if (graph->color[next->index] != 0) continue;
        graph->color[next->index] = 1;
        stack[depth++] = (struct frame){next, 0};
    }
}

static bool is_start(const struct bpmn_node *node)
{
    if (node->kind == BPMN_START_EVENT) return true;
    return node->incoming_count == 0 && node->kind != BPMN_BOUNDARY_EVENT &&
           node->kind != BPMN_EVENT_SUBPROCESS && !node->for_compensation &&
           !(node->kind == BPMN_CATCH_EVENT && node->trigger == BPMN_LINK);
}

/* The time until an edge is taken: a boundary timer cuts the time of its activity. */
static void offer(struct graph *graph, const struct bpmn_node *from, const struct bpmn_node *to)
{
    struct way *source = &graph->ways[from->index], *target = &graph->ways[to->index];
    struct bpmn_duration sum = source->duration;
    if (to->kind == BPMN_BOUNDARY_EVENT && from == to->attached_to && to->trigger == BPMN_TIMER) {
        struct bpmn_duration timer = read_duration(&to->timer.value, to->timer.working);
        const struct way *before = source->before == NULL ? NULL : &graph->ways[source->before->index];
        sum = before == NULL ? (struct bpmn_duration){0} : before->duration;
        add_duration(&sum, &timer);
    } else {
        add_duration(&sum, &graph->own[to->index]);
    }
    if (target->known && rank(&sum) <= rank(&target->duration)) return;
    target->duration = sum;
    target->before = from;
    target->known = true;
    target->loops = source->loops || graph->looping[to->index];
}

static struct graph explore_ways(const struct walk *walk, const struct bpmn_node *scope)
{
    struct graph graph = {.walk = walk, .scope = scope};
    graph.ways = arena_array(walk->arena, walk->model->node_count, sizeof *graph.ways);
    graph.color = arena_array(walk->arena, walk->model->node_count, 1);
    graph.looping = arena_array(walk->arena, walk->model->node_count, sizeof *graph.looping);
    graph.order = arena_array(walk->arena, scope->child_count + 1, sizeof *graph.order);
    graph.own = arena_array(walk->arena, walk->model->node_count, sizeof *graph.own);
    graph.position = arena_array(walk->arena, walk->model->node_count, sizeof *graph.position);
    for (size_t i = 0; i < scope->child_count; i++)
        if (is_start(scope->children[i])) visit(&graph, scope->children[i]);
    for (size_t i = graph.order_count; i-- > 0;) {
        const struct bpmn_node *node = graph.order[i];
        struct way *way = &graph.ways[node->index];
        if (!way->known) { /* a start */
            way->known = true;
            way->loops = graph.looping[node->index];
            way->duration = graph.own[node->index];
        }
        for (size_t k = 0; k < successors(node); k++) {
            const struct bpmn_node *next = successor(node, k);
            bool back = graph.position[next->index] >= graph.position[node->index];
            if (!back) offer(&graph, node, next);
        }
    }
    return graph;
}

static struct bpmn_duration longest_inside(const struct walk *walk, const struct bpmn_node *scope)
{
    struct bpmn_duration longest = {0};
    if (walk->known[scope->index] == 2) return walk->inside[scope->index];
    longest.unknown = true;
    if (walk->known[scope->index] == 1) return longest;
    walk->known[scope->index] = 1;
    struct graph graph = explore_ways(walk, scope);
    longest.unknown = false;
    for (size_t i = 0; i < graph.order_count; i++) {
        const struct way *way = &graph.ways[graph.order[i]->index];
        bool unknown = longest.unknown || way->duration.unknown;
        if (rank(&way->duration) > rank(&longest)) longest = way->duration;
        longest.unknown = unknown;
    }
    walk->known[scope->index] = 2;
    walk->inside[scope->index] = longest;
    return longest;
}

static void add_times(struct bpmn_paths *paths, const struct walk *walk, const struct bpmn_node *process)
{
    struct graph graph = explore_ways(walk, process);
    struct bpmn_end_time *times = arena_array(walk->arena, process->child_count + 1, sizeof *times);
    for (size_t i = 0; i < process->child_count; i++) {
        const struct bpmn_node *end = process->children[i];
        if (!graph.ways[end->index].known || successors(end) > 0) continue;
        const struct bpmn_node **path = arena_array(walk->arena, graph.order_count + 1, sizeof *path);
        size_t count = 0;
        for (const struct bpmn_node *node = end; node != NULL && count <= graph.order_count;
             node = graph.ways[node->index].before)
            path[count++] = node;
        for (size_t k = 0; k < count / 2; k++) {
            const struct bpmn_node *other = path[k];
            path[k] = path[count - 1 - k];
            path[count - 1 - k] = other;
        }
        times[paths->time_count++] = (struct bpmn_end_time){.end = end,
                                                            .longest = graph.ways[end->index].duration,
                                                            .path = path,
                                                            .path_count = count,
                                                            .loops = graph.ways[end->index].loops};
    }
    paths->times = times;
}

const struct bpmn_paths *bpmn_paths(const struct bpmn_model *model, const struct bpmn_node *process,
                                    struct arena *arena)
{
    struct bpmn_paths *paths = arena_zalloc(arena, sizeof *paths);
    struct space space = {.model = model,
                          .arena = arena,
                          .with_events = true,
                          .complete = true,
                          .budget = BPMN_MAXIMUM_PATH_STATES};
    space.visited = arena_array(arena, model->node_count, sizeof *space.visited);
    bpmn_space_explore(&space, process);
    struct bpmn_outcome *outcomes = arena_array(arena, space.outcomes.count, sizeof *outcomes);
    for (size_t i = 0; i < space.outcomes.count; i++)
        outcomes[i] = (struct bpmn_outcome){space.outcomes.items[i].nodes, space.outcomes.items[i].count};
    size_t dead_count = space.stuck.count + space.endless.count;
    struct bpmn_dead_end *dead = arena_array(arena, dead_count, sizeof *dead);
    for (size_t i = 0; i < dead_count; i++) {
        bool endless = i >= space.stuck.count;
        const struct space_end *end =
            endless ? &space.endless.items[i - space.stuck.count] : &space.stuck.items[i];
        dead[i] = (struct bpmn_dead_end){end->nodes, end->count, endless};
    }
    paths->outcomes = outcomes;
    paths->outcome_count = space.outcomes.count;
    paths->dead_ends = dead;
    paths->dead_end_count = dead_count;
    paths->states = space.states;
    paths->complete = space.complete;
    paths->unbounded = space.pile != NULL;
    paths->pile = space.pile;
    paths->visited = space.visited;
    struct walk walk = {model, arena, arena_array(arena, model->node_count, sizeof *walk.inside),
                        arena_array(arena, model->node_count, 1)};
    add_times(paths, &walk, process);
    return paths;
}
