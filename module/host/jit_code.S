/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Machine code that the JIT needs and cannot write: the arena that images are
 * placed in, and routines that images call. Being in the module's text, the
 * arena is executable, inside what the kernel takes for kernel text, and within
 * a near call of the module's helpers.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include "jit_code.h"

/* its address, as <uapi/asm/vsyscall.h> has it in words that only C reads */
#define VSYSCALL_PAGE (-10 << 20)

	.text

/*
 * To the stack unwinder everything in the arena has the frame that this function
 * has behind its first two instructions, which is the frame of all images. What
 * it consists of never runs: traps replace it when the module starts. It is long
 * instructions because tools look at each.
 */
SYM_FUNC_START(kbpf_jit_arena)
	push %rbp
	mov %rsp, %rbp
	.rept KBPF_JIT_ARENA_FILL
	.byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0
	.endr
	pop %rbp
	RET
SYM_FUNC_END(kbpf_jit_arena)

/*
 * Loads from an address in r11 that may be anything; the value goes to r11. User
 * addresses and the vsyscall page read as zero here: the fault handler takes
 * them for the user's and would not look for a fixup. Loses r10.
 */
.macro PROBE name, load:vararg
SYM_FUNC_START(kbpf_jit_probe_\name)
	mov %r11, %r10
	test %r11, %r11
	jns 2f
	xor $VSYSCALL_PAGE, %r10
	shr $12, %r10
	jz 2f
1:	\load
	RET
2:	xor %r11d, %r11d
	RET
	_ASM_EXTABLE(1b, 2b)
SYM_FUNC_END(kbpf_jit_probe_\name)
.endm

PROBE u8, movzbl (%r11), %r11d
PROBE u16, movzwl (%r11), %r11d
PROBE u32, movl (%r11), %r11d
PROBE u64, movq (%r11), %r11
PROBE s8, movsbq (%r11), %r11
PROBE s16, movswq (%r11), %r11
PROBE s32, movslq (%r11), %r11

/* An indirect jump as this kernel wants it. */
SYM_FUNC_START(kbpf_jit_jump_r11)
	JMP_NOSPEC r11
SYM_FUNC_END(kbpf_jit_jump_r11)

/* Read, not run: what the kernel made of a return. Nobody jumps here, so it needs no landing pad. */
SYM_START(kbpf_jit_return, SYM_L_GLOBAL, SYM_A_ALIGN)
	ANNOTATE_NOENDBR
	RET
SYM_FUNC_END(kbpf_jit_return)
