/*
 * The city's catalogue of administrative procedures, and the compiled form of a published version. Published
 * versions never change; a change is a new version (docs/catalogue-format.md, docs/forms.md,
 * docs/workflow.md, docs/printing.md).
 */
#ifndef MOTCUA_DOMAIN_PROCEDURE_H
#define MOTCUA_DOMAIN_PROCEDURE_H

#include <jansson.h>

#include "motcua/bpmn/model.h"
#include "motcua/calendar/limit.h"
#include "motcua/dmn/model.h"
#include "motcua/domain/context.h"
#include "motcua/feel/expression.h"
#include "motcua/form/form.h"
#include "motcua/mustache/mustache.h"

/* A paper of the dossier (thành phần hồ sơ). */
struct procedure_paper {
    const char *key;
    const char *name, *name_en;
    int original, certified, copy; /* how many of each */
    bool required;
    const struct feel_expression *condition; /* needed only if; NULL: always */
    bool upload;                             /* may be attached online */
    uint64_t upload_limit;                   /* bytes of one file; 0: only the portal's limit */
    unsigned types;                          /* which files it takes, bits as document_type_bit(); 0: all */
    int max_files;                           /* 0: any number */
    bool portrait; /* a picture of a person, 3 by 4: remarked upon when it is none */
};

struct procedure_version {
    struct uuid id, procedure_id;
    int number;
    const char *code, *name, *name_en, *field_code;
    const json_t *description;         /* the catalogue's description, borrowed for ever */
    struct form *form;                 /* NULL: described only */
    const struct bpmn_model *workflow; /* NULL: described only; key = id */
    struct str workflow_xml;
    const struct mustache_template *result_template; /* NULL: no result document of its own */
    struct limit limit;                              /* of the whole procedure */
    struct limit supplement_limit;                   /* how long the citizen has; LIMIT_NONE: not said */
    const struct feel_expression *fee;               /* over the answers and decisions; NULL: free */
    const struct dmn_model *decisions;               /* NULL: none */
    const struct procedure_paper *papers;
    size_t paper_count;
    const char *result_symbol; /* behind the number of a result: "TLHT-BS" in "12/2017/TLHT-BS" */
    const char *result_title, *result_title_en;
    struct arena *arena;
};

/* True when dossiers can be submitted online: form and workflow are there. */
bool procedure_is_online(const struct procedure_version *version);

/* Loads and compiles; for reference.c, which keeps it. The result lives in an arena of its own. */
NODISCARD enum status procedure_version_load(struct work *work, const struct uuid *version_id,
                                             struct procedure_version **version, struct error *error);

/* The fee in dong for these visible answers (form_state.data); 0 when free. STATUS_INVALID: the rule gave no
 * amount. */
NODISCARD enum status procedure_fee(const struct procedure_version *version, struct arena *arena,
                                    const json_t *data, int64_t *fee, struct error *error);
/*
 * What a decision of the procedure (by name or id) says to this data. STATUS_NOT_FOUND when it has no such
 * decision; the caps of feel_evaluate. The value may be null, with its reason.
 */
NODISCARD enum status procedure_decide(const struct procedure_version *version, struct arena *arena,
                                       struct str decision, const struct feel_value *data,
                                       const struct feel_value **value, struct error *error);
/* Whether a paper is asked for with these answers. */
bool procedure_paper_applies(const struct procedure_paper *paper, struct arena *arena, const json_t *data);
/* Whether these answers ask for files of the paper with that key. */
bool procedure_asks_for(const struct procedure_version *version, const char *paper_key, struct arena *arena,
                        const json_t *data);

/* --- Publishing */

struct procedure_package {
    const char *code;
    const json_t *description;  /* validated against docs/catalogue-format.md */
    const json_t *form;         /* or NULL */
    struct str workflow;        /* BPMN XML, or data NULL */
    struct str result_template; /* print markup template, or data NULL */
    struct str decisions;       /* DMN XML, or data NULL */
};

/* 1 to 4, from the capability flags of a description (domain.md section 1; NĐ 43/2011/NĐ-CP article 3). */
int procedure_online_level(const json_t *description);

/*
 * Checks everything (description, form, workflow, template compile) and publishes a new version unless the
 * newest one is the same. *published tells. STATUS_INVALID: error->message with argument, error->field the
 * part ("form", ...).
 */
NODISCARD enum status procedure_publish(struct work *work, const struct procedure_package *package,
                                        bool *published, struct uuid *procedure_id, struct error *error);

/* Result of importing a list of descriptions: everything or nothing. */
struct procedure_refusal {
    size_t line; /* of the entry in the file, from 1 */
    const char *code;
    const char *reason; /* for the person at the command line */
};
struct procedure_import {
    size_t total, added, changed, unchanged;
    struct procedure_refusal *refused;
    size_t refused_count;
};
/*
 * Imports descriptions (JSON array or JSON Lines). STATUS_INVALID when any entry was refused: then nothing
 * was written and `result` lists every one of them.
 */
NODISCARD enum status procedure_import(struct work *work, struct str text, struct procedure_import *result,
                                       struct error *error);

/* --- Reading the catalogue */

struct procedure_row {
    struct uuid id, version_id;
    const char *code, *name, *name_en, *field_code, *field_name, *field_name_en;
    int online_level;
    const char *levels;                               /* "district,commune" */
    bool online;                                      /* has a form */
    const char *limit, *fee, *fee_note, *fee_note_en; /* as the description has them, "" where absent */
};

struct procedure_filter {
    struct str text;   /* as typed; empty: all */
    const char *field; /* code or NULL */
    const char *level; /* kind of tenant or NULL */
    int online_level;  /* 0: all */
    int offset, limit;
};

struct procedure_page {
    struct procedure_row *rows;
    size_t count;
    int64_t total;    /* bounded: at most 1001, which reads "more than 1,000" */
    bool approximate; /* nothing has these words; these are the ones that come close */
    json_t *facets;   /* owned: {fields: [{code, name, name_en, count}], levels: [...], online_levels: [...]};
                         NULL when not asked */
};

/* Accents ignored, exact-accent hits first, typos tolerated by trigrams. */
NODISCARD enum status procedure_search(struct work *work, const struct procedure_filter *filter,
                                       bool with_facets, struct procedure_page *page, struct error *error);
/* By code. STATUS_NOT_FOUND when there is none. */
NODISCARD enum status procedure_find(struct work *work, struct str code, struct procedure_row *row,
                                     struct error *error);
/* A published version by its number, from 1. STATUS_NOT_FOUND when there is none. */
NODISCARD enum status procedure_version_find(struct work *work, struct str code, int number,
                                             struct uuid *version_id, struct error *error);
/* Full description of a version, new reference. */
NODISCARD enum status procedure_description(struct work *work, const struct uuid *version_id,
                                            json_t **description, struct error *error);

/* --- Who offers it */

struct offering {
    struct uuid tenant_id, unit_id;
    bool enabled;
};
/* Tenants that take this procedure, in tree order. */
NODISCARD enum status offering_of_procedure(struct work *work, const struct uuid *procedure_id,
                                            struct offering **list, size_t *count, struct error *error);
/* Procedures a tenant takes. */
NODISCARD enum status offering_of_tenant(struct work *work, const struct uuid *tenant_id,
                                         struct procedure_row **rows, size_t *count, struct error *error);
/* Adds or changes, as the tenant. */
NODISCARD enum status offering_save(struct work *work, const struct uuid *tenant_id,
                                    const struct uuid *procedure_id, const struct uuid *unit_id, bool enabled,
                                    struct error *error);
/* The enabled offering of one tenant; STATUS_NOT_FOUND when it does not take the procedure. */
NODISCARD enum status offering_find(struct work *work, const struct uuid *tenant_id,
                                    const struct uuid *procedure_id, struct offering *offering,
                                    struct error *error);

#endif
