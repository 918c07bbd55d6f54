#include "tests/semantics/subject.h"

#include "tests/required_backends.h"
#include "tests/semantics/virtual_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_SKIPPED 77

void require(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, strerror(r == -1 ? errno : -r));
    exit(EXIT_FAILURE);
}

void *require_memory(void *memory)
{
    if (memory == NULL)
        require(-ENOMEM, "memory");
    return memory;
}

_Noreturn void skip(const char *backend, const char *reason)
{
    printf("%s: %s\n", backend, reason);
    exit(EXIT_SKIPPED);
}

static _Noreturn void skip_unless_required(const char *backend, const char *reason)
{
    if (backend_is_required(backend)) {
        printf("%s: %s, and REQUIRE_BACKENDS names it\n", backend, reason);
        exit(EXIT_FAILURE);
    }
    skip(backend, reason);
}

struct loop *subject_open(const char *backend, enum loop_drain drain)
{
    const struct backend_variant *variant = backend_find(backend);
    if (variant == NULL)
        require(-EINVAL, backend);
    if (variant->refused != NULL)
        skip(backend, variant->refused);
    if (variant->asked & BACKEND_SQPOLL)
        skip(backend, "a thread of the kernel decides in which iteration a result arrives");
    struct loop_options options = loop_default_options(variant);
    options.drain = drain;
    options.now_ns = virtual_now_ns;
    struct loop *loop;
    int r = loop_open(&loop, &options);
    if (r < 0)
        skip_unless_required(backend, strerror(-r));
    virtual_attach(loop);
    return loop;
}
