/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/consent_ends.h"

#include "gateway/base/log.h"
#include "gateway/service/former.h"
#include "gateway/service/planner.h"
#include "gateway/service/topics.h"
#include "gateway/store/ledger.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define ROWS 100u /* of one step */
#define WALK_EVERY_MS (3600 * 1000ll)

/* The walks one after the other; each goes on where its last step ended. */
enum walk { WALK_RENEWALS = 0, WALK_SILENT, WALK_FORMER, WALK_PRUNE, WALK_DONE };

struct pk_consent_ends {
    struct pk_service *service;
    enum walk walk;
    int64_t next_walk_ms;
    size_t topic; /* of the rules: whose consents are looked at */
    bool inside; /* of that topic: `last` is the row to go on behind */
    struct pk_consent_row last;
    struct pk_former_walk former;
};

struct pk_consent_ends *pk_consent_ends_new(struct pk_service *service)
{
    struct pk_consent_ends *ends = pk_alloc(sizeof *ends);
    ends->service = service;
    ends->walk = WALK_DONE;
    return ends;
}

void pk_consent_ends_free(struct pk_consent_ends *ends)
{
    free(ends);
}

static int append(struct pk_service *service, const struct pk_consent_row *row, const char *how, int64_t now_ms, struct pk_error *err)
{
    struct pk_consent_event event = {
        .recipient = row->recipient,
        .topic = row->topic,
        .channel = row->channel,
        .kind = PK_CONSENT_EXPIRED_EVENT,
        .at_ms = now_ms,
        .how = pk_slice_of(how),
        .by = PK_SLICE("gateway"),
    };
    return pk_ledger_append(service->store, &event, err);
}

/* ---- what has ended ---- */

static int end_some(struct pk_consent_ends *ends, int64_t now_ms, bool *ret_more, struct pk_error *err)
{
    struct pk_service *service = ends->service;
    struct pk_consent_row rows[ROWS];
    size_t count = 0;
    int r = pk_consents_ended(service->store, now_ms, ROWS, rows, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = append(service, &rows[i], "end", now_ms, err);
    *ret_more = count == ROWS;
    if (r == 0)
        service->metrics.consents_ended += count;
    return r;
}

/* ---- what will end ---- */

/* Everything of one person on one channel that ends soon and was not asked about. */
struct renewing {
    struct pk_service *service;
    int64_t now_ms;
    uint32_t channel;
    struct pk_topic_set topics;
    struct pk_consent_row rows[PK_TOPIC_SET_MAX];
    int64_t address; /* 0 = none that can be written to */
};

static int add_renewing(void *ctx, const struct pk_consent_event *newest)
{
    struct renewing *renewing = ctx;
    const char *name = pk_name_text(renewing->service->store, PK_NAME_TOPIC, newest->topic);
    const struct pk_topic_rule *rule = name ? pk_rules_topic(renewing->service->rules, pk_slice_of(name)) : NULL;
    bool stands = pk_consent_state_of(newest->kind, newest->until_ms, renewing->now_ms) == PK_CONSENT_GRANTED;
    if (!rule || !stands || newest->channel != renewing->channel || newest->asked_ms != 0 || newest->until_ms == 0 ||
        newest->until_ms - rule->renew_ms > renewing->now_ms || renewing->topics.count == PK_TOPIC_SET_MAX)
        return 0;
    renewing->rows[renewing->topics.count] =
        (struct pk_consent_row){ .recipient = newest->recipient, .topic = newest->topic, .channel = newest->channel };
    pk_topic_set_add(&renewing->topics, newest->topic);
    return 0;
}

static int find_address(void *ctx, const struct pk_address *address)
{
    struct renewing *renewing = ctx;
    if (address->channel == renewing->channel && address->blocked_ms == 0 && renewing->address == 0)
        renewing->address = address->id;
    return 0;
}

/* Who cannot be asked now, because of another question not long ago, is looked at again by the next walk. */
static int renew_one(struct pk_service *service, const struct pk_consent_row *row, int64_t now_ms, struct pk_error *err)
{
    struct renewing renewing = { .service = service, .now_ms = now_ms, .channel = row->channel };
    struct pk_recipient who;
    bool asked = false;
    int r = pk_recipient_get(service->store, row->recipient, &who, err);
    if (r == PK_E_NOT_FOUND || (r == 0 && who.stopped_ms != 0))
        return 0;
    if (r == 0)
        r = pk_ledger_newest(service->store, row->recipient, add_renewing, &renewing, err);
    if (r == 0)
        r = pk_addresses_of(service->store, row->recipient, find_address, &renewing, err);
    if (r != 0 || renewing.topics.count == 0 || renewing.address == 0)
        return r;
    struct pk_question_plan plan = {
        .recipient = row->recipient,
        .address = renewing.address,
        .channel = row->channel,
        .topic = renewing.topics.items[0],
        .language = pk_slice_of(who.language),
        .script = pk_slice_of(who.script),
        .renews = &renewing.topics,
    };
    r = pk_planner_question(service, &plan, now_ms, &asked, err);
    for (size_t i = 0; r == 0 && asked && i < renewing.topics.count; i++)
        r = pk_consent_asked(service->store, &renewing.rows[i], now_ms, err);
    if (r == 0 && asked)
        service->metrics.renewals_asked++;
    return r;
}

static int renew_some(struct pk_consent_ends *ends, int64_t now_ms, bool *ret_more, struct pk_error *err)
{
    struct pk_service *service = ends->service;
    struct pk_consent_row rows[ROWS];
    size_t count = 0;
    *ret_more = ends->topic < service->rules->topic_count;
    if (!*ret_more)
        return 0;
    const struct pk_topic_rule *rule = &service->rules->topics[ends->topic];
    uint32_t topic = rule->renew_ms > 0 ? pk_name_find(service->store, PK_NAME_TOPIC, pk_slice_of(rule->name)) : 0;
    int r = topic == 0 ? 0
                       : pk_consents_ending(service->store, topic, now_ms, ends->inside ? &ends->last : NULL, now_ms + rule->renew_ms, ROWS, rows,
                                            &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = renew_one(service, &rows[i], now_ms, err);
    if (r != 0)
        return r;
    ends->inside = count == ROWS;
    if (ends->inside)
        ends->last = rows[count - 1];
    else
        ends->topic++;
    return 0;
}

/* ---- who said nothing ---- */

struct silence {
    struct pk_service *service;
    int64_t since_ms, now_ms;
    bool asked; /* by a question that is younger than that */
    bool ever_asked; /* within the time in which nobody is asked twice */
    bool blocked, something; /* an address is blocked; there is more between us */
};

static int look_at_address(void *ctx, const struct pk_address *address)
{
    struct silence *silence = ctx;
    silence->asked |= pk_messages_question_asked(silence->service->store, address->id, 0, silence->since_ms);
    silence->ever_asked |=
        pk_messages_question_asked(silence->service->store, address->id, 0, silence->now_ms - silence->service->rules->question_every_ms);
    silence->blocked |= address->blocked_ms != 0;
    return 0;
}

/* A no has to be remembered, and so has a block; what expired has not. */
static int look_at_state(void *ctx, const struct pk_consent_event *newest)
{
    struct silence *silence = ctx;
    silence->something |= pk_consent_state_of(newest->kind, newest->until_ms, silence->now_ms) != PK_CONSENT_STATE_EXPIRED;
    return 0;
}

/* Who was asked is not asked again before the time is over, counted from the question: that is at least as old as silence
 * has to be. */
static int forget(struct silence *silence, int64_t recipient, struct pk_error *err)
{
    struct pk_service *service = silence->service;
    struct pk_store *store = service->store;
    int r = silence->ever_asked ? pk_silent_add_person(store, recipient, silence->since_ms + service->rules->question_every_ms, err) : 0;
    if (r == 0)
        r = pk_recipient_forget(store, recipient, err);
    if (r == 0)
        r = pk_store_set_number(store, PK_NUMBER_SILENT, pk_store_number(store, PK_NUMBER_SILENT, 0) + 1, err);
    if (r == 0)
        service->metrics.people_silent++;
    return r;
}

static int silence_one(struct pk_service *service, const struct pk_consent_row *row, int64_t now_ms, struct pk_error *err)
{
    struct silence silence = { .service = service, .since_ms = now_ms - service->rules->keep_unanswered_ms, .now_ms = now_ms };
    struct pk_recipient who;
    int r = pk_addresses_of(service->store, row->recipient, look_at_address, &silence, err);
    if (r != 0 || silence.asked || pk_recipient_is_written_to(service->store, row->recipient))
        return r;
    r = append(service, row, "silence", now_ms, err);
    if (r == 0)
        r = pk_ledger_newest(service->store, row->recipient, look_at_state, &silence, err);
    if (r == 0)
        r = pk_recipient_get(service->store, row->recipient, &who, err);
    if (r == PK_E_NOT_FOUND)
        return 0;
    return r != 0 || silence.something || silence.blocked || who.stopped_ms != 0 ? r : forget(&silence, row->recipient, err);
}

static int silence_some(struct pk_consent_ends *ends, int64_t now_ms, bool *ret_more, struct pk_error *err)
{
    struct pk_service *service = ends->service;
    struct pk_consent_row rows[ROWS];
    size_t count = 0;
    int64_t keep_ms = service->rules->keep_unanswered_ms;
    int r = keep_ms == 0 ? 0 : pk_consents_silent(service->store, ends->inside ? ends->last.event : 0, now_ms - keep_ms, ROWS, rows, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = silence_one(service, &rows[i], now_ms, err);
    if (r != 0)
        return r;
    *ret_more = ends->inside = count == ROWS;
    if (ends->inside)
        ends->last = rows[count - 1];
    if (!ends->inside && (r = pk_silent_expire(service->store, now_ms, ROWS, &count, err)) == 0)
        *ret_more = count == ROWS;
    return r;
}

/* ---- who agreed to nothing any more ---- */

static int former_some(struct pk_consent_ends *ends, int64_t now_ms, bool *ret_more, struct pk_error *err)
{
    return pk_former_step(ends->service, &ends->former, ROWS, now_ms, ret_more, err);
}

/* ---- what is old ---- */

static int prune_some(struct pk_consent_ends *ends, int64_t now_ms, bool *ret_more, struct pk_error *err)
{
    struct pk_service *service = ends->service;
    size_t count = 0;
    int64_t keep_ms = service->rules->keep_ledger_ms;
    int r = keep_ms == 0 ? 0 : pk_ledger_prune(service->store, now_ms - keep_ms, now_ms, ROWS, &count, err);
    *ret_more = count == ROWS;
    return r;
}

/* ---- steps ---- */

typedef int (*step_fn)(struct pk_consent_ends *ends, int64_t now_ms, bool *ret_more, struct pk_error *err);

static bool step(struct pk_consent_ends *ends, const char *what, step_fn run, int64_t now_ms)
{
    struct pk_store *store = ends->service->store;
    struct pk_error err = { 0 };
    struct pk_consent_ends before = *ends;
    struct pk_metrics counted = ends->service->metrics;
    bool more = false;
    int r = pk_unit_begin(store, &err);
    if (r == 0) {
        r = run(ends, now_ms, &more, &err);
        if (r != 0)
            pk_unit_drop(store);
        else
            r = pk_unit_keep(store, &err);
    }
    if (r == 0)
        return more;
    *ends = before;
    ends->service->metrics = counted;
    pk_log(PK_LOG_ERROR, "consent", "step.failed", "step", what, "reason", err.message, NULL);
    ends->walk = ends->walk == WALK_DONE ? WALK_DONE : (enum walk) (ends->walk + 1); /* the next walk tries again */
    ends->topic = 0;
    ends->inside = false;
    return false;
}

bool pk_consent_ends_run(struct pk_consent_ends *ends, int64_t now_ms)
{
    static const struct {
        const char *what;
        step_fn run;
    } walks[WALK_DONE] = {
        [WALK_RENEWALS] = { "renewals", renew_some }, [WALK_SILENT] = { "silent", silence_some },
        [WALK_FORMER] = { "former", former_some },    [WALK_PRUNE] = { "prune", prune_some }
    };
    bool more = step(ends, "ended", end_some, now_ms);
    if (ends->walk == WALK_DONE && now_ms >= ends->next_walk_ms) {
        ends->walk = WALK_RENEWALS;
        ends->next_walk_ms = now_ms + WALK_EVERY_MS;
        ends->former = (struct pk_former_walk){ .after = INT64_MIN };
        ends->topic = 0;
        ends->inside = false;
    }
    if (ends->walk == WALK_DONE)
        return more;
    enum walk now = ends->walk;
    if (!step(ends, walks[now].what, walks[now].run, now_ms) && ends->walk == now) {
        ends->walk = (enum walk) (now + 1);
        ends->inside = false;
    }
    return more || ends->walk != WALK_DONE;
}
