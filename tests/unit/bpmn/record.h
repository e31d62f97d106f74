/*
 * Writes what a test plays as commands of `motcua workflow console`, so that
 * tests/http/workflow_store.test.mjs can play it again there. With $PLAY_RECORD a folder: NAME-N.bpmn and
 * NAME-N.jsonl, a line for each input:
 * {"command": ..., "trace": as the test has seen it}. "@1" and "@1.7" are the first instance of this scenario
 * and something in it. Inputs that were refused, and plays with limits of their own, are left out.
 */
#ifndef TEST_BPMN_RECORD_H
#define TEST_BPMN_RECORD_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "motcua/bpmn/step.h"
#include "motcua/feel/json.h"

struct record {
    FILE *commands;
    unsigned instances;
    instant now; /* of the last input */
};

static FILE *record_file(unsigned number, const char *ending)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%u.%s", getenv("PLAY_RECORD"), program_invocation_short_name, number,
             ending);
    FILE *file = fopen(path, "w");
    if (file == NULL) abort();
    return file;
}

static void record_open(struct record *record, struct str xml, instant now)
{
    static unsigned count;
    *record = (struct record){.now = now};
    if (getenv("PLAY_RECORD") == NULL) return;
    FILE *model = record_file(++count, "bpmn");
    fwrite(xml.data, 1, xml.length, model);
    fclose(model);
    record->commands = record_file(count, "jsonl");
}

static void record_line(const struct record *record, json_t *command, const char *trace)
{
    json_t *line = trace == NULL ? json_pack("{s:o}", "command", command)
                                 : json_pack("{s:o, s:s}", "command", command, "trace", trace);
    json_dumpf(line, record->commands, JSON_COMPACT);
    fputc('\n', record->commands);
    json_decref(line);
}

/* The instance before gives way: signals and messages are for the one that is played. */
static void record_cancel(const struct record *record)
{
    if (record->commands == NULL || record->instances == 0) return;
    char id[32];
    snprintf(id, sizeof id, "@%u", record->instances);
    record_line(record, json_pack("{s:s, s:s}", "do", "cancel", "instance", id), NULL);
}

static void record_close(struct record *record)
{
    if (record->commands == NULL) return;
    record_cancel(record);
    fclose(record->commands);
    record->commands = NULL;
}

static void record_text(json_t *command, const char *name, struct str text)
{
    if (text.length > 0) json_object_set_new(command, name, json_stringn(text.data, text.length));
}

static void record_input(struct record *record, const struct bpmn_model *model,
                         const struct bpmn_input *input, instant now, const char *trace)
{
    static const char *const names[] = {
        [BPMN_START] = "start",       [BPMN_COMPLETE] = "complete", [BPMN_FAIL] = "fail",
        [BPMN_CORRELATE] = "message", [BPMN_BROADCAST] = "signal",  [BPMN_DUE] = "advance",
        [BPMN_DATA] = "data",         [BPMN_RETRY] = "incident",    [BPMN_CANCEL_INSTANCE] = "cancel"};
    bool by_element = input->kind == BPMN_START && input->element.length > 0; /* a timer: no command */
    if (record->commands == NULL || by_element || input->kind == BPMN_RESCHEDULE) return;
    json_t *command = json_pack("{s:s}", "do", names[input->kind]);
    if (input->kind == BPMN_START) {
        record_cancel(record);
        record->instances++;
        record_text(command, "process", bpmn_model_process(model, input->process)->id);
        record_text(command, "message", input->name);
    } else {
        record_text(command, "name", input->name);
    }
    char id[64];
    snprintf(id, sizeof id, "@%u.%llu", record->instances, (unsigned long long)input->id);
    if (input->kind == BPMN_COMPLETE || input->kind == BPMN_FAIL) record_text(command, "task", str_of(id));
    if (input->kind == BPMN_RETRY) record_text(command, "retry", str_of(id));
    if (input->kind == BPMN_DUE)
        json_object_set_new(command, "seconds",
                            json_real((double)(now - record->now) / (double)MICROSECONDS));
    record->now = now;
    snprintf(id, sizeof id, "@%u", record->instances);
    if (input->kind == BPMN_DATA || input->kind == BPMN_CANCEL_INSTANCE)
        record_text(command, "instance", str_of(id));
    record_text(command, "key", input->key);
    record_text(command, "error", input->error);
    record_text(command, "escalation", input->escalation);
    record_text(command, "detail", input->detail);
    if (input->data != NULL) json_object_set_new(command, "data", feel_to_json(input->data));
    record_line(record, command, trace);
}

#endif
