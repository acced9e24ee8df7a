/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/cost_channels.h"

#include "gateway/store/names.h"

/* Some people, their parts and what that costs. */
struct share {
    struct pk_channel_bounds people, parts, cost;
};

static struct pk_channel_scope scope_of(const struct pk_cost_question *question)
{
    return (struct pk_channel_scope){ .service = question->service, .audience = question->audience, .route = question->route };
}

static void add_share(struct share *share, const struct pk_channel_rate *rate, struct pk_channel_bounds people, uint32_t parts)
{
    int64_t each = rate->per_message ? 1 : parts;
    share->people.least += people.least;
    share->people.most += people.most;
    share->parts.least += rate->per_message ? 0 : people.least * each;
    share->parts.most += rate->per_message ? 0 : people.most * each;
    share->cost.least += people.least * each * rate->least;
    share->cost.most += people.most * each * rate->most;
}

/* A text that the channel does not carry leaves it out: who would be met there is met on the next one, or not at all. */
static void reckon(const struct pk_cost_question *question, size_t channel, const struct pk_channel_rate *rate, struct share *ret_first, struct share *ret_later)
{
    for (size_t i = 0; i < question->group_count; i++) {
        const struct pk_audience_group *group = &question->groups[i];
        const struct pk_cost_text *text = &question->texts[i];
        if (!text->carried[channel] && question->audience->channel_count > 1)
            continue;
        add_share(ret_first, rate, pk_channel_people(question->audience, group, channel), text->parts);
        add_share(ret_later, rate, (struct pk_channel_bounds){ 0, pk_channel_most_later(question->audience, group, channel) }, text->parts);
    }
}

static void add_to(struct pk_cost_sum *sum, const struct pk_channel_rate *rate, const struct share *share)
{
    if (share->people.most == 0)
        return;
    if (rate->known && sum->currency[0] == '\0')
        memcpy(sum->currency, rate->currency, sizeof sum->currency);
    sum->known &= rate->known && strcmp(sum->currency, rate->currency) == 0;
    sum->parts.least += share->parts.least;
    sum->parts.most += share->parts.most;
    sum->cost.least += share->cost.least;
    sum->cost.most += share->cost.most;
}

/* ---- telling ---- */

static void add_bounds(struct pk_json_out *out, const char *name, struct pk_channel_bounds bounds, bool known)
{
    if (!known) {
        pk_json_add_null(out, name);
        return;
    }
    pk_json_open(out, name, '{');
    pk_json_add_int(out, "least", bounds.least);
    pk_json_add_int(out, "most", bounds.most);
    pk_json_close(out, '}');
}

static void add_rate(struct pk_json_out *out, const struct pk_channel_rate *rate)
{
    pk_json_add_text(out, "account", rate->desk ? rate->desk->rule->name : NULL);
    pk_json_add_text(out, "currency", rate->known ? rate->currency : NULL);
    pk_json_add_text(out, "pricedPer", !rate->known ? NULL : rate->per_message ? "message" : "part");
    if (rate->known) {
        pk_json_add_int(out, "cheapest", rate->least);
        pk_json_add_int(out, "dearest", rate->most);
    } else {
        pk_json_add_null(out, "cheapest");
        pk_json_add_null(out, "dearest");
    }
}

static void add_shares(struct pk_json_out *out, const struct pk_channel_rate *rate, const struct share *share)
{
    add_bounds(out, "people", share->people, true);
    add_bounds(out, "parts", share->parts, !rate->per_message);
    add_bounds(out, "cost", share->cost, rate->known);
}

static void add_left_out(const struct pk_cost_question *question, size_t channel, struct pk_json_out *out)
{
    pk_json_open(out, "leftOut", '[');
    for (size_t i = 0; i < question->group_count; i++)
        if (!question->texts[i].carried[channel])
            pk_json_add_text(out, NULL, question->texts[i].label);
    pk_json_close(out, ']');
}

static void tell_channel(const struct pk_cost_question *question, size_t channel, struct pk_json_out *out, struct pk_cost_sum *sum)
{
    struct share first = { 0 }, later = { 0 };
    const struct pk_channel_scope scope = scope_of(question);
    const struct pk_channel_rate rate = pk_channel_rate(&scope, channel);
    const struct pk_desk *fallback = pk_channel_fallback(&scope, channel);
    reckon(question, channel, &rate, &first, &later);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "channel", pk_name_text(question->service->store, PK_NAME_CHANNEL, question->audience->channels[channel]));
    pk_json_add_text(out, "route", rate.route ? rate.route->rule->name : NULL);
    add_rate(out, &rate);
    add_shares(out, &rate, &first);
    pk_json_open(out, "later", '{');
    add_shares(out, &rate, &later);
    pk_json_close(out, '}');
    pk_json_add_text(out, "fallback", fallback ? fallback->rule->name : NULL);
    add_left_out(question, channel, out);
    pk_json_close(out, '}');
    add_to(sum, &rate, &first);
    add_to(sum, &rate, &later);
}

void pk_cost_channels(const struct pk_cost_question *question, struct pk_json_out *out, struct pk_cost_sum *ret_sum)
{
    *ret_sum = (struct pk_cost_sum){ .known = true };
    pk_json_open(out, "channels", '[');
    for (size_t i = 0; i < question->audience->channel_count; i++)
        tell_channel(question, i, out, ret_sum);
    pk_json_close(out, ']');
    ret_sum->known &= ret_sum->currency[0] != '\0';
}
