/* SPDX-License-Identifier: EUPL-1.2 */
/* One's own page: a channel stopped and taken up again, schools and areas chosen, data taken along, and being erased. */
#include "tests/unit/service/own_support.h"

#include "gateway/service/passes.h"

#include "gateway/service/rights.h"

static const struct pk_tagged labels[] = { { "nl", "De Roos, Het Kompas" } };
static const char *const schools[] = { "school:windroos", "school:kompas" }, *const areas[] = { "area:noord", "area:zuid" };
static const struct pk_choice_rule groups[] = {
    { .name = "school", .tags = { schools, 2 }, .labels = { labels, 1 } },
    { .name = "area", .one = true, .tags = { areas, 2 } },
};

static int64_t at_two_places(struct house *house)
{
    int64_t who, address;
    two_channels(house);
    who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_address_add(house->store, who, channel(house, "whatsapp"), PK_SLICE(ANNA), HOUSE_NOW, &address, NULL), 0);
    struct pk_actor self = person(who);
    assert_int_equal(in_unit(house, pk_own_topic(house->service, &self, PK_SLICE("festival"), true, pk_clock_wall_ms(), NULL)), 0);
    assert_int_equal(consent_on(house, who, "festival", "whatsapp"), PK_CONSENT_GRANTED);
    return who;
}

static int set_channel(struct house *house, int64_t who, const char *name, bool on)
{
    struct pk_actor self = person(who);
    return in_unit(house, pk_own_channel(house->service, &self, pk_slice_of(name), on, pk_clock_wall_ms(), NULL));
}

static int set_topic(struct house *house, int64_t who, const char *name, bool yes)
{
    struct pk_actor self = person(who);
    return in_unit(house, pk_own_topic(house->service, &self, pk_slice_of(name), yes, pk_clock_wall_ms(), NULL));
}

/* ---- channels ---- */

static void one_channel_stops_and_the_other_goes_on(void **state)
{
    struct house *house = *state;
    int64_t who = at_two_places(house), links;
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "state < 3"), 1);
    assert_int_equal(set_channel(house, who, "sms", false), 0);
    assert_int_equal(consent_on(house, who, "parent-meetings", "sms"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(consent_on(house, who, "festival", "sms"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(consent_on(house, who, "festival", "whatsapp"), PK_CONSENT_GRANTED);
    assert_int_equal(house_messages(house, "state < 3"), 0); /* what waited on it */
    assert_int_equal(house_message(house, "state = 14").reason, PK_REASON_NO_CONSENT);
    /* A yes to a topic means the channels that are left. */
    assert_int_equal(set_topic(house, who, "info-point", true), 0);
    assert_int_equal(consent_on(house, who, "info-point", "whatsapp"), PK_CONSENT_GRANTED);
    assert_int_equal(consent_on(house, who, "info-point", "sms"), PK_CONSENT_UNKNOWN);
    /* Taken up again it gets what stands elsewhere, and nothing that was ended by name. */
    assert_int_equal(set_channel(house, who, "sms", true), 0);
    assert_int_equal(consent_on(house, who, "festival", "sms"), PK_CONSENT_GRANTED);
    assert_int_equal(consent_on(house, who, "info-point", "sms"), PK_CONSENT_GRANTED);
    assert_int_equal(consent_on(house, who, "parent-meetings", "sms"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_ledger_verify(house->store, &links, NULL), 0);
}

static void with_every_channel_stopped_a_yes_opens_them(void **state)
{
    struct house *house = *state;
    int64_t who = at_two_places(house);
    assert_int_equal(set_channel(house, who, "whatsapp", false), 0);
    assert_int_equal(set_channel(house, who, "sms", false), 0);
    assert_int_equal(set_channel(house, who, "whatsapp", true), 0); /* nothing stands elsewhere: what it took */
    assert_int_equal(consent_on(house, who, "festival", "whatsapp"), PK_CONSENT_GRANTED);
    assert_int_equal(set_channel(house, who, "whatsapp", false), 0);
    assert_int_equal(set_topic(house, who, "festival", true), 0);
    assert_int_equal(consent_on(house, who, "festival", "sms"), PK_CONSENT_GRANTED);
    assert_int_equal(consent_on(house, who, "festival", "whatsapp"), PK_CONSENT_GRANTED);
}

static void a_channel_that_is_not_theirs(void **state)
{
    struct house *house = *state;
    two_channels(house);
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(set_channel(house, who, "whatsapp", false), PK_E_INVALID);
    assert_int_equal(set_channel(house, who, "nothing", true), PK_E_INVALID);
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТОП"), 0);
    house_turns(house, 2);
    assert_int_equal(set_channel(house, who, "sms", true), PK_E_CONFLICT);
    assert_int_equal(set_channel(house, who + 1, "sms", true), PK_E_NOT_FOUND);
}

/* ---- schools and areas ---- */

static int choose(struct house *house, int64_t who, const char *group, const struct pk_slice *tags, size_t count)
{
    struct pk_actor self = person(who);
    return in_unit(house, pk_own_choose(house->service, &self, pk_slice_of(group), tags, count, pk_clock_wall_ms(), NULL));
}

static bool has(struct house *house, const char *tag)
{
    char sql[128];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM tag t JOIN name n ON n.id = t.tag WHERE n.kind = 2 AND n.text = '%s'", tag);
    return house_count(house, sql) == 1;
}

static void what_is_offered_is_chosen(void **state)
{
    struct house *house = *state;
    const struct pk_slice both[] = { PK_SLICE("school:kompas"), PK_SLICE("school:windroos") };
    const struct pk_slice area[] = { PK_SLICE("area:zuid"), PK_SLICE("area:noord") }, hidden[] = { PK_SLICE("vip") };
    uint32_t vip;
    house->rules.choices = groups;
    house->rules.choice_count = PK_COUNT(groups);
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_TAG, PK_SLICE("vip"), &vip, NULL), 0);
    assert_int_equal(pk_recipient_tag(house->store, who, vip, NULL), 1);
    assert_int_equal(choose(house, who, "school", both, 2), 0);
    assert_true(has(house, "school:kompas"));
    assert_int_equal(choose(house, who, "school", both, 1), 0);
    assert_false(has(house, "school:windroos"));
    assert_int_equal(choose(house, who, "area", area, 1), 0);
    assert_int_equal(choose(house, who, "area", area, 2), PK_E_INVALID); /* one of them */
    assert_int_equal(choose(house, who, "school", area, 1), PK_E_INVALID);
    assert_int_equal(choose(house, who, "school", hidden, 1), PK_E_INVALID);
    assert_int_equal(choose(house, who, "vip", hidden, 1), PK_E_INVALID);
    assert_int_equal(choose(house, who, "school", NULL, 0), 0);
    assert_false(has(house, "school:kompas"));
    assert_true(has(house, "area:zuid"));
    assert_true(has(house, "vip")); /* no choice of theirs: it stays */
}

/* ---- seeing, taking along, being erased ---- */

static const char *shown(struct house *house, int64_t who, const char *language, struct pk_buf *out)
{
    char own[2 * PK_LANGUAGE_MAX];
    struct pk_actor self = person(who);
    pk_buf_clear(out);
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    assert_int_equal(in_unit(house, pk_own_show(house->service, &self, pk_slice_of(language), pk_clock_wall_ms(), &json, own, NULL)), 0);
    pk_json_close(&json, '}');
    return pk_buf_text(out);
}

static void the_page_shows_what_can_be_done(void **state)
{
    struct house *house = *state;
    struct pk_buf out;
    pk_buf_init(&out, 65536);
    house->rules.choices = groups;
    house->rules.choice_count = PK_COUNT(groups);
    two_channels(house);
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    const char *page = shown(house, who, "nl", &out);
    assert_null(strstr(page, ANNA));
    assert_non_null(strstr(page, "\"label\":\"SMS\",\"masked\":\"+35…34\",\"blocked\":false,\"on\":false,\"off\":false")); /* the only one */
    assert_non_null(strstr(page, "\"what\":\"add-whatsapp\""));
    assert_null(strstr(page, "\"what\":\"add-sms\""));
    assert_non_null(strstr(page, "\"tag\":\"school:windroos\",\"name\":\"De Roos\",\"chosen\":true"));
    assert_non_null(strstr(page, "\"tag\":\"area:noord\",\"name\":\"area:noord\",\"chosen\":false")); /* nobody named it */
    assert_non_null(strstr(shown(house, who, "bg-Latn", &out), "\"name\":\"roditelski sreshti\""));
    pk_buf_finish(&out);
}

static void data_and_the_end(void **state)
{
    struct house *house = *state;
    struct pk_buf out;
    int64_t who = house_person(house, ANNA, "nl", PK_CONSENT_CONFIRMED), other = house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    struct pk_actor self = person(who), stranger = person(other);
    uint8_t token[PK_PASS_TOKEN_BYTES] = { 3 };
    pk_buf_init(&out, 65536);
    assert_int_equal(pk_session_add(house->store, token, who, pk_clock_wall_ms(), pk_clock_wall_ms() + HOUR_MS, NULL), 0);
    assert_int_equal(in_unit(house, pk_own_export(house->service, &self, pk_clock_wall_ms(), &out, NULL)), 0);
    assert_non_null(strstr(pk_buf_text(&out), ANNA));
    assert_null(strstr(pk_buf_text(&out), BORIS));
    assert_non_null(strstr(pk_buf_text(&out), "recipient.export"));
    const struct pk_about about = { .recipient = who }; /* somebody else's page is not theirs: the table of rights is asked */
    assert_int_equal(pk_may(&stranger, PK_ACTION_RECIPIENT_EXPORT, &about, NULL), PK_E_DENIED);
    assert_int_equal(pk_may(&stranger, PK_ACTION_RECIPIENT_ERASE, &about, NULL), PK_E_DENIED);
    assert_int_equal(in_unit(house, pk_own_erase(house->service, &self, true, pk_clock_wall_ms(), NULL)), 0);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM session"), 0);
    assert_int_equal(house->posts[0]->count, 1);
    assert_non_null(strstr(house->posts[0]->jobs[0].text, "gewist"));
    assert_true(pk_suppression_has(house->store, channel(house, "sms"), PK_SLICE(ANNA)));
    pk_buf_finish(&out);
}

/* ---- how long it stays open ---- */

static bool is_open(struct house *house, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms)
{
    int64_t who = 0;
    int64_t changes = sqlite3_total_changes64(house->store->db);
    int r = pk_passes_session(house->service, token, now_ms, &who, NULL);
    assert_true(r == 0 || r == PK_E_DENIED);
    assert_int_equal(sqlite3_total_changes64(house->store->db), changes); /* whoever looks changes nothing */
    return r == 0;
}

static void looking_does_not_keep_it_open(void **state)
{
    struct house *house = *state;
    const uint8_t token[PK_PASS_TOKEN_BYTES] = { 7 };
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), began_ms = pk_clock_wall_ms(), now_ms = began_ms;
    assert_int_equal(pk_session_add(house->store, token, who, began_ms, began_ms + PK_SESSION_MS, NULL), 0);
    for (; now_ms < began_ms + PK_SESSION_MS; now_ms += MINUTE_MS)
        assert_true(is_open(house, token, now_ms));
    assert_false(is_open(house, token, now_ms));
    assert_int_equal(in_unit(house, pk_passes_go_on(house->service, token, now_ms, NULL)), PK_E_DENIED); /* too late for a button */
    assert_int_equal(pk_session_add(house->store, (const uint8_t[PK_PASS_TOKEN_BYTES]){ 8 }, who, began_ms, began_ms + PK_SESSION_MS, NULL), 0);
    for (now_ms = began_ms; now_ms < began_ms + PK_SESSION_WHOLE_MS; now_ms += PK_SESSION_MS - SECOND_MS)
        assert_int_equal(in_unit(house, pk_passes_go_on(house->service, (const uint8_t[PK_PASS_TOKEN_BYTES]){ 8 }, now_ms, NULL)), 0);
    assert_false(is_open(house, (const uint8_t[PK_PASS_TOKEN_BYTES]){ 8 }, began_ms + PK_SESSION_WHOLE_MS)); /* and not for ever */
}

/* By a word, or by what a provider says of the number: a page left open somewhere signs nothing up again, a code neither. */
static void a_stop_closes_it(void **state)
{
    struct house *house = *state;
    const uint8_t token[PK_PASS_TOKEN_BYTES] = { 1 }, others[PK_PASS_TOKEN_BYTES] = { 2 };
    struct pk_event refusal = { .kind = PK_EVENT_OPT_OUT, .address = PK_SLICE(ANNA), .event_id = PK_SLICE("opted-out") };
    int64_t now_ms = pk_clock_wall_ms(), until_ms = now_ms + HOUR_MS;
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), other = house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_session_add(house->store, others, other, now_ms, until_ms, NULL), 0);
    for (int provider = 0; provider < 2; provider++) {
        uint8_t pass[PK_PASS_TOKEN_BYTES];
        assert_int_equal(post_reply(house->posts[0], ANNA, "СТАРТ"), 0);
        house_later(house, SECOND_MS);
        assert_int_equal(pk_session_add(house->store, token, who, pk_clock_wall_ms(), until_ms, NULL), 0);
        assert_int_equal(in_unit(house, pk_passes_ask(house->service, PK_SLICE(ANNA), pk_clock_wall_ms(), pass, NULL)), 0);
        house_later(house, 1100);
        assert_int_equal(house_count(house, "SELECT count(*) FROM pass WHERE recipient <> 0"), 1);
        assert_int_equal(provider ? post_event(house->posts[0], &refusal) : post_reply(house->posts[0], ANNA, "СТОП"), 0);
        house_turns(house, 2);
        assert_false(is_open(house, token, pk_clock_wall_ms()));
        assert_true(is_open(house, others, pk_clock_wall_ms()));
        assert_int_equal(house_count(house, "SELECT count(*) FROM pass WHERE recipient <> 0"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(one_channel_stops_and_the_other_goes_on), in_house(with_every_channel_stopped_a_yes_opens_them),
        in_house(a_channel_that_is_not_theirs),            in_house(what_is_offered_is_chosen),
        in_house(the_page_shows_what_can_be_done),         in_house(data_and_the_end),
        in_house(looking_does_not_keep_it_open),           in_house(a_stop_closes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
