/* Rules of retention: reading them and writing them. */
#include "motcua/domain/retention.h"

enum { COUNT_MAXIMUM = 1000 };

static const struct str units[] = {
    [RETENTION_DAYS] = {"day", 3},
    [RETENTION_MONTHS] = {"month", 5},
    [RETENTION_YEARS] = {"year", 4},
};

enum { UNITS = sizeof units / sizeof units[0] };

/* "2 years", "1 day" */
static bool parse_period(struct str text, struct retention_period *period)
{
    struct str number, unit;
    int64_t count;
    if (!str_split(text, ' ', &number, &unit) || number.length == 0 || number.data[0] < '1' ||
        number.data[0] > '9' || str_to_int64(number, &count) != STATUS_OK || count > COUNT_MAXIMUM)
        return false;
    if (str_ends_with(unit, STR("s"))) unit.length--;
    for (size_t i = 0; i < UNITS; i++) {
        if (!str_equal(unit, units[i])) continue;
        *period = (struct retention_period){(int)count, (enum retention_unit)i};
        return true;
    }
    return false;
}

static bool take_words(struct str text, const char *words, struct str *rest)
{
    struct str head = str_of(words);
    if (!str_starts_with(text, head)) return false;
    *rest = str_slice(text, head.length, text.length);
    return true;
}

static bool parse_clause(struct str clause, struct retention_rule *rule)
{
    struct str rest;
    if (take_words(clause, "archive after ", &rest))
        return rule->archive.count == 0 && parse_period(rest, &rule->archive);
    if (take_words(clause, "anonymise after ", &rest))
        return rule->erase.count == 0 && parse_period(rest, &rule->erase);
    if (take_words(clause, "delete after ", &rest)) {
        bool first = rule->erase.count == 0;
        rule->deletes = true;
        return first && parse_period(rest, &rule->erase);
    }
    struct retention_period warning = {0, RETENTION_DAYS};
    if (!take_words(clause, "warn ", &rest) || !str_ends_with(rest, STR(" before")) || rule->warn_days != 0)
        return false;
    rest.length -= 7;
    if (!parse_period(rest, &warning) || warning.unit != RETENTION_DAYS) return false;
    rule->warn_days = warning.count;
    return true;
}

bool retention_rule_parse(struct str text, struct retention_rule *rule)
{
    struct retention_rule read = {0};
    if (!str_equal_cstr(text, RETENTION_KEEP)) {
        struct str clause, rest = text;
        for (bool more = true; more;) {
            more = str_split(rest, ',', &clause, &rest);
            if (!parse_clause(str_trim(clause), &read)) return false;
        }
        if (read.warn_days > 0 && read.erase.count == 0) return false;
    }
    *rule = read;
    return true;
}

static const char *join(struct arena *arena, const char *before, const char *separator, const char *clause)
{
    return before[0] == '\0' ? clause : arena_printf(arena, "%s%s%s", before, separator, clause);
}

static const char *period_text(struct arena *arena, struct retention_period period)
{
    return arena_printf(arena, "%d %s%s", period.count, units[period.unit].data,
                        period.count == 1 ? "" : "s");
}

char *retention_rule_text(struct arena *arena, const struct retention_rule *rule)
{
    const char *text = "";
    if (rule->archive.count > 0)
        text = join(arena, text, ", ",
                    arena_printf(arena, "archive after %s", period_text(arena, rule->archive)));
    if (rule->warn_days > 0)
        text = join(
            arena, text, ", ",
            arena_printf(arena, "warn %d day%s before", rule->warn_days, rule->warn_days == 1 ? "" : "s"));
    if (rule->erase.count > 0)
        text = join(arena, text, ", ",
                    arena_printf(arena, "%s after %s", rule->deletes ? "delete" : "anonymise",
                                 period_text(arena, rule->erase)));
    return arena_strdup(arena, text[0] == '\0' ? RETENTION_KEEP : text);
}
