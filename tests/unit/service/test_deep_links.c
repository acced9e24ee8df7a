/* SPDX-License-Identifier: EUPL-1.2 */
/* Chats: the links that open them, the buttons in them, and the network's own word about them. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/deep_links.h"
#include "gateway/service/person.h"
#include "gateway/service/planner.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"
#include "gateway/store/rsvps.h"

#define CHAT "716000001"
#define OTHER_CHAT "716000002"
#define VOID "Тази връзка вече не важи"

static const char *const numbers[] = { "first" }, *const chats[] = { "second" };
static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { numbers, 1 } },
                                               { .name = "chat", .channel = "telegram", .accounts = { chats, 1 } } };
static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "maria" };

/* The second account is a bot, and the school invites by it. */
static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.routes = routes;
    house->rules.route_count = PK_COUNT(routes);
    house->adapters[1].channels = "telegram";
    house->adapters[1].number_format = PK_NUMBER_OPAQUE;
    house->adapters[1].capabilities |= PK_CAN_CHOICES;
    house->accounts[1].chat_link = "https://t.me/bot?start={code}";
    house->publishers[0].route = "chat";
    house_reopen(house);
    return r;
}

#define in_chat(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

static uint32_t telegram(struct house *house)
{
    return pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("telegram"));
}

static int make(struct house *house, int64_t person, const char *topic, struct pk_link_made *ret_made)
{
    struct pk_link_plan plan = { .recipient = person, .channel = PK_SLICE("telegram"), .topics = { pk_slice_of(topic) }, .topic_count = topic[0] ? 1 : 0 };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_link_make(house->service, &desk, &plan, pk_clock_wall_ms(), ret_made, NULL);
    if (r == 0)
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    else
        pk_unit_drop(house->store);
    return r;
}

static const char *code_of(const struct pk_link_made *made)
{
    return strstr(made->url, "=") + 1;
}

static void event(struct house *house, struct pk_event what, const char *from)
{
    static unsigned count;
    char id[24];
    (void) snprintf(id, sizeof id, "update-%u", count++);
    what.address = pk_slice_of(from);
    what.event_id = pk_slice_of(id);
    assert_int_equal(post_event(house->posts[1], &what), 0);
    house_turns(house, 2);
}

static void opens(struct house *house, const char *from, const char *token)
{
    event(house, (struct pk_event){ .kind = PK_EVENT_OPT_IN, .text = pk_slice_of(token) }, from);
}

static void says(struct house *house, const char *from, const char *text)
{
    event(house, (struct pk_event){ .kind = PK_EVENT_REPLY, .text = pk_slice_of(text) }, from);
}

static void presses(struct house *house, const char *from, const char *choice, const char *reference)
{
    event(house, (struct pk_event){ .kind = PK_EVENT_REPLY, .choice = pk_slice_of(choice), .our_reference = pk_slice_of(reference) }, from);
}

static const struct post_job *last(struct house *house)
{
    struct post *post = house->posts[1];
    assert_true(post->count > 0);
    for (size_t i = 0; i < post->count; i++)
        if (!post->jobs[i].completed)
            post_complete(post, i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    return &post->jobs[post->count - 1];
}

#define assert_says(house, words) assert_non_null(strstr(last(house)->text, words))

static enum pk_consent_state here(struct house *house, int64_t person, const char *topic)
{
    uint32_t id = pk_name_find(house->store, PK_NAME_TOPIC, pk_slice_of(topic));
    return pk_ledger_state(house->store, person, id, telegram(house), pk_clock_wall_ms(), NULL);
}

static int64_t owner_of(struct house *house, const char *chat)
{
    struct pk_address address = { 0 };
    return pk_address_find(house->store, telegram(house), pk_slice_of(chat), &address, NULL) == 0 ? address.recipient : 0;
}

/* ---- links ---- */

static void a_link_is_made_for_who_may_be_asked(void **state)
{
    struct house *house = *state;
    struct pk_link_made made;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), boris = house_person(house, BORIS, "bg", PK_CONSENT_WITHDRAWN);
    assert_int_equal(make(house, anna, "", &made), 0);
    assert_string_equal(made.topics, "parent-meetings,festival"); /* what she agreed to, by number */
    assert_string_equal(made.account, "second");
    assert_true(pk_link_is_code(pk_slice_of(code_of(&made))));
    assert_int_equal(made.until_ms, pk_clock_wall_ms() + PK_LINK_MS);
    assert_int_equal(make(house, anna, "opera", &made), PK_E_INVALID);
    assert_int_equal(make(house, boris, "", &made), PK_E_INVALID);
    assert_int_equal(make(house, 12345, "festival", &made), PK_E_NOT_FOUND);
    assert_int_equal(pk_recipient_set_stopped(house->store, boris, 1, NULL), 0);
    assert_int_equal(make(house, boris, "festival", &made), PK_E_CONFLICT);
    house->accounts[1].chat_link = NULL;
    house_reopen(house);
    assert_int_equal(make(house, anna, "", &made), PK_E_CONFIG);
    assert_false(pk_chat_link_is_good("https://t.me/bot"));
    assert_false(pk_chat_link_is_good("https://t.me/bot?start={code}&{code}"));
    assert_false(pk_chat_link_is_good("https://t.me/b t?start={code}"));
    assert_false(pk_chat_link_is_good("{code}"));
    assert_true(pk_chat_link_is_good("viber://pa?chatURI=x&context={code}"));
}

static void a_link_binds_one_chat_once(void **state)
{
    struct house *house = *state;
    struct pk_link_made older, made;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(make(house, anna, "festival", &older), 0);
    assert_int_equal(make(house, anna, "festival", &made), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM deep_link"), 1);
    opens(house, OTHER_CHAT, code_of(&older));
    assert_says(house, VOID);
    opens(house, CHAT, code_of(&made));
    assert_says(house, "ще Ви пише за фестивала");
    assert_int_equal(owner_of(house, CHAT), anna);
    assert_int_equal(here(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(here(house, anna, "parent-meetings"), PK_CONSENT_UNKNOWN); /* not of this link */
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE how = 'deep-link' AND kind = 3 AND by = 'self' AND wording LIKE 'link %'"), 1);
    opens(house, OTHER_CHAT, code_of(&made));
    assert_int_equal(owner_of(house, OTHER_CHAT), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE how = 'deep-link'"), 1);
}

static void a_link_ends_with_time_and_with_the_person(void **state)
{
    struct house *house = *state;
    struct pk_link_made made;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(make(house, anna, "", &made), 0);
    pk_clock_advance(PK_LINK_MS);
    opens(house, CHAT, code_of(&made));
    assert_says(house, VOID);
    assert_int_equal(owner_of(house, CHAT), 0);
    house_later(house, MINUTE_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM deep_link"), 0);
    assert_int_equal(make(house, anna, "", &made), 0);
    struct pk_erase_plan plan = { .whom.recipient = anna };
    const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "jan" };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_person_erase(house->service, &adviser, &plan, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM deep_link"), 0);
}

/* Whoever wrote or stopped there before comes back by their own act; what is somebody's stays theirs. */
static void a_chat_that_was_there_before(void **state)
{
    struct house *house = *state;
    struct pk_link_made made;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), boris = house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    says(house, CHAT, "стоп");
    assert_int_equal(make(house, anna, "", &made), 0);
    opens(house, CHAT, code_of(&made));
    assert_int_equal(owner_of(house, CHAT), anna);
    assert_false(pk_suppression_has(house->store, telegram(house), PK_SLICE(CHAT)));
    assert_int_equal(make(house, boris, "", &made), 0);
    opens(house, CHAT, code_of(&made));
    assert_says(house, VOID);
    assert_int_equal(owner_of(house, CHAT), anna);
    assert_int_equal(house_count(house, "SELECT state FROM deep_link ORDER BY id DESC LIMIT 1"), PK_LINK_REFUSED);
    opens(house, OTHER_CHAT, code_of(&made)); /* it was passed on: nobody's any more */
    assert_int_equal(owner_of(house, OTHER_CHAT), 0);
    assert_int_equal(here(house, boris, "festival"), PK_CONSENT_UNKNOWN);
}

static void a_poster_is_start_with_a_topic(void **state)
{
    struct house *house = *state;
    char url[PK_LINK_URL_MAX];
    opens(house, CHAT, "festival");
    assert_says(house, "ще Ви пише за фестивала");
    opens(house, OTHER_CHAT, "festival_nl");
    assert_says(house, "schrijft u over het festival");
    int64_t one = owner_of(house, CHAT);
    assert_true(one != 0 && one != owner_of(house, OTHER_CHAT));
    assert_int_equal(here(house, one, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE how = 'start' AND wording = 'link festival'"), 2);
    static const char *const none[] = { "opera", "festival_", "festival_xx", "festival_nl-Latn", "_", "Festival", "festival_bg_nl" };
    for (size_t i = 0; i < PK_COUNT(none); i++) {
        char from[16];
        (void) snprintf(from, sizeof from, "71600010%zu", i);
        opens(house, from, none[i]);
        assert_says(house, VOID);
        assert_int_equal(owner_of(house, from), 0);
    }
    assert_int_equal(pk_link_poster(house->service, PK_SLICE("telegram"), PK_SLICE("festival"), PK_SLICE("bg-Latn"), url, NULL), 0);
    assert_string_equal(url, "https://t.me/bot?start=festival_bg-Latn");
    assert_int_equal(pk_link_poster(house->service, PK_SLICE("sms"), PK_SLICE("festival"), PK_SLICE(""), url, NULL), PK_E_CONFIG);
}

/* Where a link can only fill in what is to be written, and where somebody copies it from a screen: also on SMS. A code of
 * somebody's opens nothing there. */
static void what_a_poster_says_can_be_written(void **state)
{
    static const char *const words[] = { "START festival_bg-Latn", "  старт   festival_bg-Latn " };
    struct house *house = *state;
    struct pk_link_made made;
    char text[64];
    for (size_t i = 0; i < PK_COUNT(words); i++) {
        char from[16];
        (void) snprintf(from, sizeof from, "+35988000%04zu", 700 + i);
        assert_int_equal(post_reply(house->posts[0], from, words[i]), 0);
        house_turns(house, 3);
        const struct post_job *job = &house->posts[0]->jobs[house->posts[0]->count - 1];
        assert_string_equal(job->address, from);
        assert_non_null(strstr(job->text, "shte Vi pishe za festivala"));
        assert_int_equal(pk_ledger_state(house->store, house_count(house, "SELECT max(id) FROM recipient"), pk_name_find(house->store, PK_NAME_TOPIC,
                         PK_SLICE("festival")), pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")), pk_clock_wall_ms(), NULL),
                         PK_CONSENT_GRANTED);
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient WHERE script = 'Latn'"), 2);
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(make(house, anna, "", &made), 0);
    (void) snprintf(text, sizeof text, "START %s", code_of(&made));
    assert_int_equal(post_reply(house->posts[0], STRANGER, text), 0);
    house_turns(house, 3);
    assert_int_equal(house_count(house, "SELECT state FROM deep_link"), PK_LINK_OPEN);
    assert_int_equal(post_reply(house->posts[0], "+359880000709", "START festival_xx"), 0);
    house_turns(house, 3);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient WHERE script = 'Latn'"), 2);
}

static void forged_codes_change_nothing(void **state)
{
    struct house *house = *state;
    struct pk_link_made made;
    char code[PK_LINK_CODE_TEXT], near[PK_LINK_CODE_TEXT + 40];
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(make(house, anna, "", &made), 0);
    (void) snprintf(code, sizeof code, "%s", code_of(&made));
    int64_t entries = house_count(house, "SELECT count(*) FROM ledger");
    for (size_t i = 0; i < 32 * 15; i++) { /* one digit off, cut short, too long */
        (void) snprintf(near, sizeof near, "%s%s", code, i % 7 == 0 ? "0" : "");
        near[i / 15] = "0123456789abcdef"[(strchr("0123456789abcdef", near[i / 15]) - "0123456789abcdef" + 1 + (ptrdiff_t) (i % 15)) % 16];
        if (i % 5 == 0)
            near[i / 15] = '\0';
        if (near[0] != '\0')
            opens(house, OTHER_CHAT, near);
        house->posts[1]->count = 0;
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger"), entries);
    assert_int_equal(owner_of(house, OTHER_CHAT), 0);
    assert_true(house_count(house, "SELECT count(*) FROM message WHERE class = 2") <= 1); /* said once a day */
    /* By number nobody opens a chat, whatever is written there. */
    char words[64];
    (void) snprintf(words, sizeof words, "START %s", code);
    assert_int_equal(post_reply(house->posts[0], STRANGER, words), 0);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT state FROM deep_link"), PK_LINK_OPEN);
    opens(house, CHAT, code);
    assert_int_equal(owner_of(house, CHAT), anna);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply WHERE instr(text, 'START') > 0"), 0); /* and what is kept is sealed */
}

/* ---- buttons ---- */

static int64_t joins(struct house *house, const char *number, const char *chat)
{
    struct pk_link_made made;
    int64_t person = house_person(house, number, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(make(house, person, "", &made), 0);
    opens(house, chat, code_of(&made));
    (void) last(house);
    return person;
}

static int64_t joined(struct house *house)
{
    return joins(house, ANNA, CHAT);
}

static int64_t invite(struct house *house, struct post_job *ret_job)
{
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    *ret_job = *last(house);
    pk_clock_advance(1);
    return house_count(house, "SELECT max(id) FROM trigger");
}

static void assert_answers(struct house *house, int64_t trigger, int64_t yes, int64_t no)
{
    int64_t got_yes, got_no, heads;
    assert_int_equal(pk_replies_count(house->store, trigger, &got_yes, &got_no, &heads, NULL), 0);
    assert_int_equal(got_yes, yes);
    assert_int_equal(got_no, no);
}

static void a_button_is_about_the_message_it_stands_under(void **state)
{
    struct house *house = *state;
    struct post_job older, newer;
    (void) joined(house);
    int64_t first = invite(house, &older), second = invite(house, &newer);
    presses(house, CHAT, "yes", older.attempt); /* a network that knows plain choices tells the message */
    assert_answers(house, first, 1, 0);
    assert_answers(house, second, 0, 0);
    presses(house, CHAT, "no", newer.attempt);
    assert_answers(house, second, 0, 1);
    char no_to_older[48];
    (void) snprintf(no_to_older, sizeof no_to_older, "no-%.20s", older.yes_id + strlen("yes-"));
    presses(house, CHAT, no_to_older, newer.attempt); /* the two say different things */
    presses(house, CHAT, "yes", "0000000000001");
    presses(house, CHAT, "yes", "nonsense");
    presses(house, CHAT, newer.yes_id, "nonsense");
    presses(house, OTHER_CHAT, "yes", newer.attempt);
    presses(house, OTHER_CHAT, newer.yes_id, newer.attempt);
    assert_answers(house, first, 1, 0);
    assert_answers(house, second, 0, 1);
    presses(house, CHAT, newer.yes_id, newer.attempt);
    assert_answers(house, second, 1, 0);
}

/* Both were told the same: only one of them under that message. */
static void a_button_under_somebody_elses_message_means_nothing(void **state)
{
    struct house *house = *state;
    struct post *post = house->posts[1];
    (void) joined(house);
    (void) joins(house, BORIS, OTHER_CHAT);
    size_t before = post->count;
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    (void) last(house);
    pk_clock_advance(1);
    assert_int_equal(post->count, before + 2);
    int64_t trigger = house_count(house, "SELECT max(id) FROM trigger");
    const struct post_job hers = post->jobs[before], his = post->jobs[before + 1];
    presses(house, his.address, "yes", hers.attempt);
    presses(house, his.address, hers.yes_id, hers.attempt);
    assert_answers(house, trigger, 0, 0);
    presses(house, his.address, "yes", his.attempt);
    assert_answers(house, trigger, 1, 0);
}

static void the_stop_button_is_a_stop(void **state)
{
    struct house *house = *state;
    struct post_job job;
    int64_t anna = joined(house);
    (void) invite(house, &job);
    assert_string_equal(job.stop, "СТОП");
    presses(house, CHAT, job.stop_id, job.attempt);
    assert_says(house, "Спряхме съобщенията");
    assert_int_equal(here(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    presses(house, OTHER_CHAT, "stop-0000000000001", ""); /* of nobody's text: heard all the same */
    assert_true(pk_suppression_has(house->store, telegram(house), PK_SLICE(OTHER_CHAT)));
}

static void ask(struct house *house, int64_t person, const char *topic)
{
    struct pk_address at;
    bool asked = false;
    uint32_t id = 0;
    assert_int_equal(pk_address_find(house->store, telegram(house), PK_SLICE(CHAT), &at, NULL), 0);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_TOPIC, pk_slice_of(topic), &id, NULL), 0);
    struct pk_consent_event requested = { .recipient = person, .topic = id, .channel = telegram(house), .kind = PK_CONSENT_REQUESTED,
                                          .at_ms = pk_clock_wall_ms(), .how = PK_SLICE("desk"), .by = PK_SLICE("maria") };
    struct pk_question_plan plan = { .recipient = person, .address = at.id, .channel = telegram(house), .topic = id, .language = PK_SLICE("bg") };
    assert_int_equal(pk_ledger_append(house->store, &requested, NULL), 0);
    assert_int_equal(pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_true(asked);
    house_turns(house, 2);
}

/* Its text did not name what was asked about later. */
static void an_old_questions_button_agrees_to_nothing_new(void **state)
{
    struct house *house = *state;
    struct pk_link_made made;
    house->rules.reply_window_ms = HOUR_MS; /* so that one may be asked again soon */
    house_reopen(house);
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(make(house, anna, "parent-meetings", &made), 0);
    opens(house, CHAT, code_of(&made));
    (void) last(house);
    ask(house, anna, "festival");
    struct post_job first = *last(house);
    presses(house, CHAT, first.yes_id, first.attempt);
    assert_int_equal(here(house, anna, "festival"), PK_CONSENT_GRANTED);
    house_later(house, 3 * HOUR_MS); /* its receipt is waited for no more */
    house_later(house, 2 * HOUR_MS);
    ask(house, anna, "info-point");
    struct post_job second = *last(house);
    assert_true(strcmp(first.yes_id, second.yes_id) != 0);
    pk_clock_advance(1);
    presses(house, CHAT, first.yes_id, first.attempt);
    assert_int_equal(here(house, anna, "info-point"), PK_CONSENT_INVITED);
    presses(house, CHAT, second.yes_id, second.attempt);
    assert_int_equal(here(house, anna, "info-point"), PK_CONSENT_GRANTED);
}

/* ---- the network ---- */

static void a_block_ends_the_channel_and_nothing_else(void **state)
{
    struct house *house = *state;
    struct post_job job;
    int64_t anna = joined(house);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    event(house, (struct pk_event){ .kind = PK_EVENT_OPT_OUT }, CHAT);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    size_t before = house->posts[1]->count;
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[1]->count, before);
    assert_int_equal(house_messages(house, "class = 0 AND state = 14"), 1); /* also what waited */
    assert_int_equal(here(house, anna, "festival"), PK_CONSENT_STATE_BLOCKED);
    assert_int_equal(here(house, anna, "parent-meetings"), PK_CONSENT_STATE_BLOCKED);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED); /* by number */
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient WHERE stopped_ms > 0"), 0);
    event(house, (struct pk_event){ .kind = PK_EVENT_OPT_OUT }, CHAT); /* told twice */
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE kind = 7"), 2);
    says(house, CHAT, "старт");
    assert_int_equal(here(house, anna, "festival"), PK_CONSENT_GRANTED);
    (void) invite(house, &job);
    assert_string_equal(job.address, CHAT);
}

static void a_refused_hand_over_does_the_same(void **state)
{
    struct house *house = *state;
    int64_t anna = joined(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    post_complete(house->posts[1], house->posts[1]->count - 1, PK_OUTCOME_OPTED_OUT);
    house_settle(house);
    assert_int_equal(here(house, anna, "parent-meetings"), PK_CONSENT_STATE_BLOCKED);
    assert_int_equal(here(house, anna, "festival"), PK_CONSENT_STATE_BLOCKED);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    /* A new link is their own act there, too. */
    struct pk_link_made made;
    assert_int_equal(make(house, anna, "festival", &made), 0);
    opens(house, CHAT, code_of(&made));
    assert_says(house, "ще Ви пише за фестивала");
    assert_int_equal(here(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(here(house, anna, "parent-meetings"), PK_CONSENT_STATE_BLOCKED);
}

static void a_block_by_nobody_known_is_remembered(void **state)
{
    struct house *house = *state;
    event(house, (struct pk_event){ .kind = PK_EVENT_OPT_OUT }, CHAT);
    assert_true(pk_suppression_has(house->store, telegram(house), PK_SLICE(CHAT)));
    event(house, (struct pk_event){ .kind = PK_EVENT_OPT_IN }, CHAT); /* without a token it says nothing */
    assert_int_equal(house->posts[1]->count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_chat(a_link_is_made_for_who_may_be_asked),
        in_chat(a_link_binds_one_chat_once),
        in_chat(a_link_ends_with_time_and_with_the_person),
        in_chat(a_chat_that_was_there_before),
        in_chat(a_poster_is_start_with_a_topic),
        in_chat(what_a_poster_says_can_be_written),
        in_chat(forged_codes_change_nothing),
        in_chat(a_button_is_about_the_message_it_stands_under),
        in_chat(a_button_under_somebody_elses_message_means_nothing),
        in_chat(the_stop_button_is_a_stop),
        in_chat(an_old_questions_button_agrees_to_nothing_new),
        in_chat(a_block_ends_the_channel_and_nothing_else),
        in_chat(a_refused_hand_over_does_the_same),
        in_chat(a_block_by_nobody_known_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
