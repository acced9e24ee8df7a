/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/service/post.h"

#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "tests/unit/cmocka.h"

static struct post *opened[HOUSE_ACCOUNTS];
static size_t opened_count;

static int post_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    (void) host;
    (void) values;
    (void) count;
    (void) err;
    *ret_self = opened[opened_count++ % HOUSE_ACCOUNTS] = pk_alloc(sizeof(struct post));
    return 0;
}

#define COPY(to, slice) (void) snprintf(to, sizeof(to), "%.*s", PK_SLICE_ARG(slice))

void (*post_watch)(void *ctx, const struct post_job *job);
void *post_watch_ctx;

static int post_submit(void *self, const struct pk_job *job)
{
    struct post *post = self;
    if (post->count == POST_JOBS)
        return PK_E_BUSY;
    struct post_job *kept = &post->jobs[post->count++];
    *kept = (struct post_job){ .token = job->token, .parts = job->part_count };
    COPY(kept->message, job->message_id);
    COPY(kept->attempt, job->attempt_id);
    COPY(kept->address, job->address);
    COPY(kept->language, job->language);
    COPY(kept->unsubscribe, job->unsubscribe);
    COPY(kept->text, job->text);
    COPY(kept->beside_channel, job->fallback_channel);
    COPY(kept->beside_text, job->fallback_text);
    COPY(kept->beside, job->fallback_attempt_id);
    if (job->choice_count >= 2) {
        COPY(kept->yes, job->choices[0].label);
        COPY(kept->no, job->choices[1].label);
        COPY(kept->yes_id, job->choices[0].id);
    }
    if (post_watch)
        post_watch(post_watch_ctx, kept);
    if (job->choice_count == 3) {
        COPY(kept->stop, job->choices[2].label);
        COPY(kept->stop_id, job->choices[2].id);
    }
    return 0;
}

static void post_settled(void *self, uint64_t token, uint32_t ok, int64_t now_ms)
{
    struct post *post = self;
    (void) now_ms;
    if (ok)
        post->settled[post->settled_count++ % PK_COUNT(post->settled)] = token;
    else
        post->refused[post->refused_count++ % PK_COUNT(post->refused)] = token;
}

static const struct pk_session_ops session = { STAND_IN_SESSION, .submit = post_submit, .settled = post_settled };
const struct pk_adapter post_adapter = { STAND_IN_ADAPTER, .open = post_open, .session = &session };

struct post *post_of(size_t account)
{
    return opened[(opened_count + account) % HOUSE_ACCOUNTS];
}

static int end_job(struct post *post, size_t job, const struct pk_result *result)
{
    assert_true(job < post->count);
    assert_false(post->jobs[job].completed);
    post->jobs[job].completed = true;
    return post->in.ops->complete(post->in.link, post->jobs[job].token, result);
}

void post_complete_as(struct post *post, size_t job, const struct pk_result *result)
{
    assert_int_equal(end_job(post, job, result), 0);
}

bool post_try(struct post *post, size_t job, uint32_t outcome)
{
    char id[24];
    (void) snprintf(id, sizeof id, "p-%s", post->jobs[job].attempt);
    struct pk_result result = { .outcome = outcome, .parts = 1 };
    if (outcome == PK_OUTCOME_ACCEPTED)
        result.provider_id = pk_slice_of(id);
    return end_job(post, job, &result) == 0;
}

void post_complete(struct post *post, size_t job, uint32_t outcome)
{
    assert_true(post_try(post, job, outcome));
}

int post_event(struct post *post, const struct pk_event *event)
{
    struct pk_event sized = *event;
    sized.size = sizeof sized;
    return post->in.ops->event(post->in.link, &sized);
}

int post_receipt(struct post *post, size_t job, uint32_t state)
{
    char id[24];
    (void) snprintf(id, sizeof id, "p-%s", post->jobs[job].attempt);
    return post_event(post, &(struct pk_event){ .kind = PK_EVENT_RECEIPT, .provider_id = pk_slice_of(id), .state = state });
}

int post_reply(struct post *post, const char *from, const char *text)
{
    static unsigned count;
    char id[24];
    (void) snprintf(id, sizeof id, "reply-%u", count++);
    return post_event(post, &(struct pk_event){ .kind = PK_EVENT_REPLY, .address = pk_slice_of(from), .text = pk_slice_of(text),
                                                .event_id = pk_slice_of(id) });
}
