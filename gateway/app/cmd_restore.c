/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana restore FILE`: puts a backup in the place of the database (restore.h), and says what a person must now decide.
 * Only while no gateway runs.
 */
#include "gateway/app/command.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/app/restore.h"
#include "gateway/app/table.h"
#include "gateway/app/user.h"
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/model/states.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#define JSON_BYTES_MAX 65536u

static void print_due(const struct pk_restored *restored)
{
    static const struct pk_column columns[] = {
        { "MESSAGE", false }, { "CLASS", false }, { "TOPIC", false }, { "DUE", false }, { "EXPIRES", false }
    };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    char id[PK_ID_TEXT_MAX], moment[PK_SHOW_TEXT_MAX];
    for (size_t i = 0; i < restored->listed_count; i++) {
        const struct pk_restore_due *due = &restored->listed[i];
        pk_table_text(table, pk_id_format(due->id, id));
        pk_table_text(table, pk_class_name((enum pk_class) due->cls));
        pk_table_text(table, due->topic);
        pk_table_text(table, pk_show_moment_long(due->due_ms, moment));
        pk_table_text(table, pk_show_moment_long(due->expires_ms, moment));
    }
    if (restored->listed_count > 0)
        pk_table_print(table);
    if (restored->due > (int64_t) restored->listed_count)
        (void) printf("... and %" PRId64 " more\n", restored->due - (int64_t) restored->listed_count);
}

static void print_triggers(const struct pk_restored *restored)
{
    static const struct pk_column columns[] = { { "TRIGGER", false }, { "PUBLISHER", false }, { "RECEIVED", false }, { "PLANNED", true } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    char id[PK_ID_TEXT_MAX], moment[PK_SHOW_TEXT_MAX];
    if (restored->triggers == 0)
        return;
    (void) printf("  %" PRId64 " triggers had not been run to their end; they may have been since, and are held\n", restored->triggers);
    for (size_t i = 0; i < restored->triggers_listed_count; i++) {
        const struct pk_restore_trigger *trigger = &restored->triggers_listed[i];
        pk_table_text(table, pk_id_format(trigger->id, id));
        pk_table_text(table, trigger->publisher);
        pk_table_text(table, pk_show_moment_long(trigger->received_ms, moment));
        pk_table_printf(table, "%" PRId64, trigger->planned);
    }
    pk_table_print(table);
    if (restored->triggers > (int64_t) restored->triggers_listed_count)
        (void) printf("... and %" PRId64 " more\n", restored->triggers - (int64_t) restored->triggers_listed_count);
}

static void print_journal(const struct pk_restored *restored)
{
    const struct pk_replayed *replayed = &restored->replayed;
    char moment[PK_SHOW_TEXT_MAX];
    if (replayed->facts.records > 0) {
        (void) printf("  the journal reaches to %s: since the backup %" PRId64 " known and %" PRId64
                      " unknown addresses or people said STOP,\n  %" PRId64 " withdrew from a topic, %" PRId64 " were erased; all of that is done\n",
                      pk_show_moment_long(replayed->facts.last_ms, moment), replayed->stops, replayed->strangers, replayed->withdrawals,
                      replayed->erasures);
    }
    if (replayed->starts > 0)
        (void) printf("  %" PRId64 " said START since; whoever the backup has as stopped stays so until they say it again\n", replayed->starts);
    if (restored->unknown_from_ms != 0)
        (void) printf("  WHO SAID STOP SINCE %s IS NOT KNOWN; that was accepted\n", pk_show_moment_long(restored->unknown_from_ms, moment));
}

static void print_told(const char *backup, const char *database, const struct pk_restored *restored)
{
    char since[PK_SHOW_TEXT_MAX];
    pk_show_moment_long(restored->since_ms, since);
    (void) printf("%s is in the place of %s\n", backup, database);
    (void) printf("  taken %s%s; %" PRId64 " people, %" PRId64 " entries of consent, all in order\n", since,
                  restored->since_is_guessed ? " (by the file's own time)" : "", restored->facts.recipients,
                  restored->facts.links);
    print_journal(restored);
    if (restored->kept[0])
        (void) printf("  the old database is kept as %s; delete it when nothing in it is missed\n", restored->kept);
    (void) printf("\nNothing is sent until you say so.\n");
    (void) printf("  %" PRId64 " messages waited in the backup: they may have been sent since and are uncertain; %" PRId64
                  " of them were due by now\n",
                  restored->doubted.waiting, restored->due);
    print_due(restored);
    if (restored->doubted.under_way > 0)
        (void) printf("  %" PRId64 " were at a provider when it was taken and are uncertain, until a receipt comes\n",
                      restored->doubted.under_way);
    print_triggers(restored);
    (void) printf("\nWhat to do now:\n"
                  "  1. start the gateway:        systemctl start pokana, or pokana serve\n"
                  "  2. look at what is uncertain: pokana messages list --held, pokana messages list --state uncertain\n"
                  "     and at what is held:       pokana triggers list\n"
                  "  3. decide about them:        pokana messages release --held (sends them), pokana messages drop --held,\n"
                  "                               or one by one: pokana messages resolve ID sent|resend|drop\n"
                  "                               pokana triggers release ID, pokana triggers drop ID\n"
                  "     What nobody releases ends by itself as unconfirmed.\n"
                  "  4. let sending begin:        pokana resume --after-restore\n"
                  "\nNot in the backup is what came after %s: who said yes since then, people added, answers to invitations.\n"
                  "Events published in those hours are held when they come again.\n",
                  since);
}

static void json_triggers(struct pk_json_out *out, const struct pk_restored *restored)
{
    pk_json_add_int(out, "triggersHeld", restored->triggers);
    pk_json_open(out, "triggers", '[');
    for (size_t i = 0; i < restored->triggers_listed_count; i++) {
        const struct pk_restore_trigger *trigger = &restored->triggers_listed[i];
        pk_json_open(out, NULL, '{');
        pk_json_add_id(out, "id", trigger->id);
        pk_json_add_text(out, "publisher", trigger->publisher);
        pk_json_add_time(out, "receivedAt", trigger->received_ms);
        pk_json_add_int(out, "planned", trigger->planned);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void json_journal(struct pk_json_out *out, const struct pk_restored *restored)
{
    const struct pk_replayed *replayed = &restored->replayed;
    pk_json_open(out, "journal", '{');
    pk_json_add_int(out, "records", replayed->records);
    pk_json_add_time(out, "reachesTo", replayed->facts.last_ms);
    pk_json_add_int(out, "stops", replayed->stops);
    pk_json_add_int(out, "unknownStops", replayed->strangers);
    pk_json_add_int(out, "withdrawals", replayed->withdrawals);
    pk_json_add_int(out, "erasures", replayed->erasures);
    pk_json_add_int(out, "starts", replayed->starts);
    pk_json_close(out, '}');
    pk_json_add_time(out, "stopsUnknownFrom", restored->unknown_from_ms);
}

static void json_messages(struct pk_json_out *out, const struct pk_restored *restored)
{
    pk_json_open(out, "messages", '[');
    for (size_t i = 0; i < restored->listed_count; i++) {
        const struct pk_restore_due *due = &restored->listed[i];
        pk_json_open(out, NULL, '{');
        pk_json_add_id(out, "id", due->id);
        pk_json_add_text(out, "class", pk_class_name((enum pk_class) due->cls));
        pk_json_add_text(out, "topic", due->topic[0] ? due->topic : NULL);
        pk_json_add_time(out, "dueAt", due->due_ms);
        pk_json_add_time(out, "expiresAt", due->expires_ms);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void print_json(const char *database, const struct pk_restored *restored)
{
    struct pk_buf text;
    pk_buf_init(&text, JSON_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "database", database);
    pk_json_add_text(&out, "kept", restored->kept[0] ? restored->kept : NULL);
    pk_json_add_time(&out, "takenAt", restored->since_ms);
    pk_json_add_bool(&out, "takenAtIsGuessed", restored->since_is_guessed);
    pk_json_add_int(&out, "recipients", restored->facts.recipients);
    json_journal(&out, restored);
    pk_json_add_int(&out, "uncertain", restored->doubted.waiting + restored->doubted.under_way);
    pk_json_add_int(&out, "waited", restored->doubted.waiting);
    pk_json_add_int(&out, "dueByNow", restored->due);
    json_messages(&out, restored);
    json_triggers(&out, restored);
    pk_json_close(&out, '}');
    (void) printf("%s\n", pk_buf_text(&text));
    pk_buf_finish(&text);
}

struct wish {
    const char *backup, *journal;
    bool without;
    const char *accepted[2];
};

static int read_wish(const struct pk_invocation *invocation, struct wish *wish)
{
    const struct pk_option options[] = {
        { "journal", &wish->journal, NULL },
        { "without-journal", NULL, &wish->without },
        { "accepted-by", &wish->accepted[0], NULL },
        { "accepted-by", &wish->accepted[1], NULL },
    };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_restore, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_restore, "which backup?");
    if (wish->journal && wish->without)
        return pk_command_misused(&pk_command_restore, "--journal and --without-journal: which of the two?");
    if (wish->accepted[0] && (!wish->accepted[1] || strcasecmp(wish->accepted[0], wish->accepted[1]) == 0))
        return pk_command_misused(&pk_command_restore, "two different people must accept it: --accepted-by NAME --accepted-by NAME");
    wish->backup = words.words[0];
    return 0;
}

/* Nothing is left to what somebody forgot to say. */
static int want_journal(const struct wish *wish, const struct pk_config *config, struct pk_error *err)
{
    if (wish->journal || wish->without)
        return 0;
    (void) pk_fail(err, PK_E_DENIED, "the journal is not named: without it, who said STOP since the backup is not known");
    return access(config->journal, F_OK) == 0
               ? pk_hint(err, PK_E_DENIED, "Add --journal %.200s, which lies beside the database, or a newer copy of it.", config->journal)
               : pk_hint(err, PK_E_DENIED, "Add --journal FILE with the copy you kept; if it is lost, --without-journal says which hours"
                                           " are unknown.");
}

static int run(const struct pk_invocation *invocation)
{
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    struct pk_restored restored;
    char user[PK_USER_MAX];
    int status = read_wish(invocation, &wish);
    if (status != 0)
        return status;
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read_places(invocation->config, false, &report, &config, &err);
    if (r == 0)
        r = want_journal(&wish, config, &err);
    if (r == 0)
        r = pk_keyfile_read(config->keys, &keys, &err);
    if (r == 0) {
        const struct pk_restore_plan plan = {
            .backup = wish.backup,
            .database = config->database,
            .journal = wish.journal,
            .accepted_by = { wish.accepted[0], wish.accepted[1] },
            .actor = pk_user_name(user),
            .keys = keys,
            .now_ms = pk_clock_wall_ms(),
        };
        pk_progress_begin("restoring");
        r = pk_restore(&plan, &restored, &err);
        pk_progress_end();
    }
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        print_json(config->database, &restored);
    else
        print_told(wish.backup, config->database, &restored);
    return 0;
}

const struct pk_command pk_command_restore = {
    .name = "restore",
    .usage = "restore FILE --journal FILE\n"
             "restore FILE --without-journal --accepted-by NAME --accepted-by NAME",
    .summary = "put a backup in the place of the database; nothing is sent until released",
    .run = run,
};
