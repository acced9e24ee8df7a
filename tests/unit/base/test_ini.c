/* SPDX-License-Identifier: EUPL-1.2 */
/* INI files: every mistake is told at its line, the rest is read. */
#include "gateway/base/ini.h"

#include "gateway/base/text.h"
#include "tests/unit/cmocka.h"

#include <stdio.h>

struct told {
    char text[2048];
};

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    struct told *told = ctx;
    size_t n = strlen(told->text);
    (void) snprintf(told->text + n, sizeof told->text - n, "%s:%u:%s:%s: %s%s\n", file, line, section ? section : "", key ? key : "", reason,
                    hint ? " (hint)" : "");
}

static struct pk_ini *parse(const char *text, struct told *told)
{
    struct pk_ini *ini = NULL;
    told->text[0] = '\0';
    struct pk_ini_report report = { .tell = tell, .ctx = told };
    assert_int_equal(pk_ini_parse("f", pk_slice_of(text), &report, &ini, NULL), 0);
    return ini;
}

static void test_reads_what_is_there(void **state)
{
    (void) state;
    struct told told;
    pk_auto(pk_ini) struct pk_ini *ini = parse("\xef\xbb\xbf# c\r\n; c\r\n[gateway]\r\n a = b ; kept = \"whole\" \r\n\r\n[account  main two]\nempty =\nx=1=2\n", &told);
    assert_string_equal(told.text, "");
    const struct pk_ini_section *gateway = pk_ini_find(ini, "gateway", ""), *account = pk_ini_find(ini, "account", "main two");
    assert_non_null(gateway);
    assert_non_null(account);
    assert_int_equal(gateway->line, 3);
    assert_true(pk_slice_is(pk_ini_entry(gateway, "a")->value, "b ; kept = \"whole\""));
    assert_int_equal(pk_ini_entry(gateway, "a")->line, 4);
    assert_int_equal(pk_ini_entry(account, "empty")->value.len, 0);
    assert_true(pk_slice_is(pk_ini_entry(account, "x")->value, "1=2"));
    assert_null(pk_ini_entry(account, "y"));
    assert_null(pk_ini_find(ini, "account", "main"));
}

static void test_every_mistake_is_told(void **state)
{
    (void) state;
    struct told told;
    pk_auto(pk_ini) struct pk_ini *ini = parse("early = 1\n[a\n[]\nlost = 1\n[b]\nno equals\n= x\nk = 1\nk = 2\n[b]\nk = 3\n[c]\nv = \xff\nw = 2", &told);
    assert_string_equal(told.text,
                        "f:1::: key \"early\" stands before the first section (hint)\n"
                        "f:2::: the section header is not closed by \"]\" (hint)\n"
                        "f:3::: the section has no name (hint)\n"
                        "f:6::: the line is neither a section, a key nor a comment (hint)\n"
                        "f:7::: the line is neither a section, a key nor a comment (hint)\n"
                        "f:9:b:k: the key is there already (hint)\n"
                        "f:10:b:: the section is there already, in line 5 (hint)\n"
                        "f:13::: the line is not UTF-8 text (hint)\n");
    assert_true(pk_slice_is(pk_ini_entry(pk_ini_find(ini, "b", ""), "k")->value, "1"));
    assert_true(pk_slice_is(pk_ini_entry(pk_ini_find(ini, "c", ""), "w")->value, "2"));
}

/* What is too long to be told whole ends with a whole character. */
static void test_what_is_told_is_text(void **state)
{
    (void) state;
    struct told told;
    for (size_t front = 0; front < 2; front++) {
        struct pk_buf text;
        pk_buf_init(&text, 8192);
        for (size_t i = 0; i < 700; i++)
            (void) pk_buf_add_text(&text, i == 0 && front == 1 ? "a" : "ж");
        (void) pk_buf_add_text(&text, " = 1\n[");
        for (size_t i = 0; i < 150; i++)
            (void) pk_buf_add_text(&text, i == 0 && front == 1 ? "a" : "я");
        (void) pk_buf_add_text(&text, "]\na = 1\na = 2\n");
        pk_ini_free(parse(pk_buf_text(&text), &told));
        assert_non_null(strstr(told.text, ": key \""));
        assert_non_null(strstr(told.text, "f:4:"));
        assert_true(pk_utf8_valid(pk_slice_of(told.text)));
        pk_buf_finish(&text);
    }
}

static void test_long_values_are_kept_and_limits_told(void **state)
{
    (void) state;
    struct told told;
    char *text = calloc(1, 80000);
    size_t n = (size_t) snprintf(text, 80000, "[a]\nlong = ");
    memset(text + n, 'x', 60000);
    (void) snprintf(text + n + 60000, 100, "\nnext = 1\n");
    pk_auto(pk_ini) struct pk_ini *ini = parse(text, &told);
    assert_string_equal(told.text, "");
    assert_int_equal(pk_ini_entry(pk_ini_find(ini, "a", ""), "long")->value.len, 60000);
    memset(text + n, 'x', 70000);
    text[n + 70000] = '\n';
    pk_auto(pk_ini) struct pk_ini *other = parse(text, &told);
    assert_non_null(strstr(told.text, "f:2::: the line is longer than"));
    assert_null(pk_ini_entry(pk_ini_find(other, "a", ""), "long"));
    free(text);
    char *huge = calloc(1, (1u << 20) + 2);
    memset(huge, '#', (1u << 20) + 1);
    struct pk_ini *none = NULL;
    struct pk_error err = { 0 };
    struct pk_ini_report report = { .tell = tell, .ctx = &told };
    assert_int_equal(pk_ini_parse("f", pk_slice_of(huge), &report, &none, &err), PK_E_LIMIT);
    assert_null(none);
    free(huge);
    assert_int_equal(pk_ini_read("/nowhere/at/all.conf", &report, &none, &err), PK_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_is_there),
        cmocka_unit_test(test_every_mistake_is_told),
        cmocka_unit_test(test_what_is_told_is_text),
        cmocka_unit_test(test_long_values_are_kept_and_limits_told),
    };
    return cmocka_run_group_tests_name("base/ini", tests, NULL, NULL);
}
