/* SPDX-License-Identifier: EUPL-1.2 */
/* Circles: in only by a yes to a question that may have arrived, one circle a person, handed over whole, gone with the person. */
#include "tests/unit/store/support.h"

#include "gateway/store/circles.h"
#include "gateway/store/internal.h"
#include "gateway/store/person.h"
#include "gateway/store/rekey.h"

#define DAY 86400000ll

static struct pk_user user_of(struct desk *desk, const char *name)
{
    struct pk_user user = { .role = 4, .language = "bg", .created_ms = NOW };
    (void) snprintf(user.name, sizeof user.name, "%s", name);
    assert_int_equal(pk_user_add(desk->store, &user, NULL), 0);
    return user;
}

static int64_t circle_of(struct desk *desk, const struct pk_user *user)
{
    int64_t id = 0, again = 0;
    assert_int_equal(pk_circle_make(desk->store, user, NOW, &id, NULL), 0);
    assert_int_equal(pk_circle_make(desk->store, user, NOW + 5, &again, NULL), 0);
    assert_true(id != 0 && id == again);
    return id;
}

/* A question that left, or with `waits` one that did not. */
static int64_t asked(struct desk *desk, int64_t circle, int64_t who, int64_t address, bool waits)
{
    struct pk_message message = message_to(desk, who, address);
    message.cls = PK_CLASS_QUESTION;
    message.state = waits ? PK_MESSAGE_QUEUED : PK_MESSAGE_DELIVERED;
    assert_int_equal(pk_message_insert(desk->store, &message, NULL), 0);
    assert_int_equal(pk_circle_ask(desk->store, circle, who, message.id, NOW, NULL), 0);
    return message.id;
}

static void in_by_a_yes_that_knew(void **state)
{
    struct desk *desk = *state;
    struct pk_user maria = user_of(desk, "maria"), petya = user_of(desk, "petya");
    int64_t hers = circle_of(desk, &maria), other = circle_of(desk, &petya), address = 0;
    int64_t anna = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    int64_t boris = person(desk, "+31600000002", PK_CONSENT_CONFIRMED, &address);
    int64_t first = asked(desk, hers, anna, address, true);
    assert_int_equal(pk_circle_answered(desk->store, anna, first, true, NOW, NULL), 0);
    assert_int_equal(pk_circle_size(desk->store, hers), 0); /* the question never left */
    int64_t second = asked(desk, other, anna, address, false), else_asked = asked(desk, hers, boris, address, false);
    assert_int_equal(pk_circle_answered(desk->store, anna, else_asked, true, NOW, NULL), 0);
    assert_int_equal(pk_circle_size(desk->store, other), 0); /* that question told of nothing, or of another circle */
    assert_int_equal(pk_circle_answered(desk->store, anna, second, true, NOW, NULL), 0);
    assert_int_equal(pk_circle_size(desk->store, hers), 0);
    assert_int_equal(pk_circle_size(desk->store, other), 1);
    int64_t third = asked(desk, hers, anna, address, false);
    assert_int_equal(pk_circle_answered(desk->store, anna, third, true, NOW, NULL), 0);
    assert_int_equal(pk_circle_size(desk->store, hers), 0); /* she stays where she is */
    assert_true(pk_circle_has(desk->store, other, anna));
    assert_int_equal(pk_circle_answered(desk->store, anna, third, false, NOW, NULL), 0); /* a no to something later */
    assert_int_equal(pk_circle_size(desk->store, other), 1);
    int64_t his = asked(desk, hers, boris, address, false);
    assert_false(pk_circle_has(desk->store, hers, boris));
    assert_int_equal(pk_circle_answered(desk->store, boris, his, false, NOW, NULL), 0);
    assert_int_equal(pk_circle_answered(desk->store, boris, his, true, NOW, NULL), 0);
    assert_int_equal(pk_circle_size(desk->store, hers), 0); /* the no ended it */
}

static void the_audience_of_a_circle(void **state)
{
    struct desk *desk = *state;
    struct pk_user maria = user_of(desk, "maria");
    int64_t circle = circle_of(desk, &maria), people[4], address = 0, count = 0;
    uint32_t school = 0;
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, PK_SLICE("school:a"), &school, NULL), 0);
    for (int i = 0; i < 4; i++) {
        char number[24];
        (void) snprintf(number, sizeof number, "+3160000010%d", i);
        people[i] = person(desk, number, i == 2 ? PK_CONSENT_WITHDRAWN : PK_CONSENT_CONFIRMED, &address);
        if (i < 3) {
            int64_t question = asked(desk, circle, people[i], address, false);
            assert_int_equal(pk_circle_answered(desk->store, people[i], question, true, NOW, NULL), 0);
        }
        if (i != 1)
            (void) pk_recipient_tag(desk->store, people[i], school, NULL);
    }
    struct pk_audience_tree tree;
    struct pk_audience audience = audience_of(desk, "everybody", &tree);
    struct pk_audience_row rows[8];
    size_t found = 0;
    assert_int_equal(pk_audience_count(desk->store, &audience, NOW, 10, &count, NULL), 0);
    assert_int_equal(count, 3);
    audience = audience_of(desk, "circle:maria", &tree);
    assert_int_equal(pk_audience_count(desk->store, &audience, NOW, 10, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_int_equal(pk_audience_page(desk->store, &audience, INT64_MIN, NOW, 1, rows, &found, NULL), 0);
    assert_int_equal(found, 1);
    assert_int_equal(pk_audience_page(desk->store, &audience, rows[0].recipient, NOW, 8, rows + 1, &found, NULL), 0);
    assert_int_equal(found, 1);
    assert_true(rows[1].recipient > rows[0].recipient);
    audience = audience_of(desk, "circle:maria and school:a", &tree);
    assert_int_equal(pk_audience_page(desk->store, &audience, INT64_MIN, NOW, 8, rows, &found, NULL), 0);
    assert_int_equal(found, 1);
    assert_true(rows[0].recipient == people[0]);
    audience = audience_of(desk, "circle:maria and not school:a", &tree);
    assert_int_equal(pk_audience_page(desk->store, &audience, INT64_MIN, NOW, 8, rows, &found, NULL), 0);
    assert_int_equal(found, 1);
    assert_true(rows[0].recipient == people[1]);
    audience = audience_of(desk, "circle:petya", &tree); /* there is none */
    assert_int_equal(pk_audience_count(desk->store, &audience, NOW, 10, &count, NULL), 0);
    assert_int_equal(count, 0);
}

static int count_circle(void *ctx, const struct pk_circle *circle, int64_t size)
{
    int64_t *sum = ctx;
    sum[circle->left_ms != 0] += 1;
    sum[2] += size;
    return 0;
}

static void handed_over_and_left_behind(void **state)
{
    struct desk *desk = *state;
    struct pk_user maria = user_of(desk, "maria"), petya = user_of(desk, "petya"), empty = user_of(desk, "vesna");
    int64_t hers = circle_of(desk, &maria), next = 0, address = 0, told_ms = 0, sums[3] = { 0 };
    int64_t anna = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    bool was = false, more = false;
    struct pk_circle found;
    (void) circle_of(desk, &empty);
    int64_t question = asked(desk, hers, anna, address, false);
    assert_int_equal(pk_circle_answered(desk->store, anna, question, true, NOW + 7, NULL), 0);
    assert_int_equal(pk_circle_orphan(desk->store, empty.id, NOW, NULL), 0);
    assert_int_equal(pk_circle_of_user(desk->store, empty.id, &found, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_circle_orphan(desk->store, maria.id, NOW, NULL), 0);
    assert_int_equal(pk_circle_by_name(desk->store, PK_SLICE("maria"), &found, NULL), 0);
    assert_int_equal(found.left_ms, NOW);
    assert_int_equal(pk_circles_list(desk->store, count_circle, sums, NULL), 0);
    assert_true(sums[0] == 0 && sums[1] == 1 && sums[2] == 1);
    next = circle_of(desk, &petya);
    assert_int_equal(pk_circle_hand_over(desk->store, found.id, next, NULL), 0);
    assert_int_equal(pk_circle_by_name(desk->store, PK_SLICE("maria"), &found, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_circle_of_person(desk->store, anna, &found, &told_ms, NULL), 0);
    assert_string_equal(found.name, "petya");
    assert_int_equal(told_ms, NOW + 7);
    /* A circle nobody takes over ends; who was in it stays. */
    struct pk_circles_retention retention = { .orphans_before_ms = NOW + DAY };
    assert_int_equal(pk_circles_retain(desk->store, &retention, 10, &more, NULL), 0);
    assert_int_equal(pk_circle_size(desk->store, next), 1);
    assert_int_equal(pk_circle_orphan(desk->store, petya.id, NOW, NULL), 0);
    assert_int_equal(pk_circles_retain(desk->store, &retention, 10, &more, NULL), 0);
    assert_false(more);
    assert_int_equal(pk_circle_size(desk->store, next), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM circle", ""), 0);
    assert_int_equal(pk_recipient_count(desk->store), 1);
    assert_int_equal(pk_circle_leave(desk->store, anna, &was, NULL), 0);
    assert_false(was);
}

struct seen {
    char masked[4][32];
    bool answered[4];
    size_t count;
};

static int see(void *ctx, const struct pk_signup *signup)
{
    struct seen *seen = ctx;
    (void) snprintf(seen->masked[seen->count], sizeof seen->masked[0], "%.*s", PK_SLICE_ARG(signup->masked));
    seen->answered[seen->count++] = signup->answered;
    return 0;
}

static struct seen signups_of(struct desk *desk, int64_t user, int64_t since_ms)
{
    struct seen seen = { 0 };
    assert_int_equal(pk_signups_of(desk->store, user, since_ms, 4, see, &seen, NULL), 0);
    return seen;
}

static void the_last_day(void **state)
{
    struct desk *desk = *state;
    struct pk_user maria = user_of(desk, "maria");
    int64_t circle = circle_of(desk, &maria), address = 0;
    int64_t anna = person(desk, NUMBER, PK_CONSENT_REQUESTED, &address);
    int64_t question = asked(desk, circle, anna, address, false);
    struct pk_signup new = { .user = maria.id, .at_ms = NOW, .masked = PK_SLICE("+316*****01"), .question = question };
    struct pk_signup known = { .user = maria.id, .at_ms = NOW + 1, .masked = PK_SLICE("+316*****02") };
    assert_int_equal(pk_signup_add(desk->store, &new, NULL), 0);
    assert_int_equal(pk_signup_add(desk->store, &known, NULL), 0);
    struct seen seen = signups_of(desk, maria.id, NOW);
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.masked[0], "+316*****02");
    assert_false(seen.answered[0] || seen.answered[1]);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM signup WHERE instr(masked, x'2b333136') > 0", ""), 0); /* sealed */
    struct pk_key_need needs[PK_KEY_NEEDS];
    size_t count = 0, i = 0;
    assert_int_equal(pk_key_needs(desk->store, 1, needs, &count, NULL), 0);
    while (i < count && strcmp(needs[i].kind, "sign-ups of the day") != 0)
        i++;
    assert_true(i < count && needs[i].count == 2 && needs[i].ages_out);
    assert_int_equal(pk_circle_answered(desk->store, anna, question, true, NOW, NULL), 0);
    seen = signups_of(desk, maria.id, NOW);
    assert_true(!seen.answered[0] && seen.answered[1]);
    assert_int_equal(signups_of(desk, maria.id, NOW + 1).count, 1);
    assert_int_equal(signups_of(desk, maria.id + 1, NOW).count, 0);
    /* Who is forgotten is gone from it as well. */
    const struct pk_forgetting forgetting = { .recipient = anna, .now_ms = NOW };
    size_t cancelled;
    assert_int_equal(pk_person_forget(desk->store, &forgetting, &cancelled, NULL), 0);
    assert_int_equal(pk_circle_size(desk->store, circle), 0);
    assert_int_equal(signups_of(desk, maria.id, NOW).count, 1);
    bool more = false;
    struct pk_circles_retention retention = { .signups_before_ms = NOW + 2 };
    assert_int_equal(pk_circles_retain(desk->store, &retention, 10, &more, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM signup", ""), 0);
}

static void who_does_not_answer_and_old_days(void **state)
{
    struct desk *desk = *state;
    struct pk_user maria = user_of(desk, "maria");
    int64_t circle = circle_of(desk, &maria), address = 0;
    int64_t anna = person(desk, NUMBER, PK_CONSENT_REQUESTED, &address), boris = person(desk, "+31600000002", PK_CONSENT_REQUESTED, &address);
    struct pk_circle_day day = { .count = 3, .more = 20 };
    bool more = false;
    (void) asked(desk, circle, anna, address, false);
    int64_t question = asked(desk, circle, boris, address, false);
    assert_int_equal(pk_circle_answered(desk->store, boris, question, true, NOW, NULL), 0);
    assert_int_equal(pk_circle_day_set(desk->store, maria.id, 20261014, &day, NOW, NULL), 0);
    assert_int_equal(pk_circle_day_get(desk->store, maria.id, 20261014, &day, NULL), 0);
    assert_true(day.count == 3 && day.more == 20);
    assert_int_equal(pk_circle_day_get(desk->store, maria.id, 20261015, &day, NULL), 0);
    assert_true(day.count == 0 && day.more == 0);
    assert_int_equal(pk_publisher_day_add(desk->store, 9, 20261014, 40, NOW, NULL), 0);
    assert_int_equal(pk_publisher_day_add(desk->store, 9, 20261014, 2, NOW, NULL), 0);
    assert_int_equal(pk_publisher_day(desk->store, 9, 20261014), 42);
    assert_int_equal(pk_publisher_day(desk->store, 9, 20261015), 0);
    struct pk_circles_retention retention = { .asked_before_ms = NOW + 1 };
    assert_int_equal(pk_circles_retain(desk->store, &retention, 1, &more, NULL), 0);
    assert_true(more);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM circle_member", ""), 1);
    assert_int_equal(pk_circle_size(desk->store, circle), 1);
    assert_int_equal(pk_publisher_day(desk->store, 9, 20261014), 42);
    retention.days_before_ms = NOW + 1;
    assert_int_equal(pk_circles_retain(desk->store, &retention, 10, &more, NULL), 0);
    assert_int_equal(pk_publisher_day(desk->store, 9, 20261014), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM circle_day", ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(in_by_a_yes_that_knew),
        store_test(the_audience_of_a_circle),
        store_test(handed_over_and_left_behind),
        store_test(the_last_day),
        store_test(who_does_not_answer_and_old_days),
    };
    return cmocka_run_group_tests_name("store/circles", tests, NULL, NULL);
}
