/* A page of a PDF as a picture, by poppler and cairo. Nothing in the file is run: poppler has no scripts. */
#include <cairo.h>
#include <poppler.h>

#include "media_private.h"

static struct picture copy_pixels(cairo_surface_t *surface, struct arena *arena)
{
    unsigned width = (unsigned)cairo_image_surface_get_width(surface),
             height = (unsigned)cairo_image_surface_get_height(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    const unsigned char *data = cairo_image_surface_get_data(surface);
    struct picture picture = picture_create(arena, width, height, 3);
    unsigned char *to = picture.pixels;
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++, to += 3) {
            uint32_t pixel;
            memcpy(&pixel, data + y * stride + (size_t)x * 4, 4);
            to[0] = (unsigned char)(pixel >> 16);
            to[1] = (unsigned char)(pixel >> 8);
            to[2] = (unsigned char)pixel;
        }
    return picture;
}

static enum media_problem render(PopplerPage *page, unsigned side, struct arena *arena,
                                 struct picture *picture)
{
    double width, height;
    poppler_page_get_size(page, &width, &height);
    double longest = width > height ? width : height;
    if (!(width > 0 && height > 0 && longest < 1e6)) return MEDIA_BROKEN;
    double scale = side / longest;
    int across = (int)(width * scale), down = (int)(height * scale);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, across > 0 ? across : 1, down > 0 ? down : 1);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, scale, scale);
    poppler_page_render(page, cairo);
    bool good = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    if (good) *picture = copy_pixels(surface, arena);
    cairo_surface_destroy(surface);
    return good ? MEDIA_GOOD : MEDIA_BROKEN;
}

enum media_problem pdf_render(struct str bytes, unsigned page, unsigned side, struct arena *arena,
                              struct picture *picture, int *pages)
{
    enum media_problem problem = MEDIA_BROKEN;
    GBytes *file = g_bytes_new_static(bytes.data, bytes.length);
    PopplerDocument *document = poppler_document_new_from_bytes(file, NULL, NULL);
    *pages = document == NULL ? 0 : poppler_document_get_n_pages(document);
    PopplerPage *one = page <= (unsigned)*pages ? poppler_document_get_page(document, (int)page - 1) : NULL;
    if (one != NULL) {
        problem = render(one, side, arena, picture);
        g_object_unref(one);
    }
    if (document != NULL) g_object_unref(document);
    g_bytes_unref(file);
    return problem;
}
