/* SPDX-License-Identifier: EUPL-1.2 */
/* The adapters' kit for mails: words in headers, encoded bodies, calendars, the clock of Amsterdam, what an address is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/kit/calendar.h"
#include "adapters/kit/mime.h"
#include "adapters/kit/moment.h"
#include "gateway/include/pokana/mail_address.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"

#include <stdio.h>

/* ---- addresses ---- */

static void addresses(void **state)
{
    static const char *const good[] = { "a@example.nl", "first.last+tag@sub.example.nl", "o'neil@example.nl", "x@localhost", "A_b-c@xn--e1afmkfd.example" };
    static const char *const bad[] = {
        "", "@", "a@", "@example.nl", "a b@example.nl", "a@exa mple.nl", "a@b@example.nl", "a@example.nl>", "<a@example.nl>", "a@example.nl\r\nRCPT TO:<b@example.nl",
        "a@example.nl\nBcc: b@example.nl", "\"a b\"@example.nl", "a.@example.nl", ".a@example.nl", "a..b@example.nl", "a@-example.nl", "a@example-.nl", "a@example..nl",
        "a@example.nl.", "a@[127.0.0.1]", "a@example.nl,b@example.nl", "a@example.nl;b", "a(b)@example.nl", "\xd0\xb0@example.nl", "a@\xd0\xb1.example", "a@example.nl\t"
    };
    char long_local[100], long_address[300];
    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(pk_mail_is_address(pk_slice_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (pk_mail_is_address(pk_slice_of(bad[i])))
            fail_msg("it takes \"%s\"", bad[i]);
    assert_false(pk_mail_is_address(PK_SLICE("a\0b@example.nl")));
    assert_false(pk_mail_is_address(PK_SLICE("a@example.nl\0")));
    (void) snprintf(long_local, sizeof long_local, "%064d@example.nl", 0);
    assert_true(pk_mail_is_address(pk_slice_of(long_local)));
    (void) snprintf(long_local, sizeof long_local, "%065d@example.nl", 0);
    assert_false(pk_mail_is_address(pk_slice_of(long_local)));
    (void) snprintf(long_address, sizeof long_address, "a@%063d.%063d.%063d.%062d", 0, 0, 0, 0);
    assert_false(pk_mail_is_address(pk_slice_of(long_address))); /* 255 bytes ask for 254 */
}

/* ---- mails ---- */

struct page {
    struct pk_host_side *side;
    struct pk_out out;
    struct pk_kit_mime mime;
};

static int open_page(void **state)
{
    static struct page page;
    page.side = pk_host_new("test", NULL);
    pk_out_init(&page.out, 65536);
    page.mime = pk_kit_mime(pk_host_table(page.side), &page.out);
    *state = &page;
    return 0;
}

static int close_page(void **state)
{
    struct page *page = *state;
    pk_out_finish(&page->out);
    pk_host_free(page->side);
    return 0;
}

static void reads(struct page *page, const char *expected)
{
    assert_int_equal(page->mime.error, 0);
    assert_string_equal(pk_buf_text(&page->out.buf), expected);
    pk_out_clear(&page->out);
}

static void words(void **state)
{
    struct page *page = *state;
    pk_kit_mime_words(&page->mime, "Subject", PK_SLICE("Покана")); /* RFC 2047's way, checked with Python's */
    reads(page, "Subject: =?UTF-8?B?0J/QvtC60LDQvdCw?=\r\n");
    pk_kit_mime_words(&page->mime, "Subject", PK_SLICE("Plain words"));
    reads(page, "Subject: Plain words\r\n");
    pk_kit_mime_words(&page->mime, "Subject", PK_SLICE("a\r\nBcc: b@example.nl"));
    reads(page, "Subject: =?UTF-8?B?YSAgQmNjOiBiQGV4YW1wbGUubmw=?=\r\n");
    pk_kit_mime_words(&page->mime, "Subject", PK_SLICE("=?no?="));
    reads(page, "Subject: =?UTF-8?B?PT9ubz89?=\r\n");
    pk_kit_mime_line(&page->mime, "X", PK_SLICE("a\r\nb\0\xd0\xb1"));
    reads(page, "X: a  b   \r\n");
    pk_kit_mime_mailbox(&page->mime, "From", PK_SLICE("Info \"Zaan\""), PK_SLICE("info@example.nl"));
    reads(page, "From: \"Info \\\"Zaan\\\"\"\r\n <info@example.nl>\r\n");
}

static void no_line_of_a_header_is_long(void **state)
{
    struct page *page = *state;
    char text[900];
    for (size_t n = 0; n < sizeof text; n += 3)
        memcpy(text + n, "\xe2\x82\xac", 3); /* a character of three bytes */
    pk_kit_mime_words(&page->mime, "Subject", pk_slice_make(text, sizeof text));
    struct pk_slice rest = pk_buf_slice(&page->out.buf);
    size_t column = 0, lines = 0;
    for (size_t i = 0; i < rest.len; i++) {
        column = rest.data[i] == '\n' ? 0 : column + 1;
        lines += rest.data[i] == '\n';
        assert_true(column <= 77); /* with the CR */
    }
    assert_true(lines > 15);
    pk_out_clear(&page->out);
}

static void bodies(void **state)
{
    struct page *page = *state;
    pk_kit_mime_text(&page->mime, PK_SLICE("a=b \nc\xc3\xa9 d\r\nlast words of it"));
    reads(page, "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=20\r\nc=C3=A9 d\r\nlast words of it\r\n");
    pk_kit_mime_text(&page->mime, PK_SLICE("Да\nНе"));
    reads(page, "Content-Transfer-Encoding: base64\r\n\r\n0JTQsA0K0J3QtQ==\r\n");
    pk_kit_mime_text(&page->mime, PK_SLICE("0123456789012345678901234567890123456789012345678901234567890123456789012345"));
    reads(page, "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                "012345678901234567890123456789012345678901234567890123456789012345678901234=\r\n5\r\n");
    pk_kit_mime_base64(&page->mime, PK_SLICE("plain"));
    reads(page, "Content-Transfer-Encoding: base64\r\n\r\ncGxhaW4=\r\n");
}

static void a_ceiling_is_kept(void **state)
{
    struct page *page = *state;
    struct pk_out small;
    pk_out_init(&small, 10);
    struct pk_kit_mime mime = pk_kit_mime(pk_host_table(page->side), &small);
    pk_kit_mime_words(&mime, "Subject", PK_SLICE("longer than ten"));
    assert_int_equal(mime.error, PK_E_LIMIT);
    pk_out_finish(&small);
}

/* ---- moments ---- */

static void moments(void **state)
{
    static const struct {
        const char *utc, *amsterdam;
    } clocks[] = {
        { "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z" }, { "2026-03-29T00:59:59Z", "2026-03-29T01:59:59Z" },
        { "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z" }, { "2026-10-25T00:59:59Z", "2026-10-25T02:59:59Z" },
        { "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z" }, { "2026-12-31T23:30:00Z", "2027-01-01T00:30:00Z" },
        { "2027-03-28T01:00:00Z", "2027-03-28T03:00:00Z" }, { "2024-03-31T01:00:00Z", "2024-03-31T03:00:00Z" },
    };
    char date[PK_KIT_RFC5322_ROOM], text[PK_KIT_RFC3339_ROOM];
    (void) state;
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        pk_kit_rfc3339(pk_kit_amsterdam(pk_kit_moment(pk_slice_of(clocks[i].utc))), text);
        assert_string_equal(text, clocks[i].amsterdam);
    }
    pk_kit_rfc5322(pk_kit_moment(PK_SLICE("2026-11-23T09:00:00Z")), date);
    assert_string_equal(date, "Mon, 23 Nov 2026 09:00:00 +0000");
    pk_kit_rfc5322(pk_kit_moment(PK_SLICE("2028-02-29T23:59:59Z")), date);
    assert_string_equal(date, "Tue, 29 Feb 2028 23:59:59 +0000");
    pk_kit_rfc5322(-1, date);
    assert_string_equal(date, "Thu, 01 Jan 1970 00:00:00 +0000");
}

/* ---- calendars ---- */

static void lines_are_folded_between_characters(void **state)
{
    char room[1024];
    struct pk_kit_calendar calendar = { .data = room, .cap = sizeof room };
    (void) state;
    pk_kit_calendar_line(&calendar, "X", PK_SLICE("0123456789012345678901234567890123456789012345678901234567890123456789012\xd0\xb1z"));
    pk_kit_calendar_text(&calendar, "T", PK_SLICE("a;b,c\\d\ne\r\x01"));
    pk_kit_calendar_mailbox(&calendar, "M", PK_SLICE("o'neil+a%b/c@example.nl"));
    assert_false(calendar.failed);
    static const char expected[] = "X:0123456789012345678901234567890123456789012345678901234567890123456789012\r\n \xd0\xb1z\r\n"
                                   "T:a\\;b\\,c\\\\d\\ne\r\nM:mailto:o'neil+a%25b%2Fc@example.nl\r\n";
    assert_int_equal(calendar.len, sizeof expected - 1);
    assert_memory_equal(room, expected, sizeof expected - 1);
}

static void what_does_not_fit_is_told(void **state)
{
    char room[20];
    struct pk_kit_calendar calendar = { .data = room, .cap = sizeof room };
    (void) state;
    pk_kit_calendar_line(&calendar, "A", PK_SLICE("0123456789"));
    assert_false(calendar.failed);
    pk_kit_calendar_moment(&calendar, "DTSTAMP", 0);
    assert_true(calendar.failed);
    assert_true(calendar.len <= sizeof room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test_setup_teardown(words, open_page, close_page),
        cmocka_unit_test_setup_teardown(no_line_of_a_header_is_long, open_page, close_page),
        cmocka_unit_test_setup_teardown(bodies, open_page, close_page),
        cmocka_unit_test_setup_teardown(a_ceiling_is_kept, open_page, close_page),
        cmocka_unit_test(moments),
        cmocka_unit_test(lines_are_folded_between_characters),
        cmocka_unit_test(what_does_not_fit_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
