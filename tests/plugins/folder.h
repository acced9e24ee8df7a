/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For the tests of this folder: a folder of our own that only we may write to, copies of what was built in it, and the
 * check that a file is refused with one sentence and nothing else.
 */
#ifndef PK_TESTS_PLUGINS_FOLDER_H
#define PK_TESTS_PLUGINS_FOLDER_H

#include "tests/unit/cmocka.h"

#include "gateway/base/file.h"
#include "gateway/plugin/registry.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OBJECT_MAX_BYTES (16u << 20)

static char folder[] = "/tmp/pokana-plugins-XXXXXX";

static inline const char *path_of(const char *name)
{
    static char path[PATH_MAX];
    (void) snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline void put(const char *name, struct pk_slice bytes, mode_t mode)
{
    assert_int_equal(pk_file_replace(path_of(name), 0600, bytes, NULL), 0);
    assert_int_equal(chmod(path_of(name), mode), 0);
}

/* A copy, for the folder things are built in may be writable by others. */
static inline void copy_into(const char *to, const char *name)
{
    char file[PATH_MAX];
    struct pk_buf bytes;
    pk_buf_init(&bytes, OBJECT_MAX_BYTES);
    (void) snprintf(file, sizeof file, "%s/%s.so", PK_TEST_PLUGINS, name);
    assert_int_equal(pk_file_read(file, OBJECT_MAX_BYTES, &bytes, NULL), 0);
    (void) snprintf(file, sizeof file, "%s/%s.so", to, name);
    assert_int_equal(pk_file_replace(file, 0600, pk_buf_slice(&bytes), NULL), 0);
    pk_buf_finish(&bytes);
}

static inline const char *copy(const char *name)
{
    char file[64];
    copy_into(folder, name);
    (void) snprintf(file, sizeof file, "%s.so", name);
    return path_of(file);
}

static inline int make_folder(void **state)
{
    (void) state;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    DIR *listing = opendir(folder);
    (void) state;
    assert_non_null(listing);
    for (struct dirent *entry = readdir(listing); entry; entry = readdir(listing))
        (void) unlink(path_of(entry->d_name));
    (void) closedir(listing);
    return rmdir(folder);
}

static inline void check(const char *path, int code, const char *message, const char *hint)
{
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    struct pk_error err = { 0 };
    size_t before = pk_registry_count(registry);
    int r = pk_registry_load(registry, path, &err);
    assert_string_equal(err.message, message);
    assert_string_equal(err.hint, hint);
    assert_int_equal(r, code);
    assert_int_equal(err.code, code);
    assert_int_equal(pk_registry_count(registry), before);
}

#endif
