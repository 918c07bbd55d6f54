/* On x86 a hypervisor answers CPUID leaf 0x40000000 with its signature, and a bit of leaf 1 says
 * whether there is one. Elsewhere the firmware's tables have to do, which name it only when it is
 * there. */
#include "harness/system/virtualization_linux.h"

#include "harness/base/text_file.h"

#include <stdio.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#define HYPERVISOR_PRESENT (1u << 31) /* leaf 1, ecx */
#define HYPERVISOR_LEAF 0x40000000u

static const struct {
    const char *signature, *name;
} known[] = {
    {"KVMKVMKVM", "kvm"},       {"Linux KVM Hv", "kvm"},       {"TCGTCGTCGTCG", "qemu"},
    {"VMwareVMware", "vmware"}, {"Microsoft Hv", "microsoft"}, {"XenVMMXenVMM", "xen"},
    {"bhyve bhyve ", "bhyve"},  {"QNXQVMBSQG", "qnx"},         {"ACRNACRNACRN", "acrn"},
};

static void ask_cpu(char *name)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return;
    if (!(c & HYPERVISOR_PRESENT)) {
        snprintf(name, VIRTUALIZATION_BYTES, "none");
        return;
    }
    /* Not __get_cpuid(): it compares the leaf with the processor's own highest, far below this. */
    char signature[13] = "";
    __cpuid(HYPERVISOR_LEAF, a, b, c, d);
    memcpy(signature, &b, 4);
    memcpy(signature + 4, &c, 4);
    memcpy(signature + 8, &d, 4);
    snprintf(name, VIRTUALIZATION_BYTES, "%s", signature);
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strcmp(signature, known[i].signature) == 0)
            snprintf(name, VIRTUALIZATION_BYTES, "%s", known[i].name);
}
#else
static void ask_cpu(char *name)
{
    (void)name;
}
#endif

/* The first of these that is there: Xen's own file, the device tree, the DMI vendor when it is one
 * that sells no machines. */
static void ask_firmware(char *name)
{
    static const char *const virtual_vendors[] = {"QEMU",      "Amazon EC2", "Google",
                                                  "VMware",    "Xen",        "innotek GmbH",
                                                  "Parallels", "OpenStack",  "KVM"};
    if (text_file_read("/sys/hypervisor/type", name, VIRTUALIZATION_BYTES) > 0)
        return;
    if (text_file_read("/proc/device-tree/hypervisor/compatible", name, VIRTUALIZATION_BYTES) > 0)
        return;
    char vendor[VIRTUALIZATION_BYTES];
    name[0] = '\0';
    text_file_read("/sys/class/dmi/id/sys_vendor", vendor, sizeof(vendor));
    for (size_t i = 0; i < sizeof(virtual_vendors) / sizeof(*virtual_vendors); i++)
        if (strncmp(vendor, virtual_vendors[i], strlen(virtual_vendors[i])) == 0)
            memcpy(name, vendor, sizeof(vendor));
}

void virtualization_name(char *name)
{
    name[0] = '\0';
    ask_cpu(name);
    if (name[0] == '\0')
        ask_firmware(name);
}
