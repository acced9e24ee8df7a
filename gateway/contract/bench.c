/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An adapter at work: opened from a case's settings through the gateway's own reader, with the gateway's own host; but
 * what it logs is heard before anything is erased from it, so that it is the adapter that keeps secrets, not its host.
 */
#include "gateway/contract/trial.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE_BYTES 24u /* of a text: whoever repeats so much repeats the text */
#define NUMBER_END 8u   /* digits of a number that give it away */
#define SECRET_LEAST 8u /* bytes: a shorter one may be a word of the sentence */

static struct pk_bench *open_benches;

/* ---- opening ---- */

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                 const char *hint)
{
    (void) file, (void) line, (void) section, (void) hint;
    (void) pk_buf_printf(ctx, "%s: %s\n", key ? key : "", reason);
}

/* The case's settings as the section an operator would write. */
static void write_section(const struct pk_json *account, const char *without, struct pk_buf *text)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    (void) pk_buf_add_text(text, "[account test]\n");
    while (pk_json_next(pk_json_get(account, "settings"), &iter, &name, &value))
        if (!without || !pk_slice_is(name, without))
            (void) pk_buf_printf(text, "%.*s = %.*s\n", PK_SLICE_ARG(name), PK_SLICE_ARG(pk_json_string(value)));
}

/* Gone again in a moment: nothing waits for the disk. */
static bool write_file(const char *path, struct pk_slice content)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, content.data, content.len) == (ssize_t) content.len;
    return fd >= 0 && close(fd) == 0 && good;
}

static bool each_secret(const struct pk_json *account, const char *folder, bool remove)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    bool good = true;
    while (pk_json_next(pk_json_get(account, "secrets"), &iter, &name, &value)) {
        char path[256];
        (void) snprintf(path, sizeof path, "%s/%.*s", folder, PK_SLICE_ARG(name));
        good &= remove ? unlink(path) == 0 : write_file(path, pk_json_string(value));
    }
    return good;
}

static void hear(void *ctx, uint32_t level, const char *message)
{
    struct pk_bench *bench = open_benches;
    while (bench && (const void *) bench->host != ctx)
        bench = bench->next;
    if (bench && level > PK_LEVEL_ERROR)
        (void) pk_trial_flaw(bench->trial, "it logs at a level that does not exist");
    if (bench)
        pk_bench_private(bench, pk_slice_of(message), "a log line");
}

static void open_self(struct pk_bench *bench)
{
    struct pk_error err = { 0 };
    size_t count = 0;
    const struct pk_setting_value *values = pk_settings_values(bench->settings, &count);
    int r = bench->trial->adapter->open(&bench->table, values, count, &bench->self, &err);
    pk_host_end_call(bench->host);
    pk_bench_private(bench, pk_slice_of(err.message), "what open() says");
    if (r == 0 && bench->self) {
        if (bench->settings_of == bench->test->document && bench->trial->adapter->webhook)
            pk_bench_hear(bench);
        return;
    }
    bench->self = NULL;
    (void) pk_buf_printf(&bench->trouble, "%s\n", err.message);
}

void pk_bench_open(struct pk_bench *bench, struct pk_trial *trial, const struct pk_case *test, const struct pk_json *account,
                   const char *without)
{
    char folder[] = "/tmp/pokana-adapters-XXXXXX";
    struct pk_buf text;
    struct pk_ini *ini = NULL;
    *bench = (struct pk_bench){ .trial = trial, .test = test, .settings_of = account ? account : test->document };
    pk_buf_init(&bench->trouble, 1u << 16);
    pk_buf_init(&text, 1u << 16);
    struct pk_ini_report report = { .tell = tell, .ctx = &bench->trouble };
    if (!mkdtemp(folder) || !each_secret(bench->settings_of, folder, false)) {
        (void) pk_buf_add_text(&bench->trouble, "the secrets of the case could not be written under /tmp\n");
        pk_buf_finish(&text);
        return;
    }
    write_section(bench->settings_of, without, &text);
    if (pk_ini_parse("test.conf", pk_buf_slice(&text), &report, &ini, NULL) == 0)
        (void) pk_settings_read(trial->adapter, ini, pk_ini_find(ini, "account", "test"), NULL, folder, &report,
                                &bench->settings);
    (void) each_secret(bench->settings_of, folder, true);
    (void) rmdir(folder);
    pk_ini_free(ini);
    pk_buf_finish(&text);
    if (report.count > 0 || !bench->settings)
        return;
    bench->host = pk_host_new("test", bench->settings);
    bench->table = *pk_host_table(bench->host);
    bench->table.log = hear;
    bench->next = open_benches;
    open_benches = bench;
    open_self(bench);
}

void pk_bench_renew(struct pk_bench *bench)
{
    bench->trial->adapter->close(bench->self);
    bench->self = NULL;
    open_self(bench);
}

void pk_bench_close(struct pk_bench *bench)
{
    struct pk_bench **at = &open_benches;
    if (bench->self)
        bench->trial->adapter->close(bench->self);
    while (*at && *at != bench)
        at = &(*at)->next;
    if (*at)
        *at = bench->next;
    pk_host_free(bench->host);
    pk_settings_free(bench->settings);
    pk_buf_finish(&bench->trouble);
    *bench = (struct pk_bench){ 0 };
}

void pk_bench_end_call(struct pk_bench *bench)
{
    pk_host_end_call(bench->host);
}

uint32_t pk_bench_capabilities(const struct pk_bench *bench)
{
    const struct pk_adapter *adapter = bench->trial->adapter;
    return adapter->capabilities_of ? adapter->capabilities & adapter->capabilities_of(bench->self) : adapter->capabilities;
}

/* ---- what it gives away ---- */

static bool holds(struct pk_slice text, const char *what, size_t len)
{
    return len > 0 && text.len >= len && memmem(text.data, text.len, what, len) != NULL;
}

static bool holds_text(struct pk_slice text, struct pk_slice secret)
{
    for (size_t i = 0; i + PIECE_BYTES <= secret.len; i += PIECE_BYTES / 2)
        if (holds(text, secret.data + i, PIECE_BYTES))
            return true;
    return false;
}

/* The end of a number, which is written in many ways; of a mail address what stands up to its @, for the domain may be ours. */
static bool holds_number(struct pk_slice text, struct pk_slice number)
{
    const char *at = number.len > 0 ? memchr(number.data, '@', number.len) : NULL;
    if (at)
        return holds(text, number.data, (size_t) (at + 1 - number.data));
    return number.len >= NUMBER_END && holds(text, number.data + number.len - NUMBER_END, NUMBER_END);
}

void pk_bench_private(struct pk_bench *bench, struct pk_slice text, const char *what)
{
    size_t count = 0;
    if (holds_number(text, PK_SLICE(PK_TRIAL_NUMBER)) || (bench->job && holds_number(text, bench->job->address)))
        (void) pk_trial_flaw(bench->trial, "%s holds the number", what);
    if (holds_text(text, PK_SLICE(PK_TRIAL_TEXT)) || (bench->job && (holds_text(text, bench->job->text) || holds_text(text, bench->job->fallback_text))))
        (void) pk_trial_flaw(bench->trial, "%s holds the text", what);
    if (!bench->settings)
        return;
    const struct pk_setting_value *values = pk_settings_values(bench->settings, &count);
    for (size_t i = 0; i < count; i++)
        if (pk_settings_is_secret(bench->settings, i) && values[i].text.len >= SECRET_LEAST &&
            holds(text, values[i].text.data, values[i].text.len))
            (void) pk_trial_flaw(bench->trial, "%s holds the secret %s", what, values[i].name);
}
