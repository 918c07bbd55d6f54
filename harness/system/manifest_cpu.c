#include "harness/system/manifest_system.h"

#include <stdio.h>
#include <string.h>

/* What comes after "LABEL :" in the first line with that label, to its end; false: there is none,
 * or nothing stands there. The label is all that stands before the colon. */
static bool find_line(const char *text, const char *label, char *value, size_t size)
{
    size_t length = strlen(label);
    for (const char *line = text; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        const char *rest = strncmp(line, label, length) == 0 ? line + length : "";
        rest += strspn(rest, " \t");
        if (*rest == ':') {
            rest += 1 + strspn(rest + 1, " \t");
            size_t bytes = end != NULL ? (size_t)(end - rest) : strlen(rest);
            snprintf(value, size, "%.*s", (int)(bytes < size ? bytes : size - 1), rest);
            return *value != '\0';
        }
        line = end != NULL ? end + 1 : NULL;
    }
    return false;
}

/* x86; MIPS; POWER and SPARC; RISC-V; 32-bit ARM kernels without a "model name". */
static const char *const labels[] = {"model name", "cpu model", "cpu", "uarch", "Processor"};

void manifest_cpu_name(const char *cpuinfo, char *name, size_t size)
{
    char implementer[32], part[32], machine[64];
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (find_line(cpuinfo, labels[i], name, size))
            return;
    }
    /* 64-bit ARM gives numbers: by them, and the lists of who has which, the core is known. */
    if (find_line(cpuinfo, "CPU implementer", implementer, sizeof implementer) &&
        find_line(cpuinfo, "CPU part", part, sizeof part))
        snprintf(name, size, "ARM implementer %s part %s", implementer, part);
    /* s390x: "processor 0: version = 00,  identification = ..., machine = 8561". */
    else if (strstr(cpuinfo, "machine = ") != NULL &&
             sscanf(strstr(cpuinfo, "machine = "), "machine = %63[^\n ]", machine) == 1)
        snprintf(name, size, "IBM machine %s", machine);
    else
        *name = '\0';
}
