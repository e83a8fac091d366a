// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* What is known of memory: see features.def and features.h. */
#include "features.h"

char LICENSE[] SEC("license") = "GPL";

struct entry {
	struct bpf_spin_lock lock;
	unsigned int n;
	unsigned long key;
	char name[16];
};

#define MAP(name, of, key_type, value_type, n)			\
	struct {						\
		__uint(type, of);				\
		__uint(max_entries, n);				\
		__type(key, key_type);				\
		__type(value, value_type);			\
	} name SEC(".maps")

MAP(entries, BPF_MAP_TYPE_HASH, unsigned long, struct entry, 8);
MAP(longs, BPF_MAP_TYPE_HASH, unsigned long, unsigned long, 8);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, unsigned long);
	__type(value, unsigned long);
} only_read SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_WRONLY_PROG);
	__type(key, unsigned long);
	__type(value, unsigned long);
} only_written SEC(".maps");

/* ---- moved pointers ---- */

SEC("syscall") int moved_in_a_map_value_gives_1(void *ctx)
{
	unsigned char *p = bytes;
	unsigned long i = seven & 7, k = seven & 7;

	p += i;
	forget(p);
	p += k;
	return (p[1] = 1);
}

SEC("syscall") int moved_in_a_map_value_refused(void *ctx)
{
	unsigned char *p = bytes;
	unsigned long i = seven & 7, k = seven & 7;

	p += i;
	forget(p);
	p += k;
	return (p[2] = 1);
}

/* below the beginning and back again: only the access is held against the memory */
SEC("syscall") int moved_there_and_back_gives_1(void *ctx)
{
	unsigned char *p = bytes;

	forget(p);
	p += seven & 7;
	forget(p);
	p -= 7;
	forget(p);
	p += 7;
	forget(p);
	return (p[0] = 1);
}

SEC("syscall") int moved_below_refused(void *ctx)
{
	unsigned char *p = bytes;

	forget(p);
	p -= seven & 7;
	forget(p);
	return (p[0] = 1);
}

SEC("syscall") int moved_on_the_stack_gives_5(void *ctx)
{
	char buf[8] = { 5, 5, 5, 5, 5, 5, 5, 5 }, *p = buf;

	forget(p);
	return p[seven & 7];
}

SEC("syscall") int moved_on_the_stack_refused(void *ctx)
{
	char buf[8] = { 5, 5, 5, 5, 5, 5, 5, 5 }, *p = buf;

	forget(p);
	return p[seven & 15];
}

/* ---- stack slots ---- */

/* A number of 0 .. 15 is spilled in one width and filled in another. */
#define SLOT(name, make, spill, fill)				\
	SEC("syscall") int slot_##name(void *ctx)		\
	{							\
		register unsigned long x asm("r2") = seven;	\
								\
		asm volatile(make spill fill : "+r"(x) :: "r0", "memory"); \
		return touch(x);				\
	}

SLOT(dw_gives_1, "r2 &= 15;", "*(u64 *)(r10 - 64) = r2;", "r2 = *(u64 *)(r10 - 64)")
SLOT(dw_refused, "r2 &= 31;", "*(u64 *)(r10 - 64) = r2;", "r2 = *(u64 *)(r10 - 64)")
SLOT(w_gives_1, "r2 &= 15;", "*(u32 *)(r10 - 64) = r2;", "r2 = *(u32 *)(r10 - 64)")
SLOT(w_refused, "r2 &= 31;", "*(u32 *)(r10 - 64) = r2;", "r2 = *(u32 *)(r10 - 64)")
SLOT(h_gives_1, "r2 &= 15;", "*(u16 *)(r10 - 64) = r2;", "r2 = *(u16 *)(r10 - 64)")
SLOT(b_gives_1, "r2 &= 15;", "*(u8 *)(r10 - 64) = r2;", "r2 = *(u8 *)(r10 - 64)")
SLOT(b_refused, "r2 &= 31;", "*(u8 *)(r10 - 64) = r2;", "r2 = *(u8 *)(r10 - 64)")
SLOT(low_part_gives_1, "r2 &= 15;", "*(u64 *)(r10 - 64) = r2;", "r2 = *(u32 *)(r10 - 64)")
SLOT(more_than_was_spilled_refused, "r0 = 0; *(u64 *)(r10 - 64) = r0; r2 &= 15;",
     "r0 = *(u32 *)(r1 + 0); *(u32 *)(r10 - 60) = r0; *(u32 *)(r10 - 64) = r2;", "r2 = *(u64 *)(r10 - 64)")
SLOT(a_byte_is_lost_refused, "r0 = r2; r2 &= 15;",
     "*(u64 *)(r10 - 64) = r2; *(u8 *)(r10 - 61) = r0;", "r2 = *(u64 *)(r10 - 64)")
SLOT(zeroes_gives_1, "r0 = 0;", "*(u64 *)(r10 - 64) = r0;", "r2 = *(u32 *)(r10 - 60)")

SEC("syscall") int slot_with_a_pointer_gives_1(void *ctx)
{
	unsigned char *volatile spilled = bytes;

	return (spilled[15] = 1);
}

SEC("syscall") int slot_with_half_a_pointer_refused(void *ctx)
{
	unsigned char *volatile spilled = bytes;

	*(volatile unsigned int *)&spilled = 0;
	return (spilled[0] = 1);
}

/* ---- memory of a variable size ---- */

SEC("syscall") int sized_gives_0(void *ctx)
{
	char buf[16] = "";
	unsigned long n = *(volatile unsigned long *)&seven;

	return n <= sizeof(buf) ? bpf_ringbuf_output(&ring, buf, n, 0) : 1;
}

SEC("syscall") int sized_refused(void *ctx)
{
	char buf[16] = "";
	unsigned long n = *(volatile unsigned long *)&seven;

	return n <= sizeof(buf) + 1 ? bpf_ringbuf_output(&ring, buf, n, 0) : 1;
}

SEC("syscall") int sized_negative_refused(void *ctx)
{
	char buf[16] = "";
	long n = *(volatile long *)&seven;

	forget(n);
	if (n > (long)sizeof(buf))
		return 1;
	forget(n);
	return bpf_ringbuf_output(&ring, buf, n, 0);
}

/* what is left of it behind a variable offset */
SEC("syscall") int sized_rest_gives_0(void *ctx)
{
	unsigned long at = seven & 7, n = seven & 7;

	forget(at);
	forget(n);
	return bpf_ringbuf_output(&ring, &bytes[at], n + 2, 0);
}

SEC("syscall") int sized_rest_refused(void *ctx)
{
	unsigned long at = seven & 7, n = seven & 7;

	forget(at);
	forget(n);
	return bpf_ringbuf_output(&ring, &bytes[at], n + 3, 0);
}

/* ---- keys and values ---- */

SEC("syscall") int key_on_the_stack_gives_0(void *ctx)
{
	unsigned long key = 1, value = 2;

	return bpf_map_update_elem(&longs, &key, &value, BPF_ANY);
}

SEC("syscall") int key_in_a_map_value_gives_0(void *ctx)
{
	return bpf_map_update_elem(&longs, &seven, bytes, BPF_ANY);
}

SEC("syscall") int key_in_a_map_value_refused(void *ctx)
{
	return bpf_map_update_elem(&longs, &bytes[9], &seven, BPF_ANY);
}

SEC("syscall") int key_in_a_record_gives_0(void *ctx)
{
	unsigned long *r = bpf_ringbuf_reserve(&ring, 16, 0);
	int err;

	if (!r)
		return 1;
	r[0] = 1;
	err = bpf_map_update_elem(&longs, &r[0], &seven, BPF_ANY);
	bpf_ringbuf_discard(r, 0);
	return err;
}

SEC("syscall") int key_in_a_record_refused(void *ctx)
{
	unsigned int *r = bpf_ringbuf_reserve(&ring, 12, 0);
	int err;

	if (!r)
		return 1;
	err = bpf_map_update_elem(&longs, &seven, &r[2], BPF_ANY);
	bpf_ringbuf_discard(r, 0);
	return err;
}

/* ---- what may be NULL ---- */

SEC("syscall") int null_of_a_copy_gives_1(void *ctx)
{
	unsigned long *p = bpf_map_lookup_elem(&longs, &seven), *copy;

	asm volatile("%0 = %1" : "=r"(copy) : "r"(p));
	if (p)
		*copy = 1;
	return 1;
}

SEC("syscall") int null_of_another_refused(void *ctx)
{
	unsigned long key = 1;
	unsigned long *p = bpf_map_lookup_elem(&longs, &seven);
	unsigned long *other = bpf_map_lookup_elem(&longs, &key);

	if (p)
		*other = 1;
	return 1;
}

SEC("syscall") int null_of_a_spill_gives_1(void *ctx)
{
	unsigned long *p = bpf_map_lookup_elem(&longs, &seven), *volatile spilled = p;

	if (p)
		*spilled = 1;
	return 1;
}

SEC("syscall") int null_unchecked_refused(void *ctx)
{
	unsigned long *volatile spilled = bpf_map_lookup_elem(&longs, &seven);

	*spilled = 1;
	return 1;
}

/* ---- references ---- */

SEC("syscall") int taken_and_given_back_gives_1(void *ctx)
{
	char *r = bpf_ringbuf_reserve(&ring, 16, 0);

	if (!r)
		return 1;
	if (seven > 8)
		bpf_ringbuf_discard(r, 0);
	else
		bpf_ringbuf_submit(r, 0);
	return 1;
}

SEC("syscall") int taken_and_kept_on_a_path_refused(void *ctx)
{
	char *r = bpf_ringbuf_reserve(&ring, 16, 0);

	if (!r)
		return 1;
	if (seven > 8)
		bpf_ringbuf_discard(r, 0);
	return 1;
}

SEC("syscall") int taken_and_used_after_refused(void *ctx)
{
	char *r = bpf_ringbuf_reserve(&ring, 16, 0);

	if (!r)
		return 1;
	bpf_ringbuf_submit(r, 0);
	return (*r = 1);
}

/* ---- locks ---- */

SEC("syscall") int lock_gives_1(void *ctx)
{
	struct entry *e = bpf_map_lookup_elem(&entries, &seven);

	if (!e)
		return 1;
	bpf_spin_lock(&e->lock);
	if (e->n > 8)
		e->n = 0;
	bpf_spin_unlock(&e->lock);
	return 1;
}

SEC("syscall") int lock_kept_on_a_path_refused(void *ctx)
{
	struct entry *e = bpf_map_lookup_elem(&entries, &seven);

	if (!e)
		return 1;
	bpf_spin_lock(&e->lock);
	if (e->n > 8)
		return 2;
	bpf_spin_unlock(&e->lock);
	return 1;
}

SEC("syscall") int lock_and_call_refused(void *ctx)
{
	struct entry *e = bpf_map_lookup_elem(&entries, &seven);

	if (!e)
		return 1;
	bpf_spin_lock(&e->lock);
	e->n = bpf_get_smp_processor_id();
	bpf_spin_unlock(&e->lock);
	return 1;
}

/* ---- flags of maps ---- */

SEC("syscall") int flag_read_gives_1(void *ctx)
{
	unsigned long *p = bpf_map_lookup_elem(&only_read, &seven);

	return p ? *p : 1;
}

SEC("syscall") int flag_read_refused(void *ctx)
{
	unsigned long *p = bpf_map_lookup_elem(&only_read, &seven);

	return p ? (*p = 1) : 1;
}

SEC("syscall") int flag_read_not_updated_refused(void *ctx)
{
	return bpf_map_update_elem(&only_read, &seven, &seven, BPF_ANY);
}

SEC("syscall") int flag_write_gives_0(void *ctx)
{
	return bpf_map_update_elem(&only_written, &seven, &seven, BPF_ANY);
}

SEC("syscall") int flag_write_not_looked_up_refused(void *ctx)
{
	unsigned long *p = bpf_map_lookup_elem(&only_written, &seven);

	return p ? *p : 1;
}
