/* SPDX-License-Identifier: EUPL-1.2 */
/* config/pokana.conf.sample shows exactly the keys there are, explained and with their defaults, and can be run. */
#include "tests/unit/app/config_support.h"
#include "tests/unit/app/fake_control.h"

#include "gateway/app/config_private.h"
#include "gateway/base/crypto.h"
#include "gateway/base/text.h"

struct sample {
    struct pk_buf text;
    char section[64]; /* kind of the section at hand */
    char above[256];  /* the line above, "" unless it is a comment */
    bool shown[160];  /* by place in the table */
};

static void sample_read(struct pk_buf *text)
{
    pk_buf_init(text, 1u << 20);
    assert_int_equal(pk_file_read(PK_TEST_SAMPLE, 1u << 20, text, NULL), 0);
}

static const struct pk_key *find(const char *kind, struct pk_slice name)
{
    char text[64];
    (void) snprintf(text, sizeof text, "%.*s", PK_SLICE_ARG(name));
    return pk_config_key(kind, text);
}

/* "key = value" or "#key = value"; comments have a space behind their "#". */
static bool is_entry(struct pk_slice line, struct pk_slice *ret_key, struct pk_slice *ret_value, bool *ret_set)
{
    *ret_set = line.data[0] != '#';
    if (!*ret_set)
        line = pk_slice_make(line.data + 1, line.len - 1);
    if (line.len == 0 || line.data[0] == ' ' || line.data[0] == '[' || !pk_slice_cut(&line, '=', ret_key))
        return false;
    *ret_key = pk_slice_trim(*ret_key);
    *ret_value = pk_slice_trim(line);
    return true;
}

static void check_entry(struct sample *sample, struct pk_slice name, struct pk_slice value, bool set)
{
    char wanted[256];
    const struct pk_key *key = find(sample->section, name);
    if (!key)
        fail_msg("[%s] %.*s is in the sample, but no such key is declared", sample->section, PK_SLICE_ARG(name));
    size_t place = (size_t) (key - pk_config_keys);
    if (key->type == PK_KEY_TAGGED && sample->shown[place])
        return; /* the same in another language */
    (void) snprintf(wanted, sizeof wanted, "# %s%s%s%s", key->help,
                    key->required   ? " Required."
                    : key->fallback ? " Default: "
                                    : "",
                    !key->required && key->fallback ? key->fallback : "", !key->required && key->fallback ? "." : "");
    assert_string_equal(sample->above, wanted);
    if (!set && key->fallback && !pk_slice_is(value, key->fallback))
        fail_msg("[%s] %s: the sample shows %.*s, the default is %s", key->kind, key->name, PK_SLICE_ARG(value), key->fallback);
    if (!set && key->required)
        fail_msg("[%s] %s is required, and the sample leaves it out", key->kind, key->name);
    if (sample->shown[place])
        fail_msg("[%s] %s is shown twice", key->kind, key->name);
    sample->shown[place] = true;
}

static void the_sample_shows_every_key_and_no_other(void **state)
{
    struct sample sample = { 0 };
    (void) state;
    assert_true(pk_config_key_count <= PK_COUNT(sample.shown));
    sample_read(&sample.text);
    struct pk_slice rest = pk_buf_slice(&sample.text), line, key, value;
    while (pk_slice_cut(&rest, '\n', &line)) {
        bool set;
        if (line.len > 1 && line.data[0] == '[') {
            struct pk_slice inner = pk_slice_make(line.data + 1, line.len - 2), kind;
            assert_true(pk_slice_cut(&inner, ' ', &kind));
            (void) snprintf(sample.section, sizeof sample.section, "%.*s", PK_SLICE_ARG(kind));
        } else if (line.len > 0 && is_entry(line, &key, &value, &set)) {
            check_entry(&sample, key, value, set);
        }
        (void) snprintf(sample.above, sizeof sample.above, "%.*s", PK_SLICE_ARG(line));
    }
    for (size_t i = 0; i < pk_config_key_count; i++)
        if (!sample.shown[i])
            fail_msg("[%s] %s is not in the sample", pk_config_keys[i].kind, pk_config_keys[i].name);
    pk_buf_finish(&sample.text);
}

/* The sample with its places moved into a folder of the test, and the texts of the tree. */
static void move_sample(struct place *place, struct pk_buf *out)
{
    static const char *const moved[][2] = { { "database = /var/lib/pokana/", NULL },
                                            { "control = /run/pokana/", NULL },
                                            { "file = days/school-noord.ini", "file = " PK_TEST_DAYS "/school-noord.ini" },
                                            { "#templates = templates", "templates = " PK_TEST_TEMPLATES } };
    struct pk_buf text;
    sample_read(&text);
    pk_buf_init(out, 1u << 20);
    struct pk_slice rest = pk_buf_slice(&text), line;
    while (pk_slice_cut(&rest, '\n', &line)) {
        for (size_t i = 0; i < PK_COUNT(moved); i++) {
            if (!pk_slice_starts(line, moved[i][0]))
                continue;
            const char *slash = memrchr(line.data, '/', line.len);
            if (moved[i][1])
                (void) pk_buf_add_text(out, moved[i][1]);
            else
                (void) pk_buf_printf(out, "%.*s = %s%.*s", (int) (strchr(moved[i][0], ' ') - moved[i][0]), moved[i][0],
                                     place->folder, (int) (line.data + line.len - slash), slash);
            line = PK_SLICE("");
            break;
        }
        (void) pk_buf_add_slice(out, line);
        (void) pk_buf_add_char(out, '\n');
    }
    pk_buf_finish(&text);
}

static void the_sample_can_be_run(void **state)
{
    struct place place;
    struct pk_buf text;
    struct caught caught;
    static const char *const no_words[] = { NULL };
    (void) state;
    place_make(&place);
    move_sample(&place, &text);
    place_write(&place, "pokana.conf", 0644, pk_buf_text(&text));
    place_write(&place, "webhook.secret", 0600, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    (void) setenv("CREDENTIALS_DIRECTORY", place.folder, 1);
    struct pk_invocation invocation = { .config = place.conf };
    run_caught(&pk_command_check_config, &invocation, no_words, &caught);
    assert_int_equal(caught.status, 3); /* two of its credentials are not there yet */
    assert_string_equal(caught.out, "");
    assert_non_null(strstr(caught.err, "[broker] password: could not open"));
    place_write(&place, "broker.password", 0600, "word\n");
    run_caught(&pk_command_check_config, &invocation, no_words, &caught);
    assert_int_equal(caught.status, 3);
    assert_non_null(strstr(caught.err, "[gateway] keys: key file: could not look at"));
    char path[128];
    (void) snprintf(path, sizeof path, "%s/pokana.keys", place.folder);
    assert_int_equal(pk_keyfile_create(path, NULL), 0);
    run_caught(&pk_command_check_config, &invocation, no_words, &caught);
    assert_string_equal(caught.err, "");
    assert_int_equal(caught.status, 0);
    assert_non_null(strstr(caught.out, "  account    main: simulator, 16 at once\n"));
    assert_non_null(strstr(caught.out, "  route      sms: sms by main (default)\n"));
    assert_non_null(strstr(caught.out, "  publisher  school-portal: up to 1000 people, topics parent-meetings\n"));
    assert_non_null(strstr(caught.out, "  webhook    school-portal: events of school-portal, *\n"));
    assert_non_null(strstr(caught.out, "  broker     127.0.0.1:1883, MQTT 5\n"));
    invocation.json = true;
    run_caught(&pk_command_check_config, &invocation, no_words, &caught);
    assert_int_equal(caught.status, 0);
    assert_non_null(strstr(caught.out, "\"publishers\":[\"school-portal\"]"));
    (void) unsetenv("CREDENTIALS_DIRECTORY");
    place_drop(&place, "pokana.keys");
    place_drop(&place, "webhook.secret");
    place_drop(&place, "broker.password");
    pk_buf_finish(&text);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_shows_every_key_and_no_other),
        cmocka_unit_test(the_sample_can_be_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
