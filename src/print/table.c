/*
 * Tables and columns. A row stays whole on a page; one that is higher than a page is divided where lines end,
 * in all of its cells at once. Header rows come again on every page that the table reaches.
 */
#include "layout.h"
#include "motcua/codec/xml.h"

struct table {
    double x[MAXIMUM_COLUMNS + 1]; /* edges of the columns */
    size_t column_count;
    double padding, padding_across;
    bool border;
};

/* Widths are shares of the room that the gaps leave. */
static enum status read_widths(struct builder *builder, const xmlNode *node, double whole, double gap,
                               double widths[MAXIMUM_COLUMNS], size_t *count)
{
    enum status status = read_numbers(builder, node, "widths", widths, MAXIMUM_COLUMNS, count);
    if (status != STATUS_OK) return status;
    if (*count == 0) return markup_error(builder, node, "<%s> needs widths", (const char *)node->name);
    double sum = 0, room = whole - gap * (double)(*count - 1);
    for (size_t i = 0; i < *count; i++)
        sum += widths[i];
    for (size_t i = 0; i < *count; i++) {
        widths[i] *= room / sum;
        if (widths[i] < 12) return markup_error(builder, node, "a column is too narrow");
    }
    return STATUS_OK;
}

/* Takes boxes off `*rest` up to `room`; at least one. */
static struct box *take(struct box **rest, double room)
{
    struct box *first = *rest, *last = NULL;
    double height = 0;
    while (*rest != NULL) {
        double more = (*rest)->height + (last == NULL ? 0 : (*rest)->above);
        if (last != NULL && height + more > room) break;
        height += more;
        last = *rest;
        *rest = last->next;
    }
    if (last != NULL) last->next = NULL;
    return first;
}

/* Adds the row's cells as one box, or as several when they are higher than a page. */
static void add_row(struct builder *builder, struct column *column, const struct cell *cells, size_t count,
                    const struct table *table, double before)
{
    struct box *rest[MAXIMUM_COLUMNS];
    for (size_t i = 0; i < count; i++)
        rest[i] = cells[i].content;
    bool more;
    do {
        struct box *row = column_add(builder, column, BOX_ROW, before);
        before = 0;
        row->cells = arena_array(builder->arena, count, sizeof *row->cells);
        row->cell_count = count;
        row->padding = table->padding;
        row->padding_across = table->padding_across;
        row->border = table->border;
        more = false;
        for (size_t i = 0; i < count; i++) {
            row->cells[i] = cells[i];
            row->cells[i].content = take(&rest[i], builder->limit - 2 * table->padding);
            row->cells[i].content_height = boxes_height(row->cells[i].content);
            double height = row->cells[i].content_height + 2 * table->padding;
            if (height > row->height) row->height = height;
            more = more || rest[i] != NULL;
        }
    } while (more);
}

/* ---- columns ---- */

enum status add_columns(struct builder *builder, struct column *column, const xmlNode *node,
                        const struct style *style)
{
    static const char *const names[] = {"widths", "gap", "before", "after", NULL};
    static const char *const cell_names[] = {"valign", NULL};
    static const char *const valigns[] = {"top", "middle", NULL};
    double gap = 0, before = 0, after = 0, widths[MAXIMUM_COLUMNS];
    size_t count = 0, used = 0;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK) status = read_length(builder, node, "gap", column->width, &gap);
    if (status == STATUS_OK) status = read_length(builder, node, "before", column->width, &before);
    if (status == STATUS_OK) status = read_length(builder, node, "after", column->width, &after);
    if (status == STATUS_OK) status = read_widths(builder, node, column->width, gap, widths, &count);
    if (status != STATUS_OK) return status;
    struct cell cells[MAXIMUM_COLUMNS] = {{0}};
    double x = 0;
    for (xmlNode *child = xml_child(node, NULL, NULL); child != NULL; child = xml_next(child, NULL, NULL)) {
        if (strcmp((const char *)child->name, "column") != 0 || used == count)
            return markup_error(builder, child, "<columns> holds one <column> for each width");
        size_t valign = 0;
        struct column inside = column_make(widths[used]);
        status = attributes_known(builder, child, cell_names);
        if (status == STATUS_OK) status = read_choice(builder, child, "valign", valigns, &valign);
        if (status == STATUS_OK) status = add_blocks(builder, &inside, child, style);
        if (status != STATUS_OK) return status;
        cells[used] =
            (struct cell){.x = x, .width = widths[used], .content = inside.first, .middle = valign == 1};
        x += widths[used++] + gap;
    }
    if (used != count) return markup_error(builder, node, "<columns> holds one <column> for each width");
    add_row(builder, column, cells, count, &(struct table){.padding = 0}, before);
    column->after = after;
    return STATUS_OK;
}

/* ---- tables ---- */

static enum status read_cell(struct builder *builder, const struct table *table, const xmlNode *node,
                             const struct style *style, size_t *at, struct cell *cell)
{
    static const char *const names[] = {"colspan", "align",   "size",   "bold",
                                        "italic",  "spacing", "valign", NULL};
    static const char *const valigns[] = {"top", "middle", NULL};
    struct style inner = *style;
    size_t valign = 0;
    double span = 1;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK) status = read_style(builder, node, &inner);
    if (status == STATUS_OK) status = read_number(builder, node, "colspan", 1, MAXIMUM_COLUMNS, &span);
    if (status == STATUS_OK) status = read_choice(builder, node, "valign", valigns, &valign);
    if (status != STATUS_OK) return status;
    size_t end = *at + (size_t)span;
    if (end > table->column_count) return markup_error(builder, node, "more cells than columns");
    *cell = (struct cell){.x = table->x[*at], .width = table->x[end] - table->x[*at], .middle = valign == 1};
    struct column inside = column_make(cell->width - 2 * table->padding_across);
    if (inside.width < 8) return markup_error(builder, node, "a cell is too narrow");
    const xmlNode *child = xml_child(node, NULL, NULL);
    static const char *const blocks[] = {"p",     "table", "columns", "keep", "rule",
                                         "space", "qr",    "image",   NULL};
    bool holds_blocks = false;
    for (size_t i = 0; child != NULL && blocks[i] != NULL; i++)
        holds_blocks = holds_blocks || strcmp((const char *)child->name, blocks[i]) == 0;
    if (holds_blocks) {
        status = add_blocks(builder, &inside, node, &inner);
    } else {
        /* The cell is its only paragraph. Its attributes are read already, so it goes by a copy without them.
         */
        xmlNode paragraph = *node;
        paragraph.properties = NULL;
        status = add_paragraph(builder, &inside, &paragraph, &inner);
    }
    cell->content = inside.first;
    *at = end;
    return status;
}

static enum status read_row(struct builder *builder, const struct table *table, const xmlNode *node,
                            const struct style *style, struct column *rows, bool *header)
{
    static const char *const names[] = {"header", "align", "size", "bold", "italic", "spacing", NULL};
    struct style inner = *style;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK) status = read_flag(builder, node, "header", header);
    if (status == STATUS_OK && *header) {
        inner.bold = true;
        inner.align = PANGO_ALIGN_CENTER;
    }
    if (status == STATUS_OK) status = read_style(builder, node, &inner);
    if (status != STATUS_OK) return status;
    struct cell cells[MAXIMUM_COLUMNS] = {{0}};
    size_t count = 0, at = 0;
    for (xmlNode *child = xml_child(node, NULL, NULL); child != NULL; child = xml_next(child, NULL, NULL)) {
        if (strcmp((const char *)child->name, "cell") != 0)
            return markup_error(builder, child, "<row> holds cells");
        if (count == MAXIMUM_COLUMNS) return markup_error(builder, child, "more cells than columns");
        status = read_cell(builder, table, child, &inner, &at, &cells[count++]);
        if (status != STATUS_OK) return status;
    }
    if (at != table->column_count) return markup_error(builder, node, "fewer cells than columns");
    add_row(builder, rows, cells, count, table, 0);
    return STATUS_OK;
}

static enum status read_table(struct builder *builder, struct column *column, const xmlNode *node,
                              struct table *table, struct style *style, double *before, double *after)
{
    static const char *const names[] = {"widths", "border",  "padding", "size",  "align", "bold",
                                        "italic", "spacing", "before",  "after", NULL};
    double widths[MAXIMUM_COLUMNS];
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK) status = read_style(builder, node, style);
    if (status == STATUS_OK) status = read_flag(builder, node, "border", &table->border);
    if (status == STATUS_OK) status = read_length(builder, node, "padding", column->width, &table->padding);
    table->padding_across = table->border ? table->padding + 2 : table->padding;
    if (status == STATUS_OK) status = read_length(builder, node, "before", column->width, before);
    if (status == STATUS_OK) status = read_length(builder, node, "after", column->width, after);
    if (status == STATUS_OK)
        status = read_widths(builder, node, column->width, 0, widths, &table->column_count);
    for (size_t i = 0; status == STATUS_OK && i < table->column_count; i++)
        table->x[i + 1] = table->x[i] + widths[i];
    return status;
}

/* Rows know the header rows above them; header rows stay with the row that follows. */
static void mark_headers(struct box *first, const struct box *last_header)
{
    bool in_header = last_header != NULL;
    for (struct box *row = first; row != NULL; row = row->next) {
        row->is_header = in_header;
        row->keep_with_next = in_header;
        row->header = last_header == NULL ? NULL : first;
        if (row == last_header) in_header = false;
    }
}

enum status add_table(struct builder *builder, struct column *column, const xmlNode *node,
                      const struct style *style)
{
    struct table table = {.border = true, .padding = 2.5};
    struct style inner = *style;
    inner.align = PANGO_ALIGN_LEFT;
    inner.justify = false;
    inner.after = 0;
    double before = 0, after = style->after;
    enum status status = read_table(builder, column, node, &table, &inner, &before, &after);
    if (status != STATUS_OK) return status;
    struct column rows = column_make(column->width);
    const struct box *last_header = NULL;
    double limit = builder->limit, header_height = 0;
    builder->limit = limit - 2 * table.padding;
    for (xmlNode *child = xml_child(node, NULL, NULL); child != NULL; child = xml_next(child, NULL, NULL)) {
        if (strcmp((const char *)child->name, "row") != 0)
            return markup_error(builder, child, "<table> holds rows");
        bool header = false;
        status = read_row(builder, &table, child, &inner, &rows, &header);
        if (status != STATUS_OK) return status;
        if (!header) continue;
        header_height = boxes_height(rows.first);
        if (rows.first == NULL || header_height > limit / 3 ||
            (last_header == NULL && rows.first->next != NULL) ||
            (last_header != NULL && last_header->next != rows.last))
            return markup_error(builder, child, "header rows come first and take a third of a page at most");
        last_header = rows.last;
        builder->limit = limit - header_height - 2 * table.padding;
    }
    builder->limit = limit;
    if (rows.first == NULL) return STATUS_OK;
    rows.first->above = before;
    mark_headers(rows.first, last_header);
    column_append(column, rows.first);
    column->after = after;
    return STATUS_OK;
}
