/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/contract/wire.h"

#include "gateway/language/segment.h"

#include <stdio.h>

#define NOTE_MAX 4096u

static const struct pk_session_ops *session_of(const struct pk_link *link)
{
    return link->bench->trial->adapter->session;
}

/* ---- the gateway's side ---- */

static int send_bytes(struct pk_link *link, const void *bytes, size_t len)
{
    if (!link->up || link->hung_up)
        return PK_E_IO;
    return pk_buf_add(&link->sent, bytes, len);
}

static int complete(struct pk_link *link, uint64_t token, const struct pk_result *result)
{
    struct pk_trial *trial = link->bench->trial;
    if (token < 1 || token > link->job_count) {
        (void) pk_trial_flaw(trial, "it completes a job that was never given");
        return PK_E_NOT_FOUND;
    }
    struct pk_wire_job *job = &link->jobs[token - 1];
    if (job->completed++ > 0)
        (void) pk_trial_flaw(trial, "job %u is completed a second time", (unsigned) token);
    if (result->outcome < PK_OUTCOME_ACCEPTED || result->outcome > PK_OUTCOME_UNCERTAIN)
        (void) pk_trial_flaw(trial, "the outcome is %u, which does not exist", result->outcome);
    if (result->outcome != PK_OUTCOME_ACCEPTED && result->reason.len == 0)
        (void) pk_trial_flaw(trial, "outcome \"%s\" has no reason for the operator", pk_trial_outcome(result->outcome));
    job->result = *result;
    (void) snprintf(job->id, sizeof job->id, "%.*s", PK_SLICE_ARG(result->provider_id));
    (void) snprintf(job->code, sizeof job->code, "%.*s", PK_SLICE_ARG(result->code));
    (void) snprintf(job->reason, sizeof job->reason, "%.*s", PK_SLICE_ARG(result->reason));
    link->bench->job = &job->usual.job;
    pk_bench_private(link->bench, result->reason, "a reason");
    pk_bench_private(link->bench, result->code, "a code");
    link->bench->job = NULL;
    return 0;
}

static int event(struct pk_link *link, const struct pk_event *event)
{
    if (link->events.count == PK_TRIAL_EVENTS_MAX)
        return PK_E_LIMIT;
    link->tokens[link->events.count] = event->token;
    return link->events.base.emit(&link->events.base, event);
}

static void wake_at(struct pk_link *link, int64_t when_ms)
{
    if (link->wake_ms == 0 || when_ms < link->wake_ms)
        link->wake_ms = when_ms;
}

static void window(struct pk_link *link, uint32_t jobs)
{
    link->window = jobs;
}

static void hang_up(struct pk_link *link, const char *reason, bool refused)
{
    if (link->hung_up)
        return;
    link->hung_up = true;
    link->refused = refused;
    (void) snprintf(link->reason, sizeof link->reason, "%s", reason ? reason : "");
    pk_bench_private(link->bench, pk_slice_of(link->reason), "the reason of its hanging up");
}

static void disconnect(struct pk_link *link, const char *reason)
{
    hang_up(link, reason, false);
}

static void refused(struct pk_link *link, const char *reason)
{
    hang_up(link, reason, true);
}

static int remember(struct pk_link *link, struct pk_slice note)
{
    pk_buf_clear(&link->note);
    if (note.len > NOTE_MAX)
        (void) pk_trial_flaw(link->bench->trial, "it wants to remember more than %u bytes", NOTE_MAX);
    return pk_buf_add_slice(&link->note, note);
}

static size_t remembered(struct pk_link *link, void *ret_note, size_t room)
{
    size_t len = link->note.len <= room ? link->note.len : 0;
    if (len > 0)
        memcpy(ret_note, link->note.data, len);
    return len;
}

static const struct pk_link_ops link_ops = {
    .size = sizeof link_ops,
    .send = send_bytes,
    .complete = complete,
    .event = event,
    .wake_at = wake_at,
    .window = window,
    .disconnect = disconnect,
    .refused = refused,
    .exchanged = pk_wire_exchanged,
    .remember = remember,
    .remembered = remembered,
};

/* ---- rise, time, fall ---- */

static void come_up(struct pk_link *link)
{
    link->up = true;
    link->hung_up = link->refused = false;
    link->window = 0;
    link->wake_ms = 0;
    if (session_of(link)->connected(link->bench->self, link, &link_ops, link->now_ms) < 0)
        hang_up(link, "connected() refused", false);
    pk_bench_end_call(link->bench);
}

void pk_wire_begin(struct pk_link *link, struct pk_bench *bench)
{
    *link = (struct pk_link){ .bench = bench, .strict = true, .now_ms = PK_TRIAL_NOW_MS };
    pk_buf_init(&link->sent, 1u << 20);
    pk_buf_init(&link->record, 2u * PK_RECORD_MAX_BYTES);
    pk_buf_init(&link->note, NOTE_MAX);
    pk_events_init(&link->events);
    come_up(link);
}

void pk_wire_fall(struct pk_link *link)
{
    link->up = false;
    for (unsigned i = 0; i < link->job_count; i++)
        if (link->jobs[i].completed == 0)
            link->jobs[i].completed = 1; /* as the gateway does then */
    link->events_settled = link->events.count;
    if (session_of(link)->disconnected)
        session_of(link)->disconnected(link->bench->self, link->now_ms);
    pk_bench_end_call(link->bench);
    pk_buf_clear(&link->sent);
    come_up(link);
}

void pk_wire_end(struct pk_link *link)
{
    for (unsigned i = 0; i < link->job_count; i++)
        pk_buf_finish(&link->jobs[i].octets);
    pk_buf_finish(&link->sent);
    pk_buf_finish(&link->record);
    pk_buf_finish(&link->note);
    pk_events_finish(&link->events);
}

void pk_wire_hear(struct pk_link *link, struct pk_slice bytes)
{
    if (!link->up || link->hung_up)
        return;
    if (session_of(link)->received(link->bench->self, bytes, link->now_ms) < 0)
        hang_up(link, "received() refused", false);
    pk_bench_end_call(link->bench);
}

void pk_wire_pass(struct pk_link *link, int64_t ms)
{
    int64_t until_ms = link->now_ms + ms;
    unsigned ticks = 0;
    while (link->up && !link->hung_up && link->wake_ms != 0 && link->wake_ms <= until_ms && ticks++ < 10000) {
        link->now_ms = link->wake_ms > link->now_ms ? link->wake_ms : link->now_ms;
        link->wake_ms = 0;
        if (session_of(link)->tick(link->bench->self, link->now_ms) < 0)
            hang_up(link, "tick() refused", false);
        pk_bench_end_call(link->bench);
    }
    if (ticks >= 10000)
        (void) pk_trial_flaw(link->bench->trial, "it wants to be woken without end");
    link->now_ms = until_ms;
}

/* ---- jobs ---- */

static void cut_into_parts(struct pk_wire_job *job)
{
    uint32_t ends[PK_WIRE_PARTS_MAX];
    struct pk_segmentation found;
    if (pk_segment_encode(job->usual.job.text, false, &job->octets, ends, PK_WIRE_PARTS_MAX, &found) != 0)
        return;
    for (uint32_t i = 0, begin = 0; i < found.parts; begin = ends[i++]) {
        uint32_t coding = found.encoding == PK_ENCODING_GSM7 ? PK_CODING_GSM7 : PK_CODING_UCS2;
        job->parts[i] = (struct pk_part){ .octets = pk_slice_make(job->octets.data + begin, ends[i] - begin),
                                          .coding = coding,
                                          .units = (ends[i] - begin) / (coding == PK_CODING_GSM7 ? 1 : 2) };
    }
    job->usual.job.parts = job->parts;
    job->usual.job.part_count = found.parts;
}

static bool submit(struct pk_link *link, const struct pk_json *step)
{
    struct pk_trial *trial = link->bench->trial;
    if (!link->up || link->hung_up || link->window == 0 || link->job_count == PK_WIRE_JOBS_MAX)
        return !link->strict || pk_trial_flaw(trial, "the case has a job where the adapter takes none");
    struct pk_wire_job *job = &link->jobs[link->job_count++];
    pk_buf_init(&job->octets, 1u << 16);
    pk_trial_job(trial, link->bench->test, step, &job->usual);
    (void) snprintf(job->attempt, sizeof job->attempt, "01jab0attempt%u", link->job_count);
    job->usual.job.token = link->job_count;
    job->usual.job.recorded = link->job_count % 2; /* every other one: the rest must be as silent as ever */
    job->usual.job.now_ms = link->now_ms;
    if (!pk_json_get(pk_json_get(step, "job"), "attemptId"))
        job->usual.job.attempt_id = pk_slice_of(job->attempt);
    /* The address of a short form lies where it was made. */
    if (trial->adapter->capabilities & PK_CAN_PARTS)
        cut_into_parts(job);
    link->bench->job = &job->usual.job;
    int r = session_of(link)->submit(link->bench->self, &job->usual.job);
    link->bench->job = NULL;
    pk_bench_end_call(link->bench);
    if (r < 0 && job->completed > 0)
        (void) pk_trial_flaw(trial, "submit() refuses a job that it has completed");
    if (r < 0) {
        job->completed = 1;
        job->result.outcome = r == PK_E_BUSY ? PK_OUTCOME_RETRY : PK_OUTCOME_REJECTED;
    }
    return true;
}

/* ---- what a case expects ---- */

static int hex_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool pk_wire_bytes(struct pk_slice hex, struct pk_buf *ret_bytes)
{
    int high = -1;
    for (size_t i = 0; i < hex.len; i++) {
        int digit = hex_of(hex.data[i]);
        if (hex.data[i] == ' ' && high < 0)
            continue;
        if (digit < 0)
            return false;
        if (high >= 0)
            (void) pk_buf_add_char(ret_bytes, (char) (high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    return high < 0;
}

/* "??" stands for any byte. */
static bool same_bytes(struct pk_slice hex, struct pk_slice bytes)
{
    size_t at = 0;
    for (size_t i = 0; i < hex.len; i++) {
        if (hex.data[i] == ' ')
            continue;
        if (i + 1 == hex.len || at == bytes.len)
            return false;
        bool any = hex.data[i] == '?' && hex.data[i + 1] == '?';
        if (!any && (hex_of(hex.data[i]) << 4 | hex_of(hex.data[i + 1])) != (uint8_t) bytes.data[at])
            return false;
        at++;
        i++;
    }
    return at == bytes.len;
}

static bool expect_sent(struct pk_link *link, struct pk_slice hex)
{
    struct pk_slice sent = pk_buf_slice(&link->sent);
    bool same = same_bytes(hex, sent);
    struct pk_buf got;
    pk_buf_init(&got, 1u << 14);
    for (size_t i = 0; i < sent.len && i < 400; i++)
        (void) pk_buf_printf(&got, "%02x", (uint8_t) sent.data[i]);
    if (!same && link->strict)
        (void) pk_trial_flaw(link->bench->trial, "it sent %s, not %.*s", pk_buf_text(&got), PK_SLICE_ARG(hex));
    pk_buf_finish(&got);
    pk_buf_clear(&link->sent);
    return same || !link->strict;
}

static bool expect_result(struct pk_link *link, const struct pk_json *expected)
{
    struct pk_trial *trial = link->bench->trial;
    int64_t number = pk_case_int(expected, "job", 1);
    struct pk_wire_job *job = number >= 1 && number <= link->job_count ? &link->jobs[number - 1] : NULL;
    if (!link->strict)
        return true;
    if (!job || job->completed == 0)
        return pk_trial_flaw(trial, "job %d has no result yet", (int) number);
    job->looked_at = true;
    const struct {
        const char *name, *got;
    } words[] = { { "outcome", pk_trial_outcome(job->result.outcome) }, { "providerId", job->id }, { "code", job->code }, { "reason", job->reason } };
    for (size_t i = 0; i < PK_COUNT(words); i++) {
        struct pk_slice wanted = pk_case_text(expected, words[i].name, i == 0 ? "accepted" : i == 3 ? words[i].got : "");
        if (!pk_slice_is(wanted, words[i].got))
            return pk_trial_flaw(trial, "the result's %s is \"%s\", not \"%.*s\"", words[i].name, words[i].got, PK_SLICE_ARG(wanted));
    }
    if (job->result.parts != pk_case_int(expected, "parts", 0) || job->result.after_ms != pk_case_int(expected, "afterMs", 0))
        return pk_trial_flaw(trial, "the result's parts and afterMs are %u and %lld", job->result.parts, (long long) job->result.after_ms);
    return true;
}

/* Did an event of this name come before? */
static bool is_named_before(const struct pk_link *link, size_t at)
{
    struct pk_slice id = link->events.at[at].event_id;
    for (size_t i = 0; i < at && id.len > 0; i++)
        if (pk_slice_equal(link->events.at[i].event_id, id))
            return true;
    return false;
}

static bool expect_event(struct pk_link *link, const struct pk_json *expected)
{
    struct pk_trial *trial = link->bench->trial;
    if (!link->strict)
        return true;
    if (link->events_seen == link->events.count)
        return pk_trial_flaw(trial, "no event came");
    unsigned before = trial->flaws;
    bool again = is_named_before(link, link->events_seen);
    pk_event_compare(trial, &link->events.at[link->events_seen++], expected);
    if (again != pk_case_bool(expected, "again"))
        (void) pk_trial_flaw(trial, "the event's id %s", again ? "is that of one before" : "is new");
    return trial->flaws == before;
}

static bool settle(struct pk_link *link, bool stored)
{
    while (link->events_settled < link->events.count && link->tokens[link->events_settled] == 0)
        link->events_settled++;
    if (link->events_settled == link->events.count)
        return !link->strict || pk_trial_flaw(link->bench->trial, "there is no event to be settled");
    if (link->up && !link->hung_up && session_of(link)->settled)
        session_of(link)->settled(link->bench->self, link->tokens[link->events_settled], stored, link->now_ms);
    link->events_settled++;
    pk_bench_end_call(link->bench);
    return true;
}

static bool expect_end(struct pk_link *link, struct pk_slice reason, bool as_refused)
{
    if (!link->strict)
        return true;
    if (!link->hung_up)
        return pk_trial_flaw(link->bench->trial, "it does not hang up");
    if (!pk_slice_is(reason, link->reason) || link->refused != as_refused)
        return pk_trial_flaw(link->bench->trial, "it hangs up %sbecause \"%s\"", link->refused ? "as refused " : "", link->reason);
    return true;
}

/* ---- a script ---- */

static bool hear(struct pk_link *link, struct pk_slice hex, bool pieces)
{
    struct pk_buf bytes;
    pk_buf_init(&bytes, 1u << 20);
    bool good = pk_wire_bytes(hex, &bytes) || pk_trial_flaw(link->bench->trial, "\"in\" is no hexadecimal text");
    for (size_t i = 0; pieces && i < bytes.len; i++)
        pk_wire_hear(link, pk_slice_make(bytes.data + i, 1));
    if (!pieces)
        pk_wire_hear(link, pk_buf_slice(&bytes));
    pk_buf_finish(&bytes);
    return good;
}

static bool play(struct pk_link *link, const struct pk_json *step, bool pieces)
{
    const struct pk_json *value;
    if (pk_json_get(step, "out"))
        return expect_sent(link, pk_case_text(step, "out", ""));
    if (pk_json_get(step, "in"))
        return hear(link, pk_case_text(step, "in", ""), pieces);
    if (pk_json_get(step, "job"))
        return submit(link, step);
    if (pk_json_get(step, "stored"))
        return settle(link, pk_case_bool(step, "stored"));
    if ((value = pk_json_get(step, "result")))
        return expect_result(link, value);
    if ((value = pk_json_get(step, "event")))
        return expect_event(link, value);
    if (pk_json_get(step, "ends"))
        return expect_end(link, pk_case_text(step, "ends", ""), pk_case_bool(step, "refused"));
    if (pk_json_get(step, "afterMs"))
        pk_wire_pass(link, pk_case_int(step, "afterMs", 0));
    else if (pk_json_get(step, "fall"))
        pk_wire_fall(link);
    else if (pk_json_get(step, "stop") && session_of(link)->stop && link->up && !link->hung_up)
        session_of(link)->stop(link->bench->self, link->now_ms);
    else if (pk_json_get(step, "open") && link->strict && (link->window > 0) != pk_case_bool(step, "open"))
        return pk_trial_flaw(link->bench->trial, "it takes %s", link->window > 0 ? "jobs" : "no jobs");
    pk_bench_end_call(link->bench);
    return true;
}

bool pk_wire_play(struct pk_link *link, const struct pk_json *steps, size_t from, size_t to, bool pieces)
{
    for (size_t i = from; i < to && i < pk_json_count(steps); i++) {
        if (play(link, pk_json_item(steps, i), pieces))
            continue;
        return pk_trial_flaw(link->bench->trial, "that was step %zu", i + 1);
    }
    return true;
}
