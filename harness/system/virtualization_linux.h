/* Which hypervisor the machine runs on. */
#ifndef HARNESS_SYSTEM_VIRTUALIZATION_LINUX_H
#define HARNESS_SYSTEM_VIRTUALIZATION_LINUX_H

#define VIRTUALIZATION_BYTES 64

/* Writes the name that systemd-detect-virt uses ("kvm", "xen", "microsoft"), the hypervisor's own
 * signature when it has no such name, "none" on bare metal, or nothing when that cannot be told. */
void virtualization_name(char *name);

#endif
