/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The city's own texts at work: one counts from the commit on and changes nothing that was planned, nobody's is lost, and it leaves
 * only after somebody whose language it is, and who did not write it, read it aloud.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/own_texts.h"
#include "gateway/service/readings.h"
#include "gateway/store/own_texts.h"
#include "gateway/store/users.h"

#define NAME "parent-meeting-invitation"
#define HEAD "topic: parent-meetings\nkind: notice\nstep: invitation\narguments: org begins place\nreply: yes-no\ngloss: Proef\nparts: 2\nmax.place: 20\n\n"
#define OWN HEAD "{org}: елате на среща {begins_on_day}, {begins_time} Място: {place}. Идвате ли? Пишете ДА или НЕ. Край: СТОП"
#define OTHER HEAD "{org}: ела на среща {begins_on_day}, {begins_time} Място: {place}. Идвате ли? Пишете ДА или НЕ. Край: СТОП"
#define SHIPPED "родителска среща"
#define MINE "елате на среща"

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" };
static const struct pk_actor maria = { .role = PK_ROLE_DESK, .name = "maria" };
static const struct pk_actor jan = { .role = PK_ROLE_DESK, .name = "jan" };

static void user(struct house *house, const char *name, const char *language)
{
    struct pk_user one = { .role = PK_ROLE_DESK, .created_ms = HOUSE_NOW };
    (void) snprintf(one.name, sizeof one.name, "%s", name);
    (void) snprintf(one.language, sizeof one.language, "%s", language);
    assert_int_equal(pk_user_add(house->store, &one, NULL), 0);
}

/* In a unit of its own; dropped when it is refused. No turn. */
static int end_unit(struct house *house, int r)
{
    if (r != 0) {
        pk_unit_drop(house->store);
        return r;
    }
    return pk_unit_keep(house->store, NULL);
}

static int write_as(struct house *house, const struct pk_actor *actor, const char *content, int64_t edition, struct pk_error *err)
{
    struct pk_ini_report report = { 0 };
    const struct pk_own_file file = { PK_SLICE(NAME), PK_SLICE("bg"), pk_slice_of(content) };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    return end_unit(house, pk_own_texts_write(house->service, actor, &file, 1, edition, &report, HOUSE_NOW, err));
}

static int take_back(struct house *house)
{
    struct pk_ini_report report = { 0 };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    return end_unit(house, pk_own_texts_withdraw(house->service, &anna, PK_SLICE(NAME), PK_EDITION_ANY, &report, HOUSE_NOW, NULL));
}

static int read_as(struct house *house, const struct pk_actor *actor, const char *tag, struct pk_error *err)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    return end_unit(house, pk_text_was_read(house->service, actor, PK_SLICE(NAME), pk_slice_of(tag), PK_SLICE(""), HOUSE_NOW, err));
}

static bool says(const struct house *house, const char *words)
{
    struct pk_slice body = pk_template_body(pk_catalog_exact(house->service->catalog, PK_SLICE(NAME), PK_SLICE("bg")));
    return memmem(body.data, body.len, words, strlen(words)) != NULL;
}

static void nobody_need_read(struct house *house)
{
    house->rules.read_aloud = PK_READ_NONE;
    house_reopen(house);
}

/* ---- which counts ---- */

static void it_counts_from_the_commit_on(void **state)
{
    struct house *house = *state;
    assert_int_equal(write_as(house, &anna, OWN, 0, NULL), 0);
    assert_true(says(house, SHIPPED)); /* the turn is not over */
    house_turn(house);
    assert_true(says(house, MINE));
    house_reopen(house);
    assert_true(says(house, MINE));
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'template.edit'"), 1);
    assert_int_equal(take_back(house), 0);
    house_turn(house);
    assert_true(says(house, SHIPPED));
    assert_int_equal(take_back(house), PK_E_NOT_FOUND);
    assert_int_equal(house_count(house, "SELECT count(*) FROM own_text"), 2);
}

static void what_was_not_committed_does_not_count(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    assert_int_equal(write_as(house, &anna, OWN, 0, NULL), 0);
    house_turn(house);
    house->commit_fails = false;
    house_turn(house);
    assert_true(says(house, SHIPPED));
}

static void what_was_planned_keeps_its_words(void **state)
{
    struct house *house = *state;
    nobody_need_read(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    house_turn(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "1"), 1);
    assert_int_equal(write_as(house, &anna, OWN, 0, NULL), 0);
    house_turn(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_later(house, MINUTE_MS);
    const struct post *post = house->posts[0];
    assert_int_equal(post->count, 2);
    assert_non_null(strstr(post->jobs[0].text, SHIPPED));
    assert_non_null(strstr(post->jobs[1].text, MINE));
}

static void who_writes_second_is_told(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    assert_int_equal(write_as(house, &anna, OWN, 0, NULL), 0);
    /* In the same turn already. */
    assert_int_equal(write_as(house, &anna, OTHER, 0, &err), PK_E_CONFLICT);
    house_turn(house);
    assert_int_equal(write_as(house, &anna, OTHER, 0, &err), PK_E_CONFLICT);
    int64_t edition = pk_own_text_edition(house->store, PK_SLICE(NAME));
    assert_int_equal(write_as(house, &anna, OWN, edition, NULL), 0); /* nothing new */
    assert_true(pk_own_text_edition(house->store, PK_SLICE(NAME)) == edition);
    assert_int_equal(write_as(house, &anna, OTHER, edition, NULL), 0);
    house_turn(house);
    assert_true(says(house, "ела на среща"));
}

static void what_is_wrong_is_not_kept(void **state)
{
    struct house *house = *state;
    const struct pk_actor boris = { .role = PK_ROLE_APPROVER, .name = "boris" };
    assert_int_equal(write_as(house, &boris, OWN, 0, NULL), PK_E_DENIED);
    assert_int_equal(write_as(house, &maria, OWN, 0, NULL), PK_E_DENIED);
    assert_int_equal(write_as(house, &anna, HEAD "{org}: {nobody}", 0, NULL), PK_E_INVALID);
    assert_int_equal(write_as(house, &anna, "kind: answer\n\n", 0, NULL), PK_E_INVALID);
    assert_int_equal(write_as(house, &anna, HEAD "{org}: {begins_on_day} {place}. Идвате ли? ДА или НЕ", 0, NULL), PK_E_INVALID); /* no way to end it */
    house_turn(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM own_text"), 0);
}

/* One that went with the shipped texts of another day, as after an update. */
static void what_does_not_fit_any_more_is_set_aside(void **state)
{
    struct house *house = *state;
    int64_t id;
    const struct pk_own_text old = { .name = PK_SLICE(NAME), .language = PK_SLICE("bg"), .content = PK_SLICE("kind: answer\n\nx\n"), .author = PK_SLICE("anna") };
    const struct pk_own_file thanks = {
        PK_SLICE("thanks"), PK_SLICE("bg"),
        PK_SLICE("kind: answer\narguments:\nreply: none\ngloss: Dank\nparts: 2\n\nБлагодарим! Имате ли въпрос, пишете ПОМОЩ. Не искате съобщения? Пишете СТОП."),
    };
    struct pk_ini_report report = { 0 };
    assert_int_equal(pk_own_text_add(house->store, &old, &id, NULL), 0);
    house_reopen(house);
    assert_true(pk_own_texts_is_aside(house->service, PK_SLICE(NAME)));
    assert_true(says(house, SHIPPED));
    /* It keeps nobody from writing another, or from correcting it. */
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(end_unit(house, pk_own_texts_write(house->service, &anna, &thanks, 1, 0, &report, HOUSE_NOW, NULL)), 0);
    house_turn(house);
    assert_true(pk_template_is_own(pk_catalog_exact(house->service->catalog, PK_SLICE("thanks"), PK_SLICE("bg"))));
    assert_int_equal(write_as(house, &anna, OWN, id, NULL), 0);
    house_turn(house);
    assert_false(pk_own_texts_is_aside(house->service, PK_SLICE(NAME)));
    assert_true(says(house, MINE));
}

/* ---- read aloud ---- */

static void unread_it_is_not_planned(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    user(house, "maria", "bg");
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(write_as(house, &anna, OWN, 0, NULL), 0);
    house_turn(house);
    (void) house_publish(house, "school", NULL);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(pk_text_all_read(house->service, PK_SLICE(NAME), &err), PK_E_CONFLICT);
    assert_int_equal(read_as(house, &maria, "bg", NULL), 0);
    assert_int_equal(pk_text_all_read(house->service, PK_SLICE(NAME), &err), 0); /* nobody reads it in Latin letters */
    house_turn(house);
    (void) house_publish(house, "school", NULL);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 1);
    assert_non_null(strstr(house->posts[0]->jobs[0].text, MINE));
}

/* Planned when nobody asked, and asked since: it waits at the last door, and leaves when it was read. */
static void unread_it_does_not_leave(void **state)
{
    struct house *house = *state;
    user(house, "maria", "bg");
    nobody_need_read(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(write_as(house, &anna, OWN, 0, NULL), 0);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    house_turn(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    house->rules.read_aloud = PK_READ_OWN;
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_reopen(house);
    house_turns(house, 3);
    struct pk_message message = house_message(house, "1");
    assert_int_equal(message.state, PK_MESSAGE_DEFERRED);
    assert_int_equal(message.reason, PK_REASON_TEXT_UNREAD);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(read_as(house, &maria, "bg", NULL), 0);
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 1);
    assert_non_null(strstr(house->posts[0]->jobs[0].text, MINE));
}

static void all_of_them_where_that_is_asked(void **state)
{
    struct house *house = *state;
    assert_int_equal(pk_text_all_read(house->service, PK_SLICE(NAME), NULL), 0);
    house->rules.read_aloud = PK_READ_ALL;
    house_reopen(house);
    assert_int_equal(pk_text_all_read(house->service, PK_SLICE(NAME), NULL), PK_E_CONFLICT);
}

static void who_may_say_so(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    const struct pk_actor anna_reads = { .role = PK_ROLE_DESK, .name = "anna" };
    user(house, "maria", "bg");
    user(house, "jan", "nl");
    user(house, "anna", "bg");
    assert_int_equal(write_as(house, &anna, OWN, 0, NULL), 0);
    house_turn(house);
    assert_int_equal(read_as(house, &jan, "bg", &err), PK_E_DENIED); /* not his language */
    assert_int_equal(read_as(house, &anna_reads, "bg", &err), PK_E_DENIED); /* her own words */
    assert_non_null(strstr(err.message, "wrote these words"));
    assert_int_equal(read_as(house, &maria, "bg-Cyrl", &err), PK_E_NOT_FOUND);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(end_unit(house, pk_text_was_faulted(house->service, &anna, PK_SLICE(NAME), PK_SLICE("bg"), PK_SLICE(""), PK_SLICE("x"), HOUSE_NOW, &err)),
                     PK_E_DENIED);
    assert_int_equal(read_as(house, &maria, "bg-Latn", NULL), 0);
    assert_int_equal(pk_text_all_read(house->service, PK_SLICE(NAME), NULL), PK_E_CONFLICT); /* in the other script alone */
    assert_int_equal(read_as(house, &maria, "bg", NULL), 0);
    assert_int_equal(pk_text_all_read(house->service, PK_SLICE(NAME), NULL), 0);
    /* Other words are unread again; what was read was not these. */
    assert_int_equal(write_as(house, &anna, OTHER, PK_EDITION_ANY, NULL), 0);
    house_turn(house);
    assert_int_equal(pk_text_all_read(house->service, PK_SLICE(NAME), NULL), PK_E_CONFLICT);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(end_unit(house, pk_text_was_read(house->service, &maria, PK_SLICE(NAME), PK_SLICE("bg"), PK_SLICE("0123456789abcdef"), HOUSE_NOW, &err)),
                     PK_E_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(it_counts_from_the_commit_on),
        in_house(what_was_not_committed_does_not_count),
        in_house(what_was_planned_keeps_its_words),
        in_house(who_writes_second_is_told),
        in_house(what_is_wrong_is_not_kept),
        in_house(what_does_not_fit_any_more_is_set_aside),
        in_house(unread_it_is_not_planned),
        in_house(unread_it_does_not_leave),
        in_house(all_of_them_where_that_is_asked),
        in_house(who_may_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
