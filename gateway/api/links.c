/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Links that open a chat: one made for a person, shown this once; what became of those made for them, without their codes;
 * and a topic's own for a poster. The rules are service/deep_links.
 */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/service/deep_links.h"
#include "gateway/store/names.h"

#define NAME_MAX 48u

/* Topics with commas, as a list. */
static void add_topics(struct pk_json_out *out, struct pk_slice topics)
{
    struct pk_slice name;
    pk_json_open(out, "topics", '[');
    while (pk_slice_cut(&topics, ',', &name))
        pk_json_add_slice(out, NULL, name);
    pk_json_close(out, ']');
}

/* ---- one is made ---- */

struct making {
    struct pk_link_plan plan;
    struct pk_link_made made;
};

static int read_topics(struct pk_call *call, struct pk_link_plan *plan, struct pk_error *err)
{
    const struct pk_json *topics = pk_json_get(call->body, "topics");
    enum pk_json_kind kind = pk_json_kind(topics);
    if (kind != PK_JSON_ABSENT && kind != PK_JSON_ARRAY)
        return pk_fail(err, PK_E_INVALID, "field \"topics\" must be a list of topics");
    if (pk_json_count(topics) > PK_COUNT(plan->topics))
        return pk_fail(err, PK_E_LIMIT, "field \"topics\" holds more than %zu topics", PK_COUNT(plan->topics));
    for (size_t i = 0; i < pk_json_count(topics); i++) {
        struct pk_slice name = pk_json_string(pk_json_item(topics, i));
        if (name.len == 0 || name.len > NAME_MAX)
            return pk_fail(err, PK_E_INVALID, "field \"topics\" must be a list of topics");
        plan->topics[plan->topic_count++] = name;
    }
    return 0;
}

static int read_plan(struct pk_call *call, struct pk_link_plan *plan, struct pk_error *err)
{
    static const char *const fields[] = { "channel", "topics", NULL };
    int r = pk_call_place_id(call, 0, "recipient", &plan->recipient, err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = pk_call_field(call, "channel", NAME_MAX, &plan->channel, err);
    return r == 0 ? read_topics(call, plan, err) : r;
}

static int make(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct making *making = ctx;
    return pk_link_make(call->service, &call->actor, &making->plan, call->now_ms, &making->made, err);
}

void pk_api_link_make(struct pk_call *call)
{
    struct making *making = pk_alloc(sizeof *making);
    struct pk_error err = { 0 };
    call->data = making;
    call->actor.purpose = "link";
    int r = read_plan(call, &making->plan, &err);
    if (r == 0)
        r = pk_call_change(call, make, making, &err);
    if (r == 0) {
        struct pk_json_out out = pk_json_out(&call->out);
        pk_json_open(&out, NULL, '{');
        pk_json_add_id(&out, "link", making->made.id);
        pk_json_add_text(&out, "account", making->made.account);
        pk_json_add_text(&out, "url", making->made.url);
        add_topics(&out, pk_slice_of(making->made.topics));
        pk_json_add_time(&out, "until", making->made.until_ms);
        pk_json_close(&out, '}');
    }
    explicit_bzero(making->made.url, sizeof making->made.url);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 201, &call->out);
}

/* ---- what became of them ---- */

struct showing {
    struct pk_call *call;
    struct pk_json_out *out;
};

static int show_link(void *ctx, const struct pk_deep_link *link)
{
    struct showing *showing = ctx;
    struct pk_json_out *out = showing->out;
    bool over = link->state == PK_LINK_OPEN && link->until_ms <= showing->call->now_ms;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "link", link->id);
    pk_json_add_text(out, "channel", pk_name_text(showing->call->service->store, PK_NAME_CHANNEL, link->channel));
    pk_json_add_text(out, "state", over ? "over" : pk_link_state_name((enum pk_link_state) link->state));
    add_topics(out, link->topics);
    pk_json_add_slice(out, "by", link->by);
    pk_json_add_time(out, "madeAt", link->created_ms);
    pk_json_add_time(out, "until", link->until_ms);
    pk_json_add_time(out, "openedAt", link->used_ms);
    pk_json_close(out, '}');
    return 0;
}

static int show(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const int64_t *id = ctx;
    struct pk_json_out out = pk_json_out(&call->out);
    struct showing showing = { .call = call, .out = &out };
    int r = pk_link_look(call->service, &call->actor, *id, call->now_ms, err);
    if (r != 0)
        return r;
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "links", '[');
    r = pk_deep_links_of(call->service->store, *id, show_link, &showing, err);
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    return r;
}

void pk_api_links(struct pk_call *call)
{
    struct pk_error err = { 0 };
    int64_t id = 0;
    call->actor.purpose = "link";
    int r = pk_call_place_id(call, 0, "recipient", &id, &err);
    if (r == 0)
        r = pk_call_change(call, show, &id, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}

/* ---- for a poster ---- */

void pk_api_link_poster(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_buf channel, language;
    char url[PK_LINK_URL_MAX];
    bool given;
    pk_buf_init(&channel, NAME_MAX);
    pk_buf_init(&language, NAME_MAX);
    int r = pk_call_argument(call, "channel", &channel, &given, &err);
    if (r == 0 && !given)
        r = pk_fail(&err, PK_E_INVALID, "argument \"channel\" is missing");
    if (r == 0)
        r = pk_call_argument(call, "language", &language, &given, &err);
    if (r == 0 && !pk_rules_topic(call->service->rules, call->places[0]))
        r = pk_fail(&err, PK_E_NOT_FOUND, "there is no such topic");
    if (r == 0)
        r = pk_link_poster(call->service, pk_buf_slice(&channel), call->places[0], pk_buf_slice(&language), url, &err);
    pk_buf_finish(&channel);
    pk_buf_finish(&language);
    if (r == PK_E_CONFIG) { /* a channel without such links is no fault of the gateway's */
        pk_call_problem_as(call, 409, &err);
        return;
    }
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "url", url);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}
