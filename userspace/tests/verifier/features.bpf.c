// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What verifiers accept and refuse, as C. A program's name says what must become of
 * it: NAME_gives_N is accepted and returns N, NAME_refused is refused. features.c
 * loads and runs them on whatever answers bpf(2): the engine in the process, the
 * module, or the running kernel, which is the judge of what is written here.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* headers of kernels before 6.4 do not have it */
struct bpf_iter_num {
	unsigned long long opaque;
};

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;
extern struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym __weak;
extern void bpf_task_release(struct task_struct *p) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern void bpf_no_such_kfunc(void) __ksym __weak;

#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))

/* may_goto: jumps to what stands behind the loop once the count is used up */
#define can_loop						\
	({							\
		__label__ out, on;				\
		_Bool go_on = 1;				\
								\
		asm volatile goto("1:.byte 0xe5; .byte 0; "	\
				  ".long ((%l[out] - 1b - 8) / 8) & 0xffff; .short 0" \
				  :::: out);			\
		goto on;					\
	out:							\
		go_on = 0;					\
	on:							\
		go_on;						\
	})

#define each_num(i, from, to)					\
	for (struct bpf_iter_num it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \
	     *once = (bpf_iter_num_new(&it, (from), (to)), &it); once; once = 0) \
		for (int *at; (at = bpf_iter_num_next(&it)) && ((i) = *at, (i) >= (from) && (i) < (to));)

int numbers[100];
int zero;

/* ---- may_goto ---- */

SEC("syscall") int may_goto_sum_gives_4950(void *ctx)
{
	int sum = 0;

	for (int i = 0; i < 100 && can_loop; i++) {
		numbers[i] = i;
		sum += numbers[i];
	}
	return sum;
}

SEC("syscall") int may_goto_from_an_unknown_gives_100(void *ctx)
{
	int n = 0;

	for (int i = zero; i < 100 && can_loop; i++) {
		if (i < 0)
			break;
		numbers[i] = 1;
		n++;
	}
	return n;
}

SEC("syscall") int may_goto_out_of_bounds_refused(void *ctx)
{
	for (int i = zero; can_loop; i++)
		numbers[i] = 1;
	return 0;
}

/* ---- iterators ---- */

SEC("syscall") int iterator_gives_45(void *ctx)
{
	int i, sum = 0;

	each_num(i, 0, 10)
		sum += i;
	return sum;
}

SEC("syscall") int iterator_nested_gives_100(void *ctx)
{
	int i, k, n = 0;

	each_num(i, 0, 10)
		each_num(k, 0, 10)
			n++;
	return n;
}

SEC("syscall") int iterator_index_gives_99(void *ctx)
{
	int i, last = 0;

	each_num(i, 0, 100) {
		numbers[i] = i;
		last = numbers[i];
	}
	return last;
}

SEC("syscall") int iterator_with_break_gives_7(void *ctx)
{
	int i, found = -1;

	each_num(i, 0, 100) {
		if (i == 7) {
			found = i;
			break;
		}
	}
	return found;
}

SEC("syscall") int iterator_not_ended_refused(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_next(&it);
	return 0;
}

SEC("syscall") int iterator_index_refused(void *ctx)
{
	struct bpf_iter_num it;
	int *at;

	bpf_iter_num_new(&it, 0, 1000);
	while ((at = bpf_iter_num_next(&it)))
		numbers[*at] = 1;
	bpf_iter_num_destroy(&it);
	return 0;
}

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
