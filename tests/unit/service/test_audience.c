/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who may count which audience, and what they are told: sums that agree, nothing of fewer than five people, and for a key
 * person her circle by size.
 */
#include "tests/unit/service/talk.h"

#include "gateway/base/text.h"
#include "gateway/service/audience.h"
#include "gateway/store/internal.h"
#include "gateway/store/users.h"

static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" }, approver = { .role = PK_ROLE_APPROVER, .name = "jan" };
static const struct pk_actor maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" }, desk = { .role = PK_ROLE_DESK, .name = "desk" };

/* The answer; NULL when it was refused, with the code. */
static struct pk_json *count_by(struct house *house, const struct pk_actor *actor, const char *line, int *ret_result)
{
    struct pk_buf out;
    struct pk_json *answer = NULL;
    struct pk_error err = { 0 };
    const struct pk_audience_plan plan = { .topic = PK_SLICE("festival"), .where = pk_slice_of(line), .channels = PK_SLICE("sms") };
    pk_buf_init(&out, 1u << 16);
    struct pk_json_out json = pk_json_out(&out);
    *ret_result = pk_audience_reckon(house->service, actor, &plan, HOUSE_NOW, &json, &err);
    if (*ret_result == 0)
        assert_int_equal(pk_json_parse(pk_buf_slice(&out), 1u << 16, &answer, NULL), 0);
    pk_buf_finish(&out);
    return answer;
}

static struct pk_json *count(struct house *house, const char *line)
{
    int r = 0;
    struct pk_json *answer = count_by(house, &adviser, line, &r);
    assert_int_equal(r, 0);
    return answer;
}

static int code_of(struct house *house, const struct pk_actor *actor, const char *line)
{
    int r = 0;
    pk_json_free(count_by(house, actor, line, &r));
    return r;
}

/* -1 = not told. */
static int64_t number(const struct pk_json *answer, const char *path)
{
    int64_t value = -1;
    return pk_json_int(pk_json_at(answer, path), &value) ? value : -1;
}

static void spoil(struct house *house, const char *sql)
{
    assert_int_equal(sqlite3_exec(house->store->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void sums_agree(void **state)
{
    struct house *house = *state;
    house_people(house, 30, "school:windroos");
    spoil(house, "UPDATE recipient SET stopped_ms = 1 WHERE id IN (SELECT id FROM recipient ORDER BY id LIMIT 6)");
    spoil(house, "UPDATE address SET blocked_ms = 1 WHERE recipient IN (SELECT id FROM recipient ORDER BY id LIMIT 5 OFFSET 6)");
    struct pk_json *answer = count(house, "school:windroos");
    assert_int_equal(number(answer, "people"), 30);
    assert_int_equal(number(answer, "told"), 19);
    assert_int_equal(number(answer, "leftOut[0].people"), 6);
    assert_int_equal(number(answer, "leftOut[1].people"), 0);
    assert_int_equal(number(answer, "leftOut[2].people"), 5);
    assert_int_equal(number(answer, "leftOut[3].people"), 0);
    assert_int_equal(number(answer, "byChannel[0].people"), 19);
    assert_int_equal(number(answer, "byLanguage[0].people"), 19);
    assert_true(pk_slice_is(pk_json_string(pk_json_get(answer, "where")), "school:windroos"));
    assert_int_equal(pk_json_string(pk_json_get(answer, "hash")).len, 64);
    pk_json_free(answer);
}

static void few_are_not_told(void **state)
{
    struct house *house = *state;
    house_people(house, 30, "school:windroos");
    house_people(house, 4, "school:klein");
    struct pk_json *answer = count(house, "school:klein"), *nobody = count(house, "school:nergens");
    struct pk_buf one, other;
    bool is_few = false;
    assert_true(pk_json_bool(pk_json_get(answer, "fewerThanFive"), &is_few) && is_few);
    assert_int_equal(number(answer, "people"), -1);
    assert_int_equal(number(answer, "told"), -1);
    assert_int_equal(pk_json_count(pk_json_get(answer, "byLanguage")), 0);
    pk_buf_init(&one, 4096);
    pk_buf_init(&other, 4096);
    (void) pk_json_dump(pk_json_get(answer, "atMost"), &one);
    (void) pk_json_dump(pk_json_get(nobody, "atMost"), &other);
    assert_string_equal(pk_buf_text(&one), pk_buf_text(&other)); /* four and nobody look the same */
    assert_int_equal(number(answer, "atLeast"), number(nobody, "atLeast"));
    pk_buf_finish(&one);
    pk_buf_finish(&other);
    pk_json_free(answer);
    pk_json_free(nobody);
    /* Two who said STOP: neither told nor to be had from the total. Three readers of Turkish: nor from the others. */
    spoil(house, "UPDATE recipient SET stopped_ms = 1 WHERE id IN (SELECT recipient FROM tag ORDER BY tag, recipient LIMIT 2)");
    spoil(house, "UPDATE recipient SET language = 'tr' WHERE id IN (SELECT recipient FROM tag ORDER BY tag, recipient LIMIT 3 OFFSET 2)");
    answer = count(house, "school:windroos");
    assert_int_equal(number(answer, "people"), -1);
    assert_int_equal(number(answer, "atLeast"), 29);
    assert_int_equal(number(answer, "atMost"), 32);
    assert_int_equal(number(answer, "told"), 28);
    assert_int_equal(number(answer, "leftOut[0].people"), -1);
    assert_int_equal(pk_json_count(pk_json_get(answer, "byLanguage")), 2);
    assert_int_equal(number(answer, "byLanguage[0].people"), -1);
    assert_int_equal(number(answer, "byLanguage[1].people"), -1);
    pk_json_free(answer);
    /* In two groups: once. */
    answer = count(house, "school:windroos or school:klein");
    assert_int_equal(number(answer, "places"), -1); /* the total is not told, so this is not */
    pk_json_free(answer);
}

static void what_each_may_ask(void **state)
{
    struct house *house = *state;
    house_people(house, 12, "school:windroos");
    static const char *const some_tags[] = { "school:*" }, *const some_topics[] = { "festival" };
    static const char *const other_topics[] = { "info-point" };
    struct pk_actor_scope scope = { .topics = { some_topics, 1 }, .tags = { some_tags, 1 } };
    struct pk_actor publisher = { .role = PK_ROLE_PUBLISHER, .name = "school", .scope = &scope };
    assert_int_equal(code_of(house, &publisher, "school:windroos"), 0);
    assert_int_equal(code_of(house, &publisher, "school:windroos and not school:b and language:bg"), 0);
    assert_int_equal(code_of(house, &publisher, "area:zuid"), PK_E_DENIED);
    assert_int_equal(code_of(house, &publisher, "school:windroos and not area:zuid"), PK_E_DENIED);
    assert_int_equal(code_of(house, &publisher, "not school:windroos"), PK_E_DENIED); /* everybody else */
    assert_int_equal(code_of(house, &publisher, "language:bg or school:windroos"), PK_E_DENIED);
    assert_int_equal(code_of(house, &publisher, "school:windroos and circle:maria"), PK_E_DENIED);
    assert_int_equal(code_of(house, &publisher, "school:windroos and topic:info-point"), PK_E_DENIED);
    scope.topics = (struct pk_words){ other_topics, 1 };
    assert_int_equal(code_of(house, &publisher, "school:windroos"), PK_E_DENIED);
    assert_int_equal(code_of(house, &desk, "school:windroos"), PK_E_DENIED);
    assert_int_equal(code_of(house, &desk, "((("), PK_E_DENIED); /* and not what is wrong with it */
    assert_int_equal(code_of(house, &approver, "everybody"), 0);
    assert_int_equal(code_of(house, &approver, "circle:maria"), PK_E_DENIED);
    assert_int_equal(code_of(house, &adviser, "circle:maria"), 0);
    assert_int_equal(code_of(house, &adviser, "school:a and"), PK_E_INVALID);
    assert_int_equal(code_of(house, &maria, "circle:maria"), 0);
    assert_int_equal(code_of(house, &maria, ""), 0);
    assert_int_equal(code_of(house, &maria, "circle:petya"), PK_E_DENIED);
    assert_int_equal(code_of(house, &maria, "circle:maria and language:bg"), PK_E_DENIED);
    assert_int_equal(code_of(house, &maria, "school:windroos"), PK_E_DENIED);
}

static void her_circle_by_size(void **state)
{
    struct house *house = *state;
    struct pk_user user = { .role = PK_ROLE_KEY_PERSON, .language = "bg", .name = "maria" };
    int r = 0;
    house_people(house, 12, "school:windroos");
    assert_int_equal(pk_user_add(house->store, &user, NULL), 0);
    assert_int_equal(pk_sql_write(house->store, NULL, "INSERT INTO circle(id, user, name, created_ms) VALUES(7, ?1, 'maria', 1)", "i", user.id), 0);
    spoil(house, "INSERT INTO circle_member(recipient, circle, question, since_ms, told_ms) SELECT id, 7, 1, 1, 1 FROM recipient");
    spoil(house, "UPDATE recipient SET stopped_ms = 1 WHERE id IN (SELECT id FROM recipient ORDER BY id LIMIT 5)");
    struct pk_json *answer = count_by(house, &maria, "", &r);
    assert_int_equal(r, 0);
    assert_int_equal(number(answer, "people"), 12);
    assert_int_equal(number(answer, "told"), 7);
    assert_int_equal(pk_json_count(pk_json_get(answer, "leftOut")), 0);
    assert_int_equal(pk_json_count(pk_json_get(answer, "byLanguage")), 0);
    assert_int_equal(pk_json_count(pk_json_get(answer, "byChannel")), 0);
    pk_json_free(answer);
    /* One of them fewer is told by a single person's doing: then the total is not told beside it. */
    spoil(house, "UPDATE recipient SET stopped_ms = 0");
    spoil(house, "UPDATE recipient SET stopped_ms = 1 WHERE id IN (SELECT id FROM recipient ORDER BY id LIMIT 1)");
    answer = count_by(house, &maria, "", &r);
    assert_int_equal(number(answer, "people"), -1);
    assert_int_equal(number(answer, "told"), 11);
    pk_json_free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = { in_house(sums_agree), in_house(few_are_not_told), in_house(what_each_may_ask), in_house(her_circle_by_size) };
    return cmocka_run_group_tests_name("service/audience", tests, NULL, NULL);
}
