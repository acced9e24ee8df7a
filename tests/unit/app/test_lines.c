/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines from a descriptor: whole ones in order, whatever pieces they arrive in; too long ones passed over; the last one. */
#include "tests/unit/app/fake_control.h"

#include "gateway/app/lines.h"

#include <fcntl.h>

#define MOST 8

struct feed {
    struct pk_lines lines;
    int write_fd;
};

static void begin(struct feed *feed)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pk_lines_init(&feed->lines, fds[0], MOST);
    feed->write_fd = fds[1];
}

static void end(struct feed *feed)
{
    (void) close(feed->lines.fd);
    if (feed->write_fd >= 0)
        (void) close(feed->write_fd);
    pk_lines_finish(&feed->lines);
}

/* Reads a piece; NULL is the end. */
static void give(struct feed *feed, const char *text)
{
    if (!text) {
        (void) close(feed->write_fd);
        feed->write_fd = -1;
    } else {
        assert_int_equal(write(feed->write_fd, text, strlen(text)), (ssize_t) strlen(text));
    }
    assert_int_equal(pk_lines_read(&feed->lines, NULL), 0);
}

static void next(struct feed *feed, enum pk_line wanted, const char *text)
{
    struct pk_slice line = { 0 };
    assert_int_equal(pk_lines_take(&feed->lines, &line), wanted);
    if (wanted != PK_LINE_TEXT)
        return;
    assert_int_equal(line.len, strlen(text));
    assert_memory_equal(line.data, text, line.len);
}

static void test_pieces(void **state)
{
    (void) state;
    struct feed feed;
    begin(&feed);
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "one\n\ntw");
    next(&feed, PK_LINE_TEXT, "one");
    next(&feed, PK_LINE_TEXT, "");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "o");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "\nthree");
    next(&feed, PK_LINE_TEXT, "two");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, NULL);
    next(&feed, PK_LINE_TEXT, "three"); /* the last one needs no end */
    next(&feed, PK_LINE_END, NULL);
    next(&feed, PK_LINE_END, NULL);
    end(&feed);
}

static void test_the_longest(void **state)
{
    (void) state;
    struct feed feed;
    begin(&feed);
    give(&feed, "12345678\n");
    next(&feed, PK_LINE_TEXT, "12345678");
    give(&feed, "12345678");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "\n");
    next(&feed, PK_LINE_TEXT, "12345678");
    give(&feed, "12345678");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, NULL);
    next(&feed, PK_LINE_TEXT, "12345678");
    next(&feed, PK_LINE_END, NULL);
    end(&feed);
}

static void test_too_long(void **state)
{
    (void) state;
    struct feed feed;
    begin(&feed);
    give(&feed, "123456789");
    for (int i = 0; i < 100; i++) {
        next(&feed, PK_LINE_WAIT, NULL);
        give(&feed, "123456789");
    }
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "12\nnext\n");
    next(&feed, PK_LINE_TOO_LONG, NULL); /* once, and what follows is whole */
    next(&feed, PK_LINE_TEXT, "next");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "123456789");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "\n");
    next(&feed, PK_LINE_TOO_LONG, NULL);
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, "123456789");
    next(&feed, PK_LINE_WAIT, NULL);
    give(&feed, NULL);
    next(&feed, PK_LINE_TOO_LONG, NULL);
    next(&feed, PK_LINE_END, NULL);
    end(&feed);
}

static void test_any_bytes(void **state)
{
    (void) state;
    struct feed feed;
    struct pk_slice line;
    begin(&feed);
    assert_int_equal(write(feed.write_fd, "a\0b\r\n", 5), 5);
    assert_int_equal(pk_lines_read(&feed.lines, NULL), 0);
    assert_int_equal(pk_lines_take(&feed.lines, &line), PK_LINE_TEXT);
    assert_int_equal(line.len, 4);
    assert_memory_equal(line.data, "a\0b\r", 4);
    end(&feed);
}

static void test_nothing_to_read(void **state)
{
    (void) state;
    struct pk_lines lines;
    struct pk_error err = { 0 };
    pk_lines_init(&lines, open("/", O_RDONLY | O_DIRECTORY), MOST);
    assert_int_equal(pk_lines_read(&lines, &err), PK_E_IO);
    assert_string_equal(err.message, "could not read standard input");
    (void) close(lines.fd);
    pk_lines_finish(&lines);
}

/* A descriptor that does not wait by itself is waited for. */
static void *write_behind(void *ctx)
{
    (void) !write(*(int *) ctx, "late\n", 5);
    return NULL;
}

static void test_a_descriptor_that_does_not_wait(void **state)
{
    (void) state;
    struct feed feed;
    pthread_t writer;
    begin(&feed);
    assert_int_equal(fcntl(feed.lines.fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_behind, &feed.write_fd), 0);
    assert_int_equal(pk_lines_read(&feed.lines, NULL), 0);
    next(&feed, PK_LINE_TEXT, "late");
    assert_int_equal(pthread_join(writer, NULL), 0);
    end(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),          cmocka_unit_test(test_the_longest),
        cmocka_unit_test(test_too_long),        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_nothing_to_read), cmocka_unit_test(test_a_descriptor_that_does_not_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
