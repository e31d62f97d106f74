/* The loaded form of a decision model. Immutable once dmn_load has returned. */
#ifndef MOTCUA_DMN_MODEL_PRIVATE_H
#define MOTCUA_DMN_MODEL_PRIVATE_H

#include "motcua/dmn/model.h"

struct dmn_item {          /* item definition */
    struct feel_type type; /* what feel_conforms checks; filled when the reference is resolved */
    struct str name;
    const char *reference;                    /* typeRef; NULL with components or for a function */
    const struct dmn_item *base;              /* the item definition that `reference` names, or NULL */
    const struct feel_expression *allowed;    /* unary tests on each value */
    const struct feel_expression *constraint; /* unary tests on the whole (typeConstraint) */
    const char *allowed_text;
    struct dmn_item **components;
    size_t component_count;
    const struct dmn_item *result; /* of a function item */
    const char *result_reference;
    bool collection;
    size_t document; /* where it stands, for the references in it */
    unsigned state;  /* while resolving: 0 new, 1 in progress, 2 done */
    long line;
};

enum boxed_kind {
    BOXED_LITERAL,
    BOXED_TABLE,
    BOXED_CONTEXT,
    BOXED_LIST,
    BOXED_RELATION,
    BOXED_INVOCATION,
    BOXED_FUNCTION,
    BOXED_CONDITIONAL,
    BOXED_FOR,
    BOXED_SOME,
    BOXED_EVERY,
    BOXED_FILTER,
    BOXED_BROKEN, /* does not compile or is not supported: null with `reason` */
};

struct dmn_variable { /* entry, parameter, column */
    struct str name;
    const struct dmn_item *type; /* NULL: any */
};

struct dmn_input_clause {
    const struct dmn_boxed *expression;
    const struct dmn_item *type; /* NULL: any */
    const struct feel_expression *allowed;
};

struct dmn_output_clause {
    struct str name;
    const struct dmn_item *type;
    const struct feel_expression *allowed; /* unary tests */
    const struct feel_expression *order;   /* the same as a list, highest priority first */
    const struct dmn_boxed *otherwise;     /* default output entry */
};

struct dmn_rule {
    const struct feel_expression **tests; /* one per input clause; NULL: broken, never true */
    const struct dmn_boxed **outputs;     /* one per output clause */
};

enum hit_policy {
    HIT_UNIQUE,
    HIT_ANY,
    HIT_PRIORITY,
    HIT_FIRST,
    HIT_RULE_ORDER,
    HIT_OUTPUT_ORDER,
    HIT_COLLECT
};
enum aggregation { AGGREGATE_NONE, AGGREGATE_SUM, AGGREGATE_MIN, AGGREGATE_MAX, AGGREGATE_COUNT };

struct dmn_table {
    enum hit_policy policy;
    enum aggregation aggregation;
    struct dmn_input_clause *inputs;
    size_t input_count;
    struct dmn_output_clause *outputs;
    size_t output_count;
    struct dmn_rule *rules;
    size_t rule_count;
};

struct dmn_boxed {
    enum boxed_kind kind;
    const struct dmn_item *type; /* typeRef of the expression; NULL: any */
    const struct feel_expression *literal;
    const char *reason; /* BOXED_BROKEN */
    const struct dmn_table *table;
    struct dmn_variable
        *variables; /* entries, columns, bindings, formal parameters, the iteration variable */
    size_t variable_count;
    const struct dmn_boxed **parts; /* values of entries and bindings, items, cells row by row, operands */
    size_t part_count;
    bool has_result; /* BOXED_CONTEXT: the last part has no name and is the result */
};

struct dmn_element;

struct dmn_requirement {
    const struct dmn_element *element;
    const struct str
        *path; /* names of imports that lead to it from the model that requires it; none: the same model */
    size_t path_count;
};

enum element_kind { ELEMENT_INPUT, ELEMENT_DECISION, ELEMENT_KNOWLEDGE, ELEMENT_SERVICE };

struct dmn_element {
    enum element_kind kind;
    size_t index;
    struct str id, name;
    struct str variable; /* name under which others see it */
    const struct dmn_item *type;
    const struct dmn_boxed *logic; /* of a business knowledge model: its function definition */
    struct dmn_requirement
        *required; /* inputs and decisions; of a service: input data, then input decisions */
    size_t required_count;
    struct dmn_requirement *knowledge; /* business knowledge models and services */
    size_t knowledge_count;
    struct dmn_requirement *outputs; /* of a service */
    size_t output_count;
    struct str *parameters; /* of a function: names in order */
    size_t parameter_count;
    struct str
        import; /* name under which the main model imports the one this stands in; empty: the main model */
    bool imported;
    unsigned state; /* while looking for cycles */
    bool cyclic;
    long line;
};

struct dmn_model {
    struct dmn_element **elements;
    size_t element_count;
    struct dmn_item **items;
    size_t item_count;
    struct dmn_finding *findings;
    size_t finding_count;
    struct str *decisions;
    size_t decision_count;
    struct str *declared; /* names of elements, variables and imports, sorted */
    size_t declared_count;
    const struct feel_expression *spread;       /* the list, or a range as a list */
    const struct feel_expression *aggregate[5]; /* by enum aggregation, over `list` */
};

/* ---- evaluation (evaluate.c, table.c, item_check.c) ---- */

struct dmn_evaluation {
    struct feel_evaluation *feel;
    const struct dmn_model *model;
    const struct feel_value *inputs; /* context of the caller */
    const struct feel_value *others; /* what in it the model does not declare; NULL: inside a function */
    struct dmn_run *run;
};

struct dmn_run { /* what has been computed in one scope of inputs: the caller's, or those of a service call */
    const struct feel_value **values; /* per element; NULL: not yet */
    bool *busy;
};

const struct feel_value *dmn_boxed_value(struct dmn_evaluation *evaluation, const struct dmn_boxed *boxed,
                                         const struct feel_value *scope);
const struct feel_value *dmn_table_value(struct dmn_evaluation *evaluation, const struct dmn_table *table,
                                         const struct feel_value *scope);
/* The value as the item demands it, or null with a reason. `read_texts`: strings may stand for dates and
 * durations. */
const struct feel_value *dmn_item_coerce(struct dmn_evaluation *evaluation, const struct dmn_item *item,
                                         const struct feel_value *value, bool read_texts);

/* ---- surroundings.c ---- */
void dmn_sort_declared(struct arena *arena, struct dmn_model *model);
/* The entries whose names the model does not declare. */
const struct feel_value *dmn_undeclared(struct dmn_evaluation *evaluation, const struct feel_value *inputs);
void dmn_put_all(struct dmn_evaluation *evaluation, struct feel_context_builder *scope,
                 const struct feel_value *context);
/* The named columns of a required table, where nothing else has their names. */
void dmn_put_columns(struct dmn_evaluation *evaluation, struct feel_context_builder *scope,
                     const struct dmn_element *required, const struct feel_value *value);

#endif
