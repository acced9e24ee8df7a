/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who may do what. Every action x role of the one table against expectations written apart (rights.txt), cell by cell;
 * what "own" means; and the service's own functions called in each role that may not: refused with a sentence, kept in
 * the audit, and nothing changed.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/service/sign_in.h"
#include "gateway/service/holds.h"
#include "gateway/service/imports.h"
#include "gateway/service/planner.h"
#include "gateway/service/processing.h"
#include "gateway/service/rights.h"
#include "gateway/service/tracker.h"
#include "gateway/service/users.h"
#include "gateway/store/internal.h"

/* ---- the table, cell by cell ---- */

struct expected {
    bool there;
    enum pk_right right[PK_ROLES];
};

static enum pk_action action_of(struct pk_slice name)
{
    for (unsigned action = PK_ACTION_NONE + 1; action < PK_ACTION_COUNT; action++)
        if (pk_slice_is(name, pk_action_name((enum pk_action) action)))
            return (enum pk_action) action;
    return PK_ACTION_NONE;
}

static void read_line(struct pk_slice line, struct expected *expected)
{
    struct pk_slice name, role, rest = line;
    assert_true(pk_slice_cut(&rest, ':', &name) && name.len < line.len);
    enum pk_action action = action_of(name);
    if (action == PK_ACTION_NONE || expected[action].there)
        fail_msg("rights.txt: there is no action \"%.*s\", or it stands there twice", PK_SLICE_ARG(name));
    expected[action].there = true;
    rest = pk_slice_trim(rest);
    while (rest.len > 0 && pk_slice_cut(&rest, ' ', &role)) {
        bool own = role.len > 0 && role.data[role.len - 1] == '*';
        enum pk_role which = pk_role_of_name(pk_slice_make(role.data, role.len - own));
        if (which == PK_ROLE_NONE)
            fail_msg("rights.txt: there is no role \"%.*s\"", PK_SLICE_ARG(role));
        expected[action].right[which] = own ? PK_RIGHT_OWN : PK_RIGHT_YES;
    }
}

static void test_every_cell(void **state)
{
    struct expected expected[PK_ACTION_COUNT] = { 0 };
    struct pk_buf text;
    struct pk_slice rest, line;
    (void) state;
    pk_buf_init(&text, 1u << 16);
    assert_int_equal(pk_file_read(PK_TEST_RIGHTS, 1u << 16, &text, NULL), 0);
    rest = pk_buf_slice(&text);
    while (rest.len > 0 && pk_slice_cut(&rest, '\n', &line))
        if (line.len > 0 && line.data[0] != '#')
            read_line(line, expected);
    for (unsigned action = PK_ACTION_NONE; action < PK_ACTION_COUNT; action++) {
        if (action != PK_ACTION_NONE && !expected[action].there)
            fail_msg("rights.txt says nothing of %s", pk_action_name((enum pk_action) action));
        for (unsigned role = PK_ROLE_NONE; role < PK_ROLES; role++)
            if (pk_right_of((enum pk_action) action, (enum pk_role) role) != expected[action].right[role])
                fail_msg("%s as %s", pk_action_name((enum pk_action) action), pk_role_name((enum pk_role) role));
    }
    assert_int_equal(pk_right_of(PK_ACTION_COUNT, PK_ROLE_OPERATOR), PK_RIGHT_NO);
    assert_int_equal(pk_right_of(PK_ACTION_STATUS_VIEW, PK_ROLES), PK_RIGHT_NO);
    pk_buf_finish(&text);
}

static void test_every_action_is_told(void **state)
{
    struct pk_buf table;
    (void) state;
    pk_buf_init(&table, 1u << 18);
    pk_rights_write(&table);
    for (unsigned action = PK_ACTION_NONE + 1; action < PK_ACTION_COUNT; action++) {
        const char *sentence = pk_action_sentence((enum pk_action) action);
        size_t n = strlen(sentence);
        assert_true(n > 10 && sentence[0] >= 'A' && sentence[0] <= 'Z');
        assert_true(sentence[n - 1] == '.');
        assert_non_null(strstr(pk_buf_text(&table), sentence));
    }
    assert_non_null(strstr(pk_buf_text(&table), "| Iemand wissen. | `recipient.erase` | ja | – | – | – | – | ja | – | – | eigen |\n"));
    pk_buf_finish(&table);
}

/* ---- own ---- */

static void test_own(void **state)
{
    static const char *const topic[] = { "festival" }, *const tag[] = { "school:*" }, *const none[] = { "x" };
    const struct pk_actor_scope scope = { .topics = { topic, 1 }, .templates = { none, 0 }, .tags = { tag, 1 } };
    struct pk_actor publisher = { .role = PK_ROLE_PUBLISHER, .name = "school", .scope = &scope };
    struct pk_error err = { 0 };
    (void) state;
    assert_int_equal(pk_may(&publisher, PK_ACTION_TRIGGER_PUBLISH, &(struct pk_about){ .topic = PK_SLICE("festival") }, &err), 0);
    assert_int_equal(pk_may(&publisher, PK_ACTION_TRIGGER_PUBLISH, &(struct pk_about){ .tag = PK_SLICE("school:x") }, &err), 0);
    assert_int_equal(pk_may(&publisher, PK_ACTION_TRIGGER_PUBLISH, &(struct pk_about){ .tag = PK_SLICE("*") }, &err), PK_E_DENIED);
    assert_int_equal(pk_may(&publisher, PK_ACTION_TRIGGER_PUBLISH, &(struct pk_about){ .topic = PK_SLICE("info-point") }, &err), PK_E_DENIED);
    assert_int_equal(pk_may(&publisher, PK_ACTION_TRIGGER_PUBLISH, &(struct pk_about){ .template_name = PK_SLICE("any") }, &err), PK_E_DENIED);
    assert_int_equal(pk_may(&publisher, PK_ACTION_TRIGGER_PUBLISH, NULL, &err), PK_E_DENIED);
    publisher.scope = NULL;
    assert_int_equal(pk_may(&publisher, PK_ACTION_TRIGGER_PUBLISH, &(struct pk_about){ .topic = PK_SLICE("festival") }, &err), PK_E_DENIED);

    const struct pk_actor maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" };
    assert_int_equal(pk_may(&maria, PK_ACTION_CIRCLE_VIEW, &(struct pk_about){ .owner = PK_SLICE("maria") }, &err), 0);
    assert_int_equal(pk_may(&maria, PK_ACTION_CIRCLE_VIEW, &(struct pk_about){ .owner = PK_SLICE("petya") }, &err), PK_E_DENIED);
    assert_int_equal(pk_may(&maria, PK_ACTION_CIRCLE_VIEW, NULL, &err), PK_E_DENIED);
    assert_string_equal(err.message, "the role key-person may do this to its own only: circle.view");

    const struct pk_actor person = { .role = PK_ROLE_PERSON, .name = "", .recipient = 7 }, nobody = { .role = PK_ROLE_PERSON, .name = "" };
    assert_int_equal(pk_may(&person, PK_ACTION_RECIPIENT_ERASE, &(struct pk_about){ .recipient = 7 }, &err), 0);
    assert_int_equal(pk_may(&person, PK_ACTION_RECIPIENT_ERASE, &(struct pk_about){ .recipient = 8 }, &err), PK_E_DENIED);
    assert_int_equal(pk_may(&nobody, PK_ACTION_RECIPIENT_ERASE, &(struct pk_about){ .recipient = 0 }, &err), PK_E_DENIED);

    /* A user who is limited to something is so in whatever the role may. */
    const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna", .scope = &scope };
    assert_int_equal(pk_may(&adviser, PK_ACTION_EVENT_EDIT, &(struct pk_about){ .topic = PK_SLICE("festival") }, &err), 0);
    assert_int_equal(pk_may(&adviser, PK_ACTION_EVENT_EDIT, &(struct pk_about){ .topic = PK_SLICE("info-point") }, &err), PK_E_DENIED);
}

/* ---- the service's functions ---- */

#define FILE_TEXT "channel,address,language,topics\nsms," ANNA ",bg,festival\n"

struct doing {
    struct house *house;
    const struct pk_actor *actor;
    int64_t message;
};

static int hold(struct doing *d, struct pk_error *err)
{
    return pk_hold_all(d->house->service, d->actor, true, HOUSE_NOW, err);
}

static int lift(struct doing *d, struct pk_error *err)
{
    return pk_hold_all(d->house->service, d->actor, false, HOUSE_NOW, err);
}

static int lift_restored(struct doing *d, struct pk_error *err)
{
    return pk_hold_restored_lift(d->house->service, d->actor, HOUSE_NOW, err);
}

static int decide(struct doing *d, struct pk_error *err)
{
    return pk_held_decide(d->house->service, d->actor, true, HOUSE_NOW, err);
}

static int pause_account(struct doing *d, struct pk_error *err)
{
    return pk_hold_account(d->house->service, d->actor, d->house->service->desks->items[0], true, NULL, HOUSE_NOW, err);
}

static int test_account(struct doing *d, struct pk_error *err)
{
    int64_t message;
    const struct pk_staff_plan plan = {
        .desk = d->house->service->desks->items[0], .address = PK_SLICE(STRANGER), .language = PK_SLICE("nl"), .template_name = "account-test"
    };
    return pk_planner_staff(d->house->service, d->actor, &plan, HOUSE_NOW, &message, err);
}

static int resolve(struct doing *d, struct pk_error *err)
{
    return pk_tracker_resolve(d->house->service, d->actor, d->message, PK_RESOLVE_DROP, HOUSE_NOW, err);
}

static int import_file(struct doing *d, struct pk_error *err)
{
    int64_t job;
    const struct pk_import_options options = { .by = PK_SLICE("anna") };
    return pk_imports_start(d->house->service->imports, d->actor, &options, PK_SLICE(FILE_TEXT), HOUSE_NOW, &job, err);
}

static int add_user(struct doing *d, struct pk_error *err)
{
    struct pk_user user = { .name = "petya", .role = PK_ROLE_DESK, .language = "nl" };
    return pk_users_add(d->house->service, d->actor, &user, HOUSE_NOW, err);
}

static int remove_user(struct doing *d, struct pk_error *err)
{
    return pk_users_remove(d->house->service, d->actor, PK_SLICE("petya"), HOUSE_NOW, err);
}

static int each_user(void *ctx, const struct pk_user *user)
{
    (void) ctx;
    (void) user;
    return 0;
}

static int see_users(struct doing *d, struct pk_error *err)
{
    return pk_users_each(d->house->service, d->actor, each_user, NULL, err);
}

static int sign_out(struct doing *d, struct pk_error *err)
{
    const struct pk_staff staff = { .acting.actor = *d->actor };
    return pk_staff_end_all(d->house->service, &staff, HOUSE_NOW, err);
}

static int see_log(struct doing *d, struct pk_error *err)
{
    return pk_processing_open(d->house->service, d->actor, 77, HOUSE_NOW, err);
}

static const struct {
    enum pk_action action;
    int (*act)(struct doing *d, struct pk_error *err);
    bool own_unit; /* it opens one itself */
} acts[] = {
    { PK_ACTION_HOLD_SET, hold, false },          { PK_ACTION_HOLD_LIFT, lift, false },       { PK_ACTION_HOLD_LIFT, lift_restored, false },
    { PK_ACTION_HOLD_DECIDE, decide, false },     { PK_ACTION_ACCOUNT_PAUSE, pause_account, false },
    { PK_ACTION_ACCOUNT_TEST, test_account, false }, { PK_ACTION_MESSAGE_RESOLVE, resolve, false },
    { PK_ACTION_RECIPIENT_IMPORT, import_file, true }, { PK_ACTION_USER_EDIT, add_user, false },
    { PK_ACTION_USER_EDIT, remove_user, false },  { PK_ACTION_USER_VIEW, see_users, false },  { PK_ACTION_AUDIT_PERSON, see_log, false },
    { PK_ACTION_SESSION_OWN, sign_out, false },
};

static int64_t refused_rows(struct house *house)
{
    return house_count(house, "SELECT count(*) FROM audit WHERE result = 1");
}

static void refused(struct house *house, size_t i, enum pk_role role)
{
    const struct pk_actor actor = { .role = role, .name = "somebody" };
    struct doing doing = { .house = house, .actor = &actor, .message = 5 };
    struct pk_error err = { 0 };
    int64_t before = refused_rows(house), done = house_count(house, "SELECT count(*) FROM audit WHERE result = 0");
    int changes = sqlite3_total_changes(house->store->db);
    if (!acts[i].own_unit)
        assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = acts[i].act(&doing, &err);
    if (r != PK_E_DENIED)
        fail_msg("%s as %s: %d %s", pk_action_name(acts[i].action), pk_role_name(role), r, err.message);
    assert_true(strlen(err.message) > 10 && strlen(err.hint) > 10);
    assert_int_equal(sqlite3_total_changes(house->store->db), changes);
    if (!acts[i].own_unit)
        pk_unit_drop(house->store);
    house_turn(house);
    assert_int_equal(refused_rows(house), before + 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE result = 0"), done);
}

static void test_who_may_not_changes_nothing(void **state)
{
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(acts); i++)
        for (unsigned role = PK_ROLE_NONE; role < PK_ROLES; role++)
            if (pk_right_of(acts[i].action, (enum pk_role) role) == PK_RIGHT_NO)
                refused(house, i, (enum pk_role) role);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM message"), 0);
    int64_t links = 0;
    assert_int_equal(pk_audit_verify(house->store, &links, NULL), 0);
}

static void test_who_may_is_not_refused(void **state)
{
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(acts); i++) {
        const struct pk_actor actor = { .role = PK_ROLE_OPERATOR, .name = "uid:0" };
        struct doing doing = { .house = house, .actor = &actor, .message = 5 };
        struct pk_error err = { 0 };
        if (!acts[i].own_unit)
            assert_int_equal(pk_unit_begin(house->store, NULL), 0);
        assert_int_not_equal(acts[i].act(&doing, &err), PK_E_DENIED);
        if (!acts[i].own_unit)
            pk_unit_drop(house->store);
    }
    house_turn(house);
    assert_int_equal(refused_rows(house), 0);
}

/* ---- a turn that is not kept, and a flood ---- */

static void test_refusals_outlive_a_lost_turn(void **state)
{
    struct house *house = *state;
    const struct pk_actor actor = { .role = PK_ROLE_PERSON, .name = "" };
    house->commit_fails = true;
    assert_int_equal(pk_allow(house->service, &actor, PK_ACTION_HOLD_SET, NULL, "x", NULL), PK_E_DENIED);
    house_turn(house);
    assert_int_equal(refused_rows(house), 0);
    house->commit_fails = false;
    house_turn(house);
    assert_int_equal(refused_rows(house), 1);
    house_turn(house);
    assert_int_equal(refused_rows(house), 1);
    for (int i = 0; i < 100; i++)
        (void) pk_allow(house->service, &actor, PK_ACTION_HOLD_SET, NULL, "x", NULL);
    house_turn(house);
    assert_int_equal(refused_rows(house), 34);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'refused.more' AND detail = '68 more refusals'"), 1);
}

/* ---- users ---- */

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:0" };

static int add(struct house *house, struct pk_user user, struct pk_error *err)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_users_add(house->service, &operator, &user, HOUSE_NOW, err);
    if (r != 0)
        pk_unit_drop(house->store);
    else
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    return r;
}

static void test_users(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    struct pk_acting acting;
    assert_int_equal(pk_users_act(house->service, PK_SLICE("anna"), "uid:5", &acting, &err), 0);
    assert_int_equal(add(house, (struct pk_user){ .name = "anna", .role = PK_ROLE_ADVISER, .language = "nl", .topics = " festival , parent-meetings" }, &err), 0);
    assert_int_equal(pk_users_act(house->service, PK_SLICE("anna"), "uid:5", &acting, &err), 1);
    assert_int_equal(acting.actor.role, PK_ROLE_ADVISER);
    assert_string_equal(acting.actor.name, "anna");
    assert_string_equal(acting.actor.via, "uid:5");
    assert_int_equal(acting.scope.topics.count, 2);
    assert_string_equal(acting.scope.topics.items[1], "parent-meetings");
    assert_string_equal(acting.scope.tags.items[0], "*");
    assert_int_equal(pk_users_act(house->service, PK_SLICE("boris"), "uid:5", &acting, &err), PK_E_DENIED);
    assert_string_equal(err.message, "there is no user \"boris\"");
    static const struct {
        struct pk_user user;
        int code;
    } wrong[] = {
        { { .name = "anna", .role = PK_ROLE_DESK, .language = "nl" }, PK_E_CONFLICT },
        { { .name = "0880001234", .role = PK_ROLE_DESK, .language = "nl" }, PK_E_INVALID },
        { { .name = "Boris", .role = PK_ROLE_DESK, .language = "nl" }, PK_E_INVALID },
        { { .name = "boris", .role = PK_ROLE_SYSTEM, .language = "nl" }, PK_E_INVALID },
        { { .name = "boris", .role = PK_ROLE_NONE, .language = "nl" }, PK_E_INVALID },
        { { .name = "boris", .role = PK_ROLE_DESK, .language = "xx" }, PK_E_INVALID },
        { { .name = "boris", .role = PK_ROLE_DESK, .language = "nl", .topics = "nothing" }, PK_E_INVALID },
        { { .name = "boris", .role = PK_ROLE_DESK, .language = "nl", .tags = "school:*x" }, PK_E_INVALID },
    };
    for (size_t i = 0; i < PK_COUNT(wrong); i++)
        assert_int_equal(add(house, wrong[i].user, &err), wrong[i].code);
    assert_int_equal(house_count(house, "SELECT count(*) FROM user"), 1);
}

static void test_an_import_needs_users_who_may(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    int64_t job;
    assert_int_equal(add(house, (struct pk_user){ .name = "anna", .role = PK_ROLE_ADVISER, .language = "nl", .topics = "parent-meetings" }, &err), 0);
    assert_int_equal(add(house, (struct pk_user){ .name = "petya", .role = PK_ROLE_KEY_PERSON, .language = "bg" }, &err), 0);
    struct pk_import_options options = { .by = PK_SLICE("nobody") };
    assert_int_equal(pk_imports_start(house->service->imports, &operator, &options, PK_SLICE(FILE_TEXT), HOUSE_NOW, &job, &err), PK_E_DENIED);
    options.by = PK_SLICE("petya");
    assert_int_equal(pk_imports_start(house->service->imports, &operator, &options, PK_SLICE(FILE_TEXT), HOUSE_NOW, &job, &err), PK_E_DENIED);
    options = (struct pk_import_options){ .by = PK_SLICE("anna"), .confirmed = true, .second_person = PK_SLICE("petya") };
    assert_int_equal(pk_imports_start(house->service->imports, &operator, &options, PK_SLICE(FILE_TEXT), HOUSE_NOW, &job, &err), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM job"), 0);
    /* Anna herself may, but festival is none of hers. */
    struct pk_acting acting;
    assert_int_equal(pk_users_act(house->service, PK_SLICE("anna"), "uid:5", &acting, &err), 1);
    options = (struct pk_import_options){ .by = PK_SLICE("anna") };
    assert_int_equal(pk_imports_start(house->service->imports, &acting.actor, &options, PK_SLICE(FILE_TEXT), HOUSE_NOW, &job, &err), 0);
    house_turns(house, 6);
    struct pk_import_view view;
    pk_import_view(pk_imports_find(house->service->imports, job), &view);
    assert_int_equal(view.phase, PK_IMPORT_FAILED);
    assert_int_equal(view.note_count, 1);
    assert_string_equal(view.notes[0].reason, "topics: \"festival\" is not one of yours");
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'recipients.import' AND actor = 'anna' AND via = 'uid:5' AND role = 1"), 1);
}

/* ---- publishers ---- */

static void test_a_publisher_outside_its_rule(void **state)
{
    struct house *house = *state;
    static const char *const festival[] = { "festival" };
    house->publishers[0].topics = (struct pk_words){ festival, 1 };
    house_reopen(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'trigger.publish' AND actor = 'school' AND object = 'topic'"
                                        " AND role = 5 AND result = 1"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell),
        cmocka_unit_test(test_every_action_is_told),
        cmocka_unit_test(test_own),
        in_house(test_who_may_not_changes_nothing),
        in_house(test_who_may_is_not_refused),
        in_house(test_refusals_outlive_a_lost_turn),
        in_house(test_users),
        in_house(test_an_import_needs_users_who_may),
        in_house(test_a_publisher_outside_its_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
