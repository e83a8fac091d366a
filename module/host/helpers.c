// SPDX-License-Identifier: GPL-2.0
/* The table of helpers: number to address. */
#include <linux/kernel.h>
#include "env.h"
#include "helpers.h"
#include "helpers/proto.h"
#include "maps/map.h"
#include "packet/packet.h"
#include "stack.h"

static const kbpf_helper_fn helpers[] = {
#define KBPF_HOST_HELPER(name) [KBPF_FUNC_##name] = kbpf_helper_##name,
#include "helpers.def"
#undef KBPF_HOST_HELPER
};

kbpf_helper_fn kbpf_env_helper(u32 id)
{
	kbpf_helper_fn fn;

	if (id < ARRAY_SIZE(helpers) && helpers[id])
		return helpers[id];
	fn = kbpf_map_helper(id);
	if (!fn)
		fn = kbpf_packet_helper(id);
	return fn ? fn : kbpf_kfunc_address(id);
}

int kbpf_helpers_init(void)
{
	int err;

	kbpf_random_init();
	kbpf_cgroup_init();
	kbpf_signal_init();
	err = kbpf_print_init();
	if (err)
		return err;
	err = kbpf_stack_init();
	if (err)
		kbpf_print_exit();
	return err;
}

void kbpf_helpers_exit(void)
{
	kbpf_signal_exit();
	kbpf_stack_exit();
	kbpf_print_exit();
}
