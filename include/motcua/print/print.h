/*
 * Administrative documents as PDF: a small XML markup (docs/printing.md), usually rendered from a template in
 * MUSTACHE_XML, is laid out on A4 pages after Nghị định 30/2020/NĐ-CP (margins 20/20/30/15 mm, Times-like
 * serif, page numbers on top from the second page). Vietnamese text is shaped by Pango and can be extracted
 * from the PDF; fonts are embedded as subsets. The same markup, options and fonts give the same bytes.
 *
 * No I/O but the fonts that fontconfig finds; no clock. Safe from any number of threads at once: Pango's font
 * map is one per thread (it is kept until the thread ends and makes later documents faster) and fontconfig
 * locks itself.
 */
#ifndef MOTCUA_PRINT_PRINT_H
#define MOTCUA_PRINT_PRINT_H

#include "motcua/base/arena.h"
#include "motcua/base/buf.h"
#include "motcua/base/clock.h"
#include "motcua/base/error.h"

enum {
    PRINT_MAXIMUM_MARKUP = 1 << 20, /* bytes */
    PRINT_MAXIMUM_PAGES = 200
};

/* A PNG picture that the markup may name: <image name="..."/>. At most 4 MiB and 4000 by 4000 pixels. */
struct print_image {
    const char *name;
    struct str png;
};

struct print_options {
    const char *title;    /* of the document, shown by readers; NULL: none */
    const char *author;   /* the agency; NULL: none */
    const char *language; /* BCP 47, "vi" when NULL */
    instant created;      /* date in the document's properties */
    const struct print_image *images;
    size_t image_count;
};

/*
 * Appends the PDF to `pdf`. `arena` takes the error's texts only. STATUS_INVALID ("print.markup"): the markup
 * is wrong, error->detail says line and reason. STATUS_TOO_LARGE ("print.too_large"): the markup, the pages
 * or pdf's maximum. STATUS_UNAVAILABLE ("print.failed"): cairo or the fonts fail.
 */
NODISCARD enum status print_render_pdf(struct str markup, const struct print_options *options,
                                       struct arena *arena, struct buf *pdf, struct error *error);

/*
 * At the end of the program, when no other thread prints any more: gives back what Pango and cairo have
 * cached, so that leak checkers find nothing. A thread's font map goes by itself when the thread ends.
 */
void print_finish(void);

#endif
