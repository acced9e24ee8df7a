/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Quiet hours and days at work: the rules of the configuration with the calendars they name, asked by the gate for each
 * message, by the dispatcher for each lane and by whoever plans. What holds for a topic and a channel is worked out once and
 * kept until it changes, which it says itself: so a question costs a look-up, and a night of waiting messages nothing.
 * Why it is done so: decisions/quiet.md.
 */
#ifndef PK_SERVICE_QUIET_H
#define PK_SERVICE_QUIET_H

#include "gateway/model/quiet.h"
#include "gateway/service/service.h"
#include "gateway/store/messages.h"

#define PK_QUIET_RULES_MAX 32u

/* ---- without a service: check-config, and whoever plans ---- */

/* The rules of a configuration with their calendars; what a calendar's name stands for must have been checked. */
struct pk_quiet_rules {
    struct pk_quiet_rule items[PK_QUIET_RULES_MAX];
    size_t count;
};
void pk_quiet_rules_of(const struct pk_rules *rules, const struct pk_catalog *catalog, struct pk_quiet_rules *ret_rules);
/* Those of a topic and a channel (NULL = of any). A topic "" has no name: only rules for all topics hold. Returns how many. */
size_t pk_quiet_rules_for(const struct pk_rules *rules, const struct pk_quiet_rules *quiet, const char *topic, const char *channel,
                          const struct pk_quiet_rule *ret_rules[PK_QUIET_RULES_MAX]);
/* The first file of days at or after *index that does not know the day PK_QUIET_AHEAD_MS from now; NULL = all know it. *index is
 * set behind it. */
#define PK_QUIET_AHEAD_MS (60 * 86400000ll)
const struct pk_days_rule *pk_quiet_unknown(const struct pk_rules *rules, struct pk_zone *zone, int64_t now_ms, size_t *index);

/* ---- at work ---- */

struct pk_quiet;

/* PK_E_INVALID for a zone that is none. Rules and catalog are borrowed for as long as it lives. */
int pk_quiet_new(struct pk_service *service, const struct pk_rules *rules, const struct pk_catalog *catalog, struct pk_quiet **ret_quiet,
                 struct pk_error *err);
void pk_quiet_free(struct pk_quiet *quiet);
PK_AUTO_DEFINE(pk_quiet, struct pk_quiet *, pk_quiet_free)

struct pk_zone *pk_quiet_zone(struct pk_quiet *quiet);
/* What holds for a topic and a channel by their names, worked out anew: for whoever asks about another moment than now. */
void pk_quiet_look(struct pk_quiet *quiet, const char *topic, const char *channel, int64_t at_ms, struct pk_quiet_verdict *ret_verdict);
size_t pk_quiet_for(struct pk_quiet *quiet, const char *topic, const char *channel, const struct pk_quiet_rule *ret_rules[PK_QUIET_RULES_MAX]);
/* What holds now by their numbers (PK_NAME_TOPIC, 0 = none; PK_NAME_CHANNEL). Lives until the next call. */
const struct pk_quiet_verdict *pk_quiet_now(struct pk_quiet *quiet, uint32_t topic, uint32_t channel, int64_t now_ms);

/* Until when this message is held; 0 = it is not. A NULL `quiet` holds nothing. */
int64_t pk_quiet_holds(struct pk_quiet *quiet, const struct pk_message *message, int64_t now_ms);
/* An attempt of it was opened: counts when it is urgent and leaves in quiet hours. Inside a unit. */
int pk_quiet_opened(struct pk_quiet *quiet, const struct pk_message *message, int64_t now_ms, struct pk_error *err);

/* What is quiet on a channel now, topic by topic: for the dispatcher, which puts off what is due of these in one go. */
struct pk_quiet_lane {
    uint32_t channel;
    int64_t asked_ms, until_ms; /* it holds from the one to the other */
    uint64_t mark; /* another one when anything else is quiet, or until another moment; 0 = nothing is */
    size_t count;
    struct {
        uint32_t topic; /* 0 = messages without one */
        int64_t until_ms;
    } items[65];
};
const struct pk_quiet_lane *pk_quiet_channel(struct pk_quiet *quiet, uint32_t channel, int64_t now_ms);

#endif
