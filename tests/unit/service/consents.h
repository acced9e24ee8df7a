/* SPDX-License-Identifier: EUPL-1.2 */
/* Consent entered at the desk, in the house of the service's tests. */
#ifndef PK_TESTS_SERVICE_CONSENTS_H
#define PK_TESTS_SERVICE_CONSENTS_H

#include "tests/unit/service/talk.h"
#include "tests/unit/service/units.h"

#include "gateway/service/consent.h"
#include "gateway/store/ledger.h"

static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "desk" };
static struct pk_error err; /* of what was refused last */

static inline struct pk_grant_plan plan_of(int64_t who)
{
    return (struct pk_grant_plan){ .recipient = who, .topic = PK_SLICE("parent-meetings"), .channel = PK_SLICE("sms"), .how = PK_SLICE("paper"),
                                   .wording = PK_SLICE("form 7"), .by = PK_SLICE("anna desk") };
}

static inline int grant(struct house *house, const struct pk_grant_plan *plan, struct pk_grant_result *ret_result)
{
    int r;
    err = (struct pk_error){ 0 };
    DO(house, r, pk_consent_grant(house->service, &desk, plan, pk_clock_wall_ms(), ret_result, &err));
    return r;
}

static inline void assert_chain_holds(struct house *house)
{
    int64_t held;
    if (pk_ledger_verify(house->store, &held, &err) != 0)
        fail_msg("%s", err.message);
}

#endif
