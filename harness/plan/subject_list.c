#include "harness/plan/subject_list.h"

#include <stdio.h>

void subject_describe(const struct subject *subject, struct subject_description *description)
{
    *description = (struct subject_description){.subject = subject, .asked = subject->asked};
    description->available =
        subject->available(subject, description->reason, &description->granted) == 0;
    if (description->available)
        description->reason[0] = '\0';
}

bool subject_is_rounded(const struct subject_description *description)
{
    return description->available &&
           description->asked & ~description->granted & BACKEND_EPOLL_PWAIT2;
}

char *subject_shown(const struct subject_description *description, char *text)
{
    const char *name = description->subject->name;
    if (subject_is_rounded(description))
        return subject_rounded_name(name, text);
    snprintf(text, SUBJECT_SHOWN_BYTES, "%s", name);
    return text;
}

char *subject_feature_names(uint32_t features, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < 32 && used < size; i++) {
        uint32_t bit = UINT32_C(1) << i;
        const char *name = features & bit ? backend_feature_name(bit) : NULL;
        if (name != NULL)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? "," : "", name);
    }
    return text;
}
