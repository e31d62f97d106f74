/*
 * The saved form: one line of JSON, version 1. Fields stand in a fixed order, what is zero or absent is left
 * out, numbers are decimal, texts are escaped in one way only: equal states give equal bytes.
 */
#include "machine.h"

#include <inttypes.h>

struct writer {
    struct buf *out;
    bool first; /* in the current object */
};

static void begin(struct writer *writer, const char *name)
{
    if (!writer->first) buf_append_char(writer->out, ',');
    writer->first = false;
    buf_printf(writer->out, "\"%s\":", name);
}

static void write_number(struct writer *writer, const char *name, int64_t value)
{
    if (value == 0) return;
    begin(writer, name);
    buf_printf(writer->out, "%" PRId64, value);
}

static void write_id(struct writer *writer, const char *name, uint64_t value)
{
    write_number(writer, name, (int64_t)value);
}

static void write_text(struct writer *writer, const char *name, struct str value)
{
    if (value.length == 0) return;
    begin(writer, name);
    bpmn_text_write(writer->out, value);
}

static void write_value(struct writer *writer, const char *name, const struct feel_value *value)
{
    if (value == NULL) return;
    begin(writer, name);
    bpmn_value_write(writer->out, value);
}

static struct writer open_object(struct buf *out)
{
    buf_append_char(out, '{');
    return (struct writer){out, true};
}

static void write_task(struct writer *outer, const struct task *task)
{
    if (task == NULL) return;
    begin(outer, "task");
    struct writer writer = open_object(outer->out);
    if (task->role_count > 0) {
        begin(&writer, "roles");
        buf_append_char(writer.out, '[');
        for (size_t i = 0; i < task->role_count; i++) {
            buf_append_cstr(writer.out, i > 0 ? "," : "");
            bpmn_text_write(writer.out, task->roles[i]);
        }
        buf_append_char(writer.out, ']');
    }
    write_text(&writer, "assignee", task->assignee);
    write_text(&writer, "form", task->form_key);
    write_text(&writer, "limit", task->limit);
    write_text(&writer, "call", task->call);
    write_number(&writer, "working", task->limit_working);
    write_number(&writer, "created", task->created);
    write_number(&writer, "due", task->due);
    buf_append_char(writer.out, '}');
}

static void write_loop(struct writer *outer, const struct loop_state *loop)
{
    if (loop == NULL) return;
    begin(outer, "loop");
    struct writer writer = open_object(outer->out);
    write_number(&writer, "total", loop->total);
    write_number(&writer, "begun", loop->begun);
    write_number(&writer, "completed", loop->completed);
    write_value(&writer, "items", loop->items);
    if (loop->outputs != NULL) {
        begin(&writer, "outputs");
        buf_append_char(writer.out, '[');
        for (int64_t i = 0; i < loop->total; i++) {
            buf_append_cstr(writer.out, i > 0 ? "," : "");
            bpmn_value_write(writer.out, loop->outputs[i] == NULL ? feel_null() : loop->outputs[i]);
        }
        buf_append_char(writer.out, ']');
    }
    buf_append_char(writer.out, '}');
}

static void write_incident(struct writer *outer, const struct incident *incident)
{
    if (incident == NULL) return;
    begin(outer, "incident");
    struct writer writer = open_object(outer->out);
    write_id(&writer, "id", incident->id);
    write_text(&writer, "code", incident->code);
    write_text(&writer, "detail", incident->detail);
    write_number(&writer, "raised", incident->raised);
    buf_append_char(writer.out, '}');
}

struct keys {
    const struct bpmn_model *const *models;
    size_t count;
};

static int64_t model_number(const struct keys *keys, const struct bpmn_model *model)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->models[i] == model) return (int64_t)i;
    return 0;
}

static void write_execution(struct buf *out, const struct execution *execution, const struct keys *keys)
{
    struct writer writer = open_object(out);
    write_id(&writer, "id", execution->id);
    write_id(&writer, "in", execution->parent);
    write_number(&writer, "model", model_number(keys, execution->model));
    write_text(&writer, "at", execution->node->id);
    write_text(&writer, "flow", execution->flow == NULL ? STR_NULL : execution->flow->id);
    write_number(&writer, "phase", execution->phase);
    write_number(&writer, "flags", execution->flags);
    write_id(&writer, "thrower", execution->thrower);
    write_number(&writer, "counter", execution->counter);
    write_value(&writer, "data", execution->data);
    write_task(&writer, execution->task);
    write_loop(&writer, execution->loop);
    write_incident(&writer, execution->incident);
    write_text(&writer, "end", execution->end == NULL ? STR_NULL : execution->end->id);
    write_text(&writer, "code", execution->end_code);
    buf_append_char(out, '}');
}

static void write_subscription(struct buf *out, const struct subscription *subscription,
                               const struct keys *keys)
{
    struct writer writer = open_object(out);
    write_id(&writer, "id", subscription->id);
    write_id(&writer, "in", subscription->execution);
    write_number(&writer, "model", model_number(keys, subscription->model));
    write_text(&writer, "at", subscription->node->id);
    write_number(&writer, "kind", subscription->kind);
    write_text(&writer, "name", subscription->name);
    write_text(&writer, "key", subscription->key);
    write_number(&writer, "true", subscription->was_true);
    write_number(&writer, "working", subscription->working);
    write_number(&writer, "from", subscription->from);
    write_number(&writer, "due", subscription->due);
    write_number(&writer, "left", subscription->repetitions);
    write_text(&writer, "interval", subscription->interval);
    buf_append_char(out, '}');
}

static void write_compensation(struct buf *out, const struct compensation *record, const struct keys *keys)
{
    struct writer writer = open_object(out);
    write_id(&writer, "id", record->id);
    write_id(&writer, "in", record->scope);
    write_id(&writer, "container", record->container);
    write_number(&writer, "model", model_number(keys, record->model));
    write_text(&writer, "at", record->node->id);
    write_value(&writer, "data", record->data);
    write_id(&writer, "thrower", record->thrower);
    write_id(&writer, "turn", record->turn);
    buf_append_char(out, '}');
}

/* The models in the order in which they appear. */
static void collect_models(const struct bpmn_state *state, const struct bpmn_model **models, size_t *count,
                           size_t maximum)
{
    for (size_t i = 0; i < state->executions.count; i++) {
        const struct bpmn_model *model = state->executions.items[i]->model;
        bool known = false;
        for (size_t k = 0; k < *count && !known; k++)
            known = models[k] == model;
        if (!known && *count < maximum) models[(*count)++] = model;
    }
}

enum status bpmn_state_save(const struct bpmn_state *state, struct buf *out)
{
    const struct bpmn_model *models[STATE_MODELS];
    struct keys keys = {models, 0};
    collect_models(state, models, &keys.count, STATE_MODELS);
    buf_append_cstr(out, "{\"v\":1,\"models\":[");
    for (size_t i = 0; i < keys.count; i++) {
        buf_append_cstr(out, i > 0 ? "," : "");
        bpmn_text_write(out, models[i]->key);
    }
    buf_printf(out, "],\"next\":%" PRIu64 ",\"executions\":[", state->next_id);
    for (size_t i = 0; i < state->executions.count; i++) {
        buf_append_cstr(out, i > 0 ? "," : "");
        write_execution(out, state->executions.items[i], &keys);
    }
    buf_append_cstr(out, "],\"subscriptions\":[");
    for (size_t i = 0; i < state->subscriptions.count; i++) {
        buf_append_cstr(out, i > 0 ? "," : "");
        write_subscription(out, state->subscriptions.items[i], &keys);
    }
    buf_append_cstr(out, "],\"compensations\":[");
    for (size_t i = 0; i < state->compensations.count; i++) {
        buf_append_cstr(out, i > 0 ? "," : "");
        write_compensation(out, state->compensations.items[i], &keys);
    }
    buf_append_cstr(out, "]}");
    return out->overflow ? STATUS_TOO_LARGE : STATUS_OK;
}
