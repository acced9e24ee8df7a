/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sessions over a wire: the scripts of the case files as they are and byte by byte, then everything a wire can do to them: what
 * comes in cut off and changed, the link falling at each step, a goodbye at each step. Whatever happens, a job is completed
 * once, an event makes sense, and nothing of a person or a secret is given away.
 */
#include "gateway/contract/wire.h"

#include <stdio.h>

#define CHANGES 60u /* of each piece that comes in */

struct ground {
    struct pk_trial *trial;
    struct pk_bench bench;
    const struct pk_json *steps;
    struct pk_link *link;
};

typedef void each_script(struct ground *ground);

static void for_each(struct pk_trial *trial, const char *check, each_script *run)
{
    pk_trial_begin(trial, check, NULL);
    struct pk_link *link = pk_alloc(sizeof *link);
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_case *test = &trial->cases[i];
        const struct pk_json *sessions = pk_json_get(test->document, "sessions");
        for (size_t j = 0; j < pk_json_count(sessions); j++) {
            const struct pk_json *one = pk_json_item(sessions, j);
            struct ground ground = { .trial = trial, .steps = pk_json_get(one, "steps"), .link = link };
            struct pk_buf about;
            pk_case_body(one, "about", &about);
            pk_trial_where(trial, test->name, pk_buf_text(&about));
            pk_buf_finish(&about);
            pk_bench_open(&ground.bench, trial, test, NULL, NULL);
            if (ground.bench.self)
                run(&ground);
            else
                (void) pk_trial_flaw(trial, "it does not open: %s", pk_buf_text(&ground.bench.trouble));
            pk_bench_close(&ground.bench);
        }
    }
    free(link);
    pk_trial_end(trial);
}

static void play_whole(struct ground *ground, bool pieces)
{
    struct pk_link *link = ground->link;
    pk_wire_begin(link, &ground->bench);
    if (pk_wire_play(link, ground->steps, 0, SIZE_MAX, pieces)) {
        for (unsigned i = 0; i < link->job_count; i++)
            if (link->jobs[i].completed > 0 && !link->jobs[i].looked_at)
                (void) pk_trial_flaw(ground->trial, "job %u has a result that the case does not tell", i + 1);
        if (link->events_seen < link->events.count)
            (void) pk_trial_flaw(ground->trial, "an event came that the case does not tell");
        if (link->sent.len > 0)
            (void) pk_trial_flaw(ground->trial, "it sent %zu bytes more than the case tells", link->sent.len);
    }
    pk_events_sound(ground->trial, &link->events);
    pk_wire_end(link);
}

static void check_whole(struct ground *ground)
{
    play_whole(ground, false);
}

static void check_pieces(struct ground *ground)
{
    play_whole(ground, true);
}

/* ---- what comes in gone wrong ---- */

struct wrong {
    struct ground *ground;
    size_t step;
};

static void give_wrong(void *ctx, struct pk_slice body, const char *what)
{
    const struct wrong *wrong = ctx;
    struct ground *ground = wrong->ground;
    struct pk_link *link = ground->link;
    (void) what;
    pk_bench_renew(&ground->bench);
    if (!ground->bench.self)
        return;
    pk_wire_begin(link, &ground->bench);
    link->strict = false;
    (void) pk_wire_play(link, ground->steps, 0, wrong->step, false);
    pk_wire_hear(link, body);
    (void) pk_wire_play(link, ground->steps, wrong->step + 1, SIZE_MAX, false);
    pk_wire_pass(link, 3600 * 1000);
    pk_events_sound(ground->trial, &link->events);
    pk_wire_end(link);
}

static void check_wrong(struct ground *ground)
{
    struct wrong wrong = { .ground = ground };
    for (; wrong.step < pk_json_count(ground->steps); wrong.step++) {
        const struct pk_json *step = pk_json_item(ground->steps, wrong.step);
        struct pk_buf bytes;
        pk_buf_init(&bytes, 1u << 20);
        if (pk_json_get(step, "in") && pk_wire_bytes(pk_case_text(step, "in", ""), &bytes))
            pk_changes(pk_buf_slice(&bytes), CHANGES, give_wrong, &wrong);
        pk_buf_finish(&bytes);
    }
}

/* ---- ends ---- */

/* Every job that was taken ends, whoever of the two sides ends it. */
static void completed(struct ground *ground, const char *when)
{
    for (unsigned i = 0; i < ground->link->job_count; i++)
        if (ground->link->jobs[i].completed == 0 && !ground->link->hung_up)
            (void) pk_trial_flaw(ground->trial, "job %u is never completed %s", i + 1, when);
}

static void check_falls(struct ground *ground)
{
    for (size_t at = 0; at <= pk_json_count(ground->steps); at++) {
        pk_bench_renew(&ground->bench);
        if (!ground->bench.self)
            return;
        pk_wire_begin(ground->link, &ground->bench);
        ground->link->strict = false;
        (void) pk_wire_play(ground->link, ground->steps, 0, at, false);
        pk_wire_fall(ground->link);
        (void) pk_wire_play(ground->link, ground->steps, 0, SIZE_MAX, false);
        pk_wire_pass(ground->link, 3600 * 1000);
        completed(ground, "after the link fell");
        pk_events_sound(ground->trial, &ground->link->events);
        pk_wire_end(ground->link);
    }
}

static void check_goodbyes(struct ground *ground)
{
    const struct pk_session_ops *session = ground->trial->adapter->session;
    for (size_t at = 0; at <= pk_json_count(ground->steps) && session->stop; at++) {
        pk_bench_renew(&ground->bench);
        if (!ground->bench.self)
            return;
        pk_wire_begin(ground->link, &ground->bench);
        ground->link->strict = false;
        (void) pk_wire_play(ground->link, ground->steps, 0, at, false);
        if (!ground->link->hung_up)
            session->stop(ground->bench.self, ground->link->now_ms);
        pk_bench_end_call(&ground->bench);
        pk_wire_pass(ground->link, 3600 * 1000);
        completed(ground, "after the goodbye");
        pk_wire_end(ground->link);
    }
}

/* What is told must hold nobody's words before the gateway looks at it, and after. */
void pk_wire_exchanged(struct pk_link *link, uint64_t token, uint32_t incoming, struct pk_slice line)
{
    struct pk_trial *trial = link->bench->trial;
    if (token < 1 || token > link->job_count || link->jobs[token - 1].completed > 0) {
        (void) pk_trial_flaw(trial, "it tells what was exchanged about a job that is not open");
        return;
    }
    struct pk_wire_job *job = &link->jobs[token - 1];
    if (!job->usual.job.recorded)
        (void) pk_trial_flaw(trial, "it tells what was exchanged about a job that is not recorded");
    const struct pk_job *before = link->bench->job;
    link->bench->job = &job->usual.job;
    pk_bench_private(link->bench, line, "what it tells of the exchange");
    pk_record_line(&link->record, link->bench->settings, &job->usual.job, incoming != 0, line);
    pk_bench_private(link->bench, pk_buf_slice(&link->record), "the record of the exchange");
    link->bench->job = before;
}

void pk_check_sessions(struct pk_trial *trial)
{
    for_each(trial, "sessions go as their cases tell", check_whole);
    for_each(trial, "the same when the bytes come one by one", check_pieces);
    for_each(trial, "what comes in cut off or changed is survived", check_wrong);
    for_each(trial, "a link that falls ends every job once", check_falls);
    for_each(trial, "a goodbye ends every job", check_goodbyes);
}
