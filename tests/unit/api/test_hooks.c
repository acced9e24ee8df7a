/* SPDX-License-Identifier: EUPL-1.2 */
/* The public listener: what a provider tells is kept before it hears so, whole or not at all; nobody else hears much. */
#include "tests/unit/api/house.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static void call(struct house *house, const char *method, const char *path, const char *head, const char *body, unsigned status)
{
    struct asked asked;
    house_ask(house, PUBLIC, method, path, head, body, &asked);
    if (asked.status != status)
        fail_msg("%s %s: %u instead of %u", method, path, asked.status, status);
    house_forget(&asked);
}

#define KEY "X-Key: right\r\n"

/* A message that was handed over and accepted; its attempt's id. */
static const char *handed_over(struct house *house, int64_t *ret_message)
{
    *ret_message = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house->first->count, 1);
    fake_complete(house->first, 0, PK_OUTCOME_ACCEPTED);
    for (int i = 0; i < 3; i++)
        house_turn(house);
    assert_int_equal(house_state(house, *ret_message), PK_MESSAGE_ACCEPTED);
    return house->first->jobs[0].attempt;
}

static void test_receipt_is_kept(void **state)
{
    struct house *house = *state;
    int64_t message;
    char body[64];
    (void) snprintf(body, sizeof body, "receipt %s\n", handed_over(house, &message));
    call(house, "POST", "/hooks/first/receipts?x=1", KEY, body, 200);
    assert_int_equal(house_state(house, message), PK_MESSAGE_DELIVERED);
}

static void test_failed_commit_is_503_and_keeps_nothing(void **state)
{
    struct house *house = *state;
    int64_t message;
    char body[64];
    (void) snprintf(body, sizeof body, "receipt %s\n", handed_over(house, &message));
    house->commit_fails = true;
    struct asked asked;
    house_ask(house, PUBLIC, "POST", "/hooks/first", KEY, body, &asked);
    assert_int_equal(asked.status, 503);
    assert_true(house_has_header(&asked, "Retry-After: 1"));
    house_forget(&asked);
    house->commit_fails = false;
    assert_int_equal(house_state(house, message), PK_MESSAGE_ACCEPTED);
    call(house, "POST", "/hooks/first", KEY, body, 200); /* the provider comes again */
    assert_int_equal(house_state(house, message), PK_MESSAGE_DELIVERED);
}

/* One body is one unit: what stood before the line that cannot be read is not kept either. */
static void test_a_broken_body_keeps_nothing(void **state)
{
    struct house *house = *state;
    int64_t message;
    char body[64];
    (void) snprintf(body, sizeof body, "receipt %s\nnonsense\n", handed_over(house, &message));
    call(house, "POST", "/hooks/first", KEY, body, 400);
    assert_int_equal(house_state(house, message), PK_MESSAGE_ACCEPTED);
    assert_int_equal(house->service->metrics.hooks_refused, 1);
}

/* ---- several in one turn ---- */

#define AT_ONCE 3

/* What lies there before the turn begins is served in it. */
static int send_call(struct house *house, const char *body)
{
    char request[512];
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t) pk_http_server_port(house->public)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int len = snprintf(request, sizeof request, "POST /hooks/first HTTP/1.1\r\nHost: test\r\n" KEY "Content-Length: %zu\r\n\r\n%s",
                       strlen(body), body);
    assert_true(fd >= 0 && connect(fd, (const struct sockaddr *) (const void *) &address, sizeof address) == 0);
    assert_int_equal(send(fd, request, (size_t) len, MSG_NOSIGNAL), len);
    return fd;
}

static void call_at_once(struct house *house, char bodies[AT_ONCE][64], const unsigned statuses[AT_ONCE])
{
    int fds[AT_ONCE];
    for (size_t i = 0; i < AT_ONCE; i++)
        fds[i] = send_call(house, bodies[i]);
    for (size_t i = 0; i < AT_ONCE; i++) {
        char answer[4096];
        ssize_t n = -1;
        for (int turn = 0; n < 0 && turn < 100; turn++) {
            house_turn(house);
            n = recv(fds[i], answer, sizeof answer - 1, MSG_DONTWAIT);
        }
        assert_true(n > 0);
        answer[n] = '\0';
        assert_int_equal(strtoul(answer + strlen("HTTP/1.1 "), NULL, 10), statuses[i]);
        (void) close(fds[i]);
    }
}

static void hand_over_all(struct house *house, int64_t ret_messages[AT_ONCE])
{
    for (size_t i = 0; i < AT_ONCE; i++)
        ret_messages[i] = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    assert_int_equal(house->first->count, AT_ONCE);
}

static void test_calls_of_a_turn_are_kept_together(void **state)
{
    struct house *house = *state;
    static const unsigned statuses[AT_ONCE] = { 200, 200, 200 };
    char bodies[AT_ONCE][64];
    int64_t messages[AT_ONCE];
    hand_over_all(house, messages);
    for (size_t i = 0; i < AT_ONCE; i++) {
        fake_complete(house->first, i, PK_OUTCOME_ACCEPTED);
        (void) snprintf(bodies[i], sizeof bodies[i], "receipt %s\n", house->first->jobs[i].attempt);
    }
    call_at_once(house, bodies, statuses);
    for (size_t i = 0; i < AT_ONCE; i++)
        assert_int_equal(house_state(house, messages[i]), PK_MESSAGE_DELIVERED);
}

/* The others are taken all the same, once each, and nothing of the broken one is. */
static void test_one_broken_body_of_a_turn_is_its_own_affair(void **state)
{
    struct house *house = *state;
    static const unsigned statuses[AT_ONCE] = { 200, 400, 200 };
    static const char *const ends[AT_ONCE] = { "", "nonsense\n", "" };
    char bodies[AT_ONCE][64];
    int64_t messages[AT_ONCE];
    hand_over_all(house, messages);
    for (size_t i = 0; i < AT_ONCE; i++) {
        fake_complete(house->first, i, PK_OUTCOME_ACCEPTED);
        (void) snprintf(bodies[i], sizeof bodies[i], "receipt %s\n%s", house->first->jobs[i].attempt, ends[i]);
    }
    call_at_once(house, bodies, statuses);
    assert_int_equal(house_state(house, messages[0]), PK_MESSAGE_DELIVERED);
    assert_int_equal(house_state(house, messages[1]), PK_MESSAGE_ACCEPTED);
    assert_int_equal(house_state(house, messages[2]), PK_MESSAGE_DELIVERED);
    assert_int_equal(house->service->metrics.receipts_repeated, 0);
    assert_int_equal(house->service->metrics.hooks_refused, 1);
}

static void test_reply_is_answered(void **state)
{
    struct house *house = *state;
    call(house, "POST", "/hooks/first", KEY, "reply ПОМОЩ\n", 200);
    house_turn(house);
    assert_int_equal(house->first->count, 1); /* the help text, by the account it came on */
}

/* A challenge comes back as plain text; an object, which a provider acts upon, says that it is JSON. */
static void test_what_the_adapter_replies_has_its_type(void **state)
{
    static const struct {
        const char *body, *reply, *type;
    } cases[] = {
        { "say 1158201444\n", "1158201444", "Content-Type: text/plain; charset=utf-8" },
        { "say {\"method\":\"answer\"}\n", "{\"method\":\"answer\"}", "Content-Type: application/json" },
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked;
        house_ask(house, PUBLIC, "POST", "/hooks/first", KEY, cases[i].body, &asked);
        assert_int_equal(asked.status, 200);
        assert_string_equal(asked.body, cases[i].reply);
        assert_true(house_has_header(&asked, cases[i].type));
        house_forget(&asked);
    }
}

static void test_strangers_are_refused_and_counted(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *path, *head;
        unsigned status;
    } cases[] = {
        { "/hooks/first", "", 401 },          { "/hooks/first", "X-Key: wrong\r\nAuthorization: Basic eA==\r\n", 403 },
        { "/hooks/third", KEY, 404 },         { "/hooks/second", KEY, 404 },
        { "/hooks/", KEY, 404 },              { "/hooks", KEY, 404 },
        { "/hooks/FIRST", KEY, 404 },         { "/status", KEY, 404 },
        { "/healthz", KEY, 404 },             { "/metrics", KEY, 404 },
        { "//hooks/first", KEY, 404 },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked;
        house_ask(house, PUBLIC, "POST", cases[i].path, cases[i].head, "reply " FAKE_NUMBER "\n", &asked);
        if (asked.status != cases[i].status)
            fail_msg("%s: %u instead of %u", cases[i].path, asked.status, cases[i].status);
        assert_said(&asked, "detail", "not taken");
        house_forget(&asked);
    }
    assert_int_equal(house->service->metrics.hooks_refused, PK_COUNT(cases));
}

static void test_without_public_address_there_are_no_hooks(void **state)
{
    struct house *house = *state;
    house->rules.public_url = NULL;
    call(house, "POST", "/hooks/first", KEY, "", 404);
}

static void test_too_large_a_body_is_413(void **state)
{
    struct house *house = *state;
    size_t size = (1u << 20) + 1;
    char *body = pk_alloc(size + 1);
    memset(body, 'x', size);
    call(house, "POST", "/hooks/first", KEY, body, 413);
    free(body);
}

static void test_too_many_events_are_413(void **state)
{
    struct house *house = *state;
    struct pk_buf body;
    pk_buf_init(&body, 1u << 20);
    for (int i = 0; i < 1001; i++)
        (void) pk_buf_printf(&body, "receipt 00000000%05d\n", i);
    call(house, "POST", "/hooks/first", KEY, pk_buf_text(&body), 413);
    pk_buf_finish(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_receipt_is_kept),
        test_in_house(test_failed_commit_is_503_and_keeps_nothing),
        test_in_house(test_a_broken_body_keeps_nothing),
        test_in_house(test_calls_of_a_turn_are_kept_together),
        test_in_house(test_one_broken_body_of_a_turn_is_its_own_affair),
        test_in_house(test_reply_is_answered),
        test_in_house(test_what_the_adapter_replies_has_its_type),
        test_in_house(test_strangers_are_refused_and_counted),
        test_in_house(test_without_public_address_there_are_no_hooks),
        test_in_house(test_too_large_a_body_is_413),
        test_in_house(test_too_many_events_are_413),
    };
    return cmocka_run_group_tests_name("hooks", tests, NULL, NULL);
}
