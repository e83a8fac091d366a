// SPDX-License-Identifier: GPL-2.0
/*
 * What the engine asks of the kernel: who the caller is, user memory, clocks,
 * memory that may fault. One line each, no state.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include "cmd/cmd.h"
#include "jit/image.h"
#include "jit/jit.h"
#include "env.h"
#include "net_link.h"

bool kbpf_world_capable(enum kbpf_cap cap)
{
	static const int caps[] = {
		[KBPF_CAP_BPF] = CAP_BPF,
		[KBPF_CAP_PERFMON] = CAP_PERFMON,
		[KBPF_CAP_NET_ADMIN] = CAP_NET_ADMIN,
	};

	return capable(caps[cap]) || capable(CAP_SYS_ADMIN);
}

int kbpf_world_copy_in(void *dst, u64 usrc, size_t size)
{
	return copy_from_user(dst, u64_to_user_ptr(usrc), size) ? -EFAULT : 0;
}

int kbpf_world_copy_out(u64 udst, const void *src, size_t size)
{
	return copy_to_user(u64_to_user_ptr(udst), src, size) ? -EFAULT : 0;
}

u32 kbpf_world_uid(void)
{
	return from_kuid_munged(current_user_ns(), current_uid());
}

u64 kbpf_world_boottime_ns(void)
{
	return ktime_get_boottime_ns();
}

/*
 * Whether the administrator hides addresses is not asked for directly: %pK
 * prints zeros to everybody when it is so. Beyond that a reader needs
 * CAP_SYSLOG, as for /proc/kallsyms.
 */
bool kbpf_world_show_addresses(void)
{
	char text[24];

	if (!capable(CAP_SYSLOG))
		return false;
	snprintf(text, sizeof(text), "%pK", current);
	return strspn(text, "0") != strlen(text);
}

u32 kbpf_world_features(void)
{
	bool jit = READ_ONCE(kbpf_jit_options.enabled) && kbpf_jit_world();

	return KBPF_FEATURE_KPROBE | (jit ? KBPF_FEATURE_JIT : 0) | kbpf_net_features();
}

int kbpf_env_probe_read(void *dst, u32 size, const void *src)
{
	if (!copy_from_kernel_nofault(dst, src, size))
		return 0;
	memset(dst, 0, size);
	return -EFAULT;
}

u64 kbpf_env_ktime_ns(void)
{
	return ktime_get_mono_fast_ns();
}

bool kbpf_env_interrupted(void)
{
	return fatal_signal_pending(current);
}
