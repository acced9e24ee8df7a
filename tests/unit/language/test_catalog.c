/* SPDX-License-Identifier: EUPL-1.2 */
/* What a translator is told: every mistake with its file, line, column and remedy, and nothing loaded while there is one. */
#include "tests/unit/language/folder.h"

#define NL "[language]\nname = Nederlands\n" FOLDER_DATES
#define BG "[language]\nname = Bulgaars\nrenderings = Latn\nfallback = nl\n" FOLDER_DATES
#define HEAD "topic: parent-meetings\nkind: answer\ngloss: Proef\nparts: 1\n"
#define NOTICE "topic: parent-meetings\nkind: notice\ngloss: Proef\nparts: 1\n"
#define STEP "Say what it is for, like step: invitation; the README of the templates lists all steps."

/* Loads `nl` and `bg` of a text "proef"; what is told must be `wanted`. */
static void check(const char *nl, const char *bg, const char *wanted)
{
    struct folder folder;
    struct told told;
    struct pk_catalog *catalog = NULL;
    struct pk_error err = { 0 };
    told_begin(&told);
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini", NL);
    folder_write(&folder, "bg", "language.ini", BG);
    if (nl)
        folder_write(&folder, "nl", "proef.txt", nl);
    if (bg)
        folder_write(&folder, "bg", "proef.txt", bg);
    int r = pk_catalog_load(folder.path, &told.report, &catalog, &err);
    /* The message of a twin names the other file; its folder is this test's. */
    char *at;
    while ((at = strstr(told.text.data ? told.text.data : "", folder.path)))
        memmove(at, at + strlen(folder.path), strlen(at + strlen(folder.path)) + 1);
    assert_string_equal(pk_buf_text(&told.text), wanted);
    assert_int_equal(r, *wanted ? PK_E_CONFIG : 0);
    if (*wanted)
        assert_null(catalog);
    pk_catalog_free(catalog);
    folder_remove(&folder);
    told_end(&told);
}

static void test_good(void **state)
{
    (void) state;
    check(HEAD "arguments: begins place\nmax.place: 20\n\nOp {begins_on_day} in {place}.\n",
          "\xef\xbb\xbf" HEAD "arguments: place begins\r\nmax.place: 15\n\n\n{begins_on_day}, {place}.", "");
    check(HEAD "arguments:\n\nHet is '{'niet'}' moeilijk, don't.\n", NULL, "");
}

static void test_head(void **state)
{
    (void) state;
    check("topik: a\nkind: note\nkind: notice\njust words\nparts: 4\nmax.place: 20\n\nTekst.\n", NULL,
          "proef.txt:1: column 1: there is no key \"topik\"; did you mean \"topic\"? | Correct the spelling.\n"
          "proef.txt:2: column 7: \"note\" is none of the values there are | Write notice, question or answer.\n"
          "proef.txt:3: column 1: \"kind\" is there already | Keep one of them.\n"
          "proef.txt:4: column 1: the line is no key and value | Write key: value, and an empty line between the head and the "
          "text.\n"
          "proef.txt:5: column 8: \"4\" is no number of parts | Write 1, 2 or 3.\n"
          "proef.txt:1: column 1: key \"arguments\" is missing | Add it to the head, above the empty line.\n"
          "proef.txt:1: column 1: key \"gloss\" is missing | Add it to the head, above the empty line.\n"
          "proef.txt:6: column 1: \"place\" has no length here | Name an argument of this text that is words.\n"
          "proef.txt:1: column 1: key \"step\" is missing | " STEP "\n"
          "proef.txt:1: column 1: key \"topic\" is missing | A notice needs consent for a topic: write topic: and its name.\n");
    check("topic: Ouder\nkind: question\ngloss: Proef\nparts: 1\narguments: place\nmax.place: 61\nmax.place: 5\n\n{place}\n",
          NULL,
          "proef.txt:1: column 8: \"Ouder\" is no name of a topic | Use small letters, digits and hyphens.\n"
          "proef.txt:7: column 1: \"max.place\" is there already | Keep one of them.\n"
          "proef.txt:6: column 1: the longest value of \"place\" is a number from 1 to 60 | Lower it; lengths can only be made "
          "smaller here.\n"
          "proef.txt:1: column 1: a question is what asks for consent, and nothing else is | Write kind: question and reply: "
          "consent "
          "together.\n");
}

static void test_arguments(void **state)
{
    (void) state;
    check(HEAD "arguments: place plaats place\n\n{place}\n", NULL,
          "proef.txt:5: column 18: there is no argument \"plaats\" | The README of the templates lists all arguments.\n"
          "proef.txt:5: column 25: argument \"place\" is there twice | Name it once.\n");
    check(
        HEAD "arguments: place begins\n\n{place}\n", NULL,
        "proef.txt:5: column 1: argument \"begins\" is not used in the text | Use it in the text, or take it out of the head.\n");
    check(HEAD "arguments:\n\nKom naar\nde school in {place}.\n", NULL,
          "proef.txt:8: column 15: argument \"place\" is not named in the head | Add place to the line that begins with "
          "arguments:\n");
    check(
        HEAD "arguments: begins\n\n{begins_range}\n", NULL,
        "proef.txt:7: column 2: argument \"ends\" is not named in the head | Add ends to the line that begins with arguments:\n");
}

static void test_personal_data(void **state)
{
    (void) state;
    check(HEAD "arguments: child\n\n{child} heeft les.\n", NULL,
          "proef.txt:5: column 12: argument \"child\" asks for something personal | Say it without: a text is shown on a locked "
          "screen, and what it "
          "says of a person would have to be kept.\n"
          "proef.txt:7: column 2: placeholder \"child\" asks for something personal | Say it without: a text is shown on a "
          "locked screen, and what "
          "it says of a person would have to be kept.\n");
}

static void test_placeholders(void **state)
{
    (void) state;
    check(HEAD "arguments: begins\n\n{begins} of {begins_onday} of {begins_time, date} of {0}\n", NULL,
          "proef.txt:7: column 2: there is no placeholder \"begins\" | A moment is told in words: write {begins_on_day} or "
          "{begins_time}.\n"
          "proef.txt:7: column 14: there is no placeholder \"begins_onday\" | Did you mean {begins_on_day}?\n"
          "proef.txt:7: column 32: placeholder \"begins_time\" is formatted in the text | Write the placeholder alone: days and "
          "hours come as "
          "finished words.\n"
          "proef.txt:7: column 55: there is no placeholder \"0\" | The README of the templates lists all placeholders.\n");
    check(HEAD "arguments: begins ends\n\n{begins_rnage}\n", NULL,
          "proef.txt:7: column 2: there is no placeholder \"begins_rnage\" | Did you mean {begins_range}?\n");
    check(HEAD "arguments: place people\n\n{place, plural, other {#}} {people, select, a {b} other {c}}\n", NULL,
          "proef.txt:7: column 2: placeholder \"place\" is no number | Use plural with {people} only.\n"
          "proef.txt:7: column 29: placeholder \"people\" cannot be selected by | Use select with a text only.\n");
}

static void test_braces(void **state)
{
    (void) state;
    check(HEAD "arguments: place\n\nIn {place\n", NULL,
          "proef.txt:7: column 4: the { that begins here is never closed | Close it with }.\n");
    check(HEAD "arguments: place\n\néén in {place}}\n", NULL,
          "proef.txt:7: column 15: a } has no { before it | Remove it, or write '}' between apostrophes.\n");
    static const char deep[] = "{people,plural,other{";
    char text[1024] = HEAD "arguments: people\n\n";
    for (size_t i = 0; i < 9; i++)
        memcpy(text + strlen(text), deep, sizeof deep);
    memset(text + strlen(text), '}', 18);
    check(text, NULL, "proef.txt:7: column 169: the text nests too deeply | Write a simpler text.\n");
    check(HEAD "arguments: people\n\n{people, plural, one {#}}\n", NULL,
          "proef.txt:7: column 1: a plural or select has no branch \"other\" | Add other {...} as its last branch.\n");
}

static void test_mixed_word(void **state)
{
    (void) state;
    check(HEAD "arguments: place\n\n{place}: school.\n", HEAD "arguments: place\n\nВ {place}: Zaanstad, за CТОП.\n",
          "proef.txt:7: column 25: a word mixes Latin and Cyrillic letters | Type the whole word in one alphabet.\n");
}

static void test_twins(void **state)
{
    (void) state;
    check(NULL, HEAD "arguments: place\nmax.place: 50\n\n{place}\n",
          "proef.txt:1: column 1: the text has no Dutch twin | Write the same text in Dutch, in the folder nl, with the same "
          "arguments.\n");
    check(HEAD "arguments: place\n\n{place}\n", HEAD "reply: yes-no\narguments: begins\n\n{begins_time}\n",
          "proef.txt:6: column 1: the arguments differ from those of /nl/proef.txt | Let both name the same arguments, in any "
          "order.\n"
          "proef.txt:1: column 1: the head differs from that of /nl/proef.txt | Let both say the same topic, kind, step and reply.\n"
          "proef.txt:1: column 1: the text asks for an answer, and there is no proef-noreply.txt beside it for who cannot give "
          "one | Write the same text with {link} in place of the words to write, with reply: none.\n");
}

/* What a text is for is one of a closed list, and fits its kind. */
static void test_steps(void **state)
{
    (void) state;
    check(NOTICE "arguments:\n\nTekst.\n", NULL, "proef.txt:1: column 1: key \"step\" is missing | " STEP "\n");
    check(NOTICE "arguments:\nstep: remind\n\nTekst.\n", NULL,
          "proef.txt:6: column 7: \"remind\" is no step | The README of the templates lists all steps.\n");
    check(NOTICE "arguments:\nstep: code\n\nTekst.\n", NULL,
          "proef.txt:1: column 1: step code is one of a text of kind answer | Change one of the two.\n");
    check(NOTICE "arguments:\nstep: reminder-today\n\nTekst.\n", NULL, "");
    check("kind: notice\ngloss: Proef\nparts: 1\narguments:\nstep: breach\n\nTekst.\n", NULL, ""); /* of every topic */
    check(NOTICE "arguments:\nstep: closed\n\nTekst.\n", NOTICE "arguments:\nstep: open\n\nТекст.\n",
          "proef.txt:1: column 1: the head differs from that of /nl/proef.txt | Let both say the same topic, kind, step and reply.\n");
}

/* The part in brackets, which goes where the configuration does not know the value. */
static void test_brackets(void **state)
{
    (void) state;
    check(HEAD "arguments: phone\n\nVragen?[ Bel {phone}.]\n", HEAD "arguments: phone\n\n{phone}\n", "");
    check(HEAD "arguments: place\n\nIn [de {place}\n", NULL,
          "proef.txt:7: column 4: the [ that begins here is never closed | Close it with ].\n");
    check(HEAD "arguments: place\n\néén] in {place}\n", NULL, "proef.txt:7: column 4: a ] has no [ before it | Remove it.\n");
    check(HEAD "arguments: phone place\n\n[{phone}] {place, select, a {[b]} other {c}}[{phone}]\n", NULL,
          "proef.txt:7: column 30: a [ stands inside braces | Put the part in brackets around the braces.\n"
          "proef.txt:7: column 32: a ] stands inside braces | Put the part in brackets around the braces.\n"
          "proef.txt:7: column 45: there is a second part in [ ] | Keep one part in [ ].\n"
          "proef.txt:7: column 53: a ] has no [ before it | Remove it.\n");
    check(HEAD "arguments: place\n\nKom[ naar {place}]!\n", NULL,
          "proef.txt:7: column 4: nothing in the part in [ ] can be missing | Put {phone} or {link} into it: the brackets are for "
          "what the configuration may not know.\n");
    check(HEAD "arguments: phone\n\n[Bel {phone}]\n", NULL,
          "proef.txt:7: column 1: all of the text is in brackets | Let it say something without the part in brackets.\n");
    /* Needed outside too: then it cannot be spared. */
    check(HEAD "arguments: phone\n\n{phone}[ {phone}]\n", NULL,
          "proef.txt:7: column 8: nothing in the part in [ ] can be missing | Put {phone} or {link} into it: the brackets are for "
          "what the configuration may not know.\n");
    check(HEAD "arguments: phone\n\nBel[ {phone}], ja {phone}\n", NULL,
          "proef.txt:7: column 4: nothing in the part in [ ] can be missing | Put {phone} or {link} into it: the brackets are for "
          "what the configuration may not know.\n");
    /* Places in the text are those of the file, though ICU sees it without the brackets. */
    check(HEAD "arguments: phone\n\n{x} [{phone} {y}] {z}\n", NULL,
          "proef.txt:7: column 2: there is no placeholder \"x\" | The README of the templates lists all placeholders.\n"
          "proef.txt:7: column 15: there is no placeholder \"y\" | The README of the templates lists all placeholders.\n"
          "proef.txt:7: column 20: there is no placeholder \"z\" | The README of the templates lists all placeholders.\n");
    check(HEAD "arguments: phone\n\n'{'[tel. {phone}] '}' {\n", NULL,
          "proef.txt:7: column 23: the { that begins here is never closed | Close it with }.\n");
}

/* ---- what people are asked to write ---- */

#define WORDS "[replies]\nstop-first = halt\nyes = ja\nhelp-first = hulp\npolite = dank\n[replies mul]\nstop-first = stop\n"

struct named {
    const char *name, *text;
};

/* Texts of one language, which has reply words; what is told must be `wanted`. */
static void check_all(const struct named *texts, size_t count, const char *wanted)
{
    struct folder folder;
    struct told told;
    struct pk_catalog *catalog = NULL;
    told_begin(&told);
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini", NL WORDS);
    for (size_t i = 0; i < count; i++)
        folder_write(&folder, "nl", texts[i].name, texts[i].text);
    (void) pk_catalog_load(folder.path, &told.report, &catalog, NULL);
    char *at;
    while ((at = strstr(told.text.data ? told.text.data : "", folder.path)))
        memmove(at, at + strlen(folder.path), strlen(at + strlen(folder.path)) + 1);
    assert_string_equal(pk_buf_text(&told.text), wanted);
    pk_catalog_free(catalog);
    folder_remove(&folder);
    told_end(&told);
}

#define MISSING(name)                                                                                                              \
    name ".txt:1: column 1: the text asks for an answer, and there is no " name "-noreply.txt beside it for who cannot give one | " \
         "Write the same text with {link} in place of the words to write, with reply: none.\n"
#define LINK HEAD "arguments: link\n\nZie {link}\n"

static void test_noreply(void **state)
{
    (void) state;
    /* By its head, or by a word in capitals that would be heard. */
    static const struct named asking[] = { { "a.txt", HEAD "arguments:\nreply: yes-no\n\nKomt u?\n" },
                                           { "b.txt", HEAD "arguments:\n\nStoppen: STOP\n" },
                                           { "c.txt", HEAD "arguments:\n\nVraag? HULP!\n" } };
    check_all(asking, PK_COUNT(asking), MISSING("a") MISSING("b") MISSING("c"));
    /* Words that are only said, in small letters, of no meaning, or of kindness. */
    static const struct named quiet[] = { { "a.txt", HEAD "arguments:\n\nStop met roken, help mee. Dank U! DANK. NS STOPT.\n" } };
    check_all(quiet, PK_COUNT(quiet), "");
    static const struct named good[] = { { "a.txt", HEAD "arguments:\nreply: yes-no\n\nKomt u?\n" },
                                         { "a-noreply.txt", LINK },
                                         { "a-short.txt", HEAD "arguments:\nreply: opinion\n\nKomt u?\n" } };
    check_all(good, PK_COUNT(good), ""); /* a short text may share that of its long one */
    static const struct named bad[] = { { "a.txt", HEAD "arguments:\nreply: yes-no\n\nKomt u?\n" },
                                        { "a-noreply.txt", HEAD "arguments: place\nmax.place: 20\n\nIn {place}, of STOP\n" },
                                        { "b-short.txt", HEAD "arguments:\n\nStoppen: STOP\n" },
                                        { "b-noreply.txt", HEAD "arguments: link place\nmax.place: 20\n\n{place} {link}\n" },
                                        { "c-noreply.txt", HEAD "arguments: link\nreply: yes-no\n\nZie[ {link}]\n" } };
    check_all(bad, PK_COUNT(bad),
              "a-noreply.txt:8: column 1: a text for who cannot answer asks for an answer | Write reply: none, and {link} in place of the "
              "words.\n"
              "a-noreply.txt:8: column 1: a text for who cannot answer names no page | Put {link} where the other text has the words to "
              "write.\n"
              "a-noreply.txt:1: column 1: the head differs from that of /nl/a.txt | Let both say the same topic, kind and step, and add "
              "no arguments here but link and phone.\n" MISSING("b-short")
              "c-noreply.txt:8: column 1: a text for who cannot answer asks for an answer | Write reply: none, and {link} in place of the "
              "words.\n"
              "c-noreply.txt:8: column 1: a text for who cannot answer names no page | Put {link} where the other text has the words to "
              "write.\n");
}

/* The first word of an event says how to end it all, in the language's own word or everybody's. */
static void test_stop_word(void **state)
{
    (void) state;
    static const char told[] = ": column 1: an invitation does not say how to end all messages | End it with a word of the list "
                               "stop-first in capitals, as in \"Край: СТОП\"; only NAME-short may leave it out.\n";
    char wanted[600];
    static const struct named texts[] = { { "a.txt", NOTICE "step: invitation\narguments:\n\nKom! Stop: halt\n" },
                                          { "b.txt", NOTICE "step: invitation\narguments:\n\nKom! Stop: HALT\n" },
                                          { "b-noreply.txt", NOTICE "step: invitation\narguments: link\n\nKom! {link}\n" },
                                          { "b-short.txt", NOTICE "step: invitation\narguments:\n\nKom!\n" },
                                          { "c.txt", NOTICE "step: reminder\narguments:\n\nKom!\n" },
                                          { "d.txt", NOTICE "step: invitation\narguments:\n\nKom! STOP\n" },
                                          { "d-noreply.txt", NOTICE "step: invitation\narguments: link\n\nKom! {link}\n" },
                                          { "e.txt", NOTICE "step: invitation\narguments:\n\nKom! HULP\n" },
                                          { "e-noreply.txt", NOTICE "step: invitation\narguments: link\n\nKom! {link}\n" } };
    (void) snprintf(wanted, sizeof wanted, "a.txt:8%se.txt:8%s", told, told);
    check_all(texts, PK_COUNT(texts), wanted);
}

static void test_too_long(void **state)
{
    (void) state;
    /* 40 characters of place and 30 letters are 70; one more is another part, in Cyrillic but not in Latin. */
    check(HEAD "arguments: place\n\n{place}\n", HEAD "arguments: place\nmax.place: 40\n\nЦели тридесет букви за място: {place}\n",
          "");
    check(HEAD "arguments: place\n\n{place}\n",
          HEAD "arguments: place\nmax.place: 40\n\nЦели тридесет букви за място!: {place}\n",
          "proef.txt:8: column 1: with its longest values the text takes 2 SMS parts and not 1 | Shorten the text, or lower "
          "max.place, or pay for "
          "more and raise parts.\n");
    /* A place in Cyrillic grows in Latin letters, up to three for one: 60 make 180 septets. */
    check(HEAD "arguments: place\n\n{place}\n", HEAD "arguments: place\nmax.place: 50\n\nВ щит: {place}\n", "");
    check(HEAD "arguments: place\n\n{place}\n", HEAD "arguments: place\nmax.place: 51\n\nВ щит: {place}\n",
          "proef.txt:8: column 1: with its longest values the text in script bg-Latn takes 2 SMS parts and not 1 | Shorten the "
          "text, or lower max.place, or pay for more and raise parts.\n");
    char latin[512] = HEAD "arguments: place\n\n";
    size_t used = strlen(latin);
    memset(latin + used, 'a', 101);
    memcpy(latin + used + 101, "{place}", 8);
    check(latin, NULL,
          "proef.txt:7: column 1: with its longest values the text takes 2 SMS parts and not 1 | Shorten the text, or lower "
          "max.place, or pay for "
          "more and raise parts.\n");
}

static void test_files(void **state)
{
    (void) state;
    check(HEAD "arguments:\n\n\n \n", NULL,
          "proef.txt:8: column 1: the text is missing | Write it below the head, after an empty line.\n");
    check("\xd0\n", NULL, "proef.txt:1: column 1: the file is not UTF-8 text | Save the file as UTF-8.\n");
    struct folder folder;
    struct told told;
    struct pk_catalog *catalog = NULL;
    struct pk_error err = { 0 };
    told_begin(&told);
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini",
                 "[language]\nnaam = x\nrenderings = Cyrl\nfallback = de\nreply-order = x\n[tides]\n" FOLDER_DATES
                 "[choices]\nyes = Ja, dat doe ik heel erg graag\nmaybe = misschien\n");
    folder_write(&folder, "nl", "Proef.txt", "");
    folder_write(&folder, "tr", "language.ini",
                 "[language]\nname = Turks\nfallback = de nl\n" FOLDER_DATES "[replies]\nyes = ja\nno = ja\n");
    folder_write(&folder, "tr", "notes.md", "");
    folder_write(&folder, "xx", "a.txt", "");
    assert_int_equal(pk_catalog_load(folder.path, &told.report, &catalog, &err), PK_E_CONFIG);
    assert_string_equal(
        pk_buf_text(&told.text),
        "language.ini:6: [tides] there is no section of this kind | Use [language], [dates], [choices], [words], [holidays], [occasions], [replies], [samples] and [style].\n"
        "language.ini:2: [language] naam: there is no key \"naam\" | Use name, locale, renderings, fallback or reply-order.\n"
        "language.ini:1: [language] name: the name is missing | Write the language's name in Dutch.\n"
        "language.ini:3: [language] renderings: there is no rendering \"Cyrl\" | Write Latn or plain, or leave the key out.\n"
        "language.ini:5: [language] reply-order: this is no number | Write a number from 0 to 1000.\n"
        "language.ini:22: [choices] maybe: there is no key \"maybe\" | Use yes, no and stop.\n"
        "language.ini:21: [choices] yes: a button holds at most 20 characters | Write one short word.\n"
        "language.ini:20: [choices] no: the word is missing | Write what the button says, as in the texts: yes = ДА, no = НЕ.\n"
        "notes.md:0: the file is no text and no language.ini | Name texts like parent-meeting-invitation.txt, and put nothing "
        "else here.\n"
        "language.ini:0: the language file cannot be read | Every folder of texts has a language.ini; copy another language's "
        "and translate it.\n"
        "language.ini:19: [replies] no: \"ja\" stands in list yes of language tr too (tr/language.ini:18) | Keep it in one of them, whatever the "
        "language.\n");
    assert_string_equal(err.hint, "Each is told with its file and line.");
    folder_remove(&folder);
    assert_int_equal(pk_catalog_load(folder.path, &told.report, &catalog, &err), PK_E_IO);
    told_end(&told);
}

/* A fallback is checked when all languages could be read; what is missing because of another mistake is not told. */
static void test_fallbacks(void **state)
{
    (void) state;
    struct folder folder;
    struct told told;
    struct pk_catalog *catalog = NULL;
    told_begin(&told);
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini", NL);
    folder_write(&folder, "tr", "language.ini", "[language]\nname = Turks\nfallback = de nl\n" FOLDER_DATES);
    folder_write(&folder, "nl", "proef.txt", "kind\n\nx");
    folder_write(&folder, "tr", "proef.txt", HEAD "arguments:\n\nTekst.\n");
    assert_int_equal(pk_catalog_load(folder.path, &told.report, &catalog, NULL), PK_E_CONFIG);
    assert_non_null(strstr(pk_buf_text(&told.text),
                           "language.ini:1: [language] fallback: there is no language \"de\" | Name languages that have a "
                           "folder here.\n"));
    assert_null(strstr(pk_buf_text(&told.text), "twin"));
    folder_remove(&folder);
    told_end(&told);
}

/* A folder is loaded whole or not at all. */
static void test_too_many_files(void **state)
{
    (void) state;
    struct folder folder;
    struct pk_catalog *catalog = NULL;
    struct pk_error err = { 0 };
    char name[32];
    folder_make(&folder);
    for (int i = 0; i < 1024; i++) {
        (void) snprintf(name, sizeof name, "text-%d.txt", i);
        folder_write(&folder, "nl", name, HEAD "arguments:\n\nTekst.\n");
    }
    folder_write(&folder, "nl", "language.ini", NL);
    assert_int_equal(pk_catalog_load(folder.path, NULL, &catalog, &err), PK_E_LIMIT);
    assert_null(catalog);
    assert_non_null(strstr(err.message, "/nl\" holds more than 1024 files"));
    folder_remove(&folder);
}

static void test_empty_folder(void **state)
{
    (void) state;
    struct folder folder;
    struct pk_catalog *catalog = NULL;
    folder_make(&folder);
    assert_int_equal(pk_catalog_load(folder.path, NULL, &catalog, NULL), PK_E_NOT_FOUND);
    assert_null(catalog);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_head),         cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_personal_data),  cmocka_unit_test(test_placeholders), cmocka_unit_test(test_braces),
        cmocka_unit_test(test_mixed_word),     cmocka_unit_test(test_twins),        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_files),          cmocka_unit_test(test_empty_folder), cmocka_unit_test(test_fallbacks),
        cmocka_unit_test(test_too_many_files), cmocka_unit_test(test_steps),
        cmocka_unit_test(test_brackets),       cmocka_unit_test(test_noreply),      cmocka_unit_test(test_stop_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
