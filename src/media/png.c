/* PNG by libpng's simple interface: 8 bits a sample, sRGB, whatever the file had. */
#include "media_private.h"

#include <png.h>

/* The eXIf chunk stands before the data, after the head; chunks are length, name, bytes, checksum. */
static int find_orientation(struct str bytes)
{
    enum { SIGNATURE = 8, FRAME = 12, NAME = 4 };
    size_t at = SIGNATURE;
    while (bytes.length >= FRAME && at <= bytes.length - FRAME) {
        const unsigned char *chunk = (const unsigned char *)bytes.data + at;
        size_t length = (size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | chunk[3];
        if (length > bytes.length - at - FRAME || memcmp(chunk + NAME, "IDAT", NAME) == 0) break;
        if (memcmp(chunk + NAME, "eXIf", NAME) == 0)
            return exif_orientation(str_slice(bytes, at + 2 * NAME, at + 2 * NAME + length));
        at += FRAME + length;
    }
    return 1;
}

enum media_problem png_decode(struct str bytes, struct arena *arena, struct picture *picture,
                              int *orientation)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, bytes.data, bytes.length)) return MEDIA_BROKEN;
    if (!picture_size_allowed(image.width, image.height)) {
        png_image_free(&image);
        return MEDIA_TOO_LARGE;
    }
    bool colour = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
    bool alpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    image.format = alpha ? PNG_FORMAT_RGBA : colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    *picture = picture_create(arena, image.width, image.height, alpha ? 4 : colour ? 3 : 1);
    if (!png_image_finish_read(&image, NULL, picture->pixels, 0, NULL)) return MEDIA_BROKEN;
    *orientation = find_orientation(bytes);
    return MEDIA_GOOD;
}

bool png_encode(const struct picture *picture, struct buf *out)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = picture->width, .height = picture->height};
    image.format = picture->channels == 4   ? PNG_FORMAT_RGBA
                   : picture->channels == 3 ? PNG_FORMAT_RGB
                                            : PNG_FORMAT_GRAY;
    png_alloc_size_t length = 0;
    if (!png_image_write_get_memory_size(image, length, 0, picture->pixels, 0, NULL)) return false;
    ARENA_AUTO scratch = arena_create(length + 65536);
    void *bytes = arena_alloc(scratch, length);
    if (!png_image_write_to_memory(&image, bytes, &length, 0, picture->pixels, 0, NULL)) return false;
    buf_append(out, bytes, length);
    return !out->overflow;
}
