/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the suites of gateway/io share. They use real sockets on loopback and real time, and never sleep: they turn the
 * loop until something is so, and fail when it never is.
 */
#ifndef PK_TEST_IO_SUPPORT_H
#define PK_TEST_IO_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "gateway/io/loop.h"

#include <stdio.h>

#define CEILING_MS 20000 /* a condition that is not met by then never is */

#define turn_until(loop, condition)                                            \
    do {                                                                       \
        int64_t turn_until_end_us = test_now_us() + CEILING_MS * INT64_C(1000); \
        while (!(condition)) {                                                 \
            test_turn(loop, 5);                                                \
            if (test_now_us() > turn_until_end_us)                             \
                fail_msg("this never came: %s", #condition);                   \
        }                                                                      \
    } while (0)

int64_t test_now_us(void); /* real, whatever the clock is set to */
void test_turn(struct pk_loop *loop, int max_wait_ms);
struct pk_loop *test_loop_new(void);

/* ---- the other side, byte by byte ---- */

int test_connect_tcp(unsigned port);
int test_connect_unix(const char *path);
void test_send(int fd, struct pk_slice bytes);
#define test_send_text(fd, text) test_send(fd, pk_slice_of(text))
/* What there is to read now is appended; false at the end of the stream (a reset is an end too). */
bool test_receive(int fd, struct pk_buf *out);
bool test_has(const struct pk_buf *buf, const char *text);
unsigned test_count(const struct pk_buf *buf, const char *text);
/* A port of 127.0.0.1 nobody listens on, leased while this process lives: its children may open it, no other suite is given it. */
unsigned test_free_port(void);

/* A fresh folder under $TMPDIR or /tmp, and its removal with the plain files in it. */
void test_folder_make(char ret_path[128]);
void test_folder_remove(const char *path);
/* "folder/name", in one of a few static places. */
const char *test_path(const char *folder, const char *name);
void test_write_file(const char *path, const char *text);

#endif
