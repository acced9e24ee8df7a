/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every shipped text in every language and script, with example values: nothing left in braces, only letters that
 * belong there, within its parts. And the names that the service counts on.
 */
#include "tests/unit/language/support.h"

#include "gateway/language/catalog_private.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"
#include "gateway/language/template_file.h"

/* What a notice of each kind would bring; more than any one text takes. */
static const char example[] =
    "{\"begins\":\"2026-03-03T18:00:00+01:00\",\"ends\":\"2026-03-03T19:30:00+01:00\","
    "\"opens\":\"2026-03-05T09:00:00+01:00\",\"place\":\"Dam 12\",\"days\":\"tue thu\",\"hours\":\"9:00-17:00\","
    "\"people\":3,\"phone\":\"075 123 4567\",\"link\":\"https://zaanstad.nl/bg\",\"topics\":\"Dam\","
    "\"topic\":\"Dam\",\"word\":\"roza\",\"code\":\"123456\"}";

static void render(const struct pk_catalog *catalog, const struct pk_template *t, const char *rendering, const char *values,
                   struct pk_buf *out)
{
    struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    assert_int_equal(pk_json_parse(pk_slice_of(values), 4096, &document, NULL), 0);
    struct pk_render how = {
        .language = pk_template_language(t),
        .rendering = pk_slice_of(rendering),
        .body = pk_template_body(t),
        .values = document,
        .org = PK_SLICE("Zaanstad"),
        .zone = "Europe/Amsterdam",
    };
    pk_buf_clear(out);
    if (pk_catalog_render(catalog, &how, out, &err) != 0)
        fail_msg("%s in %s: %s", t->name, t->language->tag, err.message);
    pk_json_free(document);
}

/* A key person sends a reminder early, and one that had to wait leaves later: then its "tomorrow" would be another day. */
static void says_no_tomorrow(const struct pk_template *t, const char *words)
{
    static const char *const tomorrows[] = { "утре", "Утре", "utre", "Utre", "morgen", "Morgen", "tomorrow", "yarın" };
    for (size_t i = 0; t->kind == PK_TEXT_NOTICE && i < PK_COUNT(tomorrows); i++)
        if (strstr(words, tomorrows[i]))
            fail_msg("%s in %s says \"%s\"", t->name, t->language->tag, tomorrows[i]);
}

static void check_one(const struct pk_catalog *catalog, const struct pk_template *t, const char *rendering)
{
    struct pk_buf words, again;
    struct pk_segmentation found;
    pk_buf_init(&words, 65536);
    pk_buf_init(&again, 65536);
    render(catalog, t, rendering, example, &words);
    assert_null(strchr(pk_buf_text(&words), '{'));
    assert_null(strpbrk(pk_buf_text(&words), "}[]"));
    assert_null(strstr(pk_buf_text(&words), "..")); /* the words of a time bring their own full stop */
    assert_null(strstr(pk_buf_text(&words), "  "));
    says_no_tomorrow(t, pk_buf_text(&words));
    assert_int_equal(pk_segment(pk_buf_slice(&words), false, &found, NULL), 0);
    /* Two parts at most with values of ordinary length, in Latin letters one; what the head allows is for the longest. */
    if (found.parts < 1 || found.parts > 2 || found.parts > t->parts)
        fail_msg("%s in %s takes %u parts", t->name, t->language->tag, found.parts);
    if (rendering[0]) {
        assert_int_equal(found.encoding, PK_ENCODING_GSM7);
        assert_int_equal(found.parts, 1);
    }
    /* Already as it will be sent. */
    assert_int_equal(pk_text_prepare(pk_buf_slice(&words), &again), 0);
    assert_string_equal(pk_buf_text(&again), pk_buf_text(&words));
    pk_buf_finish(&words);
    pk_buf_finish(&again);
}

static void test_every_text(void **state)
{
    const struct pk_catalog *catalog = *state;
    size_t renderings = 0;
    assert_true(pk_catalog_template_count(catalog) >= 60);
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        check_one(catalog, t, "");
        /* The two languages of the city say the same. */
        assert_non_null(pk_catalog_exact(catalog, pk_template_name(t), PK_SLICE("bg")));
        assert_non_null(pk_catalog_exact(catalog, pk_template_name(t), PK_SLICE("nl")));
        if (pk_catalog_has_rendering(catalog, pk_template_language(t), PK_SLICE("Latn"))) {
            check_one(catalog, t, "bg-Latn");
            renderings++;
        }
    }
    assert_true(renderings >= 30);
}

/* The length that was checked at load is that of the longest day there is, in every script. */
static void test_no_day_is_longer(void **state)
{
    const struct pk_catalog *catalog = *state;
    const int64_t begin = 1767292200000; /* 1 January 2026, 18:30 UTC */
    struct pk_buf document, words;
    pk_buf_init(&document, 65536);
    pk_buf_init(&words, 65536);
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        bool latin = pk_catalog_has_rendering(catalog, pk_template_language(t), PK_SLICE("Latn")), moment = false;
        for (size_t j = 0; j < t->argument_count; j++)
            moment = moment || t->arguments[j].argument->type == PK_ARGUMENT_MOMENT;
        for (int64_t day = 0; moment && day < 365; day += 2) {
            for (int script = 0; script <= (latin ? 1 : 0); script++) {
                struct pk_segmentation found;
                struct pk_json_out json = pk_json_out(&document);
                pk_buf_clear(&document);
                pk_json_open(&json, NULL, '{');
                for (size_t j = 0; j < t->argument_count; j++)
                    pk_argument_longest(t->arguments[j].argument, t->arguments[j].max_units, t->language, begin + day * 86400000,
                                        script == 1, &json);
                pk_json_close(&json, '}');
                render(catalog, t, script ? "bg-Latn" : "", pk_buf_text(&document), &words);
                assert_int_equal(pk_segment(pk_buf_slice(&words), false, &found, NULL), 0);
                if (found.parts > t->parts)
                    fail_msg("%s in %s takes %u parts: %s", t->name, t->language->tag, found.parts, pk_buf_text(&words));
            }
        }
    }
    pk_buf_finish(&document);
    pk_buf_finish(&words);
}

/* What the service sends by name, with the values it has when it does. */
static void test_names_the_service_counts_on(void **state)
{
    static const struct {
        const char *name;
        enum pk_text_kind kind;
        enum pk_text_reply reply;
        const char *values; /* as the service gives them; NULL = none, or the meeting's */
    } needed[] = {
        { "parent-meeting-invitation", PK_TEXT_NOTICE, PK_TEXT_REPLY_YES_NO, NULL },
        { "optin-request", PK_TEXT_QUESTION, PK_TEXT_REPLY_CONSENT, "{\"topics\":\"Dam\"}" },
        { "optin-request-circle", PK_TEXT_QUESTION, PK_TEXT_REPLY_CONSENT, "{\"topics\":\"Dam\"}" },
        { "optin-confirmed", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, "{\"topics\":\"Dam\"}" },
        { "optin-declined", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, "{\"topics\":\"Dam\"}" },
        { "stop-confirmed", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "thanks", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "rsvp-yes-short", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "topic-stopped", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, "{\"topic\":\"Dam\"}" },
        { "start-confirmed", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, "{\"topics\":\"Dam\"}" },
        { "help", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "rsvp-yes", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "account-test", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "rsvp-no", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "rsvp-no-short", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "rsvp-yes-count", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, "{\"begins\":\"2026-03-03T18:00:00+01:00\",\"place\":\"Dam\",\"topic\":\"Dam\",\"people\":1}" },
        { "rsvp-yes-count-short", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, "{\"begins\":\"2026-03-03T18:00:00+01:00\",\"topic\":\"Dam\",\"people\":3}" },
        { "rsvp-closed", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "inbox-received", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "inbox-waiting", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, "{\"people\":3}" },
        { "campaign-paused", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "account-paused", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "webhook-off", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "standing-used", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "breach-ordered", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "trigger-waiting", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
        { "optin-again", PK_TEXT_QUESTION, PK_TEXT_REPLY_CONSENT, NULL },
        { "reply-not-understood", PK_TEXT_ANSWER, PK_TEXT_REPLY_NONE, NULL },
    };
    static const char *const languages[] = { "bg", "nl", "tr", "en" };
    static const char meeting[] = "{\"begins\":\"2026-03-03T18:00:00+01:00\",\"place\":\"Dam 12\",\"topic\":\"Dam\"}";
    struct pk_buf words;
    pk_buf_init(&words, 65536);
    for (size_t i = 0; i < PK_COUNT(needed); i++) {
        bool of_meeting = strncmp(needed[i].name, "parent", 6) == 0 || strncmp(needed[i].name, "rsvp", 4) == 0;
        for (size_t j = 0; j < PK_COUNT(languages); j++) {
            const struct pk_template *t = pk_catalog_find(*state, pk_slice_of(needed[i].name), pk_slice_of(languages[j]));
            assert_non_null(t);
            assert_int_equal(pk_template_kind(t), needed[i].kind);
            assert_int_equal(pk_template_reply(t), needed[i].reply);
            render(*state, t, "", needed[i].values ? needed[i].values : of_meeting ? meeting : "{}", &words);
            assert_true(words.len > 0);
        }
    }
    pk_buf_finish(&words);
}

/* An answer is confirmed with the values of the notice that asked, what it is called, and how many people: rsvp-yes where there is a place, else
 * rsvp-yes-short, and so the others. */
static void test_every_question_can_be_confirmed(void **state)
{
    static const char *const answers[][2] = {
        { "rsvp-yes-short", "rsvp-yes" }, { "rsvp-no-short", "rsvp-no" }, { "rsvp-yes-count-short", "rsvp-yes-count" }
    };
    const struct pk_argument *people = pk_argument_find(PK_SLICE("people")), *topic = pk_argument_find(PK_SLICE("topic"));
    for (size_t i = 0; i < pk_catalog_template_count(*state); i++) {
        const struct pk_template *t = pk_catalog_template(*state, i);
        bool placed = pk_template_argument(t, pk_argument_find(PK_SLICE("place"))) != NULL;
        for (size_t a = 0; pk_template_reply(t) == PK_TEXT_REPLY_YES_NO && a < PK_COUNT(answers); a++) {
            const struct pk_template *answer = pk_catalog_find(*state, pk_slice_of(answers[a][placed]), PK_SLICE("nl"));
            for (size_t j = 0; j < answer->argument_count; j++)
                if (answer->arguments[j].argument != people && answer->arguments[j].argument != topic)
                    assert_non_null(pk_template_argument(t, answer->arguments[j].argument));
        }
    }
}

/* The numbers of the copy: one text message for the short form, two for the other, in Bulgarian letters and in the Latin
 * spelling; places of 12 and of 20 letters. More than that asks for a reason here. */
static void test_the_numbers_of_the_copy(void **state)
{
    static const char *const long_place[] = { "info-point-hours" };   /* 17: with two days of the longest names */
    /* With a page, and words that say what it is for. */
    static const char *const two_parts[] = { "parent-meeting-invitation-short-noreply", "optin-confirmed-short-noreply",
                                             "rsvp-place-short-noreply" };
    for (size_t i = 0; i < pk_catalog_template_count(*state); i++) {
        const struct pk_template *t = pk_catalog_template(*state, i);
        const struct pk_template_argument *place = pk_template_argument(t, pk_argument_find(PK_SLICE("place")));
        bool brief = strstr(t->name, PK_SHORT) != NULL, excepted = false;
        if (t->parts > 2 && strcmp(t->name, "consent-receipt") != 0) /* told or printed, and never sent */
            fail_msg("%s in %s takes %u parts", t->name, t->language->tag, t->parts);
        for (size_t j = 0; j < PK_COUNT(two_parts); j++)
            excepted = excepted || strcmp(t->name, two_parts[j]) == 0;
        if (brief && t->parts > 1 && !excepted)
            fail_msg("%s in %s is short and takes %u parts", t->name, t->language->tag, t->parts);
        uint32_t wanted = brief ? 12 : strcmp(t->name, long_place[0]) == 0 ? 17 : 20;
        if (place && place->max_units != wanted)
            fail_msg("%s in %s allows a place of %u", t->name, t->language->tag, place->max_units);
    }
}

/* Whoever cannot write is told nothing of writing, and whoever can has a twin for the day they cannot. */
static void test_nobody_is_asked_in_vain(void **state)
{
    static const char *const writing[][2] = { { "bg", "ишете" }, { "nl", "chrijf " }, { "tr", " yazın" }, { "en", "rite Y" },
                                             { "en", "rite N" },   { "en", "rite S" },    { "en", "rite H" } };
    for (size_t i = 0; i < pk_catalog_template_count(*state); i++) {
        const struct pk_template *t = pk_catalog_template(*state, i);
        bool asks = t->reply != PK_TEXT_REPLY_NONE;
        for (size_t j = 0; j < PK_COUNT(writing); j++)
            asks = asks || (strcmp(t->language->tag, writing[j][0]) == 0 && strstr(t->text, writing[j][1]));
        bool twin = pk_name_ends(pk_slice_of(t->name), PK_NOREPLY);
        if (asks && twin)
            fail_msg("%s in %s asks to write", t->name, t->language->tag);
        if (asks && !pk_template_noreply(*state, t))
            fail_msg("%s in %s has no %s" PK_NOREPLY, t->name, t->language->tag, t->name);
    }
    assert_true(pk_slice_is(pk_catalog_noreply(*state, PK_SLICE("parent-meeting-invitation")), "parent-meeting-invitation-noreply"));
    assert_true(pk_slice_is(pk_catalog_noreply(*state, PK_SLICE("stop-confirmed-short")), "stop-confirmed-noreply"));
    assert_int_equal(pk_catalog_noreply(*state, PK_SLICE("erased")).len, 0);
    assert_int_equal(pk_catalog_noreply(*state, PK_SLICE("nothing")).len, 0);
}

/* Where the configuration knows no telephone number and no page, nothing is told of them; what a notice says goes first. */
static void test_what_is_not_known_is_left_out(void **state)
{
    static const struct {
        const char *name, *phone, *link, *values, *wanted;
    } cases[] = {
        { "rsvp-closed", "", "", "{\"topic\":\"родителски срещи\"}", "Датата за родителски срещи мина или е друга." },
        { "rsvp-closed", "075 123 4567", "", "{\"topic\":\"родителски срещи\"}",
          "Датата за родителски срещи мина или е друга. Въпроси: 075 123 4567" },
        { "rsvp-closed", "075 123 4567", "", "{\"topic\":\"фестивала\",\"phone\":\"14 075\"}", "Датата за фестивала мина или е друга. Въпроси: 14 075" },
        { "optin-request", "", "", "{\"topics\":\"Dam\"}", "Zaanstad: искате ли съобщения за Dam? Пишете ДА или НЕ." },
        { "optin-request", "", "https://a.nl/b", "{\"topics\":\"Dam\"}",
          "Zaanstad: искате ли съобщения за Dam? Пишете ДА или НЕ. Повече: https://a.nl/b" },
        { "breach", "", "https://a.nl/b", "{}", "Zaanstad: важно съобщение за Вашите данни. Прочетете: https://a.nl/b." },
    };
    struct pk_catalog *catalog = *state;
    struct pk_buf words;
    pk_buf_init(&words, 65536);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        const struct pk_template *t = pk_catalog_find(catalog, pk_slice_of(cases[i].name), PK_SLICE("bg"));
        pk_catalog_know(catalog, pk_slice_of(cases[i].phone), pk_slice_of(cases[i].link));
        assert_int_equal(pk_catalog_knows_page(catalog), cases[i].link[0] != '\0');
        render(catalog, t, "", cases[i].values, &words);
        assert_string_equal(pk_buf_text(&words), cases[i].wanted);
    }
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE(""));
    pk_buf_finish(&words);
}

/* A name, a number or a page that is longer than the texts were measured for is allowed, and said. */
static void test_a_long_house_costs_more(void **state)
{
    struct pk_catalog *catalog = *state;
    struct pk_ini_report report = { 0 };
    pk_catalog_measure(catalog, PK_SLICE("Zaanstad"), &report);
    assert_int_equal(report.count, 0);
    pk_catalog_measure(catalog, PK_SLICE("Gemeente Zaanstad"), &report);
    assert_true(report.count > 3);
    report.count = 0;
    pk_catalog_know(catalog, PK_SLICE("075 123 4567"), PK_SLICE("https://zaanstad.nl/bg"));
    pk_catalog_measure(catalog, PK_SLICE("Zaanstad"), &report);
    assert_int_equal(report.count, 0);
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE("https://berichten.zaanstad.nl/antwoord"));
    pk_catalog_measure(catalog, PK_SLICE("Zaanstad"), &report);
    assert_true(report.count > 3);
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE(""));
}

static void test_words(void **state)
{
    static const struct {
        const char *name, *language, *rendering, *wanted;
    } cases[] = {
        { "parent-meeting-invitation", "bg", "",
          "Zaanstad: родителска среща във вторник, 3 март, 18:00 ч. Място: Dam 12. Идвате ли? Пишете ДА или НЕ. Край: СТОП" },
        { "parent-meeting-invitation", "bg", "bg-Latn",
          "Zaanstad: roditelska sreshta vav vtornik, 3 mart, 18:00 ch. Myasto: Dam 12. Idvate li? Pishete DA ili NE. Kray: "
          "STOP" },
        { "parent-meeting-invitation", "nl", "",
          "Zaanstad: ouderbijeenkomst op dinsdag 3 maart, 18:00 uur. Plaats: Dam 12. Komt u? Schrijf JA of NEE. Geen berichten "
          "meer: STOP" },
        { "parent-meeting-reminder", "bg", "",
          "Родителската среща е във вторник, 3 март, 18:00 ч. Място: Dam 12. Очакваме Ви! Ако не можете, пишете НЕ." },
        { "festival-invitation", "bg", "bg-Latn",
          "Zaanstad Vi kani na festival \"Dobre doshli\": vtornik, 3 mart, 18:00 ch. Myasto: Dam 12. Bezplatno! Kray: STOP" },
        { "festival-invitation", "nl", "",
          "Zaanstad nodigt u uit voor het festival 'Welkom': dinsdag 3 maart, 18:00 uur. Plaats: Dam 12. Gratis! Geen berichten "
          "meer: STOP" },
        { "info-point-hours", "bg", "",
          "Инфопункт за хора от България: вторник и четвъртък, от 9:00 до 17:00 ч. Място: Dam 12. Безплатна помощ. Не е нужен "
          "час." },
        { "info-point-closed", "bg", "",
          "Днес инфопунктът е затворен. Отваряме отново в четвъртък, 5 март, 9:00 ч. Извинете за неудобството! Въпроси: 075 123 "
          "4567." },
        { "info-point-special", "nl", "",
          "Zaanstad: op dinsdag 3 maart is het infopunt open van 18:00 tot 19:30 uur. Plaats: Dam 12." },
        { "rsvp-yes-count", "bg", "",
          "Записахме 3 души за Dam: вторник, 3 март, 18:00 ч. Място: Dam 12. Промяна? Пишете ни пак." },
        { "stop-confirmed", "bg", "bg-Latn",
          "Gotovo. Spryahme saobshteniyata. Zaanstad nyama da Vi pishe poveche. Ako iskate otnovo saobshtenia, pishete START." },
        { "account-test", "bg", "", "Zaanstad: пробно съобщение, не е нужно да правите нищо." },
        { "account-test", "nl", "", "Zaanstad: dit is een testbericht, u hoeft niets te doen." },
        { "account-test", "en", "", "Zaanstad: this is a test message, nothing needs to be done." },
        { "parent-meeting-invitation-noreply", "bg", "",
          "Zaanstad: родителска среща във вторник, 3 март, 18:00 ч. Място: Dam 12. Отговор: https://zaanstad.nl/bg" },
        { "info-point-hours-short", "bg", "", "Инфопункт, Dam 12: вт и чт, 9:00–17:00 ч. Безплатна помощ." },
        { "info-point-hours-short", "nl", "", "Infopunt, Dam 12: di en do, 9:00-17:00 uur. Gratis hulp." },
        { "optin-request", "bg", "",
          "Zaanstad: искате ли съобщения за Dam? Пишете ДА или НЕ. Повече: "
          "https://zaanstad.nl/bg" },
        { "optin-confirmed", "nl", "",
          "Bedankt! Zaanstad schrijft u over Dam. Vragen? Schrijf HULP. Stoppen? "
          "Schrijf STOP." },
        { "topic-stopped", "nl", "", "Klaar. Wij schrijven u niet meer over Dam. Andere berichten blijven. Alles "
          "stoppen: STOP" },
        { "code", "tr", "", "Zaanstad kodu: 123456. 10 dakika geçerlidir. Başkasına vermeyin." },
        { "breach", "bg", "",
          "Zaanstad: важно съобщение за Вашите данни. Прочетете: https://zaanstad.nl/bg или се обадете: 075 123 4567." },
        { "parent-meeting-invitation-count", "bg", "",
          "Zaanstad: родителска среща вт, 3.03, 18:00 ч. Dam 12. Идвате ли? Пишете ДА и колко души (ДА 2) или НЕ. Край: СТОП" },
        { "help", "tr", "", "Zaanstad: EVET = geliyorum, HAYIR = gelmiyorum, STOP = mesajları bitir, START = yeniden mesaj. Sorular: tel. 075 123 4567." },
    };
    struct pk_buf words;
    pk_buf_init(&words, 65536);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        const struct pk_template *t = pk_catalog_find(*state, pk_slice_of(cases[i].name), pk_slice_of(cases[i].language));
        assert_non_null(t);
        render(*state, t, cases[i].rendering, example, &words);
        assert_string_equal(pk_buf_text(&words), cases[i].wanted);
    }
    pk_buf_finish(&words);
}

/* Phones send our own text back as a reaction: it holds ДА, НЕ and СТОП, and means none of them. */
static void test_quoted_back(void **state)
{
    static const char *const marks[][2] = { { "Liked “", "”" }, { "Харесах „", "“" }, { "\"", "\"" }, { "«", "»" } };
    const struct pk_catalog *catalog = *state;
    struct pk_buf words, quoted;
    pk_buf_init(&words, 65536);
    pk_buf_init(&quoted, 65536);
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        bool latin = pk_catalog_has_rendering(catalog, pk_template_language(t), PK_SLICE("Latn"));
        for (size_t j = 0; j < PK_COUNT(marks) * (latin ? 2 : 1); j++) {
            struct pk_reply_meaning meaning;
            render(catalog, t, j < PK_COUNT(marks) ? "" : "bg-Latn", example, &words);
            pk_buf_clear(&quoted);
            (void) pk_buf_printf(&quoted, "%s%s%s", marks[j % PK_COUNT(marks)][0], pk_buf_text(&words),
                                 marks[j % PK_COUNT(marks)][1]);
            pk_reply_understand(pk_catalog_reply_words(catalog), pk_buf_slice(&quoted), &meaning);
            if (meaning.intent != PK_INTENT_NONE)
                fail_msg("%s is understood as %s", pk_buf_text(&quoted), pk_intent_name(meaning.intent));
        }
    }
    pk_buf_finish(&words);
    pk_buf_finish(&quoted);
}

/* More zones and more texts of earlier days than are kept: each still tells its own. */
static void test_more_than_is_kept(void **state)
{
    static const struct {
        const char *zone, *time;
    } zones[] = { { "Europe/Amsterdam", "19:30" }, { "Europe/Sofia", "20:30" }, { "Etc/UTC", "17:30" },
                  { "Asia/Tokyo", "2:30" },        { "Asia/Kolkata", "23:00" }, { "America/New_York", "13:30" } };
    struct pk_json *values = NULL;
    struct pk_buf words;
    struct pk_error err = { 0 };
    pk_buf_init(&words, 1024);
    assert_int_equal(pk_json_parse(PK_SLICE("{\"begins\":\"2026-10-14T17:30:00Z\"}"), 1024, &values, NULL), 0);
    struct pk_render how = { .language = PK_SLICE("en"), .values = values, .org = PK_SLICE("x") };
    for (unsigned i = 0; i < 300; i++) {
        char body[64], wanted[64];
        const unsigned text = i % 100;
        (void) snprintf(body, sizeof body, "Text %u: {begins_time}", text);
        (void) snprintf(wanted, sizeof wanted, "Text %u: %s", text, zones[i % PK_COUNT(zones)].time);
        how.body = pk_slice_of(body);
        how.zone = zones[i % PK_COUNT(zones)].zone;
        pk_buf_clear(&words);
        assert_int_equal(pk_catalog_render(*state, &how, &words, &err), 0);
        assert_string_equal(pk_buf_text(&words), wanted);
    }
    how.body = PK_SLICE("Text");
    how.zone = "Europe/Zaandam";
    assert_int_equal(pk_catalog_render(*state, &how, &words, &err), PK_E_INVALID);
    assert_string_equal(err.message, "cannot use time zone \"Europe/Zaandam\": it does not exist");
    pk_json_free(values);
    pk_buf_finish(&words);
}

/* Texts of earlier days are rendered from what was stored, and a value that is missing never prints its name. */
static void test_stored_texts(void **state)
{
    struct pk_json *values = NULL;
    struct pk_buf words, long_words;
    struct pk_error err = { 0 };
    pk_buf_init(&long_words, 65536);
    pk_buf_init(&words, 1024);
    assert_int_equal(pk_json_parse(PK_SLICE("{\"place\":\"Дам 12\",\"people\":1}"), 1024, &values, NULL), 0);
    struct pk_render how = { .language = PK_SLICE("bg"),
                             .body = PK_SLICE("Елате: {place}! {people, plural, one {# човек} other {# души}}"),
                             .values = values,
                             .org = PK_SLICE("Zaanstad"),
                             .zone = "Europe/Amsterdam" };
    assert_int_equal(pk_catalog_render(*state, &how, &words, &err), 0);
    assert_string_equal(pk_buf_text(&words), "Елате: Дам 12! 1 човек");
    static const struct {
        const char *body, *language, *rendering, *message;
    } refused[] = {
        { "{begins_time}", "bg", "", "cannot write the text: value \"begins\" is missing or of the wrong type" },
        { "{org} {phone}", "bg", "", "cannot write the text: value \"phone\" is missing or of the wrong type" },
        { "{child}", "bg", "", "cannot write the text: its placeholders are not ours" },
        { "{place", "bg", "", "cannot write the text: its placeholders are not ours" },
        { "{place}", "de", "", "cannot write the text: language \"de\" is not loaded" },
        { "{place}", "bg", "bg-Grek", "cannot write the text: there is no rendering \"bg-Grek\"" },
        { "{place}", "nl", "nl-Latn", "cannot write the text: there is no rendering \"nl-Latn\"" },
    };
    /* A text of 1 MB, or of braces all the way down, is refused before ICU walks into it. */
    enum { DEEP = 40000 };
    char *hostile = pk_alloc(24 * DEEP + 1);
    for (size_t i = 0; i < DEEP; i++)
        memcpy(hostile + 22 * i, "{people,plural,other{ ", 22);
    memset(hostile + 22 * DEEP, '}', 2 * DEEP);
    how.body = pk_slice_of(hostile);
    assert_int_equal(pk_catalog_render(*state, &how, &words, &err), PK_E_LIMIT);
    memset(hostile, 'a', PK_BODY_BYTES_MAX + 1);
    how.body = pk_slice_make(hostile, PK_BODY_BYTES_MAX + 1);
    assert_int_equal(pk_catalog_render(*state, &how, &long_words, &err), PK_E_LIMIT);
    assert_string_equal(err.message, "cannot write the text: it is longer than 16384 bytes");
    how.body.len--;
    assert_int_equal(pk_catalog_render(*state, &how, &long_words, &err), 0);
    assert_int_equal(long_words.len, PK_BODY_BYTES_MAX);
    pk_buf_finish(&long_words);
    free(hostile);
    for (size_t i = 0; i < PK_COUNT(refused); i++) {
        how.body = pk_slice_of(refused[i].body);
        how.language = pk_slice_of(refused[i].language);
        how.rendering = pk_slice_of(refused[i].rendering);
        assert_int_equal(pk_catalog_render(*state, &how, &words, &err), PK_E_INVALID);
        assert_string_equal(err.message, refused[i].message);
    }
    pk_json_free(values);
    pk_buf_finish(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text),
        cmocka_unit_test(test_no_day_is_longer),
        cmocka_unit_test(test_names_the_service_counts_on),
        cmocka_unit_test(test_every_question_can_be_confirmed),
        cmocka_unit_test(test_the_numbers_of_the_copy),
        cmocka_unit_test(test_nobody_is_asked_in_vain),
        cmocka_unit_test(test_what_is_not_known_is_left_out),
        cmocka_unit_test(test_a_long_house_costs_more),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_quoted_back),
        cmocka_unit_test(test_stored_texts),
        cmocka_unit_test(test_more_than_is_kept),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
