/* Figures of one agency over a period, for the page of its leaders; counted as report.h counts. */
#ifndef MOTCUA_DOMAIN_DESK_REPORT_H
#define MOTCUA_DOMAIN_DESK_REPORT_H

#include "motcua/domain/context.h"
#include "motcua/domain/report.h"

/* One field (lĩnh vực) of procedures; ratings are not counted by field. */
struct report_field {
    const char *code, *name, *name_en;
    struct report_figures figures;
};

struct report_person {
    const char *name;
    int64_t open, late, done;
};

struct report_agency {
    struct report_field *fields; /* by number received, most first */
    size_t field_count;
    struct report_person *people; /* who hold or finished tasks, by name, at most 200 */
    size_t person_count;
    int64_t ratings[3]; /* level 1 .. 3 */
    int64_t waiting;    /* dossiers that wait for the citizen now */
};

/* Of the actor's tenant, from <= moment < to. */
NODISCARD enum status report_agency_run(struct work *work, instant from, instant to,
                                        struct report_agency *agency, struct error *error);

#endif
