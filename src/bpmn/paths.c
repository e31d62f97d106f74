/* Placeholder until the state space is explored. */
#include "motcua/bpmn/paths.h"
#include "internal.h"

const struct bpmn_paths *bpmn_paths(const struct bpmn_model *model, const struct bpmn_node *process,
                                    struct arena *arena)
{
    (void)process;
    struct bpmn_paths *paths = arena_zalloc(arena, sizeof *paths);
    paths->visited = arena_array(arena, model->node_count, sizeof(bool));
    return paths;
}
