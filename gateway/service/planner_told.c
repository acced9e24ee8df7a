/* SPDX-License-Identifier: EUPL-1.2 */
/* Of an audience, those whom earlier triggers told, or did not, and what they answered: how a campaign's steps know of each
 * other. Asked person by person, of a chunk; a trigger that names none of this costs nothing. */
#include "gateway/base/json.h"
#include "gateway/service/planner_private.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/rsvps.h"

static size_t read_list(const struct pk_json *list, int64_t *ret_triggers)
{
    size_t count = 0;
    for (size_t i = 0; i < pk_json_count(list) && count < PK_EARLIER_MAX; i++)
        if (pk_json_int(pk_json_item(list, i), &ret_triggers[count]))
            count++;
    return count;
}

const struct pk_json *pk_earlier_read(const struct pk_json *audience, struct pk_earlier *ret_earlier)
{
    struct pk_slice answer = pk_json_string(pk_json_get(audience, "answer"));
    ret_earlier->told_count = read_list(pk_json_get(audience, "told"), ret_earlier->told);
    ret_earlier->untold_count = read_list(pk_json_get(audience, "untold"), ret_earlier->untold);
    ret_earlier->yes = pk_slice_is(answer, "yes");
    ret_earlier->silent = pk_slice_is(answer, "none");
    const struct pk_json *rule = pk_json_get(audience, "among");
    return rule ? rule : audience;
}

/* The newest trigger they answered counts. */
static int answer_of(struct pk_store *store, const struct pk_earlier *earlier, int64_t recipient)
{
    int answer = -1;
    for (size_t i = earlier->told_count; i > 0 && answer < 0; i--)
        answer = pk_rsvp_answer(store, earlier->told[i - 1], recipient);
    return answer;
}

bool pk_earlier_suits(struct pk_store *store, const struct pk_earlier *earlier, const struct pk_audience_row *row)
{
    bool told = earlier->told_count == 0;
    for (size_t i = 0; i < earlier->untold_count; i++)
        if (pk_trigger_told(store, earlier->untold[i], row->recipient))
            return false;
    for (size_t i = 0; i < earlier->told_count && !told; i++)
        told = pk_trigger_told(store, earlier->told[i], row->recipient);
    if (!told || (!earlier->yes && !earlier->silent))
        return told;
    int answer = answer_of(store, earlier, row->recipient);
    return earlier->yes ? answer == 1 : answer < 0;
}
