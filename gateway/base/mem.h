/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Allocation that cannot fail (it aborts: state is on disk and recovery is tested) and clean-up at the end of a
 * scope. Every size that comes from outside is checked against a limit before it gets here.
 *
 *     pk_auto(pk_thing) struct pk_thing *thing = pk_thing_new();   // freed by pk_thing_free() at scope end
 *     *ret_thing = pk_steal(&thing);                               // handed over instead
 */
#ifndef PK_BASE_MEM_H
#define PK_BASE_MEM_H

#include "gateway/include/pokana/slice.h"

#include <stddef.h>
#include <stdlib.h>

void *pk_alloc(size_t size); /* zeroed */
void *pk_alloc_array(size_t count, size_t size); /* zeroed; overflow aborts */
void *pk_realloc_array(void *old, size_t count, size_t size);
char *pk_strdup(const char *text); /* NULL stays NULL */
char *pk_strndup(const char *text, size_t len);
char *pk_slice_dup(struct pk_slice text); /* NUL-terminated copy; absent stays NULL */

/* Declares the clean-up of a type: PK_AUTO_DEFINE(pk_thing, struct pk_thing *, pk_thing_free) next to its _free. */
#define PK_AUTO_DEFINE(name, type, release)                  \
    static inline void pk_auto_##name##_release(type *object) \
    {                                                        \
        release(*object);                                    \
    }
/* The same for embedded objects, released by address. */
#define PK_AUTO_DEFINE_EMBEDDED(name, type, release)          \
    static inline void pk_auto_##name##_release(type *object) \
    {                                                        \
        release(object);                                     \
    }
#define pk_auto(name) __attribute__((cleanup(pk_auto_##name##_release)))

static inline void pk_free_text(char *text)
{
    free(text);
}
PK_AUTO_DEFINE(text, char *, pk_free_text)

#define pk_steal(pointer)                            \
    __extension__({                                  \
        __auto_type pk_steal_where = (pointer);      \
        __auto_type pk_steal_what = *pk_steal_where; \
        *pk_steal_where = NULL;                      \
        pk_steal_what;                               \
    })

#define PK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
