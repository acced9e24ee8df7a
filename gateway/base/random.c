/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes are fetched from the kernel by the page: a nonce per message would otherwise be a system call per message. */
#include "gateway/base/random.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define POOL_BYTES 1024u

static unsigned char pool[POOL_BYTES];
static size_t pool_left;
static pid_t pool_owner; /* a forked child must not repeat its parent's bytes */
static bool seeded;
static uint64_t state;

/* splitmix64: repeatable, well spread, and nothing that matters rests on it. */
static uint64_t next_seeded(void)
{
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static void fetch(void *ret_bytes, size_t len)
{
    unsigned char *to = ret_bytes;
    while (len > 0) {
        ssize_t n = getrandom(to, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            (void) fprintf(stderr, "pokana: the system gives no random numbers\n");
            abort();
        }
        to += n;
        len -= (size_t) n;
    }
}

void pk_random_bytes(void *ret_bytes, size_t len)
{
    unsigned char *to = ret_bytes;
    if (seeded) {
        for (size_t i = 0; i < len; i++)
            to[i] = (unsigned char) (next_seeded() >> 24);
        return;
    }
    if (len > POOL_BYTES / 4) {
        fetch(ret_bytes, len);
        return;
    }
    if (pool_left < len || pool_owner != getpid()) {
        fetch(pool, sizeof pool);
        pool_left = sizeof pool;
        pool_owner = getpid();
    }
    pool_left -= len;
    memcpy(to, pool + pool_left, len);
    explicit_bzero(pool + pool_left, len);
}

uint64_t pk_random_u64(void)
{
    uint64_t value;
    pk_random_bytes(&value, sizeof value);
    return value;
}

uint64_t pk_random_below(uint64_t bound)
{
    if (bound == 0)
        return 0;
    /* Values above the last whole multiple of the bound would favour small results. */
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t value;
    do {
        value = pk_random_u64();
    } while (value >= limit);
    return value % bound;
}

void pk_random_seed(uint64_t seed)
{
    seeded = true;
    state = seed;
}
