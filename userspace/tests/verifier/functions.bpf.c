// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Functions and loops: see features.def and features.h. */
#include "features.h"

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym __weak;
extern void bpf_task_release(struct task_struct *p) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern void bpf_no_such_kfunc(void) __ksym __weak;

#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))

int numbers[100];
int zero;

/* ---- kernel functions ---- */

SEC("syscall") int task_gives_1(void *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (task)
		bpf_task_release(task);
	return 1;
}

SEC("syscall") int task_kept_refused(void *ctx)
{
	return bpf_task_from_pid(1) != 0;
}

SEC("syscall") int task_null_refused(void *ctx)
{
	bpf_task_release(bpf_task_from_pid(1));
	return 0;
}

SEC("syscall") int kfunc_that_is_not_there_gives_2(void *ctx)
{
	if (bpf_no_such_kfunc) {
		bpf_no_such_kfunc();
		return 1;
	}
	return 2;
}

SEC("syscall") int kfunc_that_is_there_gives_3(void *ctx)
{
	return bpf_task_release ? 3 : 4;
}

SEC("syscall") int kfunc_that_is_not_there_refused(void *ctx)
{
	bpf_no_such_kfunc();
	return 1;
}

SEC("syscall") int rcu_gives_5(void *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 5;
}

SEC("syscall") int rcu_left_refused(void *ctx)
{
	bpf_rcu_read_lock();
	return 0;
}

/* ---- global functions ---- */

struct pair {
	int a, b;
};

__noinline int add(int a, int b)
{
	asm volatile("" : "+r"(a));
	return a + b;
}

__noinline int sum_or_minus_one(struct pair *p)
{
	asm volatile("" : "+r"(p));
	return p ? p->a + p->b : -1;
}

__noinline int sum_of_there(struct pair *p __arg_nonnull)
{
	asm volatile("" : "+r"(p));
	return p->a + p->b;
}

__noinline int unchecked(struct pair *p)
{
	asm volatile("" : "+r"(p));
	return p->a;
}

__noinline int swap_pair(struct pair *p __arg_nonnull)
{
	int a = p->a;

	p->a = p->b;
	p->b = a;
	return 0;
}

SEC("syscall") int global_numbers_gives_7(void *ctx)
{
	return add(3, 4);
}

SEC("syscall") int global_memory_gives_5(void *ctx)
{
	struct pair p = { 2, 3 };

	return sum_or_minus_one(&p);
}

SEC("syscall") int global_null_gives_9(void *ctx)
{
	return sum_or_minus_one(0) + 10;
}

SEC("syscall") int global_nonnull_gives_5(void *ctx)
{
	struct pair p = { 2, 3 };

	return sum_of_there(&p);
}

SEC("syscall") int global_writes_gives_3(void *ctx)
{
	struct pair p = { 2, 3 };

	swap_pair(&p);
	return p.a;
}

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct pair);
} pairs SEC(".maps");

SEC("syscall") int global_null_refused(void *ctx)
{
	return sum_of_there(bpf_map_lookup_elem(&pairs, &zero));
}

SEC("syscall") int global_or_null_gives_9(void *ctx)
{
	return sum_or_minus_one(bpf_map_lookup_elem(&pairs, &zero)) + 10;
}

SEC("syscall") int global_unchecked_refused(void *ctx)
{
	struct pair p = { 2, 3 };

	return unchecked(&p);
}

SEC("syscall") int global_small_refused(void *ctx)
{
	int one = 1;

	return sum_or_minus_one((struct pair *)&one);
}

/* what comes back is any number, whatever the function does */
SEC("syscall") int global_result_refused(void *ctx)
{
	return numbers[add(1, 1)];
}

SEC("syscall") int global_result_compared_gives_0(void *ctx)
{
	unsigned int i = add(1, 1);

	numbers[2] = 0;
	return i < 100 ? numbers[i] : 1;
}

/* ---- static functions ---- */

static __noinline int at(unsigned char *p, unsigned long i)
{
	forget(i);
	return (p[i] = 1);
}

/* the walk brings the caller's values */
SEC("syscall") int static_with_its_arguments_gives_1(void *ctx)
{
	unsigned long i = seven & 15;

	return at(bytes, i);
}

SEC("syscall") int static_with_its_arguments_refused(void *ctx)
{
	unsigned long i = seven & 31;

	return at(bytes, i);
}

/* ---- functions that helpers call ---- */

static long add_to(__u32 i, unsigned int *sum)
{
	*sum += i;
	return 0;
}

SEC("syscall") int callback_of_a_loop_gives_45(void *ctx)
{
	unsigned int sum = 0;

	bpf_loop(10, add_to, &sum, 0);
	return sum;
}

static long set_byte(__u32 i, void *ctx)
{
	if (i < sizeof(bytes))
		bytes[i] = 1;
	return 0;
}

static long set_any(__u32 i, void *ctx)
{
	bytes[i & 31] = 1;
	return 0;
}

SEC("syscall") int callback_index_gives_100(void *ctx)
{
	return bpf_loop(100, set_byte, 0, 0);
}

SEC("syscall") int callback_index_refused(void *ctx)
{
	return bpf_loop(100, set_any, 0, 0);
}

static long count_pair(void *map, int *key, struct pair *p, int *n)
{
	p->a = *key;
	*n += 1;
	return 0;
}

SEC("syscall") int callback_of_each_gives_1(void *ctx)
{
	struct pair p = { 2, 3 };
	int n = 0;

	bpf_map_update_elem(&pairs, &zero, &p, BPF_ANY);
	bpf_for_each_map_elem(&pairs, count_pair, &n, 0);
	bpf_map_delete_elem(&pairs, &zero);
	return n;
}

static long beyond_pair(void *map, int *key, struct pair *p, int *n)
{
	p[1].a = *key;
	return 0;
}

SEC("syscall") int callback_of_each_refused(void *ctx)
{
	return bpf_for_each_map_elem(&pairs, beyond_pair, 0, 0);
}
