/* The lists of one agency's forms: its own, then those of the agencies above it. */
#include "list_private.h"

#include "motcua/calendar/civil.h"
#include "motcua/domain/reference.h"
#include "motcua/i18n/text.h"

#include "../reference_private.h"

enum { SEARCH_WORDS = 8 };

struct view {
    const struct form_lists *city; /* units and agencies, the same for all */
    const struct list_table *table;
    const struct tenant *tenant;
    int32_t day;
};

/* "reference:goods" is the list goods. */
static const struct list_snapshot *snapshot(const struct view *view, const char *list)
{
    static const char prefix[] = "reference:";
    if (strncmp(list, prefix, sizeof prefix - 1) == 0) list += sizeof prefix - 1;
    for (const struct tenant *tenant = view->tenant; tenant != NULL; tenant = tenant->parent)
        for (size_t i = 0; view->table != NULL && i < view->table->count; i++)
            if (uuid_same(&view->table->lists[i]->tenant_id, &tenant->id) &&
                strcmp(view->table->lists[i]->name, list) == 0)
                return view->table->lists[i];
    return NULL;
}

static bool of_city(const char *list)
{
    return strcmp(list, "administrative_unit") == 0 || strcmp(list, "agency") == 0;
}

static bool contains(void *context, const char *list, const char *parent, const char *value)
{
    const struct view *view = context;
    if (of_city(list)) return view->city->contains(view->city->context, list, parent, value);
    const struct list_snapshot *found = snapshot(view, list);
    if (found == NULL) return true; /* nobody has uploaded it yet: what is typed is taken as it is */
    const struct list_entry *entry = list_entry_find(found, value);
    return entry != NULL && list_entry_valid(entry, view->day);
}

static const char *label_in(const struct list_entry *entry, const char *language)
{
    bool english = language != NULL && strcmp(language, "en") == 0;
    return english && entry->label_en[0] != '\0' ? entry->label_en : entry->label;
}

static const char *label(void *context, struct arena *arena, const char *list, const char *value,
                         const char *language)
{
    const struct view *view = context;
    if (of_city(list)) return view->city->label(view->city->context, arena, list, value, language);
    const struct list_snapshot *found = snapshot(view, list);
    const struct list_entry *entry = found == NULL ? NULL : list_entry_find(found, value);
    return entry == NULL ? NULL : arena_strdup(arena, label_in(entry, language));
}

static size_t size(void *context, const char *list)
{
    const struct view *view = context;
    const struct list_snapshot *found = snapshot(view, list);
    size_t count = 0;
    for (size_t i = 0; found != NULL && i < found->count; i++)
        count += list_entry_valid(&found->entries[i], view->day);
    return count;
}

static size_t words_of(struct arena *arena, struct str text, const char *words[SEARCH_WORDS])
{
    struct str rest = text_search_key(arena, text), word;
    size_t count = 0;
    for (bool more = rest.length > 0; more && count < SEARCH_WORDS;) {
        more = str_split(rest, ' ', &word, &rest);
        if (word.length > 0) words[count++] = arena_str(arena, word).data;
    }
    return count;
}

/* How well an entry fits: 0 not at all, 3 where it is the code, 2 where a word begins with the first one. */
static int fit(const struct list_entry *entry, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(entry->folded, words[i]) == NULL) return 0;
    if (count == 0) return 1;
    size_t length = strlen(words[0]);
    if (strncmp(entry->folded, words[0], length) == 0) return entry->folded[length] == ' ' ? 3 : 2;
    for (const char *at = entry->folded; (at = strchr(at, ' ')) != NULL;)
        if (strncmp(++at, words[0], length) == 0) return 2;
    return 1;
}

/* Best first; within equally good ones in the order of the table. No more is looked at than needed. */
static size_t search(void *context, struct arena *arena, const char *list, struct str text,
                     const char *language, size_t limit, struct form_option **options)
{
    const struct view *view = context;
    const struct list_snapshot *found = of_city(list) ? NULL : snapshot(view, list);
    const char *words[SEARCH_WORDS];
    size_t word_count = words_of(arena, text, words), count[4] = {0};
    struct form_option *ranked[4];
    for (int rank = 1; rank <= 3; rank++)
        ranked[rank] = arena_array(arena, limit + 1, sizeof **options);
    for (size_t i = 0; found != NULL && i < found->count && count[3] < limit; i++) {
        const struct list_entry *entry = &found->entries[i];
        int rank = list_entry_valid(entry, view->day) ? fit(entry, words, word_count) : 0;
        if (rank == 0 || count[rank] >= limit) continue;
        ranked[rank][count[rank]++] = (struct form_option){arena_strdup(arena, entry->code),
                                                           arena_strdup(arena, label_in(entry, language))};
    }
    struct form_option *best = arena_array(arena, limit + 1, sizeof *best);
    size_t filled = 0;
    for (int rank = 3; rank >= 1; rank--)
        for (size_t i = 0; i < count[rank] && filled < limit; i++)
            best[filled++] = ranked[rank][i];
    *options = best;
    return filled;
}

static size_t list_options(void *context, struct arena *arena, const char *list, const char *parent,
                           const char *language, size_t limit, struct form_option **options)
{
    const struct view *view = context;
    if (of_city(list))
        return view->city->options(view->city->context, arena, list, parent, language, limit, options);
    return search(context, arena, list, STR(""), language, limit, options);
}

const struct form_lists *list_of_forms(const struct work *work, const struct uuid *tenant_id)
{
    const struct reference_store *store = work->domain->reference;
    if (tenant_id == NULL) return reference_form_lists(work);
    struct view *view = arena_alloc(work->arena, sizeof *view);
    *view = (struct view){.city = reference_form_lists(work),
                          .table = reference_list_table(store),
                          .tenant = tenant_by_id(reference_tenants(store), tenant_id),
                          .day = civil_day_of(work->now)};
    struct form_lists *lists = arena_alloc(work->arena, sizeof *lists);
    *lists = (struct form_lists){.context = view,
                                 .contains = contains,
                                 .label = label,
                                 .options = list_options,
                                 .size = size,
                                 .search = search};
    return lists;
}
