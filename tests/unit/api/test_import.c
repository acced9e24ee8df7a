/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of recipients and copies of the database, asked for at the control socket of a gateway that runs. */
#include "tests/unit/api/house.h"

#include "gateway/base/clock.h"
#include "gateway/store/inspect.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#include <sys/stat.h>
#include <unistd.h>

#define DAY_MS (24 * 3600000ll)
#define HEAD "channel,address,language,topics\n"
#define ROWS "sms,+359880001234,bg,festival\nsms,0888000123,bg,festival\nsms,+359880001235,bg,festival\n"
#define CSV "Content-Type: text/csv\r\n"

static const struct pk_topic_rule topics[] = { { .name = "festival", .consent_ms = 365 * DAY_MS } };

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.topics = topics;
    house->rules.topic_count = 1;
    house->rules.question_every_ms = 90 * DAY_MS;
    house->rules.question_validity_ms = 7 * DAY_MS;
    return r;
}

#define test_import_in_house(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

static struct asked post(struct house *house, const char *arguments, const char *text, unsigned status)
{
    struct asked asked;
    char path[128];
    (void) snprintf(path, sizeof path, "/v1/recipients/import?%s", arguments);
    house_ask(house, CONTROL, "POST", path, CSV, text, &asked);
    assert_int_equal(asked.status, status);
    assert_null(strstr(asked.body, "88000"));
    return asked;
}

static void start(struct house *house, const char *arguments, const char *text, char ret_job[16])
{
    struct asked asked = post(house, arguments, text, 202);
    (void) snprintf(ret_job, 16, "%.*s", PK_SLICE_ARG(said(&asked, "job")));
    house_forget(&asked);
}

/* The job when it has ended. */
static struct asked follow(struct house *house, const char *job)
{
    char path[64];
    (void) snprintf(path, sizeof path, "/v1/jobs/%s", job);
    for (int i = 0; i < 50; i++) {
        struct asked asked = house_json(house, "GET", path, NULL, 200);
        assert_null(strstr(asked.body, "88000"));
        if (!pk_slice_is(said(&asked, "state"), "running"))
            return asked;
        house_forget(&asked);
        pk_clock_advance(1000); /* after a lost turn it waits that long */
    }
    fail_msg("the job does not end");
    return (struct asked){ 0 };
}

static void counted(const struct asked *asked, int64_t taken, int64_t refused)
{
    assert_int_equal(pk_json_count(pk_json_get(asked->json, "counts")), 2);
    assert_int_equal(said_int(asked, "counts.taken"), taken);
    assert_int_equal(said_int(asked, "counts.refused"), refused);
}

static void test_a_file_becomes_a_job(void **state)
{
    struct house *house = *state;
    char job[16], again[16];
    start(house, "partial=yes&by=anna", HEAD ROWS, job);
    struct asked asked = follow(house, job);
    assert_said(&asked, "state", "done");
    assert_said(&asked, "kind", "import");
    assert_said(&asked, "id", job);
    assert_int_equal(said_int(&asked, "done"), 3);
    assert_int_equal(said_int(&asked, "total"), 3);
    counted(&asked, 2, 1);
    assert_int_equal(said_int(&asked, "errors[0].line"), 3);
    assert_said(&asked, "errors[0].reason", "address: without its country this number can be more than one");
    assert_int_equal(said_int(&asked, "moreErrors"), 0);
    house_forget(&asked);
    assert_int_equal(pk_recipient_count(house->store), 2);
    assert_int_equal(house_audited(house, "recipients.import"), 1);
    assert_int_equal(house_audited(house, "recipients.imported"), 1);
    start(house, "partial=yes&by=anna", HEAD ROWS, again);
    assert_string_equal(again, job);
    asked = follow(house, again);
    counted(&asked, 2, 1);
    house_forget(&asked);
}

static void test_the_people_are_asked(void **state)
{
    struct house *house = *state;
    char job[16];
    start(house, "partial=yes", HEAD ROWS, job);
    struct asked asked = follow(house, job);
    house_forget(&asked);
    for (int i = 0; i < 5; i++)
        house_turn(house);
    assert_int_equal(house_handed(house), 2);
}

static void test_nothing_unless_all(void **state)
{
    struct house *house = *state;
    char job[16];
    start(house, "confirmed=no&partial=no", HEAD ROWS, job);
    struct asked asked = follow(house, job);
    assert_said(&asked, "state", "failed");
    counted(&asked, 0, 1);
    house_forget(&asked);
    assert_int_equal(pk_recipient_count(house->store), 0);
}

static void refused(struct house *house, const char *arguments, const char *text, unsigned status, const char *detail)
{
    struct asked asked = post(house, arguments, text, status);
    assert_said(&asked, "detail", detail);
    house_forget(&asked);
}

static void test_what_is_refused_at_once(void **state)
{
    struct house *house = *state;
    refused(house, "", "channel,adress,language,topics\n", 400, "line 1: column 2: \"adress\" is not the name of a column");
    refused(house, "partial=maybe", HEAD, 400, "argument \"partial\" must be yes or no");
    refused(house, "confirmed=yes&by=anna&second=anna", HEAD, 400, "consents that were given already need a second person");
    refused(house, "by=0880001234", HEAD, 400, "who imports must be a name, at most 64 bytes");
    struct asked asked = house_json(house, "POST", "/v1/recipients/import", "{}", 415);
    house_forget(&asked);
    asked = house_json(house, "GET", "/v1/jobs/0000000000077", NULL, 404);
    house_forget(&asked);
    asked = house_json(house, "GET", "/v1/jobs/x", NULL, 404);
    house_forget(&asked);
}

/* ---- no answer tells who is known ---- */

#define ONE(number) HEAD "sms," number ",bg,festival\n"

/* The whole answer for a file of one line, without what is the file's own: its job's id. */
static void answer_for(struct house *house, const char *text, struct pk_buf *ret_answer)
{
    char job[16];
    start(house, "by=anna", text, job);
    struct asked asked = follow(house, job);
    const char *rest = strstr(asked.body, "\"kind\"");
    assert_non_null(rest);
    pk_buf_init(ret_answer, 1u << 16);
    (void) pk_buf_add_text(ret_answer, rest);
    house_forget(&asked);
}

/* Known, unknown, stopped, unknown and stopped, blocked by the network, who said no: one answer, in the audit too. */
static void test_every_number_gets_the_same_answer(void **state)
{
    struct house *house = *state;
    static const char *const texts[] = { ONE("+359880001240"), ONE("+359880001241"), ONE("+359880001242"),
                                         ONE("+359880001243"), ONE("+359880001244"), ONE("+359880001245") };
    struct pk_buf first, other;
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")), festival = 0;
    char job[16];
    start(house, "by=anna", HEAD "sms,+359880001241,bg,festival\nsms,+359880001242,bg,festival\nsms,+359880001244,bg,festival\n"
                                 "sms,+359880001245,bg,festival\n", job);
    struct asked asked = follow(house, job);
    house_forget(&asked);
    struct pk_address at;
    assert_int_equal(pk_address_find(house->store, sms, PK_SLICE("+359880001242"), &at, NULL), 0);
    assert_int_equal(pk_recipient_set_stopped(house->store, at.recipient, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_suppression_add(house->store, sms, PK_SLICE("+359880001243"), HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_address_find(house->store, sms, PK_SLICE("+359880001244"), &at, NULL), 0);
    assert_int_equal(pk_address_block(house->store, at.id, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_address_find(house->store, sms, PK_SLICE("+359880001245"), &at, NULL), 0);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_TOPIC, PK_SLICE("festival"), &festival, NULL), 0);
    struct pk_consent_event no = { .recipient = at.recipient, .topic = festival, .channel = sms, .kind = PK_CONSENT_WITHDRAWN,
                                   .at_ms = HOUSE_NOW, .how = PK_SLICE("reply"), .by = PK_SLICE("self") };
    assert_int_equal(pk_ledger_append(house->store, &no, NULL), 0);
    answer_for(house, texts[0], &first);
    for (size_t i = 1; i < PK_COUNT(texts); i++) {
        answer_for(house, texts[i], &other);
        assert_string_equal(pk_buf_text(&other), pk_buf_text(&first));
        pk_buf_finish(&other);
    }
    pk_buf_finish(&first);
    asked = house_json(house, "GET", "/v1/audit?actor=uid:0&limit=100", NULL, 200);
    house_forget(&asked);
    assert_int_equal(pk_sql_int(house->store, -1, "SELECT count(DISTINCT detail) FROM audit WHERE action = 'recipients.imported'"
                                                  " AND detail <> 'done: 4 taken, 0 refused'", ""), 1);
}

/* ---- commits that fail ---- */

/* The turn that takes the file is kept, the next six are not. */
static void lose_six_turns(struct house *house)
{
    if (house->served == 0 && pk_http_server_open(house->control) == 0)
        return;
    house->served++;
    house->commit_fails = house->served > 1 && house->served <= 7;
    if (house->served > 1 && house->served <= 8)
        assert_int_equal(pk_recipient_count(house->store), 0);
}

static void test_turns_that_are_lost_are_done_again(void **state)
{
    struct house *house = *state;
    char job[16];
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    assert_int_equal(pk_suppression_add(house->store, sms, PK_SLICE("+359880001235"), HOUSE_NOW, NULL), 0);
    house->after_serve = lose_six_turns;
    start(house, "partial=yes", HEAD ROWS, job);
    while (house->served < 8) {
        pk_clock_advance(1000);
        house_turn(house);
    }
    struct asked asked = follow(house, job);
    assert_said(&asked, "state", "done");
    counted(&asked, 2, 1);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "errors")), 1);
    house_forget(&asked);
    int64_t links = 0;
    assert_int_equal(pk_ledger_verify(house->store, &links, NULL), 0);
    assert_int_equal(links, 1);
}

static void test_a_start_that_was_not_kept(void **state)
{
    struct house *house = *state;
    char job[16];
    house->commit_fails = true;
    struct asked asked = post(house, "partial=yes", HEAD ROWS, 503);
    house_forget(&asked);
    house->commit_fails = false;
    for (int i = 0; i < 5; i++)
        house_turn(house);
    assert_int_equal(pk_recipient_count(house->store), 0);
    start(house, "partial=yes", HEAD ROWS, job);
    asked = follow(house, job);
    counted(&asked, 2, 1);
    house_forget(&asked);
}

/* ---- copies ---- */

static void test_a_backup(void **state)
{
    struct house *house = *state;
    struct pk_store_facts facts;
    struct stat st;
    char path[96], body[160];
    (void) snprintf(path, sizeof path, "%s/copy", house->folder);
    (void) snprintf(body, sizeof body, "{\"path\":\"%s\"}", path);
    struct asked asked = house_json(house, "POST", "/v1/backup", body, 200);
    assert_said(&asked, "path", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(said_int(&asked, "bytes"), st.st_size);
    house_forget(&asked);
    assert_int_equal(pk_store_inspect(path, house->keys, &facts, NULL), 0);
    assert_int_equal(facts.taken_ms, HOUSE_NOW);
    assert_int_equal(house_audited(house, "backup"), 1);
    asked = house_json(house, "POST", "/v1/backup", body, 409);
    house_forget(&asked);
    assert_int_equal(unlink(path), 0);
    asked = house_json(house, "POST", "/v1/backup", "{\"path\":\"copy\"}", 400);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/backup", "{}", 400);
    house_forget(&asked);
    (void) snprintf(body, sizeof body, "{\"path\":\"%s-journal\"}", pk_store_path(house->store));
    asked = house_json(house, "POST", "/v1/backup", body, 400);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/backup", "{\"path\":\"/nonexistent/folder/copy\"}", 404);
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_import_in_house(test_a_file_becomes_a_job),
        test_import_in_house(test_the_people_are_asked),
        test_import_in_house(test_nothing_unless_all),
        test_import_in_house(test_what_is_refused_at_once),
        test_import_in_house(test_every_number_gets_the_same_answer),
        test_import_in_house(test_turns_that_are_lost_are_done_again),
        test_import_in_house(test_a_start_that_was_not_kept),
        test_import_in_house(test_a_backup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
