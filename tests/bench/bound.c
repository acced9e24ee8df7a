/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The bound's turns, in the gateway's order: wait, sockets, timer, finished requests, open attempts, commit, release
 * the requests. Prints the rate as one JSON line. An answer other than 2xx ends the program: the bound has no rules.
 */
#include "tests/bench/bound.h"
#include "tests/bench/http.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static const char usage[] = "bound --url URL --database FILE [--messages N] [--connections N] [--budget N] [--limit-s N]\n";

struct bound {
    struct bound_store *store;
    struct bound_calls *calls;
    int64_t now_ms;
    uint64_t settled, turns, commits;
    struct bench_samples commit_times;
};

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void done(void *ctx, const struct bound_due *due, long status, const char *body, size_t len)
{
    struct bound *bound = ctx;
    const char *id;
    size_t id_len;
    if (status < 200 || status > 299)
        bench_die("a request ended with status %ld", status);
    if (!bench_json_string(body, len, "id", &id, &id_len))
        bench_die("an answer has no id");
    bound_store_settle(bound->store, due, id, id_len, bound->now_ms);
    bound->settled++;
}

static void turn(struct bound *bound, int epoll_fd, size_t budget, struct bound_due *batch, bool *more, uint64_t stop_us)
{
    uint64_t timer_us = bound_calls_timer(bound->calls);
    uint64_t until_us = timer_us < stop_us ? timer_us : stop_us;
    bench_turn(epoll_fd, *more && bound_calls_room(bound->calls) > 0 ? 0 : until_us);
    bound->now_ms = wall_ms();
    bound->turns++;
    bound_calls_run_timer(bound->calls, bench_now_us());
    bound_calls_harvest(bound->calls);

    size_t room = bound_calls_room(bound->calls), count = 0;
    if (*more && room > 0) {
        size_t max = room < budget ? room : budget;
        count = bound_store_due(bound->store, bound->now_ms, max, batch);
        *more = count == max;
        for (size_t i = 0; i < count; i++)
            bound_store_open_attempt(bound->store, &batch[i], bound->now_ms);
    }
    uint64_t before_us = bench_now_us();
    if (bound_store_commit(bound->store)) {
        bench_samples_add(&bound->commit_times, bench_now_us() - before_us);
        bound->commits++;
    }
    for (size_t i = 0; i < count; i++)
        bound_calls_start(bound->calls, &batch[i]);
}

static void print_result(struct bound *bound, uint64_t messages, double seconds, uint64_t cpu_us, uint64_t bytes)
{
    struct bench_buf line = { 0 };
    bench_buf_format(&line, "{\"messages\":%llu,\"settled\":%llu,\"seconds\":%.3f,\"messages_per_s\":%.0f",
                     (unsigned long long) messages, (unsigned long long) bound->settled, seconds, (double) bound->settled / seconds);
    bench_buf_format(&line, ",\"cpu_ms_per_1000\":%.2f,\"turns\":%llu,\"commits\":%llu,\"bytes_per_message\":%.0f,\"commit_us\":",
                     (double) cpu_us / (double) bound->settled, (unsigned long long) bound->turns,
                     (unsigned long long) bound->commits, (double) bytes / (double) messages);
    bench_samples_json(&bound->commit_times, &line);
    bench_buf_text(&line, "}\n");
    fwrite(line.data, 1, line.len, stdout);
    bench_buf_finish(&line);
}

int main(int argc, char **argv)
{
    static const struct option option_table[] = {
        { "url", required_argument, NULL, 'u' },      { "database", required_argument, NULL, 'd' },
        { "messages", required_argument, NULL, 'n' }, { "connections", required_argument, NULL, 'c' },
        { "budget", required_argument, NULL, 'b' },   { "limit-s", required_argument, NULL, 'l' },
        { NULL, 0, NULL, 0 },
    };
    const char *database = NULL;
    uint64_t messages = 100000, budget = 256, limit_s = 600;
    struct bound bound = { 0 };
    struct bound_calls_config config = { .connections = 64, .ctx = &bound, .done = done };
    for (int id; (id = getopt_long(argc, argv, "", option_table, NULL)) != -1;) {
        switch (id) {
        case 'u': config.url = optarg; break;
        case 'd': database = optarg; break;
        case 'n': messages = bench_number("messages", optarg, 100000000); break;
        case 'c': config.connections = (unsigned) bench_number("connections", optarg, 1024); break;
        case 'b': budget = bench_number("budget", optarg, 10000); break;
        case 'l': limit_s = bench_number("limit-s", optarg, 86400); break;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (!config.url || !database || optind < argc || messages == 0 || budget == 0 || config.connections == 0)
        bench_die("%s", usage);

    struct bound_due *batch = bench_alloc(budget, sizeof *batch);
    config.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bound.store = bound_store_new(database, messages);
    bound.calls = bound_calls_new(&config);
    uint64_t start_us = bench_now_us(), start_cpu_us = bench_cpu_us(), stop_us = start_us + limit_s * 1000000U;
    bool more = true;
    while (bound.settled < messages && bench_now_us() < stop_us)
        turn(&bound, config.epoll_fd, budget, batch, &more, stop_us);
    bound_store_commit(bound.store);
    double seconds = (double) (bench_now_us() - start_us) / 1e6;
    uint64_t cpu_us = bench_cpu_us() - start_cpu_us;
    print_result(&bound, messages, seconds, cpu_us, bound_store_bytes(bound.store));
    bound_calls_free(bound.calls);
    bound_store_free(bound.store);
    bench_samples_finish(&bound.commit_times);
    close(config.epoll_fd);
    free(batch);
    return bound.settled == messages ? 0 : 1;
}
