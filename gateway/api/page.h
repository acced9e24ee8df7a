/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Writing Prometheus text: a family with its HELP and TYPE, then its samples. Names get the prefix pokana_, label values
 * are escaped. Only gateway/api.
 */
#ifndef PK_API_PAGE_H
#define PK_API_PAGE_H

#include "gateway/base/buf.h"

struct pk_page {
    struct pk_buf *out;
    const char *name; /* of the family begun last */
};

struct pk_label {
    const char *name;
    const char *value; /* NULL = "" */
};

void pk_page_family(struct pk_page *page, const char *name, const char *type, const char *help);
/* A sample of that family. */
void pk_page_labelled(struct pk_page *page, const struct pk_label *labels, size_t count, int64_t value);
/* In 1/10,000 of a currency. */
void pk_page_labelled_money(struct pk_page *page, const struct pk_label *labels, size_t count, int64_t amount);
void pk_page_labelled_ms(struct pk_page *page, const struct pk_label *labels, size_t count, int64_t ms); /* as seconds */
/* A family of one sample without labels. */
void pk_page_one(struct pk_page *page, const char *name, const char *type, const char *help, int64_t value);
void pk_page_one_ms(struct pk_page *page, const char *name, const char *type, const char *help, int64_t ms);

#endif
