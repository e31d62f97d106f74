/* Shared inside media. */
#ifndef MEDIA_PRIVATE_H
#define MEDIA_PRIVATE_H

#include <qpdf/qpdf-c.h>

#include "motcua/media/media.h"

/* 8 bits a sample, rows without gaps. */
struct picture {
    unsigned width, height;
    unsigned channels;     /* 1 grey, 3 RGB, 4 RGBA */
    unsigned char *pixels; /* in the arena */
};

bool picture_size_allowed(unsigned width, unsigned height);
struct picture picture_create(struct arena *arena, unsigned width, unsigned height, unsigned channels);
/* As a camera's orientation (1 to 8, Exif 2.3, tag 0x0112) says. */
struct picture picture_turn(struct arena *arena, const struct picture *picture, int orientation);
/* Smaller, by the mean of what falls together; never larger. */
struct picture picture_shrink(struct arena *arena, const struct picture *picture, unsigned longest_side);
/* Remarks: MEDIA_DARK, MEDIA_BLURRED, MEDIA_SMALL. */
unsigned picture_measure(struct arena *arena, const struct picture *picture);

/* On white where it is transparent; the same picture where nothing is. */
struct picture picture_flatten(struct arena *arena, const struct picture *picture);

/* Decoders: also *orientation, 1 when nothing is said. */
enum media_problem jpeg_decode(struct str bytes, struct arena *arena, struct picture *picture,
                               int *orientation);
/* May be smaller than it was, but its longer side not smaller than `side`. */
enum media_problem jpeg_decode_near(struct str bytes, unsigned side, struct arena *arena,
                                    struct picture *picture, int *orientation);
enum media_problem png_decode(struct str bytes, struct arena *arena, struct picture *picture,
                              int *orientation);
enum media_problem webp_decode(struct str bytes, struct arena *arena, struct picture *picture,
                               int *orientation);
bool jpeg_encode(const struct picture *picture, int quality, struct buf *out);
bool png_encode(const struct picture *picture, struct buf *out);
bool webp_encode(const struct picture *picture, struct buf *out);

/* Orientation in a TIFF structure as Exif has it ("II*\0..." or "MM\0*..."), 1 when there is none. */
int exif_orientation(struct str tiff);

/* Any kind of picture, upright, without transparency, its longer side at most `side`. */
enum media_problem picture_open(enum media_kind kind, struct str bytes, unsigned side, struct arena *arena,
                                struct picture *picture);

/* One page of a PDF (from 1), its longer side `side`; *pages: how many there are. */
enum media_problem pdf_render(struct str bytes, unsigned page, unsigned side, struct arena *arena,
                              struct picture *picture, int *pages);
void pdf_inspect(struct str bytes, struct arena *arena, struct buf *out, struct media_report *report);
/* Written anew, without encryption. */
bool pdf_write(qpdf_data pdf, struct buf *out);
/* The next paper of a row as MEDIA_PICTURES and MEDIA_BUNDLE have it; false when it is not as it should be.
 */
bool row_take(struct str *rest, enum media_kind *kind, struct str *bytes);
void office_inspect(struct str bytes, struct arena *arena, struct media_report *report);

/* --- Archives */

struct zip_entry {
    struct str name;
    unsigned flags, method, checksum;
    size_t packed, size; /* bytes, in the archive and unpacked */
    size_t local, data;  /* places in the archive: the entry and its bytes */
};
struct zip {
    struct str bytes;
    struct zip_entry *entries; /* as they stand one behind another */
    size_t count;
};
/* Reads the list of entries. What they unpack to by their own account is bounded. */
enum media_problem zip_open(struct str bytes, struct arena *arena, struct zip *zip);
/* Unpacks an entry, to `out` or (NULL) nowhere; false when it is not what the list says. */
bool zip_unpack(const struct zip *zip, const struct zip_entry *entry, struct buf *out);

/* Where a link may lead: a page of the web, a letter, a call. */
bool address_is_harmless(struct str address);

#endif
