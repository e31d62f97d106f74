/*
 * Reads the saved form back. Strict: fields in their order, one way to write each thing, and every reference
 * checked against the models, so that whatever loads is a state the engine could have saved and saves to the
 * same bytes. Anything else is STATUS_INVALID.
 */
#include "machine.h"

enum { MAXIMUM_EXECUTIONS = 30000, MAXIMUM_SUBSCRIPTIONS = 100000 };

struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
    bool first; /* in the current object */
    bool bad;
    const struct bpmn_model **models;
    size_t model_count;
};

static bool expect(struct reader *reader, const char *literal)
{
    struct str rest = str_slice(reader->text, reader->at, reader->text.length);
    if (!reader->bad && str_starts_with(rest, str_of(literal))) {
        reader->at += strlen(literal);
        return true;
    }
    reader->bad = true;
    return false;
}

static bool accept(struct reader *reader, char c)
{
    if (reader->bad || reader->at >= reader->text.length || reader->text.data[reader->at] != c) return false;
    reader->at++;
    return true;
}

/* Is the next field `name`? Then its value is next. */
static bool field(struct reader *reader, const char *name)
{
    char wanted[32];
    size_t length = 0;
    if (reader->bad) return false;
    if (!reader->first) wanted[length++] = ',';
    wanted[length++] = '"';
    memcpy(wanted + length, name, strlen(name));
    length += strlen(name);
    wanted[length++] = '"';
    wanted[length++] = ':';
    if (!str_starts_with(str_slice(reader->text, reader->at, reader->text.length), str_make(wanted, length)))
        return false;
    reader->at += length;
    reader->first = false;
    return true;
}

static int64_t read_integer(struct reader *reader)
{
    size_t end = reader->at;
    if (end < reader->text.length && reader->text.data[end] == '-') end++;
    size_t digits = end;
    while (end < reader->text.length && reader->text.data[end] >= '0' && reader->text.data[end] <= '9')
        end++;
    int64_t value = 0;
    struct str number = str_slice(reader->text, reader->at, end);
    bool canonical = end > digits && reader->text.data[digits] != '0';
    if (!canonical || str_to_int64(number, &value) != STATUS_OK) reader->bad = true;
    reader->at = end;
    return value;
}

/* A number that is left out when it is zero. */
static int64_t number_field(struct reader *reader, const char *name, int64_t low, int64_t high)
{
    if (!field(reader, name)) return 0;
    int64_t value = read_integer(reader);
    if (value < low || value > high) reader->bad = true;
    return value;
}

static uint64_t id_field(struct reader *reader, const char *name)
{
    return (uint64_t)number_field(reader, name, 1, INT64_MAX - 1);
}

static struct str text_field(struct reader *reader, const char *name)
{
    struct str value = STR_NULL;
    if (!field(reader, name)) return value;
    if (!bpmn_text_read(reader->arena, reader->text, &reader->at, &value) || value.length == 0)
        reader->bad = true;
    return reader->bad ? STR_NULL : value;
}

static const struct feel_value *value_field(struct reader *reader, const char *name)
{
    if (!field(reader, name)) return NULL;
    const struct feel_value *value = bpmn_value_read(reader->arena, reader->text, &reader->at, 0);
    if (value == NULL) reader->bad = true;
    return value;
}

static const struct feel_value *context_field(struct reader *reader, const char *name)
{
    const struct feel_value *value = value_field(reader, name);
    if (value != NULL && value->kind != FEEL_CONTEXT) reader->bad = true;
    return reader->bad ? NULL : value;
}

static void open_object(struct reader *reader)
{
    (void)expect(reader, "{");
    reader->first = true;
}

static void close_object(struct reader *reader)
{
    (void)expect(reader, "}");
    reader->first = false;
}

static const struct bpmn_model *model_field(struct reader *reader)
{
    int64_t index = number_field(reader, "model", 1, STATE_MODELS);
    if (index >= (int64_t)reader->model_count) {
        reader->bad = true;
        return reader->models[0];
    }
    return reader->models[index];
}

static const struct bpmn_node *node_field(struct reader *reader, const struct bpmn_model *model,
                                          const char *name, bool needed)
{
    struct str id = text_field(reader, name);
    const struct bpmn_node *node = id.length == 0 ? NULL : bpmn_model_node(model, id);
    if (node == NULL && (needed || id.length > 0)) reader->bad = true;
    return node;
}

/* ---- parts of an execution ---- */

static const struct task *read_task(struct reader *reader)
{
    if (!field(reader, "task")) return NULL;
    struct task *task = arena_zalloc(reader->arena, sizeof *task);
    open_object(reader);
    if (field(reader, "roles")) {
        VEC(struct str) roles = {0};
        (void)expect(reader, "[");
        do {
            struct str role = STR_NULL;
            if (!bpmn_text_read(reader->arena, reader->text, &reader->at, &role)) reader->bad = true;
            VEC_PUSH(reader->arena, &roles, role);
        } while (accept(reader, ',') && roles.count < 1000);
        (void)expect(reader, "]");
        task->roles = roles.items;
        task->role_count = roles.count;
    }
    task->assignee = text_field(reader, "assignee");
    task->form_key = text_field(reader, "form");
    task->limit = text_field(reader, "limit");
    task->call = text_field(reader, "call");
    task->limit_working = number_field(reader, "working", 1, 1) != 0;
    task->created = number_field(reader, "created", INT64_MIN, INT64_MAX);
    task->due = number_field(reader, "due", INT64_MIN, INT64_MAX);
    close_object(reader);
    return task;
}

static struct loop_state *load_loop(struct reader *reader)
{
    if (!field(reader, "loop")) return NULL;
    struct loop_state *loop = arena_zalloc(reader->arena, sizeof *loop);
    open_object(reader);
    loop->total = number_field(reader, "total", -1, 100000);
    loop->begun = number_field(reader, "begun", 1, INT64_MAX);
    loop->completed = number_field(reader, "completed", 1, INT64_MAX);
    loop->items = value_field(reader, "items");
    bool fits = loop->completed <= loop->begun && (loop->total < 0 || loop->begun <= loop->total);
    if (loop->items != NULL &&
        (loop->items->kind != FEEL_LIST || (int64_t)loop->items->list.count != loop->total))
        fits = false;
    if (field(reader, "outputs")) {
        const struct feel_value *list = bpmn_value_read(reader->arena, reader->text, &reader->at, 0);
        fits = fits && list != NULL && list->kind == FEEL_LIST && (int64_t)list->list.count == loop->total &&
               loop->total > 0;
        if (fits) {
            loop->outputs = arena_array(reader->arena, list->list.count, sizeof *loop->outputs);
            memcpy(loop->outputs, list->list.items, list->list.count * sizeof *loop->outputs);
        }
    }
    close_object(reader);
    reader->bad = reader->bad || !fits;
    return loop;
}

static const struct incident *read_incident(struct reader *reader)
{
    if (!field(reader, "incident")) return NULL;
    struct incident *incident = arena_zalloc(reader->arena, sizeof *incident);
    open_object(reader);
    incident->id = id_field(reader, "id");
    incident->code = text_field(reader, "code");
    incident->detail = text_field(reader, "detail");
    incident->raised = number_field(reader, "raised", INT64_MIN, INT64_MAX);
    close_object(reader);
    incident->message = bpmn_incident_message(incident->code);
    reader->bad = reader->bad || incident->id == 0;
    return incident;
}

static struct execution *read_execution(struct reader *reader)
{
    struct execution *execution = arena_zalloc(reader->arena, sizeof *execution);
    open_object(reader);
    execution->id = id_field(reader, "id");
    execution->parent = id_field(reader, "in");
    execution->model = model_field(reader);
    execution->node = node_field(reader, execution->model, "at", true);
    struct str flow = text_field(reader, "flow");
    if (flow.length > 0) {
        execution->flow = bpmn_model_flow(execution->model, flow);
        reader->bad = reader->bad || execution->flow == NULL;
    }
    execution->phase = (enum phase)number_field(reader, "phase", PHASE_ENTER, PHASE_ENDED);
    execution->flags = (unsigned)number_field(reader, "flags", 1, 127);
    execution->thrower = id_field(reader, "thrower");
    execution->counter = number_field(reader, "counter", 1, INT64_MAX);
    execution->data = context_field(reader, "data");
    execution->task = read_task(reader);
    execution->loop = load_loop(reader);
    execution->incident = read_incident(reader);
    execution->end = node_field(reader, execution->model, "end", false);
    execution->end_code = text_field(reader, "code");
    close_object(reader);
    return execution;
}

static struct subscription *read_subscription(struct reader *reader)
{
    struct subscription *subscription = arena_zalloc(reader->arena, sizeof *subscription);
    open_object(reader);
    subscription->id = id_field(reader, "id");
    subscription->execution = id_field(reader, "in");
    subscription->model = model_field(reader);
    subscription->node = node_field(reader, subscription->model, "at", true);
    subscription->kind = (enum bpmn_wait)number_field(reader, "kind", 1, BPMN_WAIT_CONDITION);
    subscription->name = text_field(reader, "name");
    subscription->key = text_field(reader, "key");
    subscription->was_true = number_field(reader, "true", 1, 1) != 0;
    subscription->working = number_field(reader, "working", 1, 1) != 0;
    subscription->from = number_field(reader, "from", INT64_MIN, INT64_MAX);
    subscription->due = number_field(reader, "due", INT64_MIN, INT64_MAX);
    subscription->repetitions = number_field(reader, "left", -1, INT64_MAX);
    subscription->interval = text_field(reader, "interval");
    close_object(reader);
    return subscription;
}

static struct compensation *read_compensation(struct reader *reader)
{
    struct compensation *record = arena_zalloc(reader->arena, sizeof *record);
    open_object(reader);
    record->id = id_field(reader, "id");
    record->scope = id_field(reader, "in");
    record->container = id_field(reader, "container");
    record->model = model_field(reader);
    record->node = node_field(reader, record->model, "at", true);
    record->data = context_field(reader, "data");
    record->thrower = id_field(reader, "thrower");
    record->turn = id_field(reader, "turn");
    close_object(reader);
    return record;
}

/* ---- the whole ---- */

static bool read_keys(struct reader *reader, const struct str **keys, size_t *count)
{
    VEC(struct str) list = {0};
    if (!expect(reader, "{\"v\":1,\"models\":[")) return false;
    do {
        struct str key = STR_NULL;
        if (!bpmn_text_read(reader->arena, reader->text, &reader->at, &key)) return false;
        for (size_t i = 0; i < list.count; i++)
            if (str_equal(list.items[i], key)) return false;
        VEC_PUSH(reader->arena, &list, key);
    } while (accept(reader, ',') && list.count < STATE_MODELS);
    *keys = list.items;
    *count = list.count;
    return expect(reader, "]");
}

static enum status damaged(struct arena *arena, struct error *error, size_t at)
{
    return error_set(error, arena, STATUS_INVALID, "bpmn.state",
                     N_("Trạng thái đã lưu của quy trình bị hỏng."), "saved state unreadable near byte %zu",
                     at);
}

enum status bpmn_state_models(struct arena *arena, struct str text, const struct str **keys, size_t *count,
                              struct error *error)
{
    struct reader reader = {.arena = arena, .text = text};
    const struct str *found;
    size_t found_count;
    if (!read_keys(&reader, &found, &found_count)) return damaged(arena, error, reader.at);
    *keys = found;
    *count = found_count;
    return STATUS_OK;
}

static void read_body(struct reader *reader, struct bpmn_state *state)
{
    if (!expect(reader, ",\"next\":")) return;
    state->next_id = (uint64_t)read_integer(reader);
    (void)expect(reader, ",\"executions\":[");
    do {
        struct execution *execution = read_execution(reader);
        VEC_PUSH(reader->arena, &state->executions, execution);
    } while (accept(reader, ',') && state->executions.count < MAXIMUM_EXECUTIONS);
    (void)expect(reader, "],\"subscriptions\":[");
    if (!reader->bad && reader->at < reader->text.length && reader->text.data[reader->at] == '{') {
        do {
            struct subscription *subscription = read_subscription(reader);
            VEC_PUSH(reader->arena, &state->subscriptions, subscription);
        } while (accept(reader, ',') && state->subscriptions.count < MAXIMUM_SUBSCRIPTIONS);
    }
    (void)expect(reader, "],\"compensations\":[");
    if (!reader->bad && reader->at < reader->text.length && reader->text.data[reader->at] == '{') {
        do {
            struct compensation *record = read_compensation(reader);
            VEC_PUSH(reader->arena, &state->compensations, record);
        } while (accept(reader, ',') && state->compensations.count < MAXIMUM_SUBSCRIPTIONS);
    }
    (void)expect(reader, "]}");
    if (reader->at != reader->text.length) reader->bad = true;
}

enum status bpmn_state_load(struct arena *arena, struct str text, const struct bpmn_models *models,
                            const struct bpmn_state **state, struct error *error)
{
    struct reader reader = {.arena = arena, .text = text};
    const struct str *keys;
    size_t count;
    if (text.length > BPMN_MAXIMUM_STATE || !read_keys(&reader, &keys, &count))
        return damaged(arena, error, reader.at);
    reader.models = arena_array(arena, count, sizeof *reader.models);
    reader.model_count = count;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < models->count && reader.models[i] == NULL; k++)
            if (str_equal(models->items[k]->key, keys[i])) reader.models[i] = models->items[k];
        if (reader.models[i] == NULL) {
            error_set(error, arena, STATUS_NOT_FOUND, "bpmn.state_model",
                      N_("Thiếu phiên bản quy trình mà hồ sơ đang chạy theo: %s"), NULL);
            if (error != NULL) error->argument = arena_strndup(arena, keys[i].data, keys[i].length);
            return STATUS_NOT_FOUND;
        }
    }
    struct bpmn_state *loaded = arena_zalloc(arena, sizeof *loaded);
    read_body(&reader, loaded);
    if (reader.bad || !bpmn_state_valid(loaded, reader.models, count))
        return damaged(arena, error, reader.at);
    *state = loaded;
    return STATUS_OK;
}
