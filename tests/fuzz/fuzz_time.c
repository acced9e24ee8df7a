/* SPDX-License-Identifier: EUPL-1.2 */
/* Moments and durations. What RFC 3339 reads is written and read again as the same, and adapters read it alike. */
#include "adapters/kit/moment.h"
#include "gateway/base/clock.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_slice text = pk_slice_make(data, size);
    char written[PK_TIME_TEXT_MAX], kit[PK_KIT_RFC3339_ROOM];
    int64_t ms = -1, again = -1, number;
    if (pk_time_parse(text, &ms) == 0) {
        fuzz_need(ms >= 0);
        fuzz_need(pk_time_parse(pk_slice_of(pk_time_format(ms, written)), &again) == 0 && again == ms);
        fuzz_need(pk_kit_moment(text) == ms);
        pk_kit_rfc3339(ms, kit);
        fuzz_need(pk_slice_equal(pk_slice_of(pk_time_format(ms / 1000 * 1000, written)), pk_slice_of(kit)));
    }
    int64_t moment = pk_kit_moment(text);
    fuzz_need(moment >= 0);
    fuzz_need(pk_time_parse(pk_slice_of(pk_time_format(moment, written)), &again) == 0 && again == moment);
    fuzz_need(pk_parse_duration(text, &number) != 0 || number >= 0);
    if (pk_parse_int(text, INT64_MIN, INT64_MAX, &number) == 0) {
        char decimal[24];
        int n = snprintf(decimal, sizeof decimal, "%lld", (long long) number);
        fuzz_need(pk_parse_int(pk_slice_make(decimal, (size_t) n), number, number, &again) == 0 && again == number);
    }
    return 0;
}
