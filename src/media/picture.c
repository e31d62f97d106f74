/* Pictures as rows of samples: turning, shrinking, and measuring how well one will be able to read them. */
#include "media_private.h"

bool picture_size_allowed(unsigned width, unsigned height)
{
    return width > 0 && height > 0 && width <= MEDIA_MAXIMUM_SIDE && height <= MEDIA_MAXIMUM_SIDE &&
           (uint64_t)width * height <= MEDIA_MAXIMUM_PIXELS;
}

struct picture picture_create(struct arena *arena, unsigned width, unsigned height, unsigned channels)
{
    return (struct picture){width, height, channels, arena_alloc(arena, (size_t)width * height * channels)};
}

struct picture picture_turn(struct arena *arena, const struct picture *picture, int orientation)
{
    if (orientation <= 1 || orientation > 8) return *picture;
    bool swapped = orientation >= 5; /* rows become columns */
    bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    unsigned width = picture->width, height = picture->height, channels = picture->channels;
    struct picture turned =
        picture_create(arena, swapped ? height : width, swapped ? width : height, channels);
    unsigned char *to = turned.pixels;
    for (unsigned y = 0; y < turned.height; y++)
        for (unsigned x = 0; x < turned.width; x++, to += channels) {
            unsigned column = swapped ? y : x, row = swapped ? x : y;
            if (from_right) column = width - 1 - column;
            if (from_below) row = height - 1 - row;
            memcpy(to, picture->pixels + ((size_t)row * width + column) * channels, channels);
        }
    return turned;
}

struct picture picture_shrink(struct arena *arena, const struct picture *picture, unsigned longest_side)
{
    unsigned longest = picture->width > picture->height ? picture->width : picture->height;
    if (longest <= longest_side) return *picture;
    unsigned channels = picture->channels;
    unsigned width = (unsigned)((uint64_t)picture->width * longest_side / longest);
    unsigned height = (unsigned)((uint64_t)picture->height * longest_side / longest);
    struct picture small = picture_create(arena, width > 0 ? width : 1, height > 0 ? height : 1, channels);
    unsigned char *to = small.pixels;
    for (unsigned y = 0; y < small.height; y++) {
        unsigned top = (unsigned)((uint64_t)y * picture->height / small.height);
        unsigned bottom = (unsigned)((uint64_t)(y + 1) * picture->height / small.height);
        for (unsigned x = 0; x < small.width; x++, to += channels) {
            unsigned left = (unsigned)((uint64_t)x * picture->width / small.width);
            unsigned right = (unsigned)((uint64_t)(x + 1) * picture->width / small.width);
            uint64_t sums[4] = {0};
            for (unsigned row = top; row < bottom; row++) {
                const unsigned char *from =
                    picture->pixels + ((size_t)row * picture->width + left) * channels;
                for (unsigned column = left; column < right; column++)
                    for (unsigned c = 0; c < channels; c++)
                        sums[c] += *from++;
            }
            for (unsigned c = 0; c < channels; c++)
                to[c] = (unsigned char)(sums[c] / ((uint64_t)(bottom - top) * (right - left)));
        }
    }
    return small;
}

struct picture picture_flatten(struct arena *arena, const struct picture *picture)
{
    if (picture->channels != 4) return *picture;
    struct picture flat = picture_create(arena, picture->width, picture->height, 3);
    const unsigned char *from = picture->pixels;
    size_t count = (size_t)picture->width * picture->height;
    for (unsigned char *to = flat.pixels; count > 0; count--, from += 4, to += 3)
        for (int c = 0; c < 3; c++)
            to[c] = (unsigned char)((from[c] * (unsigned)from[3] + 255U * (255U - from[3])) / 255);
    return flat;
}

/* Rec. 601; what is transparent is paper. */
static unsigned char *luminance(struct arena *arena, const struct picture *picture)
{
    size_t count = (size_t)picture->width * picture->height;
    unsigned char *grey = arena_alloc(arena, count);
    const unsigned char *from = picture->pixels;
    for (size_t i = 0; i < count; i++, from += picture->channels) {
        unsigned value =
            picture->channels == 1 ? from[0] : (299U * from[0] + 587U * from[1] + 114U * from[2]) / 1000;
        if (picture->channels == 4) value = (value * from[3] + 255U * (255U - from[3])) / 255;
        grey[i] = (unsigned char)value;
    }
    return grey;
}

unsigned picture_measure(struct arena *arena, const struct picture *picture)
{
    unsigned shorter = picture->width < picture->height ? picture->width : picture->height;
    unsigned remarks = shorter < MEDIA_SMALL_SIDE ? MEDIA_SMALL : 0;
    struct picture small = picture_shrink(arena, picture, MEDIA_MEASURE_SIDE);
    const unsigned char *grey = luminance(arena, &small);
    size_t count = (size_t)small.width * small.height;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += grey[i];
    if (sum / count < MEDIA_DARK_MEAN) remarks |= MEDIA_DARK;
    if (small.width < 3 || small.height < 3) return remarks;
    double total = 0, squares = 0, inner = (double)(small.width - 2) * (small.height - 2);
    for (unsigned y = 1; y + 1 < small.height; y++)
        for (unsigned x = 1; x + 1 < small.width; x++) {
            const unsigned char *at = grey + (size_t)y * small.width + x;
            double value = at[-1] + at[1] + *(at - small.width) + at[small.width] - 4.0 * at[0];
            total += value;
            squares += value * value;
        }
    double mean = total / inner;
    if (squares / inner - mean * mean < MEDIA_BLURRED_VARIANCE) remarks |= MEDIA_BLURRED;
    return remarks;
}
