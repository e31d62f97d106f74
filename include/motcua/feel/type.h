/*
 * FEEL types (DMN 1.3, 10.3.2.9) as data: what `instance of`, parameters and item definitions name. May be
 * built by hand (item definitions) or compiled from text.
 */
#ifndef MOTCUA_FEEL_TYPE_H
#define MOTCUA_FEEL_TYPE_H

#include "motcua/feel/value.h"

enum feel_type_kind {
    FEEL_TYPE_ANY,
    FEEL_TYPE_NULL,
    FEEL_TYPE_SCALAR,   /* kind */
    FEEL_TYPE_LIST,     /* element; NULL: any */
    FEEL_TYPE_CONTEXT,  /* fields; none: any context */
    FEEL_TYPE_RANGE,    /* element; NULL: any */
    FEEL_TYPE_FUNCTION, /* parameters (types) and result; any_parameters: unspecified */
    FEEL_TYPE_UNKNOWN   /* a name nobody defined: nothing conforms */
};

struct feel_type;

struct feel_field {
    struct str name;
    const struct feel_type *type;
};

struct feel_type {
    enum feel_type_kind kind;
    enum feel_kind scalar;
    const struct feel_type *element; /* list, range; result of a function */
    const struct feel_field *fields; /* context; of a function the parameters (names unused) */
    size_t field_count;
    bool any_parameters;
};

/* Types with names of their own (item definitions), for `instance of` and parameters in an expression. */
struct feel_named_type {
    struct str name;
    const struct feel_type *type;
};

/* "number", "list<string>", "context<a: number>", "function<number> -> string", or one of the named types. */
NODISCARD enum status feel_compile_type(struct arena *arena, struct str text,
                                        const struct feel_named_type *types, size_t type_count,
                                        const struct feel_type **type, struct error *error);
/* Null conforms to every type. */
bool feel_conforms(const struct feel_value *value, const struct feel_type *type);
/* The value if it conforms; else the element of a list of one, or a list of the value, when that conforms
 * (DMN 1.3, 10.3.2.9.4); else null with a reason. */
const struct feel_value *feel_coerce(struct arena *arena, const struct feel_value *value,
                                     const struct feel_type *type);

#endif
