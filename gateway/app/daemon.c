/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Opening goes from what can fail by a mistake of somebody (configuration, texts, keys) to what holds something open,
 * and closing goes the other way round. In between the loop turns; the order of a turn's phases is the promise that
 * nothing leaves before it is committed:
 *
 *     serve    requests of the doors are taken in
 *     harvest  answers of providers, then the hand-overs they end are settled
 *     open     plans, housekeeping, and last of all new attempts
 *     commit   the turn's one commit
 *     release  MQTT acknowledgements and answers, the doors' bytes, calls to providers, events
 */
#include "gateway/app/daemon.h"

#include "gateway/app/daemon_private.h"
#include "gateway/app/shelter.h"
#include "gateway/base/clock.h"
#include "gateway/language/defaults.h"
#include "gateway/service/webhooks.h"
#include "gateway/store/journaled.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define CALLS_MIN 64u
#define CALLS_MAX 1024u
#define ANSWER_MAX_BYTES (256u << 10) /* of a provider */
#define HARVEST_PER_TURN 256u
#define REQUESTS_PER_TURN 256u
#define READER_QUEUE_MAX 64u
#define FILES_WANTED 8192u

/* ---- the process ---- */

static void set_up_process(void)
{
    struct rlimit files;
    pk_shelter();
    (void) signal(SIGPIPE, SIG_IGN);
    (void) signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a failed write, told as one */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_WANTED) {
        files.rlim_cur = files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
        (void) setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* ---- phases ---- */

static void serve(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    for (size_t i = 0; i < PK_DOORS && !daemon->closing; i++)
        if (daemon->doors[i])
            pk_http_server_serve(daemon->doors[i]);
    if (!daemon->closing)
        pk_api_served(daemon->api);
}

static void harvest(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    if (daemon->closing)
        return;
    pk_http_client_harvest(daemon->http, HARVEST_PER_TURN);
    pk_http_client_harvest(daemon->webhook_http, HARVEST_PER_TURN);
    pk_service_harvest(daemon->service);
}

static void open_attempts(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    if (!daemon->closing)
        pk_service_open(daemon->service);
}

static void commit(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    if (!daemon->closing)
        pk_service_commit(daemon->service);
}

static bool all_done(const struct pk_daemon *daemon)
{
    unsigned open = 0;
    for (size_t i = 0; i < PK_DOORS; i++)
        open += daemon->doors[i] ? pk_http_server_open(daemon->doors[i]) : 0;
    return open == 0 && pk_service_idle(daemon->service) && !pk_store_pending(daemon->store);
}

static void release(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    if (daemon->closing)
        return;
    pk_service_release_answers(daemon->service);
    for (size_t i = 0; i < PK_DOORS; i++)
        if (daemon->doors[i])
            pk_http_server_release(daemon->doors[i]);
    pk_service_release_calls(daemon->service);
    pk_daemon_check_release(daemon);
    if (daemon->stopping && all_done(daemon))
        pk_loop_stop(daemon->loop);
}

/* ---- signals ---- */

static void waited_enough(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    pk_log(PK_LOG_WARN, "daemon", "stop.grace_over", NULL);
    pk_loop_stop(daemon->loop);
}

static void on_stop(void *ctx, int signo)
{
    struct pk_daemon *daemon = ctx;
    if (daemon->stopping) {
        pk_log(PK_LOG_WARN, "daemon", "stop.at_once", NULL);
        pk_loop_stop(daemon->loop);
        return;
    }
    int64_t grace_ms = daemon->config->grace_ms;
    pk_log(PK_LOG_INFO, "daemon", "stopping", "signal", signo == SIGTERM ? "TERM" : "INT", NULL);
    pk_notify_say(&daemon->notify, "STOPPING=1\nSTATUS=waiting for what is on its way\nEXTEND_TIMEOUT_USEC=%lld",
                  (long long) (grace_ms + 10000) * 1000);
    daemon->stopping = true;
    pk_service_drain(daemon->service);
    if (daemon->doors[PK_DOOR_PUBLIC])
        pk_http_server_quiesce(daemon->doors[PK_DOOR_PUBLIC]);
    pk_timer_in(daemon->grace, grace_ms);
    pk_loop_again(daemon->loop);
}

static void on_reload(void *ctx, int signo)
{
    struct pk_daemon *daemon = ctx;
    (void) signo;
    if (!daemon->stopping)
        pk_daemon_reload(daemon);
}

static int listen_to_signals(struct pk_daemon *daemon, struct pk_error *err)
{
    int r = pk_loop_on_signal(daemon->loop, SIGTERM, on_stop, daemon, err);
    if (r == 0)
        r = pk_loop_on_signal(daemon->loop, SIGINT, on_stop, daemon, err);
    return r == 0 ? pk_loop_on_signal(daemon->loop, SIGHUP, on_reload, daemon, err) : r;
}

/* ---- opening ---- */

static int read_files(struct pk_daemon *daemon, const char *path, struct pk_error *err)
{
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read(path, &report, &daemon->started, err);
    if (r != 0)
        return r;
    daemon->config = daemon->started;
    daemon->registry = pk_steal(&daemon->started->registry); /* outlives every configuration */
    pk_log_set_level(daemon->config->log_level);
    r = pk_language_set_defaults(daemon->config->rules.default_language, daemon->config->rules.zone, err);
    if (r == 0)
        r = pk_config_load_catalog(daemon->config, &report, &daemon->catalog, err);
    if (r == 0)
        r = pk_keyfile_read(daemon->config->keys, &daemon->keys, err);
    if (r == PK_E_NOT_FOUND && err && !err->hint[0])
        (void) pk_hint(err, r, "Make one with pokana keys new %.180s, and keep a copy apart from the database.",
                       daemon->config->keys);
    return r;
}

static void notify_loop(void *ctx, void (*run)(void *arg), void *arg)
{
    pk_loop_post(ctx, run, arg);
}

/* As many calls as all windows together and one each to ask with, twice: accounts that a reload replaces fly beside the new
 * ones. */
static unsigned calls_wanted(const struct pk_rules *rules)
{
    unsigned windows = 0;
    for (size_t i = 0; i < rules->account_count; i++)
        windows += rules->accounts[i].window + 1;
    windows *= 2;
    return windows < CALLS_MIN ? CALLS_MIN : windows > CALLS_MAX ? CALLS_MAX : windows;
}

/* Without one a restored backup would write to who said STOP since: a gateway that cannot keep it does not start. */
static int open_journal(struct pk_daemon *daemon, struct pk_error *err)
{
    struct pk_journal_found found;
    int r = pk_store_journal_open(daemon->store, daemon->config->journal, pk_clock_wall_ms(), &found, err);
    if (r != 0 && err && !err->hint[0])
        (void) pk_hint(err, r, "Name a file the gateway may write in [gateway] journal.");
    if (r != 0)
        return r;
    if (found.aside[0])
        pk_log(PK_LOG_ERROR, "daemon", "journal.set_aside", "kept_as", found.aside, "reason",
               "it is damaged, or ends before what the database knows of; a new one was begun", NULL);
    else if (found.begun)
        pk_log(PK_LOG_INFO, "daemon", "journal.begun", NULL);
    if (found.cut)
        pk_log(PK_LOG_WARN, "daemon", "journal.cut", "reason", "its last record was torn", NULL);
    return 0;
}

static int open_store(struct pk_daemon *daemon, struct pk_error *err)
{
    struct pk_store_config store = { .path = daemon->config->database, .keys = daemon->keys };
    struct pk_reader_config reader = {
        .path = daemon->config->database,
        .keys = daemon->keys,
        .notify = notify_loop,
        .ctx = daemon->loop,
        .queue_max = READER_QUEUE_MAX,
    };
    int r = pk_store_open(&store, &daemon->store, err);
    if (r == 0)
        r = open_journal(daemon, err);
    return r == 0 ? pk_reader_new(&reader, &daemon->reader, err) : r;
}

/* What the file says now; the path is the one the process started with. */
static int read_keys_again(void *ctx, struct pk_keyring **ret_ring, struct pk_error *err)
{
    const struct pk_daemon *daemon = ctx;
    return pk_keyfile_read(daemon->started->keys, ret_ring, err);
}

static int open_service(struct pk_daemon *daemon, struct pk_error *err)
{
    const struct pk_config *config = daemon->config;
    struct pk_http_client_config http = {
        .max_calls = calls_wanted(&config->rules),
        .max_answer_bytes = ANSWER_MAX_BYTES,
        .ca_file = config->ca_file,
        .proxy = config->proxy,
    };
    /* Of its own: a receiver that is slow holds no place of a provider's. */
    struct pk_http_client_config webhooks = {
        .max_calls = PK_WEBHOOK_CALLS,
        .max_answer_bytes = PK_WEBHOOK_ANSWER_MAX,
        .ca_file = config->ca_file,
        .proxy = config->proxy,
    };
    int r = pk_http_client_new(daemon->loop, &http, &daemon->http, err);
    if (r == 0)
        r = pk_http_client_new(daemon->loop, &webhooks, &daemon->webhook_http, err);
    if (r != 0)
        return r;
    struct pk_service_config service = {
        .loop = daemon->loop,
        .store = daemon->store,
        .reader = daemon->reader,
        .http = daemon->http,
        .webhook_http = daemon->webhook_http,
        .ca_file = daemon->started->ca_file,
        .rules = &config->rules,
        .catalog = daemon->catalog,
        .read_keys = read_keys_again,
        .keys_ctx = daemon,
    };
    if ((r = pk_service_new(&service, &daemon->service, err)) != 0)
        return r;
    if ((r = pk_console_new(daemon->service, &daemon->console, err)) != 0)
        return r;
    daemon->api = pk_api_new(daemon->service, &(struct pk_api_config){
                                                  .version = PK_VERSION,
                                                  .started_ms = pk_clock_wall_ms(),
                                                  .pages = pk_console_handle,
                                                  .pages_ctx = daemon->console,
                                              });
    return 0;
}

static int open_door(struct pk_daemon *daemon, enum pk_door door, const char *name, const struct pk_http_server_config *config,
                     struct pk_error *err)
{
    int r = pk_http_server_new(daemon->loop, config, &daemon->doors[door], err);
    if (r != 0) {
        pk_error_prefix(err, "%s listener", name);
        if (!err || err->hint[0])
            return r;
        return pk_hint(err, r, "Name another %s in [gateway], or stop what uses this one.", name);
    }
    unsigned port = pk_http_server_port(daemon->doors[door]);
    pk_log(PK_LOG_INFO, "daemon", "listening", "door", name, "address", config->address, "port",
           port > 0 ? PK_LOG_INT(port) : NULL, NULL);
    return 0;
}

static int open_doors(struct pk_daemon *daemon, struct pk_error *err)
{
    const struct pk_config *config = daemon->config;
    struct pk_buf path;
    pk_buf_init(&path, 4096);
    (void) pk_buf_printf(&path, "unix:%s", config->control);
    struct pk_http_server_config control = {
        .address = pk_buf_text(&path),
        .max_connections = 32,
        .max_body_bytes = 32u << 20, /* a list of recipients */
        .max_header_bytes = 16u << 10,
        .idle_timeout_ms = 60000,
        .requests_per_turn = REQUESTS_PER_TURN,
        .handle = pk_api_handle_control,
        .ctx = daemon->api,
    };
    struct pk_http_server_config public_ = {
        .address = config->public_address,
        .max_connections = 512,
        .max_body_bytes = 256u << 10,
        .max_header_bytes = 16u << 10,
        .idle_timeout_ms = 15000,
        .requests_per_turn = REQUESTS_PER_TURN,
        .handle = pk_api_handle_public,
        .ctx = daemon->api,
    };
    struct pk_http_server_config watch = {
        .address = config->metrics_address,
        .max_connections = 16,
        .max_body_bytes = 1024,
        .max_header_bytes = 8u << 10,
        .idle_timeout_ms = 15000,
        .requests_per_turn = 16,
        .handle = pk_api_handle_watch,
        .ctx = daemon->api,
    };
    int r = open_door(daemon, PK_DOOR_CONTROL, "control", &control, err);
    pk_buf_finish(&path);
    if (r == 0 && public_.address)
        r = open_door(daemon, PK_DOOR_PUBLIC, "public", &public_, err);
    if (r == 0 && watch.address)
        r = open_door(daemon, PK_DOOR_WATCH, "metrics", &watch, err);
    return r;
}

static int daemon_open(struct pk_daemon *daemon, const char *path, struct pk_error *err)
{
    static void (*const phases[PK_PHASES])(void *ctx) = { serve, harvest, open_attempts, commit, release };
    int r = read_files(daemon, path, err);
    if (r == 0)
        r = pk_loop_new(&daemon->loop, err);
    if (r == 0)
        r = listen_to_signals(daemon, err); /* blocks them before there is a second thread */
    if (r == 0)
        r = open_store(daemon, err);
    if (r == 0)
        r = open_service(daemon, err);
    if (r == 0)
        r = open_doors(daemon, err);
    if (r != 0)
        return r;
    for (size_t i = 0; i < PK_PHASES; i++)
        pk_loop_on_phase(daemon->loop, (enum pk_phase) i, phases[i], daemon);
    daemon->grace = pk_timer_new(daemon->loop, waited_enough, daemon);
    pk_daemon_check_start(daemon);
    return 0;
}

/* ---- closing ---- */

static void close_store(struct pk_daemon *daemon)
{
    struct pk_error err = { 0 };
    if (daemon->store && pk_store_checkpoint(daemon->store, true, &err) != 0)
        pk_log(PK_LOG_WARN, "daemon", "checkpoint.failed", "reason", err.message, NULL);
    pk_store_close(daemon->store);
}

/* Half-opened ones too. */
static void daemon_close(struct pk_daemon *daemon)
{
    daemon->closing = true;
    pk_timer_free(daemon->check);
    pk_timer_free(daemon->grace);
    for (size_t i = 0; i < PK_DOORS; i++)
        pk_http_server_free(daemon->doors[i]);
    pk_reader_stop(daemon->reader);
    if (daemon->reader)
        (void) pk_loop_turn(daemon->loop, 0, NULL); /* what the reader had finished is told to who asked; some would ask on */
    pk_reader_free(daemon->reader);
    pk_http_client_free(daemon->webhook_http); /* what was on its way is sent again by the next life */
    pk_service_free(daemon->service);
    pk_api_free(daemon->api);
    pk_console_free(daemon->console);
    pk_http_client_free(daemon->http);
    close_store(daemon);
    pk_loop_free(daemon->loop);
    pk_keyring_free(daemon->keys);
    pk_catalog_free(daemon->catalog);
    if (daemon->config != daemon->started)
        pk_config_free(daemon->config);
    pk_config_free(daemon->started);
    pk_registry_free(daemon->registry);
    pk_notify_finish(&daemon->notify);
}

int pk_daemon_run(const char *config_path, struct pk_error *err)
{
    struct pk_daemon daemon = { 0 };
    set_up_process();
    pk_notify_init(&daemon.notify);
    int r = daemon_open(&daemon, config_path, err);
    if (r == 0) {
        pk_log(PK_LOG_INFO, "daemon", "started", "version", PK_VERSION, "instance", daemon.config->rules.instance, NULL);
        r = pk_loop_run(daemon.loop, err);
    } else {
        pk_notify_say(&daemon.notify, "STATUS=could not start");
    }
    bool ran = daemon.service != NULL;
    daemon_close(&daemon);
    if (r == 0 && ran)
        pk_log(PK_LOG_INFO, "daemon", "stopped", NULL);
    return r;
}
