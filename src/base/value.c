/* One function a kind of value. */
#include "value.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit byte_units[] = {{"", 1},
                                         {"k", 1024},
                                         {"K", 1024},
                                         {"M", INT64_C(1048576)},
                                         {"G", INT64_C(1073741824)},
                                         {"T", INT64_C(1099511627776)},
                                         {NULL, 0}};
static const struct unit time_units[] = {{"ms", 1},      {"s", 1000},     {"m", 60000}, {"min", 60000},
                                         {"h", 3600000}, {"d", 86400000}, {NULL, 0}};
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum config_type type)
{
    return type == CONFIG_BYTES ? byte_units : type == CONFIG_DURATION ? time_units : no_units;
}

/* The largest unit that gives a whole number. */
static void append_quantity(struct buf *out, enum config_type type, int64_t value)
{
    const struct unit *best = NULL;
    for (const struct unit *unit = units_of(type); unit->name != NULL; unit++)
        if (value % unit->factor == 0 && (best == NULL || unit->factor > best->factor) &&
            (value != 0 || best == NULL))
            best = unit;
    buf_printf(out, "%lld%s", (long long)(value / (best == NULL ? 1 : best->factor)),
               best == NULL ? "" : best->name);
}

void value_append_range(struct buf *out, const struct config_knob *knob)
{
    if (knob->type == CONFIG_INTEGER || knob->type == CONFIG_BYTES || knob->type == CONFIG_DURATION) {
        append_quantity(out, knob->type, knob->minimum);
        buf_append_cstr(out, " to ");
        append_quantity(out, knob->type, knob->maximum);
        buf_append_cstr(out, "; ");
    } else if (knob->choices != NULL) {
        for (size_t i = 0; knob->choices[i] != NULL; i++)
            buf_printf(out, "%s%s%s",
                       i == 0                         ? ""
                       : knob->choices[i + 1] == NULL ? " or "
                                                      : ", ",
                       knob->choices[i], knob->type == CONFIG_URL ? "://" : "");
        buf_append_cstr(out, "; ");
    }
}

static bool refuse(struct arena *arena, const struct config_knob *knob, const char *text,
                   const char *expected, const char **reason)
{
    BUF_AUTO range = BUF_WITH_MAXIMUM(4096);
    value_append_range(&range, knob);
    struct str limits = str_trim(buf_str(&range));
    if (str_ends_with(limits, STR(";"))) limits.length--;
    if (knob->type == CONFIG_SECRET)
        *reason = arena_printf(arena, "expected %s", expected);
    else
        *reason = arena_printf(arena, "\"%s\" is not %s%s%.*s", text, expected, limits.length > 0 ? ": " : "",
                               STR_ARG(limits));
    return false;
}

static bool parse_quantity(const struct config_knob *knob, struct str text, int64_t *value)
{
    size_t digits = 0;
    while (digits < text.length &&
           ((text.data[digits] >= '0' && text.data[digits] <= '9') || (digits == 0 && text.data[0] == '-')))
        digits++;
    int64_t number;
    if (str_to_int64(str_slice(text, 0, digits), &number) != STATUS_OK) return false;
    struct str name = str_trim(str_slice(text, digits, text.length));
    for (const struct unit *unit = units_of(knob->type); unit->name != NULL; unit++)
        if (str_equal_cstr(name, unit->name))
            return !__builtin_mul_overflow(number, unit->factor, value) && *value >= knob->minimum &&
                   *value <= knob->maximum;
    return false;
}

static bool parse_boolean(struct str text, bool *value)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_equal_ignore_case(text, str_of(words[i]))) {
            *value = i % 2 == 1;
            return true;
        }
    return false;
}

static bool parse_choice(const struct config_knob *knob, struct str text, int *value)
{
    for (int i = 0; knob->choices[i] != NULL; i++)
        if (str_equal_cstr(text, knob->choices[i])) {
            *value = i;
            return true;
        }
    return false;
}

static bool is_address(struct str text, int64_t *bits)
{
    char copy[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    if (text.length == 0 || text.length >= sizeof copy) return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    *bits = inet_pton(AF_INET, copy, bytes) == 1 ? 32 : inet_pton(AF_INET6, copy, bytes) == 1 ? 128 : 0;
    return *bits != 0;
}

static bool is_network(struct str text)
{
    struct str address, prefix;
    int64_t bits, length;
    bool network = str_split(text, '/', &address, &prefix);
    if (!is_address(address, &bits)) return false;
    return !network || (str_to_int64(prefix, &length) == STATUS_OK && length >= 0 && length <= bits);
}

static bool is_address_list(struct str text)
{
    struct str rest = text, item;
    while (rest.length > 0) {
        (void)str_split(rest, ',', &item, &rest);
        if (!is_network(str_trim(item))) return false;
    }
    return true;
}

static bool is_url(const struct config_knob *knob, struct str text)
{
    ptrdiff_t colon = str_find(text, STR("://"));
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F) return false;
    if (knob->choices == NULL) return text.length > 0;
    for (size_t i = 0; colon > 0 && knob->choices[i] != NULL; i++)
        if (str_equal_cstr(str_slice(text, 0, (size_t)colon), knob->choices[i]))
            return text.length > (size_t)colon + 3;
    return false;
}

bool value_store(struct arena *arena, const struct config_knob *knob, const char *text, void *target,
                 const char **reason)
{
    char *field = (char *)target + knob->offset;
    if (text == NULL) { /* unset */
        if (knob->type >= CONFIG_TEXT) *(const char **)(void *)field = NULL;
        return true;
    }
    struct str value = str_trim(str_of(text));
    int64_t bits;
    switch (knob->type) {
    case CONFIG_INTEGER:
    case CONFIG_BYTES:
    case CONFIG_DURATION: {
        static const char *const expected[] = {"a whole number", "a size like 64k, 10M or 2G",
                                               "a time like 250ms, 30s, 5m, 2h or 7d"};
        return parse_quantity(knob, value, (int64_t *)(void *)field) ||
               refuse(arena, knob, text, expected[knob->type - CONFIG_INTEGER], reason);
    }
    case CONFIG_BOOLEAN:
        return parse_boolean(value, (bool *)(void *)field) || refuse(arena, knob, text, "yes or no", reason);
    case CONFIG_CHOICE:
        return parse_choice(knob, value, (int *)(void *)field) ||
               refuse(arena, knob, text, "one of the words it can be", reason);
    case CONFIG_PATH:
        if (value.length == 0) return refuse(arena, knob, text, "a path", reason);
        break;
    case CONFIG_ADDRESS:
        if (!is_address(value, &bits)) return refuse(arena, knob, text, "an IPv4 or IPv6 address", reason);
        break;
    case CONFIG_ADDRESS_LIST:
        if (!is_address_list(value))
            return refuse(arena, knob, text, "a list of addresses or networks like 127.0.0.1, 10.0.0.0/8",
                          reason);
        break;
    case CONFIG_URL:
        if (!is_url(knob, value)) return refuse(arena, knob, text, "a URL", reason);
        break;
    case CONFIG_SECRET:
        if (value.length == 0) return refuse(arena, knob, text, "a secret that is not empty", reason);
        break;
    case CONFIG_TEXT:
        break;
    }
    *(const char **)(void *)field = arena_strndup(arena, value.data, value.length);
    return true;
}

bool value_check(struct arena *arena, const struct config_knob *knob, const char *text, const char **reason)
{
    union {
        int64_t integer;
        bool boolean;
        int choice;
        const char *text;
        struct config_secret secret;
    } scratch;
    struct config_knob alone = *knob;
    alone.offset = 0;
    return value_store(arena, &alone, text, &scratch, reason);
}

void value_append_url_masked(struct buf *out, struct str url)
{
    ptrdiff_t scheme = str_find(url, STR("://")), at = -1, colon = -1, password;
    size_t start = scheme < 0 ? 0 : (size_t)scheme + 3;
    for (size_t i = start; scheme >= 0 && i < url.length && url.data[i] != '/' && url.data[i] != '?'; i++) {
        if (url.data[i] == '@')
            at = (ptrdiff_t)i;
        else if (url.data[i] == ':' && colon < 0)
            colon = (ptrdiff_t)i;
    }
    if (at > 0 && colon > 0 && colon < at) {
        buf_append(out, url.data, (size_t)colon + 1);
        buf_append_cstr(out, "***");
        url = str_slice(url, (size_t)at, url.length);
    }
    while ((password = str_find(url, STR("password="))) >= 0) {
        size_t end = (size_t)password + 9;
        buf_append(out, url.data, end);
        buf_append_cstr(out, "***");
        bool quoted = end < url.length && url.data[end] == '\'';
        for (end += quoted;
             end < url.length && (quoted ? url.data[end] != '\'' : strchr(" &", url.data[end]) == NULL);)
            end += quoted && url.data[end] == '\\' && end + 1 < url.length ? 2 : 1;
        url = str_slice(url, end + (quoted && end < url.length), url.length);
    }
    buf_append_str(out, url);
}
