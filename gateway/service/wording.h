/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which form of a text goes out. Where no account of a route can be answered
 * (a name as sender), a text that asks for an answer gives way to its twin NAME-noreply with a page to answer on; the
 * message keeps the text's own name, so that what is answered on the page is known for what it is. Called by intake
 * and planner. Inside a unit; changes nothing.
 */
#ifndef PK_SERVICE_WORDING_H
#define PK_SERVICE_WORDING_H

#include "gateway/service/service.h"

/* Can anybody answer what leaves by this route (PK_NAME_ROUTE)? By the rules alone: accounts need not be open. */
bool pk_route_answerable(const struct pk_service *service, uint32_t route);
bool pk_rule_answerable(const struct pk_rules *rules, const struct pk_route_rule *route);
bool pk_account_answerable(const struct pk_service *service, uint32_t account); /* PK_NAME_ACCOUNT */

/* The name of the text that goes out as `name`: borrowed from the catalog or the caller. */
struct pk_slice pk_wording(const struct pk_service *service, struct pk_slice name, bool answerable);
/* Is there a page to answer on for a text with these values (a JSON object)? PK_E_CONFIG says which key to set. */
int pk_wording_needs_page(const struct pk_service *service, struct pk_slice values, struct pk_error *err);

#endif
