// SPDX-License-Identifier: GPL-2.0
/*
 * Which attr.type opens a probe. Clients take the number of the kernel's own
 * kprobe and uprobe PMUs from sysfs, and no exported function tells it to a
 * module: so this reads the same file, from the initial mount namespace, once
 * it is needed. A kernel without these PMUs has no such file; there, and for
 * libkbpf everywhere, kbpf's own fixed numbers serve. Module parameters overrule.
 */
#include <linux/kernel.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include "kbpf.h"
#include "pmu.h"

static int kprobe_pmu_type;
module_param(kprobe_pmu_type, int, 0444);
MODULE_PARM_DESC(kprobe_pmu_type, "perf type of kernel probes (0: as sysfs says)");

static int uprobe_pmu_type;
module_param(uprobe_pmu_type, int, 0444);
MODULE_PARM_DESC(uprobe_pmu_type, "perf type of user probes (0: as sysfs says)");

struct pmu {
	const char *path;
	int *type;
	u32 fixed;
};

static const struct pmu pmus[KBPF_PMUS] = {
	[KBPF_PMU_KPROBE] = {
		"/sys/bus/event_source/devices/kprobe/type", &kprobe_pmu_type,
		KBPF_PERF_TYPE_KPROBE,
	},
	[KBPF_PMU_UPROBE] = {
		"/sys/bus/event_source/devices/uprobe/type", &uprobe_pmu_type,
		KBPF_PERF_TYPE_UPROBE,
	},
};

/* The number in a file of one line, or 0. */
static int read_number(const char *path)
{
	char text[16];
	void *buf = text;
	size_t file_size;
	ssize_t len;
	int number;

	/* sysfs says a page, so that these few bytes are never the whole file. */
	len = kernel_read_file_from_path_initns(path, 0, &buf, sizeof(text) - 1, &file_size,
						READING_UNKNOWN);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	return kstrtoint(text, 10, &number) ? 0 : number;
}

bool kbpf_pmu_is(enum kbpf_pmu pmu, u32 type)
{
	const struct pmu *p = &pmus[pmu];

	if (type == p->fixed)
		return true;
	/* Two who find 0 at once read the same number. */
	if (!READ_ONCE(*p->type))
		WRITE_ONCE(*p->type, read_number(p->path));
	return *p->type > 0 && type == (u32)*p->type;
}
