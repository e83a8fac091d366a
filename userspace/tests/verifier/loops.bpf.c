// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Loops: see features.def and features.h. */
#include "features.h"

char LICENSE[] SEC("license") = "GPL";

/* headers of kernels before 6.4 do not have it */
struct bpf_iter_num {
	unsigned long long opaque;
};

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

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

/* ---- loops ---- */

SEC("syscall") int loop_by_a_value_gives_16(void *ctx)
{
	unsigned long i;

	for (i = 0; i < 16; i++) {
		forget(i);
		bytes[i] = 1;
	}
	return i;
}

SEC("syscall") int loop_by_a_value_refused(void *ctx)
{
	unsigned long i;

	for (i = 0; i < 17; i++) {
		forget(i);
		bytes[i] = 1;
	}
	return i;
}

/* how often it goes round is not known, but for the most */
SEC("syscall") int loop_by_an_unknown_gives_7(void *ctx)
{
	unsigned long n = seven & 15, i;

	forget(n);
	for (i = 0; i < n; i++) {
		forget(i);
		bytes[i] = 1;
	}
	return i;
}

SEC("syscall") int loop_without_end_refused(void *ctx)
{
	unsigned long i = 0;

	while (*(volatile unsigned long *)&seven)
		forget(i);
	return i;
}
