/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/former.h"

#include "gateway/store/former.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"

#define PEOPLE_MAX 256u

/* Not asked again before the time, as who did not answer. */
static int forget(struct pk_service *service, const struct pk_former *person, int64_t now_ms, struct pk_error *err)
{
    struct pk_forgetting forgetting = {
        .recipient = person->recipient,
        .stays_stopped = person->stopped,
        .now_ms = now_ms,
        .proof_until_ms = service->rules->keep_proofs_ms > 0 ? now_ms + service->rules->keep_proofs_ms : 0,
    };
    size_t cancelled;
    int r = pk_silent_add_person(service->store, person->recipient, person->ended_ms + service->rules->question_every_ms, err);
    if (r == 0)
        r = pk_person_forget(service->store, &forgetting, &cancelled, err);
    if (r == 0)
        service->metrics.people_former++;
    return r;
}

int pk_former_step(struct pk_service *service, struct pk_former_walk *walk, size_t max, int64_t now_ms, bool *ret_more, struct pk_error *err)
{
    struct pk_former people[PEOPLE_MAX];
    int64_t keep_ms = service->rules->keep_former_ms;
    size_t count = 0;
    *ret_more = false;
    max = max < PEOPLE_MAX ? max : PEOPLE_MAX;
    int r = keep_ms == 0 ? 0 : pk_former_page(service->store, walk->after, max, people, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct pk_former *person = &people[i];
        walk->after = person->recipient;
        if (person->ended_ms == 0)
            continue;
        if (person->ended_ms <= now_ms - keep_ms && !pk_recipient_is_written_to(service->store, person->recipient))
            r = forget(service, person, now_ms, err);
        else if (walk->oldest_ms == 0 || person->ended_ms < walk->oldest_ms)
            walk->oldest_ms = person->ended_ms;
    }
    if (r != 0)
        return r;
    *ret_more = count > 0 && count == max;
    return *ret_more || pk_store_number(service->store, PK_NUMBER_FORMER_OLDEST, 0) == walk->oldest_ms
               ? 0
               : pk_store_set_number(service->store, PK_NUMBER_FORMER_OLDEST, walk->oldest_ms, err);
}
