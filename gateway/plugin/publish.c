/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exchanges over MQTT: a described request is one message, the broker's PUBACK is its answer.
 *
 * A message that the link took with it when it fell is not sent again by the gateway: each connection begins with an empty
 * queue, for whoever published knows best whether it may come twice. So its end is unknown (PK_ANSWER_NONE).
 */
#include "gateway/plugin/errand.h"

#include "gateway/base/text.h"

#define TOPIC_MAX 1024u
#define NAME_MAX_BYTES 256u
#define EXPIRY_MAX_S (366 * 86400)

/* One message under way. The publisher may keep it longer than the hand-over waits. */
struct pk_publication {
    struct pk_list node; /* in the account's list, while the hand-over waits */
    struct pk_errand *errand; /* NULL: nobody waits any more */
    struct pk_timer *timer; /* the hand-over's patience; or the answer that nothing was sent */
    bool with_broker; /* answered() will come */
};

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

static void publication_free(struct pk_publication *publication)
{
    pk_timer_free(publication->timer);
    free(publication);
}

static void finish(struct pk_publication *publication, uint32_t state, uint32_t reason)
{
    struct pk_answer answer = { .size = sizeof answer, .state = state, .status = reason, .header = no_header };
    struct pk_errand *errand = publication->errand;
    publication->errand = NULL;
    pk_list_remove(&publication->node);
    pk_timer_stop(publication->timer);
    if (!publication->with_broker)
        publication_free(publication);
    pk_exchange_answered(errand, &answer);
}

/* Timer phase. */
static void on_timer(void *ctx)
{
    struct pk_publication *publication = ctx;
    finish(publication, publication->with_broker ? PK_ANSWER_NONE : PK_ANSWER_NOT_SENT, 0);
}

static void answered(void *ctx, int reason)
{
    struct pk_publication *publication = ctx;
    publication->with_broker = false;
    if (!publication->errand)
        publication_free(publication); /* too late */
    else
        finish(publication, reason < 0 ? PK_ANSWER_NONE : PK_ANSWER_COMPLETE, reason < 0 ? 0 : (uint32_t) reason);
}

/* ---- what is said ---- */

/* Why it is no topic for an adapter; NULL when it is. */
static const char *topic_refusal(struct pk_slice topic)
{
    struct pk_slice rest = topic, level;
    if (topic.len > TOPIC_MAX || topic.data[0] == '$' || pk_slice_starts(topic, "pokana/") || pk_slice_is(topic, "pokana"))
        return "the topic is too long, or not an adapter's to publish to";
    while (pk_slice_cut(&rest, '/', &level))
        if (level.len == 0)
            return "the topic has an empty level";
    for (size_t i = 0; i < topic.len; i++)
        if (topic.data[i] == '+' || topic.data[i] == '#')
            return "the topic has a wildcard";
    return topic.data[topic.len - 1] == '/' ? "the topic has an empty level" : NULL;
}

/* The texts of one message as C strings, and its user properties. */
struct spoken {
    char topic[TOPIC_MAX + 1], content_type[NAME_MAX_BYTES + 1];
    struct pk_mqtt_property user[PK_REQUEST_HEADERS_MAX];
    struct pk_mqtt_publish what;
};

static int take_header(struct spoken *spoken, struct pk_slice name, struct pk_slice value, struct pk_error *err)
{
    struct pk_mqtt_publish *what = &spoken->what;
    int64_t seconds;
    if (pk_slice_equal_nocase(name, "content-type")) {
        if (value.len > NAME_MAX_BYTES)
            return pk_fail(err, PK_E_INVALID, "the content type is longer than %u bytes", NAME_MAX_BYTES);
        (void) snprintf(spoken->content_type, sizeof spoken->content_type, "%.*s", PK_SLICE_ARG(value));
        what->content_type = spoken->content_type;
    } else if (pk_slice_equal_nocase(name, "retain")) {
        if (pk_parse_bool(value, &what->retain) != 0)
            return pk_fail(err, PK_E_INVALID, "retain is neither yes nor no");
    } else if (pk_slice_equal_nocase(name, "expiry")) {
        if (pk_parse_int(value, 1, EXPIRY_MAX_S, &seconds) != 0)
            return pk_fail(err, PK_E_INVALID, "expiry is not a number of seconds");
        what->expiry_s = (uint32_t) seconds;
    } else if (pk_slice_equal_nocase(name, "correlation")) {
        what->correlation = value;
    } else {
        spoken->user[what->user_count++] = (struct pk_mqtt_property){ name, value };
    }
    return 0;
}

static int speak(const struct pk_request *request, struct spoken *spoken, struct pk_error *err)
{
    struct pk_slice topic = pk_request_url(request);
    const char *refusal = topic_refusal(topic);
    if (refusal)
        return pk_fail(err, PK_E_INVALID, "%s", refusal);
    (void) snprintf(spoken->topic, sizeof spoken->topic, "%.*s", PK_SLICE_ARG(topic));
    spoken->what = (struct pk_mqtt_publish){ .topic = spoken->topic, .payload = pk_request_body(request), .user = spoken->user };
    for (size_t i = 0; i < pk_request_header_count(request); i++) {
        struct pk_slice name, value;
        pk_request_header(request, i, &name, &value);
        int r = take_header(spoken, name, value, err);
        if (r != 0)
            return r;
    }
    return 0;
}

/* ---- the carrier ---- */

int pk_publish_send(struct pk_errand *errand, struct pk_error *err)
{
    struct pk_account *account = errand->account;
    const struct pk_publisher *publisher = account->config.publisher;
    struct spoken spoken;
    int r = speak(errand->request, &spoken, err);
    if (r != 0)
        return r;
    if (account->stopping)
        return pk_fail(err, PK_E_BUSY, "the account takes no more for now");
    struct pk_publication *publication = pk_alloc(sizeof *publication);
    publication->errand = errand;
    publication->timer = pk_timer_new(account->loop, on_timer, publication);
    pk_list_init(&publication->node);
    r = publisher ? publisher->publish(publisher->ctx, &spoken.what, answered, publication, err) : PK_E_BUSY;
    if (r != 0 && r != PK_E_BUSY) {
        publication_free(publication);
        return pk_fail(err, PK_E_INVALID, "the broker cannot take the message: its topic, its size, or that it is to be retained");
    }
    publication->with_broker = r == 0;
    pk_list_append(&account->publications, &publication->node);
    pk_timer_in(publication->timer, r == 0 ? account->config.timeout_ms : 0);
    return 0;
}

unsigned pk_publish_room(const struct pk_account *account)
{
    const struct pk_publisher *publisher = account->config.publisher;
    return publisher ? publisher->room(publisher->ctx) : 0;
}

void pk_publish_close(struct pk_account *account)
{
    while (!pk_list_empty(&account->publications))
        on_timer(pk_list_entry(account->publications.next, struct pk_publication, node));
}
