/*
 * The explanation of a due date in words: rows for a table that a citizen can follow, out of what the clock
 * computed or what is stored with a dossier (deadline_from_json()).
 */
#ifndef MOTCUA_I18N_EXPLANATION_H
#define MOTCUA_I18N_EXPLANATION_H

#include "motcua/calendar/deadline.h"
#include "motcua/i18n/catalogue.h"
#include "motcua/i18n/format.h"

struct explanation_row {
    const char *date; /* "Thứ Hai 06/02/2017" */
    const char *reason; /* "Ngày làm việc, ngày thứ 3 (08:00–10:17)", "Nghỉ lễ, tết: Giỗ Tổ Hùng Vương" */
    const char *basis;   /* "Điều 115 Bộ luật Lao động 2012" or NULL */
    const char *counted; /* "2 giờ 17 phút", "1 ngày"; NULL when the row counts nothing */
    const char *total;   /* the sum up to here; NULL like counted */
    enum line_kind kind;
};

struct explanation_table {
    const char *intro;      /* receipt and limit */
    const char *conclusion; /* the due moment, or that the clock stands still, or that there is no limit */
    const char *warning;    /* dates without a published notice, or NULL */
    struct explanation_row *rows;
    size_t count;
};

/* `catalogue` gives the labels in `language`; NULL for Vietnamese. Everything lives in the arena. */
struct explanation_table explanation_describe(struct arena *arena, const struct catalogue *catalogue,
                                              enum language language, const struct deadline *deadline,
                                              struct limit limit);

#endif
