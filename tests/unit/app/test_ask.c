/* SPDX-License-Identifier: EUPL-1.2 */
/* What a question to the gateway becomes: a document, the error it was there, or the news that nobody answers. */
#include "tests/unit/app/fake_control.h"

#include "gateway/app/ask.h"
#include "gateway/base/file.h"

static struct fake_control control;

static struct pk_invocation invocation_of(const char *socket)
{
    return (struct pk_invocation){ .config = "/nonexistent/pokana.conf", .socket = socket };
}

static void test_a_document_comes_back(void **state)
{
    static const struct fake_answer answers[] = { { "GET /v1/status", 200, "{\"instance\":\"x\",\"n\":[1,2]}" } };
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    (void) state;
    fake_start(&control, answers, 1);
    struct pk_invocation invocation = invocation_of(control.path);
    assert_int_equal(pk_ask_read(&invocation, "/v1/status", &document, &err), 0);
    assert_true(pk_slice_is(pk_json_string(pk_json_get(document, "instance")), "x"));
    fake_stop(&control);
}

static void test_a_change_carries_its_body(void **state)
{
    static const struct fake_answer answers[] = { { "PUT /v1/hold {\"all\":true}", 200, "{\"all\":true}" }, { "POST /v1/nothing", 202, "" } };
    pk_auto(pk_json) struct pk_json *document = NULL, *none = NULL;
    struct pk_error err = { 0 };
    (void) state;
    fake_start(&control, answers, 2);
    struct pk_invocation invocation = invocation_of(control.path);
    assert_int_equal(pk_ask_change(&invocation, "PUT", "/v1/hold", "{\"all\":true}", &document, &err), 0);
    assert_non_null(document);
    assert_int_equal(pk_ask_change(&invocation, "POST", "/v1/nothing", "", &none, &err), 0);
    assert_null(none);
    fake_stop(&control);
}

static void test_a_problem_is_the_error_it_was(void **state)
{
    static const struct fake_answer answers[] = {
        { "GET /a", 404, "{\"type\":\"urn:pokana:problem:not-found\",\"title\":\"not found\",\"status\":404,\"detail\":\"there is no such account\","
                         "\"hint\":\"List them.\",\"code\":\"not-found\"}" },
        { "GET /b", 409, "{\"detail\":\"100% %s held\",\"hint\":\"\",\"code\":\"conflict\"}" },
        { "GET /c", 500, "{\"detail\":\"never heard of\",\"code\":\"martian\"}" },
    };
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    (void) state;
    fake_start(&control, answers, 3);
    struct pk_invocation invocation = invocation_of(control.path);
    assert_int_equal(pk_ask_read(&invocation, "/a", &document, &err), PK_E_NOT_FOUND);
    assert_int_equal(err.code, PK_E_NOT_FOUND);
    assert_string_equal(err.message, "there is no such account");
    assert_string_equal(err.hint, "List them.");
    assert_int_equal(pk_ask_read(&invocation, "/b", &document, &err), PK_E_CONFLICT);
    assert_string_equal(err.message, "100% %s held");
    assert_string_equal(err.hint, "");
    assert_int_equal(pk_ask_read(&invocation, "/c", &document, &err), PK_E_INTERNAL);
    assert_null(document);
    fake_stop(&control);
}

static void test_what_is_no_gateway_is_said(void **state)
{
    static const struct fake_answer answers[] = {
        { "GET /a", 502, "<html>" },
        { "GET /b", 200, "<html>" },
        { "GET /c", 400, "{\"detail\":\"a problem that is none\",\"code\":\"ok\"}" },
        { "GET /d", 503, "" },
    };
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    (void) state;
    fake_start(&control, answers, 4);
    struct pk_invocation invocation = invocation_of(control.path);
    for (const char *path = "abcd"; *path; path++) {
        char text[3] = { '/', *path, '\0' };
        assert_int_equal(pk_ask_read(&invocation, text, &document, &err), PK_E_PROTOCOL);
        assert_int_equal(err.code, PK_E_PROTOCOL);
    }
    assert_string_equal(err.message, "the gateway answered with status 503 and no reason");
    fake_stop(&control);
}

static void test_nobody_behind_the_socket(void **state)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    (void) state;
    struct pk_invocation invocation = invocation_of("/nonexistent/control.sock");
    assert_int_equal(pk_ask_read(&invocation, "/v1/status", &document, &err), PK_E_BUSY);
    assert_int_equal(err.code, PK_E_BUSY);
    assert_string_equal(err.message, "nobody answers at the control socket \"/nonexistent/control.sock\"");
    assert_non_null(strstr(err.hint, "systemctl status pokana"));
}

static void test_the_configuration_names_the_socket(void **state)
{
    static const struct fake_answer answers[] = { { "GET /v1/hold", 200, "{}" } };
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    char path[128];
    (void) state;
    fake_start(&control, answers, 1);
    (void) snprintf(path, sizeof path, "%s/pokana.conf", control.folder);
    /* An account that is wrong is nothing to this. */
    assert_int_equal(pk_file_replace(path, 0600,
                                     PK_SLICE("[gateway]\norganisation = Gemeente Voorbeeld\ncontrol = control.sock\n\n"
                                              "[account main]\nadapter = nosuch\ntoken = file:/nonexistent/token\n"),
                                     &err),
                     0);
    struct pk_invocation invocation = { .config = path };
    int r = pk_ask_read(&invocation, "/v1/hold", &document, &err);
    (void) unlink(path);
    assert_int_equal(r, 0);
    fake_stop(&control);
    assert_int_equal(pk_ask_read(&invocation, "/v1/hold", &document, &err), PK_E_NOT_FOUND);
    assert_non_null(strstr(err.hint, "--socket"));
}

static void test_words_in_paths_are_escaped(void **state)
{
    struct pk_buf path;
    (void) state;
    pk_buf_init(&path, 256);
    pk_ask_escape(&path, PK_SLICE("aZ0-._~/ ?&=%\r\nя"));
    pk_ask_escape(&path, pk_slice_make("\0", 1));
    assert_string_equal(pk_buf_text(&path), "aZ0-._~%2F%20%3F%26%3D%25%0D%0A%D1%8F%00");
    pk_buf_finish(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_document_comes_back),
        cmocka_unit_test(test_a_change_carries_its_body),
        cmocka_unit_test(test_a_problem_is_the_error_it_was),
        cmocka_unit_test(test_what_is_no_gateway_is_said),
        cmocka_unit_test(test_nobody_behind_the_socket),
        cmocka_unit_test(test_the_configuration_names_the_socket),
        cmocka_unit_test(test_words_in_paths_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
