#include "harness/record/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MITIGATIONS "mitigations"

/* The FNV-1a hash: offset basis and prime of 64 bits. */
#define HASH_BASIS UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

enum { VALUE_BYTES = 512 };

static const char *const names[] = {"kernel", "kernel_build", "machine",       "cpu",
                                    "cpus",   "memory_kib",   "virtualization"};
enum { NAMES = sizeof names / sizeof names[0] };

static size_t count_in_group(const struct named_values *values, const char *group)
{
    size_t count = 0;
    for (size_t i = 0; i < values->count; i++)
        count += strcmp(values->list[i].group, group) == 0;
    return count;
}

static bool is_equal_group(const struct named_values *left, const struct named_values *right,
                           const char *group)
{
    for (size_t i = 0; i < left->count; i++) {
        const struct named_value *each = &left->list[i];
        if (strcmp(each->group, group) == 0 &&
            !value_equal(&each->value, named_values_find(right, group, each->name)))
            return false;
    }
    return count_in_group(left, group) == count_in_group(right, group);
}

bool machine_is_same(const struct named_values *left, const struct named_values *right)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (!value_equal(named_values_find(left, "", names[i]),
                         named_values_find(right, "", names[i])))
            return false;
    }
    return is_equal_group(left, right, MITIGATIONS);
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    /* The byte 0 as well, so that "a" "bc" is not "ab" "c". */
    for (const char *c = text;; c++) {
        hash = (hash ^ (unsigned char)*c) * HASH_PRIME;
        if (*c == '\0')
            return hash;
    }
}

static uint64_t hash_field(const char *name, const struct value *value)
{
    char text[VALUE_BYTES];
    uint64_t hash = hash_text(HASH_BASIS, name);
    if (value == NULL || value->kind == VALUE_NOTHING)
        return hash;
    if (value->kind == VALUE_TEXT)
        return hash_text(hash, value->text);
    return hash_text(hash, value_print(value, text, sizeof text));
}

char *machine_mark(const struct named_values *manifest, char *mark)
{
    /* A sum, so that the order of the fields does not matter. */
    uint64_t sum = 0;
    for (size_t i = 0; i < NAMES; i++)
        sum += hash_field(names[i], named_values_find(manifest, "", names[i]));
    for (size_t i = 0; i < manifest->count; i++) {
        if (strcmp(manifest->list[i].group, MITIGATIONS) == 0)
            sum += hash_field(manifest->list[i].name, &manifest->list[i].value);
    }
    snprintf(mark, MACHINE_MARK_BYTES, "%016" PRIx64, sum);
    return mark;
}
