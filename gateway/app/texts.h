/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The folder of texts for commands that work on it without a gateway: the one --templates names, else the
 * configuration's, else the one installed with the program. Called by the verbs of `pokana templates`.
 */
#ifndef PK_APP_TEXTS_H
#define PK_APP_TEXTS_H

#include "gateway/app/command.h"
#include "gateway/language/catalog.h"
#include "gateway/model/price.h"
#include "gateway/store/store.h"

struct pk_texts {
    char *folder;
    char *organisation, *phone, *page; /* of the configuration; NULL without one */
    char *zone;
    struct pk_price price;      /* of a part: that of the first account of the default route; no currency = not known */
    struct pk_catalog *catalog; /* NULL when something in the folder is wrong: then it was told */
};

/* What is wrong in a configuration that is there goes to standard error, what is wrong in the texts to `report`, which then
 * counts it; neither may be NULL. PK_E_NOT_FOUND and PK_E_IO for a folder that cannot be read, PK_E_CONFIG. */
int pk_texts_open(const struct pk_invocation *invocation, const char *folder, struct pk_ini_report *report,
                  struct pk_texts *ret_texts, struct pk_error *err);
/* For those who can do nothing with texts that are wrong: mistakes go to standard error, and PK_E_CONFIG is returned. */
int pk_texts_open_good(const struct pk_invocation *invocation, const char *folder, struct pk_texts *ret_texts,
                       struct pk_error *err);
void pk_texts_close(struct pk_texts *texts);

/* Who read which text aloud, where the configured database is there to be looked at; else NULL. The caller closes it. */
struct pk_store *pk_texts_readings(const struct pk_invocation *invocation);

/* How many texts there are in every language and script, and how many of them somebody read. cmd_templates.c. */
void pk_templates_count_read(const struct pk_catalog *catalog, struct pk_store *store, size_t *ret_all, size_t *ret_read);

/* The verbs that have files of their own. */
int pk_templates_check(const struct pk_invocation *invocation);
int pk_templates_preview(const struct pk_invocation *invocation);
int pk_templates_read(const struct pk_invocation *invocation);
int pk_templates_export(const struct pk_invocation *invocation);
int pk_templates_import(const struct pk_invocation *invocation);
int pk_templates_withdraw(const struct pk_invocation *invocation);

#endif
