/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Puts all rules of style to one text; see the header. A text is looked at in every way its plurals allow: as it is typed,
 * with stand-ins for its placeholders, and with sample words for each day of the week. What is found is told in the order
 * of the text. The rules themselves are the style_*.c files beside this one.
 */
#include "gateway/language/style.h"

#include "gateway/language/samples.h"
#include "gateway/language/style_text.h"

#define DAYS 7u

/* ---- sample words ---- */

struct wording {
    const struct pk_template *template_;
    const struct pk_outline *outline;
    struct pk_json *values;
    struct pk_wall *wall;
};

/* A placeholder alone is a text too. */
static void add_words(void *ctx, const struct pk_piece *piece, struct pk_buf *out)
{
    const struct wording *w = ctx;
    const struct pk_language *language = w->template_->language;
    char body[64];
    (void) snprintf(body, sizeof body, "{%.*s}", PK_SLICE_ARG(pk_piece_text(w->outline, piece)));
    pk_auto(pk_body) struct pk_body *alone = pk_body_new(language->locale, pk_slice_of(body), NULL);
    const struct pk_body_values values = {
        .language = language,
        .values = w->values,
        .house = { .org = pk_json_string(pk_json_get(w->values, "org")) },
        .wall = w->wall,
    };
    if (!alone || pk_body_format(alone, &values, out, NULL) != 0)
        (void) pk_buf_add_text(out, PK_STAND_IN);
}

/* Do the words of any placeholder depend on the day? */
static bool depends_on_day(const struct pk_template *t)
{
    for (size_t i = 0; i < t->argument_count; i++)
        if (t->arguments[i].argument->type == PK_ARGUMENT_MOMENT || t->arguments[i].argument->type == PK_ARGUMENT_WEEKDAYS)
            return true;
    return false;
}

/* ---- one text ---- */

static void check_typed(struct pk_style_checking *c, size_t way, struct pk_written *written)
{
    struct pk_style_text text;
    pk_outline_write(&c->outline, way, NULL, written);
    pk_style_check_patterns(c, written);
    pk_style_check_quotes(c, written);
    pk_style_text_init(&text, written, c->style);
    pk_style_check_letters(c, &text);
    pk_style_text_finish(&text);
}

static void check_worded(struct pk_style_checking *c, size_t way, uint32_t day, struct pk_wall *wall, struct pk_written *written)
{
    struct pk_style_text text;
    struct pk_buf document;
    struct wording wording = { .template_ = c->template_, .outline = &c->outline, .wall = wall };
    pk_buf_init(&document, 65536);
    pk_template_sample(c->template_, day, PK_SAMPLE_PEOPLE, &document);
    if (pk_json_parse(pk_buf_slice(&document), 65536, &wording.values, NULL) == 0) {
        const struct pk_outline_values values = { .words = add_words, .ctx = &wording };
        pk_outline_write(&c->outline, way, &values, written);
        pk_style_text_init(&text, written, c->style);
        pk_style_check_sentences(c, &text);
        pk_style_check_prepositions(c, &text);
        if (day == 0)
            pk_style_check_reply_words(c, &text);
        pk_style_text_finish(&text);
    }
    pk_json_free(wording.values);
    pk_buf_finish(&document);
}

static void check_ways(struct pk_style_checking *c)
{
    struct pk_written written;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    uint32_t days = depends_on_day(c->template_) ? DAYS : 1;
    pk_written_init(&written);
    if (pk_wall_new(PK_SAMPLE_ZONE, &wall, NULL) != 0) /* only without ICU's own data */
        days = 0;
    for (size_t way = 0; way < c->outline.ways; way++) {
        check_typed(c, way, &written);
        for (uint32_t day = 0; day < days; day++)
            check_worded(c, way, day, wall, &written);
    }
    pk_written_finish(&written);
}

/* ---- telling ---- */

static int by_offset(const void *a, const void *b)
{
    const struct pk_style_found *x = a, *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

static void place_of(const struct pk_template *t, size_t offset, struct pk_style_finding *finding)
{
    finding->line = t->text_line;
    finding->column = 1;
    for (size_t i = 0; i < offset && t->text[i]; i++) {
        if (t->text[i] == '\n') {
            finding->line++;
            finding->column = 1;
        } else if (((unsigned char) t->text[i + 1] & 0xc0) != 0x80) {
            finding->column++;
        }
    }
}

static void tell_all(struct pk_style_checking *c, struct pk_style_report *report)
{
    qsort(c->found, c->found_count, sizeof c->found[0], by_offset);
    for (size_t i = 0; i < c->found_count; i++) {
        const struct pk_style_found *found = &c->found[i];
        struct pk_style_finding finding = { .file = c->template_->file,
                                            .rule = found->rule,
                                            .warning = found->warning,
                                            .reason = found->reason,
                                            .remedy = found->remedy };
        place_of(c->template_, found->offset, &finding);
        *(found->warning ? &report->warnings : &report->errors) += 1;
        if (report->tell)
            report->tell(report->ctx, &finding);
    }
}

void pk_style_check(const struct pk_catalog *catalog, const struct pk_template *t, struct pk_style_report *report)
{
    struct pk_style_checking *c = pk_alloc(sizeof *c);
    c->catalog = catalog;
    c->template_ = t;
    c->style = t->language->style;
    pk_outline_init(&c->outline, pk_slice_of(t->text));
    check_ways(c);
    pk_style_check_forms(c);
    tell_all(c, report);
    pk_outline_finish(&c->outline);
    free(c);
}
