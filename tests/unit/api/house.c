/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/api/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/planner.h"
#include "gateway/store/internal.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TURNS_MAX 400

static const char *const route_accounts[] = { "first", "second" };
static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { route_accounts, 2 } } };
static struct pk_account_rule accounts[2];

/* The phases, as the daemon wires them. */

static void serve(void *ctx)
{
    struct house *house = ctx;
    pk_http_server_serve(house->control);
    pk_http_server_serve(house->public);
    pk_http_server_serve(house->watch);
    pk_api_served(house->api);
    if (house->after_serve)
        house->after_serve(house);
}

static void harvest(void *ctx)
{
    pk_service_harvest(((struct house *) ctx)->service);
}

static void open_attempts(void *ctx)
{
    pk_service_open(((struct house *) ctx)->service);
}

static void commit(void *ctx)
{
    pk_service_commit(((struct house *) ctx)->service);
}

static void release(void *ctx)
{
    struct house *house = ctx;
    pk_service_release_answers(house->service);
    pk_http_server_release(house->control);
    pk_http_server_release(house->public);
    pk_http_server_release(house->watch);
    pk_service_release_calls(house->service);
}

static void notify(void *ctx, void (*run)(void *arg), void *arg)
{
    pk_loop_post(ctx, run, arg);
}

static int veto(void *ctx)
{
    return ((struct house *) ctx)->commit_fails;
}

/* ---- building ---- */

static struct pk_settings *no_settings(const struct pk_adapter *adapter)
{
    struct pk_ini_report report = { 0 };
    struct pk_ini *ini = NULL;
    struct pk_settings *settings = NULL;
    assert_int_equal(pk_ini_parse("test.conf", PK_SLICE("[account a]\n"), &report, &ini, NULL), 0);
    assert_int_equal(pk_settings_read(adapter, ini, pk_ini_find(ini, "account", "a"), NULL, "/", &report, &settings), 0);
    pk_ini_free(ini);
    return settings;
}

static void build_store(struct house *house)
{
    static const uint8_t master[PK_KEY_BYTES] = "thirty-two bytes of a test's key";
    char path[128];
    struct pk_error err = { 0 };
    house->keys = pk_keyring_new();
    assert_int_equal(pk_keyring_add(house->keys, 1, master, NULL), 0);
    (void) snprintf(path, sizeof path, "%s/db", house->folder);
    struct pk_store_config config = { .path = path, .keys = house->keys, .sync_off = true };
    if (pk_store_open(&config, &house->store, &err) != 0)
        fail_msg("%s", err.message);
    struct pk_reader_config reader = {
        .path = path, .keys = house->keys, .inline_only = true, .notify = notify, .ctx = house->loop, .queue_max = 8
    };
    assert_int_equal(pk_reader_new(&reader, &house->reader, &err), 0);
    (void) sqlite3_commit_hook(house->store->db, veto, house);
}

static void fill_rules(struct house *house)
{
    const struct pk_adapter *adapters[] = { &fake_adapter, &bare_adapter };
    for (size_t i = 0; i < 2; i++) {
        accounts[i] = (struct pk_account_rule){
            .name = route_accounts[i],
            .adapter = adapters[i],
            .settings = house->settings[i] = no_settings(adapters[i]),
            .window = 4, /* a single result is a quarter of it: it is settled at once */
            .retry = { 5000, 60000, 3 },
            .breaker = { 5, 1000, 1000, 60000, 1 },
            .timeout_ms = 1000,
            .connect_timeout_ms = 1000,
            .receipt_window_ms = 3600000,
            .prices = { .currency = "EUR", .count = 1, .rows = { { "*", 650 } } },
        };
    }
    house->rules = (struct pk_rules){
        .instance = "test",
        .source = "urn:test",
        .organisation = "Gemeente Voorbeeld",
        .zone = "Europe/Amsterdam",
        .default_language = "bg",
        .phone_region = "NL",
        .public_url = "https://pokana.example",
        .accounts = accounts,
        .account_count = 2,
        .routes = routes,
        .route_count = 1,
        .default_route = "main",
        .validity_ms = 86400000,
        .answers_per_day = 5,
        .signups_per_day = 30,
        .changes_wait_ms = 300000,
        .reply_window_ms = 86400000,
        .keep_messages_ms = 86400000,
        .keep_replies_ms = 86400000,
        .keep_triggers_ms = 86400000,
    };
}

static void open_doors(struct house *house)
{
    char path[128];
    struct pk_error err = { 0 };
    (void) snprintf(path, sizeof path, "unix:%s/control", house->folder);
    struct pk_http_server_config config = {
        .address = path,
        .max_connections = 16,
        .max_body_bytes = 3u << 20,
        .max_header_bytes = 32768,
        .idle_timeout_ms = 60000,
        .requests_per_turn = 64,
        .handle = pk_api_handle_control,
        .ctx = house->api,
    };
    if (pk_http_server_new(house->loop, &config, &house->control, &err) != 0)
        fail_msg("%s", err.message);
    config.address = "127.0.0.1:0";
    config.handle = pk_api_handle_public;
    assert_int_equal(pk_http_server_new(house->loop, &config, &house->public, &err), 0);
    config.handle = pk_api_handle_watch;
    assert_int_equal(pk_http_server_new(house->loop, &config, &house->watch, &err), 0);
}

int house_build(void **state)
{
    struct house *house = pk_alloc(sizeof *house);
    struct pk_error err = { 0 };
    struct pk_ini_report report = { 0 };
    *state = house;
    pk_log_set_fd(-1);
    pk_clock_set_manual(HOUSE_NOW);
    (void) snprintf(house->folder, sizeof house->folder, "/tmp/pokana-api-XXXXXX");
    assert_non_null(mkdtemp(house->folder));
    assert_int_equal(pk_loop_new(&house->loop, &err), 0);
    assert_int_equal(pk_catalog_load(PK_TEST_TEMPLATES, &report, &house->catalog, &err), 0);
    build_store(house);
    fill_rules(house);
    struct pk_service_config config = {
        .loop = house->loop,
        .store = house->store,
        .reader = house->reader,
        .rules = &house->rules,
        .catalog = house->catalog,
    };
    if (pk_service_new(&config, &house->service, &err) != 0)
        fail_msg("%s", err.message);
    house->second = fake_opened(0);
    house->first = fake_opened(1);
    house->api = pk_api_new(house->service, &(struct pk_api_config){ .version = "1.2.\"3\"", .started_ms = HOUSE_NOW });
    open_doors(house);
    pk_loop_on_phase(house->loop, PK_PHASE_SERVE, serve, house);
    pk_loop_on_phase(house->loop, PK_PHASE_HARVEST, harvest, house);
    pk_loop_on_phase(house->loop, PK_PHASE_OPEN, open_attempts, house);
    pk_loop_on_phase(house->loop, PK_PHASE_COMMIT, commit, house);
    pk_loop_on_phase(house->loop, PK_PHASE_RELEASE, release, house);
    house_turn(house); /* recovers */
    house_turn(house); /* keeps house for the first time; for the next second it has no wishes of its own */
    return 0;
}

int house_tear(void **state)
{
    struct house *house = *state;
    char path[128];
    static const char *const files[] = { "control", "db", "db-wal", "db-shm", "db.lock" };
    pk_http_server_free(house->control);
    pk_http_server_free(house->public);
    pk_http_server_free(house->watch);
    pk_service_free(house->service);
    pk_reader_free(house->reader);
    pk_api_free(house->api);
    pk_loop_free(house->loop);
    pk_store_close(house->store);
    pk_keyring_free(house->keys);
    pk_catalog_free(house->catalog);
    for (size_t i = 0; i < PK_COUNT(house->settings); i++)
        pk_settings_free(house->settings[i]);
    for (size_t i = 0; i < PK_COUNT(files); i++) {
        (void) snprintf(path, sizeof path, "%s/%s", house->folder, files[i]);
        (void) unlink(path);
    }
    (void) rmdir(house->folder);
    free(house);
    pk_clock_set_system();
    return 0;
}

/* ---- asking ---- */

void house_turn(struct house *house)
{
    assert_int_equal(pk_loop_turn(house->loop, house->wait_ms, NULL), 0);
}

static int knock(const struct house *house, enum door door)
{
    int fd = socket(door == CONTROL ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (door == CONTROL) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        (void) snprintf(address.sun_path, sizeof address.sun_path, "%s/control", house->folder);
        assert_int_equal(connect(fd, (const struct sockaddr *) (const void *) &address, sizeof address), 0);
    } else {
        unsigned port = pk_http_server_port(door == PUBLIC ? house->public : house->watch);
        struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_port = htons((uint16_t) port),
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        assert_int_equal(connect(fd, (const struct sockaddr *) (const void *) &address, sizeof address), 0);
    }
    return fd;
}

/* Sends and receives in turns with the loop, since both ends live on this thread. */
static void converse(struct house *house, int fd, const struct pk_buf *request, struct pk_buf *answer)
{
    size_t sent = 0;
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        char bytes[16384];
        if (sent < request->len) {
            ssize_t n = send(fd, request->data + sent, request->len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            sent += n > 0 ? (size_t) n : 0;
        }
        house_turn(house);
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return;
        if (n > 0)
            assert_int_equal(pk_buf_add(answer, bytes, (size_t) n), 0);
    }
    fail_msg("there was no whole answer");
}

void house_ask(struct house *house, enum door door, const char *method, const char *path, const char *head, const char *body,
               struct asked *ret_asked)
{
    struct pk_buf request, answer;
    pk_buf_init(&request, 4u << 20);
    pk_buf_init(&answer, 8u << 20);
    (void) pk_buf_printf(&request, "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s", method, path, head);
    if (body)
        (void) pk_buf_printf(&request, "Content-Length: %zu\r\n", strlen(body));
    (void) pk_buf_add_text(&request, "\r\n");
    (void) pk_buf_add_text(&request, body ? body : "");
    int fd = knock(house, door);
    converse(house, fd, &request, &answer);
    (void) close(fd);
    const char *end = strstr(pk_buf_text(&answer), "\r\n\r\n");
    assert_non_null(end);
    *ret_asked = (struct asked){
        .status = (unsigned) strtoul(pk_buf_text(&answer) + strlen("HTTP/1.1 "), NULL, 10),
        .head = pk_strndup(answer.data, (size_t) (end + 2 - answer.data)),
        .body = pk_strdup(end + 4),
    };
    if (ret_asked->body[0] == '{')
        assert_int_equal(pk_json_parse(pk_slice_of(ret_asked->body), 8u << 20, &ret_asked->json, NULL), 0);
    /* No address leaves by this door but from a play desk. */
    if (!strstr(path, "/play"))
        assert_null(strstr(ret_asked->body, &FAKE_NUMBER[1]));
    pk_buf_finish(&request);
    pk_buf_finish(&answer);
}

void house_employ(struct house *house, const char *name, enum pk_role role)
{
    struct pk_user user = { .role = role, .language = "bg", .created_ms = HOUSE_NOW };
    (void) snprintf(user.name, sizeof user.name, "%s", name);
    assert_int_equal(pk_user_add(house->store, &user, NULL), 0);
    house_turn(house);
}

struct asked house_by(struct house *house, const char *who, const char *method, const char *path, const char *body, unsigned status)
{
    struct asked asked;
    char head[96];
    (void) snprintf(head, sizeof head, "Pokana-By: %s\r\n%s", who, body ? "Content-Type: application/json\r\n" : "");
    house_ask(house, CONTROL, method, path, head, body, &asked);
    if (asked.status != status)
        fail_msg("%s %s as %s: %u instead of %u: %s", method, path, who, asked.status, status, asked.body);
    return asked;
}

void house_answered(struct house *house, const char *who, const char *method, const char *path, const char *body, unsigned status)
{
    struct asked asked = house_by(house, who, method, path, body, status);
    house_forget(&asked);
}

struct asked house_json(struct house *house, const char *method, const char *path, const char *body, unsigned status)
{
    struct asked asked;
    house_ask(house, CONTROL, method, path, body ? "Content-Type: application/json\r\n" : "", body, &asked);
    if (asked.status != status)
        fail_msg("%s %s: %u instead of %u: %s", method, path, asked.status, status, asked.body);
    if (status >= 400) {
        assert_true(house_has_header(&asked, "Content-Type: application/problem+json"));
        assert_int_equal(said_int(&asked, "status"), status);
    }
    return asked;
}

void house_forget(struct asked *asked)
{
    free(asked->head);
    free(asked->body);
    pk_json_free(asked->json);
    *asked = (struct asked){ 0 };
}

struct pk_slice said(const struct asked *asked, const char *path)
{
    return pk_json_string(pk_json_at(asked->json, path));
}

int64_t said_int(const struct asked *asked, const char *path)
{
    int64_t value = INT64_MIN;
    (void) pk_json_int(pk_json_at(asked->json, path), &value);
    return value;
}

bool said_bool(const struct asked *asked, const char *path)
{
    bool value = false;
    assert_true(pk_json_bool(pk_json_at(asked->json, path), &value));
    return value;
}

bool house_has_header(const struct asked *asked, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = asked->head; at && *at; at = strstr(at, "\r\n") ? strstr(at, "\r\n") + 2 : NULL)
        if (strncasecmp(at, line, n) == 0 && at[n] == '\r')
            return true;
    return false;
}

/* ---- what is in the house ---- */

int64_t house_message(struct house *house, uint32_t flags, int64_t due_ms, int64_t expires_ms)
{
    struct pk_service *service = house->service;
    struct pk_address address = { 0 };
    uint32_t channel = service->desks->routes[0].channel;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    if (pk_address_find(house->store, channel, PK_SLICE(FAKE_NUMBER), &address, NULL) != 0)
        assert_int_equal(pk_address_add(house->store, 0, channel, PK_SLICE(FAKE_NUMBER), HOUSE_NOW, &address.id, NULL), 0);
    struct pk_notice notice = {
        .cls = PK_CLASS_STAFF, .template_name = PK_SLICE("help"), .values = PK_SLICE("{}"), .created_ms = HOUSE_NOW
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .address = address.id,
        .channel = channel,
        .cls = PK_CLASS_STAFF,
        .route = service->desks->routes[0].id,
        .priority = PK_PRIORITY_NORMAL,
        .state = PK_MESSAGE_QUEUED,
        .flags = flags,
        .due_ms = due_ms,
        .expires_ms = expires_ms,
        .updated_ms = HOUSE_NOW,
    };
    assert_int_equal(pk_planner_queue(service, &notice, PK_SLICE("nl"), (struct pk_slice){ 0 }, &message, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    return message.id;
}

uint32_t house_state(struct house *house, int64_t id)
{
    struct pk_message message;
    assert_int_equal(pk_message_get(house->store, id, &message, NULL), 0);
    return message.state;
}

int64_t house_audited(struct house *house, const char *action)
{
    return pk_sql_int(house->store, -1, "SELECT count(*) FROM audit WHERE action = ?1 AND actor LIKE 'uid:%'", "t",
                      pk_slice_of(action));
}

size_t house_handed(const struct house *house)
{
    return house->first->count + house->second->count;
}
