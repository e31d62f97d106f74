/*
 * Looking into hostile bytes in another process: `motcua inspect KIND` reads them on its standard input under
 * limits of memory, time and files, without environment and without our descriptors, and answers with a
 * report and what to keep instead (docs/decisions/0010). Only so many run at once; the bytes are decrypted
 * into the child and encrypted from it, nothing lies on the disk in the clear.
 */
#ifndef MOTCUA_DOMAIN_INSPECT_H
#define MOTCUA_DOMAIN_INSPECT_H

#include "motcua/base/arena.h"
#include "motcua/media/media.h"

/* The wire between the two: one line, then the bytes. */
#define INSPECT_GREETING "motcua-inspect"
enum { INSPECT_LINE = 128, INSPECT_SECONDS = 20, INSPECT_WAIT_SECONDS = 8 };
/* The child's exit status when the kernel has no such filter: then nothing is looked into, and nothing taken.
 */
enum { INSPECT_NO_SANDBOX = 3 };

/*
 * In the child, before it reads a byte: from now on no file is opened (with INSPECT_FONTS: none but fonts, to
 * read), nothing is connected to and nothing started; a call that is not foreseen ends the process (sandbox.c
 * has the list). False: the kernel refuses.
 */
enum inspect_need { INSPECT_NO_FILES, INSPECT_FONTS };
NODISCARD bool inspect_enter_sandbox(enum inspect_need need);
/* False where the kernel has no Landlock: pages are shown with the fonts that they bring along, and without
 * text where they bring none. */
bool inspect_can_read_fonts(void);

/* "pdf", "jpeg", ...; false for other words. */
bool inspect_kind_of_name(const char *name, enum media_kind *kind);

struct inspector;

/* `program`: path of motcua itself; `parallel`: how many children at once. Lives in the arena. */
struct inspector *inspector_create(struct arena *arena, const char *program, unsigned parallel);

#endif
