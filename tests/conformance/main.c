/* pollbench-conformance: the rules of backends/backend.h, as cases that any backend has to pass.
 *
 *     pollbench-conformance --list [BACKEND]   the cases, or those that apply to one backend
 *     pollbench-conformance --pairs            "BACKEND CASE" per line: all there is to run
 *     pollbench-conformance --limit            seconds after which a case ends itself as failed
 *     pollbench-conformance CASE BACKEND       runs one. 0: passed, 77: skipped, the last line says
 * why
 *
 * REQUIRE_BACKENDS="epoll poll" in the environment makes a skip on one of these a failure. */
#include "tests/conformance/cases.h"

#include "tests/required_backends.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXIT_SKIPPED 77
#define EXIT_USAGE 2
#define DESCRIPTORS_WANTED 20000

struct conformance_case {
    const char *name;
    enum case_needs needs;
    void (*run)(struct fixture *);
};

static const struct conformance_case cases[] = {
#define CASE(name, needs) {#name, needs, name},
#include "tests/conformance/cases.def"
#undef CASE
};

#define CASE_COUNT (sizeof cases / sizeof cases[0])

static bool applies(const struct conformance_case *one, const struct backend_variant *variant)
{
    switch (one->needs) {
    case ANYTHING:
        return true;
    case KERNEL:
        return variant->tier != TIER_NONE;
    case READINESS:
        return variant->tier == TIER_READINESS;
    case DESCRIPTORS:
        return variant->tier != TIER_NONE && !(variant->asked & BACKEND_DIRECT);
    case EPOLL:
        return variant->asked & BACKEND_EPOLL_PWAIT2;
    }
    return false;
}

static void list_cases(const struct backend_variant *variant, const char *prefix)
{
    for (size_t i = 0; i < CASE_COUNT; i++)
        if (variant == NULL || applies(&cases[i], variant))
            printf("%s%s%s\n", prefix, *prefix != '\0' ? " " : "", cases[i].name);
}

/* For a backend that was not built one case is enough to say so. */
static void list_pairs(void)
{
    size_t count;
    const struct backend_variant *variants = backend_variants(&count);
    for (size_t i = 0; i < count; i++) {
        if (variants[i].ops == NULL && variants[i].refused == NULL)
            printf("%s %s\n", variants[i].name, cases[0].name);
        else if (variants[i].refused == NULL)
            list_cases(&variants[i], variants[i].name);
    }
}

static const struct conformance_case *find_case(const char *name)
{
    for (size_t i = 0; i < CASE_COUNT; i++)
        if (strcmp(cases[i].name, name) == 0)
            return &cases[i];
    return NULL;
}

static int skipped(const char *backend, const char *reason)
{
    bool required = backend_is_required(backend);
    fflush(stderr);
    printf("%s: %s%s\n", backend, reason, required ? " (but REQUIRE_BACKENDS names it)" : "");
    return required ? EXIT_FAILURE : EXIT_SKIPPED;
}

/* Whether this system has the backend at all. What a refusal looks like differs: ENOSYS from an old
 * kernel, EPERM from a policy, EINVAL for a flag that a kernel does not know, ENOMEM from a memory
 * lock limit. Anything else is the backend's own failure, which the case will show. */
static bool is_available(const struct backend_variant *variant, char *reason, size_t size)
{
    if (variant->ops == NULL) {
        snprintf(reason, size, "not built for this system: needs %s", variant->needs);
        return false;
    }
    struct backend_config config = backend_default_config();
    struct backend *backend;
    int r = backend_open(&backend, variant, &config);
    if (r >= 0) {
        variant->ops->close(backend);
        return true;
    }
    snprintf(reason, size, "refused by this system: %s", strerror(-r));
    return r != -ENOTSUP && r != -ENOSYS && r != -EPERM && r != -EACCES && r != -EINVAL &&
           r != -ENOMEM;
}

static void on_alarm(int number)
{
    static const char text[] = "the case hung; it waited last for: ";
    (void)number;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    (void)!write(STDERR_FILENO, waited_for, strlen(waited_for));
    (void)!write(STDERR_FILENO, "\n", 1);
    _exit(EXIT_FAILURE);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static const struct conformance_case *current;

static void run_current(void **state)
{
    struct fixture *f = *state;
    current->run(f);
    fixture_finish(f);
}

static int run_case(const struct conformance_case *one, const struct backend_variant *variant)
{
    char reason[256];
    if (!applies(one, variant)) {
        printf("%s: does not apply to a backend of tier %s\n", variant->name,
               backend_tier_name(variant->tier));
        return EXIT_SKIPPED;
    }
    signal(SIGALRM, on_alarm);
    alarm(case_limit_s());
    raise_descriptor_limit();
    if (!is_available(variant, reason, sizeof reason))
        return skipped(variant->name, reason);

    struct fixture f;
    if (fixture_init(&f, variant) < 0)
        return EXIT_FAILURE;
    current = one;
    const struct CMUnitTest test = {one->name, run_current, NULL, NULL, &f};
    int failures = _cmocka_run_group_tests(variant->name, &test, 1, NULL, NULL);
    int status = failures != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (failures == 0 && f.skip_reason[0] != '\0')
        status = skipped(variant->name, f.skip_reason);
    fixture_free(&f);
    return status;
}

static int usage(const char *problem, const char *name)
{
    if (name != NULL)
        fprintf(stderr, "pollbench-conformance: there is no %s \"%s\"\n", problem, name);
    fprintf(stderr,
            "usage: pollbench-conformance CASE BACKEND | --list [BACKEND] | --pairs | --limit\n");
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const struct backend_variant *variant = argc == 3 ? backend_find(argv[2]) : NULL;
    if (argc == 3 && variant == NULL)
        return usage("backend", argv[2]);
    if (argc >= 2 && strcmp(argv[1], "--list") == 0)
        return list_cases(variant, ""), EXIT_SUCCESS;
    if (argc == 2 && strcmp(argv[1], "--pairs") == 0)
        return list_pairs(), EXIT_SUCCESS;
    if (argc == 2 && strcmp(argv[1], "--limit") == 0)
        return printf("%u\n", case_limit_s()), EXIT_SUCCESS;
    if (argc != 3)
        return usage(NULL, NULL);
    const struct conformance_case *one = find_case(argv[1]);
    return one != NULL ? run_case(one, variant) : usage("case", argv[1]);
}
