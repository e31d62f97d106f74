/* The tags of a template in order, before they are built into nodes. Private to scan.c and parse.c. */
#ifndef MUSTACHE_SCAN_H
#define MUSTACHE_SCAN_H

#include "internal.h"

enum tag_kind {
    TAG_VALUE,
    TAG_RAW_VALUE,
    TAG_SECTION,
    TAG_INVERTED,
    TAG_PARENT,
    TAG_BLOCK,
    TAG_END,
    TAG_PARTIAL,
    TAG_COMMENT,
    TAG_DELIMITERS,
    TAG_MESSAGE /* the whole {{#_}}...{{/_}} */
};

struct tag {
    enum tag_kind kind;
    size_t start, end; /* offsets of its text in the source */
    unsigned line;
    struct str name;
    bool dynamic;               /* name was written *name */
    struct str message;         /* MESSAGE: the text to parse in its place */
    struct str open, close;     /* delimiters in force */
    size_t partner;             /* index of the end or the beginning */
    bool argument;              /* BLOCK directly within a PARENT */
    bool standalone;            /* what a PARTIAL, PARENT or BLOCK expands to is indented */
    bool trim_left, trim_right; /* the blanks before it, the blanks and the line end behind it, are dropped */
    struct str intrinsic;       /* BLOCK: blanks taken off the lines of its content */
    bool has_intrinsic;
};

struct tags {
    struct tag *items;
    size_t count;
};

/* Scans and pairs the tags of `text` (the source's text, or a message's text in it at `line`). */
NODISCARD enum status scan_tags(struct mustache_set *set, const struct source *source, struct str text,
                                unsigned line, struct str open, struct str close, bool in_message,
                                struct tags *tags, struct error *error);

/* The blanks before offset `at` when nothing else stands before it on its line; false otherwise. */
bool scan_left_blank(struct str text, size_t at, struct str *blanks);
/* Offset behind the line end, when only blanks stand from `at` to it. */
bool scan_right_blank(struct str text, size_t at, size_t *next_line);

#endif
