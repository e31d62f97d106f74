/* The papers of a dossier behind its print-out, as one PDF: pages are copied by libqpdf, pictures become
 * pages. */
#include "media_private.h"

struct bundle {
    qpdf_data all;
    qpdf_data papers[MEDIA_BUNDLE_MAXIMUM]; /* their streams are read only when all is written */
    struct buf pictures[MEDIA_BUNDLE_MAXIMUM];
    unsigned count;
    int pages;
};

static qpdf_data open_pdf(struct str bytes)
{
    qpdf_data pdf = qpdf_init();
    qpdf_silence_errors(pdf);
    qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
    if ((qpdf_read_memory(pdf, "paper", bytes.data, bytes.length, "") & (QPDF_ERRORS)) == 0) return pdf;
    qpdf_cleanup(&pdf);
    return NULL;
}

static bool copy_pages(struct bundle *bundle, qpdf_data paper)
{
    int count = qpdf_get_num_pages(paper);
    if (qpdf_has_error(paper) || count <= 0 || bundle->pages + count > MEDIA_BUNDLE_PAGES ||
        (qpdf_push_inherited_attributes_to_page(paper) & (QPDF_ERRORS)) != 0)
        return false;
    for (int i = 0; i < count; i++) {
        qpdf_oh page = qpdf_get_page_n(paper, (size_t)i);
        if (qpdf_has_error(paper) ||
            (qpdf_add_page(bundle->all, paper, page, QPDF_FALSE) & (QPDF_ERRORS)) != 0)
            return false;
    }
    bundle->pages += count;
    return true;
}

/* `row`: the line and the bytes of one paper. */
static bool add_paper(struct bundle *bundle, enum media_kind kind, struct str row, struct str bytes,
                      struct arena *arena, size_t maximum)
{
    unsigned place = bundle->count++;
    if (kind != MEDIA_PDF) {
        struct media_report report = {.problem = MEDIA_BROKEN};
        bundle->pictures[place] = (struct buf)BUF_WITH_MAXIMUM(maximum);
        pictures_to_pdf(row, arena, &bundle->pictures[place], &report);
        if (report.problem != MEDIA_GOOD) return false;
        bytes = buf_str(&bundle->pictures[place]);
    }
    bundle->papers[place] = open_pdf(bytes);
    return bundle->papers[place] != NULL && copy_pages(bundle, bundle->papers[place]);
}

static enum media_problem add_all(struct bundle *bundle, struct str rest, struct arena *arena, size_t maximum,
                                  unsigned *left_out)
{
    while (rest.length > 0) {
        enum media_kind kind;
        struct str row = rest, bytes;
        if (!row_take(&rest, &kind, &bytes)) return MEDIA_BROKEN;
        if (bundle->count == MEDIA_BUNDLE_MAXIMUM) return MEDIA_TOO_LARGE;
        row = str_slice(row, 0, row.length - rest.length);
        unsigned bit = 1U << bundle->count;
        if (!add_paper(bundle, kind, row, bytes, arena, maximum)) *left_out |= bit;
    }
    return MEDIA_GOOD;
}

void papers_to_pdf(struct str bytes, struct arena *arena, struct buf *out, struct media_report *report)
{
    struct bundle bundle = {.all = NULL};
    enum media_kind kind;
    struct str first;
    report->problem = MEDIA_BROKEN;
    if (row_take(&bytes, &kind, &first) && kind == MEDIA_PDF) bundle.all = open_pdf(first);
    if (bundle.all != NULL) {
        bundle.pages = qpdf_get_num_pages(bundle.all);
        report->problem = add_all(&bundle, bytes, arena, out->maximum, &report->remarks);
    }
    if (report->problem == MEDIA_GOOD && report->remarks == 0) {
        report->changed = pdf_write(bundle.all, out);
        if (!report->changed) report->problem = MEDIA_TOO_LARGE;
    }
    report->pages = bundle.pages;
    if (bundle.all != NULL) qpdf_cleanup(&bundle.all);
    for (unsigned i = 0; i < bundle.count; i++) {
        if (bundle.papers[i] != NULL) qpdf_cleanup(&bundle.papers[i]);
        buf_release(&bundle.pictures[i]);
    }
}
