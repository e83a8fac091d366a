// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers that print: into the kernel's trace buffer, where the line looks as
 * the kernel's own helper's does, and into the program's memory.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include "helpers.h"
#include "print.h"
#include "run.h"

#define TEXT_SIZE	1024
#define STRING_SIZE	512

/* Where a CPU's runs format: runs of different levels may interrupt each other. */
struct print_room {
	char text[TEXT_SIZE];
	char string[STRING_SIZE];
};

struct print_rooms {
	struct print_room level[KBPF_LEVELS];
};

static struct print_rooms __percpu *rooms;

int kbpf_print_init(void)
{
	rooms = alloc_percpu(struct print_rooms);
	return rooms ? 0 : -ENOMEM;
}

void kbpf_print_exit(void)
{
	free_percpu(rooms);
}

static struct print_room *my_room(void)
{
	return &this_cpu_ptr(rooms)->level[kbpf_run_level()];
}

/* Only its address is used: the trace buffer names the function that a line came from. */
static noinline void bpf_trace_printk(void)
{
	barrier();
}

static long trace(const char *fmt, u32 fmt_size, const u64 *args, u32 nr_args)
{
	struct print_room *room = my_room();
	int len;

	len = kbpf_print(room->text, sizeof(room->text), fmt, fmt_size, args, nr_args,
			 room->string, sizeof(room->string));
	if (len < 0)
		return len;
#ifdef CONFIG_TRACING
	__trace_puts((unsigned long)bpf_trace_printk, room->text, strlen(room->text));
#endif
	return len;
}

u64 kbpf_helper_trace_printk(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 args[] = { r3, r4, r5 };

	return trace(kbpf_reg_ptr(r1), r2, args, ARRAY_SIZE(args));
}

static bool args_ok(const void *args, u32 size)
{
	return !(size % 8) && size <= KBPF_PRINT_MAX_ARGS * 8 && (!size || args);
}

u64 kbpf_helper_trace_vprintk(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const u64 *args = kbpf_reg_ptr(r3);

	if (!args_ok(args, r4))
		return -EINVAL;
	return trace(kbpf_reg_ptr(r1), r2, args, (u32)r4 / 8);
}

u64 kbpf_helper_snprintf(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const u64 *args = kbpf_reg_ptr(r4);
	struct print_room *room = my_room();
	int len;

	if (!args_ok(args, r5))
		return -EINVAL;
	/* The verifier knows that the format is a constant that ends. */
	len = kbpf_print(kbpf_reg_ptr(r1), (u32)r2, kbpf_reg_ptr(r3), U32_MAX, args,
			 (u32)r5 / 8, room->string, sizeof(room->string));
	return len < 0 ? len : len + 1;
}
