/* floor:epoll, see floor_epoll.c. Linux only. */
#ifndef HARNESS_SUBJECTS_FLOOR_EPOLL_H
#define HARNESS_SUBJECTS_FLOOR_EPOLL_H

#include "harness/contract/subject.h"

extern const struct accept_ops floor_epoll_accept;
extern const struct echo_ops floor_epoll_echo;

int floor_epoll_available(const struct subject *, char *reason, uint32_t *granted);

#endif
