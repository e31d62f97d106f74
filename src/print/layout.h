/*
 * Shared by the parts of the printer: paragraph.c and block.c turn markup into boxes, page.c sets boxes on
 * pages, draw.c paints them. All measures are points (1/72 inch); x and y grow to the right and down.
 */
#ifndef PRINT_LAYOUT_H
#define PRINT_LAYOUT_H

#include <libxml/tree.h>
#include <pango/pangocairo.h>

#include "motcua/print/print.h"

#define MILLIMETRE (72.0 / 25.4)

enum {
    MAXIMUM_BOXES = 60000,
    MAXIMUM_LINES = 16000, /* of one paragraph; 200 pages hold fewer */
    MAXIMUM_COLUMNS = 24,
    MAXIMUM_QR_CODES = 100,
    MAXIMUM_QR_TEXT = 1000,
    MAXIMUM_IMAGE_SIDE = 4000,
    MAXIMUM_IMAGE_BYTES = 4 << 20
};

enum box_kind { BOX_LINE, BOX_SPACE, BOX_RULE, BOX_QR, BOX_IMAGE, BOX_ROW, BOX_STACK };

/* One cell of a row: a column of boxes. */
struct cell {
    double x, width; /* within the row */
    struct box *content;
    double content_height;
    bool middle; /* vertically; else on top */
};

/* What is never divided between two pages. */
struct box {
    enum box_kind kind;
    double x, width; /* within the container */
    double above;    /* space before it, dropped at the top of a page */
    double height;
    bool keep_with_next;
    bool break_before;
    struct box *next;
    const struct box *header; /* first of the rows repeated when a page begins with this one */
    bool is_header;

    PangoLayoutLine *line; /* LINE, owned by its layout */
    double baseline;
    double text_width;
    double thickness;       /* RULE */
    unsigned char *modules; /* QR: side * side, bit 0 is dark */
    unsigned side;
    cairo_surface_t *image; /* IMAGE, owned by the builder */
    struct cell *cells;     /* ROW */
    size_t cell_count;
    double padding, padding_across; /* ROW: above and below, left and right */
    bool border;
    struct box *content; /* STACK */
};

/* A growing column of boxes. */
struct column {
    struct box *first, *last;
    struct box **tail;
    double after;      /* space that the last paragraph wants behind it */
    bool break_before; /* a page break waits for the next box */
    double width;
};

struct style {
    double size;
    PangoAlignment align;
    bool justify;
    bool bold, italic;
    double spacing; /* line height, 1 is single */
    double after;   /* default space behind a paragraph */
};

/* What cairo and GLib own is released at the end, whatever happened. */
struct handle {
    void *object;
    void (*release)(void *);
    struct handle *next;
};

struct page_set_up {
    double width, height;
    double top, bottom, left, right; /* margins */
    const char *watermark;
    PangoLayout *footer;
    bool numbers;
};

struct builder {
    struct arena *arena; /* scratch, freed at the end */
    struct arena *error_arena;
    struct error *error;
    const struct print_options *options;
    PangoContext *context;
    struct handle *handles;
    size_t box_count, qr_count;
    double limit; /* no box may be higher */
    struct page_set_up page;
};

/* "line N: reason" as STATUS_INVALID. */
enum status markup_error(struct builder *builder, const xmlNode *node, const char *reason_format, ...)
    __attribute__((format(printf, 3, 4)));
enum status too_large(struct builder *builder, const char *what);
void builder_own(struct builder *builder, void *object, void (*release)(void *));

/* attribute.c: NULL or a default when the attribute is absent. */
NODISCARD enum status attributes_known(struct builder *builder, const xmlNode *node,
                                       const char *const *names);
NODISCARD enum status read_length(struct builder *builder, const xmlNode *node, const char *name,
                                  double whole, double *points);
NODISCARD enum status read_number(struct builder *builder, const xmlNode *node, const char *name,
                                  double minimum, double maximum, double *number);
NODISCARD enum status read_flag(struct builder *builder, const xmlNode *node, const char *name, bool *flag);
NODISCARD enum status read_choice(struct builder *builder, const xmlNode *node, const char *name,
                                  const char *const *choices, size_t *choice);
/* Numbers separated by white space; *count is how many, at most `maximum`. */
NODISCARD enum status read_numbers(struct builder *builder, const xmlNode *node, const char *name,
                                   double *numbers, size_t maximum, size_t *count);
NODISCARD enum status read_style(struct builder *builder, const xmlNode *node, struct style *style);
const char *attribute_text(struct builder *builder, const xmlNode *node, const char *name);

/* column.c */
struct column column_make(double width);
struct box *column_add(struct builder *builder, struct column *column, enum box_kind kind, double before);
void column_append(struct column *column, struct box *boxes);
double boxes_height(const struct box *boxes);

/* paragraph.c */
NODISCARD enum status add_paragraph(struct builder *builder, struct column *column, const xmlNode *node,
                                    const struct style *style);
NODISCARD enum status make_text_layout(struct builder *builder, const xmlNode *node,
                                       const struct style *style, double width, bool keep_lines, bool caps,
                                       PangoLayout **layout);
PangoLayout *make_plain_layout(struct builder *builder, const char *text, double size, bool bold);

/* block.c */
NODISCARD enum status add_blocks(struct builder *builder, struct column *column, const xmlNode *parent,
                                 const struct style *style);

/* table.c */
NODISCARD enum status add_table(struct builder *builder, struct column *column, const xmlNode *node,
                                const struct style *style);
NODISCARD enum status add_columns(struct builder *builder, struct column *column, const xmlNode *node,
                                  const struct style *style);

/* figure.c */
NODISCARD enum status add_qr(struct builder *builder, struct column *column, const xmlNode *node);
NODISCARD enum status add_image(struct builder *builder, struct column *column, const xmlNode *node);

/* page.c: one box on a page */
struct placement {
    const struct box *box;
    double x, y;
    struct placement *next;
};
struct page {
    struct placement *placements;
    struct page *next;
};
NODISCARD enum status set_pages(struct builder *builder, const struct box *boxes, struct page **pages);

/* draw.c */
void draw_pages(cairo_t *cairo, struct builder *builder, const struct page *pages);

/* trailer.c: the document's language and "show the title" into the finished PDF, as an update at its end. */
void add_language(struct buf *pdf, size_t start, const char *language);

#endif
