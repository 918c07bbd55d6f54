/* One case: a function of cases.def, and what it takes of a backend. */
#ifndef TESTS_CONFORMANCE_CASES_H
#define TESTS_CONFORMANCE_CASES_H

#include "tests/conformance/fixture.h"

enum case_needs {
    /* Holds without a kernel behind the backend, so for `null` too. */
    ANYTHING,
    /* Descriptors that really move bytes. */
    KERNEL,
    /* The same, where every connection is a descriptor of the process. */
    DESCRIPTORS,
    /* Promised by the readiness tier alone, or counted in its terms. */
    READINESS,
    /* Made of epoll. */
    EPOLL,
};

#define CASE(name, needs) void name(struct fixture *);
#include "tests/conformance/cases.def"
#undef CASE

#endif
