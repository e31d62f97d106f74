/*
 * Lists that an agency uploads as a table for the choices of its forms: occupations, banks, goods. An agency
 * also uses those of the agencies above it; its own comes first. Read by whoever fills in a form, written by
 * the agency's administrator and the command line. A code that is gone from the newest upload can no longer
 * be chosen, but keeps its label for dossiers that name it.
 */
#ifndef MOTCUA_DOMAIN_LIST_H
#define MOTCUA_DOMAIN_LIST_H

#include "motcua/domain/context.h"
#include "motcua/domain/tenant.h"
#include "motcua/form/form.h"

enum { LIST_ENTRIES_MAXIMUM = 100000, LIST_BYTES_MAXIMUM = 16 * 1024 * 1024, LIST_NAME_MAXIMUM = 40 };

struct list_row {
    const char *name, *title, *changed_by;
    int entries; /* of the newest upload */
    instant changed_at;
};

/* The lists of one agency by name, those of the agencies above it left out. */
NODISCARD enum status list_rows(struct work *work, const struct uuid *tenant_id, struct list_row **rows,
                                size_t *count, struct error *error);

/*
 * Takes a table (codec/csv.h) with a first line of names: `code` and `label`, and where wanted `label_en`,
 * `valid_from`, `valid_to` (days as dd/mm/yyyy or ISO); or in Vietnamese ma, ten, ten_en, tu_ngay, den_ngay.
 * Replaces what the list held; nothing changes unless every line is good. STATUS_INVALID with field "name",
 * "title" or "table"; the message tells the line. *entries: how many the list has now.
 */
NODISCARD enum status list_import(struct work *work, const struct uuid *tenant_id, struct str name,
                                  struct str title, struct str table, int *entries, struct error *error);
/* The same by the administrator of the agency he acts for; others get STATUS_DENIED. */
NODISCARD enum status list_upload(struct work *work, struct str name, struct str title, struct str table,
                                  int *entries, struct error *error);

/* The lists of forms of this agency on this day: administrative units and agencies too. In the arena. NULL
 * tenant: only those. */
const struct form_lists *list_of_forms(const struct work *work, const struct uuid *tenant_id);

#endif
