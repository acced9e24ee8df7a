/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/simulator/course.h"

#include <stdlib.h>

#define FIRST_SIZE 256u

void pk_simulator_courses_finish(struct simulator_courses *courses)
{
    for (uint32_t i = 0; i < courses->size; i++)
        if (courses->pool[i].used)
            pk_simulator_course_drop(courses, &courses->pool[i]);
    free(courses->pool);
    free(courses->heap);
    free(courses->unused);
    *courses = (struct simulator_courses){ 0 };
}

/* ---- the pool ---- */

static bool grow(struct simulator_courses *courses)
{
    uint32_t size = courses->size == 0 ? FIRST_SIZE : 2 * courses->size;
    if (size > SIMULATOR_COURSES_MAX)
        size = SIMULATOR_COURSES_MAX;
    if (size == courses->size)
        return false;
    uint32_t *heap = reallocarray(courses->heap, size, sizeof *heap);
    if (heap)
        courses->heap = heap;
    uint32_t *unused = heap ? reallocarray(courses->unused, size, sizeof *unused) : NULL;
    if (unused)
        courses->unused = unused;
    /* Not realloc: it would leave numbers behind in the memory it gives back. */
    struct simulator_course *pool = unused ? calloc(size, sizeof *pool) : NULL;
    if (!pool)
        return false;
    if (courses->size > 0) {
        memcpy(pool, courses->pool, courses->size * sizeof *pool);
        explicit_bzero(courses->pool, courses->size * sizeof *pool);
    }
    free(courses->pool);
    courses->pool = pool;
    for (uint32_t i = size; i-- > courses->size;)
        courses->unused[courses->unused_count++] = i;
    courses->size = size;
    return true;
}

struct simulator_course *pk_simulator_course_take(struct simulator_courses *courses)
{
    if (courses->unused_count == 0 && !grow(courses))
        return NULL;
    struct simulator_course *course = &courses->pool[courses->unused[--courses->unused_count]];
    uint32_t turn = course->turn + 1;
    *course = (struct simulator_course){ .turn = turn, .used = true };
    return course;
}

void pk_simulator_course_drop(struct simulator_courses *courses, struct simulator_course *course)
{
    uint32_t turn = course->turn;
    if (course->text)
        explicit_bzero(course->text, course->text_len);
    free(course->text);
    explicit_bzero(course, sizeof *course);
    course->turn = turn;
    courses->unused[courses->unused_count++] = (uint32_t) (course - courses->pool);
}

/* ---- the heap ---- */

static bool before(const struct simulator_courses *courses, uint32_t a, uint32_t b)
{
    const struct simulator_course *one = &courses->pool[a], *other = &courses->pool[b];
    return one->due_ms != other->due_ms ? one->due_ms < other->due_ms : one->order < other->order;
}

void pk_simulator_course_wait(struct simulator_courses *courses, struct simulator_course *course, int64_t due_ms)
{
    uint32_t place = (uint32_t) (course - courses->pool), at = courses->heap_count++;
    course->due_ms = due_ms;
    course->order = ++courses->order;
    course->waiting = true;
    while (at > 0 && before(courses, place, courses->heap[(at - 1) / 2])) {
        courses->heap[at] = courses->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    courses->heap[at] = place;
}

struct simulator_course *pk_simulator_course_first(const struct simulator_courses *courses)
{
    return courses->heap_count > 0 ? &courses->pool[courses->heap[0]] : NULL;
}

void pk_simulator_course_pop(struct simulator_courses *courses)
{
    courses->pool[courses->heap[0]].waiting = false;
    uint32_t moved = courses->heap[--courses->heap_count], at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < courses->heap_count && before(courses, courses->heap[child + 1], courses->heap[child]))
            child++;
        if (child >= courses->heap_count || !before(courses, courses->heap[child], moved))
            break;
        courses->heap[at] = courses->heap[child];
        at = child;
    }
    courses->heap[at] = moved;
}

/* ---- tokens ---- */

uint64_t pk_simulator_course_token(const struct simulator_courses *courses, const struct simulator_course *course)
{
    return (uint64_t) course->turn << 32 | (uint64_t) (course - courses->pool + 1);
}

struct simulator_course *pk_simulator_course_by_token(const struct simulator_courses *courses, uint64_t token)
{
    uint64_t place = token & UINT32_MAX;
    if (place == 0 || place > courses->size)
        return NULL;
    struct simulator_course *course = &courses->pool[place - 1];
    return course->used && course->turn == (uint32_t) (token >> 32) ? course : NULL;
}
