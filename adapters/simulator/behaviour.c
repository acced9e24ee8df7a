/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/simulator/behaviour.h"

#define SUFFIX 4u
#define SHARE_FRONT "share."

/* README.md has this table for people; a test compares the two. */
static const struct simulator_behaviour behaviours[SIMULATOR_BEHAVIOURS] = {
    { "delivered", "9901", PK_OUTCOME_ACCEPTED, "asd", NULL },
    { "read", "9902", PK_OUTCOME_ACCEPTED, "asdr", NULL },
    { "undelivered_temporary", "9903", PK_OUTCOME_ACCEPTED, "ast", NULL },
    { "undelivered_permanent", "9904", PK_OUTCOME_ACCEPTED, "asp", NULL },
    { "retry", "9905", PK_OUTCOME_RETRY, "a", NULL },
    { "throttled", "9906", PK_OUTCOME_THROTTLED, "a", NULL },
    { "rejected", "9907", PK_OUTCOME_REJECTED, "a", NULL },
    { "invalid_recipient", "9908", PK_OUTCOME_INVALID_RECIPIENT, "a", NULL },
    { "opted_out", "9909", PK_OUTCOME_OPTED_OUT, "a", NULL },
    { "misconfigured", "9910", PK_OUTCOME_MISCONFIGURED, "a", NULL },
    { "uncertain", "9911", PK_OUTCOME_UNCERTAIN, "a", NULL },
    { "silent", "9912", PK_OUTCOME_ACCEPTED, "a", NULL },
    { "late", "9913", PK_OUTCOME_ACCEPTED, "ald", NULL },
    { "duplicate", "9914", PK_OUTCOME_ACCEPTED, "asdd", NULL },
    { "early", "9915", PK_OUTCOME_ACCEPTED, "da", NULL },
    { "disordered", "9916", PK_OUTCOME_ACCEPTED, "ads", NULL },
    { "unknown", "9917", PK_OUTCOME_ACCEPTED, "asu", NULL },
    { "uncertain_delivered", "9918", PK_OUTCOME_UNCERTAIN, "ad", NULL },
    { "reply_yes", "9921", PK_OUTCOME_ACCEPTED, "asdy", "ДА" },
    { "reply_yes_three", "9922", PK_OUTCOME_ACCEPTED, "asdy", "Да, 3" },
    { "reply_no", "9923", PK_OUTCOME_ACCEPTED, "asdy", "НЕ" },
    { "reply_stop", "9924", PK_OUTCOME_ACCEPTED, "asdy", "СТОП" },
    { "reply_help", "9925", PK_OUTCOME_ACCEPTED, "asdy", "ПОМОЩ" },
    { "reply_latin", "9926", PK_OUTCOME_ACCEPTED, "asdy", "DA" },
    { "reply_other", "9927", PK_OUTCOME_ACCEPTED, "asdy", "Ще има ли храна?" },
};

/* "0.01" in millionths: digits, at most one point, at most 1. */
static bool parse_share(struct pk_slice text, uint32_t *ret_share)
{
    uint32_t whole = 0, weight = SIMULATOR_MILLION, share = 0;
    bool point = false, digits = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '.' && !point) {
            point = true;
        } else if (c < '0' || c > '9') {
            return false;
        } else if (point) {
            weight /= 10;
            share += weight * (uint32_t) (c - '0');
            digits = true;
        } else {
            whole = whole * 10 + (uint32_t) (c - '0');
            digits = true;
            if (whole > 1)
                return false;
        }
    }
    *ret_share = whole * SIMULATOR_MILLION + share;
    return digits && *ret_share <= SIMULATOR_MILLION;
}

int pk_simulator_shares_read(const struct pk_kit_settings *settings, struct simulator_shares *ret_shares, struct pk_error *err)
{
    const struct pk_setting_value *member;
    size_t cursor = 0;
    uint32_t sum = 0;
    *ret_shares = (struct simulator_shares){ { 0 } };
    while ((member = pk_kit_member(settings, SHARE_FRONT, &cursor))) {
        size_t i = 0;
        while (i < SIMULATOR_BEHAVIOURS && strcmp(member->name + strlen(SHARE_FRONT), behaviours[i].name) != 0)
            i++;
        if (i == SIMULATOR_BEHAVIOURS) {
            (void) pk_fail(err, PK_E_CONFIG, "%s: unknown setting", member->name);
            return pk_hint(err, PK_E_CONFIG,
                           "Shares are named like the simulator's magic numbers: share.rejected, share.silent, share.reply_yes.");
        }
        if (!parse_share(member->text, &ret_shares->of[i])) {
            (void) pk_fail(err, PK_E_CONFIG, "%s: \"%.*s\" is no share", member->name, PK_SLICE_ARG(member->text));
            return pk_hint(err, PK_E_CONFIG, "Write a number from 0 to 1, such as 0.01 for one in a hundred.");
        }
        sum += ret_shares->of[i];
        if (sum > SIMULATOR_MILLION)
            return pk_fail(err, PK_E_CONFIG, "%s: the shares together are more than 1", member->name);
    }
    return 0;
}

const struct simulator_behaviour *pk_simulator_choose(const struct simulator_shares *shares, struct pk_slice address,
                                                      uint32_t chance)
{
    if (address.len > SUFFIX && memcmp(address.data + address.len - SUFFIX, "99", 2) == 0)
        for (size_t i = 0; i < SIMULATOR_BEHAVIOURS; i++)
            if (memcmp(address.data + address.len - SUFFIX, behaviours[i].suffix, SUFFIX) == 0)
                return &behaviours[i];
    for (size_t i = 0; i < SIMULATOR_BEHAVIOURS; i++) {
        if (chance < shares->of[i])
            return &behaviours[i];
        chance -= shares->of[i];
    }
    return &behaviours[0];
}
