/* SPDX-License-Identifier: EUPL-1.2 */
/* Page files: what is filled in is escaped whatever it is, and a page that cannot be right is refused. */
#include "tests/unit/cmocka.h"

#include "gateway/console/page_file.h"

#include <stdio.h>

static struct pk_slice string(void *ctx, struct pk_slice key)
{
    (void) ctx;
    return pk_slice_is(key, "hello") ? PK_SLICE("Hello {name}, it's <b>us</b>") : (struct pk_slice){ 0 };
}

static const struct pk_page_file *inner, *endless;

static const struct pk_page_file *page(void *ctx, struct pk_slice name)
{
    (void) ctx;
    return pk_slice_is(name, "inner") ? inner : pk_slice_is(name, "endless") ? endless : NULL;
}

static const struct pk_page_source source = { .page = page, .string = string };

static int render(const char *text, const char *json, char *ret_html, size_t size, struct pk_error *err)
{
    pk_auto(pk_page) struct pk_page_file *file = NULL;
    pk_auto(pk_json) struct pk_json *data = NULL;
    struct pk_buf out;
    pk_buf_init(&out, 1000);
    int r = pk_page_compile("test", pk_slice_of(text), &file, err);
    if (r == 0)
        assert_int_equal(pk_json_parse(pk_slice_of(json), 4096, &data, err), 0);
    if (r == 0)
        r = pk_page_render(file, &source, data, &out, err);
    (void) snprintf(ret_html, size, "%s", pk_buf_text(&out));
    pk_buf_finish(&out);
    return r;
}

static void assert_page(const char *text, const char *json, const char *expected)
{
    char html[1024];
    struct pk_error err = { 0 };
    if (render(text, json, html, sizeof html, &err) != 0)
        fail_msg("%s: %s", text, err.message);
    assert_string_equal(html, expected);
}

static void assert_refused(const char *text, const char *json, int code, const char *part)
{
    char html[1024];
    struct pk_error err = { 0 };
    assert_int_equal(render(text, json, html, sizeof html, &err), code);
    if (!strstr(err.message, part))
        fail_msg("\"%s\" does not say \"%s\"", err.message, part);
}

static void values_are_escaped(void **state)
{
    (void) state;
    assert_page("<p title=\"{{v}}\">{{v}}</p>", "{\"v\":\"<a href='x'>&\\\"\"}",
                "<p title=\"&lt;a href=&#39;x&#39;&gt;&amp;&quot;\">&lt;a href=&#39;x&#39;&gt;&amp;&quot;</p>");
    assert_page("{{ n }}{{! a remark }}", "{\"n\":42}", "42");
    assert_page("{{a}}", "{\"a\":\"{{b}}\"}", "{{b}}"); /* what is filled in is not read again */
}

static void strings_are_filled_in_and_escaped(void **state)
{
    (void) state;
    assert_page("{{t hello}}", "{\"name\":\"<i>\"}", "Hello &lt;i&gt;, it&#39;s &lt;b&gt;us&lt;/b&gt;");
    assert_refused("{{t hello}}", "{}", PK_E_NOT_FOUND, "\"name\"");
    assert_refused("a\n{{t other}}", "{}", PK_E_NOT_FOUND, "line 2");
}

static void sections(void **state)
{
    (void) state;
    assert_page("{{#list}}[{{x}}{{y}}]{{/list}}{{^list}}none{{/list}}", "{\"y\":1,\"list\":[{\"x\":\"a\"},{\"x\":\"b\",\"y\":2}]}", "[a1][b2]");
    assert_page("{{#list}}x{{/list}}{{^list}}none{{/list}}", "{\"list\":[]}", "none");
    assert_page("{{#list}}<{{.}}>{{/list}}", "{\"list\":[\"a\",\"b\"]}", "<a><b>");
    assert_page("{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{#empty}}e{{/empty}}{{#gone}}g{{/gone}}{{#zero}}z{{/zero}}{{#null}}0{{/null}}",
                "{\"yes\":true,\"no\":false,\"empty\":\"\",\"zero\":0,\"null\":null}", "y");
    assert_page("{{#a}}{{#b}}{{c}}{{/b}}{{^d}}!{{/d}}{{/a}}", "{\"a\":{\"b\":[{\"c\":1},{\"c\":2}]}}", "12!");
}

static void a_page_in_a_page(void **state)
{
    (void) state;
    struct pk_page_file *one = NULL, *two = NULL;
    assert_int_equal(pk_page_compile("inner", PK_SLICE("({{x}})"), &one, NULL), 0);
    assert_int_equal(pk_page_compile("endless", PK_SLICE("{{> endless}}"), &two, NULL), 0);
    inner = one;
    endless = two;
    assert_page("{{#l}}{{> inner}}{{/l}}", "{\"l\":[{\"x\":1},{\"x\":2}]}", "(1)(2)");
    assert_refused("{{> endless}}", "{}", PK_E_LIMIT, "without end");
    assert_refused("{{> none}}", "{}", PK_E_NOT_FOUND, "\"none\"");
    pk_page_free(one);
    pk_page_free(two);
}

static void what_cannot_be_right(void **state)
{
    (void) state;
    assert_refused("a\n{{#x}}\nb", "{}", PK_E_INVALID, "line 2: the section x");
    assert_refused("{{/x}}", "{}", PK_E_INVALID, "no section that is open");
    assert_refused("{{#a}}{{#b}}{{/a}}{{/b}}", "{}", PK_E_INVALID, "{{/a}}");
    assert_refused("one {{two", "{}", PK_E_INVALID, "without }}");
    assert_refused("{{}}", "{}", PK_E_INVALID, "names nothing");
    assert_refused("{{{raw}}}", "{}", PK_E_INVALID, "names nothing");
    assert_refused("{{a b}}", "{}", PK_E_INVALID, "names nothing");
    assert_refused("{{missing}}", "{}", PK_E_NOT_FOUND, "\"missing\"");
    assert_refused("{{list}}", "{\"list\":[1]}", PK_E_NOT_FOUND, "\"list\"");
    assert_refused("{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}", "{}", PK_E_INVALID, "too deep");
}

static void a_page_too_long(void **state)
{
    (void) state;
    char json[700];
    size_t at = (size_t) snprintf(json, sizeof json, "{\"l\":[1");
    for (int i = 0; i < 120; i++)
        at += (size_t) snprintf(json + at, sizeof json - at, ",1");
    (void) snprintf(json + at, sizeof json - at, "]}");
    assert_refused("{{#l}}0123456789{{/l}}", json, PK_E_LIMIT, "too long");
}

static void check_names_what_is_missing(void **state)
{
    (void) state;
    pk_auto(pk_page) struct pk_page_file *file = NULL;
    struct pk_error err = { 0 };
    assert_int_equal(pk_page_compile("p", PK_SLICE("{{t hello}}\n{{#never}}{{t gone}}{{/never}}"), &file, &err), 0);
    assert_int_equal(pk_page_check(file, &source, &err), PK_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "\"gone\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped), cmocka_unit_test(strings_are_filled_in_and_escaped),
        cmocka_unit_test(sections),           cmocka_unit_test(a_page_in_a_page),
        cmocka_unit_test(what_cannot_be_right), cmocka_unit_test(a_page_too_long),
        cmocka_unit_test(check_names_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
