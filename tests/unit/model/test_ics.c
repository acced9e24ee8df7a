/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar files: what is written is read as the same; what others write is read, or refused with a sentence. */
#include "tests/unit/cmocka.h"

#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "gateway/model/ical.h"
#include "gateway/model/ics.h"

#define ZONE "Europe/Amsterdam"

struct seen {
    struct pk_ics_item items[8];
    int32_t skipped[8][4];
    size_t count;
};

static int see(void *ctx, const struct pk_ics_item *item, struct pk_error *err)
{
    struct seen *seen = ctx;
    (void) err;
    assert_true(seen->count < PK_COUNT(seen->items) && item->skipped_count <= 4);
    for (size_t i = 0; i < item->skipped_count; i++)
        seen->skipped[seen->count][i] = item->skipped[i];
    seen->items[seen->count++] = *item;
    return 0;
}

static struct seen read_file(const char *file)
{
    struct seen seen = { 0 };
    struct pk_error err = { 0 };
    if (pk_ics_read(pk_slice_of(file), ZONE, "test", see, &seen, &err) != 0)
        fail_msg("%s", err.message);
    return seen;
}

#define FILE_OF(lines) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n" lines "END:VCALENDAR\r\n"
#define EVENT_OF(lines) FILE_OF("BEGIN:VEVENT\r\nUID:one@example.org\r\nDTSTAMP:20261001T120000Z\r\nSUMMARY:Ouderavond\r\n" lines "END:VEVENT\r\n")
#define HOURS "DTSTART;TZID=Europe/Amsterdam:20261201T180000\r\nDTEND;TZID=Europe/Amsterdam:20261201T193000\r\n"

/* ---- in ---- */

static void test_what_others_write(void **state)
{
    (void) state;
    struct seen seen = read_file(EVENT_OF(HOURS "LOCATION:De Kern\\, Kerkplein 1\r\nORGANIZER;CN=Jan:mailto:jan@example.org\r\n"
                                                "ATTENDEE:mailto:els@example.org\r\nDESCRIPTION:bel 075 123 45 67\r\nCATEGORIES:parent-meeting\r\n"));
    const struct pk_agenda_event *event = &seen.items[0].event;
    assert_int_equal(seen.count, 1);
    assert_string_equal(event->title, "Ouderavond");
    assert_string_equal(event->place, "De Kern, Kerkplein 1");
    assert_string_equal(event->kind, "parent-meeting");
    assert_int_equal(event->when.day, 20261201);
    assert_int_equal(event->when.from, 1080);
    assert_int_equal(event->when.to, 1170);
    assert_int_equal(event->id, 0);
    /* From UTC, from another zone, by a length, past midnight. */
    seen = read_file(EVENT_OF("DTSTART:20261201T170000Z\r\nDURATION:PT90M\r\n"));
    assert_int_equal(seen.items[0].event.when.from, 1080);
    assert_int_equal(seen.items[0].event.when.to, 1170);
    seen = read_file(EVENT_OF("DTSTART;TZID=Europe/Sofia:20261201T233000\r\nDTEND;TZID=Europe/Sofia:20261202T013000\r\n"));
    assert_int_equal(seen.items[0].event.when.day, 20261201);
    assert_int_equal(seen.items[0].event.when.from, 22 * 60 + 30);
    assert_int_equal(seen.items[0].event.when.days, 1);
    assert_int_equal(seen.items[0].event.when.to, 30);
    seen = read_file(EVENT_OF("DTSTART:20261201T180000\r\nDTEND:20261201T190000\r\nSTATUS:CANCELLED\r\n")); /* nobody's zone is ours */
    assert_int_equal(seen.items[0].event.when.from, 1080);
    assert_true(seen.items[0].cancelled);
    seen = read_file(EVENT_OF(HOURS "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=4\r\nEXDATE;TZID=Europe/Amsterdam:20261208T180000\r\n"));
    assert_string_equal(seen.items[0].event.rule, "FREQ=WEEKLY;COUNT=4;BYDAY=TU");
    assert_int_equal(seen.items[0].skipped_count, 1);
    assert_int_equal(seen.skipped[0][0], 20261208);
}

static void refused(struct pk_slice file, int code, const char *why)
{
    struct seen seen = { 0 };
    struct pk_error err = { 0 };
    int r = pk_ics_read(file, ZONE, "test", see, &seen, &err);
    if (r != code || !strstr(err.message, why))
        fail_msg("%d \"%s\" instead of %d \"%s\"", r, err.message, code, why);
}

static void test_what_is_refused(void **state)
{
    static const struct {
        const char *file, *why;
    } wrong[] = {
        { "", "this is no calendar file" },
        { "hello\r\n", "this is no calendar file" },
        { EVENT_OF("DTSTART;TZID=Europe/Amsterdam:20260230T180000\r\nDTEND;TZID=Europe/Amsterdam:20260230T190000\r\n"), "the beginning is at a time that is not in the calendar" },
        { EVENT_OF("DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202\r\n"), "the beginning is at a time that is not in the calendar" },
        { EVENT_OF("DTSTART;TZID=Europe/Amsterdam:20261201T180000\r\n"), "it has no end" },
        { EVENT_OF("DTSTART;TZID=Mars/Olympus:20261201T180000\r\nDTEND;TZID=Mars/Olympus:20261201T190000\r\n"), "cannot use time zone \"Mars/Olympus\"" },
        { EVENT_OF("DTSTART;TZID=Europe/Amsterdam:20261201T190000\r\nDTEND;TZID=Europe/Amsterdam:20261201T180000\r\n"), "it ends before it begins" },
        { EVENT_OF("DTSTART;TZID=Europe/Amsterdam:20270328T023000\r\nDTEND;TZID=Europe/Amsterdam:20270328T040000\r\n"), "there is no 2:30 on 2027-03-28" },
        { EVENT_OF(HOURS "RRULE:FREQ=WEEKLY;BYDAY=TU\r\n"), "event \"Ouderavond\": the rule has no end" },
        { EVENT_OF(HOURS "RRULE:FREQ=WEEKLY;BYDAY=QQ;COUNT=2\r\n"), "cannot be read" },
        { EVENT_OF(HOURS "RDATE;TZID=Europe/Amsterdam:20261202T180000\r\n"), "RDATE" },
        { EVENT_OF("DTSTART:20261201T170000Z\r\nDTEND:20261201T180000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n"), "by the clock of another zone" },
        { EVENT_OF(HOURS "LOCATION:bij Els\\, 06 00 00 00 00\r\n"), "the place holds what may be somebody's" },
        { FILE_OF("BEGIN:VEVENT\r\nSUMMARY:x\r\n" HOURS "END:VEVENT\r\n"), "it has no UID" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(wrong); i++)
        refused(pk_slice_of(wrong[i].file), PK_E_INVALID, wrong[i].why);
    refused(pk_slice_make("BEGIN:VCALENDAR\r\n\xff\r\nEND:VCALENDAR\r\n", 36), PK_E_INVALID, "no UTF-8");
}

static void test_what_is_too_much(void **state)
{
    struct pk_buf file;
    (void) state;
    pk_buf_init(&file, PK_ICAL_FILE_MAX + 64);
    for (int i = 0; i < 5; i++)
        (void) pk_buf_add_text(&file, "BEGIN:VCALENDAR\r\n");
    refused(pk_buf_slice(&file), PK_E_LIMIT, "too deep");
    pk_buf_clear(&file);
    (void) pk_buf_add_text(&file, "BEGIN:VCALENDAR\r\n");
    for (unsigned i = 0; i <= PK_ICAL_PARTS_MAX; i++)
        (void) pk_buf_add_text(&file, "BEGIN:X\nEND:X\n");
    refused(pk_buf_slice(&file), PK_E_LIMIT, "too many parts");
    pk_buf_clear(&file);
    for (unsigned i = 0; i < PK_ICAL_LINE_MAX; i += 64)
        (void) pk_buf_add_text(&file, " ---------------------------------------------------------------\r\n");
    refused(pk_buf_slice(&file), PK_E_LIMIT, "a line is too long");
    while (file.len <= PK_ICAL_FILE_MAX)
        (void) pk_buf_add_text(&file, "X:Y\r\n");
    refused(pk_buf_slice(&file), PK_E_LIMIT, "larger than 512 KiB");
    pk_buf_finish(&file);
}

/* ---- out ---- */

static void check_lines(const struct pk_buf *file)
{
    struct pk_slice rest = pk_buf_slice(file), line;
    while (rest.len > 0 && pk_slice_cut(&rest, '\n', &line)) {
        if (line.len == 0)
            continue;
        assert_true(line.len <= 76 && line.data[line.len - 1] == '\r');
        assert_true(pk_utf8_valid(line)); /* no character is cut */
    }
}

static struct pk_agenda_event weekly(void)
{
    return (struct pk_agenda_event){
        .id = 123456789, .kind = "info-point", .title = "Информационен пункт; въпроси, отговори \\ и много други неща за всички хора в града",
        .place = "Stadhuisplein 100, Zaandam", .zone = ZONE, .when = { 20261201, 600, 0, 720 }, .rule = "FREQ=WEEKLY;UNTIL=20261222T225959Z;BYDAY=TU",
        .state = PK_AGENDA_PLANNED, .sequence = 3, .updated_ms = 1791880200000,
    };
}

static void test_what_is_written_is_read(void **state)
{
    struct pk_agenda_event event = weekly();
    const struct pk_agenda_change changes[] = {
        { .day = 20261208, .difference = PK_AGENDA_SKIPPED },
        { .day = 20261215, .difference = PK_AGENDA_CHANGED, .when = { 20261216, 660, 0, 780 }, .place = "De Kern" },
        { .day = 20261222, .difference = PK_AGENDA_CALLED_OFF, .when = { 20261222, 600, 0, 720 } },
    };
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_buf file, again;
    (void) state;
    assert_int_equal(pk_wall_new(ZONE, &wall, NULL), 0);
    pk_buf_init(&file, 1u << 16);
    pk_buf_init(&again, 1u << 16);
    struct pk_ics_writer writer = { .out = &file, .wall = wall, .zone = ZONE, .instance = "test" };
    pk_ics_begin(&writer, PK_SLICE("Gemeente Zaanstad"));
    assert_int_equal(pk_ics_add(&writer, &event, changes, PK_COUNT(changes), NULL), 0);
    pk_ics_end(&writer);
    check_lines(&file);
    assert_non_null(strstr(pk_buf_text(&file), "TZID:Europe/Amsterdam\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"));
    assert_non_null(strstr(pk_buf_text(&file), "EXDATE;TZID=Europe/Amsterdam:20261208T100000\r\n"));
    assert_non_null(strstr(pk_buf_text(&file), "DTSTAMP:20261013T083000Z\r\n"));
    struct seen seen = read_file(pk_buf_text(&file));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.items[0].event.id, event.id);
    assert_string_equal(seen.items[0].event.title, event.title);
    assert_string_equal(seen.items[0].event.rule, event.rule);
    assert_memory_equal(&seen.items[0].event.when, &event.when, sizeof event.when);
    assert_int_equal(seen.items[0].event.sequence, 3);
    assert_int_equal(seen.skipped[0][0], 20261208);
    assert_int_equal(seen.items[1].date, 20261215);
    assert_memory_equal(&seen.items[1].event.when, &changes[1].when, sizeof event.when);
    assert_string_equal(seen.items[1].event.place, "De Kern");
    assert_int_equal(seen.items[2].date, 20261222);
    assert_true(seen.items[2].cancelled && !seen.items[1].cancelled && !seen.items[0].cancelled);
    /* The same events, the same bytes. */
    writer.out = &again;
    pk_ics_begin(&writer, PK_SLICE("Gemeente Zaanstad"));
    assert_int_equal(pk_ics_add(&writer, &event, changes, PK_COUNT(changes), NULL), 0);
    pk_ics_end(&writer);
    assert_true(pk_slice_equal(pk_buf_slice(&file), pk_buf_slice(&again)));
    pk_buf_finish(&again);
    pk_buf_finish(&file);
}

/* Wherever the fold falls, no character is cut. */
static void test_lines_are_folded(void **state)
{
    struct pk_agenda_event event = weekly();
    struct pk_buf file;
    (void) state;
    for (size_t shift = 0; shift < 4; shift++) {
        pk_buf_init(&file, 1u << 16);
        const struct pk_ics_writer writer = { .out = &file, .zone = ZONE, .instance = "test" };
        (void) snprintf(event.title, sizeof event.title, "%.*sинформационенпунктвъпросиотговориимногодругинеща👋🎉👋🎉", (int) shift, "xxx");
        assert_int_equal(pk_ics_add(&writer, &event, NULL, 0, NULL), 0);
        check_lines(&file);
        pk_buf_finish(&file);
    }
}

/* In another zone every date stands by itself, in UTC. */
static void test_another_zone(void **state)
{
    struct pk_agenda_event event = weekly();
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_buf file;
    (void) state;
    (void) snprintf(event.zone, sizeof event.zone, "Europe/Sofia");
    assert_int_equal(pk_wall_new("Europe/Sofia", &wall, NULL), 0);
    pk_buf_init(&file, 1u << 16);
    const struct pk_ics_writer writer = { .out = &file, .wall = wall, .zone = "Europe/Sofia", .instance = "test" };
    pk_ics_begin(&writer, PK_SLICE("x"));
    assert_int_equal(pk_ics_add(&writer, &event, NULL, 0, NULL), 0);
    pk_ics_end(&writer);
    assert_null(strstr(pk_buf_text(&file), "TZID"));
    assert_non_null(strstr(pk_buf_text(&file), "DTSTART:20261201T080000Z\r\nDTEND:20261201T100000Z\r\n"));
    assert_non_null(strstr(pk_buf_text(&file), "UID:20261222-"));
    pk_buf_finish(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_others_write), cmocka_unit_test(test_what_is_refused),       cmocka_unit_test(test_what_is_too_much),
        cmocka_unit_test(test_another_zone), cmocka_unit_test(test_lines_are_folded),     cmocka_unit_test(test_what_is_written_is_read),
    };
    return cmocka_run_group_tests_name("model/ics", tests, NULL, NULL);
}
