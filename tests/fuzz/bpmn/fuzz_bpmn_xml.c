/* BPMN XML: reading, linting, listing paths, and starting what may be started must end, whatever the bytes.
 */
#include <assert.h>

#include "motcua/bpmn/paths.h"
#include "motcua/bpmn/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_create((size_t)1 << 30);
    const struct bpmn_model *model = NULL;
    struct bpmn_parse_options options = {.key = STR("k")};
    struct error error = {0};
    if (size > 20000 ||
        bpmn_model_parse(arena, str_make((const char *)data, size), &options, &model, &error) != STATUS_OK)
        return 0;
    struct bpmn_environment environment = {.models = {&model, 1},
                                           .now = 1795482000000000,
                                           .utc_offset = 25200,
                                           .limits = {.steps = 500, .tokens = 100}};
    for (size_t i = 0; i < model->process_count && i < 3; i++) {
        (void)bpmn_paths(model, model->processes[i], arena);
        struct bpmn_input input = {.kind = BPMN_START, .model = model, .process = model->processes[i]->id};
        struct bpmn_result result;
        if (bpmn_step(&environment, NULL, &input, arena, &result, &error) != STATUS_OK) continue;
        BUF_AUTO saved = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
        BUF_AUTO again = BUF_WITH_MAXIMUM(BPMN_MAXIMUM_STATE);
        const struct bpmn_state *state = NULL;
        if (bpmn_state_save(result.state, &saved) != STATUS_OK) continue;
        enum status status = bpmn_state_load(arena, buf_str(&saved), &environment.models, &state, &error);
        assert(status == STATUS_OK);
        status = bpmn_state_save(state, &again);
        assert(status == STATUS_OK && str_equal(buf_str(&saved), buf_str(&again)));
    }
    return 0;
}
