/* SPDX-License-Identifier: EUPL-1.2 */
/* Common parts of the benchmark programs: the clock, options, bytes and event sources. Numbers are in numbers.c. */
#include "tests/bench/common.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void bench_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

uint64_t bench_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000U + (uint64_t) now.tv_nsec / 1000U;
}

uint64_t bench_cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return ((uint64_t) usage.ru_utime.tv_sec + (uint64_t) usage.ru_stime.tv_sec) * 1000000U + (uint64_t) usage.ru_utime.tv_usec +
           (uint64_t) usage.ru_stime.tv_usec;
}

uint64_t bench_number(const char *option, const char *text, uint64_t max)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || text[0] == '-' || value > max)
        bench_die("--%s: \"%s\" is not a number from 0 to %llu", option, text, (unsigned long long) max);
    return value;
}

double bench_fraction(const char *option, const char *text)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0.0 && value <= 1.0))
        bench_die("--%s: \"%s\" is not a number from 0 to 1", option, text);
    return value;
}

void *bench_alloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        bench_die("no memory for %zu times %zu bytes", count, size);
    return memory;
}

void bench_buf_reserve(struct bench_buf *buf, size_t more)
{
    if (buf->cap - buf->len >= more)
        return;
    size_t cap = buf->cap ? buf->cap : 256;
    while (cap - buf->len < more)
        cap *= 2;
    char *data = realloc(buf->data, cap);
    if (!data)
        bench_die("no memory for %zu bytes", cap);
    buf->data = data;
    buf->cap = cap;
}

void bench_buf_add(struct bench_buf *buf, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    bench_buf_reserve(buf, len);
    memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
}

void bench_buf_text(struct bench_buf *buf, const char *text)
{
    bench_buf_add(buf, text, strlen(text));
}

void bench_buf_format(struct bench_buf *buf, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0 || (size_t) len >= sizeof text)
        bench_die("a formatted text of %d bytes does not fit", len);
    bench_buf_add(buf, text, (size_t) len);
}

void bench_buf_number(struct bench_buf *buf, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char) ('0' + number % 10);
        number /= 10;
    } while (number > 0);
    bench_buf_add(buf, digits + at, sizeof digits - at);
}

void bench_buf_expand(struct bench_buf *buf, const char *text, size_t text_len, const char *name, const char *value,
                      size_t value_len)
{
    char mark[32];
    int mark_len = snprintf(mark, sizeof mark, "{%s}", name);
    const char *end = text + text_len;
    for (const char *found; (found = memmem(text, (size_t) (end - text), mark, (size_t) mark_len)); text = found + mark_len) {
        bench_buf_add(buf, text, (size_t) (found - text));
        bench_buf_add(buf, value, value_len);
    }
    bench_buf_add(buf, text, (size_t) (end - text));
}

void bench_buf_consume(struct bench_buf *buf, size_t len)
{
    buf->len -= len;
    if (buf->len > 0 && len > 0)
        memmove(buf->data, buf->data + len, buf->len);
}

void bench_buf_finish(struct bench_buf *buf)
{
    free(buf->data);
    *buf = (struct bench_buf){ 0 };
}

struct bench_buf bench_file(const char *path)
{
    struct bench_buf content = { 0 };
    FILE *file = fopen(path, "rbe");
    if (!file)
        bench_die("cannot read \"%s\": %s", path, strerrordesc_np(errno));
    for (size_t got = 1; got > 0; content.len += got) {
        bench_buf_reserve(&content, 4096);
        got = fread(content.data + content.len, 1, 4096, file);
    }
    if (ferror(file))
        bench_die("cannot read \"%s\"", path);
    fclose(file);
    return content;
}

bool bench_source_watch(struct bench_source *source, int epoll_fd, uint32_t events)
{
    if (events == source->events)
        return true;
    struct epoll_event event = { .events = events, .data.ptr = source };
    int action = events == 0 ? EPOLL_CTL_DEL : source->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(epoll_fd, action, source->fd, &event) < 0)
        return false;
    source->events = events;
    return true;
}

void bench_source_close(struct bench_source *source, int epoll_fd)
{
    if (source->fd < 0)
        return;
    bench_source_watch(source, epoll_fd, 0);
    close(source->fd);
    source->fd = -1;
    source->events = 0;
}

void bench_turn(int epoll_fd, uint64_t until_us)
{
    struct epoll_event ready[256];
    struct timespec timeout = { 0 };
    if (until_us != UINT64_MAX) {
        uint64_t now = bench_now_us();
        uint64_t left = until_us > now ? until_us - now : 0;
        timeout.tv_sec = (time_t) (left / 1000000U);
        timeout.tv_nsec = (long) (left % 1000000U) * 1000;
    }
    int count = epoll_pwait2(epoll_fd, ready, 256, until_us == UINT64_MAX ? NULL : &timeout, NULL);
    if (count < 0 && errno != EINTR)
        bench_die("cannot wait for events: %s", strerrordesc_np(errno));
    for (int i = 0; i < count; i++) {
        struct bench_source *source = ready[i].data.ptr;
        source->ready(source, ready[i].events);
    }
}
