/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Calendar files: what is read is an event of the calendar; written, it is read again as the same; what is refused is refused in
 * words. The first byte 'R' makes the rest a rule.
 */
#include "gateway/model/ical.h"
#include "gateway/model/ics.h"

#include "tests/fuzz/fuzz.h"

#define ZONE "Europe/Amsterdam"

static struct pk_wall *wall;

static int compare(void *ctx, const struct pk_ics_item *item, struct pk_error *err)
{
    const struct pk_agenda_event *wanted = ctx;
    (void) err;
    fuzz_need(item->event.id == wanted->id && item->date == 0);
    fuzz_need(strcmp(item->event.title, wanted->title) == 0 && strcmp(item->event.place, wanted->place) == 0);
    fuzz_need(strcmp(item->event.rule, wanted->rule) == 0);
    fuzz_need(memcmp(&item->event.when, &wanted->when, sizeof wanted->when) == 0);
    return 0;
}

static void write_again(const struct pk_ics_item *item)
{
    struct pk_agenda_event event = item->event;
    struct pk_error err = { 0 };
    struct pk_buf out;
    pk_buf_init(&out, 1u << 16);
    const struct pk_ics_writer writer = { .out = &out, .wall = wall, .zone = ZONE, .instance = "fuzz" };
    event.id = event.id != 0 ? event.id : 77;
    event.state = PK_AGENDA_PLANNED;
    pk_ics_begin(&writer, PK_SLICE("fuzz"));
    fuzz_need(pk_ics_add(&writer, &event, NULL, 0, &err) == 0);
    pk_ics_end(&writer);
    fuzz_need(!out.failed && pk_utf8_valid(pk_buf_slice(&out)));
    fuzz_need(pk_ics_read(pk_buf_slice(&out), ZONE, "fuzz", compare, &event, &err) == 0);
    pk_buf_finish(&out);
}

static int check(void *ctx, const struct pk_ics_item *item, struct pk_error *err)
{
    int64_t starts_ms, ends_ms;
    (void) ctx;
    fuzz_need(pk_agenda_moments(&item->event.when, wall, false, &starts_ms, &ends_ms, err) == 0 && ends_ms > starts_ms);
    fuzz_need(item->date == 0 || pk_day_valid(item->date));
    for (size_t i = 0; i < item->skipped_count; i++)
        fuzz_need(pk_day_valid(item->skipped[i]));
    if (item->date == 0 && item->event.title[0] && item->event.place[0])
        write_again(item);
    return 0;
}

static void try_rule(struct pk_slice text)
{
    struct pk_agenda_event event = { .title = "x", .place = "x", .zone = ZONE, .when = { 20261201, 600, 0, 660 }, .state = PK_AGENDA_PLANNED };
    struct pk_error err = { 0 };
    if (text.len == 0 || text.len >= sizeof event.rule || memchr(text.data, '\0', text.len))
        return;
    (void) snprintf(event.rule, sizeof event.rule, "%.*s", PK_SLICE_ARG(text));
    int r = pk_recurrence_settle(&event, wall, &err);
    if (r != 0) {
        fuzz_need(r < 0 && err.message[0] != '\0');
        return;
    }
    char first[sizeof event.rule];
    struct pk_date *dates = NULL;
    size_t count = 0;
    memcpy(first, event.rule, sizeof first);
    fuzz_need(pk_recurrence_settle(&event, wall, &err) == 0 && strcmp(first, event.rule) == 0);
    fuzz_need(pk_recurrence_list(&event, NULL, 0, wall, &dates, &count, &err) == 0 && count >= 1 && count <= PK_DATES_MAX);
    for (size_t i = 1; i < count; i++)
        fuzz_need(dates[i].starts_ms > dates[i - 1].starts_ms);
    free(dates);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_error err = { 0 };
    if (!wall)
        fuzz_need(pk_wall_new(ZONE, &wall, NULL) == 0);
    if (size > 0 && data[0] == 'R') {
        try_rule(pk_slice_make(data + 1, size - 1));
        return 0;
    }
    char *copy = fuzz_copy(pk_slice_make(data, size));
    int r = pk_ics_read(pk_slice_make(copy, size), ZONE, "fuzz", check, NULL, &err);
    if (r != 0)
        fuzz_need(r < 0 && err.message[0] != '\0');
    free(copy);
    return 0;
}
