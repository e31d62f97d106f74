/* Several calendar texts as one that defines a single agency. */
#include <stdlib.h>

#include "motcua/calendar/calendar.h"
#include "motcua/codec/json.h"

#define MAXIMUM_TEXT (4 * 1024 * 1024)

static void append_all(json_t *target, const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        json_array_append(target, json_array_get(array, i));
}

static json_t *find_agency(const json_t *agencies, const char *wanted)
{
    for (size_t i = 0; i < json_array_size(agencies); i++) {
        json_t *agency = json_array_get(agencies, i);
        if (strcmp(json_get_cstr(agency, "id", ""), wanted) == 0) return agency;
    }
    return NULL;
}

/* Adds what one text says to the combined definition. */
static enum status add_text(struct arena *arena, struct str text, const char *wanted, json_t *combined,
                            struct error *error)
{
    json_auto root = NULL;
    enum status status = json_parse(arena, text, MAXIMUM_TEXT, 16, &root, error);
    if (status != STATUS_OK) return status;
    append_all(json_object_get(combined, "notices"), json_object_get(root, "notices"));
    append_all(json_object_get(combined, "rule_sets"), json_object_get(root, "rule_sets"));
    json_t *agency = find_agency(json_object_get(root, "agencies"), wanted);
    if (agency != NULL) json_array_append(json_object_get(combined, "agencies"), agency);
    return STATUS_OK;
}

enum status calendar_combine(struct arena *arena, const struct str *texts, size_t count, const char *agency,
                             struct str *combined, struct error *error)
{
    struct calendar_definition definition;
    struct calendar *calendar;
    enum status status = calendar_definition_read(arena, texts, count, agency, &definition, error);
    if (status == STATUS_OK) status = calendar_create(arena, &definition, &calendar, error);
    if (status != STATUS_OK) return status;
    json_auto root = json_object();
    json_set_cstr(root, "format", "motcua-calendar/1");
    json_object_set_new(root, "notices", json_array());
    json_object_set_new(root, "rule_sets", json_array());
    json_object_set_new(root, "agencies", json_array());
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = add_text(arena, texts[i], definition.agency, root, error);
    if (status != STATUS_OK) return status;
    const json_t *own = json_array_get(json_object_get(root, "agencies"), 0);
    if (json_array_size(json_object_get(own, "rule_sets")) > 0) json_object_del(root, "rule_sets");
    char *text = json_dumps(root, JSON_COMPACT);
    *combined = str_of(arena_strdup(arena, text == NULL ? "{}" : text));
    free(text);
    return STATUS_OK;
}
