/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/words.h"

#include "gateway/base/mem.h"
#include "gateway/include/pokana/adapter.h"
#include "gateway/language/reply.h"
#include "gateway/store/triggers.h"

#define WORD_OF(words, index) ((index) < PK_COUNT(words) ? (words)[index] : NULL)

const char *pk_receipt_word(uint32_t state)
{
    static const char *const words[] = {
        [PK_RECEIPT_ACCEPTED] = "accepted",
        [PK_RECEIPT_SENT] = "sent",
        [PK_RECEIPT_DELIVERED] = "delivered",
        [PK_RECEIPT_READ] = "read",
        [PK_RECEIPT_UNDELIVERED_TEMPORARY] = "undelivered-temporary",
        [PK_RECEIPT_UNDELIVERED_PERMANENT] = "undelivered",
        [PK_RECEIPT_UNKNOWN] = "unknown",
    };
    return WORD_OF(words, state);
}

const char *pk_outcome_word(uint32_t outcome)
{
    static const char *const words[] = {
        [PK_OUTCOME_ACCEPTED] = "accepted",
        [PK_OUTCOME_RETRY] = "retry",
        [PK_OUTCOME_THROTTLED] = "throttled",
        [PK_OUTCOME_REJECTED] = "rejected",
        [PK_OUTCOME_INVALID_RECIPIENT] = "invalid-recipient",
        [PK_OUTCOME_OPTED_OUT] = "opted-out",
        [PK_OUTCOME_MISCONFIGURED] = "misconfigured",
        [PK_OUTCOME_UNCERTAIN] = "uncertain",
    };
    return WORD_OF(words, outcome);
}

const char *pk_intent_word(uint32_t intent)
{
    static const char *const words[] = {
        [PK_INTENT_NONE] = "none", [PK_INTENT_STOP] = "stop", [PK_INTENT_START] = "start",
        [PK_INTENT_YES] = "yes",   [PK_INTENT_NO] = "no",     [PK_INTENT_HELP] = "help",
    };
    return WORD_OF(words, intent);
}

const char *pk_trigger_word(uint32_t state)
{
    static const char *const words[] = {
        [PK_TRIGGER_EXPANDING] = "expanding", [PK_TRIGGER_EXPANDED] = "expanded", [PK_TRIGGER_CANCELLED] = "cancelled",
        [PK_TRIGGER_EXPIRED] = "expired",     [PK_TRIGGER_HELD] = "held",         [PK_TRIGGER_COMPLETED] = "completed",
        [PK_TRIGGER_WAITING] = "waiting",
    };
    return WORD_OF(words, state);
}
