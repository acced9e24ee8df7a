/* SPDX-License-Identifier: EUPL-1.2 */
/* What reaches the loop from outside its thread: calls posted by other threads, and signals. */
#include "gateway/io/loop_internal.h"

#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* ---- the mailbox ---- */

void pk_loop_post(struct pk_loop *loop, void (*run)(void *ctx), void *ctx)
{
    struct post *post = pk_alloc(sizeof *post);
    *post = (struct post){ .run = run, .ctx = ctx };
    (void) pthread_mutex_lock(&loop->lock);
    post->number = loop->posts++;
    if (loop->last)
        loop->last->next = post;
    else
        loop->first = post;
    loop->last = post;
    /* Under the lock: once the loop's thread has seen the post, this thread touches the loop no more. */
    uint64_t one = 1;
    ssize_t n = write(loop->mail_fd, &one, sizeof one);
    (void) n; /* a full counter wakes as well as one more */
    (void) pthread_mutex_unlock(&loop->lock);
}

void pk_loop_unpost(struct pk_loop *loop, void (*run)(void *ctx), const void *ctx)
{
    (void) pthread_mutex_lock(&loop->lock);
    struct post *before = NULL, *next;
    for (struct post *post = loop->first; post; post = next) {
        next = post->next;
        if (post->run != run || post->ctx != ctx) {
            before = post;
            continue;
        }
        if (before)
            before->next = next;
        else
            loop->first = next;
        if (loop->last == post)
            loop->last = before;
        free(post);
    }
    (void) pthread_mutex_unlock(&loop->lock);
}

/* The oldest one with a number below `end`. */
static struct post *take_one(struct pk_loop *loop, uint64_t end)
{
    (void) pthread_mutex_lock(&loop->lock);
    struct post *post = loop->first;
    if (post && post->number >= end)
        post = NULL;
    if (post) {
        loop->first = post->next;
        if (!loop->first)
            loop->last = NULL;
    }
    (void) pthread_mutex_unlock(&loop->lock);
    return post;
}

static void read_mail(void *ctx, unsigned events)
{
    struct pk_loop *loop = ctx;
    uint64_t count;
    (void) events;
    if (read(loop->mail_fd, &count, sizeof count) != (ssize_t) sizeof count)
        return;
    (void) pthread_mutex_lock(&loop->lock);
    uint64_t end = loop->posts;
    (void) pthread_mutex_unlock(&loop->lock);
    /* One by one, so that one of them can take back another; none that came meanwhile, so that the turn ends. */
    struct post *post;
    while ((post = take_one(loop, end))) {
        post->run(post->ctx);
        free(post);
    }
}

int pk_loop_mail_start(struct pk_loop *loop, struct pk_error *err)
{
    loop->mail_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->mail_fd < 0)
        return pk_fail(err, PK_E_IO, "could not make the loop's mailbox");
    return pk_source_new(loop, loop->mail_fd, PK_READY_READ, read_mail, loop, &loop->mail, err);
}

void pk_loop_mail_finish(struct pk_loop *loop)
{
    struct post *post;
    while ((post = take_one(loop, UINT64_MAX)))
        free(post);
    if (loop->mail_fd >= 0)
        (void) close(loop->mail_fd);
    if (loop->signal_fd >= 0)
        (void) close(loop->signal_fd);
}

/* ---- signals ---- */

static void read_signals(void *ctx, unsigned events)
{
    struct pk_loop *loop = ctx;
    struct signalfd_siginfo info;
    (void) events;
    while (read(loop->signal_fd, &info, sizeof info) == (ssize_t) sizeof info)
        for (size_t i = 0; i < loop->handler_count; i++)
            if (loop->handlers[i].signo == (int) info.ssi_signo)
                loop->handlers[i].run(loop->handlers[i].ctx, loop->handlers[i].signo);
}

int pk_loop_on_signal(struct pk_loop *loop, int signo, void (*run)(void *ctx, int signo), void *ctx, struct pk_error *err)
{
    if (loop->handler_count == SIGNALS_MAX)
        return pk_fail(err, PK_E_LIMIT, "too many signals are handled");
    if (sigaddset(&loop->signal_set, signo) != 0)
        return pk_fail(err, PK_E_INVALID, "%d is not a signal", signo);
    (void) pthread_sigmask(SIG_BLOCK, &loop->signal_set, NULL);
    int fd = signalfd(loop->signal_fd, &loop->signal_set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return pk_fail(err, PK_E_IO, "could not listen for signals");
    loop->signal_fd = fd;
    if (!loop->signals) {
        int r = pk_source_new(loop, fd, PK_READY_READ, read_signals, loop, &loop->signals, err);
        if (r != 0)
            return r;
    }
    loop->handlers[loop->handler_count++] = (struct handler){ signo, run, ctx };
    return 0;
}
