/* SPDX-License-Identifier: EUPL-1.2 */
/* The loop: the order within a turn, descriptors that go away, what comes from outside. Its timers: test_loop_timers.c. */
#include "tests/unit/io/trace.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

struct probe {
    struct pk_loop *loop;
    struct pk_source *source, *victim;
    const char *name;
    int fd;
    unsigned calls, events;
    bool drain, free_self;
};

static void on_probe(void *ctx, unsigned events)
{
    struct probe *probe = ctx;
    char byte;
    probe->calls++;
    probe->events |= events;
    if (probe->name)
        note(probe->name);
    if (probe->drain)
        assert_int_equal(read(probe->fd, &byte, 1), 1);
    pk_source_free(probe->victim);
    probe->victim = NULL;
    if (probe->free_self) {
        pk_source_free(probe->source);
        probe->source = NULL;
    }
}

static void watch(struct pk_loop *loop, struct probe *probe, int fd, unsigned events)
{
    probe->loop = loop;
    probe->fd = fd;
    assert_int_equal(pk_source_new(loop, fd, events, on_probe, probe, &probe->source, NULL), 0);
}

static void make_pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
}

/* ---- the order of a turn ---- */

static void test_phases_in_order(void **state)
{
    struct pk_loop *loop = *state;
    static const char *const names[PK_PHASES] = { "serve", "harvest", "open", "commit", "release" };
    int fds[2];
    make_pair(fds);
    for (int phase = PK_PHASES - 1; phase >= 0; phase--) /* the order of adding is not the order of phases */
        pk_loop_on_phase(loop, (enum pk_phase) phase, note_ctx, word(names[phase]));
    pk_loop_on_phase(loop, PK_PHASE_OPEN, note_ctx, word("open2"));
    struct probe probe = { .name = "fd", .drain = true };
    watch(loop, &probe, fds[0], PK_READY_READ);
    struct pk_timer *timer = pk_timer_new(loop, note_ctx, word("timer"));
    pk_timer_in(timer, 0);
    test_send_text(fds[1], "x");
    test_turn(loop, 0);
    assert_string_equal(trace, "fd timer serve harvest open open2 commit release ");
    assert_int_equal(pk_loop_turns(loop), 1);
    (void) close(fds[0]);
    (void) close(fds[1]);
}

/* ---- descriptors ---- */

static void test_source_freed_in_its_own_callback(void **state)
{
    struct pk_loop *loop = *state;
    int fds[2];
    make_pair(fds);
    struct probe probe = { .free_self = true };
    watch(loop, &probe, fds[0], PK_READY_READ);
    test_send_text(fds[1], "x");
    test_turn(loop, 0);
    test_turn(loop, 0);
    assert_int_equal(probe.calls, 1);
    (void) close(fds[0]);
    (void) close(fds[1]);
}

static void test_source_freed_by_another_of_the_same_turn(void **state)
{
    struct pk_loop *loop = *state;
    int one[2], two[2];
    make_pair(one);
    make_pair(two);
    struct probe a = { .drain = true }, b = { .drain = true };
    watch(loop, &a, one[0], PK_READY_READ);
    watch(loop, &b, two[0], PK_READY_READ);
    a.victim = b.source;
    b.victim = a.source; /* whichever is first frees the other */
    test_send_text(one[1], "x");
    test_send_text(two[1], "x");
    test_turn(loop, 0);
    test_turn(loop, 0);
    assert_int_equal(a.calls + b.calls, 1);
    for (int i = 0; i < 2; i++) {
        (void) close(one[i]);
        (void) close(two[i]);
    }
}

static void test_same_number_watched_again(void **state)
{
    struct pk_loop *loop = *state;
    int one[2], two[2];
    make_pair(one);
    make_pair(two);
    struct probe old = { 0 }, new = { .drain = true };
    watch(loop, &old, one[0], PK_READY_READ);
    /* What a library does inside a call: closes its socket and gets the same number for the next. */
    assert_int_equal(dup2(two[0], one[0]), one[0]);
    pk_source_free(old.source);
    watch(loop, &new, one[0], PK_READY_READ);
    test_send_text(two[1], "x");
    test_turn(loop, 0);
    assert_int_equal(old.calls, 0);
    assert_int_equal(new.calls, 1);
    assert_int_equal(new.events, PK_READY_READ);
    (void) close(one[0]);
    (void) close(one[1]);
    (void) close(two[0]);
    (void) close(two[1]);
}

static void test_silence_hides_a_hang_up_too(void **state)
{
    struct pk_loop *loop = *state;
    int fds[2];
    make_pair(fds);
    struct probe probe = { 0 };
    watch(loop, &probe, fds[0], PK_READY_WRITE);
    test_turn(loop, 0);
    assert_int_equal(probe.calls, 1);
    assert_int_equal(probe.events, PK_READY_WRITE);
    assert_int_equal(pk_source_set(probe.source, 0), 0);
    (void) close(fds[1]);
    for (int i = 0; i < 3; i++)
        test_turn(loop, 0);
    assert_int_equal(probe.calls, 1);
    assert_int_equal(pk_source_set(probe.source, PK_READY_READ), 0);
    test_turn(loop, 0);
    assert_int_equal(probe.calls, 2);
    assert_true((probe.events & PK_READY_HANGUP) != 0);
    (void) close(fds[0]);
}

static void test_what_cannot_be_watched_is_said(void **state)
{
    struct pk_source *source = NULL;
    struct pk_error err = { 0 };
    assert_int_equal(pk_source_new(*state, -1, PK_READY_READ, on_probe, NULL, &source, &err), PK_E_IO);
    assert_null(source);
    assert_string_equal(err.message, "could not watch a descriptor: Bad file descriptor");
}

/* ---- from outside ---- */

static void *post_three(void *ctx)
{
    pk_loop_post(ctx, note_ctx, word("one"));
    pk_loop_post(ctx, note_ctx, word("two"));
    pk_loop_post(ctx, note_ctx, word("three"));
    return NULL;
}

static void test_posts_of_a_thread_come_in_order(void **state)
{
    struct pk_loop *loop = *state;
    pthread_t thread;
    pk_clock_set_system();
    pk_loop_on_phase(loop, PK_PHASE_SERVE, note_ctx, word("|"));
    assert_int_equal(pthread_create(&thread, NULL, post_three, loop), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    test_turn(loop, -1);
    assert_string_equal(trace, "one two three | ");
}

static void post_another(void *ctx)
{
    note("first");
    pk_loop_post(ctx, note_ctx, word("second"));
    pk_loop_unpost(ctx, note_ctx, "never");
}

static void test_posted_from_a_post_and_taken_back(void **state)
{
    struct pk_loop *loop = *state;
    char kept[] = "kept", never[] = "never";
    pk_loop_post(loop, note_ctx, never);
    pk_loop_post(loop, note_ctx, kept);
    pk_loop_post(loop, note_ctx, never);
    pk_loop_unpost(loop, note_ctx, never);
    pk_loop_post(loop, post_another, loop);
    test_turn(loop, 0);
    assert_string_equal(trace, "kept first "); /* what a post posts is for the next turn */
    test_turn(loop, 0);
    assert_string_equal(trace, "kept first second ");
    pk_loop_post(loop, note_ctx, never);
    pk_loop_unpost(loop, note_ctx, never);
    pk_loop_post(loop, note_ctx, kept); /* behind an emptied box */
    test_turn(loop, 0);
    assert_string_equal(trace, "kept first second kept ");
}

static void on_signal(void *ctx, int signo)
{
    note(ctx);
    note(signo == SIGUSR1 ? "usr1" : "usr2");
}

static void test_signals_are_callbacks(void **state)
{
    struct pk_loop *loop = *state;
    struct pk_error err = { 0 };
    pk_loop_on_phase(loop, PK_PHASE_SERVE, note_ctx, word("|"));
    assert_int_equal(pk_loop_on_signal(loop, SIGUSR1, on_signal, word("a"), NULL), 0);
    assert_int_equal(pk_loop_on_signal(loop, SIGUSR2, on_signal, word("b"), NULL), 0);
    assert_int_equal(raise(SIGUSR2), 0);
    test_turn(loop, 0);
    assert_int_equal(raise(SIGUSR1), 0);
    test_turn(loop, 0);
    assert_string_equal(trace, "b usr2 | a usr1 | ");
    assert_int_equal(pk_loop_on_signal(loop, 9999, on_signal, word("c"), &err), PK_E_INVALID);
    for (int i = 0; i < 6; i++)
        assert_int_equal(pk_loop_on_signal(loop, SIGUSR1, on_signal, word("d"), NULL), 0);
    assert_int_equal(pk_loop_on_signal(loop, SIGUSR1, on_signal, word("e"), &err), PK_E_LIMIT);
}

static void test_a_peer_that_left_is_no_signal(void **state)
{
    int fds[2];
    (void) state;
    make_pair(fds);
    (void) close(fds[1]);
    assert_int_equal(write(fds[0], "x", 1), -1); /* and we are still here */
    (void) close(fds[0]);
}

/* ---- turning ---- */

struct runner {
    struct pk_loop *loop;
    unsigned turns;
};

static void run_again_then_stop(void *ctx)
{
    struct runner *runner = ctx;
    if (++runner->turns < 5)
        pk_loop_again(runner->loop); /* without it the next wait would never end */
    else
        pk_loop_stop(runner->loop);
}

static void test_again_and_stop(void **state)
{
    struct pk_loop *loop = *state;
    struct runner runner = { loop, 0 };
    pk_clock_set_system();
    pk_loop_on_phase(loop, PK_PHASE_RELEASE, run_again_then_stop, &runner);
    pk_loop_again(loop);
    assert_int_equal(pk_loop_run(loop, NULL), 0);
    assert_int_equal(runner.turns, 5);
    pk_loop_stop(loop); /* before it runs: it does not begin */
    assert_int_equal(pk_loop_run(loop, NULL), 0);
    assert_int_equal(runner.turns, 5);
    pk_loop_again(loop); /* a stop counts once */
    assert_int_equal(pk_loop_run(loop, NULL), 0);
    assert_int_equal(runner.turns, 6);
}

static void take_forty_ms(void *ctx)
{
    (void) ctx;
    pk_clock_advance(40);
}

static void test_the_worst_turn_is_told_once(void **state)
{
    struct pk_loop *loop = *state;
    pk_loop_on_phase(loop, PK_PHASE_OPEN, take_forty_ms, NULL);
    test_turn(loop, 0);
    test_turn(loop, 0);
    assert_int_equal(pk_loop_worst_turn_us(loop), 40000);
    assert_int_equal(pk_loop_worst_turn_us(loop), 0);
}

static void test_freed_with_all_that_is_left(void **state)
{
    struct pk_loop *loop = test_loop_new();
    int fds[2];
    (void) state;
    make_pair(fds);
    struct probe probe = { 0 };
    watch(loop, &probe, fds[0], PK_READY_READ);
    pk_timer_in(pk_timer_new(loop, note_ctx, word("x")), 10);
    (void) pk_timer_new(loop, note_ctx, word("never armed"));
    pk_loop_post(loop, note_ctx, word("posted"));
    pk_loop_free(loop); /* the sanitizer tells what was forgotten */
    assert_string_equal(trace, "");
    assert_int_equal(fcntl(fds[0], F_GETFD), FD_CLOEXEC); /* the descriptor is ours still */
    (void) close(fds[0]);
    (void) close(fds[1]);
    pk_loop_free(NULL);
}

#define with_loop(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_loop(test_phases_in_order),
        with_loop(test_source_freed_in_its_own_callback),
        with_loop(test_source_freed_by_another_of_the_same_turn),
        with_loop(test_same_number_watched_again),
        with_loop(test_silence_hides_a_hang_up_too),
        with_loop(test_what_cannot_be_watched_is_said),
        with_loop(test_posts_of_a_thread_come_in_order),
        with_loop(test_posted_from_a_post_and_taken_back),
        with_loop(test_signals_are_callbacks),
        with_loop(test_a_peer_that_left_is_no_signal),
        with_loop(test_again_and_stop),
        with_loop(test_the_worst_turn_is_told_once),
        with_loop(test_freed_with_all_that_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
