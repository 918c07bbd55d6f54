/* What this program was made of. */
#ifndef HARNESS_SYSTEM_VERSION_H
#define HARNESS_SYSTEM_VERSION_H

#include <stdio.h>

#ifdef __clang__
#define BUILD_COMPILER "clang " __clang_version__
#else
#define BUILD_COMPILER "gcc " __VERSION__
#endif

/* Version, commit, compiler and libraries, as pollbench --version says them. */
void version_print(FILE *);

#endif
