/*
 * Models for tests in a few lines. Each line is an element, a flow or raw XML:
 *
 *   start s                       TYPE ID [options]
 *   user a roles='x, y'
 *   sub box / ... / end-sub       (esub: event subprocess)
 *   catch c message=hello         message= signal= error= escalation= timer= date= cycle= cond= link=
 * terminate boundary b at=a timer=PT1H soft        soft: not interrupting user m mi='[1,2]' until='x' /
 * seq='[1,2]' / times=3 / loop='n < 3'; a collection's item is `item` s -> a    a -> b : x > 1    a -> c
 * default
 *
 * Names and codes become root elements of their own.
 */
#ifndef TEST_BPMN_SKETCH_H
#define TEST_BPMN_SKETCH_H

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "motcua/base/buf.h"

struct sketch {
    struct buf body, roots, roots_seen;
    unsigned flows;
};

static const char *const sketch_types[][2] = {
    {"start", "startEvent"},
    {"end", "endEvent"},
    {"catch", "intermediateCatchEvent"},
    {"throw", "intermediateThrowEvent"},
    {"boundary", "boundaryEvent"},
    {"task", "task"},
    {"user", "userTask"},
    {"manual", "manualTask"},
    {"service", "serviceTask"},
    {"send", "sendTask"},
    {"receive", "receiveTask"},
    {"rule", "businessRuleTask"},
    {"script", "scriptTask"},
    {"call", "callActivity"},
    {"xor", "exclusiveGateway"},
    {"and", "parallelGateway"},
    {"or", "inclusiveGateway"},
    {"events", "eventBasedGateway"},
    {"complex", "complexGateway"},
    {"sub", "subProcess"},
    {"esub", "subProcess"},
    {"transaction", "transaction"},
    {"process", "process"},
};

static void sketch_escape(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '<')
            buf_append_cstr(out, "&lt;");
        else if (c == '&')
            buf_append_cstr(out, "&amp;");
        else if (c == '"')
            buf_append_cstr(out, "&quot;");
        else
            buf_append_char(out, c);
    }
}

/* Next word; key='value with spaces' counts as one. */
static struct str sketch_word(struct str *line)
{
    *line = str_trim(*line);
    size_t end = 0;
    bool quoted = false;
    while (end < line->length && (quoted || line->data[end] != ' ')) {
        if (line->data[end] == '\'') quoted = !quoted;
        end++;
    }
    struct str word = str_slice(*line, 0, end);
    *line = str_slice(*line, end, line->length);
    return word;
}

static void sketch_root(struct sketch *sketch, const char *kind, const char *code, struct str name)
{
    char key[200];
    snprintf(key, sizeof key, "|%s_%.*s|", kind, STR_ARG(name));
    if (sketch->roots_seen.data != NULL && strstr(sketch->roots_seen.data, key) != NULL) return;
    buf_append_cstr(&sketch->roots_seen, key);
    buf_printf(&sketch->roots, "<%s id=\"%s_%.*s\" name=\"%.*s\"", kind, kind, STR_ARG(name), STR_ARG(name));
    if (code != NULL) buf_printf(&sketch->roots, " %s=\"%.*s\"", code, STR_ARG(name));
    buf_append_cstr(&sketch->roots, "/>");
}

static void sketch_option(struct sketch *sketch, struct str word, struct str type, struct buf *attributes,
                          struct buf *children)
{
    struct str key = word, value = STR_NULL;
    (void)str_split(word, '=', &key, &value);
    if (value.length > 1 && value.data[0] == '\'') value = str_slice(value, 1, value.length - 1);
    BUF_AUTO escaped = BUF_WITH_MAXIMUM(4096);
    sketch_escape(&escaped, value);
    const char *text = escaped.data == NULL ? "" : escaped.data;
    static const struct {
        const char *key, *code;
    } named[] = {
        {"message", NULL}, {"signal", NULL}, {"error", "errorCode"}, {"escalation", "escalationCode"}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (!str_equal_cstr(key, named[i].key)) continue;
        bool task = str_equal_cstr(type, "receive") || str_equal_cstr(type, "send");
        if (value.length > 0) sketch_root(sketch, named[i].key, named[i].code, value);
        if (task)
            buf_printf(attributes, " %sRef=\"%s_%s\"", named[i].key, named[i].key, text);
        else if (value.length > 0)
            buf_printf(children, "<%sEventDefinition %sRef=\"%s_%s\"/>", named[i].key, named[i].key,
                       named[i].key, text);
        else
            buf_printf(children, "<%sEventDefinition/>", named[i].key);
        return;
    }
    if (str_equal_cstr(key, "timer"))
        buf_printf(children, "<timerEventDefinition><timeDuration>%s</timeDuration></timerEventDefinition>",
                   text);
    else if (str_equal_cstr(key, "date"))
        buf_printf(children, "<timerEventDefinition><timeDate>%s</timeDate></timerEventDefinition>", text);
    else if (str_equal_cstr(key, "cycle"))
        buf_printf(children, "<timerEventDefinition><timeCycle>%s</timeCycle></timerEventDefinition>", text);
    else if (str_equal_cstr(key, "cond"))
        buf_printf(children,
                   "<conditionalEventDefinition><condition>%s</condition></conditionalEventDefinition>",
                   text);
    else if (str_equal_cstr(key, "link"))
        buf_printf(children, "<linkEventDefinition name=\"%s\"/>", text);
    else if (str_equal_cstr(key, "terminate") || str_equal_cstr(key, "cancel"))
        buf_printf(children, "<%.*sEventDefinition/>", STR_ARG(key));
    else if (str_equal_cstr(key, "compensate") && value.length > 0)
        buf_printf(children, "<compensateEventDefinition activityRef=\"%s\"/>", text);
    else if (str_equal_cstr(key, "compensate"))
        buf_append_cstr(children, "<compensateEventDefinition/>");
    else if (str_equal_cstr(key, "undo"))
        buf_append_cstr(attributes, " isForCompensation=\"true\"");
    else if (str_equal_cstr(key, "at"))
        buf_printf(attributes, " attachedToRef=\"%s\"", text);
    else if (str_equal_cstr(key, "soft"))
        buf_append_cstr(attributes, str_equal_cstr(type, "start") ? " isInterrupting=\"false\""
                                                                  : " cancelActivity=\"false\"");
    else if (str_equal_cstr(key, "mi") || str_equal_cstr(key, "seq"))
        buf_printf(children,
                   "<multiInstanceLoopCharacteristics isSequential=\"%s\" camunda:collection=\"=%s\" "
                   "camunda:elementVariable=\"item\">",
                   str_equal_cstr(key, "seq") ? "true" : "false", text);
    else if (str_equal_cstr(key, "times"))
        buf_printf(children, "<multiInstanceLoopCharacteristics><loopCardinality>%s</loopCardinality>", text);
    else if (str_equal_cstr(key, "until"))
        buf_printf(children, "<completionCondition>%s</completionCondition>", text);
    else if (str_equal_cstr(key, "loop"))
        buf_printf(
            children,
            "<standardLoopCharacteristics><loopCondition>%s</loopCondition></standardLoopCharacteristics>",
            text);
    else if (str_equal_cstr(key, "script"))
        buf_printf(children, "<script>%s</script>", text);
    else if (str_equal_cstr(key, "roles"))
        buf_printf(attributes, " camunda:candidateGroups=\"%s\"", text);
    else if (str_equal_cstr(key, "key"))
        buf_printf(attributes, " motcua:correlationKey=\"%s\"", text);
    else
        buf_printf(attributes, " %.*s=\"%s\"", STR_ARG(key), text);
}

static void sketch_flow(struct sketch *sketch, struct str line)
{
    struct str from = sketch_word(&line);
    (void)sketch_word(&line); /* -> */
    struct str to = sketch_word(&line);
    line = str_trim(line);
    buf_printf(&sketch->body, "<sequenceFlow id=\"f%u_%.*s_%.*s\" sourceRef=\"%.*s\" targetRef=\"%.*s\">",
               ++sketch->flows, STR_ARG(from), STR_ARG(to), STR_ARG(from), STR_ARG(to));
    if (line.length > 0 && line.data[0] == ':') {
        buf_append_cstr(&sketch->body, "<conditionExpression>");
        sketch_escape(&sketch->body, str_trim(str_slice(line, 1, line.length)));
        buf_append_cstr(&sketch->body, "</conditionExpression>");
    }
    buf_append_cstr(&sketch->body, "</sequenceFlow>\n");
}

/* The default flow is an attribute of its source: found by looking ahead. */
static void sketch_default(const char *text, struct str id, unsigned *number, struct buf *attributes)
{
    unsigned flows = 0;
    struct str rest = str_of(text), line;
    (void)number;
    while (rest.length > 0) {
        (void)str_split(rest, '\n', &line, &rest);
        line = str_trim(line);
        if (str_find(line, STR(" -> ")) < 0 || line.data[0] == '<') continue;
        flows++;
        struct str from = sketch_word(&line);
        (void)sketch_word(&line);
        struct str to = sketch_word(&line);
        if (str_equal(from, id) && str_equal_cstr(str_trim(line), "default"))
            buf_printf(attributes, " default=\"f%u_%.*s_%.*s\"", flows, STR_ARG(from), STR_ARG(to));
    }
}

static void sketch_element(struct sketch *sketch, struct str line, const char *whole)
{
    struct str type = sketch_word(&line), id = sketch_word(&line);
    const char *name = NULL;
    for (size_t i = 0; i < sizeof sketch_types / sizeof *sketch_types; i++)
        if (str_equal_cstr(type, sketch_types[i][0])) name = sketch_types[i][1];
    if (name == NULL) {
        fprintf(stderr, "sketch: unknown type %.*s\n", STR_ARG(type));
        abort();
    }
    BUF_AUTO attributes = BUF_WITH_MAXIMUM(65536);
    BUF_AUTO children = BUF_WITH_MAXIMUM(65536);
    while (str_trim(line).length > 0)
        sketch_option(sketch, sketch_word(&line), type, &attributes, &children);
    if (children.data != NULL && strstr(children.data, "<multiInstance") != NULL)
        buf_append_cstr(&children, "</multiInstanceLoopCharacteristics>");
    sketch_default(whole, id, &sketch->flows, &attributes);
    if (str_equal_cstr(type, "esub")) buf_append_cstr(&attributes, " triggeredByEvent=\"true\"");
    if (str_equal_cstr(type, "process")) buf_append_cstr(&attributes, " isExecutable=\"true\"");
    buf_printf(&sketch->body, "<%s id=\"%.*s\"%s>%s", name, STR_ARG(id),
               attributes.data ? attributes.data : "", children.data ? children.data : "");
    bool opens =
        strcmp(name, "subProcess") == 0 || strcmp(name, "transaction") == 0 || strcmp(name, "process") == 0;
    if (!opens) buf_printf(&sketch->body, "</%s>\n", name);
}

/* The XML of a sketch; malloc'd by the buffer, which the caller releases. */
static void sketch_xml(const char *text, struct buf *out)
{
    struct sketch sketch = {.body = BUF_WITH_MAXIMUM(1 << 22),
                            .roots = BUF_WITH_MAXIMUM(1 << 20),
                            .roots_seen = BUF_WITH_MAXIMUM(1 << 20)};
    bool has_process = strncmp(text, "process ", 8) == 0;
    if (!has_process) buf_append_cstr(&sketch.body, "<process id=\"p\" isExecutable=\"true\">\n");
    struct str rest = str_of(text), line;
    while (rest.length > 0) {
        (void)str_split(rest, '\n', &line, &rest);
        line = str_trim(line);
        if (line.length == 0) continue;
        if (line.data[0] == '<')
            buf_append_str(&sketch.body, line);
        else if (str_starts_with(line, STR("end-")))
            buf_printf(&sketch.body, "</%s>\n",
                       str_equal_cstr(line, "end-sub")       ? "subProcess"
                       : str_equal_cstr(line, "end-process") ? "process"
                                                             : "transaction");
        else if (str_find(line, STR(" -> ")) >= 0)
            sketch_flow(&sketch, line);
        else
            sketch_element(&sketch, line, text);
    }
    if (!has_process) buf_append_cstr(&sketch.body, "</process>");
    buf_append_cstr(out, "<?xml version=\"1.0\"?><definitions "
                         "xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
                         "xmlns:camunda=\"http://camunda.org/schema/1.0/bpmn\" "
                         "xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\" "
                         "xmlns:motcua=\"http://motcua.vn/bpmn/1.0\" id=\"d\" targetNamespace=\"t\">");
    buf_append_str(out, buf_str(&sketch.roots));
    buf_append_str(out, buf_str(&sketch.body));
    buf_append_cstr(out, "</definitions>");
    buf_release(&sketch.body);
    buf_release(&sketch.roots);
    buf_release(&sketch.roots_seen);
}

#endif
