/* SPDX-License-Identifier: EUPL-1.2 */
/* A folder with a configuration of the test's, and what reading it told: one line a mistake. */
#ifndef PK_TESTS_APP_CONFIG_SUPPORT_H
#define PK_TESTS_APP_CONFIG_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/app/config.h"
#include "gateway/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[48];
    char conf[80];
    char told[8192]; /* "LINE [section] key: reason | hint\n" each */
};

static inline void place_make(struct place *place)
{
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pokana-config-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->conf, sizeof place->conf, "%s/pokana.conf", place->folder);
}

static inline void place_write(const struct place *place, const char *name, mode_t mode, const char *text)
{
    char path[128];
    (void) snprintf(path, sizeof path, "%s/%s", place->folder, name);
    assert_int_equal(pk_file_replace(path, mode, pk_slice_of(text), NULL), 0);
}

static inline void place_drop(const struct place *place, const char *name)
{
    char path[128];
    (void) snprintf(path, sizeof path, "%s/%s", place->folder, name);
    (void) unlink(path);
}

static inline void place_remove(const struct place *place)
{
    place_drop(place, "pokana.conf");
    assert_int_equal(rmdir(place->folder), 0); /* whatever else was made is the test's to drop */
}

static inline void place_tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                              const char *hint)
{
    struct place *place = ctx;
    size_t n = strlen(place->told);
    (void) file;
    assert_true(hint && hint[0]); /* every mistake has its remedy */
    (void) snprintf(place->told + n, sizeof place->told - n, "%u [%s] %s: %s | %s\n", line, section ? section : "", key ? key : "", reason,
                    hint);
}

static inline struct pk_ini_report place_report(struct place *place)
{
    place->told[0] = '\0';
    return (struct pk_ini_report){ .tell = place_tell, .ctx = place };
}

/* NULL when anything was told; then it is in place->told. */
static inline struct pk_config *place_read(struct place *place, const char *text)
{
    struct pk_config *config = NULL;
    struct pk_ini_report report = place_report(place);
    struct pk_error err = { 0 };
    place_write(place, "pokana.conf", 0600, text);
    int r = pk_config_read(place->conf, &report, &config, &err);
    assert_int_equal(r, report.count > 0 ? PK_E_CONFIG : 0);
    assert_true((config != NULL) == (r == 0));
    return config;
}

/* What every configuration needs. */
#define PLACE_HEAD "[gateway]\norganisation = Gemeente Voorbeeld\n"
#define PLACE_TAIL "[topic parent-meetings]\n[account main]\nadapter = simulator\n[route sms]\nchannel = sms\naccounts = main\n"
#define PLACE_LEAST PLACE_HEAD PLACE_TAIL

#endif
