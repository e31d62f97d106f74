/* Checks a description against docs/catalogue-format.md, and computes the online level. */
#include "procedure_private.h"

#include "motcua/base/utf8.h"
#include "motcua/codec/json.h"
#include "motcua/domain/document.h"
#include "motcua/domain/retention.h"

enum { NAME_MAXIMUM = 1000, TEXT_MAXIMUM = 20000, LIST_MAXIMUM = 200 };

struct member {
    const char *name;
    json_type type;
};

static const struct member members[] = {
    {"code", JSON_STRING},          {"name", JSON_STRING},
    {"name_en", JSON_STRING},       {"field", JSON_OBJECT},
    {"levels", JSON_ARRAY},         {"audience", JSON_ARRAY},
    {"keywords", JSON_ARRAY},       {"summary", JSON_STRING},
    {"summary_en", JSON_STRING},    {"steps", JSON_ARRAY},
    {"channels", JSON_ARRAY},       {"papers", JSON_ARRAY},
    {"copies", JSON_INTEGER},       {"limit", JSON_STRING},
    {"limit_note", JSON_STRING},    {"supplement_limit", JSON_STRING},
    {"fee_note", JSON_STRING},      {"fee_note_en", JSON_STRING},
    {"authority", JSON_STRING},     {"results", JSON_ARRAY},
    {"result_symbol", JSON_STRING}, {"conditions", JSON_STRING},
    {"legal_basis", JSON_ARRAY},    {"decision", JSON_STRING},
    {"capabilities", JSON_OBJECT},  {"source", JSON_STRING},
    {"retention", JSON_STRING},
};

static bool code_valid(struct str text, bool lower)
{
    if (text.length == 0 || text.length > (lower ? 63 : 32) || text.data[0] == '-' || text.data[0] == '.')
        return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool letter = lower ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
        bool sign = c == '-' || (!lower && c == '.');
        if (!letter && !sign && (c < '0' || c > '9')) return false;
        if (lower && c == '-' && (i + 1 == text.length || text.data[i - 1] == '-')) return false;
    }
    return true;
}

static const char *check_members(struct arena *arena, const json_t *description)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)description, key, value)
    {
        if (strcmp(key, "fee") == 0) {
            if (!json_is_integer(value) && !json_is_string(value))
                return "\"fee\" must be a whole number or a FEEL text";
            continue;
        }
        const struct member *known = NULL;
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            if (strcmp(members[i].name, key) == 0) known = &members[i];
        if (known == NULL) return arena_printf(arena, "unknown member \"%.60s\"", key);
        if (json_typeof(value) != known->type) return arena_printf(arena, "\"%s\" has the wrong type", key);
        if (json_is_string(value) && json_string_length(value) > TEXT_MAXIMUM)
            return arena_printf(arena, "\"%s\" is longer than %d bytes", key, TEXT_MAXIMUM);
        if (json_is_array(value) && json_array_size(value) > LIST_MAXIMUM)
            return arena_printf(arena, "\"%s\" has more than %d entries", key, LIST_MAXIMUM);
    }
    return NULL;
}

static const char *check_levels(const json_t *levels)
{
    static const char *const kinds[] = {"city", "department", "district", "commune"};
    if (json_array_size(levels) == 0) return "\"levels\" is missing or empty";
    for (size_t i = 0; i < json_array_size(levels); i++) {
        struct str level = json_str_value(json_array_get(levels, i));
        bool known = false;
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            known |= str_equal_cstr(level, kinds[k]);
        if (!known) return "\"levels\" may hold city, department, district and commune only";
    }
    return NULL;
}

/* Lists of objects that must have a name. */
static const char *check_named(struct arena *arena, const json_t *description, const char *key)
{
    const json_t *list = json_get_array(description, key);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_get_str(json_array_get(list, i), "name").length == 0)
            return arena_printf(arena, "entry %zu of \"%s\" has no name", i + 1, key);
    return NULL;
}

static const char *check_whole(struct arena *arena, const json_t *paper, size_t number, const char *key,
                               int64_t maximum)
{
    const json_t *value = json_object_get(paper, key);
    if (value == NULL ||
        (json_is_integer(value) && json_integer_value(value) >= 1 && json_integer_value(value) <= maximum))
        return NULL;
    return arena_printf(arena, "\"%s\" of paper %zu must be a whole number from 1 to %lld", key, number,
                        (long long)maximum);
}

/* What may be handed in as a paper. */
static const char *check_uploads(struct arena *arena, const json_t *papers)
{
    for (size_t i = 0; i < json_array_size(papers); i++) {
        const json_t *paper = json_array_get(papers, i), *accept = json_object_get(paper, "accept");
        const char *problem = check_whole(arena, paper, i + 1, "upload_limit_mb", 2047);
        if (problem == NULL) problem = check_whole(arena, paper, i + 1, "max_files", 100);
        if (problem != NULL) return problem;
        if (accept != NULL && json_array_size(accept) == 0)
            return arena_printf(arena, "\"accept\" of paper %zu must be a list with at least one type",
                                i + 1);
        for (size_t k = 0; k < json_array_size(accept); k++)
            if (document_type_of_word(json_str_value(json_array_get(accept, k))) == 0)
                return arena_printf(
                    arena, "\"accept\" of paper %zu may hold pdf, jpg, png, webp, docx and odt only", i + 1);
    }
    return NULL;
}

static const char *check_texts(struct arena *arena, const json_t *description, const char *key)
{
    const json_t *list = json_get_array(description, key);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return arena_printf(arena, "entry %zu of \"%s\" is no text", i + 1, key);
    return NULL;
}

static const char *check_capabilities(struct arena *arena, const json_t *capabilities)
{
    static const char *const known[] = {"information",       "forms_download", "online_submission",
                                        "online_processing", "online_payment", "result_online",
                                        "result_post"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)capabilities, key, value)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            found |= strcmp(known[i], key) == 0;
        if (!found) return arena_printf(arena, "unknown capability \"%.60s\"", key);
        if (!json_is_boolean(value))
            return arena_printf(arena, "capability \"%s\" must be true or false", key);
    }
    return NULL;
}

const char *description_problem(struct arena *arena, const json_t *description)
{
    if (!json_is_object(description)) return "the entry is no object";
    const char *problem = check_members(arena, description);
    if (problem != NULL) return problem;
    if (!code_valid(json_get_str(description, "code"), false))
        return "\"code\" is missing or malformed (capital letters, digits, '.' and '-', at most 32)";
    struct str name = json_get_str(description, "name");
    if (str_trim(name).length == 0 || utf8_length(name) > NAME_MAXIMUM)
        return "\"name\" is missing or longer than 1000 characters";
    const json_t *field = json_get_object(description, "field");
    if (!code_valid(json_get_str(field, "code"), true) || json_get_str(field, "name").length == 0)
        return "\"field\" must have a code (lower case letters, digits, single '-') and a name";
    struct retention_rule rule;
    struct str retention = json_get_str(description, "retention");
    if (json_object_get(description, "retention") != NULL && !retention_rule_parse(retention, &rule))
        return "\"retention\" must be \"keep\" or like \"archive after 2 years, warn 30 days before, "
               "anonymise after 10 years\"";
    static const char *const named[] = {"steps", "papers", "results", "legal_basis"};
    static const char *const texts[] = {"audience", "keywords"};
    problem = check_levels(json_get_array(description, "levels"));
    for (size_t i = 0; problem == NULL && i < sizeof named / sizeof named[0]; i++)
        problem = check_named(arena, description, named[i]);
    for (size_t i = 0; problem == NULL && i < sizeof texts / sizeof texts[0]; i++)
        problem = check_texts(arena, description, texts[i]);
    if (problem == NULL) problem = check_uploads(arena, json_get_array(description, "papers"));
    return problem != NULL ? problem
                           : check_capabilities(arena, json_get_object(description, "capabilities"));
}

int procedure_online_level(const json_t *description)
{
    const json_t *flags = json_get_object(description, "capabilities");
    bool forms = json_get_bool(flags, "forms_download", false);
    bool online =
        json_get_bool(flags, "online_submission", false) && json_get_bool(flags, "online_processing", false);
    const json_t *fee = json_object_get(description, "fee");
    bool free_of_charge = fee == NULL || (json_is_integer(fee) && json_integer_value(fee) == 0);
    bool payment = free_of_charge || json_get_bool(flags, "online_payment", false);
    bool result = json_get_bool(flags, "result_online", false) || json_get_bool(flags, "result_post", false);
    if (!json_get_bool(flags, "information", true) || !forms) return 1;
    if (!online) return 2;
    return payment && result ? 4 : 3;
}
