/* SPDX-License-Identifier: EUPL-1.2 */
/* The values a notice brings: what is asked for, what is refused, and look-up along the fallbacks. */
#include "tests/unit/language/folder.h"

#include "gateway/base/crypto.h"

static void check(const struct pk_catalog *catalog, const char *name, const char *values, int code, const char *message,
                  const char *hint)
{
    struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    assert_int_equal(pk_json_parse(pk_slice_of(values), 4096, &document, NULL), 0);
    assert_int_equal(pk_template_check_values(catalog, pk_slice_of(name), document, &err), code);
    assert_string_equal(err.message, message);
    assert_string_equal(err.hint, hint);
    pk_json_free(document);
}

#define INVITATION "parent-meeting-invitation"

static void test_accepted(void **state)
{
    check(*state, INVITATION, "{\"begins\":\"2026-10-14T19:30:00+02:00\",\"place\":\"Dam 12\"}", 0, "", "");
    check(*state, INVITATION,
          "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"01234567890123456789\"}", 0, "", "");
    check(*state, "thanks", "{}", 0, "", "");
    check(*state, "info-point-hours", "{\"days\":\"tue thu\",\"hours\":\"9:00-17:00\",\"place\":\"Дам 12\"}", 0, "", "");
    check(*state, "rsvp-yes-count", "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"x\",\"topic\":\"x\",\"people\":3}", 0, "", "");
    assert_int_equal(pk_template_check_values(*state, PK_SLICE("thanks"), NULL, NULL), 0);
}

static void test_refused(void **state)
{
    check(*state, "nothing", "{}", PK_E_NOT_FOUND, "there is no template \"nothing\"", "");
    check(*state, INVITATION, "[]", PK_E_INVALID, "the values of template \"" INVITATION "\" are no object",
          "Give them as {\"name\": value}.");
    check(*state, INVITATION, "{\"place\":\"x\"}", PK_E_INVALID, "template \"" INVITATION "\" needs value \"begins\"",
          "Add it: when it begins.");
    check(*state, INVITATION, "{\"begins\":\"2026-10-14\",\"place\":\"x\"}", PK_E_INVALID, "value \"begins\" is no moment",
          "Write it like 2026-10-14T19:30:00+02:00.");
    check(*state, INVITATION, "{\"begins\":20261014,\"place\":\"x\"}", PK_E_INVALID, "value \"begins\" is no text",
          "Give it as a string.");
    check(*state, INVITATION, "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"x\",\"plaec\":\"y\"}", PK_E_INVALID,
          "template \"" INVITATION "\" has no value \"plaec\"", "Did you mean \"place\"?");
    check(*state, INVITATION, "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"x\",\"org\":\"y\"}", PK_E_INVALID,
          "template \"" INVITATION "\" has no value \"org\"", "Leave it out.");
    check(*state, INVITATION,
          "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"012345678901234567890\"}",
          PK_E_INVALID, "value \"place\" has 21 characters, the text allows 20", "Write it shorter: it is never cut.");
    check(*state, INVITATION, "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"a\\nb\"}", PK_E_INVALID,
          "value \"place\" is empty or holds a control character", "Give one line of plain text.");
    check(*state, INVITATION, "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\" \\u200b \"}", PK_E_INVALID,
          "value \"place\" is empty or holds a control character", "Give one line of plain text.");
}

static void test_types(void **state)
{
    check(*state, "info-point-hours", "{\"days\":\"dinsdag\",\"hours\":\"9:00-17:00\",\"place\":\"x\"}", PK_E_INVALID,
          "value \"days\" is no list of weekdays", "Write it like \"tue thu\", at most five days, each once.");
    check(*state, "info-point-hours", "{\"days\":\"tue\",\"hours\":\"9-17\",\"place\":\"x\"}", PK_E_INVALID,
          "value \"hours\" is no pair of hours", "Write it like 9:00-17:00, the later hour last.");
    check(*state, "rsvp-yes-count", "{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"x\",\"topic\":\"x\",\"people\":0}", PK_E_INVALID,
          "value \"people\" is no number from 1 to 999", "Give a whole number, without quotes.");
    check(*state, "rsvp-closed", "{\"topic\":\"x\",\"phone\":\"bel ons\"}", PK_E_INVALID, "value \"phone\" is no telephone number",
          "Use digits, spaces, + - ( ).");
    check(*state, "optin-request", "{\"topics\":\"x\",\"link\":\"http://x.nl\"}", PK_E_INVALID,
          "value \"link\" is no link", "Begin with https:// and use plain Latin letters, without spaces.");
    check(*state, "optin-request", "{\"topics\":\"x\",\"link\":\"https://zaanstаd.nl\"}", PK_E_INVALID, /* Cyrillic а */
          "value \"link\" is no link", "Begin with https:// and use plain Latin letters, without spaces.");
    check(*state, "optin-request", "{\"topics\":\"x\",\"link\":\"https://\"}", PK_E_INVALID, "value \"link\" is no link",
          "Begin with https:// and use plain Latin letters, without spaces.");
    check(*state, "info-point-hours", "{\"days\":\"mon tue thu\",\"hours\":\"9:00-17:00\",\"place\":\"x\"}", PK_E_INVALID,
          "value \"days\" has 3 days, the text allows 2", "Use another text, or tell the days in two.");
    check(*state, "info-point-hours-short", "{\"days\":\"mon tue thu\",\"hours\":\"9:00-17:00\",\"place\":\"x\"}", 0, "", "");
    /* A long name is shown by its beginning, whole letters only. */
    check(*state, "rsvp-closed", "{\"topic\":\"x\",\"phone\":\"112\",\"aбвгдежзийклмнопрстуфхцчшщъьюяабвгдежз\":1}", PK_E_INVALID,
          "template \"rsvp-closed\" has no value \"aбвгдежзийклмнопрстуфхцчшщъьюяаб\"", "Leave it out.");
    check(*state, "info-point-special",
          "{\"begins\":\"2026-10-14T17:30:00Z\",\"ends\":\"2026-10-14T19:30:00+02:00\",\"place\":\"x\"}", PK_E_INVALID,
          "value \"ends\" is not later than \"begins\"", "Give the end of the same day.");
}

#define MEETING "\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"x\""
#define ADD_LINK "Add it: a page to read or answer on. Or set page in [gateway] of the configuration."

static void check_as(const struct pk_catalog *catalog, const char *name, const char *sent_as, const char *values, int code,
                     const char *message, const char *hint)
{
    struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    assert_int_equal(pk_json_parse(pk_slice_of(values), 4096, &document, NULL), 0);
    assert_int_equal(pk_template_check_values_as(catalog, pk_slice_of(name), pk_slice_of(sent_as), document, &err), code);
    assert_string_equal(err.message, message);
    assert_string_equal(err.hint, hint);
    pk_json_free(document);
}

/* What the configuration knows need not be said, what stands in brackets neither. */
static void test_what_the_gateway_knows(void **state)
{
    struct pk_catalog *catalog = *state;
    check(catalog, "rsvp-closed", "{\"topic\":\"x\"}", 0, "", "");
    check(catalog, "breach", "{}", PK_E_INVALID, "template \"breach\" needs value \"link\"", ADD_LINK);
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE("https://a.nl/b"));
    check(catalog, "breach", "{}", 0, "", "");
    check(catalog, "breach", "{\"link\":\"https://b.nl/c\"}", 0, "", "");
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE(""));
}

static void test_where_nobody_can_answer(void **state)
{
    struct pk_catalog *catalog = *state;
    static const char missing[] = "nobody can answer on this route, and template \"" INVITATION "-noreply\" needs value \"link\"";
    check_as(catalog, INVITATION, INVITATION "-noreply", "{" MEETING "}", PK_E_INVALID, missing, ADD_LINK);
    check_as(catalog, INVITATION, INVITATION "-noreply", "{" MEETING ",\"link\":\"https://b.nl/c\"}", 0, "", "");
    check_as(catalog, INVITATION, INVITATION "-noreply", "{" MEETING ",\"link\":\"b.nl\"}", PK_E_INVALID, "value \"link\" is no link",
             "Begin with https:// and use plain Latin letters, without spaces.");
    /* A publisher need not know by which route its text goes. */
    check(catalog, INVITATION, "{" MEETING ",\"link\":\"https://b.nl/c\"}", 0, "", "");
    check(catalog, INVITATION, "{" MEETING ",\"link\":\"b.nl\"}", PK_E_INVALID, "value \"link\" is no link",
          "Begin with https:// and use plain Latin letters, without spaces.");
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE("https://a.nl/b"));
    check_as(catalog, INVITATION, INVITATION "-noreply", "{" MEETING "}", 0, "", "");
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE(""));
}

/* A length that one language lowers holds for all: a notice is written once. */
static void test_shortest_length_wins(void **state)
{
    (void) state;
    static const char head[] = "topic: a\nkind: answer\ngloss: Proef\nparts: 2\narguments: place\n";
    static const char language[] = "[language]\nname = x\n" FOLDER_DATES;
    struct folder folder;
    struct pk_catalog *catalog = NULL;
    char text[256];
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini", language);
    folder_write(&folder, "bg", "language.ini", language);
    (void) snprintf(text, sizeof text, "%s\n{place}\n", head);
    folder_write(&folder, "nl", "proef.txt", text);
    (void) snprintf(text, sizeof text, "%smax.place: 5\n\n{place}\n", head);
    folder_write(&folder, "bg", "proef.txt", text);
    assert_int_equal(pk_catalog_load(folder.path, NULL, &catalog, NULL), 0);
    check(catalog, "proef", "{\"place\":\"12345\"}", 0, "", "");
    check(catalog, "proef", "{\"place\":\"123456\"}", PK_E_INVALID, "value \"place\" has 6 characters, the text allows 5",
          "Write it shorter: it is never cut.");
    pk_catalog_free(catalog);
    folder_remove(&folder);
}

/* A tag of its own goes before the language it is a script of; the hash is that of the text alone. */
static void test_exact_tag_first(void **state)
{
    (void) state;
    static const char head[] = "kind: answer\ngloss: Proef\nparts: 1\narguments:\n\n";
    static const char *const tags[] = { "nl", "nl-Latn", "nl-z" };
    struct folder folder;
    struct pk_catalog *catalog = NULL;
    uint8_t hash[32];
    folder_make(&folder);
    for (size_t i = 0; i < PK_COUNT(tags); i++) {
        char text[256];
        (void) snprintf(text, sizeof text, "%s%s\n", head, tags[i]);
        folder_write(&folder, tags[i], "language.ini", "[language]\nname = x\n" FOLDER_DATES);
        folder_write(&folder, tags[i], "proef.txt", text);
    }
    assert_int_equal(pk_catalog_load(folder.path, NULL, &catalog, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(tags); i++) {
        const struct pk_template *t = pk_catalog_find(catalog, PK_SLICE("proef"), pk_slice_of(tags[i]));
        assert_true(pk_slice_is(pk_template_language(t), tags[i]));
        assert_true(pk_slice_is(pk_template_body(t), tags[i]));
        pk_sha256(pk_slice_of(tags[i]), hash);
        assert_memory_equal(pk_template_hash(t), hash, sizeof hash);
    }
    pk_catalog_free(catalog);
    folder_remove(&folder);
}

static const char *language_found(const struct pk_catalog *catalog, const char *name, const char *language)
{
    static char found[16];
    const struct pk_template *t = pk_catalog_find(catalog, pk_slice_of(name), pk_slice_of(language));
    (void) snprintf(found, sizeof found, "%.*s", t ? (int) pk_template_language(t).len : 4,
                    t ? pk_template_language(t).data : "none");
    return found;
}

static void test_look_up(void **state)
{
    const struct pk_catalog *catalog = *state;
    assert_string_equal(language_found(catalog, "help", "bg"), "bg");
    assert_string_equal(language_found(catalog, "help", "bg-Latn"), "bg");
    assert_string_equal(language_found(catalog, "help", "tr"), "tr");
    assert_string_equal(language_found(catalog, "rsvp-no", "tr"), "bg");
    assert_string_equal(language_found(catalog, "rsvp-no", "en"), "nl");
    assert_string_equal(language_found(catalog, "help", "de"), "none");
    assert_string_equal(language_found(catalog, "nothing", "bg"), "none");
    assert_true(pk_catalog_knows(catalog, PK_SLICE("help")));
    assert_false(pk_catalog_knows(catalog, PK_SLICE("hel")));
    assert_true(pk_catalog_has_language(catalog, PK_SLICE("tr")));
    assert_false(pk_catalog_has_language(catalog, PK_SLICE("bg-Latn")));
    assert_true(pk_catalog_has_rendering(catalog, PK_SLICE("bg"), PK_SLICE("Latn")));
    assert_true(pk_catalog_has_rendering(catalog, PK_SLICE("nl"), PK_SLICE("")));
    assert_false(pk_catalog_has_rendering(catalog, PK_SLICE("nl"), PK_SLICE("Latn")));
    assert_false(pk_catalog_has_rendering(catalog, PK_SLICE("de"), PK_SLICE("")));
    const struct pk_template *t = pk_catalog_find(catalog, PK_SLICE(INVITATION), PK_SLICE("bg"));
    assert_true(pk_slice_is(pk_template_topic(t), "parent-meetings"));
    assert_true(pk_slice_is(pk_template_name(t), INVITATION));
    assert_int_equal(pk_template_kind(t), PK_TEXT_NOTICE);
    assert_int_equal(pk_template_reply(t), PK_TEXT_REPLY_YES_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_types),    cmocka_unit_test(test_shortest_length_wins),
        cmocka_unit_test(test_what_the_gateway_knows), cmocka_unit_test(test_where_nobody_can_answer),
        cmocka_unit_test(test_look_up),  cmocka_unit_test(test_exact_tag_first),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
