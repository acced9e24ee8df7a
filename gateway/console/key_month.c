/* SPDX-License-Identifier: EUPL-1.2 */
/* What a key person did this month, on one page that can be printed. */
#include "gateway/console/handlers.h"
#include "gateway/console/key_events.h"
#include "gateway/console/staff_words.h"

void pk_key_month_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_key_month month;
    char number[4];
    if (!pk_staff_signed_in(visit, &staff))
        return;
    int r = pk_key_month(visit->call->service, &staff.acting.actor, visit->call->now_ms, &month, &err);
    if (r == 0) {
        (void) snprintf(number, sizeof number, "%d", month.month);
        pk_staff_add_phrase(visit, "month", "month", number);
        pk_json_add_int(&visit->out, "year", month.year);
        pk_json_add_int(&visit->out, "signups", month.signups);
        pk_staff_add_people(visit, "size", month.size);
        pk_json_add_int(&visit->out, "reminders", month.reminders);
        pk_staff_add_people(visit, "reminded", month.reminded);
        pk_staff_add_moment(visit, "printed", visit->call->now_ms);
        r = pk_key_events_add(visit, &staff, &err);
    }
    if (r == 0)
        pk_staff_show(visit, &staff, 200, "key-month");
    else
        pk_visit_trouble(visit, &err);
}
