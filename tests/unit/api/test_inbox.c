/* SPDX-License-Identifier: EUPL-1.2 */
/* The inbox at the socket: a list without texts and numbers, one item with its texts and a line in the audit, answers. */
#include "tests/unit/api/house.h"

#include "gateway/service/inbox.h"
#include "gateway/store/internal.h"

static int64_t audited(struct house *house, const char *action)
{
    return pk_sql_int(house->store, -1, "SELECT count(*) FROM audit WHERE action = ?1 AND actor = 'kalina' AND result = 0", "t",
                      pk_slice_of(action));
}

/* As somebody of the desk, who is made known at the first call. */
static struct asked as_desk(struct house *house, const char *method, const char *path, const char *body, unsigned status)
{
    struct pk_user user;
    if (pk_user_get(house->store, PK_SLICE("kalina"), &user, NULL) != 0)
        house_employ(house, "kalina", PK_ROLE_DESK);
    return house_by(house, "kalina", method, path, body, status);
}

/* Somebody writes; the item's id as the list says it. */
static void written(struct house *house, const char *text, char ret_id[32])
{
    char line[4300];
    struct asked asked;
    (void) snprintf(line, sizeof line, "reply %s", text);
    house_ask(house, PUBLIC, "POST", "/hooks/first", "X-Key: right\r\n", line, &asked);
    assert_int_equal(asked.status, 200);
    house_forget(&asked);
    asked = as_desk(house, "GET", "/v1/inbox?state=open", NULL, 200);
    (void) snprintf(ret_id, 32, "%.*s", PK_SLICE_ARG(said(&asked, "items[0].id")));
    house_forget(&asked);
    assert_true(ret_id[0] != '\0');
}

#define TEXT "Waar kan mijn kind naar school?"

static struct asked at(struct house *house, const char *method, const char *id, const char *what, const char *body, unsigned status)
{
    char path[96];
    (void) snprintf(path, sizeof path, "/v1/inbox/%s%s", id, what);
    return as_desk(house, method, path, body, status);
}

static void test_a_list_has_no_text(void **state)
{
    struct house *house = *state;
    char id[32];
    written(house, TEXT, id);
    struct asked asked = as_desk(house, "GET", "/v1/inbox", NULL, 200);
    assert_null(strstr(asked.body, "school?"));
    assert_said(&asked, "items[0].state", "open");
    assert_said(&asked, "items[0].channel", "sms");
    assert_true(pk_slice_equal(said(&asked, "items[0].from"), PK_SLICE("+31…78")));
    assert_int_equal(said_int(&asked, "items[0].replies"), 1);
    house_forget(&asked);
    assert_int_equal(audited(house, "inbox.read"), 0);
    asked = as_desk(house, "GET", "/v1/inbox?state=closed&assigned=nobody&limit=1", NULL, 200);
    assert_string_equal(asked.body, "{\"items\":[],\"next\":null}\n");
    house_forget(&asked);
}

static void test_one_item_is_read_and_written_down(void **state)
{
    struct house *house = *state;
    char id[32];
    written(house, TEXT, id);
    struct asked asked = at(house, "GET", id, "", NULL, 200);
    assert_said(&asked, "texts[0].text", TEXT);
    house_forget(&asked);
    assert_int_equal(audited(house, "inbox.read"), 1);
}

/* What is cut off within a letter is shown up to it. */
static void test_a_very_long_one_is_shown(void **state)
{
    struct house *house = *state;
    char id[32], text[4200] = "x ";
    for (size_t n = 2; n + 2 < 4098; n += 2)
        memcpy(text + n, n % 40 == 0 ? " x" : "ж", 2);
    memcpy(text + 4094, "жж", 4); /* the last one kept lies across the end */
    memmove(text + 1, text, 4150);
    written(house, text, id);
    struct asked asked = at(house, "GET", id, "", NULL, 200);
    assert_true(said(&asked, "texts[0].text").len > 4000);
    house_forget(&asked);
}

static void test_answering(void **state)
{
    struct house *house = *state;
    char id[32];
    written(house, TEXT, id);
    struct asked asked = at(house, "POST", id, "/answer", "{\"subject\":\"school\",\"text\":\"Kom woensdag langs.\",\"dryRun\":true}", 200);
    assert_int_equal(said_int(&asked, "parts"), 1);
    assert_said(&asked, "encoding", "gsm7");
    house_forget(&asked);
    assert_int_equal(audited(house, "inbox.answer"), 0);
    asked = at(house, "POST", id, "/answer", "{\"subject\":\"school\",\"text\":\"Kom woensdag langs.\"}", 202);
    assert_true(said(&asked, "message").len > 0);
    house_forget(&asked);
    assert_int_equal(audited(house, "inbox.answer"), 1);
    asked = at(house, "POST", id, "/answer", "{\"subject\":\"school\",\"text\":\"Nog iets.\"}", 409);
    house_forget(&asked);
    asked = at(house, "GET", id, "", NULL, 200);
    assert_said(&asked, "state", "answered");
    assert_said(&asked, "subject", "school");
    house_forget(&asked);
}

static void test_assigning_and_closing(void **state)
{
    struct house *house = *state;
    char id[32];
    written(house, TEXT, id);
    struct asked asked = at(house, "POST", id, "/assign", "{\"to\":\"maria\"}", 200);
    assert_said(&asked, "assigned", "maria");
    house_forget(&asked);
    asked = at(house, "POST", id, "/close", "{\"subject\":\"housing\"}", 200);
    assert_said(&asked, "state", "closed");
    house_forget(&asked);
    asked = at(house, "POST", id, "/close", "{\"subject\":\"housing\"}", 409);
    house_forget(&asked);
}

static void test_what_makes_no_sense(void **state)
{
    static const struct {
        const char *what, *body, *told;
        unsigned status;
    } cases[] = {
        { "/answer", "{\"text\":\"a\"}", "subject", 400 },
        { "/answer", "{\"subject\":\"weather\",\"text\":\"a\"}", "school, care", 400 },
        { "/answer", "{\"subject\":\"school\"}", "template", 400 },
        { "/answer", "{\"subject\":\"school\",\"text\":\"a\",\"template\":\"thanks\"}", "template", 400 },
        { "/answer", "{\"subject\":\"school\",\"template\":\"optin-request\"}", "kind answer", 400 },
        { "/answer", "{\"subject\":\"school\",\"text\":\"a\",\"to\":\"b\"}", "\\\"to\\\"", 400 },
        { "/assign", "{\"to\":\"0612345\"}", "name", 400 },
        { "/assign", "{}", "to", 400 },
        { "/close", "{}", "subject", 400 },
    };
    struct house *house = *state;
    char id[32];
    written(house, TEXT, id);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = at(house, "POST", id, cases[i].what, cases[i].body, cases[i].status);
        if (!strstr(asked.body, cases[i].told))
            fail_msg("%s: %s", cases[i].body, asked.body);
        house_forget(&asked);
    }
    struct asked asked = as_desk(house, "GET", "/v1/inbox?state=lost", NULL, 400);
    house_forget(&asked);
    asked = as_desk(house, "GET", "/v1/inbox/0000000000000", NULL, 404);
    house_forget(&asked);
    asked = as_desk(house, "GET", "/v1/inbox?state=open", NULL, 200);
    assert_true(said(&asked, "items[0].id").len > 0); /* nothing of it happened */
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_a_list_has_no_text),       test_in_house(test_one_item_is_read_and_written_down),
        test_in_house(test_a_very_long_one_is_shown), test_in_house(test_answering),                test_in_house(test_assigning_and_closing),
        test_in_house(test_what_makes_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
