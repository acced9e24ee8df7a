/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person is given to keep of a consent: its entry with the proof in the chain, and one sentence in their language. */
#include "gateway/base/json.h"
#include "gateway/service/consent.h"
#include "gateway/service/topics.h"
#include "gateway/store/names.h"

#define TEMPLATE "consent-receipt"

struct choosing {
    uint32_t topic, channel; /* channel 0 = any */
    int64_t event;
    unsigned channels;
};

static int choose(void *ctx, const struct pk_consent_event *newest)
{
    struct choosing *choosing = ctx;
    if (newest->topic != choosing->topic || (choosing->channel != 0 && newest->channel != choosing->channel))
        return 0;
    choosing->event = newest->id;
    choosing->channels++;
    return 0;
}

static int find_event(struct pk_service *service, int64_t recipient, struct pk_slice topic, struct pk_slice channel, int64_t *ret_event,
                      struct pk_error *err)
{
    struct choosing choosing = { .topic = pk_name_find(service->store, PK_NAME_TOPIC, topic) };
    bool named = channel.len > 0;
    if (named)
        choosing.channel = pk_name_find(service->store, PK_NAME_CHANNEL, channel);
    if (choosing.topic == 0 || (named && choosing.channel == 0))
        return pk_fail(err, PK_E_NOT_FOUND, "the person was never asked about this");
    int r = pk_ledger_newest(service->store, recipient, choose, &choosing, err);
    if (r == 0 && choosing.channels == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "the person was never asked about this");
    if (r == 0 && choosing.channels > 1) {
        (void) pk_fail(err, PK_E_INVALID, "the person has this topic on %u channels", choosing.channels);
        return pk_hint(err, PK_E_INVALID, "Say which: --channel NAME.");
    }
    *ret_event = choosing.event;
    return r;
}

int pk_consent_receipt(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, struct pk_slice topic,
                       struct pk_slice channel, int64_t now_ms, struct pk_receipt_facts *ret_facts, struct pk_error *err)
{
    struct pk_store *store = service->store;
    int64_t event = 0;
    *ret_facts = (struct pk_receipt_facts){ 0 };
    int r = pk_consent_look(service, actor, recipient, "consent.receipt", now_ms, &ret_facts->who, err);
    if (r == 0)
        r = find_event(service, recipient, topic, channel, &event, err);
    if (r == 0)
        r = pk_ledger_entry(store, event, &ret_facts->event, ret_facts->link, ret_facts->previous, err);
    if (r == 0 && ret_facts->event.shown != 0)
        r = pk_shown_get(store, ret_facts->event.shown, &ret_facts->shown, err);
    ret_facts->state = pk_consent_state_of(ret_facts->event.kind, ret_facts->event.until_ms, now_ms);
    ret_facts->topic = pk_rules_topic(service->rules, topic);
    return r;
}

static void add_values(const struct pk_service *service, const struct pk_receipt_facts *facts, struct pk_slice language, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    pk_json_add_time(&json, "begins", facts->event.given_ms);
    pk_json_add_time(&json, "ends", facts->event.until_ms);
    pk_json_add_text(&json, "topic", pk_topic_name(service, facts->topic, language));
    pk_json_close(&json, '}');
}

int pk_consent_sentence(struct pk_service *service, const struct pk_receipt_facts *facts, struct pk_buf *out, struct pk_error *err)
{
    struct pk_slice wanted = pk_slice_of(facts->who.language), script = pk_slice_of(facts->who.script);
    const struct pk_template *text = pk_catalog_find(service->catalog, PK_SLICE(TEMPLATE), wanted);
    char rendering[2 * PK_LANGUAGE_MAX] = "";
    if (facts->state != PK_CONSENT_GRANTED || facts->event.until_ms == 0 || !facts->topic)
        return pk_fail(err, PK_E_CONFLICT, "there is no sentence for it: the consent does not stand, or has no end");
    if (!text)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no template \"" TEMPLATE "\"");
    struct pk_slice own = pk_template_language(text);
    if (script.len > 0 && pk_catalog_has_rendering(service->catalog, own, script))
        (void) snprintf(rendering, sizeof rendering, "%.*s-%.*s", PK_SLICE_ARG(own), PK_SLICE_ARG(script));
    pk_auto(pk_json) struct pk_json *values = NULL;
    struct pk_buf document;
    pk_buf_init(&document, 4096);
    add_values(service, facts, own, &document);
    int r = pk_json_parse(pk_buf_slice(&document), 4096, &values, err);
    struct pk_render how = {
        .language = own,
        .rendering = pk_slice_of(rendering),
        .body = pk_template_body(text),
        .values = values,
        .org = pk_slice_of(service->rules->organisation),
        .zone = service->rules->zone,
    };
    if (r == 0)
        r = pk_catalog_render(service->catalog, &how, out, err);
    pk_buf_finish(&document);
    return r;
}

static size_t first_character(struct pk_slice text)
{
    size_t n = text.len > 0 ? 1 : 0;
    while (n > 0 && n < text.len && ((unsigned char) text.data[n] & 0xc0) == 0x80)
        n++;
    return n;
}

void pk_consent_mask(struct pk_slice address, struct pk_buf *out)
{
    bool number = address.len > 6 && address.data[0] == '+';
    size_t front = number ? 3 : first_character(address), back = number ? 2 : 0;
    (void) pk_buf_add(out, address.data, front);
    (void) pk_buf_add_text(out, "…");
    const char *at = number ? NULL : memchr(address.data, '@', address.len);
    if (at)
        (void) pk_buf_add(out, at, address.len - (size_t) (at - address.data));
    (void) pk_buf_add(out, address.data + address.len - back, back);
}
