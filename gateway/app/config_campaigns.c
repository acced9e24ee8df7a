/* SPDX-License-Identifier: EUPL-1.2 */
/* What [campaigns] says in more than one word: a share, and a number of times in a length of time. */
#include "gateway/app/config_private.h"

#include "gateway/base/text.h"

#define TIMES_MAX 1000
#define WITHIN_MAX_MS (90ll * 86400000)

/* "20%" */
static bool read_percent(struct pk_slice text, int64_t *ret_percent)
{
    if (text.len < 2 || text.data[text.len - 1] != '%')
        return false;
    return pk_parse_int(pk_slice_make(text.data, text.len - 1), 0, 100, ret_percent) == 0;
}

/* "3 in 7d" */
static bool read_often(struct pk_slice text, int64_t *ret_times, int64_t *ret_ms)
{
    struct pk_slice times, word;
    if (!pk_slice_cut(&text, ' ', &times) || !pk_slice_cut(&text, ' ', &word) || !pk_slice_is(word, "in"))
        return false;
    return pk_parse_int(times, 1, TIMES_MAX, ret_times) == 0 && pk_parse_duration(text, ret_ms) == 0 && *ret_ms > 0 && *ret_ms <= WITHIN_MAX_MS;
}

void pk_config_read_campaigns(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    if (rules->cost_margin && !read_percent(pk_slice_of(rules->cost_margin), &rules->cost_margin_percent))
        pk_config_tell_of(reading, "campaigns", "", "cost_margin", "Write a share from 0% to 100%: 10%.", "\"%s\" is no share", rules->cost_margin);
    if (rules->stop_at_errors && !read_percent(pk_slice_of(rules->stop_at_errors), &rules->stop_at_percent))
        pk_config_tell_of(reading, "campaigns", "", "stop_at_errors", "Write a share from 0% to 100%: 20%.", "\"%s\" is no share",
                          rules->stop_at_errors);
    if (rules->at_most && !read_often(pk_slice_of(rules->at_most), &rules->at_most_times, &rules->at_most_ms)) {
        rules->at_most_times = 0;
        pk_config_tell_of(reading, "campaigns", "", "at_most", "Write how often, in and a time of at most 90 days: 3 in 7d.",
                          "\"%s\" does not say how often", rules->at_most);
    }
    if (rules->at_most_ms > rules->keep_messages_ms && rules->keep_messages_ms > 0)
        pk_config_tell_of(reading, "campaigns", "", "at_most", "Name a shorter time, or keep messages longer in [retention].",
                          "it looks further back than messages are kept");
}
