// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Random programs and compiled expressions.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

static uint32_t random_offset(struct rng *r)
{
	switch (rng_below(r, 12)) {
	case 0:
		return SKF_NET_OFF + rng_below(r, 64);
	case 1:
		return SKF_LL_OFF + rng_below(r, 64);
	case 2:
		return rng_u32(r);
	case 3:
		return 0x6ff0 + rng_below(r, 32);
	case 4:
		return rng_below(r, 1500);
	default:
		return rng_below(r, 60);
	}
}

static uint32_t random_value(struct rng *r)
{
	static const uint32_t values[] = { 0, 1, 6, 17, 0x800, 0x86dd, 80, 0x0a090001, 0xffff, 0x10000,
				      0x80000000, 0xffffffff, 60, 14, 0x10800, 0x186dd };

	return rng_below(r, 3) ? values[rng_below(r, sizeof(values) / sizeof(values[0]))] :
	       rng_u32(r) >> rng_below(r, 32);
}

static struct sock_filter random_insn(struct rng *r, uint32_t left)
{
	static const uint8_t codes[] = {
		0x20, 0x28, 0x30, 0x20, 0x28, 0x30, 0x28, 0x40, 0x48, 0x50, 0xb1, 0xb1, 0x80, 0x81,
		0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x07, 0x87, 0x05,
		0x15, 0x15, 0x15, 0x25, 0x35, 0x45, 0x45, 0x1d, 0x2d, 0x3d, 0x4d,
		0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x94, 0x9c, 0x44, 0x4c, 0x54, 0x5c,
		0xa4, 0xac, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x06, 0x16,
	};
	static const uint32_t ads[] = { 0, 4, 8, 20, 24, 28, 32, 36, 40, 44, 48, 60, 40, 0 };
	struct sock_filter f = { .code = codes[rng_below(r, sizeof(codes))] };

	f.k = random_value(r);
	switch (BPF_CLASS(f.code)) {
	case BPF_LD:
	case BPF_LDX:
		if (BPF_MODE(f.code) == BPF_MEM)
			f.k &= 15;
		else if (BPF_MODE(f.code) != BPF_IMM)
			f.k = random_offset(r);
		if (BPF_CLASS(f.code) == BPF_LD && BPF_MODE(f.code) == BPF_ABS &&
		    (f.k >= (uint32_t)SKF_AD_OFF || !rng_below(r, 8)))
			f.k = SKF_AD_OFF + ads[rng_below(r, sizeof(ads) / sizeof(ads[0]))];
		break;
	case BPF_ST:
	case BPF_STX:
		f.k &= 15;
		break;
	case BPF_ALU:
		if (BPF_OP(f.code) == BPF_LSH || BPF_OP(f.code) == BPF_RSH)
			f.k &= 31;
		if (!f.k)
			f.k = 1;
		break;
	case BPF_JMP:
		if (f.code == 0x05)
			f.k = left ? rng_below(r, left < 6 ? left : 6) : 0;
		f.jt = left ? rng_below(r, left < 12 ? left : 12) : 0;
		f.jf = left && rng_below(r, 2) ? rng_below(r, left < 12 ? left : 12) : 0;
		break;
	}
	return f;
}

uint32_t generate_program(struct rng *r, struct sock_filter *filter, uint32_t max)
{
	uint32_t len = 2 + rng_below(r, max - 2), i;

	for (i = 0; i + 1 < len; i++) {
		/* Long programs write all of M first: loads from it are legal then. */
		if (max > 100 && i < 16) {
			filter[i] = CLASSIC_S(0x02, i);
			continue;
		}
		filter[i] = random_insn(r, len - i - 2);
		/* A return now and then, not everywhere. */
		if (BPF_CLASS(filter[i].code) == BPF_RET && rng_below(r, 4))
			filter[i] = CLASSIC_S(0x54, 0xffff);
	}
	filter[len - 1] = CLASSIC_S(0x16, 0);
	return len;
}

uint32_t generate_words(struct rng *r, struct sock_filter *filter, uint32_t max)
{
	uint32_t len = 1 + rng_below(r, max), i;

	for (i = 0; i < len; i++) {
		filter[i].code = rng_u32(r) & (rng_below(r, 9) ? 0xff : 0xffff);
		filter[i].jt = rng_below(r, 16);
		filter[i].jf = rng_below(r, 16);
		filter[i].k = rng_u32(r) >> rng_below(r, 32);
	}
	if (rng_below(r, 2))
		filter[len - 1] = CLASSIC_S(0x06, 0);
	return len;
}

int for_each_expression(void (*fn)(const char *text, const struct sock_filter *filter,
				   uint32_t len, void *arg), void *arg)
{
	const char *path = getenv("EXPRESSIONS");
	FILE *f = fopen(path ? path : EXPRESSIONS, "r");
	struct bpf_program bpf;
	char line[512];
	pcap_t *pcap;
	int n = 0;

	if (!f)
		return -1;
	pcap = pcap_open_dead(DLT_EN10MB, 65535);
	while (n >= 0 && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!line[0] || line[0] == '#')
			continue;
		if (pcap_compile(pcap, &bpf, line, 1, 0xffffff00)) {
			printf("# %s: %s\n", line, pcap_geterr(pcap));
			n = -1;
			break;
		}
		n++;
		fn(line, (const struct sock_filter *)bpf.bf_insns, bpf.bf_len, arg);
		pcap_freecode(&bpf);
	}
	pcap_close(pcap);
	fclose(f);
	return n;
}
