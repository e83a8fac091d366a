// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * LD_ABS and LD_IND of eBPF in the interpreter and in the JIT: each returns what the
 * classic instruction of that name does, by the reference.
 */
#include "classic/classic.h"
#include "isa/insn.h"
#include "jit/jit.h"
#include "packets.h"
#include "run.h"

#define PACKETS 40

static const u8 sizes[] = { KBPF_B, KBPF_H, KBPF_W };
static const s32 offsets[] = {
	0, 1, 12, 13, 14, 23, 30, 57, 62, 1000, 65535, S32_MAX, -1, SKF_NET_OFF, SKF_NET_OFF + 9,
	SKF_NET_OFF + 2000, SKF_LL_OFF, SKF_LL_OFF + 12,
};
static const s32 indices[] = { 0, 1, 14, 46, 1000, S32_MAX, -1, -14 };

static const struct mode {
	const char *name;
	bool compile;
	u32 passes;
	bool harden;
} modes[] = {
	{ "interpreter", false },
	{ "JIT", true, KBPF_JIT_PASS_ALL, false },
	{ "JIT without passes", true, 0, false },
	{ "JIT, hardened", true, KBPF_JIT_PASS_ALL, true },
};

/* One load, of eBPF and classic. */
struct load {
	u8 code;
	s32 off;
	s32 index;
};

static u32 classic_says(const struct load *l, const struct ref_packet *pkt)
{
	const struct sock_filter filter[] = {
		{ BPF_LDX | BPF_IMM, 0, 0, l->index },
		{ l->code, 0, 0, l->off },
		{ BPF_RET | BPF_A, 0, 0, 0 },
	};

	return ref_run(filter, ARRAY_SIZE(filter), pkt);
}

static int make(const struct load *l, const struct mode *mode, struct kbpf_prog *prog)
{
	const struct kbpf_insn insns[] = {
		KBPF_MOV64_REG(KBPF_R6, KBPF_R1),
		KBPF_MOV64_IMM(KBPF_R7, l->index),
		/* a load that fails leaves by itself */
		KBPF_MOV64_IMM(KBPF_R0, 77),
		KBPF_INSN(l->code, 0, KBPF_MODE(l->code) == KBPF_IND ? KBPF_R7 : 0, 0, l->off),
		KBPF_EXIT_INSN(),
	};
	int err;

	memset(prog, 0, sizeof(*prog));
	prog->len = ARRAY_SIZE(insns);
	prog->insns = kvmalloc_array(prog->len, sizeof(*insns), GFP_KERNEL);
	memcpy(prog->insns, insns, sizeof(insns));
	err = kbpf_classic_lower(prog);
	if (!err)
		err = classic_ready(prog);
	if (err || !mode->compile)
		return err;
	kbpf_jit_options.enabled = true;
	kbpf_jit_options.passes = mode->passes;
	kbpf_jit_options.harden = mode->harden;
	return kbpf_jit_prepare(prog);
}

/* How many of some packets come out otherwise. */
static u32 differ(const struct load *l, const struct mode *mode)
{
	static u8 buf[PACKET_MAX + 64];
	struct rng r = { 3 + (u32)l->off };
	struct kbpf_prog prog;
	u32 wrong = 0;

	if (make(l, mode, &prog))
		return PACKETS;
	for (u32 i = 0; i < PACKETS; i++) {
		u32 size = packet_make(&r, buf);
		struct ref_packet pkt = { .data = buf, .len = size, .net = 14 };
		u32 want = classic_says(l, &pkt);
		u32 got = classic_run(&prog, &pkt, i & 1 ? size : rng_below(&r, size + 1));

		if (got != want && !wrong++)
			printf("# %s, code 0x%02x, offset %d, index %d: 0x%x, reference 0x%x\n", mode->name,
			       l->code, l->off, l->index, got, want);
	}
	kbpf_jit_free(&prog);
	classic_free(&prog);
	return wrong;
}

static u32 all(const struct mode *mode, u8 how, u32 *nr)
{
	u32 wrong = 0;

	for (u32 s = 0; s < ARRAY_SIZE(sizes); s++)
		for (u32 o = 0; o < ARRAY_SIZE(offsets); o++)
			for (u32 x = 0; x < (how == KBPF_IND ? ARRAY_SIZE(indices) : 1); x++) {
				struct load l = { KBPF_LD | how | sizes[s], offsets[o], indices[x] };

				wrong += differ(&l, mode);
				++*nr;
			}
	return wrong;
}

int main(void)
{
	u32 failed = 0;

	puts("KTAP version 1");
	for (u32 m = 0; m < ARRAY_SIZE(modes); m++) {
		u32 nr = 0, wrong = all(&modes[m], KBPF_ABS, &nr) + all(&modes[m], KBPF_IND, &nr);

		printf("%sok %u - %s: %u packet loads, as classic BPF defines them\n", wrong ? "not " : "",
		       m + 1, modes[m].name, nr);
		failed += wrong;
	}
	printf("1..%u\n", (u32)ARRAY_SIZE(modes));
	return failed ? 1 : 0;
}
