/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/progress.h"

#include "gateway/base/clock.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define REDRAW_MS 200

static struct {
    pthread_mutex_t mutex; /* of what is counted: the caller writes it, the painter reads it */
    int64_t done, total;
    bool counted;
    /* set before the painter starts */
    char what[80];
    int64_t since_ms;
    int ended; /* becomes readable when the wait is over */
    /* the caller's thread only */
    pthread_t painter;
    unsigned depth;
    bool started;
} progress = { .mutex = PTHREAD_MUTEX_INITIALIZER, .ended = -1 };

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

/* False when what is waited for came before `wait_ms` were over. */
static bool still_waiting(int wait_ms)
{
    struct pollfd ended = { .fd = progress.ended, .events = POLLIN };
    return poll(&ended, 1, wait_ms) <= 0;
}

static void *paint_on_thread(void *ctx)
{
    (void) ctx;
    bool waiting = still_waiting(PK_PROGRESS_AFTER_MS);
    if (!waiting)
        return NULL;
    while (waiting) {
        (void) pthread_mutex_lock(&progress.mutex);
        paint();
        (void) pthread_mutex_unlock(&progress.mutex);
        waiting = still_waiting(REDRAW_MS);
    }
    (void) fputs("\r\033[K", stderr);
    (void) fflush(stderr);
    return NULL;
}

void pk_progress_begin(const char *what)
{
    if (progress.depth++ > 0 || isatty(STDERR_FILENO) != 1)
        return;
    progress.ended = eventfd(0, EFD_CLOEXEC);
    if (progress.ended < 0)
        return;
    (void) snprintf(progress.what, sizeof progress.what, "%s", what);
    progress.since_ms = pk_clock_mono_ms();
    progress.counted = false;
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
    if (--progress.depth > 0 || progress.ended < 0)
        return;
    if (progress.started) {
        (void) eventfd_write(progress.ended, 1);
        (void) pthread_join(progress.painter, NULL);
    }
    (void) close(progress.ended);
    progress.ended = -1;
    progress.started = false;
}
