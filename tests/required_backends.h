/* REQUIRE_BACKENDS="epoll poll": on these a skip is a failure. */
#ifndef TESTS_REQUIRED_BACKENDS_H
#define TESTS_REQUIRED_BACKENDS_H

#include <stdbool.h>

/* Whether the environment names it, between blanks or commas. */
bool backend_is_required(const char *name);

#endif
