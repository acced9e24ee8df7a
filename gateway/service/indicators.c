/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/indicators.h"

#include "gateway/language/wall.h"
#include "gateway/service/desks.h"
#include "gateway/service/indicator_tell.h"
#include "gateway/service/rights.h"

/* ---- months ---- */

int pk_indicator_month(const struct pk_service *service, int64_t moment_ms, int32_t *ret_month, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int year, month, day;
    if (!service->rules->zone || pk_wall_new(service->rules->zone, &wall, NULL) != 0)
        return pk_fail(err, PK_E_CONFIG, "the gateway's time zone is not known");
    pk_wall_day(wall, moment_ms, &year, &month, &day);
    *ret_month = year * 100 + month;
    return 0;
}

int32_t pk_indicator_month_after(int32_t month)
{
    return month % 100 == 12 ? month + 89 : month + 1;
}

int32_t pk_indicator_first(const struct pk_service *service)
{
    int32_t oldest = pk_indicators_oldest(service->store), first = (int32_t) pk_store_number(service->store, PK_INDICATOR_FIRST, 0);
    return oldest != 0 && (first == 0 || oldest < first) ? oldest : first;
}

int pk_indicator_span_of(const struct pk_service *service, int32_t month, int64_t now_ms, struct pk_indicator_span *ret_span, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    if (pk_wall_new(service->rules->zone, &wall, NULL) != 0)
        return pk_fail(err, PK_E_CONFIG, "the gateway's time zone is not known");
    struct pk_local first = { .day = month * 100 + 1 }, end = { .day = pk_indicator_month_after(month) * 100 + 1 };
    struct pk_local today = { .day = pk_wall_local(wall, now_ms).day };
    if (end.day > today.day)
        end = today;
    *ret_span = (struct pk_indicator_span){ .month = month, .last_day = pk_day_of_number(pk_day_number(end.day) - 1) };
    int r = pk_wall_moment(wall, first, &ret_span->from_ms, NULL);
    if (r == 0)
        r = pk_wall_moment(wall, end, &ret_span->until_ms, NULL);
    if (r != 0)
        return pk_fail(err, r, "there is no such month");
    for (size_t i = 0; i < service->desks->count && i < PK_INDICATOR_ACCOUNTS_MAX; i++) {
        const struct pk_desk *desk = service->desks->items[i];
        ret_span->currencies[i].account = desk->id;
        (void) snprintf(ret_span->currencies[i].currency, sizeof ret_span->currencies[i].currency, "%s", desk->prices.currency);
        ret_span->currency_count = i + 1;
    }
    return 0;
}

void pk_indicator_estimate(const struct pk_service *service, struct pk_indicators *set)
{
    static const uint32_t bys[] = { [PK_ESTIMATE_ALL] = PK_INDICATOR_TOTAL, [PK_ESTIMATE_TOPIC] = PK_INDICATOR_BY_TOPIC,
                                    [PK_ESTIMATE_AREA] = PK_INDICATOR_BY_AREA };
    for (size_t i = 0; i < service->rules->estimate_count; i++) {
        const struct pk_estimate_rule *rule = &service->rules->estimates[i];
        struct pk_indicator_row *row = pk_indicators_row(set, PK_INDICATOR_CONSENT, bys[rule->of], "", rule->name);
        if (strcmp(row->label, rule->name) == 0) /* else it stands for others */
            row->estimate = rule->people;
    }
}

/* ---- asked ---- */

static int read_month(struct pk_slice text, int32_t *ret_month, struct pk_error *err)
{
    char day[16];
    int32_t first = 0;
    (void) snprintf(day, sizeof day, "%.*s-01", PK_SLICE_ARG(text));
    if (text.len == 7 && pk_day_parse(pk_slice_of(day), &first) == 0) {
        *ret_month = first / 100;
        return 0;
    }
    (void) pk_fail(err, PK_E_INVALID, "argument \"month\" is no month");
    return pk_hint(err, PK_E_INVALID, "Write it like 2026-10.");
}

static int unknown(const struct pk_service *service, bool to_come, struct pk_error *err)
{
    int32_t first = pk_indicator_first(service);
    (void) pk_fail(err, PK_E_NOT_FOUND, to_come ? "that month is to come" : "nothing is known of that month");
    return first == 0 ? PK_E_NOT_FOUND
                      : pk_hint(err, PK_E_NOT_FOUND, "The first that was counted is %04d-%02d.", (int) (first / 100), (int) (first % 100));
}

int pk_indicator_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice month, int64_t now_ms,
                     struct pk_indicator_question **ret_question, struct pk_error *err)
{
    int32_t running = 0, wanted = 0;
    struct pk_indicator_span span;
    int r = pk_allow(service, actor, PK_ACTION_REPORT_VIEW, NULL, NULL, err);
    if (r == 0)
        r = pk_indicator_month(service, now_ms, &running, err);
    wanted = running;
    if (r == 0 && month.len > 0)
        r = read_month(month, &wanted, err);
    if (r != 0)
        return r;
    pk_auto(pk_indicator_question) struct pk_indicator_question *question = pk_alloc(sizeof *question);
    question->service = service;
    question->month = wanted;
    question->running = wanted == running;
    question->frozen_ms = pk_indicators_frozen_ms(service->store, wanted);
    int64_t first = pk_store_number(service->store, PK_INDICATOR_FIRST, running);
    if (wanted > running || (question->frozen_ms == 0 && wanted < first))
        return unknown(service, wanted > running, err);
    r = pk_indicator_span_of(service, wanted, now_ms, &span, err);
    if (r != 0)
        return r;
    question->as_of_ms = span.until_ms;
    int32_t oldest = pk_indicators_oldest(service->store);
    question->next = oldest != 0 ? oldest : wanted;
    if (question->frozen_ms == 0)
        question->counter = pk_indicator_counter_new(&span);
    *ret_question = pk_steal(&question);
    return 0;
}

/* What the months before told says what this one may tell: they are read first, one a step. */
static int read_before(struct pk_indicator_question *question, struct pk_store *store, struct pk_error *err)
{
    struct pk_indicators month = { 0 };
    int r = pk_indicators_load(store, question->next, &month, err);
    if (r == 0)
        pk_indicator_past_add(&question->past, &month);
    pk_indicators_finish(&month);
    question->next = pk_indicator_month_after(question->next);
    return r == 0 ? 1 : r;
}

int pk_indicator_answer(struct pk_indicator_question *question, struct pk_store *store, struct pk_error *err)
{
    if (question->next < question->month)
        return read_before(question, store, err);
    return question->counter ? pk_indicator_count_some(question->counter, store, PK_INDICATOR_STEP, err)
                             : pk_indicators_load(store, question->month, &question->frozen, err);
}

void pk_indicator_question_free(struct pk_indicator_question *question)
{
    if (!question)
        return;
    pk_indicator_counter_free(question->counter);
    pk_indicators_finish(&question->frozen);
    pk_indicator_past_finish(&question->past);
    free(question);
}
