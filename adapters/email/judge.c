/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a server's reply means (RFC 5321, the second code of RFC 3463 where it says one). Only the codes are read, and of a
 * 4xx whether it speaks of too many; the words may repeat the address and are shown to nobody.
 */
#include "adapters/email/email.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define ENHANCED_ROOM 12 /* 5.7.515 */

/* The first row that fits. `status` is a reply code or its first digit; `enhanced` begins the second code ("5.1.1" is whole:
 * what follows it is no digit), NULL where any does. */
static const struct {
    uint32_t status;
    const char *enhanced;
    uint32_t outcome;
} rows[] = {
    /* The login, or that there must be one; what the relay does not let us do. */
    { 530, NULL, PK_OUTCOME_MISCONFIGURED },
    { 534, NULL, PK_OUTCOME_MISCONFIGURED },
    { 535, NULL, PK_OUTCOME_MISCONFIGURED },
    { 538, NULL, PK_OUTCOME_MISCONFIGURED },
    { 432, NULL, PK_OUTCOME_MISCONFIGURED },
    { 521, NULL, PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.8", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.9", PK_OUTCOME_MISCONFIGURED },
    /* The sender's address or domain, SPF, DKIM, DMARC. */
    { 5, "5.1.7", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.1.8", PK_OUTCOME_MISCONFIGURED },
    { 553, "5.7.1", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.20", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.21", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.22", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.23", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.24", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.25", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.26", PK_OUTCOME_MISCONFIGURED },
    { 5, "5.7.515", PK_OUTCOME_MISCONFIGURED },
    /* There is no such mailbox, or none any more. */
    { 5, "5.1.1", PK_OUTCOME_INVALID_RECIPIENT },
    { 5, "5.1.2", PK_OUTCOME_INVALID_RECIPIENT },
    { 5, "5.1.3", PK_OUTCOME_INVALID_RECIPIENT },
    { 5, "5.1.6", PK_OUTCOME_INVALID_RECIPIENT },
    { 5, "5.1.10", PK_OUTCOME_INVALID_RECIPIENT },
    { 5, "5.2.1", PK_OUTCOME_INVALID_RECIPIENT },
    { 551, "", PK_OUTCOME_INVALID_RECIPIENT },
    { 553, "", PK_OUTCOME_INVALID_RECIPIENT },
    { 556, NULL, PK_OUTCOME_INVALID_RECIPIENT },
    /* Too much at once. */
    { 4, "4.5.3", PK_OUTCOME_THROTTLED },
    { 4, "4.7.28", PK_OUTCOME_THROTTLED },
    { 4, NULL, PK_OUTCOME_RETRY },
    { 5, NULL, PK_OUTCOME_REJECTED },
    { 2, NULL, PK_OUTCOME_ACCEPTED },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The reply's second code, if its words begin with one of its own class; "" else. */
static struct pk_slice enhanced_of(const struct pk_answer *answer, char room[ENHANCED_ROOM])
{
    struct pk_slice text = pk_kit_trim(answer->body);
    size_t dots = 0, n = 0;
    while (n < text.len && n < ENHANCED_ROOM - 1 && (is_digit(text.data[n]) || text.data[n] == '.')) {
        dots += text.data[n] == '.';
        n++;
    }
    bool whole = n == text.len || (!is_digit(text.data[n]) && text.data[n] != '.');
    bool good = whole && n >= 5 && dots == 2 && text.data[1] == '.' && is_digit(text.data[2]) && is_digit(text.data[n - 1]) &&
                (uint32_t) (text.data[0] - '0') == answer->status / 100;
    if (good)
        memcpy(room, text.data, n);
    return pk_slice_make(room, good ? n : 0);
}

static uint32_t outcome_of(uint32_t status, struct pk_slice enhanced)
{
    for (size_t i = 0; i < PK_KIT_COUNT(rows); i++) {
        bool here = rows[i].status == status || rows[i].status == status / 100;
        if (here && (!rows[i].enhanced || pk_slice_is(enhanced, rows[i].enhanced)))
            return rows[i].outcome;
    }
    return PK_OUTCOME_UNCERTAIN; /* no reply there can be */
}

/* A relay that counts says so in words only. */
static bool speaks_of_too_many(struct pk_slice text)
{
    static const char *const words[] = { "rate", "too many", "too much", "throttl", "limit" };
    for (size_t i = 0; i < PK_KIT_COUNT(words); i++)
        for (size_t at = 0, n = strlen(words[i]); at + n <= text.len; at++)
            if (pk_kit_same_word(pk_slice_make(text.data + at, n), pk_slice_of(words[i])))
                return true;
    return false;
}

void pk_email_judge(struct email *email, const struct pk_job *job, const struct pk_answer *answer, struct pk_result *ret_result)
{
    char room[ENHANCED_ROOM] = "", code[PK_KIT_CODE_MAX], name[EMAIL_NAME_ROOM];
    struct pk_slice enhanced = enhanced_of(answer, room);
    uint32_t outcome = outcome_of(answer->status, enhanced);
    int64_t wait_ms = pk_kit_number(&email->base.settings, "later_wait", 5 * PK_KIT_MINUTE);
    if (outcome == PK_OUTCOME_ACCEPTED) {
        size_t n = pk_email_name(email, job, name);
        pk_kit_accept(&email->base.words, pk_slice_make(name, n), ret_result);
        return;
    }
    if (outcome == PK_OUTCOME_RETRY && speaks_of_too_many(answer->body))
        outcome = PK_OUTCOME_THROTTLED;
    (void) snprintf(code, sizeof code, "%u%s%.*s", answer->status, enhanced.len > 0 ? "-" : "", PK_SLICE_ARG(enhanced));
    pk_kit_refuse(&email->base.words, answer, outcome, pk_slice_of(code), wait_ms, ret_result);
    if (outcome == PK_OUTCOME_RETRY)
        ret_result->after_ms = wait_ms;
}
