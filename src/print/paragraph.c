/* Paragraphs: inline markup to a Pango layout, one box for each of its lines. */
#include "layout.h"
#include "motcua/base/utf8.h"
#include "motcua/codec/xml.h"

static const char font_families[] = "Tinos, Liberation Serif, Noto Serif, DejaVu Serif";

struct inline_text {
    struct builder *builder;
    struct buf text;
    PangoAttrList *attributes;
    bool keep_lines;
    bool caps;
    bool space; /* white space is due before the next character */
};

static void release_attributes(PangoAttrList **list)
{
    if (*list != NULL) pango_attr_list_unref(*list);
}

static bool ends_line(const struct buf *text)
{
    return text->length == 0 || text->data[text->length - 1] == '\n';
}

/* White space becomes single spaces, none at the beginning of a line; with keep_lines line feeds stay. */
static void add_characters(struct inline_text *inside, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '\n' && inside->keep_lines) {
            buf_append_char(&inside->text, '\n'); /* to Pango a paragraph of its own: not justified */
            inside->space = false;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            inside->space = true;
        } else {
            if (inside->space && !ends_line(&inside->text)) buf_append_char(&inside->text, ' ');
            inside->space = false;
            buf_append_char(&inside->text, c);
        }
    }
}

static void add_text_node(struct inline_text *inside, const char *text)
{
    if (!inside->caps) {
        add_characters(inside, str_of(text));
        return;
    }
    char *upper = g_utf8_strup(text, -1);
    add_characters(inside, str_of(upper));
    g_free(upper);
}

static void add_attribute(struct inline_text *inside, PangoAttribute *attribute, size_t from)
{
    attribute->start_index = (guint)from;
    attribute->end_index = (guint)inside->text.length;
    pango_attr_list_insert(inside->attributes, attribute);
}

static enum status add_inline(struct inline_text *inside, const xmlNode *parent);

static enum status add_element(struct inline_text *inside, const xmlNode *node)
{
    struct builder *builder = inside->builder;
    static const char *const none[] = {NULL};
    static const char *const span[] = {"size", NULL};
    const char *name = (const char *)node->name;
    enum status status = attributes_known(builder, node, strcmp(name, "span") == 0 ? span : none);
    if (status != STATUS_OK) return status;
    if (strcmp(name, "br") == 0) {
        buf_append_char(&inside->text, '\n');
        inside->space = false;
        return STATUS_OK;
    }
    static const char *const known[] = {"b", "i", "u", "sup", "sub", "span", "nobr", NULL};
    size_t kind = 0;
    while (known[kind] != NULL && strcmp(known[kind], name) != 0)
        kind++;
    if (known[kind] == NULL) return markup_error(builder, node, "<%s> cannot stand in text", name);
    double size = 0;
    status = read_number(builder, node, "size", 5, 72, &size);
    if (status != STATUS_OK) return status;
    /* An underline does not begin with the space before it. Elsewhere the space goes inside, because Pango
       drops it at the end of a line only when the line breaks within one run. */
    if (kind == 2 && inside->space && !ends_line(&inside->text)) {
        buf_append_char(&inside->text, ' ');
        inside->space = false;
    }
    size_t from = inside->text.length;
    status = add_inline(inside, node);
    if (status != STATUS_OK) return status;
    switch (kind) {
    case 0:
        add_attribute(inside, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from);
        break;
    case 1:
        add_attribute(inside, pango_attr_style_new(PANGO_STYLE_ITALIC), from);
        break;
    case 2:
        add_attribute(inside, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), from);
        break;
    case 3:
    case 4:
        add_attribute(inside, pango_attr_rise_new((kind == 3 ? 4 : -2) * PANGO_SCALE), from);
        add_attribute(inside, pango_attr_scale_new(0.65), from);
        break;
    case 6:
        if (from < inside->text.length && inside->text.data[from] == ' ') from++;
        add_attribute(inside, pango_attr_allow_breaks_new(FALSE), from);
        break;
    default:
        if (size > 0) add_attribute(inside, pango_attr_size_new_absolute((int)(size * PANGO_SCALE)), from);
        break;
    }
    return STATUS_OK;
}

static enum status add_inline(struct inline_text *inside, const xmlNode *parent)
{
    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
            add_text_node(inside, (const char *)node->content);
        } else if (node->type == XML_ELEMENT_NODE) {
            enum status status = add_element(inside, node);
            if (status != STATUS_OK) return status;
        }
    }
    return STATUS_OK;
}

static PangoLayout *new_layout(struct builder *builder, double size, bool bold, bool italic)
{
    PangoLayout *layout = pango_layout_new(builder->context);
    builder_own(builder, layout, g_object_unref);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, font_families);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    return layout;
}

PangoLayout *make_plain_layout(struct builder *builder, const char *text, double size, bool bold)
{
    PangoLayout *layout = new_layout(builder, size, bold, false);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

/*
 * Limits what makes Pango slow out of proportion: more marks on one letter than any language writes (30, the
 * stream-safe format of UAX 15) are dropped, more lines than a document can have are refused.
 */
static bool make_harmless(struct buf *text)
{
    size_t kept = 0, lines = 0, marks = 0;
    for (size_t offset = 0; offset < text->length;) {
        size_t from = offset;
        uint32_t code_point = utf8_next(buf_str(text), &offset);
        GUnicodeType type = code_point == UINT32_MAX ? G_UNICODE_UNASSIGNED : g_unichar_type(code_point);
        bool mark = type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK ||
                    type == G_UNICODE_SPACING_MARK || type == G_UNICODE_FORMAT;
        marks = mark ? marks + 1 : 0;
        lines += code_point == '\n' || code_point == 0x2028 || code_point == 0x2029;
        if (marks > 30) continue;
        memmove(text->data + kept, text->data + from, offset - from);
        kept += offset - from;
    }
    text->length = kept;
    return lines < MAXIMUM_LINES;
}

enum status make_text_layout(struct builder *builder, const xmlNode *node, const struct style *style,
                             double width, bool keep_lines, bool caps, PangoLayout **layout)
{
    BUF_AUTO text = BUF_WITH_MAXIMUM(4 * PRINT_MAXIMUM_MARKUP);
    __attribute__((cleanup(release_attributes))) PangoAttrList *attributes = pango_attr_list_new();
    struct inline_text inside = {
        .builder = builder, .text = text, .attributes = attributes, .keep_lines = keep_lines, .caps = caps};
    buf_append(&inside.text, "", 0);
    enum status status = add_inline(&inside, node);
    text = inside.text;
    if (status != STATUS_OK) return status;
    if (text.overflow || !make_harmless(&text)) return too_large(builder, "a paragraph");
    *layout = new_layout(builder, style->size, style->bold, style->italic);
    pango_layout_set_text(*layout, text.data, (int)text.length);
    pango_layout_set_attributes(*layout, attributes);
    pango_layout_set_width(*layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(*layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(*layout, style->align);
    pango_layout_set_justify(*layout, style->justify);
    return STATUS_OK;
}

struct paragraph {
    struct style style;
    double before, after, left, right, indent;
    bool keep_lines, keep_with_next, caps, balance;
};

static enum status read_paragraph(struct builder *builder, const struct column *column, const xmlNode *node,
                                  struct paragraph *paragraph)
{
    static const char *const names[] = {"align",      "size",           "bold", "italic",  "spacing",
                                        "before",     "after",          "left", "right",   "indent",
                                        "keep-lines", "keep-with-next", "caps", "balance", NULL};
    paragraph->after = paragraph->style.after;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK) status = read_style(builder, node, &paragraph->style);
    if (status == STATUS_OK) status = read_length(builder, node, "before", column->width, &paragraph->before);
    if (status == STATUS_OK) status = read_length(builder, node, "after", column->width, &paragraph->after);
    if (status == STATUS_OK) status = read_length(builder, node, "left", column->width, &paragraph->left);
    if (status == STATUS_OK) status = read_length(builder, node, "right", column->width, &paragraph->right);
    if (status == STATUS_OK) status = read_length(builder, node, "indent", column->width, &paragraph->indent);
    if (status == STATUS_OK) status = read_flag(builder, node, "keep-lines", &paragraph->keep_lines);
    if (status == STATUS_OK) status = read_flag(builder, node, "keep-with-next", &paragraph->keep_with_next);
    if (status == STATUS_OK) status = read_flag(builder, node, "caps", &paragraph->caps);
    if (status == STATUS_OK) status = read_flag(builder, node, "balance", &paragraph->balance);
    if (status == STATUS_OK && paragraph->left + paragraph->right + paragraph->indent > column->width - 10)
        status = markup_error(builder, node, "the margins leave no room for the text");
    return status;
}

/*
 * The narrowest width that needs no more lines: titles then break into lines of like length. Returns how far
 * the narrower layout must move to stand where the wide one stood.
 */
static double balance(PangoLayout *layout, double width, PangoAlignment align)
{
    int count = pango_layout_get_line_count(layout);
    if (count < 2 || count > 4) return 0;
    double low = width / 2, high = width;
    for (int i = 0; i < 8; i++) {
        double middle = (low + high) / 2;
        pango_layout_set_width(layout, (int)(middle * PANGO_SCALE));
        if (pango_layout_get_line_count(layout) <= count)
            high = middle;
        else
            low = middle;
    }
    pango_layout_set_width(layout, (int)(high * PANGO_SCALE));
    return align == PANGO_ALIGN_LEFT ? 0 : align == PANGO_ALIGN_CENTER ? (width - high) / 2 : width - high;
}

enum status add_paragraph(struct builder *builder, struct column *column, const xmlNode *node,
                          const struct style *style)
{
    struct paragraph paragraph = {.style = *style};
    enum status status = read_paragraph(builder, column, node, &paragraph);
    if (status != STATUS_OK) return status;
    double width = column->width - paragraph.left - paragraph.right;
    PangoLayout *layout;
    status = make_text_layout(builder, node, &paragraph.style, width, paragraph.keep_lines, paragraph.caps,
                              &layout);
    if (status != STATUS_OK) return status;
    pango_layout_set_indent(layout, (int)(paragraph.indent * PANGO_SCALE));
    double shift = paragraph.balance ? balance(layout, width, paragraph.style.align) : 0;
    int count = pango_layout_get_line_count(layout);
    if (builder->box_count + (size_t)count > MAXIMUM_BOXES) return too_large(builder, "the number of lines");
    PangoLayoutIter *iterator = pango_layout_get_iter(layout);
    for (int i = 0; i < count; i++) {
        PangoRectangle logical;
        pango_layout_iter_get_line_extents(iterator, NULL, &logical);
        struct box *box = column_add(builder, column, BOX_LINE, i == 0 ? paragraph.before : 0);
        double natural = (double)logical.height / PANGO_SCALE;
        box->line = pango_layout_iter_get_line_readonly(iterator);
        box->height = natural * paragraph.style.spacing;
        box->baseline = (double)(pango_layout_iter_get_baseline(iterator) - logical.y) / PANGO_SCALE +
                        (box->height - natural) / 2;
        box->x = paragraph.left + shift + (double)logical.x / PANGO_SCALE;
        box->text_width = (double)logical.width / PANGO_SCALE;
        /* no first or last line alone at a page's end or beginning */
        box->keep_with_next =
            (count > 1 && (i == 0 || i == count - 2)) || (i == count - 1 && paragraph.keep_with_next);
        pango_layout_iter_next_line(iterator);
    }
    pango_layout_iter_free(iterator);
    column->after = paragraph.after;
    return STATUS_OK;
}
