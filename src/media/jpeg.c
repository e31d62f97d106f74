/* JPEG by libjpeg: its errors come back by longjmp, so all that lives longer stands in one structure. */
#include "media_private.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { EXIF_MARKER = JPEG_APP0 + 1, EXIF_PREFIX = 6, SCANS_MAXIMUM = 500 };

struct failing {
    struct jpeg_error_mgr manager;
    jmp_buf back;
};

static void fail(j_common_ptr codec)
{
    struct failing *failing = (struct failing *)(void *)codec->err;
    longjmp(failing->back, 1);
}

static void be_silent(j_common_ptr codec)
{
    (void)codec;
}

/* A progressive picture may repeat its scans without end. */
static void watch_scans(j_common_ptr codec)
{
    if (codec->is_decompressor && ((j_decompress_ptr)codec)->input_scan_number > SCANS_MAXIMUM) fail(codec);
}

static int find_orientation(const struct jpeg_decompress_struct *codec)
{
    for (const struct jpeg_marker_struct *marker = codec->marker_list; marker != NULL;
         marker = marker->next) {
        struct str data = str_make((const char *)marker->data, marker->data_length);
        if (marker->marker == EXIF_MARKER && str_starts_with(data, str_make("Exif\0\0", EXIF_PREFIX)))
            return exif_orientation(str_slice(data, EXIF_PREFIX, data.length));
    }
    return 1;
}

/* Adobe writes CMYK inverted. */
static void cmyk_to_rgb(const unsigned char *from, unsigned char *to, unsigned width, bool inverted)
{
    for (unsigned x = 0; x < width; x++, from += 4, to += 3)
        for (int c = 0; c < 3; c++) {
            unsigned ink = inverted ? from[c] : 255U - from[c], key = inverted ? from[3] : 255U - from[3];
            to[c] = (unsigned char)(ink * key / 255);
        }
}

static void read_rows(struct jpeg_decompress_struct *codec, struct arena *arena, struct picture *picture)
{
    bool cmyk = codec->out_color_space == JCS_CMYK;
    unsigned char *line = cmyk ? arena_alloc(arena, (size_t)codec->output_width * 4) : NULL;
    while (codec->output_scanline < codec->output_height) {
        unsigned char *row =
            picture->pixels + (size_t)codec->output_scanline * picture->width * picture->channels;
        JSAMPROW into = cmyk ? line : row;
        jpeg_read_scanlines(codec, &into, 1);
        if (cmyk) cmyk_to_rgb(line, row, picture->width, codec->saw_Adobe_marker);
    }
}

/* The decoder's own way to make a picture smaller: fast, and with less memory; never below `side`. */
static void ask_for_less(struct jpeg_decompress_struct *codec, unsigned side)
{
    unsigned longest = codec->image_width > codec->image_height ? codec->image_width : codec->image_height;
    codec->scale_num = codec->scale_denom = 8;
    while (codec->scale_num > 1 && (uint64_t)longest * (codec->scale_num - 1) / 8 >= side)
        codec->scale_num--;
}

enum media_problem jpeg_decode(struct str bytes, struct arena *arena, struct picture *picture,
                               int *orientation)
{
    return jpeg_decode_near(bytes, MEDIA_MAXIMUM_SIDE, arena, picture, orientation);
}

enum media_problem jpeg_decode_near(struct str bytes, unsigned side, struct arena *arena,
                                    struct picture *picture, int *orientation)
{
    struct jpeg_decompress_struct codec = {0};
    struct jpeg_progress_mgr progress = {.progress_monitor = watch_scans};
    struct failing failing;
    volatile enum media_problem problem = MEDIA_BROKEN;
    codec.err = jpeg_std_error(&failing.manager);
    failing.manager.error_exit = fail;
    failing.manager.output_message = be_silent;
    if (setjmp(failing.back) == 0) {
        jpeg_create_decompress(&codec);
        codec.progress = &progress;
        jpeg_save_markers(&codec, EXIF_MARKER, 0xFFFF);
        jpeg_mem_src(&codec, (const unsigned char *)bytes.data, bytes.length);
        jpeg_read_header(&codec, TRUE);
        if (!picture_size_allowed(codec.image_width, codec.image_height)) {
            problem = MEDIA_TOO_LARGE;
        } else {
            bool cmyk = codec.jpeg_color_space == JCS_CMYK || codec.jpeg_color_space == JCS_YCCK;
            bool grey = codec.jpeg_color_space == JCS_GRAYSCALE;
            codec.out_color_space = cmyk ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
            *orientation = find_orientation(&codec);
            ask_for_less(&codec, side);
            jpeg_start_decompress(&codec);
            *picture = picture_create(arena, codec.output_width, codec.output_height, grey ? 1 : 3);
            read_rows(&codec, arena, picture);
            jpeg_finish_decompress(&codec);
            problem = MEDIA_GOOD;
        }
    }
    jpeg_destroy_decompress(&codec);
    return problem;
}

bool jpeg_encode(const struct picture *picture, int quality, struct buf *out)
{
    struct jpeg_compress_struct codec = {0};
    struct failing failing;
    unsigned char *bytes = NULL;
    unsigned long length = 0;
    volatile bool good = false;
    codec.err = jpeg_std_error(&failing.manager);
    failing.manager.error_exit = fail;
    failing.manager.output_message = be_silent;
    if (setjmp(failing.back) == 0) {
        jpeg_create_compress(&codec);
        jpeg_mem_dest(&codec, &bytes, &length);
        codec.image_width = picture->width;
        codec.image_height = picture->height;
        codec.input_components = (int)picture->channels;
        codec.in_color_space = picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
        jpeg_set_defaults(&codec);
        jpeg_set_quality(&codec, quality, TRUE);
        codec.optimize_coding = TRUE;
        jpeg_start_compress(&codec, TRUE);
        while (codec.next_scanline < codec.image_height) {
            JSAMPROW row = picture->pixels + (size_t)codec.next_scanline * picture->width * picture->channels;
            jpeg_write_scanlines(&codec, &row, 1);
        }
        jpeg_finish_compress(&codec);
        good = true;
    }
    if (good) buf_append(out, bytes, length);
    jpeg_destroy_compress(&codec);
    free(bytes);
    return good && !out->overflow;
}
