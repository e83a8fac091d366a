// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/*
 * Programs of the objects test: locks in values, dynptrs, task storage, user ring
 * buffers. All are run by PROG_TEST_RUN, with struct args as context.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "objects.h"

struct locked {
	__u64 a;
	struct bpf_spin_lock lock;
	__u64 b;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct locked);
} locks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct per_task);
} storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} user_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[64]);
} scratch SEC(".maps");

struct timed {
	__u64 runs;
	__u64 left;
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct timed);
} timers SEC(".maps");

struct large {
	__u64 words[25];
};

/* More than a map has memory for ahead of need. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILL);
	__type(key, __u32);
	__type(value, struct large);
} filled SEC(".maps");

/* Both fields move together, or somebody was let in. */
SEC("syscall")
int bump(struct args *args)
{
	__u32 key = args->n;
	struct locked *v = bpf_map_lookup_elem(&locks, &key);
	int torn;

	if (!v)
		return -1;
	bpf_spin_lock(&v->lock);
	torn = v->a != v->b;
	v->a++;
	v->b = v->a;
	bpf_spin_unlock(&v->lock);
	return torn;
}

SEC("syscall")
int count_task(struct args *args)
{
	struct per_task init = { .runs = 100 }, *t;

	t = bpf_task_storage_get(&storage, bpf_get_current_task_btf(), args->n ? &init : 0,
				 BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t)
		return -1;
	t->runs++;
	return t->runs;
}

SEC("syscall")
int peek_task(struct args *args)
{
	struct per_task *t = bpf_task_storage_get(&storage, bpf_get_current_task_btf(), 0, 0);

	return t ? t->runs : 0;
}

SEC("syscall")
int forget_task(struct args *args)
{
	return bpf_task_storage_delete(&storage, bpf_get_current_task_btf());
}

/* A record of as many bytes as the caller says, each its own index. */
SEC("syscall")
int send_bytes(struct args *args)
{
	struct bpf_dynptr ptr;
	__u64 i;
	__u8 byte;
	long err;

	err = bpf_ringbuf_reserve_dynptr(&ring, args->n, 0, &ptr);
	if (err) {
		bpf_ringbuf_discard_dynptr(&ptr, 0);
		return err;
	}
	for (i = 0; i < 256; i++) {
		byte = i;
		if (bpf_dynptr_write(&ptr, i, &byte, 1, 0))
			break;
	}
	if (args->discard)
		bpf_ringbuf_discard_dynptr(&ptr, 0);
	else
		bpf_ringbuf_submit_dynptr(&ptr, 0);
	return i;
}

/* What a dynptr allows at an offset: the results as bits. */
SEC("syscall")
int try_dynptr(struct args *args)
{
	__u32 key = 0;
	char *mem = bpf_map_lookup_elem(&scratch, &key);
	struct bpf_dynptr ptr;
	char four[4] = "abcd";
	int bits = 0;
	char *data;

	if (!mem)
		return -1;
	if (bpf_dynptr_from_mem(mem, 64, 0, &ptr))
		return -2;
	if (!bpf_dynptr_write(&ptr, args->n, four, 4, 0))
		bits |= 1;
	if (!bpf_dynptr_read(four, 4, &ptr, args->n, 0))
		bits |= 2;
	data = bpf_dynptr_data(&ptr, args->n, 4);
	if (data) {
		bits |= 4;
		if (data[0] == 'a' && data[3] == 'd')
			bits |= 8;
	}
	return bits;
}

static long on_sample(struct bpf_dynptr *sample, void *ctx)
{
	__u64 *sum = ctx, value = 0, *seen;

	if (bpf_dynptr_read(&value, sizeof(value), sample, 0, 0))
		return 0;
	seen = bpf_dynptr_data(sample, 0, sizeof(*seen));
	if (!seen || *seen != value)
		return 0;
	*sum += value;
	return value == STOP;
}

SEC("syscall")
int drain(struct args *args)
{
	__u64 sum = 0;
	long n = bpf_user_ringbuf_drain(&user_ring, on_sample, &sum, args->n);

	args->sum = sum;
	return n;
}

struct filling {
	__u32 first;
	__u32 refused;
};

static int put_one(__u32 i, struct filling *f)
{
	struct large value = {};
	__u32 key = f->first + i;

	if (bpf_map_update_elem(&filled, &key, &value, BPF_NOEXIST))
		f->refused++;
	return 0;
}

/* BURST new entries as fast as can be: how many were refused? */
SEC("syscall")
int fill(struct args *args)
{
	struct filling f = { .first = args->n };

	bpf_loop(BURST, put_one, &f, 0);
	return f.refused;
}

static int on_timer(void *map, __u32 *key, struct timed *v)
{
	v->runs += *key;
	if (v->left) {
		v->left--;
		bpf_timer_start(&v->timer, 1000000, 0);
	}
	return 0;
}

/* What to do with the timer of entry 7. */
SEC("syscall")
int timer(struct args *args)
{
	__u32 key = 7;
	struct timed *v = bpf_map_lookup_elem(&timers, &key);

	if (!v)
		return -1;
	switch (args->n) {
	case TIMER_INIT:
		return bpf_timer_init(&v->timer, &timers, 1);
	case TIMER_BAD_CLOCK:
		return bpf_timer_init(&v->timer, &timers, 5);
	case TIMER_SET:
		return bpf_timer_set_callback(&v->timer, on_timer);
	case TIMER_START:
		v->left = args->discard;
		return bpf_timer_start(&v->timer, 1000000, 0);
	case TIMER_START_FAR:
		return bpf_timer_start(&v->timer, 3600000000000ULL, 0);
	case TIMER_BAD_FLAGS:
		return bpf_timer_start(&v->timer, 1000000, 8);
	case TIMER_CANCEL:
		return bpf_timer_cancel(&v->timer);
	}
	return -2;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
