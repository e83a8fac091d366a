// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Network hooks on the device, from inside a namespace where 10.9.0.2 answers:
 * what attaching refuses, what verdicts do, what is counted; and classic programs
 * of random words. Prints TAP.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../classic/generate.h"
#include "helpers/proto.h"
#include "isa/insn.h"
#include "libkbpf.h"

static int dev, test_nr, failed;

static void result(bool ok, const char *name, long got)
{
	printf("%s %d %s\n", ok ? "ok" : "not ok", ++test_nr, name);
	if (!ok)
		printf("# got %ld\n", got);
	failed |= !ok;
}

static void expect(const char *name, long want, long got)
{
	result(got == want, name, got);
	if (got >= 0)
		close(got);
}

static int load(u32 type, u32 attach, const struct kbpf_insn *insns, u32 len)
{
	static char log[16384];
	struct kbpf_prog_load_attr attr = {
		.prog_type = type, .expected_attach_type = attach, .insn_cnt = len,
		.insns = (uintptr_t)insns, .license = (uintptr_t)"GPL", .log_level = 1,
		.log_buf = (uintptr_t)log, .log_size = sizeof(log),
	};
	int fd = kbpf_prog_load(dev, &attr, sizeof(attr));

	if (fd < 0)
		printf("# load: %d: %s\n", fd, log);
	return fd;
}

static int link_nf(int prog, u32 pf, u32 hook, s32 priority, u32 flags)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = KBPF_NETFILTER,
		.netfilter = { pf, hook, priority, flags },
	};

	return kbpf_link_create(dev, &attr, sizeof(attr));
}

static int link_if(int prog, u32 type, u32 ifindex, u32 map)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = type, .target_fd = ifindex,
	};

	if (type == KBPF_TAP)
		attr.tap.map_fd = map;
	return kbpf_link_create(dev, &attr, sizeof(attr));
}

static struct kbpf_link_stats_attr stats(int link)
{
	struct kbpf_link_stats_attr s = { .link_fd = link };

	if (kbpf_device_cmd(dev, KBPF_LINK_STATS, &s, sizeof(s)))
		s.packets = ~0ULL;
	return s;
}

static bool ping(void)
{
	return !system("ping -c 1 -W 2 10.9.0.2 >/dev/null 2>&1");
}

/* ---- netfilter ------------------------------------------------------------------- */

/* Drops ICMP, by the protocol at offset 9 of the packet. */
static const struct kbpf_insn nf_no_icmp[] = {
	KBPF_LDX_MEM(KBPF_W, 2, 1, offsetof(struct kbpf_nf_ctx, data)),
	KBPF_LDX_MEM(KBPF_W, 3, 1, offsetof(struct kbpf_nf_ctx, data_end)),
	KBPF_MOV64_IMM(0, 1),
	KBPF_MOV64_REG(4, 2),
	KBPF_ALU64_IMM(KBPF_ADD, 4, 20),
	KBPF_JMP_REG(KBPF_JGT, 4, 3, 3),
	KBPF_LDX_MEM(KBPF_B, 5, 2, 9),
	KBPF_JMP_IMM(KBPF_JNE, 5, 1, 1),
	KBPF_MOV64_IMM(0, 0),
	KBPF_EXIT_INSN(),
};

static void test_netfilter(void)
{
	int prog = load(KBPF_PROG_TYPE_NETFILTER, KBPF_NETFILTER, nf_no_icmp,
			ARRAY_SIZE(nf_no_icmp));
	struct kbpf_link_stats_attr s;
	int link;

	expect("netfilter: pf of bridges", -EAFNOSUPPORT, link_nf(prog, 7, 0, 0, 0));
	expect("netfilter: no such hook", -EPROTO, link_nf(prog, 2, 5, 0, 0));
	expect("netfilter: first priority", -ERANGE, link_nf(prog, 2, 1, INT32_MIN, 0));
	expect("netfilter: last priority", -ERANGE, link_nf(prog, 2, 1, INT32_MAX, 0));
	expect("netfilter: flags", -EOPNOTSUPP, link_nf(prog, 2, 1, 0, 1));
	result(ping(), "ping before", 0);
	link = link_nf(prog, 2, 1, 0, 0);
	result(link >= 0, "netfilter: link", link);
	result(!ping(), "netfilter: ICMP is dropped", 0);
	s = stats(link);
	result(s.dropped >= 1 && s.packets == s.passed + s.dropped && !s.missed,
	       "netfilter: drops are counted", s.dropped);
	result(kbpf_link_detach(dev, link) == 0 && ping(), "netfilter: detached, it passes", 0);
	close(link);
	close(prog);
}

/* ---- interfaces --------------------------------------------------------------------- */

/* Drops ICMP over IPv4, with LD_ABS. */
static const struct kbpf_insn cls_no_icmp[] = {
	KBPF_MOV64_REG(6, 1),
	KBPF_LD_ABS(KBPF_H, 12),
	KBPF_JMP_IMM(KBPF_JNE, 0, 0x0800, 4),
	KBPF_LD_ABS(KBPF_B, 23),
	KBPF_JMP_IMM(KBPF_JNE, 0, 1, 2),
	KBPF_MOV64_IMM(0, 2),
	KBPF_EXIT_INSN(),
	KBPF_MOV64_IMM(0, 0),
	KBPF_EXIT_INSN(),
};

/* Writes the TTL of IPv4 packets and their checksum, then passes. */
static const struct kbpf_insn cls_ttl[] = {
	KBPF_MOV64_REG(6, 1),
	KBPF_LDX_MEM(KBPF_W, 2, 1, 76),
	KBPF_LDX_MEM(KBPF_W, 3, 1, 80),
	KBPF_MOV64_REG(4, 2),
	KBPF_ALU64_IMM(KBPF_ADD, 4, 34),
	KBPF_JMP_REG(KBPF_JGT, 4, 3, 10),
	KBPF_LDX_MEM(KBPF_H, 5, 2, 12),
	KBPF_JMP_IMM(KBPF_JNE, 5, 0x0008, 8),
	KBPF_LDX_MEM(KBPF_H, 3, 2, 22),
	KBPF_ST_MEM(KBPF_B, 2, 22, 33),
	KBPF_LDX_MEM(KBPF_H, 4, 2, 22),
	KBPF_MOV64_REG(1, 6),
	KBPF_MOV64_IMM(2, 24),
	KBPF_MOV64_IMM(5, 2),
	KBPF_CALL_HELPER(10),
	KBPF_JMP_A(0),
	KBPF_MOV64_IMM(0, 0),
	KBPF_EXIT_INSN(),
};

static void test_interfaces(void)
{
	u32 ifindex = if_nametoindex("eth0");
	int drop = load(KBPF_PROG_TYPE_SCHED_CLS, 0, cls_no_icmp, ARRAY_SIZE(cls_no_icmp));
	int ttl = load(KBPF_PROG_TYPE_SCHED_CLS, 0, cls_ttl, ARRAY_SIZE(cls_ttl));
	struct kbpf_link_stats_attr s;
	int link, way;

	expect("tcx: no interface", -ENODEV, link_if(drop, KBPF_TCX_INGRESS, 0, 0));
	expect("tcx: no such interface", -ENODEV, link_if(drop, KBPF_TCX_INGRESS, 9999, 0));
	expect("tcx: not a probe", -EINVAL, link_if(drop, KBPF_PERF_EVENT, ifindex, 0));
	for (way = KBPF_TCX_INGRESS; way <= KBPF_TCX_EGRESS; way++) {
		link = link_if(drop, way, ifindex, 0);
		result(link >= 0, way == KBPF_TCX_INGRESS ? "tcx: ingress" : "tcx: egress", link);
		result(!ping(), "tcx: ICMP is dropped", 0);
		s = stats(link);
		result(s.dropped >= 1 && s.packets == s.passed + s.dropped, "tcx: counts", s.dropped);
		close(link);
		result(ping(), "tcx: gone, it passes", 0);
	}
	link = link_if(ttl, KBPF_TCX_EGRESS, ifindex, 0);
	result(link >= 0 && ping(), "tcx: a packet rewritten, its checksum too, arrives", link);
	s = stats(link);
	result(s.passed >= 1, "tcx: and was seen", s.passed);
	close(link);
	close(drop);
	close(ttl);
}

/* How many exchanges with the server of `traffic serve` went well. */
static long talk(void)
{
	FILE *f = popen("traffic talk 2", "r");
	long good = -1;

	if (f && fscanf(f, "%ld of", &good) != 1)
		good = -1;
	if (f)
		pclose(f);
	return good;
}

/*
 * Calls helpers on packets anywhere and by any length, in a way that leaves the
 * packet as it was: what is stored was loaded from there, what a checksum is
 * told to replace is replaced by itself.
 */
static u32 rough_program(struct rng *r, struct kbpf_insn *to)
{
	static const s32 offsets[] = { 14, 16, 23, 34, 54, 66, 999, 1500, 9000, 20000, 65535, -1 };
	static const struct kbpf_insn begin[] = {
		KBPF_MOV64_REG(6, 1),
		KBPF_ST_MEM(KBPF_DW, 10, -32, 0), KBPF_ST_MEM(KBPF_DW, 10, -24, 0),
		KBPF_ST_MEM(KBPF_DW, 10, -16, 0), KBPF_ST_MEM(KBPF_DW, 10, -8, 0),
	}, end[] = {
		KBPF_MOV64_IMM(0, 0), KBPF_EXIT_INSN(),
	};
	struct kbpf_insn *at = to;
	u32 i;

	memcpy(at, begin, sizeof(begin));
	at += ARRAY_SIZE(begin);
	for (i = 0; i < 24; i++) {
		s32 off = offsets[rng_below(r, ARRAY_SIZE(offsets))] + (s32)rng_below(r, 3);
		s32 len = 1 + rng_below(r, 32), from = rng_u32(r) & 0xffff;
		const struct kbpf_insn store[] = {
			KBPF_MOV64_REG(1, 6), KBPF_MOV64_IMM(2, off), KBPF_MOV64_REG(3, 10),
			KBPF_ALU64_IMM(KBPF_ADD, 3, -32), KBPF_MOV64_IMM(4, len),
			KBPF_CALL_HELPER(KBPF_FUNC_skb_load_bytes),
			KBPF_JMP_IMM(KBPF_JNE, 0, 0, 7),
			KBPF_MOV64_REG(1, 6), KBPF_MOV64_IMM(2, off), KBPF_MOV64_REG(3, 10),
			KBPF_ALU64_IMM(KBPF_ADD, 3, -32), KBPF_MOV64_IMM(4, len),
			KBPF_MOV64_IMM(5, rng_below(r, 2)),
			KBPF_CALL_HELPER(KBPF_FUNC_skb_store_bytes),
		}, pull[] = {
			KBPF_MOV64_REG(1, 6), KBPF_MOV64_IMM(2, off),
			KBPF_CALL_HELPER(KBPF_FUNC_skb_pull_data),
		}, sum[] = {
			KBPF_MOV64_REG(1, 6), KBPF_MOV64_IMM(2, off), KBPF_MOV64_IMM(3, from),
			KBPF_MOV64_IMM(4, from), KBPF_MOV64_IMM(5, 2),
			KBPF_CALL_HELPER(rng_below(r, 2) ? KBPF_FUNC_l3_csum_replace :
							   KBPF_FUNC_l4_csum_replace),
		}, hash[] = {
			KBPF_MOV64_REG(1, 6), KBPF_CALL_HELPER(KBPF_FUNC_get_hash_recalc),
		};
		static const u8 sizes[] = { ARRAY_SIZE(store), ARRAY_SIZE(pull), ARRAY_SIZE(sum),
					    ARRAY_SIZE(hash) };
		const struct kbpf_insn *parts[] = { store, pull, sum, hash };
		u32 which = rng_below(r, 4);

		memcpy(at, parts[which], sizes[which] * sizeof(*at));
		at += sizes[which];
	}
	memcpy(at, end, sizeof(end));
	return at + ARRAY_SIZE(end) - to;
}

static void test_rough(u32 programs)
{
	static struct kbpf_insn insns[24 * 14 + 8];
	u32 ifindex = if_nametoindex("eth0"), i, hurt = 0;
	long before = talk(), now;
	struct rng r = { 11 };
	char name[80];

	result(before > 0, "traffic before helpers are rough with it", before);
	for (i = 0; i < programs; i++) {
		int prog = load(KBPF_PROG_TYPE_SCHED_CLS, 0, insns, rough_program(&r, insns));
		int in = link_if(prog, KBPF_TCX_INGRESS, ifindex, 0);
		int out = link_if(prog, KBPF_TCX_EGRESS, ifindex, 0);

		now = talk();
		hurt += in < 0 || out < 0 || now != before;
		close(in);
		close(out);
		close(prog);
	}
	snprintf(name, sizeof(name), "%u programs all over long and short packets hurt none", programs);
	result(!hurt, name, hurt);
}

/* ---- taps ------------------------------------------------------------------------------ */

static void test_taps(void)
{
	static const struct kbpf_insn all[] = {
		KBPF_MOV64_IMM(0, -1), KBPF_EXIT_INSN(),
	}, scribble[] = {
		KBPF_LDX_MEM(KBPF_W, 2, 1, 76), KBPF_LDX_MEM(KBPF_W, 3, 1, 80), KBPF_MOV64_REG(4, 2),
		KBPF_ALU64_IMM(KBPF_ADD, 4, 1), KBPF_JMP_REG(KBPF_JGT, 4, 3, 1),
		KBPF_ST_MEM(KBPF_B, 2, 0, 1), KBPF_MOV64_IMM(0, 0), KBPF_EXIT_INSN(),
	};
	struct kbpf_map_create_attr ring = {
		.map_type = KBPF_MAP_TYPE_RINGBUF, .max_entries = 4096,
	}, array = {
		.map_type = KBPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
	};
	int map = kbpf_map_create(dev, &ring, sizeof(ring));
	int other = kbpf_map_create(dev, &array, sizeof(array));
	int prog = load(KBPF_PROG_TYPE_SOCKET_FILTER, 0, all, ARRAY_SIZE(all)), link, i;
	struct kbpf_link_stats_attr s;

	expect("tap: a socket filter may not write packets", -EACCES,
	       load(KBPF_PROG_TYPE_SOCKET_FILTER, 0, scribble, ARRAY_SIZE(scribble)));
	expect("tap: not a ring", -EINVAL, link_if(prog, KBPF_TAP, 0, other));
	expect("tap: not a map", -EINVAL, link_if(prog, KBPF_TAP, 0, prog));
	expect("tap: not open", -EBADF, link_if(prog, KBPF_TAP, 0, 999));
	link = link_if(prog, KBPF_TAP, 0, map);
	result(link >= 0, "tap: all interfaces", link);
	/* Nobody reads: the ring of 4096 bytes fills up. */
	for (i = 0; i < 30; i++)
		ping();
	s = stats(link);
	result(s.lost && s.passed == s.packets && s.lost < s.passed, "tap: what is lost is counted",
	       s.lost);
	close(link);
	close(prog);
	close(map);
	close(other);
}

/* ---- classic programs --------------------------------------------------------------------- */

static long load_classic(const void *filter, u32 len)
{
	struct kbpf_prog_load_classic_attr attr = { .len = len, .filter = (uintptr_t)filter };

	return kbpf_device_cmd(dev, KBPF_PROG_LOAD_CLASSIC, &attr, sizeof(attr));
}

static void test_words(u32 programs)
{
	static struct sock_filter filter[64];
	static u8 packet[PACKET_MAX + 64];
	struct rng r = { 3 };
	u32 i, len, legal = 0, strange = 0;
	char name[80];
	long fd;

	expect("classic: no instructions", -EINVAL, load_classic(filter, 0));
	expect("classic: too many", -EINVAL, load_classic(filter, 4097));
	expect("classic: nowhere", -EFAULT, load_classic((void *)8, 4));
	for (i = 0; i < programs; i++) {
		struct kbpf_test_run_attr run = { .data_in = (uintptr_t)packet };

		len = i & 1 ? generate_words(&r, filter, 16) : generate_program(&r, filter, 40);
		fd = load_classic(filter, len);
		strange += fd < 0 && fd != -EINVAL;
		if (fd < 0)
			continue;
		legal++;
		run.prog_fd = fd;
		run.data_size_in = packet_make(&r, packet);
		strange += kbpf_prog_test_run(dev, &run, sizeof(run)) != 0;
		close(fd);
	}
	snprintf(name, sizeof(name), "%u random classic programs, %u legal ones run", programs, legal);
	result(!strange && legal, name, strange);
}

int main(int argc, char **argv)
{
	dev = kbpf_device_open();
	printf("TAP version 14\n");
	if (dev < 0) {
		printf("not ok 1 device\n1..1\n");
		return 1;
	}
	test_netfilter();
	test_interfaces();
	test_taps();
	test_words(argc > 1 ? strtoul(argv[1], NULL, 0) : 20000);
	test_rough(argc > 2 ? strtoul(argv[2], NULL, 0) : 6);
	printf("1..%d\n", test_nr);
	return failed;
}
