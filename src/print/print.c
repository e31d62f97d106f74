/* From markup to PDF: reads the document's set-up, lays out, draws, and releases everything. */
#include "motcua/print/print.h"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <time.h>

#include "layout.h"
#include "motcua/codec/xml.h"

enum status markup_error(struct builder *builder, const xmlNode *node, const char *reason_format, ...)
{
    va_list arguments;
    va_start(arguments, reason_format);
    const char *reason = arena_vprintf(builder->error_arena, reason_format, arguments);
    va_end(arguments);
    return error_set(builder->error, builder->error_arena, STATUS_INVALID, "print.markup", NULL,
                     "line %ld: %s", xml_line(node), reason);
}

enum status too_large(struct builder *builder, const char *what)
{
    return error_set(builder->error, builder->error_arena, STATUS_TOO_LARGE, "print.too_large",
                     N_("Tài liệu quá dài, không in được."), "%s is beyond the limit", what);
}

static enum status failed(struct builder *builder, const char *detail)
{
    return error_set(builder->error, builder->error_arena, STATUS_UNAVAILABLE, "print.failed",
                     N_("Chưa tạo được tệp PDF. Vui lòng thử lại sau."), "%s", detail);
}

void builder_own(struct builder *builder, void *object, void (*release)(void *))
{
    struct handle *handle = arena_zalloc(builder->arena, sizeof *handle);
    *handle = (struct handle){object, release, builder->handles};
    builder->handles = handle;
}

static void release_handles(struct builder *builder)
{
    for (struct handle *handle = builder->handles; handle != NULL; handle = handle->next)
        handle->release(handle->object);
    builder->handles = NULL;
}

/* ---- the document element ---- */

static enum status read_margins(struct builder *builder, const xmlNode *root)
{
    double margins[4] = {20, 20, 30, 15};
    size_t count;
    enum status status = read_numbers(builder, root, "margins", margins, 4, &count);
    if (status != STATUS_OK) return status;
    struct page_set_up *page = &builder->page;
    page->top = margins[0] * MILLIMETRE;
    page->bottom = margins[1] * MILLIMETRE;
    page->left = margins[2] * MILLIMETRE;
    page->right = margins[3] * MILLIMETRE;
    if ((count != 0 && count != 4) || page->left + page->right > page->width - 50 * MILLIMETRE ||
        page->top + page->bottom > page->height - 50 * MILLIMETRE)
        return markup_error(builder, root, "margins are four numbers of millimetres: top bottom left right");
    builder->limit = page->height - page->top - page->bottom;
    return STATUS_OK;
}

static enum status read_footer(struct builder *builder, const xmlNode *root)
{
    static const char *const names[] = {"size", "italic", "bold", "align", "spacing", NULL};
    const xmlNode *footer = xml_child(root, NULL, "footer");
    if (footer == NULL) return STATUS_OK;
    struct style style = {.size = 9, .align = PANGO_ALIGN_CENTER, .spacing = 1};
    enum status status = attributes_known(builder, footer, names);
    if (status == STATUS_OK) status = read_style(builder, footer, &style);
    double width = builder->page.width - builder->page.left - builder->page.right;
    if (status == STATUS_OK)
        status = make_text_layout(builder, footer, &style, width, false, false, &builder->page.footer);
    if (status != STATUS_OK) return status;
    PangoRectangle logical;
    pango_layout_get_extents(builder->page.footer, NULL, &logical);
    if ((double)logical.height / PANGO_SCALE > builder->page.bottom)
        return markup_error(builder, footer, "the footer is higher than the margin");
    if (xml_next(footer, NULL, "footer") != NULL)
        return markup_error(builder, footer, "more than one footer");
    return STATUS_OK;
}

static enum status read_document(struct builder *builder, const xmlNode *root, struct style *style)
{
    static const char *const names[] = {"orientation", "margins",      "size",   "spacing",   "align", "gap",
                                        "bold",        "page-numbers", "italic", "watermark", NULL};
    static const char *const orientations[] = {"portrait", "landscape", NULL};
    if (!xml_is(root, NULL, "document")) return markup_error(builder, root, "the root must be <document>");
    size_t orientation = 0;
    enum status status = attributes_known(builder, root, names);
    if (status == STATUS_OK) status = read_choice(builder, root, "orientation", orientations, &orientation);
    builder->page.width = (orientation == 0 ? 210 : 297) * MILLIMETRE;
    builder->page.height = (orientation == 0 ? 297 : 210) * MILLIMETRE;
    builder->page.numbers = true;
    if (status == STATUS_OK) status = read_flag(builder, root, "page-numbers", &builder->page.numbers);
    if (status == STATUS_OK) status = read_style(builder, root, style);
    if (status == STATUS_OK) status = read_length(builder, root, "gap", 0, &style->after);
    if (status == STATUS_OK) status = read_margins(builder, root);
    const char *watermark = attribute_text(builder, root, "watermark");
    if (watermark != NULL && *watermark != '\0') builder->page.watermark = watermark;
    if (status == STATUS_OK && watermark != NULL && strlen(watermark) > 60)
        status = markup_error(builder, root, "the watermark is too long");
    if (status == STATUS_OK) status = read_footer(builder, root);
    return status;
}

/* ---- cairo ---- */

static cairo_status_t write_pdf(void *closure, const unsigned char *data, unsigned length)
{
    struct buf *pdf = closure;
    buf_append(pdf, data, length);
    return pdf->overflow ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void set_properties(cairo_surface_t *surface, const struct print_options *options)
{
    time_t seconds = (time_t)(options->created / MICROSECONDS);
    struct tm civil;
    char text[32] = "";
    if (gmtime_r(&seconds, &civil) != NULL) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &civil);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, text);
    if (options->title != NULL)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, options->title);
    if (options->author != NULL)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, options->author);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Một Cửa");
}

static PangoContext *make_context(const char *language)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_language(context, pango_language_from_string(language));
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    pango_context_set_round_glyph_positions(context, FALSE);
    return context;
}

static enum status write_document(struct builder *builder, const struct page *pages, struct buf *pdf)
{
    size_t start = pdf->length;
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_pdf, pdf, builder->page.width, builder->page.height);
    set_properties(surface, builder->options);
    cairo_t *cairo = cairo_create(surface);
    draw_pages(cairo, builder, pages);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (pdf->overflow) return too_large(builder, "the PDF");
    if (status != CAIRO_STATUS_SUCCESS) return failed(builder, cairo_status_to_string(status));
    add_language(pdf, start, builder->options->language == NULL ? "vi" : builder->options->language);
    return pdf->overflow ? too_large(builder, "the PDF") : STATUS_OK;
}

static void drop_context(void *context)
{
    g_object_unref(context);
}

static enum status render(struct builder *builder, const xmlNode *root, struct buf *pdf)
{
    const char *language = builder->options->language == NULL ? "vi" : builder->options->language;
    builder->context = make_context(language);
    builder_own(builder, builder->context, drop_context);
    struct style style = {.size = 13, .align = PANGO_ALIGN_LEFT, .justify = true, .spacing = 1.1, .after = 3};
    enum status status = read_document(builder, root, &style);
    struct column column = column_make(builder->page.width - builder->page.left - builder->page.right);
    if (status == STATUS_OK) status = add_blocks(builder, &column, root, &style);
    struct page *pages = NULL;
    if (status == STATUS_OK) status = set_pages(builder, column.first, &pages);
    if (status == STATUS_OK) status = write_document(builder, pages, pdf);
    return status;
}

enum status print_render_pdf(struct str markup, const struct print_options *options, struct arena *arena,
                             struct buf *pdf, struct error *error)
{
    /* Everything built is bounded by the limits of the markup, so the scratch arena's maximum cannot be
     * reached. */
    ARENA_AUTO scratch = arena_create((size_t)512 << 20);
    struct builder builder = {.arena = scratch, .error_arena = arena, .error = error, .options = options};
    if (markup.length > PRINT_MAXIMUM_MARKUP) return too_large(&builder, "the markup");
    struct xml_limits limits = {.size = PRINT_MAXIMUM_MARKUP, .depth = 40, .nodes = 50000};
    xml_auto document = NULL;
    enum status status = xml_parse(arena, markup, &limits, &document, error);
    if (status != STATUS_OK) return status;
    status = render(&builder, xmlDocGetRootElement(document), pdf);
    release_handles(&builder);
    return status;
}

void print_finish(void)
{
    pango_cairo_font_map_set_default(NULL);
    cairo_debug_reset_static_data();
    FcFini();
}
