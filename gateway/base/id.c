/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/id.h"

#include "gateway/base/clock.h"
#include "gateway/base/random.h"
#include "gateway/include/pokana/error.h"

#define DIGITS 13u
#define COUNTER_BITS 20

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
static int64_t newest;

int64_t pk_id_ordered(void)
{
    int64_t id = pk_clock_wall_ms() << COUNTER_BITS;
    if (id <= newest)
        id = newest + 1; /* more in one millisecond, or the clock stepped back */
    newest = id;
    return id;
}

void pk_id_seen(int64_t id)
{
    if (id > newest)
        newest = id;
}

int64_t pk_id_random(void)
{
    int64_t id;
    do {
        id = (int64_t) (pk_random_u64() >> 1);
    } while (id == 0);
    return id;
}

const char *pk_id_format(int64_t id, char ret_text[PK_ID_TEXT_MAX])
{
    uint64_t rest = (uint64_t) id;
    ret_text[DIGITS] = '\0';
    for (size_t i = DIGITS; i-- > 0;) {
        ret_text[i] = alphabet[rest & 31];
        rest >>= 5;
    }
    return ret_text;
}

int pk_id_parse(struct pk_slice text, int64_t *ret_id)
{
    uint64_t id = 0;
    if (text.len != DIGITS)
        return PK_E_INVALID;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char) (c - 'A' + 'a');
        const char *digit = c != '\0' ? strchr(alphabet, c) : NULL;
        if (!digit || (i == 0 && digit - alphabet > 7)) /* 63 bits are all that fit */
            return PK_E_INVALID;
        id = id << 5 | (uint64_t) (digit - alphabet);
    }
    if (id == 0)
        return PK_E_INVALID;
    *ret_id = (int64_t) id;
    return 0;
}
