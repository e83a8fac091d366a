// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Trampolines around a function of this process: what programs are handed, what the
 * function gets, and what its caller gets back.
 */
#include <stdio.h>
#include <string.h>

#include "jit/image.h"
#include "jit/trampoline.h"

#define ARGS	10

/* As the kernel's functions are: a call first, then the body. Where it calls is patched in. */
extern const u8 hooked_body[];
const void *hooked_calls;

__int128 hooked(u64 a, u32 b, s16 c, u8 d, u64 e, s32 f, u64 g, u8 h, u64 i, s16 j);

__asm__(".text\n"
	"hooked:\n"
	"	call *hooked_calls(%rip)\n"
	".globl hooked_body\n"
	"hooked_body:\n"
	"	jmp body\n");

static u64 seen_by_body[ARGS], at_enter[ARGS], at_leave[ARGS + 1], inside, inside_then;

__attribute__((used))
__int128 body(u64 a, u32 b, s16 c, u8 d, u64 e, s32 f, u64 g, u8 h, u64 i, s16 j)
{
	u64 all[ARGS] = { a, b, c, d, e, f, g, h, i, j };

	inside_then = inside;
	memcpy(seen_by_body, all, sizeof(all));
	return (__int128)0x1111 << 64 | 0x2222;
}

static void on_enter(const void *owner, const u64 *args)
{
	memcpy(at_enter, args, sizeof(at_enter));
	at_enter[0] += *(const u64 *)owner;
}

static void on_leave(const void *owner, const u64 *args)
{
	memcpy(at_leave, args, sizeof(at_leave));
}

static int nr, failed;

static void tap(bool ok, const char *name, const char *how)
{
	printf("%s %d - %s: %s\n", ok ? "ok" : "not ok", ++nr, how, name);
	failed += !ok;
}

/* Zero-extended from their types. */
static const u64 shown[ARGS] = { ~1ULL, ~2U, 0xfffd, 0xfc, 5, 0xfffffffa, 7, 8, 9, 0xfff6 };
/* As C converts them. */
static const u64 meant[ARGS] = { ~1ULL, ~2U, -3, 0xfc, 5, -6, 7, 8, 9, -10 };

static void try(const char *how, bool enter, bool leave)
{
	static const u64 owner = 1;
	struct kbpf_jit_hook hook = {
		.owner = &owner, .enter = enter ? on_enter : NULL,
		.leave = leave ? on_leave : NULL, .body = hooked_body,
		.inside = (unsigned long)&inside, .nr_args = ARGS,
		.size = { 8, 4, 2, 1, 8, 4, 8, 1, 8, 2 },
	};
	struct kbpf_jit_trampoline tramp;
	__int128 ret;

	memset(seen_by_body, 0, sizeof(seen_by_body));
	if (kbpf_jit_trampoline_create(&hook, &tramp)) {
		tap(false, "is made", how);
		return;
	}
	hooked_calls = tramp.code;
	ret = hooked(~1ULL, ~2U, -3, 0xfc, 5, -6, 7, 8, 9, -10);
	tap(!memcmp(seen_by_body, meant, sizeof(meant)), "the body gets its arguments", how);
	tap((u64)ret == 0x2222 && (u64)(ret >> 64) == 0x1111, "its caller the result", how);
	if (enter)
		tap(at_enter[0] == shown[0] + owner &&
		    !memcmp(at_enter + 1, shown + 1, sizeof(shown) - sizeof(u64)),
		    "programs at the beginning see the arguments", how);
	if (leave) {
		tap(!memcmp(at_leave, shown, sizeof(shown)), "those at the end too", how);
		tap(at_leave[ARGS] == 0x2222, "and the result", how);
		tap(inside_then == 1 && !inside, "who is inside is counted", how);
	}
	kbpf_jit_trampoline_free(&tramp);
}

int main(void)
{
	printf("KTAP version 1\n");
	if (!kbpf_jit_world()) {
		printf("1..0 # SKIP no memory that may be executed\n");
		return 0;
	}
	try("beginning", true, false);
	try("end", false, true);
	try("both", true, true);
	printf("1..%d\n", nr);
	return failed != 0;
}
