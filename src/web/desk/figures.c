/* Figures and tables that the agency's and the city's page have in common. */
#include "figures.h"

const char *figure_number(struct visit *visit, int64_t value)
{
    return format_integer(visit->arena, visit->language, value);
}

void figures_add(json_t *list, const char *value, const char *label, const char *tone, const char *icon,
                 const char *note)
{
    json_t *figure = json_object();
    view_text(figure, "value", value);
    view_text(figure, "label", label);
    view_text(figure, "tone", tone);
    view_text(figure, "icon", icon);
    view_text(figure, "note", note);
    json_array_append_new(list, figure);
}

json_t *figures_view(struct visit *visit, const struct report_figures *sum)
{
    json_t *list = json_array();
    int64_t finished = report_finished(sum), punctual = sum->finished_before + sum->finished_on_time;
    figures_add(
        list, figure_number(visit, report_received(sum)), visit_text(visit, N_("Tiếp nhận")), "info", "inbox",
        visit_format(visit, N_("%s trực tuyến, %s từ kỳ trước"), figure_number(visit, sum->received_online),
                     figure_number(visit, sum->received_before)));
    figures_add(list, figure_number(visit, finished), visit_text(visit, N_("Đã giải quyết")), "good",
                "check-circle",
                visit_format(visit, N_("%s trước và đúng hạn"),
                             format_percent(visit->arena, visit->language, punctual, finished)));
    figures_add(list, figure_number(visit, report_open(sum)), visit_text(visit, N_("Đang giải quyết")),
                "warn", "refresh",
                visit_format(visit, N_("%s trong hạn"), figure_number(visit, sum->open_in_time)));
    return list;
}

static json_t *cells_view(struct visit *visit, const struct report_figures *figures)
{
    const int64_t values[] = {
        report_received(figures),  figures->received_online, figures->received_other,
        figures->received_before,  report_finished(figures), figures->finished_before,
        figures->finished_on_time, figures->finished_late,   report_open(figures),
        figures->open_in_time,     figures->open_late,
    };
    json_t *cells = json_array();
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_t *cell = json_object();
        view_text(cell, "value", figure_number(visit, values[i]));
        json_array_append_new(cells, cell);
    }
    return cells;
}

void figures_add_row(struct visit *visit, json_t *rows, const char *label, const char *url,
                     const struct report_figures *figures)
{
    json_t *row = json_object();
    view_text(row, "label", label);
    view_text(row, "url", url);
    view_set(row, "cells", cells_view(visit, figures));
    json_array_append_new(rows, row);
}

json_t *figures_table_view(struct visit *visit, const char *caption, const char *first_column, json_t *rows,
                           const struct report_figures *sum)
{
    json_t *table = json_object(), *total = json_object();
    view_text(table, "caption", caption);
    view_text(table, "first_column", first_column);
    view_set(table, "rows", rows);
    view_text(total, "label", visit_text(visit, N_("Tổng số")));
    view_set(total, "cells", cells_view(visit, sum));
    view_set(table, "total", total);
    return table;
}
