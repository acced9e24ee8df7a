/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An account's settings, kept. What open() is given lives for that call only; this is a copy in one piece of memory,
 * wiped when it is let go. Slices and names taken from it live as long as it does and are NUL-terminated.
 */
#ifndef PK_KIT_SETTINGS_H
#define PK_KIT_SETTINGS_H

#include "gateway/include/pokana/adapter.h"

struct pk_kit_settings {
    struct pk_setting_value *values;
    size_t count;
    char *memory;
    size_t memory_bytes;
};

/* 0 or PK_E_NOMEM. */
int pk_kit_settings_init(struct pk_kit_settings *settings, const struct pk_setting_value *values, size_t count);
void pk_kit_settings_finish(struct pk_kit_settings *settings);

/* {NULL,0} when absent or empty: the two mean the same to every adapter. */
struct pk_slice pk_kit_text(const struct pk_kit_settings *settings, const char *name);
bool pk_kit_is_set(const struct pk_kit_settings *settings, const char *name);
int64_t pk_kit_number(const struct pk_kit_settings *settings, const char *name, int64_t otherwise);

/* Two settings that mean nothing without each other: PK_E_CONFIG names the missing one. */
int pk_kit_pair(const struct pk_kit_settings *settings, const char *one, const char *other, struct pk_error *err);
/* A secret that callers show us is hard to guess (16 bytes at least) and, as a part of a URL's path (`in_path`), arrives
 * as it was given. An absent one is fine. */
int pk_kit_check_secret(const struct pk_kit_settings *settings, const char *name, bool in_path, struct pk_error *err);

/* The next member of the family `front` ("header."), or NULL; *cursor is 0 at first. */
const struct pk_setting_value *pk_kit_member(const struct pk_kit_settings *settings, const char *front, size_t *cursor);

#endif
