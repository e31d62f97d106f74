/* One door for all kinds. */
#include "media_private.h"

enum { JPEG_QUALITY = 88, SHOWN_QUALITY = 82 };

bool address_is_harmless(struct str address)
{
    static const struct str harmless[] = {{"http://", 7}, {"https://", 8}, {"mailto:", 7}, {"tel:", 4}};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (str_equal_ignore_case(str_slice(address, 0, harmless[i].length), harmless[i])) return true;
    return false;
}

bool media_is_portrait(unsigned width, unsigned height)
{
    uint64_t wide = (uint64_t)width * 4 * 100, high = (uint64_t)height * 3;
    return wide >= high * 88 && wide <= high * 112;
}

static enum media_problem decode(enum media_kind kind, struct str bytes, unsigned side, struct arena *arena,
                                 struct picture *picture)
{
    int orientation = 1;
    enum media_problem problem = kind == MEDIA_JPEG
                                     ? jpeg_decode_near(bytes, side, arena, picture, &orientation)
                                 : kind == MEDIA_PNG  ? png_decode(bytes, arena, picture, &orientation)
                                 : kind == MEDIA_WEBP ? webp_decode(bytes, arena, picture, &orientation)
                                                      : MEDIA_BROKEN;
    if (problem == MEDIA_GOOD) *picture = picture_turn(arena, picture, orientation);
    return problem;
}

enum media_problem picture_open(enum media_kind kind, struct str bytes, unsigned side, struct arena *arena,
                                struct picture *picture)
{
    enum media_problem problem = decode(kind, bytes, side, arena, picture);
    if (problem != MEDIA_GOOD) return problem;
    *picture = picture_shrink(arena, picture, side);
    *picture = picture_flatten(arena, picture);
    return MEDIA_GOOD;
}

static void inspect_picture(enum media_kind kind, struct str bytes, struct arena *arena, struct buf *out,
                            struct media_report *report)
{
    struct picture picture;
    report->problem = decode(kind, bytes, MEDIA_MAXIMUM_SIDE, arena, &picture);
    if (report->problem != MEDIA_GOOD) return;
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
        office_inspect(bytes, arena, report);
        return;
    case MEDIA_PICTURES:
        pictures_to_pdf(bytes, arena, out, report);
        return;
    case MEDIA_BUNDLE:
        papers_to_pdf(bytes, arena, out, report);
        return;
    case MEDIA_JPEG:
    case MEDIA_PNG:
    case MEDIA_WEBP:
        inspect_picture(kind, bytes, arena, out, report);
        return;
    }
}

void media_show(enum media_kind kind, struct str bytes, unsigned page, unsigned side, struct arena *arena,
                struct buf *out, struct media_report *report)
{
    struct picture picture;
    *report = (struct media_report){.problem = MEDIA_BROKEN, .pages = 1};
    if (page == 0 || side == 0 || side > MEDIA_SHOWN_SIDE) return;
    if (kind == MEDIA_PDF)
        report->problem = pdf_render(bytes, page, side, arena, &picture, &report->pages);
    else if (page == 1)
        report->problem = picture_open(kind, bytes, side, arena, &picture);
    if (report->problem != MEDIA_GOOD) return;
    report->width = picture.width;
    report->height = picture.height;
    report->changed = jpeg_encode(&picture, SHOWN_QUALITY, out);
    if (!report->changed) report->problem = MEDIA_TOO_LARGE;
}
