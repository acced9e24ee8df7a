/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/office_preview.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/console/office_typed.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/catalog.h"
#include "gateway/model/price.h"

#define TEXT_MAX 128u

/* ---- numbers and prices ---- */

static struct pk_slice language_of(const struct pk_visit *visit)
{
    return pk_slice_of(pk_visit_language(visit));
}

/* "2.910" in Dutch, "2 910" in Bulgarian with a space that breaks no line, "2,910" in English. */
static void write_number(const struct pk_visit *visit, int64_t number, char text[TEXT_MAX])
{
    const char *between = pk_slice_is(language_of(visit), "nl") ? "." : pk_slice_is(language_of(visit), "bg") ? "\u00a0" : ",";
    if (number < 1000)
        (void) snprintf(text, TEXT_MAX, "%lld", (long long) number);
    else if (number < 1000000)
        (void) snprintf(text, TEXT_MAX, "%lld%s%03lld", (long long) number / 1000, between, (long long) number % 1000);
    else
        (void) snprintf(text, TEXT_MAX, "%lld%s%03lld%s%03lld", (long long) number / 1000000, between, (long long) number / 1000 % 1000, between, (long long) number % 1000);
}

/* `name`, and nameFew where it is null: fewer than five. */
static void add_number(struct pk_visit *visit, const char *name, const struct pk_json *value)
{
    char text[TEXT_MAX] = "", key[64];
    int64_t number = 0;
    bool known = pk_json_int(value, &number);
    if (known)
        write_number(visit, number, text);
    (void) snprintf(key, sizeof key, "%sFew", name);
    pk_json_add_text(&visit->out, name, text);
    pk_json_add_bool(&visit->out, key, !known);
}

/* "0.87 EUR" as the reader writes it. */
static void write_price(const struct pk_visit *visit, struct pk_slice price, char text[TEXT_MAX])
{
    struct pk_slice currency = price, amount = { 0 };
    bool english = pk_slice_is(language_of(visit), "en"), dutch = pk_slice_is(language_of(visit), "nl");
    char digits[TEXT_MAX / 2], rounded[PK_PRICE_TEXT_MAX];
    int64_t exact = 0;
    if (!pk_slice_cut(&currency, ' ', &amount))
        amount = price;
    (void) snprintf(digits, sizeof digits, "%.*s", PK_SLICE_ARG(amount));
    if (pk_amount_parse(amount, INT64_MAX, &exact) == 0 && exact >= PK_PRICE_UNIT) /* of a euro and more whole cents, the next ones */
        (void) snprintf(digits, sizeof digits, "%s", pk_amount_text((exact + PK_PRICE_UNIT / 100 - 1) / (PK_PRICE_UNIT / 100) * (PK_PRICE_UNIT / 100), rounded));
    for (char *point = digits; !english && (point = strchr(point, '.')) != NULL;)
        *point = ',';
    if (!pk_slice_is(currency, "EUR"))
        (void) snprintf(text, TEXT_MAX, "%s %.*s", digits, PK_SLICE_ARG(currency));
    else
        (void) snprintf(text, TEXT_MAX, english ? "€%s" : dutch ? "€\u00a0%s" : "%s\u00a0€", digits);
}

static void add_price(struct pk_visit *visit, const char *name, const struct pk_json *price)
{
    char text[TEXT_MAX] = "";
    if (pk_json_string(price).len > 0)
        write_price(visit, pk_json_string(price), text);
    pk_json_add_text(&visit->out, name, text);
}

/* From the least to the most; one price where they are the same; "" = not known. */
static void add_range(struct pk_visit *visit, const char *name, const struct pk_json *cost)
{
    struct pk_slice from = pk_json_string(pk_json_get(cost, "from")), to = pk_json_string(pk_json_get(cost, "to"));
    char least[TEXT_MAX], most[TEXT_MAX], text[2 * TEXT_MAX + 8] = "";
    if (from.len > 0 && to.len > 0) {
        write_price(visit, from, least);
        write_price(visit, to, most);
        (void) snprintf(text, sizeof text, strcmp(least, most) == 0 ? "%s" : "%s – %s", least, most);
    }
    pk_json_add_text(&visit->out, name, text);
}

static int64_t moment_of(const struct pk_json *value)
{
    int64_t ms = 0;
    return pk_time_parse(pk_json_string(value), &ms) == 0 ? ms : 0;
}

/* ---- whom ---- */

static bool is_something(const struct pk_json *people)
{
    int64_t number = 0;
    return pk_json_kind(people) == PK_JSON_NULL || (pk_json_int(people, &number) && number > 0);
}

void pk_preview_add_count(struct pk_visit *visit, const struct pk_json *told)
{
    const struct pk_json *reasons = pk_json_get(told, "leftOut"), *preview = pk_json_get(told, "meant");
    pk_json_open(&visit->out, "counted", '{');
    add_number(visit, "told", pk_json_get(told, preview ? "people" : "told"));
    add_number(visit, "meant", preview ? preview : pk_json_get(told, "people"));
    add_number(visit, "atLeast", pk_json_get(told, "atLeast"));
    add_number(visit, "atMost", pk_json_get(told, "atMost"));
    pk_json_open(&visit->out, "leftOut", '[');
    for (size_t i = 0; i < pk_json_count(reasons); i++) {
        const struct pk_json *item = pk_json_item(reasons, i), *people = pk_json_get(item, "people");
        char word[32];
        if (!is_something(people))
            continue;
        (void) snprintf(word, sizeof word, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(item, "reason"))));
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_phrase(visit, "reason", "campaigns.left", word);
        add_number(visit, "out", people);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
    pk_json_close(&visit->out, '}');
}

/* ---- what it says ---- */

/* As the language calls itself, and the script where it is not its own: "bg-Latn" has a name of its own on the pages. */
static void add_language(struct pk_visit *visit, struct pk_slice language, struct pk_slice script)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    char tag[32], name[TEXT_MAX];
    bool latin = pk_slice_is(script, "Latn");
    (void) snprintf(tag, sizeof tag, "%.*s%s", PK_SLICE_ARG(language), latin ? "-Latn" : "");
    size_t none = pk_phrases_language_count(phrases), found = pk_phrases_find(phrases, pk_slice_of(tag), none);
    struct pk_slice called = found < none ? pk_phrases_get(phrases, found, PK_SLICE("language.name")) : language;
    struct pk_slice plain = script.len > 0 && !latin ? pk_visit_string(visit, "campaigns.plain") : PK_SLICE("");
    (void) snprintf(name, sizeof name, "%.*s%s%.*s", PK_SLICE_ARG(called), plain.len > 0 ? ", " : "", PK_SLICE_ARG(plain));
    pk_json_add_text(&visit->out, "tag", tag);
    pk_json_add_text(&visit->out, "languageName", name);
    (void) snprintf(tag, sizeof tag, "%.*s%s%.*s", PK_SLICE_ARG(language), script.len > 0 ? "-" : "", PK_SLICE_ARG(script));
    pk_json_add_text(&visit->out, "variant", tag);
}

/* Letters without marks of a text that has none: the bubble before it says the same. */
static bool is_same_again(const struct pk_json *texts, size_t at)
{
    const struct pk_json *text = pk_json_item(texts, at), *before = at > 0 ? pk_json_item(texts, at - 1) : NULL;
    return before && pk_slice_equal(pk_json_string(pk_json_get(text, "language")), pk_json_string(pk_json_get(before, "language"))) &&
           pk_slice_equal(pk_json_string(pk_json_get(text, "text")), pk_json_string(pk_json_get(before, "text")));
}

static void add_bubble(struct pk_visit *visit, const struct pk_json *text)
{
    int64_t parts = 0;
    (void) pk_json_int(pk_json_get(text, "parts"), &parts);
    pk_json_open(&visit->out, NULL, '{');
    add_language(visit, pk_json_string(pk_json_get(text, "language")), pk_json_string(pk_json_get(text, "script")));
    pk_json_add_slice(&visit->out, "words", pk_json_string(pk_json_get(text, "text")));
    pk_json_add_int(&visit->out, "parts", parts);
    pk_json_add_bool(&visit->out, "onePart", parts == 1);
    add_range(visit, "each", pk_json_get(text, "each"));
    add_number(visit, "readers", pk_json_get(text, "people"));
    pk_json_close(&visit->out, '}');
}

/* When it goes, and what it is called. */
static void add_step_head(struct pk_visit *visit, const struct pk_json *step, size_t at)
{
    const struct pk_service *service = visit->call->service;
    struct pk_slice name = pk_json_string(pk_json_get(step, "template"));
    const struct pk_template *text = pk_catalog_find(service->catalog, name, pk_slice_of(service->rules->default_language));
    struct pk_slice gloss = text ? pk_template_gloss(text) : name;
    struct pk_step_rule rule = { 0 };
    (void) pk_step_parse(pk_json_string(pk_json_get(step, "when")), &rule, NULL);
    pk_json_add_int(&visit->out, "at", (int64_t) at + 1);
    pk_json_add_bool(&visit->out, "first", at == 0);
    pk_json_add_slice(&visit->out, "gloss", gloss.len > 0 ? gloss : name);
    pk_staff_add_moment(visit, "due", moment_of(pk_json_get(step, "due")));
    pk_typed_add_when(visit, &rule);
}

void pk_preview_add_texts(struct pk_visit *visit, const struct pk_json *preview)
{
    const struct pk_json *steps = pk_json_get(preview, "steps");
    pk_json_open(&visit->out, "said", '[');
    for (size_t i = 0; i < pk_json_count(steps); i++) {
        const struct pk_json *step = pk_json_item(steps, i), *texts = pk_json_get(step, "texts");
        pk_json_open(&visit->out, NULL, '{');
        add_step_head(visit, step, i);
        pk_json_open(&visit->out, "bubbles", '[');
        for (size_t j = 0; j < pk_json_count(texts); j++)
            if (!is_same_again(texts, j))
                add_bubble(visit, pk_json_item(texts, j));
        pk_json_close(&visit->out, ']');
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* ---- when ---- */

static void add_span(struct pk_visit *visit, struct pk_wall *wall, const struct pk_json *span)
{
    int64_t from_ms = moment_of(pk_json_get(span, "from")), to_ms = moment_of(pk_json_get(span, "to")), day_from_ms = 0, day_until_ms = 0;
    pk_wall_day_bounds(wall, from_ms, &day_from_ms, &day_until_ms);
    pk_json_open(&visit->out, NULL, '{');
    add_number(visit, "many", pk_json_get(span, "people"));
    pk_staff_add_moment(visit, "from", from_ms);
    pk_staff_add_moment(visit, "to", to_ms);
    pk_json_add_bool(&visit->out, "sameDay", to_ms < day_until_ms);
    pk_json_add_bool(&visit->out, "atOnce", to_ms / 60000 == from_ms / 60000);
    pk_json_close(&visit->out, '}');
}

static void add_step(struct pk_visit *visit, struct pk_wall *wall, const struct pk_json *step, size_t at)
{
    const struct pk_json *spans = pk_json_get(step, "spans");
    struct pk_slice state = pk_json_string(pk_json_get(step, "state"));
    bool some = false;
    pk_json_open(&visit->out, NULL, '{');
    add_step_head(visit, step, at);
    pk_json_add_bool(&visit->out, "dropped", pk_slice_is(state, "dropped"));
    pk_json_add_bool(&visit->out, "released", pk_slice_is(state, "released"));
    pk_json_add_bool(&visit->out, "listening", pk_slice_is(state, "listening"));
    pk_json_add_bool(&visit->out, "forSome", pk_json_bool(pk_json_get(step, "forSome"), &some) && some);
    add_range(visit, "stepCost", pk_json_get(step, "cost"));
    pk_staff_add_moment(visit, "finishes", moment_of(pk_json_get(step, "finishesAt")));
    pk_json_add_bool(&visit->out, "late", is_something(pk_json_get(step, "tooLate")));
    add_number(visit, "tooLate", pk_json_get(step, "tooLate"));
    pk_json_open(&visit->out, "spans", '[');
    for (size_t i = 0; i < pk_json_count(spans); i++)
        add_span(visit, wall, pk_json_item(spans, i));
    pk_json_close(&visit->out, ']');
    pk_json_close(&visit->out, '}');
}

static bool has_step(const struct pk_json *steps, const char *when)
{
    for (size_t i = 0; i < pk_json_count(steps); i++)
        if (pk_slice_is(pk_json_string(pk_json_get(pk_json_item(steps, i), "when")), when))
            return true;
    return false;
}

static void add_days(struct pk_visit *visit, const struct pk_json *days)
{
    pk_json_open(&visit->out, "holidays", '[');
    for (size_t i = 0; i < pk_json_count(days); i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_slice(&visit->out, "holiday", pk_json_string(pk_json_get(pk_json_item(days, i), "day")));
        pk_json_add_slice(&visit->out, "calendar", pk_json_string(pk_json_get(pk_json_item(days, i), "calendar")));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_unpriced(struct pk_visit *visit, const struct pk_json *channels)
{
    char names[TEXT_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < pk_json_count(channels) && used + 2 < sizeof names; i++)
        used += (size_t) snprintf(names + used, sizeof names - used, "%s%.*s", i > 0 ? ", " : "", PK_SLICE_ARG(pk_json_string(pk_json_item(channels, i))));
    pk_json_add_text(&visit->out, "unpriced", names);
}

void pk_preview_add_contract(struct pk_visit *visit, const struct pk_json *preview)
{
    const struct pk_json *steps = pk_json_get(preview, "steps");
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    bool pauses = false, second = false, dated = moment_of(pk_json_get(preview, "begins")) != 0;
    (void) pk_wall_new(visit->call->service->rules->zone, &wall, NULL);
    (void) pk_json_bool(pk_json_get(preview, "mayPause"), &pauses);
    (void) pk_json_bool(pk_json_get(preview, "secondPerson"), &second);
    pk_json_open(&visit->out, "contract", '{');
    pk_json_add_slice(&visit->out, "digest", pk_json_string(pk_json_get(preview, "digest")));
    add_range(visit, "total", pk_json_get(preview, "cost"));
    add_price(visit, "mostCost", pk_json_get(preview, "mostCost"));
    add_number(visit, "mostPeople", pk_json_get(preview, "mostPeople"));
    add_unpriced(visit, pk_json_get(preview, "unpriced"));
    pk_json_add_bool(&visit->out, "mayPause", pauses);
    pk_json_add_bool(&visit->out, "secondPerson", second);
    pk_json_add_bool(&visit->out, "noChange", dated && !has_step(steps, "on change"));
    pk_json_add_bool(&visit->out, "noCancel", dated && !has_step(steps, "on cancel"));
    add_days(visit, pk_json_get(preview, "beginsOn"));
    pk_json_open(&visit->out, "steps", '[');
    for (size_t i = 0; wall && i < pk_json_count(steps); i++)
        add_step(visit, wall, pk_json_item(steps, i), i);
    pk_json_close(&visit->out, ']');
    pk_json_close(&visit->out, '}');
}
