/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/previews.h"

#include "gateway/app/show.h"
#include "gateway/app/table.h"
#include "gateway/base/json.h"
#include "gateway/base/text.h"
#include "gateway/language/bubble.h"

#include <stdio.h>

#define GAP 3 /* between two bubbles */

/* ---- for people ---- */

static void draw(const struct pk_preview *p, struct pk_buf *out)
{
    const struct pk_bubble bubble = {
        .text = pk_buf_slice(&p->text),
        .part_ends = p->part_ends,
        .part_count = p->segmentation.parts,
        .columns = PK_BUBBLE_COLUMNS,
    };
    char title[64];
    size_t columns = PK_BUBBLE_COLUMNS + PK_BUBBLE_FRAME;
    (void) snprintf(title, sizeof title, "%s, %u part%s", p->letters, p->segmentation.parts,
                    p->segmentation.parts == 1 ? "" : "s");
    (void) pk_buf_printf(out, "  %s", title);
    for (size_t used = 2 + strlen(title); used < columns; used++)
        (void) pk_buf_add_char(out, ' ');
    (void) pk_buf_add_char(out, '\n');
    pk_bubble_draw(&bubble, out);
}

/* Two drawings side by side; the shorter one ends earlier. */
static void print_pair(struct pk_slice left, struct pk_slice right)
{
    size_t columns = PK_BUBBLE_COLUMNS + PK_BUBBLE_FRAME;
    while (left.len > 0 || right.len > 0) {
        struct pk_slice a = { 0 }, b = { 0 };
        if (left.len > 0)
            (void) pk_slice_cut(&left, '\n', &a);
        if (right.len > 0)
            (void) pk_slice_cut(&right, '\n', &b);
        if (b.len == 0)
            (void) printf("%.*s\n", PK_SLICE_ARG(a));
        else
            (void) printf("%.*s%*s%.*s\n", PK_SLICE_ARG(a), (int) (GAP + (a.len == 0 ? columns : 0)), "", PK_SLICE_ARG(b));
    }
}

static void print_bubbles(const struct pk_previews *s)
{
    size_t room = pk_terminal_columns(), pair = 2 * (PK_BUBBLE_COLUMNS + PK_BUBBLE_FRAME) + GAP;
    for (size_t i = 0; i < s->count;) {
        struct pk_buf left, right;
        bool together = i + 1 < s->count && (room == 0 || room >= pair);
        pk_buf_init(&left, 1u << 20);
        pk_buf_init(&right, 1u << 20);
        draw(&s->previews[i], &left);
        if (together)
            draw(&s->previews[i + 1], &right);
        print_pair(pk_buf_slice(&left), pk_buf_slice(&right));
        i += together ? 2 : 1;
        pk_buf_finish(&left);
        pk_buf_finish(&right);
    }
}

static const char *encoding_of(const struct pk_preview *p)
{
    return p->segmentation.encoding == PK_ENCODING_GSM7 ? "GSM7" : "UCS2";
}

static void print_encoding(const struct pk_preview *p)
{
    if (!p->forcing[0]) {
        (void) printf("  encoding  GSM7: every character is in the small alphabet, 160 to a message\n");
        return;
    }
    (void) printf("  encoding  UCS2, 70 to a message, because of \"%s\" (U+%04X), character %u", p->forcing,
                  p->segmentation.forcing_codepoint, p->segmentation.forcing_index + 1);
    if (p->instead[0])
        (void) printf("; \"%s\" would fit the small alphabet", p->instead);
    (void) printf("\n");
}

static void print_units(const struct pk_preview *p)
{
    (void) printf("  parts     %u: ", p->segmentation.parts);
    for (uint32_t i = 0; i < p->segmentation.parts; i++)
        (void) printf("%s%u", i > 0 ? " + " : "", p->part_units[i]);
    (void) printf(" units");
    if (p->segmentation.parts > 1)
        (void) printf("; " PK_BUBBLE_MARK " marks where one ends");
    (void) printf("\n");
}

static void print_price(const struct pk_previews *s, const struct pk_preview *p)
{
    struct pk_buf total, each;
    if (!s->part_price.currency[0])
        return;
    pk_buf_init(&total, 256);
    pk_buf_init(&each, 256);
    (void) pk_money_write(s->catalog, pk_template_language(s->template_), s->part_price.amount * p->segmentation.parts,
                          s->part_price.currency, &total);
    (void) pk_money_write(s->catalog, pk_template_language(s->template_), s->part_price.amount, s->part_price.currency, &each);
    (void) printf("  price     %s for one message, %s a part\n", pk_buf_text(&total), pk_buf_text(&each));
    pk_buf_finish(&total);
    pk_buf_finish(&each);
}

static void print_text(const struct pk_preview *p)
{
    struct pk_buf shown;
    pk_buf_init(&shown, 1u << 20);
    pk_show_text(&shown, pk_buf_slice(&p->text));
    (void) printf("  text      %s\n", pk_buf_text(&shown));
    pk_buf_finish(&shown);
}

void pk_previews_print(const struct pk_previews *s)
{
    struct pk_slice name = pk_template_name(s->template_), language = pk_template_language(s->template_),
                    gloss = pk_template_gloss(s->template_);
    (void) printf("%.*s in %.*s%s%.*s\n\n", PK_SLICE_ARG(name), PK_SLICE_ARG(language), gloss.len > 0 ? ": " : "",
                  PK_SLICE_ARG(gloss));
    print_bubbles(s);
    for (size_t i = 0; i < s->count; i++) {
        (void) printf("\n%s\n", s->previews[i].letters);
        print_text(&s->previews[i]);
        print_encoding(&s->previews[i]);
        print_units(&s->previews[i]);
        print_price(s, &s->previews[i]);
    }
    if (s->count > 1)
        (void) printf("\n%s\n", s->advice);
}

/* ---- for programs ---- */

static void write_price(const struct pk_previews *s, const struct pk_preview *p, struct pk_json_out *out)
{
    struct pk_buf money;
    pk_buf_init(&money, 256);
    (void) pk_money_write(s->catalog, pk_template_language(s->template_), s->part_price.amount * p->segmentation.parts,
                          s->part_price.currency, &money);
    pk_json_open(out, "price", '{');
    pk_json_add_int(out, "amount", s->part_price.amount * p->segmentation.parts);
    pk_json_add_int(out, "perPart", s->part_price.amount);
    pk_json_add_text(out, "currency", s->part_price.currency);
    pk_json_add_slice(out, "text", pk_buf_slice(&money));
    pk_json_close(out, '}');
    pk_buf_finish(&money);
}

static void write_preview(const struct pk_previews *s, const struct pk_preview *p, struct pk_json_out *out)
{
    pk_json_add_text(out, "script", p->script);
    pk_json_add_text(out, "letters", p->letters);
    pk_json_add_slice(out, "text", pk_buf_slice(&p->text));
    pk_json_add_text(out, "encoding", encoding_of(p));
    pk_json_add_int(out, "units", p->segmentation.units);
    pk_json_add_int(out, "parts", p->segmentation.parts);
    pk_json_open(out, "partUnits", '[');
    for (uint32_t i = 0; i < p->segmentation.parts; i++)
        pk_json_add_int(out, NULL, p->part_units[i]);
    pk_json_close(out, ']');
    if (p->forcing[0]) {
        char codepoint[16];
        (void) snprintf(codepoint, sizeof codepoint, "U+%04X", p->segmentation.forcing_codepoint);
        pk_json_open(out, "forcing", '{');
        pk_json_add_text(out, "character", p->forcing);
        pk_json_add_text(out, "codepoint", codepoint);
        pk_json_add_int(out, "position", p->segmentation.forcing_index + 1);
        if (p->instead[0])
            pk_json_add_text(out, "instead", p->instead);
        pk_json_close(out, '}');
    }
    if (s->part_price.currency[0])
        write_price(s, p, out);
}

void pk_previews_print_json(const struct pk_previews *s)
{
    struct pk_buf text;
    pk_buf_init(&text, 1u << 20);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "name", pk_template_name(s->template_));
    pk_json_add_slice(&out, "language", pk_template_language(s->template_));
    write_preview(s, &s->previews[0], &out);
    pk_json_open(&out, "others", '[');
    for (size_t i = 1; i < s->count; i++) {
        pk_json_open(&out, NULL, '{');
        write_preview(s, &s->previews[i], &out);
        pk_json_close(&out, '}');
    }
    pk_json_close(&out, ']');
    pk_json_add_text(&out, "advice", s->advice);
    pk_json_close(&out, '}');
    (void) puts(pk_buf_text(&text));
    pk_buf_finish(&text);
}
