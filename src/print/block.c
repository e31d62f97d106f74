/* Blocks: what may stand one below the other in a document, a column or a cell. */
#include "layout.h"
#include "motcua/codec/xml.h"

static enum status add_rule(struct builder *builder, struct column *column, const xmlNode *node)
{
    static const char *const names[] = {"width", "align", "before", "after", "thickness", NULL};
    static const char *const aligns[] = {"center", "left", "right", NULL};
    double width = column->width, before = 0, after = 0, thickness = 0.5;
    size_t align = 0;
    enum status status = attributes_known(builder, node, names);
    const char *text = attribute_text(builder, node, "width");
    bool as_text = text != NULL && strcmp(text, "text") == 0;
    const struct box *above = column->last;
    if (as_text && (above == NULL || above->kind != BOX_LINE))
        return markup_error(builder, node, "width=\"text\" needs a paragraph above");
    if (as_text) width = above->text_width;
    if (status == STATUS_OK && !as_text) status = read_length(builder, node, "width", column->width, &width);
    if (status == STATUS_OK) status = read_choice(builder, node, "align", aligns, &align);
    if (status == STATUS_OK) status = read_length(builder, node, "before", column->width, &before);
    if (status == STATUS_OK) status = read_length(builder, node, "after", column->width, &after);
    if (status == STATUS_OK) status = read_number(builder, node, "thickness", 0.1, 5, &thickness);
    if (status != STATUS_OK) return status;
    if (width > column->width) width = column->width;
    column->after = before; /* a rule belongs to the text above, whatever that wanted behind it */
    struct box *box = column_add(builder, column, BOX_RULE, before);
    box->width = width;
    box->x = align == 1 ? 0 : align == 2 ? column->width - width : (column->width - width) / 2;
    box->height = box->thickness = thickness;
    column->after = after;
    return STATUS_OK;
}

static enum status add_space(struct builder *builder, struct column *column, const xmlNode *node)
{
    static const char *const names[] = {"height", NULL};
    double height = 0;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK) status = read_length(builder, node, "height", builder->limit, &height);
    if (status != STATUS_OK) return status;
    if (height > builder->limit) return markup_error(builder, node, "a space higher than the page");
    column_add(builder, column, BOX_SPACE, 0)->height = height;
    return STATUS_OK;
}

/* Together on one page where it fits on one. */
static enum status add_keep(struct builder *builder, struct column *column, const xmlNode *node,
                            const struct style *style)
{
    static const char *const names[] = {"before", NULL};
    double before = 0;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK) status = read_length(builder, node, "before", column->width, &before);
    struct column inside = column_make(column->width);
    if (status == STATUS_OK) status = add_blocks(builder, &inside, node, style);
    if (status != STATUS_OK || inside.first == NULL) return status;
    double height = boxes_height(inside.first);
    if (height > builder->limit) {
        column_append(column, inside.first);
    } else {
        struct box *box = column_add(builder, column, BOX_STACK,
                                     before > inside.first->above ? before : inside.first->above);
        box->content = inside.first;
        box->height = height;
    }
    column->after = inside.after;
    return STATUS_OK;
}

static enum status add_block(struct builder *builder, struct column *column, const xmlNode *node,
                             const struct style *style)
{
    static const char *const none[] = {NULL};
    const char *name = (const char *)node->name;
    if (builder->box_count > MAXIMUM_BOXES) return too_large(builder, "the number of lines");
    if (strcmp(name, "p") == 0) return add_paragraph(builder, column, node, style);
    if (strcmp(name, "table") == 0) return add_table(builder, column, node, style);
    if (strcmp(name, "columns") == 0) return add_columns(builder, column, node, style);
    if (strcmp(name, "keep") == 0) return add_keep(builder, column, node, style);
    if (strcmp(name, "rule") == 0) return add_rule(builder, column, node);
    if (strcmp(name, "space") == 0) return add_space(builder, column, node);
    if (strcmp(name, "qr") == 0) return add_qr(builder, column, node);
    if (strcmp(name, "image") == 0) return add_image(builder, column, node);
    if (strcmp(name, "page-break") == 0) {
        column->break_before = true;
        return attributes_known(builder, node, none);
    }
    return markup_error(builder, node, "<%s> cannot stand here", name);
}

static bool is_blank(const char *text)
{
    while (*text == ' ' || *text == '\n' || *text == '\t' || *text == '\r')
        text++;
    return *text == '\0';
}

enum status add_blocks(struct builder *builder, struct column *column, const xmlNode *parent,
                       const struct style *style)
{
    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        if ((node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
            !is_blank((const char *)node->content))
            return markup_error(builder, parent, "text outside of a paragraph in <%s>",
                                (const char *)parent->name);
        if (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, "footer") == 0) continue;
        enum status status = add_block(builder, column, node, style);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}
