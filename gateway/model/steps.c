/* SPDX-License-Identifier: EUPL-1.2 */
/* A step's text is words in a fixed order; each of them is read where it stands and named when it is not understood. */
#include "gateway/model/steps.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"

#include <stdio.h>
#include <string.h>

#define HOUR_MS (3600ll * 1000)
#define DAY_MS (24 * HOUR_MS)
#define MINUTE_MS (60ll * 1000)
#define DAYS_MAX 366
#define MINUTES_MAX (DAYS_MAX * PK_DAY_MINUTES)

static const char *const whom_words[PK_STEP_WHOMS] = { [PK_STEP_TO_YES] = "yes", [PK_STEP_TO_SILENT] = "silent" };

/* ---- reading ---- */

static int refuse(struct pk_slice text, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "\"%.*s\" is no moment of a step", (int) (text.len < 80 ? text.len : 80), text.data);
    return pk_hint(err, PK_E_INVALID,
                   "Write one of: 7 days before at 18:00, 2 hours before, 30 minutes before, 1 day after at 10:00, on change, on cancel, "
                   "at 2026-10-01T16:00:00Z; and after it, if not everybody is meant: to yes, or to silent.");
}

/* The next word; false when there is none. */
static bool word(struct pk_slice *rest, struct pk_slice *ret_word)
{
    while (pk_slice_cut(rest, ' ', ret_word))
        if (ret_word->len > 0)
            return true;
    return false;
}

static bool next_is(struct pk_slice *rest, const char *wanted)
{
    struct pk_slice found;
    return word(rest, &found) && pk_slice_is(found, wanted);
}

static bool small_number(struct pk_slice text, int32_t *ret_number)
{
    *ret_number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.len > 6 || text.data[i] < '0' || text.data[i] > '9')
            return false;
        *ret_number = 10 * *ret_number + (text.data[i] - '0');
    }
    return text.len > 0 && *ret_number > 0;
}

/* "7 days before at 18:00", "2 hours before": the number is read. */
static bool counted(struct pk_slice *rest, struct pk_step_rule *step)
{
    struct pk_slice unit, side, at;
    if (!word(rest, &unit) || !word(rest, &side))
        return false;
    bool before = pk_slice_is(side, "before");
    if (!before && !pk_slice_is(side, "after"))
        return false;
    if (pk_slice_is(unit, "day") || pk_slice_is(unit, "days")) {
        step->when = before ? PK_STEP_DAYS_BEFORE : PK_STEP_DAYS_AFTER;
        return step->count <= DAYS_MAX && next_is(rest, "at") && word(rest, &at) && pk_minute_parse(at, &step->minute) == 0;
    }
    step->when = PK_STEP_BEFORE;
    if (pk_slice_is(unit, "hour") || pk_slice_is(unit, "hours"))
        step->count *= 60;
    else if (!pk_slice_is(unit, "minute") && !pk_slice_is(unit, "minutes"))
        return false;
    return before && step->count <= MINUTES_MAX;
}

static bool happening(struct pk_slice *rest, struct pk_step_rule *step)
{
    struct pk_slice what;
    if (!word(rest, &what))
        return false;
    step->when = pk_slice_is(what, "change") ? PK_STEP_ON_CHANGE : PK_STEP_ON_CANCEL;
    return step->when == PK_STEP_ON_CHANGE || pk_slice_is(what, "cancel");
}

/* "to yes", or nothing. News are for everybody who was told. */
static bool for_whom(struct pk_slice *rest, struct pk_step_rule *step)
{
    struct pk_slice found;
    if (!word(rest, &found))
        return true;
    if (!pk_slice_is(found, "to") || !word(rest, &found) || pk_step_waits_for_news(step))
        return false;
    for (uint32_t whom = PK_STEP_TO_YES; whom < PK_STEP_WHOMS; whom++)
        if (pk_slice_is(found, whom_words[whom]))
            step->whom = whom;
    return step->whom != PK_STEP_TO_ALL && !word(rest, &found);
}

int pk_step_parse(struct pk_slice text, struct pk_step_rule *ret_step, struct pk_error *err)
{
    struct pk_step_rule step = { 0 };
    struct pk_slice rest = text, first, at;
    if (text.len >= PK_STEP_TEXT_MAX || !word(&rest, &first))
        return refuse(text, err);
    bool good;
    if (pk_slice_is(first, "on")) {
        good = happening(&rest, &step);
    } else if (pk_slice_is(first, "at")) {
        step.when = PK_STEP_AT;
        good = word(&rest, &at) && pk_time_parse(at, &step.at_ms) == 0;
    } else {
        good = small_number(first, &step.count) && counted(&rest, &step);
    }
    if (!good || !for_whom(&rest, &step))
        return refuse(text, err);
    *ret_step = step;
    return 0;
}

/* ---- writing ---- */

static const char *plural(int32_t count)
{
    return count == 1 ? "" : "s";
}

const char *pk_step_text(const struct pk_step_rule *step, char ret_text[PK_STEP_TEXT_MAX])
{
    char moment[PK_TIME_TEXT_MAX], minute[PK_LOCAL_TEXT_MAX];
    int n = 0;
    switch (step->when) {
    case PK_STEP_AT:
        n = snprintf(ret_text, PK_STEP_TEXT_MAX, "at %s", pk_time_format(step->at_ms, moment));
        break;
    case PK_STEP_BEFORE:
        if (step->count % 60 == 0)
            n = snprintf(ret_text, PK_STEP_TEXT_MAX, "%d hour%s before", step->count / 60, plural(step->count / 60));
        else
            n = snprintf(ret_text, PK_STEP_TEXT_MAX, "%d minute%s before", step->count, plural(step->count));
        break;
    case PK_STEP_DAYS_BEFORE:
    case PK_STEP_DAYS_AFTER:
        n = snprintf(ret_text, PK_STEP_TEXT_MAX, "%d day%s %s at %s", step->count, plural(step->count),
                     step->when == PK_STEP_DAYS_BEFORE ? "before" : "after", pk_minute_text(step->minute, minute));
        break;
    default:
        n = snprintf(ret_text, PK_STEP_TEXT_MAX, "on %s", step->when == PK_STEP_ON_CHANGE ? "change" : "cancel");
        break;
    }
    if (step->whom != PK_STEP_TO_ALL && step->whom < PK_STEP_WHOMS && n > 0 && n < PK_STEP_TEXT_MAX)
        (void) snprintf(ret_text + n, PK_STEP_TEXT_MAX - (size_t) n, " to %s", whom_words[step->whom]);
    return ret_text;
}

/* ---- moments ---- */

bool pk_step_waits_for_news(const struct pk_step_rule *step)
{
    return step->when == PK_STEP_ON_CHANGE || step->when == PK_STEP_ON_CANCEL;
}

bool pk_step_needs_date(const struct pk_step_rule *step)
{
    return step->when != PK_STEP_AT;
}

int64_t pk_step_due_ms(const struct pk_step_rule *step, int64_t starts_ms, struct pk_wall *wall)
{
    if (step->when == PK_STEP_AT)
        return step->at_ms;
    if (step->when == PK_STEP_BEFORE)
        return starts_ms - step->count * MINUTE_MS;
    int32_t days = step->when == PK_STEP_DAYS_BEFORE ? -step->count : step->count;
    struct pk_local local = pk_wall_local(wall, starts_ms);
    int64_t due_ms = starts_ms;
    local = (struct pk_local){ .day = pk_day_of_number(pk_day_number(local.day) + days), .minute = step->minute };
    (void) pk_wall_moment(wall, local, &due_ms, NULL); /* a day of the calendar: counted from one */
    return due_ms;
}

int64_t pk_step_until_ms(const struct pk_step_rule *step, int64_t due_ms, int64_t starts_ms)
{
    bool ahead = step->when == PK_STEP_BEFORE || step->when == PK_STEP_DAYS_BEFORE || pk_step_waits_for_news(step);
    return ahead ? starts_ms : due_ms + DAY_MS;
}
