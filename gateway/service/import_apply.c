/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One good row into the store. A person is found by the address; an address that is somebody's keeps its person, with
 * the language they have. What is there already is left alone, so that the same row a second time changes nothing.
 */
#include "gateway/service/import_private.h"
#include "gateway/service/planner.h"
#include "gateway/store/former.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"

/* One row on its way in. */
struct applying {
    struct pk_service *service;
    const struct pk_import_row *row;
    struct pk_import_outcome *outcome;
    struct pk_slice by;
    int64_t now_ms;
    bool confirmed;
    uint32_t channel;
    struct pk_recipient who; /* id 0 = nobody yet */
    int64_t address;         /* 0 = not known yet */
    int64_t former;          /* who had this address and was forgotten; 0 = nobody, or nobody can tell */
    struct {
        uint32_t id;
        int64_t until_ms;
        bool append, ask;
    } topics[PK_IMPORT_TOPICS_MAX];
};

/* ---- who ---- */

/* Somebody who said STOP, or whom the network refuses, is passed over without a word: whoever gives a file must not learn
 * from it who is known here, nor what they said. */
static int recognise(struct applying *a, bool *ret_reachable, struct pk_error *err)
{
    struct pk_store *store = a->service->store;
    struct pk_address at;
    *ret_reachable = !pk_suppression_has(store, a->channel, a->row->address);
    int r = pk_address_find(store, a->channel, a->row->address, &at, err);
    if (r == PK_E_NOT_FOUND)
        a->former = pk_proof_find(store, a->channel, a->row->address);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    *ret_reachable &= at.blocked_ms == 0;
    a->address = at.id;
    if (at.recipient == 0)
        return 0; /* wrote to us before, and is signed up now */
    if ((r = pk_recipient_get(store, at.recipient, &a->who, err)) != 0)
        return r;
    *ret_reachable &= a->who.stopped_ms == 0;
    return 0;
}

static int add_person(struct applying *a, struct pk_error *err)
{
    struct pk_store *store = a->service->store;
    int r = pk_recipient_add(store, a->row->language, a->row->script, a->now_ms, &a->who.id, err);
    if (r == 0)
        r = pk_address_add(store, a->who.id, a->channel, a->row->address, a->now_ms, &a->address, err);
    if (r != 0)
        return r;
    (void) snprintf(a->who.language, sizeof a->who.language, "%.*s", PK_SLICE_ARG(a->row->language));
    (void) snprintf(a->who.script, sizeof a->who.script, "%.*s", PK_SLICE_ARG(a->row->script));
    a->outcome->changed = true;
    return 0;
}

/* ---- what they agreed to ---- */

struct since {
    uint32_t topic, channel;
    int64_t at_ms;
};

static int look(void *ctx, const struct pk_consent_event *newest)
{
    struct since *since = ctx;
    if (newest->topic == since->topic && newest->channel == since->channel)
        since->at_ms = newest->at_ms;
    return 0;
}

/* Invited before, but the question never left (it expired while everything was on hold): it is put again. Only while the
 * messages of that time are kept, or their absence would say nothing. */
static bool question_may_be_lost(struct applying *a, uint32_t topic)
{
    struct since since = { .topic = topic, .channel = a->channel };
    int r = pk_ledger_newest(a->service->store, a->who.id, look, &since, NULL);
    return r == 0 && since.at_ms > a->now_ms - a->service->rules->keep_messages_ms;
}

static bool covers(int64_t has_until_ms, int64_t new_until_ms)
{
    return has_until_ms == 0 || (new_until_ms != 0 && has_until_ms >= new_until_ms);
}

/* What each topic of the row would change. No to all of them: *ret_any is false. */
static int weigh(struct applying *a, bool *ret_any, struct pk_error *err)
{
    struct pk_store *store = a->service->store;
    *ret_any = false;
    for (size_t i = 0; i < a->row->topic_count; i++) {
        int r = pk_name_intern(store, PK_NAME_TOPIC, pk_slice_of(a->row->topics[i]->name), &a->topics[i].id, err);
        if (r != 0)
            return r;
        a->topics[i].until_ms = a->confirmed ? pk_import_until(a->row, a->row->topics[i]) : a->row->until_ms;
        int64_t has_until_ms = 0;
        enum pk_consent_state state =
            a->who.id == 0 ? PK_CONSENT_UNKNOWN
                           : pk_ledger_state(store, a->who.id, a->topics[i].id, a->channel, a->now_ms, &has_until_ms);
        if (a->former != 0 && pk_former_said_no(store, a->former, a->topics[i].id, a->channel))
            continue; /* a no is known as long as its proof is */
        if (state == PK_CONSENT_STATE_WITHDRAWN || state == PK_CONSENT_STATE_BLOCKED)
            continue; /* only the person can undo that */
        *ret_any = true;
        if (a->confirmed) {
            a->topics[i].append = state != PK_CONSENT_GRANTED || !covers(has_until_ms, a->topics[i].until_ms);
        } else {
            a->topics[i].append = state == PK_CONSENT_UNKNOWN || state == PK_CONSENT_STATE_EXPIRED;
            a->topics[i].ask = a->topics[i].append || (state == PK_CONSENT_INVITED && question_may_be_lost(a, a->topics[i].id));
        }
    }
    return 0;
}

static int append(struct applying *a, size_t i, struct pk_error *err)
{
    struct pk_consent_event event = {
        .recipient = a->who.id,
        .topic = a->topics[i].id,
        .channel = a->channel,
        .kind = a->confirmed ? PK_CONSENT_CONFIRMED : PK_CONSENT_REQUESTED,
        .at_ms = a->now_ms,
        .given_ms = a->row->given_ms,
        .until_ms = a->topics[i].until_ms,
        .how = a->row->how.len > 0 ? a->row->how : PK_SLICE("csv"),
        .wording = a->row->wording,
        .language = pk_slice_of(a->who.language),
        .by = a->row->by.len > 0 ? a->row->by : a->by,
    };
    a->outcome->changed = true;
    return pk_ledger_append(a->service->store, &event, err);
}

/* One question is about everything the person was signed up for. */
static int ask(struct applying *a, struct pk_error *err)
{
    bool asked = false;
    for (size_t i = 0; !asked && i < a->row->topic_count; i++) {
        if (!a->topics[i].ask)
            continue;
        struct pk_question_plan plan = {
            .recipient = a->who.id,
            .address = a->address,
            .channel = a->channel,
            .topic = a->topics[i].id,
            .language = pk_slice_of(a->who.language),
            .script = pk_slice_of(a->who.script),
            .at_once = a->row->at_once,
            .circle = a->row->circle,
            .ret_message = &a->outcome->question,
        };
        int r = pk_planner_question(a->service, &plan, a->now_ms, &asked, err);
        if (r != 0)
            return r;
    }
    if (asked) {
        a->outcome->changed = true;
        a->outcome->asked++;
    }
    return 0;
}

static int change(struct applying *a, struct pk_error *err)
{
    struct pk_store *store = a->service->store;
    bool tagged = a->who.id == 0 || !a->row->circle;
    int r = a->who.id == 0 ? add_person(a, err) : 0;
    a->outcome->recipient = a->who.id;
    for (size_t i = 0; r >= 0 && tagged && i < a->row->tag_count; i++) {
        uint32_t tag;
        if ((r = pk_name_intern(store, PK_NAME_TAG, a->row->tags[i], &tag, err)) == 0)
            r = pk_recipient_tag(store, a->who.id, tag, err);
        if (r == 1)
            a->outcome->changed = true;
    }
    r = r > 0 ? 0 : r;
    for (size_t i = 0; r == 0 && i < a->row->topic_count; i++)
        if (a->topics[i].append)
            r = append(a, i, err);
    return r == 0 ? ask(a, err) : r;
}

int pk_import_apply_row(struct pk_service *service, bool confirmed, struct pk_slice by, const struct pk_import_row *row,
                        int64_t now_ms, struct pk_import_outcome *ret_outcome, struct pk_error *err)
{
    *ret_outcome = (struct pk_import_outcome){ 0 };
    struct applying a = {
        .service = service, .row = row, .outcome = ret_outcome, .by = by, .now_ms = now_ms, .confirmed = confirmed
    };
    bool reachable = false, any = false;
    struct pk_error why = { 0 };
    int r = pk_name_intern(service->store, PK_NAME_CHANNEL, row->channel, &a.channel, err);
    /* Before anybody is looked for: so it is said of a number whoever's it is. */
    if (r == 0 && !confirmed && !pk_planner_can_ask(service, a.channel, &why)) {
        ret_outcome->refused = "cannot be asked: nobody can answer on the route, and there is no page to answer on";
        ret_outcome->hint = "Set page in [gateway].";
        return 0;
    }
    if (r == 0)
        r = recognise(&a, &reachable, err);
    if (r == 0 && reachable)
        r = weigh(&a, &any, err);
    return r == 0 && any ? change(&a, err) : r;
}
