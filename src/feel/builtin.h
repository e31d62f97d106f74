/* The built-in functions (DMN 1.3, 10.3.4): their names, signatures and how they are called. */
#ifndef MOTCUA_FEEL_BUILTIN_H
#define MOTCUA_FEEL_BUILTIN_H

#include "motcua/feel/expression.h"

/* What a parameter takes. A list of one is unwrapped for a scalar parameter, a single value is wrapped for a
 * list. */
enum parameter_type {
    TAKES_ANY,
    TAKES_SCALAR, /* anything but a list; checked by the function */
    TAKES_NUMBER,
    TAKES_STRING,
    TAKES_BOOLEAN,
    TAKES_LIST,
    TAKES_CONTEXT,
    TAKES_FUNCTION,
    TAKES_DATE,     /* a date or the date of a date and time */
    TAKES_TEMPORAL, /* date or date and time, as it is */
    TAKES_POINT,    /* anything but null: point or range; checked by the function */
};

struct parameter {
    struct str name;
    enum parameter_type type;
    bool nullable; /* null may be passed; otherwise a null argument makes the result null */
};

#define MAXIMUM_PARAMETERS 4

struct signature {
    unsigned minimum,
        maximum; /* number of arguments; variadic: the last parameter repeats, in positional calls only */
    bool variadic;
    struct parameter parameters[MAXIMUM_PARAMETERS];
};

/* Arguments are checked and converted; missing optional ones are NULL up to MAXIMUM_PARAMETERS. */
typedef const struct feel_value *builtin_call(struct feel_evaluation *evaluation,
                                              const struct feel_value *const *arguments, size_t count);

struct builtin {
    struct str name;
    builtin_call *call;
    struct signature signatures[4]; /* unused ones have maximum 0 */
};

#define MAXIMUM_SIGNATURES 4

/* For the tables: a parameter, one that may be null, and the end of a table. */
#define PARAMETER(text, takes)                                                                               \
    {                                                                                                        \
        {"" text, sizeof(text) - 1}, (takes), false                                                          \
    }
#define PARAMETER_OR_NULL(text, takes)                                                                       \
    {                                                                                                        \
        {"" text, sizeof(text) - 1}, (takes), true                                                           \
    }
#define BUILTIN(text, function, ...)                                                                         \
    {                                                                                                        \
        {"" text, sizeof(text) - 1}, (function),                                                             \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }
#define END_OF_BUILTINS                                                                                      \
    {                                                                                                        \
        {NULL, 0}, NULL,                                                                                     \
        {                                                                                                    \
            {                                                                                                \
                0, 0, false,                                                                                 \
                {                                                                                            \
                    {                                                                                        \
                        {NULL, 0}, TAKES_ANY, false                                                          \
                    }                                                                                        \
                }                                                                                            \
            }                                                                                                \
        }                                                                                                    \
    }

const struct str *builtin_names(size_t *count);
/* The function value of that name, or NULL. Static. */
const struct feel_value *builtin_function(struct str name);
/* Calls with positional arguments (names NULL) or named ones. */
const struct feel_value *builtin_invoke(struct feel_evaluation *evaluation, const struct builtin *builtin,
                                        const struct feel_value *const *arguments, const struct str *names,
                                        size_t count);

/* The groups, each its own file; a group ends with an entry whose name is empty. */
extern const struct builtin builtins_conversion[];
extern const struct builtin builtins_string[];
extern const struct builtin builtins_regex[];
extern const struct builtin builtins_list[];
extern const struct builtin builtins_aggregate[];
extern const struct builtin builtins_numeric[];
extern const struct builtin builtins_temporal[];
extern const struct builtin builtins_range[];
extern const struct builtin builtins_context[];

#endif
