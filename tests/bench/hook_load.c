/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Posts receipts to a webhook flat out over keep-alive connections, one request at a time on each, and prints rate and
 * latency as one JSON line. The ids are PREFIX followed by FIRST, FIRST + 1, …
 */
#include "tests/bench/http.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const char usage[] = "hook_load --url URL [--count N] [--first N] [--connections N] [--batch N] [--id-prefix TEXT]\n"
                            "  [--item TEXT] [--wrap TEXT] [--header \"Name: value\"]... [--limit-s N]\n"
                            "{id} in --item, {items} in --wrap.\n";

#define HEADERS_MAX 8

struct load {
    const char *item, *wrap, *id_prefix;
    uint64_t count, next, end, batch;
    uint64_t requests, taken, refused, lost, receipts_taken;
    struct bench_poster *poster;
    struct bench_samples samples;
    struct bench_buf items, body;
};

static void answered(void *ctx, uint64_t tag, int status, uint64_t sent_us, uint64_t now_us)
{
    struct load *load = ctx;
    load->requests++;
    if (status == 0) {
        load->lost++;
        return;
    }
    bench_samples_add(&load->samples, now_us - sent_us);
    if (status >= 200 && status < 300) {
        load->taken++;
        load->receipts_taken += tag;
    } else {
        load->refused++;
    }
}

/* The tag is the number of receipts in the body. */
static void send_one(struct load *load)
{
    uint64_t in_batch = 0;
    load->items.len = load->body.len = 0;
    for (; in_batch < load->batch && load->next < load->end; in_batch++, load->next++) {
        char id[64];
        int len = snprintf(id, sizeof id, "%.32s%llu", load->id_prefix, (unsigned long long) load->next);
        if (in_batch > 0)
            bench_buf_text(&load->items, ",");
        bench_buf_expand(&load->items, load->item, strlen(load->item), "id", id, (size_t) len);
    }
    bench_buf_expand(&load->body, load->wrap, strlen(load->wrap), "items", load->items.data, load->items.len);
    if (!bench_poster_send(load->poster, load->body.data, load->body.len, in_batch))
        bench_die("cannot connect to the webhook");
}

static void print_result(struct load *load, double seconds)
{
    struct bench_buf line = { 0 };
    bench_buf_format(&line, "{\"requests\":%llu,\"taken\":%llu,\"refused\":%llu,\"lost\":%llu,\"receipts_taken\":%llu",
                     (unsigned long long) load->requests, (unsigned long long) load->taken, (unsigned long long) load->refused,
                     (unsigned long long) load->lost, (unsigned long long) load->receipts_taken);
    bench_buf_format(&line, ",\"seconds\":%.3f,\"requests_per_s\":%.0f,\"receipts_per_s\":%.0f,\"cpu_us\":%llu,\"latency_us\":", seconds,
                     (double) load->requests / seconds, (double) load->receipts_taken / seconds,
                     (unsigned long long) bench_cpu_us());
    bench_samples_json(&load->samples, &line);
    bench_buf_text(&line, "}\n");
    fwrite(line.data, 1, line.len, stdout);
    bench_buf_finish(&line);
}

int main(int argc, char **argv)
{
    static const struct option option_table[] = {
        { "url", required_argument, NULL, 'u' },       { "count", required_argument, NULL, 'n' },
        { "first", required_argument, NULL, 'f' },     { "connections", required_argument, NULL, 'c' },
        { "batch", required_argument, NULL, 'b' },     { "item", required_argument, NULL, 'i' },
        { "wrap", required_argument, NULL, 'w' },      { "header", required_argument, NULL, 'h' },
        { "id-prefix", required_argument, NULL, 'p' }, { "limit-s", required_argument, NULL, 'l' },
        { NULL, 0, NULL, 0 },
    };
    struct load load = {
        .item = "{\"id\":\"{id}\",\"state\":\"delivered\"}", .wrap = "{items}", .id_prefix = "p-", .count = 10000, .next = 1, .batch = 1
    };
    const char *headers[HEADERS_MAX];
    uint64_t limit_s = 600;
    struct bench_poster_config config = { .headers = headers, .connections = 16, .ctx = &load, .answered = answered };
    for (int id; (id = getopt_long(argc, argv, "", option_table, NULL)) != -1;) {
        switch (id) {
        case 'u': config.url = optarg; break;
        case 'n': load.count = bench_number("count", optarg, 100000000); break;
        case 'f': load.next = bench_number("first", optarg, UINT32_MAX); break;
        case 'c': config.connections = (unsigned) bench_number("connections", optarg, 1024); break;
        case 'b': load.batch = bench_number("batch", optarg, 10000); break;
        case 'i': load.item = optarg; break;
        case 'w': load.wrap = optarg; break;
        case 'p': load.id_prefix = optarg; break;
        case 'l': limit_s = bench_number("limit-s", optarg, 86400); break;
        case 'h':
            if (config.header_count == HEADERS_MAX)
                bench_die("--header: at most %d are taken", HEADERS_MAX);
            headers[config.header_count++] = optarg;
            break;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (!config.url || optind < argc || config.connections == 0 || load.batch == 0)
        bench_die("%s", usage);

    load.end = load.next + load.count;
    config.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load.poster = bench_poster_new(&config);
    uint64_t start_us = bench_now_us(), stop_us = start_us + limit_s * 1000000U;
    while ((load.next < load.end || bench_poster_free_connections(load.poster) < config.connections) && bench_now_us() < stop_us) {
        while (load.next < load.end && bench_poster_free_connections(load.poster) > 0)
            send_one(&load);
        bench_turn(config.epoll_fd, stop_us);
    }
    print_result(&load, (double) (bench_now_us() - start_us) / 1e6);
    bool complete = load.receipts_taken == load.count;
    bench_poster_free(load.poster);
    bench_samples_finish(&load.samples);
    bench_buf_finish(&load.items);
    bench_buf_finish(&load.body);
    close(config.epoll_fd);
    return complete ? 0 : 1;
}
