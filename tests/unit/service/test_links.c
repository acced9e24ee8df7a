/* SPDX-License-Identifier: EUPL-1.2 */
/* Answering by a link: used once, by a button, in time, by whom it was sent to; and which texts leave with one. */
#include "tests/unit/service/ways.h"

#include "gateway/store/deep_links.h"
#include "gateway/store/moves.h"
#include "gateway/store/unsubscribe.h"

#include "gateway/store/internal.h"

static void a_link_decides_once_and_looking_decides_nothing(void **state)
{
    struct house *house = *state;
    uint8_t token[PK_LINK_TOKEN_BYTES];
    struct pk_buf page;
    char language[2 * PK_LANGUAGE_MAX];
    struct pk_error why = { 0 };
    deaf(house, "no");
    import_row(house, false);
    newest_link(house, token);
    int64_t changes = sqlite3_total_changes64(house->store->db), now_ms = pk_clock_wall_ms();
    pk_buf_init(&page, 65536);
    struct pk_json_out out = pk_json_out(&page);
    pk_json_open(&out, NULL, '{');
    assert_int_equal(pk_link_language(house->service, token, now_ms, language, NULL), 0);
    assert_string_equal(language, "bg");
    assert_int_equal(pk_link_show(house->service, token, PK_SLICE("bg-Latn"), now_ms, &out, NULL), 0);
    pk_json_close(&out, '}');
    assert_non_null(strstr(pk_buf_text(&page), "\"consent\":true"));
    assert_non_null(strstr(pk_buf_text(&page), "roditelski sreshti"));
    assert_non_null(strstr(pk_buf_text(&page), "искате ли съобщения за родителски срещи? Отговорете тук: …\"")); /* the very question */
    pk_buf_finish(&page);
    assert_int_equal(sqlite3_total_changes64(house->store->db), changes);
    /* What it does not offer uses nothing up. */
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_link_press(house->service, token, PK_LINK_START, 1, now_ms, &why), PK_E_INVALID);
    assert_int_equal(pk_link_press(house->service, token, PK_LINK_YES, PK_LINK_HEADS_MAX + 1, now_ms, &why), PK_E_INVALID);
    pk_unit_drop(house->store);
    in_unit(house, pk_link_press(house->service, token, PK_LINK_YES, 1, now_ms, err));
    in_unit(house, pk_link_press(house->service, token, PK_LINK_STOP, 1, now_ms + PK_LINK_AGAIN_MS - 1, err)); /* a second tap */
    assert_true(house_consent(house, person(house), TOPIC) == PK_CONSENT_GRANTED);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_link_press(house->service, token, PK_LINK_STOP, 1, now_ms + PK_LINK_AGAIN_MS, &why), PK_E_NOT_FOUND);
    pk_unit_drop(house->store);
    settle_all(house);
    /* The evidence is the question's words, without what decides. */
    assert_int_equal(house_count(house, "SELECT count(*) FROM shown WHERE text LIKE '%Отговорете тук: " LINK_AT "'"), 1);
    assert_int_equal(house_count(house, "SELECT length(digest) FROM link LIMIT 1"), 32);
}

static void a_link_ends_by_itself_and_with_the_person(void **state)
{
    struct house *house = *state;
    uint8_t token[PK_LINK_TOKEN_BYTES];
    struct pk_error why = { 0 };
    char language[2 * PK_LANGUAGE_MAX];
    deaf(house, "no");
    import_row(house, false);
    newest_link(house, token);
    int64_t now_ms = pk_clock_wall_ms();
    assert_int_equal(pk_link_language(house->service, token, now_ms + 7 * DAY_MS - 2 * SECOND_MS, language, &why), 0);
    assert_int_equal(pk_link_language(house->service, token, now_ms + 7 * DAY_MS, language, &why), PK_E_NOT_FOUND);
    out_by_erasure(house);
    assert_int_equal(pk_link_language(house->service, token, now_ms, language, &why), PK_E_NOT_FOUND);
    assert_int_equal(house_count(house, "SELECT count(*) FROM link"), 0);
    char text[PK_LINK_TEXT + 1];
    pk_link_write(token, text);
    for (size_t i = 0; i < PK_LINK_TEXT; i++) /* the last letter has bits that are nobody's */
        for (const char *c = "Ax_-=9/+"; *c; c++) {
            char changed[PK_LINK_TEXT + 1];
            uint8_t other[PK_LINK_TOKEN_BYTES];
            memcpy(changed, text, sizeof changed);
            changed[i] = *c;
            if (*c != text[i] && pk_link_read(pk_slice_of(changed), other))
                assert_memory_not_equal(other, token, sizeof other);
        }
}

/* A retry says what the first attempt said: a provider that knows repeats by their words knows it. */
static void a_second_attempt_has_the_same_words(void **state)
{
    struct house *house = *state;
    char first[600];
    deaf(house, "no");
    struct pk_import_outcome outcome;
    const struct pk_import_row row = { .channel = PK_SLICE("sms"), .address = PK_SLICE(ANNA), .language = PK_SLICE("bg"),
                                       .topics = { &house->rules.topics[0] }, .topic_count = 1 };
    in_unit(house, pk_import_apply_row(house->service, false, PK_SLICE("anna"), &row, pk_clock_wall_ms(), &outcome, err));
    (void) snprintf(first, sizeof first, "%s", last_text(house));
    post_complete(house->posts[0], 0, PK_OUTCOME_RETRY);
    house_settle(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 2);
    assert_string_equal(last_text(house), first);
    assert_int_equal(house_count(house, "SELECT count(*) FROM link"), 1);
}

/* Where one account hears and the next does not, the account that sends decides. */
static void the_account_that_sends_decides_the_words(void **state)
{
    struct house *house = *state;
    static const char *const no[] = { "no" };
    house->accounts[1].replies = (struct pk_words){ no, 1 };
    house_reopen(house);
    import_row(house, true);
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[]},"
                                                    HOUSE_VALUES), 0);
    assert_says(house, "Пишете ДА или НЕ. Край: СТОП");
    settle_all(house);
    for (int i = 0; i < 3; i++) { /* the first account breaks */
        assert_int_equal(house_publish(house, "school", NULL), 0);
        house_turns(house, 2);
    }
    pk_desks_by_id(house->service->desks, pk_name_find(house->store, PK_NAME_ACCOUNT, PK_SLICE("first")))->paused = true;
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[]},"
                                                    HOUSE_VALUES), 0);
    house_turns(house, 2);
    assert_true(house->posts[1]->count > 0);
    assert_non_null(strstr(house->posts[1]->jobs[house->posts[1]->count - 1].text, "Отговор: " LINK_AT));
}

/* The link in an answer is about the date that was answered, not about the newest one. */
static void a_link_in_an_answer_is_about_its_own_date(void **state)
{
    static const char *const days[] = { "2026-10-20", "2026-10-21" };
    struct house *house = *state;
    uint8_t first[PK_LINK_TOKEN_BYTES] = { 0 };
    deaf(house, "no");
    import_row(house, true);
    for (size_t i = 0; i < PK_COUNT(days); i++) {
        char text[400];
        (void) snprintf(text, sizeof text, "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[]},"
                                           "\"values\":{\"begins\":\"%sT16:00:00Z\",\"place\":\"Dam 12\"},\"validUntil\":\"2026-10-19T00:00:00Z\"", days[i]);
        assert_int_equal(house_publish(house, "school", text), 0);
        settle_all(house);
        (void) house_count(house, "UPDATE notice SET occurrence = 100 + id, version = 1 WHERE id = (SELECT max(id) FROM notice)");
        if (i == 0)
            newest_link(house, first);
    }
    int64_t date = house_count(house, "SELECT min(occurrence) FROM notice WHERE occurrence > 0");
    in_unit(house, pk_link_press(house->service, first, PK_LINK_YES, 1, pk_clock_wall_ms(), err));
    settle_all(house);
    assert_says(house, "вторник, 20 октомври");
    press_link(house, PK_LINK_NO);
    assert_says(house, "вторник, 20 октомври");
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 2);
    assert_int_equal(house_count(house, "SELECT count(DISTINCT occurrence) FROM rsvp"), 1);
    assert_int_equal(house_count(house, "SELECT occurrence FROM rsvp WHERE yes = 0"), date);
}

/* ---- in the person's own file, and gone with them ---- */

static void what_was_handed_out_is_told_and_erased(void **state)
{
    static const char *const parts[] = {
        "{\"what\":\"answer link\",\"channel\":\"sms\"", "\"answered\":\"yes\"", "{\"what\":\"desk word\",\"channel\":\"sms\",\"topic\":\"festival\",\"by\":\"desk\"",
        "{\"what\":\"new address\"", "{\"what\":\"unsubscribe link\"", "\"chatLinks\":[{\"channel\":\"sms\",\"topics\":\"festival\"",
    };
    static const char *const tables[] = { "link", "desk_word", "move", "unsubscribe", "deep_link" };
    static const uint8_t code[PK_UNSUBSCRIBE_TOKEN_BYTES] = { 7 };
    const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "adviser", .purpose = "test" };
    struct house *house = *state;
    struct pk_buf out;
    int64_t until_ms, id;
    deaf(house, "no");
    import_row(house, false);
    press_link(house, PK_LINK_YES);
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    const struct pk_desk_word_plan word = { .recipient = person(house), .topic = PK_SLICE("festival") };
    const struct pk_deep_link chat = { .recipient = person(house), .channel = sms, .topics = PK_SLICE("festival"), .until_ms = HOUSE_NOW + DAY_MS };
    struct pk_move move = { .recipient = person(house), .channel = sms, .created_ms = HOUSE_NOW, .until_ms = HOUSE_NOW + DAY_MS };
    in_unit(house, pk_desk_word_send(house->service, &desk, &word, pk_clock_wall_ms(), &until_ms, err));
    in_unit(house, pk_move_ask(house->store, &move, PK_SLICE(BORIS), err));
    in_unit(house, pk_unsubscribe_add(house->store, code, person(house), sms, HOUSE_NOW, HOUSE_NOW + DAY_MS, err));
    in_unit(house, pk_deep_link_add(house->store, &chat, code, &id, err));
    settle_all(house);
    pk_buf_init(&out, 1u << 20);
    const struct pk_whom whom = { .recipient = person(house) };
    in_unit(house, pk_person_export(house->service, &adviser, &whom, pk_clock_wall_ms(), &out, err));
    for (size_t i = 0; i < PK_COUNT(parts); i++)
        if (!strstr(pk_buf_text(&out), parts[i]))
            fail_msg("the file lacks %s", parts[i]);
    pk_buf_finish(&out);
    out_by_erasure(house);
    for (size_t i = 0; i < PK_COUNT(tables); i++) {
        char sql[64];
        (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
        if (house_count(house, sql) != 0)
            fail_msg("erased, and still in %s", tables[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_ways(a_link_decides_once_and_looking_decides_nothing),
        in_ways(a_link_ends_by_itself_and_with_the_person),
        in_ways(a_second_attempt_has_the_same_words),
        in_ways(the_account_that_sends_decides_the_words),
        in_ways(a_link_in_an_answer_is_about_its_own_date),
        in_ways(what_was_handed_out_is_told_and_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
