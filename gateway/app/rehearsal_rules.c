/* SPDX-License-Identifier: EUPL-1.2 */
/* The configuration of a rehearsal: as it is, but each account is a simulator on that account's channel, at its rate, window, price and
 * limits, and there is no broker. What befalls people is written as the simulator's own settings. */
#include "gateway/app/rehearsal.h"
#include "gateway/base/text.h"
#include "gateway/plugin/builtin.h"

#define MILLION 1000000
#define SETTINGS_BYTES 4096u

static const struct {
    const char *name, *course;
} kinds[] = {
    { "refused", "rejected" },   { "invalid", "invalid_recipient" },         { "throttled", "throttled" }, { "busy", "retry" },
    { "timeout", "uncertain" },  { "opted-out", "opted_out" },               { "no-receipt", "silent" },
    { "undelivered", "undelivered_permanent" }, { "yes", "reply_yes" },      { "yes-three", "reply_yes_three" }, { "no", "reply_no" },
    { "stop", "reply_stop" },    { "help", "reply_help" },                   { "other", "reply_other" },
};

const char *pk_rehearsal_fail_name(size_t index)
{
    return index < PK_COUNT(kinds) ? kinds[index].name : NULL;
}

/* Digits, a point, digits; "%" behind it divides by a hundred. */
static bool parse_share(const char *text, int64_t *ret_millionths)
{
    int64_t value = 0, scale = MILLION;
    bool point = false, digits = false;
    const char *at = text;
    for (; *at == '.' || (*at >= '0' && *at <= '9'); at++) {
        if (*at == '.' && point)
            return false;
        point |= *at == '.';
        if (*at == '.')
            continue;
        digits = true;
        value = value * 10 + (*at - '0');
        scale /= point ? 10 : 1;
        if (value > 100 * MILLION || scale == 0)
            return false;
    }
    bool percent = at[0] == '%' && at[1] == '\0';
    *ret_millionths = value * scale / (percent ? 100 : 1);
    return digits && (percent || *at == '\0') && *ret_millionths > 0 && *ret_millionths <= MILLION;
}

static int unknown(struct pk_error *err, const char *text)
{
    char names[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < PK_COUNT(kinds); i++)
        used += (size_t) snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", kinds[i].name);
    (void) pk_fail(err, PK_E_INVALID, "\"%s\" says nothing that can befall people", text);
    return pk_hint(err, PK_E_INVALID, "KIND=SHARE, like invalid=10%%. Kinds: %s.", names);
}

int pk_rehearsal_fail_parse(struct pk_rehearsal *rehearsal, const char *text, struct pk_error *err)
{
    const char *equals = strchr(text, '=');
    int64_t sum = 0, share = 0;
    size_t kind = 0, length = equals ? (size_t) (equals - text) : 0;
    while (kind < PK_COUNT(kinds) && (strlen(kinds[kind].name) != length || memcmp(kinds[kind].name, text, length) != 0))
        kind++;
    if (!equals || kind == PK_COUNT(kinds))
        return unknown(err, text);
    if (!parse_share(equals + 1, &share)) {
        (void) pk_fail(err, PK_E_INVALID, "\"%s\" is no share of people", equals + 1);
        return pk_hint(err, PK_E_INVALID, "Write it like 10%% or 0.1, more than nobody and at most everybody.");
    }
    for (size_t i = 0; i < rehearsal->fail_count; i++) {
        sum += rehearsal->fails[i].millionths;
        if (strcmp(rehearsal->fails[i].course, kinds[kind].course) == 0)
            return pk_fail(err, PK_E_INVALID, "\"%s\" is said twice", kinds[kind].name);
    }
    if (sum + share > MILLION || rehearsal->fail_count == PK_REHEARSAL_FAILS_MAX)
        return pk_fail(err, PK_E_LIMIT, "the shares together are more than everybody");
    rehearsal->fails[rehearsal->fail_count++] = (struct pk_rehearsal_fail){ kinds[kind].course, share };
    return 0;
}

/* ---- the rules ---- */

struct pk_rehearsal_rules {
    struct pk_rules rules;
    struct pk_account_rule *accounts;
    struct pk_adapter *adapters; /* one for each: as its own to the planner, a simulator to hand over to */
};

static const struct pk_adapter *simulator(void)
{
    for (size_t i = 0; i < pk_builtin_count; i++)
        if (strcmp(pk_builtin_adapters[i]->name, "simulator") == 0)
            return pk_builtin_adapters[i];
    return NULL;
}

/* Answers and receipts come at the same pace for everybody, so that many share a turn. */
static void write_settings(const struct pk_rehearsal *rehearsal, struct pk_buf *text)
{
    (void) pk_buf_printf(text, "[account a]\nby_person = yes\nseed = %lld\nlatency_min = 300ms\nlatency_max = 300ms\nreceipt_min = 2s\n"
                               "receipt_max = 2s\ncapacity = 100000\nremember = 1\n", (long long) rehearsal->seed);
    for (size_t i = 0; i < rehearsal->fail_count; i++)
        (void) pk_buf_printf(text, "share.%s = %lld.%06lld\n", rehearsal->fails[i].course, (long long) (rehearsal->fails[i].millionths / MILLION),
                             (long long) (rehearsal->fails[i].millionths % MILLION));
}

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    (void) file, (void) line, (void) section, (void) hint;
    (void) pk_fail(ctx, PK_E_CONFIG, "%s: %s", key ? key : "settings", reason);
}

static int read_settings(const struct pk_adapter *adapter, struct pk_slice text, struct pk_settings **ret_settings, struct pk_error *err)
{
    struct pk_error own = { 0 };
    struct pk_ini_report report = { .tell = tell, .ctx = err ? err : &own };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    int r = pk_ini_parse("rehearsal", text, &report, &ini, err);
    return r == 0 ? pk_settings_read(adapter, ini, pk_ini_find(ini, "account", "a"), NULL, "/", &report, ret_settings) : r;
}

/* What the planner, the router and the prices ask of an adapter stays; what speaks to a provider goes. */
static void stand_in(const struct pk_adapter *own, const struct pk_adapter *simulated, struct pk_adapter *ret_adapter)
{
    *ret_adapter = *simulated;
    ret_adapter->channels = own->channels;
    ret_adapter->number_format = own->number_format;
    ret_adapter->max_text_bytes = own->max_text_bytes;
    ret_adapter->price_unit = own->price_unit;
    ret_adapter->capabilities = own->capabilities & (PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_PARTS);
    ret_adapter->play = NULL;
}

int pk_rehearsal_rules_new(const struct pk_rules *rules, const struct pk_rehearsal *rehearsal, struct pk_rehearsal_rules **ret_rules, struct pk_error *err)
{
    pk_auto(pk_rehearsal_rules) struct pk_rehearsal_rules *mine = pk_alloc(sizeof *mine);
    const struct pk_adapter *simulated = simulator();
    struct pk_buf text;
    int r = simulated ? 0 : pk_fail(err, PK_E_UNSUPPORTED, "this program was built without the simulator");
    mine->rules = *rules;
    mine->rules.bus = (struct pk_bus_rule){ 0 };
    mine->rules.webhook_count = 0;
    mine->rules.accounts = mine->accounts = pk_alloc_array(rules->account_count + 1, sizeof *mine->accounts);
    mine->rules.account_count = 0;
    mine->adapters = pk_alloc_array(rules->account_count + 1, sizeof *mine->adapters);
    pk_buf_init(&text, SETTINGS_BYTES);
    write_settings(rehearsal, &text);
    for (size_t i = 0; r == 0 && i < rules->account_count; i++) {
        struct pk_account_rule *account = &mine->accounts[i];
        *account = rules->accounts[i];
        account->settings = NULL;
        stand_in(rules->accounts[i].adapter, simulated, &mine->adapters[i]);
        account->adapter = &mine->adapters[i];
        mine->rules.account_count++;
        r = read_settings(account->adapter, pk_buf_slice(&text), &account->settings, err);
    }
    pk_buf_finish(&text);
    if (r == 0)
        *ret_rules = pk_steal(&mine);
    return r;
}

const struct pk_rules *pk_rehearsal_rules(const struct pk_rehearsal_rules *rules)
{
    return &rules->rules;
}

void pk_rehearsal_rules_free(struct pk_rehearsal_rules *rules)
{
    if (!rules)
        return;
    for (size_t i = 0; i < rules->rules.account_count; i++)
        pk_settings_free(rules->accounts[i].settings);
    free(rules->accounts);
    free(rules->adapters);
    free(rules);
}
