// SPDX-License-Identifier: GPL-2.0
/*
 * Which attr.type opens a probe. Clients take the number of the kernel's own
 * kprobe and uprobe PMUs from sysfs, and no exported function tells it to a
 * module: so this reads the same file once it is needed, and believes it if it
 * really is sysfs's, whatever the caller's file system looks like. A kernel
 * without these PMUs has no such file; there, and for libkbpf everywhere, kbpf's
 * own fixed numbers serve. Module parameters overrule.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/magic.h>
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

/* The number in a file of sysfs, or 0. */
static int read_number(const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	int number = 0;
	char text[16];
	loff_t pos = 0;
	ssize_t len;

	if (IS_ERR(file))
		return 0;
	if (file_inode(file)->i_sb->s_magic == SYSFS_MAGIC) {
		len = kernel_read(file, text, sizeof(text) - 1, &pos);
		text[max_t(ssize_t, len, 0)] = '\0';
		if (kstrtoint(text, 10, &number))
			number = 0;
	}
	fput(file);
	return number;
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
