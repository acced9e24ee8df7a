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

static void print_told(const char *backup, const char *database, const struct pk_restored *restored)
{
    char since[PK_SHOW_TEXT_MAX];
    pk_show_moment_long(restored->since_ms, since);
    (void) printf("%s is in the place of %s\n", backup, database);
    (void) printf("  taken %s%s; %" PRId64 " people, %" PRId64 " entries of consent, all in order\n", since,
                  restored->since_is_guessed ? " (by the file's own time)" : "", restored->facts.recipients,
                  restored->facts.links);
    if (restored->kept[0])
        (void) printf("  the old database is kept as %s; delete it when nothing in it is missed\n", restored->kept);
    (void) printf("\nNothing is sent until you say so.\n");
    (void) printf("  %" PRId64 " messages waited in the backup and are held; %" PRId64
                  " of them were due by now and may have been sent since\n",
                  restored->held, restored->due);
    if (restored->uncertain > 0)
        (void) printf("  %" PRId64 " were being handed over when it was taken and are uncertain\n", restored->uncertain);
    print_due(restored);
    (void) printf("\nWhat to do now:\n"
                  "  1. start the gateway:        systemctl start pokana, or pokana serve\n"
                  "  2. look at what is held:     pokana messages list --held\n"
                  "     and at what is uncertain: pokana messages list --state uncertain\n"
                  "  3. decide about them:        pokana messages release --held, or pokana messages drop --held,\n"
                  "                               or one by one: pokana messages resolve ID sent|resend|drop\n"
                  "     What nobody releases expires by itself.\n"
                  "  4. let sending begin:        pokana resume --all\n"
                  "\nNot in the backup is what came after %s: who said STOP or yes since then, people added, notices\n"
                  "accepted from other services. Before step 4, have your providers deliver the replies since then once more.\n",
                  since);
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
    pk_json_add_int(&out, "held", restored->held);
    pk_json_add_int(&out, "uncertain", restored->uncertain);
    pk_json_add_int(&out, "dueByNow", restored->due);
    pk_json_open(&out, "messages", '[');
    for (size_t i = 0; i < restored->listed_count; i++) {
        const struct pk_restore_due *due = &restored->listed[i];
        pk_json_open(&out, NULL, '{');
        pk_json_add_id(&out, "id", due->id);
        pk_json_add_text(&out, "class", pk_class_name((enum pk_class) due->cls));
        pk_json_add_text(&out, "topic", due->topic[0] ? due->topic : NULL);
        pk_json_add_time(&out, "dueAt", due->due_ms);
        pk_json_add_time(&out, "expiresAt", due->expires_ms);
        pk_json_close(&out, '}');
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    (void) printf("%s\n", pk_buf_text(&text));
    pk_buf_finish(&text);
}

static int run(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_restored restored;
    char user[PK_USER_MAX];
    int status = pk_options_read(&pk_command_restore, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_restore, "which backup?");
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read_places(invocation->config, false, &report, &config, &err);
    if (r == 0)
        r = pk_keyfile_read(config->keys, &keys, &err);
    if (r == 0) {
        pk_progress_begin("restoring");
        r = pk_restore(words.words[0], config->database, keys, pk_user_name(user), pk_clock_wall_ms(), &restored, &err);
        pk_progress_end();
    }
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        print_json(config->database, &restored);
    else
        print_told(words.words[0], config->database, &restored);
    return 0;
}

const struct pk_command pk_command_restore = {
    .name = "restore",
    .usage = "restore FILE",
    .summary = "put a backup in the place of the database; nothing is sent until released",
    .run = run,
};
