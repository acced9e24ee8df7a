/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rules of style: each is broken by a text here, at its place and no other; and every shipped text keeps all of them.
 * [style] itself is data: what is wrong in it is told at its line.
 */
#include "tests/unit/language/folder.h"

#include "gateway/language/catalog_private.h"
#include "gateway/language/style.h"
#include "gateway/language/style_rules.h"

/* Every finding, one "line:column: [warning ]rule: reason | remedy" a line. */
struct collected {
    struct pk_style_report report;
    struct pk_buf text;
};

static void collect(void *ctx, const struct pk_style_finding *found)
{
    struct collected *c = ctx;
    const char *slash = strrchr(found->file, '/');
    (void) pk_buf_printf(&c->text, "%s:%u:%u: %s%s: %s | %s\n", slash ? slash + 1 : found->file, found->line, found->column,
                         found->warning ? "warning " : "", found->rule, found->reason, found->remedy);
}

static void collected_begin(struct collected *c)
{
    pk_buf_init(&c->text, 1u << 20);
    c->report = (struct pk_style_report){ .tell = collect, .ctx = c };
}

/* ---- all shipped texts ---- */

static void test_shipped_texts(void **state)
{
    const struct pk_catalog *catalog = *state;
    struct collected c;
    collected_begin(&c);
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++)
        pk_style_check(catalog, pk_catalog_template(catalog, i), &c.report);
    print_message("%zu texts\n", pk_catalog_template_count(catalog));
    assert_string_equal(pk_buf_text(&c.text), "");
    assert_int_equal(c.report.errors + c.report.warnings, 0);
    pk_buf_finish(&c.text);
}

/* ---- each rule, broken ---- */

/* Checks one text that is not in the catalog, in a language of it; what is told goes to `ret`. */
static void check_text(const struct pk_catalog *catalog, const char *language, const char *name, const char *head,
                       const char *text, struct collected *ret)
{
    struct told told;
    char content[2048];
    told_begin(&told);
    assert_true(snprintf(content, sizeof content, "gloss: Proef\nparts: 3\n%s\n%s\n", head, text) < (int) sizeof content);
    struct pk_template *t = pk_template_parse("t", pk_slice_of(name), pk_catalog_language(catalog, pk_slice_of(language)),
                                              pk_slice_of(content), &told.report);
    assert_string_equal(pk_buf_text(&told.text), "");
    assert_non_null(t);
    pk_style_check(catalog, t, &ret->report);
    pk_template_free(t);
    told_end(&told);
}

#define ANSWER "kind: answer\narguments:\n"
#define WITH(arguments) "kind: answer\narguments: " arguments "\n"

static const struct {
    const char *language, *name, *head, *text, *wanted;
} cases[] = {
#include "tests/unit/language/style_cases.h"
};

static void test_each_rule(void **state)
{
    struct collected c;
    size_t bad = 0;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        collected_begin(&c);
        check_text(*state, cases[i].language, cases[i].name, cases[i].head, cases[i].text, &c);
        if (strcmp(pk_buf_text(&c.text), cases[i].wanted) != 0) {
            print_message("%s\n  is    %s  not   %s\n", cases[i].text, pk_buf_text(&c.text), cases[i].wanted);
            bad++;
        }
        pk_buf_finish(&c.text);
    }
    assert_int_equal(bad, 0);
}

/* A rule that no text here breaks is a rule that nobody has seen work. */
static void test_every_rule_has_its_text(void **state)
{
    static const char *const languages[] = { "bg", "nl", "tr", "en" };
    static const char *const rules[] = { "preposition",  "own-preposition", "sentence-begin", "full-stop",
                                         "abbreviation", "sentence-words",  "one-idea",       "quotes",
                                         "plural",       "script",          "reply-word",     "reply-offer",
                                         "capitals",     "order",           "link",           "parts" };
    char wanted[64];
    for (size_t i = 0; i < PK_COUNT(languages); i++) {
        const struct pk_style *style = pk_catalog_language(*state, pk_slice_of(languages[i]))->style;
        for (size_t j = 0; j < style->pattern_count + (i == 0 ? PK_COUNT(rules) : 0); j++) {
            bool seen = false;
            const char *rule = j < style->pattern_count ? style->patterns[j].name : rules[j - style->pattern_count];
            (void) snprintf(wanted, sizeof wanted, " %s: ", rule);
            for (size_t k = 0; k < PK_COUNT(cases); k++)
                seen = seen || (strcmp(cases[k].language, languages[i]) == 0 && strstr(cases[k].wanted, wanted));
            if (!seen)
                fail_msg("no text of language %s breaks rule \"%s\"", languages[i], rule);
        }
    }
}

/* ---- the rules are data ---- */

static void load_style(const char *style, struct told *told, struct pk_catalog **ret_catalog)
{
    struct folder folder;
    char ini[4096];
    folder_make(&folder);
    assert_true(snprintf(ini, sizeof ini, "[language]\nname = Nederlands\n" FOLDER_DATES "%s", style) < (int) sizeof ini);
    folder_write(&folder, "nl", "language.ini", ini);
    folder_write(&folder, "nl", "proef.txt", "kind: answer\narguments:\ngloss: Proef\nparts: 1\n\nKom morgen. Kom gauw!\n");
    told_begin(told);
    (void) pk_catalog_load(folder.path, &told->report, ret_catalog, NULL);
    folder_remove(&folder);
}

static void test_what_is_wrong_in_style(void **state)
{
    (void) state;
    static const struct {
        const char *style, *wanted;
    } wrong[] = {
        { "[style]\nscripts = Latn\n",
          "language.ini:17: [style] scripts: there is no key \"scripts\"; did you mean \"script\"? | "
          "The README of the templates lists all keys.\n" },
        { "[style]\nscript = Roman\n",
          "language.ini:17: [style] script: \"Roman\" is no script | Write four letters: Cyrl, Latn ...\n" },
        { "[style]\nsentence-words = many\n",
          "language.ini:17: [style] sentence-words: \"many\" is no such number | Write a number from 1 to 100.\n" },
        { "[style]\nquotes = \"\n",
          "language.ini:17: [style] quotes: these are no two quotation marks | Write the one that opens, a "
          "space, and the one that closes.\n" },
        { "[style]\norder = when why\n",
          "language.ini:17: [style] order: \"why\" does not belong here | Write when, where and answer "
          "in the order they are to stand.\n" },
        { "[style]\noffers = schrijf,, zeg\n",
          "language.ini:17: [style] offers: a word is missing | Write words between commas.\n" },
        { "[style x]\nfind = (a\nwhy = w\nremedy = r\n",
          "language.ini:17: [style] find: the pattern cannot be read at character 2 | Write a regular expression of ICU; a "
          "backslash stands before a sign that is meant as it is.\n" },
        { "[style x]\nfind = a\nwhy = w\n",
          "language.ini:16: [style] the pattern \"x\" is not whole | Every pattern has find, why and remedy.\n" },
        { "[style x]\nfind = a\nwhy = w\nremedy = r\nlevel = high\n",
          "language.ini:20: [style] level: \"high\" is no level | Write error or warning.\n" },
        { "[style x]\nfinds = a\n",
          "language.ini:17: [style] finds: there is no key \"finds\" | Use find, except, why, remedy and level.\n" },
        { "[samples]\nbegins = morgen\n", "language.ini:17: [samples] begins: there is no argument \"begins\" of words | Name an "
                                          "argument that is words, like topics.\n" },
        { "[samples]\nword =\n",
          "language.ini:17: [samples] word: the example is missing | Write an example of ordinary length.\n" },
    };
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        struct told told;
        struct pk_catalog *catalog = NULL;
        load_style(wrong[i].style, &told, &catalog);
        assert_string_equal(pk_buf_text(&told.text), wrong[i].wanted);
        assert_null(catalog);
        told_end(&told);
    }
}

/* Patterns that never end on the text are given up and said; what a language has no rules for is not looked at. */
static void test_any_pattern(void **state)
{
    (void) state;
    static const struct {
        const char *style, *wanted;
    } given[] = {
        { "", "" },
        { "[style]\nsentence-words = 1\n",
          "proef.txt:6:1: sentence-words: the sentence has 2 words, more than 1 | Make two sentences of it.\n"
          "proef.txt:6:13: sentence-words: the sentence has 2 words, more than 1 | Make two sentences of it.\n" },
        { "[style soon]\nfind = (?i)\\bgauw\\b\nwhy = when is that?\nremedy = Name the day.\nlevel = warning\n",
          "proef.txt:6:17: warning soon: \"gauw\": when is that? | Name the day.\n" },
        { "[style soon]\nfind = (?i)kom\nexcept = (?i)kom morgen\nwhy = w\nremedy = r\n",
          "proef.txt:6:13: soon: \"Kom\": w | r\n" },
        { "[style empty]\nfind = (?=K)\nwhy = w\nremedy = r\n",
          "proef.txt:6:1: empty: \"\": w | r\nproef.txt:6:13: empty: \"\": w | r\n" },
        { "[style endless]\nfind = (([a-zA-Z .]+)+)+\\d\nwhy = w\nremedy = r\n",
          "proef.txt:6:1: endless: the pattern takes too long on this text | Write a simpler pattern in language.ini, or a "
          "simpler text.\n" },
    };
    for (size_t i = 0; i < PK_COUNT(given); i++) {
        struct told told;
        struct pk_catalog *catalog = NULL;
        struct collected c;
        collected_begin(&c);
        load_style(given[i].style, &told, &catalog);
        assert_string_equal(pk_buf_text(&told.text), "");
        pk_style_check(catalog, pk_catalog_template(catalog, 0), &c.report);
        assert_string_equal(pk_buf_text(&c.text), given[i].wanted);
        pk_catalog_free(catalog);
        pk_buf_finish(&c.text);
        told_end(&told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_texts),
        cmocka_unit_test(test_each_rule),
        cmocka_unit_test(test_every_rule_has_its_text),
        cmocka_unit_test(test_what_is_wrong_in_style),
        cmocka_unit_test(test_any_pattern),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
