// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Classic BPF on the engine: verdicts of the check, and what translated programs
 * return, compared with the reference on random programs and packets and on
 * tcpdump's expressions.
 */
#include <stdio.h>

#include "classic/classic.h"
#include "isa/opcode.h"
#include "generate.h"
#include "run.h"

static int test_nr, failed;

static void result(bool ok, const char *name)
{
	printf("%s %d %s\n", ok ? "ok" : "not ok", ++test_nr, name);
	failed |= !ok;
}

/* ---- verdicts ------------------------------------------------------------------- */

#define S(c, k)		{ (c), 0, 0, (k) }
#define J(c, k, t, f)	{ (c), (t), (f), (k) }
#define RET0		S(0x06, 0)

static const struct {
	const char *name;
	bool legal;
	u32 len;
	struct sock_filter filter[4];
} verdicts[] = {
	{ "return", true, 1, { RET0 } },
	{ "return A", true, 1, { S(0x16, 0) } },
	{ "return X is not classic Linux", false, 1, { S(0x0e, 0) } },
	{ "no return", false, 1, { S(0x00, 0) } },
	{ "opcode above the table", false, 2, { S(0x1234, 0), RET0 } },
	{ "hole in the table", false, 2, { S(0x08, 0), RET0 } },
	{ "division by zero", false, 2, { S(0x34, 0), RET0 } },
	{ "division", true, 2, { S(0x34, 1), RET0 } },
	{ "modulo zero", false, 2, { S(0x94, 0), RET0 } },
	{ "shift by 31", true, 2, { S(0x64, 31), RET0 } },
	{ "shift by 32", false, 2, { S(0x64, 32), RET0 } },
	{ "right shift by 32", false, 2, { S(0x74, 32), RET0 } },
	{ "shift by X", true, 2, { S(0x6c, 99), RET0 } },
	{ "store M[15]", true, 2, { S(0x02, 15), RET0 } },
	{ "store M[16]", false, 2, { S(0x02, 16), RET0 } },
	{ "load unwritten", false, 2, { S(0x60, 0), RET0 } },
	{ "load written", true, 3, { S(0x02, 0), S(0x60, 0), RET0 } },
	{ "load written on one path", false, 4,
	  { J(0x15, 0, 1, 0), S(0x02, 3), S(0x60, 3), RET0 } },
	{ "jump to the end", false, 2, { J(0x15, 0, 1, 0), RET0 } },
	{ "jump in range", true, 2, { J(0x15, 0, 0, 0), RET0 } },
	{ "ja past the end", false, 2, { S(0x05, 1), RET0 } },
	{ "ja of 2^32 - 1", false, 2, { S(0x05, -1), RET0 } },
	{ "ancillary data", true, 2, { S(0x28, SKF_AD_OFF + SKF_AD_CPU), RET0 } },
	{ "unknown ancillary data", false, 2, { S(0x20, SKF_AD_OFF + 64), RET0 } },
	{ "odd ancillary data", false, 2, { S(0x20, SKF_AD_OFF + 1), RET0 } },
	{ "network offset", true, 2, { S(0x20, SKF_NET_OFF + 9), RET0 } },
};

static void test_verdicts(void)
{
	bool ok = true;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(verdicts); i++) {
		int err = kbpf_classic_check((const void *)verdicts[i].filter, verdicts[i].len, NULL);

		if ((err == 0) == verdicts[i].legal)
			continue;
		printf("# %s: %d\n", verdicts[i].name, err);
		ok = false;
	}
	ok &= kbpf_classic_check((const void *)verdicts[0].filter, 0, NULL) == -EINVAL;
	result(ok, "verdicts of the check");
}

/* ---- packets --------------------------------------------------------------------- */

static void make_packet(struct rng *r, u8 *buf, struct ref_packet *pkt)
{
	u32 len = packet_make(r, buf);
	/* In half of the cases offsets count from behind the link-layer header. */
	u32 l2 = rng_below(r, 2) ? 14 : 0;

	*pkt = (struct ref_packet) {
		.data = buf + l2, .len = len - l2, .mac = -(s32)l2, .net = 14 - (s32)l2,
		.protocol = buf[12] << 8 | buf[13], .pkt_type = rng_below(r, 5),
		.ifindex = rng_below(r, 4), .mark = rng_u32(r), .queue = rng_below(r, 4),
		.hatype = 1, .hash = rng_u32(r), .cpu = 3,
		.vlan_tci = rng_u32(r) & 0xffff, .vlan_present = rng_below(r, 2),
		.vlan_proto = 0x8100,
	};
}

static void show(const struct sock_filter *filter, u32 len, const struct kbpf_prog *prog)
{
	char text[128];
	u32 i;

	for (i = 0; i < len; i++)
		printf("#   %u: { 0x%02x, %u, %u, 0x%08x }\n", i, filter[i].code, filter[i].jt,
		       filter[i].jf, filter[i].k);
	for (i = 0; i < prog->len; i++) {
		kbpf_isa_disasm(&prog->insns[i], text, sizeof(text));
		printf("#   %u: %s\n", i, text);
	}
}

/* Runs a program on @packets packets both ways. Returns how many differ. */
static u32 compare(struct rng *r, const struct sock_filter *filter, u32 len, u32 packets,
		   const char *what)
{
	static u8 buf[PACKET_MAX + 64];
	struct kbpf_prog prog;
	struct ref_packet pkt;
	u32 i, want, got, linear;
	int err = classic_prog(filter, len, &prog);

	if (err) {
		printf("# %s: %d\n", what, err);
		return 1;
	}
	for (i = 0; i < packets; i++) {
		make_packet(r, buf, &pkt);
		linear = rng_below(r, 3) ? pkt.len : rng_below(r, pkt.len + 1);
		want = ref_run(filter, len, &pkt);
		got = classic_run(&prog, &pkt, linear);
		if (want != got) {
			printf("# %s: packet %u of %u bytes, %u linear: 0x%x, not 0x%x\n", what, i,
			       pkt.len, linear, got, want);
			show(filter, len, &prog);
			break;
		}
	}
	classic_free(&prog);
	return i < packets;
}

static void test_random(u32 programs, u32 packets, u32 max)
{
	static struct sock_filter filter[BPF_MAXINSNS];
	struct rng r = { max };
	u32 i, legal = 0, bad = 0, len;
	char name[80];

	for (i = 0; i < programs && !bad; i++) {
		len = generate_program(&r, filter, max);
		if (kbpf_classic_check((const void *)filter, len, NULL))
			continue;
		legal++;
		snprintf(name, sizeof(name), "random program %u", i);
		bad += compare(&r, filter, len, packets, name);
	}
	snprintf(name, sizeof(name), "%u random programs of up to %u instructions, %u packets each",
		 legal, max, packets);
	result(!bad && legal > programs / 20, name);
}

/* ---- long programs ---------------------------------------------------------------- */

/* The longest jumps: over @len instructions that are each as long as can be. */
static void test_long(u16 code, u32 k, const char *name)
{
	static struct sock_filter filter[BPF_MAXINSNS];
	struct rng r = { 1 };
	u32 i;

	filter[0] = (struct sock_filter)S(0x20, 26);
	filter[1] = (struct sock_filter)S(0x05, BPF_MAXINSNS - 4);
	for (i = 2; i < BPF_MAXINSNS - 1; i++)
		filter[i] = (struct sock_filter)S(code, k);
	filter[1] = (struct sock_filter)J(0x15, 0x0a090001, 1, 0);
	filter[2] = (struct sock_filter)S(0x05, BPF_MAXINSNS - 4);
	filter[BPF_MAXINSNS - 1] = (struct sock_filter)S(0x16, 0);
	result(!compare(&r, filter, BPF_MAXINSNS, 300, name), name);
}

/* ---- words of no meaning ------------------------------------------------------------ */

static void test_words(u32 programs)
{
	struct sock_filter filter[16];
	struct rng r = { 77 };
	u32 i, len, legal = 0;
	bool ok = true;

	for (i = 0; i < programs; i++) {
		len = generate_words(&r, filter, 16);
		if (kbpf_classic_check((const void *)filter, len, NULL))
			continue;
		legal++;
		ok &= !compare(&r, filter, len, 4, "random words");
	}
	printf("# %u of %u programs of random words are legal\n", legal, programs);
	result(ok, "programs of random words");
}

/* ---- tcpdump's expressions ------------------------------------------------------------ */

#define PACKETS 5000

static void test_expression(const char *text, const struct sock_filter *filter, u32 len, void *arg)
{
	struct rng r = { 40 };
	u32 *bad = arg;

	*bad += compare(&r, filter, len, PACKETS, text);
}

static void test_expressions(void)
{
	char line[80];
	u32 bad = 0;
	int n = for_each_expression(test_expression, &bad);

	snprintf(line, sizeof(line), "%d tcpdump expressions, %u packets each", n, PACKETS);
	result(n >= 40 && !bad, line);
}

int main(void)
{
	printf("KTAP version 1\n1..8\n");
	test_verdicts();
	test_random(40000, 20, 12);
	test_random(20000, 20, 60);
	test_random(1000, 50, 1000);
	test_long(0xb1, 14, "4096 instructions, far jumps");
	test_long(0x3c, 0, "4096 divisions by X");
	test_words(200000);
	test_expressions();
	return failed;
}
