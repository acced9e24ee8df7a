/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Courses under way, in a pool with a ceiling, and a heap that knows which step is due first. Equal times come in the
 * order in which they were set, so a seed replays exactly. Everything is O(log n) in the courses waiting.
 */
#ifndef PK_ADAPTER_SIMULATOR_COURSE_H
#define PK_ADAPTER_SIMULATOR_COURSE_H

#include "adapters/simulator/arrivals.h"
#include "adapters/simulator/behaviour.h"

#define SIMULATOR_COURSES_MAX 250000u

struct simulator_course {
    int64_t due_ms;
    uint64_t order;
    uint32_t turn;      /* how often this place of the pool was taken: old tokens find nothing */
    bool used, waiting; /* waiting: in the heap; else its event is being stored */
    bool answered;      /* the hand-over was completed, or there was none */
    const struct simulator_behaviour *behaviour;
    const char *step; /* the next one, in behaviour->course */
    uint64_t job;     /* the hand-over's token */
    uint64_t number;  /* of the provider's id */
    uint64_t arrival;
    bool recorded; /* what is exchanged about it is told */
    uint8_t address_len, attempt_id_len;
    char address[SIMULATOR_ADDRESS_ROOM], attempt_id[SIMULATOR_ID_ROOM];
    char *text; /* typed at the play desk, else NULL */
    size_t text_len;
};

struct simulator_courses {
    struct simulator_course *pool;
    uint32_t *heap, *unused; /* places in the pool */
    uint32_t size, heap_count, unused_count;
    uint64_t order;
};

void pk_simulator_courses_finish(struct simulator_courses *courses);

/* A fresh one, not waiting. NULL at the ceiling or without memory. Pointers last until the next call of this. */
struct simulator_course *pk_simulator_course_take(struct simulator_courses *courses);
void pk_simulator_course_drop(struct simulator_courses *courses, struct simulator_course *course); /* wipes */

void pk_simulator_course_wait(struct simulator_courses *courses, struct simulator_course *course, int64_t due_ms);
/* The one due first, still waiting, or NULL. */
struct simulator_course *pk_simulator_course_first(const struct simulator_courses *courses);
/* Takes the first one out of the heap. */
void pk_simulator_course_pop(struct simulator_courses *courses);

/* Never 0. */
uint64_t pk_simulator_course_token(const struct simulator_courses *courses, const struct simulator_course *course);
struct simulator_course *pk_simulator_course_by_token(const struct simulator_courses *courses, uint64_t token); /* NULL: gone */

#endif
