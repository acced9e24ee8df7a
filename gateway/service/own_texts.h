/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Texts of the city's own. They live in the store, count before the shipped ones of their name, and are checked as files
 * are. Every version is kept with who wrote it. One that was written counts from the turn's commit on, for messages that
 * are not planned yet; what was planned keeps its words. The api and the pages ask here; readings.h says when they may leave.
 */
#ifndef PK_SERVICE_OWN_TEXTS_H
#define PK_SERVICE_OWN_TEXTS_H

#include "gateway/service/rights.h"

#define PK_OWN_FILES_MAX 64 /* written at once */
#define PK_EDITION_ANY (-1)

struct pk_own_texts; /* the catalog made of both; NULL until there is one */

/* At start and after a reload: service->catalog becomes `shipped` (borrowed for as long as it is in use) with the city's own.
 * Own texts that do not go with the shipped ones any more are set aside, with all their forms, and logged: the shipped ones count until
 * somebody corrects them. Nothing may hold texts of the catalog before it. */
void pk_own_texts_take(struct pk_service *service, const struct pk_catalog *shipped);
void pk_own_texts_free(struct pk_own_texts *own);
/* The texts as they were shipped. */
const struct pk_catalog *pk_own_texts_shipped(const struct pk_service *service);
/* Is what the city wrote under this name set aside? */
bool pk_own_texts_is_aside(const struct pk_service *service, struct pk_slice name);

/* Writes a version of each file (language_file's form: head, empty line, text), together or none of them. `edition`: that of
 * the one name they all have, as the writer saw it, or PK_EDITION_ANY. What says nothing new is no version. Inside a unit.
 * PK_E_DENIED; PK_E_CONFLICT: another version came in between; PK_E_INVALID: told to `report`, line by line. */
int pk_own_texts_write(struct pk_service *service, const struct pk_actor *actor, const struct pk_own_file *files, size_t count, int64_t edition,
                       struct pk_ini_report *report, int64_t now_ms, struct pk_error *err);
/* Takes the city's versions of a name back, in every language: the shipped ones count again, or none. Inside a unit.
 * PK_E_NOT_FOUND: there is none; PK_E_INVALID when another text cannot do without it. */
int pk_own_texts_withdraw(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t edition,
                          struct pk_ini_report *report, int64_t now_ms, struct pk_error *err);

/* The catalog as it would be with these files, whatever is told of them: to look at, nothing is kept. The caller frees it
 * before the turn ends. */
struct pk_catalog *pk_own_texts_try(struct pk_service *service, const struct pk_own_file *files, size_t count, struct pk_ini_report *report);

#endif
