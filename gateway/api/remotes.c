/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/remotes.h"

#include "gateway/base/crypto.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/io/http_server.h"

#include <arpa/inet.h>

#define HOUR_MS 3600000ll
#define PLACES 4096u /* a power of two */
#define NEAR 8u /* places one address may lie at: the one that began longest ago makes room */

struct place {
    uint64_t who; /* 0 = free */
    int64_t since_ms;
    unsigned count;
};

struct pk_remotes {
    uint8_t salt[16]; /* so that nobody can choose addresses that lie at one place */
    struct place places[PLACES];
};

struct pk_remotes *pk_remotes_new(void)
{
    struct pk_remotes *remotes = pk_alloc(sizeof *remotes);
    pk_random_bytes(remotes->salt, sizeof remotes->salt);
    return remotes;
}

void pk_remotes_free(struct pk_remotes *remotes)
{
    free(remotes);
}

/* Bytes of the address: four, or the first eight of sixteen. What is no address counts as one of its own. */
static size_t read_address(struct pk_slice text, uint8_t ret_bytes[16])
{
    char plain[PK_REMOTE_MAX];
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    memset(ret_bytes, 0, 16);
    if (text.len == 0 || text.len >= sizeof plain)
        return 0;
    (void) snprintf(plain, sizeof plain, "%.*s", PK_SLICE_ARG(text));
    if (inet_pton(AF_INET, plain, ret_bytes) == 1)
        return 4;
    if (inet_pton(AF_INET6, plain, ret_bytes) != 1)
        return 0;
    if (memcmp(ret_bytes, mapped, sizeof mapped) != 0) {
        memset(ret_bytes + 8, 0, 8); /* whoever has a network has all of it */
        return 8;
    }
    memcpy(ret_bytes, ret_bytes + sizeof mapped, 4);
    memset(ret_bytes + 4, 0, 12);
    return 4;
}

static uint64_t name_of(const struct pk_remotes *remotes, struct pk_slice address)
{
    uint8_t whole[sizeof remotes->salt + 1 + 16] = { 0 }, digest[32];
    uint64_t who;
    memcpy(whole, remotes->salt, sizeof remotes->salt);
    whole[sizeof remotes->salt] = (uint8_t) read_address(address, whole + sizeof remotes->salt + 1);
    pk_sha256(pk_slice_make(whole, sizeof whole), digest);
    memcpy(&who, digest, sizeof who);
    return who != 0 ? who : 1;
}

bool pk_remotes_take_address(struct pk_remotes *remotes, struct pk_slice address, int64_t now_ms)
{
    uint64_t who = name_of(remotes, address);
    struct place *oldest = NULL;
    for (size_t i = 0; i < NEAR; i++) {
        struct place *place = &remotes->places[(who + i) & (PLACES - 1)];
        bool over = place->who == 0 || now_ms - place->since_ms >= HOUR_MS || now_ms < place->since_ms;
        if (place->who == who && !over)
            return place->count < PK_REMOTES_AN_HOUR ? (place->count++, true) : false;
        if (over)
            *place = (struct place){ 0 };
        if (!oldest || place->since_ms < oldest->since_ms)
            oldest = place;
    }
    *oldest = (struct place){ .who = who, .since_ms = now_ms, .count = 1 };
    return true;
}

/* The peer, whose name lies in `room`; behind a proxy on this machine who that says. */
static struct pk_slice address_of(const struct pk_http_request *request, char room[PK_REMOTE_MAX])
{
    pk_http_request_remote(request, room);
    struct pk_slice address = pk_slice_of(room), rest = pk_http_request_header(request, "X-Forwarded-For"), one;
    bool proxy = strncmp(room, "127.", 4) == 0 || strcmp(room, "::1") == 0;
    while (proxy && rest.len > 0 && pk_slice_cut(&rest, ',', &one))
        address = pk_slice_trim(one);
    return address;
}

bool pk_remotes_take(struct pk_remotes *remotes, const struct pk_http_request *request, int64_t now_ms)
{
    char peer[PK_REMOTE_MAX];
    return pk_remotes_take_address(remotes, address_of(request, peer), now_ms);
}

void pk_remotes_source(const struct pk_http_request *request, char ret_source[PK_SOURCE_MAX])
{
    static const char digits[] = "0123456789abcdef";
    char peer[PK_REMOTE_MAX];
    uint8_t bytes[16];
    (void) read_address(address_of(request, peer), bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        ret_source[2 * i] = digits[bytes[i] >> 4];
        ret_source[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_source[PK_SOURCE_MAX - 1] = '\0';
}
