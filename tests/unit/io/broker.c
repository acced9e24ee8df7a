/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/io/broker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const places[] = { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto" };

static const char *broker_path(void)
{
    for (size_t i = 0; i < PK_COUNT(places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

bool broker_is_installed(void)
{
    return broker_path() != NULL;
}

/* ---- child processes ---- */

static pid_t spawn(const char *const *words, const char *folder, int out_fd)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (chdir(folder) != 0 || dup2(null, 0) < 0 || dup2(out_fd < 0 ? null : out_fd, 1) < 0 ||
        dup2(out_fd < 0 ? null : out_fd, 2) < 0)
        _exit(126);
    (void) execvp(words[0], (char *const *) (uintptr_t) words);
    _exit(127);
}

static int run(const char *const *words, const char *folder)
{
    int status = -1;
    pid_t pid = spawn(words, folder, -1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- certificates ---- */

bool broker_can_make_certificates(void)
{
    return run((const char *[]){ "openssl", "version", NULL }, "/") == 0;
}

static void make_authority(const char *folder, const char *name)
{
    char key[64], certificate[64];
    (void) snprintf(key, sizeof key, "%s.key", name);
    (void) snprintf(certificate, sizeof certificate, "%s.crt", name);
    const char *words[] = { "openssl",
                            "req",
                            "-x509",
                            "-newkey",
                            "ec",
                            "-pkeyopt",
                            "ec_paramgen_curve:P-256",
                            "-nodes",
                            "-days",
                            "2",
                            "-subj",
                            "/CN=test authority",
                            "-keyout",
                            key,
                            "-out",
                            certificate,
                            NULL };
    assert_int_equal(run(words, folder), 0);
}

static void make_signed(const char *folder, const char *name, const char *subject)
{
    char key[64], request[64], certificate[64];
    (void) snprintf(key, sizeof key, "%s.key", name);
    (void) snprintf(request, sizeof request, "%s.csr", name);
    (void) snprintf(certificate, sizeof certificate, "%s.crt", name);
    const char *ask[] = { "openssl", "req", "-newkey", "ec",    "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
                          "-keyout", key,   "-out",    request, NULL };
    const char *sign[] = { "openssl",         "x509",  "-req", "-in",      request, "-CA",  "ca.crt",    "-CAkey", "ca.key",
                           "-CAcreateserial", "-days", "2",    "-extfile", "names", "-out", certificate, NULL };
    assert_int_equal(run(ask, folder), 0);
    assert_int_equal(run(sign, folder), 0);
}

void broker_make_certificates(const struct broker *broker)
{
    test_write_file(test_path(broker->folder, "names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
    make_authority(broker->folder, "ca");
    make_authority(broker->folder, "other-ca");
    make_signed(broker->folder, "server", "/CN=localhost");
    make_signed(broker->folder, "client", "/CN=gateway");
}

void broker_make_user(const struct broker *broker, const char *name, const char *password)
{
    assert_int_equal(run((const char *[]){ "mosquitto_passwd", "-c", "-b", "users", name, password, NULL }, broker->folder), 0);
}

/* ---- the broker ---- */

void broker_new(struct broker *broker)
{
    *broker = (struct broker){ .log_fd = -1, .port = test_free_port() };
    test_folder_make(broker->folder);
}

/* Its loop runs when it hangs up on who speaks no MQTT. Before that mosquitto 2.0 forgets a SIGTERM, though its log says
 * that it is running. */
static void wait_until_it_turns(const struct broker *broker)
{
    struct pollfd ready = { .fd = test_connect_tcp(broker->port), .events = POLLIN };
    char byte;
    test_send(ready.fd, pk_slice_make("\0\0\0\0\0", 5));
    ssize_t n = poll(&ready, 1, CEILING_MS) == 1 ? read(ready.fd, &byte, 1) : 1;
    if (n > 0)
        fail_msg("the broker does not answer");
    (void) close(ready.fd);
}

/* Its log says when it listens. */
static void wait_until_it_listens(struct broker *broker)
{
    struct pk_buf log;
    char bytes[1024];
    pk_buf_init(&log, 1u << 20);
    while (!test_has(&log, " running")) {
        struct pollfd ready = { .fd = broker->log_fd, .events = POLLIN };
        ssize_t n = poll(&ready, 1, CEILING_MS) == 1 ? read(broker->log_fd, bytes, sizeof bytes) : -1;
        if (n <= 0)
            fail_msg("the broker does not start: %s", pk_buf_text(&log));
        (void) pk_buf_add(&log, bytes, (size_t) n);
    }
    pk_buf_finish(&log);
    assert_int_equal(fcntl(broker->log_fd, F_SETFL, O_NONBLOCK), 0);
}

void broker_start(struct broker *broker, const char *settings)
{
    struct pk_buf text;
    int fds[2];
    pk_buf_init(&text, 4096);
    (void) pk_buf_printf(&text,
                         "log_dest stderr\nlog_type all\n%spersistence true\npersistence_location %s/\nautosave_interval 0\n"
                         "max_queued_messages 5000\nlistener %u 127.0.0.1\nsocket_domain ipv4\n%s",
                         geteuid() == 0 ? "user root\n" : "", broker->folder, broker->port,
                         settings[0] ? settings : "allow_anonymous true\n");
    test_write_file(test_path(broker->folder, "mosquitto.conf"), pk_buf_text(&text));
    pk_buf_finish(&text);
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    (void) fcntl(fds[0], F_SETPIPE_SZ, 1 << 20); /* its log is not read later on */
    broker->pid = spawn((const char *[]){ broker_path(), "-c", "mosquitto.conf", NULL }, broker->folder, fds[1]);
    (void) close(fds[1]);
    broker->log_fd = fds[0];
    wait_until_it_listens(broker);
    wait_until_it_turns(broker);
}

void broker_stop(struct broker *broker)
{
    int status;
    if (broker->pid <= 0)
        return;
    assert_int_equal(kill(broker->pid, SIGTERM), 0);
    assert_int_equal(waitpid(broker->pid, &status, 0), broker->pid);
    broker->pid = 0;
    (void) close(broker->log_fd);
}

void broker_free(struct broker *broker)
{
    broker_stop(broker);
    test_folder_remove(broker->folder);
}

/* ---- the other side ---- */

static void on_peer_subscribe(struct mosquitto *handle, void *ctx, int mid, int count, const int *granted)
{
    struct peer *peer = ctx;
    (void) handle;
    (void) mid;
    peer->subscribed = count == 1 && granted[0] == 1;
}

static void on_peer_publish(struct mosquitto *handle, void *ctx, int mid)
{
    struct peer *peer = ctx;
    (void) handle;
    (void) mid;
    peer->acknowledged++;
}

static void on_peer_message(struct mosquitto *handle, void *ctx, const struct mosquitto_message *message,
                            const mosquitto_property *properties)
{
    struct peer *peer = ctx;
    (void) handle;
    peer->received++;
    mosquitto_property_free_all(&peer->properties);
    assert_int_equal(mosquitto_property_copy_all(&peer->properties, properties), MOSQ_ERR_SUCCESS);
    (void) pk_buf_printf(&peer->seen, "%s %.*s\n", message->topic, message->payloadlen,
                         message->payload ? (char *) message->payload : "");
}

struct peer *peer_new(const struct broker *broker, const char *topic)
{
    struct peer *peer = pk_alloc(sizeof *peer);
    pk_buf_init(&peer->seen, 1u << 20);
    (void) mosquitto_lib_init();
    peer->handle = mosquitto_new(NULL, true, peer);
    assert_non_null(peer->handle);
    (void) mosquitto_int_option(peer->handle, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_subscribe_callback_set(peer->handle, on_peer_subscribe);
    mosquitto_publish_callback_set(peer->handle, on_peer_publish);
    mosquitto_message_v5_callback_set(peer->handle, on_peer_message);
    assert_int_equal(mosquitto_connect(peer->handle, "127.0.0.1", (int) broker->port, 60), MOSQ_ERR_SUCCESS);
    if (topic)
        assert_int_equal(mosquitto_subscribe(peer->handle, NULL, topic, 1), MOSQ_ERR_SUCCESS); /* sent behind CONNECT */
    for (int64_t end_us = test_now_us() + CEILING_MS * INT64_C(1000); topic && !peer->subscribed && test_now_us() < end_us;)
        (void) mosquitto_loop(peer->handle, 10, 1);
    assert_true(!topic || peer->subscribed);
    return peer;
}

void peer_free(struct peer *peer)
{
    if (!peer)
        return;
    mosquitto_destroy(peer->handle);
    mosquitto_property_free_all(&peer->properties);
    pk_buf_finish(&peer->seen);
    free(peer);
}

bool peer_turn(struct peer *peer)
{
    for (int i = 0; i < 32; i++)
        (void) mosquitto_loop(peer->handle, 0, 1);
    return true;
}

void peer_publish(struct peer *peer, const char *topic, const char *payload, const mosquitto_property *properties)
{
    unsigned before = peer->acknowledged;
    int64_t end_us = test_now_us() + CEILING_MS * INT64_C(1000);
    assert_int_equal(mosquitto_publish_v5(peer->handle, NULL, topic, (int) strlen(payload), payload, 1, false, properties),
                     MOSQ_ERR_SUCCESS);
    while (peer->acknowledged == before && test_now_us() < end_us)
        (void) mosquitto_loop(peer->handle, 10, 1);
    assert_int_equal(peer->acknowledged, before + 1);
}

/* ---- the client under test ---- */

static void on_message(void *ctx, const struct pk_mqtt_message *message)
{
    struct member *member = ctx;
    member->messages++;
    assert_int_equal(message->qos, 1);
    assert_int_equal(message->protocol, member->config.protocol);
    (void) pk_buf_printf(&member->seen, "%.*s ", PK_SLICE_ARG(message->payload));
    if (member->look)
        member->look(member, message);
}

static void on_published(void *ctx, uint64_t token, unsigned reason)
{
    struct member *member = ctx;
    member->published++;
    member->last_token = token;
    member->last_reason = reason;
}

static void on_connected(void *ctx)
{
    struct member *member = ctx;
    member->connects++;
}

static void on_disconnected(void *ctx, const char *reason)
{
    struct member *member = ctx;
    member->disconnects++;
    (void) snprintf(member->reason, sizeof member->reason, "%s", reason);
}

static void release(void *ctx)
{
    struct member *member = ctx;
    if (member->mqtt && !member->hold)
        pk_mqtt_release(member->mqtt, !member->fail);
}

struct member *member_new(const struct broker *broker)
{
    static const char *const subscriptions[] = { "in/+", "more/#" };
    struct member *member = pk_alloc(sizeof *member);
    member->loop = test_loop_new();
    pk_buf_init(&member->seen, 1u << 20);
    member->config = (struct pk_mqtt_config){
        .host = "127.0.0.1",
        .port = broker->port,
        .protocol = 5,
        .client_id = "gateway",
        .keepalive_s = 30,
        .session_expiry_s = 3600,
        .receive_maximum = 256,
        .max_packet_bytes = 65536,
        .packets_per_turn = 64,
        .subscriptions = subscriptions,
        .subscription_count = 2,
        .ctx = member,
        .message = on_message,
        .published = on_published,
        .connected = on_connected,
        .disconnected = on_disconnected,
    };
    pk_loop_on_phase(member->loop, PK_PHASE_RELEASE, release, member);
    return member;
}

void member_open(struct member *member)
{
    struct pk_error err = { 0 };
    if (pk_mqtt_new(member->loop, &member->config, &member->mqtt, &err) != 0)
        fail_msg("the client does not open: %s", err.message);
}

void member_close(struct member *member)
{
    pk_mqtt_free(member->mqtt);
    member->mqtt = NULL;
}

void member_free(struct member *member)
{
    if (!member)
        return;
    member_close(member);
    pk_loop_free(member->loop);
    pk_buf_finish(&member->seen);
    free(member);
}

void member_publish(struct member *member, const char *topic, const char *payload, uint64_t token)
{
    struct pk_error err = { 0 };
    struct pk_mqtt_publish publish = { .topic = topic, .payload = pk_slice_of(payload), .token = token };
    if (pk_mqtt_publish(member->mqtt, &publish, &err) != 0)
        fail_msg("could not publish: %s", err.message);
}
