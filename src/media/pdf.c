/*
 * PDF by libqpdf: read as a whole, walked from the trailer through every object that can be reached, and
 * written anew when something had to go, was damaged, or stood before or behind it. A file without any of
 * these stays as it is to the last byte, so that a digital signature in it goes on to hold.
 *
 * What goes: actions that run something, send something or open another file (ISO 32000-1, 12.6.4), links to
 * anything but pages, addresses for mail and telephone numbers, whatever happens by itself (additional
 * actions, an opening action that is more than a place in the document), scripts, embedded files, contents
 * that lie in another file, forms in XFA, films and sounds.
 */
#include "media_private.h"

enum { OBJECTS_MAXIMUM = 4 * 1000 * 1000, PAGES_MAXIMUM = 2000, STACK_BYTES = 64 * 1024 * 1024 };

struct walk {
    qpdf_data pdf;
    struct buf stack;    /* of qpdf_oh */
    unsigned char *seen; /* a bit an object number */
    size_t removed;
    bool overflow;
};

static const char *const removed_keys[] = {
    "/AA",  "/JavaScript", "/JS",  "/EmbeddedFiles",    "/EF",
    "/XFA", "/Collection", "/3DD", "/RichMediaContent", "/RichMediaSettings",
};
static const char *const removed_actions[] = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData",       "/GoToR", "/GoToE", "/Rendition",
    "/Movie",      "/Sound",  "/GoTo3DView", "/RichMediaExecute",
};
static const char *const removed_annotations[] = {"/FileAttachment", "/RichMedia", "/Screen",
                                                  "/Movie",          "/Sound",     "/3D"};

static const char *const outside_keys[] = {"/F", "/FFilter", "/FDecodeParms"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* The value under `key` is one of these names. */
static bool names_one_of(struct walk *walk, qpdf_oh dictionary, const char *key, const char *const *names,
                         size_t count)
{
    qpdf_oh value = qpdf_oh_get_key(walk->pdf, dictionary, key);
    bool found = false;
    for (size_t i = 0; i < count && !found; i++)
        found = qpdf_oh_is_name_and_equals(walk->pdf, value, names[i]);
    qpdf_oh_release(walk->pdf, value);
    return found;
}

/* A link may lead to a page of the web, start a letter or a call, and do nothing else. */
static bool leads_astray(struct walk *walk, qpdf_oh dictionary)
{
    static const char *const link[] = {"/URI"};
    if (!names_one_of(walk, dictionary, "/S", link, COUNT(link))) return false;
    qpdf_oh value = qpdf_oh_get_key(walk->pdf, dictionary, "/URI");
    size_t length = 0;
    bool good = false;
    if (qpdf_oh_is_string(walk->pdf, value)) {
        const char *bytes = qpdf_oh_get_binary_string_value(walk->pdf, value, &length);
        good = address_is_harmless(str_make(bytes, length));
    }
    qpdf_oh_release(walk->pdf, value);
    return !good;
}

/* What is under `key` lies in another file (which a thread of articles and a form XObject may name). */
static bool is_elsewhere(struct walk *walk, qpdf_oh dictionary, const char *key)
{
    qpdf_oh value = qpdf_oh_get_key(walk->pdf, dictionary, key);
    bool found = qpdf_oh_is_dictionary(walk->pdf, value) && qpdf_oh_has_key(walk->pdf, value, "/F");
    qpdf_oh_release(walk->pdf, value);
    return found;
}

static bool is_thread_elsewhere(struct walk *walk, qpdf_oh dictionary)
{
    static const char *const thread[] = {"/Thread"};
    return names_one_of(walk, dictionary, "/S", thread, COUNT(thread)) &&
           qpdf_oh_has_key(walk->pdf, dictionary, "/F");
}

static void push(struct walk *walk, qpdf_oh object)
{
    buf_append(&walk->stack, &object, sizeof object);
    walk->overflow |= walk->stack.overflow;
}

static bool pop(struct walk *walk, qpdf_oh *object)
{
    if (walk->stack.length < sizeof *object) return false;
    walk->stack.length -= sizeof *object;
    memcpy(object, walk->stack.data + walk->stack.length, sizeof *object);
    return true;
}

/* An indirect object is visited once. */
static bool is_new(struct walk *walk, qpdf_oh object)
{
    if (!qpdf_oh_is_indirect(walk->pdf, object)) return true;
    int number = qpdf_oh_get_object_id(walk->pdf, object);
    if (number < 0 || number >= OBJECTS_MAXIMUM) {
        walk->overflow = true;
        return false;
    }
    unsigned char bit = (unsigned char)(1U << (number & 7));
    bool seen = (walk->seen[number >> 3] & bit) != 0;
    walk->seen[number >> 3] |= bit;
    return !seen;
}

/* Takes everything out of a dictionary; an action without a type is none. */
static void empty(struct walk *walk, qpdf_oh dictionary)
{
    for (;;) {
        qpdf_oh_begin_dict_key_iter(walk->pdf, dictionary);
        if (!qpdf_oh_dict_more_keys(walk->pdf)) return;
        qpdf_oh_remove_key(walk->pdf, dictionary, qpdf_oh_dict_next_key(walk->pdf));
    }
}

static bool opens_by_itself(struct walk *walk, qpdf_oh dictionary)
{
    static const char *const places[] = {"/GoTo"};
    qpdf_oh action = qpdf_oh_get_key(walk->pdf, dictionary, "/OpenAction");
    bool found =
        qpdf_oh_is_dictionary(walk->pdf, action) && !names_one_of(walk, action, "/S", places, COUNT(places));
    qpdf_oh_release(walk->pdf, action);
    return found;
}

static void remove_key(struct walk *walk, qpdf_oh dictionary, const char *key)
{
    qpdf_oh_remove_key(walk->pdf, dictionary, key);
    walk->removed++;
}

static void clean(struct walk *walk, qpdf_oh dictionary)
{
    if (names_one_of(walk, dictionary, "/S", removed_actions, COUNT(removed_actions)) ||
        leads_astray(walk, dictionary) || is_thread_elsewhere(walk, dictionary)) {
        empty(walk, dictionary);
        walk->removed++;
        return;
    }
    for (size_t i = 0; i < COUNT(removed_keys); i++)
        if (qpdf_oh_has_key(walk->pdf, dictionary, removed_keys[i]))
            remove_key(walk, dictionary, removed_keys[i]);
    if (opens_by_itself(walk, dictionary)) remove_key(walk, dictionary, "/OpenAction");
    if (is_elsewhere(walk, dictionary, "/Ref")) remove_key(walk, dictionary, "/Ref");
    if (names_one_of(walk, dictionary, "/Subtype", removed_annotations, COUNT(removed_annotations))) {
        static const char *const carried[] = {"/FS", "/Movie", "/Sound", "/A", "/MK"};
        for (size_t i = 0; i < COUNT(carried); i++)
            if (qpdf_oh_has_key(walk->pdf, dictionary, carried[i])) remove_key(walk, dictionary, carried[i]);
    }
}

static void push_values(struct walk *walk, qpdf_oh dictionary)
{
    qpdf_oh_begin_dict_key_iter(walk->pdf, dictionary);
    while (qpdf_oh_dict_more_keys(walk->pdf))
        push(walk, qpdf_oh_get_key(walk->pdf, dictionary, qpdf_oh_dict_next_key(walk->pdf)));
}

static void visit(struct walk *walk, qpdf_oh object)
{
    if (!is_new(walk, object)) return;
    if (qpdf_oh_is_array(walk->pdf, object)) {
        int count = qpdf_oh_get_array_n_items(walk->pdf, object);
        for (int i = 0; i < count && !walk->overflow; i++)
            push(walk, qpdf_oh_get_array_item(walk->pdf, object, i));
    } else if (qpdf_oh_is_stream(walk->pdf, object)) {
        qpdf_oh dictionary = qpdf_oh_get_dict(walk->pdf, object);
        clean(walk, dictionary);
        for (size_t i = 0; i < COUNT(outside_keys); i++) /* the data of the stream, in another file */
            if (qpdf_oh_has_key(walk->pdf, dictionary, outside_keys[i]))
                remove_key(walk, dictionary, outside_keys[i]);
        push_values(walk, dictionary);
        qpdf_oh_release(walk->pdf, dictionary);
    } else if (qpdf_oh_is_dictionary(walk->pdf, object)) {
        clean(walk, object);
        push_values(walk, object);
    }
}

static void walk_all(struct walk *walk)
{
    qpdf_oh object;
    push(walk, qpdf_get_trailer(walk->pdf));
    while (!walk->overflow && pop(walk, &object)) {
        visit(walk, object);
        qpdf_oh_release(walk->pdf, object);
    }
    if (walk->stack.overflow) walk->overflow = true;
}

bool pdf_write(qpdf_data pdf, struct buf *out)
{
    if ((qpdf_init_write_memory(pdf) & (QPDF_ERRORS)) != 0) return false;
    qpdf_set_preserve_encryption(pdf, QPDF_FALSE);
    qpdf_set_object_stream_mode(pdf, qpdf_o_generate);
    qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
    if ((qpdf_write(pdf) & (QPDF_ERRORS)) != 0) return false;
    buf_append(out, qpdf_get_buffer(pdf), qpdf_get_buffer_length(pdf));
    return !out->overflow;
}

static enum media_problem read_problem(qpdf_data pdf)
{
    qpdf_error error = qpdf_get_error(pdf);
    if (error != NULL && qpdf_get_error_code(pdf, error) == qpdf_e_password) return MEDIA_ENCRYPTED;
    return MEDIA_BROKEN;
}

static struct str last_part(struct str bytes, struct str mark)
{
    for (size_t at = bytes.length + 1; at-- > 0;)
        if (str_starts_with(str_slice(bytes, at, bytes.length), mark))
            return str_slice(bytes, at + mark.length, bytes.length);
    return str_make(NULL, 0);
}

/* Something before the PDF or behind it, which another program would take the file for: a page of HTML, an
 * archive (whose list may stand well before the end). */
static bool has_company(struct str bytes)
{
    enum { ARCHIVE_LIST = 65557 }; /* how far from the end it may begin */
    if (!str_starts_with(bytes, STR("%PDF-"))) return true;
    size_t far = bytes.length > ARCHIVE_LIST ? bytes.length - ARCHIVE_LIST : 0;
    if (str_find(str_slice(bytes, far, bytes.length), STR("PK\5\6")) >= 0) return true;
    struct str rest = last_part(bytes, STR("%%EOF"));
    for (size_t i = 0; i < rest.length; i++)
        if (strchr("\t\n\f\r ", rest.data[i]) == NULL) return true; /* it also finds '\0' */
    return rest.data == NULL;
}

static void inspect(struct walk *walk, struct str bytes, struct buf *out, struct media_report *report)
{
    qpdf_data pdf = walk->pdf;
    if ((qpdf_read_memory(pdf, "paper", bytes.data, bytes.length, "") & (QPDF_ERRORS)) != 0) {
        report->problem = read_problem(pdf);
        return;
    }
    report->pages = qpdf_get_num_pages(pdf);
    if (qpdf_has_error(pdf) || report->pages <= 0) return;
    if (report->pages > PAGES_MAXIMUM) {
        report->problem = MEDIA_TOO_LARGE;
        return;
    }
    walk_all(walk);
    if (walk->overflow || qpdf_has_error(pdf)) {
        report->problem = walk->overflow ? MEDIA_TOO_LARGE : MEDIA_BROKEN;
        return;
    }
    if (walk->removed > 0) report->remarks |= MEDIA_ACTIVE;
    if (qpdf_more_warnings(pdf) || qpdf_is_encrypted(pdf) || has_company(bytes))
        report->remarks |= MEDIA_REPAIRED;
    report->changed = report->remarks != 0;
    report->problem = !report->changed || pdf_write(pdf, out) ? MEDIA_GOOD : MEDIA_BROKEN;
    if (report->problem != MEDIA_GOOD) report->changed = false;
}

void pdf_inspect(struct str bytes, struct arena *arena, struct buf *out, struct media_report *report)
{
    struct walk walk = {.pdf = qpdf_init(), .stack = BUF_WITH_MAXIMUM(STACK_BYTES)};
    walk.seen = arena_zalloc(arena, OBJECTS_MAXIMUM / 8);
    qpdf_silence_errors(walk.pdf);
    qpdf_set_suppress_warnings(walk.pdf, QPDF_TRUE);
    inspect(&walk, bytes, out, report);
    buf_release(&walk.stack);
    qpdf_cleanup(&walk.pdf);
}
