/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parts of the benchmark's provider: the server that answers hand-overs (provider_server.c), the receipts it sends
 * back (provider_receipts.c), and the program around both (provider.c).
 */
#ifndef PK_BENCH_PROVIDER_H
#define PK_BENCH_PROVIDER_H

#include "tests/bench/common.h"

#define BENCH_HEADERS_MAX 8

struct provider_options {
    unsigned port;
    uint64_t delay_us;
    unsigned status;
    const char *answer; /* with {id} */
    const char *id_prefix;
    const char *reference; /* JSON member that doubles are counted by; NULL = none */
    const char *mark; /* start of the token that is logged instead of the reference; NULL = the reference */
    const char *log_path;
    size_t expected;
    double fail_share;
    unsigned fail_status;
    const char *receipt_url; /* NULL = no receipts */
    const char *receipt_item, *receipt_wrap;
    unsigned receipt_connections, receipt_batch;
    uint64_t receipt_rate; /* receipts per second; 0 = flat out */
    uint64_t receipt_delay_us;
    const char *headers[BENCH_HEADERS_MAX];
    size_t header_count;
};

struct provider_stats {
    uint64_t requests, accepted, refused, broken, doubles, unreferenced;
    uint64_t first_us, last_us; /* moments of the first and last request */
    uint64_t receipts_due, receipts_done, receipts_repeated, receipts_lost;
    uint64_t receipt_first_us, receipt_last_us;
};

struct provider_receipts;

/* Receipts wait their delay and go out in order; what is not answered with 2xx goes again after a second, five times at
 * most, then it counts as lost. */
struct provider_receipts *provider_receipts_new(int epoll_fd, const struct provider_options *options, struct provider_stats *stats);
void provider_receipts_free(struct provider_receipts *receipts);
void provider_receipts_add(struct provider_receipts *receipts, uint64_t id, uint64_t now_us);
/* Sends what is due; returns when it wants to be called again at the latest. */
uint64_t provider_receipts_run(struct provider_receipts *receipts, uint64_t now_us);

struct provider_server;

/* receipts may be NULL. */
struct provider_server *provider_server_new(int epoll_fd, const struct provider_options *options, struct provider_stats *stats,
                                            struct provider_receipts *receipts, unsigned *ret_port);
void provider_server_free(struct provider_server *server);
/* Sends the answers whose delay is over; returns when the next one's is. */
uint64_t provider_server_run(struct provider_server *server, uint64_t now_us);
unsigned provider_server_connections(const struct provider_server *server);
void provider_server_flush_log(struct provider_server *server);
/* Forgets references seen; the counters are the caller's. */
void provider_server_reset(struct provider_server *server);

#endif
