/* SPDX-License-Identifier: EUPL-1.2 */
/* What providers tell: receipts nobody knows, texts in the codings of short messages, and long replies in parts. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/language/reply.h"
#include "gateway/language/segment.h"
#include "gateway/service/inbound.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"
#include "gateway/store/reply_parts.h"

#define OCTETS(text) pk_slice_make(text, sizeof(text) - 1)
static const char stop_ucs2[] = "\x04\x21\x04\x22\x04\x1e\x04\x1f"; /* СТОП */

static bool stopped(struct house *house, const char *number)
{
    return pk_suppression_has(house->store, pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")), pk_slice_of(number));
}

static struct pk_event part(uint32_t total, uint32_t index, struct pk_slice text, uint32_t coding)
{
    return (struct pk_event){ .kind = PK_EVENT_REPLY, .address = PK_SLICE(STRANGER), .text = text, .coding = coding,
                              .part_reference = 42, .part_total = total, .part_index = index };
}

static void tell(struct house *house, struct pk_event event)
{
    assert_int_equal(post_event(house->posts[0], &event), 0);
    house_turn(house);
}

static int64_t replies(struct house *house)
{
    return house_count(house, "SELECT count(*) FROM reply");
}

/* ---- receipts ---- */

static void receipts_nobody_knows_are_kept_for_a_while(void **state)
{
    struct house *house = *state;
    tell(house, (struct pk_event){ .kind = PK_EVENT_RECEIPT, .provider_id = PK_SLICE("who"), .state = PK_RECEIPT_DELIVERED });
    tell(house, (struct pk_event){ .kind = PK_EVENT_RECEIPT, .our_reference = PK_SLICE("0123456789abc"), .state = PK_RECEIPT_DELIVERED });
    tell(house, (struct pk_event){ .kind = PK_EVENT_RECEIPT, .provider_id = PK_SLICE("who"), .state = 99 });
    assert_int_equal(house_count(house, "SELECT count(*) FROM parked"), 1);
    house_later(house, PK_PARKED_MS + SECOND_MS);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM parked"), 0);
}

/* ---- codings ---- */

static void words_in_their_coding(void **state)
{
    static const struct {
        struct pk_slice octets;
        uint32_t coding;
        const char *words;
    } cases[] = {
        { { "stop", 4 }, 0, "stop" },
        { { stop_ucs2, 8 }, PK_CODING_UCS2, "СТОП" },
        { { "\xd8\x3d\xde\x00", 4 }, PK_CODING_UCS2, "😀" },
        { { "\xd8\x3d", 2 }, PK_CODING_UCS2, "\xef\xbf\xbd" }, /* half of a pair */
        { { "\x04\x21\x04", 3 }, PK_CODING_UCS2, "С" },
        { { "\x00\x53\x1b\x65\x1b", 5 }, PK_CODING_GSM7, "@S€\xef\xbf\xbd" },
        { { "\x1b\x41\x7f\x80", 4 }, PK_CODING_GSM7, "Aà\xef\xbf\xbd" }, /* no such escape: the plain letter */
        { { "\x01\x02", 2 }, PK_CODING_BINARY, "" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_buf words;
        pk_buf_init(&words, 64);
        assert_int_equal(pk_inbound_read(cases[i].octets, cases[i].coding, &words), 0);
        assert_string_equal(pk_buf_text(&words), cases[i].words);
        pk_buf_finish(&words);
    }
}

static void what_we_encode_is_read_back(void **state)
{
    static const char *const texts[] = { "[~^{}|\\€] @£$¥èéùìòÇ ØøÅå ΔΦΓΛΩΠΨΣΘΞ ÆæßÉ ¡Ä", "Здравейте 😀!" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(texts); i++) {
        struct pk_buf octets, words;
        struct pk_segmentation how;
        uint32_t ends[4];
        pk_buf_init(&octets, 1024);
        pk_buf_init(&words, 1024);
        assert_int_equal(pk_segment_encode(pk_slice_of(texts[i]), false, &octets, ends, 4, &how), 0);
        assert_int_equal(pk_segment_decode(pk_buf_slice(&octets), how.encoding, &words), 0);
        assert_string_equal(pk_buf_text(&words), texts[i]);
        pk_buf_finish(&octets);
        pk_buf_finish(&words);
    }
}

static void stop_in_ucs2_is_heard(void **state)
{
    struct house *house = *state;
    tell(house, (struct pk_event){ .kind = PK_EVENT_REPLY, .address = PK_SLICE(STRANGER), .text = OCTETS(stop_ucs2), .coding = PK_CODING_UCS2 });
    assert_true(stopped(house, STRANGER));
}

/* ---- parts ---- */

static void parts_in_any_order_make_one_reply(void **state)
{
    struct house *house = *state;
    /* The word lies across the parts, and so does one of its letters. */
    struct pk_slice halves[] = { OCTETS("\x04\x21\x04\x22\x04"), OCTETS("\x1e\x04\x1f\x00 \x04\x3c\x04\x3e\x04\x3b\x04\x4f") };
    tell(house, part(2, 2, halves[1], PK_CODING_UCS2));
    assert_int_equal(replies(house), 0);
    assert_int_equal(house->posts[0]->count, 0);
    tell(house, part(2, 2, halves[1], PK_CODING_UCS2)); /* twice */
    assert_int_equal(house->service->metrics.replies_repeated, 1);
    house_crash(house); /* they are durable */
    tell(house, part(2, 1, halves[0], PK_CODING_UCS2));
    assert_int_equal(replies(house), 1);
    assert_true(stopped(house, STRANGER));
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 1);
    /* Nothing of it is left to read, and a repeat is known. */
    assert_int_equal(house_count(house, "SELECT sum(length(text) + length(address)) FROM reply_part"), 0);
    tell(house, part(2, 1, halves[0], PK_CODING_UCS2));
    assert_int_equal(replies(house), 1);
    house_later(house, 3 * MINUTE_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply_part"), 0);
    assert_int_equal(replies(house), 1);
}

static void parts_of_two_people_and_two_replies_stay_apart(void **state)
{
    struct house *house = *state;
    struct pk_event other = part(2, 2, OCTETS("stop"), 0);
    other.address = PK_SLICE("+359880007777");
    tell(house, part(2, 1, OCTETS("help"), 0));
    tell(house, other);
    other = part(2, 2, OCTETS("stop"), 0);
    other.part_reference = 43;
    tell(house, other);
    assert_int_equal(replies(house), 0);
    tell(house, part(2, 2, OCTETS(" me"), 0));
    assert_int_equal(replies(house), 1);
    assert_int_equal(house_count(house, "SELECT intent FROM reply"), PK_INTENT_HELP);
}

/* A part is never lost: one of them may say STOP. */
static void a_part_that_waits_in_vain_is_heard_alone(void **state)
{
    struct house *house = *state;
    tell(house, part(3, 1, OCTETS("STOP "), 0));
    tell(house, part(3, 3, OCTETS("!"), PK_CODING_GSM7));
    house_later(house, PK_REPLY_PARTS_WAIT_MS - 2 * SECOND_MS);
    assert_false(stopped(house, STRANGER));
    house_later(house, 3 * SECOND_MS);
    assert_true(stopped(house, STRANGER));
    assert_int_equal(replies(house), 1);
    house_later(house, 3 * MINUTE_MS);
    assert_int_equal(replies(house), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply_part"), 0);
}

static void what_cannot_wait_is_heard_by_itself(void **state)
{
    struct house *house = *state;
    char longer[700];
    memset(longer, 'a', sizeof longer);
    tell(house, part(11, 1, OCTETS("one of too many"), 0));
    tell(house, part(2, 3, OCTETS("a part outside"), 0));
    tell(house, part(2, 0, OCTETS("no part at all"), 0));
    tell(house, part(2, 1, pk_slice_make(longer, sizeof longer), 0));
    assert_int_equal(replies(house), 4);
    /* The same place of the same reply, another text. */
    tell(house, part(2, 1, OCTETS("first"), 0));
    tell(house, part(2, 1, OCTETS("STOP"), 0));
    assert_true(stopped(house, STRANGER));
    assert_int_equal(replies(house), 5);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply_part"), 1);
}

static void no_more_are_kept_than_said(void **state)
{
    struct house *house = *state;
    tell(house, part(2, 1, OCTETS("first"), 0));
    assert_int_equal(house_count(house, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)"
                                        " INSERT INTO reply_part SELECT id + i, account, sender, reference + i, total, part, coding, at_ms,"
                                        " named, digest, address, text FROM reply_part, n"),
                     -1);
    struct pk_event event = part(2, 1, OCTETS("STOP"), 0);
    event.part_reference = 77777;
    tell(house, event);
    assert_true(stopped(house, STRANGER));
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply_part"), 2000);
}

/* A phone that uses its reference again soon is understood; with the provider's id a late repeat is known too. */
static void a_reference_is_used_again(void **state)
{
    struct house *house = *state;
    for (unsigned i = 0; i < 2; i++) {
        tell(house, part(2, 1, i == 0 ? OCTETS("hello") : OCTETS("ST"), 0));
        tell(house, part(2, 2, i == 0 ? OCTETS(" you") : OCTETS("OP"), 0));
    }
    assert_int_equal(replies(house), 2);
    assert_true(stopped(house, STRANGER));
    for (unsigned i = 0; i < 2; i++) {
        struct pk_event event = part(2, 1, OCTETS("no"), 0);
        event.part_reference = 5;
        event.event_id = PK_SLICE("e-1");
        tell(house, event);
        event.part_index = 2;
        event.event_id = PK_SLICE("e-2");
        tell(house, event);
        house_later(house, 5 * MINUTE_MS);
    }
    assert_int_equal(replies(house), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(receipts_nobody_knows_are_kept_for_a_while),
        cmocka_unit_test(words_in_their_coding),
        cmocka_unit_test(what_we_encode_is_read_back),
        in_house(stop_in_ucs2_is_heard),
        in_house(parts_in_any_order_make_one_reply),
        in_house(parts_of_two_people_and_two_replies_stay_apart),
        in_house(a_part_that_waits_in_vain_is_heard_alone),
        in_house(what_cannot_wait_is_heard_by_itself),
        in_house(no_more_are_kept_than_said),
        in_house(a_reference_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
