/* QR codes as vectors (ISO/IEC 18004, error correction M) and PNG pictures that the caller gave. */
#include <errno.h>
#include <qrencode.h>

#include "layout.h"
#include "motcua/codec/xml.h"

static enum status read_figure(struct builder *builder, const struct column *column, const xmlNode *node,
                               const char *measure, double *size, double *before, double *after,
                               size_t *align)
{
    static const char *const aligns[] = {"left", "center", "right", NULL};
    enum status status = read_length(builder, node, measure, column->width, size);
    if (status == STATUS_OK) status = read_length(builder, node, "before", column->width, before);
    if (status == STATUS_OK) status = read_length(builder, node, "after", column->width, after);
    if (status == STATUS_OK) status = read_choice(builder, node, "align", aligns, align);
    if (status == STATUS_OK && (*size > column->width || *size > builder->limit))
        status = markup_error(builder, node, "<%s> does not fit", (const char *)node->name);
    return status;
}

static double aligned(const struct column *column, double width, size_t align)
{
    return align == 0 ? 0 : align == 1 ? (column->width - width) / 2 : column->width - width;
}

enum status add_qr(struct builder *builder, struct column *column, const xmlNode *node)
{
    static const char *const names[] = {"size", "align", "before", "after", NULL};
    double size = 22 * MILLIMETRE, before = 0, after = 0;
    size_t align = 0;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK)
        status = read_figure(builder, column, node, "size", &size, &before, &after, &align);
    if (status != STATUS_OK) return status;
    struct str text = str_trim(str_of(xml_text(node, builder->arena)));
    if (text.length == 0 || text.length > MAXIMUM_QR_TEXT)
        return markup_error(builder, node, "a QR code holds 1 to %d bytes", MAXIMUM_QR_TEXT);
    if (++builder->qr_count > MAXIMUM_QR_CODES) return too_large(builder, "the number of QR codes");
    QRcode *code = QRcode_encodeData((int)text.length, (const unsigned char *)text.data, 0, QR_ECLEVEL_M);
    if (code == NULL) return markup_error(builder, node, "no QR code can be made of this text");
    struct box *box = column_add(builder, column, BOX_QR, before);
    box->side = (unsigned)code->width;
    box->modules = arena_alloc(builder->arena, (size_t)code->width * (size_t)code->width);
    memcpy(box->modules, code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
    box->width = box->height = size;
    box->x = aligned(column, size, align);
    column->after = after;
    return STATUS_OK;
}

struct reader {
    struct str png;
    size_t at;
};

static cairo_status_t read_png(void *closure, unsigned char *data, unsigned length)
{
    struct reader *reader = closure;
    if (length > reader->png.length - reader->at) return CAIRO_STATUS_READ_ERROR;
    memcpy(data, reader->png.data + reader->at, length);
    reader->at += length;
    return CAIRO_STATUS_SUCCESS;
}

static void destroy_surface(void *surface)
{
    cairo_surface_destroy(surface);
}

/* Width and height stand in the header: checked before anything is unpacked. */
static bool size_allowed(struct str png)
{
    if (png.length < 33 || png.length > MAXIMUM_IMAGE_BYTES || memcmp(png.data + 12, "IHDR", 4) != 0)
        return false;
    const unsigned char *data = (const unsigned char *)png.data + 16;
    uint32_t width = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
    uint32_t height = (uint32_t)data[4] << 24 | (uint32_t)data[5] << 16 | (uint32_t)data[6] << 8 | data[7];
    return width > 0 && height > 0 && width <= MAXIMUM_IMAGE_SIDE && height <= MAXIMUM_IMAGE_SIDE;
}

static const struct print_image *find_image(const struct builder *builder, const char *name)
{
    for (size_t i = 0; name != NULL && i < builder->options->image_count; i++)
        if (strcmp(builder->options->images[i].name, name) == 0) return &builder->options->images[i];
    return NULL;
}

enum status add_image(struct builder *builder, struct column *column, const xmlNode *node)
{
    static const char *const names[] = {"name", "width", "align", "before", "after", NULL};
    double width = 20 * MILLIMETRE, before = 0, after = 0;
    size_t align = 0;
    enum status status = attributes_known(builder, node, names);
    if (status == STATUS_OK)
        status = read_figure(builder, column, node, "width", &width, &before, &after, &align);
    if (status != STATUS_OK) return status;
    const struct print_image *image = find_image(builder, attribute_text(builder, node, "name"));
    if (image == NULL) return markup_error(builder, node, "there is no image of this name");
    if (!size_allowed(image->png)) return markup_error(builder, node, "the image is no PNG or too large");
    struct reader reader = {.png = image->png};
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(read_png, &reader);
    builder_own(builder, surface, destroy_surface);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        return markup_error(builder, node, "the image cannot be read");
    double height = width * cairo_image_surface_get_height(surface) / cairo_image_surface_get_width(surface);
    if (height > builder->limit) return markup_error(builder, node, "the image is higher than the page");
    struct box *box = column_add(builder, column, BOX_IMAGE, before);
    box->image = surface;
    box->width = width;
    box->height = height;
    box->x = aligned(column, width, align);
    column->after = after;
    return STATUS_OK;
}
