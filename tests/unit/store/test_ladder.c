/* SPDX-License-Identifier: EUPL-1.2 */
/* Countries beside sealed addresses, audiences over several channels, and a message that goes on to the next one. */
#include "tests/unit/store/support.h"

#include "gateway/store/internal.h"

static uint32_t chat_of(struct desk *desk)
{
    uint32_t id = 0;
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_CHANNEL, PK_SLICE("telegram"), &id, NULL), 0);
    return id;
}

static int64_t add(struct desk *desk, int64_t who, uint32_t channel, const char *value)
{
    int64_t id = 0;
    assert_int_equal(pk_address_add(desk->store, who, channel, pk_slice_of(value), NOW, &id, NULL), 0);
    return id;
}

static void agree(struct desk *desk, int64_t who, uint32_t channel, uint32_t kind)
{
    struct pk_consent_event event = { .recipient = who, .topic = desk->topic, .channel = channel, .kind = kind, .at_ms = NOW + 1,
                                      .how = PK_SLICE("paper"), .by = PK_SLICE("desk") };
    assert_int_equal(pk_ledger_append(desk->store, &event, NULL), 0);
}

static void sql(struct desk *desk, const char *text)
{
    assert_int_equal(sqlite3_exec(desk->store->db, text, NULL, NULL, NULL), SQLITE_OK);
}

static void assert_country(struct desk *desk, int64_t address, const char *country)
{
    struct pk_address at;
    assert_int_equal(pk_address_get(desk->store, address, &at, NULL), 0);
    assert_string_equal(at.country, country);
}

/* ---- countries ---- */

static void an_address_is_kept_with_its_country(void **state)
{
    struct desk *desk = *state;
    static const struct {
        const char *value, *country;
    } cases[] = { { "+31600000001", "NL" }, { "+359880001234", "BG" }, { "+905300000001", "TR" }, { "+88213123456", "" } };
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        assert_country(desk, add(desk, 0, desk->sms, cases[i].value), cases[i].country);
    assert_country(desk, add(desk, 0, chat_of(desk), "716000001"), "");
    assert_country(desk, add(desk, 0, chat_of(desk), "maria@example.nl"), "");
}

/* Those from before get theirs in steps, and none is looked at twice. */
static void those_from_before_get_theirs(void **state)
{
    struct desk *desk = *state;
    size_t count = 9;
    int64_t first = add(desk, 0, desk->sms, "+31600000001"), second = add(desk, 0, desk->sms, "+359880001234");
    int64_t chat = add(desk, 0, chat_of(desk), "716000001");
    sql(desk, "UPDATE address SET country = NULL");
    assert_country(desk, first, ""); /* as long as nobody looked */
    assert_int_equal(pk_countries_fill(desk->store, NOW, 2, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_int_equal(pk_countries_fill(desk->store, NOW, 2, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_country(desk, first, "NL");
    assert_country(desk, second, "BG");
    assert_country(desk, chat, "");
    assert_int_equal(pk_countries_fill(desk->store, NOW, 2, &count, NULL), 0);
    assert_int_equal(count, 0);
    /* One that no key opens has none and stops nothing. */
    sql(desk, "UPDATE address SET country = NULL, value = x'00' WHERE country = 'NL'");
    assert_int_equal(pk_countries_fill(desk->store, NOW, 2, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(pk_countries_fill(desk->store, NOW, 2, &count, NULL), 0);
    assert_int_equal(count, 0);
}

/* ---- audiences ---- */

static size_t page(struct desk *desk, const struct pk_audience *audience, struct pk_audience_row *rows)
{
    struct pk_audience_row two[2];
    int64_t after = INT64_MIN, counted = 0;
    size_t total = 0, count;
    do {
        assert_int_equal(pk_audience_page(desk->store, audience, after, NOW + 2, 2, two, &count, NULL), 0);
        for (size_t i = 0; i < count; i++) {
            assert_true(two[i].recipient > after);
            rows[total++] = two[i];
            after = two[i].recipient;
        }
    } while (count == 2);
    assert_int_equal(pk_audience_count(desk->store, audience, NOW + 2, 100, &counted, NULL), 0);
    assert_int_equal(counted, total);
    return total;
}

static const struct pk_audience_row *row_of(const struct pk_audience_row *rows, size_t count, int64_t who)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].recipient == who)
            return &rows[i];
    return NULL;
}

/* The audience a line means, on two channels. */
static struct pk_audience on(struct desk *desk, const char *line, struct pk_audience_tree *tree, const uint32_t ladder[2])
{
    struct pk_audience audience = audience_of(desk, line, tree);
    audience.channels[0] = ladder[0];
    audience.channels[1] = ladder[1];
    audience.channel_count = 2;
    return audience;
}

#define PEOPLE 7

static void each_is_met_once_and_first_where_they_may_be(void **state)
{
    struct desk *desk = *state;
    uint32_t chat = chat_of(desk), ladder[] = { chat, desk->sms }, school = 0, area = 0;
    struct pk_audience_row rows[16];
    int64_t who[PEOPLE];
    char text[32];
    for (int i = 0; i < PEOPLE; i++) {
        (void) snprintf(text, sizeof text, i == 1 ? "+35988000000%d" : "+3160000001%d", i);
        who[i] = person(desk, text, i == 2 ? 0 : PK_CONSENT_CONFIRMED, NULL);
        (void) snprintf(text, sizeof text, "71600000%d", i);
        if (i != 1)
            (void) add(desk, who[i], chat, text);
        if (i != 1 && i != 3)
            agree(desk, who[i], chat, i == 4 ? PK_CONSENT_BLOCKED : PK_CONSENT_CONFIRMED);
    }
    sql(desk, "UPDATE address SET blocked_ms = 5 WHERE recipient = (SELECT recipient FROM address ORDER BY id DESC LIMIT 1) AND country = ''");
    struct pk_audience_tree everybody, narrow;
    struct pk_audience all = on(desk, "everybody", &everybody, ladder);
    static const struct {
        bool chat, has_next;
        const char *country;
    } wanted[PEOPLE] = {
        { true, true, "" },    /* both */
        { false, false, "BG" }, /* a number alone */
        { true, false, "" },   /* agreed in the chat alone */
        { false, false, "NL" }, /* has a chat and did not agree there */
        { false, false, "NL" }, /* the network ended the chat */
        { true, true, "" },
        { false, false, "NL" }, /* the chat's address is blocked */
    };
    size_t count = page(desk, &all, rows);
    assert_int_equal(count, PEOPLE);
    for (int i = 0; i < PEOPLE; i++) {
        const struct pk_audience_row *row = row_of(rows, count, who[i]);
        assert_non_null(row);
        if (row->channel != (wanted[i].chat ? chat : desk->sms) || row->has_next != wanted[i].has_next ||
            strcmp(row->country, wanted[i].country) != 0)
            fail_msg("person %d: channel %u, next %d, country \"%s\"", i, row->channel, row->has_next, row->country);
        assert_string_equal(row->language, "bg");
    }
    /* Tags narrow it on every channel; a ladder upside down begins elsewhere; a STOP is one everywhere. */
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, PK_SLICE("school:a"), &school, NULL), 0);
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, PK_SLICE("area:b"), &area, NULL), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pk_recipient_tag(desk->store, who[i], school, NULL), 1);
    assert_int_equal(pk_recipient_tag(desk->store, who[1], area, NULL), 1);
    struct pk_audience some = on(desk, "school:a", &narrow, ladder);
    assert_int_equal(page(desk, &some, rows), 3);
    some = on(desk, "school:a and not area:b", &narrow, ladder);
    assert_int_equal(page(desk, &some, rows), 2);
    assert_null(row_of(rows, 2, who[1]));
    uint32_t other[] = { desk->sms, chat };
    struct pk_audience turned = on(desk, "everybody", &everybody, other);
    count = page(desk, &turned, rows);
    assert_int_equal(row_of(rows, count, who[0])->channel, desk->sms);
    assert_true(row_of(rows, count, who[0])->has_next);
    assert_int_equal(pk_recipient_set_stopped(desk->store, who[0], NOW, NULL), 0);
    assert_int_equal(page(desk, &all, rows), PEOPLE - 1);
}

/* One walk for all channels: nothing is scanned, nothing sorted, however many people there are, and what is asked of
 * everybody is answered by indexes alone, the country of an address too. */
static void a_ladder_is_walked_without_sorting(void **state)
{
    struct desk *desk = *state;
    const char *sql;
    size_t count = 0, covering = 0;
    for (; (sql = pk_audience_statement(count)) != NULL; count++) {
        struct pk_buf text;
        sqlite3_stmt *explain = NULL;
        pk_buf_init(&text, 65536);
        (void) pk_buf_printf(&text, "EXPLAIN QUERY PLAN %s", sql);
        assert_int_equal(sqlite3_prepare_v2(desk->store->db, pk_buf_text(&text), -1, &explain, NULL), SQLITE_OK);
        while (sqlite3_step(explain) == SQLITE_ROW) {
            const char *line = (const char *) sqlite3_column_text(explain, 3);
            if (strstr(line, "SCAN") || strstr(line, "TEMP B-TREE"))
                fail_msg("%s: %s", sql, line);
            covering += strstr(line, "COVERING INDEX address_by_recipient") || strstr(line, "COVERING INDEX consent_by_topic");
        }
        (void) sqlite3_finalize(explain);
        pk_buf_finish(&text);
    }
    assert_true(count > 0);
    assert_int_equal(covering, 2);
}

/* Whatever the ladder, a longer one reads each index once more and no person twice. */
static void a_longer_ladder_reads_no_person_twice(void **state)
{
    struct desk *desk = *state;
    uint32_t chat = chat_of(desk);
    struct pk_audience_tree tree;
    struct pk_audience alone = audience_of(desk, "everybody", &tree), both = on(desk, "everybody", &tree, (uint32_t[]){ chat, desk->sms });
    int64_t read[2];
    for (int i = 0; i < 50; i++) {
        char text[32];
        (void) snprintf(text, sizeof text, "+31600001%03d", i);
        int64_t who = person(desk, text, PK_CONSENT_CONFIRMED, NULL);
        (void) snprintf(text, sizeof text, "716001%03d", i);
        (void) add(desk, who, chat, text);
        agree(desk, who, chat, PK_CONSENT_CONFIRMED);
    }
    const struct pk_audience *audiences[] = { &alone, &both };
    for (size_t i = 0; i < 2; i++) {
        pk_auto(pk_survey) struct pk_survey *survey = pk_survey_new(audiences[i], NOW + 2);
        assert_int_equal(pk_survey_some(survey, desk->store, 100, NULL), 0);
        assert_int_equal(pk_survey_counts(survey)->by_reason[PK_TOLD], 50);
        read[i] = pk_survey_counts(survey)->read;
    }
    assert_true(read[1] <= read[0] + 50 + 2);
}

static void the_next_channel_of_a_person(void **state)
{
    struct desk *desk = *state;
    uint32_t chat = chat_of(desk), mail = 0;
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_CHANNEL, PK_SLICE("email"), &mail, NULL), 0);
    struct pk_audience audience = { .topic = desk->topic, .channels = { chat, mail, desk->sms }, .channel_count = 3 };
    struct pk_next_address next;
    int64_t number = 0, who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &number);
    (void) add(desk, who, chat, "716000001");
    int64_t letter = add(desk, who, mail, "maria@example.nl");
    agree(desk, who, chat, PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_ladder_next(desk->store, &audience, who, chat, NOW + 2, &next, NULL), 0);
    assert_true(next.channel == desk->sms && next.address == number && !next.has_next); /* not agreed to mail */
    assert_string_equal(next.country, "NL");
    agree(desk, who, mail, PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_ladder_next(desk->store, &audience, who, chat, NOW + 2, &next, NULL), 0);
    assert_true(next.channel == mail && next.address == letter && next.has_next);
    assert_int_equal(pk_ladder_next(desk->store, &audience, who, desk->sms, NOW + 2, &next, NULL), 0);
    assert_int_equal(next.channel, 0); /* the last one, or one that is on no ladder, has no next */
    assert_int_equal(pk_ladder_next(desk->store, &audience, who, 99, NOW + 2, &next, NULL), 0);
    assert_int_equal(next.channel, 0);
    assert_int_equal(pk_recipient_set_stopped(desk->store, who, NOW, NULL), 0); /* the gate says so, not this */
    assert_int_equal(pk_ladder_next(desk->store, &audience, who, chat, NOW + 2, &next, NULL), 0);
    assert_int_equal(next.channel, mail);
    assert_int_equal(pk_recipient_set_stopped(desk->store, who, 0, NULL), 0);
    assert_int_equal(pk_ladder_next(desk->store, &audience, who - 1, chat, NOW + 2, &next, NULL), 0);
    assert_int_equal(next.channel, 0); /* nobody, and not the person after */
    assert_int_equal(pk_address_block(desk->store, letter, NOW, NULL), 0);
    assert_int_equal(pk_ladder_next(desk->store, &audience, who, chat, NOW + 2, &next, NULL), 0);
    assert_true(next.channel == desk->sms);
}

/* ---- going on ---- */

static void the_same_row_goes_on_where_its_state_allows(void **state)
{
    struct desk *desk = *state;
    int64_t counts[PK_MESSAGE_STATES], address = 0, who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    const struct pk_message_way way = { .address = 77, .version = 5, .channel = 9, .route = 4, .has_next = true };
    const struct pk_message_way last = { .address = 78, .version = 6, .channel = 10, .route = 5 };
    for (uint32_t from = 0; from < PK_MESSAGE_STATES; from++) {
        struct pk_message message = message_to(desk, who, address), now = { 0 };
        message.state = from;
        message.attempts = 2;
        message.account = 3;
        message.flags = PK_MESSAGE_HAS_NEXT | PK_MESSAGE_POSSIBLE_DOUBLE;
        assert_int_equal(pk_message_insert(desk->store, &message, NULL), 0);
        struct pk_error err = { 0 };
        int r = pk_message_go_on(desk->store, message.id, &way, NOW + 9, &err);
        assert_int_equal(r, pk_message_may_go_on((enum pk_message_state) from) ? 0 : PK_E_CONFLICT);
        assert_int_equal(pk_message_get(desk->store, message.id, &now, NULL), 0);
        if (r != 0) {
            assert_memory_equal(&now, &message, sizeof now);
            continue;
        }
        assert_true(now.state == PK_MESSAGE_DEFERRED && now.reason == PK_REASON_NEXT_CHANNEL && now.channel == 9 && now.address == 77);
        assert_true(now.route == 4 && now.version == 5 && now.due_ms == NOW + 9 && now.attempts == 2 && now.earlier == 2 && now.account == 0);
        assert_int_equal(now.flags, message.flags);
        assert_int_equal(pk_message_go_on(desk->store, message.id, &last, NOW + 9, NULL), 0);
        assert_int_equal(pk_message_get(desk->store, message.id, &now, NULL), 0);
        assert_int_equal(now.flags, PK_MESSAGE_POSSIBLE_DOUBLE);
        struct pk_message_change end = { .state = PK_MESSAGE_FAILED, .now_ms = NOW };
        assert_int_equal(pk_message_change(desk->store, message.id, &end, NULL), 0);
    }
    assert_int_equal(pk_message_go_on(desk->store, 1, &way, NOW, NULL), PK_E_NOT_FOUND);
    /* The counts that are kept went along. */
    assert_int_equal(pk_messages_count(desk->store, 0, counts, NULL), 0);
    int64_t sum = 0;
    for (uint32_t i = 0; i < PK_MESSAGE_STATES; i++) {
        assert_true(counts[i] >= 0);
        sum += counts[i];
    }
    assert_int_equal(sum, PK_MESSAGE_STATES);
    assert_int_equal(counts[PK_MESSAGE_DEFERRED], 0);
}

/* What has a next channel is not given up in silence before it was looked at. */
static void silence_is_looked_at_where_there_is_a_next(void **state)
{
    struct desk *desk = *state;
    struct pk_message late[4];
    size_t count = 0;
    int64_t address = 0, who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    static const uint32_t states[] = { PK_MESSAGE_ACCEPTED, PK_MESSAGE_SENT, PK_MESSAGE_UNCERTAIN, PK_MESSAGE_UNDELIVERED_TEMPORARY };
    for (size_t i = 0; i < PK_COUNT(states); i++)
        for (uint32_t flags = 0; flags <= PK_MESSAGE_HAS_NEXT; flags += PK_MESSAGE_HAS_NEXT) {
            struct pk_message message = message_to(desk, who, address);
            message.state = states[i];
            message.flags = flags;
            assert_int_equal(pk_message_insert(desk->store, &message, NULL), 0);
        }
    assert_int_equal(pk_messages_overdue(desk->store, NOW - 1, 4, late, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(pk_messages_overdue(desk->store, NOW, 4, late, &count, NULL), 0);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        assert_true((late[i].state == PK_MESSAGE_ACCEPTED || late[i].state == PK_MESSAGE_SENT) && late[i].flags == PK_MESSAGE_HAS_NEXT);
    assert_int_equal(pk_messages_close_receipts(desk->store, NOW, 100, &count, NULL), 0);
    assert_int_equal(count, 6); /* doubt, for one, does not go on */
    assert_int_equal(pk_messages_overdue(desk->store, NOW, 4, late, &count, NULL), 0);
    assert_int_equal(count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(an_address_is_kept_with_its_country),
        store_test(those_from_before_get_theirs),
        store_test(each_is_met_once_and_first_where_they_may_be),
        store_test(a_ladder_is_walked_without_sorting),
        store_test(a_longer_ladder_reads_no_person_twice),
        store_test(the_next_channel_of_a_person),
        store_test(the_same_row_goes_on_where_its_state_allows),
        store_test(silence_is_looked_at_where_there_is_a_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
