/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For the tests of this folder: an adapter to begin from, settings read from a text, an account with a recorder of what
 * its hand-overs came to.
 */
#ifndef PK_TESTS_PLUGIN_SUPPORT_H
#define PK_TESTS_PLUGIN_SUPPORT_H

#include "tests/unit/cmocka.h"

#include "gateway/base/text.h"
#include "gateway/plugin/account.h"
#include "gateway/plugin/registry.h"

#include <stdio.h>

/* ---- settings ---- */

/* Everything told, one "file:line: [section] key: reason | hint" a line. */
static inline void support_tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                                const char *hint)
{
    (void) pk_buf_printf(ctx, "%s:%u: [%s] %s: %s | %s\n", file, line, section, key, reason, hint ? hint : "");
}

/* Reads the first section of the text; NULL when anything was told. */
static inline struct pk_settings *support_settings(const struct pk_adapter *adapter, const char *text, const char *base_dir, struct pk_buf *told)
{
    static const char *const own[] = { "adapter", "window", "timeout", NULL };
    struct pk_ini_report report = { .tell = support_tell, .ctx = told };
    struct pk_settings *settings = NULL;
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    assert_int_equal(pk_ini_parse("pokana.conf", pk_slice_of(text), &report, &ini, NULL), 0);
    int r = pk_settings_read(adapter, ini, &ini->sections[0], own, base_dir, &report, &settings);
    assert_int_equal(r == 0, settings != NULL);
    assert_int_equal(r == 0, report.count == 0);
    return settings;
}

/* ---- an adapter's common half ---- */

static int support_self;

static inline int support_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                               struct pk_error *err)
{
    (void) host;
    (void) values;
    (void) count;
    (void) err;
    *ret_self = &support_self;
    return 0;
}

static inline void support_close(void *self)
{
    assert_ptr_equal(self, &support_self);
}

#define SUPPORT_ADAPTER                                                                                                     \
    .size = sizeof(struct pk_adapter), .abi = PK_ADAPTER_ABI, .name = "probe", .version = "1", .summary = "For tests.",      \
    .channels = "sms", .number_format = PK_NUMBER_E164, .open = support_open, .close = support_close

/* ---- hand-overs ---- */

/* What one hand-over came to. */
struct came {
    unsigned times;
    uint32_t outcome, parts;
    int64_t after_ms, price;
    char provider_id[512], code[512], reason[512];
    unsigned asked; /* may_submit */
    bool refuse;
    const bool *starting; /* done() must not be called then */
};

static inline void support_keep(char to[512], struct pk_slice text)
{
    assert_true(text.len < 512);
    (void) snprintf(to, 512, "%.*s", PK_SLICE_ARG(text));
}

static inline void support_done(void *ctx, const struct pk_result *result)
{
    struct came *came = ctx;
    assert_false(came->starting && *came->starting);
    came->times++;
    came->outcome = result->outcome;
    came->parts = result->parts;
    came->after_ms = result->after_ms;
    came->price = result->price;
    support_keep(came->provider_id, result->provider_id);
    support_keep(came->code, result->code);
    support_keep(came->reason, result->reason);
}

static inline bool support_may_submit(void *ctx)
{
    struct came *came = ctx;
    came->asked++;
    return !came->refuse;
}

static bool support_starting;

/* Starts a hand-over whose texts are gone when this returns. */
static inline void support_start(struct pk_account *account, struct came *came)
{
    char text[] = "Здравей", address[] = "+316000000042", attempt[] = "0attempt00001";
    char id[] = "text-id", label[] = "Ja", octets[] = "octets";
    struct pk_choice choices[] = { { pk_slice_of(id), pk_slice_of(label) } };
    struct pk_part parts[] = { { pk_slice_of(octets), PK_CODING_GSM7, 6 } };
    struct pk_handover handover = {
        .job = { .size = sizeof(struct pk_job), .attempt_id = pk_slice_of(attempt), .address = pk_slice_of(address), .text = pk_slice_of(text),
                 .parts = parts, .part_count = 1, .choices = choices, .choice_count = 1, .channel = PK_SLICE_INIT("sms") },
        .may_submit = support_may_submit,
        .done = support_done,
        .ctx = came,
    };
    *came = (struct came){ .refuse = came->refuse, .starting = &support_starting };
    support_starting = true;
    pk_account_start(account, &handover);
    support_starting = false;
    memset(text, 'x', sizeof text);
    memset(address, 'x', sizeof address);
    memset(attempt, 'x', sizeof attempt);
    memset(id, 'x', sizeof id);
    memset(label, 'x', sizeof label);
    memset(octets, 'x', sizeof octets);
    memset(choices, 0, sizeof choices);
    memset(parts, 0, sizeof parts);
}

#endif
