/* Columns of boxes: space between neighbours is the larger wish of both. */
#include "layout.h"

struct column column_make(double width)
{
    return (struct column){.width = width};
}

static void link_box(struct column *column, struct box *box)
{
    if (column->last == NULL)
        column->first = box;
    else
        column->last->next = box;
    column->last = box;
}

struct box *column_add(struct builder *builder, struct column *column, enum box_kind kind, double before)
{
    struct box *box = arena_zalloc(builder->arena, sizeof *box);
    builder->box_count++;
    box->kind = kind;
    box->width = column->width;
    box->above = before > column->after ? before : column->after;
    box->break_before = column->break_before;
    column->after = 0;
    column->break_before = false;
    link_box(column, box);
    return box;
}

void column_append(struct column *column, struct box *boxes)
{
    if (boxes == NULL) return;
    if (boxes->above < column->after) boxes->above = column->after;
    boxes->break_before = boxes->break_before || column->break_before;
    column->after = 0;
    column->break_before = false;
    link_box(column, boxes);
    while (column->last->next != NULL)
        column->last = column->last->next;
}

double boxes_height(const struct box *boxes)
{
    double height = 0;
    for (const struct box *box = boxes; box != NULL; box = box->next)
        height += box->height + (box == boxes ? 0 : box->above);
    return height;
}
