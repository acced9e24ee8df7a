/* SPDX-License-Identifier: EUPL-1.2 */
/* What the kit has for adapters over HTTP: JSON, credentials, tokens, results, events, guards, mappings of templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/kit/account.h"
#include "adapters/kit/encode.h"
#include "adapters/kit/event.h"
#include "adapters/kit/guard.h"
#include "adapters/kit/json.h"
#include "adapters/kit/mapping.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"
#include "gateway/base/text.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"

static struct pk_host_side *side;
static const struct pk_host *host;

static void json(void **state)
{
    struct pk_out out;
    (void) state;
    pk_out_init(&out, 4096);
    struct pk_kit_json writer = pk_kit_json(host, &out);
    pk_kit_json_open(&writer, NULL, '{');
    pk_kit_json_text(&writer, "a", PK_SLICE("\"ю\n"));
    pk_kit_json_open(&writer, "l", '[');
    pk_kit_json_text(&writer, NULL, PK_SLICE("x"));
    pk_kit_json_open(&writer, NULL, '{');
    pk_kit_json_close(&writer, '}');
    pk_kit_json_int(&writer, NULL, -7);
    pk_kit_json_close(&writer, ']');
    pk_kit_json_bool(&writer, "b", false);
    pk_kit_json_named(&writer, PK_SLICE("q\"n"), PK_SLICE(""));
    pk_kit_json_swapped(&writer, "s", PK_SLICE("[a]\"[]"), "[]", "()");
    pk_kit_json_swapped(&writer, "k", PK_SLICE("[a]"), "", "");
    pk_kit_json_close(&writer, '}');
    assert_int_equal(writer.error, 0);
    assert_string_equal(pk_buf_text(&out.buf),
                        "{\"a\":\"\\\"ю\\n\",\"l\":[\"x\",{},-7],\"b\":false,\"q\\\"n\":\"\",\"s\":\"(a)\\\"()\","
                        "\"k\":\"[a]\"}");
    pk_out_finish(&out);
    pk_out_init(&out, 3);
    writer = pk_kit_json(host, &out);
    pk_kit_json_text(&writer, "long", PK_SLICE("text"));
    pk_kit_json_int(&writer, "n", 1);
    assert_int_equal(writer.error, PK_E_LIMIT);
    pk_out_finish(&out);
}

/* The values of the provider's own documentation, the token computed apart from this code. */
static void tokens(void **state)
{
    char token[PK_KIT_JWT_ROOM], room[PK_KIT_BASE64_ROOM(4)];
    (void) state;
    size_t len = pk_kit_jwt_issued(host, PK_SLICE("3d844edf-8d35-48ac-975b-e847b4f122b0"),
                                   PK_SLICE("26785a09-ab16-4eb0-8407-a37497a57506"), 1568818578999, token);
    assert_string_equal(token, "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."
                               "eyJpc3MiOiIyNjc4NWEwOS1hYjE2LTRlYjAtODQwNy1hMzc0OTdhNTc1MDYiLCJpYXQiOjE1Njg4MTg1Nzh9."
                               "YT_aQYNif0l3HaPwy62Cj9g0qsYzjnj1K5pLwkELiFw");
    assert_int_equal(len, strlen(token));
    assert_int_equal(pk_kit_jwt_issued(host, PK_SLICE("k"), PK_SLICE("a\"b"), 0, token), 0);
    assert_int_equal(pk_kit_jwt_issued(host, PK_SLICE("k"), PK_SLICE(""), 0, token), 0);
    assert_int_equal(pk_kit_base64url("\xfb\xff\xfe\x01", 4, room), 6);
    assert_string_equal(room, "-__-AQ");
    char *basic = pk_kit_basic(PK_SLICE("Aladdin"), PK_SLICE("open sesame")); /* RFC 7617 */
    assert_string_equal(basic, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    pk_kit_basic_free(basic);
    pk_kit_basic_free(NULL);
}

static void requests(void **state)
{
    struct pk_request request;
    struct pk_slice name, value;
    (void) state;
    pk_request_init(&request);
    assert_int_equal(pk_kit_begin_json(host, &request, PK_SLICE("https://a.example/v1/"), "/messages"), 0);
    assert_true(pk_slice_is(pk_request_url(&request), "https://a.example/v1/messages"));
    assert_true(pk_slice_is(pk_request_method(&request), "POST"));
    pk_request_header(&request, 0, &name, &value);
    assert_true(pk_slice_is(name, "Content-Type") && pk_slice_is(value, "application/json"));
    pk_request_finish(&request);
}

/* ---- results ---- */

static void results(void **state)
{
    struct pk_answer answer = { .size = sizeof answer, .state = PK_ANSWER_NOT_SENT };
    struct pk_kit_words words;
    struct pk_result result;
    struct pk_job job = { .size = sizeof job, .now_ms = 1000000, .valid_until_ms = 1060000 };
    int64_t left_ms;
    char long_id[PK_KIT_ID_MAX + 2];
    (void) state;
    assert_true(pk_kit_unanswered(&answer, &result) && result.outcome == PK_OUTCOME_RETRY && result.reason.len > 0);
    answer.state = PK_ANSWER_NONE;
    assert_true(pk_kit_unanswered(&answer, &result) && result.outcome == PK_OUTCOME_UNCERTAIN && result.reason.len > 0);
    answer = (struct pk_answer){ .size = sizeof answer, .state = PK_ANSWER_COMPLETE, .status = 429 };
    assert_false(pk_kit_unanswered(&answer, &result));
    pk_kit_refuse(&words, &answer, PK_OUTCOME_THROTTLED, PK_SLICE("31600000001"), 5000, &result);
    assert_true(pk_slice_is(result.code, "HTTP 429") && result.after_ms == 5000 && result.reason.len > 0);
    answer.retry_after_ms = 7000;
    pk_kit_refuse(&words, &answer, PK_OUTCOME_RETRY, PK_SLICE("busy"), 5000, &result);
    assert_true(pk_slice_is(result.code, "busy") && result.after_ms == 7000);
    pk_kit_refuse(&words, &answer, PK_OUTCOME_REJECTED, PK_SLICE(""), 5000, &result);
    assert_int_equal(result.after_ms, 0);
    pk_kit_accept(&words, PK_SLICE("id-1"), &result);
    assert_true(result.outcome == PK_OUTCOME_ACCEPTED && pk_slice_is(result.provider_id, "id-1"));
    memset(long_id, 'x', sizeof long_id);
    pk_kit_accept(&words, pk_slice_make(long_id, PK_KIT_ID_MAX + 1), &result);
    assert_int_equal(result.provider_id.len, 0);
    pk_kit_accept(&words, pk_slice_make(long_id, PK_KIT_ID_MAX), &result);
    assert_int_equal(result.provider_id.len, PK_KIT_ID_MAX);
    pk_kit_accept(&words, PK_SLICE("a page of HTML"), &result);
    assert_int_equal(result.provider_id.len, 0);
    assert_true(pk_kit_time_left(&job, 60000, 90000, &left_ms) && left_ms == 60000);
    assert_false(pk_kit_time_left(&job, 60001, 90000, &left_ms));
    assert_true(pk_kit_time_left(&job, 1000, 30000, &left_ms) && left_ms == 30000);
    job.valid_until_ms = 0;
    assert_true(pk_kit_time_left(&job, 1000, 30000, &left_ms) && left_ms == 30000);
}

/* ---- events ---- */

struct seen {
    struct pk_event_sink base; /* first */
    unsigned count;
    uint32_t kind;
    char id[300], reference[300], address[32], text[64], code[64];
};

static int see(struct pk_event_sink *sink, const struct pk_event *event)
{
    struct seen *seen = (struct seen *) (void *) sink;
    seen->count++;
    seen->kind = event->kind;
    (void) snprintf(seen->id, sizeof seen->id, "%.*s",
                    PK_SLICE_ARG(event->kind == PK_EVENT_RECEIPT ? event->provider_id : event->event_id));
    (void) snprintf(seen->reference, sizeof seen->reference, "%.*s", PK_SLICE_ARG(event->our_reference));
    (void) snprintf(seen->address, sizeof seen->address, "%.*s", PK_SLICE_ARG(event->address));
    (void) snprintf(seen->text, sizeof seen->text, "%.*s", PK_SLICE_ARG(event->text));
    (void) snprintf(seen->code, sizeof seen->code, "%.*s", PK_SLICE_ARG(event->code));
    return PK_E_BUSY;
}

static void events(void **state)
{
    struct seen seen = { .base = { see } };
    const struct pk_slice none = { 0 };
    char long_id[300];
    (void) state;
    memset(long_id, 'x', sizeof long_id);
    assert_int_equal(pk_kit_receipt(&seen.base, PK_RECEIPT_SENT, PK_SLICE("a"), PK_SLICE("r"), PK_SLICE("to 31600000001"), none),
                     PK_E_BUSY);
    assert_string_equal(seen.id, "a");
    assert_string_equal(seen.reference, "r");
    assert_string_equal(seen.code, "");
    assert_int_equal(pk_kit_receipt(&seen.base, PK_RECEIPT_SENT, pk_slice_make(long_id, 256), none, none, none),
                     0); /* nobody's */
    assert_int_equal(pk_kit_reply(&seen.base, PK_SLICE("Info"), PK_SLICE("x"), none, none), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(pk_kit_reply(&seen.base, PK_SLICE("0031600000001"), PK_SLICE("ДА"), pk_slice_make(long_id, 256), none),
                     PK_E_BUSY);
    assert_string_equal(seen.address, "+31600000001");
    assert_string_equal(seen.text, "ДА");
    assert_string_equal(seen.id, "");
    assert_int_equal(pk_kit_opt_out(&seen.base, PK_SLICE("31600000001"), PK_SLICE("e")), PK_E_BUSY);
    assert_int_equal(seen.kind, PK_EVENT_OPT_OUT);
    assert_int_equal(seen.count, 3);
}

/* ---- settings that several have ---- */

static void keep(struct pk_kit_settings *kept, const struct pk_setting_value *values, size_t count)
{
    assert_int_equal(pk_kit_settings_init(kept, values, count), 0);
}

#define VALUE(name_, text_)                         \
    {                                               \
        .name = name_, .text = PK_SLICE_INIT(text_) \
    }

static struct pk_slice one_header(const struct pk_hook_request *request, const char *name)
{
    (void) request;
    return strcmp(name, "X-Key") == 0           ? PK_SLICE("a key of sixteen or more")
           : strcmp(name, "Authorization") == 0 ? PK_SLICE("bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
                                                : (struct pk_slice){ 0 };
}

static void guards(void **state)
{
    static const struct pk_setting_value all[] = { VALUE("webhook_secret", "p4th-secret-of-it"), VALUE("webhook_header", "X-Key"),
                                                   VALUE("webhook_header_secret", "a key of sixteen or more") };
    static const struct pk_setting_value half[] = { VALUE("webhook_user", "u") },
                                         slash[] = { VALUE("webhook_secret", "seventeen/letters") };
    struct pk_hook_request request = { .size = sizeof request,
                                       .path_rest = PK_SLICE("p4th-secret-of-it/x"),
                                       .header = one_header };
    struct pk_kit_settings kept;
    struct pk_kit_guard guard;
    struct pk_error err = { 0 };
    (void) state;
    keep(&kept, all, PK_COUNT(all));
    assert_int_equal(pk_kit_guard_init(&guard, &kept, &err), 0);
    assert_true(pk_kit_guard_is_set(&guard));
    assert_int_equal(pk_kit_guard_verify(&guard, &request, &err), 0);
    request.path_rest = PK_SLICE("p4th-secret-of-i");
    assert_int_equal(pk_kit_guard_verify(&guard, &request, &err), PK_E_DENIED);
    request.path_rest = PK_SLICE("p4th-secret-of-it");
    guard.header = PK_SLICE("another key of sixteen");
    assert_int_equal(pk_kit_guard_verify(&guard, &request, &err), PK_E_DENIED);
    pk_kit_guard_finish(&guard);
    pk_kit_settings_finish(&kept);
    keep(&kept, half, 1);
    assert_int_equal(pk_kit_guard_init(&guard, &kept, &err), PK_E_CONFIG);
    assert_string_equal(err.message, "webhook_password: required setting is missing beside webhook_user");
    pk_kit_settings_finish(&kept);
    keep(&kept, slash, 1);
    assert_int_equal(pk_kit_guard_init(&guard, &kept, &err), PK_E_CONFIG);
    pk_kit_settings_finish(&kept);
    assert_true(pk_kit_bearer_is(&request, PK_SLICE("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="))); /* the scheme's case is free: RFC 7235 */
    assert_false(pk_kit_bearer_is(&request, PK_SLICE("QWxhZGRpbjpvcGVuIHNlc2FtZQ=")));
    assert_false(pk_kit_bearer_is(&request, PK_SLICE("")));
}

static bool is_short(struct pk_slice id)
{
    return id.len > 0 && id.len <= 4;
}

static void mappings(void **state)
{
    static const struct pk_setting_value good[] = { VALUE("template.a", "t1, school name = school , m=text"),
                                                    VALUE("template.a.bg-Latn", "t2") };
    static const struct pk_setting_value bad[] = { VALUE("template.a", "t1, school =") },
                                         no_id[] = { VALUE("template.a", "m=text") };
    static const struct pk_named_value values[] = { { PK_SLICE_INIT("school"), PK_SLICE_INIT("ОУ") } };
    struct pk_job job = { .size = sizeof job, .template_name = PK_SLICE("a"), .language = PK_SLICE("bg"), .text = PK_SLICE("T") };
    struct pk_kit_settings kept;
    struct pk_slice mapping, name, source;
    struct pk_error err = { 0 };
    size_t count;
    (void) state;
    keep(&kept, good, PK_COUNT(good));
    assert_int_equal(pk_kit_mapping_check(&kept, is_short, &count, &err), 0);
    assert_int_equal(count, 2);
    mapping = pk_kit_mapping_of(&kept, &job);
    assert_false(pk_kit_mapping_whole(mapping, &job));
    job.values = values;
    job.value_count = 1;
    assert_true(pk_kit_mapping_whole(mapping, &job));
    assert_true(pk_slice_is(pk_kit_mapping_id(&mapping), "t1"));
    assert_true(pk_kit_mapping_next(&mapping, &name, &source) && pk_slice_is(name, "school name") &&
                pk_slice_is(source, "school"));
    assert_true(pk_slice_is(pk_kit_mapping_value(&job, source), "ОУ"));
    assert_true(pk_kit_mapping_next(&mapping, &name, &source) && pk_slice_is(pk_kit_mapping_value(&job, source), "T"));
    assert_false(pk_kit_mapping_next(&mapping, &name, &source));
    job.language = PK_SLICE("bg-Latn");
    mapping = pk_kit_mapping_of(&kept, &job);
    assert_true(pk_slice_is(pk_kit_mapping_id(&mapping), "t2"));
    job.template_name = PK_SLICE("b");
    assert_int_equal(pk_kit_mapping_of(&kept, &job).len, 0);
    pk_kit_settings_finish(&kept);
    keep(&kept, bad, 1);
    assert_int_equal(pk_kit_mapping_check(&kept, is_short, &count, &err), PK_E_CONFIG);
    assert_string_equal(err.message, "template.a: \"school\" is no parameter with where it comes from");
    pk_kit_settings_finish(&kept);
    keep(&kept, no_id, 1);
    assert_int_equal(pk_kit_mapping_check(&kept, is_short, &count, &err), PK_E_CONFIG);
    pk_kit_settings_finish(&kept);
}

static void words(void **state)
{
    static const struct pk_kit_word table[] = { { "Sent", 3 }, { "failed", 4 } };
    static const struct pk_setting_value values[] = { VALUE("code.retry", "a, b"), VALUE("code.rejected", "B") };
    struct pk_kit_table made = { 0 };
    struct pk_kit_settings kept;
    struct pk_slice lines = PK_SLICE("\n one \r\ntwo\n\n"), line;
    struct pk_error err = { 0 };
    (void) state;
    assert_int_equal(pk_kit_meaning(table, 2, PK_SLICE("sent")), 3);
    assert_int_equal(pk_kit_meaning(table, 2, PK_SLICE("sen")), 0);
    assert_int_equal(pk_kit_meaning(table, 2, (struct pk_slice){ 0 }), 0);
    assert_true(pk_kit_is_listed(PK_SLICE("a, Bc"), PK_SLICE("bC")) && !pk_kit_is_listed(PK_SLICE("a, bc"), PK_SLICE("b")));
    assert_true(pk_kit_next_line(&lines, &line) && pk_slice_is(line, "one"));
    assert_true(pk_kit_next_line(&lines, &line) && pk_slice_is(line, "two"));
    assert_false(pk_kit_next_line(&lines, &line));
    keep(&kept, values, PK_COUNT(values));
    assert_int_equal(pk_kit_table_read(&made, &kept, "code.", PK_KIT_OUTCOMES, &err), PK_E_CONFIG);
    assert_string_equal(err.message, "code.rejected: \"B\" is listed with another meaning too");
    pk_kit_table_finish(&made);
    assert_int_equal(pk_kit_table_read(&made, &kept, "code.", PK_KIT_STATES, &err), PK_E_CONFIG);
    assert_string_equal(err.message, "code.retry: unknown setting");
    pk_kit_table_finish(&made);
    pk_kit_settings_finish(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json),   cmocka_unit_test(tokens), cmocka_unit_test(requests), cmocka_unit_test(results),
        cmocka_unit_test(events), cmocka_unit_test(guards), cmocka_unit_test(mappings), cmocka_unit_test(words),
    };
    side = pk_host_new("test", NULL);
    host = pk_host_table(side);
    int r = cmocka_run_group_tests(tests, NULL, NULL);
    pk_host_free(side);
    return r;
}
