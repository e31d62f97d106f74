/* Shared by reference.c and reference_lists.c. */
#ifndef REFERENCE_PRIVATE_H
#define REFERENCE_PRIVATE_H

#include "motcua/domain/reference.h"
#include "motcua/form/form.h"

struct official_unit {
    const char *code, *parent_code, *full_name;
};

struct unit_list {
    struct official_unit *units; /* by parent and order */
    size_t count;
};

NODISCARD enum status reference_load_units(struct work *work, struct arena *into, struct unit_list **list,
                                           struct error *error);
const struct unit_list *
reference_units(const struct reference_store *store); /* NULL before the first refresh */
struct list_table;
/* The lists agencies uploaded; NULL before the first refresh. Good for this request only. */
const struct list_table *reference_list_table(const struct reference_store *store);
void reference_fill_lists(struct reference_store *store, struct form_lists *lists);

#endif
