/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of recipients that are refused: each bad row with its line and reason, whole files at once, all or nothing. */
#include "tests/unit/service/import_support.h"

static void test_every_refusal_names_its_line(void **state)
{
    (void) state;
    static const struct {
        const char *row, *reason;
    } bad[] = {
        { "sms,,bg,,,festival,,,,,", "address: it is empty" },
        { "sms,0888 000 123,bg,,,festival,,,,,", "address: without its country this number can be more than one" },
        { "sms,075 123 4567,bg,,,festival,,,,,", "address: this number cannot receive SMS" },
        { "sms,3.5988E+11,bg,,,festival,,,,,", "address: it is not a telephone number" },
        { "sm," ANNA ",bg,,,festival,,,,,", "channel: \"sm\" has no route" },
        { ANNA ",sms,bg,,,festival,,,,,", "channel: what stands there has no route" },
        { "sms," ANNA ",xx,,,festival,,,,,", "language: there are no texts in \"xx\"" },
        { "sms," ANNA ",0880001234,,,festival,,,,,", "language: there are no texts in what stands there" },
        { "sms," ANNA ",nl,Latn,,festival,,,,,", "script: \"Latn\" is not written so" },
        { "sms," ANNA ",bg,,School A,festival,,,,,", "tags: \"School\" is not a tag" },
        { "sms," ANNA ",bg,,a a a a a a a a a a a a a a a a a,festival,,,,,", "tags: there are too many" },
        { "sms," ANNA ",bg,,,,,,,,", "topics: there is none" },
        { "sms," ANNA ",bg,,,festivals,,,,,", "topics: \"festivals\" is not a topic" },
        { "sms," ANNA ",bg,,,festival,called 0880001234,,,,", "how: it is too long, or looks like a number of a person" },
        { "sms," ANNA ",bg,,,festival,,,,+359 880 001 234,", "by: it is too long, or looks like a number of a person" },
        { "sms," ANNA ",bg,,,festival,,,2026-02-30,,", "given_at: it is not a moment" },
        { "sms," ANNA ",bg,,,festival,,,01-05-2026,,", "given_at: it is not a moment" },
        { "sms," ANNA ",bg,,,festival,,,2026-06-03,,", "given_at: it lies in the future" },
        { "sms," ANNA ",bg,,,festival,,,,,2026-05-31", "until: it is over already" },
        { "sms," ANNA ",bg,,,festival", "it has 6 fields, the first line 11" },
        { "sms,\"" ANNA ",bg,,,festival,,,,,", "the quote that begins a field is never closed" },
    };
    struct pk_buf text, expected;
    pk_buf_init(&text, 1u << 16);
    pk_buf_init(&expected, 1u << 16);
    (void) pk_buf_add_text(&text, HEAD);
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        (void) pk_buf_printf(&text, "%s\n", bad[i].row);
        (void) pk_buf_printf(&expected, "%zu: %s\n", i + 2, bad[i].reason);
    }
    struct pk_import_view view = import(ASK, pk_buf_text(&text));
    assert_int_equal(view.phase, PK_IMPORT_FAILED);
    check_counts(&view, 0, 0, (int64_t) PK_COUNT(bad), 0);
    assert_string_equal(pk_buf_text(&world.told), pk_buf_text(&expected));
    assert_int_equal(pk_recipient_count(world.store), 0);
    pk_buf_finish(&text);
    pk_buf_finish(&expected);
}

static void test_confirmed_wants_evidence(void **state)
{
    (void) state;
    (void) import(CONFIRMED, HEAD "sms," ANNA ",bg,,,festival,,,2026-05-01,anna,\n"
                                  "sms," ANNA ",bg,,,festival,form,,,anna,\n"
                                  "sms," ANNA ",bg,,,festival,form,,2026-05-01,,\n"
                                  "sms," ANNA ",bg,,,festival,form,,2025-05-01,anna,\n");
    assert_string_equal(pk_buf_text(&world.told), "2: how: a consent given already must say it\n"
                                                  "3: given_at: a consent given already must say it\n"
                                                  "4: by: a consent given already must say it\n"
                                                  "5: given_at: a consent for \"festival\" does not last that long\n");
}

static void refused_at_once(struct pk_import_options options, const char *text, int code, const char *message)
{
    struct pk_import *import = NULL;
    struct pk_error err = { 0 };
    assert_int_equal(pk_import_new(world.service, &actor, &options, pk_slice_of(text), NOW_MS, &import, &err), code);
    assert_null(import);
    assert_string_equal(err.message, message);
    check_harmless(err.message);
    check_harmless(err.hint);
}

static void test_what_cannot_begin(void **state)
{
    (void) state;
    static const char row[] = "channel,address,language,topics\n";
    refused_at_once(ASK, "", PK_E_INVALID, "the file is empty");
    refused_at_once(ASK, "channel,adress,language,topics\n", PK_E_INVALID,
                    "line 1: column 2: \"adress\" is not the name of a column");
    refused_at_once(ASK, "channel,language,topics\n", PK_E_INVALID, "line 1: column \"address\" is missing");
    refused_at_once(ASK, "channel,address,address,language,topics\n", PK_E_INVALID, "line 1: column \"address\" is there twice");
    refused_at_once(ASK, "\n\nsms," ANNA ",bg,,,festival\n", PK_E_INVALID,
                    "line 3: column 1: \"sms\" is not the name of a column");
    refused_at_once(ASK, ANNA "\n", PK_E_INVALID, "line 1: column 1: what stands there is not the name of a column");
    refused_at_once(CONFIRMED, row, PK_E_INVALID, "line 1: column \"how\" is missing");
    struct pk_import_options alone = CONFIRMED;
    alone.second_person = PK_SLICE("");
    refused_at_once(alone, HEAD, PK_E_INVALID, "consents that were given already need a second person");
    alone.second_person = PK_SLICE("Anna");
    refused_at_once(alone, HEAD, PK_E_INVALID, "consents that were given already need a second person");
    struct pk_import_options nobody = ASK;
    nobody.by = PK_SLICE("0880001234");
    refused_at_once(nobody, row, PK_E_INVALID, "who imports must be a name, at most 64 bytes");
    char *large = pk_alloc(PK_IMPORT_BYTES_MAX + 2);
    memset(large, 'x', PK_IMPORT_BYTES_MAX + 1);
    refused_at_once(ASK, large, PK_E_LIMIT, "the file is larger than 33554432 bytes");
    free(large);
    struct pk_import_view view = import(ASK, row);
    assert_int_equal(view.phase, PK_IMPORT_FAILED);
}

static void test_all_or_nothing_unless_partial(void **state)
{
    (void) state;
    static const char text[] = HEAD "sms," ANNA ",bg,,,festival,,,,,\n"
                                    "sms,12,bg,,,festival,,,,,\n"
                                    "sms," BORIS ",bg,,,festival,,,,,\n";
    struct pk_import_view view = import(ASK, text);
    assert_int_equal(view.phase, PK_IMPORT_FAILED);
    check_counts(&view, 0, 0, 1, 0);
    assert_int_equal(pk_recipient_count(world.store), 0);
    assert_int_equal(messages() + links(), 0);
    view = import(PARTLY, text);
    assert_int_equal(view.phase, PK_IMPORT_DONE);
    check_counts(&view, 2, 0, 1, 2);
    assert_string_equal(pk_buf_text(&world.told), "3: address: it is not a telephone number\n");
    view = import(PARTLY, text);
    check_counts(&view, 0, 2, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        import_test(test_every_refusal_names_its_line),
        import_test(test_confirmed_wants_evidence),
        import_test(test_what_cannot_begin),
        import_test(test_all_or_nothing_unless_partial),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
