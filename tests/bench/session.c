/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Hand-overs through the smpp adapter as fast as the window allows, without a store: the gateway's loop, link and account, and
 * jobs that are made here. Prints one line of JSON. The centre is bench_smsc, in a process of its own.
 */
#include "gateway/base/ini.h"
#include "gateway/base/log.h"
#include "gateway/plugin/account.h"
#include "gateway/plugin/registry.h"

#include "tests/bench/common.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "session --port N [--count N] [--window N] [--folder DIR]\n";

struct run {
    struct pk_loop *loop;
    struct pk_account *account;
    uint64_t count, started, accepted, other;
    uint64_t first_us, last_us, cpu_us;
};

static void done(void *ctx, const struct pk_result *result)
{
    struct run *run = ctx;
    if (result->outcome == PK_OUTCOME_ACCEPTED)
        run->accepted++;
    else
        run->other++;
    if (run->accepted + run->other < run->count)
        return;
    run->last_us = bench_now_us();
    run->cpu_us = bench_cpu_us() - run->cpu_us;
    pk_loop_stop(run->loop);
}

/* A part of 66 letters of Cyrillic. */
static void start(struct run *run)
{
    static const char letters[132] = "\x04\x1f\x04\x3e\x04\x3a\x04\x30\x04\x3d\x04\x30";
    char address[32], id[32];
    struct pk_part part = { .octets = pk_slice_make(letters, sizeof letters), .coding = PK_CODING_UCS2, .units = sizeof letters / 2 };
    uint64_t n = ++run->started;
    (void) snprintf(address, sizeof address, "316%08llu", (unsigned long long) n);
    (void) snprintf(id, sizeof id, "b%llu", (unsigned long long) n);
    struct pk_handover handover = {
        .job = { .size = sizeof(struct pk_job),
                 .message_id = pk_slice_of(id),
                 .attempt_id = pk_slice_of(id),
                 .idempotency_key = pk_slice_of(id),
                 .channel = PK_SLICE("sms"),
                 .address = pk_slice_of(address),
                 .text = PK_SLICE("Покана"),
                 .parts = &part,
                 .part_count = 1,
                 .language = PK_SLICE("bg"),
                 .valid_until_ms = INT64_C(4102444800000),
                 .now_ms = INT64_C(4102444800000) - 7200000 },
        .done = done,
        .ctx = run,
    };
    pk_account_start(run->account, &handover);
}

/* Release phase: as many as there is room for. */
static void release(void *ctx)
{
    struct run *run = ctx;
    unsigned room = pk_account_room(run->account);
    if (room > 0 && run->started == 0) {
        run->first_us = bench_now_us();
        run->cpu_us = bench_cpu_us();
    }
    for (; room > 0 && run->started < run->count; room--)
        start(run);
}

static int no_event(void *ctx, struct pk_account *account, const struct pk_event *event)
{
    (void) ctx, (void) account, (void) event;
    return 0;
}

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    (void) ctx, (void) file, (void) line, (void) section, (void) hint;
    bench_die("%s: %s", key ? key : "", reason);
}

static struct pk_settings *read_settings(const struct pk_adapter *adapter, unsigned port, const char *folder)
{
    char text[512], path[512];
    struct pk_ini *ini = NULL;
    struct pk_settings *settings = NULL;
    struct pk_ini_report report = { .tell = tell };
    (void) snprintf(path, sizeof path, "%s/smpp.password", folder);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "secret12\n", 9) != 9 || close(fd) != 0)
        bench_die("%s cannot be written", path);
    (void) snprintf(text, sizeof text,
                    "[account bench]\nhost = 127.0.0.1\nport = %u\ntls = no\nsystem_id = bench\npassword = file:smpp.password\nsender = Bench\n",
                    port);
    if (pk_ini_parse("bench.conf", pk_slice_of(text), &report, &ini, NULL) != 0 ||
        pk_settings_read(adapter, ini, pk_ini_find(ini, "account", "bench"), NULL, folder, &report, &settings) != 0)
        bench_die("the settings cannot be read");
    pk_ini_free(ini);
    (void) unlink(path);
    return settings;
}

static void print(const struct run *run, unsigned window)
{
    double seconds = (double) (run->last_us - run->first_us) / 1e6;
    (void) printf("{\"count\":%llu,\"accepted\":%llu,\"other\":%llu,\"window\":%u,\"per_s\":%.0f,\"cpu_us\":%llu}\n",
                  (unsigned long long) run->count, (unsigned long long) run->accepted, (unsigned long long) run->other, window,
                  (double) run->accepted / (seconds > 0 ? seconds : 1e-6), (unsigned long long) run->cpu_us);
}

int main(int argc, char **argv)
{
    static const struct option options[] = { { "port", required_argument, NULL, 1 },
                                             { "count", required_argument, NULL, 2 },
                                             { "window", required_argument, NULL, 3 },
                                             { "folder", required_argument, NULL, 4 },
                                             { NULL, 0, NULL, 0 } };
    static const struct pk_account_ops ops = { .event = no_event };
    struct run run = { .count = 200000 };
    unsigned port = 0, window = 64;
    const char *folder = "/tmp";
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (id) {
        case 1: port = (unsigned) bench_number("port", optarg, 65535); break;
        case 2: run.count = bench_number("count", optarg, 90000000); break;
        case 3: window = (unsigned) bench_number("window", optarg, 1024); break;
        case 4: folder = optarg; break;
        default: bench_die("%s", usage);
        }
    }
    if (port == 0 || window == 0 || run.count == 0)
        bench_die("%s", usage);
    pk_log_set_level(PK_LOG_ERROR);
    struct pk_error err = { 0 };
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    const struct pk_adapter *adapter = pk_registry_find(registry, "smpp");
    if (!adapter || pk_loop_new(&run.loop, &err) != 0)
        bench_die("%s", adapter ? err.message : "the adapter is not built in");
    struct pk_account_config config = { .name = "bench",
                                        .adapter = adapter,
                                        .settings = read_settings(adapter, port, folder),
                                        .window = window,
                                        .connect_timeout_ms = 5000,
                                        .timeout_ms = 60000,
                                        .ops = &ops };
    if (pk_account_open(run.loop, &config, &run.account, &err) != 0)
        bench_die("%s", err.message);
    pk_loop_on_phase(run.loop, PK_PHASE_RELEASE, release, &run);
    if (pk_loop_run(run.loop, &err) != 0)
        bench_die("%s", err.message);
    print(&run, window);
    pk_account_close(run.account);
    pk_loop_free(run.loop);
    return run.other == 0 ? 0 : 1;
}
