// SPDX-License-Identifier: GPL-2.0
/*
 * kbpf.ko: the order in which its parts come up and go down. Silent unless it
 * fails.
 */
#include <linux/init.h>
#include <linux/module.h>
#include "device.h"
#include "func_hook.h"
#include "helpers.h"
#include "net_link.h"
#include "jit_image.h"
#include "kernel_btf.h"
#include "maps/map.h"
#include "probe.h"
#include "run.h"
#include "symbol.h"

struct stage {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
};

/* The device last: nobody can ask for anything before all of it is there. */
static const struct stage stages[] = {
	{ "jit", kbpf_jit_image_init, kbpf_jit_image_exit },
	{ "trampolines", NULL, kbpf_func_hook_exit },
	/* Below what drops the last maps: programs as their runs end, descriptors. */
	{ "maps", NULL, kbpf_map_exit },
	{ "runs", kbpf_run_init, kbpf_run_exit },
	{ "symbols", NULL, kbpf_symbol_exit },
	{ "system calls", NULL, kbpf_syscall_event_exit },
	{ "BTF", NULL, kbpf_kernel_btf_exit },
	{ "helpers", kbpf_helpers_init, kbpf_helpers_exit },
	{ "network", kbpf_net_link_init, kbpf_net_link_exit },
	{ "device", kbpf_device_init, kbpf_device_exit },
};

static void take_down(int n)
{
	while (n--)
		stages[n].exit();
}

static int __init kbpf_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		err = stages[i].init ? stages[i].init() : 0;
		if (err) {
			pr_err("kbpf: %s: error %d\n", stages[i].name, err);
			take_down(i);
			return err;
		}
	}
	return 0;
}

static void __exit kbpf_exit(void)
{
	take_down(ARRAY_SIZE(stages));
}

module_init(kbpf_init);
module_exit(kbpf_exit);

/* Of the tree that it was built from, which a module outlives. */
#ifndef KBPF_COMMIT
#define KBPF_COMMIT	unknown
#endif
MODULE_INFO(commit, __stringify(KBPF_COMMIT));
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("An eBPF-compatible execution engine behind /dev/kbpf");
