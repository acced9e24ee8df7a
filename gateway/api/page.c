/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/page.h"

#define PREFIX "pokana_"

void pk_page_family(struct pk_page *page, const char *name, const char *type, const char *help)
{
    page->name = name;
    (void) pk_buf_printf(page->out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

static void add_escaped(struct pk_buf *out, const char *value)
{
    for (const char *at = value ? value : ""; *at; at++) {
        if (*at == '\n')
            (void) pk_buf_add_text(out, "\\n");
        else if (*at == '"' || *at == '\\')
            (void) pk_buf_printf(out, "\\%c", *at);
        else
            (void) pk_buf_add_char(out, *at);
    }
}

static void begin(struct pk_page *page, const struct pk_label *labels, size_t count)
{
    struct pk_buf *out = page->out;
    (void) pk_buf_printf(out, PREFIX "%s", page->name);
    for (size_t i = 0; i < count; i++) {
        (void) pk_buf_printf(out, "%c%s=\"", i == 0 ? '{' : ',', labels[i].name);
        add_escaped(out, labels[i].value);
        (void) pk_buf_add_char(out, '"');
    }
    (void) pk_buf_add_text(out, count > 0 ? "} " : " ");
}

void pk_page_labelled(struct pk_page *page, const struct pk_label *labels, size_t count, int64_t value)
{
    begin(page, labels, count);
    (void) pk_buf_printf(page->out, "%lld\n", (long long) value);
}

void pk_page_labelled_ms(struct pk_page *page, const struct pk_label *labels, size_t count, int64_t ms)
{
    begin(page, labels, count);
    (void) pk_buf_printf(page->out, "%lld.%03d\n", (long long) (ms / 1000), (int) (ms % 1000));
}

void pk_page_labelled_money(struct pk_page *page, const struct pk_label *labels, size_t count, int64_t amount)
{
    begin(page, labels, count);
    (void) pk_buf_printf(page->out, "%lld.%04d\n", (long long) (amount / 10000), (int) (amount % 10000));
}

void pk_page_one(struct pk_page *page, const char *name, const char *type, const char *help, int64_t value)
{
    pk_page_family(page, name, type, help);
    pk_page_labelled(page, NULL, 0, value);
}

void pk_page_one_ms(struct pk_page *page, const char *name, const char *type, const char *help, int64_t ms)
{
    pk_page_family(page, name, type, help);
    pk_page_labelled_ms(page, NULL, 0, ms);
}
