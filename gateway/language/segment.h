/* SPDX-License-Identifier: EUPL-1.2 */
/* SMS encoding choice and segmentation, 3GPP TS 23.038 and 23.040 section 9.2.3.24.1. Text is taken as it is. */
#ifndef PK_LANGUAGE_SEGMENT_H
#define PK_LANGUAGE_SEGMENT_H

#include "gateway/base/buf.h"

enum pk_encoding { PK_ENCODING_GSM7 = 1, PK_ENCODING_UCS2 = 2 };

struct pk_segmentation {
    enum pk_encoding encoding;
    uint32_t units; /* septets or UTF-16 code units */
    uint32_t parts;
    uint32_t forcing_codepoint; /* the first character outside GSM-7, 0 = none */
    uint32_t forcing_index;     /* its position in code points */
};

#define PK_PARTS_MAX 255

/* `wide_reference`: 16-bit concatenation reference. PK_E_INVALID for text that is no UTF-8, PK_E_LIMIT over 255 parts.
 * part_units (PK_PARTS_MAX entries) may be NULL. */
int pk_segment(struct pk_slice text, bool wide_reference, struct pk_segmentation *ret_segmentation, uint32_t *part_units);
/* Encodes one text into octets (GSM-7 unpacked, or UTF-16BE), appended, and says where each part ends, in octets of
 * this text. ret_ends has max_parts entries; PK_E_LIMIT when the text needs more, or is longer than the buffer takes. */
int pk_segment_encode(struct pk_slice text, bool wide_reference, struct pk_buf *ret_octets, uint32_t *ret_ends, size_t max_parts,
                      struct pk_segmentation *ret_segmentation);
/* Octets as they came in a short message (GSM-7 unpacked, or UTF-16BE), appended as UTF-8. What stands for no character
 * becomes U+FFFD; a last half unit is left out. The code of pk_buf_add. */
int pk_segment_decode(struct pk_slice octets, enum pk_encoding encoding, struct pk_buf *out);
/* Is the character in the GSM 7-bit alphabet or its extension table? */
bool pk_gsm7_has(uint32_t codepoint);

/* What can be written instead of a character that is not, so that the text does not cost what Cyrillic does (suggest.c). */
enum pk_instead {
    PK_INSTEAD_NOTHING = 0, /* nothing says the same: an emoji, a letter of a script without a rendering */
    PK_INSTEAD_SIGN,        /* a quotation mark, a dash, a space: ret_text, and nobody misses anything */
    PK_INSTEAD_LETTER,      /* ret_text is the letter without its mark: the writer's choice, never made silently */
    PK_INSTEAD_DROP,        /* it is not seen: leave it out */
    PK_INSTEAD_LATIN,       /* a Cyrillic letter: the whole text in Latin letters, or none of it */
};
#define PK_INSTEAD_MAX 24
/* ret_text is set with SIGN and LETTER, else "". */
enum pk_instead pk_segment_suggest(uint32_t codepoint, char ret_text[PK_INSTEAD_MAX]);

#endif
