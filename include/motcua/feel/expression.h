/*
 * Compile a FEEL expression once, evaluate it many times. A compiled expression is immutable and may be used
 * by many threads at once; what an evaluation makes lives in the arena of that evaluation. No clock, no I/O:
 * now and the time zone rules come in with the environment. An expression never hangs or exhausts the caller:
 * steps, depth and size are capped, each with its own error. What has no value is null with a reason, not an
 * error.
 */
#ifndef MOTCUA_FEEL_EXPRESSION_H
#define MOTCUA_FEEL_EXPRESSION_H

#include "motcua/feel/type.h"
#include "motcua/feel/value.h"

struct feel_expression;

/* The names an expression may use. FEEL names may contain spaces and signs ("ngày sinh", "profit-loss"), so
 * the reader must know them; a name of letters, digits and underscores is read even when it is not listed. */
struct feel_names {
    const struct str *variables; /* top-level names */
    size_t variable_count;
    const struct str
        *members; /* names of entries of contexts anywhere below them (after '.', inside filters) */
    size_t member_count;
    const struct feel_named_type *types; /* for `instance of` and typed parameters; may be NULL */
    size_t type_count;
};

/* The names of a context value: its keys, and as members the keys of all contexts inside it. Appends to
 * nothing: the result replaces *names. */
void feel_names_of(struct arena *arena, const struct feel_value *context, struct feel_names *names);

#define FEEL_MAXIMUM_TEXT 65536 /* bytes of one expression */

/* Compiles a textual expression; takes at most 256 KiB and 400 bytes per byte of text from the arena, which
 * must outlive the expression. The text is copied. `names` may be NULL. Errors: STATUS_INVALID "feel.syntax"
 * (argument: the place as "line:column", detail: what was expected), "feel.encoding"; STATUS_TOO_LARGE
 * "feel.text_too_long", "feel.text_too_deep". */
NODISCARD enum status feel_compile(struct arena *arena, struct str text, const struct feel_names *names,
                                   const struct feel_expression **expression, struct error *error);
/* Compiles unary tests (decision table cell, allowed values): `< 5`, `"a", "b"`, `not([1..3])`, `-`, `? > 2`.
 * Evaluated with environment.input they give true, false or null. */
NODISCARD enum status feel_compile_unary_tests(struct arena *arena, struct str text,
                                               const struct feel_names *names,
                                               const struct feel_expression **expression,
                                               struct error *error);

/* Byte offset, line and column (from 1, in code points) of the last syntax error; error->argument has the
 * same as text. */

/* The free top-level names the expression reads, each once, in order of appearance; built-in functions are
 * left out unless the name is among the known variables. Static for the life of the expression. */
const struct str *feel_variables(const struct feel_expression *expression, size_t *count);

/* Time zone rules. `load` gives the TZif content (RFC 8536) of an IANA zone, false when there is no such
 * zone; the bytes must stay valid during the evaluation. Called from the evaluating thread. */
struct feel_zone_source {
    bool (*load)(void *user, struct str name, struct str *tzif);
    void *user;
};

struct feel_limits { /* 0 means the default */
    uint64_t steps;  /* nodes evaluated and items visited; default 5,000,000 */
    unsigned depth;  /* nested evaluations; default 600, at most 1500 */
    size_t size;     /* bytes of values made; default 16 MiB; the arena must hold more than this */
};

struct feel_environment {
    const struct feel_value *context; /* a context value: the variables; NULL: none */
    const struct feel_value *input;   /* `?` of unary tests; NULL: none */
    const struct feel_value *now;  /* date and time, best with an offset; NULL: now() and today() are null */
    struct feel_zone_source zones; /* load NULL: only offsets and UTC work */
    struct feel_limits limits;
};

/* Evaluates. *value is in `arena` (or in the expression or context). Errors, all STATUS_TOO_LARGE:
 * "feel.too_many_steps", "feel.too_deep", "feel.too_large". */
NODISCARD enum status feel_evaluate(const struct feel_expression *expression,
                                    const struct feel_environment *environment, struct arena *arena,
                                    const struct feel_value **value, struct error *error);

/* ---- for libraries that build on evaluation (dmn) ---- */
struct feel_evaluation; /* one run with its caps; valid inside the guard only */

/* Runs `body` with one set of caps; inside, feel_run and feel_call may be called any number of times. A cap
 * that is hit leaves `body` at once (longjmp): body must hold no foreign resources. */
NODISCARD enum status feel_guard(const struct feel_environment *environment, struct arena *arena,
                                 void (*body)(struct feel_evaluation *evaluation, void *user), void *user,
                                 struct error *error);
struct arena *feel_evaluation_arena(struct feel_evaluation *evaluation);
/* Evaluates with `context` (NULL: the one of the environment) and `input` (NULL: none) as scope. */
const struct feel_value *feel_run(struct feel_evaluation *evaluation,
                                  const struct feel_expression *expression, const struct feel_value *context,
                                  const struct feel_value *input);
/* Calls a function value with positional arguments; null with a reason when it cannot be called so. */
const struct feel_value *feel_call(struct feel_evaluation *evaluation, const struct feel_value *function,
                                   const struct feel_value *const *arguments, size_t count);
/* The same with named arguments. */
const struct feel_value *feel_call_named(struct feel_evaluation *evaluation,
                                         const struct feel_value *function,
                                         const struct feel_value *const *arguments, const struct str *names,
                                         size_t count);
/* Counts one step against the caps, and one level of depth (to be left again). */
void feel_step(struct feel_evaluation *evaluation);
void feel_enter(struct feel_evaluation *evaluation);
void feel_leave(struct feel_evaluation *evaluation);
/* A function written in C: parameter names for named calls; `call` gets exactly `count` values (missing ones
 * null). */
const struct feel_value *
feel_host_function(struct arena *arena, const struct str *parameters, size_t count,
                   const struct feel_value *(*call)(struct feel_evaluation *evaluation, void *user,
                                                    const struct feel_value *const *arguments),
                   void *user);

#endif
