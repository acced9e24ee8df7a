/* SPDX-License-Identifier: EUPL-1.2 */
/* A report that is counted, and the words around it; reports.c asks, report_tell.c tells. */
#ifndef PK_SERVICE_REPORT_TELL_H
#define PK_SERVICE_REPORT_TELL_H

#include "gateway/model/agenda.h"
#include "gateway/service/reports.h"

struct pk_report_question {
    struct pk_report_counter *counter;
    char name[PK_AGENDA_TITLE_MAX + 65]; /* of the campaign, or the title of the event */
    char state[24];
    int64_t event, starts_ms; /* of a date; event 0 = of a campaign */
    int64_t came; /* -1 = nobody said */
    int64_t now_ms;
};

#endif
