/* SPDX-License-Identifier: EUPL-1.2 */
/* An adapter at work: opened from a case, asked for requests, given answers and calls, listened to. */
#include "tests/adapters/harness.h"

#include "gateway/base/file.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"

#include <stdio.h>
#include <unistd.h>

/* ---- opening ---- */

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                 const char *hint)
{
    (void) file, (void) line, (void) section, (void) hint;
    (void) pk_buf_printf(ctx, "%s: %s\n", key ? key : "", reason);
}

/* The case's settings as the section an operator would write. */
static void write_section(const struct test_case *test, const char *without, struct pk_buf *text)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    (void) pk_buf_add_text(text, "[account test]\n");
    while (pk_json_next(pk_json_get(test->document, "settings"), &iter, &name, &value))
        if (!without || !pk_slice_is(name, without))
            (void) pk_buf_printf(text, "%.*s = %.*s\n", PK_SLICE_ARG(name), PK_SLICE_ARG(pk_json_string(value)));
}

static void write_secrets(const struct test_case *test, const char *folder, bool remove)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    while (pk_json_next(pk_json_get(test->document, "secrets"), &iter, &name, &value)) {
        char path[256];
        (void) snprintf(path, sizeof path, "%s/%.*s", folder, PK_SLICE_ARG(name));
        if (remove)
            assert_int_equal(unlink(path), 0);
        else
            assert_int_equal(pk_file_replace(path, 0600, pk_json_string(value), NULL), 0);
    }
}

static void open_self(struct bench *bench)
{
    struct pk_error err = { 0 };
    size_t count = 0;
    const struct pk_setting_value *values = pk_settings_values(bench->settings, &count);
    bench->host = pk_host_new("test", bench->settings);
    int r = bench->adapter->open(pk_host_table(bench->host), values, count, &bench->self, &err);
    pk_host_end_call(bench->host);
    if (r != 0) {
        assert_null(bench->self);
        (void) pk_buf_printf(&bench->trouble, "%s\n", err.message);
    } else {
        assert_non_null(bench->self);
    }
}

void bench_open(struct bench *bench, const struct test_case *test, const char *without)
{
    char folder[] = "/tmp/pokana-adapters-XXXXXX";
    struct pk_buf text;
    struct pk_ini *ini = NULL;
    *bench = (struct bench){ .adapter = test->adapter };
    pk_buf_init(&bench->trouble, 1u << 16);
    pk_buf_init(&text, 1u << 16);
    struct pk_ini_report report = { .tell = tell, .ctx = &bench->trouble };
    assert_non_null(mkdtemp(folder));
    write_secrets(test, folder, false);
    write_section(test, without, &text);
    assert_int_equal(pk_ini_parse("test.conf", pk_buf_slice(&text), &report, &ini, NULL), 0);
    (void) pk_settings_read(test->adapter, ini, pk_ini_find(ini, "account", "test"), NULL, folder, &report, &bench->settings);
    write_secrets(test, folder, true);
    assert_int_equal(rmdir(folder), 0);
    pk_ini_free(ini);
    pk_buf_finish(&text);
    if (report.count == 0)
        open_self(bench);
}

void bench_close(struct bench *bench)
{
    if (bench->self)
        bench->adapter->close(bench->self);
    pk_host_free(bench->host);
    pk_settings_free(bench->settings);
    pk_buf_finish(&bench->trouble);
    *bench = (struct bench){ 0 };
}

/* ---- hand-overs ---- */

struct pk_job job_make(const struct pk_json *object)
{
    return (struct pk_job){
        .size = sizeof(struct pk_job),
        .token = 1,
        .message_id = case_text(object, "messageId", "01jab0message"),
        .attempt_id = case_text(object, "attemptId", "01jab0attempt"),
        .idempotency_key = case_text(object, "idempotencyKey", "01jab0repeat"),
        .channel = PK_SLICE("sms"),
        .address = case_text(object, "address", NUMBER),
        .text = case_text(object, "text", TEXT),
        .template_name = case_text(object, "template", "parent-meeting-invitation"),
        .template_version = PK_SLICE("1"),
        .sender = case_text(object, "sender", NULL),
        .language = case_text(object, "language", "bg"),
        .valid_until_ms = case_int(object, "validUntilMs", NOW_MS + 2 * 3600 * 1000),
        .now_ms = NOW_MS,
    };
}

static struct pk_slice answer_header(const struct pk_answer *base, const char *name)
{
    const struct answer *answer = (const struct answer *) (const void *) base;
    void *iter = NULL;
    struct pk_slice key;
    const struct pk_json *value;
    while (pk_json_next(answer->headers, &iter, &key, &value))
        if (pk_slice_equal_nocase(key, name))
            return pk_json_string(value);
    return (struct pk_slice){ 0 };
}

struct answer answer_make(uint32_t state, uint32_t status, struct pk_slice body)
{
    return (struct answer){
        .base = { .size = sizeof(struct pk_answer), .state = state, .status = status, .body = body, .header = answer_header },
    };
}

void bench_request(struct bench *bench, const struct pk_job *job, struct pk_round *round, struct pk_request *request)
{
    struct pk_error err = { 0 };
    *round = (struct pk_round){ .size = sizeof *round, .request = request };
    assert_int_equal(bench->adapter->exchange->step(bench->self, job, round), PK_STEP_SEND);
    pk_host_end_call(bench->host);
    if (pk_request_check(request, &err) != 0)
        fail_msg("%s", err.message);
}

struct pk_result bench_keep(const struct pk_result *result)
{
    static char id[512], code[512], reason[512];
    struct pk_result kept = *result;
    (void) snprintf(id, sizeof id, "%.*s", PK_SLICE_ARG(result->provider_id));
    (void) snprintf(code, sizeof code, "%.*s", PK_SLICE_ARG(result->code));
    (void) snprintf(reason, sizeof reason, "%.*s", PK_SLICE_ARG(result->reason));
    kept.provider_id = pk_slice_of(id);
    kept.code = pk_slice_of(code);
    kept.reason = pk_slice_of(reason);
    return kept;
}

struct pk_result bench_handover(struct bench *bench, const struct pk_job *job, const struct pk_answer *answer)
{
    struct pk_request request;
    struct pk_round round;
    pk_request_init(&request);
    bench_request(bench, job, &round, &request);
    assert_int_equal(round.submits, 1);
    round.number = 1;
    round.answer = answer;
    pk_request_clear(&request);
    assert_int_equal(bench->adapter->exchange->step(bench->self, job, &round), PK_STEP_DONE);
    struct pk_result result = bench_keep(&round.result);
    pk_host_end_call(bench->host);
    pk_request_finish(&request);
    assert_in_range(result.outcome, PK_OUTCOME_ACCEPTED, PK_OUTCOME_UNCERTAIN);
    privacy_check(result.reason, bench, "reason");
    privacy_check(result.code, bench, "code");
    return result;
}

/* ---- events ---- */

static struct pk_slice copy(struct pk_slice text)
{
    return pk_slice_make(pk_slice_dup(text), text.len);
}

struct pk_event event_copy(const struct pk_event *event)
{
    struct pk_event kept = *event;
    kept.provider_id = copy(event->provider_id);
    kept.our_reference = copy(event->our_reference);
    kept.code = copy(event->code);
    kept.address = copy(event->address);
    kept.text = copy(event->text);
    kept.event_id = copy(event->event_id);
    return kept;
}

void event_free(struct pk_event *event)
{
    const struct pk_slice texts[] = { event->provider_id, event->our_reference, event->code,
                                      event->address,     event->text,          event->event_id };
    for (size_t i = 0; i < PK_COUNT(texts); i++)
        free((char *) texts[i].data);
}

static int sink_emit(struct pk_event_sink *sink, const struct pk_event *event)
{
    struct events *events = (struct events *) (void *) sink;
    assert_true(events->count < EVENTS_MAX);
    events->at[events->count++] = event_copy(event);
    return 0;
}

void events_init(struct events *events)
{
    *events = (struct events){ .base = { sink_emit } };
}

void events_finish(struct events *events)
{
    for (size_t i = 0; i < events->count; i++)
        event_free(&events->at[i]);
    events->count = 0;
}

static void same_text(struct pk_slice got, const struct pk_json *expected, const char *name, const char *where)
{
    struct pk_slice wanted = case_text(expected, name, "");
    if (!pk_slice_equal(got, wanted))
        fail_msg("%s: %s is \"%.*s\", not \"%.*s\"", where, name, PK_SLICE_ARG(got), PK_SLICE_ARG(wanted));
}

void event_check(const struct pk_event *event, const struct pk_json *expected, const char *where)
{
    static const char *const kinds[] = { "", "receipt", "reply", "opt_in", "opt_out" };
    static const char *const states[] = {
        "", "accepted", "sent", "delivered", "read", "undelivered_temporary", "undelivered_permanent", "unknown"
    };
    assert_in_range(event->kind, 1, PK_COUNT(kinds) - 1);
    assert_in_range(event->state, 0, PK_COUNT(states) - 1);
    same_text(pk_slice_of(kinds[event->kind]), expected, "kind", where);
    same_text(pk_slice_of(states[event->state]), expected, "state", where);
    same_text(event->provider_id, expected, "providerId", where);
    same_text(event->our_reference, expected, "reference", where);
    same_text(event->code, expected, "code", where);
    same_text(event->address, expected, "address", where);
    same_text(event->text, expected, "text", where);
    same_text(event->event_id, expected, "eventId", where);
    assert_int_equal(event->at_ms, case_int(expected, "atMs", 0));
    assert_int_equal(event->part_reference, case_int(expected, "partReference", 0));
    assert_int_equal(event->part_total, case_int(expected, "partTotal", 0));
    assert_int_equal(event->part_index, case_int(expected, "partIndex", 0));
}

/* ---- calls at the webhook ---- */

static struct pk_slice call_header(const struct pk_hook_request *base, const char *name)
{
    struct call *call = (struct call *) (void *) (uintptr_t) base;
    void *iter = NULL;
    struct pk_slice key;
    const struct pk_json *value;
    while (pk_json_next(call->headers, &iter, &key, &value)) {
        if (!pk_slice_equal_nocase(key, name))
            continue;
        if (!call->spoil_headers)
            return pk_json_string(value);
        pk_buf_clear(&call->spoilt);
        (void) pk_buf_add_slice(&call->spoilt, pk_json_string(value));
        call->spoilt.data[call->spoilt.len - 1] ^= 1;
        return pk_buf_slice(&call->spoilt);
    }
    return (struct pk_slice){ 0 };
}

void call_init(struct call *call, const struct pk_json *sample)
{
    *call = (struct call){ .headers = pk_json_get(sample, "headers") };
    case_body(sample, "body", &call->body);
    case_body(sample, "path", &call->path);
    pk_buf_init(&call->spoilt, 4096);
    call->base = (struct pk_hook_request){
        .size = sizeof call->base,
        .method = case_text(sample, "method", "POST"),
        .url = case_text(sample, "url", "https://pokana.example/hooks/test"),
        .path_rest = pk_buf_slice(&call->path),
        .query = case_text(sample, "query", ""),
        .body = pk_buf_slice(&call->body),
        .now_ms = NOW_MS,
        .header = call_header,
    };
}

void call_finish(struct call *call)
{
    pk_buf_finish(&call->body);
    pk_buf_finish(&call->path);
    pk_buf_finish(&call->spoilt);
}

int bench_verify(struct bench *bench, struct call *call)
{
    struct pk_error err = { 0 };
    int r = bench->adapter->webhook->verify(bench->self, &call->base, &err);
    pk_host_end_call(bench->host);
    privacy_check(pk_slice_of(err.message), bench, "verify");
    return r;
}

int bench_parse(struct bench *bench, struct call *call, struct events *events)
{
    struct pk_error err = { 0 };
    struct pk_out reply;
    pk_out_init(&reply, 4096);
    /* An exact copy on the heap, so that a byte read past its end is seen. */
    char *exact = malloc(call->base.body.len > 0 ? call->base.body.len : 1);
    memcpy(exact, call->base.body.data, call->base.body.len);
    struct pk_hook_request request = call->base;
    request.body.data = exact;
    int r = bench->adapter->webhook->parse(bench->self, &request, &events->base, &reply, &err);
    pk_host_end_call(bench->host);
    free(exact);
    pk_out_finish(&reply);
    privacy_check(pk_slice_of(err.message), bench, "parse");
    return r;
}

/* ---- privacy ---- */

static FILE *log_file;

void log_begin(void)
{
    if (!log_file)
        log_file = tmpfile();
    assert_non_null(log_file);
    pk_log_set_level(PK_LOG_DEBUG);
    pk_log_set_fd(fileno(log_file));
}

static bool holds(struct pk_slice text, struct pk_slice what)
{
    return text.len > 0 && what.len > 0 && text.len >= what.len && memmem(text.data, text.len, what.data, what.len) != NULL;
}

void privacy_check(struct pk_slice text, const struct bench *bench, const char *where)
{
    size_t count = 0;
    if (holds(text, pk_slice_of(&NUMBER[4])))
        fail_msg("%s: holds the number", where);
    if (holds(text, pk_slice_of(TEXT)))
        fail_msg("%s: holds the text", where);
    if (!bench->settings)
        return;
    const struct pk_setting_value *values = pk_settings_values(bench->settings, &count);
    for (size_t i = 0; i < count; i++)
        if (pk_settings_is_secret(bench->settings, i) && holds(text, values[i].text))
            fail_msg("%s: holds the secret %s", where, values[i].name);
}

void log_check(const char *where, const struct bench *bench)
{
    struct pk_buf text;
    char piece[4096];
    size_t n;
    pk_buf_init(&text, 1u << 22);
    rewind(log_file);
    while ((n = fread(piece, 1, sizeof piece, log_file)) > 0)
        (void) pk_buf_add(&text, piece, n);
    privacy_check(pk_buf_slice(&text), bench, where);
    pk_buf_finish(&text);
    rewind(log_file);
    assert_int_equal(ftruncate(fileno(log_file), 0), 0);
}
