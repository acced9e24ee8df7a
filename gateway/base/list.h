/* SPDX-License-Identifier: EUPL-1.2 */
/* An intrusive doubly linked list with a head that is itself a node; an unlinked node points to itself. */
#ifndef PK_BASE_LIST_H
#define PK_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct pk_list {
    struct pk_list *prev, *next;
};

#define pk_list_entry(node, type, member) ((type *) (void *) ((char *) (node) - offsetof(type, member)))

static inline void pk_list_init(struct pk_list *list)
{
    list->prev = list->next = list;
}

static inline bool pk_list_empty(const struct pk_list *list)
{
    return list->next == list;
}

static inline void pk_list_append(struct pk_list *list, struct pk_list *node)
{
    node->prev = list->prev;
    node->next = list;
    list->prev->next = node;
    list->prev = node;
}

static inline void pk_list_remove(struct pk_list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    pk_list_init(node);
}

#endif
