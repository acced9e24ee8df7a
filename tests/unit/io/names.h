/* SPDX-License-Identifier: EUPL-1.2 */
/* Names: "nobody.test" does not exist, "blackhole.test" is a name nobody answers for until the test says so, others are looked up. */
#ifndef PK_TEST_IO_NAMES_H
#define PK_TEST_IO_NAMES_H

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static pthread_mutex_t name_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t name_changed = PTHREAD_COND_INITIALIZER;
static bool name_waits, name_answered;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                                                       struct addrinfo **ret)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = NULL;
    *(void **) &real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (!name || strcmp(name, "blackhole.test") != 0)
        return name && strcmp(name, "nobody.test") == 0 ? EAI_NONAME : real(name, service, hints, ret);
    (void) pthread_mutex_lock(&name_lock);
    name_waits = true;
    while (!name_answered)
        (void) pthread_cond_wait(&name_changed, &name_lock);
    name_waits = false;
    (void) pthread_cond_broadcast(&name_changed);
    (void) pthread_mutex_unlock(&name_lock);
    return EAI_NONAME;
}

static inline bool waits(void)
{
    (void) pthread_mutex_lock(&name_lock);
    bool so = name_waits;
    (void) pthread_mutex_unlock(&name_lock);
    return so;
}

static inline void answer_the_name(void)
{
    (void) pthread_mutex_lock(&name_lock);
    name_answered = true;
    (void) pthread_cond_broadcast(&name_changed);
    while (name_waits)
        (void) pthread_cond_wait(&name_changed, &name_lock);
    (void) pthread_mutex_unlock(&name_lock);
}

#endif
