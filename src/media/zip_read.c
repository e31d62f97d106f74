/*
 * ZIP archives (APPNOTE 6.3) that strangers send, read strictly: one list of entries that ends at the end of
 * the file, entries one behind another without gaps, each with a head that says what the list says. What two
 * programs could read as two things is refused; so is ZIP64, which no text needs.
 */
#include <stdlib.h>
#include <zlib.h>

#include "media_private.h"

enum {
    END_SIZE = 22,
    ENTRY_SIZE = 46,
    LOCAL_SIZE = 30,
    COMMENT_MAXIMUM = 65535,
    ENTRIES_MAXIMUM = 4000,
    DESCRIPTOR_MAXIMUM = 24, /* sizes behind the data of an entry that was written as a stream */
    UNPACKED_MAXIMUM = 512 * 1024 * 1024,
    FLAG_ENCRYPTED = 1 << 0,
    FLAG_STREAMED = 1 << 3,
    FLAG_HIDDEN = 1 << 13, /* an encrypted list */
    STORED = 0,
    DEFLATED = 8
};

static unsigned little(const char *bytes, unsigned count)
{
    unsigned value = 0;
    for (unsigned i = 0; i < count; i++)
        value |= (unsigned)(unsigned char)bytes[i] << (8 * i);
    return value;
}

/* The end of the list is the end of the file, but for its comment. */
static bool find_end(struct str bytes, size_t *at)
{
    if (bytes.length < END_SIZE) return false;
    size_t last = bytes.length - END_SIZE, first = last > COMMENT_MAXIMUM ? last - COMMENT_MAXIMUM : 0;
    for (size_t i = last + 1; i-- > first;)
        if (memcmp(bytes.data + i, "PK\5\6", 4) == 0) {
            *at = i;
            return little(bytes.data + i + 20, 2) == last - i;
        }
    return false;
}

static bool read_entry(struct str bytes, size_t at, size_t end, struct zip_entry *entry, size_t *next)
{
    if (end - at < ENTRY_SIZE || memcmp(bytes.data + at, "PK\1\2", 4) != 0) return false;
    const char *head = bytes.data + at;
    size_t name = little(head + 28, 2), rest = little(head + 30, 2) + little(head + 32, 2);
    if (end - at - ENTRY_SIZE < name + rest) return false;
    *entry = (struct zip_entry){.name = str_make(head + ENTRY_SIZE, name),
                                .flags = little(head + 8, 2),
                                .method = little(head + 10, 2),
                                .checksum = little(head + 16, 4),
                                .packed = little(head + 20, 4),
                                .size = little(head + 24, 4),
                                .local = little(head + 42, 4)};
    *next = at + ENTRY_SIZE + name + rest;
    return true;
}

/* The head before the data says the same; finds the data. */
static bool read_local(struct str bytes, size_t limit, struct zip_entry *entry)
{
    if (entry->local > limit || limit - entry->local < LOCAL_SIZE) return false;
    const char *head = bytes.data + entry->local;
    size_t name = little(head + 26, 2), room = limit - entry->local - LOCAL_SIZE,
           rest = name + little(head + 28, 2);
    if (memcmp(head, "PK\3\4", 4) != 0 || rest > room || room - rest < entry->packed) return false;
    entry->data = entry->local + LOCAL_SIZE + rest;
    bool streamed = (entry->flags & FLAG_STREAMED) != 0;
    return str_equal(str_make(head + LOCAL_SIZE, name), entry->name) &&
           ((little(head + 6, 2) ^ entry->flags) & (FLAG_ENCRYPTED | FLAG_STREAMED)) == 0 &&
           little(head + 8, 2) == entry->method &&
           (streamed || (little(head + 14, 4) == entry->checksum && little(head + 18, 4) == entry->packed &&
                         little(head + 22, 4) == entry->size));
}

/* A name that is one everywhere, and only one of it. */
static bool name_is_good(const struct zip *zip, size_t index)
{
    struct str name = zip->entries[index].name;
    if (name.length == 0 || name.data[0] == '/' || str_find(name, STR("..")) >= 0) return false;
    for (size_t i = 0; i < name.length; i++)
        if ((unsigned char)name.data[i] < ' ' || strchr("\\:", name.data[i]) != NULL) return false;
    for (size_t i = 0; i < index; i++)
        if (str_equal_ignore_case(zip->entries[i].name, name)) return false;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct zip_entry *one = a, *other = b;
    return (one->local > other->local) - (one->local < other->local);
}

/* Nothing stands before, between or behind the entries that the list does not tell of. */
static bool has_no_gaps(const struct zip *zip, size_t list)
{
    size_t at = 0;
    for (size_t i = 0; i < zip->count; i++) {
        const struct zip_entry *entry = &zip->entries[i];
        size_t slack = i > 0 && (zip->entries[i - 1].flags & FLAG_STREAMED) != 0 ? DESCRIPTOR_MAXIMUM : 0;
        if (entry->local < at || entry->local - at > slack) return false;
        at = entry->data + entry->packed;
    }
    size_t slack = (zip->entries[zip->count - 1].flags & FLAG_STREAMED) != 0 ? DESCRIPTOR_MAXIMUM : 0;
    return list >= at && list - at <= slack;
}

enum media_problem zip_open(struct str bytes, struct arena *arena, struct zip *zip)
{
    size_t end, unpacked = 0;
    *zip = (struct zip){.bytes = bytes};
    if (!find_end(bytes, &end)) return MEDIA_BROKEN;
    const char *last = bytes.data + end;
    size_t count = little(last + 10, 2), list = little(last + 16, 4), at = list;
    if (count == 0 || count > ENTRIES_MAXIMUM || little(last + 8, 2) != count || list > end ||
        end - list != little(last + 12, 4))
        return MEDIA_BROKEN;
    zip->entries = arena_array(arena, count, sizeof *zip->entries);
    for (zip->count = 0; zip->count < count; zip->count++) {
        struct zip_entry *entry = &zip->entries[zip->count];
        if (!read_entry(bytes, at, end, entry, &at)) return MEDIA_BROKEN;
        if ((entry->flags & (FLAG_ENCRYPTED | FLAG_HIDDEN)) != 0) return MEDIA_ENCRYPTED;
        if ((entry->method != STORED && entry->method != DEFLATED) || !name_is_good(zip, zip->count) ||
            !read_local(bytes, list, entry))
            return MEDIA_BROKEN;
        unpacked += entry->size;
    }
    qsort(zip->entries, count, sizeof *zip->entries, by_place);
    if (at != end || !has_no_gaps(zip, list)) return MEDIA_BROKEN;
    return unpacked > UNPACKED_MAXIMUM ? MEDIA_TOO_LARGE : MEDIA_GOOD;
}

struct unpacking {
    const struct zip_entry *entry;
    struct buf *out;
    size_t size;
    uLong checksum;
};

static bool take(struct unpacking *unpacking, const unsigned char *bytes, size_t length)
{
    if (unpacking->entry->size - unpacking->size < length) return false;
    unpacking->size += length;
    unpacking->checksum = crc32(unpacking->checksum, bytes, (uInt)length);
    if (unpacking->out != NULL) buf_append(unpacking->out, bytes, length);
    return unpacking->out == NULL || !unpacking->out->overflow;
}

static bool inflate_all(struct unpacking *unpacking, struct str packed)
{
    unsigned char block[64 * 1024];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)packed.data, .avail_in = (uInt)packed.length};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
    int result = Z_OK;
    while (result == Z_OK) {
        stream.next_out = block;
        stream.avail_out = sizeof block;
        result = inflate(&stream, Z_NO_FLUSH);
        if (!take(unpacking, block, sizeof block - stream.avail_out)) result = Z_DATA_ERROR;
    }
    bool whole = result == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole;
}

bool zip_unpack(const struct zip *zip, const struct zip_entry *entry, struct buf *out)
{
    struct unpacking unpacking = {.entry = entry, .out = out, .checksum = crc32(0, NULL, 0)};
    struct str packed = str_make(zip->bytes.data + entry->data, entry->packed);
    bool good = entry->method == DEFLATED
                    ? inflate_all(&unpacking, packed)
                    : take(&unpacking, (const unsigned char *)packed.data, packed.length);
    return good && unpacking.size == entry->size && unpacking.checksum == entry->checksum;
}
