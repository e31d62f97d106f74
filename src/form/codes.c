/* Codes of dossiers and results that answers name. The shell looks up which of them there are. */
#include "motcua/codec/json.h"

#include "internal.h"

struct named {
    struct arena *arena;
    const char **list;
    size_t count;
};

static void name(struct named *named, const struct form_field *field, const json_t *value)
{
    struct form_problem problem;
    if (field->kind != KIND_DOSSIER || field->accepts == CODE_ANY || !json_is_string(value)) return;
    if (named->count == FORM_CODES_MAXIMUM || form_check_shape(field, named->arena, value, &problem)) return;
    named->list[named->count++] = arena_strdup(named->arena, json_string_value(value));
}

bool form_asks_for_codes(const struct form *form)
{
    for (size_t i = 0; i < form->field_count; i++) {
        const struct form_field *field = &form->fields[i];
        if (field->kind == KIND_DOSSIER && field->accepts != CODE_ANY) return true;
        for (size_t k = 0; k < field->field_count; k++)
            if (field->fields[k].kind == KIND_DOSSIER && field->fields[k].accepts != CODE_ANY) return true;
    }
    return false;
}

size_t form_named_codes(const struct form *form, struct arena *arena, const json_t *answers,
                        const char ***codes)
{
    struct named named = {arena, arena_array(arena, FORM_CODES_MAXIMUM, sizeof(const char *)), 0};
    for (size_t i = 0; i < form->field_count; i++) {
        const struct form_field *field = &form->fields[i];
        if (!field->key) continue;
        const json_t *value = form_answer(answers, field);
        name(&named, field, value);
        for (size_t r = 0; field->kind == KIND_GROUP && r < json_array_size(value); r++)
            for (size_t k = 0; k < field->field_count; k++)
                if (field->fields[k].key)
                    name(&named, &field->fields[k], form_answer(json_array_get(value, r), &field->fields[k]));
    }
    *codes = named.list;
    return named.count;
}

static const struct form_code *find(const struct form_codes *codes, const char *code)
{
    static const struct form_code unknown = {.code = ""};
    for (size_t i = 0; i < codes->count; i++)
        if (strcmp(codes->list[i].code, code) == 0) return &codes->list[i];
    return &unknown;
}

/* The same words for a code that nobody has and for one that is somebody else's. */
static const char *unknown_message(enum form_code_source accepts)
{
    switch (accepts) {
    case CODE_DOSSIER:
        return N_("Trong các hồ sơ của bạn không có hồ sơ nào mang mã này. Hãy xem mã trên giấy hẹn hoặc ở "
                  "mục “Hồ sơ của tôi”.");
    case CODE_RESULT:
        return N_("Không có kết quả nào mang mã xác minh này. Hãy chép đúng mã in trên kết quả.");
    default:
        return N_("Không có hồ sơ nào của bạn mang mã này, cũng không có kết quả nào mang mã xác minh này. "
                  "Hãy chép đúng mã trên giấy hẹn hoặc trên kết quả.");
    }
}

bool form_check_code(const struct form_field *field, const struct form_environment *environment,
                     const char *code, struct form_problem *problem)
{
    if (!environment || !environment->codes || field->accepts == CODE_ANY) return false;
    const struct form_code *known = find(environment->codes, code);
    if (known->is_own && field->accepts != CODE_RESULT) return false;
    bool result = known->is_result && field->accepts != CODE_DOSSIER;
    if (result && !known->is_revoked) return false;
    *problem = result ? (struct form_problem){.code = "form.result_revoked",
                                              .message = N_("Kết quả mang mã này đã bị thu hồi nên không "
                                                            "dùng được nữa.")}
                      : (struct form_problem){.code = "form.dossier_unknown",
                                              .message = unknown_message(field->accepts)};
    return true;
}
