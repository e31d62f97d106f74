/* Static files in memory: read, fingerprinted, compressed and sorted once; afterwards read-only. */
#include "motcua/http/static_files.h"

#include <brotli/encode.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "internal.h"
#include "motcua/base/log.h"

enum { TOTAL_MAXIMUM = 64 * 1024 * 1024, FILES_MAXIMUM = 5000, DEPTH_MAXIMUM = 16, HASH_DIGITS = 16 };

struct static_file {
    const char *name; /* "css/main.css" */
    const char *url;  /* "/static/css/main.<hash>.css" */
    const char *etag;
    const char *content_type;
    struct str plain;
    struct str gzip; /* data NULL when it would not be smaller */
    struct str brotli;
};

/* What may stand behind "/static/". */
struct static_name {
    const char *path;
    const struct static_file *file;
    bool fingerprinted;
};

struct static_files {
    struct arena *arena;
    struct static_file *files;
    size_t count;
    size_t capacity;
    size_t total;
    struct static_name *names;
    size_t name_count;
};

static const char *content_type_of(const char *name)
{
    static const struct {
        const char *extension;
        const char *type;
    } types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".html", "text/html; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".xml", "application/xml"},
        {".webmanifest", "application/manifest+json"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".webp", "image/webp"},
        {".gif", "image/gif"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".ttf", "font/ttf"},
        {".pdf", "application/pdf"},
        {".wasm", "application/wasm"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends_with(str_of(name), str_of(types[i].extension))) return types[i].type;
    return "application/octet-stream";
}

static enum status read_file(struct static_files *files, int directory, const char *entry, const char *name,
                             struct arena *arena, struct error *error)
{
    int descriptor = openat(directory, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat info;
    if (descriptor < 0 || fstat(descriptor, &info) != 0) {
        if (descriptor >= 0) close(descriptor);
        return error_set(error, arena, STATUS_UNAVAILABLE, "static.read", NULL, "%s: %s", name,
                         strerror(errno));
    }
    size_t size = (size_t)info.st_size, got = 0;
    if (files->count == files->capacity || files->total + size > TOTAL_MAXIMUM) {
        close(descriptor);
        return error_set(error, arena, STATUS_TOO_LARGE, "static.size", NULL,
                         "%s: too many or too large files", name);
    }
    char *data = arena_alloc(files->arena, size + 1);
    while (got < size) {
        ssize_t count = read(descriptor, data + got, size - got);
        if (count <= 0) break;
        got += (size_t)count;
    }
    close(descriptor);
    if (got != size)
        return error_set(error, arena, STATUS_UNAVAILABLE, "static.read", NULL, "%s: cannot be read", name);
    data[size] = '\0';
    files->total += size;
    files->files[files->count++] = (struct static_file){.name = arena_strdup(files->arena, name),
                                                        .content_type = content_type_of(name),
                                                        .plain = str_make(data, size)};
    return STATUS_OK;
}

static enum status read_directory(struct static_files *files, int directory, const char *prefix,
                                  unsigned depth, struct arena *arena, struct error *error)
{
    DIR *stream = fdopendir(directory);
    enum status status = STATUS_OK;
    if (stream == NULL) {
        close(directory);
        return error_set(error, arena, STATUS_UNAVAILABLE, "static.read", NULL, "%s: %s", prefix,
                         strerror(errno));
    }
    for (struct dirent *entry; status == STATUS_OK && (entry = readdir(stream)) != NULL;) {
        struct stat info;
        if (entry->d_name[0] == '.' || fstatat(dirfd(stream), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const char *name =
            arena_printf(files->arena, "%s%s%s", prefix, prefix[0] != '\0' ? "/" : "", entry->d_name);
        if (S_ISREG(info.st_mode)) {
            status = read_file(files, dirfd(stream), entry->d_name, name, arena, error);
        } else if (S_ISDIR(info.st_mode) && depth < DEPTH_MAXIMUM) {
            int below = openat(dirfd(stream), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
            if (below >= 0) status = read_directory(files, below, name, depth + 1, arena, error);
        }
    }
    closedir(stream);
    return status;
}

/* Name, entity tag and URL by content. */
static void fingerprint(struct static_files *files, struct static_file *file)
{
    struct hash hash = hash_sha256(file->plain);
    char hex[HASH_HEX_SIZE];
    hash_hex(&hash, hex);
    hex[HASH_DIGITS] = '\0';
    const char *slash = strrchr(file->name, '/'), *dot = strrchr(file->name, '.');
    if (dot == NULL || (slash != NULL && dot < slash)) dot = file->name + strlen(file->name);
    file->url =
        arena_printf(files->arena, "/static/%.*s.%s%s", (int)(dot - file->name), file->name, hex, dot);
    file->etag = arena_printf(files->arena, "W/\"%s\"", hex);
}

static struct static_file *find_file(const struct static_files *files, struct str name)
{
    for (size_t i = 0; i < files->count; i++)
        if (str_equal_cstr(name, files->files[i].name)) return &files->files[i];
    return NULL;
}

/* "../img/a.svg" seen from "css/main.css" → "img/a.svg"; false when it leaves the folder. */
static bool resolve(struct arena *arena, const char *from, struct str target, struct str *name)
{
    const char *slash = strrchr(from, '/');
    struct str base = str_make(from, slash != NULL ? (size_t)(slash - from) : 0);
    while (target.length > 0) {
        if (str_starts_with(target, STR("./"))) {
            target = str_slice(target, 2, target.length);
        } else if (str_starts_with(target, STR("../"))) {
            if (base.length == 0) return false;
            while (base.length > 0 && base.data[base.length - 1] != '/')
                base.length--;
            base.length -= base.length > 0;
            target = str_slice(target, 3, target.length);
        } else {
            break;
        }
    }
    const char *joined =
        arena_printf(arena, "%.*s%s%.*s", STR_ARG(base), base.length > 0 ? "/" : "", STR_ARG(target));
    *name = str_of(joined);
    return target.length > 0;
}

/* Rewrites url(relative) to the fingerprinted address; leaves what it does not know. */
static void rewrite_css(struct static_files *files, struct static_file *css)
{
    struct buf out = BUF_WITH_MAXIMUM(css->plain.length * 4 + 1024);
    struct str rest = css->plain;
    for (ptrdiff_t at; (at = str_find(rest, STR("url("))) >= 0;) {
        size_t start = (size_t)at + 4;
        ptrdiff_t close = str_find_char(str_slice(rest, start, rest.length), ')');
        buf_append_str(&out, str_slice(rest, 0, start));
        rest = str_slice(rest, start, rest.length);
        if (close < 0) break;
        struct str inside = str_slice(rest, 0, (size_t)close), target = str_trim(inside), name,
                   suffix = STR_NULL;
        rest = str_slice(rest, (size_t)close, rest.length);
        char quote = target.length >= 2 ? target.data[0] : '\0';
        if ((quote == '"' || quote == '\'') && target.data[target.length - 1] == quote)
            target = str_slice(target, 1, target.length - 1);
        for (size_t i = 0; i < target.length; i++)
            if (target.data[i] == '#' || target.data[i] == '?') {
                suffix = str_slice(target, i, target.length);
                target = str_slice(target, 0, i);
            }
        const struct static_file *file = NULL;
        bool relative = target.length > 0 && target.data[0] != '/' && str_find_char(target, ':') < 0;
        if (relative && resolve(files->arena, css->name, target, &name)) file = find_file(files, name);
        if (file != NULL && file->url != NULL)
            buf_printf(&out, "\"%s%.*s\"", file->url, STR_ARG(suffix));
        else
            buf_append_str(&out, inside);
    }
    buf_append_str(&out, rest);
    if (!out.overflow) css->plain = buf_copy(&out, files->arena);
    buf_release(&out);
}

static struct str pack_gzip(struct arena *arena, struct str plain)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)plain.data, .avail_in = (uInt)plain.length};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) return STR_NULL;
    size_t size = deflateBound(&stream, (uLong)plain.length);
    char *data = malloc(size);
    struct str packed = STR_NULL;
    stream.next_out = (Bytef *)data;
    stream.avail_out = (uInt)size;
    if (data != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out < plain.length)
        packed = arena_str(arena, str_make(data, stream.total_out));
    deflateEnd(&stream);
    free(data);
    return packed;
}

static struct str pack_brotli(struct arena *arena, struct str plain)
{
    size_t size = BrotliEncoderMaxCompressedSize(plain.length);
    uint8_t *data = malloc(size > 0 ? size : 1);
    struct str packed = STR_NULL;
    int quality = plain.length > 256 * 1024 ? 9 : 11; /* large bundles: seconds at start matter more */
    if (data != NULL && size > 0 &&
        BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, plain.length,
                              (const uint8_t *)plain.data, &size, data) &&
        size < plain.length)
        packed = arena_str(arena, str_make((const char *)data, size));
    free(data);
    return packed;
}

static bool worth_packing(const struct static_file *file)
{
    struct str type = str_of(file->content_type);
    return file->plain.length >= 256 &&
           (str_starts_with(type, STR("text/")) || str_find(type, STR("json")) >= 0 ||
            str_find(type, STR("xml")) >= 0 || str_find(type, STR("wasm")) >= 0 ||
            str_equal_cstr(type, "font/ttf"));
}

static int compare_names(const void *a, const void *b)
{
    const struct static_name *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static void index_names(struct static_files *files)
{
    files->names = arena_array(files->arena, files->count * 2 + 1, sizeof *files->names);
    for (size_t i = 0; i < files->count; i++) {
        struct static_file *file = &files->files[i];
        if (worth_packing(file)) {
            file->gzip = pack_gzip(files->arena, file->plain);
            file->brotli = pack_brotli(files->arena, file->plain);
        }
        files->names[files->name_count++] = (struct static_name){file->name, file, false};
        files->names[files->name_count++] = (struct static_name){file->url + strlen("/static/"), file, true};
    }
    qsort(files->names, files->name_count, sizeof *files->names, compare_names);
}

static bool is_css(const struct static_file *file)
{
    return str_ends_with(str_of(file->name), STR(".css"));
}

enum status static_files_load(const char *directory, struct static_files **result, struct arena *arena,
                              struct error *error)
{
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, arena, STATUS_UNAVAILABLE, "static.read", NULL, "%s: %s", directory,
                         strerror(errno));
    struct arena *own = arena_create((size_t)TOTAL_MAXIMUM * 4);
    struct static_files *files = arena_zalloc(own, sizeof *files);
    files->arena = own;
    files->capacity = FILES_MAXIMUM;
    files->files = arena_array(own, FILES_MAXIMUM, sizeof *files->files);
    enum status status = read_directory(files, descriptor, "", 0, arena, error);
    if (status != STATUS_OK) {
        arena_destroy(own);
        return status;
    }
    for (size_t i = 0; i < files->count; i++)
        if (!is_css(&files->files[i])) fingerprint(files, &files->files[i]);
    for (size_t i = 0; i < files->count; i++)
        if (is_css(&files->files[i])) {
            rewrite_css(files, &files->files[i]);
            fingerprint(files, &files->files[i]);
        }
    index_names(files);
    *result = files;
    return STATUS_OK;
}

void static_files_destroy(struct static_files *files)
{
    if (files != NULL) arena_destroy(files->arena);
}

static const struct static_name *find_name(const struct static_files *files, const char *path)
{
    struct static_name wanted = {.path = path};
    return bsearch(&wanted, files->names, files->name_count, sizeof *files->names, compare_names);
}

const char *static_files_url(const struct static_files *files, const char *name)
{
    const struct static_name *found = find_name(files, name);
    return found != NULL ? found->file->url : NULL;
}

bool static_files_serve(struct request *request)
{
    struct str path = str_slice(request->path, strlen("/static/"), request->path.length);
    const char *text = arena_strndup(request->arena, path.data, path.length);
    const struct static_name *found = find_name(request->server->files, text);
    if (found == NULL) return false;
    const struct static_file *file = found->file;
    struct str accepted = head_field(request->head, "Accept-Encoding");
    if (file->brotli.data != NULL && accepts_encoding(accepted, "br"))
        response_static(request, file->content_type, file->brotli, "br", file->etag, found->fingerprinted);
    else if (file->gzip.data != NULL && accepts_encoding(accepted, "gzip"))
        response_static(request, file->content_type, file->gzip, "gzip", file->etag, found->fingerprinted);
    else
        response_static(request, file->content_type, file->plain, NULL, file->etag, found->fingerprinted);
    return true;
}
