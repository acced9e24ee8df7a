/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/result.h"

#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>

struct pk_slice pk_kit_keep(char *room, size_t size, struct pk_slice text)
{
    if (text.len == 0 || text.len >= size)
        return (struct pk_slice){ 0 };
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return (struct pk_slice){ 0 };
    memcpy(room, text.data, text.len);
    return pk_slice_make(room, text.len);
}

bool pk_kit_unanswered(const struct pk_answer *answer, struct pk_result *ret_result)
{
    if (answer->state == PK_ANSWER_COMPLETE)
        return false;
    *ret_result = (struct pk_result){ .outcome = PK_OUTCOME_UNCERTAIN };
    if (answer->state == PK_ANSWER_NOT_SENT) {
        ret_result->outcome = PK_OUTCOME_RETRY;
        ret_result->reason = PK_SLICE("The provider could not be reached.");
    } else {
        ret_result->reason = PK_SLICE("No answer came after the message was sent.");
    }
    return true;
}

void pk_kit_accept(struct pk_kit_words *words, struct pk_slice id, struct pk_result *ret_result)
{
    *ret_result = (struct pk_result){
        .outcome = PK_OUTCOME_ACCEPTED,
        .provider_id = pk_kit_keep(words->id, sizeof words->id, id),
    };
}

static struct pk_slice code_of(struct pk_kit_words *words, uint32_t status, struct pk_slice code)
{
    struct pk_slice kept = { 0 };
    if (pk_kit_code_is_plain(code))
        kept = pk_kit_keep(words->code, sizeof words->code, code);
    if (kept.len > 0)
        return kept;
    int n = snprintf(words->code, sizeof words->code, "HTTP %u", status);
    return pk_slice_make(words->code, (size_t) n);
}

void pk_kit_refuse(struct pk_kit_words *words, const struct pk_answer *answer, uint32_t outcome, struct pk_slice code,
                   int64_t wait_ms, struct pk_result *ret_result)
{
    *ret_result = (struct pk_result){
        .outcome = outcome,
        .code = code_of(words, answer->status, code),
        .reason = pk_slice_of(pk_kit_outcome_reason(outcome)),
    };
    if (outcome == PK_OUTCOME_THROTTLED || outcome == PK_OUTCOME_RETRY)
        ret_result->after_ms = answer->retry_after_ms;
    if (outcome == PK_OUTCOME_THROTTLED && ret_result->after_ms <= 0)
        ret_result->after_ms = wait_ms;
}

void pk_kit_unreadable(struct pk_kit_words *words, const struct pk_answer *answer, struct pk_result *ret_result)
{
    pk_kit_refuse(words, answer, PK_OUTCOME_UNCERTAIN, PK_SLICE(""), 0, ret_result);
}

void pk_kit_reject(const char *code, const char *reason, struct pk_result *ret_result)
{
    *ret_result = (struct pk_result){ .outcome = PK_OUTCOME_REJECTED, .code = pk_slice_of(code), .reason = pk_slice_of(reason) };
}

bool pk_kit_time_left(const struct pk_job *job, int64_t least_ms, int64_t most_ms, int64_t *ret_left_ms)
{
    int64_t left_ms = job->valid_until_ms > 0 ? job->valid_until_ms - job->now_ms : most_ms;
    *ret_left_ms = left_ms < most_ms ? left_ms : most_ms;
    return *ret_left_ms >= least_ms;
}

void pk_kit_too_late(struct pk_result *ret_result)
{
    pk_kit_reject("too-late", "Less time is left than the provider's shortest validity: it could arrive too late.", ret_result);
}
