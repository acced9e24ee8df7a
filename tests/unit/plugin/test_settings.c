/* SPDX-License-Identifier: EUPL-1.2 */
/* Settings of every type, what is told about wrong ones and where, secrets and their erasing. */
#include "tests/unit/plugin/support.h"

#include "gateway/base/file.h"

#include <unistd.h>

static const struct pk_setting declared[] = {
    { .name = "url", .type = PK_SETTING_URL, .required = 1, .help = "Where messages are sent." },
    { .name = "token", .type = PK_SETTING_SECRET, .required = 1, .help = "What the provider knows us by." },
    { .name = "sender", .type = PK_SETTING_TEXT, .fallback = "Gemeente", .help = "Who it is from." },
    { .name = "retries", .type = PK_SETTING_INTEGER, .fallback = "3", .min = 1, .max = 9, .help = "How often." },
    { .name = "flash", .type = PK_SETTING_BOOLEAN, .fallback = "no", .help = "Whether it flashes." },
    { .name = "body", .type = PK_SETTING_CHOICE, .choices = "json|form|xml", .fallback = "json", .help = "How it is written." },
    { .name = "pause", .type = PK_SETTING_DURATION, .min = 500, .max = 7200000, .help = "How long between two." },
    { .name = "note", .type = PK_SETTING_TEXT, .help = "Anything." },
    { .name = "header.*", .type = PK_SETTING_TEXT, .help = "Headers of our own." },
};
static const struct pk_adapter adapter = { SUPPORT_ADAPTER, .settings = declared, .setting_count = PK_COUNT(declared) };

static char folder[] = "/tmp/pokana-settings-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[128];
    (void) snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(pk_file_replace(path, 0600, pk_slice_of(text), NULL), 0);
}

static int make_folder(void **state)
{
    (void) state;
    assert_non_null(mkdtemp(folder));
    put("token", "s3cret\n");
    put("key", "s3cret-too");
    put("empty", "");
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "token", "key", "empty" };
    char path[128];
    (void) state;
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        (void) snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void) unlink(path);
    }
    return rmdir(folder);
}

static struct pk_settings *read_good(const char *text)
{
    struct pk_buf told;
    pk_buf_init(&told, 4096);
    struct pk_settings *settings = support_settings(&adapter, text, folder, &told);
    assert_string_equal(pk_buf_text(&told), "");
    assert_non_null(settings);
    pk_buf_finish(&told);
    return settings;
}

#define HEAD "[account nightly]\nadapter = probe\n"
#define WHOLE HEAD "url = https://api.example.org/v1\ntoken = file:token\n"

static void test_values_of_every_type(void **state)
{
    static const struct {
        const char *name, *text;
        int64_t number;
        bool secret;
    } expected[] = {
        { "url", "https://api.example.org/v1", 0, false },
        { "token", "s3cret", 0, true },
        { "sender", "Gemeente", 0, false },
        { "retries", "9", 9, false },
        { "flash", "yes", 1, false },
        { "body", "form", 0, false },
        { "pause", "2h", 7200000, false },
        { "header.X-Key", "s3cret-too", 0, true },
        { "header.Accept", "a/b", 0, false },
    };
    (void) state;
    size_t count;
    pk_auto(pk_settings) struct pk_settings *settings = read_good(
        HEAD "header.X-Key = file:key\npause = 2h\nbody = form\nflash = yes\nretries = 9\nheader.Accept = a/b\ntoken = file:token\n"
             "url = https://api.example.org/v1\nwindow = 4\n");
    const struct pk_setting_value *values = pk_settings_values(settings, &count);
    assert_int_equal(count, PK_COUNT(expected));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(values[i].name, expected[i].name);
        assert_string_equal(values[i].text.data, expected[i].text);
        assert_int_equal(values[i].text.len, strlen(expected[i].text));
        assert_int_equal(values[i].number, expected[i].number);
        assert_int_equal(pk_settings_is_secret(settings, i), expected[i].secret);
    }
    assert_false(pk_settings_is_secret(settings, count));
}

static void test_credentials(void **state)
{
    (void) state;
    size_t count;
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    pk_auto(pk_settings) struct pk_settings *settings = read_good(HEAD "url = https://a.example\ntoken = credential:key\n");
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_string_equal(pk_settings_values(settings, &count)[1].text.data, "s3cret-too");
}

struct mistake {
    const char *lines; /* after WHOLE: line 5 on */
    const char *told; /* without "pokana.conf:5: [account nightly] " */
};

static void test_mistakes_are_told_at_their_line(void **state)
{
    static const struct mistake mistakes[] = {
        { "retires = 3", "retires: adapter \"probe\" has no such setting | Did you mean \"retries\"?" },
        { "windwo = 3", "windwo: adapter \"probe\" has no such setting | Did you mean \"window\"?" },
        { "headr.Accept = x", "headr.Accept: adapter \"probe\" has no such setting | Did you mean \"header.*\"?" },
        { "header. = x", "header.: adapter \"probe\" has no such setting | Did you mean \"header.*\"?" },
        { "colour = blue", "colour: adapter \"probe\" has no such setting | See what there is with: pokana adapters probe" },
        { "retries = 3x", "retries: \"3x\" is not a whole number | Write digits only." },
        { "retries = 0", "retries: \"0\" is not within its bounds | Write a value from 1 to 9." },
        { "retries = 10", "retries: \"10\" is not within its bounds | Write a value from 1 to 9." },
        { "retries = 99999999999999999999", "retries: \"99999999999999999999\" is not a whole number | Write digits only." },
        { "flash = true", "flash: \"true\" is not yes or no | Write yes or no." },
        { "body = jsn", "body: \"jsn\" is not one of its choices | Did you mean \"json\"? The choices are: json|form|xml." },
        { "body = postcard", "body: \"postcard\" is not one of its choices | The choices are: json|form|xml." },
        { "pause = 5", "pause: \"5\" is not a duration | Write a number and its unit: 500ms, 30s, 5m, 2h or 7d." },
        { "pause = 3h", "pause: \"3h\" is not within its bounds | Write a value from 500ms to 2h." },
        { "pause = 0s", "pause: \"0s\" is not within its bounds | Write a value from 500ms to 2h." },
        { "note =", "note: the value is empty | Anything." },
        { "note = a\tb", "note: the value holds a control character | Anything." },
        { "note = file:token", "note: the setting is no secret: write its value here | Anything." },
        { "header.Authorization = Bearer x", "header.Authorization: a secret cannot be written here | Put it in a file of mode 600 and write file:/path/of/the/file." },
        { "header.X-API-TOKEN = x", "header.X-API-TOKEN: a secret cannot be written here | Put it in a file of mode 600 and write file:/path/of/the/file." },
        { "header.X-Key = file:empty", NULL }, /* its sentence holds the folder's name: below */
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(mistakes); i++) {
        char text[512], expected[512];
        struct pk_buf told;
        pk_buf_init(&told, 4096);
        (void) snprintf(text, sizeof text, WHOLE "%s\n", mistakes[i].lines);
        (void) snprintf(expected, sizeof expected, "pokana.conf:5: [account nightly] %s\n", mistakes[i].told);
        if (!mistakes[i].told)
            (void) snprintf(expected, sizeof expected, "pokana.conf:5: [account nightly] header.X-Key: the secret in \"%s/empty\" is empty | Headers of our own.\n", folder);
        assert_null(support_settings(&adapter, text, folder, &told));
        assert_string_equal(pk_buf_text(&told), expected);
        pk_buf_finish(&told);
    }
}

static void test_every_mistake_of_a_section_is_told(void **state)
{
    (void) state;
    struct pk_buf told;
    pk_buf_init(&told, 4096);
    assert_null(support_settings(&adapter, "[account nightly]\nurl = ftp://x\ntokn = y\nflash = maybe\n", folder, &told));
    assert_string_equal(pk_buf_text(&told),
                        "pokana.conf:3: [account nightly] tokn: adapter \"probe\" has no such setting | Did you mean \"token\"?\n"
                        "pokana.conf:2: [account nightly] url: the URL does not begin with https:// | "
                        "Write a whole address such as https://api.example.org/v1/messages.\n"
                        "pokana.conf:1: [account nightly] token: required setting is missing | "
                        "Put it in a file of mode 600 and write token = file:/path/of/the/file.\n"
                        "pokana.conf:4: [account nightly] flash: \"maybe\" is not yes or no | Write yes or no.\n");
    pk_buf_clear(&told);
    assert_null(support_settings(&adapter, "[account nightly]\ntoken = file:token\n", folder, &told));
    assert_string_equal(pk_buf_text(&told), "pokana.conf:1: [account nightly] url: required setting is missing | Where messages are sent.\n");
    pk_buf_finish(&told);
}

static void test_a_secret_is_never_written_down(void **state)
{
    (void) state;
    struct pk_buf told;
    pk_buf_init(&told, 4096);
    assert_null(support_settings(&adapter, HEAD "url = https://a.example\ntoken = hunter2\n", folder, &told));
    assert_null(strstr(pk_buf_text(&told), "hunter2"));
    assert_string_equal(pk_buf_text(&told), "pokana.conf:4: [account nightly] token: a secret cannot be written here | "
                                            "Put it in a file of mode 600 and write file:/path/of/the/file.\n");
    pk_buf_finish(&told);
}

static void test_urls(void **state)
{
    static const struct {
        const char *url, *refusal;
    } cases[] = {
        { "https://api.example.org", NULL },
        { "https://api.example.org:8443/x?y={to}#z", NULL },
        { "https://[2001:db8::1]/x", NULL },
        { "http://localhost:8080/x", NULL },
        { "http://127.0.0.1", NULL },
        { "http://127.8.9.1/x", NULL },
        { "http://[::1]:80/", NULL },
        { "http://api.example.org/", "http:// is for this machine only (localhost, 127.0.0.1, [::1])" },
        { "http://127.example.org/", "http:// is for this machine only (localhost, 127.0.0.1, [::1])" },
        { "http://127.1/", "http:// is for this machine only (localhost, 127.0.0.1, [::1])" },
        { "http://localhost.example.org/", "http:// is for this machine only (localhost, 127.0.0.1, [::1])" },
        { "http://[::ffff:10.0.0.1]/", "http:// is for this machine only (localhost, 127.0.0.1, [::1])" },
        { "http://10.0.0.1#@localhost/", "http:// is for this machine only (localhost, 127.0.0.1, [::1])" },
        { "http://localhost@10.0.0.1/", "the URL holds a user or password" },
        { "http://localhost\\@10.0.0.1/", "the URL holds a user or password" },
        { "http://localhost%2f/", "the URL names no host" },
        { "https:///path", "the URL names no host" },
        { "https://:443/", "the URL names no host" },
        { "https://a.example:0/", "the URL names no host" },
        { "https://[::1", "the URL names no host" },
        { "https://[zz]/", "the URL names no host" },
        { "https://a b/", "the URL holds a space or a character that must be percent-encoded" },
        { "https://а.example/", "the URL holds a space or a character that must be percent-encoded" },
        { "HTTPS://a.example/", "the URL does not begin with https://" },
        { "ftp://a.example/", "the URL does not begin with https://" },
        { "/v1/messages", "the URL does not begin with https://" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char text[256], expected[512] = "";
        struct pk_buf told;
        pk_buf_init(&told, 4096);
        (void) snprintf(text, sizeof text, HEAD "url = %s\ntoken = file:token\n", cases[i].url);
        struct pk_settings *settings = support_settings(&adapter, text, folder, &told);
        if (cases[i].refusal)
            (void) snprintf(expected, sizeof expected, "pokana.conf:3: [account nightly] url: %s | Write a whole address such as "
                            "https://api.example.org/v1/messages.\n", cases[i].refusal);
        assert_string_equal(pk_buf_text(&told), expected);
        pk_buf_finish(&told);
        pk_settings_free(settings);
    }
}

static void test_secrets_are_erased(void **state)
{
    (void) state;
    pk_auto(pk_settings) struct pk_settings *settings = read_good(WHOLE "header.X-Key = file:key\nsender = Zaanstad\n");
    struct pk_buf text;
    pk_buf_init(&text, 256);
    (void) pk_buf_add_text(&text, "s3cret-too? s3cret! s3cre s3crets3cret, Zaanstad");
    pk_settings_erase(settings, &text);
    assert_string_equal(pk_buf_text(&text), "[secret]? [secret]! s3cre [secret][secret], Zaanstad");
    pk_settings_erase(NULL, &text);
    assert_string_equal(pk_buf_text(&text), "[secret]? [secret]! s3cre [secret][secret], Zaanstad");
    pk_buf_finish(&text);
}

static void test_holders(void **state)
{
    (void) state;
    size_t count;
    struct pk_settings *settings = read_good(WHOLE), *other = pk_settings_hold(settings);
    pk_settings_free(settings);
    assert_string_equal(pk_settings_values(other, &count)[1].text.data, "s3cret");
    pk_settings_free(other);
    assert_null(pk_settings_hold(NULL));
    pk_settings_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_type),
        cmocka_unit_test(test_credentials),
        cmocka_unit_test(test_mistakes_are_told_at_their_line),
        cmocka_unit_test(test_every_mistake_of_a_section_is_told),
        cmocka_unit_test(test_a_secret_is_never_written_down),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_secrets_are_erased),
        cmocka_unit_test(test_holders),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
