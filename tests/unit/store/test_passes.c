/* SPDX-License-Identifier: EUPL-1.2 */
/* Codes and sessions: what opens, what does not, and that the two cannot be told apart. */
#include "tests/unit/store/support.h"

#include "gateway/store/internal.h"
#include "gateway/store/passes.h"

#define END (NOW + 600000)

static const uint8_t mine[PK_PASS_TOKEN_BYTES] = { 1 }, other[PK_PASS_TOKEN_BYTES] = { 2 };

static struct pk_pass ask(struct desk *desk, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t recipient, const char *code)
{
    struct pk_pass pass;
    struct pk_buf value;
    pk_buf_init(&value, 64);
    assert_int_equal(pk_pass_ask(desk->store, token, desk->sms, PK_SLICE(NUMBER), NOW, END, NULL), 0);
    assert_int_equal(pk_pass_next(desk->store, &pass, &value, NULL), 0);
    assert_string_equal(pk_buf_text(&value), NUMBER);
    assert_int_equal(pass.channel, desk->sms);
    assert_int_equal(pk_pass_ready(desk->store, pass.id, recipient, pk_slice_of(code), NULL), 0);
    assert_int_equal(pk_pass_next(desk->store, &pass, &value, NULL), PK_E_NOT_FOUND);
    pk_buf_finish(&value);
    return pass;
}

static int use(struct desk *desk, const uint8_t token[PK_PASS_TOKEN_BYTES], const char *code, int64_t at_ms, int64_t *ret_recipient)
{
    return pk_pass_use(desk->store, token, pk_slice_of(code), at_ms, ret_recipient, NULL);
}

static void the_right_code_opens_once(void **state)
{
    struct desk *desk = *state;
    int64_t recipient = 0;
    (void) ask(desk, mine, 77, "012345");
    assert_int_equal(use(desk, other, "012345", NOW, &recipient), PK_E_DENIED);
    assert_int_equal(use(desk, mine, "12345", NOW, &recipient), PK_E_DENIED);
    assert_int_equal(recipient, 0);
    assert_int_equal(use(desk, mine, "012345", NOW, &recipient), 0);
    assert_int_equal(recipient, 77);
    assert_int_equal(use(desk, mine, "012345", NOW, &recipient), PK_E_DENIED);
}

static void a_code_has_an_end(void **state)
{
    struct desk *desk = *state;
    int64_t recipient = 0;
    (void) ask(desk, mine, 77, "012345");
    assert_int_equal(use(desk, mine, "012345", END, &recipient), PK_E_DENIED);
    assert_int_equal(use(desk, mine, "012345", END - 1, &recipient), 0);
}

static void guessing_ends_after_five(void **state)
{
    struct desk *desk = *state;
    int64_t recipient = 0;
    (void) ask(desk, mine, 77, "012345");
    for (int i = 0; i < PK_PASS_TRIES; i++)
        assert_int_equal(use(desk, mine, "999999", NOW, &recipient), PK_E_DENIED);
    assert_int_equal(use(desk, mine, "012345", NOW, &recipient), PK_E_DENIED);
}

static void nobody_s_pass_opens_nothing(void **state)
{
    struct desk *desk = *state;
    int64_t recipient = 0;
    (void) ask(desk, mine, 0, "012345");
    assert_int_equal(use(desk, mine, "012345", NOW, &recipient), PK_E_DENIED);
    assert_int_equal(use(desk, mine, "", NOW, &recipient), PK_E_DENIED);
    assert_int_equal(recipient, 0);
}

static void codes_to_one_person_are_counted(void **state)
{
    struct desk *desk = *state;
    uint8_t token[PK_PASS_TOKEN_BYTES] = { 9 };
    for (uint8_t i = 0; i < 3; i++) {
        token[1] = i;
        (void) ask(desk, token, 77, "012345");
    }
    assert_int_equal(pk_passes_since(desk->store, 77, NOW), 3);
    assert_int_equal(pk_passes_since(desk->store, 78, NOW), 0);
    assert_int_equal(pk_passes_waiting(desk->store), 0);
    size_t count = 0;
    assert_int_equal(pk_passes_drop(desk->store, END + 3599999, 2, &count, NULL), 0);
    assert_int_equal(count, 0); /* still counted for an hour */
    assert_int_equal(pk_passes_drop(desk->store, END + 3600000, 2, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_int_equal(pk_passes_since(desk->store, 77, NOW), 1);
}

static void the_address_is_forgotten(void **state)
{
    struct desk *desk = *state;
    (void) ask(desk, mine, 77, "012345");
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT max(length(value)) FROM pass", ""), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM pass WHERE token = ?1", "b", pk_slice_make(mine, sizeof mine)), 0);
}

static void sessions(void **state)
{
    struct desk *desk = *state;
    int64_t recipient = 0, began_ms = 0;
    assert_int_equal(pk_session_add(desk->store, mine, 77, NOW, END, NULL), 0);
    assert_int_equal(pk_session_find(desk->store, other, NOW, &recipient, &began_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_session_find(desk->store, mine, END - 1, &recipient, &began_ms, NULL), 0);
    assert_int_equal(recipient, 77);
    assert_int_equal(began_ms, NOW);
    assert_int_equal(pk_session_find(desk->store, mine, END, &recipient, &began_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_session_prolong(desk->store, mine, END + 1, NULL), 0);
    assert_int_equal(pk_session_find(desk->store, mine, END, &recipient, &began_ms, NULL), 0);
    assert_int_equal(pk_session_end(desk->store, mine, NULL), 0);
    assert_int_equal(pk_session_find(desk->store, mine, NOW, &recipient, &began_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_session_add(desk->store, mine, 77, NOW, END, NULL), 0);
    assert_int_equal(pk_session_add(desk->store, other, 78, NOW, END, NULL), 0);
    assert_int_equal(pk_sessions_end_of(desk->store, 77, NULL), 0);
    assert_int_equal(pk_session_find(desk->store, mine, NOW, &recipient, &began_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_session_find(desk->store, other, NOW, &recipient, &began_ms, NULL), 0);
}

static void a_form_counts_once(void **state)
{
    struct desk *desk = *state;
    uint8_t first[PK_FORM_BYTES], second[PK_FORM_BYTES], foreign[PK_FORM_BYTES];
    static const struct pk_form_sent one = { PK_SLICE_INIT("/staff/inbox/1"), PK_SLICE_INIT("text=yes") };
    static const struct pk_form_sent elsewhere = { PK_SLICE_INIT("/staff/inbox/2"), PK_SLICE_INIT("text=yes") };
    static const struct pk_form_sent otherwise = { PK_SLICE_INIT("/staff/inbox/1"), PK_SLICE_INIT("text=no") };
    assert_int_equal(pk_session_form(desk->store, mine, first, NULL), PK_E_DENIED);
    assert_int_equal(pk_session_add(desk->store, mine, 77, NOW, END, NULL), 0);
    assert_int_equal(pk_session_add(desk->store, other, 77, NOW, END, NULL), 0);
    assert_int_equal(pk_session_form(desk->store, mine, first, NULL), 0);
    assert_int_equal(pk_session_form(desk->store, other, foreign, NULL), 0);
    assert_memory_not_equal(first, foreign, sizeof first);
    assert_int_equal(pk_session_take_form(desk->store, mine, foreign, &one, NULL), PK_E_CONFLICT);
    assert_false(pk_session_took(desk->store, mine, first, &one));
    assert_int_equal(pk_session_take_form(desk->store, mine, first, &one, NULL), 0);
    assert_int_equal(pk_session_take_form(desk->store, mine, first, &one, NULL), PK_E_CONFLICT);
    assert_true(pk_session_took(desk->store, mine, first, &one)); /* a second tap */
    assert_false(pk_session_took(desk->store, mine, first, &elsewhere)); /* another page of this session, with the same form */
    assert_false(pk_session_took(desk->store, mine, first, &otherwise));
    assert_false(pk_session_took(desk->store, mine, foreign, &one));
    assert_int_equal(pk_session_form(desk->store, mine, second, NULL), 0);
    assert_memory_not_equal(first, second, sizeof first);
    assert_false(pk_session_took(desk->store, mine, second, &one));
    assert_int_equal(pk_session_take_form(desk->store, mine, second, &one, NULL), 0);
    assert_false(pk_session_took(desk->store, mine, first, &one)); /* that was before */
    assert_int_equal(pk_session_take_form(desk->store, other, foreign, &one, NULL), 0); /* another tab's own */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_right_code_opens_once, desk_setup, desk_teardown),
        cmocka_unit_test_setup_teardown(a_code_has_an_end, desk_setup, desk_teardown),
        cmocka_unit_test_setup_teardown(guessing_ends_after_five, desk_setup, desk_teardown),
        cmocka_unit_test_setup_teardown(nobody_s_pass_opens_nothing, desk_setup, desk_teardown),
        cmocka_unit_test_setup_teardown(codes_to_one_person_are_counted, desk_setup, desk_teardown),
        cmocka_unit_test_setup_teardown(the_address_is_forgotten, desk_setup, desk_teardown),
        cmocka_unit_test_setup_teardown(sessions, desk_setup, desk_teardown),
        cmocka_unit_test_setup_teardown(a_form_counts_once, desk_setup, desk_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
