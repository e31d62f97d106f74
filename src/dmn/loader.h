/* Reading a model from XML: the state that the loading routines share. */
#ifndef MOTCUA_DMN_LOADER_H
#define MOTCUA_DMN_LOADER_H

#include <libxml/tree.h>

#include "model.h"

#define MAXIMUM_DOCUMENTS 32
#define MAXIMUM_PATH      4

struct document;

struct import {
    struct str name;
    const struct document *document;
};

struct document { /* the main model or an imported one */
    struct str namespace;
    const xmlNode *root;
    struct import *imports;
    size_t import_count;
    size_t first_item, item_count;
    size_t first_element, element_count;
    struct feel_named_type *types; /* as its expressions may name them */
    size_t type_count;
};

struct loader {
    struct arena *arena;
    struct document *document; /* the one being read */
    struct document documents[MAXIMUM_DOCUMENTS];
    size_t document_count;
    struct dmn_model *model;
    const char *element; /* whose parts are being read, for findings */
    struct str *scope;   /* names visible to the expression that is compiled next */
    size_t scope_count, scope_capacity;
    struct str *members; /* names of all components and context entries of the model */
    size_t member_count, member_capacity;
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

/* ---- imports.c ---- */
/* Fills loader->documents: the main model first, then what is imported, from `texts`. The trees in `trees`
 * (of the same number, NULL at first) are made on the way and released by the caller. */
void loader_imports(struct loader *loader, const xmlNode *root, const struct str *texts, size_t count,
                    xmlDoc **trees);
/* The names of imports from one document to another; false when there is no way. */
bool loader_path(struct loader *loader, const struct document *from, const struct document *to,
                 struct str *path, size_t *count);

/* ---- item.c ---- */
/* Reads the item definitions of all documents and resolves their references. */
void loader_items(struct loader *loader);
/* The item for a typeRef: an item definition, or a FEEL type; NULL: any, or unknown (with a finding). */
const struct dmn_item *loader_type(struct loader *loader, const xmlNode *node, const char *reference);
/* typeRef as attribute, or as child element (DMN 1.1). */
const struct dmn_item *loader_type_of(struct loader *loader, const xmlNode *node);

/* ---- boxed.c, table_load.c ---- */
/* The boxed expression among the children of `node`; NULL when there is none. */
const struct dmn_boxed *loader_boxed_child(struct loader *loader, const xmlNode *node);
const struct dmn_boxed *loader_boxed(struct loader *loader, const xmlNode *node);
bool loader_is_boxed(const xmlNode *node);
/* Is the expression of the node FEEL? Another language is a finding. */
bool loader_is_feel(struct loader *loader, const xmlNode *node);
const struct dmn_boxed *loader_literal(struct loader *loader, const xmlNode *node);
const struct dmn_boxed *loader_function(struct loader *loader, const xmlNode *node);
const struct dmn_table *loader_table(struct loader *loader, const xmlNode *node);
const struct dmn_boxed *loader_broken(struct loader *loader, const char *reason);

#endif
