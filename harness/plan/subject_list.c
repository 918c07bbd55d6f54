#include "harness/plan/subject_list.h"

#include <stdio.h>

static json_t *feature_names(uint32_t bits)
{
    json_t *names = json_array();
    for (unsigned i = 0; i < 32; i++) {
        uint32_t bit = UINT32_C(1) << i;
        const char *name = bits & bit ? backend_feature_name(bit) : NULL;
        if (name != NULL)
            json_array_append_new(names, json_string(name));
    }
    return names;
}

json_t *subject_describe(const struct subject *subject)
{
    char reason[256] = "";
    uint32_t granted = 0;
    bool available = subject->available(subject, reason, &granted) == 0;
    uint32_t asked = subject->asked;
    return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:b, s:s}", "name", subject->name, "tier",
                     backend_tier_name(subject->tier), "available", available, "reason",
                     available ? json_null() : json_string(reason), "asked", feature_names(asked),
                     "granted", feature_names(available ? granted : 0), "opt_in", subject->opt_in,
                     "summary", subject->summary);
}

void subject_join_names(const json_t *names, char *text, size_t bytes)
{
    const json_t *name;
    size_t i, used = 0;
    snprintf(text, bytes, "-");
    json_array_foreach(names, i, name)
    {
        if (used < bytes)
            used += (size_t)snprintf(text + used, bytes - used, "%s%s", i > 0 ? "," : "",
                                     json_string_value(name));
    }
}
