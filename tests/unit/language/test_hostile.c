/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What must end in an error and in nothing else: values of a wrong type, left out or far too long, a zone there is none
 * of, texts of a megabyte and texts that nest without end. Asked of every shipped text, right after the same text, and
 * another, was written whole: nothing of the one before may be in what is written, or in what is said of it.
 */
#include "tests/unit/language/folder.h"

#include "gateway/language/template_file.h"

#define MEGABYTE (1u << 20)
#define ZONE "Europe/Amsterdam"
#define MOMENT_MS 1791999000000   /* 14 October 2026, 19:30 there */
#define BEFORE "Тайното място 17" /* of the message before */

/* ---- a text and its values ---- */

/* The longest values of a text, but for one argument: "instead" of it, or NULL to leave it out. */
static struct pk_json *values_but(const struct pk_template *t, const struct pk_argument *but, const char *instead)
{
    struct pk_buf others, all;
    struct pk_json *values = NULL;
    pk_buf_init(&others, 65536);
    pk_buf_init(&all, 2 * MEGABYTE);
    struct pk_json_out out = pk_json_out(&others);
    pk_json_open(&out, NULL, '{');
    for (size_t i = 0; i < t->argument_count; i++)
        if (t->arguments[i].argument != but)
            pk_argument_longest(t->arguments[i].argument, t->arguments[i].max_units, t->language, MOMENT_MS, false, &out);
    pk_json_close(&out, '}');
    if (instead)
        (void) pk_buf_printf(&all, "{\"%s\":%s%s%s", but->name, instead, others.len > 2 ? "," : "", pk_buf_text(&others) + 1);
    else
        (void) pk_buf_add_slice(&all, pk_buf_slice(&others));
    assert_int_equal(pk_json_parse(pk_buf_slice(&all), 2 * MEGABYTE, &values, NULL), 0);
    pk_buf_finish(&others);
    pk_buf_finish(&all);
    return values;
}

static int write_text(const struct pk_catalog *catalog, const struct pk_template *t, const struct pk_json *values,
                      const char *zone, struct pk_buf *out, struct pk_error *err)
{
    struct pk_slice org = pk_json_string(pk_json_get(values, "org"));
    const struct pk_render how = {
        .language = pk_template_language(t), .body = pk_template_body(t), .values = values, .org = org, .zone = zone
    };
    *err = (struct pk_error){ 0 };
    return pk_catalog_render(catalog, &how, out, err);
}

/* Another message, whole: whatever the writer keeps is full of it. */
static void write_one_before(const struct pk_catalog *catalog)
{
    static const char body[] = "{org}: {place}, {begins_on_day}, {people, plural, one {# човек} other {# души}} {phone}";
    static const char document[] =
        "{\"place\":\"" BEFORE "\",\"begins\":\"2026-10-14T17:30:00Z\",\"people\":17,\"phone\":\"075 123 4567\"}";
    struct pk_buf out;
    struct pk_json *values = NULL;
    pk_buf_init(&out, 65536);
    assert_int_equal(pk_json_parse(pk_slice_of(document), sizeof document, &values, NULL), 0);
    const struct pk_render whole = {
        .language = PK_SLICE("bg"), .body = pk_slice_of(body), .values = values, .org = PK_SLICE(BEFORE), .zone = ZONE
    };
    assert_int_equal(pk_catalog_render(catalog, &whole, &out, NULL), 0);
    assert_non_null(strstr(pk_buf_text(&out), BEFORE));
    pk_json_free(values);
    pk_buf_finish(&out);
}

/* Refused, nothing written, and told of this argument alone; what a text can spare is left out of it. */
static void check_refused(const struct pk_catalog *catalog, const struct pk_template *t, const struct pk_argument *argument,
                          const char *instead)
{
    struct pk_json *values = values_but(t, argument, instead);
    struct pk_error err;
    struct pk_buf out;
    char name[64];
    bool spared = pk_body_can_spare(t->body, argument);
    pk_buf_init(&out, 65536);
    write_one_before(catalog);
    int r = write_text(catalog, t, values, ZONE, &out, &err);
    if (r != (spared ? 0 : PK_E_INVALID))
        fail_msg("%s, \"%s\": %.40s is %d", t->file, argument->name, instead ? instead : "nothing", r);
    (void) snprintf(name, sizeof name, "\"%s\"", argument->name);
    assert_true(spared || (out.len == 0 && strstr(err.message, name)));
    assert_null(strstr(pk_buf_text(&out), BEFORE));
    assert_null(strstr(err.message, BEFORE));
    pk_buf_finish(&out);
    pk_json_free(values);
}

static void each_argument(const struct pk_catalog *catalog,
                          void (*check)(const struct pk_catalog *catalog, const struct pk_template *t,
                                        const struct pk_argument *argument))
{
    size_t checked = 0;
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        for (size_t j = 0; j < t->argument_count; j++) {
            if (!pk_body_uses(t->body, t->arguments[j].argument))
                continue;
            check(catalog, t, t->arguments[j].argument);
            checked++;
        }
    }
    assert_true(checked > 100);
}

/* ---- values ---- */

static void check_missing(const struct pk_catalog *catalog, const struct pk_template *t, const struct pk_argument *argument)
{
    check_refused(catalog, t, argument, NULL);
}

static void test_a_missing_value(void **state)
{
    each_argument(*state, check_missing);
}

static void check_wrong_types(const struct pk_catalog *catalog, const struct pk_template *t, const struct pk_argument *argument)
{
    static const char *const wrong[] = { "null", "true", "[]", "{}", "1.5", "1e300", "[\"" BEFORE "\"]", "\"\"" };
    for (size_t i = 0; i < PK_COUNT(wrong); i++)
        check_refused(catalog, t, argument, wrong[i]);
    if (argument->type == PK_ARGUMENT_COUNT)
        check_refused(catalog, t, argument, "\"3\"");
    else
        check_refused(catalog, t, argument, "3");
    if (argument->type == PK_ARGUMENT_MOMENT || argument->type == PK_ARGUMENT_HOURS || argument->type == PK_ARGUMENT_WEEKDAYS)
        check_refused(catalog, t, argument, "\"" BEFORE "\"");
}

static void test_a_value_of_a_wrong_type(void **state)
{
    each_argument(*state, check_wrong_types);
}

/* At intake the value is refused; where one was stored all the same, the text is. */
static void test_a_value_of_a_megabyte(void **state)
{
    const struct pk_catalog *catalog = *state;
    const struct pk_template *t = pk_catalog_find(catalog, PK_SLICE("rsvp-yes-count"), PK_SLICE("bg"));
    const struct pk_argument *place = pk_argument_find(PK_SLICE("place"));
    char *large = pk_alloc(MEGABYTE + 3);
    struct pk_error err = { 0 };
    large[0] = large[MEGABYTE + 1] = '"';
    memset(large + 1, 'x', MEGABYTE);
    struct pk_json *values = values_but(t, place, large);
    assert_int_equal(pk_template_check_values(catalog, pk_template_name(t), values, &err), PK_E_INVALID);
    assert_true(strlen(err.message) < sizeof err.message && strstr(err.message, "place"));
    pk_json_free(values);
    check_refused(catalog, t, place, large);
    free(large);
}

/* ---- where it is written ---- */

static void test_an_unknown_zone(void **state)
{
    static const char *const zones[] = { "Europe/Zaandam", "", "GMT+25", "../../etc/passwd", "Europe/Amsterdam\xff" };
    const struct pk_catalog *catalog = *state;
    const struct pk_template *t = pk_catalog_find(catalog, PK_SLICE("parent-meeting-invitation"), PK_SLICE("bg"));
    struct pk_json *values = values_but(t, NULL, NULL);
    struct pk_error err;
    struct pk_buf out, good;
    pk_buf_init(&out, 65536);
    pk_buf_init(&good, 65536);
    assert_int_equal(write_text(catalog, t, values, ZONE, &good, &err), 0);
    for (size_t i = 0; i < PK_COUNT(zones); i++) {
        assert_int_equal(write_text(catalog, t, values, zones[i], &out, &err), PK_E_INVALID);
        assert_int_equal(out.len, 0);
        /* It is not remembered as one, nor in the place of one. */
        assert_int_equal(write_text(catalog, t, values, ZONE, &out, &err), 0);
        assert_string_equal(pk_buf_text(&out), pk_buf_text(&good));
        pk_buf_clear(&out);
    }
    pk_json_free(values);
    pk_buf_finish(&out);
    pk_buf_finish(&good);
}

/* No half of a text stays behind, and what stood there before does. */
static void test_too_little_room(void **state)
{
    static const char *const renderings[] = { "", "bg-Latn" };
    const struct pk_catalog *catalog = *state;
    char body[1024];
    struct pk_error err;
    memset(body, 'a', sizeof body);
    for (size_t i = 0; i < PK_COUNT(renderings); i++) {
        const struct pk_render how = { .language = PK_SLICE("bg"),
                                       .rendering = pk_slice_of(renderings[i]),
                                       .body = pk_slice_make(body, sizeof body),
                                       .zone = ZONE };
        for (size_t room = 8; room < sizeof body; room += 96) {
            struct pk_buf out;
            pk_buf_init(&out, room);
            assert_int_equal(pk_buf_add_text(&out, "before"), 0);
            assert_int_equal(pk_catalog_render(catalog, &how, &out, &err), PK_E_LIMIT);
            assert_string_equal(pk_buf_text(&out), "before");
            pk_buf_finish(&out);
        }
    }
}

/* ---- texts ---- */

static void test_a_file_of_a_megabyte(void **state)
{
    static const char head[] = "kind: answer\narguments:\nreply: none\ngloss: x\nparts: 1\n\n";
    (void) state;
    char *content = pk_alloc(MEGABYTE + 1);
    struct folder folder;
    struct told told;
    struct pk_catalog *catalog = NULL;
    struct pk_error err = { 0 };
    memset(content, 'a', MEGABYTE);
    memcpy(content, head, sizeof head - 1);
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini", "[language]\nname = Nederlands\n" FOLDER_DATES);
    folder_write(&folder, "nl", "proef.txt", content);
    told_begin(&told);
    assert_true(pk_catalog_load(folder.path, &told.report, &catalog, &err) < 0);
    assert_null(catalog);
    assert_string_equal(pk_buf_text(&told.text),
                        "proef.txt:0: the file cannot be read | A text is a readable file of at most 16 KiB.\n");
    told_end(&told);
    folder_remove(&folder);
    free(content);
}

/* As deep as fits into a text, in every way that braces nest: of plurals, of selects, of both, and never closed. */
static void test_deep_texts(void **state)
{
    static const char *const levels[] = {
        "{people,plural,other{", "{place,select,other{", "{people,plural,other{{place,select,other{", "{", "{place,",
        "{people,plural,one{"
    };
    const struct pk_catalog *catalog = *state;
    struct pk_json *values = NULL;
    assert_int_equal(pk_json_parse(PK_SLICE("{\"place\":\"x\",\"people\":3}"), 1024, &values, NULL), 0);
    for (size_t i = 0; i < 2 * PK_COUNT(levels); i++) {
        const char *level = levels[i / 2];
        struct pk_buf body, out;
        struct pk_error err = { 0 };
        pk_buf_init(&body, PK_BODY_BYTES_MAX);
        pk_buf_init(&out, 65536);
        size_t depth = (PK_BODY_BYTES_MAX - 8) / (strlen(level) + 4);
        for (size_t n = 0; n < depth; n++)
            (void) pk_buf_add_text(&body, level);
        for (size_t n = 0; i % 2 == 0 && n < 4 * depth; n++)
            (void) pk_buf_add_char(&body, '}');
        const struct pk_render how = { .language = PK_SLICE("bg"), .body = pk_buf_slice(&body), .values = values, .zone = ZONE };
        assert_false(body.failed);
        assert_int_equal(pk_catalog_render(catalog, &how, &out, &err), PK_E_INVALID);
        assert_string_equal(err.message, "cannot write the text: its placeholders are not ours");
        assert_int_equal(out.len, 0);
        pk_buf_finish(&body);
        pk_buf_finish(&out);
    }
    pk_json_free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_missing_value),
        cmocka_unit_test(test_a_value_of_a_wrong_type),
        cmocka_unit_test(test_a_value_of_a_megabyte),
        cmocka_unit_test(test_an_unknown_zone),
        cmocka_unit_test(test_too_little_room),
        cmocka_unit_test(test_a_file_of_a_megabyte),
        cmocka_unit_test(test_deep_texts),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
