/*
 * What people hand in, looked into and made harmless: pictures are decoded and written anew (upright, without
 * any metadata), PDF files are checked and lose what is active in them, office files are searched for macros,
 * photos of one paper become a PDF, papers of one dossier become one PDF, and pages become pictures to look
 * at. Bytes go in, bytes and a report come out; no I/O, no threads. The libraries behind (libjpeg, libpng,
 * libwebp, libqpdf) read hostile input: the program runs this in a process of its own with limits
 * (docs/decisions/0010).
 */
#ifndef MOTCUA_MEDIA_MEDIA_H
#define MOTCUA_MEDIA_MEDIA_H

#include <stdint.h>

#include "motcua/base/arena.h"
#include "motcua/base/buf.h"

enum media_kind { MEDIA_PDF, MEDIA_JPEG, MEDIA_PNG, MEDIA_WEBP, MEDIA_OFFICE, MEDIA_PICTURES, MEDIA_BUNDLE };

enum media_problem {
    MEDIA_GOOD,
    MEDIA_BROKEN,    /* not what it says it is, or damaged beyond repair */
    MEDIA_ENCRYPTED, /* needs a password */
    MEDIA_TOO_LARGE, /* more pixels, pages or memory than we take */
    MEDIA_MACROS,    /* an office file with programs in it */
    MEDIA_COMPLEX,   /* more work than we do for one file */
    MEDIA_UNKNOWN,   /* it could not be looked into, which may be no fault of its own */
    MEDIA_PROBLEMS
};

/* Remarks; bits. The first three are told to the person, never a reason to refuse. */
enum {
    MEDIA_DARK = 1 << 0,
    MEDIA_BLURRED = 1 << 1,
    MEDIA_SMALL = 1 << 2,
    MEDIA_ACTIVE = 1 << 3, /* active content was taken out */
    /* was damaged, encrypted without a password or had something before or behind it, and was written anew */
    MEDIA_REPAIRED = 1 << 4,
    MEDIA_SHAPE = 1 << 5, /* no portrait, which it should be; never from media_inspect() */
};

/* Limits of pictures; checked before anything is decoded. */
enum { MEDIA_MAXIMUM_SIDE = 20000, MEDIA_MAXIMUM_PIXELS = 60 * 1000 * 1000 };

/*
 * When a picture is remarked upon. Measured on luminance, after scaling so that its longer side has at most
 * MEDIA_MEASURE_SIDE pixels: a page photographed well has a mean of 100 and more, and a variance of the
 * Laplacian of several hundred; text that cannot be read any more is below 40. A4 at 60 dpi has 496 pixels
 * across: below that small print is gone.
 */
enum { MEDIA_MEASURE_SIDE = 1000, MEDIA_DARK_MEAN = 45, MEDIA_BLURRED_VARIANCE = 40, MEDIA_SMALL_SIDE = 480 };

/*
 * Pictures that become one PDF, a page of A4 each: 200 dots an inch over the longer side, which is what
 * scanners are set to for letters.
 */
enum { MEDIA_PICTURES_MAXIMUM = 30, MEDIA_PAGE_SIDE = 2339 };
/* The longest side of what media_show() makes. */
enum { MEDIA_SHOWN_SIDE = 2400 };

/* 3 by 4 and upright, give or take 12 in the hundred. */
bool media_is_portrait(unsigned width, unsigned height);

struct media_report {
    enum media_problem problem;
    bool changed;           /* `out` holds what to keep instead */
    int pages;              /* of a PDF */
    unsigned width, height; /* of a picture, upright */
    unsigned remarks;
};

/* `arena` takes what is decoded: give it room for 4 bytes a pixel, twice. `out` is untouched unless
 * report->changed. */
void media_inspect(enum media_kind kind, struct str bytes, struct arena *arena, struct buf *out,
                   struct media_report *report);

/*
 * MEDIA_PICTURES, also in media_inspect(): the pictures one behind another, in the order of the pages, each
 * behind a line "KIND LENGTH" (KIND: the number of its enum media_kind, LENGTH: bytes). `out` is a PDF of as
 * many pages.
 */
void pictures_to_pdf(struct str bytes, struct arena *arena, struct buf *out, struct media_report *report);

/*
 * MEDIA_BUNDLE, also in media_inspect(): a row as above of a PDF and after it at most MEDIA_BUNDLE_MAXIMUM
 * papers, PDF or pictures; `out` is one PDF of all their pages. Papers that cannot be joined stand as bits in
 * report->remarks (1 << 0: the first behind the leading PDF); then nothing is written, for the leading PDF
 * should say so.
 */
enum { MEDIA_BUNDLE_MAXIMUM = 30, MEDIA_BUNDLE_PAGES = 1000 };
void papers_to_pdf(struct str bytes, struct arena *arena, struct buf *out, struct media_report *report);

/*
 * A page (from 1) as a JPEG to look at, its longer side at most `side`; report->pages says how many there
 * are. MEDIA_BROKEN also where there is no such page or the kind has no pages (office files).
 */
void media_show(enum media_kind kind, struct str bytes, unsigned page, unsigned side, struct arena *arena,
                struct buf *out, struct media_report *report);

#endif
