// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/*
 * Programs of the libbpf test: one for each way in or out. Those that have no
 * target are run by PROG_TEST_RUN.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "flows.h"

const volatile __u32 only_pid = 0;
const volatile __u32 scale = 1;

__u64 hits = 0;
__u64 returns = 0;
__s64 last_ret = 0;
__u64 cookie = 0;
__u64 seq = 0;
__u64 refused = 0;
char text[64] = "";
long text_len = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct counter);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

static __always_inline void fill(struct record *r)
{
	int i;

	r->magic = RECORD_MAGIC;
	r->cpu = bpf_get_smp_processor_id();
	r->seq = seq;
	r->pid = bpf_get_current_pid_tgid() >> 32;
	for (i = 0; i < sizeof(r->fill); i++)
		r->fill[i] = (unsigned char)seq;
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	seq++;
}

/* Not inlined: a call to a function of the program, with a pointer to the caller's stack. */
static __noinline __u64 weigh(const __u64 *args, __u32 count)
{
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i < 3; i++) {
		if (i >= count)
			break;
		sum += args[i] * (i + 1);
	}
	return sum;
}

SEC("kprobe")
int BPF_KPROBE(sum_args, __u64 a, __u64 b, __u64 c)
{
	__u64 args[3] = { a, b, c };

	return (int)(weigh(args, 3) * scale);
}

SEC("kprobe")
int BPF_KPROBE(count_arg, __u64 key, __u64 amount)
{
	struct counter *counter, fresh = { .hits = 1, .sum = amount };
	__u32 zero = 0;
	__u64 *mine = bpf_map_lookup_elem(&per_cpu, &zero);

	if (mine)
		*mine += amount;
	counter = bpf_map_lookup_elem(&counters, &key);
	if (!counter)
		return bpf_map_update_elem(&counters, &key, &fresh, BPF_NOEXIST);
	__sync_fetch_and_add(&counter->hits, 1);
	__sync_fetch_and_add(&counter->sum, amount);
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(to_ring, __u64 discard)
{
	struct record *r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);

	if (!r) {
		refused++;
		return -1;
	}
	fill(r);
	if (discard)
		bpf_ringbuf_discard(r, 0);
	else
		bpf_ringbuf_submit(r, 0);
	return 0;
}

SEC("kprobe")
int to_perf(struct pt_regs *ctx)
{
	struct record r = {};

	fill(&r);
	return bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &r, sizeof(r));
}

/* Variable offset into a map's value, a bounded loop, an array map. */
SEC("kprobe")
int BPF_KPROBE(histogram, __u64 value)
{
	__u32 slot = 0;
	__u64 *count;

	while (value > 1 && slot < NR_SLOTS - 1) {
		value >>= 1;
		slot++;
	}
	count = bpf_map_lookup_elem(&slots, &slot);
	if (count)
		*count += 1;
	return (int)slot;
}

/* Reads the caller's memory: the address is the argument. */
SEC("kprobe")
int BPF_KPROBE(read_text, const char *from)
{
	text_len = bpf_probe_read_user_str(text, sizeof(text), from);
	return text_len < 0 ? (int)text_len : 0;
}

SEC("kprobe/__x64_sys_getppid")
int BPF_KPROBE(on_getppid)
{
	if (only_pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	__sync_fetch_and_add(&hits, 1);
	cookie = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("kretprobe/__x64_sys_getppid")
int BPF_KRETPROBE(after_getppid, long ret)
{
	struct record *r;

	if (only_pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	__sync_fetch_and_add(&returns, 1);
	last_ret = ret;
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (r) {
		fill(r);
		bpf_ringbuf_submit(r, 0);
	}
	return 0;
}

SEC("kprobe/__x64_sys_getpgid")
int on_getpgid(struct pt_regs *ctx)
{
	struct record r = {};

	if (only_pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	fill(&r);
	bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &r, sizeof(r));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
