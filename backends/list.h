/* An intrusive, circular, doubly linked list: the node lives in the thing that is listed, so that
 * putting on and taking off never allocate, never fail and cost the same wherever the node stands.
 * Backends and loop share it. A node that is on no list points at itself. */
#ifndef BACKENDS_LIST_H
#define BACKENDS_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *previous;
};

/* The structure around a node: list_owner(node, struct loop_timer, ready). */
#define list_owner(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

static inline void list_init(struct list *list)
{
    list->next = list->previous = list;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

/* For a node: whether it stands on some list. */
static inline bool list_is_linked(const struct list *node)
{
    return node->next != node;
}

static inline void list_append(struct list *list, struct list *node)
{
    node->next = list;
    node->previous = list->previous;
    list->previous->next = node;
    list->previous = node;
}

static inline void list_prepend(struct list *list, struct list *node)
{
    list_append(list->next, node);
}

static inline void list_remove(struct list *node)
{
    node->previous->next = node->next;
    node->next->previous = node->previous;
    list_init(node);
}

static inline struct list *list_take_first(struct list *list)
{
    struct list *first = list->next;
    list_remove(first);
    return first;
}

/* Moves every node of `from` to the end of `to`, in order. */
static inline void list_move_all(struct list *from, struct list *to)
{
    if (list_is_empty(from))
        return;
    from->next->previous = to->previous;
    to->previous->next = from->next;
    from->previous->next = to;
    to->previous = from->previous;
    list_init(from);
}

#endif
