/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Ten thousand replies that mean nothing: cut off, blown up, put together by chance, with buttons nobody was given, from
 * addresses nobody has. None of them changes a consent, a STOP or a head count, and none makes the gateway talk.
 * PK_SEED=N plays another ten thousand.
 */
#include "tests/unit/service/talk.h"

#include "gateway/base/id.h"
#include "gateway/language/reply.h"

#include <stdlib.h>

#define REPLIES 10000u
#define BATCH 50u
#define OVERSIZED (70u * 1024)

static uint64_t dice_state;

static uint32_t dice(uint32_t sides)
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return (uint32_t) (dice_state >> 33) % sides;
}

static const char *const stems[] = {
    "да", "ДА 2", "не", "стоп", "STOP", "старт", "START срещи", "помощ", "добре", "съгласен съм", "не искам съобщения", "край", "evet", "ja", "nee",
    "Родителска среща утре в 18:00", "Пишете ДА или НЕ", "Liked „Идвате ли? Пишете ДА или НЕ. Край: СТОП“", "12", "?", "👍", "{}", "yes", "' OR 1=1 --",
};

/* One of many ways to spoil a word. */
static size_t spoil(char *text, size_t size)
{
    const char *stem = stems[dice(PK_COUNT(stems))];
    size_t n = 0;
    switch (dice(7)) {
    case 0: /* cut off, also inside a letter */
        n = strlen(stem) > 1 ? 1 + dice((uint32_t) strlen(stem) - 1) : 1;
        memcpy(text, stem, n);
        break;
    case 1: /* bytes */
        n = dice(200);
        for (size_t i = 0; i < n; i++)
            text[i] = (char) dice(256);
        break;
    case 2: /* put together by chance */
        for (uint32_t i = 0, words = 2 + dice(6); i < words; i++)
            n += (size_t) snprintf(text + n, 80, "%s%s", i > 0 ? " " : "", stems[dice(PK_COUNT(stems))]);
        break;
    case 3: /* far too long */
        n = dice(4) == 0 ? size : dice(6000);
        for (size_t i = 0; i < n; i++)
            text[i] = " xяо\xd0\xb4"[dice(6)];
        break;
    case 4: /* something before it */
        n = (size_t) snprintf(text, 200, "защо %u %s", dice(1000), stem);
        break;
    case 5: /* quoted */
        n = (size_t) snprintf(text, 200, "„той каза ми снощи %s“ %u", stem, dice(100));
        break;
    default: /* with invisible and foreign signs in it */
        n = (size_t) snprintf(text, 200, "%s\xe2\x80\x8b\xf0\x9f\x98\x80 zz%u", stem, dice(10));
        break;
    }
    return n;
}

static bool is_clear(const struct house *house, struct pk_slice text)
{
    struct pk_reply_meaning meaning;
    pk_reply_decide(pk_catalog_reply_words(house->catalog), house->rules.topic_words, text, &meaning);
    return meaning.intent != PK_INTENT_NONE && meaning.intent != PK_INTENT_HELP;
}

struct things {
    int64_t consents, ledger, suppressed, stopped, rsvps, people;
};

static struct things look(struct house *house)
{
    return (struct things){
        .consents = house_count(house, "SELECT sum(recipient % 1000003 * kind + topic) FROM consent"),
        .ledger = house_count(house, "SELECT count(*) FROM ledger"),
        .suppressed = house_count(house, "SELECT count(*) FROM suppression"),
        .stopped = house_count(house, "SELECT count(*) FROM recipient WHERE stopped_ms <> 0"),
        .rsvps = house_count(house, "SELECT count(*) FROM rsvp"),
        .people = house_count(house, "SELECT count(*) FROM recipient"),
    };
}

static void assert_same(const struct things *a, const struct things *b, unsigned at)
{
    if (memcmp(a, b, sizeof *a) != 0)
        fail_msg("one of the replies before number %u changed something", at);
}

/* Addresses: people's, strangers', and what is none. */
static size_t somebody(char *from, size_t size)
{
    switch (dice(6)) {
    case 0:
        return (size_t) snprintf(from, size, ANNA);
    case 1:
        return (size_t) snprintf(from, size, BORIS);
    case 2:
        return (size_t) snprintf(from, size, "+35988007%04u", dice(50));
    case 3:
        return (size_t) snprintf(from, size, "%u", dice(100000));
    case 4:
        for (size_t i = 0; i < 20; i++)
            from[i] = (char) (1 + dice(255));
        return 20;
    default:
        return (size_t) snprintf(from, size, "0031600000%03u", dice(20));
    }
}

static void forge(struct house *house, char *text, unsigned number)
{
    char from[64], id[24], choice[48] = "";
    size_t from_len = somebody(from, sizeof from), len = spoil(text, OVERSIZED);
    if (dice(5) == 0) {
        char forged[PK_ID_TEXT_MAX];
        (void) snprintf(choice, sizeof choice, "%s%s", dice(2) ? "yes:" : "no:", pk_id_format((int64_t) 1000000 + dice(1u << 30), forged));
        if (dice(3) == 0)
            choice[dice(4)] = (char) ('a' + dice(26)); /* nor is that one */
    }
    struct pk_slice words = pk_slice_make(text, len);
    bool pressed = choice[0] != '\0' && (strncmp(choice, "yes:", 4) == 0 || strncmp(choice, "no:", 3) == 0);
    if (!pressed && is_clear(house, pk_slice_make(text, len < 4096 ? len : 4096)))
        return; /* it means something after all */
    (void) snprintf(id, sizeof id, "f-%u", number);
    struct pk_event event = {
        .kind = PK_EVENT_REPLY,
        .address = pk_slice_make(from, from_len),
        .text = words,
        .choice = pk_slice_of(choice),
        .event_id = dice(4) == 0 ? (struct pk_slice){ 0 } : pk_slice_of(id),
        .coding = 0,
    };
    int r = post_event(house->posts[0], &event);
    assert_true(r == 0 || r == PK_E_INVALID); /* refused at the door: an address or an id that is none */
}

static void ten_thousand_forged_replies_change_nothing(void **state)
{
    struct house *house = *state;
    const char *seed = getenv("PK_SEED");
    char *text = pk_alloc(OVERSIZED + 1);
    dice_state = 0x9E3779B97F4A7C15u ^ (seed ? strtoull(seed, NULL, 10) : 20261013u);
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_REQUESTED);
    int64_t trigger = invite(house, NULL);
    say(house, ANNA, "да 2");
    struct things before = look(house);
    for (unsigned i = 0; i < REPLIES; i++) {
        forge(house, text, i);
        if (i % BATCH != BATCH - 1)
            continue;
        house_later(house, 10 * SECOND_MS);
        house->posts[0]->count = 0; /* what was said to it is not looked at here */
        struct things now = look(house);
        assert_same(&before, &now, i + 1);
    }
    assert_replies(house, trigger, 1, 0, 2);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    /* Ten to five answers a day each, and of the inbox one item each. */
    assert_int_equal(house_count(house, "SELECT count(*) FROM (SELECT address FROM message WHERE class = 2 GROUP BY address HAVING count(*) > 5)"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM (SELECT address FROM inbox GROUP BY address HAVING count(*) > 1)"), 0);
    assert_true(house_count(house, "SELECT count(*) FROM inbox") > 0);
    assert_true(house_count(house, "SELECT count(*) FROM reply") > (int64_t) REPLIES / 2);
    /* The service is as awake as before. */
    say(house, ANNA, "НЕ");
    assert_replies(house, trigger, 0, 1, 0);
    say(house, ANNA, "стоп");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { in_house(ten_thousand_forged_replies_change_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
