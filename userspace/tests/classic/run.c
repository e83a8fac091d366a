// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Running translated programs below the verifier: context loads are converted
 * here as it would. Also a host whose packets are not linear.
 */
#include "classic/classic.h"
#include "env.h"
#include "interp/interp.h"
#include "isa/insn.h"
#include "packet/packet.h"
#include "run.h"

#define REF_CPU 3

static u64 helper_cpu(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return REF_CPU;
}

static u64 helper_random(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0x12345678;
}

kbpf_helper_fn kbpf_env_helper(u32 id)
{
	return id == 8 ? helper_cpu : id == 7 ? helper_random : kbpf_packet_helper(id);
}

int kbpf_env_probe_read(void *dst, u32 size, const void *src)
{
	memcpy(dst, src, size);
	return 0;
}

u64 kbpf_env_ktime_ns(void)
{
	return 0;
}

const struct kbpf_btf *kbpf_env_kernel_btf(void)
{
	return NULL;
}

bool kbpf_env_interrupted(void)
{
	return false;
}

/* ---- a host with packets in two parts -------------------------------------------- */

static const struct ref_packet *packet_of(const struct kbpf_packet_ctx *ctx)
{
	return ctx->host;
}

static int host_load(const struct kbpf_packet_ctx *ctx, s32 off, void *dst, u32 len)
{
	const struct ref_packet *p = packet_of(ctx);

	if (off < min(p->mac, 0) || (s64)off + len > p->len)
		return -EFAULT;
	memcpy(dst, p->data + off, len);
	return 0;
}

static int host_base(const struct kbpf_packet_ctx *ctx, enum kbpf_packet_base base, s32 *off)
{
	*off = base == KBPF_PACKET_MAC ? packet_of(ctx)->mac : packet_of(ctx)->net;
	return 0;
}

static int host_store(struct kbpf_packet_ctx *ctx, u32 off, const void *src, u32 len, u64 flags)
{
	return -EFAULT;
}

static int host_csum_fix(struct kbpf_packet_ctx *ctx, u32 diff)
{
	return 0;
}

static bool host_csum_partial(const struct kbpf_packet_ctx *ctx)
{
	return false;
}

static int host_pull(struct kbpf_packet_ctx *ctx, u32 len)
{
	return -ENOMEM;
}

static u32 host_hash(struct kbpf_packet_ctx *ctx)
{
	return packet_of(ctx)->hash;
}

static s64 host_ancillary(const struct kbpf_packet_ctx *ctx, u32 kind)
{
	return kind == 28 ? packet_of(ctx)->hatype : 0;
}

static const struct kbpf_packet_ops host_ops = {
	.load = host_load,
	.base = host_base,
	.store = host_store,
	.csum_fix = host_csum_fix,
	.csum_partial = host_csum_partial,
	.pull = host_pull,
	.hash = host_hash,
	.ancillary = host_ancillary,
};

static void set(struct kbpf_packet_ctx *ctx, u32 off, u32 val)
{
	memcpy(ctx->user + off, &val, sizeof(val));
}

u32 classic_run(const struct kbpf_prog *prog, const struct ref_packet *pkt, u32 linear)
{
	struct kbpf_packet_ctx ctx = {
		.data = (u8 *)pkt->data, .data_meta = (u8 *)pkt->data,
		.data_end = (u8 *)pkt->data + linear,
		.host = (void *)pkt, .ops = &host_ops, .mac = pkt->mac, .net = pkt->net,
	};

	set(&ctx, 0, pkt->len);
	set(&ctx, 4, pkt->pkt_type);
	set(&ctx, 8, pkt->mark);
	set(&ctx, 12, pkt->queue);
	set(&ctx, 16, swab16(pkt->protocol));
	set(&ctx, 20, pkt->vlan_present);
	set(&ctx, 24, pkt->vlan_tci);
	set(&ctx, 28, swab16(pkt->vlan_proto));
	set(&ctx, 40, pkt->ifindex);
	set(&ctx, 68, pkt->hash);
	return prog->run(&ctx, prog);
}

/* ---- programs -------------------------------------------------------------------- */

/* In translated programs loads through r1, and no others, are of the context. */
static void convert_ctx(struct kbpf_insn *insns, u32 len)
{
	const struct kbpf_progtype *pt = kbpf_progtype_find(KBPF_PROG_TYPE_SOCKET_FILTER);
	u32 i;

	for (i = 0; i < len; i++) {
		const struct kbpf_ctx_part *part;

		if (KBPF_CLASS(insns[i].code) != KBPF_LDX || insns[i].src_reg != KBPF_R1)
			continue;
		part = kbpf_progtype_ctx_part(pt, insns[i].off);
		if (part->kind != KBPF_CTX_PLAIN)
			insns[i].code = KBPF_LDX | KBPF_MEM | KBPF_DW;
		insns[i].off = part->real + (insns[i].off - part->start);
	}
}

int classic_ready(struct kbpf_prog *prog)
{
	int err;

	prog->type = KBPF_PROG_TYPE_SOCKET_FILTER;
	prog->funcs = kzalloc(sizeof(*prog->funcs), GFP_KERNEL);
	prog->nr_funcs = 1;
	prog->funcs[0].end = prog->len;
	prog->funcs[0].stack_depth = 96;
	prog->funcs[0].prog = prog;
	err = kbpf_interp_prepare(prog);
	if (err)
		classic_free(prog);
	return err;
}

int classic_prog(const struct sock_filter *filter, u32 len, struct kbpf_prog *prog)
{
	const struct kbpf_classic_insn *f = (const void *)filter;
	int err;

	memset(prog, 0, sizeof(*prog));
	err = kbpf_classic_check(f, len, NULL);
	if (err)
		return err;
	err = kbpf_classic_translate(f, len, &prog->insns, &prog->len);
	if (err)
		return err;
	convert_ctx(prog->insns, prog->len);
	return classic_ready(prog);
}

void classic_free(struct kbpf_prog *prog)
{
	kbpf_interp_free(prog);
	kfree(prog->funcs);
	kvfree(prog->insns);
}

/* No descriptor is open here. */
