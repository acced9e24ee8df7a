/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One press at a message's link: it ends one channel of one person, once, and is not undone by a repeat after they came back.
 * And addresses in the form they are kept in.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/service/address.h"
#include "gateway/service/own.h"
#include "gateway/service/unsubscribe.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"

#define URL "https://gw.example.nl"

/* The first account carries links, and mails go out at an https address. */
static void carry_links(struct house *house, uint32_t capabilities, const char *url)
{
    house->adapters[0].capabilities = PK_CAN_RECEIPTS | capabilities;
    house->rules.public_url = url;
    house_reopen(house);
}

static const char *link_of(const struct house *house, size_t job)
{
    assert_true(house->posts[0]->count > job);
    return house->posts[0]->jobs[job].unsubscribe;
}

static int press(struct house *house, const char *link)
{
    struct pk_error err = { 0 };
    size_t front = strlen(URL PK_UNSUBSCRIBE_PATH);
    assert_true(strlen(link) >= front);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_unsubscribe(house->service, pk_slice_of(link + front), pk_clock_wall_ms(), &err);
    if (r != 0)
        pk_unit_drop(house->store);
    else
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    return r;
}

static void notice(struct house *house)
{
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
}

static void each_message_has_a_link_of_its_own(void **state)
{
    struct house *house = *state;
    carry_links(house, PK_CAN_UNSUBSCRIBE, URL "/");
    house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    notice(house);
    assert_int_equal(strlen(link_of(house, 0)), strlen(URL "/u/") + 32);
    assert_true(pk_slice_starts(pk_slice_of(link_of(house, 0)), URL "/u/"));
    assert_string_not_equal(link_of(house, 0), link_of(house, 1));
    assert_int_equal(house_count(house, "SELECT count(*) FROM unsubscribe"), 2);
}

static void none_where_nobody_could_press_it(void **state)
{
    struct house *house = *state;
    house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    carry_links(house, 0, URL);
    notice(house);
    assert_string_equal(link_of(house, 0), "");
    carry_links(house, PK_CAN_UNSUBSCRIBE, "http://127.0.0.1:8080"); /* RFC 8058 asks for https */
    notice(house);
    assert_string_equal(link_of(house, 0), "");
    carry_links(house, PK_CAN_UNSUBSCRIBE, NULL);
    notice(house);
    assert_string_equal(link_of(house, 0), "");
    assert_int_equal(house_count(house, "SELECT count(*) FROM unsubscribe"), 0);
}

static void an_answer_has_none(void **state)
{
    struct house *house = *state;
    carry_links(house, PK_CAN_UNSUBSCRIBE, URL);
    house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ПОМОЩ"), 0);
    house_turns(house, 2);
    assert_string_equal(link_of(house, 0), "");
}

static void it_ends_one_channel_of_one_person(void **state)
{
    struct house *house = *state;
    uint32_t other = 0;
    carry_links(house, PK_CAN_UNSUBSCRIBE, URL);
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), boris = house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_CHANNEL, PK_SLICE("telegram"), &other, NULL), 0);
    uint32_t topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("festival"));
    struct pk_consent_event elsewhere = {
        .recipient = anna, .topic = topic, .channel = other, .kind = PK_CONSENT_CONFIRMED, .at_ms = HOUSE_NOW, .how = PK_SLICE("paper"), .language = PK_SLICE("bg"), .by = PK_SLICE("desk")
    };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_ledger_append(house->store, &elsewhere, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    notice(house);
    const struct pk_message first = house_of_job(house, house->posts[0], 0);
    bool annas = first.recipient == anna;
    char link[128];
    (void) snprintf(link, sizeof link, "%s", link_of(house, annas ? 0 : 1));
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    house_turns(house, 2);
    for (size_t i = 2; i < 4; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_RETRY);
    house_settle(house);
    assert_int_equal(house_messages(house, "state < 3"), 2); /* put off */

    assert_int_equal(press(house, link), 0);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_ledger_state(house->store, anna, topic, other, pk_clock_wall_ms(), NULL), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, boris, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_messages(house, "state < 3"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient WHERE stopped_ms <> 0"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'consent.withdraw'"), 1);
    assert_int_equal(house->service->metrics.unsubscribed, 1);
}

static void it_works_once_and_for_a_time(void **state)
{
    struct house *house = *state;
    char links[2][128];
    carry_links(house, PK_CAN_UNSUBSCRIBE, URL);
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    notice(house);
    notice(house);
    for (size_t i = 0; i < 2; i++)
        (void) snprintf(links[i], sizeof links[i], "%s", link_of(house, i));
    assert_int_equal(press(house, links[0]), 0);

    /* Back by their own word at their own page: the old link does nothing any more, the next one does. */
    const struct pk_actor self = { .role = PK_ROLE_PERSON, .name = "self", .purpose = "page", .recipient = anna };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_own_topic(house->service, &self, PK_SLICE("parent-meetings"), true, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_int_equal(press(house, links[0]), 0);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    pk_clock_advance(PK_UNSUBSCRIBE_KEPT_MS - HOUR_MS);
    assert_int_equal(press(house, links[1]), 0);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    pk_clock_advance(2 * HOUR_MS);
    assert_int_equal(press(house, links[1]), PK_E_NOT_FOUND);
    house_later(house, MINUTE_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM unsubscribe"), 0);
}

static void what_is_no_link_ends_nothing(void **state)
{
    static const char *const bad[] = { URL "/u/", URL "/u/0", URL "/u/00000000000000000000000000000000", URL "/u/zz000000000000000000000000000000",
                                       URL "/u/0000000000000000000000000000000000" };
    struct house *house = *state;
    carry_links(house, PK_CAN_UNSUBSCRIBE, URL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(press(house, bad[i]), PK_E_NOT_FOUND);
}

static void a_forgotten_person_leaves_no_link(void **state)
{
    struct house *house = *state;
    size_t cancelled = 0;
    carry_links(house, PK_CAN_UNSUBSCRIBE, URL);
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    notice(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM unsubscribe"), 1);
    const struct pk_forgetting forgetting = { .recipient = anna, .now_ms = pk_clock_wall_ms() };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_person_forget(house->store, &forgetting, &cancelled, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM unsubscribe"), 0);
}

/* ---- addresses ---- */

static void mail_addresses_are_kept_in_one_form(void **state)
{
    struct house *house = *state;
    char room[PK_ADDRESS_ROOM];
    struct pk_slice kept = { 0 };
    struct pk_error err = { 0 };
    assert_int_equal(pk_address_read_mail(PK_SLICE("  Jan.Jansen@Example.NL "), room, &kept, &err), 0);
    assert_true(pk_slice_is(kept, "jan.jansen@example.nl"));
    assert_int_equal(pk_address_read_mail(PK_SLICE("jan"), room, &kept, &err), PK_E_INVALID);
    assert_string_equal(err.message, "address: it is not a mail address");
    assert_int_equal(pk_address_read_mail(PK_SLICE("jan@intranet"), room, &kept, &err), PK_E_INVALID);
    assert_int_equal(pk_address_read_mail(PK_SLICE("Jan <jan@example.nl>"), room, &kept, &err), PK_E_INVALID);
    assert_int_equal(pk_address_read_mail(PK_SLICE("jan@пример.example"), room, &kept, &err), PK_E_INVALID);
    assert_string_equal(err.message, "address: a mail address holds Latin letters only");
    assert_true(pk_slice_is(pk_address_as_kept(house->service, PK_SLICE("email"), PK_SLICE("JAN@example.nl"), room), "jan@example.nl"));
    assert_true(pk_slice_is(pk_address_as_kept(house->service, PK_SLICE("email"), PK_SLICE("no address"), room), "no address"));
    assert_true(pk_slice_is(pk_address_as_kept(house->service, PK_SLICE("telegram"), PK_SLICE("A1"), room), "A1"));
    assert_true(pk_slice_is(pk_address_as_kept(house->service, PK_SLICE("sms"), PK_SLICE("+359 88 000 1234"), room), ANNA));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(each_message_has_a_link_of_its_own), in_house(none_where_nobody_could_press_it),
        in_house(an_answer_has_none),                 in_house(it_ends_one_channel_of_one_person),
        in_house(it_works_once_and_for_a_time),       in_house(what_is_no_link_ends_nothing),
        in_house(a_forgotten_person_leaves_no_link),  in_house(mail_addresses_are_kept_in_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
