/* SPDX-License-Identifier: EUPL-1.2 */
/* Topics in the configuration: their names, words and purposes in several languages, prices, and how mistakes are told. */
#include "tests/unit/app/config_support.h"

#include "gateway/language/reply_topics.h"

#define HEAD "[gateway]\norganisation = Gemeente Voorbeeld\ntemplates = " PK_TEST_TEMPLATES "\n"
#define TAIL "[account main]\nadapter = simulator\nprice = 0.065 EUR\n[route sms]\nchannel = sms\naccounts = main\n"

static void what_a_good_file_becomes(void **state)
{
    struct place place;
    struct pk_reply_meaning meaning;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(
        &place, HEAD "start_topics = festival\n[topic festival]\nname.bg = фестивала\nname.nl = het festival\nwords.bg = фестивал, "
                     "празник\nwords.nl = feest\npurpose.nl = Over het feest.\n" TAIL);
    assert_string_equal(place.told, "");
    const struct pk_topic_rule *topic = &config->rules.topics[0];
    assert_int_equal(topic->names.count, 2);
    assert_string_equal(pk_tagged_find(&topic->names, PK_SLICE("nl")), "het festival");
    assert_null(pk_tagged_find(&topic->names, PK_SLICE("tr")));
    assert_string_equal(pk_tagged_find(&topic->purposes, PK_SLICE("nl")), "Over het feest.");
    assert_int_equal(config->rules.start_topics.count, 1);
    assert_int_equal(config->rules.accounts[0].prices.rows[0].amount, 650);
    assert_string_equal(config->rules.accounts[0].prices.currency, "EUR");
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_load_catalog(config, &report, &catalog, NULL), 0);
    pk_reply_decide(pk_catalog_reply_words(catalog), config->rules.topic_words, PK_SLICE("STOP praznik"), &meaning);
    assert_int_equal(meaning.intent, PK_INTENT_STOP);
    assert_string_equal(meaning.topic, "festival");
    place_remove(&place);
}

static void mistakes_of_the_file(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    assert_null(place_read(&place, "[gateway]\norganisation = X\nstart_topics = festival, nonesuch\n"
                                   "[topic festival]\nname = x\nname.BG = x\nname.bg = a name of more than thirty letters\nwords.bg =\nwords.nl = feest, 7\n"
                                   "[topic other]\nwords.nl = Feeest\n"
                                   "[account main]\nadapter = simulator\nprice = 6 ct\n[route sms]\nchannel = sms\naccounts = main\n"));
    static const char *const wanted[] = {
        "5 [topic festival] name: there is no such key in a [topic] section | Did you mean name.bg, or another language's?\n",
        "6 [topic festival] name.BG: \"BG\" is no language | Write the language's tag behind the point, like name.bg.\n",
        "7 [topic festival] name.bg: the value is longer than 30 characters | Its name as people read it",
        "8 [topic festival] words.bg: the value is empty | Give it a value, or put # before the line.\n",
        "9 [topic festival] words.nl: \"7\" is no word for a topic | Write words of letters",
        "11 [topic other] words.nl: \"Feeest\" is a word of topic festival too (line 9) | Give each topic words of its own.\n",
        "14 [account main] price: \"6 ct\" is not a price | Write it like 0.065 EUR",
        "3 [gateway] start_topics: there is no topic \"nonesuch\" | Add its [topic NAME] section, or take it from the list.\n",
    };
    for (size_t i = 0; i < PK_COUNT(wanted); i++)
        if (!strstr(place.told, wanted[i]))
            fail_msg("not told: %s\n%s", wanted[i], place.told);
    place_remove(&place);
}

/* Once the languages are known: no topic is called by a reply word, nor named in a language nobody reads. */
static void mistakes_beside_the_texts(void **state)
{
    struct place place;
    struct pk_catalog *catalog = NULL;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config =
        place_read(&place, HEAD "[topic festival]\nname.nl = het festival\nname.fr = la fête\nwords.bg = инфо, ден\nwords.nl = feest\n" TAIL);
    assert_string_equal(place.told, "");
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_load_catalog(config, &report, &catalog, NULL), PK_E_CONFIG);
    static const char *const wanted[] = {
        "4 [topic festival] : name.bg is missing | Add it: most people read it in this language.\n",
        "6 [topic festival] name.fr: there are no texts in the language \"fr\" | Write one of the folders",
        "7 [topic festival] words.bg: \"инфо\" is a reply word already, in list help-first of language bg (" PK_TEST_TEMPLATES "/bg/language.ini:",
        "7 [topic festival] words.bg: \"ден\" is a reply word already, in list polite of language bg (",
    };
    for (size_t i = 0; i < PK_COUNT(wanted); i++)
        if (!strstr(place.told, wanted[i]))
            fail_msg("not told: %s\n%s", wanted[i], place.told);
    assert_int_equal(report.count, PK_COUNT(wanted));
    place_remove(&place);
}

/* ---- what residents choose from ---- */

#define TOPIC "[topic festival]\nname.bg = фестивала\n"

static void choices(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(
        &place, HEAD TOPIC "[choice school]\nname.bg = Училище\ntags = school:de-windroos, school:het-kompas\n"
                           "labels.bg = Виндроос, Компас\nlabels.nl = De Windroos,  Het Kompas\nseveral = no\n" TAIL);
    assert_string_equal(place.told, "");
    const struct pk_choice_rule *choice = pk_rules_choice(&config->rules, PK_SLICE("school"));
    assert_non_null(choice);
    assert_true(choice->one);
    assert_true(pk_slice_is(pk_choice_label(choice, 1, PK_SLICE("nl"), PK_SLICE("bg")), "Het Kompas"));
    assert_true(pk_slice_is(pk_choice_label(choice, 0, PK_SLICE("tr"), PK_SLICE("nl")), "De Windroos"));
    assert_true(pk_slice_is(pk_choice_label(choice, 0, PK_SLICE("tr"), PK_SLICE("en")), "Виндроос"));
    assert_null(pk_rules_choice(&config->rules, PK_SLICE("area")));
    place_remove(&place);
}

static void mistakes_of_choices(void **state)
{
    struct place place;
    struct pk_catalog *catalog = NULL;
    (void) state;
    place_make(&place);
    assert_null(place_read(&place, "[gateway]\norganisation = X\n[topic festival]\n"
                                   "[choice school]\ntags = school:a, school:b, area:noord, Noord\nlabels.nl = A, B\nlabels.bg = A,,B,C\n"
                                   "[choice area]\ntags = area:noord\n" TAIL));
    static const char *const wanted[] = {
        "5 [choice school] tags: \"area:noord\" is of another group | Write tags of this group like school:de-windroos.\n",
        "5 [choice school] tags: \"Noord\" is not a tag | Write tags of this group like school:de-windroos.\n",
        "6 [choice school] labels.nl: there are 2 names for 4 tags | Name every tag, in the order of the tags.\n",
        "7 [choice school] labels.bg: the list holds an empty name | Separate the names by single commas.\n",
        "8 [choice area] : labels is missing | Add it: what people read for each tag, separated by commas.\n",
    };
    for (size_t i = 0; i < PK_COUNT(wanted); i++)
        if (!strstr(place.told, wanted[i]))
            fail_msg("not told: %s\n%s", wanted[i], place.told);
    place.told[0] = '\0';
    pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD TOPIC "[choice area]\nname.fr = Q\ntags = area:noord\nlabels.nl = Noord\n" TAIL);
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_load_catalog(config, &report, &catalog, NULL), PK_E_CONFIG);
    assert_non_null(strstr(place.told, "7 [choice area] name.fr: there are no texts in the language \"fr\""));
    assert_non_null(strstr(place.told, "6 [choice area] : name.bg is missing | Add it: most people read it in this language.\n"));
    place_remove(&place);
}

/* Kinds of events: of a topic there is, named in languages there are, at a place that is nobody's. */
static void kinds_of_events(void **state)
{
    struct place place;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(
        &place, HEAD "[topic festival]\nname.bg = фестивала\n[event party]\ntopic = festival\nname.xx = x\npublic = yes\nlength = 90m\n"
                     "place = De Kern\nplace_short = Kern\n[event other]\ntopic = festival\n" TAIL);
    assert_string_equal(place.told, "");
    const struct pk_kind_rule *kind = pk_rules_kind(&config->rules, PK_SLICE("party"));
    assert_int_equal(config->rules.kind_count, 2);
    assert_string_equal(kind->topic, "festival");
    assert_true(kind->open && !config->rules.kinds[1].open);
    assert_int_equal(kind->length_ms, 90 * 60000);
    assert_int_equal(config->rules.kinds[1].length_ms, 2 * 3600000);
    assert_string_equal(kind->place_short, "Kern");
    assert_null(pk_rules_kind(&config->rules, PK_SLICE("nothing")));
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_load_catalog(config, &report, &catalog, NULL), PK_E_CONFIG);
    assert_non_null(strstr(place.told, "[event party] name.xx: there are no texts in the language \"xx\""));
    place_remove(&place);
    place_make(&place);
    assert_null(place_read(&place, HEAD "[topic festival]\n[event party]\ntopic = parti\nplace = bel 06 00000000\n" TAIL));
    assert_non_null(strstr(place.told, "[event party] topic: there is no topic \"parti\" | Add its [topic NAME] section, or name another.\n"));
    assert_non_null(strstr(place.told, "[event party] place: the place holds what may be somebody's telephone number or mail address"));
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_good_file_becomes),
        cmocka_unit_test(mistakes_of_the_file), cmocka_unit_test(kinds_of_events),
        cmocka_unit_test(mistakes_beside_the_texts),
        cmocka_unit_test(choices),
        cmocka_unit_test(mistakes_of_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
