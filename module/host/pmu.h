/* SPDX-License-Identifier: GPL-2.0 */
/* Types of perf events that have no fixed number; see pmu.c. */
#ifndef KBPF_HOST_PMU_H
#define KBPF_HOST_PMU_H

#include <linux/types.h>

enum kbpf_pmu {
	KBPF_PMU_KPROBE,
	KBPF_PMU_UPROBE,
	KBPF_PMUS,
};

/**
 * kbpf_pmu_is() - does an attr.type mean this PMU?
 * @pmu: which
 * @type: attr.type
 *
 * Context: process; may read a file.
 */
bool kbpf_pmu_is(enum kbpf_pmu pmu, u32 type);

#endif /* KBPF_HOST_PMU_H */
