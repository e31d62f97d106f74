/* WebP by libwebp; pictures that move are not taken. */
#include "media_private.h"

#include <webp/decode.h>
#include <webp/encode.h>

enum { QUALITY = 88 };

/* RIFF: name, length (least byte first), bytes, padded to an even length. */
static int find_orientation(struct str bytes)
{
    enum { HEAD = 12, FRAME = 8, NAME = 4 };
    for (size_t at = HEAD; bytes.length >= FRAME && at <= bytes.length - FRAME;) {
        const unsigned char *chunk = (const unsigned char *)bytes.data + at;
        size_t length = (size_t)chunk[7] << 24 | (size_t)chunk[6] << 16 | (size_t)chunk[5] << 8 | chunk[4];
        if (length > bytes.length - at - FRAME) break;
        struct str data = str_slice(bytes, at + FRAME, at + FRAME + length);
        if (memcmp(chunk, "EXIF", NAME) == 0) {
            bool prefixed = str_starts_with(data, str_make("Exif\0\0", 6));
            return exif_orientation(str_slice(data, prefixed ? 6 : 0, data.length));
        }
        at += FRAME + length + (length & 1);
    }
    return 1;
}

enum media_problem webp_decode(struct str bytes, struct arena *arena, struct picture *picture,
                               int *orientation)
{
    WebPBitstreamFeatures features;
    const unsigned char *data = (const unsigned char *)bytes.data;
    if (WebPGetFeatures(data, bytes.length, &features) != VP8_STATUS_OK || features.has_animation)
        return MEDIA_BROKEN;
    if (!picture_size_allowed((unsigned)features.width, (unsigned)features.height)) return MEDIA_TOO_LARGE;
    unsigned channels = features.has_alpha ? 4 : 3;
    *picture = picture_create(arena, (unsigned)features.width, (unsigned)features.height, channels);
    size_t size = (size_t)picture->width * picture->height * channels;
    int stride = (int)(picture->width * channels);
    const unsigned char *done = features.has_alpha
                                    ? WebPDecodeRGBAInto(data, bytes.length, picture->pixels, size, stride)
                                    : WebPDecodeRGBInto(data, bytes.length, picture->pixels, size, stride);
    *orientation = find_orientation(bytes);
    return done != NULL ? MEDIA_GOOD : MEDIA_BROKEN;
}

bool webp_encode(const struct picture *picture, struct buf *out)
{
    unsigned char *bytes = NULL;
    int width = (int)picture->width, height = (int)picture->height,
        stride = (int)(picture->width * picture->channels);
    size_t length = picture->channels == 4
                        ? WebPEncodeRGBA(picture->pixels, width, height, stride, QUALITY, &bytes)
                        : WebPEncodeRGB(picture->pixels, width, height, stride, QUALITY, &bytes);
    buf_append(out, bytes, length);
    WebPFree(bytes);
    return length > 0 && !out->overflow;
}
