/* SPDX-License-Identifier: EUPL-1.2 */
/* The steps a text may be, in one table: a new one is a row here and in enum pk_text_step. Read by the template parser. */
#include "gateway/language/template_file.h"

/* Every step there is, and the kind of text it may be. */
static const struct {
    const char *name;
    enum pk_text_kind kind;
} steps[PK_TEXT_STEPS] = {
    [PK_STEP_NONE] = { "", PK_TEXT_NOTICE },
    [PK_STEP_INVITATION] = { "invitation", PK_TEXT_NOTICE },
    [PK_STEP_REMINDER] = { "reminder", PK_TEXT_NOTICE },
    [PK_STEP_REMINDER_TODAY] = { "reminder-today", PK_TEXT_NOTICE },
    [PK_STEP_CHANGE] = { "change", PK_TEXT_NOTICE },
    [PK_STEP_CANCELLATION] = { "cancellation", PK_TEXT_NOTICE },
    [PK_STEP_HOURS] = { "hours", PK_TEXT_NOTICE },
    [PK_STEP_SPECIAL] = { "special", PK_TEXT_NOTICE },
    [PK_STEP_CLOSED] = { "closed", PK_TEXT_NOTICE },
    [PK_STEP_OPEN] = { "open", PK_TEXT_NOTICE },
    [PK_STEP_OPINION] = { "opinion", PK_TEXT_NOTICE },
    [PK_STEP_BREACH] = { "breach", PK_TEXT_NOTICE },
    [PK_STEP_QUESTION] = { "question", PK_TEXT_QUESTION },
    [PK_STEP_ANSWER] = { "answer", PK_TEXT_ANSWER },
    [PK_STEP_CODE] = { "code", PK_TEXT_ANSWER },
};

bool pk_step_find(struct pk_slice name, enum pk_text_step *ret_step)
{
    for (unsigned i = PK_STEP_NONE + 1; i < PK_TEXT_STEPS; i++) {
        if (pk_slice_is(name, steps[i].name)) {
            *ret_step = (enum pk_text_step) i;
            return true;
        }
    }
    return false;
}

const char *pk_step_name(enum pk_text_step step)
{
    return step < PK_TEXT_STEPS ? steps[step].name : "";
}

enum pk_text_kind pk_step_kind(enum pk_text_step step)
{
    return step < PK_TEXT_STEPS ? steps[step].kind : PK_TEXT_NOTICE;
}

bool pk_name_ends(struct pk_slice name, const char *ending)
{
    size_t len = strlen(ending);
    return name.len > len && memcmp(name.data + name.len - len, ending, len) == 0;
}
