/* SPDX-License-Identifier: EUPL-1.2 */
/* Audiences read from a line and from JSON: the same tree either way, one form of it, and mistakes told with their place. */
#include "gateway/base/random.h"
#include "gateway/model/audience.h"
#include "tests/unit/cmocka.h"

static struct pk_audience_tree read_line(const char *line)
{
    struct pk_audience_tree tree;
    struct pk_error err = { 0 };
    if (pk_audience_read_text(pk_slice_of(line), &tree, &err) != 0)
        fail_msg("%s: %s", line, err.message);
    return tree;
}

static struct pk_audience_tree read_json(const char *text)
{
    struct pk_audience_tree tree;
    struct pk_error err = { 0 };
    struct pk_json *document = NULL;
    assert_int_equal(pk_json_parse(pk_slice_of(text), 1u << 16, &document, NULL), 0);
    if (pk_audience_read_json(document, "audience", &tree, &err) != 0)
        fail_msg("%s: %s", text, err.message);
    pk_json_free(document);
    return tree;
}

static void assert_line(const struct pk_audience_tree *tree, const char *line)
{
    struct pk_buf out;
    pk_buf_init(&out, 1u << 16);
    pk_audience_write_text(tree, &out);
    assert_string_equal(pk_buf_text(&out), line);
    pk_buf_finish(&out);
}

static void one_form(void **state)
{
    (void) state;
    static const char *const same[][2] = {
        { "school:a", "school:a" },
        { " ( ( school:a ) ) ", "school:a" },
        { "not not school:a", "school:a" },
        { "school:b AND school:a and school:b", "school:a and school:b" },
        { "school:a and (school:b and (school:c))", "school:a and school:b and school:c" },
        { "school:de-windroos and not (area:zuid or language:nl)", "school:de-windroos and not (language:nl or area:zuid)" },
        { "(area:a or area:b) and school:c", "school:c and (area:a or area:b)" },
        { "everybody and school:a", "school:a" },
        { "everybody or school:a", "everybody" },
        { "nobody and school:a", "nobody" },
        { "not everybody", "nobody" },
        { "not nobody", "everybody" },
        { "circle:maria and script:Latn and topic:festival", "topic:festival and script:Latn and circle:maria" },
        { "tag:language:nl or tag:and", "tag:and or tag:language:nl" },
        { "tag:school:a", "school:a" },
    };
    for (size_t i = 0; i < PK_COUNT(same); i++) {
        struct pk_audience_tree tree = read_line(same[i][0]), again = read_line(same[i][1]);
        uint8_t one[32], other[32];
        assert_line(&tree, same[i][1]);
        pk_audience_hash(&tree, one);
        pk_audience_hash(&again, other);
        assert_memory_equal(one, other, sizeof one);
    }
    struct pk_audience_tree a = read_line("school:a and school:b"), b = read_line("school:a or school:b");
    uint8_t one[32], other[32];
    pk_audience_hash(&a, one);
    pk_audience_hash(&b, other);
    assert_memory_not_equal(one, other, sizeof one);
}

static void json_is_the_same(void **state)
{
    (void) state;
    static const char *const same[][2] = {
        { "null", "everybody" },
        { "{}", "everybody" },
        { "{\"all\":[],\"any\":[],\"none\":[]}", "everybody" }, /* what a trigger may say */
        { "{\"all\":[\"school:a\"],\"any\":[\"area:b\",\"area:c\"],\"none\":[\"area:d\"]}", "school:a and not area:d and (area:b or area:c)" },
        { "\"school:a\"", "school:a" },
        { "{\"tag\":\"language:nl\"}", "tag:language:nl" },
        { "{\"none\":[{}]}", "nobody" },
        { "{\"all\":[{\"circle\":\"maria\"},{\"any\":[{\"language\":\"nl\"},{\"script\":\"own\"}]}]}", "circle:maria and (script:own or language:nl)" },
        { "{\"none\":[\"a\",{\"topic\":\"festival\"}]}", "not (topic:festival or a)" },
    };
    for (size_t i = 0; i < PK_COUNT(same); i++) {
        struct pk_audience_tree tree = read_json(same[i][0]), again;
        struct pk_buf out;
        assert_line(&tree, same[i][1]);
        pk_buf_init(&out, 1u << 16);
        struct pk_json_out json = pk_json_out(&out);
        pk_audience_write_json(&tree, &json, NULL);
        again = read_json(pk_buf_text(&out));
        assert_line(&again, same[i][1]);
        pk_buf_finish(&out);
    }
}

static void mistakes(void **state)
{
    (void) state;
    static const char *const lines[][2] = {
        { "", "column 1: something is missing here" },
        { "school:a and", "column 13: something is missing here" },
        { "school:a school:b", "column 10: \"and\" or \"or\" is missing before this" },
        { "school:a and area:b or area:c", "column 21: \"and\" and \"or\" are mixed" },
        { "(school:a or area:b", "column 1: the bracket opened here is not closed" },
        { "school:a)", "column 9: this bracket was not opened" },
        { "()", "column 2: something is missing before this bracket" },
        { "school:a & area:b", "column 10: \"and\" or \"or\" is missing before this" },
        { "school:Windroos", "column 1: this is no tag" },
        { "+31600000001", "column 1: this is no tag" },
        { "школа and school:a b", "column 1: this is no tag" },
        { "school:a and\tне", "column 14: this is no tag" },
        { "script:Cyrl", "column 1: this is no script" },
        { "language:n", "column 1: this is no language" },
        { "circle:Maria", "column 1: this is no name" },
        { "((((((((( school:a )))))))))", "column 11: more than 8 brackets within each other" },
    };
    static const char *const documents[][2] = {
        { "5", "audience: neither a tag nor an object" },
        { "[\"a\"]", "audience: neither a tag nor an object" },
        { "{\"all\":\"a\"}", "audience.all: not a list" },
        { "{\"any\":[\"a\",\"B\"]}", "audience.any[1]: not a tag" },
        { "{\"none\":[{\"script\":\"Cyrl\"}]}", "audience.none[0]: not a script" },
        { "{\"circle\":\"maria\",\"tag\":\"a\"}", "audience: \"tag\" stands alone in its object" },
        { "{\"al\":[]}", "audience: " },
    };
    struct pk_audience_tree tree;
    for (size_t i = 0; i < PK_COUNT(lines); i++) {
        struct pk_error err = { 0 };
        assert_true(pk_audience_read_text(pk_slice_of(lines[i][0]), &tree, &err) < 0);
        assert_string_equal(err.message, lines[i][1]);
        assert_true(err.hint[0] != '\0');
    }
    for (size_t i = 0; i < PK_COUNT(documents); i++) {
        struct pk_error err = { 0 };
        struct pk_json *document = NULL;
        assert_int_equal(pk_json_parse(pk_slice_of(documents[i][0]), 4096, &document, NULL), 0);
        assert_true(pk_audience_read_json(document, "audience", &tree, &err) < 0);
        assert_memory_equal(err.message, documents[i][1], strlen(documents[i][1]));
        pk_json_free(document);
    }
}

static void too_much(void **state)
{
    (void) state;
    struct pk_audience_tree tree;
    struct pk_buf text;
    pk_buf_init(&text, 1u << 16);
    (void) pk_buf_add_text(&text, "a0");
    for (int i = 1; i < PK_AUDIENCE_NODES_MAX; i++)
        (void) pk_buf_printf(&text, " or a%d", i);
    assert_int_equal(pk_audience_read_text(pk_buf_slice(&text), &tree, NULL), PK_E_LIMIT); /* the or itself is one */
    pk_buf_clear(&text);
    for (int i = 0; i <= PK_AUDIENCE_TEXT_MAX; i++)
        (void) pk_buf_add_char(&text, ' ');
    assert_int_equal(pk_audience_read_text(pk_buf_slice(&text), &tree, NULL), PK_E_LIMIT);
    pk_buf_clear(&text);
    for (int i = 0; i < 40; i++)
        (void) pk_buf_add_text(&text, "{\"none\":[");
    (void) pk_buf_add_text(&text, "\"a\"");
    for (int i = 0; i < 40; i++)
        (void) pk_buf_add_text(&text, "]}");
    struct pk_json *document = NULL;
    if (pk_json_parse(pk_buf_slice(&text), 1u << 16, &document, NULL) == 0)
        assert_int_equal(pk_audience_read_json(document, "audience", &tree, NULL), PK_E_LIMIT);
    pk_json_free(document);
    pk_buf_finish(&text);
    /* As much as a trigger may name: three lists of 32 long tags. */
    char names[96][100];
    struct pk_slice tags[96];
    for (int i = 0; i < 96; i++) {
        (void) snprintf(names[i], sizeof names[i], "%048d:%048d", i, i);
        tags[i] = pk_slice_of(names[i]);
    }
    assert_int_equal(pk_audience_of_tags(tags, 96, &tree, NULL), 0);
    assert_int_equal(tree.count, 97);
}

static void who_is_bound(void **state)
{
    (void) state;
    static const char *const bound[] = { "school:a", "school:a or area:b", "school:a and not area:b", "circle:maria and language:nl", "nobody" };
    static const char *const not_bound[] = { "everybody", "not school:a", "school:a or language:nl", "language:nl and script:own", "topic:festival" };
    for (size_t i = 0; i < PK_COUNT(bound); i++) {
        struct pk_audience_tree in = read_line(bound[i]), out = read_line(not_bound[i]);
        assert_true(pk_audience_is_bound(&in));
        assert_false(pk_audience_is_bound(&out));
    }
}

/* Whatever is read is written so that it is read again as the same; broken lines are refused and nothing else. */
static void random_lines(void **state)
{
    (void) state;
    static const char *const words[] = { "(", ")", "and", "or", "not", "school:a", "area:b", "language:nl", "everybody", "nobody", "circle:maria", "x" };
    unsigned accepted = 0;
    pk_random_seed(6);
    for (int round = 0; round < 20000; round++) {
        char line[160] = "";
        struct pk_audience_tree tree, again;
        for (uint64_t n = 1 + pk_random_below(9); n > 0; n--) {
            size_t len = strlen(line);
            (void) snprintf(line + len, sizeof line - len, "%s ", words[pk_random_below(PK_COUNT(words))]);
        }
        if (pk_audience_read_text(pk_slice_of(line), &tree, NULL) != 0)
            continue;
        struct pk_buf one, other;
        pk_buf_init(&one, 4096);
        pk_buf_init(&other, 4096);
        pk_audience_write_text(&tree, &one);
        assert_int_equal(pk_audience_read_text(pk_buf_slice(&one), &again, NULL), 0);
        pk_audience_write_text(&again, &other);
        assert_string_equal(pk_buf_text(&one), pk_buf_text(&other));
        pk_buf_finish(&one);
        pk_buf_finish(&other);
        accepted++;
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_form), cmocka_unit_test(json_is_the_same), cmocka_unit_test(mistakes),
        cmocka_unit_test(too_much), cmocka_unit_test(who_is_bound),     cmocka_unit_test(random_lines),
    };
    return cmocka_run_group_tests_name("model/audience", tests, NULL, NULL);
}
