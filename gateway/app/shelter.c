/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/shelter.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#if defined(__SANITIZE_ADDRESS__)
#define PK_DUMPABLE 1 /* the leak checker looks at its own process */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PK_DUMPABLE 1
#endif
#endif
#ifndef PK_DUMPABLE
#define PK_DUMPABLE 0
#endif

/* The limit alone does not do where the kernel hands core files to a program. */
void pk_shelter(void)
{
    struct rlimit none = { 0, 0 };
    (void) umask(0077);
    (void) setrlimit(RLIMIT_CORE, &none);
    if (!PK_DUMPABLE)
        (void) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
