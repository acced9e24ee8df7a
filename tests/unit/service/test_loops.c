/* SPDX-License-Identifier: EUPL-1.2 */
/* Machines that answer: whatever they write, it ends. Each test bounds what leaves in days of an answer to every answer. */
#include "tests/unit/service/talk.h"

#define DAYS 3u

/* Something at the other end answers every text it gets, at once, in words of its own. `write` makes the n-th. */
static size_t loop_with(struct house *house, const char *number, void (*write)(unsigned n, const char *got, char *ret_text, size_t size))
{
    char text[1024];
    size_t heard = 0, first = house->posts[0]->count;
    unsigned n = 0;
    write(n++, "", text, sizeof text);
    say(house, number, text);
    for (unsigned minute = 0; minute < DAYS * 24 * 6; minute++) {
        while (first + heard < house->posts[0]->count) {
            char got[600];
            (void) snprintf(got, sizeof got, "%s", house->posts[0]->jobs[first + heard].text);
            post_complete(house->posts[0], first + heard++, PK_OUTCOME_ACCEPTED);
            house_settle(house);
            write(n++, got, text, sizeof text);
            say(house, number, text);
        }
        if (minute % 60 == 0) { /* and begins by itself, again and again */
            write(n++, "", text, sizeof text);
            say(house, number, text);
        }
        house_later(house, 10 * MINUTE_MS);
    }
    return heard;
}

static void out_of_office(unsigned n, const char *got, char *ret_text, size_t size)
{
    static const char *const languages[] = { "Out of office: I am back on Monday.", "Автоматичен отговор: не съм в офиса.",
                                             "Automatisch antwoord: ik ben op vakantie.", "Otomatik yanıt: ofis dışındayım." };
    (void) got;
    (void) snprintf(ret_text, size, "%s %u", languages[n % PK_COUNT(languages)], n);
}

static void reaction(unsigned n, const char *got, char *ret_text, size_t size)
{
    static const char *const forms[] = { "Liked „%s“", "Хареса “%s”", "Reacted 👍 to \"%s\"", "Loved “%s”", "👍 за „%s“" };
    const char *form = forms[n % PK_COUNT(forms)], *mark = strstr(form, "%s");
    (void) snprintf(ret_text, size, "%.*s%s%s", (int) (mark - form), form, got[0] ? got : "Родителска среща утре вечер в 18:00", mark + 2);
}

/* One that tells it understands nothing, each time in other words. */
static void chatterbox(unsigned n, const char *got, char *ret_text, size_t size)
{
    (void) got;
    (void) snprintf(ret_text, size, "Вашето запитване %u ще бъде разгледано от наш служител", n);
}

static void parrot(unsigned n, const char *got, char *ret_text, size_t size)
{
    (void) n;
    (void) snprintf(ret_text, size, "%s", got[0] ? got : "ПОМОЩ");
}

static void always_the_same(unsigned n, const char *got, char *ret_text, size_t size)
{
    (void) n;
    (void) got;
    (void) snprintf(ret_text, size, "помощ");
}

static void always_yes(unsigned n, const char *got, char *ret_text, size_t size)
{
    (void) n;
    (void) got;
    (void) snprintf(ret_text, size, "Да");
}

static void inventive_helper(unsigned n, const char *got, char *ret_text, size_t size)
{
    (void) got;
    (void) snprintf(ret_text, size, "помощ %u", n);
}

static void every_machine_falls_silent(void **state)
{
    static const struct {
        void (*write)(unsigned n, const char *got, char *ret_text, size_t size);
        size_t most; /* texts it gets in all */
        int64_t items; /* of the inbox */
    } machines[] = {
        { out_of_office, 0, 0 },
        { reaction, 0, 0 },
        { chatterbox, DAYS + 1, 1 },
        { parrot, 3 * DAYS, 0 },
        { always_the_same, 2 * (DAYS + 1), 0 },
        { always_yes, 2 * (DAYS + 1), 0 },
        { inventive_helper, 5 * (DAYS + 1), 0 },
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(machines); i++) {
        char number[24];
        (void) snprintf(number, sizeof number, "+3598800050%02zu", i);
        if (i % 2 == 0)
            (void) house_person(house, number, "bg", PK_CONSENT_CONFIRMED);
        int64_t before = house_count(house, "SELECT coalesce(max(id), 0) FROM inbox");
        char items[80];
        (void) snprintf(items, sizeof items, "SELECT count(*) FROM inbox WHERE id > %lld", (long long) before);
        house->posts[0]->count = 0;
        size_t got = loop_with(house, number, machines[i].write);
        if (got > machines[i].most)
            fail_msg("machine %zu got %zu texts", i, got);
        assert_int_equal(house_count(house, items), machines[i].items);
    }
}

/* Two gateways of this kind: each takes the other for a person, and both say little. */
static void two_gateways_do_not_talk(void **state)
{
    struct house *house = *state;
    size_t first = 0, sent[2] = { 0 };
    static const char *const number[] = { "+359880006001", "+359880006002" };
    /* What is sent to the one comes from the other. */
    say(house, number[0], "Какво искате от мен?");
    for (unsigned round = 0; round < DAYS * 24 * 6; round++) {
        while (first < house->posts[0]->count) {
            char got[600];
            bool to_second = strcmp(house->posts[0]->jobs[first].address, number[1]) == 0;
            (void) snprintf(got, sizeof got, "%s", house->posts[0]->jobs[first].text);
            sent[to_second]++;
            post_complete(house->posts[0], first++, PK_OUTCOME_ACCEPTED);
            house_settle(house);
            say(house, number[!to_second], got);
        }
        house_later(house, 10 * MINUTE_MS);
    }
    assert_true(sent[0] + sent[1] <= 1); /* "we got your message"; the other knows it for what it is */
    assert_int_equal(house_count(house, "SELECT count(*) FROM inbox"), 1);
    assert_true(house->service->metrics.replies_muted >= 1);
}

/* A machine's STOP is a STOP all the same. */
static void a_stop_is_heard_from_a_machine(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, "STOP. Automatic reply: out of office");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house->service->metrics.stops, 1);
}

/* What people say often is still done; only the answer is spared. */
static void the_same_words_still_count(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    for (unsigned i = 0; i < 3; i++) {
        say(house, ANNA, "Да");
        say(house, ANNA, "Не");
    }
    assert_replies(house, trigger, 0, 1, 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 6);
    assert_int_equal(house_messages(house, "class = 2"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(every_machine_falls_silent),
        in_house(two_gateways_do_not_talk),
        in_house(a_stop_is_heard_from_a_machine),
        in_house(the_same_words_still_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
