/* XPath regular expressions (XQuery and XPath Functions 3.1, 5.6) carried over to PCRE2. */
#ifndef MOTCUA_FEEL_REGEX_H
#define MOTCUA_FEEL_REGEX_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "evaluate.h"

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    uint32_t groups;
};

/* Rewrites the pattern; false when it is no XPath regular expression. Flags: s m i x q. */
bool regex_translate(struct feel_evaluation *evaluation, struct str pattern, struct str flags,
                     struct str *out, uint32_t *options);
/* Compiles; everything lives in the arena. False when malformed. */
bool regex_open(struct feel_evaluation *evaluation, struct str pattern, struct str flags,
                struct regex *regex);
/* First match at or behind `start`: 1 found, 0 none, -1 given up. Steps are counted; too many end the
 * evaluation. */
int regex_find(struct feel_evaluation *evaluation, const struct regex *regex, struct str text, size_t start);

#endif
