/* A procedure package: the folder with procedure.json, form.json, workflow.bpmn, result.xml and decisions.dmn
 * of one procedure. */
#ifndef MOTCUA_APP_PACKAGE_H
#define MOTCUA_APP_PACKAGE_H

#include <jansson.h>

#include "program.h"

enum { PACKAGE_FILE_BYTES = 32 * 1024 * 1024 };

/* A JSON file; *json is a new reference. On failure error->detail names the file (and the line of bad JSON).
 */
NODISCARD enum status package_read_json(struct arena *arena, const char *path, json_t **json,
                                        struct error *error);

/*
 * Publishes the package in `folder` as a new version unless the newest one is the same; *published tells.
 * procedure.json is needed; form.json and workflow.bpmn come together or not at all (then the procedure is
 * only described); result.xml and decisions.dmn may be absent. *code is the procedure's. error->detail names
 * folder and part.
 */
NODISCARD enum status package_publish(struct program *program, const char *folder, const char **code,
                                      bool *published, struct error *error);

#endif
