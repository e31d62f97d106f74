/* What the public pages share: lines of procedures, marked hits, pages of lists, addresses with filters. */
#ifndef WEB_PORTAL_H
#define WEB_PORTAL_H

#include "motcua/domain/procedure.h"
#include "motcua/web/web.h"

enum { PORTAL_PAGE_SIZE = 20, PORTAL_PAGES = 1000 };

/* One entry of a list of procedures. `query`: words whose hits are marked; empty: none. New reference. */
json_t *procedure_line(struct visit *visit, const struct procedure_row *row, struct str query);
json_t *procedure_lines(struct visit *visit, const struct procedure_row *rows, size_t count,
                        struct str query);

/*
 * `text` as HTML, everything escaped, with <mark> around the words that begin with a word of `query`, accents
 * and case ignored; "" when none does.
 */
const char *mark_hits(struct arena *arena, const char *text, struct str query);
/* `text` with everything escaped that means something in HTML. */
const char *escape_html(struct arena *arena, const char *text);

const char *online_level_text(const struct visit *visit, int level);
/* Kinds of agencies that have pages: "department", "district", "commune"; NULL behind the last. */
extern const char *const agency_kinds[];
/* "Quận, huyện, thị xã" */
const char *agency_kind_text(const struct visit *visit, const char *kind);
/* "Cấp huyện, cấp xã" from "district,commune". */
const char *levels_text(struct visit *visit, const char *levels);
/* "3 ngày làm việc"; "" when it cannot be read or none is stated. */
const char *limit_rule_text(struct visit *visit, const char *rule);
/* "100.000 đồng", or the note in words, short enough for a line. */
const char *fee_line_text(struct visit *visit, const struct procedure_row *row);

/* {from, to, total, previous_url, next_url}; null when one page holds all. `base` already has its filters. */
json_t *pagination_view(struct visit *visit, const char *base, int64_t page, int64_t size, int64_t total);
/* `base` with one more parameter; unchanged when `value` is empty. */
const char *url_with(struct arena *arena, const char *base, const char *name, struct str value);

/* {slug, name} of agencies in their order. */
json_t *agency_link(const struct visit *visit, const struct tenant *tenant);

/* "Trang chủ" and, when given, one more with its address. */
void portal_crumbs(struct visit *visit, json_t *view, const char *text, const char *url);

#endif
