/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/ical.h"

#include "gateway/base/text.h"

#include <libical/ical.h>

#define RULE_BYTES_MAX 512u

/* ---- rules ---- */

static bool given(const short *list)
{
    return list[0] != ICAL_RECURRENCE_ARRAY_MAX;
}

static struct pk_ical_time time_of(struct icaltimetype time)
{
    return (struct pk_ical_time){
        .present = !icaltime_is_null_time(time),
        .date_only = time.is_date != 0,
        .utc = icaltime_is_utc(time) != 0,
        .local = { time.year >= 0 && time.year <= 9999 ? time.year * 10000 + time.month * 100 + time.day : 0, time.hour * 60 + time.minute },
        .second = time.second,
    };
}

static int refuse_rule(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "the rule by which it comes back cannot be read");
    return pk_hint(err, PK_E_INVALID, "Write one like FREQ=WEEKLY;BYDAY=TU;UNTIL=20271231, with UNTIL or COUNT, not both.");
}

static int read_rule(struct pk_slice text, struct icalrecurrencetype *ret_rule, struct pk_error *err)
{
    char copy[RULE_BYTES_MAX + 1];
    if (text.len == 0 || text.len > RULE_BYTES_MAX || memchr(text.data, '\0', text.len))
        return refuse_rule(err);
    for (size_t i = 0; i < text.len; i++) /* nothing a rule is not made of gets to libical */
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789;=,+-", text.data[i]))
            return refuse_rule(err);
    (void) snprintf(copy, sizeof copy, "%.*s", PK_SLICE_ARG(text));
    icalerror_clear_errno();
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(copy);
    if (rule.freq == ICAL_NO_RECURRENCE || rule.interval < 1 || rule.count < 0 || rule.count > PK_ICAL_COUNT_MAX || rule.rscale)
        return refuse_rule(err);
    if (rule.freq != ICAL_DAILY_RECURRENCE && rule.freq != ICAL_WEEKLY_RECURRENCE && rule.freq != ICAL_MONTHLY_RECURRENCE &&
        rule.freq != ICAL_YEARLY_RECURRENCE) {
        (void) pk_fail(err, PK_E_INVALID, "the rule comes back more often than daily");
        return pk_hint(err, PK_E_INVALID, "Use FREQ=DAILY, WEEKLY, MONTHLY or YEARLY; two times of one day are two events.");
    }
    if (given(rule.by_second) || given(rule.by_minute) || given(rule.by_hour) || given(rule.by_year_day) || given(rule.by_week_no)) {
        (void) pk_fail(err, PK_E_INVALID, "the rule counts hours, or days or weeks of the year");
        return pk_hint(err, PK_E_INVALID, "Use BYDAY, BYMONTHDAY, BYMONTH and BYSETPOS only; the hours are the event's own.");
    }
    *ret_rule = rule;
    return 0;
}

int pk_ical_rule_read(struct pk_slice text, struct pk_ical_rule *ret_rule, struct pk_error *err)
{
    struct icalrecurrencetype rule;
    int r = read_rule(text, &rule, err);
    if (r == 0)
        *ret_rule = (struct pk_ical_rule){ .count = rule.count, .until = time_of(rule.until) };
    return r;
}

int pk_ical_rule_write(struct pk_slice text, int64_t until_ms, char *ret_text, size_t size, struct pk_error *err)
{
    struct icalrecurrencetype rule;
    int r = read_rule(text, &rule, err);
    if (r != 0)
        return r;
    if (until_ms != INT64_MAX)
        rule.until = icaltime_from_timet_with_zone((time_t) (until_ms / 1000), 0, icaltimezone_get_utc_timezone());
    char *written = icalrecurrencetype_as_string_r(&rule);
    bool fits = written && strlen(written) < size;
    if (fits)
        (void) snprintf(ret_text, size, "%s", written);
    icalmemory_free_buffer(written);
    return fits ? 0 : pk_fail(err, PK_E_LIMIT, "the rule is too long");
}

struct pk_ical_days {
    icalrecur_iterator *iterator;
};

int pk_ical_days_new(struct pk_slice text, int32_t first, struct pk_ical_days **ret_days, struct pk_error *err)
{
    struct icalrecurrencetype rule;
    int r = read_rule(text, &rule, err);
    if (r != 0)
        return r;
    struct icaltimetype start = icaltime_null_time(); /* noon: days alone are counted, and no zone has a say */
    start.year = first / 10000;
    start.month = first / 100 % 100;
    start.day = first % 100;
    start.hour = 12;
    rule.until = icaltime_null_time(); /* a moment: of days alone libical cannot tell */
    icalrecur_iterator *iterator = icalrecur_iterator_new(rule, start);
    if (!iterator)
        return refuse_rule(err);
    *ret_days = pk_alloc(sizeof **ret_days);
    (*ret_days)->iterator = iterator;
    return 0;
}

int32_t pk_ical_days_next(struct pk_ical_days *days)
{
    struct icaltimetype next = icalrecur_iterator_next(days->iterator);
    return icaltime_is_null_time(next) ? 0 : next.year * 10000 + next.month * 100 + next.day;
}

void pk_ical_days_free(struct pk_ical_days *days)
{
    if (!days)
        return;
    icalrecur_iterator_free(days->iterator);
    free(days);
}

/* ---- a file, before libical sees it ---- */

static bool begins(struct pk_slice line, const char *word)
{
    return line.len >= strlen(word) && pk_slice_equal_nocase(pk_slice_make(line.data, strlen(word)), word);
}

static int too_much(const char *what, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_LIMIT, "the calendar file is refused: %s", what);
    return pk_hint(err, PK_E_LIMIT, "Export less of the calendar at once.");
}

static int bound(struct pk_slice file, struct pk_error *err)
{
    struct pk_slice rest = file, line;
    size_t length = 0, parts = 0, depth = 0;
    if (file.len > PK_ICAL_FILE_MAX)
        return too_much("it is larger than 512 KiB", err);
    if (!pk_utf8_valid(file)) {
        (void) pk_fail(err, PK_E_INVALID, "the calendar file is no UTF-8");
        return pk_hint(err, PK_E_INVALID, "Save or export it as UTF-8.");
    }
    while (rest.len > 0 && pk_slice_cut(&rest, '\n', &line)) {
        bool folded = line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t');
        length = folded ? length + line.len : line.len;
        if (length > PK_ICAL_LINE_MAX)
            return too_much("a line is too long", err);
        if (begins(line, "BEGIN:") && (++parts > PK_ICAL_PARTS_MAX || ++depth > PK_ICAL_DEPTH_MAX))
            return too_much(parts > PK_ICAL_PARTS_MAX ? "it has too many parts" : "its parts lie too deep in each other", err);
        if (begins(line, "END:") && depth > 0)
            depth--;
    }
    return 0;
}

/* ---- properties ---- */

static const char *zone_of(icalproperty *property)
{
    static const char made_up[] = "/freeassociation.sourceforge.net/";
    icalparameter *parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    const char *zone = parameter ? icalparameter_get_tzid(parameter) : NULL;
    if (!zone)
        return "";
    return strncmp(zone, made_up, sizeof made_up - 1) == 0 ? zone + sizeof made_up - 1 : zone;
}

static struct pk_ical_time property_time(icalproperty *property, struct icaltimetype value)
{
    struct pk_ical_time time = time_of(value);
    (void) snprintf(time.zone, sizeof time.zone, "%s", zone_of(property));
    return time;
}

struct reading {
    struct pk_ical_time skipped[PK_ICAL_SKIPPED_MAX];
    char *rule;
    unsigned rules;
    bool more_skipped, dates_added;
    const char *unread; /* the first property that could not be read */
};

static void note_error(struct reading *reading, icalproperty *property)
{
    const char *why = icalproperty_get_xlicerror(property);
    if (!why || strncmp(why, "No value for", 12) != 0) /* an empty one is as good as none */
        reading->unread = reading->unread ? reading->unread : "a property";
}

static void read_dates(struct pk_ical_event *event, struct reading *reading, icalproperty *property)
{
    switch (icalproperty_isa(property)) {
    case ICAL_DTSTART_PROPERTY:
        event->start = property_time(property, icalproperty_get_dtstart(property));
        break;
    case ICAL_DTEND_PROPERTY:
        event->end = property_time(property, icalproperty_get_dtend(property));
        break;
    case ICAL_RECURRENCEID_PROPERTY:
        event->recurrence_id = property_time(property, icalproperty_get_recurrenceid(property));
        break;
    case ICAL_DURATION_PROPERTY:
        event->duration_ms = icaldurationtype_as_int(icalproperty_get_duration(property)) * 1000ll;
        break;
    case ICAL_EXDATE_PROPERTY:
        if (event->skipped_count < PK_ICAL_SKIPPED_MAX)
            reading->skipped[event->skipped_count++] = property_time(property, icalproperty_get_exdate(property));
        else
            reading->more_skipped = true;
        break;
    case ICAL_RDATE_PROPERTY:
    case ICAL_EXRULE_PROPERTY:
        reading->dates_added = true;
        break;
    case ICAL_RRULE_PROPERTY:
        if (reading->rules++ == 0)
            reading->rule = icalproperty_get_value_as_string_r(property);
        break;
    default:
        break;
    }
}

static void read_property(struct pk_ical_event *event, struct reading *reading, icalproperty *property)
{
    switch (icalproperty_isa(property)) {
    case ICAL_UID_PROPERTY:
        event->uid = icalproperty_get_uid(property);
        break;
    case ICAL_SUMMARY_PROPERTY:
        event->summary = icalproperty_get_summary(property);
        break;
    case ICAL_LOCATION_PROPERTY:
        event->location = icalproperty_get_location(property);
        break;
    case ICAL_CATEGORIES_PROPERTY:
        event->category = event->category ? event->category : icalproperty_get_categories(property);
        break;
    case ICAL_SEQUENCE_PROPERTY:
        event->sequence = icalproperty_get_sequence(property);
        break;
    case ICAL_STATUS_PROPERTY:
        event->cancelled |= icalproperty_get_status(property) == ICAL_STATUS_CANCELLED;
        break;
    case ICAL_XLICERROR_PROPERTY:
        note_error(reading, property);
        break;
    default:
        read_dates(event, reading, property);
    }
}

static int check_reading(const struct reading *reading, struct pk_error *err)
{
    if (reading->unread) {
        (void) pk_fail(err, PK_E_INVALID, "%s of an event in the calendar file cannot be read", reading->unread);
        return pk_hint(err, PK_E_INVALID, "Look for dates and rules that are not written as RFC 5545 wants them.");
    }
    if (reading->dates_added || reading->rules > 1) {
        (void) pk_fail(err, PK_E_INVALID, "an event has dates beside its one rule: RDATE, EXRULE or a second RRULE");
        return pk_hint(err, PK_E_INVALID, "Give such dates as events of their own.");
    }
    if (reading->more_skipped)
        return too_much("an event leaves out too many dates", err);
    return 0;
}

static int read_event(icalcomponent *component, bool called_off, struct reading *reading,
                      int (*each)(void *ctx, const struct pk_ical_event *event, struct pk_error *err), void *ctx, struct pk_error *err)
{
    struct pk_ical_event event = { .cancelled = called_off, .skipped = reading->skipped };
    for (icalproperty *property = icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY); property;
         property = icalcomponent_get_next_property(component, ICAL_ANY_PROPERTY))
        read_property(&event, reading, property);
    event.rule = reading->rule;
    int r = check_reading(reading, err);
    if (r == 0)
        r = each(ctx, &event, err);
    icalmemory_free_buffer(reading->rule);
    return r;
}

static int read_calendar(icalcomponent *calendar, int (*each)(void *ctx, const struct pk_ical_event *event, struct pk_error *err), void *ctx,
                         struct pk_error *err)
{
    bool called_off = icalcomponent_get_method(calendar) == ICAL_METHOD_CANCEL;
    int r = 0;
    for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); r == 0 && event;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        struct reading *reading = pk_alloc(sizeof *reading);
        r = read_event(event, called_off, reading, each, ctx, err);
        free(reading);
    }
    return r;
}

int pk_ical_read(struct pk_slice file, int (*each)(void *ctx, const struct pk_ical_event *event, struct pk_error *err), void *ctx,
                 struct pk_error *err)
{
    int r = bound(file, err);
    if (r != 0)
        return r;
    pk_auto(text) char *text = pk_strndup(file.data ? file.data : "", file.len);
    icalerror_set_errors_are_fatal(0);
    icalerror_clear_errno();
    icalcomponent *root = icalparser_parse_string(text);
    if (!root || icalcomponent_isa(root) != ICAL_VCALENDAR_COMPONENT) {
        r = pk_fail(err, PK_E_INVALID, "this is no calendar file");
        (void) pk_hint(err, r, "It begins with BEGIN:VCALENDAR; several calendars in one file are read one file at a time.");
    } else {
        r = read_calendar(root, each, ctx, err);
    }
    if (root)
        icalcomponent_free(root);
    return r;
}
