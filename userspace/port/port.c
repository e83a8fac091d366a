// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* The kernel's names over libc: bits, strings, sorting, hashing, time. */
#include <sys/random.h>
#include <time.h>
#include "port.h"

void kbpf_port_warn(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: WARN_ON(%s)\n", file, line, what);
	abort();
}

static unsigned long find_next(const unsigned long *map, unsigned long size, unsigned long from,
			       unsigned long flip)
{
	for (unsigned long i = from; i < size; i = (i | 63) + 1) {
		unsigned long w = (map[i / 64] ^ flip) >> (i % 64);

		if (w) {
			i += __ffs(w);
			return i < size ? i : size;
		}
	}
	return size;
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long from)
{
	return find_next(map, size, from, 0);
}

unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long from)
{
	return find_next(map, size, from, ~0UL);
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len;

	if (!size)
		return -E2BIG;
	len = strnlen(src, size);
	if (len < size) {
		memcpy(dst, src, len + 1);
		return len;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = 0;
	return -E2BIG;
}

ssize_t strscpy_pad(char *dst, const char *src, size_t size)
{
	ssize_t n = strscpy(dst, src, size);

	if (n >= 0)
		memset(dst + n, 0, size - n);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (n < 0 || !size)
		return 0;
	return (size_t)n < size ? n : (int)size - 1;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

void *memchr_inv(const void *p, int c, size_t size)
{
	const u8 *b = p;

	for (; size; size--, b++)
		if (*b != (u8)c)
			return (void *)(unsigned long)b;
	return NULL;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	char *end;

	if (!*s || *s == '-' || isspace((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	*res = strtoull(s, &end, base);
	if (errno == ERANGE)
		return -ERANGE;
	if (*end == '\n')
		end++;
	return *end ? -EINVAL : 0;
}

void sort(void *base, size_t num, size_t size, int (*cmp)(const void *, const void *),
	  void (*swap_func)(void *, void *, int))
{
	(void)swap_func;
	if (num)
		qsort(base, num, size, cmp);
}

/* ---- Bob Jenkins' lookup3, which the kernel's jhash is ------------------------- */

static void mix(u32 s[3])
{
	static const u8 rot[6] = { 4, 6, 8, 16, 19, 4 };

	for (int i = 0; i < 6; i++) {
		u32 *a = &s[i % 3], *b = &s[(i + 1) % 3], *c = &s[(i + 2) % 3];

		*a -= *c;
		*a ^= rol32(*c, rot[i]);
		*c += *b;
	}
}

static void final(u32 s[3])
{
	static const u8 rot[7] = { 14, 11, 25, 16, 4, 14, 24 };

	/* c,a,b in turn: each is xored with the one mixed last, then reduced */
	for (int i = 0; i < 7; i++) {
		u32 *x = &s[(i + 2) % 3], *y = &s[(i + 1) % 3];

		*x ^= *y;
		*x -= rol32(*y, rot[i]);
	}
}

static u32 jhash_words(const u8 *k, u32 length, u32 seed)
{
	u32 s[3] = { seed, seed, seed };
	u8 tail[12] = { 0 };

	for (; length > 12; length -= 12, k += 12) {
		for (int i = 0; i < 3; i++)
			s[i] += get_unaligned_le32(k + 4 * i);
		mix(s);
	}
	if (!length)
		return s[2];
	memcpy(tail, k, length);
	for (int i = 0; i < 3; i++)
		s[i] += get_unaligned_le32(tail + 4 * i);
	final(s);
	return s[2];
}

#define JHASH_SEED 0xdeadbeefU

u32 jhash(const void *key, u32 length, u32 initval)
{
	return jhash_words(key, length, JHASH_SEED + length + initval);
}

u32 jhash2(const u32 *k, u32 length, u32 initval)
{
	return jhash_words((const u8 *)k, length * 4, JHASH_SEED + (length << 2) + initval);
}

u32 jhash_1word(u32 a, u32 initval)
{
	u32 s[3] = { a + JHASH_SEED + initval + 4, JHASH_SEED + initval + 4,
		     JHASH_SEED + initval + 4 };

	final(s);
	return s[2];
}

/* ---- SHA-1 (FIPS 180-4) ----------------------------------------------------------- */

void sha1_init(u32 *buf)
{
	static const u32 h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };

	memcpy(buf, h, sizeof(h));
}

void sha1_transform(u32 *digest, const char *data, u32 *w)
{
	static const u32 k[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	u32 a = digest[0], b = digest[1], c = digest[2], d = digest[3], e = digest[4];

	for (int t = 0; t < 80; t++) {
		u32 f, tmp;

		if (t < 16)
			w[t] = get_unaligned_be32(data + 4 * t);
		else
			w[t & 15] = rol32(w[(t + 13) & 15] ^ w[(t + 8) & 15] ^ w[(t + 2) & 15] ^
					  w[t & 15], 1);
		if (t < 20)
			f = (b & c) | (~b & d);
		else if (t < 40 || t >= 60)
			f = b ^ c ^ d;
		else
			f = (b & c) | (b & d) | (c & d);
		tmp = rol32(a, 5) + f + e + k[t / 20] + w[t & 15];
		e = d;
		d = c;
		c = rol32(b, 30);
		b = a;
		a = tmp;
	}
	digest[0] += a;
	digest[1] += b;
	digest[2] += c;
	digest[3] += d;
	digest[4] += e;
}

/* ---- randomness and time ------------------------------------------------------------ */

void get_random_bytes(void *buf, size_t len)
{
	u8 *p = buf;

	while (len) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0)
			continue;
		p += n;
		len -= n;
	}
}

u32 get_random_u32(void)
{
	u32 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

u64 get_random_u64(void)
{
	u64 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

static u64 now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

u64 ktime_get_ns(void) { return now(CLOCK_MONOTONIC); }
u64 ktime_get_mono_fast_ns(void) { return now(CLOCK_MONOTONIC); }
u64 ktime_get_boottime_ns(void) { return now(CLOCK_BOOTTIME); }
u64 ktime_get_coarse_ns(void) { return now(CLOCK_MONOTONIC_COARSE); }
u64 local_clock(void) { return now(CLOCK_MONOTONIC); }
