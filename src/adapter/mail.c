/* Composing an RFC 5322 message and sending it by SMTP (libcurl), or writing it to a folder. */
#include "motcua/adapter/mail.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "motcua/base/buf.h"
#include "motcua/crypto/token.h"

enum { MESSAGE_MAXIMUM = 1024 * 1024, LINE = 76, WORD_BYTES = 45, SECONDS = 30, PATH_BYTES = 4096 };

/* RFC 2047: encoded words of at most 75 characters, never splitting a UTF-8 sequence. */
static void append_header_text(struct buf *out, struct arena *arena, struct str text)
{
    bool plain = true;
    for (size_t i = 0; i < text.length; i++)
        plain &= text.data[i] >= 0x20 && text.data[i] < 0x7F;
    if (plain && text.length < 70) {
        buf_append_str(out, text);
        return;
    }
    for (size_t at = 0; at < text.length;) {
        size_t end = at + WORD_BYTES < text.length ? at + WORD_BYTES : text.length;
        while (end > at && end < text.length && ((unsigned char)text.data[end] & 0xC0) == 0x80)
            end--;
        if (end == at) end = text.length;
        buf_printf(out, "%s=?UTF-8?B?%s?=", at == 0 ? "" : "\r\n ",
                   base64_encode(arena, str_slice(text, at, end)));
        at = end;
    }
}

/* "Name <address>": the name encoded, the address as it is. */
static void append_sender(struct buf *out, struct arena *arena, const char *from)
{
    const char *open = strrchr(from, '<');
    if (open == NULL || open == from) {
        buf_append_cstr(out, from);
        return;
    }
    append_header_text(out, arena, str_trim(str_make(from, (size_t)(open - from))));
    buf_printf(out, " %s", open);
}

static const char *bare_address(struct arena *arena, const char *from)
{
    const char *open = strrchr(from, '<');
    const char *close_sign = open == NULL ? NULL : strchr(open, '>');
    return close_sign == NULL ? from : arena_strndup(arena, open + 1, (size_t)(close_sign - open - 1));
}

static void append_date(struct buf *out, instant when)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t local = (time_t)(when / MICROSECONDS) + 7 * 3600;
    struct tm parts;
    gmtime_r(&local, &parts);
    buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0700\r\n", days[parts.tm_wday], parts.tm_mday,
               months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/* Nothing that could end a header line early: addresses come from people. */
static bool address_safe(const char *address)
{
    for (const char *c = address; *c != '\0'; c++)
        if ((unsigned char)*c <= 0x20 || *c == 0x7F || *c == '<' || *c == '>' || *c == ',') return false;
    return address[0] != '\0' && strchr(address, '@') != NULL;
}

static void compose(const struct mail_settings *settings, const struct mail *mail, struct arena *arena,
                    struct buf *out)
{
    buf_append_cstr(out, "From: ");
    append_sender(out, arena, settings->from);
    buf_printf(out, "\r\nTo: <%s>\r\nSubject: ", mail->to);
    append_header_text(out, arena, str_of(mail->subject));
    buf_append_cstr(out, "\r\n");
    append_date(out, mail->date);
    buf_printf(out,
               "Message-ID: <%s>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
               "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n",
               mail->message_id);
    struct str body = str_of(base64_encode(arena, str_of(mail->text)));
    for (size_t at = 0; at < body.length; at += LINE) {
        buf_append_str(out, str_slice(body, at, at + LINE));
        buf_append_cstr(out, "\r\n");
    }
}

struct upload {
    struct str rest;
};

static size_t read_message(char *into, size_t size, size_t count, void *context)
{
    struct upload *upload = context;
    size_t length = size * count < upload->rest.length ? size * count : upload->rest.length;
    memcpy(into, upload->rest.data, length);
    upload->rest = str_slice(upload->rest, length, upload->rest.length);
    return length;
}

static enum status send_smtp(const struct mail_settings *settings, const struct mail *mail,
                             struct str message, struct arena *arena, struct error *error)
{
    CURL *curl = curl_easy_init();
    if (curl == NULL) return STATUS_UNAVAILABLE;
    struct upload upload = {message};
    struct curl_slist *receivers = curl_slist_append(NULL, arena_printf(arena, "<%s>", mail->to));
    curl_easy_setopt(curl, CURLOPT_URL, settings->url);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM,
                     arena_printf(arena, "<%s>", bare_address(arena, settings->from)));
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, receivers);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
    curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SECONDS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    if (settings->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password);
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL); /* never a password in the clear */
    }
    CURLcode code = curl_easy_perform(curl);
    long answer = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    curl_slist_free_all(receivers);
    curl_easy_cleanup(curl);
    if (code == CURLE_OK) return STATUS_OK;
    bool for_ever = answer >= 500 && answer < 600 && answer != 535 && answer != 530;
    return error_set(error, arena, for_ever ? STATUS_INVALID : STATUS_UNAVAILABLE, "mail.smtp", NULL,
                     "%s (answer %ld)", curl_easy_strerror(code), answer);
}

/* <date>-<id>.eml, complete or not there: written under another name first. */
static enum status write_folder(const struct mail_settings *settings, const struct mail *mail,
                                struct str message, struct arena *arena, struct error *error)
{
    if (mkdir(settings->folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, arena, STATUS_UNAVAILABLE, "mail.folder", NULL, "cannot make %s",
                         settings->folder);
    char id[PATH_BYTES / 2];
    snprintf(id, sizeof id, "%s", mail->message_id);
    for (char *c = id; *c != '\0'; c++)
        if (*c == '/' || *c == '@') *c = '-';
    const char *path = arena_printf(arena, "%s/%s.eml", settings->folder, id);
    const char *draft = arena_printf(arena, "%s.part", path);
    int file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = file >= 0;
    for (size_t at = 0; good && at < message.length;) {
        ssize_t written = write(file, message.data + at, message.length - at);
        good = written > 0;
        at += good ? (size_t)written : 0;
    }
    if (file >= 0) good &= close(file) == 0;
    if (!good || rename(draft, path) != 0)
        return error_set(error, arena, STATUS_UNAVAILABLE, "mail.folder", NULL, "cannot write %s", path);
    return STATUS_OK;
}

static enum status send_mail(void *context, const struct mail *mail, struct arena *arena, struct error *error)
{
    const struct mail_settings *settings = context;
    if (!address_safe(mail->to))
        return error_set(error, arena, STATUS_INVALID, "mail.address", NULL,
                         "the receiver's address cannot be used");
    BUF_AUTO message = BUF_WITH_MAXIMUM(MESSAGE_MAXIMUM);
    compose(settings, mail, arena, &message);
    if (message.overflow)
        return error_set(error, arena, STATUS_INVALID, "mail.size", NULL, "the mail is too large");
    if (settings->url != NULL) return send_smtp(settings, mail, buf_str(&message), arena, error);
    return write_folder(settings, mail, buf_str(&message), arena, error);
}

struct mail_port mail_port_create(const struct mail_settings *settings)
{
    return (struct mail_port){(void *)(uintptr_t)settings, send_mail};
}
