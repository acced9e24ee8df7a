/* SPDX-License-Identifier: EUPL-1.2 */
/* What topics are called in a text: the names of the configuration, in the language the text is in. */
#ifndef PK_SERVICE_TOPICS_H
#define PK_SERVICE_TOPICS_H

#include "gateway/base/json.h"
#include "gateway/service/service.h"

#define PK_TOPIC_SET_MAX 64
#define PK_TOPICS_VALUES_MAX 8192u /* bytes of the document below: as many names as there may be */

/* Topics (PK_NAME_TOPIC), each once. */
struct pk_topic_set {
    uint32_t items[PK_TOPIC_SET_MAX];
    size_t count;
};
void pk_topic_set_add(struct pk_topic_set *set, uint32_t topic); /* of more than there is room for the first are kept */

/* The name of a topic for a language: in that, else along its fallbacks, else in the gateway's own, else the section's
 * name. Borrowed from the rules. */
const char *pk_topic_name(const struct pk_service *service, const struct pk_topic_rule *topic, struct pk_slice language);

/* The same of a stored topic (PK_NAME_TOPIC); one that is no longer configured has the name of its section. "" = there is none.
 * Borrowed from the rules or from the store's names. */
const char *pk_topic_called(const struct pk_service *service, uint32_t topic, struct pk_slice language);

/* Name and purpose of a topic as a page of this language ("bg-Latn") writes them, as "name" and "purpose": "" = not said. */
void pk_topic_write(const struct pk_service *service, const struct pk_topic_rule *topic, struct pk_slice tag, struct pk_json_out *out);

/* {"topics":"срещи, събития и работно време"}, appended: the value of a template's `argument` for somebody's language. The
 * order is that of the configuration, the language that of the text they get. PK_E_NOT_FOUND without such a template. */
int pk_topics_values(struct pk_service *service, const char *template_name, struct pk_slice language, const char *argument,
                     const struct pk_topic_set *topics, struct pk_buf *out, struct pk_error *err);

#endif
