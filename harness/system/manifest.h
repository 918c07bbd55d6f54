/* What a run has to say of the machine, the system and the program that it was made with and on. */
#ifndef HARNESS_SYSTEM_MANIFEST_H
#define HARNESS_SYSTEM_MANIFEST_H

#include <jansson.h>

/* The "manifest" object of a result file. Every key is always there; what the system does not tell
 * is null. Of the machine's identity (host name, addresses, serial numbers) nothing is taken.
 *
 *   date             ISO 8601, UTC
 *   kernel, kernel_build, machine          uname(2): "Linux 6.1.0", its build, "x86_64"
 *   cpu              the model's name
 *   cpus, cores      online hardware threads, and the cores that they are on
 *   allowed_cpus     the numbers of those that this process may use
 *   memory_kib
 *   virtualization   "none", or the hypervisor by its usual name ("kvm", "microsoft"), or by the
 *                    signature that it gives of itself
 *   mitigations      {"meltdown": "Not affected", ...}
 *   governor         CPU frequency governor; several, with commas, when CPUs differ
 *   clocksource
 *   hz               timer ticks per second, CONFIG_HZ
 *   user_hz          sysconf(_SC_CLK_TCK): the unit of /proc/stat; says nothing of hz
 *   timer_slack_ns   of this process
 *   sysctl           {"net.core.somaxconn": 4096, ...}; a value of several numbers is a string
 *   limits           {"nofile": {"soft": 1024, "hard": "unlimited"}, ...}
 *   libraries        {"libc": "glibc 2.36", "jansson": "2.14"}: as loaded, not as compiled against
 *   commit           of the source, with "-dirty" when it was changed since
 *   compiler, build_type, flags
 *
 * The caller's reference; NULL when out of memory. */
json_t *manifest_collect(void);

#endif
