/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The corpus of a target, played again in every build: each file of the folder given, and every beginning of a file that
 * is short. It asks nothing itself; the target and the sanitizers do.
 */
#include "tests/fuzz/fuzz.h"

#include "gateway/base/file.h"

#include <dirent.h>

#define FILES_MAX 1024
#define FILE_BYTES_MAX (1u << 20)
#define CUT_BELOW 512u /* shorter files are cut at every byte */

static char playing[512];

/* What a target dies of, it dies of in this file. */
static void play(struct pk_slice text)
{
    char *copy = fuzz_copy(text);
    (void) LLVMFuzzerTestOneInput((const uint8_t *) copy, text.len);
    free(copy);
}

static size_t play_file(const char *folder, const char *name)
{
    struct pk_buf file;
    size_t played = 1;
    pk_buf_init(&file, FILE_BYTES_MAX);
    (void) snprintf(playing, sizeof playing, "%s/%s", folder, name);
    fuzz_need(pk_file_read(playing, FILE_BYTES_MAX, &file, NULL) == 0);
    play(pk_buf_slice(&file));
    for (size_t len = 0; file.len < CUT_BELOW && len < file.len; len++, played++)
        play(pk_slice_make(file.data, len));
    pk_buf_finish(&file);
    return played;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    struct dirent **names = NULL;
    size_t played = 0;
    if (argc != 2) {
        (void) fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    int count = scandir(argv[1], &names, visible, alphasort);
    fuzz_need(count > 0 && count <= FILES_MAX);
    for (int i = 0; i < count; i++) {
        played += play_file(argv[1], names[i]->d_name);
        free(names[i]);
    }
    free(names);
    (void) printf("%d files, %zu texts\n", count, played);
    return 0;
}
