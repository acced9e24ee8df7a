/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in as a user: when sessions end, by role; which roles need the second step, and that a used code is refused. */
#include "tests/unit/service/own_support.h"

#include "gateway/base/totp.h"
#include "gateway/service/passes.h"
#include "gateway/service/sign_in.h"

static const struct pk_actor operator_ = { .role = PK_ROLE_OPERATOR, .name = "uid:0" };

static int add(struct house *house, const char *name, enum pk_role role, const char *address)
{
    struct pk_user user = { .role = (uint32_t) role, .language = "nl" };
    (void) snprintf(user.name, sizeof user.name, "%s", name);
    (void) snprintf(user.address, sizeof user.address, "%s", address);
    return in_unit(house, pk_users_add(house->service, &operator_, &user, pk_clock_wall_ms(), NULL));
}

static void by_link(struct house *house, const char *name, uint8_t ret_session[PK_PASS_TOKEN_BYTES])
{
    uint8_t link[PK_PASS_TOKEN_BYTES];
    int64_t now_ms = pk_clock_wall_ms();
    assert_int_equal(in_unit(house, pk_staff_link(house->service, &operator_, pk_slice_of(name), now_ms, link, NULL)), 0);
    assert_int_equal(in_unit(house, pk_staff_enter_link(house->service, link, now_ms, ret_session, NULL)), 0);
    assert_int_equal(in_unit(house, pk_staff_enter_link(house->service, link, now_ms, link, NULL)), PK_E_DENIED);
}

static int at(struct house *house, const uint8_t session[PK_PASS_TOKEN_BYTES], int64_t ms)
{
    struct pk_staff staff = { 0 };
    return pk_staff_find(house->service, session, ms, &staff, NULL);
}

static void sessions_end_by_role(void **state)
{
    struct house *house = *state;
    uint8_t desk[PK_PASS_TOKEN_BYTES], key[PK_PASS_TOKEN_BYTES];
    struct pk_staff staff = { 0 };
    int64_t now_ms = pk_clock_wall_ms();
    assert_int_equal(add(house, "olga", PK_ROLE_DESK, ""), 0);
    assert_int_equal(add(house, "maria", PK_ROLE_KEY_PERSON, ""), 0);
    by_link(house, "olga", desk);
    by_link(house, "maria", key);
    assert_int_equal(at(house, desk, now_ms + HOUR_MS - 1), 0);
    assert_int_equal(at(house, desk, now_ms + HOUR_MS), PK_E_DENIED);
    assert_int_equal(at(house, key, now_ms + 90 * DAY_MS - 1), 0);
    assert_int_equal(at(house, key, now_ms + 90 * DAY_MS), PK_E_DENIED);
    /* Buttons pressed all day: twelve hours, and not one more. */
    for (int64_t i = 1; i < 24; i++) {
        int64_t ms = now_ms + i * 50 * MINUTE_MS;
        int r = pk_staff_find(house->service, desk, ms, &staff, NULL);
        assert_int_equal(r, i * 50 < 12 * 60 ? 0 : PK_E_DENIED);
        if (r == 0)
            assert_int_equal(in_unit(house, pk_staff_go_on(house->service, &staff, ms, NULL)), 0);
    }
}

static void who_decides_needs_a_second_step(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *name;
        enum pk_role role;
        bool second;
    } users[] = { { "ann", PK_ROLE_ADVISER, true }, { "bob", PK_ROLE_APPROVER, true }, { "cas", PK_ROLE_OPERATOR, true },
                  { "dee", PK_ROLE_DESK, false }, { "eve", PK_ROLE_KEY_PERSON, false } };
    for (size_t i = 0; i < PK_COUNT(users); i++) {
        uint8_t session[PK_PASS_TOKEN_BYTES];
        struct pk_staff staff = { 0 };
        assert_int_equal(add(house, users[i].name, users[i].role, ""), 0);
        by_link(house, users[i].name, session);
        assert_int_equal(pk_staff_find(house->service, session, pk_clock_wall_ms(), &staff, NULL), 0);
        assert_int_equal(staff.session.whole, !users[i].second);
        assert_int_equal(staff.acting.actor.role, users[i].role);
        assert_int_equal(at(house, session, pk_clock_wall_ms() + PK_STAFF_HALF_MS), users[i].second ? PK_E_DENIED : 0);
    }
}

static int second(struct house *house, const uint8_t session[PK_PASS_TOKEN_BYTES], const uint8_t secret[PK_TOTP_SECRET_BYTES], int64_t ahead,
                  uint8_t ret_session[PK_PASS_TOKEN_BYTES])
{
    struct pk_staff staff = { 0 };
    char code[12];
    int64_t now_ms = pk_clock_wall_ms();
    (void) snprintf(code, sizeof code, "%06u",
                    (unsigned) pk_totp(PK_TOTP_SHA1, pk_slice_make(secret, PK_TOTP_SECRET_BYTES), now_ms / PK_TOTP_STEP_MS + ahead, 6));
    assert_int_equal(pk_staff_find(house->service, session, now_ms, &staff, NULL), 0);
    return in_unit(house, pk_staff_second(house->service, &staff, pk_slice_of(code), now_ms, ret_session, NULL));
}

static void a_code_of_the_app_counts_once(void **state)
{
    struct house *house = *state;
    uint8_t half[PK_PASS_TOKEN_BYTES], whole[PK_PASS_TOKEN_BYTES], secret[PK_TOTP_SECRET_BYTES];
    struct pk_staff staff = { 0 };
    assert_int_equal(add(house, "anna", PK_ROLE_ADVISER, ""), 0);
    by_link(house, "anna", half);
    assert_int_equal(pk_staff_find(house->service, half, pk_clock_wall_ms(), &staff, NULL), 0);
    assert_int_equal(pk_staff_secret(house->service, &staff, secret, NULL), 0);
    assert_int_equal(second(house, half, secret, 5, whole), PK_E_DENIED);
    assert_int_equal(second(house, half, secret, 0, whole), 0);
    assert_int_equal(at(house, half, pk_clock_wall_ms()), PK_E_DENIED); /* its token is over */
    by_link(house, "anna", half);
    assert_int_equal(pk_staff_find(house->service, half, pk_clock_wall_ms(), &staff, NULL), 0);
    assert_int_equal(pk_staff_secret(house->service, &staff, secret, NULL), PK_E_NOT_FOUND); /* shown no more */
    assert_int_equal(second(house, half, secret, 0, whole), PK_E_DENIED);
    assert_int_equal(second(house, half, secret, 1, whole), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'session.open'"), 4);
}

static void codes_leave_from_the_queue(void **state)
{
    struct house *house = *state;
    uint8_t token[PK_PASS_TOKEN_BYTES], session[PK_PASS_TOKEN_BYTES];
    char code[8];
    assert_int_equal(add(house, "maria", PK_ROLE_KEY_PERSON, NEW), 0);
    assert_int_equal(in_unit(house, pk_staff_ask(house->service, PK_SLICE("maria"), PK_SLICE("s"), pk_clock_wall_ms(), token, NULL)), 0);
    assert_int_equal(house->posts[0]->count, 0); /* the request sends nothing */
    house_later(house, 2 * SECOND_MS);
    code_to(house->posts[0], NEW, code);
    assert_int_equal(strlen(code), 6);
    assert_int_equal(in_unit(house, pk_staff_enter(house->service, token, pk_slice_of(code), pk_clock_wall_ms() + PK_PASS_MS, session, NULL)), PK_E_DENIED);
    assert_int_equal(in_unit(house, pk_staff_enter(house->service, token, pk_slice_of(code), pk_clock_wall_ms(), session, NULL)), 0);
    assert_int_equal(in_unit(house, pk_staff_ask(house->service, PK_SLICE("nobody"), PK_SLICE("s"), pk_clock_wall_ms(), token, NULL)), 0);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(sessions_end_by_role),
        in_house(who_decides_needs_a_second_step),
        in_house(a_code_of_the_app_counts_once),
        in_house(codes_leave_from_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
