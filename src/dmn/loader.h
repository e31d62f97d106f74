/* Reading a model from XML: the state that the loading routines share. */
#ifndef MOTCUA_DMN_LOADER_H
#define MOTCUA_DMN_LOADER_H

#include <libxml/tree.h>

#include "model.h"

struct loader {
    struct arena *arena;
    struct dmn_model *model;
    const char *element; /* whose parts are being read, for findings */
    struct str *scope;   /* names visible to the expression that is compiled next */
    size_t scope_count, scope_capacity;
    struct str *members; /* names of all components and context entries of the model */
    size_t member_count, member_capacity;
    struct feel_named_type *types;
    size_t type_count;
    size_t finding_capacity, item_capacity, element_capacity;
};

/* ---- loader.c ---- */
void loader_finding(struct loader *loader, const xmlNode *node, const char *code, const char *message,
                    const char *detail_format, ...) __attribute__((format(printf, 5, 6)));
struct str loader_name(struct loader *loader, const xmlNode *node, const char *attribute);
/* Adds a name to the scope; returns the size before, for loader_pop. */
size_t loader_push(struct loader *loader, struct str name);
void loader_pop(struct loader *loader, size_t count);
void loader_member(struct loader *loader, struct str name);
/* First and next child element of that local name (NULL: any), whatever the namespace. */
xmlNode *loader_child(const xmlNode *parent, const char *name);
xmlNode *loader_next(const xmlNode *sibling, const char *name);
size_t loader_count(const xmlNode *parent, const char *name);
/* Text of the child <text>, trimmed; NULL when there is none. */
const char *loader_text(struct loader *loader, const xmlNode *node);
/* Compiles; NULL with a finding when it is malformed. Empty text: NULL without finding. */
const struct feel_expression *loader_compile(struct loader *loader, const xmlNode *node, const char *text,
                                             bool unary);

/* ---- item.c ---- */
void loader_items(struct loader *loader, const xmlNode *definitions);
/* The item for a typeRef: an item definition, or a FEEL type; NULL: any, or unknown (with a finding). */
const struct dmn_item *loader_type(struct loader *loader, const xmlNode *node, const char *reference);
/* typeRef as attribute, or as child element (DMN 1.1). */
const struct dmn_item *loader_type_of(struct loader *loader, const xmlNode *node);

/* ---- boxed.c, table_load.c ---- */
/* The boxed expression among the children of `node`; NULL when there is none. */
const struct dmn_boxed *loader_boxed_child(struct loader *loader, const xmlNode *node);
const struct dmn_boxed *loader_boxed(struct loader *loader, const xmlNode *node);
bool loader_is_boxed(const xmlNode *node);
const struct dmn_boxed *loader_literal(struct loader *loader, const xmlNode *node);
const struct dmn_boxed *loader_function(struct loader *loader, const xmlNode *node);
const struct dmn_table *loader_table(struct loader *loader, const xmlNode *node);
const struct dmn_boxed *loader_broken(struct loader *loader, const char *reason);

#endif
