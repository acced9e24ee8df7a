/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Another address by two codes: what moves with the person, what ends with the old one, and that an address which cannot
 * become theirs looks like any other.
 */
#include "tests/unit/service/own_support.h"

#include "gateway/store/journal.h"
#include "gateway/store/links.h"
#include "gateway/store/moves.h"

static int ask(struct house *house, int64_t who, const char *new)
{
    struct pk_actor self = person(who);
    char what[64], id[PK_ID_TEXT_MAX];
    char sql[96];
    (void) snprintf(sql, sizeof sql, "SELECT min(id) FROM address WHERE recipient = %lld", (long long) who);
    (void) snprintf(what, sizeof what, PK_MOVE_REPLACE "%s", pk_id_format(house_count(house, sql), id));
    return in_unit(house, pk_moves_ask(house->service, &self, pk_slice_of(what), pk_slice_of(new), pk_clock_wall_ms(), NULL));
}

static int enter(struct house *house, int64_t who, const char *old_code, const char *new_code)
{
    struct pk_actor self = person(who);
    uint8_t session[PK_PASS_TOKEN_BYTES];
    return in_unit(house, pk_moves_enter(house->service, &self, pk_slice_of(old_code), pk_slice_of(new_code), pk_clock_wall_ms(), session, NULL));
}

/* The queue looks at it, and what it sends leaves. */
static void look(struct house *house)
{
    house_later(house, 1100);
    for (size_t i = 0; i < house->posts[0]->count; i++)
        if (!house->posts[0]->jobs[i].completed)
            post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
}

static void codes(struct house *house, char ret_old[8], char ret_new[8])
{
    look(house);
    code_to(house->posts[0], ANNA, ret_old);
    code_to(house->posts[0], NEW, ret_new);
}

static void what_moves_with_the_person(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t links, who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0); /* told */
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_reply(house->posts[0], ANNA, "кога започва?"), 0);
    house_turns(house, 2);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0); /* waits */
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    assert_int_equal(ask(house, who, "088 000 432"), PK_E_INVALID); /* no Dutch number */
    assert_int_equal(ask(house, who, NEW), 0);
    assert_int_equal(house_address(house, NEW), 0); /* nothing is looked up in the request */
    codes(house, old, new);
    assert_int_equal(strlen(old), 6);
    assert_int_equal(strlen(new), 6);
    int64_t entries = house_count(house, "SELECT count(*) FROM ledger");
    assert_int_equal(enter(house, who, old, "00000"), PK_E_DENIED);
    assert_int_equal(house_address(house, ANNA) != 0, true);
    assert_int_equal(enter(house, who, old, new), 0);
    assert_int_equal(house_address(house, ANNA), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE recipient IS NOT NULL"), 1);
    char sql[128];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM message WHERE recipient = %lld AND address <> %lld", (long long) who, (long long) house_address(house, NEW));
    assert_int_equal(house_count(house, sql), 0);
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM reply WHERE address <> %lld", (long long) house_address(house, NEW));
    assert_int_equal(house_count(house, sql), 0);
    /* Consents stand, the ledger says that the address is another one, and it is whole. */
    assert_int_equal(house_consent(house, who, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, who, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger") - entries, 4);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE kind = 8 AND how = 'page-number' AND by = 'self'"), 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM consent WHERE kind = 3"), 2);
    assert_int_equal(pk_ledger_verify(house->store, &links, NULL), 0);
    house_assert_counts(house);
    assert_int_equal(enter(house, who, old, new), PK_E_DENIED); /* once */
}

static void what_waits_goes_to_the_new_one(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ПОМОЩ"), 0); /* its answer waits as well */
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "state < 3"), 2);
    assert_int_equal(enter(house, who, new, old), 0); /* in either order */
    assert_int_equal(house_messages(house, "state = 15 AND class = 2"), 1); /* an answer is of the old place */
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    size_t before = house->posts[0]->count;
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[0]->count, before + 1);
    assert_string_equal(house->posts[0]->jobs[before].address, NEW);
    house_assert_counts(house);
}

/* Texts lie on in the old telephone, and it may be somebody else's by now: their links open nothing any more. */
static void links_in_texts_to_the_old_one_end(void **state)
{
    struct house *house = *state;
    char old[8], new[8], sql[96];
    uint8_t token[PK_LINK_TOKEN_BYTES];
    struct pk_link_row row;
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), now_ms = pk_clock_wall_ms();
    assert_int_equal(house_publish(house, "school", NULL), 0);
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    (void) snprintf(sql, sizeof sql, "SELECT max(id) FROM message WHERE recipient = %lld", (long long) who);
    int64_t message = house_count(house, sql);
    pk_link_token(house->store, message, token);
    assert_int_equal(in_unit(house, pk_link_add(house->store, token, message, now_ms, now_ms + 7 * DAY_MS, NULL)), 0);
    assert_int_equal(pk_link_find(house->store, token, now_ms, &row, NULL), 0);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    assert_int_equal(enter(house, who, old, new), 0);
    assert_int_equal(pk_link_find(house->store, token, now_ms, &row, NULL), PK_E_NOT_FOUND);
}

/* A STOP ends the codes too, also for who starts again. */
static void a_stop_ends_the_codes(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТОП"), 0);
    house_turns(house, 2);
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТАРТ"), 0);
    house_turns(house, 2);
    assert_int_equal(house_consent(house, who, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(enter(house, who, old, new), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM move WHERE length(value) > 0"), 0);
}

/* What the network said of the old one while it was being left says nothing of the new one. */
static void a_refusal_on_the_way_is_of_the_old_one(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    size_t job = house->posts[0]->count;
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    house_turns(house, 2);
    assert_int_equal(house->posts[0]->count, job + 1);
    assert_int_equal(enter(house, who, old, new), 0);
    post_complete(house->posts[0], job, PK_OUTCOME_OPTED_OUT);
    house_settle(house);
    assert_int_equal(house_consent(house, who, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE blocked_ms <> 0"), 0);
}

/* ---- what cannot become theirs ---- */

static void somebody_s_number_never_fits(void **state)
{
    struct house *house = *state;
    char old[8], new[8], theirs[8];
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(ask(house, anna, BORIS), 0);
    codes(house, old, new);
    code_to(house->posts[0], BORIS, theirs);
    assert_int_equal(strlen(old), 6); /* sent all the same */
    assert_int_equal(strlen(theirs), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM move WHERE state = 1 AND length(new_code) = 0"), 1);
    assert_int_equal(enter(house, anna, old, ""), PK_E_DENIED);
    assert_int_equal(enter(house, anna, old, old), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT tries FROM move"), 2);
}

static void a_number_that_said_stop_is_not_written_to(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_suppression_add(house->store, channel(house, "sms"), PK_SLICE(NEW), HOUSE_NOW, NULL), 0);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    assert_int_equal(strlen(old), 6);
    assert_int_equal(strlen(new), 0);
    assert_int_equal(house_address(house, NEW), 0);
}

/* Between the codes and their being typed the number became somebody's, or said STOP. */
static void what_changed_meanwhile_counts(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    assert_int_equal(post_reply(house->posts[0], NEW, "СТОП"), 0);
    house_turns(house, 2);
    assert_int_equal(enter(house, who, old, new), PK_E_DENIED);
    assert_true(house_address(house, ANNA) != 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE recipient IS NOT NULL"), 1);
}

static void who_said_stop_gets_no_code(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(ask(house, who, NEW), 0);
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТОП"), 0);
    codes(house, old, new);
    assert_int_equal(strlen(old) + strlen(new), 0);
}

static void codes_have_an_end_and_a_number(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), other = house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    assert_int_equal(enter(house, other, old, new), PK_E_DENIED); /* another person's page */
    house_later(house, PK_PASS_MS);
    assert_int_equal(enter(house, who, old, new), PK_E_DENIED);
    house_later(house, 1100);
    assert_int_equal(house_count(house, "SELECT count(*) FROM move WHERE length(value) > 0"), 0); /* forgotten with them */
    assert_int_equal(ask(house, who, NEW), 0);
    look(house);
    for (int i = 0; i < PK_MOVE_TRIES; i++)
        assert_int_equal(enter(house, who, "1", "2"), PK_E_DENIED);
    code_to(house->posts[0], ANNA, old);
    code_to(house->posts[0], NEW, new);
    assert_int_equal(enter(house, who, old, new), PK_E_DENIED);
    assert_int_equal(ask(house, who, NEW), 0);
    assert_int_equal(ask(house, who, NEW), PK_E_LIMIT);
    /* A number is not filled by many people either: the fourth code of a day does not go. */
    size_t before = house->posts[0]->count;
    look(house);
    assert_int_equal(ask(house, other, NEW), 0);
    look(house);
    code_to(house->posts[0], BORIS, old);
    assert_int_equal(strlen(old), 6);
    size_t to_new = 0;
    for (size_t i = before; i < house->posts[0]->count; i++)
        to_new += strcmp(house->posts[0]->jobs[i].address, NEW) == 0;
    assert_int_equal(to_new, 1); /* the third of the first person */
    house_later(house, DAY_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM move"), 0);
    assert_int_equal(ask(house, who, NEW), 0);
}

/* ---- one more place ---- */

static void a_channel_is_added_by_a_code_to_it(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    two_channels(house);
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    struct pk_actor self = person(who);
    assert_int_equal(in_unit(house, pk_moves_ask(house->service, &self, PK_SLICE("add-whatsapp"), PK_SLICE(NEW), pk_clock_wall_ms(), NULL)), 0);
    house_later(house, 1100);
    code_to(house->posts[0], ANNA, old);
    code_to(house->posts[1], NEW, new);
    assert_int_equal(strlen(old), 6);
    assert_int_equal(strlen(new), 6);
    assert_int_equal(enter(house, who, old, new), 0);
    assert_true(house_address(house, ANNA) != 0);
    assert_int_equal(consent_on(house, who, "festival", "whatsapp"), PK_CONSENT_GRANTED);
    assert_int_equal(consent_on(house, who, "festival", "sms"), PK_CONSENT_GRANTED);
    assert_int_equal(consent_on(house, who, "info-point", "whatsapp"), PK_CONSENT_UNKNOWN);
    assert_int_equal(in_unit(house, pk_moves_ask(house->service, &self, PK_SLICE("add-whatsapp"), PK_SLICE(BORIS), pk_clock_wall_ms(), NULL)),
                     PK_E_INVALID); /* there is one: it is changed, not added to */
}

/* Where Viber is written to by number, the same number agrees to both: what a fallback in one call needs. */
static void viber_is_added_where_it_goes_by_number(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    two_channels_of(house, "viber");
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    struct pk_actor self = person(who);
    assert_int_equal(in_unit(house, pk_moves_ask(house->service, &self, PK_SLICE("add-viber"), PK_SLICE("00359 88 000 1234"), pk_clock_wall_ms(), NULL)), 0);
    house_later(house, 1100);
    code_to(house->posts[0], ANNA, old);
    code_to(house->posts[1], ANNA, new);
    assert_int_equal(enter(house, who, old, new), 0);
    assert_int_equal(consent_on(house, who, "festival", "viber"), PK_CONSENT_GRANTED);
    assert_int_equal(consent_on(house, who, "festival", "sms"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE recipient IS NOT NULL"), 2);
    house->adapters[1].number_format = PK_NUMBER_OPAQUE; /* a bot's people have an id of the network's */
    house_reopen(house);
    assert_false(pk_moves_can_type(house->service, "viber"));
    assert_true(pk_moves_can_type(house->service, "sms"));
}

static void sessions_end_and_erasure_takes_it_along(void **state)
{
    struct house *house = *state;
    char old[8], new[8];
    uint8_t token[PK_PASS_TOKEN_BYTES] = { 5 };
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    struct pk_actor self = person(who);
    assert_int_equal(pk_session_add(house->store, token, who, pk_clock_wall_ms(), pk_clock_wall_ms() + HOUR_MS, NULL), 0);
    assert_int_equal(ask(house, who, NEW), 0);
    codes(house, old, new);
    assert_int_equal(enter(house, who, old, new), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM session"), 1); /* a new one */
    assert_int_equal(ask(house, who, ANNA), 0); /* and back: waits with the number in it */
    assert_int_equal(in_unit(house, pk_own_erase(house->service, &self, false, pk_clock_wall_ms(), NULL)), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM move"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(what_moves_with_the_person),
        in_house(what_waits_goes_to_the_new_one),
        in_house(a_refusal_on_the_way_is_of_the_old_one),
        in_house(somebody_s_number_never_fits),
        in_house(a_number_that_said_stop_is_not_written_to),
        in_house(what_changed_meanwhile_counts),
        in_house(who_said_stop_gets_no_code),
        in_house(links_in_texts_to_the_old_one_end),
        in_house(a_stop_ends_the_codes),
        in_house(codes_have_an_end_and_a_number),
        in_house(a_channel_is_added_by_a_code_to_it),
        in_house(viber_is_added_where_it_goes_by_number),
        in_house(sessions_end_and_erasure_takes_it_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
