/* Reads procedure packages from their folders; what they must fulfil is the domain's business. */
#include "package.h"

#include <unistd.h>

#include "motcua/base/file.h"
#include "motcua/codec/json.h"
#include "motcua/domain/procedure.h"

enum status package_read_json(struct arena *arena, const char *path, json_t **json, struct error *error)
{
    struct str text;
    struct error problem = {0};
    enum status status = file_read(arena, path, PACKAGE_FILE_BYTES, &text);
    if (status != STATUS_OK)
        return error_set(error, arena, status, "package.file", NULL, "cannot read %s", path);
    status = json_parse(arena, text, PACKAGE_FILE_BYTES, 0, json, &problem);
    if (status == STATUS_OK) return STATUS_OK;
    const char *line = problem.argument;
    return error_set(error, arena, status, "package.json", NULL, "%s is no valid JSON%s%s: %s", path,
                     line == NULL ? "" : ", line ", line == NULL ? "" : line,
                     problem.detail == NULL ? problem.code : problem.detail);
}

static bool is_there(struct arena *arena, const char *folder, const char *name)
{
    return access(arena_printf(arena, "%s/%s", folder, name), F_OK) == 0;
}

static enum status read_text(struct arena *arena, const char *folder, const char *name, struct str *text,
                             struct error *error)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    enum status status = file_read(arena, path, PACKAGE_FILE_BYTES, text);
    if (status != STATUS_OK)
        return error_set(error, arena, status, "package.file", NULL, "cannot read %s", path);
    return STATUS_OK;
}

/* A part that exists is read; one that does not is left out. */
static enum status read_parts(struct arena *arena, const char *folder, struct procedure_package *package,
                              json_t **form, struct error *error)
{
    enum status status = STATUS_OK;
    if (is_there(arena, folder, "form.json"))
        status = package_read_json(arena, arena_printf(arena, "%s/form.json", folder), form, error);
    if (status == STATUS_OK && is_there(arena, folder, "workflow.bpmn"))
        status = read_text(arena, folder, "workflow.bpmn", &package->workflow, error);
    if (status == STATUS_OK && is_there(arena, folder, "result.xml"))
        status = read_text(arena, folder, "result.xml", &package->result_template, error);
    if (status == STATUS_OK && is_there(arena, folder, "decisions.dmn"))
        status = read_text(arena, folder, "decisions.dmn", &package->decisions, error);
    if (status == STATUS_OK && (*form == NULL) != (package->workflow.data == NULL))
        return error_set(error, arena, STATUS_INVALID, "package.parts", NULL, "%s has no %s", folder,
                         *form == NULL ? "form.json" : "workflow.bpmn");
    return status;
}

enum status package_publish(struct program *program, const char *folder, const char **code, bool *published,
                            struct error *error)
{
    struct arena *arena = program->arena;
    json_auto description = NULL;
    json_auto form = NULL;
    struct procedure_package package = {0};
    enum status status =
        package_read_json(arena, arena_printf(arena, "%s/procedure.json", folder), &description, error);
    if (status == STATUS_OK) status = read_parts(arena, folder, &package, &form, error);
    if (status != STATUS_OK) return status;
    package.code = arena_strdup(arena, json_get_cstr(description, "code", ""));
    package.description = description;
    package.form = form;
    struct uuid id;
    struct error problem = {0};
    status = procedure_publish(&program->work, &package, published, &id, &problem);
    if (status == STATUS_OK)
        *code = package.code;
    else
        error_set(error, arena, status, problem.code, NULL, "%s%s%s: %s", folder,
                  problem.field == NULL ? "" : ": ", problem.field == NULL ? "" : problem.field,
                  program_sentence(program, &problem));
    return status;
}
