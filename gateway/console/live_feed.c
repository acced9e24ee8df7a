/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One feed a campaign, any number of watchers on it. A tick each second decides what is counted next; what was counted and is
 * another than before gets a new id; the release phase gives it to those who have another one. A watcher's session and right are
 * looked at before anything is said to it. A count that does not end within its share of a second goes on with the next tick, so
 * that the reading thread is everybody's.
 */
#include "gateway/console/live_feed.h"

#include "gateway/base/clock.h"
#include "gateway/base/list.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/live.h"

#define FEEDS_MAX 64u /* campaigns, those that were watched lately too */
#define EVERY_MS 1000
#define SHARE_MS 100 /* of the reading thread, in each of these ... */
#define SHARE 10 /* ... and what takes longer waits so many times as long before it goes on */
#define DEADLINE_MS 5000
#define BEAT_MS 15000
#define UNSENT_MAX (16u << 10)
#define EVENT_MAX (8u << 10)
#define FIRST "retry: 3000\n\n"
#define BEAT ":\n\n"

struct pk_live_room {
    struct pk_service *service;
    struct pk_timer *tick; /* made with the first watcher */
    struct pk_list feeds; /* the one watched last is last */
    size_t feed_count, stream_count;
    bool telling; /* the release phase is asked for */
};

struct feed {
    struct pk_list node;
    struct pk_live_room *room;
    int64_t campaign;
    struct pk_live_count *count; /* NULL = none is under way */
    bool reading; /* the reading thread has it */
    int64_t took_ms, next_ms; /* that thread's last time at it; when it is asked again */
    bool stale; /* nobody watched for a while: the event at hand is not told before it is counted anew */
    int64_t id; /* of the event at hand; 0 = there is none yet */
    struct pk_buf event; /* whole: id, data, and the empty line */
    struct pk_buf told; /* its data */
    struct pk_list watchers;
};

struct watcher {
    struct pk_list node;
    struct feed *feed;
    struct pk_http_stream *stream; /* NULL = not begun yet */
    uint8_t token[PK_TOKEN_BYTES]; /* of the session */
    int64_t has; /* id of the event it has */
    int64_t spoken_ms;
};

/* ---- watchers ---- */

static void watcher_free(struct watcher *watcher)
{
    pk_list_remove(&watcher->node);
    watcher->feed->room->stream_count--;
    explicit_bzero(watcher->token, sizeof watcher->token);
    free(watcher);
}

static void on_gone(void *ctx)
{
    watcher_free(ctx);
}

static void dismiss(struct watcher *watcher)
{
    pk_http_stream_end(watcher->stream);
    watcher_free(watcher);
}

/* Looking does not make the session longer: only buttons do. */
static bool still_may(const struct watcher *watcher)
{
    struct pk_service *service = watcher->feed->room->service;
    struct pk_staff staff = { 0 };
    return pk_staff_find(service, watcher->token, pk_clock_wall_ms(), &staff, NULL) == 0 && staff.session.whole &&
           pk_office_has(staff.acting.actor.role) && pk_live_may(service, &staff.acting.actor, watcher->feed->campaign);
}

static void say(struct watcher *watcher, struct pk_slice what)
{
    watcher->spoken_ms = pk_clock_mono_ms();
    pk_http_stream_send(watcher->stream, what);
}

static void say_event(struct watcher *watcher)
{
    watcher->has = watcher->feed->id;
    say(watcher, pk_buf_slice(&watcher->feed->event));
}

static bool is_new(const struct watcher *watcher)
{
    return watcher->feed->id != watcher->has && !watcher->feed->stale;
}

/* ---- the release phase ---- */

static void tell_feed(struct feed *feed, int64_t now_ms)
{
    for (struct pk_list *node = feed->watchers.next, *next; node != &feed->watchers; node = next) {
        struct watcher *watcher = pk_list_entry(node, struct watcher, node);
        next = node->next;
        if (!watcher->stream)
            continue;
        if (is_new(watcher))
            say_event(watcher);
        else if (now_ms - watcher->spoken_ms >= BEAT_MS)
            say(watcher, PK_SLICE(BEAT));
    }
}

static void tell_all(void *ctx)
{
    struct pk_live_room *room = ctx;
    int64_t now_ms = pk_clock_mono_ms();
    room->telling = false;
    for (struct pk_list *node = room->feeds.next; node != &room->feeds; node = node->next)
        tell_feed(pk_list_entry(node, struct feed, node), now_ms);
}

/* What is told was read from what is kept; whether this turn is, changes nothing about it. */
static void ask_to_tell(struct pk_live_room *room)
{
    if (room->telling)
        return;
    room->telling = true;
    pk_store_after(room->service->store, PK_LANE_ANSWER, (struct pk_after){ .done = tell_all, .failed = tell_all, .ctx = room });
}

/* Who may not be told any more is dismissed before, since in the release phase nothing is asked of the store. */
static void look_at_watchers(struct feed *feed, int64_t now_ms)
{
    bool any = false;
    for (struct pk_list *node = feed->watchers.next, *next; node != &feed->watchers; node = next) {
        struct watcher *watcher = pk_list_entry(node, struct watcher, node);
        next = node->next;
        if (!watcher->stream || (!is_new(watcher) && now_ms - watcher->spoken_ms < BEAT_MS))
            continue;
        if (still_may(watcher))
            any = true;
        else
            dismiss(watcher);
    }
    if (any)
        ask_to_tell(feed->room);
}

/* ---- counting ---- */

static int read_some(void *ctx, struct pk_store *store, struct pk_error *err)
{
    struct feed *feed = ctx;
    int64_t began_ms = pk_clock_mono_ms();
    int r;
    do
        r = pk_live_count_some(feed->count, store, err);
    while (r == 1 && pk_clock_mono_ms() < began_ms + SHARE_MS);
    feed->took_ms = pk_clock_mono_ms() - began_ms;
    return r;
}

/* A new event when it says something new. Ids only grow, also when the clock is set back. */
static void take(struct feed *feed)
{
    struct pk_buf data;
    int64_t now_ms = pk_clock_wall_ms();
    pk_buf_init(&data, EVENT_MAX);
    struct pk_json_out out = pk_json_out(&data);
    pk_live_tell(pk_live_counted(feed->count), &out);
    if (!data.failed && (feed->id == 0 || !pk_slice_equal(pk_buf_slice(&data), pk_buf_slice(&feed->told)))) {
        feed->id = now_ms > feed->id ? now_ms : feed->id + 1;
        pk_buf_clear(&feed->event);
        (void) pk_buf_printf(&feed->event, "id: %lld\ndata: ", (long long) feed->id);
        (void) pk_buf_add_slice(&feed->event, pk_buf_slice(&data));
        (void) pk_buf_add_text(&feed->event, "\n\n");
        pk_buf_finish(&feed->told);
        feed->told = data;
        pk_buf_init(&data, 1);
    }
    feed->stale = false;
    pk_buf_finish(&data);
}

static void have_read(void *ctx, int result, const struct pk_error *err)
{
    struct feed *feed = ctx;
    (void) err; /* busy, or interrupted: it is counted anew */
    feed->reading = false;
    feed->next_ms = pk_clock_mono_ms() + (SHARE - 1) * feed->took_ms;
    if (result == 1)
        return;
    if (result == 0)
        take(feed);
    pk_live_count_free(feed->count);
    feed->count = NULL;
    if (result == 0)
        look_at_watchers(feed, pk_clock_mono_ms());
}

static void count_feed(struct feed *feed)
{
    struct pk_service *service = feed->room->service;
    const struct pk_read read = { .run = read_some, .done = have_read, .ctx = feed, .deadline_ms = DEADLINE_MS };
    if (feed->reading || pk_list_empty(&feed->watchers) || pk_clock_mono_ms() < feed->next_ms)
        return;
    if (!feed->count && pk_live_begin(service, feed->campaign, &feed->count, NULL) != 0)
        return;
    feed->reading = true;
    if (pk_reader_submit(service->reader, &read, NULL) != 0)
        feed->reading = false; /* very many ask at once: with the next tick */
}

static void on_tick(void *ctx)
{
    struct pk_live_room *room = ctx;
    for (struct pk_list *node = room->feeds.next; node != &room->feeds; node = node->next) {
        struct feed *feed = pk_list_entry(node, struct feed, node);
        look_at_watchers(feed, pk_clock_mono_ms());
        count_feed(feed);
    }
    if (room->stream_count > 0)
        pk_timer_in(room->tick, EVERY_MS);
}

/* ---- feeds ---- */

static void feed_free(struct feed *feed)
{
    pk_list_remove(&feed->node);
    feed->room->feed_count--;
    pk_live_count_free(feed->count);
    pk_buf_finish(&feed->event);
    pk_buf_finish(&feed->told);
    free(feed);
}

/* The one of this campaign, or a new one in the place of the one nobody has watched for longest. NULL: all are watched. */
static struct feed *find_feed(struct pk_live_room *room, int64_t campaign)
{
    struct feed *idle = NULL;
    for (struct pk_list *node = room->feeds.next; node != &room->feeds; node = node->next) {
        struct feed *feed = pk_list_entry(node, struct feed, node);
        if (feed->campaign == campaign) {
            pk_list_remove(&feed->node);
            pk_list_append(&room->feeds, &feed->node);
            return feed;
        }
        if (!idle && !feed->reading && pk_list_empty(&feed->watchers))
            idle = feed;
    }
    if (room->feed_count == FEEDS_MAX && !idle)
        return NULL;
    if (room->feed_count == FEEDS_MAX)
        feed_free(idle);
    struct feed *feed = pk_alloc(sizeof *feed);
    feed->room = room;
    feed->campaign = campaign;
    pk_list_init(&feed->watchers);
    pk_buf_init(&feed->event, EVENT_MAX + 64);
    pk_buf_init(&feed->told, EVENT_MAX);
    pk_list_append(&room->feeds, &feed->node);
    room->feed_count++;
    return feed;
}

struct pk_live_room *pk_live_room_new(struct pk_service *service)
{
    struct pk_live_room *room = pk_alloc(sizeof *room);
    room->service = service;
    pk_list_init(&room->feeds);
    return room;
}

void pk_live_room_free(struct pk_live_room *room)
{
    if (!room)
        return;
    while (!pk_list_empty(&room->feeds)) {
        struct feed *feed = pk_list_entry(room->feeds.next, struct feed, node);
        while (!pk_list_empty(&feed->watchers))
            watcher_free(pk_list_entry(feed->watchers.next, struct watcher, node));
        feed_free(feed);
    }
    pk_timer_free(room->tick);
    free(room);
}

/* ---- somebody begins to watch ---- */

static size_t of_session(const struct pk_live_room *room, const uint8_t token[PK_TOKEN_BYTES])
{
    size_t count = 0;
    for (const struct pk_list *node = room->feeds.next; node != &room->feeds; node = node->next) {
        const struct feed *feed = pk_list_entry(node, struct feed, node);
        for (const struct pk_list *at = feed->watchers.next; at != &feed->watchers; at = at->next)
            count += memcmp(pk_list_entry(at, struct watcher, node)->token, token, PK_TOKEN_BYTES) == 0;
    }
    return count;
}

static void begun(void *ctx, struct pk_http_stream *stream)
{
    struct watcher *watcher = ctx;
    if (!stream) {
        watcher_free(watcher);
        return;
    }
    watcher->stream = stream;
    say(watcher, PK_SLICE(FIRST));
    if (is_new(watcher))
        say_event(watcher);
}

/* What it had of this campaign, if that is how it still is. */
static int64_t last_event(const struct pk_visit *visit, const struct feed *feed)
{
    int64_t id = 0;
    bool read = pk_parse_int(pk_http_request_header(visit->call->request, "Last-Event-ID"), 1, INT64_MAX, &id) == 0;
    return read && id == feed->id ? id : 0;
}

static void watch(struct pk_visit *visit, const struct pk_staff *staff, struct feed *feed)
{
    struct pk_live_room *room = feed->room;
    struct watcher *watcher = pk_alloc(sizeof *watcher);
    watcher->feed = feed;
    watcher->has = last_event(visit, feed);
    memcpy(watcher->token, staff->token, sizeof watcher->token);
    feed->stale |= pk_list_empty(&feed->watchers);
    pk_list_append(&feed->watchers, &watcher->node);
    room->stream_count++;
    if (!room->tick)
        room->tick = pk_timer_new(room->service->loop, on_tick, room);
    if (!pk_timer_armed(room->tick))
        pk_timer_in(room->tick, 0);
    pk_call_header(visit->call, "X-Accel-Buffering", "no"); /* a proxy passes each event on as it comes */
    pk_call_stream(visit->call, &(struct pk_call_stream){
                                    .content_type = "text/event-stream; charset=utf-8",
                                    .unsent_max_bytes = UNSENT_MAX,
                                    .begun = begun,
                                    .gone = on_gone,
                                    .ctx = watcher,
                                });
}

void pk_live_events(struct pk_visit *visit)
{
    struct pk_live_room *room = visit->console->live;
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct feed *feed = NULL;
    int64_t campaign = 0;
    if (!pk_office_opened(visit, PK_ACTION_REPORT_VIEW, &staff) || !pk_staff_place_id(visit, &campaign))
        return;
    int r = pk_live_allow(visit->call->service, &staff.acting.actor, campaign, &err);
    if (r == 0 && (room->stream_count >= PK_LIVE_STREAMS_MAX || of_session(room, staff.token) >= PK_LIVE_SESSION_MAX ||
                   !(feed = find_feed(room, campaign))))
        r = pk_fail(&err, PK_E_BUSY, "too many watch already");
    if (r != 0)
        pk_visit_trouble(visit, &err);
    else
        watch(visit, &staff, feed);
}
