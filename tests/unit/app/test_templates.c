/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana templates`: what each verb prints and with which status, over a folder made here and over the shipped texts. */
#include "tests/unit/app/fake_control.h"
#include "tests/unit/language/folder.h"

#include "gateway/base/file.h"
#include "gateway/base/json.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct {
    struct folder folder;
    struct caught caught;
    char values[128], page[128];
} here;

static const char dutch[] = "[language]\nname = Nederlands\n" FOLDER_DATES "[replies]\nyes = ja\nno = nee\n"
                            "[style]\nsentence-words = 4\n"
                            "[style soon]\nfind = gauw\nwhy = when is that?\nremedy = Name the day.\nlevel = warning\n";
static const char meeting[] = "kind: answer\narguments: begins place\nreply: none\ngloss: Proef\nparts: 2\n"
                              "status: unread by a native reader\n\n";

static void write_text(const char *words)
{
    char content[1024];
    (void) snprintf(content, sizeof content, "%s%s\n", meeting, words);
    folder_write(&here.folder, "nl", "proef.txt", content);
}

static int begin(void **state)
{
    (void) state;
    folder_make(&here.folder);
    folder_write(&here.folder, "nl", "language.ini", dutch);
    write_text("Kom {begins_on_day} naar {place}. Tot dan!");
    (void) snprintf(here.values, sizeof here.values, "%s/nl/.values", here.folder.path);
    (void) snprintf(here.page, sizeof here.page, "%s/PROOF.md", here.folder.path);
    return 0;
}

static int end(void **state)
{
    (void) state;
    (void) unlink(here.values);
    folder_remove(&here.folder);
    return 0;
}

/* Without a configuration; the folder is named last. */
static void run_in(const char *folder, bool json, const char *const *words)
{
    const char *all[14] = { 0 };
    size_t count = 0;
    for (; words[count]; count++)
        all[count] = words[count];
    all[count++] = "--templates";
    all[count] = folder;
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .json = json };
    run_caught(&pk_command_templates, &invocation, all, &here.caught);
}

static void printed(int status, const char *part)
{
    if (here.caught.status != status || (!strstr(here.caught.out, part) && !strstr(here.caught.err, part)))
        fail_msg("status %d, \"%s\" is missing in:\n%s%s", here.caught.status, part, here.caught.out, here.caught.err);
}

static void out_is(int status, const char *out)
{
    assert_int_equal(here.caught.status, status);
    assert_string_equal(here.caught.out, out);
}

static void values(const char *json)
{
    assert_int_equal(pk_file_replace(here.values, 0600, pk_slice_of(json), NULL), 0);
}

/* ---- list ---- */

static void test_list(void **state)
{
    (void) state;
    run_in(here.folder.path, false, WORDS("list"));
    out_is(0, "TEXT   LANGUAGES  TOPIC  KIND    REPLY  PARTS  STATUS\n"
              "proef  nl         -      answer  none       2  unread by a native reader\n");
    run_in(here.folder.path, true, WORDS("list"));
    out_is(0, "{\"templates\":[{\"name\":\"proef\",\"gloss\":\"Proef\",\"topic\":\"\",\"kind\":\"answer\",\"step\":\"answer\","
              "\"reply\":\"none\","
              "\"versions\":[{\"language\":\"nl\",\"parts\":2,\"status\":\"unread by a native reader\"}],\"read\":[]}]}\n");
    run_in("/nonexistent", false, WORDS("list"));
    printed(10, "could not read folder \"/nonexistent\"\n  hint: Name the folder of texts: --templates FOLDER.");
    run_in(here.folder.path, false, WORDS("list", "proef"));
    printed(2, "list takes no words");
    run_in(here.folder.path, false, WORDS("lsit"));
    printed(2, "templates cannot \"lsit\"; list?");
    run_in(PK_TEST_TEMPLATES, false, WORDS("list"));
    printed(0, "\nparent-meeting-invitation ");
}

/* ---- check ---- */

static void test_check(void **state)
{
    (void) state;
    char wanted[512];
    run_in(here.folder.path, false, WORDS("check"));
    out_is(0, "1 texts: 0 errors, 0 warnings\n");
    write_text("Kom {begins_on_day} gauw naar {place}.\nKom dan ook bij ons langs!");
    run_in(here.folder.path, false, WORDS("check"));
    (void) snprintf(wanted, sizeof wanted,
                    "%s/nl/proef.txt:8:1: sentence-words: the sentence has 5 words, more than 4\n"
                    "  hint: Make two sentences of it.\n"
                    "%s/nl/proef.txt:8:21: warning: soon: \"gauw\": when is that?\n  hint: Name the day.\n"
                    "%s/nl/proef.txt:9:1: sentence-words: the sentence has 6 words, more than 4\n"
                    "  hint: Make two sentences of it.\n1 texts: 2 errors, 1 warning\n",
                    here.folder.path, here.folder.path, here.folder.path);
    out_is(3, wanted);
    run_in(here.folder.path, true, WORDS("check"));
    printed(3, "\"line\":8,\"column\":21,\"level\":\"warning\",\"rule\":\"soon\",\"reason\":\"\\\"gauw\\\": when is that?\","
               "\"remedy\":\"Name the day.\"}");
    printed(3, "\"texts\":1,\"errors\":2,\"warnings\":1}\n");
    write_text("Kom gauw {begins_on_day} naar {place}.");
    run_in(here.folder.path, false, WORDS("check"));
    printed(3, "has 5 words");
    write_text("Kom gauw {begins_on_day}. Het is {place}.");
    run_in(here.folder.path, false, WORDS("check"));
    printed(0, "0 errors, 1 warning\n");
    run_in(here.folder.path, false, WORDS("check", "--strict"));
    printed(3, "0 errors, 1 warning\n");
    /* What the gateway would refuse comes with its column too, and ends it. */
    write_text("Kom {begin_on_day} gauw naar {place}.");
    run_in(here.folder.path, false, WORDS("check"));
    (void) snprintf(wanted, sizeof wanted,
                    "%s/nl/proef.txt:8:6: there is no placeholder \"begin_on_day\"\n  hint: Did you mean {begins_on_day}?\n"
                    "1 mistake; style is looked at when there are none\n",
                    here.folder.path);
    out_is(3, wanted);
    run_in(here.folder.path, true, WORDS("check"));
    printed(3, "\"level\":\"error\",\"rule\":\"mistake\",\"reason\":\"there is no placeholder \\\"begin_on_day\\\"\"");
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl"));
    printed(3, "1 mistake\n  hint: Correct them first");
    run_in(PK_TEST_TEMPLATES, false, WORDS("check", "--strict"));
    printed(0, " texts: 0 errors, 0 warnings\n");
}

/* ---- preview ---- */

static void test_preview(void **state)
{
    (void) state;
    values("{\"begins\":\"2026-10-13T18:00:00+02:00\",\"place\":\"Café Noël\",\"org\":\"Zaanstad\"}");
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl", "--values", here.values, "--price", "0,065"));
    out_is(0, "proef in nl: Proef\n\n"
              "  Latin, 1 part                     \n"
              "╭──────────────────────────────────╮\n"
              "│ Kom op dinsdag 13 oktober naar   │\n"
              "│ Café Noël. Tot dan!              │\n"
              "╰──────────────────────────────────╯\n\n"
              "Latin\n"
              "  text      Kom op dinsdag 13 oktober naar Café Noël. Tot dan!\n"
              "  encoding  UCS2, 70 to a message, because of \"ë\" (U+00EB), character 39; \"e\" would fit the small alphabet\n"
              "  parts     1: 50 units\n"
              "  price     €\u00a00,065 for one message, €\u00a00,065 a part\n");
    run_in(here.folder.path, true, WORDS("preview", "proef", "--lang", "nl", "--values", here.values, "--price", "1"));
    out_is(
        0,
        "{\"name\":\"proef\",\"language\":\"nl\",\"script\":\"\",\"letters\":\"Latin\",\"text\":\"Kom op dinsdag 13 oktober naar "
        "Café Noël. Tot dan!\",\"encoding\":\"UCS2\",\"units\":50,\"parts\":1,\"partUnits\":[50],\"forcing\":{\"character\":"
        "\"ë\",\"codepoint\":\"U+00EB\",\"position\":39,\"instead\":\"e\"},\"price\":{\"amount\":10000,\"perPart\":10000,"
        "\"currency\":\"EUR\",\"text\":\"€\u00a01,00\"},\"others\":[],\"advice\":\"as written: 1 part\"}\n");
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl"));
    printed(0, "Kom op dinsdag 3 maart naar Dam 12. Tot dan!\n  encoding  GSM7: every character");
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl", "--longest"));
    printed(0, "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm │\n│ mmmmmmmmmmmmmmmmmmmmmmmmmmmm. ");
}

static void test_preview_of_both_scripts(void **state)
{
    (void) state;
    run_in(PK_TEST_TEMPLATES, false, WORDS("preview", "parent-meeting-invitation", "--lang", "bg", "--price", "0.065"));
    printed(0, "  Cyrillic, 2 parts                      Latin, 1 part                     \n"
               "╭──────────────────────────────────╮   ╭──────────────────────────────────╮\n"
               "│ Zaanstad: родителска среща във   │   │ Zaanstad: roditelska sreshta vav │\n");
    printed(0, "\nCyrillic: 2 parts, Latin: 1 part\n");
    printed(0, "  price     0,13\u00a0€ for one message, 0,065\u00a0€ a part\n");
    run_in(PK_TEST_TEMPLATES, true, WORDS("preview", "parent-meeting-invitation", "--lang", "bg", "--script", "Latn"));
    printed(0, "\"script\":\"Latn\",\"letters\":\"Latin\"");
    printed(0, "\"encoding\":\"GSM7\",\"units\":116,\"parts\":1,\"partUnits\":[116],\"others\":[{\"script\":\"\"");
    run_in(PK_TEST_TEMPLATES, true, WORDS("preview", "parent-meeting-invitation", "--lang", "bg-Latn"));
    printed(0, "\"script\":\"Latn\",\"letters\":\"Latin\"");
    run_in(PK_TEST_TEMPLATES, true, WORDS("preview", "parent-meeting-invitation", "--lang", "tr"));
    printed(0, "\"language\":\"bg\""); /* the language that a Turkish reader gets instead */
}

/* Without --price a part costs what the first account of the default route says; the sender is the configuration's. */
static void test_preview_with_a_configuration(void **state)
{
    (void) state;
    static const char gateway[] =
        "[gateway]\norganisation = Voorbeeld\ntemplates = " PK_TEST_TEMPLATES "\nphone = 075 123 4567\n";
    static const char accounts[] = "[route sms]\nchannel = sms\naccounts = cheap, dear\n[account cheap]\nadapter = simulator\n"
                                   "price = 0.05 EUR\n[account dear]\nadapter = simulator\nprice = 1 EUR\n"
                                   "[route chat]\nchannel = sms\naccounts = dear\n";
    char path[128], content[1024];
    (void) snprintf(path, sizeof path, "%s/nl/.conf", here.folder.path);
    struct pk_invocation invocation = { .config = path };
    for (int n = 0; n < 2; n++) {
        (void) snprintf(content, sizeof content, "%s%s%s", gateway, accounts, n > 0 ? "[limits]\ndefault_route = chat\n" : "");
        assert_int_equal(pk_file_replace(path, 0600, pk_slice_of(content), NULL), 0);
        run_caught(&pk_command_templates, &invocation, WORDS("preview", "help"), &here.caught);
        printed(0, n > 0 ? "1,00\u00a0€ a part" : "0,05\u00a0€ a part");
        printed(0, "  text      Voorbeeld: ");
        run_caught(&pk_command_templates, &invocation, WORDS("preview", "help", "--price", "0.07 CHF"), &here.caught);
        printed(0, "0,07\u00a0CHF a part");
    }
    (void) unlink(path);
    run_caught(&pk_command_templates, &invocation, WORDS("preview", "help"), &here.caught);
    printed(4, ".conf");
}

/* What makes no sense is refused with its name, and nothing is shown. */
static void test_preview_refuses(void **state)
{
    (void) state;
    static const struct {
        const char *values;
        int status;
        const char *wanted;
    } wrong[] = {
        { "{\"begins\":5,\"place\":\"x\"}", 2, "value \"begins\" is no text\n" },
        { "{\"begins\":\"2026-10-13T18:00:00+02:00\"}", 2, "template \"proef\" needs value \"place\"\n" },
        { "{\"begins\":\"2026-02-30T18:00:00+02:00\",\"place\":\"x\"}", 2, "value \"begins\" is no moment\n" },
        { "{\"begins\":\"2026-10-13T18:00:00+02:00\",\"place\":\"x\",\"child\":\"y\"}", 2, "has no value \"child\"\n" },
        { "[]", 2, "the values of template \"proef\" are no object\n" },
        { "{", 2, "" },
        { "{\"begins\":\"2026-10-13T18:00:00+02:00\",\"place\":\"x\",\"org\":5}", 0, "Kom op dinsdag" },
    };
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        values(wrong[i].values);
        run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl", "--values", here.values));
        printed(wrong[i].status, wrong[i].wanted);
        assert_int_equal(here.caught.out[0] != '\0', wrong[i].status == 0);
    }
    char *large = pk_alloc(1u << 20);
    memset(large, ' ', (1u << 20) - 1);
    values(large);
    free(large);
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl", "--values", here.values));
    printed(7, ".values");
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl", "--values", "/nonexistent"));
    printed(4, "/nonexistent");
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl", "--zone", "Europe/Zaandam"));
    printed(2, "cannot use time zone \"Europe/Zaandam\": it does not exist");
    run_in(here.folder.path, false, WORDS("preview", "profe", "--lang", "nl"));
    printed(4, "there is no text \"profe\"\n  hint: Did you mean proef?");
    run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "xx"));
    printed(4, "there is no language \"xx\"");
    run_in(PK_TEST_TEMPLATES, false, WORDS("preview", "help", "--lang", "bg", "--script", "Grek"));
    printed(4, "language bg has no script \"Grek\"");
    run_in(here.folder.path, false, WORDS("preview"));
    printed(2, "which text?");
    static const char *const prices[] = { "free", "0.06512", "-1", ".", "1e3", "1.2.3", "99999999999999999999" };
    for (size_t i = 0; i < PK_COUNT(prices); i++) {
        run_in(here.folder.path, false, WORDS("preview", "proef", "--lang", "nl", "--price", prices[i]));
        printed(2, "is no price of at most four decimals");
    }
}

/* ---- proof ---- */

static void test_proof(void **state)
{
    (void) state;
    struct pk_buf page;
    pk_buf_init(&page, 1u << 20);
    run_in(here.folder.path, false, WORDS("proof", "--check"));
    printed(5, "PROOF.md\" is not of these texts\n  hint: Write it anew: pokana templates proof.");
    run_in(here.folder.path, false, WORDS("proof"));
    printed(0, "PROOF.md written");
    assert_int_equal(pk_file_read(here.page, 1u << 20, &page, NULL), 0);
    assert_non_null(strstr(pk_buf_text(&page), "\n## proef\n\nProef · antwoord\n"));
    assert_non_null(strstr(pk_buf_text(&page), "| ☐ | Nederlands | Kom op dinsdag 3 maart naar Dam 12. Tot dan! |"));
    run_in(here.folder.path, true, WORDS("proof", "--check"));
    printed(0, "\"written\":false}\n");
    write_text("Kom toch {begins_on_day} naar {place}. Tot dan!");
    run_in(here.folder.path, false, WORDS("proof", "--check"));
    printed(5, "is not of these texts");
    run_in(here.folder.path, false, WORDS("proof", "--output", "/nonexistent/page.md"));
    printed(4, "page.md");
    run_in(PK_TEST_TEMPLATES, false, WORDS("proof", "--check"));
    printed(0, "PROOF.md is of these texts");
    pk_buf_finish(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list, begin, end),
        cmocka_unit_test_setup_teardown(test_check, begin, end),
        cmocka_unit_test_setup_teardown(test_preview, begin, end),
        cmocka_unit_test_setup_teardown(test_preview_of_both_scripts, begin, end),
        cmocka_unit_test_setup_teardown(test_preview_with_a_configuration, begin, end),
        cmocka_unit_test_setup_teardown(test_preview_refuses, begin, end),
        cmocka_unit_test_setup_teardown(test_proof, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
