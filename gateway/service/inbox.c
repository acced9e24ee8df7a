/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/inbox.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/service/bus.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"

#define WORD_OF(words, index) ((index) < PK_COUNT(words) ? (words)[index] : NULL)

/* ---- names ---- */

static const char *const states[] = { [PK_INBOX_OPEN] = "open", [PK_INBOX_ANSWERED] = "answered", [PK_INBOX_CLOSED] = "closed" };
static const char *const subjects[PK_SUBJECTS] = {
    [PK_SUBJECT_SCHOOL] = "school", [PK_SUBJECT_CARE] = "care",       [PK_SUBJECT_REGISTRATION] = "registration",
    [PK_SUBJECT_WORK] = "work",     [PK_SUBJECT_HOUSING] = "housing", [PK_SUBJECT_RETURN] = "return",
    [PK_SUBJECT_OTHER] = "other",
};

const char *pk_inbox_state_name(uint32_t state)
{
    return WORD_OF(states, state);
}

int pk_inbox_state_parse(struct pk_slice name, uint32_t *ret_state)
{
    for (uint32_t i = PK_INBOX_OPEN; i < PK_COUNT(states); i++) {
        if (pk_slice_is(name, states[i])) {
            *ret_state = i;
            return 0;
        }
    }
    return PK_E_INVALID;
}

const char *pk_inbox_subject_name(uint32_t subject)
{
    return WORD_OF(subjects, subject);
}

const char *pk_inbox_subjects(void)
{
    return "school, care, registration, work, housing, return, other";
}

int pk_inbox_subject_parse(struct pk_slice name, uint32_t *ret_subject, struct pk_error *err)
{
    for (uint32_t i = PK_SUBJECT_SCHOOL; i < PK_SUBJECTS; i++) {
        if (pk_slice_is(name, subjects[i])) {
            *ret_subject = i;
            return 0;
        }
    }
    return pk_fail(err, PK_E_INVALID, "the subject must be one of %s", pk_inbox_subjects());
}

void pk_mask_address(struct pk_slice value, char ret_masked[PK_MASKED_MAX])
{
    bool number = value.len >= 9 && value.data[0] == '+';
    if (number)
        (void) snprintf(ret_masked, PK_MASKED_MAX, "%.3s…%.2s", value.data, value.data + value.len - 2);
    else
        (void) snprintf(ret_masked, PK_MASKED_MAX, "…");
}

/* ---- taking in ---- */

/* The desk reads the language of the people this is for; what is written in another one the adviser reads. */
static const char *reader_of(const struct pk_service *service, const char *language)
{
    return strcmp(language, service->rules->default_language) == 0 ? "desk" : "adviser";
}

int pk_inbox_take(struct pk_service *service, struct pk_inbox_item *item, int64_t reply, bool *ret_taken, struct pk_error *err)
{
    int64_t id = 0;
    (void) snprintf(item->assigned, sizeof item->assigned, "%s", reader_of(service, item->language));
    int r = pk_inbox_add(service->store, item, reply, &id, err);
    *ret_taken = r == 0;
    if (r == 0 && id != 0) {
        service->metrics.inbox_taken++;
        return 0;
    }
    service->metrics.inbox_refused += r == 0 || r == PK_E_LIMIT;
    if (r == PK_E_LIMIT)
        pk_log(PK_LOG_WARN, "inbox", "full", "items", PK_LOG_INT(PK_INBOX_OPEN_MAX), NULL);
    return r == PK_E_LIMIT ? 0 : r;
}

/* ---- what people do ---- */

/* The item, for somebody who may. */
static int find(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, int64_t id, struct pk_inbox_item *ret_item,
                struct pk_error *err)
{
    char object[PK_ID_TEXT_MAX];
    int r = pk_allow(service, actor, action, NULL, pk_id_format(id, object), err);
    return r != 0 ? r : pk_inbox_get(service->store, id, ret_item, err);
}

static int write_down(struct pk_service *service, const struct pk_actor *actor, const char *action, const struct pk_inbox_item *item,
                      const char *detail, int64_t now_ms, struct pk_error *err)
{
    char object[PK_ID_TEXT_MAX];
    return pk_trail_done(service, actor, action, pk_id_format(item->id, object), detail, item->recipient, now_ms, err);
}

int pk_inbox_each(struct pk_service *service, const struct pk_actor *actor, const struct pk_inbox_filter *filter, size_t max,
                  int (*each)(void *ctx, const struct pk_inbox_item *item), void *ctx, struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_INBOX_READ, NULL, NULL, err);
    return r == 0 ? pk_inbox_list(service->store, filter, max, each, ctx, err) : r;
}

int pk_inbox_open(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_inbox_item *ret_item,
                  struct pk_error *err)
{
    int r = find(service, actor, PK_ACTION_INBOX_READ, id, ret_item, err);
    return r != 0 ? r : write_down(service, actor, "inbox.read", ret_item, "", now_ms, err);
}

static bool is_name(struct pk_slice text)
{
    if (text.len == 0 || text.len >= PK_INBOX_NAME_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!letter && (i == 0 || !other))
            return false;
    }
    return true;
}

int pk_inbox_hand_to(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_slice to, int64_t now_ms,
                     struct pk_error *err)
{
    char detail[PK_INBOX_NAME_MAX];
    struct pk_inbox_item item;
    int r = find(service, actor, PK_ACTION_INBOX_ANSWER, id, &item, err);
    if (r == 0 && !is_name(to)) {
        (void) pk_fail(err, PK_E_INVALID, "that is no name of a role or a user");
        return pk_hint(err, PK_E_INVALID, "A name has at most %d letters, digits, dots and dashes, and begins with a letter.", PK_INBOX_NAME_MAX - 1);
    }
    if (r == 0)
        r = pk_inbox_assign(service->store, id, to, err);
    (void) snprintf(detail, sizeof detail, "%.*s", PK_SLICE_ARG(to));
    return r != 0 ? r : write_down(service, actor, "inbox.assign", &item, detail, now_ms, err);
}

int pk_inbox_end(struct pk_service *service, const struct pk_actor *actor, int64_t id, uint32_t subject, int64_t now_ms, struct pk_error *err)
{
    struct pk_inbox_end end = { .state = PK_INBOX_CLOSED, .subject = subject, .by = pk_slice_of(actor->name), .now_ms = now_ms };
    struct pk_inbox_item item;
    int r = find(service, actor, PK_ACTION_INBOX_ANSWER, id, &item, err);
    if (r == 0)
        r = pk_inbox_close(service->store, id, &end, err);
    return r != 0 ? r : write_down(service, actor, "inbox.close", &item, pk_inbox_subject_name(subject), now_ms, err);
}

/* ---- what waits ---- */

#define TEAM_TOLD "inbox.team_ms" /* when the team was told last */

static int tell_team(struct pk_service *service, int64_t people, int64_t now_ms, struct pk_error *err)
{
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    r = pk_planner_team(service, people, now_ms, err);
    if (r == 0)
        r = pk_store_set_number(service->store, TEAM_TOLD, now_ms, err);
    if (r == 0)
        return pk_unit_keep(service->store, err);
    pk_unit_drop(service->store);
    return r;
}

/* Of all that wait, once for each and a few times a day at most: of what comes late in between the next one tells. */
static void watch_team(struct pk_service *service, int64_t people, int64_t now_ms)
{
    struct pk_error err = { 0 };
    int64_t told_ms = pk_store_number(service->store, TEAM_TOLD, 0);
    if (!service->rules->team || people == 0 || now_ms - told_ms < PK_INBOX_TEAM_EVERY_MS || !pk_inbox_told_since(service->store, told_ms))
        return;
    if (tell_team(service, people, now_ms, &err) != 0)
        pk_log(PK_LOG_ERROR, "inbox", "team.failed", "reason", err.message, NULL);
}

void pk_inbox_watch(struct pk_service *service)
{
    struct pk_inbox_counts counts;
    struct pk_error err = { 0 };
    int64_t now_ms = pk_clock_wall_ms(), late = 0;
    int r = pk_unit_begin(service->store, &err);
    if (r == 0) {
        r = pk_inbox_tell(service->store, now_ms - PK_INBOX_LATE_MS, now_ms, &late, &err);
        if (r != 0)
            pk_unit_drop(service->store);
        else
            r = pk_unit_keep(service->store, &err);
    }
    if (r != 0) {
        pk_log(PK_LOG_ERROR, "inbox", "watch.failed", "reason", err.message, NULL);
        return;
    }
    if (late > 0)
        pk_log(PK_LOG_WARN, "inbox", "unanswered", "items", PK_LOG_INT(late), "hours", PK_LOG_INT(PK_INBOX_LATE_MS / 3600000), NULL);
    service->metrics.inbox_late += (uint64_t) late;
    pk_inbox_count(service->store, now_ms - PK_INBOX_LATE_MS, &counts);
    watch_team(service, counts.waiting, now_ms);
    if (service->bus)
        pk_bus_inbox(service->bus, counts.waiting);
}
