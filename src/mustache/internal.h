/*
 * Shared by the parts of the template engine: parse.c makes nodes from text, compile.c turns nodes into
 * operations under the watch of markup.c (where in HTML or XML are we?), render.c runs the operations with
 * the writers of escape.c. Nodes and operations never change once made.
 */
#ifndef MUSTACHE_INTERNAL_H
#define MUSTACHE_INTERNAL_H

#include "motcua/mustache/mustache.h"

enum {
    MAXIMUM_SOURCE = 1 << 20,
    MAXIMUM_NESTING = 64,         /* sections within sections of one text */
    MAXIMUM_TOTAL_NESTING = 600,  /* sections, blocks through partials while compiling */
    MAXIMUM_CALLS = 100,          /* partials within partials while compiling */
    MAXIMUM_FUNCTIONS = 20000,    /* of one set */
    MAXIMUM_OPERATIONS = 1000000, /* of one set */
    MAXIMUM_LITERALS = 64 << 20,  /* bytes of literal text of one set */
    MAXIMUM_DEPTH = 500,          /* sections and partials within each other while rendering */
    MAXIMUM_STEPS = 20000000
};

/* A name of the view, split at its dots when it is compiled. */
struct path {
    const char *text;
    enum { PATH_NAME, PATH_CURRENT, PATH_FIRST, PATH_LAST, PATH_INDEX } kind;
    size_t count;
    const char **parts;
};

enum node_kind {
    NODE_TEXT,
    NODE_LINE, /* a line of the source begins here: the place for a partial's indentation */
    NODE_VALUE,
    NODE_SECTION,
    NODE_INVERTED,
    NODE_PARTIAL,
    NODE_PARENT, /* children: its argument blocks only */
    NODE_BLOCK,
    NODE_MESSAGE /* children: the translated text */
};

struct source;

struct node {
    enum node_kind kind;
    unsigned line;
    const struct source *source;
    struct node *next;
    struct node *children;
    struct str text;         /* TEXT; name of PARTIAL, PARENT, BLOCK */
    const struct path *path; /* VALUE, SECTION, INVERTED; dynamic PARTIAL and PARENT */
    bool raw;                /* VALUE written {{{x}}} or {{&x}} */
    bool standalone;         /* PARTIAL, PARENT, BLOCK: what it expands to is indented by `indent` */
    struct str indent;
};

/* One template as it was added. */
struct source {
    const char *name;
    struct str text;
    struct node *nodes;
    bool used; /* as partial or parent of something compiled */
    struct source *next;
};

/* Where a position stands in the markup. Compared member by member, so unused members are zero. */
enum markup_state {
    MARKUP_TEXT,
    MARKUP_TAG_OPEN,
    MARKUP_END_TAG_OPEN,
    MARKUP_TAG_NAME,
    MARKUP_BEFORE_ATTRIBUTE, /* white space was seen: a name may begin */
    MARKUP_BOUNDARY,         /* white space, / or > must come next */
    MARKUP_ATTRIBUTE_NAME,
    MARKUP_AFTER_ATTRIBUTE_NAME,
    MARKUP_BEFORE_VALUE,
    MARKUP_VALUE_DOUBLE,
    MARKUP_VALUE_SINGLE,
    MARKUP_VALUE_UNQUOTED,
    MARKUP_SELF_CLOSE,
    MARKUP_DECLARATION_OPEN, /* <! */
    MARKUP_DECLARATION,
    MARKUP_COMMENT,
    MARKUP_CDATA,
    MARKUP_INSTRUCTION, /* <? of XML */
    MARKUP_ESCAPABLE,   /* inside title, textarea: text, no tags */
    MARKUP_RAW          /* inside script, style, ... */
};

enum markup_element {
    ELEMENT_OTHER,
    ELEMENT_ESCAPABLE,
    ELEMENT_RAW,
    ELEMENT_RESOURCE,
    ELEMENT_META,
    ELEMENT_ANIMATION
};
enum markup_attribute {
    ATTRIBUTE_PLAIN,
    ATTRIBUTE_URL,
    ATTRIBUTE_RESOURCE, /* URL of something that the page runs or frames: only from this site */
    ATTRIBUTE_EVENT,
    ATTRIBUTE_STYLE,
    ATTRIBUTE_SRCDOC,
    ATTRIBUTE_SRCSET,
    ATTRIBUTE_META,
    ATTRIBUTE_ANIMATION
};
enum markup_url {
    URL_START,    /* nothing yet: a value is the whole URL */
    URL_PREFIX,   /* literal characters, neither a scheme nor a path yet */
    URL_PATH,     /* a value is one segment */
    URL_QUERY,    /* a value is one component */
    URL_VALUE,    /* behind a whole URL: a value is one component, a colon is refused */
    URL_DATA,     /* data: of the author; no values */
    URL_AMBIGUOUS /* depends on a section; no values */
};

enum { MARKUP_NAME_SIZE = 24 };

struct markup {
    enum markup_state state;
    enum markup_element element;
    enum markup_attribute attribute;
    enum markup_url url;
    bool end_tag;
    bool first;                  /* ESCAPABLE: nothing has been written since <textarea> */
    bool meta_equiv;             /* meta with http-equiv seen */
    bool meta_content;           /* meta with a value in content seen */
    unsigned char match;         /* how much of an end mark has matched (</script, -->, ]]>, ?>, <!--) */
    unsigned char length;        /* of name */
    char name[MARKUP_NAME_SIZE]; /* element or attribute name being read; the scheme of a URL; the raw element
                                  */
    char tag[MARKUP_NAME_SIZE];  /* element whose tag we are in */
};

enum escape {
    ESCAPE_NONE,
    ESCAPE_SPEC,
    ESCAPE_HTML,           /* text, title and textarea, quoted attribute values */
    ESCAPE_TEXTAREA_START, /* as HTML; a leading line feed is doubled, since the parser drops one */
    ESCAPE_XML_TEXT,
    ESCAPE_XML_ATTRIBUTE, /* white space as character references too */
    ESCAPE_URL,           /* a whole URL: scheme checked */
    ESCAPE_URL_RESOURCE,  /* a whole URL: a path of this site */
    ESCAPE_URL_SEGMENT,
    ESCAPE_URL_COMPONENT
};

enum operation_kind {
    OPERATION_LITERAL,
    OPERATION_LINE,
    OPERATION_VALUE,
    OPERATION_SECTION,
    OPERATION_INVERTED,
    OPERATION_CALL,
    OPERATION_DYNAMIC_CALL,
    OPERATION_SCOPE /* body under another indentation */
};

struct operation {
    enum operation_kind kind;
    enum escape escape;
    unsigned line;
    bool inherit;    /* CALL, SCOPE: the indentation in force is kept and `text` added; else it is cleared */
    struct str text; /* LITERAL; indentation of CALL and SCOPE */
    const char *source; /* name of the template, for reports */
    const struct path *path;
    struct operation *next;
    struct operation *body;
    const struct function *function; /* CALL */
    const struct function **table;   /* DYNAMIC_CALL: one per source, NULL-terminated */
};

/* A template compiled for one place (markup state) and one set of block arguments. */
struct function {
    const struct source *source;
    const struct environment *environment;
    struct markup start, end;
    bool finished, recursive;
    struct operation *operations;
    struct function *next;
};

/* Arguments of blocks, interned: equal environments have equal addresses. The first binding of a name wins.
 */
struct environment {
    const struct environment *outer;
    const struct node *block;
    const struct environment *scope; /* environment in which the block was written */
    struct environment *next;        /* in the set's list */
};

struct mustache_template {
    const struct function *function;
    enum mustache_mode mode;
};

struct mustache_set {
    struct arena *arena;
    struct mustache_options options;
    struct source *first, *last;
    size_t source_count;
    struct function *functions;
    size_t function_count;
    size_t operation_count;
    size_t literal_bytes;
    struct environment *environments;
};

/* "name:line: reason" as STATUS_INVALID. */
enum status template_error(struct mustache_set *set, struct error *error, const struct source *source,
                           unsigned line, const char *reason_format, ...)
    __attribute__((format(printf, 5, 6)));

/* set.c: NULL when there is none. */
struct source *set_find(const struct mustache_set *set, struct str name);

/* parse.c */
NODISCARD enum status parse_template(struct mustache_set *set, struct source *source, struct error *error);

/* message.c: the translation of a message, or its normalised source. */
NODISCARD enum status message_text(struct mustache_set *set, const struct source *source, unsigned line,
                                   struct str inner, struct str open, struct str close, struct str *text,
                                   struct error *error);

/* markup.c. Each returns NULL or the reason of an error (static text). */
const char *markup_feed(struct markup *markup, bool xml, struct str text);
void markup_settle(struct markup *markup); /* before a tag: names that end here */
const char *markup_value(struct markup *markup, bool xml, bool raw, enum escape *escape);
const char *markup_join(const struct markup *begin, const struct markup *end, struct markup *joined);
bool markup_equal(const struct markup *a, const struct markup *b);
const char *markup_describe(const struct markup *markup);

/* escape.c */
void escape_append(struct buf *out, enum escape escape, struct str value);

#endif
