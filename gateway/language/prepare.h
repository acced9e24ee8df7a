/* SPDX-License-Identifier: EUPL-1.2 */
/* Text on its way in or out: validity, NFC, invisible characters; and Cyrillic to Latin by the Transliteration Act. */
#ifndef PK_LANGUAGE_PREPARE_H
#define PK_LANGUAGE_PREPARE_H

#include "gateway/base/buf.h"

/* NFC, without controls (but LF), default-ignorable and bidi characters; every space separator becomes a space;
 * ends trimmed. PK_E_INVALID for text that is no UTF-8 or holds NUL. */
int pk_text_prepare(struct pk_slice text, struct pk_buf *out);
/* NFC and nothing else: for text whose every sign is to stay. The same refusals. */
int pk_text_compose(struct pk_slice text, struct pk_buf *out);
/* Bulgarian Cyrillic to Latin (official system); all else copied. Input NFC. */
int pk_transliterate_bg(struct pk_slice text, struct pk_buf *out);
/* Latin text made to fit the GSM 7-bit alphabet. */
int pk_gsm_safe(struct pk_slice text, struct pk_buf *out);
/* Plain letters: ş becomes s, ł l, „ ", where the alphabet has such a letter. What has none (Cyrillic, an emoji) stays as
 * it is: nothing is lost, and the text may still not fit. Only for who chose it. */
int pk_plain_letters(struct pk_slice text, struct pk_buf *out);

#endif
