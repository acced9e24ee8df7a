/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/consent.h"

#include "gateway/base/id.h"
#include "gateway/service/address.h"
#include "gateway/service/import.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"

/* ---- who ---- */

static int audit(struct pk_service *service, const struct pk_actor *actor, const char *action, int64_t recipient, const char *detail,
                 int64_t now_ms, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    return pk_trail_done(service, actor, action, recipient != 0 ? pk_id_format(recipient, id) : "", detail, recipient, now_ms, err);
}

static int allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, int64_t recipient, struct pk_slice topic,
                 struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    const struct pk_about about = { .recipient = recipient, .topic = topic };
    return pk_allow(service, actor, action, &about, recipient != 0 ? pk_id_format(recipient, id) : NULL, err);
}

int pk_consent_look(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, const char *what, int64_t now_ms,
                    struct pk_recipient *ret_who, struct pk_error *err)
{
    int r = allow(service, actor, PK_ACTION_CONSENT_VIEW, recipient, (struct pk_slice){ 0 }, err);
    if (r == 0)
        r = pk_recipient_get(service->store, recipient, ret_who, err);
    return r == 0 ? audit(service, actor, what, recipient, "", now_ms, err) : r;
}

int pk_consent_find(struct pk_service *service, const struct pk_actor *actor, struct pk_slice channel, struct pk_slice address, int64_t now_ms,
                    int64_t *ret_recipient, struct pk_error *err)
{
    char room[PK_ADDRESS_ROOM];
    struct pk_address found = { 0 };
    struct pk_slice on = channel.len > 0 ? channel : PK_SLICE("sms");
    uint32_t id = pk_name_find(service->store, PK_NAME_CHANNEL, on);
    int r = allow(service, actor, PK_ACTION_RECIPIENT_VIEW, 0, (struct pk_slice){ 0 }, err);
    if (r != 0)
        return r;
    r = id == 0 ? PK_E_NOT_FOUND : pk_address_find(service->store, id, pk_address_as_kept(service, on, address, room), &found, NULL);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return pk_fail(err, r, "the address could not be looked up");
    if ((r = audit(service, actor, "recipient.find", found.recipient, found.recipient != 0 ? "found" : "not found", now_ms, err)) != 0)
        return r;
    *ret_recipient = found.recipient;
    return 0;
}

/* ---- evidence ---- */

static int check_word(const char *what, struct pk_slice text, bool required, struct pk_error *err)
{
    if (text.len == 0 && !required)
        return 0;
    if (text.len > 0 && pk_import_is_word(text))
        return 0;
    (void) pk_fail(err, PK_E_INVALID, text.len == 0 ? "%s is missing" : "%s is too long, or looks like a number of a person", what);
    return pk_hint(err, PK_E_INVALID, "Use a few words, at most %u bytes, without telephone numbers.", PK_CONSENT_WORD_MAX);
}

static bool same_person(struct pk_slice a, struct pk_slice b)
{
    char *text = pk_slice_dup(b);
    bool same = text && a.len == strlen(text) && strncasecmp(a.data, text, a.len) == 0;
    free(text);
    return same;
}

static int check_evidence(const struct pk_grant_plan *plan, struct pk_slice by, int64_t now_ms, struct pk_error *err)
{
    int r = check_word("how they agreed", plan->how, true, err);
    if (r == 0)
        r = check_word("the wording they were shown", plan->wording, plan->confirmed, err);
    if (r == 0)
        r = check_word("who enters it", by, true, err);
    if (r == 0 && plan->given_ms > now_ms)
        r = pk_fail(err, PK_E_INVALID, "the day they agreed lies in the future");
    if (r != 0)
        return r;
    if (!plan->confirmed)
        return plan->second_person.len == 0 ? 0 : pk_fail(err, PK_E_INVALID, "a second person belongs to a consent that is confirmed already");
    if (plan->given_ms == 0)
        return pk_fail(err, PK_E_INVALID, "when they agreed is missing");
    if ((r = check_word("the second person", plan->second_person, true, err)) != 0)
        return r;
    if (!same_person(by, plan->second_person))
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "the second person must be somebody else");
    return pk_hint(err, PK_E_INVALID, "Name somebody else who saw the form, or let the person confirm it themselves.");
}

/* ---- grant ---- */

struct granting {
    struct pk_service *service;
    const struct pk_grant_plan *plan;
    const struct pk_topic_rule *topic;
    uint32_t topic_id, channel;
    int64_t address; /* the oldest on the channel that is not blocked */
    bool blocked; /* there is one, and it is blocked */
    int64_t ended_ms; /* when they last said no to this; 0 = they did not */
};

static int choose_address(void *ctx, const struct pk_address *address)
{
    struct granting *granting = ctx;
    if (address->channel != granting->channel)
        return 0;
    granting->blocked |= address->blocked_ms != 0;
    if (address->blocked_ms == 0 && granting->address == 0)
        granting->address = address->id;
    return 0;
}

static int see_no(void *ctx, const struct pk_consent_event *newest)
{
    struct granting *granting = ctx;
    if (newest->topic == granting->topic_id && newest->channel == granting->channel &&
        (newest->kind == PK_CONSENT_WITHDRAWN || newest->kind == PK_CONSENT_REFUSED))
        granting->ended_ms = newest->at_ms;
    return 0;
}

static int find_places(struct granting *granting, struct pk_error *err)
{
    struct pk_store *store = granting->service->store;
    const struct pk_grant_plan *plan = granting->plan;
    granting->topic = pk_rules_topic(granting->service->rules, plan->topic);
    if (!granting->topic)
        return pk_fail(err, PK_E_INVALID, "there is no topic \"%.*s\"", PK_SLICE_ARG(plan->topic));
    granting->channel = pk_name_find(store, PK_NAME_CHANNEL, plan->channel);
    int r = pk_name_intern(store, PK_NAME_TOPIC, plan->topic, &granting->topic_id, err);
    if (r == 0)
        r = pk_addresses_of(store, plan->recipient, choose_address, granting, err);
    if (r == 0)
        r = pk_ledger_newest(store, plan->recipient, see_no, granting, err);
    if (r != 0 || granting->address != 0)
        return r;
    if (granting->blocked) {
        (void) pk_fail(err, PK_E_CONFLICT, "the network refuses the person's address on this channel");
        return pk_hint(err, PK_E_CONFLICT, "They can be reached again when they write themselves.");
    }
    (void) pk_fail(err, PK_E_NOT_FOUND, "the person has no address on channel \"%.*s\"", PK_SLICE_ARG(plan->channel));
    return pk_hint(err, PK_E_NOT_FOUND, "pokana consent show tells which they have.");
}

/* What the person said themselves weighs more than what is said for them. */
static int check_their_word(const struct granting *granting, const struct pk_recipient *who, enum pk_consent_state state, struct pk_error *err)
{
    if (who->stopped_ms != 0) {
        (void) pk_fail(err, PK_E_CONFLICT, "this person said STOP");
        return pk_hint(err, PK_E_CONFLICT, "Only they can undo that, by writing START.");
    }
    if (state == PK_CONSENT_STATE_BLOCKED) {
        (void) pk_fail(err, PK_E_CONFLICT, "the network refuses messages about this to the person");
        return pk_hint(err, PK_E_CONFLICT, "They can be reached again when they write themselves.");
    }
    if (granting->plan->confirmed && granting->ended_ms != 0 && granting->plan->given_ms <= granting->ended_ms) {
        (void) pk_fail(err, PK_E_CONFLICT, "the person said no to this after that day");
        return pk_hint(err, PK_E_CONFLICT, "A newer form counts; without one let them confirm it themselves.");
    }
    return 0;
}

static int ask(struct granting *granting, const struct pk_recipient *who, int64_t now_ms, bool *ret_asked, struct pk_error *err)
{
    struct pk_question_plan question = {
        .recipient = who->id,
        .address = granting->address,
        .channel = granting->channel,
        .topic = granting->topic_id,
        .language = pk_slice_of(who->language),
        .script = pk_slice_of(who->script),
        .at_once = true,
    };
    return pk_planner_question(granting->service, &question, now_ms, ret_asked, err);
}

static int append(struct granting *granting, const struct pk_recipient *who, struct pk_slice by, int64_t until_ms, int64_t now_ms,
                  struct pk_error *err)
{
    const struct pk_grant_plan *plan = granting->plan;
    struct pk_consent_event event = {
        .recipient = who->id,
        .topic = granting->topic_id,
        .channel = granting->channel,
        .kind = plan->confirmed ? PK_CONSENT_CONFIRMED : plan->given_ms != 0 ? PK_CONSENT_GIVEN : PK_CONSENT_REQUESTED,
        .at_ms = now_ms,
        .given_ms = plan->given_ms,
        .until_ms = until_ms,
        .how = plan->how,
        .wording = plan->wording,
        .language = pk_slice_of(who->language),
        .by = by,
    };
    return pk_ledger_append(granting->service->store, &event, err);
}

int pk_consent_grant(struct pk_service *service, const struct pk_actor *actor, const struct pk_grant_plan *plan, int64_t now_ms,
                     struct pk_grant_result *ret_result, struct pk_error *err)
{
    struct granting granting = { .service = service, .plan = plan };
    struct pk_recipient who;
    struct pk_slice by = plan->by.len > 0 ? plan->by : pk_slice_of(actor->name);
    int64_t has_until_ms = 0;
    int r = allow(service, actor, PK_ACTION_CONSENT_GRANT, plan->recipient, plan->topic, err);
    if (r == 0)
        r = check_evidence(plan, by, now_ms, err);
    if (r == 0)
        r = pk_recipient_get(service->store, plan->recipient, &who, err);
    if (r == 0)
        r = find_places(&granting, err);
    if (r != 0)
        return r;
    enum pk_consent_state state = pk_ledger_state(service->store, who.id, granting.topic_id, granting.channel, now_ms, &has_until_ms);
    if ((r = check_their_word(&granting, &who, state, err)) != 0)
        return r;
    struct pk_grant_result result = { .state = state, .until_ms = has_until_ms };
    int64_t until_ms = plan->confirmed && granting.topic->consent_ms > 0 ? plan->given_ms + granting.topic->consent_ms : 0;
    if (plan->confirmed && until_ms != 0 && until_ms <= now_ms) {
        (void) pk_fail(err, PK_E_INVALID, "a consent for \"%s\" does not last that long", granting.topic->name);
        return pk_hint(err, PK_E_INVALID, "Let the person confirm it: leave --already-confirmed out.");
    }
    bool better = plan->confirmed && has_until_ms != 0 && (until_ms == 0 || until_ms > has_until_ms);
    result.changed = state != PK_CONSENT_GRANTED ? plan->confirmed || state != PK_CONSENT_INVITED : better;
    if (result.changed) {
        r = append(&granting, &who, by, until_ms, now_ms, err);
        result.state = plan->confirmed ? PK_CONSENT_GRANTED : PK_CONSENT_INVITED;
        result.until_ms = until_ms;
    }
    if (r == 0 && result.state == PK_CONSENT_INVITED)
        r = ask(&granting, &who, now_ms, &result.asked, err);
    char detail[256];
    (void) snprintf(detail, sizeof detail, "%.*s, %.*s: %s%s, by %.*s%s%.*s", PK_SLICE_ARG(plan->topic), PK_SLICE_ARG(plan->channel),
                    pk_consent_state_name(result.state), result.changed ? "" : " before", PK_SLICE_ARG(by),
                    plan->confirmed ? ", second person " : "", plan->confirmed ? (int) plan->second_person.len : 0,
                    plan->confirmed ? plan->second_person.data : "");
    if (r == 0)
        r = audit(service, actor, "consent.grant", who.id, detail, now_ms, err);
    if (r == 0)
        *ret_result = result;
    return r;
}

/* ---- withdraw ---- */

struct withdrawing {
    uint32_t topic; /* 0 = every one */
    int64_t now_ms;
    struct {
        uint32_t topic, channel;
    } found[64];
    size_t count;
};

static int see_live(void *ctx, const struct pk_consent_event *newest)
{
    struct withdrawing *withdrawing = ctx;
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, withdrawing->now_ms);
    bool live = state == PK_CONSENT_INVITED || state == PK_CONSENT_GRANTED;
    if (!live || withdrawing->count == PK_COUNT(withdrawing->found) || (withdrawing->topic != 0 && newest->topic != withdrawing->topic))
        return 0;
    withdrawing->found[withdrawing->count].topic = newest->topic;
    withdrawing->found[withdrawing->count++].channel = newest->channel;
    return 0;
}

int pk_consent_withdraw(struct pk_service *service, const struct pk_actor *actor, const struct pk_withdraw_plan *plan, int64_t now_ms,
                        size_t *ret_count, struct pk_error *err)
{
    struct withdrawing withdrawing = { .now_ms = now_ms };
    struct pk_recipient who;
    struct pk_slice by = plan->by.len > 0 ? plan->by : pk_slice_of(actor->name), how = plan->how.len > 0 ? plan->how : PK_SLICE("desk");
    int r = allow(service, actor, PK_ACTION_CONSENT_WITHDRAW, plan->recipient, plan->topic, err);
    if (r == 0)
        r = check_word("how they said it", how, true, err);
    if (r == 0)
        r = check_word("who enters it", by, true, err);
    if (r == 0)
        r = pk_recipient_get(service->store, plan->recipient, &who, err);
    if (r == 0 && plan->topic.len > 0 && (withdrawing.topic = pk_name_find(service->store, PK_NAME_TOPIC, plan->topic)) == 0)
        r = pk_fail(err, PK_E_INVALID, "there is no topic \"%.*s\"", PK_SLICE_ARG(plan->topic));
    if (r == 0)
        r = pk_ledger_newest(service->store, who.id, see_live, &withdrawing, err);
    for (size_t i = 0; r == 0 && i < withdrawing.count; i++) {
        size_t messages;
        struct pk_consent_event event = {
            .recipient = who.id,
            .topic = withdrawing.found[i].topic,
            .channel = withdrawing.found[i].channel,
            .kind = PK_CONSENT_WITHDRAWN,
            .at_ms = now_ms,
            .how = how,
            .language = pk_slice_of(who.language),
            .by = by,
        };
        r = pk_ledger_append(service->store, &event, err);
        if (r == 0)
            r = pk_messages_suppress_topic(service->store, who.id, event.topic, PK_REASON_NO_CONSENT, now_ms, &messages, err);
    }
    char detail[256];
    (void) snprintf(detail, sizeof detail, "%s%.*s, by %.*s: %zu", plan->topic.len > 0 ? "" : "every topic", PK_SLICE_ARG(plan->topic),
                    PK_SLICE_ARG(by), withdrawing.count);
    if (r == 0)
        r = audit(service, actor, "consent.withdraw", who.id, detail, now_ms, err);
    if (r == 0)
        *ret_count = withdrawing.count;
    return r;
}
