/* SPDX-License-Identifier: EUPL-1.2 */
/* The first page: who writes these messages, and where to see and change what is kept. */
#include "gateway/console/handlers.h"

void pk_page_home(struct pk_visit *visit)
{
    pk_visit_show(visit, 200, "home");
}
