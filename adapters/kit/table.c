/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/table.h"

#include "adapters/kit/text.h"

#include <stdlib.h>

static const struct pk_kit_row *find(const struct pk_kit_table *table, struct pk_slice word)
{
    for (size_t i = 0; i < table->count; i++)
        if (pk_kit_same_word(table->rows[i].word, word))
            return &table->rows[i];
    return NULL;
}

int pk_kit_table_add(struct pk_kit_table *table, struct pk_slice list, uint32_t meaning, struct pk_slice *ret_word)
{
    struct pk_slice word;
    while (pk_kit_next_item(&list, &word)) {
        const struct pk_kit_row *there = find(table, word);
        *ret_word = word;
        if (there && there->meaning == meaning)
            continue;
        if (there)
            return PK_E_CONFLICT;
        struct pk_kit_row *rows = reallocarray(table->rows, table->count + 1, sizeof *rows);
        if (!rows)
            return PK_E_NOMEM;
        table->rows = rows;
        rows[table->count++] = (struct pk_kit_row){ word, meaning };
    }
    return 0;
}

uint32_t pk_kit_table_find(const struct pk_kit_table *table, struct pk_slice word)
{
    const struct pk_kit_row *row = find(table, word);
    return row ? row->meaning : 0;
}

bool pk_kit_table_has(const struct pk_kit_table *table, uint32_t meaning)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].meaning == meaning)
            return true;
    return false;
}

void pk_kit_table_finish(struct pk_kit_table *table)
{
    free(table->rows);
    *table = (struct pk_kit_table){ 0 };
}

uint32_t pk_kit_meaning(const struct pk_kit_word *words, size_t count, struct pk_slice word)
{
    for (size_t i = 0; i < count; i++)
        if (pk_kit_same_word(pk_slice_of(words[i].word), word))
            return words[i].meaning;
    return 0;
}

/* ---- our own names ---- */

static const char *const outcomes[] = {
    [PK_OUTCOME_ACCEPTED] = "accepted",
    [PK_OUTCOME_RETRY] = "retry",
    [PK_OUTCOME_THROTTLED] = "throttled",
    [PK_OUTCOME_REJECTED] = "rejected",
    [PK_OUTCOME_INVALID_RECIPIENT] = "invalid_recipient",
    [PK_OUTCOME_OPTED_OUT] = "opted_out",
    [PK_OUTCOME_MISCONFIGURED] = "misconfigured",
    [PK_OUTCOME_UNCERTAIN] = "uncertain",
};

static const char *const states[] = {
    [PK_RECEIPT_ACCEPTED] = "accepted",
    [PK_RECEIPT_SENT] = "sent",
    [PK_RECEIPT_DELIVERED] = "delivered",
    [PK_RECEIPT_READ] = "read",
    [PK_RECEIPT_UNDELIVERED_TEMPORARY] = "undelivered_temporary",
    [PK_RECEIPT_UNDELIVERED_PERMANENT] = "undelivered_permanent",
    [PK_RECEIPT_UNKNOWN] = "unknown",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t by_name(const char *const *names, size_t count, struct pk_slice name)
{
    for (size_t i = 1; i < count; i++)
        if (pk_slice_is(name, names[i]))
            return (uint32_t) i;
    return 0;
}

uint32_t pk_kit_outcome(struct pk_slice name)
{
    return by_name(outcomes, COUNT(outcomes), name);
}

uint32_t pk_kit_receipt_state(struct pk_slice name)
{
    return by_name(states, COUNT(states), name);
}

const char *pk_kit_outcome_name(uint32_t outcome)
{
    return outcome < COUNT(outcomes) ? outcomes[outcome] : NULL;
}

const char *pk_kit_receipt_state_name(uint32_t state)
{
    return state < COUNT(states) ? states[state] : NULL;
}

/* ---- families of settings ---- */

int pk_kit_table_read(struct pk_kit_table *table, const struct pk_kit_settings *settings, const char *front,
                      enum pk_kit_names names, struct pk_error *err)
{
    static const char *const known[] = {
        [PK_KIT_OUTCOMES] = "accepted, retry, throttled, rejected, invalid_recipient, opted_out, misconfigured and uncertain",
        [PK_KIT_STATES] = "accepted, sent, delivered, read, undelivered_temporary, undelivered_permanent and unknown",
    };
    const struct pk_setting_value *member;
    size_t cursor = 0;
    while ((member = pk_kit_member(settings, front, &cursor))) {
        struct pk_slice name = pk_slice_of(member->name + strlen(front)), word = { 0 };
        uint32_t meaning = names == PK_KIT_OUTCOMES ? pk_kit_outcome(name) : pk_kit_receipt_state(name);
        if (meaning == 0) {
            (void) pk_fail(err, PK_E_CONFIG, "%s: unknown setting", member->name);
            return pk_hint(err, PK_E_CONFIG, "Known are %s, each behind \"%s\".", known[names], front);
        }
        int r = pk_kit_table_add(table, member->text, meaning, &word);
        if (r == PK_E_CONFLICT) {
            (void) pk_fail(err, PK_E_CONFIG, "%s: \"%.*s\" is listed with another meaning too", member->name, PK_SLICE_ARG(word));
            return pk_hint(err, PK_E_CONFIG, "Keep it in one of the settings that begin with \"%s\".", front);
        }
        if (r != 0)
            return r;
    }
    return 0;
}

/* ---- HTTP ---- */

uint32_t pk_kit_outcome_of_status(uint32_t status)
{
    if (status >= 200 && status < 300)
        return PK_OUTCOME_ACCEPTED;
    if (status >= 500)
        return PK_OUTCOME_RETRY;
    switch (status) {
    case 408: /* the request did not arrive whole */
    case 425:
        return PK_OUTCOME_RETRY;
    case 429:
        return PK_OUTCOME_THROTTLED;
    case 401:
    case 402: /* the account's credit is used up */
    case 403:
    case 404: /* the URL is wrong: no message is at fault */
    case 405:
    case 407:
        return PK_OUTCOME_MISCONFIGURED;
    default:
        /* Redirects are not followed: the URL is another now. */
        return status >= 400 ? PK_OUTCOME_REJECTED : status >= 300 ? PK_OUTCOME_MISCONFIGURED : PK_OUTCOME_UNCERTAIN;
    }
}

const char *pk_kit_outcome_reason(uint32_t outcome)
{
    static const char *const reasons[] = {
        [PK_OUTCOME_RETRY] = "The provider could not take the message now.",
        [PK_OUTCOME_THROTTLED] = "The provider asks to go slower.",
        [PK_OUTCOME_REJECTED] = "The provider refuses the message.",
        [PK_OUTCOME_INVALID_RECIPIENT] = "The provider says that the recipient's address cannot get messages.",
        [PK_OUTCOME_OPTED_OUT] = "The person stopped these messages at the provider.",
        [PK_OUTCOME_MISCONFIGURED] = "The provider refuses the account: its credentials, address or credit.",
        [PK_OUTCOME_UNCERTAIN] = "The provider's answer does not tell whether it took the message.",
    };
    return outcome < COUNT(reasons) ? reasons[outcome] : NULL;
}
