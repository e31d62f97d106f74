/* The inside of a context value: entries in order of definition, with a hash index when there are many. */
#ifndef MOTCUA_FEEL_CONTEXT_H
#define MOTCUA_FEEL_CONTEXT_H

#include "motcua/feel/value.h"

struct feel_entry {
    struct str name;
    const struct feel_value *value;
};

struct feel_context {
    struct feel_entry *entries;
    size_t count;
    uint32_t *buckets; /* NULL: look through the entries */
    size_t bucket_count;
};

#endif
