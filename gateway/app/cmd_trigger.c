/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana trigger FILE.json`: publishes an event as the service it comes from would, and says what the gateway made of
 * it. Everything that can be seen wrong without the gateway is said before anything leaves.
 */
#include "gateway/app/ask.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/app/publish.h"
#include "gateway/app/show.h"
#include "gateway/base/code.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/model/cloudevent.h"

#include <errno.h>
#include <unistd.h>

#define WAIT_DEFAULT_MS 30000

struct wish {
    const char *file, *publisher, *username, *password;
    int64_t wait_ms;
};

/* ---- the event ---- */

static int read_input(struct pk_buf *out, struct pk_error *err)
{
    char chunk[4096];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return pk_fail(err, PK_E_IO, "could not read the event from standard input");
        if (pk_buf_add(out, chunk, (size_t) n) != 0)
            return pk_fail(err, PK_E_LIMIT, "the event is larger than %u bytes", PK_CLOUDEVENT_BYTES_MAX);
    }
}

static int read_event(const char *file, struct pk_buf *text, struct pk_cloudevent *ret_event, struct pk_error *err)
{
    enum pk_event_refusal refusal = PK_REFUSAL_NONE;
    bool input = strcmp(file, "-") == 0;
    int r = input ? read_input(text, err) : pk_file_read(file, PK_CLOUDEVENT_BYTES_MAX, text, err);
    if (r != 0)
        return r;
    r = pk_cloudevent_read(PK_SLICE("application/cloudevents+json"), NULL, 0, pk_buf_slice(text), ret_event, &refusal, err);
    if (r == 0)
        return 0;
    pk_error_prefix(err, "%s", input ? "standard input" : file);
    return err->hint[0] ? r : pk_hint(err, r, "config/publishing.md shows a whole event.");
}

/* ---- who publishes it ---- */

static void tell_nobody(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                        const char *hint)
{
    (void) ctx, (void) file, (void) line, (void) section, (void) key, (void) reason, (void) hint;
}

/* The publisher whose source the event carries, when --as does not say. Only the names are read: the file's mistakes
 * were told before. */
static int find_publisher(const char *path, struct pk_slice source, char **ret_name, struct pk_error *err)
{
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    struct pk_ini_report report = { .tell = tell_nobody };
    const char *found = NULL;
    int r = pk_ini_read(path, &report, &ini, err);
    for (size_t i = 0; r == 0 && i < ini->section_count; i++) {
        const struct pk_ini_section *section = &ini->sections[i];
        const struct pk_ini_entry *entry = strcmp(section->kind, "publisher") == 0 ? pk_ini_entry(section, "source") : NULL;
        if (!entry || !pk_slice_equal(entry->value, source))
            continue;
        if (found) {
            (void) pk_fail(err, PK_E_INVALID, "the publishers \"%s\" and \"%s\" both have the event's source", found,
                           section->name);
            return pk_hint(err, PK_E_INVALID, "Say which one with --as PUBLISHER.");
        }
        found = section->name;
    }
    if (r != 0)
        return r;
    if (!found) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "no publisher of the configuration has the event's source \"%.*s\"",
                       PK_SLICE_ARG(source));
        return pk_hint(err, PK_E_NOT_FOUND, "Correct the source, or say with --as PUBLISHER whose event this is.");
    }
    *ret_name = pk_strdup(found);
    return 0;
}

/* ---- its way ---- */

static int broker_of(const struct pk_config *config, const struct wish *wish, struct pk_buf *password,
                     struct pk_bus_rule *ret_bus, struct pk_error *err)
{
    *ret_bus = config->rules.bus;
    if (!ret_bus->host) {
        (void) pk_fail(err, PK_E_CONFIG, "the configuration \"%s\" names no broker", config->path);
        return pk_hint(err, PK_E_CONFIG, "Add a section [broker] with a host.");
    }
    if (!wish->username)
        return 0;
    ret_bus->username = wish->username;
    ret_bus->password = NULL;
    int r = wish->password ? pk_secret_resolve(pk_slice_of(wish->password), NULL, password, err) : 0;
    if (r == 0 && wish->password)
        ret_bus->password = pk_buf_text(password);
    return r;
}

static int publish(const struct pk_invocation *invocation, const struct wish *wish, struct pk_slice text, struct pk_slice source,
                   struct pk_json **ret_receipt, struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(text) char *publisher = pk_strdup(wish->publisher);
    struct pk_ini_report report = pk_config_report_stderr();
    struct pk_bus_rule bus;
    struct pk_buf password;
    pk_buf_init(&password, 64 * 1024);
    int r = pk_config_read_places(invocation->config, true, &report, &config, err);
    if (r == 0)
        r = broker_of(config, wish, &password, &bus, err);
    if (r == 0 && !publisher)
        r = find_publisher(invocation->config, source, &publisher, err);
    if (r == 0) {
        struct pk_publication publication = { .bus = &bus, .publisher = publisher, .event = text, .wait_ms = wish->wait_ms };
        pk_progress_begin("waiting for the receipt");
        r = pk_publish(&publication, ret_receipt, err);
        pk_progress_end();
    }
    pk_buf_wipe(&password);
    pk_buf_finish(&password);
    return r;
}

/* ---- what came of it ---- */

/* What to do about a reason the gateway gave without a remedy: here the configuration is at hand. */
static const char *remedy_of(struct pk_slice reason)
{
    static const struct {
        const char *reason, *remedy;
    } table[] = {
        { "template", "Correct the name: it is that of a file of texts; or add it to templates of this [publisher]." },
        { "topic", "Correct it, or add it to topics of this [publisher] in the configuration." },
        { "audience", "Correct the tags, or change tags of this [publisher] in the configuration." },
        { "time", "Choose moments that lie ahead, sendAt before validUntil." },
        { "expired", "Publish a new event, with another id, if it still matters." },
        { "data", "config/publishing.md shows every field." },
        { "publisher-unknown", "Say with --as which [publisher] of the configuration this is, or add it there." },
        { "source", "Write the source that this [publisher] has in the configuration." },
        { "type-denied", "Add it to may of this [publisher] in the configuration." },
        { "event", "Write the name it was planned by; pokana events list shows what there is." },
        { "campaign", "pokana campaigns list shows what there is; it must be about a topic of this [publisher]." },
        { "conflict", "The detail says what is otherwise; pokana events show ID tells how it is now." },
        { "rate", "Wait a minute, or raise per_minute of this [publisher] in the configuration." },
        { "ceiling", "Choose narrower tags, or raise max_recipients or people_per_day of this [publisher] in the configuration." },
    };
    for (size_t i = 0; i < PK_COUNT(table); i++)
        if (pk_slice_is(reason, table[i].reason))
            return table[i].remedy;
    return "";
}

/* No refusal: whoever planned it may have chosen the day. */
static void print_falls_on(const struct pk_json *days)
{
    struct pk_buf line;
    for (size_t i = 0; i < pk_json_count(days); i++) {
        const struct pk_json *one = pk_json_item(days, i), *day = pk_json_get(one, "day");
        pk_buf_init(&line, 1024);
        (void) pk_buf_add_text(&line, pk_json_kind(day) == PK_JSON_STRING ? "warning: the event is on " : "warning: the event is on a day that calendar ");
        pk_show_json(&line, pk_json_kind(day) == PK_JSON_STRING ? day : pk_json_get(one, "calendar"));
        if (pk_json_kind(day) == PK_JSON_STRING) {
            (void) pk_buf_add_text(&line, " (");
            pk_show_json(&line, pk_json_get(one, "calendar"));
            (void) pk_buf_add_text(&line, ")");
        } else {
            (void) pk_buf_add_text(&line, " does not know yet");
        }
        (void) printf("%s\n", pk_buf_text(&line));
        pk_buf_finish(&line);
    }
}

/* How many hear of it, and when. */
static void print_upshot(const struct pk_json *data)
{
    bool changed = true, waiting = false, few = false, more = false;
    int64_t people = 0;
    struct pk_slice at = pk_json_string(pk_json_get(data, "at"));
    (void) pk_json_bool(pk_json_get(data, "changed"), &changed);
    (void) pk_json_bool(pk_json_get(data, "waiting"), &waiting);
    (void) pk_json_bool(pk_json_get(data, "fewerThanFive"), &few);
    (void) pk_json_bool(pk_json_get(data, "orMore"), &more);
    bool known = pk_json_int(pk_json_get(data, "people"), &people);
    if (waiting)
        (void) printf("it waits for a person: pokana triggers release or drop\n");
    else if (!changed)
        (void) printf("it was so already: nobody is told\n");
    else if (few)
        (void) printf("fewer than five people are told, from %.*s\n", PK_SLICE_ARG(at));
    else if (known && people > 0)
        (void) printf("%lld%s people are told, from %.*s\n", (long long) people, more ? " or more" : "", PK_SLICE_ARG(at));
}

static int tell_receipt(const struct pk_invocation *invocation, const struct pk_json *receipt)
{
    const struct pk_json *data = pk_json_get(receipt, "data");
    struct pk_slice status = pk_json_string(pk_json_get(data, "status")), trigger = pk_json_string(pk_json_get(data, "trigger"));
    bool accepted = pk_slice_is(status, "accepted"), repeated = false;
    (void) pk_json_bool(pk_json_get(data, "duplicate"), &repeated);
    if (invocation->json)
        pk_ask_print(data);
    if (accepted) {
        if (!invocation->json) {
            (void) printf("accepted%s: trigger %.*s\n", repeated ? " before, nothing is sent twice" : "", PK_SLICE_ARG(trigger));
            if (!repeated)
                print_upshot(data);
            print_falls_on(pk_json_get(data, "fallsOn"));
        }
        return 0;
    }
    struct pk_slice reason = pk_json_string(pk_json_get(data, "reason")), detail = pk_json_string(pk_json_get(data, "detail"));
    struct pk_slice remedy = pk_json_string(pk_json_get(data, "remedy"));
    struct pk_error err = { 0 };
    int code = pk_fail(&err, reason.data ? PK_E_DENIED : PK_E_PROTOCOL, "the gateway rejected it (%.*s): %.*s",
                       PK_SLICE_ARG(reason), PK_SLICE_ARG(detail));
    if (remedy.len == 0)
        remedy = pk_slice_of(remedy_of(reason));
    if (remedy.len > 0)
        (void) pk_hint(&err, code, "%.*s", PK_SLICE_ARG(remedy));
    return invocation->json ? pk_code_exit_status(code) : pk_command_failed(&err);
}

static int trigger(const struct pk_invocation *invocation, const struct wish *wish)
{
    struct pk_error err = { 0 };
    struct pk_cloudevent event = { 0 };
    struct pk_buf text;
    pk_auto(pk_json) struct pk_json *receipt = NULL;
    pk_buf_init(&text, PK_CLOUDEVENT_BYTES_MAX);
    int r = read_event(wish->file, &text, &event, &err);
    if (r == 0)
        r = publish(invocation, wish, pk_buf_slice(&text), event.source, &receipt, &err);
    pk_cloudevent_finish(&event);
    pk_buf_finish(&text);
    if (r != 0)
        return pk_command_failed(&err);
    if (receipt)
        return tell_receipt(invocation, receipt);
    (void) printf("%s\n", invocation->json ? "{\"status\":\"published\"}" : "published; the receipt was not waited for");
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    struct wish wish = { .wait_ms = WAIT_DEFAULT_MS };
    const char *wait = NULL;
    const struct pk_option options[] = {
        { "as", &wish.publisher, NULL },
        { "wait", &wait, NULL },
        { "username", &wish.username, NULL },
        { "password", &wish.password, NULL },
    };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_trigger, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_trigger, "which file holds the event? - is standard input");
    if (wish.publisher && !pk_is_name(pk_slice_of(wish.publisher)))
        return pk_command_misused(&pk_command_trigger, "\"%s\" is no publisher's name", wish.publisher);
    if (wish.password && !wish.username)
        return pk_command_misused(&pk_command_trigger, "--password goes with --username");
    if (wait && pk_parse_duration(pk_slice_of(wait), &wish.wait_ms) != 0)
        return pk_command_misused(&pk_command_trigger, "--wait \"%s\" is no length of time such as 30s or 2m", wait);
    wish.file = words.words[0];
    return trigger(invocation, &wish);
}

const struct pk_command pk_command_trigger = {
    .name = "trigger",
    .usage = "trigger FILE.json|- [--as PUBLISHER] [--wait TIME] [--username NAME [--password file:PATH]]",
    .summary = "publish an event over MQTT as a service would, and show the receipt",
    .run = run,
};
