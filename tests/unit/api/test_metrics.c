/* SPDX-License-Identifier: EUPL-1.2 */
/* The metrics page: every line parses, every family is told before its samples, and the numbers are the right ones. */
#include "tests/unit/api/house.h"

#include "gateway/api/page.h"
#include "gateway/base/text.h"

#include <ctype.h>

static char *page_of(struct house *house)
{
    struct asked asked;
    house_ask(house, WATCH, "GET", "/metrics", "", NULL, &asked);
    assert_int_equal(asked.status, 200);
    assert_true(house_has_header(&asked, "Content-Type: text/plain; version=0.0.4; charset=utf-8"));
    char *text = pk_strdup(asked.body);
    house_forget(&asked);
    return text;
}

/* The value of a sample, named with its labels; fails when it is not there. */
static double sample(const char *page, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = page; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, name, n) == 0 && line[n] == ' ')
            return strtod(line + n, NULL);
    fail_msg("no sample %s", name);
    return 0;
}

static size_t name_length(struct pk_slice text)
{
    size_t n = 0;
    while (n < text.len && (isalnum((unsigned char) text.data[n]) || text.data[n] == '_'))
        n++;
    return n;
}

/* name{label="value",...} number */
static void check_sample(struct pk_slice line, struct pk_slice family)
{
    size_t at = name_length(line);
    assert_true(pk_slice_equal(pk_slice_make(line.data, at), family));
    if (at < line.len && line.data[at] == '{') {
        do {
            at++;
            size_t n = name_length(pk_slice_make(line.data + at, line.len - at));
            assert_true(n > 0);
            at += n;
            assert_memory_equal(line.data + at, "=\"", 2);
            for (at += 2; line.data[at] != '"'; at++)
                at += line.data[at] == '\\';
            at++;
        } while (line.data[at] == ',');
        assert_int_equal(line.data[at], '}');
        at++;
    }
    assert_int_equal(line.data[at], ' ');
    char *end = NULL;
    (void) strtod(line.data + at + 1, &end);
    assert_ptr_equal(end, line.data + line.len);
}

static void test_every_line_parses(void **state)
{
    char *page = page_of(*state);
    struct pk_slice rest = pk_slice_of(page), line, family = { 0 }, helped = { 0 };
    while (rest.len > 0 && pk_slice_cut(&rest, '\n', &line)) {
        if (pk_slice_starts(line, "# HELP ")) {
            helped = pk_slice_make(line.data + 7, line.len - 7);
            helped.len = name_length(helped);
            assert_true(pk_slice_starts(helped, "pokana_"));
            assert_true(line.len > 7 + helped.len + 1); /* it does help */
            char head[128];
            (void) snprintf(head, sizeof head, "# HELP %.*s ", PK_SLICE_ARG(helped));
            assert_ptr_equal(strstr(page, head), line.data); /* told once */
        } else if (pk_slice_starts(line, "# TYPE ")) {
            family = pk_slice_make(line.data + 7, line.len - 7);
            family.len = name_length(family);
            assert_true(pk_slice_equal(family, helped));
            struct pk_slice type = pk_slice_make(family.data + family.len + 1, line.len - 7 - family.len - 1);
            bool total = family.len > 6 && memcmp(family.data + family.len - 6, "_total", 6) == 0;
            assert_true(pk_slice_is(type, total ? "counter" : "gauge"));
        } else {
            check_sample(line, family);
        }
    }
    free(page);
}

static void test_numbers_are_right(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "PUT", "/v1/hold", "{\"all\":true}", 200);
    house_forget(&asked);
    (void) house_message(house, 0, HOUSE_NOW - 2500, HOUSE_NOW + 7200000);
    (void) house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    house_turn(house);
    house->service->metrics.replies[1] = 4;
    house->service->metrics.handovers[PK_OUTCOME_UNCERTAIN] = 2;
    char *page = page_of(house);
    assert_true(sample(page, "pokana_build_info{version=\"1.2.\\\"3\\\"\"}") == 1);
    assert_true(sample(page, "pokana_start_time_seconds") == 1764000000);
    assert_true(sample(page, "pokana_ready") == 1);
    assert_true(sample(page, "pokana_degraded") == 1);
    assert_true(sample(page, "pokana_hold{kind=\"all\"}") == 1);
    assert_true(sample(page, "pokana_broker_connected") == 0);
    assert_true(sample(page, "pokana_messages{state=\"queued\"}") == 2);
    assert_true(sample(page, "pokana_messages{state=\"delivered\"}") == 0);
    assert_true(sample(page, "pokana_queue_waiting{route=\"main\",priority=\"normal\"}") == 2);
    assert_true(sample(page, "pokana_queue_due{route=\"main\",priority=\"normal\"}") == 1);
    assert_true(sample(page, "pokana_queue_delay_seconds{route=\"main\",priority=\"normal\"}") == 2.5);
    assert_true(sample(page, "pokana_attempts_in_flight") == 0);
    assert_true(sample(page, "pokana_account_state{account=\"first\",state=\"working\"}") == 1);
    assert_true(sample(page, "pokana_account_state{account=\"first\",state=\"paused\"}") == 0);
    assert_true(sample(page, "pokana_outbox_events") == 0);
    assert_true(sample(page, "pokana_wal_bytes") > 0);
    assert_true(sample(page, "pokana_commits_total") > 0);
    assert_true(sample(page, "pokana_replies_total{intent=\"stop\"}") == 4);
    assert_true(sample(page, "pokana_handovers_total{outcome=\"uncertain\"}") == 2);
    assert_true(sample(page, "pokana_hooks_refused_total") == 0);
    assert_true(sample(page, "pokana_http_answers_total{class=\"2xx\"}") == 1);
    assert_true(sample(page, "pokana_oldest_row_timestamp_seconds{kind=\"audit\"}") == 1764000000);
    assert_true(sample(page, "pokana_turn_worst_seconds") >= 0);
    free(page);
}

static void test_label_values_are_escaped(void **state)
{
    struct pk_buf out;
    struct pk_page page = { .out = &out };
    (void) state;
    pk_buf_init(&out, 1024);
    pk_page_family(&page, "x", "gauge", "Help.");
    pk_page_labelled(&page, (struct pk_label[]){ { "a", "q\"b\\n\n" }, { "b", NULL } }, 2, -1);
    pk_page_labelled_ms(&page, NULL, 0, 1005);
    assert_string_equal(pk_buf_text(&out), "# HELP pokana_x Help.\n# TYPE pokana_x gauge\npokana_x{a=\"q\\\"b\\\\n\\n\",b=\"\"} -1\npokana_x 1.005\n");
    pk_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_every_line_parses),
        test_in_house(test_numbers_are_right),
        cmocka_unit_test(test_label_values_are_escaped),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
