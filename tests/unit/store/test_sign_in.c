/* SPDX-License-Identifier: EUPL-1.2 */
/* Users' codes, links, sessions and second factor, as they are kept: apart from people's, each once, sealed. */
#include "tests/unit/store/support.h"

#include "gateway/store/internal.h"
#include "gateway/store/sign_in.h"
#include "gateway/store/users.h"

#define END (NOW + 600000)
#define MAIL "olga@example.nl"

static const uint8_t mine[PK_PASS_TOKEN_BYTES] = { 1 }, other[PK_PASS_TOKEN_BYTES] = { 2 };
static const uint8_t secret[PK_TOTP_SECRET_BYTES] = { 7, 7, 7 }, newer[PK_TOTP_SECRET_BYTES] = { 8 };

static int64_t ask(struct desk *desk, uint8_t token, int64_t user, const char *source)
{
    const uint8_t key[PK_PASS_TOKEN_BYTES] = { token };
    struct pk_pass pass;
    struct pk_buf name;
    pk_buf_init(&name, 64);
    assert_int_equal(pk_sign_in_ask(desk->store, key, PK_SLICE("olga"), pk_slice_of(source), NOW, END, NULL), 0);
    assert_int_equal(pk_pass_next(desk->store, &pass, &name, NULL), 0);
    assert_string_equal(pk_buf_text(&name), "olga");
    assert_int_equal(pass.channel, 0);
    assert_int_equal(pk_sign_in_ready(desk->store, pass.id, user, PK_SLICE("012345"), NULL), 0);
    pk_buf_finish(&name);
    return pass.id;
}

static void a_user_s_code_is_no_person_s(void **state)
{
    struct desk *desk = *state;
    int64_t whose = 0;
    (void) ask(desk, 1, 5, "here");
    assert_int_equal(pk_pass_use(desk->store, mine, PK_SLICE("012345"), NOW, &whose, NULL), PK_E_DENIED);
    assert_int_equal(pk_pass_use_user(desk->store, mine, PK_SLICE("012346"), NOW, &whose, NULL), PK_E_DENIED);
    assert_int_equal(pk_pass_use_user(desk->store, mine, PK_SLICE("012345"), NOW, &whose, NULL), 0);
    assert_int_equal(whose, 5);
    assert_int_equal(pk_pass_use_user(desk->store, mine, PK_SLICE("012345"), NOW, &whose, NULL), PK_E_DENIED);
    (void) ask(desk, 2, 0, "here");
    assert_int_equal(pk_pass_use_user(desk->store, other, PK_SLICE("012345"), NOW, &whose, NULL), PK_E_DENIED);
}

static void codes_are_counted_by_source(void **state)
{
    struct desk *desk = *state;
    for (uint8_t i = 1; i < 4; i++)
        (void) ask(desk, i, 5, "here");
    (void) ask(desk, 8, 6, "here");
    int64_t there = ask(desk, 9, 0, "there"), here = ask(desk, 10, 0, "here");
    struct pk_sign_in_count count = pk_sign_in_since(desk->store, 5, there, NOW);
    assert_int_equal(count.all, 3);
    assert_int_equal(count.same_source, 0);
    assert_int_equal(pk_sign_in_since(desk->store, 5, here, NOW).same_source, 3);
    assert_int_equal(pk_sign_in_since(desk->store, 5, here, NOW + 1).same_source, 0);
}

static void a_link_opens_once_and_the_newest_alone(void **state)
{
    struct desk *desk = *state;
    int64_t user = 0;
    assert_int_equal(pk_sign_in_link(desk->store, mine, 5, NOW, END, NULL), 0);
    assert_int_equal(pk_sign_in_link(desk->store, other, 5, NOW, END, NULL), 0);
    assert_int_equal(pk_sign_in_link_use(desk->store, mine, NOW, &user, NULL), PK_E_DENIED);
    assert_int_equal(pk_sign_in_link_use(desk->store, other, END, &user, NULL), PK_E_DENIED);
    assert_int_equal(pk_pass_use_user(desk->store, other, PK_SLICE(""), NOW, &user, NULL), PK_E_DENIED);
    assert_int_equal(pk_sign_in_link_use(desk->store, other, END - 1, &user, NULL), 0);
    assert_int_equal(user, 5);
    assert_int_equal(pk_sign_in_link_use(desk->store, other, NOW, &user, NULL), PK_E_DENIED);
    /* The token of a code that was asked for is no link. */
    (void) ask(desk, 1, 5, "here");
    assert_int_equal(pk_sign_in_link_use(desk->store, mine, NOW, &user, NULL), PK_E_DENIED);
}

static void sessions_are_kept_apart(void **state)
{
    struct desk *desk = *state;
    const struct pk_staff_session session = { .user = 5, .began_ms = NOW, .until_ms = END, .whole = true };
    struct pk_staff_session found;
    int64_t recipient = 0, began_ms = 0;
    assert_int_equal(pk_staff_session_add(desk->store, mine, &session, NULL), 0);
    assert_int_equal(pk_session_add(desk->store, other, 77, NOW, END, NULL), 0);
    assert_int_equal(pk_session_find(desk->store, mine, NOW, &recipient, &began_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_staff_session_find(desk->store, other, NOW, &found, NULL), PK_E_DENIED);
    assert_int_equal(pk_staff_session_find(desk->store, mine, END, &found, NULL), PK_E_DENIED);
    assert_int_equal(pk_staff_session_find(desk->store, mine, NOW, &found, NULL), 0);
    assert_true(found.whole);
    assert_int_equal(pk_staff_session_end(desk->store, 6, pk_slice_of(found.mark), NULL), 0); /* another user's wish */
    assert_int_equal(pk_staff_session_find(desk->store, mine, NOW, &found, NULL), 0);
    for (int i = 0; i < PK_FACTOR_TRIES; i++) {
        assert_int_equal(pk_staff_session_find(desk->store, mine, NOW, &found, NULL), 0);
        assert_int_equal(pk_staff_session_wrong(desk->store, mine, NULL), 0);
    }
    assert_int_equal(pk_staff_session_find(desk->store, mine, NOW, &found, NULL), PK_E_DENIED);
    assert_int_equal(pk_staff_sessions_end_of(desk->store, 0, NULL), 0); /* nobody's are not everybody's */
    assert_int_equal(pk_session_find(desk->store, other, NOW, &recipient, &began_ms, NULL), 0);
}

static void a_factor_is_its_session_s_until_confirmed(void **state)
{
    struct desk *desk = *state;
    struct pk_factor factor;
    assert_int_equal(pk_factor_get(desk->store, 5, mine, &factor, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_factor_begin(desk->store, 5, mine, secret, NOW, NULL), 0);
    assert_int_equal(pk_factor_begin(desk->store, 5, other, newer, NOW, NULL), 0);
    assert_int_equal(pk_factor_get(desk->store, 5, mine, &factor, NULL), 0);
    assert_false(factor.ours || factor.confirmed);
    assert_int_equal(pk_factor_get(desk->store, 5, other, &factor, NULL), 0);
    assert_true(factor.ours && !factor.confirmed);
    assert_memory_equal(factor.secret, newer, sizeof newer);
    assert_int_equal(pk_factor_used(desk->store, 5, 100, NULL), 0);
    assert_int_equal(pk_factor_used(desk->store, 5, 99, NULL), 0); /* never back */
    assert_int_equal(pk_factor_begin(desk->store, 5, mine, secret, NOW, NULL), 0); /* no other in its place */
    assert_int_equal(pk_factor_get(desk->store, 5, mine, &factor, NULL), 0);
    assert_true(factor.confirmed && !factor.ours);
    assert_int_equal(factor.step, 100);
    assert_memory_equal(factor.secret, newer, sizeof newer);
}

static void addresses_are_sealed_and_go_with_the_user(void **state)
{
    struct desk *desk = *state;
    struct pk_user user = { .name = "olga", .role = 3, .language = "nl", .created_ms = NOW, .channel = desk->sms, .address = MAIL };
    const struct pk_staff_session session = { .user = 1, .began_ms = NOW, .until_ms = END, .whole = true };
    struct pk_buf address;
    uint32_t channel = 0;
    pk_buf_init(&address, 256);
    assert_int_equal(pk_user_add(desk->store, &user, NULL), 0);
    assert_int_equal(pk_user_address(desk->store, user.id, &channel, &address, NULL), 0);
    assert_string_equal(pk_buf_text(&address), MAIL);
    assert_int_equal(channel, desk->sms);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM user WHERE instr(address, CAST(?1 AS BLOB)) > 0", "t", PK_SLICE("example")), 0);
    struct pk_staff_session own = session;
    own.user = user.id;
    assert_int_equal(pk_staff_session_add(desk->store, mine, &own, NULL), 0);
    assert_int_equal(pk_factor_begin(desk->store, user.id, mine, secret, NOW, NULL), 0);
    assert_int_equal(pk_sign_in_link(desk->store, other, user.id, NOW, END, NULL), 0);
    assert_int_equal(pk_user_remove(desk->store, user.id, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM factor) + (SELECT count(*) FROM pass)", ""), 0);
    assert_int_equal(pk_user_address(desk->store, user.id, &channel, &address, NULL), PK_E_NOT_FOUND);
    pk_buf_finish(&address);
}

static void a_new_key_seals_all_of_it(void **state)
{
    struct desk *desk = *state;
    static const uint8_t further[PK_KEY_BYTES] = { 9, 9 };
    struct pk_user user = { .name = "olga", .role = 3, .language = "nl", .created_ms = NOW, .channel = desk->sms, .address = MAIL };
    struct pk_factor factor;
    struct pk_buf address;
    uint32_t channel = 0;
    pk_buf_init(&address, 256);
    assert_int_equal(pk_user_add(desk->store, &user, NULL), 0);
    assert_int_equal(pk_factor_begin(desk->store, user.id, mine, secret, NOW, NULL), 0);
    assert_int_equal(pk_keyring_add(desk->store->keys, 200, further, NULL), 0);
    assert_int_equal(pk_sign_in_rekey(desk->store, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM user WHERE key_of(address) = 200", ""), 1);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM factor WHERE key_of(secret) = 200", ""), 1);
    assert_int_equal(pk_user_address(desk->store, user.id, &channel, &address, NULL), 0);
    assert_string_equal(pk_buf_text(&address), MAIL);
    assert_int_equal(pk_factor_get(desk->store, user.id, mine, &factor, NULL), 0);
    assert_memory_equal(factor.secret, secret, sizeof secret);
    pk_buf_finish(&address);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_user_s_code_is_no_person_s),
        store_test(codes_are_counted_by_source),
        store_test(a_link_opens_once_and_the_newest_alone),
        store_test(sessions_are_kept_apart),
        store_test(a_factor_is_its_session_s_until_confirmed),
        store_test(addresses_are_sealed_and_go_with_the_user),
        store_test(a_new_key_seals_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
