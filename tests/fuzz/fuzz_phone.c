/* SPDX-License-Identifier: EUPL-1.2 */
/* Phone numbers as people write them: what is taken is E.164, and E.164 is taken as it is, wherever one is. */
#include "gateway/language/phone.h"

#include "tests/fuzz/fuzz.h"

static void check(struct pk_slice text, const char *region)
{
    char number[PK_PHONE_MAX] = "", again[PK_PHONE_MAX] = "";
    enum pk_phone_status status = pk_phone_parse(text, region, number);
    fuzz_need(status >= PK_PHONE_OK && status <= PK_PHONE_INVALID);
    if (status == PK_PHONE_NOT_SMS || status == PK_PHONE_INVALID) {
        fuzz_need(number[0] == '\0');
        return;
    }
    size_t len = strlen(number);
    fuzz_need(len >= 8 && len <= 16 && number[0] == '+' && number[1] != '0' && strspn(number + 1, "0123456789") == len - 1);
    fuzz_need(status != PK_PHONE_AMBIGUOUS || pk_slice_starts(pk_slice_of(number), "+359"));
    fuzz_need(pk_phone_parse(pk_slice_of(number), "NL", again) == PK_PHONE_OK && strcmp(number, again) == 0);
    fuzz_need(pk_phone_parse(pk_slice_of(number), "BG", again) == PK_PHONE_OK && strcmp(number, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(pk_slice_make(data, size), "NL");
    check(pk_slice_make(data, size), "BG");
    return 0;
}
