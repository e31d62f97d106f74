/*
 * Documents in an S3 bucket. A blob, or the part of it that is wanted, is fetched into a file without a name
 * (its bytes are sealed) and read from there, so that what a browser asks for in ranges never makes a thread
 * wait for another machine in the middle of an answer. What is sent is signed with its SHA-256, so a server
 * that got something else refuses it.
 */
#include "motcua/adapter/s3.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "motcua/base/buf.h"
#include "motcua/calendar/civil.h"
#include "motcua/codec/xml.h"
#include "motcua/crypto/token.h"
#include "sigv4.h"

enum {
    TRIES = 3,
    PAUSE_MS = 200, /* then 800 */
    CONNECT_SECONDS = 5,
    SILENT_SECONDS = 15,
    LONGEST_SECONDS = 600,
    ANSWER_MAXIMUM = 4 * 1024 * 1024,
    KEYS_A_PAGE = 500,
    NEAR = 128 * 1024 /* a gap to the head that is not worth another request */
};

struct call {
    const struct s3_settings *settings;
    struct arena *arena;
    const char *method, *path, *query;
    int file; /* to send (PUT) or to fill (GET of a blob); -1: none */
    off_t size, position;
    uint64_t from, to; /* GET of a blob: only these bytes, without `to`, in their place; to 0: the whole */
    const char *payload_hash;
    CURL *curl;
    struct buf answer; /* everything else that comes back */
    long http_status;
    CURLcode code;
};

static size_t send_part(char *into, size_t size, size_t count, void *context)
{
    struct call *call = context;
    ssize_t got = pread(call->file, into, size * count, call->position);
    if (got < 0) return CURL_READFUNC_ABORT;
    call->position += got;
    return (size_t)got;
}

static int send_again(void *context, curl_off_t offset, int origin)
{
    struct call *call = context;
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    call->position = offset;
    return CURL_SEEKFUNC_OK;
}

static size_t take_part(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    size_t length = size * count;
    long http_status = 0;
    curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &http_status);
    if (call->file < 0 || call->size >= 0 || (http_status != 200 && http_status != 206)) {
        buf_append(&call->answer, bytes, length);
        return call->answer.overflow ? 0 : length;
    }
    off_t begin = http_status == 206 ? (off_t)call->from : 0;
    for (size_t done = 0; done < length;) {
        ssize_t put = pwrite(call->file, bytes + done, length - done, begin + call->position);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return 0;
        done += (size_t)put;
        call->position += put;
    }
    return length;
}

/* "host:port" as it goes into the header Host, and what follows it. */
static const char *split_url(struct arena *arena, const char *url, const char **path)
{
    const char *host = strstr(url, "://") + 3;
    const char *slash = strchr(host, '/');
    *path = slash == NULL ? "" : slash;
    const char *name = arena_strndup(arena, host, slash == NULL ? strlen(host) : (size_t)(slash - host));
    struct str text = str_of(name);
    struct str usual = url[4] == 's' ? STR(":443") : STR(":80");
    return str_ends_with(text, usual) ? arena_strndup(arena, name, text.length - usual.length) : name;
}

static struct curl_slist *signed_headers(const struct call *call, const char **url)
{
    const struct s3_settings *settings = call->settings;
    struct arena *arena = call->arena;
    time_t moment = time(NULL); /* the true time: servers refuse another one, also in a rehearsal */
    struct tm parts;
    char stamp[32];
    gmtime_r(&moment, &parts);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    const char *base;
    const char *host = split_url(arena, settings->url, &base);
    const struct sigv4_header headers[] = {
        {"host", host}, {"x-amz-content-sha256", call->payload_hash}, {"x-amz-date", stamp}};
    const struct sigv4_request request = {.method = call->method,
                                          .path = arena_printf(arena, "%s%s", base, call->path),
                                          .query = call->query,
                                          .time = stamp,
                                          .payload_hash = call->payload_hash,
                                          .headers = headers,
                                          .header_count = sizeof headers / sizeof headers[0]};
    const struct sigv4_key key = {settings->region, settings->access_key, settings->secret_key};
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < request.header_count; i++)
        list = curl_slist_append(list, arena_printf(arena, "%s: %s", headers[i].name, headers[i].value));
    list = curl_slist_append(
        list, arena_printf(arena, "Authorization: %s", sigv4_authorization(arena, &key, &request)));
    list = curl_slist_append(list, "Expect:");
    *url = arena_printf(arena, "%.*s%s%s%s", (int)(strlen(settings->url) - strlen(base)), settings->url,
                        request.path, call->query[0] == '\0' ? "" : "?", call->query);
    return list;
}

static void try_once(struct call *call)
{
    const char *url;
    struct curl_slist *headers = signed_headers(call, &url);
    CURL *curl = call->curl;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)LONGEST_SECONDS);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    if (call->settings->ca_file != NULL) { /* these and nobody else */
        curl_easy_setopt(curl, CURLOPT_CAINFO, call->settings->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (call->to > 0)
        curl_easy_setopt(curl, CURLOPT_RANGE,
                         arena_printf(call->arena, "%llu-%llu", (unsigned long long)call->from,
                                      (unsigned long long)call->to - 1));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_part);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
    if (call->size >= 0) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, send_part);
        curl_easy_setopt(curl, CURLOPT_READDATA, call);
        curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, send_again);
        curl_easy_setopt(curl, CURLOPT_SEEKDATA, call);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->size);
    } else if (strcmp(call->method, "GET") != 0) {
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    }
    call->position = 0;
    call->http_status = 0;
    buf_clear(&call->answer);
    call->code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &call->http_status);
    curl_slist_free_all(headers);
}

/* STATUS_OK for 2xx, STATUS_NOT_FOUND for 404 of an object, STATUS_UNAVAILABLE for the rest. */
static enum status perform(struct call *call, struct error *error)
{
    call->curl = curl_easy_init();
    if (call->curl == NULL) abort();
    for (int tries = 1;; tries++) {
        try_once(call);
        bool passing = call->code != CURLE_OK || call->http_status >= 500 || call->http_status == 429;
        if (!passing || tries == TRIES || call->answer.overflow) break;
        if (call->file >= 0 && call->size < 0 && call->to == 0 && ftruncate(call->file, 0) != 0) break;
        usleep((useconds_t)(PAUSE_MS * 1000 * (tries == 1 ? 1 : 4)));
    }
    curl_easy_cleanup(call->curl);
    if (call->code == CURLE_OK && call->http_status / 100 == 2) return STATUS_OK;
    struct str answer = buf_str(&call->answer);
    if (call->code != CURLE_OK)
        return error_set(error, call->arena, STATUS_UNAVAILABLE, "document.store", NULL, "S3 %s: %s",
                         call->method, curl_easy_strerror(call->code));
    bool missing = call->http_status == 404 && memmem(answer.data == NULL ? "" : answer.data, answer.length,
                                                      "NoSuchBucket", strlen("NoSuchBucket")) == NULL;
    return error_set(error, call->arena, missing ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE,
                     missing ? "document.lost" : "document.store", NULL, "S3 %s: status %ld: %.*s",
                     call->method, call->http_status, (int)(answer.length < 300 ? answer.length : 300),
                     answer.data == NULL ? "" : answer.data);
}

static struct call begin(void *context, struct arena *arena, const char *method, const char *path)
{
    static const char nothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    return (struct call){.settings = context,
                         .arena = arena,
                         .method = method,
                         .path = path,
                         .query = "",
                         .file = -1,
                         .size = -1,
                         .payload_hash = nothing,
                         .answer = BUF_WITH_MAXIMUM(ANSWER_MAXIMUM)};
}

static const char *path_of(struct arena *arena, const char *name)
{
    return arena_printf(arena, "/%s", name);
}

static bool hash_file(struct arena *arena, int file, const char **hex)
{
    char bytes[64 * 1024];
    struct hash_stream stream;
    hash_stream_start(&stream);
    ssize_t got;
    for (off_t at = 0; (got = pread(file, bytes, sizeof bytes, at)) > 0; at += got)
        hash_stream_add(&stream, str_make(bytes, (size_t)got));
    struct hash hash = hash_stream_finish(&stream);
    char *text = arena_alloc(arena, HASH_HEX_SIZE);
    hash_hex(&hash, text);
    *hex = text;
    return got == 0;
}

static enum status s3_put(void *context, struct arena *arena, const char *name, int file, struct error *error)
{
    struct call call = begin(context, arena, "PUT", path_of(arena, name));
    struct stat about;
    call.file = file;
    if (fstat(file, &about) != 0 || !hash_file(arena, file, &call.payload_hash))
        return error_set(error, arena, STATUS_UNAVAILABLE, "document.disk", NULL, "cannot read %s: %s", name,
                         strerror(errno));
    call.size = about.st_size;
    enum status status = perform(&call, error);
    buf_release(&call.answer);
    return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
}

/* Into `file`; to 0: the whole. */
static enum status fetch(void *context, struct arena *arena, const char *name, uint64_t from, uint64_t to,
                         int file, struct error *error)
{
    struct call call = begin(context, arena, "GET", path_of(arena, name));
    call.file = file;
    call.from = from;
    call.to = to;
    enum status status = perform(&call, error);
    buf_release(&call.answer);
    return status;
}

static enum status fetch_window(void *context, struct arena *arena, const char *name,
                                const struct document_window *window, int file, struct error *error)
{
    bool in_one = window->from <= window->head + NEAR;
    enum status status = STATUS_OK;
    if (!in_one) status = fetch(context, arena, name, 0, window->head, file, error);
    if (status == STATUS_OK)
        status = fetch(context, arena, name, in_one ? 0 : window->from, window->to, file, error);
    if (status == STATUS_OK && ftruncate(file, (off_t)window->size) != 0)
        status = error_set(error, arena, STATUS_UNAVAILABLE, "document.disk", NULL, "cannot write %s: %s",
                           name, strerror(errno));
    return status;
}

static enum status s3_open(void *context, struct arena *arena, const char *name,
                           const struct document_window *window, int *file, struct error *error)
{
    const struct s3_settings *settings = context;
    char *path = arena_printf(arena, "%s/reading-XXXXXX", settings->scratch_folder);
    (void)mkdir(settings->scratch_folder, 0700);
    int scratch = mkostemp(path, O_CLOEXEC);
    if (scratch < 0)
        return error_set(error, arena, STATUS_UNAVAILABLE, "document.disk", NULL, "cannot write %s: %s", path,
                         strerror(errno));
    (void)unlink(path);
    enum status status = window == NULL ? fetch(context, arena, name, 0, 0, scratch, error)
                                        : fetch_window(context, arena, name, window, scratch, error);
    if (status == STATUS_OK)
        *file = scratch;
    else
        close(scratch);
    return status;
}

static enum status s3_remove(void *context, struct arena *arena, const char *name, struct error *error)
{
    struct call call = begin(context, arena, "DELETE", path_of(arena, name));
    enum status status = perform(&call, error);
    buf_release(&call.answer);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- Listing (ListObjectsV2) */

static const char *child_text(const xmlNode *node, const char *name, struct arena *arena)
{
    const xmlNode *child = xml_child(node, NULL, name);
    return child == NULL ? "" : xml_text(child, arena);
}

/* "2017-03-14T02:00:00.000Z"; what is no such time counts as young. */
static instant parse_time(const char *text)
{
    struct tm parts = {0};
    if (strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) == NULL) return INT64_MAX;
    return timegm(&parts) * MICROSECONDS;
}

static const char *encode(struct arena *arena, const char *text)
{
    BUF_AUTO out = BUF_WITH_MAXIMUM(16 * 1024);
    for (const char *c = text; *c != '\0'; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("-_.~", *c) != NULL;
        buf_printf(&out, plain ? "%c" : "%%%02X", (unsigned char)*c);
    }
    struct str copy = buf_copy(&out, arena);
    return arena_strndup(arena, copy.data == NULL ? "" : copy.data, copy.length);
}

/* The bucket and, as a prefix of keys, what follows it in the address: "prefix/" or "". */
static struct s3_settings bucket_of(const struct s3_settings *settings, struct arena *arena,
                                    const char **prefix)
{
    struct s3_settings bucket = *settings;
    const char *host = strstr(settings->url, "://") + 3;
    const char *name = strchr(host, '/');
    const char *slash = name == NULL ? NULL : strchr(name + 1, '/');
    *prefix = slash == NULL ? "" : arena_printf(arena, "%s/", slash + 1);
    if (slash != NULL) bucket.url = arena_strndup(arena, settings->url, (size_t)(slash - settings->url));
    return bucket;
}

static enum status visit_page(const xmlNode *root, struct arena *arena, size_t prefix_length,
                              document_blob_visitor *visit, void *visiting, struct error *error)
{
    for (const xmlNode *node = xml_child(root, NULL, "Contents"); node != NULL;
         node = xml_next(node, NULL, "Contents")) {
        const char *key = child_text(node, "Key", arena);
        struct document_blob blob = {strlen(key) < prefix_length ? "" : key + prefix_length,
                                     strtoull(child_text(node, "Size", arena), NULL, 10),
                                     parse_time(child_text(node, "LastModified", arena))};
        if (!document_storage_name_valid(blob.name)) continue;
        enum status status = visit(visiting, &blob, error);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

static enum status s3_list(void *context, struct arena *arena, document_blob_visitor *visit, void *visiting,
                           struct error *error)
{
    const char *prefix;
    struct s3_settings bucket = bucket_of(context, arena, &prefix);
    const char *next = "";
    for (;;) {
        struct call call = begin(&bucket, arena, "GET", "");
        call.query = arena_printf(arena, "%s%s%slist-type=2&max-keys=%d&prefix=%s",
                                  next[0] == '\0' ? "" : "continuation-token=", encode(arena, next),
                                  next[0] == '\0' ? "" : "&", KEYS_A_PAGE, encode(arena, prefix));
        enum status status = perform(&call, error);
        xml_auto document = NULL;
        if (status == STATUS_OK)
            status = xml_parse(arena, buf_str(&call.answer), &(struct xml_limits){.size = ANSWER_MAXIMUM},
                               &document, error);
        buf_release(&call.answer);
        if (status != STATUS_OK) return status;
        const xmlNode *root = xmlDocGetRootElement(document);
        status = visit_page(root, arena, strlen(prefix), visit, visiting, error);
        if (status != STATUS_OK) return status;
        if (strcmp(child_text(root, "IsTruncated", arena), "true") != 0) return STATUS_OK;
        next = child_text(root, "NextContinuationToken", arena);
        if (next[0] == '\0')
            return error_set(error, arena, STATUS_UNAVAILABLE, "document.store", NULL,
                             "S3 list: a page without the token of the next");
    }
}

struct document_store s3_store_create(const struct s3_settings *settings)
{
    return (struct document_store){(void *)(uintptr_t)settings, s3_put, s3_open, s3_remove, s3_list};
}
