/*
 * One evaluation: its caps, its arena, the scopes. Invariant: every loop and every nested evaluation counts a
 * step, and what may be large is reserved before it is allocated; a cap that is hit leaves through the jump
 * buffer.
 */
#ifndef MOTCUA_FEEL_EVALUATE_H
#define MOTCUA_FEEL_EVALUATE_H

#include <setjmp.h>

#include "node.h"
#include "temporal.h"

enum cap { CAP_NONE, CAP_STEPS, CAP_DEPTH, CAP_SIZE };

struct frame { /* variables, innermost first; in the arena, because closures keep it */
    const struct frame *parent;
    const struct str *names;
    const struct feel_value **values;
    size_t count;
    const struct feel_value *context; /* its entries are variables too, looked at before the names */
};

struct feel_evaluation {
    const struct feel_environment *environment;
    struct arena *arena;
    struct feel_limits limits;
    uint64_t steps;
    unsigned depth;
    size_t arena_start;
    enum cap cap;
    jmp_buf escape;
};

enum function_kind { FUNCTION_DEFINED, FUNCTION_BUILTIN, FUNCTION_HOST, FUNCTION_EXTERNAL };

struct feel_function {
    enum function_kind kind;
    const struct str *parameters;
    size_t count;
    const struct feel_type *const *types; /* NULL, or per parameter NULL or its type */
    const struct node *body;              /* FUNCTION_DEFINED */
    const struct frame *frame;
    const struct builtin *builtin;
    const struct feel_value *(*call)(struct feel_evaluation *evaluation, void *user,
                                     const struct feel_value *const *arguments);
    void *user;
};

/* What is about to be allocated counts against the size cap. */
void evaluation_reserve(struct feel_evaluation *evaluation, size_t bytes);
void *evaluation_alloc(struct feel_evaluation *evaluation, size_t bytes);
/* Counts `steps` at once: work that is not proportional to nodes. */
void evaluation_steps(struct feel_evaluation *evaluation, uint64_t steps);

const struct feel_value *evaluate(struct feel_evaluation *evaluation, const struct node *node,
                                  const struct frame *frame);
const struct feel_value *evaluate_iteration(struct feel_evaluation *evaluation, const struct node *node,
                                            const struct frame *frame);
const struct feel_value *evaluate_filter(struct feel_evaluation *evaluation, const struct node *node,
                                         const struct frame *frame);
const struct feel_value *evaluate_call(struct feel_evaluation *evaluation, const struct node *node,
                                       const struct frame *frame);
/* The values, null aside, that entries of that name have in the value, however deep. */
const struct feel_value *evaluate_descendants(struct feel_evaluation *evaluation,
                                              const struct feel_value *value, struct str name);
const struct feel_value *evaluate_path(struct feel_evaluation *evaluation, const struct feel_value *value,
                                       struct str name);
/* The items of a NODE_UNARY_TESTS or NODE_IN. */
const struct feel_value *evaluate_tests(struct feel_evaluation *evaluation, const struct feel_value *input,
                                        const struct node *tests, const struct frame *frame);
/* With names (named call) or without. */
const struct feel_value *evaluate_invoke(struct feel_evaluation *evaluation,
                                         const struct feel_value *function,
                                         const struct feel_value *const *arguments, const struct str *names,
                                         size_t count);
/* The variable, or NULL. */
const struct feel_value *frame_lookup(const struct frame *frame, struct str name);

/* ---- operators (operator.c, compare.c) ---- */
const struct feel_value *operate(struct feel_evaluation *evaluation, enum operator_kind operator,
                                 const struct feel_value * left, const struct feel_value *right);
const struct feel_value *operate_negate(struct feel_evaluation *evaluation, const struct feel_value *value);
/* < <= > >= = !=; true, false, or null with a reason. */
const struct feel_value *compare(struct feel_evaluation *evaluation, enum operator_kind operator,
                                 const struct feel_value * left, const struct feel_value *right);
/* -1, 0, 1; false when the two have no order. */
bool compare_order(struct feel_evaluation *evaluation, const struct feel_value *left,
                   const struct feel_value *right, int *order);
/* Is `point` in the range? 1, 0, or -1 when they do not compare. */
int range_includes(struct feel_evaluation *evaluation, const struct feel_range *range,
                   const struct feel_value *point);
/* The range that a text of literals spells (range_text.c), or null. */
const struct feel_value *range_from_string(struct feel_evaluation *evaluation, struct str text);
/* feel_equal with steps counted. */
int compare_equal(struct feel_evaluation *evaluation, const struct feel_value *left,
                  const struct feel_value *right);

/* ---- time zones (zone.c) ---- */
/* Is there such a zone (always true for none, offsets and UTC; unknown names are false)? */
bool zone_exists(struct feel_evaluation *evaluation, const struct feel_zone *zone);
/* Offset in seconds for a local clock reading, and for a moment in UTC. False without rules or zone. */
bool zone_offset_at_local(struct feel_evaluation *evaluation, const struct feel_zone *zone,
                          int64_t local_seconds, int32_t *offset);
bool zone_offset_at_utc(struct feel_evaluation *evaluation, const struct feel_zone *zone, int64_t utc_seconds,
                        int32_t *offset);
/* Reads a text with a zone; null with a reason when malformed or the zone is unknown. */
const struct feel_value *date_from_string(struct feel_evaluation *evaluation, struct str text);
const struct feel_value *time_from_string(struct feel_evaluation *evaluation, struct str text);
const struct feel_value *date_time_from_string(struct feel_evaluation *evaluation, struct str text);
const struct feel_value *duration_from_string(struct feel_evaluation *evaluation, struct str text);
/* @"...": whichever of them it is. */
const struct feel_value *temporal_from_string(struct feel_evaluation *evaluation, struct str text);

#define NULL_BECAUSE(evaluation, ...) feel_null_because((evaluation)->arena, __VA_ARGS__)

#endif
