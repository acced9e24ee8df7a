/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * INI files: `[section name]`, `key = value`, `#` or `;` at the start of a line for comments, values taken whole
 * (trimmed; no quotes, no continuation, no inline comments). A reader of lines, not of meanings: what keys are
 * allowed is the caller's. UTF-8, a BOM is allowed, at most 64 KiB a line and 1 MiB a file.
 */
#ifndef PK_BASE_INI_H
#define PK_BASE_INI_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

struct pk_ini_entry {
    const char *key;
    struct pk_slice value;
    uint32_t line;
};

struct pk_ini_section {
    const char *kind; /* first word: "account" */
    const char *name; /* the rest: "nightly"; "" when none */
    uint32_t line;
    struct pk_ini_entry *entries;
    size_t entry_count;
};

struct pk_ini {
    char *file; /* as given, for messages */
    struct pk_ini_section *sections;
    size_t section_count;
};

#define PK_INI_TOLD_MAX 100u /* a file that is no INI at all has as many mistakes as lines: further ones are only counted */

/* Every mistake of a file is told, not only the first. Each call is one "file:line: [section] key: reason" and hint. */
struct pk_ini_report {
    void (*tell)(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                 const char *hint);
    void *ctx;
    size_t count;
};
__attribute__((format(printf, 7, 8))) void pk_ini_tell(struct pk_ini_report *report, const char *file, uint32_t line,
                                                       const char *section, const char *key, const char *hint,
                                                       const char *format, ...);

/* Lines that are no INI, duplicate sections and duplicate keys are told; the rest is still read.
 * Negative only when the file cannot be read at all. The caller frees *ret_ini. */
int pk_ini_read(const char *path, struct pk_ini_report *report, struct pk_ini **ret_ini, struct pk_error *err);
int pk_ini_parse(const char *file, struct pk_slice text, struct pk_ini_report *report, struct pk_ini **ret_ini,
                 struct pk_error *err);
void pk_ini_free(struct pk_ini *ini);
PK_AUTO_DEFINE(pk_ini, struct pk_ini *, pk_ini_free)

const struct pk_ini_section *pk_ini_find(const struct pk_ini *ini, const char *kind, const char *name);
const struct pk_ini_entry *pk_ini_entry(const struct pk_ini_section *section, const char *key);

#endif
