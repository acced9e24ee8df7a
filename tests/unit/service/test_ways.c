/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every way in has an equal way out. A table of ways in times ways out, each pair run on the real store and service: in by
 * that way, and a notice arrives; out by each, and the next one does not. And what goes with it: a soft yes is not enough,
 * silence leaves a count, and a consent is asked again before it ends.
 */
#include "tests/unit/service/ways.h"

#include "gateway/service/consent.h"
#include "gateway/service/consent_ends.h"
#include "gateway/service/deep_links.h"
#include "gateway/service/own.h"
#include "gateway/service/signup.h"
#include "gateway/service/users.h"

/* ---- ways in ---- */

static void grant(struct house *house, const char *how, bool confirmed)
{
    struct pk_grant_result result;
    known(house);
    struct pk_grant_plan plan = {
        .recipient = person(house), .topic = PK_SLICE(TOPIC), .channel = PK_SLICE("sms"), .how = pk_slice_of(how), .wording = PK_SLICE("form 7"),
        .given_ms = HOUSE_NOW - DAY_MS, .confirmed = confirmed, .second_person = confirmed ? PK_SLICE("colleague") : PK_SLICE(""),
    };
    in_unit(house, pk_consent_grant(house->service, &desk, &plan, pk_clock_wall_ms(), &result, err));
    settle_all(house);
}

static void yes_by_word(struct house *house)
{
    say(house, ANNA, "да");
    settle_all(house);
}

static void by_sms_word(struct house *house)
{
    say(house, ANNA, "СТАРТ");
    settle_all(house);
}

static void by_key_person(struct house *house)
{
    const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:0" }, maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" };
    struct pk_user user = { .role = PK_ROLE_KEY_PERSON, .language = "bg", .name = "maria" };
    const struct pk_signup_plan plan = { .address = PK_SLICE(ANNA), .language = PK_SLICE("bg"), .topics = PK_SLICE(TOPIC) };
    in_unit(house, pk_users_add(house->service, &operator, &user, pk_clock_wall_ms(), err));
    in_unit(house, pk_signup(house->service, &maria, &plan, pk_clock_wall_ms(), err));
    settle_all(house);
    yes_by_word(house);
}

static void by_desk(struct house *house)
{
    grant(house, "desk", false);
    yes_by_word(house);
}

static void by_button(struct house *house)
{
    grant(house, "desk", false);
    press(house, ANNA, house->posts[0]->jobs[house->posts[0]->count - 1].yes_id);
    settle_all(house);
}

static void by_paper(struct house *house)
{
    grant(house, "paper", false);
    yes_by_word(house);
}

static void by_two_people(struct house *house)
{
    grant(house, "paper", true);
}

static void by_file(struct house *house)
{
    import_row(house, false);
    yes_by_word(house);
}

static void by_file_confirmed(struct house *house)
{
    import_row(house, true);
}

static void by_link(struct house *house)
{
    deaf(house, "no");
    import_row(house, false);
    press_link(house, PK_LINK_YES);
}

static void by_link_abroad(struct house *house)
{
    deaf(house, "NL"); /* and the number is Bulgarian */
    import_row(house, false);
    press_link(house, PK_LINK_YES);
}

static void by_web_form(struct house *house)
{
    struct pk_joining_wrong wrong;
    struct pk_joining_plan plan = join_plan(house, ANNA);
    in_unit(house, pk_joining_take(house->service, &plan, pk_clock_wall_ms(), &wrong, err));
    house_later(house, 2 * SECOND_MS);
    settle_all(house);
    yes_by_word(house);
}

static void by_desk_word(struct house *house)
{
    char word[64];
    struct pk_grant_result result;
    known(house);
    send_word(house);
    word_of(house, word);
    in_unit(house, pk_desk_word_said(house->service, &desk, person(house), pk_slice_of(word), PK_SLICE(""), pk_clock_wall_ms(), &result, err));
    settle_all(house);
}

/* Known by number; the chat is opened by a link of theirs, and notices come there. */
static void by_chat_link(struct house *house)
{
    static const char *const numbers[] = { "first" }, *const chats[] = { "second" };
    static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { numbers, 1 } },
                                                   { .name = "chat", .channel = "telegram", .accounts = { chats, 1 } } };
    struct pk_link_made made;
    house->rules.routes = routes;
    house->rules.route_count = PK_COUNT(routes);
    house->adapters[1].channels = "telegram";
    house->adapters[1].number_format = PK_NUMBER_OPAQUE;
    house->accounts[1].chat_link = "https://t.me/bot?start={code}";
    house->publishers[0].route = "chat";
    house_reopen(house);
    known(house);
    const struct pk_link_plan plan = { .recipient = person(house), .channel = PK_SLICE("telegram"), .topics = { PK_SLICE(TOPIC) }, .topic_count = 1 };
    in_unit(house, pk_link_make(house->service, &desk, &plan, pk_clock_wall_ms(), &made, err));
    const struct pk_event opened = { .kind = PK_EVENT_OPT_IN, .address = PK_SLICE("716000001"), .event_id = PK_SLICE("opened"),
                                     .text = pk_slice_of(strchr(made.url, '=') + 1) };
    assert_int_equal(post_event(house->posts[1], &opened), 0);
    settle_all(house);
}

static struct pk_actor self(struct house *house)
{
    return (struct pk_actor){ .role = PK_ROLE_PERSON, .name = "self", .purpose = "page", .recipient = person(house) };
}

static void by_own_page(struct house *house)
{
    known(house);
    struct pk_actor actor = self(house);
    in_unit(house, pk_own_topic(house->service, &actor, PK_SLICE(TOPIC), true, pk_clock_wall_ms(), err));
    settle_all(house);
}

static const struct {
    const char *name, *how; /* how: what the ledger says of the yes */
    void (*in)(struct house *house);
    bool deaf; /* nobody can write back: the ways out that need it are not there, and need not be */
    bool chat; /* where one can write back always: a text carries no link */
} ways_in[] = {
    { "the word START", "start", by_sms_word, false, false },
    { "a key person, and a yes", "reply", by_key_person, false, false },
    { "the desk, and a yes", "reply", by_desk, false, false },
    { "a button under the question", "reply", by_button, false, false },
    { "paper with its number, and a yes", "reply", by_paper, false, false },
    { "paper that two people stand for", "paper", by_two_people, false, false },
    { "a file, and a yes", "reply", by_file, false, false },
    { "a file that two people stand for", "paper", by_file_confirmed, false, false },
    { "a link where nobody can write back", "link", by_link, true, false },
    { "a link where this country cannot", "link", by_link_abroad, true, false },
    { "the form on the page, and a yes", "reply", by_web_form, false, false },
    { "a word said at the desk", "desk-word", by_desk_word, false, false },
    { "one's own page", "page", by_own_page, false, false },
    { "a link that opens a chat", "deep-link", by_chat_link, false, true },
};

/* ---- ways out ---- */

static void out_by_stop(struct house *house)
{
    say(house, ANNA, "СТОП");
}

static void out_by_topic(struct house *house)
{
    say(house, ANNA, "СТОП срещи");
}

/* The provider hears a STOP itself. */
static void out_by_provider(struct house *house)
{
    struct pk_event event = { .kind = PK_EVENT_OPT_OUT, .address = PK_SLICE(ANNA), .event_id = PK_SLICE("out-1") };
    assert_int_equal(post_event(house->posts[0], &event), 0);
}

/* A text that nobody can write back to carries the way out. */
static void out_by_link(struct house *house)
{
    deaf(house, "no");
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[]},"
                                                    HOUSE_VALUES), 0);
    settle_all(house);
    press_link(house, PK_LINK_STOP);
}

static void out_by_desk(struct house *house)
{
    size_t count = 0;
    const struct pk_withdraw_plan plan = { .recipient = person(house), .topic = PK_SLICE(TOPIC) };
    in_unit(house, pk_consent_withdraw(house->service, &desk, &plan, pk_clock_wall_ms(), &count, err));
    assert_int_equal(count, 1);
}

static void out_by_own_topic(struct house *house)
{
    struct pk_actor actor = self(house);
    in_unit(house, pk_own_topic(house->service, &actor, PK_SLICE(TOPIC), false, pk_clock_wall_ms(), err));
}

static void out_by_own_stop(struct house *house)
{
    struct pk_actor actor = self(house);
    in_unit(house, pk_own_stop(house->service, &actor, pk_clock_wall_ms(), err));
}

static const struct {
    const char *name;
    void (*out)(struct house *house);
    bool by_reply;
} ways_out[] = {
    { "the word STOP", out_by_stop, true },
    { "STOP of the topic", out_by_topic, true },
    { "a STOP the provider heard", out_by_provider, true },
    { "a link", out_by_link, false },
    { "the desk", out_by_desk, false },
    { "the topic on one's own page", out_by_own_topic, false },
    { "everything on one's own page", out_by_own_stop, false },
    { "to be erased", out_by_erasure, false },
};

static void run_pair(size_t in, size_t out)
{
    void *state = NULL;
    char sql[160];
    assert_int_equal(build(&state), 0);
    struct house *house = state;
    ways_in[in].in(house);
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM ledger WHERE kind = %d AND how = '%s'", (int) PK_CONSENT_CONFIRMED, ways_in[in].how);
    if (house_count(house, sql) != 1)
        fail_msg("in by %s: the ledger does not say \"%s\"", ways_in[in].name, ways_in[in].how);
    if (!is_told(house))
        fail_msg("in by %s: nothing is told", ways_in[in].name);
    ways_out[out].out(house);
    settle_all(house);
    if (is_told(house))
        fail_msg("in by %s, out by %s: still told", ways_in[in].name, ways_out[out].name);
    assert_int_equal(tear(&state), 0);
}

static void every_way_in_has_every_way_out(void **state)
{
    (void) state;
    for (size_t in = 0; in < PK_COUNT(ways_in); in++)
        for (size_t out = 0; out < PK_COUNT(ways_out); out++)
            if ((!ways_in[in].deaf || !ways_out[out].by_reply) && (!ways_in[in].chat || ways_out[out].out != out_by_link))
                run_pair(in, out);
}

/* ---- what a yes is ---- */

static void only_a_clear_yes_counts_and_silence_leaves_a_count(void **state)
{
    struct house *house = *state;
    import_row(house, false);
    assert_false(is_told(house)); /* asked is not agreed */
    say(house, ANNA, "добре");
    settle_all(house);
    assert_false(is_told(house));
    import_row(house, false); /* signed up again: the question stands */
    assert_int_equal(house_count(house, "SELECT count(*) FROM message WHERE class = 1 AND flags & 8 = 0"), 1);
    for (int day = 0; day < 10; day++)
        house_later(house, DAY_MS);
    house_turns(house, 5);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 0);
    assert_int_equal(pk_store_number(house->store, PK_NUMBER_SILENT, 0), 1);
}

static void a_consent_is_asked_again_before_it_ends(void **state)
{
    struct house *house = *state;
    import_row(house, true);
    house_later(house, 705 * DAY_MS); /* of 730, which began the day before */
    house_turns(house, 5);
    settle_all(house);
    assert_says(house, "още ли искате съобщения за родителски срещи? Пишете ДА.");
    assert_true(house_consent(house, person(house), TOPIC) == PK_CONSENT_GRANTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_in_has_every_way_out),
        in_ways(only_a_clear_yes_counts_and_silence_leaves_a_count),
        in_ways(a_consent_is_asked_again_before_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
