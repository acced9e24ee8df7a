/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/joining.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/language/phone.h"
#include "gateway/service/import_private.h"
#include "gateway/service/planner.h"
#include "gateway/store/names.h"

#define CHANNEL "sms" /* an address people can type */
#define HOW "web-form"
#define HOUR_MS 3600000ll
#define KEPT_MS (24 * HOUR_MS) /* a form that comes again is known so long, which is longer than it can be sent */
#define WAITING_MAX 1000 /* more is nobody's real need */
#define AN_HOUR 600 /* from everywhere: each may cost a message */
#define ADDRESS_MAX 256u

_Static_assert(PK_JOINING_TOPICS_MAX <= PK_IMPORT_TOPICS_MAX, "a form is a row");

/* ---- the form's token: when it was shown, chance, and a MAC of both ---- */

static void seal_token(struct pk_service *service, uint8_t token[PK_JOIN_TOKEN_BYTES])
{
    uint8_t mac[32];
    struct pk_slice parts[] = { PK_SLICE("join.form"), pk_slice_make(token, 16) };
    pk_keyring_mac(pk_store_keys(service->store), PK_KEY_INDEX, parts, PK_COUNT(parts), mac);
    memcpy(token + 16, mac, 16);
}

void pk_joining_form(struct pk_service *service, int64_t now_ms, uint8_t ret_token[PK_JOIN_TOKEN_BYTES])
{
    memcpy(ret_token, &now_ms, 8);
    pk_random_bytes(ret_token + 8, 8);
    seal_token(service, ret_token);
}

static bool is_form(struct pk_service *service, const uint8_t token[PK_JOIN_TOKEN_BYTES], int64_t now_ms)
{
    uint8_t own[PK_JOIN_TOKEN_BYTES];
    int64_t shown_ms;
    memcpy(own, token, sizeof own);
    memcpy(&shown_ms, token, 8);
    seal_token(service, own);
    return pk_equal_constant_time(own, token, sizeof own) && shown_ms <= now_ms && now_ms - shown_ms < PK_JOINING_FORM_MS;
}

/* ---- taking one in ---- */

static bool add_topics(struct pk_service *service, const struct pk_joining_plan *plan, struct pk_join *join)
{
    size_t len = 0;
    for (size_t i = 0; i < plan->topic_count; i++) {
        struct pk_slice topic = plan->topics[i];
        if (!pk_rules_topic(service->rules, topic) || len + topic.len + 2 > sizeof join->topics)
            return false;
        len += (size_t) snprintf(join->topics + len, sizeof join->topics - len, "%s%.*s", len > 0 ? "," : "", PK_SLICE_ARG(topic));
    }
    return plan->topic_count > 0;
}

static bool set_language(struct pk_service *service, struct pk_slice tag, struct pk_join *join)
{
    struct pk_slice script = tag, language = tag;
    (void) pk_slice_cut(&script, '-', &language);
    if (!pk_catalog_has_language(service->catalog, language) || !pk_catalog_has_rendering(service->catalog, language, script) ||
        language.len >= sizeof join->language || script.len >= sizeof join->script)
        return false;
    (void) snprintf(join->language, sizeof join->language, "%.*s", PK_SLICE_ARG(language));
    (void) snprintf(join->script, sizeof join->script, "%.*s", PK_SLICE_ARG(script));
    return true;
}

int pk_joining_take(struct pk_service *service, const struct pk_joining_plan *plan, int64_t now_ms, struct pk_joining_wrong *ret_wrong,
                    struct pk_error *err)
{
    char e164[PK_PHONE_MAX] = "";
    struct pk_join join = { .created_ms = now_ms };
    *ret_wrong = (struct pk_joining_wrong){
        .form = !is_form(service, plan->token, now_ms),
        .number = pk_phone_parse(plan->number, service->rules->phone_region, e164) > PK_PHONE_AMBIGUOUS,
        .topics = !add_topics(service, plan, &join),
        .language = !set_language(service, plan->tag, &join),
    };
    if (ret_wrong->form || ret_wrong->number || ret_wrong->topics || ret_wrong->language)
        return pk_fail(err, PK_E_INVALID, "the form is not filled in");
    join.channel = pk_name_find(service->store, PK_NAME_CHANNEL, PK_SLICE(CHANNEL));
    if (join.channel == 0)
        return pk_fail(err, PK_E_CONFIG, "there is no route for text messages");
    if (!pk_planner_can_ask(service, join.channel, err))
        return PK_E_CONFIG;
    if (pk_joins_waiting(service->store) >= WAITING_MAX)
        return pk_fail(err, PK_E_BUSY, "too many sign up at once");
    if (pk_joins_since(service->store, now_ms - HOUR_MS) >= AN_HOUR)
        return pk_fail(err, PK_E_LIMIT, "too many signed up within the hour");
    int r = pk_join_add(service->store, plan->token, &join, pk_slice_of(e164), now_ms + KEPT_MS, err);
    explicit_bzero(e164, sizeof e164);
    return r == PK_E_CONFLICT ? 0 : r;
}

/* ---- from the queue ---- */

static int sign_up(struct pk_service *service, const struct pk_join *join, struct pk_slice value, int64_t now_ms, struct pk_error *err)
{
    struct pk_import_outcome outcome;
    struct pk_slice rest = pk_slice_of(join->topics), name;
    struct pk_import_row row = {
        .channel = PK_SLICE(CHANNEL),
        .address = value,
        .language = pk_slice_of(join->language),
        .script = pk_slice_of(join->script),
        .how = PK_SLICE(HOW),
        .wording = PK_SLICE(HOW),
        .by = PK_SLICE("self"),
        .at_once = true,
    };
    while (row.topic_count < PK_IMPORT_TOPICS_MAX && pk_slice_cut(&rest, ',', &name)) {
        const struct pk_topic_rule *topic = pk_rules_topic(service->rules, name); /* may be gone since */
        if (topic)
            row.topics[row.topic_count++] = topic;
    }
    return pk_import_apply_row(service, false, row.by, &row, now_ms, &outcome, err);
}

static int step(struct pk_service *service, struct pk_error *err)
{
    struct pk_join join;
    struct pk_buf value;
    pk_buf_init(&value, ADDRESS_MAX);
    int r = pk_join_next(service->store, &join, &value, err);
    if (r == 0 && (r = pk_unit_begin(service->store, err)) == 0) {
        r = value.len > 0 ? sign_up(service, &join, pk_buf_slice(&value), pk_clock_wall_ms(), err) : 0;
        if (r == 0)
            r = pk_join_done(service->store, join.id, err);
        if (r != 0)
            pk_unit_drop(service->store);
        else
            r = pk_unit_keep(service->store, err);
    }
    pk_buf_wipe(&value);
    return r;
}

bool pk_joining_step(struct pk_service *service, size_t max)
{
    struct pk_error err = { 0 };
    int r = 0;
    for (size_t i = 0; r == 0 && i < max; i++)
        r = step(service, &err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        pk_log(PK_LOG_ERROR, "joining", "form.failed", "reason", err.message, NULL);
    return r == 0;
}
