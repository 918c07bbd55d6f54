/* What a run has to say of the machine, the system and the program that it was made with and on. */
#ifndef HARNESS_SYSTEM_MANIFEST_H
#define HARNESS_SYSTEM_MANIFEST_H

#include "harness/base/named_values.h"

/* Fills the "manifest" of a result file, which is empty before, in the order of this list. Every
 * value is always there; what the system does not tell is VALUE_NOTHING. Of the machine's identity
 * (host name, addresses, serial numbers) nothing is taken.
 *
 * date: ISO 8601, UTC.
 *
 * kernel, kernel_build, machine: uname(2): "Linux 6.1.0", its build, "x86_64".
 *
 * cpus, allowed_cpus, user_hz: online hardware threads; those that this process may use, "0,1";
 * sysconf(_SC_CLK_TCK), the unit of /proc/stat, which says nothing of hz.
 *
 * cpu, cores, memory_kib: the model's name; the cores that the hardware threads are on.
 *
 * virtualization: "none", or the hypervisor by its usual name ("kvm", "microsoft"), or by the
 * signature that it gives of itself.
 *
 * The group "mitigations": "meltdown" is "Not affected".
 *
 * governor, clocksource: of CPU frequency; several, with commas, when CPUs differ.
 *
 * hz, timer_slack_ns: timer ticks per second, CONFIG_HZ; of this process.
 *
 * The group "sysctl": "net.core.somaxconn" is 4096; a value of several numbers is a text.
 *
 * The group "limits": nofile_soft, nofile_hard, memlock_soft and so on: a number or "unlimited".
 *
 * The group "libraries": "libc" is "glibc 2.36", and "jansson": as loaded, not as compiled against;
 * "liburing", "libuv", "libevent" and "libev": as compiled against, nothing where it was left out.
 *
 * commit, compiler, build_type, flags: of the source, with "-dirty" when it was changed since.
 *
 * 0 or -ENOMEM, and then the list is to be freed as well. */
int manifest_collect(struct named_values *);

#endif
