/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A rehearsal: a whole campaign through the real service, in a copy of the database that exists in this process' memory alone, with
 * every account a simulator and a clock that jumps to the next moment something is due. Nothing of it reaches the database, the
 * broker or anybody: the process closes its door to the network before it begins. Blocks; the process must have no other use for
 * its clock and its chance, which are set by hand from then on.
 */
#ifndef PK_APP_REHEARSAL_H
#define PK_APP_REHEARSAL_H

#include "gateway/app/config.h"
#include "gateway/base/crypto.h"
#include "gateway/base/json.h"

#define PK_REHEARSAL_FAILS_MAX 16

/* A share of people, and what befalls them: "invalid", "no-receipt", "stop" ... */
struct pk_rehearsal_fail {
    const char *course; /* of the simulator */
    int64_t millionths;
};

struct pk_rehearsal {
    const char *campaign;
    int64_t seed; /* 1 to 2147483647 */
    struct pk_rehearsal_fail fails[PK_REHEARSAL_FAILS_MAX];
    size_t fail_count;
};

/* "invalid=10%" or "invalid=0.1". PK_E_INVALID says what is wrong, PK_E_LIMIT that these are too many or more than everybody. */
int pk_rehearsal_fail_parse(struct pk_rehearsal *rehearsal, const char *text, struct pk_error *err);
/* The words there are, walked from 0 until NULL. */
const char *pk_rehearsal_fail_name(size_t index);

/* From here on this process opens no socket, for ever. PK_E_UNSUPPORTED where the system cannot promise it. */
int pk_rehearsal_close_door(struct pk_error *err);

/* Plays it from now on and appends what came of it: {"rehearsal":{...},"report":{...}}, the report as /v1/campaigns/{}/report. */
int pk_rehearsal_play(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_keyring *keys, const struct pk_rehearsal *rehearsal,
                      struct pk_buf *out, struct pk_error *err);

/* Messages that ended without arriving, by reason (enum pk_reason). */
struct pk_rehearsal_left {
    uint32_t reason;
    int64_t messages;
};
/* Adds "left": each reason once, at most PK_REASONS, with its number or null: the few, and as many more as are needed so that they do
 * not follow from the others. */
void pk_rehearsal_tell_left(const struct pk_rehearsal_left *left, size_t count, struct pk_json_out *out);

/* ---- rehearsal_rules.c ---- */

/* The rules with every account a simulator and no broker. Borrows the rules'. */
struct pk_rehearsal_rules;
int pk_rehearsal_rules_new(const struct pk_rules *rules, const struct pk_rehearsal *rehearsal, struct pk_rehearsal_rules **ret_rules, struct pk_error *err);
const struct pk_rules *pk_rehearsal_rules(const struct pk_rehearsal_rules *rules);
void pk_rehearsal_rules_free(struct pk_rehearsal_rules *rules);
PK_AUTO_DEFINE(pk_rehearsal_rules, struct pk_rehearsal_rules *, pk_rehearsal_rules_free)

#endif
