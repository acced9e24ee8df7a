/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An information screen, told over the gateway's own connection to its MQTT broker. What a screen shows is the retained
 * message of a topic; it goes by itself when it is no longer valid, and gives way to the next one about the same. Screens are
 * public: no message to one is about a person, and nothing here takes a number.
 */
#include "adapters/kit/account.h"
#include "adapters/kit/export.h"
#include "adapters/kit/json.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/template.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define TOPIC_MAX 512
#define NAME_MAX 64u /* of a screen, a text, an event */

static const struct pk_setting settings[] = {
    PK_KIT_TEXT("topic", "screens/{screen}/{language}/{about}",
                "The topic: {screen} is a screen of the route, {language} the text's, {about} the event's name or the text's."),
    PK_KIT_BOOLEAN("retain", "yes", "Whether the broker keeps the message for screens that connect later."),
    PK_KIT_DURATION("throttle_wait", "5s", PK_KIT_SECOND, PK_KIT_HOUR, "How long to wait when the broker says that it is too much."),
};

enum place { SCREEN, LANGUAGE, ABOUT, PLACES };

struct account {
    struct pk_kit_account base;
    struct pk_kit_template topic;
};

/* ---- an account ---- */

static void account_close(void *self)
{
    struct account *account = self;
    if (account)
        pk_kit_template_finish(&account->topic);
    pk_kit_account_free(account);
}

static uint32_t place_of(const void *ctx, struct pk_slice name)
{
    static const char *const names[PLACES] = { [SCREEN] = "screen", [LANGUAGE] = "language", [ABOUT] = "about" };
    (void) ctx;
    for (uint32_t i = 0; i < PLACES; i++)
        if (pk_slice_is(name, names[i]))
            return i;
    return PK_KIT_LITERAL;
}

static bool is_topic_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("-_./", c, 4);
}

/* Two screens, or two languages, of one topic would take turns. */
static int check_topic(const struct account *account, struct pk_error *err)
{
    bool has[PLACES] = { false };
    struct pk_slice text = pk_kit_text(&account->base.settings, "topic");
    for (size_t i = 0; i < account->topic.count; i++) {
        const struct pk_kit_piece *piece = &account->topic.pieces[i];
        if (piece->place != PK_KIT_LITERAL)
            has[piece->place] = true;
        for (size_t j = 0; piece->place == PK_KIT_LITERAL && j < piece->text.len; j++)
            if (!is_topic_char(piece->text.data[j]))
                return pk_fail(err, PK_E_CONFIG, "topic: it holds a sign that is not one of letters, digits, - _ . and /");
    }
    if (!has[SCREEN] || !has[LANGUAGE])
        return pk_fail(err, PK_E_CONFIG, "topic: it must hold {screen} and {language}");
    if (pk_slice_starts(text, "pokana/") || pk_slice_starts(text, "/") || text.data[text.len - 1] == '/' || memmem(text.data, text.len, "//", 2))
        return pk_fail(err, PK_E_CONFIG, "topic: it has an empty level, or is the gateway's own");
    return 0;
}

static int account_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                        struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct account), host, values, count, &made);
    if (r != 0)
        return r;
    struct account *account = made;
    r = pk_kit_template_init(&account->topic, "topic", pk_kit_text(&account->base.settings, "topic"), place_of, NULL, err);
    if (r == 0)
        r = check_topic(account, err);
    if (r != 0)
        account_close(account);
    else
        *ret_self = account;
    return r;
}

/* ---- one message ---- */

static struct pk_slice value_of(const struct pk_job *job, const char *name)
{
    for (size_t i = 0; i < job->value_count; i++)
        if (pk_slice_is(job->values[i].name, name))
            return job->values[i].text;
    return (struct pk_slice){ 0 };
}

/* A level of a topic, or several; nothing that is more to a broker than a name. */
static bool is_name(struct pk_slice text)
{
    bool good = text.len > 0 && text.len <= NAME_MAX && text.data[0] != '/' && text.data[text.len - 1] != '/';
    for (size_t i = 0; good && i < text.len; i++)
        good = is_topic_char(text.data[i]) && !(text.data[i] == '/' && text.data[i + 1] == '/');
    return good;
}

static struct pk_slice about_of(const struct pk_job *job)
{
    struct pk_slice event = value_of(job, "event");
    return event.len > 0 ? event : job->template_name;
}

static int write_properties(const struct account *account, const struct pk_job *job, struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    char seconds[24];
    int64_t left_ms = job->valid_until_ms - job->now_ms;
    (void) snprintf(seconds, sizeof seconds, "%lld", (long long) ((left_ms + PK_KIT_SECOND - 1) / PK_KIT_SECOND));
    bool retain = pk_kit_number(&account->base.settings, "retain", 1) != 0;
    int r = host->header(request, PK_SLICE("content-type"), PK_SLICE("application/json"));
    if (r == 0)
        r = host->header(request, PK_SLICE("retain"), retain ? PK_SLICE("yes") : PK_SLICE("no"));
    return r == 0 ? host->header(request, PK_SLICE("expiry"), pk_slice_of(seconds)) : r;
}

static int write_message(const struct account *account, const struct pk_job *job, struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    const struct pk_slice places[PLACES] = { [SCREEN] = job->address, [LANGUAGE] = job->language, [ABOUT] = about_of(job) };
    char from[PK_KIT_RFC3339_ROOM], until[PK_KIT_RFC3339_ROOM];
    int r = pk_kit_template_write(&account->topic, host, host->url(request), PK_KIT_PLAIN, places);
    if (r == 0)
        r = write_properties(account, job, request);
    if (r != 0)
        return r;
    pk_kit_rfc3339(job->now_ms, from);
    pk_kit_rfc3339(job->valid_until_ms, until);
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_int(&json, "v", 1);
    pk_kit_json_text(&json, "id", job->idempotency_key);
    pk_kit_json_text(&json, "about", places[ABOUT]);
    pk_kit_json_text(&json, "step", job->step.len > 0 ? job->step : PK_SLICE("notice"));
    pk_kit_json_text(&json, "language", job->language);
    pk_kit_json_text(&json, "text", job->text);
    pk_kit_json_text(&json, "validFrom", pk_slice_of(from));
    pk_kit_json_text(&json, "validUntil", pk_slice_of(until));
    pk_kit_json_close(&json, '}');
    return json.error;
}

/* ---- the broker's answer ---- */

static const struct {
    uint32_t reason, outcome;
} reasons[] = {
    { 0x00, PK_OUTCOME_ACCEPTED },
    { 0x10, PK_OUTCOME_ACCEPTED }, /* and no screen is on */
    { 0x87, PK_OUTCOME_MISCONFIGURED }, /* the access list */
    { 0x90, PK_OUTCOME_REJECTED }, /* the topic */
    { 0x95, PK_OUTCOME_REJECTED }, /* too large */
    { 0x97, PK_OUTCOME_THROTTLED },
    { 0x99, PK_OUTCOME_REJECTED }, /* the payload */
};

static void judge(struct account *account, const struct pk_job *job, const struct pk_answer *answer, struct pk_result *ret)
{
    char code[16];
    uint32_t outcome = answer->status < 0x80 ? PK_OUTCOME_UNCERTAIN : PK_OUTCOME_RETRY;
    for (size_t i = 0; i < PK_KIT_COUNT(reasons); i++)
        if (reasons[i].reason == answer->status)
            outcome = reasons[i].outcome;
    if (outcome == PK_OUTCOME_ACCEPTED) {
        pk_kit_accept(&account->base.words, job->idempotency_key, ret);
        return;
    }
    (void) snprintf(code, sizeof code, "mqtt-%u", answer->status);
    pk_kit_refuse(&account->base.words, answer, outcome, pk_slice_of(code),
                  pk_kit_number(&account->base.settings, "throttle_wait", 5 * PK_KIT_SECOND), ret);
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct account *account = self;
    int64_t left_ms;
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            judge(account, job, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    if (!is_name(job->address) || !is_name(job->language) || !is_name(about_of(job))) {
        pk_kit_reject("no-topic", "The screen's name, the language or the event's cannot stand in a topic.", &round->result);
        round->result.outcome = PK_OUTCOME_INVALID_RECIPIENT;
        return PK_STEP_DONE;
    }
    if (!pk_kit_time_left(job, PK_KIT_SECOND, 365 * PK_KIT_DAY, &left_ms)) {
        pk_kit_too_late(&round->result);
        return PK_STEP_DONE;
    }
    round->submits = 1;
    int r = write_message(account, job, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_PUBLISH, .step = step };

/* The same message again is the same state of the screen. */
PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "mqttout",
    .version = "1",
    .summary = "Information screens, over the gateway's MQTT broker",
    .channels = "screen",
    .capabilities = PK_CAN_IDEMPOTENT | PK_PRICED_PER_MESSAGE,
    .number_format = PK_NUMBER_OPAQUE,
    .max_text_bytes = 4000,
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = account_open,
    .close = account_close,
    .exchange = &exchange,
    .setup = "Let the gateway write below its topic at the broker, and each screen read its own part of it.\n"
             "Name the screens and their languages in the route: screens = hall, desk, languages = bg, nl.\n"
             "Say replies = no, for nobody answers a screen.",
};
