/* SPDX-License-Identifier: EUPL-1.2 */
/* Versions of the city's own texts: added, never changed; the newest counts, and what was taken back stays known. */
#include "tests/unit/store/support.h"

#include "gateway/store/internal.h"
#include "gateway/store/own_texts.h"

static int64_t add(struct desk *desk, const char *name, const char *language, const char *content, const char *author)
{
    int64_t id = 0;
    struct pk_own_text text = {
        .name = pk_slice_of(name),
        .language = pk_slice_of(language),
        .content = pk_slice_of(content),
        .author = pk_slice_of(author),
        .at_ms = NOW,
    };
    pk_sha256(text.content, text.hash);
    assert_int_equal(pk_own_text_add(desk->store, &text, &id, NULL), 0);
    return id;
}

static int write_down(void *ctx, const struct pk_own_text *text)
{
    return pk_buf_printf(ctx, "%.*s %.*s=%.*s by %.*s;", PK_SLICE_ARG(text->name), PK_SLICE_ARG(text->language), PK_SLICE_ARG(text->content),
                         PK_SLICE_ARG(text->author));
}

static void assert_now(struct desk *desk, const char *wanted)
{
    struct pk_buf told;
    pk_buf_init(&told, 4096);
    assert_int_equal(pk_own_texts_now(desk->store, write_down, &told, NULL), 0);
    assert_string_equal(pk_buf_text(&told), wanted);
    pk_buf_finish(&told);
}

static void the_newest_of_each_counts(void **state)
{
    struct desk *desk = *state;
    assert_now(desk, "");
    assert_int_equal(pk_own_text_edition(desk->store, PK_SLICE("thanks")), 0);
    int64_t first = add(desk, "thanks", "bg", "a", "anna"), second = add(desk, "thanks", "bg", "b", "petra");
    int64_t dutch = add(desk, "thanks", "nl", "c", "anna");
    assert_true(first < second && second < dutch);
    assert_now(desk, "thanks bg=b by petra;thanks nl=c by anna;");
    assert_true(pk_own_text_edition(desk->store, PK_SLICE("thanks")) == dutch);
    (void) add(desk, "thanks", "bg", "", "anna");
    assert_now(desk, "thanks bg= by anna;thanks nl=c by anna;");
    struct pk_buf told;
    pk_buf_init(&told, 4096);
    assert_int_equal(pk_own_text_history(desk->store, PK_SLICE("thanks"), 3, write_down, &told, NULL), 0);
    assert_string_equal(pk_buf_text(&told), "thanks bg= by anna;thanks nl=c by anna;thanks bg=b by petra;");
    pk_buf_finish(&told);
}

static void whose_words_they_are(void **state)
{
    struct desk *desk = *state;
    uint8_t hash[32], other[32];
    pk_sha256(PK_SLICE("a"), hash);
    pk_sha256(PK_SLICE("b"), other);
    (void) add(desk, "thanks", "bg", "a", "anna");
    (void) add(desk, "thanks", "bg", "", "petra");
    assert_true(pk_own_text_has(desk->store, PK_SLICE("thanks"), PK_SLICE("bg"), hash));
    assert_false(pk_own_text_has(desk->store, PK_SLICE("thanks"), PK_SLICE("bg"), other));
    assert_false(pk_own_text_has(desk->store, PK_SLICE("thanks"), PK_SLICE("nl"), hash));
    assert_true(pk_own_text_is_of(desk->store, PK_SLICE("thanks"), PK_SLICE("bg"), hash, PK_SLICE("anna")));
    assert_false(pk_own_text_is_of(desk->store, PK_SLICE("thanks"), PK_SLICE("bg"), hash, PK_SLICE("petra")));
}

static void a_version_is_not_changed(void **state)
{
    struct desk *desk = *state;
    (void) add(desk, "thanks", "bg", "a", "anna");
    assert_int_not_equal(pk_sql_write(desk->store, NULL, "UPDATE own_text SET content = 'b'", ""), 0);
    assert_int_not_equal(pk_sql_write(desk->store, NULL, "DELETE FROM own_text", ""), 0);
    assert_now(desk, "thanks bg=a by anna;");
}

static int write_note(void *ctx, const struct pk_text_note *note)
{
    return pk_buf_printf(ctx, "%.*s %.*s: %.*s;", PK_SLICE_ARG(note->reader), PK_SLICE_ARG(note->tag), PK_SLICE_ARG(note->words));
}

static void notes_are_of_exactly_these_words(void **state)
{
    struct desk *desk = *state;
    struct pk_text_note note = { .name = PK_SLICE("thanks"), .tag = PK_SLICE("bg"), .reader = PK_SLICE("maria"), .words = PK_SLICE("too stiff"), .at_ms = NOW };
    struct pk_buf told;
    pk_sha256(PK_SLICE("a"), note.hash);
    assert_int_equal(pk_text_note_add(desk->store, &note, NULL), 0);
    pk_buf_init(&told, 4096);
    assert_int_equal(pk_text_notes_each(desk->store, note.name, note.hash, 5, write_note, &told, NULL), 0);
    assert_string_equal(pk_buf_text(&told), "maria bg: too stiff;");
    pk_buf_clear(&told);
    pk_sha256(PK_SLICE("b"), note.hash);
    assert_int_equal(pk_text_notes_each(desk->store, note.name, note.hash, 5, write_note, &told, NULL), 0);
    assert_int_equal(told.len, 0);
    pk_buf_finish(&told);
}

#define at_desk(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        at_desk(the_newest_of_each_counts),
        at_desk(whose_words_they_are),
        at_desk(a_version_is_not_changed),
        at_desk(notes_are_of_exactly_these_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
