/* The set: templates by name, and what may be written unescaped. */
#include "internal.h"

struct mustache_set *mustache_create(struct arena *arena, const struct mustache_options *options)
{
    struct mustache_set *set = arena_zalloc(arena, sizeof *set);
    set->arena = arena;
    set->options = *options;
    return set;
}

enum status template_error(struct mustache_set *set, struct error *error, const struct source *source,
                           unsigned line, const char *reason_format, ...)
{
    va_list arguments;
    va_start(arguments, reason_format);
    const char *reason = arena_vprintf(set->arena, reason_format, arguments);
    va_end(arguments);
    return error_set(error, set->arena, STATUS_INVALID, "template.invalid", NULL, "%s:%u: %s", source->name,
                     line, reason);
}

struct source *set_find(const struct mustache_set *set, struct str name)
{
    for (struct source *source = set->first; source != NULL; source = source->next)
        if (str_equal_cstr(name, source->name)) return source;
    return NULL;
}

enum status mustache_add(struct mustache_set *set, const char *name, struct str text, struct error *error)
{
    if (set_find(set, str_of(name)) != NULL)
        return error_set(error, set->arena, STATUS_CONFLICT, "template.name_taken", NULL,
                         "%s: there is a template of this name already", name);
    if (text.length > MAXIMUM_SOURCE)
        return error_set(error, set->arena, STATUS_TOO_LARGE, "template.too_large", NULL,
                         "%s: the template is longer than %d bytes", name, MAXIMUM_SOURCE);
    struct source *source = arena_zalloc(set->arena, sizeof *source);
    source->name = arena_strdup(set->arena, name);
    source->text = arena_str(set->arena, text);
    enum status status = parse_template(set, source, error);
    if (status != STATUS_OK) return status;
    *(set->last == NULL ? &set->first : &set->last->next) = source;
    set->last = source;
    set->source_count++;
    return STATUS_OK;
}

const char *mustache_name_at(const struct mustache_set *set, size_t index)
{
    const struct source *source = set->first;
    while (source != NULL && index-- > 0)
        source = source->next;
    return source == NULL ? NULL : source->name;
}

bool mustache_is_used(const struct mustache_set *set, const char *name)
{
    const struct source *source = set_find(set, str_of(name));
    return source != NULL && source->used;
}
