/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One line that says what is being waited for, on standard error, when that is a terminal and the wait lasts over a
 * second; the line is gone when the wait is over. Elsewhere nothing is written at all. A short thread of its own draws
 * it, so the caller may block. May be nested: an inner begin keeps the outer words.
 *
 *     pk_progress_begin("importing");
 *     pk_progress_count(done, total);   // as often as one likes
 *     pk_progress_end();
 */
#ifndef PK_APP_PROGRESS_H
#define PK_APP_PROGRESS_H

#include <stdint.h>

#define PK_PROGRESS_AFTER_MS 1000

/* Between begin and its end no other thread writes to the terminal. `what` is copied. */
void pk_progress_begin(const char *what);
void pk_progress_count(int64_t done, int64_t total); /* total 0 = not known */
/* End before anything else is printed. */
void pk_progress_end(void);

#endif
