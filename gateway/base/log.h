/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The technical log: one logfmt line per event on standard error (journald adds the time there; a terminal or a
 * file gets ts=). Layers 0-4 use it for debug only; 5-7 log each failure once.
 *
 *     pk_log(PK_LOG_WARN, "dispatcher", "submit.retry", "msg", pk_id_format(id, text), "retry_in", "60s", NULL);
 *
 * Keys and values come in pairs, ended by NULL; a NULL value leaves its pair out. Values are quoted where needed.
 * A number, an address, a text of a message or a secret is never a value, not even in part.
 */
#ifndef PK_BASE_LOG_H
#define PK_BASE_LOG_H

#include <stdint.h>

enum pk_log_level { PK_LOG_DEBUG = 0, PK_LOG_INFO, PK_LOG_WARN, PK_LOG_ERROR };

void pk_log_set_level(enum pk_log_level level);
int pk_log_level_parse(const char *name, enum pk_log_level *ret_level);
/* Where lines go; -1 silences. Default 2. */
void pk_log_set_fd(int fd);

__attribute__((sentinel)) void pk_log(enum pk_log_level level, const char *module, const char *event, ...);

/* A number as a value: PK_LOG_INT(n) lives until the end of the enclosing expression. */
#define PK_LOG_INT(n) pk_log_int((char[24]){ 0 }, (int64_t) (n))
const char *pk_log_int(char *text, int64_t n);

#endif
