/* SPDX-License-Identifier: EUPL-1.2 */
/* A folder of texts made for one test, under the system's folder for such things, and taken away with it. */
#ifndef PK_TESTS_LANGUAGE_FOLDER_H
#define PK_TESTS_LANGUAGE_FOLDER_H

#include "tests/unit/language/support.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char path[64];
};

static inline void folder_make(struct folder *folder)
{
    (void) snprintf(folder->path, sizeof folder->path, "/tmp/pokana-texts-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
}

/* Writes "<tag>/<file>". */
static inline void folder_write(const struct folder *folder, const char *tag, const char *file, const char *content)
{
    char path[256];
    (void) snprintf(path, sizeof path, "%s/%s", folder->path, tag);
    (void) mkdir(path, 0700);
    (void) snprintf(path, sizeof path, "%s/%s/%s", folder->path, tag, file);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(content, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static inline void folder_empty(const char *path)
{
    DIR *open = opendir(path);
    for (struct dirent *entry = open ? readdir(open) : NULL; entry; entry = readdir(open)) {
        char inner[512];
        if (entry->d_name[0] == '.')
            continue;
        assert_true(snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < (int) sizeof inner);
        if (unlink(inner) != 0) {
            folder_empty(inner);
            (void) rmdir(inner);
        }
    }
    if (open)
        (void) closedir(open);
}

static inline void folder_remove(const struct folder *folder)
{
    folder_empty(folder->path);
    (void) rmdir(folder->path);
}

/* The least that a language needs. */
#define FOLDER_DATES                                                                                                             \
    "[dates]\non-day = 'op' EEEE d MMMM\nday = EEEE d MMMM\nday-year = EEEE d MMMM y\nday-short = EEE d-M\nday-month = d MMMM\n" \
    "on-weekday = 'op' EEEE\ntime = H:mm 'uur'\ndatetime = EEEE d MMMM, H:mm 'uur'\nshort = EEE d-M, H:mm 'uur'\n"               \
    "range-from = 'van' H:mm\nrange-to = 'tot' H:mm 'uur'\nlist-and = en\n"

#endif
