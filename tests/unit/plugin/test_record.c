/* SPDX-License-Identifier: EUPL-1.2 */
/* The record of an exchange: its shape and its codes, and nothing of a person, a text or a secret, however it is written. */
#include "tests/unit/plugin/support.h"

#include "gateway/plugin/record.h"

#include <unistd.h>

static const struct pk_setting declared[] = { { .name = "token", .type = PK_SETTING_SECRET, .help = "A secret." } };
static const struct pk_adapter adapter = { SUPPORT_ADAPTER, .settings = declared, .setting_count = 1 };

static const struct pk_named_value values[] = { { { "child", 5 }, { "Ivanka", 6 } } };
static const struct pk_choice choices[] = { { { "yes", 3 }, { "Da, idvam", 9 } } };

static struct pk_job job_of(void)
{
    return (struct pk_job){ .size = sizeof(struct pk_job),
                            .address = PK_SLICE("+31600001234"),
                            .text = PK_SLICE("Pokana: Ivanka, sreshta na 5 maj."),
                            .values = values,
                            .value_count = 1,
                            .choices = choices,
                            .choice_count = 1 };
}

struct told {
    struct pk_settings *settings;
    struct pk_request request;
    struct pk_buf out;
    struct pk_job job;
};

static int begin(void **state)
{
    static struct told told;
    char path[] = "/tmp/pokana-record-XXXXXX", text[128];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "hunter", 6), 6);
    (void) close(fd);
    (void) snprintf(text, sizeof text, "[account nightly]\ntoken = file:%s\n", path);
    told.settings = support_settings(&adapter, text, NULL, NULL);
    (void) unlink(path);
    pk_request_init(&told.request);
    pk_buf_init(&told.out, 2 * PK_RECORD_MAX_BYTES);
    told.job = job_of();
    *state = &told;
    return 0;
}

static int end(void **state)
{
    struct told *told = *state;
    pk_settings_free(told->settings);
    pk_request_finish(&told->request);
    pk_buf_finish(&told->out);
    return 0;
}

static const char *record_request(struct told *told, const char *url, const char *body)
{
    pk_request_clear(&told->request);
    pk_buf_clear(&told->out);
    assert_int_equal(pk_out_write(&told->request.url, url, strlen(url)), 0);
    assert_int_equal(pk_out_write(&told->request.body, body, strlen(body)), 0);
    pk_record_request(&told->out, told->settings, &told->job, &told->request);
    return pk_buf_text(&told->out);
}

static const char *record_answer(struct told *told, uint32_t state, uint32_t status, const char *body)
{
    struct pk_answer answer = { .size = sizeof answer, .state = state, .status = status, .body = pk_slice_of(body) };
    pk_buf_clear(&told->out);
    pk_record_answer(&told->out, told->settings, &told->job, &answer);
    return pk_buf_text(&told->out);
}

static void test_json_keeps_its_shape_and_its_codes(void **state)
{
    struct told *told = *state;
    assert_string_equal(record_request(told, "https://api.example/v1/messages",
                                       "{\"to\":\"+31600001234\",\"text\":\"Pokana: Ivanka, sreshta na 5 maj.\",\"flash\":false,"
                                       "\"kind\":\"sms\",\"n\":7,\"list\":[null,\"31600001234\"]}"),
                        "> POST https://api.example/v1/messages\n"
                        "  {\"to\":[number],\"text\":[text],\"flash\":false,\"kind\":\"sms\",\"n\":7,\"list\":[null,[number]]}\n");
    assert_string_equal(record_answer(told, PK_ANSWER_COMPLETE, 201, "{\"id\":\"a1b2c3d4e5f6\",\"status\":\"accepted\",\"at\":1791993600}"),
                        "< 201\n  {\"id\":[12 bytes],\"status\":\"accepted\",\"at\":[number]}\n");
}

static void test_what_the_message_says_is_not_repeated(void **state)
{
    struct told *told = *state;
    static const char *const bodies[] = {
        "{\"child\":\"Ivanka\"}", "{\"reply\":\"idvam\"}", "{\"echo\":\"sreshta\"}", "{\"to\":\"31600001234\"}", "{\"to\":\"1234\"}",
        "{\"31600001234\":true}", "child=Ivanka&to=%2B31600001234", "Ivanka +31600001234", "<to>31600001234</to>", "{\"tel\":31600001234}",
    };
    static const char *const kept[] = { "Ivanka", "idvam", "sreshta", "1234" };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const char *record = record_answer(told, PK_ANSWER_COMPLETE, 200, bodies[i]);
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++)
            if (strstr(record, kept[k]))
                fail_msg("%s of %s is in %s", kept[k], bodies[i], record);
    }
}

static void test_credentials_stand_nowhere(void **state)
{
    struct told *told = *state;
    pk_request_clear(&told->request);
    assert_int_equal(pk_request_add_header(&told->request, PK_SLICE("Authorization"), PK_SLICE("Bearer hunter")), 0);
    assert_int_equal(pk_request_add_header(&told->request, PK_SLICE("Content-Type"), PK_SLICE("application/json")), 0);
    static const char url[] = "https://user:pass@api.example/bothunter/send/12345?key=hunter&format=json";
    assert_int_equal(pk_out_write(&told->request.url, url, sizeof url - 1), 0);
    pk_buf_clear(&told->out);
    pk_record_request(&told->out, told->settings, &told->job, &told->request);
    assert_string_equal(pk_buf_text(&told->out), "> GET https://[21 bytes]/[9 bytes]/send/[5 bytes]?key=[6 bytes]&format=json\n"
                                                 "  Authorization: [13 bytes]\n"
                                                 "  Content-Type: application/json\n");
}

static void test_silence_and_what_is_no_document_are_told(void **state)
{
    struct told *told = *state;
    assert_string_equal(record_answer(told, PK_ANSWER_NOT_SENT, 0, ""), "< nothing was sent\n");
    assert_string_equal(record_answer(told, PK_ANSWER_NONE, 0, ""), "< no answer\n");
    assert_string_equal(record_answer(told, PK_ANSWER_COMPLETE, 502, "<html>Bad gateway</html>"), "< 502\n  [24 bytes]\n");
    assert_string_equal(record_answer(told, PK_ANSWER_COMPLETE, 204, ""), "< 204\n");
}

/* It ends in a word, whole entries only. */
static void test_a_long_exchange_ends_in_a_word(void **state)
{
    struct told *told = *state;
    struct pk_buf body;
    struct pk_answer answer = { .size = sizeof answer, .state = PK_ANSWER_COMPLETE, .status = 200 };
    pk_buf_init(&body, PK_RECORD_MAX_BYTES);
    (void) pk_buf_add_text(&body, "[");
    for (unsigned i = 0; i < 2000; i++)
        (void) pk_buf_add_text(&body, "true,");
    (void) pk_buf_add_text(&body, "true]");
    answer.body = pk_buf_slice(&body);
    pk_buf_clear(&told->out);
    for (unsigned i = 0; i < 4; i++)
        pk_record_answer(&told->out, told->settings, &told->job, &answer);
    assert_true(told->out.len < 2 * PK_RECORD_MAX_BYTES && !told->out.failed);
    assert_string_equal(pk_buf_text(&told->out) + told->out.len - strlen("  [more]\n"), "  [more]\n");
    pk_buf_finish(&body);
}

static void test_what_a_session_tells_is_told_word_by_word(void **state)
{
    static const struct {
        const char *line, *record;
    } cases[] = {
        { "submit_sm sequence 7 bytes 143", "> submit_sm sequence 7 bytes 143\n" },
        { "submit_sm_resp status ESME_RTHROTTLED sequence 9999", "> submit_sm_resp status ESME_RTHROTTLED sequence 9999\n" },
        { "to +31600001234 31600001234 0031600001234 600001", "> to [number] [number] [number] [number]\n" },
        { "Ivanka hunter sreshta x", "> [text] [6 bytes] [text] x\n" },
        { "x  y", "> x  y\n" },
        { "\xd0\xb4\xd0\xb0 line\nend", "> [4 bytes] [8 bytes]\n" },
        { "", ">\n" },
    };
    struct told *told = *state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        pk_buf_clear(&told->out);
        pk_record_line(&told->out, told->settings, &told->job, false, pk_slice_of(cases[i].line));
        assert_string_equal(pk_buf_text(&told->out), cases[i].record);
    }
    pk_buf_clear(&told->out);
    pk_record_line(&told->out, told->settings, &told->job, true, PK_SLICE("no answer"));
    assert_string_equal(pk_buf_text(&told->out), "< no answer\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_json_keeps_its_shape_and_its_codes, begin, end),
        cmocka_unit_test_setup_teardown(test_what_the_message_says_is_not_repeated, begin, end),
        cmocka_unit_test_setup_teardown(test_credentials_stand_nowhere, begin, end),
        cmocka_unit_test_setup_teardown(test_silence_and_what_is_no_document_are_told, begin, end),
        cmocka_unit_test_setup_teardown(test_a_long_exchange_ends_in_a_word, begin, end),
        cmocka_unit_test_setup_teardown(test_what_a_session_tells_is_told_word_by_word, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
