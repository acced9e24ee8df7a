/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the mistakes of a configuration are told: to a person at a terminal, or to the log of a gateway that runs. */
#include "gateway/app/config.h"

#include <stdio.h>

/* "file:41: [account nightly] token: reason", whatever of it is known. */
static void compose(struct pk_buf *out, const char *file, uint32_t line, const char *section, const char *key, const char *reason)
{
    (void) pk_buf_printf(out, "%s:", file);
    if (line > 0)
        (void) pk_buf_printf(out, "%u:", line);
    if (section)
        (void) pk_buf_printf(out, " [%s]", section);
    if (key)
        (void) pk_buf_printf(out, " %s:", key);
    else if (section)
        (void) pk_buf_add_char(out, ':');
    (void) pk_buf_printf(out, " %s", reason);
}

static void print(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                  const char *hint)
{
    struct pk_buf text;
    (void) ctx;
    pk_buf_init(&text, 4096);
    compose(&text, file, line, section, key, reason);
    (void) fprintf(stderr, "%s\n", pk_buf_text(&text));
    if (hint && hint[0])
        (void) fprintf(stderr, "  hint: %s\n", hint);
    pk_buf_finish(&text);
}

static void note(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                 const char *hint)
{
    struct pk_buf text;
    (void) ctx;
    pk_buf_init(&text, 4096);
    compose(&text, file, line, section, key, reason);
    pk_log(PK_LOG_WARN, "config", "mistake", "where", pk_buf_text(&text), "hint", hint, NULL);
    pk_buf_finish(&text);
}

struct pk_ini_report pk_config_report_stderr(void)
{
    return (struct pk_ini_report){ .tell = print };
}

struct pk_ini_report pk_config_report_log(void)
{
    return (struct pk_ini_report){ .tell = note };
}
