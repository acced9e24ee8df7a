/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Plays seasons until so many days of campaigns have passed, each from a seed of its own, which is printed.
 *
 *     seasons [--seed N] [--days M] [--story]
 *
 * M days (200) from seed N (1) on; with --story everything that happened is told, without it the end of what failed.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/random.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEASON_DAYS 14
#define TAIL 12000u /* of what happened in a season that failed */

struct world *world;
const struct pk_catalog *catalogs[2];
struct pk_keyring *ring;

uint64_t chance(uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

bool one_in(unsigned many)
{
    return chance(many) == 0;
}

void note(const char *format, ...)
{
    char moment[PK_TIME_TEXT_MAX];
    va_list args;
    size_t room = LOG_BYTES - world->log_len;
    if (room < 1024)
        return;
    int n = snprintf(world->log + world->log_len, room, "%s %u ", pk_time_format(pk_clock_wall_ms(), moment), world->life);
    va_start(args, format);
    n += vsnprintf(world->log + world->log_len + n, room - (size_t) n, format, args);
    va_end(args);
    world->log_len += (size_t) n < 1000 ? (size_t) n : 1000;
    world->log[world->log_len++] = '\n';
}

void broken(const char *what, const char *format, ...)
{
    va_list args;
    int n = snprintf(world->why, sizeof world->why, "%s: ", what);
    va_start(args, format);
    (void) vsnprintf(world->why + n, sizeof world->why - (size_t) n, format, args);
    va_end(args);
    note("BROKEN %s", world->why);
    world->failed = true;
    _exit(1);
}

void must(int r, const struct pk_error *err, const char *what)
{
    if (r != 0)
        broken("does not work", "%s: %d %s", what, r, err ? err->message : "");
}

/* ---- texts: as they are shipped, and with one of them edited ---- */

static void copy_file(const char *from, const char *to, const char *behind)
{
    char bytes[16384];
    ssize_t n;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while ((n = read(in, bytes, sizeof bytes)) > 0) {
        while (behind && n > 0 && bytes[n - 1] == '\n')
            n--;
        (void) !write(out, bytes, (size_t) n);
    }
    if (behind)
        (void) !write(out, behind, strlen(behind));
    (void) close(in);
    (void) close(out);
}

static void copy_language(const char *name, const char *to)
{
    char from[400], source[700], target[700];
    (void) snprintf(from, sizeof from, "%s/%s", PK_TEST_TEMPLATES, name);
    DIR *folder = opendir(from);
    (void) mkdir(to, 0700);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        (void) snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        (void) snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
        if (entry->d_name[0] != '.')
            copy_file(source, target, strcmp(entry->d_name, "parent-meeting-reminder.txt") == 0 ? "!" : NULL);
    }
    if (folder)
        (void) closedir(folder);
}

static void remove_folder(const char *path)
{
    char inside[700];
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void) snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (unlink(inside) != 0)
            remove_folder(inside);
    }
    if (folder)
        (void) closedir(folder);
    (void) rmdir(path);
}

static int load_texts(void)
{
    static const char *const languages[] = { "bg", "nl", "tr", "en" };
    struct pk_ini_report report = { 0 };
    struct pk_error err = { 0 };
    struct pk_catalog *shipped = NULL, *edited = NULL;
    char folder[] = "/tmp/pokana-texts-XXXXXX", path[200];
    if (!mkdtemp(folder))
        return 1;
    for (size_t i = 0; i < PK_COUNT(languages); i++) {
        (void) snprintf(path, sizeof path, "%s/%s", folder, languages[i]);
        copy_language(languages[i], path);
    }
    int r = pk_catalog_load(PK_TEST_TEMPLATES, &report, &shipped, &err);
    if (r == 0)
        r = pk_catalog_load(folder, &report, &edited, &err);
    remove_folder(folder);
    if (r != 0)
        (void) fprintf(stderr, "texts: %s\n", err.message);
    catalogs[0] = shipped;
    catalogs[1] = edited;
    return r;
}

/* ---- seasons ---- */

static void begin(uint64_t seed)
{
    memset(world, 0, offsetof(struct world, log));
    world->seed = seed;
    world->random = seed * 0x9e3779b97f4a7c15ull + 0x2545f4914f6cdd1dull;
    for (unsigned i = 0; i < 16; i++)
        (void) chance(2);
    world->campaign_count = world->version_count = world->hand_count = 1;
    (void) snprintf(world->folder, sizeof world->folder, "%s/pokana-season-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(world->folder)) {
        perror(world->folder);
        exit(1);
    }
    (void) snprintf(world->path, sizeof world->path, "%s/db", world->folder);
    world->began_ms = world->now_ms = calendar_begin((unsigned) seed);
    world->until_ms = world->began_ms + SEASON_DAYS * DAY_MS;
    pk_clock_set_manual(world->now_ms);
    advisers_begin();
    residents_begin();
}

/* Lives until one ends by itself. */
static void play(void)
{
    for (;;) {
        int status = 0;
        world->life++;
        (void) fflush(NULL);
        pid_t child = fork();
        if (child == 0)
            life_run();
        if (child < 0 || waitpid(child, &status, 0) != child) {
            perror("fork");
            exit(1);
        }
        if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3)) {
            if (!world->failed)
                (void) snprintf(world->why, sizeof world->why, "a life ended badly: status %d", status);
            world->failed = true;
        }
        if (world->failed || WEXITSTATUS(status) == 0)
            return;
        world->kills++;
    }
}

static bool season(uint64_t seed, bool all, int64_t *days)
{
    begin(seed);
    play();
    remove_folder(world->folder);
    int64_t lasted = (world->now_ms - world->began_ms) / DAY_MS;
    lasted = lasted < SEASON_DAYS ? lasted : SEASON_DAYS; /* while it came to rest nothing was begun */
    *days += lasted;
    (void) printf("seed %llu: %lld days, %u campaigns, %u hand-overs, %u commits, %u kills, %u failed commits, %llu looks%s%s\n", (unsigned long long) seed,
                  (long long) lasted, world->campaign_count - 1, world->hand_count - 1, world->commits, world->kills, world->vetoes,
                  (unsigned long long) world->looks,                   world->failed ? ", " : "", world->failed ? world->why : "");
    size_t from = all || world->log_len < TAIL ? 0 : world->log_len - TAIL;
    if (world->failed || all)
        (void) fwrite(world->log + from, 1, world->log_len - from, stdout);
    if (world->failed)
        (void) printf("%s\nagain: tests/seasons/seasons --seed %llu --days 1 --story\n", world->why, (unsigned long long) seed);
    return !world->failed;
}

static double now_s(void)
{
    struct timespec now;
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Its value as a number; none or another word = it is not understood. */
static bool number_of(const char *text, uint64_t *ret_value)
{
    char *end = NULL;
    *ret_value = text ? strtoull(text, &end, 10) : 0;
    return text && text[0] != '\0' && *end == '\0' && *ret_value > 0;
}

static bool read_words(int argc, char **argv, uint64_t *ret_seed, uint64_t *ret_days, bool *ret_story)
{
    bool understood = true;
    for (int i = 1; understood && i < argc; i++) {
        if (strcmp(argv[i], "--story") == 0)
            *ret_story = true;
        else if (strcmp(argv[i], "--seed") == 0)
            understood = number_of(argv[++i], ret_seed);
        else if (strcmp(argv[i], "--days") == 0)
            understood = number_of(argv[++i], ret_days);
        else
            understood = false;
    }
    return understood;
}

int main(int argc, char **argv)
{
    static const uint8_t master[PK_KEY_BYTES] = "thirty-two bytes of a test's key";
    uint64_t seed = 1, wanted = 200;
    bool story = false;
    int64_t days = 0;
    unsigned good = 0, bad = 0;
    if (!read_words(argc, argv, &seed, &wanted, &story)) {
        (void) fprintf(stderr, "usage: seasons [--seed N] [--days M] [--story]\n");
        return 2;
    }
    world = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (world == MAP_FAILED || load_texts() != 0)
        return 1;
    ring = pk_keyring_new();
    if (pk_keyring_add(ring, 1, master, NULL) != 0)
        return 1;
    pk_log_set_fd(story && getenv("POKANA_LOG") ? 2 : -1);
    double began = now_s();
    for (; days < (int64_t) wanted && bad < 3; seed++) {
        bool held = season(seed, story, &days);
        good += held;
        bad += !held;
    }
    double took = now_s() - began;
    (void) printf("%lld days in %.1f s: %.1f days a second\n%u passed, %u failed\n", (long long) days, took, (double) days / took, good, bad);
    return bad != 0;
}
