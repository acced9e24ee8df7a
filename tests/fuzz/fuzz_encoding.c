/* SPDX-License-Identifier: EUPL-1.2 */
/* Base64 and hex: bytes come back as they went, a text that is taken is the only one of its bytes, and the adapters' own
 * writers say the same as ours. */
#include "adapters/kit/encode.h"

#include "tests/fuzz/fuzz.h"

static void there_and_back(struct pk_slice bytes)
{
    struct pk_buf text, back;
    char *kit = malloc(PK_KIT_HEX_ROOM(bytes.len) + PK_KIT_BASE64_ROOM(bytes.len)), *raw = malloc(bytes.len + 1);
    pk_buf_init(&text, 1u << 20);
    pk_buf_init(&back, 1u << 20);
    fuzz_need(kit && raw);
    pk_base64(&text, bytes.data, bytes.len);
    fuzz_need(pk_unbase64(pk_buf_slice(&text), &back) == 0 && pk_slice_equal(pk_buf_slice(&back), bytes));
    fuzz_need(pk_slice_equal(pk_buf_slice(&text), pk_slice_make(kit, pk_kit_base64(bytes.data, bytes.len, kit))));
    pk_buf_clear(&text);
    pk_hex(&text, bytes.data, bytes.len);
    fuzz_need(pk_unhex(pk_buf_slice(&text), raw, bytes.len) == 0 && pk_slice_equal(pk_slice_make(raw, bytes.len), bytes));
    fuzz_need(pk_slice_equal(pk_buf_slice(&text), pk_slice_make(kit, pk_kit_hex(bytes.data, bytes.len, kit))));
    free(kit);
    free(raw);
    pk_buf_finish(&text);
    pk_buf_finish(&back);
}

static void as_base64(struct pk_slice text)
{
    struct pk_buf bytes, again;
    pk_buf_init(&bytes, 1u << 20);
    pk_buf_init(&again, 1u << 20);
    if (pk_unbase64(text, &bytes) == 0) {
        pk_base64(&again, bytes.data, bytes.len);
        fuzz_need(pk_slice_equal(pk_buf_slice(&again), text));
    }
    pk_buf_finish(&bytes);
    pk_buf_finish(&again);
}

static void as_hex(struct pk_slice text)
{
    struct pk_buf again;
    char *bytes = malloc(text.len / 2 + 1);
    pk_buf_init(&again, 1u << 20);
    fuzz_need(bytes != NULL);
    if (pk_unhex(text, bytes, text.len / 2) == 0) {
        pk_hex(&again, bytes, text.len / 2);
        fuzz_need(pk_slice_equal_nocase(text, pk_buf_text(&again)));
    }
    free(bytes);
    pk_buf_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_slice text = pk_slice_make(data, size);
    there_and_back(text);
    as_base64(text);
    as_hex(text);
    return 0;
}
