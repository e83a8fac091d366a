/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What BPF's operations and comparisons do to n-bit words, the slow and plain way. */
#ifndef CONCRETE_H
#define CONCRETE_H

#include "verifier/word.h"

static u64 concrete(enum kbpf_arith op, u64 a, u64 b, u32 n)
{
	u64 m = kbpf_low_mask(n);
	s64 x = kbpf_as_signed(a, n), y = kbpf_as_signed(b, n);

	switch (op) {
	case KBPF_ARITH_ADD: return (a + b) & m;
	case KBPF_ARITH_SUB: return (a - b) & m;
	case KBPF_ARITH_MUL: return (a * b) & m;
	case KBPF_ARITH_UDIV: return b ? a / b : 0;
	case KBPF_ARITH_SDIV: return !b ? 0 : y == -1 ? -a & m : (u64)(x / y) & m;
	case KBPF_ARITH_UMOD: return b ? a % b : a;
	case KBPF_ARITH_SMOD: return !b ? a : y == -1 ? 0 : (u64)(x % y) & m;
	case KBPF_ARITH_AND: return a & b;
	case KBPF_ARITH_OR: return a | b;
	case KBPF_ARITH_XOR: return a ^ b;
	case KBPF_ARITH_SHL: return (a << (b % n)) & m;
	case KBPF_ARITH_SHR: return a >> (b % n);
	case KBPF_ARITH_SAR: return (u64)(x >> (b % n)) & m;
	case KBPF_ARITHS: break;
	}
	abort();
}

static bool compare(enum kbpf_cmp cmp, u64 a, u64 b, u32 n)
{
	s64 x = kbpf_as_signed(a, n), y = kbpf_as_signed(b, n);

	switch (cmp) {
	case KBPF_CMP_EQ: return a == b;
	case KBPF_CMP_NE: return a != b;
	case KBPF_CMP_UGT: return a > b;
	case KBPF_CMP_ULE: return a <= b;
	case KBPF_CMP_UGE: return a >= b;
	case KBPF_CMP_ULT: return a < b;
	case KBPF_CMP_SGT: return x > y;
	case KBPF_CMP_SLE: return x <= y;
	case KBPF_CMP_SGE: return x >= y;
	case KBPF_CMP_SLT: return x < y;
	case KBPF_CMP_SET: return a & b;
	case KBPF_CMP_CLEAR: return !(a & b);
	case KBPF_CMPS: break;
	}
	abort();
}

#endif /* CONCRETE_H */
