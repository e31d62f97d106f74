/*
 * A definition, then a line feed and what a browser sent (name=value lines), then another and answers as
 * JSON. Whatever comes: no crash, no hang, and what was read once reads back the same way.
 */
#include <assert.h>
#include <stdlib.h>

#include "motcua/codec/json.h"
#include "motcua/form/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(const struct form *form, struct arena *arena, struct str sent, const json_t *before)
{
    struct form_pair pairs[100];
    size_t count = 0;
    bool more = sent.length > 0;
    while (more && count < 100) {
        struct str line;
        more = str_split(sent, '\n', &line, &sent);
        str_split(line, '=', &pairs[count].name, &pairs[count].value);
        count++;
    }
    struct form_environment environment = {.today = "2017-02-14"};
    for (size_t page = 0; page < form_page_count(form); page++) {
        struct form_submission submission = {0};
        if (form_parse_page(form, arena, page, pairs, count, before, &environment, &submission, NULL) !=
            STATUS_OK)
            continue;
        json_auto answers = submission.answers;
        struct form_errors errors;
        assert(form_validate(form, arena, FORM_ALL_PAGES, answers, &environment, &errors) == STATUS_OK);
        json_auto view = NULL;
        assert(form_view(form, arena, page, answers, &errors, NULL, &environment, &view) == STATUS_OK);
        json_auto review = NULL;
        assert(form_review(form, arena, answers, &environment, &review) == STATUS_OK);
        json_auto display = NULL;
        assert(form_display(form, arena, answers, &environment, &display) == STATUS_OK);
        assert(form_validate_shape(form, arena, answers, &errors) == STATUS_OK);
        json_auto normal = NULL;
        if (form_parse_json(form, arena, answers, false, &normal, NULL) == STATUS_OK) {
            json_auto again = NULL;
            assert(form_parse_json(form, arena, normal, false, &again, NULL) == STATUS_OK);
            assert(json_equal(normal, again));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)256 << 20);
    struct str input = str_make((const char *)data, size), definition, rest, sent, answers;
    str_split(input, '\x1e', &definition, &rest);
    str_split(rest, '\x1e', &sent, &answers);
    struct form *form = NULL;
    if (form_compile_text(arena, definition, &form, NULL) == STATUS_OK) {
        json_auto schema = NULL;
        assert(form_json_schema(form, arena, &schema) == STATUS_OK);
        json_auto before = NULL;
        if (json_parse(arena, answers, 0, 0, &before, NULL) != STATUS_OK) before = NULL;
        fill(form, arena, sent, before);
    }
    arena_destroy(arena);
    return 0;
}
