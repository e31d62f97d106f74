/* Sets boxes on pages: what must stay together does, where it fits on a page at all. */
#include "layout.h"

struct setter {
    struct builder *builder;
    struct page *page, **next_page;
    struct placement **next_placement;
    size_t page_count;
    double y, bottom;
    bool at_top;
};

static enum status begin_page(struct setter *setter)
{
    if (++setter->page_count > PRINT_MAXIMUM_PAGES) return too_large(setter->builder, "the number of pages");
    struct page *page = arena_zalloc(setter->builder->arena, sizeof *page);
    *setter->next_page = page;
    setter->next_page = &page->next;
    setter->next_placement = &page->placements;
    setter->y = setter->builder->page.top;
    setter->at_top = true;
    return STATUS_OK;
}

static void place(struct setter *setter, const struct box *box)
{
    struct placement *placement = arena_zalloc(setter->builder->arena, sizeof *placement);
    if (!setter->at_top) setter->y += box->above;
    *placement = (struct placement){.box = box, .x = setter->builder->page.left + box->x, .y = setter->y};
    *setter->next_placement = placement;
    setter->next_placement = &placement->next;
    setter->y += box->height;
    setter->at_top = false;
}

/* Height of `box` and of those that it must stay with, as far as they fit on one page. */
static double chain_height(const struct setter *setter, const struct box *box)
{
    double page_height = setter->bottom - setter->builder->page.top;
    double height = box->height;
    while (box->keep_with_next && box->next != NULL && !box->next->break_before) {
        box = box->next;
        if (height + box->above + box->height > page_height) break;
        height += box->above + box->height;
    }
    return height;
}

static enum status set_box(struct setter *setter, const struct box *box)
{
    double needed = chain_height(setter, box) + (setter->at_top ? 0 : box->above);
    /* a hair more than the rounding of many sums */
    bool fits = setter->y + needed <= setter->bottom + 0.01;
    if ((!fits || box->break_before) && !setter->at_top) {
        enum status status = begin_page(setter);
        if (status != STATUS_OK) return status;
        if (box->header != NULL && !box->is_header) {
            for (const struct box *header = box->header; header != NULL && header->is_header;
                 header = header->next)
                place(setter, header);
        }
    }
    place(setter, box);
    return STATUS_OK;
}

enum status set_pages(struct builder *builder, const struct box *boxes, struct page **pages)
{
    struct setter setter = {
        .builder = builder, .next_page = pages, .bottom = builder->page.height - builder->page.bottom};
    enum status status = begin_page(&setter);
    /* Whether two boxes stay together was looked at when the first of them came: the rest of the chain
     * follows. */
    for (const struct box *box = boxes; status == STATUS_OK && box != NULL; box = box->next)
        status = set_box(&setter, box);
    return status;
}
