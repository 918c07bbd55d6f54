/* One case: a function of cases.def, and what it takes of a backend. */
#ifndef TESTS_CONFORMANCE_CASES_H
#define TESTS_CONFORMANCE_CASES_H

#include "tests/conformance/fixture.h"

enum case_needs {
    ANYTHING,    /* holds without a kernel behind the backend, so for `null` too */
    KERNEL,      /* descriptors that really move bytes */
    DESCRIPTORS, /* the same, where every connection is a descriptor of the process */
    READINESS,   /* promised by the readiness tier alone, or counted in its terms */
    EPOLL,       /* made of epoll */
};

#define CASE(name, needs) void name(struct fixture *);
#include "tests/conformance/cases.def"
#undef CASE

#endif
