/* The one thing we want to know of a camera's metadata before it goes: which side is up. */
#include "media_private.h"

enum { ORIENTATION = 0x0112, TYPE_SHORT = 3, HEADER = 8, ENTRY = 12, ENTRIES_MAXIMUM = 1000 };

static unsigned number(const unsigned char *bytes, unsigned count, bool big_endian)
{
    unsigned value = 0;
    for (unsigned i = 0; i < count; i++)
        value |= (unsigned)bytes[i] << (8 * (big_endian ? count - 1 - i : i));
    return value;
}

int exif_orientation(struct str tiff)
{
    const unsigned char *bytes = (const unsigned char *)tiff.data;
    if (tiff.length < HEADER) return 1;
    bool big = bytes[0] == 'M' && bytes[1] == 'M';
    if ((!big && !(bytes[0] == 'I' && bytes[1] == 'I')) || number(bytes + 2, 2, big) != 42) return 1;
    size_t at = number(bytes + 4, 4, big);
    if (at > tiff.length || tiff.length - at < 2) return 1;
    unsigned count = number(bytes + at, 2, big);
    at += 2;
    for (unsigned i = 0; i < count && i < ENTRIES_MAXIMUM && tiff.length - at >= ENTRY; i++, at += ENTRY) {
        if (number(bytes + at, 2, big) != ORIENTATION || number(bytes + at + 2, 2, big) != TYPE_SHORT)
            continue;
        unsigned value = number(bytes + at + 8, 2, big);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}
