/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The consent receipt: what a person, or whoever checks on their behalf, needs to know of one consent: who controls, for
 * what, in which words it was asked, how and when it was answered, until when it lasts, how it ends, and its place in the
 * chain. No name and no address: whoever holds it knows whose it is.
 */
#include "gateway/api/answer.h"
#include "gateway/api/consent.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/service/consent.h"
#include "gateway/service/topics.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"

#define FORMAT "pokana-consent-receipt/1"

static void add_hash(struct pk_json_out *out, const char *name, const uint8_t bytes[32])
{
    struct pk_buf text;
    pk_buf_init(&text, 65);
    pk_hex(&text, bytes, 32);
    pk_json_add_slice(out, name, pk_buf_slice(&text));
    pk_buf_finish(&text);
}

static void add_topic(struct pk_json_out *out, const struct pk_service *service, const struct pk_receipt_facts *facts, struct pk_slice topic)
{
    struct pk_slice language = pk_slice_of(facts->who.language);
    const char *purpose = facts->topic ? pk_tagged_find(&facts->topic->purposes, language) : NULL;
    if (facts->topic && !purpose)
        purpose = pk_tagged_find(&facts->topic->purposes, pk_slice_of(service->rules->default_language));
    pk_json_open(out, "topic", '{');
    pk_json_add_slice(out, "id", topic);
    pk_json_add_text(out, "name", facts->topic ? pk_topic_name(service, facts->topic, language) : NULL);
    pk_json_add_text(out, "purpose", purpose);
    pk_json_close(out, '}');
}

/* The words as they stood on the screen, and which version of our texts they were made from. */
static int add_shown(struct pk_json_out *out, struct pk_store *store, const struct pk_receipt_facts *facts, struct pk_error *err)
{
    struct pk_text_version version;
    if (facts->shown.id == 0) {
        pk_json_add_null(out, "shown");
        return 0;
    }
    int r = pk_text_version_get(store, facts->shown.version, &version, err);
    if (r != 0)
        return r;
    pk_json_open(out, "shown", '{');
    pk_json_add_slice(out, "text", facts->shown.text);
    add_hash(out, "textSha256", facts->shown.hash);
    pk_json_add_slice(out, "template", version.name);
    add_hash(out, "templateSha256", version.hash);
    pk_json_add_slice(out, "language", version.rendering.len > 0 ? version.rendering : version.language);
    pk_json_close(out, '}');
    return 0;
}

static void add_chain(struct pk_json_out *out, const struct pk_receipt_facts *facts)
{
    pk_json_open(out, "chain", '{');
    pk_json_add_int(out, "entry", facts->event.id);
    pk_json_add_int(out, "key", facts->event.key);
    add_hash(out, "link", facts->link);
    add_hash(out, "previousLink", facts->previous);
    pk_json_close(out, '}');
}

static void add_withdrawal(struct pk_json_out *out)
{
    pk_json_open(out, "howToWithdraw", '[');
    pk_json_add_text(out, NULL, "answer STOP to any message: ends everything");
    pk_json_add_text(out, NULL, "answer STOP and the topic's word: ends that topic");
    pk_json_add_text(out, NULL, "tell the controller");
    pk_json_close(out, ']');
}

struct asking {
    int64_t recipient;
    struct pk_buf topic, channel;
    bool topic_given, channel_given;
};

static int write(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct asking *asking = ctx;
    struct pk_service *service = call->service;
    struct pk_receipt_facts facts;
    struct pk_buf sentence;
    int r = pk_consent_receipt(service, &call->actor, asking->recipient, pk_buf_slice(&asking->topic), pk_buf_slice(&asking->channel),
                               call->now_ms, &facts, err);
    if (r != 0)
        return r;
    struct pk_json_out out = pk_json_out(&call->out);
    pk_buf_init(&sentence, 4096);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "format", FORMAT);
    pk_json_add_time(&out, "issuedAt", call->now_ms);
    pk_json_add_text(&out, "controller", service->rules->organisation);
    pk_json_add_id(&out, "recipient", facts.who.id);
    pk_json_add_text(&out, "state", pk_consent_state_name(facts.state));
    add_topic(&out, service, &facts, pk_buf_slice(&asking->topic));
    pk_json_open(&out, "evidence", '{');
    pk_consent_event_write(&out, service->store, &facts.event);
    pk_json_close(&out, '}');
    r = add_shown(&out, service->store, &facts, err);
    add_withdrawal(&out);
    add_chain(&out, &facts);
    bool told = pk_consent_sentence(service, &facts, &sentence, NULL) == 0;
    pk_json_add_slice(&out, "sentence", told ? pk_buf_slice(&sentence) : (struct pk_slice){ 0 });
    pk_json_close(&out, '}');
    pk_buf_finish(&sentence);
    return r;
}

void pk_api_consent_receipt(struct pk_call *call)
{
    struct asking asking = { 0 };
    struct pk_error err = { 0 };
    call->actor.purpose = "receipt";
    pk_buf_init(&asking.topic, 64);
    pk_buf_init(&asking.channel, 64);
    int r = pk_call_place_id(call, 0, "recipient", &asking.recipient, &err);
    if (r == 0)
        r = pk_call_argument(call, "topic", &asking.topic, &asking.topic_given, &err);
    if (r == 0)
        r = pk_call_argument(call, "channel", &asking.channel, &asking.channel_given, &err);
    if (r == 0 && !asking.topic_given)
        r = pk_fail(&err, PK_E_INVALID, "argument \"topic\" is missing");
    if (r == 0)
        r = pk_call_change(call, write, &asking, &err);
    pk_buf_finish(&asking.topic);
    pk_buf_finish(&asking.channel);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}
