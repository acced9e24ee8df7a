/* SPDX-License-Identifier: EUPL-1.2 */
/*
 *     submit() -> a course waits in the heap -> tick() takes its steps one by one; an event's next step waits until the
 *     gateway has stored it, and an event that could not be stored comes again.
 */
#include "adapters/simulator/simulator.h"

#include "adapters/kit/event.h"

#include <stdio.h>

#define STEPS_PER_TICK 4096u
#define AGAIN_MS 1000 /* until an event that was not stored comes again */
#define THROTTLED_MS 5000

/* ---- chance ---- */

/* splitmix64 */
static uint64_t draw(struct simulator *sim)
{
    uint64_t z = sim->chance += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int64_t draw_between(struct simulator *sim, int64_t min, int64_t max)
{
    return min + (int64_t) (draw(sim) % (uint64_t) (max - min + 1));
}

static uint32_t chance_of(const struct simulator *sim, struct pk_slice address)
{
    uint64_t z = sim->seed * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < address.len; i++)
        z = (z ^ (uint8_t) address.data[i]) * 0x100000001b3u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t) ((z ^ z >> 31) % SIMULATOR_MILLION);
}

/* By person: what is refused for now is taken the next time or the one after, and only what is about an event is answered:
 * whoever answers an answer never comes to an end. */
static const struct simulator_behaviour *behaviour_of(struct simulator *sim, const struct pk_job *job)
{
    static const struct simulator_shares none;
    static const struct pk_slice nobody;
    uint64_t drawn = draw(sim);
    if (!sim->by_person)
        return pk_simulator_choose(&sim->shares, job->address, (uint32_t) (drawn % SIMULATOR_MILLION));
    const struct simulator_behaviour *behaviour = pk_simulator_choose(&sim->shares, nobody, chance_of(sim, job->address));
    bool passing = behaviour->outcome == PK_OUTCOME_RETRY || behaviour->outcome == PK_OUTCOME_THROTTLED;
    bool calm = (passing && drawn % 2 == 0) || (behaviour->reply && job->step.len == 0);
    return calm ? pk_simulator_choose(&none, nobody, 0) : behaviour;
}

/* ---- steps ---- */

struct id_room {
    char text[48];
};

static struct pk_slice id_of(const struct simulator *sim, const struct simulator_course *course, char kind, struct id_room *room)
{
    int n = snprintf(room->text, sizeof room->text, "%c%s-%llu", kind, sim->front, (unsigned long long) course->number);
    return pk_slice_make(room->text, (size_t) n);
}

void pk_simulator_wake(struct simulator *sim)
{
    const struct simulator_course *first = pk_simulator_course_first(&sim->courses);
    if (first && sim->link)
        sim->ops->wake_at(sim->link, first->due_ms);
}

static void wait_for_step(struct simulator *sim, struct simulator_course *course, int64_t now_ms)
{
    int64_t after_ms;
    if (*course->step == 'a')
        after_ms = draw_between(sim, sim->latency_min, sim->latency_max);
    else
        after_ms = draw_between(sim, sim->receipt_min, sim->receipt_max);
    if (*course->step == 'l') {
        after_ms = sim->late;
        course->step++;
    }
    pk_simulator_course_wait(&sim->courses, course, now_ms + after_ms);
}

static void advance(struct simulator *sim, struct simulator_course *course, int64_t now_ms)
{
    course->step++;
    if (*course->step)
        wait_for_step(sim, course, now_ms);
    else
        pk_simulator_course_drop(&sim->courses, course);
}

static void answer(struct simulator *sim, struct simulator_course *course)
{
    static const char *const reasons[] = {
        [PK_OUTCOME_RETRY] = "Simulated: not now.",
        [PK_OUTCOME_THROTTLED] = "Simulated: go slower.",
        [PK_OUTCOME_REJECTED] = "Simulated: the message is refused.",
        [PK_OUTCOME_INVALID_RECIPIENT] = "Simulated: the number does not exist.",
        [PK_OUTCOME_OPTED_OUT] = "Simulated: the person stopped these messages at the provider.",
        [PK_OUTCOME_MISCONFIGURED] = "Simulated: the account is refused.",
        [PK_OUTCOME_UNCERTAIN] = "Simulated: no answer came.",
    };
    static const char *const words[] = { [PK_OUTCOME_ACCEPTED] = "accepted",
                                         [PK_OUTCOME_RETRY] = "retry",
                                         [PK_OUTCOME_THROTTLED] = "throttled",
                                         [PK_OUTCOME_REJECTED] = "rejected",
                                         [PK_OUTCOME_INVALID_RECIPIENT] = "invalid_recipient",
                                         [PK_OUTCOME_OPTED_OUT] = "opted_out",
                                         [PK_OUTCOME_MISCONFIGURED] = "misconfigured",
                                         [PK_OUTCOME_UNCERTAIN] = "no answer" };
    uint32_t outcome = course->behaviour->outcome;
    struct pk_result result = { .outcome = outcome };
    struct id_room room;
    if (course->answered)
        return;
    if (outcome == PK_OUTCOME_ACCEPTED)
        result.provider_id = id_of(sim, course, 's', &room);
    else
        result.reason = pk_slice_of(reasons[outcome]);
    if (outcome == PK_OUTCOME_THROTTLED)
        result.after_ms = THROTTLED_MS;
    course->answered = true;
    sim->open--;
    if (course->recorded)
        pk_kit_exchanged(sim->ops, sim->link, course->job, true, words[outcome]);
    (void) sim->ops->complete(sim->link, course->job, &result);
}

static uint32_t state_of(char step)
{
    switch (step) {
    case 's':
        return PK_RECEIPT_SENT;
    case 'd':
        return PK_RECEIPT_DELIVERED;
    case 'r':
        return PK_RECEIPT_READ;
    case 't':
        return PK_RECEIPT_UNDELIVERED_TEMPORARY;
    case 'p':
        return PK_RECEIPT_UNDELIVERED_PERMANENT;
    default:
        return PK_RECEIPT_UNKNOWN;
    }
}

/* The next step waits for settled(). A receipt after an uncertain hand-over names our reference too: its id was never told. */
static void emit(struct simulator *sim, struct simulator_course *course, int64_t now_ms)
{
    struct id_room room;
    struct pk_event event = { .size = sizeof event, .at_ms = now_ms, .token = pk_simulator_course_token(&sim->courses, course) };
    if (*course->step == 'y') {
        event.kind = PK_EVENT_REPLY;
        event.address = pk_slice_make(course->address, course->address_len);
        event.text = course->text ? pk_slice_make(course->text, course->text_len) : pk_slice_of(course->behaviour->reply);
        event.event_id = id_of(sim, course, 'r', &room);
    } else {
        event.kind = PK_EVENT_RECEIPT;
        event.state = state_of(*course->step);
        event.provider_id = id_of(sim, course, 's', &room);
        if (course->behaviour->outcome != PK_OUTCOME_ACCEPTED)
            event.our_reference = pk_slice_make(course->attempt_id, course->attempt_id_len);
        pk_simulator_arrivals_tell(&sim->arrivals, course->arrival, event.state);
    }
    if (sim->ops->event(sim->link, &event) != 0)
        pk_simulator_course_wait(&sim->courses, course, now_ms + AGAIN_MS);
}

/* ---- the session ---- */

static int connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    struct simulator *sim = self;
    (void) now_ms;
    sim->link = link;
    sim->ops = ops;
    sim->stopping = false;
    ops->window(link, sim->capacity);
    pk_simulator_wake(sim);
    return 0;
}

static void disconnected(void *self, int64_t now_ms)
{
    struct simulator *sim = self;
    sim->link = NULL;
    sim->open = 0;
    for (uint32_t i = 0; i < sim->courses.size; i++) {
        struct simulator_course *course = &sim->courses.pool[i];
        if (!course->used)
            continue;
        course->answered = true; /* the gateway ended these itself */
        if (!course->waiting)
            pk_simulator_course_wait(&sim->courses, course, now_ms + AGAIN_MS);
    }
}

static int submit(void *self, const struct pk_job *job)
{
    struct simulator *sim = self;
    if (!sim->link || sim->stopping || sim->open >= sim->capacity)
        return PK_E_BUSY;
    if (job->address.len >= SIMULATOR_ADDRESS_ROOM || job->attempt_id.len >= SIMULATOR_ID_ROOM)
        return PK_E_INVALID;
    struct simulator_course *course = pk_simulator_course_take(&sim->courses);
    if (!course)
        return PK_E_BUSY;
    course->behaviour = behaviour_of(sim, job);
    course->step = course->behaviour->course;
    course->job = job->token;
    course->recorded = job->recorded != 0;
    course->number = ++sim->numbers;
    course->address_len = (uint8_t) job->address.len;
    memcpy(course->address, job->address.data, job->address.len);
    course->attempt_id_len = (uint8_t) job->attempt_id.len;
    memcpy(course->attempt_id, job->attempt_id.data, job->attempt_id.len);
    if (strchr(course->behaviour->course, 'd') || course->behaviour->outcome == PK_OUTCOME_ACCEPTED)
        course->arrival = pk_simulator_arrivals_add(&sim->arrivals, job);
    sim->open++;
    if (course->recorded) {
        char line[64];
        (void) snprintf(line, sizeof line, "message bytes %zu", job->text.len);
        pk_kit_exchanged(sim->ops, sim->link, course->job, false, line);
    }
    wait_for_step(sim, course, job->now_ms);
    pk_simulator_wake(sim);
    return 0;
}

static int tick(void *self, int64_t now_ms)
{
    struct simulator *sim = self;
    struct simulator_course *course;
    for (unsigned n = 0; n < STEPS_PER_TICK && sim->link && (course = pk_simulator_course_first(&sim->courses)); n++) {
        if (course->due_ms > now_ms)
            break;
        pk_simulator_course_pop(&sim->courses);
        if (*course->step != 'a') {
            emit(sim, course, now_ms);
            continue;
        }
        answer(sim, course);
        advance(sim, course, now_ms);
    }
    pk_simulator_wake(sim);
    return 0;
}

static void settled(void *self, uint64_t token, uint32_t ok, int64_t now_ms)
{
    struct simulator *sim = self;
    struct simulator_course *course = pk_simulator_course_by_token(&sim->courses, token);
    if (!course || course->waiting)
        return;
    if (ok)
        advance(sim, course, now_ms);
    else
        pk_simulator_course_wait(&sim->courses, course, now_ms + AGAIN_MS);
    pk_simulator_wake(sim);
}

/* Every hand-over ends now, in the order taken where that can be told; receipts still to come end with the process. */
static void stop(void *self, int64_t now_ms)
{
    struct simulator *sim = self;
    (void) now_ms;
    sim->stopping = true;
    for (uint32_t i = 0; i < sim->courses.size && sim->link && sim->open > 0; i++)
        if (sim->courses.pool[i].used)
            answer(sim, &sim->courses.pool[i]);
}

static int received(void *self, struct pk_slice bytes, int64_t now_ms)
{
    (void) self, (void) bytes, (void) now_ms;
    return PK_E_PROTOCOL; /* there is no wire */
}

const struct pk_session_ops pk_simulator_session = {
    .size = sizeof(struct pk_session_ops),
    .transport = PK_TRANSPORT_NONE,
    .connected = connected,
    .disconnected = disconnected,
    .received = received,
    .submit = submit,
    .tick = tick,
    .settled = settled,
    .stop = stop,
};
