/*
 * Office files are ZIP archives (APPNOTE 6.3): the list at their end is read, nothing is unpacked. Refused:
 * programs (VBA, Basic, scripts), what is embedded as a foreign object, entries behind a password, and more
 * unpacked bytes than a text can need.
 */
#include "media_private.h"

enum {
    END_SIZE = 22,
    ENTRY_SIZE = 46,
    COMMENT_MAXIMUM = 65535,
    ENTRIES_MAXIMUM = 10000,
    UNPACKED_MAXIMUM = 512 * 1024 * 1024
};

static unsigned little(const char *bytes, unsigned count)
{
    unsigned value = 0;
    for (unsigned i = 0; i < count; i++)
        value |= (unsigned)(unsigned char)bytes[i] << (8 * i);
    return value;
}

static bool find_end(struct str bytes, size_t *at)
{
    if (bytes.length < END_SIZE) return false;
    size_t last = bytes.length - END_SIZE, first = last > COMMENT_MAXIMUM ? last - COMMENT_MAXIMUM : 0;
    for (size_t i = last + 1; i-- > first;)
        if (memcmp(bytes.data + i, "PK\5\6", 4) == 0) {
            *at = i;
            return true;
        }
    return false;
}

/* Without regard to case: programs that open them have none either. */
static bool contains(struct str name, struct str part)
{
    for (size_t i = 0; i + part.length <= name.length; i++)
        if (str_equal_ignore_case(str_slice(name, i, i + part.length), part)) return true;
    return false;
}

static bool is_program(struct str name)
{
    static const struct str parts[] = {{"vbaproject", 10}, {"vbadata", 7},      {"macrosheets/", 12},
                                       {"activex/", 8},    {"embeddings/", 11}, {".exe", 4},
                                       {".dll", 4},        {".js", 3},          {".vbs", 4}};
    static const struct str folders[] = {{"Basic/", 6}, {"Scripts/", 8}, {"Object ", 7}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (contains(name, parts[i])) return true;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (name.length >= folders[i].length &&
            str_equal_ignore_case(str_slice(name, 0, folders[i].length), folders[i]))
            return true;
    return false;
}

void office_inspect(struct str bytes, struct media_report *report)
{
    size_t at;
    if (!find_end(bytes, &at)) return;
    unsigned count = little(bytes.data + at + 10, 2);
    size_t entry = little(bytes.data + at + 16, 4);
    uint64_t unpacked = 0;
    if (count == 0 || count > ENTRIES_MAXIMUM) return;
    for (unsigned i = 0; i < count; i++) {
        if (entry > at || at - entry < ENTRY_SIZE || memcmp(bytes.data + entry, "PK\1\2", 4) != 0) return;
        const char *head = bytes.data + entry;
        size_t name_length = little(head + 28, 2), rest = little(head + 30, 2) + little(head + 32, 2);
        if (at - entry - ENTRY_SIZE < name_length + rest) return;
        if ((little(head + 8, 2) & 1) != 0) {
            report->problem = MEDIA_ENCRYPTED;
            return;
        }
        if (is_program(str_make(head + ENTRY_SIZE, name_length))) {
            report->problem = MEDIA_MACROS;
            return;
        }
        unpacked += little(head + 24, 4);
        entry += ENTRY_SIZE + name_length + rest;
    }
    report->problem = unpacked > UNPACKED_MAXIMUM ? MEDIA_TOO_LARGE : MEDIA_GOOD;
}
