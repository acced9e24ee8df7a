/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/progress.h"

#include "gateway/base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_MS 200

static struct {
    pthread_mutex_t mutex; /* of everything below but depth and started */
    pthread_cond_t ended;
    char what[80];
    int64_t done, total;
    int64_t since_ms;
    bool over, counted;
    /* the caller's thread only */
    pthread_t painter;
    unsigned depth;
    bool started;
} progress = { .mutex = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER };

static void paint(void)
{
    int64_t seconds = (pk_clock_mono_ms() - progress.since_ms) / 1000;
    if (progress.counted && progress.total > 0)
        (void) fprintf(stderr, "\r%s: %lld of %lld (%lld%%), %lld s\033[K", progress.what, (long long) progress.done,
                       (long long) progress.total, (long long) (progress.done * 100 / progress.total), (long long) seconds);
    else if (progress.counted)
        (void) fprintf(stderr, "\r%s: %lld, %lld s\033[K", progress.what, (long long) progress.done, (long long) seconds);
    else
        (void) fprintf(stderr, "\r%s ... %lld s\033[K", progress.what, (long long) seconds);
    (void) fflush(stderr);
}

/* Until `wait_ms` are over or the wait that is being shown is. */
static void pause_for(int64_t wait_ms)
{
    struct timespec until;
    (void) clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t) (wait_ms / 1000);
    until.tv_nsec += (long) (wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (!progress.over && pthread_cond_timedwait(&progress.ended, &progress.mutex, &until) == 0)
        continue;
}

static void *paint_on_thread(void *ctx)
{
    (void) ctx;
    bool painted = false;
    (void) pthread_mutex_lock(&progress.mutex);
    pause_for(PK_PROGRESS_AFTER_MS);
    while (!progress.over) {
        paint();
        painted = true;
        pause_for(REDRAW_MS);
    }
    (void) pthread_mutex_unlock(&progress.mutex);
    if (painted) {
        (void) fputs("\r\033[K", stderr);
        (void) fflush(stderr);
    }
    return NULL;
}

void pk_progress_begin(const char *what)
{
    if (progress.depth++ > 0 || isatty(STDERR_FILENO) != 1)
        return;
    (void) snprintf(progress.what, sizeof progress.what, "%s", what);
    progress.since_ms = pk_clock_mono_ms();
    progress.over = progress.counted = false;
    progress.started = pthread_create(&progress.painter, NULL, paint_on_thread, NULL) == 0;
}

void pk_progress_count(int64_t done, int64_t total)
{
    (void) pthread_mutex_lock(&progress.mutex);
    progress.done = done;
    progress.total = total;
    progress.counted = true;
    (void) pthread_mutex_unlock(&progress.mutex);
}

void pk_progress_end(void)
{
    if (--progress.depth > 0 || !progress.started)
        return;
    (void) pthread_mutex_lock(&progress.mutex);
    progress.over = true;
    (void) pthread_cond_signal(&progress.ended);
    (void) pthread_mutex_unlock(&progress.mutex);
    (void) pthread_join(progress.painter, NULL);
    progress.started = false;
}
