// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* What programs of each type get, and may call: see features.def and features.h. */
#include "features.h"
#include <linux/bpf_perf_event.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* parts of the kernel's, found by name */
struct mm_struct {
	int map_count;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	struct task_struct *real_parent;
	struct mm_struct *mm;
	unsigned int in_execve : 1;
} __attribute__((preserve_access_index));

/* ---- packets ---- */

#define DATA(ctx)	((unsigned char *)(long)(ctx)->data)
#define END(ctx)	((unsigned char *)(long)(ctx)->data_end)
#define META(ctx)	((unsigned char *)(long)(ctx)->data_meta)

SEC("xdp") int packet_gives_3(struct xdp_md *ctx)
{
	unsigned char *p = DATA(ctx);

	return p + 14 <= END(ctx) ? p[13] + 3 : 1;
}

SEC("xdp") int packet_refused(struct xdp_md *ctx)
{
	unsigned char *p = DATA(ctx);

	return p + 14 <= END(ctx) ? p[14] + 3 : 1;
}

SEC("xdp") int packet_at_a_variable_offset_gives_3(struct xdp_md *ctx)
{
	unsigned char *p = DATA(ctx);

	if (p + 1 > END(ctx))
		return 1;
	p += p[0] & 15;
	return p + 4 <= END(ctx) ? p[3] + 3 : 1;
}

SEC("xdp") int packet_at_a_variable_offset_refused(struct xdp_md *ctx)
{
	unsigned char *p = DATA(ctx);

	if (p + 4 > END(ctx))
		return 1;
	p += p[0] & 15;
	return p[3] + 3;
}

SEC("xdp") int packet_metadata_gives_2(struct xdp_md *ctx)
{
	unsigned char *p = META(ctx);

	return p + 4 <= DATA(ctx) ? p[3] : 2;
}

SEC("xdp") int packet_metadata_refused(struct xdp_md *ctx)
{
	unsigned char *p = META(ctx);

	return p + 4 <= END(ctx) ? p[3] : 2;
}

SEC("xdp") int packet_moved_gives_2(struct xdp_md *ctx)
{
	unsigned char *p;

	if (bpf_xdp_adjust_head(ctx, -16))
		return 1;
	p = DATA(ctx);
	return p + 14 <= END(ctx) ? 2 : 1;
}

SEC("xdp") int packet_moved_refused(struct xdp_md *ctx)
{
	unsigned char *p = DATA(ctx);

	if (p + 14 > END(ctx) || bpf_xdp_adjust_head(ctx, -16))
		return 1;
	return p[0];
}

SEC("tc") int packet_written_gives_9(struct __sk_buff *skb)
{
	unsigned char *p = DATA(skb);

	return p + 14 <= END(skb) ? (p[0] = 9) : 1;
}

/* ---- contexts ---- */

SEC("tc") int ctx_of_tc_gives_64(struct __sk_buff *skb)
{
	skb->mark = skb->len;
	skb->cb[0] = skb->mark;
	return skb->cb[0];
}

SEC("tc") int ctx_of_tc_rdonly_refused(struct __sk_buff *skb)
{
	*(volatile unsigned int *)&skb->len = 1;
	return 0;
}

SEC("tc") int ctx_part_of_a_field_gives_64(struct __sk_buff *skb)
{
	return *(volatile unsigned short *)&skb->len;
}

SEC("tc") int ctx_across_fields_refused(struct __sk_buff *skb)
{
	return *(volatile unsigned int *)((char *)skb + 2);
}

SEC("tc") int ctx_beyond_refused(struct __sk_buff *skb)
{
	return *(volatile unsigned int *)((char *)skb + sizeof(*skb) + 64);
}

SEC("socket") int ctx_of_a_socket_gives_50(struct __sk_buff *skb)
{
	return skb->len; /* without the Ethernet header */
}

SEC("socket") int ctx_of_a_socket_refused(struct __sk_buff *skb)
{
	skb->mark = 1;
	return 0;
}

SEC("xdp") int ctx_of_xdp_gives_1(struct xdp_md *ctx)
{
	return ctx->rx_queue_index + 1;
}

SEC("xdp") int ctx_of_xdp_refused(struct xdp_md *ctx)
{
	*(volatile unsigned int *)&ctx->rx_queue_index = 1;
	return 2;
}

SEC("perf_event") int ctx_of_perf_event_accepted(struct bpf_perf_event_data *ctx)
{
	return ctx->sample_period > 5;
}

SEC("perf_event") int ctx_of_perf_event_refused(struct bpf_perf_event_data *ctx)
{
	*(volatile unsigned long *)&ctx->sample_period = 1;
	return 0;
}

/* ---- types of the kernel's ---- */

SEC("raw_tp/sched_switch") int typed_not_needed_accepted(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *next = (void *)ctx->args[2];

	return BPF_CORE_READ(next, real_parent, pid) & 1;
}

SEC("tp_btf/sched_switch") int BPF_PROG(typed_members_accepted, _Bool preempt, struct task_struct *prev,
					struct task_struct *next)
{
	return prev->pid < next->real_parent->pid && prev->mm && prev->mm->map_count;
}

SEC("tp_btf/sched_switch") int BPF_PROG(typed_bitfield_accepted, _Bool preempt, struct task_struct *prev)
{
	return BPF_CORE_READ_BITFIELD(prev, in_execve);
}

SEC("tp_btf/sched_switch") int BPF_PROG(typed_member_written_refused, _Bool preempt, struct task_struct *prev)
{
	prev->pid = 0;
	return 0;
}

SEC("tp_btf/sched_switch") int BPF_PROG(typed_helper_accepted, _Bool preempt, struct task_struct *prev)
{
	return bpf_task_pt_regs(prev) != 0;
}

SEC("tp_btf/sched_switch") int BPF_PROG(typed_helper_refused, _Bool preempt, struct task_struct *prev)
{
	return bpf_task_pt_regs((void *)prev->mm) != 0;
}

/* ---- tail calls ---- */

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, unsigned int);
	__type(value, unsigned int);
} programs SEC(".maps");

static __noinline int jumps(struct __sk_buff *skb)
{
	int n = 4;

	forget(n);
	bpf_tail_call(skb, &programs, 0);
	return n;
}

SEC("tc") int tail_from_a_function_gives_4(struct __sk_buff *skb)
{
	return jumps(skb);
}

SEC("tc") int tail_from_a_full_stack_refused(struct __sk_buff *skb)
{
	volatile char buf[256] = "";

	buf[7] = 1;
	return jumps(skb) + buf[7];
}

/* ---- depth ---- */

#define FUNCTION(name, next)					\
	static __noinline int name(int n)			\
	{							\
		forget(n);					\
		return next + n;				\
	}

FUNCTION(f8, 0)
FUNCTION(f7, f8(n))
FUNCTION(f6, f7(n))
FUNCTION(f5, f6(n))
FUNCTION(f4, f5(n))
FUNCTION(f3, f4(n))
FUNCTION(f2, f3(n))
FUNCTION(f1, f2(n))

SEC("syscall") int depth_of_8_gives_7(void *ctx)
{
	return f2(1);
}

SEC("syscall") int depth_of_9_refused(void *ctx)
{
	return f1(1);
}

static __noinline int holds_256(int n)
{
	volatile char buf[256] = "";

	forget(n);
	buf[7] = n;
	return buf[7];
}

SEC("syscall") int depth_of_512_bytes_gives_2(void *ctx)
{
	volatile char buf[224] = "";

	buf[7] = 1;
	return holds_256(1) + buf[7];
}

SEC("syscall") int depth_of_520_bytes_refused(void *ctx)
{
	volatile char buf[264] = "";

	buf[7] = 1;
	return holds_256(1) + buf[7];
}
