/* SPDX-License-Identifier: EUPL-1.2 */
/* What an adapter is lent: requests and outputs with ceilings, JSON for the length of a call, a log without secrets. */
#include "tests/unit/plugin/support.h"

#include "gateway/base/log.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct pk_setting declared[] = { { .name = "token", .type = PK_SETTING_SECRET, .help = "A secret." } };
static const struct pk_adapter adapter = { SUPPORT_ADAPTER, .settings = declared, .setting_count = 1 };

struct lent {
    struct pk_settings *settings;
    struct pk_host_side *side;
    const struct pk_host *host;
};

static int begin(void **state)
{
    static struct lent lent;
    char path[] = "/tmp/pokana-host-XXXXXX", text[128];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "hunter2", 7), 7);
    (void) close(fd);
    (void) snprintf(text, sizeof text, "[account nightly]\ntoken = file:%s\n", path);
    lent.settings = support_settings(&adapter, text, NULL, NULL);
    (void) unlink(path);
    lent.side = pk_host_new("nightly", lent.settings);
    lent.host = pk_host_table(lent.side);
    *state = &lent;
    return 0;
}

static int end(void **state)
{
    struct lent *lent = *state;
    pk_host_free(lent->side);
    pk_host_free(NULL);
    pk_settings_free(lent->settings);
    return 0;
}

/* ---- requests ---- */

static void test_a_request_is_described(void **state)
{
    const struct pk_host *host = ((struct lent *) *state)->host;
    struct pk_request request;
    struct pk_slice name, value;
    pk_request_init(&request);
    assert_int_equal(host->size, sizeof *host);
    assert_int_equal(host->abi, PK_ADAPTER_ABI);
    assert_int_equal(pk_request_check(&request, NULL), PK_E_INVALID); /* no URL */
    assert_int_equal(host->write(host->url(&request), "https://a.example/", 18), 0);
    assert_string_equal(pk_request_method(&request).data, "GET");
    assert_int_equal(host->write(host->body(&request), "a", 1), 0);
    assert_int_equal(host->write(host->body(&request), "b\0c", 3), 0);
    assert_string_equal(pk_request_method(&request).data, "POST");
    assert_int_equal(host->method(&request, "PATCH"), 0);
    assert_int_equal(host->header(&request, PK_SLICE("Accept"), PK_SLICE("a/b")), 0);
    assert_int_equal(host->header(&request, PK_SLICE("X-Empty"), PK_SLICE("")), 0);
    assert_int_equal(pk_request_check(&request, NULL), 0);
    assert_string_equal(pk_request_method(&request).data, "PATCH");
    assert_int_equal(pk_request_body(&request).len, 4);
    assert_int_equal(pk_request_header_count(&request), 2);
    pk_request_header(&request, 0, &name, &value);
    assert_true(pk_slice_is(name, "Accept") && pk_slice_is(value, "a/b"));
    pk_request_header(&request, 1, &name, &value);
    assert_true(pk_slice_is(name, "X-Empty") && pk_slice_is(value, ""));
    pk_request_clear(&request);
    assert_int_equal(pk_request_header_count(&request), 0);
    assert_int_equal(pk_request_url(&request).len, 0);
    assert_string_equal(pk_request_method(&request).data, "GET");
    pk_request_finish(&request);
}

static void check_refused(struct pk_request *request, const char *sentence)
{
    struct pk_error err = { 0 };
    assert_true(pk_request_check(request, &err) < 0);
    assert_string_equal(err.message, sentence);
    pk_request_clear(request);
    (void) pk_out_write(&request->url, "https://a.example/", 18);
    assert_int_equal(pk_request_check(request, NULL), 0);
}

static void test_what_no_request_may_hold(void **state)
{
    static const struct {
        const char *name, *value;
    } headers[] = { { "X-A", "a\r\nX-B: c" }, { "X A", "a" }, { "X:A", "a" }, { "", "a" },       { "X-A", "a\x7f" },
                    { "host", "b" },          { "HOST", "b" }, { "content-length", "3" }, { "Transfer-Encoding", "chunked" } };
    static const char refused[] = "the adapter described a method or header that no request may have";
    (void) state;
    struct pk_request request;
    pk_request_init(&request);
    (void) pk_out_write(&request.url, "https://a.example/", 18);
    for (size_t i = 0; i < PK_COUNT(headers); i++) {
        assert_int_equal(pk_request_add_header(&request, pk_slice_of(headers[i].name), pk_slice_of(headers[i].value)), PK_E_INVALID);
        assert_int_equal(pk_request_header_count(&request), 0);
        check_refused(&request, refused);
    }
    assert_int_equal(pk_request_set_method(&request, "GET /"), PK_E_INVALID);
    check_refused(&request, refused);
    assert_int_equal(pk_request_set_method(&request, ""), PK_E_INVALID);
    check_refused(&request, refused);
    (void) pk_out_write(&request.url, " ", 1);
    check_refused(&request, "the adapter described a request without a URL, or with one that holds spaces or raw bytes");
    pk_request_finish(&request);
}

static void test_ceilings(void **state)
{
    static const char limit[] = "the adapter described more than 48 headers or 16384 bytes of them";
    static char much[PK_REQUEST_BODY_MAX_BYTES + 1];
    (void) state;
    struct pk_request request;
    pk_request_init(&request);
    memset(much, 'a', sizeof much);
    (void) pk_out_write(&request.url, "https://a.example/", 18);
    for (unsigned i = 0; i < PK_REQUEST_HEADERS_MAX; i++)
        assert_int_equal(pk_request_add_header(&request, PK_SLICE("X-A"), PK_SLICE("b")), 0);
    assert_int_equal(pk_request_add_header(&request, PK_SLICE("X-A"), PK_SLICE("b")), PK_E_LIMIT);
    check_refused(&request, limit);
    assert_int_equal(pk_request_add_header(&request, PK_SLICE("X"), pk_slice_make(much, PK_REQUEST_HEADERS_MAX_BYTES)), PK_E_LIMIT);
    check_refused(&request, limit);
    assert_int_equal(pk_out_write(&request.url, much, PK_REQUEST_URL_MAX_BYTES), PK_E_LIMIT);
    check_refused(&request, "the adapter described a URL of more than 8192 bytes");
    assert_int_equal(pk_out_write(&request.body, much, PK_REQUEST_BODY_MAX_BYTES), 0);
    assert_int_equal(pk_request_check(&request, NULL), 0);
    assert_int_equal(pk_out_write(&request.body, much, 1), PK_E_LIMIT);
    check_refused(&request, "the adapter described a body of more than 1048576 bytes");
    pk_request_finish(&request);
}

/* ---- JSON ---- */

static void test_json(void **state)
{
    struct lent *lent = *state;
    const struct pk_host *host = lent->host;
    const struct pk_value *value =
        host->json_parse(host->ctx, PK_SLICE("{\"messages\":[{\"id\":\"m1\",\"n\":12,\"ok\":true,\"no\":null,\"x\":1.5}],\"o\":{}}"));
    assert_int_equal(host->json_kind(value), PK_VALUE_OBJECT);
    assert_int_equal(host->json_kind(host->json_at(value, "messages")), PK_VALUE_ARRAY);
    assert_int_equal(host->json_count(host->json_at(value, "messages")), 1);
    assert_int_equal(host->json_count(value), 0);
    const struct pk_value *item = host->json_item(host->json_at(value, "messages"), 0);
    assert_ptr_equal(item, host->json_at(value, "messages[0]"));
    assert_true(pk_slice_is(host->json_text(host->ctx, host->json_at(item, "id")), "m1"));
    assert_true(pk_slice_is(host->json_text(host->ctx, host->json_at(item, "n")), "12"));
    assert_true(pk_slice_is(host->json_text(host->ctx, host->json_at(item, "ok")), "true"));
    assert_true(pk_slice_is(host->json_text(host->ctx, host->json_at(item, "x")), "1.5"));
    assert_null(host->json_text(host->ctx, host->json_at(item, "no")).data);
    assert_null(host->json_text(host->ctx, item).data);
    assert_null(host->json_text(host->ctx, NULL).data);
    assert_int_equal(host->json_int(host->json_at(item, "n"), -1), 12);
    assert_int_equal(host->json_int(host->json_at(item, "id"), -1), -1);
    assert_int_equal(host->json_int(NULL, -1), -1);
    assert_int_equal(host->json_kind(host->json_at(item, "no")), PK_VALUE_NULL);
    assert_int_equal(host->json_kind(host->json_at(item, "none.at[3].all")), PK_VALUE_ABSENT);
    assert_null(host->json_item(host->json_at(value, "messages"), 1));
    pk_host_end_call(lent->side);
}

static void test_json_that_is_none(void **state)
{
    static const char *const texts[] = { "", "{", "{\"a\":1,\"a\":2}", "nul", "{} x", "{\"a\":\"\\u0000\"}", "\xff", "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]" };
    struct lent *lent = *state;
    const struct pk_host *host = lent->host;
    for (size_t i = 0; i < PK_COUNT(texts); i++)
        assert_null(host->json_parse(host->ctx, pk_slice_of(texts[i])));
    for (unsigned i = 0; i < 32; i++)
        assert_non_null(host->json_parse(host->ctx, PK_SLICE("{}")));
    assert_null(host->json_parse(host->ctx, PK_SLICE("{}"))); /* one call asks for no more */
    pk_host_end_call(lent->side);
    assert_non_null(host->json_parse(host->ctx, PK_SLICE("{}")));
    pk_host_end_call(lent->side);
}

/* ---- digests ---- */

static void test_digests(void **state)
{
    const struct pk_host *host = ((struct lent *) *state)->host;
    const struct pk_slice parts[] = { PK_SLICE_INIT("The quick brown fox "), PK_SLICE_INIT("jumps over the lazy dog") };
    uint8_t digest[32], zero[32] = { 0 };
    struct pk_buf hex;
    pk_buf_init(&hex, 256);
    host->sha256(PK_SLICE("abc"), digest);
    pk_hex(&hex, digest, 32);
    assert_string_equal(pk_buf_text(&hex), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    pk_buf_clear(&hex);
    host->hmac_sha256(PK_SLICE("key"), parts, 2, digest);
    pk_hex(&hex, digest, 32);
    assert_string_equal(pk_buf_text(&hex), "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    pk_buf_clear(&hex);
    host->hmac_sha1(PK_SLICE("key"), parts, 2, digest);
    pk_hex(&hex, digest, 20);
    assert_string_equal(pk_buf_text(&hex), "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
    assert_int_equal(host->rsa_verify(PK_SLICE("no key"), PK_SLICE("x"), PK_SLICE("y")), PK_E_DENIED);
    memset(digest, 0, sizeof digest);
    host->random(host->ctx, digest, sizeof digest);
    assert_memory_not_equal(digest, zero, sizeof digest);
    pk_buf_finish(&hex);
}

/* ---- words ---- */

static void check_clean(const struct lent *lent, struct pk_slice text, size_t max_bytes, const char *expected)
{
    struct pk_buf out;
    pk_buf_init(&out, 4096);
    pk_host_clean(lent->side, text, max_bytes, &out);
    assert_string_equal(pk_buf_text(&out), expected);
    pk_buf_finish(&out);
}

static void test_words_are_cleaned(void **state)
{
    const struct lent *lent = *state;
    check_clean(lent, PK_SLICE(" error\r\n 21211:\0\x1b[31m no "), 99, "error   21211:  [31m no");
    check_clean(lent, PK_SLICE("key hunter2hunter2 is bad"), 99, "key [secret][secret] is bad");
    check_clean(lent, PK_SLICE("to +316000000042, id 123456"), 99, "to +[number], id 123456");
    check_clean(lent, PK_SLICE("\xd0\x97\xd0\xb4 \xff\xc3"), 99, "\xd0\x97\xd0\xb4 ??");
    check_clean(lent, PK_SLICE("\xd0\x97\xd0\xb4"), 3, "\xd0\x97"); /* no half characters */
    check_clean(lent, PK_SLICE("hunter2 and more"), 4, "[sec"); /* erased before it is cut */
    check_clean(lent, PK_SLICE(""), 4, "");
    /* Of the message at hand no piece is repeated. */
    const struct pk_job job = { .size = sizeof job, .text = PK_SLICE_INIT("Meeting on Tuesday at 18:30"), .address = PK_SLICE_INIT("+316000000042") };
    assert_null(pk_host_about(lent->side, &job));
    check_clean(lent, PK_SLICE("bad text: ing on Tuesday at 1, on Tuesday"), 99, "bad text: [text], on Tuesday");
    check_clean(lent, PK_SLICE("to 06-00 00 00 04.2: 12 of 30"), 99, "to [number]: 12 of 30");
    check_clean(lent, PK_SLICE("on 2026-11-24 to +316 000 000 043"), 99, "on 2026-11-24 to +316 000 000 043");
    pk_host_end_call(lent->side);
    check_clean(lent, PK_SLICE("Meeting on Tuesday"), 99, "Meeting on Tuesday");
}

static void test_log(void **state)
{
    const struct lent *lent = *state;
    char text[2048] = "";
    int fd = memfd_create("log", MFD_CLOEXEC);
    assert_true(fd >= 0);
    pk_log_set_fd(fd);
    lent->host->log(lent->host->ctx, PK_LEVEL_WARN, "token hunter2\nof +316000000042");
    lent->host->log(lent->host->ctx, 99, NULL);
    pk_log_set_fd(2);
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    (void) close(fd);
    const char *line = strstr(text, "level=");
    assert_non_null(line);
    static const char expected[] = "level=warn mod=adapter event=adapter.says account=nightly message=\"token [secret] of +[number]\"\n";
    assert_memory_equal(line, expected, sizeof expected - 1);
    assert_non_null(strstr(line, "level=error mod=adapter event=adapter.says account=nightly message=\"\"\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_is_described), cmocka_unit_test(test_what_no_request_may_hold),
        cmocka_unit_test(test_ceilings),               cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_that_is_none),      cmocka_unit_test(test_digests),
        cmocka_unit_test(test_words_are_cleaned),      cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
