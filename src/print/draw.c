/* Paints boxes on the pages of a cairo surface. */
#include <math.h>
#include <stdio.h>

#include "layout.h"

static void draw_boxes(cairo_t *cairo, const struct box *boxes, double x, double y);

/* Neighbouring dark modules of a row are one rectangle, so that no hairline shows between them. */
static void draw_qr(cairo_t *cairo, const struct box *box, double x, double y)
{
    const unsigned quiet = 4; /* ISO/IEC 18004 */
    double module = box->width / (box->side + 2 * quiet);
    for (unsigned row = 0; row < box->side; row++) {
        for (unsigned column = 0; column < box->side;) {
            unsigned from = column;
            while (column < box->side && (box->modules[row * box->side + column] & 1) != 0)
                column++;
            if (column > from)
                cairo_rectangle(cairo, x + (from + quiet) * module, y + (row + quiet) * module,
                                (column - from) * module, module);
            else
                column++;
        }
    }
    cairo_fill(cairo);
}

static void draw_image(cairo_t *cairo, const struct box *box, double x, double y)
{
    double scale = box->width / cairo_image_surface_get_width(box->image);
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, scale, scale);
    cairo_set_source_surface(cairo, box->image, 0, 0);
    cairo_paint(cairo);
    cairo_restore(cairo);
}

static void draw_row(cairo_t *cairo, const struct box *row, double x, double y)
{
    for (size_t i = 0; i < row->cell_count; i++) {
        const struct cell *cell = &row->cells[i];
        double inside = row->height - 2 * row->padding - cell->content_height;
        draw_boxes(cairo, cell->content, x + cell->x + row->padding_across,
                   y + row->padding + (cell->middle ? inside / 2 : 0));
        if (!row->border) continue;
        cairo_set_line_width(cairo, 0.5);
        cairo_rectangle(cairo, x + cell->x, y, cell->width, row->height);
        cairo_stroke(cairo);
    }
}

/* x is where the box begins, its own x included. */
static void draw_box(cairo_t *cairo, const struct box *box, double x, double y)
{
    switch (box->kind) {
    case BOX_LINE:
        cairo_move_to(cairo, x, y + box->baseline);
        pango_cairo_show_layout_line(cairo, box->line);
        break;
    case BOX_SPACE:
        break;
    case BOX_RULE:
        cairo_rectangle(cairo, x, y, box->width, box->thickness);
        cairo_fill(cairo);
        break;
    case BOX_QR:
        draw_qr(cairo, box, x, y);
        break;
    case BOX_IMAGE:
        draw_image(cairo, box, x, y);
        break;
    case BOX_ROW:
        draw_row(cairo, box, x, y);
        break;
    case BOX_STACK:
        draw_boxes(cairo, box->content, x, y);
        break;
    }
}

static void draw_boxes(cairo_t *cairo, const struct box *boxes, double x, double y)
{
    for (const struct box *box = boxes; box != NULL; box = box->next) {
        if (box != boxes) y += box->above;
        draw_box(cairo, box, x + box->x, y);
        y += box->height;
    }
}

static void draw_watermark(cairo_t *cairo, struct builder *builder)
{
    PangoLayout *layout = make_plain_layout(builder, builder->page.watermark, 100, true);
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    double width = (double)logical.width / PANGO_SCALE, height = (double)logical.height / PANGO_SCALE;
    double diagonal = hypot(builder->page.width, builder->page.height) * 0.75;
    double scale = width > diagonal ? diagonal / width : 1;
    cairo_save(cairo);
    cairo_set_source_rgb(cairo, 0.88, 0.88, 0.88);
    cairo_translate(cairo, builder->page.width / 2, builder->page.height / 2);
    cairo_rotate(cairo, -atan2(builder->page.height, builder->page.width));
    cairo_scale(cairo, scale, scale);
    cairo_move_to(cairo, -width / 2, -height / 2);
    pango_cairo_layout_path(cairo, layout); /* a shape, so that it does not get into extracted text */
    cairo_fill(cairo);
    cairo_restore(cairo);
}

static void draw_number(cairo_t *cairo, struct builder *builder, unsigned number)
{
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    PangoLayout *layout = make_plain_layout(builder, text, 13, false);
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    double middle = (builder->page.left + builder->page.width - builder->page.right) / 2;
    cairo_move_to(cairo, middle - (double)logical.width / PANGO_SCALE / 2, builder->page.top / 2 - 6);
    pango_cairo_show_layout(cairo, layout);
}

static void draw_footer(cairo_t *cairo, const struct builder *builder)
{
    PangoRectangle logical;
    pango_layout_get_extents(builder->page.footer, NULL, &logical);
    double height = (double)logical.height / PANGO_SCALE;
    double top = builder->page.height - builder->page.bottom;
    cairo_move_to(cairo, builder->page.left, top + (builder->page.bottom - height) / 2);
    pango_cairo_show_layout(cairo, builder->page.footer);
}

void draw_pages(cairo_t *cairo, struct builder *builder, const struct page *pages)
{
    unsigned number = 0;
    for (const struct page *page = pages; page != NULL; page = page->next) {
        number++;
        if (builder->page.watermark != NULL) draw_watermark(cairo, builder);
        cairo_set_source_rgb(cairo, 0, 0, 0);
        if (builder->page.numbers && number > 1) draw_number(cairo, builder, number);
        for (const struct placement *item = page->placements; item != NULL; item = item->next)
            draw_box(cairo, item->box, item->x, item->y);
        if (builder->page.footer != NULL) draw_footer(cairo, builder);
        cairo_show_page(cairo);
    }
}
