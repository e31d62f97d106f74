/*
 * Agencies. The whole tree (some hundreds of rows) is kept in memory as an immutable snapshot; a changed row
 * shows within seconds (reference.h). A snapshot lives as long as the process, so pointers into it may be
 * kept.
 */
#ifndef MOTCUA_DOMAIN_TENANT_H
#define MOTCUA_DOMAIN_TENANT_H

#include <jansson.h>

#include "motcua/base/buf.h"
#include "motcua/domain/context.h"

struct tenant {
    struct uuid id;
    const struct tenant *parent; /* NULL: the city */
    const char *slug;
    const char *kind; /* city, department, district, commune */
    const char *code; /* GSO code of the administrative unit or "" */
    const char *name;
    const char *short_name;
    const char *name_en; /* "" when there is none */
    const char *place_name;
    const char *host_name; /* or "" */
    const char *agency_identifier;
    bool agency_identifier_is_sample;
    const char *address;
    const char *phone;
    const char *email;
    const char *calendar_code;
    bool require_second_factor;
    uint64_t upload_limit; /* bytes of one attachment; 0: only the portal's limit */
    struct str search_key;
    const struct tenant *const *children;
    size_t child_count;
};

struct tenants {
    const struct tenant *all; /* by name of kind and sort order, parents before children */
    size_t count;
    const struct tenant *city; /* the root, NULL in an empty system */
    const struct tenant **by_id;
    const struct tenant **by_slug;
};

/* NULL when there is none. */
const struct tenant *tenant_by_id(const struct tenants *tenants, const struct uuid *id);
const struct tenant *tenant_by_slug(const struct tenants *tenants, struct str slug);
const struct tenant *tenant_by_host(const struct tenants *tenants, struct str host);
const struct tenant *tenant_by_code(const struct tenants *tenants, struct str code);
const struct tenant *tenant_by_agency_identifier(const struct tenants *tenants, struct str identifier);
/* Agencies whose folded name contains `search_key` (i18n fold), best first, at most `limit`; count returned.
 */
size_t tenant_search(const struct tenants *tenants, struct str search_key, const struct tenant **found,
                     size_t limit);

/* The tenants valid on the day of `now`, read from the database. For reference.c. */
NODISCARD enum status tenant_load(const struct work *work, struct arena *into, struct tenants **tenants,
                                  struct error *error);

struct tenant_definition {
    const char *slug, *kind, *code, *name, *short_name, *name_en, *place_name, *host_name, *agency_identifier;
    bool agency_identifier_is_sample;
    const char *address, *phone, *email, *calendar_code;
    const char *parent_slug;           /* NULL: the root */
    const bool *require_second_factor; /* of its officials; NULL: leave as it is */
    const int64_t *upload_limit;       /* NULL: leave as it is; 0: only the portal's */
    int sort_order;
};
/* Adds or updates by slug; *id the tenant's. STATUS_INVALID with a field for bad values, STATUS_NOT_FOUND: no
 * such parent. */
NODISCARD enum status tenant_save(struct work *work, const struct tenant_definition *definition,
                                  struct uuid *id, struct error *error);

struct unit_definition {
    const char *code, *kind, *name, *name_en;
    int sort_order;
};
/* Adds or updates units of a tenant by code, all in one transaction; ids[i] is the id of definitions[i]. */
NODISCARD enum status unit_save_all(struct work *work, const struct uuid *tenant_id,
                                    const struct unit_definition *definitions, size_t count, struct uuid *ids,
                                    struct error *error);
/* Units of a tenant: [{id, code, kind, name, name_en}]. */
NODISCARD enum status unit_list(struct work *work, const struct uuid *tenant_id, json_t **units,
                                struct error *error);

struct administrative_unit {
    const char *code, *kind, *parent_code, *name, *full_name;
};
/* Official units, valid from 2000 on and without end; what is known of them is replaced; order as given. */
NODISCARD enum status administrative_unit_add(struct work *work, const struct administrative_unit *units,
                                              size_t count, struct error *error);
/*
 * The same from a table (CSV: code, kind, name, full_name, parent, valid_from, valid_to; docs/operations.md)
 * with the days from and to which each is valid. Units of the table replace those of the same code and first
 * day, others stay. STATUS_INVALID with field "table" and the line, and nothing has changed.
 */
NODISCARD enum status administrative_unit_import(struct work *work, struct str table, int *units,
                                                 struct error *error);
/* All of them as such a table. STATUS_TOO_LARGE: more than `out` takes. */
NODISCARD enum status administrative_unit_export(struct work *work, struct buf *out, struct error *error);
/* A working calendar: a new revision unless the newest one is the same, then *revision is 0. `definition`:
 * see docs/clock.md; `code`: its agency; `notice`: what the change rests on, for people, may be empty.
 * Dossiers that are running follow. */
NODISCARD enum status calendar_publish(struct work *work, const char *code, const char *name,
                                       const char *notice, const json_t *definition, int *revision,
                                       struct error *error);

#endif
