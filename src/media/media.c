/* One door for all kinds. */
#include "media_private.h"

enum { JPEG_QUALITY = 88 };

static void inspect_picture(enum media_kind kind, struct str bytes, struct arena *arena, struct buf *out,
                            struct media_report *report)
{
    struct picture picture;
    int orientation = 1;
    report->problem = kind == MEDIA_JPEG  ? jpeg_decode(bytes, arena, &picture, &orientation)
                      : kind == MEDIA_PNG ? png_decode(bytes, arena, &picture, &orientation)
                                          : webp_decode(bytes, arena, &picture, &orientation);
    if (report->problem != MEDIA_GOOD) return;
    picture = picture_turn(arena, &picture, orientation);
    report->width = picture.width;
    report->height = picture.height;
    report->remarks = picture_measure(arena, &picture);
    bool written = kind == MEDIA_JPEG  ? jpeg_encode(&picture, JPEG_QUALITY, out)
                   : kind == MEDIA_PNG ? png_encode(&picture, out)
                                       : webp_encode(&picture, out);
    if (written)
        report->changed = true;
    else
        report->problem = MEDIA_TOO_LARGE;
}

void media_inspect(enum media_kind kind, struct str bytes, struct arena *arena, struct buf *out,
                   struct media_report *report)
{
    *report = (struct media_report){.problem = MEDIA_BROKEN};
    switch (kind) {
    case MEDIA_PDF:
        pdf_inspect(bytes, arena, out, report);
        return;
    case MEDIA_OFFICE:
        office_inspect(bytes, report);
        return;
    case MEDIA_JPEG:
    case MEDIA_PNG:
    case MEDIA_WEBP:
        inspect_picture(kind, bytes, arena, out, report);
        return;
    }
}
