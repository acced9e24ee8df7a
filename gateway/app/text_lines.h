/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One line in, one line out: a JSON object asks what becomes of a text, a moment or a number, and a JSON object answers.
 * What cannot be answered is {"error": "..."}. Pure but for what is lent to it: no clock, no descriptor, no gateway.
 */
#ifndef PK_APP_TEXT_LINES_H
#define PK_APP_TEXT_LINES_H

#include "gateway/base/buf.h"
#include "gateway/language/catalog.h"
#include "gateway/language/dates.h"

#define PK_TEXT_LINE_MAX 65536u     /* bytes of a line that is read */
#define PK_TEXT_ANSWER_MAX 1048576u /* more than any answer to such a line takes */

/* What may be asked; each is a verb of `pokana text`. */
enum pk_text_question {
    PK_TEXT_SEGMENTS = 0, /* {"text"}: the parts of an SMS */
    PK_TEXT_LATIN,        /* {"text"}: in Latin letters, and those fit for an SMS */
    PK_TEXT_INTENT,       /* {"text"}: what a reply means */
    PK_TEXT_DATES,        /* {"utc", "utc_end"?}: a moment in words */
    PK_TEXT_PHONE,        /* {"input", "region"}: a number as it was written */
    PK_TEXT_QUESTIONS,
};

/* Borrowed, and each needed by one question only; NULL where it is not asked. */
struct pk_text_tools {
    const struct pk_reply_words *words; /* INTENT */
    const struct pk_topic_words *topics; /* INTENT: without them no answer names a topic */
    const struct pk_dates *dates;       /* DATES: the Bulgarian ones */
    struct pk_wall *wall;               /* DATES */
    bool explain;                       /* SEGMENTS: name the character that forces UCS-2 */
};

/* Appends exactly one object, without the line's end. `line` may hold any bytes. */
void pk_text_answer(enum pk_text_question question, const struct pk_text_tools *tools, struct pk_slice line, struct pk_buf *out);
/* Appends {"error": reason}. */
void pk_text_refuse(const char *reason, struct pk_buf *out);

#endif
