/* See virtual_clock_linux.c. */
#ifndef TESTS_SEMANTICS_VIRTUAL_CLOCK_H
#define TESTS_SEMANTICS_VIRTUAL_CLOCK_H

#include <stdbool.h>

#define VIRTUAL_CLOCK_PATH "/pollbench-virtual-clock/"

void virtual_clock_advance(unsigned milliseconds);

#endif
