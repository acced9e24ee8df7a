/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The benchmark's provider: an HTTP server on 127.0.0.1 that takes hand-overs and may send receipts. Prints its port as
 * the first line. Commands on standard input: "stats" prints the counters as one JSON line, "reset" sets them to zero,
 * "quit" ends; SIGUSR1, SIGTERM and SIGINT do the same as stats, quit and quit. At the end the counters are printed.
 */
#include "tests/bench/provider.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char usage[] =
    "provider [--port N] [--delay-ms N] [--status N] [--answer TEXT] [--id-prefix TEXT]\n"
    "  [--reference MEMBER] [--mark PREFIX] [--log FILE] [--expect N] [--fail-share F] [--fail-status N]\n"
    "  [--receipts URL] [--receipt-item TEXT] [--receipt-wrap TEXT] [--receipt-batch N] [--receipt-connections N]\n"
    "  [--receipt-rate N] [--receipt-delay-ms N] [--header \"Name: value\"]...\n"
    "{id} in --answer and --receipt-item, {items} in --receipt-wrap. The log has (hash, microseconds) per request: of the\n"
    "token in the body that starts with PREFIX and goes on in letters, digits and hyphens, else of the reference.\n";

enum option_id {
    OPT_PORT = 1,
    OPT_DELAY,
    OPT_STATUS,
    OPT_ANSWER,
    OPT_ID_PREFIX,
    OPT_REFERENCE,
    OPT_MARK,
    OPT_LOG,
    OPT_EXPECT,
    OPT_FAIL_SHARE,
    OPT_FAIL_STATUS,
    OPT_RECEIPTS,
    OPT_ITEM,
    OPT_WRAP,
    OPT_BATCH,
    OPT_CONNECTIONS,
    OPT_RATE,
    OPT_RECEIPT_DELAY,
    OPT_HEADER,
};

static const struct option option_table[] = {
    { "port", required_argument, NULL, OPT_PORT },
    { "delay-ms", required_argument, NULL, OPT_DELAY },
    { "status", required_argument, NULL, OPT_STATUS },
    { "answer", required_argument, NULL, OPT_ANSWER },
    { "id-prefix", required_argument, NULL, OPT_ID_PREFIX },
    { "reference", required_argument, NULL, OPT_REFERENCE },
    { "mark", required_argument, NULL, OPT_MARK },
    { "log", required_argument, NULL, OPT_LOG },
    { "expect", required_argument, NULL, OPT_EXPECT },
    { "fail-share", required_argument, NULL, OPT_FAIL_SHARE },
    { "fail-status", required_argument, NULL, OPT_FAIL_STATUS },
    { "receipts", required_argument, NULL, OPT_RECEIPTS },
    { "receipt-item", required_argument, NULL, OPT_ITEM },
    { "receipt-wrap", required_argument, NULL, OPT_WRAP },
    { "receipt-batch", required_argument, NULL, OPT_BATCH },
    { "receipt-connections", required_argument, NULL, OPT_CONNECTIONS },
    { "receipt-rate", required_argument, NULL, OPT_RATE },
    { "receipt-delay-ms", required_argument, NULL, OPT_RECEIPT_DELAY },
    { "header", required_argument, NULL, OPT_HEADER },
    { NULL, 0, NULL, 0 },
};

static void set_option(struct provider_options *options, int id, const char *value)
{
    switch (id) {
    case OPT_PORT: options->port = (unsigned) bench_number("port", value, 65535); break;
    case OPT_DELAY: options->delay_us = bench_number("delay-ms", value, 600000) * 1000; break;
    case OPT_STATUS: options->status = (unsigned) bench_number("status", value, 599); break;
    case OPT_ANSWER: options->answer = value; break;
    case OPT_ID_PREFIX: options->id_prefix = value; break;
    case OPT_REFERENCE: options->reference = value; break;
    case OPT_MARK: options->mark = value; break;
    case OPT_LOG: options->log_path = value; break;
    case OPT_EXPECT: options->expected = bench_number("expect", value, 100000000); break;
    case OPT_FAIL_SHARE: options->fail_share = bench_fraction("fail-share", value); break;
    case OPT_FAIL_STATUS: options->fail_status = (unsigned) bench_number("fail-status", value, 599); break;
    case OPT_RECEIPTS: options->receipt_url = value; break;
    case OPT_ITEM: options->receipt_item = value; break;
    case OPT_WRAP: options->receipt_wrap = value; break;
    case OPT_BATCH: options->receipt_batch = (unsigned) bench_number("receipt-batch", value, 10000); break;
    case OPT_CONNECTIONS: options->receipt_connections = (unsigned) bench_number("receipt-connections", value, 1024); break;
    case OPT_RATE: options->receipt_rate = bench_number("receipt-rate", value, 1000000); break;
    case OPT_RECEIPT_DELAY: options->receipt_delay_us = bench_number("receipt-delay-ms", value, 600000) * 1000; break;
    case OPT_HEADER:
        if (options->header_count == BENCH_HEADERS_MAX)
            bench_die("--header: at most %d are taken", BENCH_HEADERS_MAX);
        options->headers[options->header_count++] = value;
        break;
    default: fputs(usage, stderr); exit(2);
    }
}

struct provider {
    struct bench_source input, signals;
    int epoll_fd;
    struct provider_options options;
    struct provider_stats stats;
    struct provider_server *server;
    struct provider_receipts *receipts;
    struct bench_buf commands;
    bool end;
};

static void print_stats(struct provider *provider)
{
    const struct provider_stats *stats = &provider->stats;
    struct bench_buf line = { 0 };
    bench_buf_format(&line, "{\"requests\":%llu,\"accepted\":%llu,\"refused\":%llu,\"broken\":%llu,\"doubles\":%llu,\"unreferenced\":%llu",
                     (unsigned long long) stats->requests, (unsigned long long) stats->accepted, (unsigned long long) stats->refused,
                     (unsigned long long) stats->broken, (unsigned long long) stats->doubles,
                     (unsigned long long) stats->unreferenced);
    bench_buf_format(&line, ",\"first_us\":%llu,\"last_us\":%llu,\"connections\":%u,\"cpu_us\":%llu",
                     (unsigned long long) stats->first_us, (unsigned long long) stats->last_us,
                     provider_server_connections(provider->server), (unsigned long long) bench_cpu_us());
    bench_buf_format(&line, ",\"receipts_due\":%llu,\"receipts_done\":%llu,\"receipts_repeated\":%llu,\"receipts_lost\":%llu",
                     (unsigned long long) stats->receipts_due, (unsigned long long) stats->receipts_done,
                     (unsigned long long) stats->receipts_repeated, (unsigned long long) stats->receipts_lost);
    bench_buf_format(&line, ",\"receipt_first_us\":%llu,\"receipt_last_us\":%llu}\n", (unsigned long long) stats->receipt_first_us,
                     (unsigned long long) stats->receipt_last_us);
    fwrite(line.data, 1, line.len, stdout);
    fflush(stdout);
    bench_buf_finish(&line);
    provider_server_flush_log(provider->server);
}

static void run_command(struct provider *provider, const char *command, size_t len)
{
    if (len == 5 && memcmp(command, "stats", 5) == 0) {
        print_stats(provider);
    } else if (len == 5 && memcmp(command, "reset", 5) == 0) {
        provider->stats = (struct provider_stats){ 0 };
        provider_server_reset(provider->server);
    } else if (len == 4 && memcmp(command, "quit", 4) == 0) {
        provider->end = true;
    } else {
        fprintf(stderr, "provider: \"%.*s\" is no command\n", (int) len, command);
    }
}

/* The end of standard input ends nothing: the program may run without one. */
static void input_ready(struct bench_source *source, uint32_t events)
{
    struct provider *provider = (struct provider *) source;
    (void) events;
    bench_buf_reserve(&provider->commands, 256);
    ssize_t got = read(source->fd, provider->commands.data + provider->commands.len, 256);
    if (got <= 0) {
        bench_source_watch(source, provider->epoll_fd, 0);
        return;
    }
    provider->commands.len += (size_t) got;
    for (char *end; (end = memchr(provider->commands.data, '\n', provider->commands.len));) {
        size_t len = (size_t) (end - provider->commands.data);
        run_command(provider, provider->commands.data, len);
        bench_buf_consume(&provider->commands, len + 1);
        if (provider->commands.len == 0)
            break;
    }
}

static void signals_ready(struct bench_source *source, uint32_t events)
{
    struct provider *provider = (struct provider *) ((char *) source - offsetof(struct provider, signals));
    struct signalfd_siginfo info;
    (void) events;
    if (read(source->fd, &info, sizeof info) != (ssize_t) sizeof info)
        return;
    if (info.ssi_signo == SIGUSR1)
        print_stats(provider);
    else
        provider->end = true;
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
    static struct provider provider = {
        .input = { .ready = input_ready, .fd = STDIN_FILENO },
        .signals = { .ready = signals_ready },
        .options = { .status = 202,
                     .answer = "{\"id\":\"{id}\"}",
                     .id_prefix = "p-",
                     .expected = 1000000,
                     .fail_status = 503,
                     .receipt_item = "{\"id\":\"{id}\",\"state\":\"delivered\"}",
                     .receipt_wrap = "{items}",
                     .receipt_batch = 1,
                     .receipt_connections = 8 },
    };
    for (int id; (id = getopt_long(argc, argv, "", option_table, NULL)) != -1;)
        set_option(&provider.options, id, optarg);
    if (optind < argc || provider.options.receipt_batch == 0 || provider.options.receipt_connections == 0)
        bench_die("%s", usage);

    unsigned port;
    provider.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    provider.signals.fd = open_signals();
    bench_source_watch(&provider.signals, provider.epoll_fd, EPOLLIN);
    bench_source_watch(&provider.input, provider.epoll_fd, EPOLLIN);
    if (provider.options.receipt_url)
        provider.receipts = provider_receipts_new(provider.epoll_fd, &provider.options, &provider.stats);
    provider.server = provider_server_new(provider.epoll_fd, &provider.options, &provider.stats, provider.receipts, &port);
    printf("{\"port\":%u}\n", port);
    fflush(stdout);

    while (!provider.end) {
        uint64_t now_us = bench_now_us();
        uint64_t until_us = provider_server_run(provider.server, now_us);
        uint64_t receipts_us = provider.receipts ? provider_receipts_run(provider.receipts, now_us) : UINT64_MAX;
        bench_turn(provider.epoll_fd, receipts_us < until_us ? receipts_us : until_us);
    }
    print_stats(&provider);
    provider_server_free(provider.server);
    provider_receipts_free(provider.receipts);
    bench_buf_finish(&provider.commands);
    close(provider.signals.fd);
    close(provider.epoll_fd);
    return 0;
}
