/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/journal.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEAD "pokana-journal 1\n"
#define MAC_BYTES 32u
#define LINE_MAX_BYTES 256u
#define CHUNK_BYTES 65536u
#define FILE_MAX_BYTES (1ll << 30)

static const char *const kinds[PK_JOURNAL_KINDS] = {
    [PK_JOURNAL_MARK] = "mark",       [PK_JOURNAL_STOP] = "stop",       [PK_JOURNAL_START] = "start",
    [PK_JOURNAL_WITHDRAWAL] = "withdrawal", [PK_JOURNAL_ERASURE] = "erasure", [PK_JOURNAL_FORGOTTEN] = "forgotten",
};

struct pk_journal {
    char *path;
    int fd;
    const struct pk_keyring *keys;
    int64_t size; /* of what is good */
    int64_t seq, last_ms;
    uint8_t mac[MAC_BYTES]; /* of the last record */
    int64_t of_key[256];
};

static int fail_file(struct pk_error *err, const char *what, const char *path)
{
    char text[128];
    int code = errno == EACCES || errno == EPERM ? PK_E_DENIED : errno == ENOENT ? PK_E_NOT_FOUND : PK_E_IO;
    return pk_fail(err, code, "could not %s the journal \"%s\": %s", what, path, strerror_r(errno, text, sizeof text));
}

/* ---- hashes ---- */

void pk_journal_hash_address(const struct pk_keyring *keys, uint8_t key, struct pk_slice value, uint8_t ret_hash[PK_BLIND_BYTES])
{
    memset(ret_hash, 0, PK_BLIND_BYTES);
    (void) pk_blind(keys, key, "address", value, ret_hash);
}

void pk_journal_hash_person(const struct pk_keyring *keys, uint8_t key, int64_t recipient, uint8_t ret_hash[PK_BLIND_BYTES])
{
    char text[24];
    (void) snprintf(text, sizeof text, "%lld", (long long) recipient);
    memset(ret_hash, 0, PK_BLIND_BYTES);
    (void) pk_blind(keys, key, "journal erasure", pk_slice_of(text), ret_hash);
}

void pk_journal_hash_consent(const struct pk_keyring *keys, uint8_t key, int64_t recipient, const char *topic, const char *channel,
                             uint8_t ret_hash[PK_BLIND_BYTES])
{
    char text[160];
    (void) snprintf(text, sizeof text, "%lld %.60s %.60s", (long long) recipient, topic, channel); /* names hold no spaces */
    memset(ret_hash, 0, PK_BLIND_BYTES);
    (void) pk_blind(keys, key, "journal withdrawal", pk_slice_of(text), ret_hash);
}

/* ---- a line ---- */

static int make_mac(const struct pk_keyring *keys, uint8_t key, const uint8_t before[MAC_BYTES], struct pk_slice text, uint8_t ret_mac[MAC_BYTES])
{
    struct pk_slice parts[3] = { PK_SLICE("journal"), pk_slice_make(before, MAC_BYTES), text };
    return pk_keyring_mac_by(keys, key, PK_KEY_CHAIN, parts, PK_COUNT(parts), ret_mac);
}

static void write_line(const struct pk_keyring *keys, const struct pk_journal_record *record, uint8_t mac[MAC_BYTES], struct pk_buf *out)
{
    char moment[PK_TIME_TEXT_MAX];
    size_t begin = out->len;
    (void) pk_buf_printf(out, "%lld %s %s %s %u ", (long long) record->seq, pk_time_format(record->at_ms, moment), kinds[record->kind],
                         record->channel[0] ? record->channel : "-", record->key);
    pk_hex(out, record->hash, sizeof record->hash);
    (void) pk_buf_add_char(out, ' ');
    (void) make_mac(keys, record->key, mac, pk_slice_make(out->data + begin, out->len - begin), mac);
    pk_hex(out, mac, MAC_BYTES);
    (void) pk_buf_add_char(out, '\n');
}

static bool read_fields(struct pk_slice line, struct pk_journal_record *ret_record, struct pk_slice *ret_mac)
{
    struct pk_slice seq, moment, kind, channel, key, hash;
    int64_t number;
    if (!pk_slice_cut(&line, ' ', &seq) || !pk_slice_cut(&line, ' ', &moment) || !pk_slice_cut(&line, ' ', &kind) ||
        !pk_slice_cut(&line, ' ', &channel) || !pk_slice_cut(&line, ' ', &key) || !pk_slice_cut(&line, ' ', &hash))
        return false;
    *ret_record = (struct pk_journal_record){ .kind = PK_JOURNAL_KINDS };
    for (uint32_t i = 0; i < PK_JOURNAL_KINDS; i++)
        if (pk_slice_is(kind, kinds[i]))
            ret_record->kind = i;
    if (ret_record->kind == PK_JOURNAL_KINDS || channel.len > PK_JOURNAL_CHANNEL_MAX || pk_parse_int(key, 1, 255, &number) != 0 ||
        pk_parse_int(seq, 1, INT64_MAX, &ret_record->seq) != 0 || pk_time_parse(moment, &ret_record->at_ms) != 0 ||
        pk_unhex(hash, ret_record->hash, sizeof ret_record->hash) != 0)
        return false;
    ret_record->key = (uint8_t) number;
    if (!pk_slice_is(channel, "-"))
        (void) snprintf(ret_record->channel, sizeof ret_record->channel, "%.*s", PK_SLICE_ARG(channel));
    *ret_mac = line;
    return true;
}

/* A line without its line feed. `mac`: of the one before, then of this one. */
static bool read_line(const struct pk_keyring *keys, struct pk_slice line, uint8_t mac[MAC_BYTES], struct pk_journal_record *ret_record)
{
    struct pk_slice mac_text;
    uint8_t said[MAC_BYTES], mine[MAC_BYTES];
    if (!read_fields(line, ret_record, &mac_text) || pk_unhex(mac_text, said, sizeof said) != 0 ||
        make_mac(keys, ret_record->key, mac, pk_slice_make(line.data, (size_t) (mac_text.data - line.data)), mine) != 0 ||
        !pk_equal_constant_time(said, mine, MAC_BYTES))
        return false;
    memcpy(mac, mine, MAC_BYTES);
    return true;
}

/* ---- a file ---- */

struct walk {
    const struct pk_keyring *keys;
    int (*each)(void *ctx, const struct pk_journal_record *record);
    void *ctx;
    uint8_t mac[MAC_BYTES];
    struct pk_journal_facts facts;
    int64_t good; /* bytes */
    bool headed;
};

/* One line of the text; false at what is none. */
static bool take(struct walk *walk, struct pk_slice line, int *ret_result)
{
    struct pk_journal_record record;
    if (!walk->headed) {
        walk->headed = line.len + 1 == strlen(HEAD) && memcmp(line.data, HEAD, line.len) == 0;
        if (walk->headed)
            walk->good += (int64_t) line.len + 1;
        return walk->headed;
    }
    if (!read_line(walk->keys, line, walk->mac, &record) || (walk->facts.last_seq != 0 && record.seq != walk->facts.last_seq + 1))
        return false;
    walk->good += (int64_t) line.len + 1;
    walk->facts.records++;
    walk->facts.last_seq = record.seq;
    walk->facts.last_ms = record.at_ms;
    *ret_result = walk->each ? walk->each(walk->ctx, &record) : 0;
    return *ret_result == 0;
}

static int walk_file(struct walk *walk, int fd, const char *path, struct pk_error *err)
{
    char bytes[CHUNK_BYTES];
    size_t have = 0;
    for (;;) {
        ssize_t n = read(fd, bytes + have, sizeof bytes - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_file(err, "read", path);
        have += (size_t) n;
        size_t done = 0;
        for (char *end; (end = memchr(bytes + done, '\n', have - done)) != NULL; done = (size_t) (end - bytes) + 1) {
            int result = 0;
            if (!take(walk, pk_slice_make(bytes + done, (size_t) (end - bytes) - done), &result)) {
                walk->facts.damaged = result == 0;
                return result;
            }
        }
        memmove(bytes, bytes + done, have - done);
        have -= done;
        if (n == 0 || have >= LINE_MAX_BYTES) {
            walk->facts.torn = have > 0;
            return 0;
        }
    }
}

int pk_journal_read(const char *path, const struct pk_keyring *keys, int (*each)(void *ctx, const struct pk_journal_record *record),
                    void *ctx, struct pk_journal_facts *ret_facts, struct pk_error *err)
{
    struct walk walk = { .keys = keys, .each = each, .ctx = ctx };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_file(err, "open", path);
    int r = walk_file(&walk, fd, path, err);
    (void) close(fd);
    if (r == 0 && !walk.headed)
        r = pk_fail(err, PK_E_INVALID, "\"%s\" is not a journal", path);
    else if (r == 0 && walk.facts.damaged && walk.facts.records == 0) {
        r = pk_fail(err, PK_E_INVALID, "the journal \"%s\" was written with other keys, or is damaged from its beginning", path);
        (void) pk_hint(err, r, "Name the key file that was in use when it was written.");
    }
    if (r == 0)
        *ret_facts = walk.facts;
    return r;
}

/* ---- opened to be written ---- */

static int count_key(void *ctx, const struct pk_journal_record *record)
{
    struct pk_journal *journal = ctx;
    journal->of_key[record->key]++;
    return 0;
}

static int write_all(int fd, struct pk_slice text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.data, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        text = pk_slice_make(text.data + n, text.len - (size_t) n);
    }
    return 0;
}

static int open_file(struct pk_journal *journal, bool *ret_fresh, struct pk_error *err)
{
    struct stat st;
    journal->fd = open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (journal->fd < 0 || fstat(journal->fd, &st) != 0)
        return fail_file(err, "open", journal->path);
    if (!S_ISREG(st.st_mode))
        return pk_fail(err, PK_E_CONFIG, "the journal \"%s\" is not a regular file", journal->path);
    if (flock(journal->fd, LOCK_EX | LOCK_NB) != 0)
        return pk_fail(err, PK_E_CONFLICT, "the journal \"%s\" is in use by another process", journal->path);
    *ret_fresh = st.st_size < (off_t) strlen(HEAD); /* not even its first line: it was being made */
    return 0;
}

static int begin(struct pk_journal *journal, int64_t known_seq, struct pk_error *err)
{
    if (ftruncate(journal->fd, 0) != 0 || write_all(journal->fd, PK_SLICE(HEAD)) != 0 || fdatasync(journal->fd) != 0 ||
        pk_file_sync_folder_of(journal->path) != 0)
        return fail_file(err, "begin", journal->path);
    journal->size = (int64_t) strlen(HEAD);
    journal->seq = known_seq;
    journal->last_ms = 0;
    memset(journal->mac, 0, sizeof journal->mac);
    memset(journal->of_key, 0, sizeof journal->of_key);
    return 0;
}

/* It keeps its content under another name, and the next one is begun. */
static int set_aside(struct pk_journal *journal, int64_t known_seq, int64_t now_ms, struct pk_journal_found *found, struct pk_error *err)
{
    bool fresh;
    int n = snprintf(found->aside, sizeof found->aside, "%s.aside-%lld", journal->path, (long long) now_ms);
    if (n < 0 || (size_t) n >= sizeof found->aside)
        return pk_fail(err, PK_E_LIMIT, "the path of the journal is too long");
    if (rename(journal->path, found->aside) != 0)
        return fail_file(err, "set aside", journal->path);
    (void) close(journal->fd);
    int r = open_file(journal, &fresh, err);
    found->begun = true;
    return r == 0 ? begin(journal, known_seq, err) : r;
}

static int go_on(struct pk_journal *journal, int64_t known_seq, int64_t now_ms, struct pk_journal_found *found, struct pk_error *err)
{
    struct walk walk = { .keys = journal->keys, .each = count_key, .ctx = journal };
    int r = walk_file(&walk, journal->fd, journal->path, err);
    if (r != 0)
        return r;
    if (!walk.headed || (walk.facts.damaged && walk.facts.records == 0)) {
        r = pk_fail(err, PK_E_CONFIG, "\"%s\" is not a journal written with these keys", journal->path);
        return pk_hint(err, r, "Name another file in [gateway] journal, or move this one aside.");
    }
    if (walk.facts.last_seq < known_seq || walk.facts.damaged)
        return set_aside(journal, known_seq > walk.facts.last_seq ? known_seq : walk.facts.last_seq, now_ms, found, err);
    found->cut = walk.facts.torn;
    if (walk.facts.torn && (ftruncate(journal->fd, (off_t) walk.good) != 0 || fdatasync(journal->fd) != 0))
        return fail_file(err, "cut the torn end of", journal->path);
    journal->size = walk.good;
    journal->seq = walk.facts.last_seq;
    journal->last_ms = walk.facts.last_ms;
    memcpy(journal->mac, walk.mac, sizeof journal->mac);
    found->begun = walk.facts.records == 0;
    return 0;
}

int pk_journal_open(const char *path, const struct pk_keyring *keys, int64_t known_seq, int64_t now_ms, struct pk_journal **ret_journal,
                    struct pk_journal_found *ret_found, struct pk_error *err)
{
    pk_auto(pk_journal) struct pk_journal *journal = pk_alloc(sizeof *journal);
    bool fresh = false;
    *ret_found = (struct pk_journal_found){ 0 };
    journal->fd = -1;
    journal->path = pk_strdup(path);
    journal->keys = keys;
    int r = open_file(journal, &fresh, err);
    if (r == 0 && fresh) {
        ret_found->begun = true;
        r = begin(journal, known_seq, err);
    } else if (r == 0) {
        r = go_on(journal, known_seq, now_ms, ret_found, err);
    }
    if (r != 0)
        return r;
    *ret_journal = pk_steal(&journal);
    return 0;
}

void pk_journal_close(struct pk_journal *journal)
{
    if (!journal)
        return;
    if (journal->fd >= 0)
        (void) close(journal->fd);
    free(journal->path);
    free(journal);
}

/* Whatever went wrong, what stands in the file ends where it ended before. */
static int take_back(struct pk_journal *journal, struct pk_error *err)
{
    int r = fail_file(err, "write", journal->path);
    if (ftruncate(journal->fd, (off_t) journal->size) != 0)
        r = fail_file(err, "write, nor cut,", journal->path);
    return r;
}

/* Moved, deleted or cut under us: what is written then would be found by nobody. */
static int still_there(const struct pk_journal *journal, size_t more, struct pk_error *err)
{
    struct stat there, ours;
    if (journal->size + (int64_t) more > FILE_MAX_BYTES)
        return pk_fail(err, PK_E_LIMIT, "the journal \"%s\" is full", journal->path);
    if (stat(journal->path, &there) != 0 || fstat(journal->fd, &ours) != 0)
        return fail_file(err, "find", journal->path);
    if (there.st_dev == ours.st_dev && there.st_ino == ours.st_ino && ours.st_size == (off_t) journal->size)
        return 0;
    (void) pk_fail(err, PK_E_IO, "the journal \"%s\" was changed by another program", journal->path);
    return pk_hint(err, PK_E_IO, "Restart the gateway: it begins a new one.");
}

int pk_journal_append(struct pk_journal *journal, struct pk_journal_record *records, size_t count, struct pk_error *err)
{
    struct pk_buf text;
    uint8_t mac[MAC_BYTES];
    memcpy(mac, journal->mac, sizeof mac);
    pk_buf_init(&text, (count + 1) * LINE_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        records[i].seq = journal->seq + 1 + (int64_t) i;
        write_line(journal->keys, &records[i], mac, &text);
    }
    int r = still_there(journal, text.len, err);
    if (r == 0 && (write_all(journal->fd, pk_buf_slice(&text)) != 0 || fdatasync(journal->fd) != 0))
        r = take_back(journal, err);
    if (r == 0) {
        journal->size += (int64_t) text.len;
        journal->seq += (int64_t) count;
        journal->last_ms = count > 0 ? records[count - 1].at_ms : journal->last_ms;
        memcpy(journal->mac, mac, sizeof mac);
        for (size_t i = 0; i < count; i++)
            journal->of_key[records[i].key]++;
    }
    pk_buf_finish(&text);
    return r;
}

int64_t pk_journal_seq(const struct pk_journal *journal)
{
    return journal->seq;
}

int64_t pk_journal_last_ms(const struct pk_journal *journal)
{
    return journal->last_ms;
}

int64_t pk_journal_count_of_key(const struct pk_journal *journal, uint8_t key)
{
    return journal->of_key[key];
}
