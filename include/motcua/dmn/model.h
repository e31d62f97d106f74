/*
 * Decision models (DMN 1.3 XML; the namespaces of 1.1, 1.2, 1.4 and 1.5 are read too): decision tables with
 * all hit policies, literal and boxed expressions, business knowledge models, decision services, item
 * definitions. Loaded once, evaluated many times; a loaded model is immutable and may be used by many
 * threads. No I/O: the XML text and the inputs come in.
 */
#ifndef MOTCUA_DMN_MODEL_H
#define MOTCUA_DMN_MODEL_H

#include "motcua/feel/expression.h"

struct dmn_model;

/* Something in the model that will not work; the model is loaded all the same and the part in question gives
 * null. */
struct dmn_finding {
    const char *element; /* name (or id) of the decision, ... it stands in */
    const char *code;    /* "dmn.expression", "dmn.reference", "dmn.type", "dmn.cycle", "dmn.table",
                            "dmn.unsupported"; static */
    const char *message; /* N_() source text for the person; static */
    const char *detail;  /* what exactly, for the log and the modeler; may be NULL */
    long line;           /* in the XML */
};

/* Reads a model into the arena, which must outlive it. Errors: STATUS_INVALID ("xml.doctype", "xml.syntax",
 * "dmn.root"), STATUS_TOO_LARGE ("xml.size", "xml.depth", "xml.nodes"). */
NODISCARD enum status dmn_load(struct arena *arena, struct str xml, const struct dmn_model **model,
                               struct error *error);
/* The same for a model that imports others: `imports` are the texts of models among which an imported
 * namespace is looked for (also by the imported ones in turn). One that is not found is a finding. An
 * imported part is seen under the name of the import: `name.part`. Input data of an imported model are given
 * by name, or in a context under the name of the import. */
NODISCARD enum status dmn_load_with_imports(struct arena *arena, struct str xml, const struct str *imports,
                                            size_t import_count, const struct dmn_model **model,
                                            struct error *error);
const struct dmn_finding *dmn_findings(const struct dmn_model *model, size_t *count);

/* Names of the decisions (and decision services), in order of the file. */
const struct str *dmn_decisions(const struct dmn_model *model, size_t *count);
/* Names of the input data that a decision reads, directly or through others, in the arena. NULL and 0 when
 * there is no such decision. */
const struct str *dmn_inputs(const struct dmn_model *model, struct str decision, struct arena *arena,
                             size_t *count);

/*
 * Evaluates a decision or decision service, found by name or by id. environment->context holds the input data
 * by name (for a service also its input decisions); what is missing is null. A text for an input that is
 * declared to be a date, time or duration is read as one. Values that do not conform to their declared type
 * or allowed values become null with a reason. Errors: STATUS_NOT_FOUND "dmn.unknown_decision" and the caps
 * of feel_evaluate.
 */
NODISCARD enum status dmn_evaluate(const struct dmn_model *model, struct str decision,
                                   const struct feel_environment *environment, struct arena *arena,
                                   const struct feel_value **value, struct error *error);

#endif
