/* Types in expressions: `instance of`, typed parameters (DMN 1.3, rules 50 to 53), and the names of item
 * definitions. */
#include "reader.h"

#define SCALAR(type_kind)                                                                                    \
    {                                                                                                        \
        .kind = FEEL_TYPE_SCALAR, .scalar = (type_kind)                                                      \
    }

static const struct {
    const char *name;
    struct feel_type type;
} known[] = {
    {"years and months duration", SCALAR(FEEL_MONTHS_DURATION)},
    {"year month duration", SCALAR(FEEL_MONTHS_DURATION)},
    {"yearMonthDuration", SCALAR(FEEL_MONTHS_DURATION)},
    {"days and time duration", SCALAR(FEEL_DAYS_DURATION)},
    {"day time duration", SCALAR(FEEL_DAYS_DURATION)},
    {"dayTimeDuration", SCALAR(FEEL_DAYS_DURATION)},
    {"date and time", SCALAR(FEEL_DATE_TIME)},
    {"dateTime", SCALAR(FEEL_DATE_TIME)},
    {"number", SCALAR(FEEL_NUMBER)},
    {"string", SCALAR(FEEL_STRING)},
    {"boolean", SCALAR(FEEL_BOOLEAN)},
    {"date", SCALAR(FEEL_DATE)},
    {"time", SCALAR(FEEL_TIME)},
    {"Any", {.kind = FEEL_TYPE_ANY}},
    {"Null", {.kind = FEEL_TYPE_NULL}},
    {"list", {.kind = FEEL_TYPE_LIST}},
    {"context", {.kind = FEEL_TYPE_CONTEXT}},
    {"range", {.kind = FEEL_TYPE_RANGE}},
    {"function", {.kind = FEEL_TYPE_FUNCTION, .any_parameters = true}},
};

static struct feel_type *new_type(struct reader *reader, enum feel_type_kind kind)
{
    struct feel_type *type = arena_zalloc(reader->arena, sizeof *type);
    type->kind = kind;
    return type;
}

static bool fields(struct reader *reader, struct feel_type *type, bool named)
{
    struct feel_field *list = NULL;
    size_t count = 0, capacity = 0;
    if (reader_accept(reader, ">")) return true;
    do {
        struct feel_field field = {STR_NULL, NULL};
        if (named) {
            field.name = reader_declared_name(reader, ":>", false);
            if (field.name.length == 0 || !reader_accept(reader, ":")) {
                reader_fail(reader, "the name of an entry and ':'");
                return false;
            }
        }
        field.type = reader_type(reader);
        if (field.type == NULL) return false;
        if (count == capacity) {
            struct feel_field *larger;
            capacity = capacity == 0 ? 4 : capacity * 2;
            larger = arena_array(reader->arena, capacity, sizeof *larger);
            if (count > 0) memcpy(larger, list, count * sizeof *larger);
            list = larger;
        }
        list[count++] = field;
    } while (reader_accept(reader, ","));
    type->fields = list;
    type->field_count = count;
    if (reader_accept(reader, ">")) return true;
    reader_fail(reader, "'>'");
    return false;
}

/* What stands behind list, range, context, function. */
static const struct feel_type *parameterised(struct reader *reader, const struct feel_type *plain)
{
    struct feel_type *type;
    if (!reader_accept(reader, "<")) return plain;
    type = new_type(reader, plain->kind);
    switch (plain->kind) {
    case FEEL_TYPE_LIST:
    case FEEL_TYPE_RANGE:
        type->element = reader_type(reader);
        if (type->element == NULL) return NULL;
        return reader_accept(reader, ">") ? type : reader_fail(reader, "'>'");
    case FEEL_TYPE_CONTEXT:
        return fields(reader, type, true) ? type : NULL;
    case FEEL_TYPE_FUNCTION:
        if (!fields(reader, type, false)) return NULL;
        if (!reader_accept(reader, "->")) return reader_fail(reader, "'->' and the type of the result");
        type->element = reader_type(reader);
        return type->element != NULL ? type : NULL;
    default:
        return plain;
    }
}

/* Does the text at the cursor spell `name` as whole words? Moves behind it. */
static bool accept_words(struct reader *reader, struct str name)
{
    size_t start = reader->at;
    struct str head, rest = name;
    bool more = true;
    while (more) {
        more = str_split(rest, ' ', &head, &rest);
        reader_skip(reader);
        if (!str_equal(reader_word(reader, reader->at), head)) {
            reader->at = start;
            return false;
        }
        reader->at += head.length;
    }
    return true;
}

static const struct feel_type *named_type(struct reader *reader)
{
    const struct feel_named_type *best = NULL;
    size_t next;
    for (size_t i = 0; reader->names != NULL && i < reader->names->type_count; i++) {
        const struct feel_named_type *candidate = &reader->names->types[i];
        if (candidate->name.length > 0 && reader->text.length - reader->at >= candidate->name.length &&
            memcmp(reader->text.data + reader->at, candidate->name.data, candidate->name.length) == 0 &&
            !reader_name_part(reader_peek(reader, reader->at + candidate->name.length, &next)) &&
            (best == NULL || candidate->name.length > best->name.length))
            best = candidate;
    }
    if (best == NULL) return NULL;
    reader->at += best->name.length;
    return best->type;
}

const struct feel_type *reader_type(struct reader *reader)
{
    const struct feel_type *type = NULL;
    struct str word;
    reader_skip(reader);
    if (reader->failed || !reader_enter(reader)) return NULL;
    type = named_type(reader);
    for (size_t i = 0; type == NULL && i < sizeof known / sizeof *known; i++)
        if (accept_words(reader, str_of(known[i].name))) type = parameterised(reader, &known[i].type);
    if (type == NULL && !reader->failed) {
        word = reader_word(reader, reader->at);
        if (word.length == 0) {
            reader_fail(reader, "the name of a type");
        } else { /* possibly qualified; a type nobody defined */
            reader->at += word.length;
            while (reader_accept(reader, ".")) {
                reader_skip(reader);
                reader->at += reader_word(reader, reader->at).length;
            }
            type = new_type(reader, FEEL_TYPE_UNKNOWN);
        }
    }
    reader_leave(reader);
    return type;
}
