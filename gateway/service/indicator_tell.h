/* SPDX-License-Identifier: EUPL-1.2 */
/* Indicators that are counted, and the words around them; indicators.c asks, indicator_tell.c tells. */
#ifndef PK_SERVICE_INDICATOR_TELL_H
#define PK_SERVICE_INDICATOR_TELL_H

#include "gateway/model/indicator_past.h"
#include "gateway/service/indicators.h"

struct pk_indicator_question {
    struct pk_service *service; /* borrowed */
    struct pk_indicator_counter *counter; /* NULL = it is frozen */
    struct pk_indicators frozen;
    struct pk_indicator_past past; /* what the months before told */
    int32_t month, next; /* next: of those before, to be read */
    int64_t as_of_ms, frozen_ms; /* frozen_ms 0 = it is not */
    bool running;
};

#endif
