// SPDX-License-Identifier: GPL-2.0
/*
 * A program's tag: the start of a SHA-1 over its instructions, as Linux makes
 * it, so that a program has the same tag here and there. It names the program
 * whatever descriptors its maps have in this process, and proves nothing.
 */
#include "cmd/call.h"

#define BLOCK	64u
#define LDDW	0x18

/* The SHA-1 of @len bytes; @digest in the byte order of the standard. */
static void sha1(const u8 *data, size_t len, u8 digest[20])
{
	u32 state[5], work[16], i;
	u8 tail[2 * BLOCK] = {};
	size_t rest = len % BLOCK, blocks = rest < BLOCK - 8 ? 1 : 2;
	__be64 bits = cpu_to_be64((u64)len * 8);

	sha1_init(state);
	for (i = 0; i < len / BLOCK; i++)
		sha1_transform(state, (const char *)data + (size_t)i * BLOCK, work);
	memcpy(tail, data + len - rest, rest);
	tail[rest] = 0x80;
	memcpy(tail + blocks * BLOCK - sizeof(bits), &bits, sizeof(bits));
	for (i = 0; i < blocks; i++)
		sha1_transform(state, (const char *)tail + i * BLOCK, work);
	for (i = 0; i < 5; i++)
		put_unaligned_be32(state[i], digest + 4 * i);
}

static void forget_descriptors(struct kbpf_insn *insns, u32 len)
{
	u32 i;

	for (i = 0; i + 1 < len; i++) {
		if (insns[i].code != LDDW)
			continue;
		if (insns[i].src_reg == KBPF_PSEUDO_MAP_FD ||
		    insns[i].src_reg == KBPF_PSEUDO_MAP_VALUE) {
			insns[i].imm = 0;
			insns[i + 1].imm = 0;
		}
		i++;
	}
}

int kbpf_prog_set_tag(struct kbpf_prog *prog)
{
	size_t size = (size_t)prog->len * sizeof(*prog->insns);
	struct kbpf_insn *insns = kvmalloc(size, GFP_KERNEL);
	u8 digest[20];

	if (!insns)
		return -ENOMEM;
	memcpy(insns, prog->insns, size);
	forget_descriptors(insns, prog->len);
	sha1((const u8 *)insns, size, digest);
	memcpy(prog->tag, digest, sizeof(prog->tag));
	kvfree(insns);
	return 0;
}
