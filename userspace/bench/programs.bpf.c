// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Programs to compare executors by: each runs some ten microseconds and returns
 * a sum of what it did. Compiled for BPF and, those without maps, natively.
 */
#include "bench.h"

__u8 bytes[4096];
__u8 copied[4096];
__u8 flags[4096];
__u32 words[1024];
__u32 sorted[1024];
__u32 slots[64];
__u32 crc_table[256];
__u64 counters[8];
__u32 seed;
__u32 calls_made;
/*
 * 0, and no compiler or verifier knows. Sums that start from it are no constants,
 * of which verifiers would keep one a path.
 */
volatile __u32 nothing;

static __always_inline __u32 step(__u32 x)
{
	return x * 1664525 + 1013904223;
}

/* Fills the tables; run once before the others. */
PROGRAM(setup)
{
	__u32 x = 12345;

	for (int i = 0; i < 4096; i++) {
		x = step(x);
		bytes[i] = x >> 24;
		copied[i] = x >> 24;
	}
	for (int i = 0; i < 1024; i++) {
		x = step(x);
		words[i] = x;
		sorted[i] = i * 37;
	}
	for (int i = 0; i < 256; i++) {
		__u32 c = i;

		for (int k = 0; k < 8; k++)
			c = (c >> 1) ^ (c & 1 ? 0xedb88320 : 0);
		crc_table[i] = c;
	}
	return 0;
}

PROGRAM(alu)
{
	__u64 a = 1, b = 2, c = 3;

	for (int i = 0; i < 2000; i++) {
		a = a * 33 + (b >> 7);
		b ^= a + i;
		c += (a & b) | (__u32)i;
		c -= b << 3;
	}
	return (int)(a ^ b ^ c);
}

PROGRAM(sieve)
{
	__u32 n = nothing;

	for (int i = 0; i < 4096; i++) {
		flags[i] = 0;
		keep_loop();
	}
	for (__u32 i = 2; i < 64; i++) {
		if (flags[i])
			continue;
		for (__u32 j = i * i; j < 4096; j += i)
			flags[j] = 1;
	}
	for (int i = 2; i < 4096; i++)
		n += !flags[i];
	return n;
}

static __always_inline __u32 rol32(__u32 x, int n)
{
	return x << n | x >> (32 - n);
}

PROGRAM(jhash)
{
	__u32 sum = 0;

	for (__u32 k = 0; k < 48; k++) {
		__u32 a, b, c;

		a = b = c = 0xdeadbeef + 48 + k;
		for (__u32 i = 0; i < 12; i += 3) {
			a += words[(k * 12 + i) & 1023];
			b += words[(k * 12 + i + 1) & 1023];
			c += words[(k * 12 + i + 2) & 1023];
			a -= c; a ^= rol32(c, 4); c += b;
			b -= a; b ^= rol32(a, 6); a += c;
			c -= b; c ^= rol32(b, 8); b += a;
			a -= c; a ^= rol32(c, 16); c += b;
			b -= a; b ^= rol32(a, 19); a += c;
			c -= b; c ^= rol32(b, 4); b += a;
		}
		c ^= b; c -= rol32(b, 14);
		a ^= c; a -= rol32(c, 11);
		b ^= a; b -= rol32(a, 25);
		c ^= b; c -= rol32(b, 16);
		sum += c;
	}
	return sum;
}

#define ROL64(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define SIP_ROUND do { \
	v0 += v1; v1 = ROL64(v1, 13); v1 ^= v0; v0 = ROL64(v0, 32); \
	v2 += v3; v3 = ROL64(v3, 16); v3 ^= v2; \
	v0 += v3; v3 = ROL64(v3, 21); v3 ^= v0; \
	v2 += v1; v1 = ROL64(v1, 17); v1 ^= v2; v2 = ROL64(v2, 32); \
} while (0)

PROGRAM(siphash)
{
	const __u64 *data = (const __u64 *)bytes;
	__u64 v0 = 0x736f6d6570736575ULL, v1 = 0x646f72616e646f6dULL;
	__u64 v2 = 0x6c7967656e657261ULL, v3 = 0x7465646279746573ULL;

	for (int i = 0; i < 256; i++) {
		v3 ^= data[i];
		SIP_ROUND;
		SIP_ROUND;
		v0 ^= data[i];
	}
	v2 ^= 0xff;
	SIP_ROUND;
	SIP_ROUND;
	SIP_ROUND;
	SIP_ROUND;
	v0 ^= v1 ^ v2 ^ v3;
	return (int)(v0 ^ v0 >> 32);
}

PROGRAM(checksum)
{
	const __u16 *p = (const __u16 *)bytes;
	__u32 sum = 0;

	for (int i = 0; i < 1500; i++) {
		sum += p[i];
		opaque(sum);
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)~sum;
}

PROGRAM(parse)
{
	__u32 sum = 0;

	for (__u32 k = 0; k < 60; k++) {
		const __u8 *p = &bytes[k * 64];
		__u16 type = (__u16)p[12] << 8 | p[13];
		__u32 ihl = (p[14] & 7) * 4;
		const __u8 *t = p + 14 + ihl;
		__u32 saddr = (__u32)p[26] << 24 | (__u32)p[27] << 16 | (__u32)p[28] << 8 | p[29];
		__u32 daddr = (__u32)p[30] << 24 | (__u32)p[31] << 16 | (__u32)p[32] << 8 | p[33];
		__u32 sport = (__u32)t[0] << 8 | t[1], dport = (__u32)t[2] << 8 | t[3];
		__u32 seq = (__u32)t[4] << 24 | (__u32)t[5] << 16 | (__u32)t[6] << 8 | t[7];

		if (type != 0x0800)
			sum += type;
		if (t[13] & 2)
			sum ^= seq;
		sum += saddr ^ daddr;
		sum = rol32(sum, 5) + (sport << 16 | dport);
	}
	return sum;
}

PROGRAM(memcopy)
{
	const __u64 *from = (const __u64 *)bytes;
	__u64 *to = (__u64 *)copied;

	for (int i = 0; i < 512; i += 4) {
		to[i] = from[i];
		to[i + 1] = from[i + 1];
		to[i + 2] = from[i + 2];
		to[i + 3] = from[i + 3];
		keep_loop();
	}
	return copied[100];
}

PROGRAM(memcompare)
{
	for (int i = 0; i < 2048; i++) {
		__u8 a = bytes[i], b = copied[i];

		if (a != b)
			return a < b ? -1 : 1;
	}
	return 0;
}

PROGRAM(strscan)
{
	__u32 found = nothing;

	for (int i = 0; i < 2048; i++)
		if (bytes[i] == '/')
			found = found * 31 + i;
	return found;
}

PROGRAM(bsearch)
{
	/* other keys every time: a predictor may not learn them */
	__u32 sum = 0, x = seed += 777;

	for (int k = 0; k < 64; k++) {
		__u32 lo = nothing, len = 1024, want;

		x = step(x);
		want = (x >> 8) % (1024 * 37);
		for (int i = 0; i < 10; i++) {
			__u32 half = len / 2, mid = (lo + half) & 1023;

			if (sorted[mid] <= want)
				lo = mid;
			len -= half;
			opaque(len);
		}
		sum += lo;
	}
	return sum;
}

static __always_inline __u32 log2_32(__u32 v)
{
	__u32 r, shift;

	r = (v > 0xffff) << 4; v >>= r;
	shift = (v > 0xff) << 3; v >>= shift; r |= shift;
	shift = (v > 0xf) << 2; v >>= shift; r |= shift;
	shift = (v > 0x3) << 1; v >>= shift; r |= shift;
	r |= (v >> 1);
	return r;
}

PROGRAM(log2hist)
{
	__u32 n = nothing, x = seed += 333;

	for (int i = 0; i < 128; i++) {
		__u32 slot;

		x = step(x);
		slot = log2_32(x >> (x & 15)) & 63;

		slots[slot]++;
		n += slot;
	}
	return n;
}

PROGRAM(sort64)
{
	__u32 x = 99, sum = 0;

	for (int i = 0; i < 64; i++) {
		x = step(x);
		slots[i] = x;
	}
	for (int i = 63; i > 0; i--) {
		for (int j = 0; j < i; j++) {
			__u32 a = slots[j], b = slots[j + 1];

			if (a > b) {
				slots[j] = b;
				slots[j + 1] = a;
			}
			/* what was compared does not go on into the next step */
			keep_loop();
		}
	}
	for (int i = 0; i < 64; i++)
		sum = sum * 31 + slots[i];
	for (int i = 0; i < 64; i++) {
		slots[i] = 0;
		keep_loop();
	}
	return sum;
}

PROGRAM(decoder)
{
	__u32 acc = 1, r = 2;

	for (int i = 0; i < 400; i++) {
		__u8 op = bytes[i], arg = bytes[i + 1];

		switch (op & 15) {
		case 0: acc += arg; break;
		case 1: acc -= arg; break;
		case 2: acc ^= arg; break;
		case 3: acc |= arg; break;
		case 4: acc <<= arg & 7; break;
		case 5: acc >>= arg & 7; break;
		case 6: r += acc; break;
		case 7: r ^= acc; break;
		case 8: acc *= 3; break;
		case 9: acc = r; break;
		case 10: r = acc + arg; break;
		case 11: acc = ~acc; break;
		case 12: r -= arg; break;
		case 13: acc += r; break;
		case 14: r = r * 5 + 1; break;
		default: acc ^= r >> 3; break;
		}
		opaque(acc);
		opaque(r);
	}
	return acc ^ r;
}

static __noinline __u64 mix(__u64 a, __u64 b)
{
	a ^= b * 0x9e3779b9;
	return a ^ a >> 15;
}

static __noinline __u64 pick(__u64 a, __u64 b, __u64 c)
{
	return a > b ? a - c : b + c;
}

static __noinline __u64 both(__u64 a, __u64 b)
{
	__u64 x = mix(a, b);

	return x + pick(x, a, b);
}

PROGRAM(calls)
{
	__u64 x = 1;

	for (int i = 0; i < 300; i++)
		x = both(x, i) + mix(x, i);
	return (int)x;
}

PROGRAM(atomics)
{
	__u64 sum = 0;

	for (int i = 0; i < 200; i++) {
		sum += __sync_fetch_and_add(&counters[i & 7], i);
		__sync_fetch_and_or(&counters[(i + 1) & 7], 1);
		sum ^= __sync_lock_test_and_set(&counters[(i + 2) & 7], sum);
		sum += __sync_val_compare_and_swap(&counters[(i + 3) & 7], 5, i);
	}
	for (int i = 0; i < 8; i++)
		counters[i] = 0;
	return (int)sum;
}

PROGRAM(decimal)
{
	__u32 x = 5, sum = 0;

	for (int i = 0; i < 100; i++) {
		__u32 v;

		x = step(x);
		v = x;
		for (int k = 0; k < 10; k++) {
			__u32 digit = v % 10;

			v /= 10;
			copied[(i * 10 + k) & 4095] = '0' + digit;
			sum += digit;
		}
	}
	for (int i = 0; i < 1000; i++) {
		copied[i] = bytes[i];
		keep_loop();
	}
	return sum;
}

PROGRAM(crc32)
{
	__u32 crc = ~0u;

	for (int i = 0; i < 1500; i++)
		crc = crc_table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
	return ~crc;
}

PROGRAM(matrix)
{
	__u32 sum = 0;

	for (int i = 0; i < 12; i++) {
		for (int j = 0; j < 12; j++) {
			__u32 dot = 0;

			for (int k = 0; k < 12; k++)
				dot += words[i * 12 + k] * words[256 + k * 12 + j];
			sum ^= dot + j;
		}
	}
	return sum;
}

PROGRAM(popcount)
{
	__u32 n = 0;

	for (int i = 0; i < 512; i++) {
		__u32 v = words[i];

		v = v - ((v >> 1) & 0x55555555);
		v = (v & 0x33333333) + ((v >> 2) & 0x33333333);
		v = (v + (v >> 4)) & 0x0f0f0f0f;
		n += (v * 0x01010101) >> 24;
	}
	return n;
}

#ifdef __bpf__
/* ---- helpers and maps -------------------------------------------------------- */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} progs SEC(".maps");

PROGRAM(array_lookup)
{
	__u32 n = nothing;

	for (__u32 i = 0; i < 256; i++) {
		__u32 key = (i * 7) & 255;
		__u64 *v = bpf_map_lookup_elem(&array, &key);

		if (v)
			n += ++*v;
	}
	for (__u32 i = 0; i < 256; i++) {
		__u32 key = i;
		__u64 *v = bpf_map_lookup_elem(&array, &key);

		if (v)
			*v = 0;
	}
	return n;
}

PROGRAM(percpu_lookup)
{
	__u32 n = nothing;

	for (__u32 i = 0; i < 256; i++) {
		__u32 key = (i * 7) & 255;
		__u64 *v = bpf_map_lookup_elem(&percpu, &key);

		if (v) {
			*v = i;
			n += *v;
		}
	}
	return n;
}

PROGRAM(hash_update)
{
	__u32 n = 0;

	for (__u64 i = 0; i < 128; i++) {
		__u64 key = i * 3, value = i;

		n += bpf_map_update_elem(&hash, &key, &value, BPF_ANY);
	}
	return n;
}

PROGRAM(hash_lookup)
{
	__u32 n = 0;

	for (__u64 i = 0; i < 256; i++) {
		__u64 key = i;
		__u64 *v = bpf_map_lookup_elem(&hash, &key);

		if (v)
			n += *v;
	}
	return n;
}

PROGRAM(tail)
{
	calls_made++;
	bpf_tail_call(ctx, &progs, 1);
	/* so many calls later */
	return 7;
}

PROGRAM(empty)
{
	return 0;
}
#endif

LICENSE;
