/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What perf_trace_run_bpf_submit() calls where it would call the tracer. The kernel's
 * function that makes a record calls that one, whose seventh argument is the CPU's list
 * of counters. If that is ours, the rest of it is left out: our function has its
 * arguments and returns in its stead. Else it goes on.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>
#include <asm/unwind_hints.h>

	.text

SYM_FUNC_START(kbpf_record_submit)
	ENDBR
	/* above where we return to, and where it does */
	mov 16(%rsp), %rax
	cmp %rax, PER_CPU_VAR(kbpf_record_list)
	jne 1f
	add $8, %rsp
	UNWIND_HINT_FUNC
	jmp kbpf_record_submitted
1:	RET
SYM_FUNC_END(kbpf_record_submit)
