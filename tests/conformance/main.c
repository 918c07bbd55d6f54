/* pollbench-conformance: the rules of backends/backend.h, as cases that any backend has to pass.
 *
 * "CASE BACKEND" runs one case: exit status 0 when it passed, 77 when it is skipped, and then the
 * last line of standard output says why. A failed one says what it expected in the last line of
 * standard error. "--list [BACKEND]" names the cases, or those that apply to one backend; "--pairs"
 * gives "BACKEND CASE" per line, all there is to run; "--limit" the seconds after which a case ends
 * itself as failed. "--time-limit-factor F" multiplies that limit, and every shorter one.
 *
 * REQUIRE_BACKENDS="epoll poll" in the environment makes a skip on one of these a failure. */
#include "tests/conformance/cases.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define DESCRIPTORS_WANTED 20000
#define FACTOR_LEAST 0.1
#define FACTOR_MOST 1000.0

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

static int run_case(const struct conformance_case *one, const struct backend_variant *variant)
{
    struct fixture f = {.variant = variant};
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
        case_skip(&f, "%s", reason);
    if (fixture_init(&f, variant) < 0)
        return EXIT_FAILURE;
    one->run(&f);
    fixture_finish(&f);
    fixture_free(&f);
    return EXIT_SUCCESS;
}

static int usage(const char *problem, const char *what)
{
    if (problem != NULL)
        fprintf(stderr, "pollbench-conformance: %s \"%s\"\n", problem, what);
    fprintf(stderr, "usage: pollbench-conformance [--time-limit-factor F] CASE BACKEND | "
                    "--list [BACKEND] | --pairs | --limit\n");
    return EXIT_USAGE;
}

/* Takes --time-limit-factor out of the arguments, wherever it stands. false: it has no good value,
 * which is then in *bad. */
static bool take_factor(int *argc, char **argv, const char **bad)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--time-limit-factor") != 0)
            continue;
        char *end = NULL;
        *bad = i + 1 < *argc ? argv[i + 1] : "";
        double factor = strtod(*bad, &end);
        if (**bad == '\0' || *end != '\0' || !(factor >= FACTOR_LEAST && factor <= FACTOR_MOST))
            return false;
        case_time_limit_factor(factor);
        for (*argc -= 2; i < *argc; i++)
            argv[i] = argv[i + 2];
    }
    return true;
}

int main(int argc, char **argv)
{
    const char *bad;
    if (!take_factor(&argc, argv, &bad))
        return usage("--time-limit-factor takes a number from 0.1 to 1000, not", bad);
    const struct backend_variant *variant = argc == 3 ? backend_find(argv[2]) : NULL;
    if (argc == 3 && variant == NULL)
        return usage("there is no backend", argv[2]);
    if (argc >= 2 && strcmp(argv[1], "--list") == 0)
        return list_cases(variant, ""), EXIT_SUCCESS;
    if (argc == 2 && strcmp(argv[1], "--pairs") == 0)
        return list_pairs(), EXIT_SUCCESS;
    if (argc == 2 && strcmp(argv[1], "--limit") == 0)
        return printf("%u\n", case_limit_s()), EXIT_SUCCESS;
    if (argc != 3)
        return usage(NULL, NULL);
    const struct conformance_case *one = find_case(argv[1]);
    return one != NULL ? run_case(one, variant) : usage("there is no case", argv[1]);
}
