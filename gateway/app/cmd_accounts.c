/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana accounts`: the accounts at providers, pausing and resuming one, the simulator's desk. Adding one and trying one have
 * files of their own. */
#include "gateway/app/cmd_accounts.h"

#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/model/price.h"


#define BODY_BYTES_MAX 16384
#define PRICES_SHOWN 4u /* countries; --json tells all */
#define PRICES_SHOWN_MAX 200

static int64_t number(const struct pk_json *object, const char *name)
{
    int64_t found = 0;
    (void) pk_json_int(pk_json_get(object, name), &found);
    return found;
}

/* "NL 0.0725, * 0.12 EUR a part" */
static void print_prices(struct pk_table *table, const struct pk_json *account)
{
    const struct pk_json *prices = pk_json_get(account, "prices");
    char amount[PK_PRICE_TEXT_MAX], bytes[PRICES_SHOWN_MAX];
    struct pk_buf text = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    size_t count = pk_json_count(prices), shown = count > PRICES_SHOWN ? PRICES_SHOWN : count;
    for (size_t i = 0; i < shown; i++) {
        const struct pk_json *row = pk_json_item(prices, i);
        struct pk_slice country = pk_json_string(pk_json_get(row, "country"));
        bool all = count == 1 && pk_slice_is(country, "*");
        (void) pk_buf_printf(&text, "%s%.*s%s%s", i > 0 ? ", " : "", all ? 0 : (int) country.len, country.data, all ? "" : " ",
                             pk_amount_text(number(row, "amount"), amount));
    }
    struct pk_slice currency = pk_json_string(pk_json_get(account, "currency")), per = pk_json_string(pk_json_get(account, "pricedPer"));
    if (count > 0)
        (void) pk_buf_printf(&text, "%s %.*s a %.*s", shown < count ? ", ..." : "", PK_SLICE_ARG(currency), PK_SLICE_ARG(per));
    pk_table_slice(table, pk_buf_slice(&text));
}

/* What it was given today, of how much; what that cost, of how much. */
static void print_costs(struct pk_table *table, const struct pk_json *account)
{
    const struct pk_json *today = pk_json_get(account, "today");
    struct pk_slice currency = pk_json_string(pk_json_get(account, "currency"));
    int64_t limit = number(today, "messagesLimit"), budget = number(today, "budget");
    char cost[PK_PRICE_TEXT_MAX], most[PK_PRICE_TEXT_MAX];
    print_prices(table, account);
    if (limit > 0)
        pk_table_printf(table, "%lld of %lld", (long long) number(today, "messages"), (long long) limit);
    else
        pk_table_printf(table, "%lld", (long long) number(today, "messages"));
    if (currency.len == 0)
        pk_table_text(table, "");
    else
        pk_table_printf(table, "%s%s%s %.*s", pk_amount_text(number(today, "cost"), cost), budget > 0 ? " of " : "",
                        budget > 0 ? pk_amount_text(budget, most) : "", PK_SLICE_ARG(currency));
}

void pk_accounts_print(const struct pk_json *accounts)
{
    static const struct pk_column columns[] = { { "ACCOUNT", false }, { "ADAPTER", false },  { "CHANNEL", false },
                                                { "STATE", false },   { "IN FLIGHT", true }, { "WINDOW", true },
                                                { "PRICE", false },   { "TODAY", false },    { "COST TODAY", false },
                                                { "WHY", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    bool paused = false;
    for (size_t i = 0; i < pk_json_count(accounts); i++) {
        const struct pk_json *account = pk_json_item(accounts, i);
        pk_table_json(table, pk_json_get(account, "name"));
        pk_table_json(table, pk_json_get(account, "adapter"));
        pk_table_json(table, pk_json_get(account, "channel"));
        pk_table_json(table, pk_json_get(account, "state"));
        pk_table_json(table, pk_json_get(account, "inFlight"));
        pk_table_json(table, pk_json_get(account, "window"));
        print_costs(table, account);
        pk_table_json(table, pk_json_get(account, "why"));
        paused |= pk_slice_is(pk_json_string(pk_json_get(account, "state")), "paused");
    }
    pk_table_print(table);
    if (paused)
        (void) printf("\nA paused account takes nothing until pokana accounts resume NAME.\n");
}

void pk_accounts_path(struct pk_buf *path, const char *name, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/accounts/");
    pk_ask_escape(path, pk_slice_of(name));
    (void) pk_buf_add_text(path, what);
}

static int list(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_accounts, "list takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/accounts", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        pk_accounts_print(pk_json_get(document, "accounts"));
    return 0;
}

/* ---- pause, resume ---- */

static int change(const struct pk_invocation *invocation, const char *name, const char *what, const char *json)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_error err = { 0 };
    pk_accounts_path(&path, name, what);
    pk_auto(pk_json) struct pk_json *account = NULL;
    if (pk_ask_change(invocation, "POST", pk_buf_text(&path), json, &account, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(account);
        return 0;
    }
    struct pk_slice state = pk_json_string(pk_json_get(account, "state")), why = pk_json_string(pk_json_get(account, "why"));
    (void) printf("account %s: %.*s%s%.*s\n", name, PK_SLICE_ARG(state), why.len > 0 ? ", " : "", PK_SLICE_ARG(why));
    return 0;
}

static int pause_one(const struct pk_invocation *invocation)
{
    const char *reason = NULL;
    const struct pk_option options[] = { { "reason", &reason, NULL } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_accounts, "which account is to be paused?");
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    if (reason)
        pk_json_add_text(&out, "reason", reason);
    pk_json_close(&out, '}');
    status = change(invocation, words.words[0], "/pause", pk_buf_text(&body));
    pk_buf_finish(&body);
    return status;
}

static int resume_one(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_accounts, "which account is to be resumed?");
    return change(invocation, words.words[0], "/resume", "{}");
}

/* ---- play ---- */

static void print_play(const struct pk_json *messages)
{
    static const struct pk_column columns[] = { { "AT", false }, { "ADDRESS", false }, { "STATE", false }, { "TEXT", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(messages); i++) {
        const struct pk_json *message = pk_json_item(messages, i);
        pk_table_moment(table, pk_json_get(message, "at"));
        pk_table_json(table, pk_json_get(message, "address"));
        pk_table_json(table, pk_json_get(message, "state"));
        pk_table_json(table, pk_json_get(message, "text"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("nothing arrived yet\n");
}

static int show_play(const struct pk_invocation *invocation, const char *path)
{
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, path, &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        print_play(pk_json_get(document, "messages"));
    return 0;
}

static int answer_play(const struct pk_invocation *invocation, const char *path, const char *address, const char *text)
{
    struct pk_error err = { 0 };
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "address", address);
    pk_json_add_text(&out, "text", text);
    pk_json_close(&out, '}');
    pk_auto(pk_json) struct pk_json *document = NULL;
    int r = body.failed ? pk_fail(&err, PK_E_LIMIT, "the answer is too long")
                        : pk_ask_change(invocation, "POST", path, pk_buf_text(&body), &document, &err);
    pk_buf_wipe(&body);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        (void) printf("the answer is on its way\n");
    return 0;
}

static int play(const struct pk_invocation *invocation)
{
    bool answer = false;
    const struct pk_option options[] = { { "answer", NULL, &answer } };
    struct pk_plain_words words;
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    int status = pk_options_read(&pk_command_accounts, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count == 0)
        return pk_command_misused(&pk_command_accounts, "which account's desk?");
    if (answer && words.count != 3)
        return pk_command_misused(&pk_command_accounts, "--answer needs an address and a text; put the text in quotes");
    if (!answer && words.count != 1)
        return pk_command_misused(&pk_command_accounts, "play shows what arrived; to answer, write --answer ADDRESS TEXT");
    pk_accounts_path(&path, words.words[0], "/play");
    return answer ? answer_play(invocation, pk_buf_text(&path), words.words[1], words.words[2])
                  : show_play(invocation, pk_buf_text(&path));
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "list", list }, { "add", pk_accounts_add_verb }, { "pause", pause_one }, { "resume", resume_one }, { "test", pk_accounts_test_verb }, { "play", play }
    };
    return pk_verb_run(&pk_command_accounts, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_accounts = {
    .name = "accounts",
    .usage = "accounts list\n"
             "accounts pause NAME [--reason TEXT]\n"
             "accounts resume NAME\n"
             "accounts add ADAPTER [--name NAME]\n"
             "accounts test NAME --to ADDRESS [--language TAG] [--wait TIME] [--no-reply]\n"
             "accounts play NAME [--answer ADDRESS TEXT]",
    .summary = "accounts at providers: state, pause, resume; add says how to have one, test tries it; play shows what reached the simulator",
    .run = run,
};
