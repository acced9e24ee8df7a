/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies: always an answer, always the same one, and a STOP that comes first is heard whatever follows it. */
#include "tests/fuzz/catalog.h"

static struct pk_reply_meaning understand(struct pk_slice text)
{
    struct pk_reply_meaning meaning;
    pk_reply_understand(pk_catalog_reply_words(fuzz_catalog()), text, &meaning);
    fuzz_need(meaning.intent >= PK_INTENT_NONE && meaning.intent <= PK_INTENT_HELP && meaning.count < 100);
    fuzz_need(memchr(meaning.language, '\0', sizeof meaning.language) != NULL && pk_utf8_valid(pk_slice_of(meaning.language)));
    fuzz_need(meaning.intent == PK_INTENT_YES || meaning.count == 0);
    fuzz_need(meaning.intent == PK_INTENT_YES || meaning.intent == PK_INTENT_NO || !meaning.soft);
    fuzz_need(meaning.intent != PK_INTENT_NONE || meaning.language[0] == '\0');
    return meaning;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_slice text = pk_slice_make(data, size);
    struct pk_reply_meaning meaning = understand(text), again = understand(text);
    struct pk_buf stop;
    fuzz_need(meaning.intent == again.intent && meaning.soft == again.soft && meaning.count == again.count);
    pk_buf_init(&stop, FUZZ_TEXT_MAX);
    (void) pk_buf_add_text(&stop, "СТОП. ");
    (void) pk_buf_add_slice(&stop, text);
    fuzz_need(understand(pk_buf_slice(&stop)).intent == PK_INTENT_STOP);
    pk_buf_finish(&stop);
    return 0;
}
