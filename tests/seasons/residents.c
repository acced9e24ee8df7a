/* SPDX-License-Identifier: EUPL-1.2 */
/* What people do: answer, say STOP, most of all when something is on its way to them, come back, ask, and write nonsense. */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define FIRST_PEOPLE 14u

static const char *const words[WORDS][2] = {
    { "СТОП", "STOP" }, { "СТАРТ", "START" }, { "ДА", "JA" }, { "НЕ", "ne" }, { "помощ", "hulp" }, { "СТОП срещи", "СТОП срещи" }, { "а?", "где" },
};

void residents_begin(void)
{
    static const char *const languages[][2] = { { "bg", "" }, { "bg", "" }, { "bg", "Latn" }, { "nl", "" }, { "tr", "" }, { "en", "" } };
    world->people_count = FIRST_PEOPLE;
    for (unsigned i = 0; i < FIRST_PEOPLE; i++) {
        struct person *person = &world->people[i];
        (void) snprintf(person->number, sizeof person->number, "+35988000%04u", i + 100);
        (void) snprintf(person->language, sizeof person->language, "%s", languages[i % PK_COUNT(languages)][0]);
        (void) snprintf(person->script, sizeof person->script, "%s", languages[i % PK_COUNT(languages)][1]);
        person->school = i % 2;
        (void) errand(ERRAND_RESIDENT, world->now_ms + (int64_t) chance(4 * DAY_MS), i, WORDS);
    }
}

/* ---- those who were there before ---- */

static uint32_t name(enum pk_name_kind kind, const char *text)
{
    uint32_t id = 0;
    must(pk_name_intern(life.store, kind, pk_slice_of(text), &id, NULL), NULL, "name");
    return id;
}

static void agree(int64_t who, const char *topic)
{
    struct pk_consent_event event = {
        .recipient = who, .topic = name(PK_NAME_TOPIC, topic), .channel = name(PK_NAME_CHANNEL, "sms"), .kind = PK_CONSENT_CONFIRMED,
        .at_ms = pk_clock_wall_ms(), .how = PK_SLICE("paper"), .by = PK_SLICE("town"),
    };
    must(pk_ledger_append(life.store, &event, NULL), NULL, "ledger");
}

void residents_enter(void)
{
    for (unsigned i = 0; i < FIRST_PEOPLE; i++) {
        const struct person *person = &world->people[i];
        int64_t who = 0, address = 0;
        if (person->present)
            continue;
        must(pk_recipient_add(life.store, pk_slice_of(person->language), pk_slice_of(person->script), pk_clock_wall_ms(), &who, NULL), NULL, "person");
        must(pk_address_add(life.store, who, name(PK_NAME_CHANNEL, "sms"), pk_slice_of(person->number), pk_clock_wall_ms(), &address, NULL), NULL, "address");
        (void) pk_recipient_tag(life.store, who, name(PK_NAME_TAG, person->school == 0 ? "school:windroos" : "school:ijsvogel"), NULL);
        agree(who, "parent-meetings");
        if (i % 5 != 4)
            agree(who, "festival");
        effect(EFFECT_PERSON, i, 0);
    }
}

/* ---- what they write ---- */

static void write_soon(unsigned person, unsigned word, int64_t within_ms)
{
    struct errand *t = errand(ERRAND_REPLY, pk_clock_wall_ms() + (int64_t) chance((uint64_t) within_ms), person, word);
    t->account = (unsigned) chance(ACCOUNTS);
    t->number = ++world->replies;
}

void reply_goes(struct errand *t)
{
    const struct person *person = &world->people[t->who];
    bool again = t->again;
    if (person->erased) {
        t->kind = ERRAND_NONE;
        return;
    }
    if (!network_say(t, person->number, words[t->what][t->number % 2]))
        return;
    note("person %u says %s%s", t->who, words[t->what][0], again ? " (told again)" : "");
    if (!again)
        effect(EFFECT_WORD, t->who, t->what);
}

void resident_said(unsigned index, unsigned word)
{
    struct person *person = &world->people[index];
    if (word == WORD_STOP) {
        if (!person->stopped)
            person->stopped_ms = pk_clock_wall_ms();
        person->stopped = true;
        person->stops++;
    } else if (word == WORD_START) {
        person->stopped = false;
    }
}

void resident_does(struct errand *t)
{
    const struct person *person = &world->people[t->who];
    if (world->resting || person->erased)
        return;
    (void) errand(ERRAND_RESIDENT, pk_clock_wall_ms() + (int64_t) chance(3 * DAY_MS), t->who, WORDS);
    if (person->stopped) {
        if (!one_in(3))
            write_soon(t->who, WORD_START, SECOND_MS);
        return;
    }
    static const uint8_t often[] = { WORD_STOP, WORD_HELP, WORD_NONSENSE, WORD_YES, WORD_NO, WORD_STOP_TOPIC, WORD_START, WORD_START, WORD_START };
    write_soon(t->who, often[chance(PK_COUNT(often))], SECOND_MS);
}

void resident_got(unsigned index)
{
    const struct hand *hand = &world->hands[index];
    int64_t within_ms = one_in(3) ? DAY_MS : 20 * MINUTE_MS;
    if (world->resting)
        return;
    if (strncmp(hand->template_name, "optin", 5) == 0)
        write_soon(hand->person, one_in(4) ? WORD_NO : WORD_YES, within_ms);
    else if (hand->version == 0)
        return;
    else if (one_in(3))
        write_soon(hand->person, WORD_YES, within_ms);
    else if (one_in(4))
        write_soon(hand->person, WORD_NO, within_ms);
    else if (one_in(20))
        write_soon(hand->person, WORD_STOP, one_in(2) ? SECOND_MS : within_ms);
}

void resident_strikes(void)
{
    if (!one_in(10))
        return;
    int64_t skip = (int64_t) chance(6);
    int64_t address = pk_sql_int(life.eye, 0, "SELECT address FROM message WHERE state < 4 AND class = 0 ORDER BY id LIMIT 1 OFFSET ?1", "i", skip);
    for (unsigned i = 0; address != 0 && i < world->people_count; i++) {
        if (world->people[i].address != address || world->people[i].erased)
            continue;
        note("at the worst moment:");
        write_soon(i, WORD_STOP, 1);
        for (unsigned t = 0; t < ERRANDS_MAX; t++)
            if (world->errands[t].kind == ERRAND_REPLY && world->errands[t].number == world->replies)
                reply_goes(&world->errands[t]);
        return;
    }
}
