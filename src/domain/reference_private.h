/* Shared by reference.c and reference_lists.c. */
#ifndef REFERENCE_PRIVATE_H
#define REFERENCE_PRIVATE_H

#include "motcua/domain/reference.h"
#include "motcua/form/form.h"

struct official_unit {
    const char *code, *parent_code, *full_name;
    int32_t valid_from, valid_to; /* first and last day */
};

/* All there ever were: a unit that has ended keeps its name. A code stands once for each time of validity. */
struct unit_list {
    struct official_unit *units;    /* by parent and order */
    struct official_unit **by_code; /* the newest first within one code */
    size_t count;
};

NODISCARD enum status reference_load_units(struct work *work, struct arena *into, struct unit_list **list,
                                           struct error *error);
const struct unit_list *
reference_units(const struct reference_store *store); /* NULL before the first refresh */
struct list_table;
/* The lists agencies uploaded; NULL before the first refresh. Good for this request only. */
const struct list_table *reference_list_table(const struct reference_store *store);

#endif
