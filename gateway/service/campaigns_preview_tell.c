/* SPDX-License-Identifier: EUPL-1.2 */
/* A preview as one JSON object, without a number that points at anybody. */
#include "gateway/service/campaigns_preview_private.h"

#include "gateway/base/text.h"
#include "gateway/language/segment.h"
#include "gateway/model/floor.h"
#include "gateway/service/channel_prices.h"
#include "gateway/service/quiet.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"

#define DAYS_MAX 16u
#define VARIANTS_MAX 64u /* of one text: languages, and their renderings */

static void add_people(struct pk_json_out *out, const char *name, int64_t people, bool hidden)
{
    if (hidden)
        pk_json_add_null(out, name);
    else
        pk_json_add_int(out, name, people);
}

/* ---- what it costs ---- */

static void add_amount(struct pk_json_out *out, const char *name, int64_t amount, const char *currency)
{
    struct pk_price price = { .amount = amount };
    char text[PK_PRICE_TEXT_MAX];
    (void) snprintf(price.currency, sizeof price.currency, "%s", currency);
    pk_json_add_text(out, name, pk_price_text(&price, text));
}

/* null = not every price is known. */
static void add_cost(struct pk_json_out *out, const char *name, const struct pk_cost_bounds *cost, const char *currency)
{
    if (!currency || !cost->known) {
        pk_json_add_null(out, name);
        return;
    }
    pk_json_open(out, name, '{');
    add_amount(out, "from", cost->least, currency);
    add_amount(out, "to", cost->most, currency);
    pk_json_close(out, '}');
}

/* Of the most: what it comes to where people are not reached on their first channel. */
static void add_later(struct pk_json_out *out, const struct pk_cost_bounds *cost, int64_t later, const char *currency)
{
    if (currency && cost->known)
        add_amount(out, "later", later, currency);
    else
        pk_json_add_null(out, "later");
}

/* Which account takes over in the same call: both prices count then. */
static void add_fallbacks(struct pk_service *service, const struct pk_campaign_preview *preview, struct pk_json_out *out)
{
    const struct pk_audience *audience = &preview->audience;
    const struct pk_channel_scope scope = { .service = service, .audience = audience, .every_account = true };
    pk_json_open(out, "fallbacks", '[');
    for (size_t i = 0; i < audience->channel_count; i++) {
        const struct pk_desk *other = pk_channel_fallback(&scope, i);
        if (!other)
            continue;
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "channel", pk_name_text(service->store, PK_NAME_CHANNEL, audience->channels[i]));
        pk_json_add_text(out, "account", other->rule->name);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void add_costs(struct pk_service *service, const struct pk_campaign_preview *preview, const char *currency, struct pk_json_out *out)
{
    const struct pk_campaign *campaign = &preview->campaign;
    add_cost(out, "cost", &preview->cost, currency);
    add_later(out, &preview->cost, preview->later, currency);
    pk_json_open(out, "unpriced", '[');
    for (size_t i = 0; currency && i < preview->audience.channel_count; i++)
        if (preview->unpriced & 1u << i)
            pk_json_add_text(out, NULL, pk_name_text(service->store, PK_NAME_CHANNEL, preview->audience.channels[i]));
    pk_json_close(out, ']');
    add_fallbacks(service, preview, out);
    if (campaign->cost_max > 0)
        add_amount(out, "mostCost", campaign->cost_max, campaign->currency);
    else
        pk_json_add_null(out, "mostCost");
    pk_json_add_bool(out, "mayPause",
                     campaign->cost_max > 0 && preview->cost.known && preview->so_far + preview->cost.most > campaign->cost_max);
}

/* ---- whom it reaches ---- */

static void add_left_out(const struct pk_audience_counts *counts, struct pk_json_out *out)
{
    static const char *const reasons[PK_LEFT_OUTS] = { "told", "stopped", "no-address", "bad-number", "no-consent", "often-enough" };
    pk_json_open(out, "leftOut", '[');
    for (size_t i = PK_TOLD + 1; counts->people >= PK_FLOOR && i < PK_LEFT_OUTS; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "reason", reasons[i]);
        add_people(out, "people", counts->by_reason[i], pk_is_few(counts->by_reason[i]));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

/* The total is what is told of its parts: where one of them is few, it lies between two numbers. */
static void add_audience(const struct pk_campaign_preview *preview, struct pk_json_out *out)
{
    const struct pk_audience_counts *counts = pk_survey_counts(preview->survey);
    bool few = counts->people < PK_FLOOR;
    struct pk_floor_bounds bounds = pk_floor_total(counts->by_reason, PK_LEFT_OUTS);
    if (few)
        bounds = (struct pk_floor_bounds){ 0, PK_FLOOR - 1 };
    bool exact = bounds.least == bounds.most;
    add_people(out, "people", counts->by_reason[PK_TOLD], few || pk_is_few(counts->by_reason[PK_TOLD]));
    pk_json_add_bool(out, "fewerThanFive", few || pk_is_few(counts->by_reason[PK_TOLD]));
    add_people(out, "meant", counts->people, !exact);
    pk_json_add_int(out, "atLeast", bounds.least);
    pk_json_add_int(out, "atMost", bounds.most);
    add_people(out, "duplicates", counts->places - counts->people,
               !exact || !counts->grouped || pk_is_few(counts->places - counts->people));
    add_left_out(counts, out);
    pk_json_add_int(out, "mostPeople", preview->campaign.people_max);
}

/* ---- when ---- */

static void add_when(const struct pk_campaign_when *when, bool few, struct pk_json_out *out)
{
    pk_json_add_time(out, "startsAt", when->starts_ms);
    pk_json_add_time(out, "finishesAt", when->finishes_ms);
    add_people(out, "tooLate", when->late, when->late > 0 && (few || pk_is_few(when->late)));
    pk_json_open(out, "spans", '[');
    for (size_t i = 0; i < when->span_count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_time(out, "from", when->spans[i].from_ms);
        pk_json_add_time(out, "to", when->spans[i].to_ms);
        add_people(out, "people", when->spans[i].count, few || pk_is_few(when->spans[i].count));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

/* ---- what it says ---- */

/* A text in one language and script, and who gets it so. */
struct variant {
    struct pk_slice language, script;
    int64_t people;
    bool hidden;
};

static void list_variants(const struct pk_catalog *catalog, struct pk_slice name, struct variant variants[VARIANTS_MAX], size_t *ret_count)
{
    size_t count = 0;
    for (size_t i = 0; i < pk_catalog_language_count(catalog) && count < VARIANTS_MAX; i++) {
        struct pk_slice tag = pk_catalog_language_tag(catalog, i), renderings = pk_catalog_language_renderings(catalog, i), script;
        if (!pk_catalog_exact(catalog, name, tag))
            continue;
        variants[count++] = (struct variant){ .language = tag };
        while (count < VARIANTS_MAX && renderings.len > 0 && pk_slice_cut(&renderings, ' ', &script))
            if (script.len > 0)
                variants[count++] = (struct variant){ .language = tag, .script = script };
    }
    *ret_count = count;
}

/* Somebody whose language has no such text gets another one's. */
static void count_variants(const struct pk_catalog *catalog, struct pk_slice name, const struct pk_audience_counts *counts,
                           struct variant *variants, size_t count)
{
    int64_t people[VARIANTS_MAX] = { 0 };
    bool hidden[VARIANTS_MAX];
    for (size_t i = 0; i < counts->group_count; i++) {
        const struct pk_template *text = pk_catalog_find(catalog, name, pk_slice_of(counts->groups[i].language));
        struct pk_slice language = text ? pk_template_language(text) : (struct pk_slice){ 0 }, script = pk_slice_of(counts->groups[i].script);
        bool known = script.len > 0 && pk_catalog_has_rendering(catalog, language, script);
        for (size_t j = 0; j < count; j++)
            if (pk_slice_equal(variants[j].language, language) && pk_slice_equal(variants[j].script, known ? script : PK_SLICE("")))
                people[j] += counts->groups[i].people;
    }
    bool told = pk_floor_hide(people, count, hidden) && counts->by_reason[PK_TOLD] >= PK_FLOOR;
    for (size_t j = 0; j < count; j++) {
        variants[j].people = people[j];
        variants[j].hidden = !told || hidden[j];
    }
}

static int add_variant(struct pk_service *service, const struct pk_campaign_preview *preview, struct pk_slice name, const struct variant *variant,
                       const char *currency, struct pk_json_out *out, struct pk_error *err)
{
    struct pk_segmentation length = { 0 };
    struct pk_buf text;
    pk_buf_init(&text, PK_CAMPAIGN_TEXTS_MAX);
    int r = pk_campaign_text(service, &preview->campaign, name, variant->language, variant->script, &text, &length, err);
    if (r == 0) {
        struct pk_cost_bounds each = pk_campaign_price_range(service, &preview->audience, currency, length.parts);
        pk_json_open(out, NULL, '{');
        pk_json_add_slice(out, "language", variant->language);
        pk_json_add_slice(out, "script", variant->script);
        add_people(out, "people", variant->people, variant->hidden);
        pk_json_add_int(out, "parts", length.parts);
        pk_json_add_text(out, "encoding", length.encoding == PK_ENCODING_UCS2 ? "UCS-2" : "GSM-7");
        add_cost(out, "each", &each, currency);
        pk_json_add_slice(out, "text", pk_buf_slice(&text));
        pk_json_close(out, '}');
    }
    pk_buf_finish(&text);
    return r;
}

static int add_texts(struct pk_service *service, const struct pk_campaign_preview *preview, const struct pk_campaign_step *step,
                     const char *currency, struct pk_json_out *out, struct pk_error *err)
{
    struct variant variants[VARIANTS_MAX];
    size_t count = 0;
    int r = 0;
    struct pk_slice name = pk_wording(service, pk_slice_of(step->template_name), pk_route_answerable(service, preview->campaign.route));
    list_variants(service->catalog, name, variants, &count);
    count_variants(service->catalog, name, pk_survey_counts(preview->survey), variants, count);
    pk_json_open(out, "texts", '[');
    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_variant(service, preview, name, &variants[i], currency, out, err);
    pk_json_close(out, ']');
    return r;
}

static int add_step(struct pk_service *service, const struct pk_campaign_preview *preview, size_t at, const char *currency, struct pk_json_out *out,
                    struct pk_error *err)
{
    static const char *const states[] = { [PK_STEP_WAITING] = "waiting",     [PK_STEP_RELEASED] = "released", [PK_STEP_DROPPED] = "dropped",
                                          [PK_STEP_LISTENING] = "listening", [PK_STEP_NEWS] = "waiting" };
    const struct pk_campaign_step *step = &preview->steps[at];
    const struct pk_preview_step *found = &preview->found[at];
    bool few = pk_survey_counts(preview->survey)->by_reason[PK_TOLD] < PK_FLOOR;
    char moment[PK_STEP_TEXT_MAX];
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "when", pk_step_text(&step->rule, moment));
    pk_json_add_text(out, "template", step->template_name);
    pk_json_add_text(out, "state", step->state < PK_COUNT(states) ? states[step->state] : NULL);
    pk_json_add_time(out, "due", step->due_ms);
    pk_json_add_bool(out, "forSome", found->for_some);
    if (found->goes) {
        add_cost(out, "cost", &found->cost, currency);
        add_later(out, &found->cost, found->later, currency);
    }
    add_when(&found->when, few, out);
    int r = add_texts(service, preview, step, currency, out, err);
    pk_json_close(out, '}');
    return r;
}

/* ---- all of it ---- */

/* Days on which people rest or have plans, by the calendars of the quiet rules. */
static void add_days(struct pk_service *service, const struct pk_campaign_preview *preview, const char *topic, struct pk_json_out *out)
{
    const struct pk_quiet_rule *rules[PK_QUIET_RULES_MAX];
    struct pk_quiet_day days[DAYS_MAX];
    size_t rule_count = pk_quiet_for(service->quiet, topic, NULL, rules);
    size_t count = preview->campaign.starts_ms != 0
                       ? pk_quiet_event(rules, rule_count, pk_quiet_zone(service->quiet), preview->campaign.starts_ms, days, DAYS_MAX)
                       : 0;
    pk_json_open(out, "beginsOn", '[');
    for (size_t i = 0; i < count; i++) {
        if (!days[i].day)
            continue;
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "calendar", days[i].calendar->name);
        pk_json_add_text(out, "day", days[i].day);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void add_where(const struct pk_campaign *campaign, struct pk_json_out *out)
{
    struct pk_buf where;
    pk_buf_init(&where, 2 * PK_AUDIENCE_TEXT_MAX);
    if (pk_campaign_where(campaign, &where, NULL) == 0)
        pk_json_add_slice(out, "where", pk_buf_slice(&where));
    else
        pk_json_add_null(out, "where");
    pk_buf_finish(&where);
}

static void add_head(struct pk_service *service, const struct pk_campaign_preview *preview, struct pk_json_out *out)
{
    const struct pk_campaign *campaign = &preview->campaign;
    char digest[PK_CAMPAIGN_DIGEST_TEXT];
    const char *topic = pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic);
    pk_campaign_digest_text(preview->digest, digest);
    pk_json_add_text(out, "name", campaign->name);
    pk_json_add_text(out, "state", pk_campaign_state_name((enum pk_campaign_state) campaign->state));
    pk_json_add_text(out, "digest", digest);
    pk_json_add_text(out, "topic", topic);
    pk_json_add_text(out, "route", pk_name_text(service->store, PK_NAME_ROUTE, campaign->route));
    pk_json_add_bool(out, "ladder", campaign->laddered);
    pk_json_open(out, "channels", '[');
    for (size_t i = 0; i < preview->audience.channel_count; i++)
        pk_json_add_text(out, NULL, pk_name_text(service->store, PK_NAME_CHANNEL, preview->audience.channels[i]));
    pk_json_close(out, ']');
    add_where(campaign, out);
    pk_json_add_raw(out, "values", campaign->values);
    pk_json_add_time(out, "begins", campaign->starts_ms);
    add_days(service, preview, topic, out);
    pk_json_add_bool(out, "secondPerson", campaign->people_max > service->rules->approve_above);
}

int pk_preview_write(struct pk_service *service, const struct pk_campaign_preview *preview, const char *currency, struct pk_json_out *out,
                     struct pk_error *err)
{
    int r = 0;
    pk_json_open(out, NULL, '{');
    add_head(service, preview, out);
    add_audience(preview, out);
    add_costs(service, preview, currency, out);
    pk_json_open(out, "steps", '[');
    for (size_t i = 0; r == 0 && i < preview->step_count; i++)
        r = add_step(service, preview, i, currency, out, err);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
    return r;
}
