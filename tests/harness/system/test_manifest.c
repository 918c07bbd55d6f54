/* What a run says of the machine. */
#include "harness/system/manifest.h"
#include "harness/system/manifest_system.h"
#include "harness/system/placement.h"

#include <jansson.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* In the order in which a result file has them; what is in a group stands for the whole group. */
static const struct {
    const char *group, *name;
    enum value_kind kind;
    /* It is never VALUE_NOTHING. */
    bool always;
} manifest_values[] = {
    {"", "date", VALUE_TEXT, true},
    {"", "kernel", VALUE_TEXT, true},
    {"", "kernel_build", VALUE_TEXT, true},
    {"", "machine", VALUE_TEXT, true},
    {"", "cpus", VALUE_INTEGER, true},
    {"", "allowed_cpus", VALUE_TEXT, false},
    {"", "user_hz", VALUE_INTEGER, true},
    {"", "nice", VALUE_INTEGER, false},
    {"", "scheduler", VALUE_TEXT, false},
    {"", "cpu", VALUE_TEXT, false},
    {"", "cores", VALUE_INTEGER, false},
    {"", "memory_kib", VALUE_INTEGER, false},
    {"", "virtualization", VALUE_TEXT, false},
    {"mitigations", NULL, VALUE_TEXT, false},
    {"", "governor", VALUE_TEXT, false},
    {"", "clocksource", VALUE_TEXT, false},
    {"", "hz", VALUE_INTEGER, false},
    {"", "timer_slack_ns", VALUE_INTEGER, false},
    {"sysctl", NULL, VALUE_TEXT, false},
    {"limits", "nofile_soft", VALUE_INTEGER, true},
    {"limits", "nofile_hard", VALUE_INTEGER, true},
    {"limits", "memlock_soft", VALUE_INTEGER, true},
    {"limits", "memlock_hard", VALUE_INTEGER, true},
    {"limits", "nproc_soft", VALUE_INTEGER, true},
    {"limits", "nproc_hard", VALUE_INTEGER, true},
    {"limits", "cpu_quota", VALUE_REAL, false},
    {"limits", "memory_max_kib", VALUE_INTEGER, false},
    {"libraries", "libc", VALUE_TEXT, false},
    {"libraries", "jansson", VALUE_TEXT, true},
    {"libraries", "liburing", VALUE_TEXT, false},
    {"libraries", "libuv", VALUE_TEXT, false},
    {"libraries", "libevent", VALUE_TEXT, false},
    {"libraries", "libev", VALUE_TEXT, false},
    {"", "commit", VALUE_TEXT, false},
    {"", "compiler", VALUE_TEXT, true},
    {"", "build_type", VALUE_TEXT, false},
    {"", "flags", VALUE_TEXT, false},
};

static bool is_row(size_t row, const struct named_value *value)
{
    return row < COUNT(manifest_values) && strcmp(value->group, manifest_values[row].group) == 0 &&
           (manifest_values[row].name == NULL ||
            strcmp(value->name, manifest_values[row].name) == 0);
}

/* A limit may be "unlimited", a sysctl may be a number. */
static bool is_of_kind(size_t row, const struct value *value)
{
    bool either = strcmp(manifest_values[row].group, "limits") == 0 ||
                  strcmp(manifest_values[row].group, "sysctl") == 0;
    if (value->kind == VALUE_NOTHING)
        return !manifest_values[row].always;
    return value->kind == manifest_values[row].kind ||
           (either && (value->kind == VALUE_INTEGER || value->kind == VALUE_TEXT));
}

static void the_manifest_has_every_value_in_its_place_and_of_its_kind(void **state)
{
    (void)state;
    struct named_values manifest = {0};
    size_t row = 0;
    assert_int_equal(manifest_collect(&manifest), 0);
    for (size_t i = 0; i < manifest.count; i++) {
        const struct named_value *value = &manifest.list[i];
        /* A group may be empty, and may have several values. */
        while (!is_row(row, value) && row < COUNT(manifest_values) &&
               manifest_values[row].name == NULL)
            row++;
        if (!is_row(row, value))
            fail_msg("%s.%s is not in its place", value->group, value->name);
        if (!is_of_kind(row, &value->value))
            fail_msg("%s.%s is not what it should be", value->group, value->name);
        row += manifest_values[row].name != NULL;
    }
    assert_int_equal(row, COUNT(manifest_values));
    named_values_free(&manifest);
}

static void the_manifest_agrees_with_the_system(void **state)
{
    (void)state;
    struct named_values manifest = {0};
    assert_int_equal(manifest_collect(&manifest), 0);
    struct utsname names;
    char kernel[sizeof names];
    assert_true(uname(&names) >= 0);
    snprintf(kernel, sizeof kernel, "%s %s", names.sysname, names.release);
    assert_string_equal(value_text_or(named_values_find(&manifest, "", "kernel"), ""), kernel);
    assert_int_equal(value_number(named_values_find(&manifest, "", "cpus")),
                     sysconf(_SC_NPROCESSORS_ONLN));
    const struct value *soft = named_values_find(&manifest, "limits", "nofile_soft");
    if (soft->kind == VALUE_INTEGER)
        assert_int_equal(soft->integer, sysconf(_SC_OPEN_MAX));
    assert_string_equal(value_text_or(named_values_find(&manifest, "libraries", "jansson"), ""),
                        jansson_version_str());
    named_values_free(&manifest);
}

/* "0,1,5": as many as the process may use, ascending. */
static void the_manifest_lists_the_allowed_cpus(void **state)
{
    (void)state;
    struct named_values manifest = {0};
    int cpus[1024], count = placement_allowed_cpus(cpus, 1024);
    assert_int_equal(manifest_collect(&manifest), 0);
    const struct value *value = named_values_find(&manifest, "", "allowed_cpus");
    if (count <= 0) {
        assert_int_equal(value->kind, VALUE_NOTHING);
    } else {
        char *at = value->text;
        for (int i = 0; i < count; i++) {
            assert_int_equal(strtol(at, &at, 10), cpus[i]);
            assert_int_equal(*at, i + 1 < count ? ',' : '\0');
            at++;
        }
    }
    named_values_free(&manifest);
}

static void the_date_is_now_in_utc(void **state)
{
    (void)state;
    time_t before = time(NULL);
    struct named_values manifest = {0};
    assert_int_equal(manifest_collect(&manifest), 0);
    time_t after = time(NULL);
    const char *date = value_text_or(named_values_find(&manifest, "", "date"), "");
    regex_t form;
    assert_int_equal(regcomp(&form, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    assert_int_equal(regexec(&form, date, 0, NULL, 0), 0);
    regfree(&form);
    bool found = false;
    for (time_t second = before; second <= after; second++) {
        char expected[32];
        struct tm utc;
        gmtime_r(&second, &utc);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &utc);
        found = found || strcmp(expected, date) == 0;
    }
    assert_true(found);
    named_values_free(&manifest);
}

/* Texts in the form of each architecture's kernel. */
static void the_cpu_is_named_on_every_architecture(void **state)
{
    static const struct {
        const char *cpuinfo, *name;
    } rows[] = {
        {"processor\t: 0\nvendor_id\t: X\nmodel\t\t: 1\nmodel name\t: Some CPU @ 2 GHz\nstepping: "
         "1\n",
         "Some CPU @ 2 GHz"},
        {"processor\t: 0\nBogoMIPS\t: 50.00\nCPU implementer\t: 0x41\nCPU architecture: 8\n"
         "CPU part\t: 0xd0c\n",
         "ARM implementer 0x41 part 0xd0c"},
        {"processor\t: 0\nmodel name\t: ARMv7 Processor rev 4 (v7l)\nCPU implementer\t: 0x41\n",
         "ARMv7 Processor rev 4 (v7l)"},
        {"processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t: 2.2GHz\n",
         "POWER9, altivec supported"},
        {"system type\t: x\nprocessor\t: 0\ncpu model\t\t: MIPS 24Kc V7.4\n", "MIPS 24Kc V7.4"},
        {"processor\t: 0\nhart\t: 1\nisa\t: rv64imafdc\nuarch\t: sifive,u74-mc\n", "sifive,u74-mc"},
        {"vendor_id       : IBM/S390\nprocessor 0: version = 00,  identification = 000000,  "
         "machine = 8561\n",
         "IBM machine 8561"},
        {"model name\t:", ""},
        {"CPU implementer\t: 0x41\n", ""},
        {"", ""},
    };
    char name[32];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        manifest_cpu_name(rows[i].cpuinfo, name, sizeof name);
        assert_string_equal(name, rows[i].name);
    }
    manifest_cpu_name("model name : a name that is longer than the room for it is", name, 8);
    assert_string_equal(name, "a name ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manifest_has_every_value_in_its_place_and_of_its_kind),
        cmocka_unit_test(the_manifest_agrees_with_the_system),
        cmocka_unit_test(the_manifest_lists_the_allowed_cpus),
        cmocka_unit_test(the_date_is_now_in_utc),
        cmocka_unit_test(the_cpu_is_named_on_every_architecture),
    };
    return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
