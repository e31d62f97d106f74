/* gzip and brotli for text bodies. A page with a secret may be compressed because the secret is masked afresh
 * each time. */
#include <brotli/encode.h>
#include <stdlib.h>
#include <zlib.h>

#include "internal.h"

enum { SMALLEST = 1000, GZIP_LEVEL = 5, BROTLI_LEVEL = 4, BROTLI_WINDOW = 18 };

/* q-value above zero for the coding, by name or by "*" (RFC 9110 section 12.5.3). */
bool accepts_encoding(struct str accept_encoding, const char *coding)
{
    bool star = false, listed = false, accepted = false;
    while (accept_encoding.length > 0) {
        struct str item, rest, name, parameters;
        str_split(accept_encoding, ',', &item, &rest);
        accept_encoding = rest;
        str_split(str_trim(item), ';', &name, &parameters);
        name = str_trim(name);
        parameters = str_trim(parameters);
        bool zero = false;
        if (parameters.length >= 3 && (parameters.data[0] == 'q' || parameters.data[0] == 'Q')) {
            zero = true;
            for (size_t i = 2; i < parameters.length; i++)
                zero = zero && (parameters.data[i] == '0' || parameters.data[i] == '.');
        }
        if (str_equal_ignore_case(name, str_of(coding))) {
            listed = true;
            accepted = !zero;
        } else if (str_equal_cstr(name, "*")) {
            star = !zero;
        }
    }
    return listed ? accepted : star;
}

static bool brotli(struct str body, struct buf *out)
{
    size_t size = BrotliEncoderMaxCompressedSize(body.length);
    if (size == 0) return false;
    uint8_t *data = malloc(size + 1);
    if (data == NULL) return false;
    if (!BrotliEncoderCompress(BROTLI_LEVEL, BROTLI_WINDOW, BROTLI_MODE_TEXT, body.length,
                               (const uint8_t *)body.data, &size, data)) {
        free(data);
        return false;
    }
    *out = (struct buf){.data = (char *)data, .length = size, .capacity = size, .maximum = size};
    return true;
}

static bool gzip(struct str body, struct buf *out)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)body.data, .avail_in = (uInt)body.length};
    if (body.length > UINT32_MAX / 2 ||
        deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t size = deflateBound(&stream, (uLong)body.length);
    char *data = malloc(size + 1);
    if (data == NULL) {
        deflateEnd(&stream);
        return false;
    }
    stream.next_out = (Bytef *)data;
    stream.avail_out = (uInt)size;
    int result = deflate(&stream, Z_FINISH);
    size = stream.total_out;
    deflateEnd(&stream);
    if (result != Z_STREAM_END) {
        free(data);
        return false;
    }
    *out = (struct buf){.data = data, .length = size, .capacity = size, .maximum = size};
    return true;
}

void response_compress(struct request *request)
{
    struct response *response = &request->response;
    struct str accepted = head_field(request->head, "Accept-Encoding");
    struct buf packed = BUF_WITH_MAXIMUM(0);
    if (response->body.length < SMALLEST || accepted.data == NULL) return;
    const char *coding = NULL;
    if (accepts_encoding(accepted, "br") && brotli(response->body, &packed))
        coding = "br";
    else if (accepts_encoding(accepted, "gzip") && gzip(response->body, &packed))
        coding = "gzip";
    if (coding == NULL) return;
    if (packed.length >= response->body.length) {
        buf_release(&packed);
        return;
    }
    buf_release(&response->owned);
    response->owned = packed;
    response->body = str_make(packed.data, packed.length);
    response_header(request, "Content-Encoding", str_of(coding));
}
