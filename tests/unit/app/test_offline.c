/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands that work on the files themselves while no gateway runs: keys, recipients import, backup, restore. */
#include "tests/unit/app/fake_control.h"

#include "gateway/base/file.h"
#include "gateway/base/mem.h"

#include <dirent.h>

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define CONFIG                                                                                \
    "[gateway]\ninstance = test\norganisation = Gemeente Voorbeeld\nsource = urn:voorbeeld\n" \
    "database = db\nkeys = keys\ncontrol = control.sock\ntemplates = " PK_TEST_TEMPLATES "\n" \
    "[topic festival]\n[account main]\nadapter = simulator\n[route sms]\nchannel = sms\naccounts = main\n"
#define HEAD "channel,address,language,topics\n"

static struct {
    char folder[40], config[64];
    struct caught caught;
} here;

static void in_folder(const char *name, char ret_path[96])
{
    (void) snprintf(ret_path, 96, "%s/%s", here.folder, name);
}

static void write_file(const char *name, const char *text)
{
    char path[96];
    in_folder(name, path);
    assert_int_equal(pk_file_replace(path, 0600, pk_slice_of(text), NULL), 0);
}

static int begin(void **state)
{
    (void) state;
    (void) snprintf(here.folder, sizeof here.folder, "/tmp/pokana-offline-XXXXXX");
    assert_non_null(mkdtemp(here.folder));
    (void) snprintf(here.config, sizeof here.config, "%s/pokana.conf", here.folder);
    write_file("pokana.conf", CONFIG);
    return 0;
}

static int end(void **state)
{
    (void) state;
    DIR *folder = opendir(here.folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[400];
        (void) snprintf(path, sizeof path, "%s/%s", here.folder, entry->d_name);
        (void) unlink(path);
    }
    (void) closedir(folder);
    return rmdir(here.folder);
}

/* Runs it; a word "@name" is the file of that name in the folder. */
static void run(const struct pk_command *command, bool json, const char *const *words)
{
    const char *told[12] = { 0 };
    char paths[12][96];
    struct pk_invocation invocation = { .config = here.config, .json = json };
    for (size_t i = 0; words[i]; i++) {
        told[i] = words[i];
        if (words[i][0] != '@')
            continue;
        in_folder(words[i] + 1, paths[i]);
        told[i] = paths[i];
    }
    run_caught(command, &invocation, told, &here.caught);
    assert_null(strstr(here.caught.out, "88000"));
    assert_null(strstr(here.caught.err, "88000"));
}

static void printed(int status, const char *part)
{
    if (here.caught.status != status || (!strstr(here.caught.out, part) && !strstr(here.caught.err, part)))
        fail_msg("status %d, \"%s\" is missing in:\n%s%s", here.caught.status, part, here.caught.out, here.caught.err);
}

static void test_keys(void **state)
{
    (void) state;
    char path[96];
    struct pk_buf bytes;
    run(&pk_command_keys, false, WORDS("list"));
    printed(4, "hint: Make one with pokana keys new FILE");
    run(&pk_command_keys, false, WORDS("new", "@keys"));
    printed(0, "readable by you alone");
    run(&pk_command_keys, false, WORDS("new", "@keys"));
    printed(5, "is there already");
    run(&pk_command_keys, true, WORDS("list"));
    printed(0, "\"keys\":[{\"id\":1,\"current\":true,\"database\":\"absent\",\"needed\":[]}]");
    /* The 64 digits are nowhere in what is shown. */
    in_folder("keys", path);
    pk_buf_init(&bytes, 4096);
    assert_int_equal(pk_file_read(path, 4096, &bytes, NULL), 0);
    assert_true(bytes.len > 64);
    char *digits = pk_strndup(bytes.data + bytes.len - 17, 16);
    run(&pk_command_keys, false, WORDS("list"));
    assert_null(strstr(here.caught.out, digits));
    free(digits);
    pk_buf_finish(&bytes);
}

static void test_import(void **state)
{
    (void) state;
    run(&pk_command_keys, false, WORDS("new", "@keys"));
    write_file("nobody.csv", HEAD);
    run(&pk_command_recipients, false, WORDS("import", "@nobody.csv"));
    printed(2, "nobody.csv holds nobody\n");
    write_file("zero.csv", "");
    run(&pk_command_recipients, false, WORDS("import", "@zero.csv"));
    printed(2, "zero.csv: the file is empty\n");
    write_file("people.csv", HEAD "sms,+359880001234,bg,festival\nsms,0888000123,bg,festival\n");
    run(&pk_command_recipients, false, WORDS("import", "@people.csv"));
    printed(2, "people.csv:3: address: without its country this number can be more than one\n  hint: ");
    printed(2, "nothing was imported: 1 line of ");
    printed(2, "delete it when you need it no more");
    run(&pk_command_recipients, false, WORDS("import", "@people.csv", "--partial"));
    printed(0, "1 line taken, 1 refused");
    printed(0, "delete it when you need it no more");
    run(&pk_command_recipients, true, WORDS("import", "@people.csv", "--partial"));
    printed(0, "\"counts\":{\"refused\":1,\"taken\":1}");
    run(&pk_command_keys, false, WORDS("list"));
    printed(0, "matches");
    run(&pk_command_recipients, false, WORDS("import", "@people.csv", "--already-confirmed"));
    printed(2, "need a second person");
    run(&pk_command_recipients, false, WORDS("import", "@absent.csv"));
    assert_int_equal(here.caught.status, 4);
    run(&pk_command_recipients, false, WORDS("import"));
    printed(2, "usage: pokana recipients import");
}

static void test_backup_and_restore(void **state)
{
    (void) state;
    run(&pk_command_keys, false, WORDS("new", "@keys"));
    run(&pk_command_backup, false, WORDS("@backup"));
    assert_int_equal(here.caught.status, 4); /* there is nothing yet */
    write_file("people.csv", HEAD "sms,+359880001234,bg,festival\n");
    run(&pk_command_recipients, false, WORDS("import", "@people.csv"));
    printed(0, "1 line taken, 0 refused");
    run(&pk_command_backup, false, WORDS("@backup"));
    printed(0, "backup is complete: ");
    run(&pk_command_backup, false, WORDS("@backup"));
    printed(5, "is there already");
    /* Nobody forgets the journal by accident, and nobody alone decides to do without. */
    run(&pk_command_restore, false, WORDS("@backup"));
    printed(6, "the journal is not named");
    run(&pk_command_restore, false, WORDS("@backup", "--without-journal"));
    printed(6, "there is no journal: who said STOP between 20");
    run(&pk_command_restore, false, WORDS("@backup", "--without-journal", "--accepted-by", "ann"));
    printed(2, "two different people");
    run(&pk_command_restore, false, WORDS("@backup", "--without-journal", "--accepted-by", "ann", "--accepted-by", "Ann"));
    printed(2, "two different people");
    run(&pk_command_restore, false, WORDS("@backup", "--without-journal", "--accepted-by", "ann", "--accepted-by", "bo", "--accepted-by", "cy"));
    printed(2, "--accepted-by is given twice");
    run(&pk_command_restore, false, WORDS("@backup", "--without-journal", "--accepted-by", "ann", "--accepted-by", "bo"));
    printed(0, "1 people, 1 entries of consent, all in order");
    printed(0, "1 messages waited in the backup: they may have been sent since and are uncertain; 1 of them were due by now");
    printed(0, "IS NOT KNOWN");
    printed(0, "pokana resume --after-restore");
    run(&pk_command_restore, true, WORDS("@backup", "--without-journal", "--accepted-by", "ann", "--accepted-by", "bo"));
    printed(0, "\"uncertain\":1,\"waited\":1,\"dueByNow\":1");
    run(&pk_command_restore, false, WORDS("@backup", "--journal", "@absent"));
    assert_int_equal(here.caught.status, 4);
    /* With a key of another city nothing is touched. */
    char path[96];
    in_folder("keys", path);
    assert_int_equal(unlink(path), 0);
    run(&pk_command_keys, false, WORDS("new", "@keys"));
    run(&pk_command_restore, false, WORDS("@backup", "--journal", "@absent"));
    printed(3, "was written with other keys");
    run(&pk_command_keys, false, WORDS("list"));
    printed(3, "was written with another key of this number");
    run(&pk_command_restore, false, WORDS("@people.csv", "--journal", "@absent"));
    printed(12, "is not a database");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keys, begin, end),
        cmocka_unit_test_setup_teardown(test_import, begin, end),
        cmocka_unit_test_setup_teardown(test_backup_and_restore, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
