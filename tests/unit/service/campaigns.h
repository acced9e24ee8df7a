/* SPDX-License-Identifier: EUPL-1.2 */
/* Campaigns in the house: what is done with one, as its adviser and its approver do it, and how it is seen. */
#ifndef PK_TESTS_SERVICE_CAMPAIGNS_H
#define PK_TESTS_SERVICE_CAMPAIGNS_H

#include "tests/unit/service/agenda.h"
#include "tests/unit/service/talk.h"

#include "gateway/base/json.h"
#include "gateway/service/campaigns.h"

/* The one that most tests are about. HOUSE_NOW is Tuesday 13 October 2026, 10:30 on the wall. */
#define AUTUMN "parents-autumn"
#define NAME PK_SLICE(AUTUMN)
#define INVITE "{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"}"
#define REMIND "{\"when\":\"1 day before at 18:00\",\"template\":\"parent-meeting-reminder\"}"
#define NEWS "{\"when\":\"on change\",\"template\":\"parent-meeting-changed\"}"
#define STEPS "[" INVITE "," REMIND "," NEWS ",{\"when\":\"on cancel\",\"template\":\"parent-meeting-cancelled\"}]"
#define VALUES "{\"begins\":\"2026-10-27T17:30:00Z\",\"place\":\"De Windroos\"}"
#define LATER "{\"begins\":\"2026-11-03T18:30:00Z\",\"place\":\"De Windroos\"}"
#define OLD_DAY "27 октомври"
#define NEW_DAY "3 ноември"

static inline struct pk_json *json(const char *text)
{
    struct pk_json *document = NULL;
    assert_int_equal(pk_json_parse(pk_slice_of(text), 1u << 20, &document, NULL), 0);
    return document;
}

/* Written by `actor`, with its values and steps read from text. */
static inline int write_as(struct house *house, const struct pk_actor *actor, struct pk_campaign_plan plan, const char *values, const char *steps,
                           struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *value_list = json(values);
    pk_auto(pk_json) struct pk_json *step_list = json(steps);
    int r;
    plan.values = value_list;
    plan.steps = step_list;
    DO(house, r, pk_campaign_put(house->service, actor, &plan, pk_clock_wall_ms(), err));
    return r;
}

static inline int act_on(struct house *house, const char *name, const struct pk_actor *actor, enum pk_campaign_act what, const char *digest,
                         struct pk_error *err)
{
    int r;
    DO(house, r, pk_campaign_do(house->service, actor, pk_slice_of(name), what, pk_slice_of(digest), pk_clock_wall_ms(), err));
    return r;
}

static inline int act(struct house *house, const struct pk_actor *actor, enum pk_campaign_act what, const char *digest, struct pk_error *err)
{
    return act_on(house, AUTUMN, actor, what, digest, err);
}

static inline struct pk_campaign_view seen_of(struct house *house, const char *name)
{
    struct pk_campaign_view view = { 0 };
    struct pk_error err = { 0 };
    if (pk_campaign_view(house->service, &anna, pk_slice_of(name), pk_clock_wall_ms(), &view, &err) != 0)
        fail_msg("%s", err.message);
    return view;
}

static inline struct pk_campaign_view seen(struct house *house)
{
    return seen_of(house, AUTUMN);
}

/* One that is written is approved and begins. */
static inline void put_through(struct house *house, const char *name)
{
    assert_int_equal(act_on(house, name, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(act_on(house, name, &boris, PK_CAMPAIGN_APPROVE, seen_of(house, name).digest, NULL), 0);
    assert_int_equal(act_on(house, name, &anna, PK_CAMPAIGN_START, "", NULL), 0);
}

#endif
