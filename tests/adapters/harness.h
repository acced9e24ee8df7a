/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Adapters driven by hand: opened through the gateway's own settings and host, their requests read, their answers
 * given, their events collected; no loop and no network.
 *
 *     harness.c       an adapter at work, its hand-overs, its webhook
 *     harness_case.c  the case files under cases/<adapter>/
 *     harness_link.c  a session's link with a clock of its own
 */
#ifndef PK_TEST_ADAPTERS_HARNESS_H
#define PK_TEST_ADAPTERS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/json.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"
#include "gateway/plugin/settings.h"

#define NOW_MS 1791993600000ll /* 2026-10-14T16:00:00Z */
#define NUMBER "+31600000001"
#define TEXT "Покана за родителска среща. Отговорете ДА или СТОП."

/* ---- case files ---- */

struct test_case {
    char *name; /* "http/messages.json" */
    const struct pk_adapter *adapter;
    struct pk_json *document;
};
size_t cases_load(struct test_case **ret_cases);
void cases_free(struct test_case *cases, size_t count);
/* A string of the case file as a slice; `otherwise` when absent. */
struct pk_slice case_text(const struct pk_json *object, const char *name, const char *otherwise);
/* A string as it is, anything else as JSON. The caller finishes the buffer. */
void case_body(const struct pk_json *object, const char *name, struct pk_buf *ret_text);
int64_t case_int(const struct pk_json *object, const char *name, int64_t otherwise);
bool case_bool(const struct pk_json *object, const char *name);

/* ---- an adapter at work ---- */

struct bench {
    const struct pk_adapter *adapter;
    struct pk_settings *settings;
    struct pk_host_side *host;
    void *self;            /* NULL: it did not open */
    struct pk_buf trouble; /* "key: reason\n" of everything refused */
};
/* `without` (NULL = none) is left out of the settings. The caller always closes. */
void bench_open(struct bench *bench, const struct test_case *test, const char *without);
void bench_close(struct bench *bench);

/* ---- hand-overs ---- */

/* A job with our usual words, or those of the case. */
struct pk_job job_make(const struct pk_json *object);

struct answer {
    struct pk_answer base; /* first */
    const struct pk_json *headers;
};
struct answer answer_make(uint32_t state, uint32_t status, struct pk_slice body);

/* The first request of a hand-over; `request` is the caller's, initialised. */
void bench_request(struct bench *bench, const struct pk_job *job, struct pk_round *round, struct pk_request *request);
/* One hand-over of one round: asks, answers, returns the result, copied to memory of the bench's that lasts until the
 * next call. */
struct pk_result bench_handover(struct bench *bench, const struct pk_job *job, const struct pk_answer *answer);
struct pk_result bench_keep(const struct pk_result *result);

/* ---- events ---- */

#define EVENTS_MAX 64

struct events {
    struct pk_event_sink base;      /* first */
    struct pk_event at[EVENTS_MAX]; /* copies */
    size_t count;
};
void events_init(struct events *events);
void events_finish(struct events *events);
struct pk_event event_copy(const struct pk_event *event);
void event_free(struct pk_event *event);
/* Fails the test unless the event is as the case says. */
void event_check(const struct pk_event *event, const struct pk_json *expected, const char *where);

struct call {
    struct pk_hook_request base; /* first */
    const struct pk_json *headers;
    bool spoil_headers;
    struct pk_buf body, path, spoilt;
};
void call_init(struct call *call, const struct pk_json *sample);
void call_finish(struct call *call);
int bench_verify(struct bench *bench, struct call *call);
int bench_parse(struct bench *bench, struct call *call, struct events *events);

/* ---- sessions ---- */

#define JOBS_MAX 4096

struct pk_link {
    int64_t now_ms, wake_ms;
    uint32_t window;
    struct {
        unsigned completed;
        uint32_t outcome;
        char provider_id[64];
    } jobs[JOBS_MAX];        /* by token */
    struct pk_event *events; /* copies, in order */
    size_t event_count;
    size_t settled_count; /* the first of them, in order */
};
extern const struct pk_link_ops link_test_ops;
void link_init(struct pk_link *link);
void link_finish(struct pk_link *link);
/* Lets time pass until nothing is due or `until_ms`. Events are settled after each tick: as stored; or as not stored at
 * first, and as stored when they come again; or left open. */
enum settle { SETTLE_STORED, SETTLE_REFUSED_ONCE, SETTLE_NOT };
void link_run(struct pk_link *link, struct bench *bench, int64_t until_ms, enum settle settle);

/* ---- privacy ---- */

/* Everything logged since the last call, checked to hold none of these; fails the test otherwise. */
void log_begin(void);
void log_check(const char *where, const struct bench *bench);
/* Fails when `text` holds our number's digits, our text or a secret of the settings. */
void privacy_check(struct pk_slice text, const struct bench *bench, const char *where);

#endif
