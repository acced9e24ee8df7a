/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/restore.h"

#include "gateway/app/lock.h"
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/service/planner.h"
#include "gateway/service/tracker.h"
#include "gateway/store/audit.h"
#include "gateway/store/names.h"
#include "gateway/store/offers.h"
#include "gateway/store/tokens.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RECOVERED_AT_ONCE 1000u
#define NAMES_TRIED 100u
#define SHOWN_MS (48 * 3600 * 1000ll) /* what is uncertain now stays for people to see it, however late it is */

struct restoring {
    const struct pk_restore_plan *plan;
    char ready[PK_RESTORE_PATH_MAX]; /* the copy, once it may take the place */
    char part[PK_RESTORE_PATH_MAX];  /* the copy while it is made ready */
    struct pk_restored *told;
};

static int fail_file(struct pk_error *err, const char *what, const char *path)
{
    char text[128];
    int code = errno == EACCES || errno == EPERM ? PK_E_DENIED : PK_E_IO;
    return pk_fail(err, code, "could not %s \"%s\": %s", what, path, strerror_r(errno, text, sizeof text));
}

static int make_path(char ret_path[PK_RESTORE_PATH_MAX], const char *database, const char *end, struct pk_error *err)
{
    int n = snprintf(ret_path, PK_RESTORE_PATH_MAX, "%s%s", database, end);
    return n >= 0 && n < PK_RESTORE_PATH_MAX - 32 ? 0 : pk_fail(err, PK_E_LIMIT, "the path of the database is too long");
}

static void remove_with(const char *path, const char *const *ends, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[PK_RESTORE_PATH_MAX + 8];
        (void) snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void) unlink(name);
    }
}

static void remove_part(const struct restoring *r)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-journal", ".lock", ".part" };
    remove_with(r->part, ends, PK_COUNT(ends));
}

/* ---- what is told ---- */

struct listing {
    struct pk_restored *told;
    struct pk_store *store;
};

static int list_due(void *ctx, const struct pk_message *message)
{
    struct listing *listing = ctx;
    struct pk_restore_due *due = &listing->told->listed[listing->told->listed_count++];
    const char *topic = message->topic != 0 ? pk_name_text(listing->store, PK_NAME_TOPIC, message->topic) : NULL;
    *due = (struct pk_restore_due){
        .id = message->id, .due_ms = message->due_ms, .expires_ms = message->expires_ms, .cls = message->cls
    };
    (void) snprintf(due->topic, sizeof due->topic, "%s", topic ? topic : "");
    return 0;
}

static void interrupted(void *ctx, uint32_t account, struct pk_message_change *change, int64_t *ret_ask_ms)
{
    (void) ctx;
    (void) ret_ask_ms;
    (void) account;
    pk_tracker_interrupted(NULL, change); /* no account may repeat by itself what a lost database may know of */
}

static int list_trigger(void *ctx, const struct pk_trigger *trigger)
{
    struct listing *listing = ctx;
    struct pk_restore_trigger *listed = &listing->told->triggers_listed[listing->told->triggers_listed_count++];
    const char *publisher = pk_name_text(listing->store, PK_NAME_PUBLISHER, trigger->publisher);
    *listed = (struct pk_restore_trigger){ .id = trigger->id, .received_ms = trigger->received_ms, .planned = trigger->planned };
    (void) snprintf(listed->publisher, sizeof listed->publisher, "%s", publisher ? publisher : "");
    return 0;
}

static int recover(struct restoring *r, struct pk_store *store, struct pk_error *err)
{
    struct pk_recovery recovery = { .plan = interrupted, .now_ms = r->plan->now_ms };
    size_t count = 0;
    do {
        int result = pk_messages_recover(store, &recovery, RECOVERED_AT_ONCE, &count, err);
        if (result != 0)
            return result;
    } while (count == RECOVERED_AT_ONCE);
    /* What was used, ended or asked since is not known: a link would bind a second chat, a form ask a second time. */
    int result = pk_offers_end_all(store, err);
    /* Which tokens were revoked since is not known either: their services get new ones. */
    if (result == 0)
        result = pk_tokens_end_all(store, r->plan->now_ms, err);
    /* What a provider says of an attempt says nothing of those that the lost database knew. */
    return result != 0 ? result : pk_attempts_ask_none(store, err);
}

/* ---- whose STOPs are known ---- */

static bool two_accepted(const struct pk_restore_plan *plan)
{
    const char *first = plan->accepted_by[0], *second = plan->accepted_by[1];
    return first && second && first[0] && second[0] && strcasecmp(first, second) != 0;
}

static int refuse_unknown(const struct restoring *r, const char *why, struct pk_error *err)
{
    char from[PK_TIME_TEXT_MAX], to[PK_TIME_TEXT_MAX];
    (void) pk_fail(err, PK_E_DENIED, "%s: who said STOP between %s and %s is not known", why, pk_time_format(r->told->unknown_from_ms, from),
                   pk_time_format(r->plan->now_ms, to));
    return pk_hint(err, PK_E_DENIED, "Name the journal with --journal FILE. If it is lost, two people must accept that some of them may be"
                                     " written to: --accepted-by NAME --accepted-by NAME.");
}

/* What the journal knows is applied; what it does not know needs two people. */
static int replay(struct restoring *r, struct pk_store *store, struct pk_error *err)
{
    const struct pk_journal_facts *facts = &r->told->replayed.facts;
    int64_t known_seq = pk_store_number(store, "journal.seq", 0);
    const char *why = "there is no journal";
    int result = r->plan->journal ? pk_journal_replay(store, r->plan->journal, r->plan->now_ms, &r->told->replayed, err) : 0;
    if (result != 0)
        return result;
    bool short_ = r->plan->journal && facts->last_seq < known_seq, complete = r->plan->journal && !facts->damaged && !short_;
    if (complete)
        return 0;
    r->told->unknown_from_ms = facts->damaged && !short_ && facts->last_ms > r->told->since_ms ? facts->last_ms : r->told->since_ms;
    if (r->plan->journal)
        why = facts->damaged ? "the journal is damaged" : "the journal ends before the backup was taken";
    return two_accepted(r->plan) ? 0 : refuse_unknown(r, why, err);
}

/* ---- made ready ---- */

static int mark(struct restoring *r, struct pk_store *store, struct pk_error *err)
{
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {
        { "hold.restored", 1 },
        { "backup.taken_ms", r->told->since_ms },
        { "restore.taken_ms", r->told->since_ms },
        { "restore.at_ms", r->plan->now_ms },
        { "restore.unknown_from_ms", r->told->unknown_from_ms },
    };
    char detail[200] = "";
    int result = 0;
    for (size_t i = 0; result == 0 && i < PK_COUNT(numbers); i++)
        result = pk_store_set_number(store, numbers[i].name, numbers[i].value, err);
    if (r->told->unknown_from_ms != 0)
        (void) snprintf(detail, sizeof detail, "STOPs in between are not known; accepted by %.60s and %.60s", r->plan->accepted_by[0],
                        r->plan->accepted_by[1]);
    return result == 0 ? pk_audit_append(store, r->plan->actor, "restore", "database", detail, r->plan->now_ms, err) : result;
}

static int doubt(struct restoring *r, struct pk_store *store, struct pk_error *err)
{
    struct listing listing = { r->told, store };
    int64_t now_ms = r->plan->now_ms;
    int result = pk_messages_due_by(store, now_ms, PK_RESTORE_LISTED, list_due, &listing, &r->told->due, err);
    if (result == 0)
        result = pk_messages_doubt(store, now_ms, now_ms + SHOWN_MS, &r->told->doubted, err);
    return result == 0 ? pk_triggers_hold(store, now_ms + PK_EARLY_MS, PK_RESTORE_LISTED, list_trigger, &listing, &r->told->triggers, err)
                       : result;
}

/* Everything in one turn: a copy that is half ready never gets a name. */
static int make_ready(struct restoring *r, struct pk_error *err)
{
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_store_config config = { .path = r->part, .keys = r->plan->keys };
    int result = pk_store_open(&config, &store, err);
    if (result == 0)
        result = recover(r, store, err);
    if (result == 0)
        result = replay(r, store, err);
    if (result == 0)
        result = doubt(r, store, err);
    if (result == 0)
        result = mark(r, store, err);
    if (result == 0)
        result = pk_store_commit(store, err);
    return result == 0 ? pk_store_checkpoint(store, true, err) : result;
}

/* ---- put in place ---- */

/* A name nobody has: "pokana.db.before-restore-20260601T080000Z". */
static int choose_kept(struct restoring *r, struct pk_error *err)
{
    struct tm tm;
    time_t seconds = (time_t) (r->plan->now_ms / 1000);
    char moment[32];
    struct stat st;
    if (!gmtime_r(&seconds, &tm) || strftime(moment, sizeof moment, "%Y%m%dT%H%M%SZ", &tm) == 0)
        return pk_fail(err, PK_E_INTERNAL, "the clock is out of range");
    for (unsigned i = 1; i < NAMES_TRIED; i++) {
        char end[64];
        (void) snprintf(end, sizeof end, i > 1 ? ".before-restore-%s-%u" : ".before-restore-%s", moment, i);
        int result = make_path(r->told->kept, r->plan->database, end, err);
        if (result != 0 || lstat(r->told->kept, &st) != 0)
            return result;
    }
    return pk_fail(err, PK_E_CONFLICT, "the names for the old database are all taken");
}

/* The old database keeps its name until the new one takes it; its log goes first, or it would be taken for the new
 * one's. */
static int keep_old(struct restoring *r, struct pk_error *err)
{
    static const char *const shared[] = { "-shm" };
    char log[PK_RESTORE_PATH_MAX], kept_log[PK_RESTORE_PATH_MAX + 8];
    struct stat st;
    int result = choose_kept(r, err);
    if (result == 0)
        result = make_path(log, r->plan->database, "-wal", err);
    if (result != 0)
        return result;
    (void) snprintf(kept_log, sizeof kept_log, "%s-wal", r->told->kept);
    bool there = lstat(r->plan->database, &st) == 0;
    if (there && link(r->plan->database, r->told->kept) != 0 && rename(r->plan->database, r->told->kept) != 0)
        return fail_file(err, "set aside", r->plan->database);
    if (rename(log, kept_log) != 0 && errno != ENOENT)
        return fail_file(err, "set aside", log);
    remove_with(r->plan->database, shared, PK_COUNT(shared));
    if (!there)
        r->told->kept[0] = '\0';
    return 0;
}

static int put_in_place(struct restoring *r, struct pk_error *err)
{
    if (pk_file_sync(r->part) != 0)
        return fail_file(err, "sync", r->part);
    if (rename(r->part, r->ready) != 0 || pk_file_sync_folder_of(r->ready) != 0)
        return fail_file(err, "name the copy", r->ready);
    int result = keep_old(r, err);
    if (result != 0)
        return result;
    if (pk_file_sync_folder_of(r->plan->database) != 0 || rename(r->ready, r->plan->database) != 0 || pk_file_sync_folder_of(r->plan->database) != 0)
        return fail_file(err, "put the backup in the place of", r->plan->database);
    return 0;
}

/* ---- the whole ---- */

static int look(struct restoring *r, const char *backup, struct pk_error *err)
{
    struct stat st;
    int result = pk_store_inspect(backup, r->plan->keys, &r->told->facts, err);
    if (result != 0)
        return result;
    r->told->since_ms = r->told->facts.taken_ms;
    if (r->told->since_ms == 0 && stat(backup, &st) == 0) {
        r->told->since_ms = (int64_t) st.st_mtime * 1000;
        r->told->since_is_guessed = true;
    }
    return 0;
}

static bool same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

int pk_restore(const struct pk_restore_plan *plan, struct pk_restored *ret_restored, struct pk_error *err)
{
    struct restoring r = { .plan = plan, .told = ret_restored };
    pk_auto(pk_lock) struct pk_lock *lock = NULL;
    *ret_restored = (struct pk_restored){ 0 };
    int result = make_path(r.ready, plan->database, PK_STORE_RESTORING, err);
    if (result == 0)
        result = make_path(r.part, plan->database, PK_STORE_RESTORING ".part", err);
    if (result == 0)
        result = pk_lock_take(plan->database, &lock, err);
    if (result == 0 && same_file(plan->backup, plan->database))
        result = pk_fail(err, PK_E_INVALID, "\"%s\" is the database itself", plan->backup);
    if (result == 0)
        result = look(&r, plan->backup, err);
    if (result != 0)
        return result;
    remove_part(&r);
    result = pk_store_backup_file(plan->backup, r.part, err);
    if (result == 0)
        result = make_ready(&r, err);
    if (result == 0)
        result = put_in_place(&r, err);
    remove_part(&r);
    return result;
}
