/*
 * Reading gettext's binary catalogues. Every offset is checked once at reading; afterwards lookups touch only
 * checked, NUL-terminated strings. Invariant: `messages` is sorted by id, ids are unique.
 */
#include "motcua/i18n/catalogue.h"

#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/utf8.h"
#include "plural.h"

#define MAGIC            UINT32_C(0x950412de)
#define MAXIMUM_MESSAGES 100000
#define MAXIMUM_FORMS    16

struct message {
    struct str id;   /* context and EOT before it where there is one; up to the first NUL */
    struct str text; /* all plural forms, NUL between them, NUL behind the last */
};

struct catalogue {
    struct message *messages;
    size_t count;
    const char *language;
    struct plural *plural;
    uint64_t forms;
};

struct mo {
    const uint8_t *data;
    size_t size;
    bool swapped;
};

static enum status refuse(struct arena *arena, struct error *error, const char *detail)
{
    return error_set(error, arena, STATUS_INVALID, "catalogue.format", N_("Tệp ngôn ngữ không đọc được."),
                     "%s", detail);
}

static bool read_word(const struct mo *mo, size_t offset, uint32_t *word)
{
    if (offset > mo->size || mo->size - offset < 4) return false;
    memcpy(word, mo->data + offset, 4);
    if (mo->swapped) *word = __builtin_bswap32(*word);
    return true;
}

/* Entry `index` of the string table at `table`: length, offset; the string is NUL-terminated inside the file.
 */
static bool read_string(const struct mo *mo, uint32_t table, uint32_t index, struct str *string)
{
    uint32_t length, offset;
    if (!read_word(mo, (size_t)table + (size_t)index * 8, &length) ||
        !read_word(mo, (size_t)table + (size_t)index * 8 + 4, &offset))
        return false;
    if (offset >= mo->size || length >= mo->size - offset || mo->data[offset + length] != '\0') return false;
    *string = str_make((const char *)mo->data + offset, length);
    return utf8_valid(*string);
}

static int compare_messages(const void *a, const void *b)
{
    return str_compare(((const struct message *)a)->id, ((const struct message *)b)->id);
}

/* The value of a header line "Name: value". */
static struct str header_field(struct str header, const char *name)
{
    struct str line, rest = header;
    while (rest.length > 0) {
        str_split(rest, '\n', &line, &rest);
        struct str key, value;
        if (str_split(line, ':', &key, &value) && str_equal_ignore_case(key, str_of(name)))
            return str_trim(value);
    }
    return STR_NULL;
}

static bool charset_is_utf8(struct str content_type)
{
    ptrdiff_t at = str_find(content_type, STR("charset="));
    if (at < 0) return false;
    struct str charset = str_slice(content_type, (size_t)at + 8, content_type.length);
    return str_equal_ignore_case(charset, STR("UTF-8")) || str_equal_ignore_case(charset, STR("UTF8"));
}

/* "nplurals=2; plural=(n != 1);" */
static bool read_plural(struct arena *arena, struct str field, struct catalogue *catalogue)
{
    if (field.length == 0) return plural_parse(arena, STR("n != 1"), &catalogue->plural);
    struct str count, expression, rest, name, value;
    int64_t forms;
    str_split(field, ';', &count, &rest);
    str_split(rest, ';', &expression, &rest);
    if (!str_split(str_trim(count), '=', &name, &value) || !str_equal_cstr(str_trim(name), "nplurals") ||
        str_to_int64(str_trim(value), &forms) != STATUS_OK || forms < 1 || forms > MAXIMUM_FORMS)
        return false;
    if (!str_split(str_trim(expression), '=', &name, &value) || !str_equal_cstr(str_trim(name), "plural"))
        return false;
    catalogue->forms = (uint64_t)forms;
    return plural_parse(arena, str_trim(value), &catalogue->plural);
}

static enum status read_header(struct arena *arena, struct str header, struct catalogue *catalogue,
                               struct error *error)
{
    if (!charset_is_utf8(header_field(header, "Content-Type")))
        return refuse(arena, error, "the header must say charset=UTF-8");
    struct str language = header_field(header, "Language");
    catalogue->language = arena_strndup(arena, language.length == 0 ? "" : language.data, language.length);
    if (!read_plural(arena, header_field(header, "Plural-Forms"), catalogue))
        return refuse(arena, error, "the plural rule cannot be read");
    return STATUS_OK;
}

static enum status read_messages(struct arena *arena, const struct mo *mo, struct catalogue *catalogue,
                                 struct error *error)
{
    uint32_t count, originals, translations;
    if (!read_word(mo, 8, &count) || !read_word(mo, 12, &originals) || !read_word(mo, 16, &translations))
        return refuse(arena, error, "shorter than its head");
    if (count > MAXIMUM_MESSAGES) return refuse(arena, error, "too many messages");
    struct message *messages = arena_array(arena, count, sizeof *messages);
    struct str header = STR_NULL;
    size_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct message message;
        if (!read_string(mo, originals, i, &message.id) || !read_string(mo, translations, i, &message.text))
            return refuse(arena, error, "a string lies outside the file or is no UTF-8");
        message.id.length = strlen(message.id.data);
        if (message.id.length == 0)
            header = message.text;
        else if (message.text.length > 0 && message.text.data[0] != '\0')
            messages[kept++] = message;
    }
    if (kept > 0) qsort(messages, kept, sizeof *messages, compare_messages);
    for (size_t i = 1; i < kept; i++)
        if (str_equal(messages[i].id, messages[i - 1].id))
            return refuse(arena, error, "a message stands twice");
    catalogue->messages = messages;
    catalogue->count = kept;
    return read_header(arena, header, catalogue, error);
}

enum status catalogue_read(struct arena *arena, struct str mo, struct catalogue **catalogue,
                           struct error *error)
{
    if (mo.length > CATALOGUE_MAXIMUM_SIZE)
        return error_set(error, arena, STATUS_TOO_LARGE, "catalogue.size", N_("Tệp ngôn ngữ quá lớn."),
                         "%zu bytes", mo.length);
    struct mo file = {.size = mo.length};
    struct str owned = arena_str(arena, mo);
    file.data = (const uint8_t *)owned.data;
    uint32_t magic, revision;
    if (!read_word(&file, 0, &magic)) return refuse(arena, error, "empty");
    file.swapped = magic == __builtin_bswap32(MAGIC);
    if (magic != MAGIC && !file.swapped) return refuse(arena, error, "no catalogue");
    if (!read_word(&file, 4, &revision) || revision >> 16 > 1)
        return refuse(arena, error, "unknown revision");
    struct catalogue *result = arena_zalloc(arena, sizeof *result);
    result->forms = 2;
    enum status status = read_messages(arena, &file, result, error);
    if (status == STATUS_OK) *catalogue = result;
    return status;
}

size_t catalogue_size(const struct catalogue *catalogue)
{
    return catalogue == NULL ? 0 : catalogue->count;
}

const char *catalogue_language(const struct catalogue *catalogue)
{
    return catalogue == NULL ? "vi" : catalogue->language;
}

static const struct message *find(const struct catalogue *catalogue, struct str id)
{
    if (catalogue == NULL) return NULL;
    size_t low = 0, high = catalogue->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(catalogue->messages[middle].id, id);
        if (order == 0) return &catalogue->messages[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *translate_str(const struct catalogue *catalogue, struct str vietnamese)
{
    const struct message *message = find(catalogue, vietnamese);
    return message == NULL ? NULL : message->text.data;
}

const char *translate(const struct catalogue *catalogue, const char *vietnamese)
{
    if (catalogue == NULL || vietnamese == NULL) return vietnamese;
    const char *text = translate_str(catalogue, str_of(vietnamese));
    return text == NULL ? vietnamese : text;
}

const char *translate_count(const struct catalogue *catalogue, const char *vietnamese, int64_t count)
{
    if (catalogue == NULL || vietnamese == NULL) return vietnamese;
    const struct message *message = find(catalogue, str_of(vietnamese));
    if (message == NULL) return vietnamese;
    uint64_t n = count < 0 ? (uint64_t) - (count + 1) + 1 : (uint64_t)count;
    uint64_t form = plural_evaluate(catalogue->plural, n);
    if (form >= catalogue->forms) form = 0;
    const char *text = message->text.data, *end = text + message->text.length;
    for (; form > 0; form--) {
        const char *next = text + strlen(text) + 1;
        if (next > end) break; /* fewer forms than the rule says: the last one serves */
        text = next;
    }
    return text;
}

const char *translate_context(const struct catalogue *catalogue, const char *context, const char *vietnamese)
{
    if (catalogue == NULL || vietnamese == NULL || context == NULL) return vietnamese;
    char id[1024];
    int length = snprintf(id, sizeof id, "%s\004%s", context, vietnamese);
    if (length < 0 || (size_t)length >= sizeof id) return vietnamese;
    const char *text = translate_str(catalogue, str_make(id, (size_t)length));
    return text == NULL ? vietnamese : text;
}

struct str message_normalise(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.length + 1);
    size_t length = 0;
    text = str_trim(text);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (!blank)
            out[length++] = c;
        else if (out[length - 1] != ' ')
            out[length++] = ' ';
    }
    out[length] = '\0';
    return str_make(out, length);
}
