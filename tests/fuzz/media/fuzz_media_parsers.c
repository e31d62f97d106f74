/* What media reads by hand: Exif, the lists of office files. The first byte picks. */
#include <stddef.h>
#include <stdint.h>

#include "media/media_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ROOM = 64 * 1024 * 1024, OUT = 16 * 1024 * 1024, LENGTH = 64 * 1024 };
    if (size < 1 || size > LENGTH) return 0;
    struct str bytes = str_make((const char *)data + 1, size - 1);
    if (data[0] == 0) {
        int orientation = exif_orientation(bytes);
        return orientation < 1 || orientation > 8 ? -1 : 0;
    }
    if (data[0] == 1) {
        struct media_report report;
        BUF_AUTO out = BUF_WITH_MAXIMUM(OUT);
        ARENA_AUTO arena = arena_create(ROOM);
        media_inspect(MEDIA_OFFICE, bytes, arena, &out, &report);
        return report.changed ? -1 : 0;
    }
    return 0;
}
