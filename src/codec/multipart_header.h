/* The header block of one part, and parameters of structured header values. Private to codec. */
#ifndef MOTCUA_CODEC_MULTIPART_HEADER_H
#define MOTCUA_CODEC_MULTIPART_HEADER_H

#include "motcua/codec/multipart.h"

/* Works in place on `block` (ends with CRLF CRLF); slices in *part point into it. *detail: static, why it was
 * refused. */
NODISCARD enum status multipart_header_parse(char *block, size_t length,
                                             const struct multipart_limits *limits,
                                             struct multipart_part *part, const char **detail);

#endif
