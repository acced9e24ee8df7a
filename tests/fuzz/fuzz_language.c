/* SPDX-License-Identifier: EUPL-1.2 */
/* A language file: a mistake is told or there is a language; a language can say every day, hour and list of days in
 * words, and its reply words can be searched. */
#include "gateway/language/language_file.h"

#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#define WORDS_MAX 65536u

static void say_everything(const struct pk_language *language)
{
    static const int64_t moments[] = { 0, 1772557200000, 1793145600000, 253402300799999 };
    const struct pk_longest_days *longest = pk_dates_longest(language->dates);
    struct pk_wall *wall = NULL;
    struct pk_buf words;
    pk_buf_init(&words, WORDS_MAX);
    fuzz_need(pk_wall_new("Europe/Amsterdam", &wall, NULL) == 0);
    for (size_t i = 0; i < PK_COUNT(moments); i++) {
        for (int word = 0; word < PK_DAY_WORDS; word++)
            (void) pk_dates_word(language->dates, wall, (enum pk_day_word) word, moments[i], &words);
        (void) pk_dates_range(language->dates, wall, moments[i], longest->moment_ms, &words);
    }
    (void) pk_dates_hours(language->dates, PK_SLICE("9:00-17:00"), false, &words);
    fuzz_need(pk_weekdays_count(pk_slice_of(longest->weekdays)) == PK_WEEKDAYS_MAX);
    (void) pk_dates_weekdays(language->dates, pk_slice_of(longest->weekdays), false, &words);
    fuzz_need(pk_utf8_valid(pk_buf_slice(&words)));
    pk_wall_free(wall);
    pk_buf_finish(&words);
}

static void search(const struct pk_language *language)
{
    struct pk_ini_report report = { .tell = fuzz_told };
    struct pk_reply_words *words = pk_reply_words_new();
    struct pk_reply_meaning meaning;
    pk_language_add_replies(language, words, &report);
    pk_reply_understand(words, PK_SLICE("моля спри да 2"), &meaning);
    fuzz_need(memchr(meaning.language, '\0', sizeof meaning.language) != NULL);
    pk_reply_words_free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char path[64];
    struct pk_ini_report report = { .tell = fuzz_told };
    if (fd < 0)
        fd = memfd_create("language", MFD_CLOEXEC);
    fuzz_need(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t) size);
    (void) snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct pk_language *language = pk_language_load(path, PK_SLICE("bg"), &report);
    fuzz_need((language != NULL) == (report.count == 0));
    if (language) {
        say_everything(language);
        search(language);
    }
    pk_language_free(language);
    return 0;
}
