/* SPDX-License-Identifier: EUPL-1.2 */
/* One write(2) a line, so that lines of two threads do not mix. */
#include "gateway/base/log.h"

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048u

static enum pk_log_level least = PK_LOG_INFO;
static int log_fd = 2;

static const char *const level_names[] = { "debug", "info", "warn", "error" };

void pk_log_set_level(enum pk_log_level level)
{
    least = level;
}

int pk_log_level_parse(const char *name, enum pk_log_level *ret_level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *ret_level = (enum pk_log_level) i;
            return 0;
        }
    }
    return -1;
}

void pk_log_set_fd(int fd)
{
    log_fd = fd;
}

const char *pk_log_int(char *text, int64_t n)
{
    (void) snprintf(text, 24, "%lld", (long long) n);
    return text;
}

static void add_value(struct pk_buf *line, const char *value)
{
    bool quote = value[0] == '\0' || strpbrk(value, " =\"\\\t\r\n") != NULL;
    if (quote)
        (void) pk_buf_add_char(line, '"');
    for (const char *c = value; *c; c++) {
        unsigned char byte = (unsigned char) *c;
        if (byte == '"' || byte == '\\')
            (void) pk_buf_add_char(line, '\\');
        if (byte < 0x20 || byte == 0x7f)
            (void) pk_buf_add_char(line, ' '); /* a line stays one line */
        else
            (void) pk_buf_add_char(line, *c);
    }
    if (quote)
        (void) pk_buf_add_char(line, '"');
}

void pk_log(enum pk_log_level level, const char *module, const char *event, ...)
{
    if (level < least || log_fd < 0)
        return;
    char bytes[LINE_MAX_BYTES + 1];
    struct pk_buf line = { .data = bytes, .cap = sizeof bytes, .max_bytes = LINE_MAX_BYTES - 1 };
    bytes[0] = '\0';
    if (log_fd != 2 || !getenv("JOURNAL_STREAM")) {
        char when[PK_TIME_TEXT_MAX];
        (void) pk_buf_printf(&line, "ts=%s ", pk_time_format(pk_clock_wall_ms(), when));
    }
    (void) pk_buf_printf(&line, "level=%s mod=%s event=%s", level_names[level], module, event);
    va_list args;
    va_start(args, event);
    for (const char *key = va_arg(args, const char *); key; key = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);
        if (!value)
            continue;
        (void) pk_buf_printf(&line, " %s=", key);
        add_value(&line, value);
    }
    va_end(args);
    bytes[line.len++] = '\n';
    ssize_t n = write(log_fd, bytes, line.len);
    (void) n; /* nowhere left to say that the log cannot be written */
}
