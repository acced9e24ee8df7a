/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana templates cost NAME`: asks the running gateway whom a text would reach, in how many parts and for how much, and
 * what another script would save. Nothing is sent. Groups of fewer than five people are not told apart.
 */
#include "gateway/app/cmd_templates_cost.h"

#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/model/price.h"

#define VALUES_BYTES_MAX 65536u
#define TAGS_MAX 32u

struct wish {
    const char *name, *topic, *values, *route;
    const char *tags[TAGS_MAX];
    size_t tag_count;
};

/* ---- the question ---- */

static int add_values(struct pk_json_out *out, const char *path, struct pk_error *err)
{
    struct pk_buf text, canonical;
    pk_auto(pk_json) struct pk_json *values = NULL;
    pk_buf_init(&text, VALUES_BYTES_MAX);
    pk_buf_init(&canonical, VALUES_BYTES_MAX);
    int r = pk_file_read(path, VALUES_BYTES_MAX, &text, err);
    if (r == 0)
        r = pk_json_parse(pk_buf_slice(&text), VALUES_BYTES_MAX, &values, err);
    if (r == 0 && pk_json_kind(values) != PK_JSON_OBJECT)
        r = pk_fail(err, PK_E_INVALID, "\"%s\" holds no JSON object of values", path);
    if (r == 0)
        r = pk_json_dump(values, &canonical);
    if (r == 0)
        pk_json_add_raw(out, "values", pk_buf_slice(&canonical));
    pk_buf_finish(&text);
    pk_buf_finish(&canonical);
    return r;
}

static int compose(const struct wish *wish, struct pk_buf *body, struct pk_error *err)
{
    struct pk_json_out out = pk_json_out(body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "topic", wish->topic);
    if (wish->route)
        pk_json_add_text(&out, "route", wish->route);
    pk_json_open(&out, "tags", '[');
    for (size_t i = 0; i < wish->tag_count; i++)
        pk_json_add_text(&out, NULL, wish->tags[i]);
    pk_json_close(&out, ']');
    int r = wish->values ? add_values(&out, wish->values, err) : 0;
    pk_json_close(&out, '}');
    return r;
}

/* ---- the answer ---- */

static int64_t number(const struct pk_json *value)
{
    int64_t found = 0;
    (void) pk_json_int(value, &found);
    return found;
}

/* "120", or "121 to 124" where small groups are not told. */
static void bounds_text(const struct pk_json *bounds, const char *currency, char ret_text[2 * PK_PRICE_TEXT_MAX + 8])
{
    int64_t least = number(pk_json_get(bounds, "least")), most = number(pk_json_get(bounds, "most"));
    struct pk_price from = { .amount = least }, to = { .amount = most };
    char from_text[PK_PRICE_TEXT_MAX], to_text[PK_PRICE_TEXT_MAX];
    size_t size = 2 * PK_PRICE_TEXT_MAX + 8;
    if (!currency) {
        (void) snprintf(ret_text, size, least == most ? "%lld" : "%lld to %lld", (long long) least, (long long) most);
        return;
    }
    (void) snprintf(from.currency, sizeof from.currency, "%.3s", currency);
    (void) snprintf(to.currency, sizeof to.currency, "%.3s", currency);
    (void) pk_price_text(&from, from_text);
    (void) pk_price_text(&to, to_text);
    (void) snprintf(ret_text, size, least == most ? "%s" : "%s to %s", from_text, to_text);
}

static void print_groups(const struct pk_json *answer)
{
    static const struct pk_column columns[] = {
        { "LANGUAGE", false }, { "WRITTEN", false }, { "PEOPLE", true }, { "UNITS", true }, { "PARTS", true },
    };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    const struct pk_json *groups = pk_json_get(answer, "groups");
    for (size_t i = 0; i < pk_json_count(groups); i++) {
        const struct pk_json *group = pk_json_item(groups, i);
        pk_table_json(table, pk_json_get(group, "language"));
        pk_table_json(table, pk_json_get(group, "written"));
        pk_table_json(table, pk_json_get(group, "people"));
        pk_table_json(table, pk_json_get(group, "units"));
        pk_table_json(table, pk_json_get(group, "parts"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    for (size_t i = 0; i < pk_json_count(groups); i++) {
        const struct pk_json *group = pk_json_item(groups, i);
        bool carried = true;
        if (pk_json_bool(pk_json_get(group, "carried"), &carried) && !carried)
            (void) printf("%.*s %.*s: no account of the route can send this text; its provider lets approved ones through only.\n",
                          PK_SLICE_ARG(pk_json_string(pk_json_get(group, "language"))), PK_SLICE_ARG(pk_json_string(pk_json_get(group, "written"))));
    }
    if (pk_table_rows(table) == 0)
        (void) printf("Nobody with these tags has agreed to this topic.\n");
}

/* "0.065 EUR a part", "0.0725 EUR to 0.12 EUR a part"; "" when it is not known. */
static void rate_text(const struct pk_json *channel, const char *currency, char *ret_text, size_t size)
{
    char least[PK_PRICE_TEXT_MAX], most[PK_PRICE_TEXT_MAX];
    struct pk_price from = { .amount = number(pk_json_get(channel, "cheapest")) }, to = { .amount = number(pk_json_get(channel, "dearest")) };
    struct pk_slice per = pk_json_string(pk_json_get(channel, "pricedPer"));
    ret_text[0] = '\0';
    if (!currency[0])
        return;
    (void) snprintf(from.currency, sizeof from.currency, "%.3s", currency);
    (void) snprintf(to.currency, sizeof to.currency, "%.3s", currency);
    (void) pk_price_text(&from, least);
    (void) pk_price_text(&to, most);
    if (from.amount == to.amount)
        (void) snprintf(ret_text, size, "%s a %.*s", least, PK_SLICE_ARG(per));
    else
        (void) snprintf(ret_text, size, "%s to %s a %.*s", least, most, PK_SLICE_ARG(per));
}

static void currency_of(const struct pk_json *of, const char *name, char ret_currency[4])
{
    (void) snprintf(ret_currency, 4, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(of, name))));
}

/* People, parts, then the price, then what it costs, of whom a channel meets first or of who may come to it later. */
static void add_cells(struct pk_table *table, const struct pk_json *shares, const char *currency, const char *rate)
{
    char text[2 * PK_PRICE_TEXT_MAX + 8];
    const struct pk_json *parts = pk_json_get(shares, "parts");
    bounds_text(pk_json_get(shares, "people"), NULL, text);
    pk_table_text(table, text);
    bounds_text(parts, NULL, text);
    pk_table_text(table, pk_json_kind(parts) == PK_JSON_OBJECT ? text : "");
    pk_table_text(table, rate);
    bounds_text(pk_json_get(shares, "cost"), currency, text);
    pk_table_text(table, currency[0] ? text : "");
}

static bool may_come(const struct pk_json *channel)
{
    return number(pk_json_get(pk_json_get(pk_json_get(channel, "later"), "people"), "most")) > 0;
}

static void add_channel(struct pk_table *table, const struct pk_json *channel)
{
    char rate[2 * PK_PRICE_TEXT_MAX + 24], currency[4];
    struct pk_slice name = pk_json_string(pk_json_get(channel, "channel"));
    currency_of(channel, "currency", currency);
    rate_text(channel, currency, rate, sizeof rate);
    pk_table_slice(table, name);
    pk_table_json(table, pk_json_get(channel, "account"));
    add_cells(table, channel, currency, rate);
    if (!may_come(channel))
        return;
    pk_table_printf(table, "%.*s, if not before", PK_SLICE_ARG(name));
    pk_table_json(table, pk_json_get(channel, "account"));
    add_cells(table, pk_json_get(channel, "later"), currency, rate);
}

/* Where they are met, and what that costs there. */
static void print_channels(const struct pk_json *channels)
{
    static const struct pk_column columns[] = {
        { "CHANNEL", false }, { "ACCOUNT", false }, { "PEOPLE", true }, { "PARTS", true }, { "PRICE", true }, { "COST", true },
    };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(channels); i++)
        add_channel(table, pk_json_item(channels, i));
    (void) printf("\n");
    pk_table_print(table);
    for (size_t i = 0; i < pk_json_count(channels); i++) {
        const struct pk_json *channel = pk_json_item(channels, i), *left = pk_json_get(channel, "leftOut");
        struct pk_slice name = pk_json_string(pk_json_get(channel, "channel")), second = pk_json_string(pk_json_get(channel, "fallback"));
        for (size_t j = 0; j < pk_json_count(left); j++)
            (void) printf("%.*s is left out for %.*s: none of its accounts can send this text.\n", PK_SLICE_ARG(name),
                          PK_SLICE_ARG(pk_json_string(pk_json_item(left, j))));
        if (second.len > 0)
            (void) printf("%.*s falls back to account %.*s in the same call: both prices count until a receipt says which it was.\n",
                          PK_SLICE_ARG(name), PK_SLICE_ARG(second));
    }
}

static void print_ladder(const struct pk_json *answer, const char *totals)
{
    char cost[2 * PK_PRICE_TEXT_MAX + 8], currency[4];
    const struct pk_json *channels = pk_json_get(answer, "channels");
    bool on = false;
    for (size_t i = 0; i < pk_json_count(channels); i++)
        on |= may_come(pk_json_item(channels, i));
    print_channels(channels);
    currency_of(answer, "costCurrency", currency);
    bounds_text(pk_json_get(answer, "cost"), currency, cost);
    if (currency[0])
        (void) printf("\n%s, cost: %s\n", totals, cost);
    else
        (void) printf("\n%s\nWhat all of it costs is not known: set price, in one currency, for the accounts above.\n", totals);
    if (on)
        (void) printf("The most is what it comes to when nobody is reached before the last of their channels.\n");
}

static void print_total(const struct pk_json *answer, const char *currency)
{
    char people[2 * PK_PRICE_TEXT_MAX + 8], parts[2 * PK_PRICE_TEXT_MAX + 8], cost[2 * PK_PRICE_TEXT_MAX + 8], each[PK_PRICE_TEXT_MAX];
    char totals[sizeof people + sizeof parts + 24];
    struct pk_slice account = pk_json_string(pk_json_get(answer, "account"));
    bounds_text(pk_json_get(answer, "people"), NULL, people);
    bounds_text(pk_json_get(answer, "parts"), NULL, parts);
    (void) snprintf(totals, sizeof totals, "people: %s, parts: %s", people, parts);
    if (pk_json_count(pk_json_get(answer, "channels")) > 1) {
        print_ladder(answer, totals);
        return;
    }
    (void) printf("\n%s", totals);
    if (!currency) {
        (void) printf("\nWhat a part costs is not known: set price in [account %.*s].\n", PK_SLICE_ARG(account));
        return;
    }
    struct pk_price price = { .amount = number(pk_json_get(answer, "pricePerPart")) };
    struct pk_price dearest = { .amount = number(pk_json_get(answer, "dearest")) };
    struct pk_slice per = pk_json_string(pk_json_get(answer, "pricedPer"));
    (void) snprintf(price.currency, sizeof price.currency, "%.3s", currency);
    (void) snprintf(dearest.currency, sizeof dearest.currency, "%.3s", currency);
    bounds_text(pk_json_get(answer, "cost"), currency, cost);
    (void) printf(", cost: %s\n%s", cost, pk_price_text(&price, each));
    if (dearest.amount > 0)
        (void) printf(" to %s by country", pk_price_text(&dearest, each));
    (void) printf(" a %.*s, by price of [account %.*s]\n", PK_SLICE_ARG(per), PK_SLICE_ARG(account));
}

static void print_advice(const struct pk_json *answer, const char *currency)
{
    const struct pk_json *advice = pk_json_get(answer, "advice");
    for (size_t i = 0; i < pk_json_count(advice); i++) {
        const struct pk_json *one = pk_json_item(advice, i), *forms = pk_json_get(one, "forms");
        (void) printf("\n%.*s: %.*s\n", PK_SLICE_ARG(pk_json_string(pk_json_get(one, "text"))),
                      PK_SLICE_ARG(pk_json_string(pk_json_get(one, "sentence"))));
        for (size_t j = 0; currency && pk_json_count(forms) > 1 && j < pk_json_count(forms); j++) {
            char cost[2 * PK_PRICE_TEXT_MAX + 8];
            const struct pk_json *form = pk_json_item(forms, j);
            bounds_text(pk_json_get(form, "costIfAll"), currency, cost);
            (void) printf("  all of them %.*s: %s\n", PK_SLICE_ARG(pk_json_string(pk_json_get(form, "written"))), cost);
        }
    }
}

static int ask(const struct pk_invocation *invocation, const struct wish *wish)
{
    struct pk_error err = { 0 };
    struct pk_buf path, body;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    pk_buf_init(&path, 1024);
    pk_buf_init(&body, 2 * VALUES_BYTES_MAX);
    (void) pk_buf_add_text(&path, "/v1/templates/");
    pk_ask_escape(&path, pk_slice_of(wish->name));
    (void) pk_buf_add_text(&path, "/cost");
    int r = compose(wish, &body, &err);
    if (r == 0)
        r = pk_ask_change(invocation, "POST", pk_buf_text(&path), pk_buf_text(&body), &answer, &err);
    pk_buf_finish(&path);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(answer);
        return 0;
    }
    char currency[4];
    struct pk_slice named = pk_json_string(pk_json_get(answer, "currency"));
    (void) snprintf(currency, sizeof currency, "%.*s", PK_SLICE_ARG(named));
    print_groups(answer);
    print_total(answer, named.len > 0 ? currency : NULL);
    print_advice(answer, named.len > 0 ? currency : NULL);
    return 0;
}

/* ---- the words ---- */

/* --tag may stand there many times: taken out before the other options are read. */
static int take_tags(const struct pk_invocation *invocation, struct wish *wish, const char **ret_words, int *ret_count)
{
    for (int i = 0; i < invocation->word_count; i++) {
        const char *word = invocation->words[i], *value = NULL;
        if (strcmp(word, "--tag") == 0)
            value = i + 1 < invocation->word_count ? invocation->words[++i] : "";
        else if (strncmp(word, "--tag=", 6) == 0)
            value = word + 6;
        if (!value) {
            ret_words[(*ret_count)++] = word;
            continue;
        }
        if (value[0] == '\0')
            return pk_command_misused(&pk_command_templates, "--tag needs a value");
        if (wish->tag_count == TAGS_MAX)
            return pk_command_misused(&pk_command_templates, "--tag stands there more than %u times", TAGS_MAX);
        wish->tags[wish->tag_count++] = value;
    }
    return 0;
}

static int read_words(const struct pk_invocation *invocation, struct wish *wish)
{
    const struct pk_option options[] = {
        { "topic", &wish->topic, NULL },
        { "values", &wish->values, NULL },
        { "route", &wish->route, NULL },
    };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_templates, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_templates, "which text? name one file of the templates, without .txt");
    if (!wish->topic)
        return pk_command_misused(&pk_command_templates, "--topic is missing: whom it reaches depends on what people agreed to");
    wish->name = words.words[0];
    return 0;
}

int pk_templates_cost(const struct pk_invocation *invocation)
{
    struct wish wish = { 0 };
    const char **words = pk_alloc_array((size_t) invocation->word_count + 1, sizeof *words);
    struct pk_invocation rest = *invocation;
    rest.word_count = 0;
    int status = take_tags(invocation, &wish, words, &rest.word_count);
    rest.words = (char *const *) words;
    if (status == 0)
        status = read_words(&rest, &wish);
    if (status == 0)
        status = ask(invocation, &wish);
    free(words);
    return status;
}
