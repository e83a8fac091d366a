// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The reference interpreter of classic BPF.
 */
#include <stdbool.h>
#include <stddef.h>

#include "reference.h"

static bool packet_byte(const struct ref_packet *p, int64_t at, uint8_t *b)
{
	int64_t first = p->mac < 0 ? p->mac : 0;

	if (at < first || at >= (int64_t)p->len)
		return false;
	*b = p->data[at];
	return true;
}

static bool load(const struct ref_packet *p, uint32_t off, int size, uint32_t *val)
{
	int64_t at = (int32_t)off;
	uint8_t b;
	int i;

	if (at < 0) {
		if (at >= SKF_NET_OFF)
			at = at - SKF_NET_OFF + p->net;
		else if (at >= SKF_LL_OFF)
			at = at - SKF_LL_OFF + p->mac;
		else
			return false;
	}
	for (*val = 0, i = 0; i < size; i++) {
		if (!packet_byte(p, at + i, &b))
			return false;
		*val = *val << 8 | b;
	}
	return true;
}

/* Ancillary data by its offset; false: the program returns 0. */
static bool ancillary(const struct ref_packet *p, uint32_t ad, uint32_t *a, uint32_t x)
{
	switch (ad) {
	case SKF_AD_PROTOCOL:
		*a = p->protocol;
		return true;
	case SKF_AD_PKTTYPE:
		*a = p->pkt_type;
		return true;
	case SKF_AD_IFINDEX:
		*a = p->ifindex;
		return p->ifindex != 0;
	case SKF_AD_MARK:
		*a = p->mark;
		return true;
	case SKF_AD_QUEUE:
		*a = p->queue;
		return true;
	case SKF_AD_HATYPE:
		*a = p->hatype;
		return true;
	case SKF_AD_RXHASH:
		*a = p->hash;
		return true;
	case SKF_AD_CPU:
		*a = p->cpu;
		return true;
	case SKF_AD_ALU_XOR_X:
		*a ^= x;
		return true;
	case SKF_AD_VLAN_TAG:
		*a = p->vlan_tci;
		return true;
	case SKF_AD_VLAN_TAG_PRESENT:
		*a = p->vlan_present;
		return true;
	case SKF_AD_VLAN_TPID:
		*a = p->vlan_proto;
		return true;
	}
	return false;
}

static bool alu(uint16_t code, uint32_t *a, uint32_t v)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		*a += v;
		break;
	case BPF_SUB:
		*a -= v;
		break;
	case BPF_MUL:
		*a *= v;
		break;
	case BPF_DIV:
		if (!v)
			return false;
		*a /= v;
		break;
	case BPF_MOD:
		if (!v)
			return false;
		*a %= v;
		break;
	case BPF_AND:
		*a &= v;
		break;
	case BPF_OR:
		*a |= v;
		break;
	case BPF_XOR:
		*a ^= v;
		break;
	case BPF_LSH:
		*a <<= v & 31;
		break;
	case BPF_RSH:
		*a >>= v & 31;
		break;
	case BPF_NEG:
		*a = -*a;
		break;
	}
	return true;
}

static bool holds(uint16_t code, uint32_t a, uint32_t v)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == v;
	case BPF_JGT:
		return a > v;
	case BPF_JGE:
		return a >= v;
	default:
		return (a & v) != 0;
	}
}

uint32_t ref_run(const struct sock_filter *filter, uint32_t len, const struct ref_packet *pkt)
{
	uint32_t a = 0, x = 0, m[BPF_MEMWORDS] = {0}, v, pc;

	for (pc = 0; pc < len; pc++) {
		const struct sock_filter *f = &filter[pc];
		int size = BPF_SIZE(f->code) == BPF_W ? 4 : BPF_SIZE(f->code) == BPF_H ? 2 : 1;

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			switch (BPF_MODE(f->code)) {
			case BPF_IMM:
				a = f->k;
				break;
			case BPF_MEM:
				a = m[f->k];
				break;
			case BPF_LEN:
				a = pkt->len;
				break;
			case BPF_ABS:
				if (f->k >= (uint32_t)SKF_AD_OFF) {
					if (!ancillary(pkt, f->k - SKF_AD_OFF, &a, x))
						return 0;
				} else if (!load(pkt, f->k, size, &a)) {
					return 0;
				}
				break;
			case BPF_IND:
				if (!load(pkt, x + f->k, size, &a))
					return 0;
				break;
			}
			break;
		case BPF_LDX:
			switch (BPF_MODE(f->code)) {
			case BPF_IMM:
				x = f->k;
				break;
			case BPF_MEM:
				x = m[f->k];
				break;
			case BPF_LEN:
				x = pkt->len;
				break;
			case BPF_MSH:
				if (!load(pkt, f->k, 1, &v))
					return 0;
				x = (v & 15) * 4;
				break;
			}
			break;
		case BPF_ST:
			m[f->k] = a;
			break;
		case BPF_STX:
			m[f->k] = x;
			break;
		case BPF_ALU:
			if (!alu(f->code, &a, BPF_SRC(f->code) == BPF_X ? x : f->k))
				return 0;
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				pc += f->k;
			else
				pc += holds(f->code, a, BPF_SRC(f->code) == BPF_X ? x : f->k) ?
					      f->jt :
					      f->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(f->code) == BPF_A ? a : f->k;
		case BPF_MISC:
			if (BPF_MISCOP(f->code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		}
	}
	return 0;
}
