/*
 * What the reader shares while it makes a model: everything still mutable. Once bpmn_model_parse returns,
 * nothing of this is reachable and the model never changes again.
 */
#ifndef MOTCUA_BPMN_BUILDER_H
#define MOTCUA_BPMN_BUILDER_H

#include "motcua/bpmn/model.h"
#include "motcua/codec/xml.h"

/* Growing array in an arena. */
#define VEC(type)                                                                                            \
    struct {                                                                                                 \
        type *items;                                                                                         \
        size_t count, capacity;                                                                              \
    }
#define VEC_PUSH(arena, vec, value)                                                                          \
    do {                                                                                                     \
        if ((vec)->count == (vec)->capacity) {                                                               \
            size_t vec_capacity = (vec)->capacity == 0 ? 8 : (vec)->capacity * 2;                            \
            void *vec_items = arena_array((arena), vec_capacity, sizeof *(vec)->items);                      \
            if ((vec)->count > 0) memcpy(vec_items, (vec)->items, (vec)->count * sizeof *(vec)->items);      \
            (vec)->items = vec_items;                                                                        \
            (vec)->capacity = vec_capacity;                                                                  \
        }                                                                                                    \
        (vec)->items[(vec)->count++] = (value);                                                              \
    } while (0)

struct definition { /* message, signal, error, escalation at the root */
    enum bpmn_trigger trigger;
    struct str id, name, code;
    const xmlNode *xml;
};

struct id_entry {
    struct str id;
    struct bpmn_node *node; /* or */
    struct bpmn_flow *flow;
};

struct bpmn_index {
    const struct id_entry *ids; /* sorted by id */
    size_t id_count;
    const struct join *const *joins; /* by node index: inclusive gateways, else NULL */
};

struct builder {
    struct arena *arena;
    const struct bpmn_parse_options *options;
    const xmlNode *definitions;
    struct bpmn_model *model;
    VEC(struct bpmn_node *) nodes;
    VEC(const xmlNode *) sources; /* by node index */
    VEC(struct bpmn_flow *) flows;
    VEC(const xmlNode *) flow_sources;
    VEC(struct bpmn_finding) findings;
    VEC(struct definition) roots;
    VEC(struct bpmn_message_flow) message_flows;
    VEC(struct str) names; /* of variables that are more than letters and digits */
    struct id_entry *ids;
    size_t id_count;
    const struct xml_id *xml_ids;
    size_t xml_id_count;
    bool xml_ids_known;
    struct feel_names feel_names;
    bool too_many;
};

/* ---- attributes.c ---- */
void bpmn_read_attributes(struct builder *builder, struct bpmn_node *node, const xmlNode *xml);

/* ---- builder.c ---- */
void bpmn_report(struct builder *builder, enum bpmn_severity severity, bool blocking,
                 const struct bpmn_node *node, struct str element, long line, const char *code,
                 const char *message, const char *argument);
/* Findings about a node; an error of this kind forbids to start its process. */
void bpmn_refuse(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
                 struct str argument);
void bpmn_object(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
                 struct str argument); /* an error that does not forbid to start */
void bpmn_warn(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
               struct str argument);
void bpmn_note(struct builder *builder, const struct bpmn_node *node, const char *code, const char *message,
               struct str argument);
struct bpmn_node *bpmn_node_of(struct builder *builder, const struct bpmn_node *node);
struct bpmn_node *bpmn_node_by_ref(struct builder *builder, struct str reference);
struct bpmn_flow *bpmn_flow_by_ref(struct builder *builder, struct str reference);
const struct definition *bpmn_root_by_ref(struct builder *builder, enum bpmn_trigger trigger,
                                          struct str reference);

/* ---- xml_read.c ---- */
bool bpmn_is_bpmn(const xmlNode *node, const char *name);
const xmlNode *bpmn_child(const xmlNode *parent, const char *name);
const xmlNode *bpmn_next(const xmlNode *sibling, const char *name);
struct str bpmn_attribute(struct builder *builder, const xmlNode *node, const char *name); /* no namespace */
bool bpmn_attribute_bool(struct builder *builder, const xmlNode *node, const char *name, bool fallback);
/* Attribute of motcua, operaton, camunda, flowable or activiti, in this order. */
struct str bpmn_extension_attribute(struct builder *builder, const xmlNode *node, const char *name);
struct str bpmn_motcua_attribute(struct builder *builder, const xmlNode *node, const char *name);
/* First element of that name in <extensionElements>: in the given namespace family. */
const xmlNode *bpmn_extension_zeebe(const xmlNode *node, const char *name);
const xmlNode *bpmn_extension_camunda(const xmlNode *node, const char *name);
bool bpmn_in_camunda_family(const xmlNode *node, const char *name);
struct str bpmn_text_of(struct builder *builder, const xmlNode *node); /* trimmed */
const xmlNode *bpmn_xml_by_id(struct builder *builder, struct str id);
struct str bpmn_local_part(struct str reference); /* without a prefix */

/* ---- unified.c ---- */

enum bpmn_unified {
    BPMN_UNIFIED_WRITTEN,
    BPMN_UNIFIED_NOT,     /* not this language: it may be FEEL */
    BPMN_UNIFIED_FOREIGN, /* this language, but with methods that FEEL has no word for */
};

/* The FEEL for a text in the unified expression language; in the arena. */
enum bpmn_unified bpmn_unified_to_feel(struct arena *arena, struct str text, struct str *feel);

/* ---- expression.c ---- */
/* Always FEEL: conditions, scripts, collections. */
struct bpmn_expression bpmn_read_expression(struct builder *builder, const struct bpmn_node *node,
                                            struct str text);
/* A literal unless it begins with '=' or has ${...} in it. */
struct bpmn_expression bpmn_read_value(struct builder *builder, const struct bpmn_node *node,
                                       struct str text);
struct bpmn_expression bpmn_literal_value(struct str text);
struct bpmn_expression bpmn_variable_value(struct builder *builder, struct str name);
bool bpmn_is_simple_name(struct str text);
void bpmn_collect_names(struct builder *builder);

/* ---- read_event.c, read_activity.c ---- */
void bpmn_read_event(struct builder *builder, struct bpmn_node *node, const xmlNode *xml);
void bpmn_read_activity(struct builder *builder, struct bpmn_node *node, const xmlNode *xml);
void bpmn_read_loop(struct builder *builder, struct bpmn_node *node, const xmlNode *xml);
void bpmn_read_mappings(struct builder *builder, struct bpmn_node *node, const xmlNode *xml);
void bpmn_read_attributes(struct builder *builder, struct bpmn_node *node, const xmlNode *xml);
void bpmn_read_roles(struct builder *builder, struct bpmn_node *node, const xmlNode *xml);
void bpmn_read_message_key(struct builder *builder, struct bpmn_node *node, const xmlNode *event,
                           const xmlNode *definition, const struct definition *message);
struct str bpmn_reference_name(struct builder *builder, struct bpmn_node *node, const xmlNode *xml,
                               const char *key, enum bpmn_trigger trigger, const struct definition **found);

/* ---- lint ---- */
void bpmn_lint_structure(struct builder *builder);
void bpmn_lint_details(struct builder *builder);
void bpmn_lint_soundness(struct builder *builder);
void bpmn_lint_calls(struct builder *builder);
bool bpmn_is_activity(const struct bpmn_node *node);
bool bpmn_is_scope(const struct bpmn_node *node);

#endif
