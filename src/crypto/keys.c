/* The master key's file, wrapped keys, sealed values: all XChaCha20-Poly1305 with the context as associated
 * data. */
#include "motcua/crypto/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FORMAT = 1,
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    OVERHEAD = 1 + NONCE_SIZE + TAG_SIZE,
    FILE_TEXT_SIZE = SECRET_KEY_SIZE * 2 + 1
};

_Static_assert(WRAPPED_KEY_SIZE == OVERHEAD + SECRET_KEY_SIZE, "as documented");

static const unsigned char *bytes_of(struct str text)
{
    return (const unsigned char *)(text.data == NULL ? "" : text.data);
}

/* out: OVERHEAD + plain.length bytes: format, nonce, ciphertext with tag. */
static void encrypt(const struct secret_key *key, struct str context, struct str plain, unsigned char *out)
{
    out[0] = FORMAT;
    randombytes_buf(out + 1, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + NONCE_SIZE, NULL, bytes_of(plain), plain.length,
                                               bytes_of(context), context.length, NULL, out + 1, key->bytes);
}

/* out: sealed.length - OVERHEAD bytes. */
static enum status decrypt(const struct secret_key *key, struct str context, struct str sealed,
                           unsigned char *out)
{
    if (sealed.length < OVERHEAD || sealed.data[0] != FORMAT) return STATUS_DENIED;
    const unsigned char *bytes = bytes_of(sealed);
    int result = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, bytes + 1 + NONCE_SIZE,
                                                            sealed.length - 1 - NONCE_SIZE, bytes_of(context),
                                                            context.length, bytes + 1, key->bytes);
    return result == 0 ? STATUS_OK : STATUS_DENIED;
}

void keys_wrap(const struct secret_key *wrapping, struct str context, const struct secret_key *key,
               struct wrapped_key *wrapped)
{
    encrypt(wrapping, context, str_make((const char *)key->bytes, SECRET_KEY_SIZE), wrapped->bytes);
}

enum status keys_unwrap(const struct secret_key *wrapping, struct str context, struct str wrapped,
                        struct secret_key *key)
{
    if (wrapped.length != WRAPPED_KEY_SIZE) return STATUS_DENIED;
    SECRET_KEY_AUTO plain;
    enum status status = decrypt(wrapping, context, wrapped, plain.bytes);
    if (status == STATUS_OK) *key = plain;
    return status;
}

void keys_derive(const struct secret_key *key, const char purpose[static 8], uint64_t number,
                 struct secret_key *derived)
{
    _Static_assert(crypto_kdf_CONTEXTBYTES == 8 && crypto_kdf_KEYBYTES == SECRET_KEY_SIZE,
                   "sizes of the kdf");
    crypto_kdf_derive_from_key(derived->bytes, SECRET_KEY_SIZE, number, purpose, key->bytes);
}

struct str seal(struct arena *arena, const struct secret_key *key, struct str context, struct str plain)
{
    unsigned char *out = arena_alloc(arena, plain.length + OVERHEAD);
    encrypt(key, context, plain, out);
    return str_make((const char *)out, plain.length + OVERHEAD);
}

enum status unseal(struct arena *arena, const struct secret_key *key, struct str context, struct str sealed,
                   struct str *plain)
{
    if (sealed.length < OVERHEAD) return STATUS_DENIED;
    unsigned char *out = arena_alloc(arena, sealed.length - OVERHEAD + 1);
    enum status status = decrypt(key, context, sealed, out);
    if (status != STATUS_OK) return status;
    out[sealed.length - OVERHEAD] = '\0';
    *plain = str_make((const char *)out, sealed.length - OVERHEAD);
    return STATUS_OK;
}

static enum status refuse(struct arena *arena, struct error *error, enum status status, const char *code,
                          const char *path, const char *why)
{
    return error_set(error, arena, status, code, NULL, "master key file %s: %s", path, why);
}

/* A name in a folder lasts only once the folder itself is on disk. */
static bool sync_folder_of(const char *path, struct arena *arena)
{
    char *folder = arena_strdup(arena, path), *slash = strrchr(folder, '/');
    if (slash != NULL) slash[slash == folder ? 1 : 0] = '\0';
    int descriptor = open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) close(descriptor);
    return done;
}

/* Whole or not at all: written beside, then linked to its name, which fails when somebody was faster. */
static bool create_file(const char *path, struct arena *arena)
{
    SECRET_KEY_AUTO key;
    secret_key_random(&key);
    char text[FILE_TEXT_SIZE + 1];
    sodium_bin2hex(text, sizeof text, key.bytes, SECRET_KEY_SIZE);
    text[FILE_TEXT_SIZE - 1] = '\n';
    const char *temporary = arena_printf(arena, "%s.%d", path, (int)getpid());
    (void)unlink(temporary);
    int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool done = file >= 0 && write(file, text, FILE_TEXT_SIZE) == FILE_TEXT_SIZE && fsync(file) == 0;
    int reason = errno;
    sodium_memzero(text, sizeof text);
    if (file >= 0) close(file);
    if (done && link(temporary, path) != 0 && errno != EEXIST) {
        done = false;
        reason = errno;
    }
    (void)unlink(temporary);
    errno = reason;
    return done && sync_folder_of(path, arena);
}

static enum status parse_file(int file, const char *path, struct secret_key *master, struct arena *arena,
                              struct error *error)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
        return refuse(arena, error, STATUS_UNAVAILABLE, "keys.unreadable", path, "not a file");
    if ((about.st_mode & 077) != 0)
        return refuse(arena, error, STATUS_DENIED, "keys.exposed", path,
                      "others may read it; chmod 600 it, and think about whether somebody has");
    char text[FILE_TEXT_SIZE + 2];
    ssize_t length = read(file, text, sizeof text);
    size_t decoded = 0;
    bool right =
        (length == FILE_TEXT_SIZE && text[FILE_TEXT_SIZE - 1] == '\n') || length == FILE_TEXT_SIZE - 1;
    SECRET_KEY_AUTO key;
    right =
        right &&
        sodium_hex2bin(key.bytes, SECRET_KEY_SIZE, text, SECRET_KEY_SIZE * 2, NULL, &decoded, NULL) == 0 &&
        decoded == SECRET_KEY_SIZE;
    sodium_memzero(text, sizeof text);
    if (!right)
        return refuse(arena, error, STATUS_INVALID, "keys.malformed", path, "expected 64 hexadecimal digits");
    *master = key;
    return STATUS_OK;
}

enum status keys_load_master(const char *path, bool create, struct secret_key *master, struct arena *arena,
                             struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT && create) {
        if (!create_file(path, arena))
            return refuse(arena, error, STATUS_UNAVAILABLE, "keys.unwritable", path, strerror(errno));
        file = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (file < 0)
        return refuse(arena, error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE,
                      "keys.unreadable", path, strerror(errno));
    enum status status = parse_file(file, path, master, arena, error);
    close(file);
    return status;
}

/* Whoever rotates may be another account than the one that serves and must read it. */
static bool give_to_owner_of(const char *path, const char *next)
{
    struct stat wanted, given;
    if (stat(path, &wanted) != 0) return errno == ENOENT;
    return stat(next, &given) == 0 && ((wanted.st_uid == given.st_uid && wanted.st_gid == given.st_gid) ||
                                       chown(next, wanted.st_uid, wanted.st_gid) == 0);
}

enum status keys_prepare_next(const char *path, const char *next, struct secret_key *master,
                              struct arena *arena, struct error *error)
{
    enum status status = keys_load_master(next, true, master, arena, error);
    if (status != STATUS_OK || give_to_owner_of(path, next)) return status;
    return refuse(arena, error, STATUS_UNAVAILABLE, "keys.unwritable", next, strerror(errno));
}

enum status keys_put_next(const char *path, const char *next, const char *kept, struct arena *arena,
                          struct error *error)
{
    if (link(path, kept) != 0 && errno != EEXIST && errno != ENOENT)
        return refuse(arena, error, STATUS_UNAVAILABLE, "keys.unwritable", kept, strerror(errno));
    if (rename(next, path) != 0 || !sync_folder_of(path, arena))
        return refuse(arena, error, STATUS_UNAVAILABLE, "keys.unwritable", path, strerror(errno));
    return STATUS_OK;
}
