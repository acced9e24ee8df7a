/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies that a person reads: what comes in and what does not, how they are answered, what is never shown, and how it ends. */
#include "tests/unit/service/talk.h"

#include "gateway/base/log.h"
#include "gateway/service/inbox.h"

#include <fcntl.h>
#include <unistd.h>

static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "kalina", .purpose = "inbox" };

#define OPEN "SELECT count(*) FROM inbox WHERE state = 1"
#define QUESTION_TEXT "Къде да запиша детето на училище?"

static int64_t newest(struct house *house)
{
    return house_count(house, "SELECT max(id) FROM inbox");
}

static struct pk_inbox_item item_of(struct house *house, int64_t id)
{
    struct pk_inbox_item item;
    assert_int_equal(pk_inbox_get(house->store, id, &item, NULL), 0);
    return item;
}

static int reply_with(struct house *house, struct pk_inbox_answer answer, struct pk_inbox_sent *ret_sent, struct pk_error *err)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_inbox_reply(house->service, &desk, &answer, pk_clock_wall_ms(), ret_sent, err);
    if (r == 0)
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    else
        pk_unit_drop(house->store);
    house_turns(house, 2);
    return r;
}

static int reply_in_words(struct house *house, int64_t item, const char *words, struct pk_inbox_sent *ret_sent, struct pk_error *err)
{
    struct pk_inbox_answer answer = { .item = item, .subject = PK_SUBJECT_SCHOOL, .words = pk_slice_of(words) };
    return reply_with(house, answer, ret_sent, err);
}

/* ---- what comes in ---- */

static void what_a_person_has_to_read_comes_in(void **state)
{
    static const struct {
        const char *text;
        bool inbox;
    } said[] = {
        { "абракадабра", false },                  /* one word */
        { "да не", false },                        /* list words alone */
        { "не знам", false },
        { "Благодаря много!", false },             /* thanks */
        { "помощ", false },
        { "не разбирам", false },
        { "Liked „Родителска среща утре в 18:00 ч.“", false },
        { "Автоматичен отговор: в отпуск съм до понеделник", false },
        { "Стоп, не ме занимавайте повече", false },
        { "да", false },
        { QUESTION_TEXT, true },
        { "Не разбирам къде е срещата", true },
        { "помощ нужна ми е за жилище", true },
        { "Да дойда ли с детето?", true },
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(said); i++) {
        char number[24];
        (void) snprintf(number, sizeof number, "+3598800040%02zu", i);
        (void) house_person(house, number, "bg", PK_CONSENT_CONFIRMED);
        say(house, number, said[i].text);
        bool open = house_count(house, "SELECT count(*) FROM inbox WHERE address = (SELECT max(id) FROM address)") == 1;
        if (open != said[i].inbox)
            fail_msg("\"%s\" is %sin the inbox", said[i].text, open ? "" : "not ");
    }
    assert_int_equal(house->service->metrics.inbox_taken, 4);
}

/* Somebody who answers a text that asks nothing has something to say. */
static void one_word_to_an_info_text(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) invite(house, HOUSE_FESTIVAL "," HOUSE_TAGS);
    say(house, ANNA, "паркинг?");
    assert_int_equal(house_count(house, OPEN), 1);
    assert_says(house, "Получихме съобщението Ви");
}

static void what_one_address_writes_is_one_item(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    size_t before = house->posts[0]->count;
    for (unsigned i = 0; i < 30; i++) {
        char text[64];
        (void) snprintf(text, sizeof text, "въпрос номер %u за училището", i);
        say(house, ANNA, text);
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM inbox"), 1);
    assert_int_equal(item_of(house, newest(house)).replies, PK_INBOX_REPLIES_MAX);
    assert_int_equal(house->posts[0]->count, before + 1); /* said once a day that it is read */
    assert_int_equal(house->service->metrics.inbox_refused, 10);
    struct pk_inbox_item item = item_of(house, newest(house));
    assert_string_equal(item.assigned, "desk");
    assert_string_equal(item.language, "bg");
}

static void it_is_assigned_by_language(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "nl", PK_CONSENT_CONFIRMED);
    say(house, ANNA, "Waar moet mijn kind naar school?");
    assert_string_equal(item_of(house, newest(house)).assigned, "adviser");
    say(house, STRANGER, "kade da zapisha deteto");
    assert_string_equal(item_of(house, newest(house)).assigned, "desk");
}

/* ---- answering ---- */

static void an_answer_in_own_words(void **state)
{
    struct house *house = *state;
    struct pk_inbox_sent sent;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, QUESTION_TEXT);
    take_all(house);
    int64_t id = newest(house);
    struct pk_inbox_answer counted = { .item = id, .subject = PK_SUBJECT_SCHOOL, .words = PK_SLICE("Елате в сряда."), .only_count = true };
    assert_int_equal(reply_with(house, counted, &sent, NULL), 0);
    assert_int_equal(sent.message, 0);
    assert_int_equal(sent.cost.parts, 1);
    assert_int_equal(house_count(house, OPEN), 1);
    house_later(house, 3 * DAY_MS);
    /* и with a combining breve becomes й: prepared as every text. */
    assert_int_equal(reply_in_words(house, id, "  Елате в сряда с \xd0\xb8\xcc\x86.\r\n", &sent, NULL), 0);
    assert_string_equal(last_text(house), "Елате в сряда с \xd0\xb9.");
    assert_string_equal(house->posts[0]->jobs[house->posts[0]->count - 1].address, ANNA);
    take_all(house);
    struct pk_message message;
    assert_int_equal(pk_message_get(house->store, sent.message, &message, NULL), 0);
    assert_int_equal(message.cls, PK_CLASS_ANSWER);
    assert_int_equal(message.state, PK_MESSAGE_ACCEPTED);
    struct pk_inbox_item item = item_of(house, id);
    assert_int_equal(item.state, PK_INBOX_ANSWERED);
    assert_int_equal(item.subject, PK_SUBJECT_SCHOOL);
    assert_string_equal(item.closed_by, "kalina");
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'inbox.answer' AND actor = 'kalina'"), 1);
    assert_int_equal(reply_in_words(house, id, "Още нещо.", &sent, NULL), PK_E_CONFLICT);
}

static void in_the_letters_the_person_reads(void **state)
{
    struct house *house = *state;
    struct pk_inbox_sent sent;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_recipient_set_language(house->store, anna, PK_SLICE("bg"), PK_SLICE("Latn"), NULL), 0);
    say(house, ANNA, "kade da zapisha deteto");
    assert_int_equal(reply_in_words(house, newest(house), "Елате в сряда.", &sent, NULL), 0);
    assert_string_equal(last_text(house), "Elate v sryada.");
    assert_int_equal(sent.cost.encoding, PK_ENCODING_GSM7);
}

static void an_answer_from_a_template(void **state)
{
    struct house *house = *state;
    struct pk_inbox_sent sent;
    struct pk_error err = { 0 };
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, QUESTION_TEXT);
    struct pk_inbox_answer answer = { .item = newest(house), .subject = PK_SUBJECT_OTHER, .template_name = PK_SLICE("optin-request") };
    assert_int_equal(reply_with(house, answer, &sent, &err), PK_E_INVALID); /* a question */
    answer.template_name = PK_SLICE("rsvp-yes");
    assert_int_equal(reply_with(house, answer, &sent, &err), PK_E_INVALID); /* needs a day and a place */
    answer.template_name = PK_SLICE("nothing");
    assert_int_equal(reply_with(house, answer, &sent, &err), PK_E_INVALID);
    answer.template_name = PK_SLICE("thanks");
    assert_int_equal(reply_with(house, answer, &sent, &err), 0);
    assert_says(house, "Благодарим Ви за съобщението!");
    assert_int_equal(sent.cost.parts, 2);
}

static void what_is_no_answer_is_refused(void **state)
{
    static const char *const words[] = { "", "   \n", "\xff\xfe", "\xe2\x80\x8b" };
    struct house *house = *state;
    struct pk_inbox_sent sent;
    struct pk_error err = { 0 };
    char wordy[PK_INBOX_TEXT_MAX + 2];
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, QUESTION_TEXT);
    int64_t id = newest(house);
    for (size_t i = 0; i < PK_COUNT(words); i++)
        assert_int_equal(reply_in_words(house, id, words[i], &sent, &err), PK_E_INVALID);
    memset(wordy, 'a', sizeof wordy - 1);
    wordy[sizeof wordy - 1] = '\0';
    assert_int_equal(reply_in_words(house, id, wordy, &sent, &err), PK_E_LIMIT);
    wordy[153 * 6 + 1] = '\0';
    assert_int_equal(reply_in_words(house, id, wordy, &sent, &err), PK_E_LIMIT);
    assert_non_null(strstr(err.message, "7 text messages"));
    assert_int_equal(reply_in_words(house, id + 1, "Да", &sent, &err), PK_E_NOT_FOUND);
    assert_int_equal(house_count(house, OPEN), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM inbox WHERE words IS NOT NULL"), 0);
}

/* Also not to a question they ask after it, and not when they stop between the answer and its hand-over. */
static void nobody_who_stopped_is_answered(void **state)
{
    static const char *const who[] = { ANNA, STRANGER };
    struct house *house = *state;
    struct pk_inbox_sent sent;
    struct pk_error err = { 0 };
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (size_t i = 0; i < PK_COUNT(who); i++) {
        say(house, who[i], "стоп");
        pk_clock_advance(1);
        say(house, who[i], QUESTION_TEXT);
        assert_says(house, "не Ви разбрахме"); /* nobody promises them an answer */
        assert_int_equal(reply_in_words(house, newest(house), "Елате в сряда.", &sent, &err), PK_E_CONFLICT);
        assert_non_null(strstr(err.message, "stopped"));
    }
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    say(house, BORIS, QUESTION_TEXT);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(reply_in_words(house, newest(house), "Елате в сряда.", &sent, &err), 0);
    say(house, BORIS, "стоп");
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_later(house, MINUTE_MS);
    struct pk_message message;
    assert_int_equal(pk_message_get(house->store, sent.message, &message, NULL), 0);
    assert_int_equal(message.state, PK_MESSAGE_SUPPRESSED);
    for (size_t i = 0; i < house->posts[0]->count; i++)
        assert_null(strstr(house->posts[0]->jobs[i].text, "Елате"));
}

static void seven_days_and_a_few_a_day(void **state)
{
    struct house *house = *state;
    struct pk_inbox_sent sent;
    struct pk_error err = { 0 };
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (unsigned i = 0; i < 6; i++) {
        char text[64];
        (void) snprintf(text, sizeof text, "въпрос номер %u за училището", i);
        say(house, ANNA, text);
        assert_int_equal(reply_in_words(house, newest(house), "Елате.", &sent, &err), i < 5 ? 0 : PK_E_LIMIT);
    }
    house->rules.keep_replies_ms = 30 * DAY_MS; /* so that there is something to be too late for */
    house_later(house, 7 * DAY_MS - SECOND_MS);
    struct pk_inbox_answer counted = { .item = newest(house), .subject = PK_SUBJECT_SCHOOL, .words = PK_SLICE("Елате."), .only_count = true };
    assert_int_equal(reply_with(house, counted, &sent, &err), 0);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(reply_with(house, counted, &sent, &err), PK_E_CONFLICT);
}

/* ---- assigning, closing, reading ---- */

static void assigning_and_closing(void **state)
{
    static const char *const wrong[] = { "", "+359880001234", "0612345678", "mar ia", "a\nb" };
    struct house *house = *state;
    struct pk_inbox_item item;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, QUESTION_TEXT);
    int64_t id = newest(house), now_ms = pk_clock_wall_ms();
    for (size_t i = 0; i < PK_COUNT(wrong); i++)
        assert_int_equal(pk_inbox_hand_to(house->service, &desk, id, pk_slice_of(wrong[i]), now_ms, NULL), PK_E_INVALID);
    assert_int_equal(pk_inbox_hand_to(house->service, &desk, id, PK_SLICE("maria"), now_ms, NULL), 0);
    assert_int_equal(pk_inbox_open(house->service, &desk, id, now_ms, &item, NULL), 0);
    assert_string_equal(item.assigned, "maria");
    assert_int_equal(pk_inbox_end(house->service, &desk, id, PK_SUBJECT_HOUSING, now_ms, NULL), 0);
    assert_int_equal(pk_inbox_end(house->service, &desk, id, PK_SUBJECT_HOUSING, now_ms, NULL), PK_E_CONFLICT);
    assert_int_equal(pk_inbox_hand_to(house->service, &desk, id, PK_SLICE("maria"), now_ms, NULL), PK_E_CONFLICT);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action IN ('inbox.assign', 'inbox.read', 'inbox.close')"), 3);
    say(house, ANNA, "и още един въпрос имам"); /* what comes after it is another item */
    assert_int_not_equal(newest(house), id);
}

/* An operator sees no personal data. */
static void only_who_may_reads_and_answers(void **state)
{
    static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:7" };
    struct house *house = *state;
    struct pk_inbox_item item;
    struct pk_inbox_sent sent;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, QUESTION_TEXT);
    int64_t id = newest(house), now_ms = pk_clock_wall_ms();
    struct pk_inbox_answer answer = { .item = id, .subject = PK_SUBJECT_SCHOOL, .words = PK_SLICE("Елате.") };
    assert_int_equal(pk_inbox_open(house->service, &operator, id, now_ms, &item, NULL), PK_E_DENIED);
    assert_int_equal(pk_inbox_hand_to(house->service, &operator, id, PK_SLICE("maria"), now_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_inbox_end(house->service, &operator, id, PK_SUBJECT_SCHOOL, now_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_inbox_reply(house->service, &operator, &answer, now_ms, &sent, NULL), PK_E_DENIED);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE actor = 'uid:7' AND result = 1"), 4);
    assert_int_equal(house_count(house, OPEN), 1);
}

static void names_of_subjects_and_masks(void **state)
{
    char masked[PK_MASKED_MAX];
    uint32_t subject = 0;
    (void) state;
    assert_int_equal(pk_inbox_subject_parse(PK_SLICE("housing"), &subject, NULL), 0);
    assert_int_equal(subject, PK_SUBJECT_HOUSING);
    assert_int_equal(pk_inbox_subject_parse(PK_SLICE(""), &subject, NULL), PK_E_INVALID);
    assert_int_equal(pk_inbox_subject_parse(PK_SLICE("weather"), &subject, NULL), PK_E_INVALID);
    pk_mask_address(PK_SLICE(ANNA), masked);
    assert_string_equal(masked, "+35…34");
    pk_mask_address(PK_SLICE("+12345"), masked);
    assert_string_equal(masked, "…");
    pk_mask_address(PK_SLICE("anna@example.nl"), masked);
    assert_string_equal(masked, "…");
}

/* ---- how it ends ---- */

static void the_team_is_told_once_after_a_day(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, QUESTION_TEXT);
    house_later(house, DAY_MS - MINUTE_MS);
    house_later(house, MINUTE_MS - SECOND_MS);
    assert_int_equal(house->service->metrics.inbox_late, 0);
    for (unsigned i = 0; i < 3; i++)
        house_later(house, 61 * SECOND_MS);
    assert_int_equal(house->service->metrics.inbox_late, 1);
    struct pk_inbox_counts counts;
    pk_inbox_count(house->store, pk_clock_wall_ms() - PK_INBOX_LATE_MS, &counts);
    assert_int_equal(counts.open, 1);
    assert_int_equal(counts.waiting, 1);
}

/* Where a mailbox or a telephone of the team is named, a message says it: of all that wait, once for each, some times a day. */
static void the_team_gets_a_message(void **state)
{
    struct house *house = *state;
    house->rules.team = "+359 88 000 1299";
    house->rules.team_language = "nl";
    house_reopen(house);
    for (unsigned i = 0; i < 2; i++) {
        const char *who = i == 0 ? ANNA : BORIS;
        (void) house_person(house, who, "bg", PK_CONSENT_CONFIRMED);
        say(house, who, QUESTION_TEXT);
        take_all(house);
        house_later(house, HOUR_MS);
    }
    size_t before = house->posts[0]->count;
    house_later(house, DAY_MS - 2 * HOUR_MS);
    house_later(house, 61 * SECOND_MS);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, before + 1); /* the first is late */
    const struct post_job *told = &house->posts[0]->jobs[before];
    assert_string_equal(told->address, "+359880001299");
    assert_string_equal(told->text, "Gemeente Voorbeeld: 1 inwoner wacht langer dan een dag op antwoord. Kijk bij de ontvangen berichten.");
    assert_int_equal(house_of_job(house, house->posts[0], before).cls, PK_CLASS_STAFF);
    assert_int_equal(house_count(house, "SELECT count(*) FROM message WHERE class = 3 AND recipient <> 0"), 0);
    assert_int_equal(house->service->desks->items[0]->test, 0); /* no account is on trial */
    take_all(house);
    house_later(house, 90 * MINUTE_MS); /* the second is late too, and waits to be told */
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(house->service->metrics.inbox_late, 2);
    assert_int_equal(house->posts[0]->count, before + 1);
    house_later(house, PK_INBOX_TEAM_EVERY_MS - 90 * MINUTE_MS);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, before + 2);
    assert_string_equal(house->posts[0]->jobs[before + 1].text,
                        "Gemeente Voorbeeld: 2 inwoners wachten langer dan een dag op antwoord. Kijk bij de ontvangen berichten.");
    take_all(house);
    for (unsigned i = 0; i < 4; i++)
        house_later(house, PK_INBOX_TEAM_EVERY_MS + MINUTE_MS);
    assert_int_equal(house->posts[0]->count, before + 2); /* each is told once */
}

static bool file_holds(const char *path, struct pk_slice what)
{
    char *bytes = pk_alloc(8u << 20);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, bytes, 8u << 20) : 0;
    bool found = n > 0 && memmem(bytes, (size_t) n, what.data, what.len);
    if (fd >= 0)
        (void) close(fd);
    free(bytes);
    return found;
}

/* Sealed while it is there, gone with the replies. */
static void no_text_lies_open_and_all_of_it_goes(void **state)
{
    static const char *const ends[] = { "", "-wal" };
    struct house *house = *state;
    struct pk_inbox_sent sent;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, QUESTION_TEXT);
    assert_int_equal(reply_in_words(house, newest(house), "Елате в сряда при Калина.", &sent, NULL), 0);
    take_all(house);
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        char path[80];
        (void) snprintf(path, sizeof path, "%s%s", house->path, ends[i]);
        assert_false(file_holds(path, PK_SLICE("запиша детето")));
        assert_false(file_holds(path, PK_SLICE("при Калина")));
    }
    say(house, ANNA, "и още един въпрос имам"); /* nobody answered this one */
    house_later(house, 7 * DAY_MS + 2 * MINUTE_MS);
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM inbox"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(what_a_person_has_to_read_comes_in),
        in_house(one_word_to_an_info_text),
        in_house(what_one_address_writes_is_one_item),
        in_house(it_is_assigned_by_language),
        in_house(an_answer_in_own_words),
        in_house(in_the_letters_the_person_reads),
        in_house(an_answer_from_a_template),
        in_house(what_is_no_answer_is_refused),
        in_house(nobody_who_stopped_is_answered),
        in_house(seven_days_and_a_few_a_day),
        in_house(assigning_and_closing),
        in_house(only_who_may_reads_and_answers),
        in_house(names_of_subjects_and_masks),
        in_house(the_team_is_told_once_after_a_day),
        in_house(the_team_gets_a_message),
        in_house(no_text_lies_open_and_all_of_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
