/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Publishes triggers over one MQTT 5 connection, at a given rate or as fast as the window of unacknowledged messages
 * lets it, then waits for the gateway's answers and prints what became of them as one JSON line. In the template {n} is
 * the number of the trigger, nine digits. The log has, for each trigger, the hash of PREFIX followed by that number and
 * the moment at which it was to be sent: with a rate that is its place in the schedule, so that being held up counts.
 */
#include "tests/bench/http.h"
#include "tests/bench/mqtt_wire.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usage[] = "publisher --topic TOPIC --template FILE [--host H] [--port N] [--username U] [--password P]\n"
                            "  [--client-id ID] [--answers TOPIC] [--accepted TEXT] [--rejected TEXT] [--count N] [--first N]\n"
                            "  [--rate N] [--window N] [--expiry-s N] [--id-prefix TEXT] [--log FILE] [--wait-s N]\n";

#define NUMBER_DIGITS 9
#define PING_EVERY_US 20000000U

struct publisher {
    struct bench_source source;
    int epoll_fd;
    struct mqtt_connect connect;
    const char *host, *port, *topic, *answers, *accepted, *rejected, *id_prefix, *template_path;
    struct bench_buf template;
    uint64_t count, first, rate, window, wait_us;
    uint32_t expiry_s;

    bool connected, subscribed;
    struct bench_buf in, out, payload;
    size_t written;
    struct bench_log log;
    uint64_t sent, acked, refused; /* by the broker */
    uint64_t start_us, last_sent_us, progress_us, pinged_us; /* progress: anything sent, acknowledged or answered */
    uint64_t *due_us; /* per trigger; 0 once its answer came */
    uint64_t accepts, rejects, others, repeats;
    struct bench_samples lag, answer_times;
};

static void flush(struct publisher *publisher)
{
    while (publisher->written < publisher->out.len) {
        ssize_t sent = send(publisher->source.fd, publisher->out.data + publisher->written,
                            publisher->out.len - publisher->written, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            bench_source_watch(&publisher->source, publisher->epoll_fd, EPOLLIN | EPOLLOUT);
            return;
        }
        if (sent < 0)
            bench_die("the broker is gone: %s", strerrordesc_np(errno));
        publisher->written += (size_t) sent;
    }
    publisher->out.len = publisher->written = 0;
    bench_source_watch(&publisher->source, publisher->epoll_fd, EPOLLIN);
}

static void take_answer(struct publisher *publisher, const struct mqtt_packet *packet)
{
    uint64_t number = packet->correlation;
    if (packet->qos > 0)
        mqtt_write_puback(&publisher->out, packet->packet_id);
    if (!packet->has_correlation || number >= publisher->sent) {
        publisher->others++;
        return;
    }
    if (publisher->due_us[number] == 0) {
        publisher->repeats++;
        return;
    }
    publisher->progress_us = bench_now_us();
    bench_samples_add(&publisher->answer_times, publisher->progress_us - publisher->due_us[number]);
    publisher->due_us[number] = 0;
    if (memmem(packet->payload, packet->payload_len, publisher->accepted, strlen(publisher->accepted)))
        publisher->accepts++;
    else if (memmem(packet->payload, packet->payload_len, publisher->rejected, strlen(publisher->rejected)))
        publisher->rejects++;
    else
        publisher->others++;
}

static void take_packet(struct publisher *publisher, const struct mqtt_packet *packet)
{
    switch (packet->type) {
    case MQTT_CONNACK:
        if (packet->reason != 0)
            bench_die("the broker refuses the connection with reason %u", packet->reason);
        if (packet->receive_maximum < publisher->window)
            publisher->window = packet->receive_maximum;
        publisher->connected = true;
        if (publisher->answers)
            mqtt_write_subscribe(&publisher->out, 65535, publisher->answers);
        publisher->subscribed = !publisher->answers;
        return;
    case MQTT_SUBACK:
        if (packet->reason >= 128)
            bench_die("the broker refuses the subscription with reason %u", packet->reason);
        publisher->subscribed = true;
        return;
    case MQTT_PUBACK:
        publisher->acked++;
        publisher->progress_us = bench_now_us();
        publisher->refused += packet->reason != 0;
        return;
    case MQTT_PUBLISH: take_answer(publisher, packet); return;
    case MQTT_DISCONNECT: bench_die("the broker ends the connection with reason %u", packet->reason);
    default: return;
    }
}

static void ready(struct bench_source *source, uint32_t events)
{
    struct publisher *publisher = (struct publisher *) source;
    if (events & EPOLLOUT)
        flush(publisher);
    bench_buf_reserve(&publisher->in, 65536);
    ssize_t got = recv(source->fd, publisher->in.data + publisher->in.len, publisher->in.cap - publisher->in.len, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        bench_die("the broker is gone");
    publisher->in.len += (size_t) got;
    struct mqtt_packet packet;
    size_t at = 0;
    long len;
    while ((len = mqtt_read(publisher->in.data + at, publisher->in.len - at, &packet)) > 0) {
        take_packet(publisher, &packet);
        at += (size_t) len;
    }
    if (len < 0)
        bench_die("the broker sent a malformed packet");
    bench_buf_consume(&publisher->in, at);
    flush(publisher);
}

static void publish_one(struct publisher *publisher, uint64_t due_us, uint64_t now_us)
{
    char id[64];
    uint64_t number = publisher->sent;
    int id_len = snprintf(id, sizeof id, "%.32s%0*llu", publisher->id_prefix, NUMBER_DIGITS,
                          (unsigned long long) (publisher->first + number));
    publisher->payload.len = 0;
    bench_buf_expand(&publisher->payload, publisher->template.data, publisher->template.len, "n", id + id_len - NUMBER_DIGITS,
                     NUMBER_DIGITS);
    struct mqtt_publish publish = { .topic = publisher->topic,
                                    .content_type = "application/cloudevents+json; charset=utf-8",
                                    .response_topic = publisher->answers,
                                    .expiry_s = publisher->expiry_s,
                                    .correlation = number,
                                    /* Answers within the window come in order: an id is free again long before its turn. */
                                    .packet_id = (uint16_t) (number % 65000 + 1),
                                    .payload = publisher->payload.data,
                                    .payload_len = publisher->payload.len };
    mqtt_write_publish(&publisher->out, &publish);
    bench_log_add(&publisher->log, bench_hash(id, (size_t) id_len), due_us);
    bench_samples_add(&publisher->lag, now_us - due_us);
    publisher->due_us[number] = due_us;
    publisher->last_sent_us = publisher->progress_us = now_us;
    publisher->sent++;
}

/* When the next trigger is due; now, when there is no rate. */
static uint64_t next_due(const struct publisher *publisher, uint64_t now_us)
{
    return publisher->rate > 0 ? publisher->start_us + publisher->sent * 1000000U / publisher->rate : now_us;
}

static void publish_due(struct publisher *publisher, uint64_t now_us)
{
    uint64_t due_us;
    while (publisher->sent < publisher->count && publisher->sent - publisher->acked < publisher->window &&
           (due_us = next_due(publisher, now_us)) <= now_us)
        publish_one(publisher, due_us, now_us);
    if (publisher->out.len > 0)
        flush(publisher);
}

static bool done(const struct publisher *publisher)
{
    if (publisher->sent < publisher->count || publisher->acked < publisher->sent)
        return false;
    return !publisher->answers || publisher->answer_times.count >= publisher->sent;
}

static void run(struct publisher *publisher)
{
    uint64_t patience_us = bench_now_us() + publisher->wait_us;
    publisher->source.fd = bench_connect(publisher->host, publisher->port);
    if (publisher->source.fd < 0)
        bench_die("cannot connect to the broker");
    mqtt_write_connect(&publisher->out, &publisher->connect);
    flush(publisher);
    while (!publisher->connected || !publisher->subscribed) {
        if (bench_now_us() > patience_us)
            bench_die("the broker does not answer");
        bench_turn(publisher->epoll_fd, patience_us);
    }
    publisher->start_us = publisher->pinged_us = publisher->progress_us = publisher->last_sent_us = bench_now_us();
    while (!done(publisher)) {
        uint64_t now_us = bench_now_us();
        publish_due(publisher, now_us);
        if (now_us - publisher->pinged_us > PING_EVERY_US) {
            mqtt_write_ping(&publisher->out);
            flush(publisher);
            publisher->pinged_us = now_us;
        }
        /* A window that stays full, an answer that does not come: both end the run, and the counts say so. */
        patience_us = publisher->progress_us + publisher->wait_us;
        bool may_send = publisher->sent < publisher->count && publisher->sent - publisher->acked < publisher->window;
        if (!may_send && now_us > patience_us)
            break;
        uint64_t until_us = may_send ? next_due(publisher, now_us) : patience_us;
        uint64_t ping_us = publisher->pinged_us + PING_EVERY_US + 1;
        bench_turn(publisher->epoll_fd, until_us < ping_us ? until_us : ping_us);
    }
    mqtt_write_disconnect(&publisher->out);
    flush(publisher);
}

static void print_result(struct publisher *publisher)
{
    struct bench_buf line = { 0 };
    double seconds = (double) (publisher->last_sent_us - publisher->start_us) / 1e6;
    bench_buf_format(&line, "{\"sent\":%llu,\"acked\":%llu,\"refused\":%llu,\"accepted\":%llu,\"rejected\":%llu",
                     (unsigned long long) publisher->sent, (unsigned long long) publisher->acked,
                     (unsigned long long) publisher->refused, (unsigned long long) publisher->accepts,
                     (unsigned long long) publisher->rejects);
    bench_buf_format(&line, ",\"repeated\":%llu,\"others\":%llu,\"first_us\":%llu,\"last_us\":%llu,\"seconds\":%.3f,\"per_s\":%.0f",
                     (unsigned long long) publisher->repeats, (unsigned long long) publisher->others,
                     (unsigned long long) publisher->start_us, (unsigned long long) publisher->last_sent_us, seconds,
                     seconds > 0 ? (double) publisher->sent / seconds : 0.0);
    bench_buf_format(&line, ",\"cpu_us\":%llu,\"lag_us\":", (unsigned long long) bench_cpu_us());
    bench_samples_json(&publisher->lag, &line);
    bench_buf_text(&line, ",\"answer_us\":");
    bench_samples_json(&publisher->answer_times, &line);
    bench_buf_text(&line, "}\n");
    fwrite(line.data, 1, line.len, stdout);
    bench_buf_finish(&line);
}

static void finish(struct publisher *publisher)
{
    bench_source_close(&publisher->source, publisher->epoll_fd);
    close(publisher->epoll_fd);
    bench_log_close(&publisher->log);
    bench_buf_finish(&publisher->template);
    bench_buf_finish(&publisher->payload);
    bench_buf_finish(&publisher->in);
    bench_buf_finish(&publisher->out);
    bench_samples_finish(&publisher->lag);
    bench_samples_finish(&publisher->answer_times);
    free(publisher->due_us);
}

int main(int argc, char **argv)
{
    static const struct option option_table[] = {
        { "host", required_argument, NULL, 'h' },      { "port", required_argument, NULL, 'p' },
        { "username", required_argument, NULL, 'u' },  { "password", required_argument, NULL, 'k' },
        { "client-id", required_argument, NULL, 'c' }, { "topic", required_argument, NULL, 't' },
        { "answers", required_argument, NULL, 'a' },   { "accepted", required_argument, NULL, 'y' },
        { "rejected", required_argument, NULL, 'z' },  { "template", required_argument, NULL, 'f' },
        { "count", required_argument, NULL, 'n' },     { "first", required_argument, NULL, 's' },
        { "rate", required_argument, NULL, 'r' },      { "window", required_argument, NULL, 'w' },
        { "expiry-s", required_argument, NULL, 'e' },  { "id-prefix", required_argument, NULL, 'i' },
        { "log", required_argument, NULL, 'l' },       { "wait-s", required_argument, NULL, 'x' },
        { NULL, 0, NULL, 0 },
    };
    struct publisher publisher = { .source = { .ready = ready, .fd = -1 },
                                   .connect = { .client_id = "bench-publisher", .keepalive_s = 60 },
                                   .host = "127.0.0.1",
                                   .port = "1883",
                                   .accepted = "trigger-accepted",
                                   .rejected = "trigger-rejected",
                                   .id_prefix = "bench-",
                                   .count = 1000,
                                   .first = 1,
                                   .window = 100,
                                   .wait_us = 30000000 };
    const char *log_path = NULL;
    for (int id; (id = getopt_long(argc, argv, "", option_table, NULL)) != -1;) {
        switch (id) {
        case 'h': publisher.host = optarg; break;
        case 'p': publisher.port = optarg; break;
        case 'u': publisher.connect.username = optarg; break;
        case 'k': publisher.connect.password = optarg; break;
        case 'c': publisher.connect.client_id = optarg; break;
        case 't': publisher.topic = optarg; break;
        case 'a': publisher.answers = optarg; break;
        case 'y': publisher.accepted = optarg; break;
        case 'z': publisher.rejected = optarg; break;
        case 'f': publisher.template_path = optarg; break;
        case 'n': publisher.count = bench_number("count", optarg, 100000000); break;
        case 's': publisher.first = bench_number("first", optarg, 800000000); break;
        case 'r': publisher.rate = bench_number("rate", optarg, 1000000); break;
        case 'w': publisher.window = bench_number("window", optarg, 60000); break;
        case 'e': publisher.expiry_s = (uint32_t) bench_number("expiry-s", optarg, UINT32_MAX); break;
        case 'i': publisher.id_prefix = optarg; break;
        case 'l': log_path = optarg; break;
        case 'x': publisher.wait_us = bench_number("wait-s", optarg, 86400) * 1000000U; break;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (!publisher.topic || !publisher.template_path || publisher.window == 0 || optind < argc)
        bench_die("%s", usage);

    publisher.template = bench_file(publisher.template_path);
    publisher.due_us = bench_alloc(publisher.count + 1, sizeof *publisher.due_us);
    publisher.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bench_log_open(&publisher.log, log_path);
    run(&publisher);
    print_result(&publisher);
    bool complete = publisher.sent == publisher.count && publisher.acked == publisher.count && publisher.refused == 0;
    finish(&publisher);
    return complete ? 0 : 1;
}
