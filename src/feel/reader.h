/*
 * The reader of FEEL text: recursive descent over characters. There is no token stream, because what is a
 * name depends on the names in scope. Invariant: after an error `failed` stays set, every routine returns
 * NULL, and the first error is the one reported.
 */
#ifndef MOTCUA_FEEL_READER_H
#define MOTCUA_FEEL_READER_H

#include "node.h"

#define MAXIMUM_NESTING 500
#define MAXIMUM_WORK    2000000 /* characters looked at, re-reading included */

/* Memory of a compiled expression: this much and this much per byte of text; more means that something is
 * read over and over again. */
#define MEMORY_BASE     ((size_t)256 << 10)
#define MEMORY_PER_BYTE 400

struct scope { /* names declared inside the expression: parameters, iteration variables, context entries */
    const struct scope *parent;
    const struct str *names;
    size_t count;
    bool members; /* inside a filter: the member names are in scope */
};

struct reader {
    struct arena *arena;
    size_t arena_start;
    struct str text;
    size_t at;
    const struct feel_names *names;
    const struct scope *scope;
    struct str *members; /* keys of contexts written in this expression */
    size_t member_count, member_capacity;
    struct str *variables;
    size_t variable_count, variable_capacity;
    unsigned depth;
    size_t work;
    unsigned input_reads, partial_reads, functions; /* counters, to see whether a sub-expression had any */
    bool no_filter;                                 /* while reading the end of a range: '[' may close it */
    bool in_unary;
    bool failed, too_deep, too_long;
    size_t failed_at;
    const char *expected;
};

/* ---- characters and names (reader_name.c) ---- */
bool reader_name_start(uint32_t c);
bool reader_name_part(uint32_t c);
void reader_skip(struct reader *reader); /* white space and comments */
/* The code point at an offset; 0 at the end. */
uint32_t reader_peek(const struct reader *reader, size_t at, size_t *next);
bool reader_accept(struct reader *reader, const char *symbol);    /* after white space */
bool reader_accept_word(struct reader *reader, const char *word); /* a whole word */
bool reader_at_word(struct reader *reader, const char *word);
bool reader_is_keyword(struct str word);
struct str reader_word(struct reader *reader, size_t at); /* the plain identifier there; empty when none */
/* A name in use: the longest known one, else the plain identifier (with the identifiers that follow it). */
struct str reader_used_name(struct reader *reader, bool member, bool *known);
/* A name being declared: everything up to one of `ends` (or the word "in"), spaces normalised. Empty when
 * malformed. */
struct str reader_declared_name(struct reader *reader, const char *ends, bool until_in);
struct str reader_normalise(struct arena *arena, struct str text);
bool reader_declared(const struct reader *reader, struct str name);
void reader_note_variable(struct reader *reader, struct str name);
void reader_note_member(struct reader *reader, struct str name);
void *reader_fail(struct reader *reader, const char *expected);

/* ---- literals (reader_literal.c) ---- */
/* A quoted string at the cursor; false (failed) when malformed. */
bool reader_string(struct reader *reader, struct str *text);
struct node *reader_number(struct reader *reader);

/* ---- types (reader_type.c) ---- */
const struct feel_type *reader_type(struct reader *reader);

/* ---- expressions (reader_expression.c, reader_primary.c) ---- */
struct node *reader_node(struct reader *reader, enum node_kind kind);
struct node *reader_expression(struct reader *reader);
struct node *reader_arithmetic(struct reader *reader); /* no comparison, no and/or: ends of ranges */
struct node *reader_postfix(struct reader *reader);
struct node *reader_positive_test(struct reader *reader);
struct node *reader_unary_tests(struct reader *reader);
bool reader_enter(struct reader *reader);
void reader_leave(struct reader *reader);

struct node_list { /* growing array in the arena */
    const struct node **items;
    size_t count, capacity;
};
void reader_push(struct reader *reader, struct node_list *list, const struct node *node);
struct name_list {
    struct str *items;
    size_t count, capacity;
};
void reader_push_name(struct reader *reader, struct name_list *list, struct str name);

#endif
