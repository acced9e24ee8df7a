/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For providers that know templates only: which of theirs one of our texts is, and what stands in its parameters. Settings of
 * the family "template.", a text's name and, where they differ, its language and script:
 *
 *     template.parent-meeting-invitation         = ID, name = school, message = text
 *     template.parent-meeting-invitation.bg-Latn = OTHER-ID, message = text
 *
 * First the template's id, then each parameter with the value of ours it comes from, in the provider's order; `text` is the
 * whole rendered text.
 */
#ifndef PK_KIT_MAPPING_H
#define PK_KIT_MAPPING_H

#include "adapters/kit/settings.h"

/* Are all members of the family written so? is_id judges the ids. PK_E_CONFIG with the setting named; *ret_count: how
 * many there are. */
int pk_kit_mapping_check(const struct pk_kit_settings *settings, bool (*is_id)(struct pk_slice id), size_t *ret_count,
                         struct pk_error *err);

/* The mapping of the job's text, in its language and script, else in any; empty when there is none. */
struct pk_slice pk_kit_mapping_of(const struct pk_kit_settings *settings, const struct pk_job *job);
/* The same of a text by its name and language. */
struct pk_slice pk_kit_mapping_named(const struct pk_kit_settings *settings, struct pk_slice template_name, struct pk_slice language);
/* Cuts the id off the front of a mapping. */
struct pk_slice pk_kit_mapping_id(struct pk_slice *mapping);
/* Cuts the next parameter off what is left: the provider's name for it, and ours for its value. false at the end. */
bool pk_kit_mapping_next(struct pk_slice *mapping, struct pk_slice *ret_name, struct pk_slice *ret_source);
/* What the job has for it; {NULL,0} when it has nothing of that name. */
struct pk_slice pk_kit_mapping_value(const struct pk_job *job, struct pk_slice source);
/* Has the job a value for every parameter of the mapping? */
bool pk_kit_mapping_whole(struct pk_slice mapping, const struct pk_job *job);

#endif
