/* SPDX-License-Identifier: EUPL-1.2 */
/* The files of the pages, in the program itself: pages/NAME.html, phrases/TAG.ini, static/NAME. */
#ifndef PK_CONSOLE_FILES_H
#define PK_CONSOLE_FILES_H

#include <stddef.h>

struct pk_file_embedded {
    const char *path; /* below gateway/console */
    const char *type; /* for Content-Type */
    const unsigned char *data; /* a NUL behind it */
    size_t len;
};

extern const struct pk_file_embedded pk_files[]; /* sorted by path */
extern const size_t pk_file_count;

#endif
