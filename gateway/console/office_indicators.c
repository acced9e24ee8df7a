/* SPDX-License-Identifier: EUPL-1.2 */
/* The numbers of a month, each with what it counts; the month before and after; the same as a file. */
#include "gateway/api/counting.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office.h"
#include "gateway/console/office_numbers.h"
#include "gateway/console/staff_words.h"
#include "gateway/model/indicator.h"
#include "gateway/model/report_csv.h"
#include "gateway/service/indicators.h"

#define JSON_MAX (1u << 20)
#define MONTH_MAX 16u
#define WORD_MAX 96
#define TOOK_TOO_LONG_MS 120000 /* from the visit on */
#define STEP_MS 60000

struct asking {
    struct pk_visit visit; /* first */
    struct pk_indicator_question *question;
    char as[8]; /* "csv", "json"; else a page */
};

static void drop(void *data)
{
    struct asking *asking = data;
    pk_indicator_question_free(asking->question);
}

static int count(void *data, struct pk_store *store, struct pk_error *err)
{
    struct asking *asking = data;
    return pk_indicator_answer(asking->question, store, err);
}

/* ---- one number ---- */

static bool is_money(const struct pk_json *indicator)
{
    return pk_slice_is(pk_json_string(pk_json_get(indicator, "unit")), "tenThousandths");
}

/* Adds value or money, and what share it is of those the city says there are. */
static void add_numbers(struct pk_visit *visit, const struct pk_json *indicator, const struct pk_json *numbers)
{
    char share_text[48], *sign;
    struct pk_indicator_line line = { .indicator = indicator, .numbers = numbers };
    struct pk_buf money;
    int64_t value = 0, estimate = 0;
    pk_buf_init(&money, 64);
    if (is_money(indicator) && pk_json_int(pk_json_get(numbers, "value"), &value))
        pk_office_amount(visit, value, pk_json_string(pk_json_get(numbers, "group")), &money);
    pk_office_add_number(visit, pk_json_get(numbers, "value"), false);
    pk_json_add_slice(&visit->out, "money", pk_buf_slice(&money));
    pk_buf_finish(&money);
    pk_indicator_share_text(&line, share_text);
    sign = strchr(share_text, '.');
    if (sign && strcmp(pk_visit_language(visit), "en") != 0)
        *sign = ',';
    (void) pk_json_int(pk_json_get(numbers, "estimate"), &estimate);
    pk_json_add_bool(&visit->out, "estimated", estimate > 0);
    pk_json_add_int(&visit->out, "estimate", estimate);
    pk_json_add_text(&visit->out, "share", share_text);
}

static void add_word(char ret_word[WORD_MAX], const struct pk_json *object, const char *field)
{
    (void) snprintf(ret_word, WORD_MAX, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(object, field))));
}

/* Does the city say of any group of this kind how many they are? */
static bool has_shares(const struct pk_json *groups, const char *by)
{
    int64_t estimate = 0;
    for (size_t i = 0; i < pk_json_count(groups); i++)
        if (pk_slice_is(pk_json_string(pk_json_get(pk_json_item(groups, i), "by")), by) && pk_json_int(pk_json_get(pk_json_item(groups, i), "estimate"), &estimate))
            return true;
    return false;
}

/* Groups beside each other in one breakdown are one table. */
static void add_tables(struct pk_visit *visit, const struct pk_json *indicator)
{
    const struct pk_json *groups = pk_json_get(indicator, "groups");
    char open[WORD_MAX] = "", by[WORD_MAX], within[WORD_MAX], group[WORD_MAX];
    pk_json_open(&visit->out, "tables", '[');
    for (size_t i = 0; i < pk_json_count(groups); i++) {
        add_word(by, pk_json_item(groups, i), "by");
        add_word(within, pk_json_item(groups, i), "within");
        add_word(group, pk_json_item(groups, i), "group");
        if (strcmp(open, by) != 0) {
            if (open[0]) {
                pk_json_close(&visit->out, ']');
                pk_json_close(&visit->out, '}');
            }
            pk_json_open(&visit->out, NULL, '{');
            pk_staff_add_phrase(visit, "by", "indicators.by", by);
            pk_json_add_bool(&visit->out, "shares", has_shares(groups, by));
            pk_json_open(&visit->out, "rows", '[');
            (void) snprintf(open, sizeof open, "%s", by);
        }
        pk_json_open(&visit->out, NULL, '{');
        pk_office_add_group(visit, pk_slice_of(by), within, group);
        add_numbers(visit, indicator, pk_json_item(groups, i));
        pk_json_close(&visit->out, '}');
    }
    if (open[0]) {
        pk_json_close(&visit->out, ']');
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_soon(struct pk_visit *visit, const struct pk_json *indicator)
{
    int64_t half = 0, most = 0;
    bool there = pk_json_int(pk_json_get(indicator, "halfWithinSeconds"), &half);
    bool nine = pk_json_int(pk_json_get(indicator, "nineInTenWithinSeconds"), &most);
    pk_json_add_bool(&visit->out, "soon", there);
    pk_json_add_int(&visit->out, "half", half);
    pk_json_add_bool(&visit->out, "nine", nine);
    pk_json_add_int(&visit->out, "most", most);
}

static void add_indicators(struct pk_visit *visit, const struct pk_json *month)
{
    const struct pk_json *indicators = pk_json_get(month, "indicators");
    char name[WORD_MAX];
    pk_json_open(&visit->out, "indicators", '[');
    for (size_t i = 0; i < pk_json_count(indicators); i++) {
        const struct pk_json *indicator = pk_json_item(indicators, i);
        add_word(name, indicator, "indicator");
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "id", name);
        pk_staff_add_phrase(visit, "name", "indicators.name", name);
        pk_json_add_text(&visit->out, "definition", pk_indicator_definition((uint32_t) i, pk_visit_language(visit)));
        pk_json_add_bool(&visit->out, "whole", !is_money(indicator));
        add_numbers(visit, indicator, indicator);
        add_soon(visit, indicator);
        add_tables(visit, indicator);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* ---- the page ---- */

/* The month `by` months away. */
static void month_text(int year, int month, int by, char ret_text[MONTH_MAX])
{
    int months = year * 12 + month - 1 + by;
    (void) snprintf(ret_text, MONTH_MAX, "%04d-%02d", months / 12 % 10000, months % 12 + 1);
}

static void add_head(struct pk_visit *visit, const struct pk_json *document)
{
    char month[WORD_MAX], number[24], other[MONTH_MAX], state[WORD_MAX], title[WORD_MAX];
    int64_t as_of_ms = 0, frozen_ms = 0;
    int year = 0, at = 1;
    add_word(month, document, "month");
    add_word(state, document, "state");
    (void) sscanf(month, "%d-%d", &year, &at);
    (void) pk_time_parse(pk_json_string(pk_json_get(document, "asOf")), &as_of_ms);
    (void) pk_time_parse(pk_json_string(pk_json_get(document, "frozen")), &frozen_ms);
    (void) snprintf(number, sizeof number, "month.%d", at);
    struct pk_slice name = pk_visit_string(visit, number);
    (void) snprintf(title, sizeof title, "%.*s %d", PK_SLICE_ARG(name), year);
    pk_json_add_text(&visit->out, "month", month);
    pk_json_add_text(&visit->out, "title", title);
    pk_json_add_text(&visit->out, "pageTitle", title);
    month_text(year, at, -1, other);
    pk_json_add_bool(&visit->out, "earlier", year * 100 + at > pk_indicator_first(visit->call->service));
    pk_json_add_text(&visit->out, "before", other);
    month_text(year, at, 1, other);
    pk_json_add_text(&visit->out, "after", other);
    pk_json_add_bool(&visit->out, "running", strcmp(state, "running") == 0);
    pk_json_add_bool(&visit->out, "frozen", strcmp(state, "frozen") == 0);
    pk_staff_add_phrase(visit, "state", "indicators.state", state);
    pk_office_add_moment(visit, "asOf", as_of_ms);
    pk_office_add_moment(visit, "frozenAt", frozen_ms);
}

static void show(struct asking *asking, const struct pk_staff *staff)
{
    struct pk_visit *visit = &asking->visit;
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    char name[64], month[WORD_MAX];
    struct pk_buf json;
    pk_buf_init(&json, JSON_MAX);
    struct pk_json_out out = pk_json_out(&json);
    pk_indicator_tell(asking->question, &out);
    if (pk_json_parse(pk_buf_slice(&json), JSON_MAX, &document, &err) != 0) {
        pk_visit_trouble(visit, &err);
    } else if (strcmp(asking->as, "csv") == 0 || strcmp(asking->as, "json") == 0) {
        add_word(month, document, "month");
        (void) snprintf(name, sizeof name, "indicators-%.10s.%s", month, asking->as);
        pk_office_give(visit, name, strcmp(asking->as, "csv") == 0 ? pk_indicators_csv : NULL, &json);
    } else {
        add_head(visit, document);
        add_indicators(visit, document);
        pk_office_show(visit, staff, 200, "indicators", "office-indicators");
    }
    pk_buf_finish(&json);
}

static void tell(struct pk_call *call, void *thing)
{
    struct asking *asking = thing;
    struct pk_staff staff;
    (void) call;
    if (pk_office_reopened(&asking->visit, PK_ACTION_REPORT_VIEW, &staff))
        show(asking, &staff);
}

static const struct pk_counting counting = { .step = count, .tell = tell, .fail = pk_visit_failed,
                                             .late = "the page could not be counted in time", .most_ms = TOOK_TOO_LONG_MS,
                                             .step_ms = STEP_MS };

void pk_office_indicators_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_buf month, as;
    if (!pk_office_opened(visit, PK_ACTION_REPORT_VIEW, &staff))
        return;
    struct asking *asking = pk_visit_stay(visit, sizeof *asking, drop);
    visit = &asking->visit;
    pk_buf_init(&month, MONTH_MAX);
    pk_buf_init(&as, sizeof asking->as - 1);
    if (pk_http_request_argument(visit->call->request, "month", &month) != 0)
        pk_buf_clear(&month);
    if (pk_http_request_argument(visit->call->request, "as", &as) == 0)
        (void) snprintf(asking->as, sizeof asking->as, "%.*s", PK_SLICE_ARG(pk_buf_slice(&as)));
    staff.acting.actor.purpose = "report";
    int r = pk_indicator_ask(visit->call->service, &staff.acting.actor, pk_buf_slice(&month), visit->call->now_ms, &asking->question, &err);
    pk_buf_finish(&month);
    pk_buf_finish(&as);
    pk_call_count(visit->call, &counting, r, &err);
}
