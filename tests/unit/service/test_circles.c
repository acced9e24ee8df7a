/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A key person signs people up: they are asked in words that tell of her circle, a yes puts them in, and of a number that is
 * known, that said STOP, or whose person is in another circle she sees what she sees of a new one. Her day, her successor, and
 * what she writes down for others.
 */
#include "tests/unit/service/talk.h"
#include "tests/unit/service/units.h"

#include "gateway/service/circles.h"
#include "gateway/service/inbox.h"
#include "gateway/service/own.h"
#include "gateway/service/person.h"
#include "gateway/service/rsvps.h"
#include "gateway/service/signup.h"
#include "gateway/service/users.h"
#include "gateway/store/internal.h"

static const struct pk_actor maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" }, petya = { .role = PK_ROLE_KEY_PERSON, .name = "petya" };
static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" }, operator = { .role = PK_ROLE_OPERATOR, .name = "uid:0" };
static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "desk" };

static void employ(struct house *house, const char *name, enum pk_role role)
{
    struct pk_user user = { .role = role, .language = "bg" };
    (void) snprintf(user.name, sizeof user.name, "%s", name);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_users_add(house->service, &operator, &user, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
}

static void employ_all(struct house *house)
{
    employ(house, "maria", PK_ROLE_KEY_PERSON);
    employ(house, "petya", PK_ROLE_KEY_PERSON);
    employ(house, "anna", PK_ROLE_ADVISER);
}

static int sign_up(struct house *house, const struct pk_actor *actor, const char *number, const char *topics, struct pk_error *err)
{
    const struct pk_signup_plan plan = {
        .address = pk_slice_of(number), .language = PK_SLICE("bg"), .topics = pk_slice_of(topics), .tags = PK_SLICE("school:windroos area:b")
    };
    int r;
    DO(house, r, pk_signup(house->service, actor, &plan, pk_clock_wall_ms(), err));
    house_turns(house, 2);
    take_all(house);
    pk_clock_advance(1);
    return r;
}

static struct pk_circle_view shown(struct house *house, const struct pk_actor *actor, const char *name)
{
    struct pk_circle_view view;
    assert_int_equal(pk_circle_show(house->service, actor, pk_slice_of(name), pk_clock_wall_ms(), &view, NULL), 0);
    return view;
}

struct seen {
    char masked[8][40], state[8][12];
    size_t count;
};

static int see(void *ctx, const struct pk_signup *signup)
{
    struct seen *seen = ctx;
    (void) snprintf(seen->masked[seen->count], sizeof seen->masked[0], "%.*s", PK_SLICE_ARG(signup->masked));
    (void) snprintf(seen->state[seen->count++], sizeof seen->state[0], "%s", pk_signup_state(signup));
    return 0;
}

static struct seen recent(struct house *house, const struct pk_actor *actor)
{
    struct seen seen = { 0 };
    assert_int_equal(pk_circle_recent(house->service, actor, pk_slice_of(actor->name), pk_clock_wall_ms(), see, &seen, NULL), 0);
    return seen;
}

/* ---- in ---- */

static void a_yes_to_words_that_tell(void **state)
{
    struct house *house = *state;
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0);
    assert_says(house, "доброволец Ви записа в своя кръг. Съобщения за фестивала?");
    assert_int_equal(shown(house, &maria, "maria").size, 0);
    assert_string_equal(recent(house, &maria).state[0], "asked");
    assert_null(strstr(recent(house, &maria).masked[0], "880001"));
    say(house, ANNA, "ДА");
    assert_int_equal(shown(house, &maria, "maria").size, 1);
    assert_string_equal(recent(house, &maria).state[0], "answered");
    assert_int_equal(house_count(house, "SELECT count(*) FROM tag"), 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE how = 'orally via key person' AND by = 'maria'"), 1);
    /* A no, and nobody: the other is in no circle, and answered all the same. */
    assert_int_equal(sign_up(house, &maria, BORIS, "festival", NULL), 0);
    say(house, BORIS, "НЕ");
    assert_int_equal(shown(house, &maria, "maria").size, 1);
    assert_string_equal(recent(house, &maria).state[0], "answered");
    assert_int_equal(house_count(house, "SELECT count(*) FROM circle_member"), 1);
}

/* What is no answer to her question puts nobody in: START, a yes on one's own page; and a STOP ends that they are asked. */
static void no_other_yes_puts_them_in(void **state)
{
    struct house *house = *state;
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0);
    int64_t who = house_count(house, "SELECT recipient FROM circle_member");
    const struct pk_actor self = { .role = PK_ROLE_PERSON, .name = "self", .recipient = who };
    int r;
    DO(house, r, pk_own_topic(house->service, &self, PK_SLICE("info-point"), true, pk_clock_wall_ms(), NULL));
    assert_int_equal(r, 0);
    assert_int_equal(shown(house, &maria, "maria").size, 0);
    assert_string_equal(recent(house, &maria).state[0], "asked");
    say(house, ANNA, "СТАРТ");
    take_all(house);
    assert_true(house_consent(house, who, "festival") == PK_CONSENT_GRANTED);
    assert_int_equal(shown(house, &maria, "maria").size, 0);
    say(house, ANNA, "СТОП");
    assert_int_equal(house_count(house, "SELECT count(*) FROM circle_member"), 0);
    assert_string_equal(recent(house, &maria).state[0], "asked"); /* she sees nothing of it */
}

/* At the desk nobody gets into a circle, and nobody is counted. */
static void the_desk_signs_up(void **state)
{
    struct house *house = *state;
    employ_all(house);
    const struct pk_signup_plan plan = { .address = PK_SLICE("+359 88 000 1234"), .language = PK_SLICE("bg"), .topics = PK_SLICE("festival|info-point"),
                                         .form = PK_SLICE("17") };
    int r;
    DO(house, r, pk_signup(house->service, &desk, &plan, HOUSE_NOW, NULL));
    assert_int_equal(r, 0);
    house_turns(house, 2);
    assert_says(house, "искате ли съобщения за");
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE how = 'paper form 17' AND by = 'desk'"), 2);
    take_all(house);
    say(house, ANNA, "ДА");
    assert_int_equal(house_count(house, "SELECT count(*) FROM circle_member"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM signup"), 0);
}

/* ---- no oracle ---- */

static void every_number_looks_the_same(void **state)
{
    struct house *house = *state;
    struct pk_error new_err = { 0 }, known_err = { 0 }, stopped_err = { 0 }, theirs_err = { 0 };
    employ_all(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED); /* hears of both topics already */
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    say(house, BORIS, "СТОП");
    assert_int_equal(sign_up(house, &petya, "+359880001236", "festival", NULL), 0);
    say(house, "+359880001236", "ДА"); /* petya's */
    take_all(house);
    size_t before = house->posts[0]->count;
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", &known_err), 0);
    assert_int_equal(sign_up(house, &maria, BORIS, "festival", &stopped_err), 0);
    assert_int_equal(sign_up(house, &maria, "+359880001236", "festival", &theirs_err), 0);
    assert_int_equal(house->posts[0]->count, before); /* nobody of them is written to */
    assert_int_equal(sign_up(house, &maria, STRANGER, "festival", &new_err), 0);
    assert_int_equal(house->posts[0]->count, before + 1);
    struct seen seen = recent(house, &maria);
    assert_int_equal(seen.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(seen.state[i], "asked");
    assert_int_equal(shown(house, &maria, "maria").size, 0);
    assert_int_equal(shown(house, &maria, "maria").today, 4);
    assert_int_equal(shown(house, &petya, "petya").size, 1);
    /* Only who is new is tagged by her: petya's one and the stranger. */
    assert_int_equal(house_count(house, "SELECT count(*) FROM tag t JOIN name n ON n.id = t.tag WHERE n.text = 'area:b'"), 2);
    /* A STOP afterwards changes nothing she can see. */
    say(house, STRANGER, "ДА");
    assert_int_equal(shown(house, &maria, "maria").size, 1);
    say(house, STRANGER, "СТОП");
    assert_int_equal(shown(house, &maria, "maria").size, 1);
    assert_int_equal(recent(house, &petya).count, 1);
    pk_clock_advance(DAY_MS);
    assert_int_equal(recent(house, &maria).count, 0);
}

static void what_is_typed_wrong_is_said(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    static const char *const festival[] = { "festival" }, *const all[] = { "*" };
    const struct pk_actor_scope scope = { .topics = { festival, 1 }, .templates = { all, 1 }, .tags = { all, 1 } };
    const struct pk_actor limited = { .role = PK_ROLE_KEY_PERSON, .name = "maria", .scope = &scope };
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, "12", "festival", &err), PK_E_INVALID);
    assert_int_equal(sign_up(house, &maria, ANNA, "nothing", &err), PK_E_INVALID);
    assert_int_equal(sign_up(house, &maria, ANNA, "", &err), PK_E_INVALID);
    assert_int_equal(sign_up(house, &limited, ANNA, "parent-meetings", &err), PK_E_DENIED);
    assert_int_equal(sign_up(house, &(struct pk_actor){ .role = PK_ROLE_KEY_PERSON, .name = "nobody" }, ANNA, "festival", &err), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 0);
    assert_int_equal(shown(house, &maria, "maria").today, 0);
    assert_int_equal(sign_up(house, &limited, ANNA, "festival", &err), 0);
}

/* ---- the day ---- */

static void a_day_has_an_end(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    int64_t most = 0;
    int r;
    employ_all(house);
    house->rules.signups_per_day = 2;
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0);
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0); /* the same counts as well */
    assert_int_equal(sign_up(house, &maria, BORIS, "festival", &err), PK_E_LIMIT);
    assert_int_equal(sign_up(house, &petya, BORIS, "festival", NULL), 0);
    DO(house, r, pk_circle_let(house->service, &maria, PK_SLICE("maria"), 5, 0, HOUSE_NOW, &most, NULL));
    assert_int_equal(r, PK_E_DENIED);
    DO(house, r, pk_circle_let(house->service, &adviser, PK_SLICE("maria"), 1, 0, HOUSE_NOW, &most, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(most, 3);
    assert_int_equal(sign_up(house, &maria, BORIS, "festival", NULL), 0);
    assert_int_equal(sign_up(house, &maria, STRANGER, "festival", NULL), PK_E_LIMIT);
    assert_int_equal(shown(house, &maria, "maria").most, 3);
    /* 22:30 UTC is tomorrow in Amsterdam. */
    pk_clock_advance(14 * HOUR_MS);
    assert_int_equal(shown(house, &maria, "maria").today, 0);
    assert_int_equal(shown(house, &maria, "maria").most, 2);
    assert_int_equal(sign_up(house, &maria, STRANGER, "festival", NULL), 0);
    static const struct {
        const char *name;
        int64_t more, day;
        int code;
    } wrong[] = { { "maria", -1, 0, PK_E_INVALID }, { "maria", 501, 0, PK_E_INVALID }, { "anna", 5, 0, PK_E_NOT_FOUND },
                  { "maria", 5, 20261013, PK_E_INVALID }, { "maria", 5, 20270101, PK_E_INVALID }, { "maria", 5, 20261101, 0 } };
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        DO(house, r, pk_circle_let(house->service, &adviser, pk_slice_of(wrong[i].name), wrong[i].more, wrong[i].day, pk_clock_wall_ms(), &most, NULL));
        assert_int_equal(r, wrong[i].code);
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'circle.allow' AND object = 'maria' AND actor = 'anna' AND result = 0"), 2);
}

/* ---- whose ---- */

static int count_one(void *ctx, const struct pk_circle_view *view)
{
    struct pk_circle_view *last = ctx;
    *last = *view;
    return 0;
}

/* She left, and another key person came to be called as she was. */
static void a_namesake_finds_nobody(void **state)
{
    struct house *house = *state;
    struct pk_circle circle;
    int r;
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0);
    say(house, ANNA, "ДА");
    assert_int_equal(shown(house, &maria, "maria").size, 1);
    DO(house, r, pk_users_remove(house->service, &operator, PK_SLICE("maria"), HOUSE_NOW, NULL));
    assert_int_equal(r, 0);
    employ(house, "maria", PK_ROLE_KEY_PERSON);
    assert_int_equal(shown(house, &maria, "maria").size, 0);
    assert_int_equal(pk_circle_meant(house->service, &maria, PK_SLICE("maria"), &circle, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_circle_meant(house->service, &adviser, PK_SLICE("maria"), &circle, NULL), 0); /* who hands it over */
    assert_true(circle.left_ms != 0);
}

static void handed_to_a_successor(void **state)
{
    struct house *house = *state;
    struct pk_circle_view view = { 0 };
    struct pk_error err = { 0 };
    int r;
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0);
    say(house, ANNA, "ДА");
    assert_int_equal(sign_up(house, &maria, BORIS, "festival", NULL), 0);
    assert_int_equal(pk_circles_each(house->service, &adviser, HOUSE_NOW, count_one, &view, NULL), 0);
    assert_string_equal(view.name, "maria");
    assert_int_equal(view.size, -1); /* fewer than five: not for others */
    assert_int_equal(pk_circles_each(house->service, &maria, HOUSE_NOW, count_one, &view, NULL), PK_E_DENIED);
    assert_int_equal(pk_circle_show(house->service, &maria, PK_SLICE("petya"), HOUSE_NOW, &view, NULL), PK_E_DENIED);
    assert_int_equal(pk_circle_recent(house->service, &adviser, PK_SLICE("maria"), HOUSE_NOW, see, &view, NULL), PK_E_DENIED);
    DO(house, r, pk_users_remove(house->service, &operator, PK_SLICE("maria"), HOUSE_NOW, NULL));
    assert_int_equal(r, 0);
    view = shown(house, &adviser, "maria");
    assert_true(view.left_ms == HOUSE_NOW && view.most == 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM signup"), 0);
    DO(house, r, pk_circle_pass_on(house->service, &petya, PK_SLICE("maria"), PK_SLICE("petya"), HOUSE_NOW, NULL));
    assert_int_equal(r, PK_E_DENIED);
    DO(house, r, pk_circle_pass_on(house->service, &adviser, PK_SLICE("maria"), PK_SLICE("anna"), HOUSE_NOW, &err));
    assert_int_equal(r, PK_E_NOT_FOUND);
    DO(house, r, pk_circle_pass_on(house->service, &adviser, PK_SLICE("nobody"), PK_SLICE("petya"), HOUSE_NOW, &err));
    assert_int_equal(r, PK_E_NOT_FOUND);
    DO(house, r, pk_circle_pass_on(house->service, &adviser, PK_SLICE("maria"), PK_SLICE("petya"), HOUSE_NOW, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(shown(house, &petya, "petya").size, 1);
    say(house, BORIS, "ДА"); /* asked by the one, in the circle of the other */
    assert_int_equal(shown(house, &petya, "petya").size, 2);
    DO(house, r, pk_circle_pass_on(house->service, &adviser, PK_SLICE("petya"), PK_SLICE("petya"), HOUSE_NOW, NULL));
    assert_int_equal(r, PK_E_INVALID);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'circle.handover' AND object = 'maria' AND detail = 'petya' AND result = 0"), 1);
}

static void somebody_steps_out(void **state)
{
    struct house *house = *state;
    int r;
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0);
    say(house, ANNA, "ДА");
    int64_t who = house_count(house, "SELECT recipient FROM circle_member");
    struct pk_buf out;
    pk_buf_init(&out, 1u << 20);
    DO(house, r, pk_person_export(house->service, &adviser, &(struct pk_whom){ .recipient = who }, HOUSE_NOW, &out, NULL));
    assert_int_equal(r, 0);
    assert_non_null(strstr(pk_buf_text(&out), "\"circle\":{\"of\":\"maria\",\"joinedAt\":\"2026"));
    pk_buf_finish(&out);
    struct pk_actor herself = { .role = PK_ROLE_PERSON, .name = "", .recipient = who };
    DO(house, r, pk_circle_step_out(house->service, &desk, HOUSE_NOW, NULL));
    assert_int_equal(r, PK_E_DENIED);
    DO(house, r, pk_circle_step_out(house->service, &herself, HOUSE_NOW, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(shown(house, &maria, "maria").size, 0);
    assert_int_equal(house_consent(house, who, "festival"), PK_CONSENT_GRANTED);
    DO(house, r, pk_circle_step_out(house->service, &herself, HOUSE_NOW, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'circle.leave' AND result = 0"), 1);
}

/* ---- answers told by mouth ---- */

static int record(struct house *house, const struct pk_actor *actor, int64_t trigger, const char *number, bool yes, unsigned heads, struct pk_error *err)
{
    const struct pk_rsvp_plan plan = { .trigger = trigger, .whom = { .address = pk_slice_of(number) }, .yes = yes, .heads = heads };
    int r;
    DO(house, r, pk_rsvp_record(house->service, actor, &plan, pk_clock_wall_ms(), err));
    return r;
}

static void told_by_mouth(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, ANNA, "parent-meetings", NULL), 0);
    say(house, ANNA, "ДА");
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    int64_t meeting = invite(house, NULL);
    /* Hers counts; whoever is not hers, is unknown or is in another circle looks the same. */
    assert_int_equal(record(house, &maria, meeting, ANNA, true, 3, &err), 0);
    assert_replies(house, meeting, 1, 0, 3);
    assert_int_equal(record(house, &maria, meeting, BORIS, true, 2, &err), 0);
    assert_int_equal(record(house, &maria, meeting, STRANGER, true, 2, &err), 0);
    assert_int_equal(record(house, &petya, meeting, ANNA, false, 0, &err), 0);
    assert_replies(house, meeting, 1, 0, 3);
    assert_int_equal(record(house, &maria, meeting, "12", true, 1, &err), PK_E_INVALID);
    /* The desk may write it down for everybody, and is told when there is nobody. */
    assert_int_equal(record(house, &desk, meeting, BORIS, false, 0, &err), 0);
    assert_replies(house, meeting, 1, 1, 3);
    assert_int_equal(record(house, &desk, meeting, STRANGER, true, 1, &err), PK_E_NOT_FOUND);
    assert_int_equal(record(house, &desk, meeting, ANNA, true, PK_RSVP_HEADS_MAX + 1, &err), PK_E_INVALID);
    assert_int_equal(record(house, &desk, meeting, ANNA, false, 1, &err), PK_E_INVALID);
    assert_int_equal(record(house, &desk, meeting + 1, ANNA, true, 1, &err), PK_E_NOT_FOUND);
    assert_int_equal(record(house, &operator, meeting, ANNA, true, 1, &err), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'rsvp.record' AND actor = 'maria' AND result = 0"), 3);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'rsvp.record' AND actor = 'maria' AND subject <> x''"), 1);
    pk_clock_advance(3 * DAY_MS);
    assert_int_equal(record(house, &desk, meeting, ANNA, true, 1, &err), PK_E_CONFLICT);
}

/* ---- a publisher's day ---- */

static void a_publishers_day(void **state)
{
    struct house *house = *state;
    house_people(house, 6, "school:a");
    house_people(house, 3, "school:b");
    house->publishers[0].people_per_day = 10;
    house_reopen(house);
#define TO(school) HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:" school "\"]}"
    assert_int_equal(house_publish(house, "school", TO("a")), 0);
    assert_int_equal(house_publish(house, "school", TO("a")), 0); /* six more are not left */
    assert_int_equal(house_publish(house, "school", TO("b")), 0);
    house_turns(house, 3);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 2);
    assert_int_equal(house_messages(house, "class = 0"), 9);
    assert_int_equal(house_count(house, "SELECT people FROM publisher_day"), 9);
    pk_clock_advance(DAY_MS);
    assert_int_equal(house_publish(house, "school", TO("a")), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 3);
}

/* ---- what is kept ---- */

static void retention_ends_the_day(void **state)
{
    struct house *house = *state;
    employ_all(house);
    assert_int_equal(sign_up(house, &maria, ANNA, "festival", NULL), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM signup"), 1);
    house_later(house, DAY_MS + 2 * MINUTE_MS);
    house_turns(house, 4);
    assert_int_equal(house_count(house, "SELECT count(*) FROM signup"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM circle_day"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM circle_member"), 1);
    house_later(house, 8 * DAY_MS); /* said nothing: forgotten, and with that out of everything */
    house_turns(house, 8);
    assert_int_equal(house_count(house, "SELECT count(*) FROM circle_member"), 0);
}

/* ---- who cannot be reached ---- */

static void block(struct house *house, unsigned count)
{
    char text[160];
    (void) snprintf(text, sizeof text, "UPDATE address SET blocked_ms = CASE WHEN recipient IN (SELECT recipient FROM circle_member ORDER BY recipient"
                                       " LIMIT %u) THEN 1 ELSE 0 END", count);
    assert_int_equal(sqlite3_exec(house->store->db, text, NULL, NULL, NULL), SQLITE_OK);
}

/* So many in maria's circle, made as many yeses make them. */
static void join(struct house *house, unsigned count)
{
    char text[400];
    house_people(house, count, "school:windroos");
    (void) snprintf(text, sizeof text, "INSERT OR IGNORE INTO circle(id, user, name, created_ms) SELECT 1, id, name, 1 FROM user WHERE name = 'maria';"
                                       "INSERT OR IGNORE INTO circle_member(recipient, circle, question, since_ms, told_ms) SELECT id, 1, 0, 1, 1 FROM recipient");
    assert_int_equal(sqlite3_exec(house->store->db, text, NULL, NULL, NULL), SQLITE_OK);
}

/* Hers too: she knows whom she signed up. */
static void unreachable_people_are_counted_where_nobody_is_pointed_at(void **state)
{
    static const struct {
        unsigned blocked;
        int64_t told;
    } cases[] = { { 0, 0 }, { 1, -1 }, { 4, -1 }, { 5, 5 }, { 7, 7 }, { 8, -1 }, { 12, -1 } };
    struct house *house = *state;
    employ_all(house);
    assert_int_equal(shown(house, &maria, "maria").unreachable, -1); /* of nobody */
    join(house, 12);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        block(house, cases[i].blocked);
        assert_int_equal(shown(house, &maria, "maria").size, 12);
        assert_int_equal(shown(house, &maria, "maria").unreachable, cases[i].told);
        assert_int_equal(shown(house, &adviser, "maria").unreachable, cases[i].told);
    }
    block(house, 5);
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE recipient SET stopped_ms = 1", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(shown(house, &maria, "maria").unreachable, 5); /* a STOP shows nowhere */
    assert_int_equal(sqlite3_exec(house->store->db, "DELETE FROM circle_member WHERE recipient NOT IN (SELECT recipient FROM circle_member ORDER BY"
                                                    " recipient DESC LIMIT 4)", NULL, NULL, NULL), SQLITE_OK);
    block(house, 0);
    assert_int_equal(shown(house, &maria, "maria").unreachable, -1); /* of four, that nobody is tells of each */
}

static const struct pk_tagged meetings_words[] = { { .tag = "bg", .text = "срещи, родителски срещи" }, { .tag = "nl", .text = "ouderavonden" } };
static const struct pk_tagged festival_words[] = { { .tag = "bg", .text = "фестивал" } };
static const struct pk_topic_rule worded[] = {
    { .name = "parent-meetings", .words = { meetings_words, 2 } },
    { .name = "festival", .words = { festival_words, 1 } },
    { .name = "info-point" },
};

/* The code she passes on works: somebody writes it from a number nobody knows, and is told again. */
static void a_code_to_pass_on(void **state)
{
    struct house *house = *state;
    const struct pk_topic_rule *topics = house->rules.topics;
    size_t topic_count = house->rules.topic_count;
    employ_all(house);
    house->rules.topics = worded;
    house->rules.topic_count = PK_COUNT(worded);
    struct pk_circle_view view = shown(house, &maria, "maria");
    assert_int_equal(view.code_count, 2);
    assert_string_equal(view.codes[0], "START срещи");
    assert_string_equal(view.codes[1], "START фестивал");
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE user SET topics = 'festival,info-point', language = 'nl' WHERE name = 'maria'", NULL, NULL, NULL),
                     SQLITE_OK);
    view = shown(house, &maria, "maria");
    assert_int_equal(view.code_count, 1);
    assert_string_equal(view.codes[0], "START фестивал"); /* there is none in her language */
    house->rules.topics = topics;
    house->rules.topic_count = topic_count;
    say(house, STRANGER, view.codes[0]);
    int64_t person = house_count(house, "SELECT id FROM recipient");
    assert_int_equal(house_consent(house, person, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, person, "parent-meetings"), PK_CONSENT_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(a_yes_to_words_that_tell),
        in_house(unreachable_people_are_counted_where_nobody_is_pointed_at),
        in_house(a_code_to_pass_on),
        in_house(no_other_yes_puts_them_in), in_house(the_desk_signs_up),  in_house(every_number_looks_the_same),
        in_house(what_is_typed_wrong_is_said), in_house(a_day_has_an_end), in_house(a_namesake_finds_nobody), in_house(handed_to_a_successor),
        in_house(somebody_steps_out),       in_house(told_by_mouth),      in_house(a_publishers_day),
        in_house(retention_ends_the_day),
    };
    return cmocka_run_group_tests_name("service/circles", tests, NULL, NULL);
}
