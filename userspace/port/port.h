/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the engine may use of the world it is compiled in: types, arithmetic,
 * memory, strings. The userspace twin of module/port/port.h: the kernel's names
 * over libc. Add a name to both or to neither.
 *
 * Beyond the kernel's names there are those of tests: allocation failure at
 * every n, and what is still allocated.
 */
#ifndef KBPF_PORT_H
#define KBPF_PORT_H

#ifndef _GNU_SOURCE
#error "compile with -D_GNU_SOURCE"
#endif

#if defined(__has_feature) && !defined(__SANITIZE_THREAD__)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned int gfp_t;

#define U8_MAX		((u8)~0U)
#define S8_MAX		((s8)(U8_MAX >> 1))
#define S8_MIN		((s8)(-S8_MAX - 1))
#define U16_MAX		((u16)~0U)
#define S16_MAX		((s16)(U16_MAX >> 1))
#define S16_MIN		((s16)(-S16_MAX - 1))
#define U32_MAX		((u32)~0U)
#define S32_MAX		((s32)(U32_MAX >> 1))
#define S32_MIN		((s32)(-S32_MAX - 1))
#define U64_MAX		((u64)~0ULL)
#define S64_MAX		((s64)(U64_MAX >> 1))
#define S64_MIN		((s64)(-S64_MAX - 1))
#define SIZE_MAX_PORT	(~(size_t)0)

/* ---- annotations ------------------------------------------------------------ */

#define __percpu
#define __user
#define __rcu
#define __force
#define __iomem
#define __bitwise
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))
#define __must_check		__attribute__((__warn_unused_result__))
#define __always_unused		__attribute__((__unused__))
#define __maybe_unused		__attribute__((__unused__))
#define __packed		__attribute__((__packed__))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __cold			__attribute__((__cold__))
#define __annotate_jump_table
#define __pure			__attribute__((__pure__))
#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#define __weak			__attribute__((__weak__))
#define __cacheline_aligned	__attribute__((__aligned__(64)))
#define ____cacheline_aligned	__attribute__((__aligned__(64)))
#define ____cacheline_aligned_in_smp __attribute__((__aligned__(64)))
#define SMP_CACHE_BYTES		64
#undef noinline
#define noinline		__attribute__((__noinline__))
#define __nocfi
#undef fallthrough
#define fallthrough		__attribute__((__fallthrough__))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" : : : "memory")
/* The compiler knows nothing of the value any more. */
#define OPTIMIZER_HIDE_VAR(v)	__asm__("" : "=r" (v) : "0" (v))
#ifdef __SANITIZE_THREAD__
/* It knows atomics, not volatile. */
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#else
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#endif
#define DECLARE_FLEX_ARRAY(type, name) \
	struct { struct { } __empty_ ## name; type name[]; }

#undef static_assert
#define static_assert(expr, ...) _Static_assert(expr, #expr)
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), "BUILD_BUG_ON: " #cond)
#define BUILD_BUG_ON_ZERO(e)	((int)sizeof(struct { int : (-!!(e)); }))

void kbpf_port_warn(const char *file, int line, const char *what);
#define WARN_ON(cond) ({ \
	bool __warn = !!(cond); \
	if (unlikely(__warn)) \
		kbpf_port_warn(__FILE__, __LINE__, #cond); \
	__warn; })
#define WARN_ON_ONCE(cond)	WARN_ON(cond)

/* ---- arithmetic ------------------------------------------------------------- */

#define BITS_PER_BYTE		8
#define BITS_PER_LONG		64
#define BITS_PER_LONG_LONG	64
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(h, l)		((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l)	((~0ULL << (l)) & (~0ULL >> (63 - (h))))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define sizeof_field(t, m)	sizeof(((t *)0)->m)
#define offsetofend(t, m)	(offsetof(t, m) + sizeof_field(t, m))
#define struct_size(p, member, n) \
	kbpf_port_struct_size(sizeof(*(p)), sizeof(*(p)->member), (n))
#define array_size(a, b)	kbpf_port_struct_size(0, (a), (b))
#define flex_array_size(p, member, n) array_size(sizeof(*(p)->member), (n))
#define container_of(ptr, type, member) ({ \
	const __typeof__(((type *)0)->member) *__mptr = (ptr); \
	(type *)((char *)(unsigned long)__mptr - offsetof(type, member)); })

#define __port_cmp(a, b, op) ({ \
	__typeof__(a) __pa = (a); \
	__typeof__(b) __pb = (b); \
	(void)(&__pa == &__pb); \
	__pa op __pb ? __pa : __pb; })
#undef min
#undef max
#define min(a, b)		__port_cmp(a, b, <)
#define max(a, b)		__port_cmp(a, b, >)
#define min3(a, b, c)		min(min(a, b), c)
#define max3(a, b, c)		max(max(a, b), c)
#define min_t(t, a, b)		({ t __ta = (a); t __tb = (b); __ta < __tb ? __ta : __tb; })
#define max_t(t, a, b)		({ t __ta = (a); t __tb = (b); __ta > __tb ? __ta : __tb; })
#define clamp(v, lo, hi)	min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi)	min_t(t, max_t(t, v, lo), hi)
#define swap(a, b) do { \
	__typeof__(a) __swap = (a); \
	(a) = (b); \
	(b) = __swap; \
} while (0)
#undef abs
#define abs(x) ({ __typeof__(x) __abs = (x); __abs < 0 ? -__abs : __abs; })

#define __round_mask(x, y)	((__typeof__(x))((y) - 1))
#define round_up(x, y)		((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y)	((x) & ~__round_mask(x, y))
#define ALIGN(x, a)		(((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a)		((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#undef roundup
#define roundup(x, y)		((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y)		((x) - ((x) % (y)))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)((n) & 0xffffffff))

#define check_add_overflow(a, b, d)	__builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d)	__builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d)	__builtin_mul_overflow(a, b, d)

static inline size_t kbpf_port_struct_size(size_t base, size_t elem, size_t n)
{
	size_t r;

	if (__builtin_mul_overflow(elem, n, &r) || __builtin_add_overflow(r, base, &r))
		return SIZE_MAX_PORT;
	return r;
}

static inline u64 div64_u64(u64 a, u64 b) { return a / b; }
static inline s64 div64_s64(s64 a, s64 b) { return a / b; }
static inline u64 div_u64(u64 a, u32 b) { return a / b; }
static inline s64 div_s64(s64 a, s32 b) { return a / b; }
static inline u64 div64_ul(u64 a, unsigned long b) { return a / b; }

static inline u64 div64_u64_rem(u64 a, u64 b, u64 *rem)
{
	*rem = a % b;
	return a / b;
}

static inline u64 div_u64_rem(u64 a, u32 b, u32 *rem)
{
	*rem = a % b;
	return a / b;
}

#define do_div(n, base) ({ \
	u32 __rem = (u32)((n) % (base)); \
	(n) /= (base); \
	__rem; })

static inline int fls(unsigned int x) { return x ? 32 - __builtin_clz(x) : 0; }
static inline int fls64(u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
static inline unsigned long __fls(unsigned long x) { return 63 - __builtin_clzl(x); }
static inline unsigned long __ffs(unsigned long x) { return __builtin_ctzl(x); }
static inline unsigned long __ffs64(u64 x) { return __builtin_ctzll(x); }
static inline unsigned int hweight8(unsigned int x) { return __builtin_popcount(x & 0xff); }
static inline unsigned int hweight16(unsigned int x) { return __builtin_popcount(x & 0xffff); }
static inline unsigned int hweight32(u32 x) { return __builtin_popcount(x); }
static inline unsigned long hweight64(u64 x) { return __builtin_popcountll(x); }
static inline u32 rol32(u32 x, unsigned int n) { return (x << (n & 31)) | (x >> (-n & 31)); }
static inline u32 ror32(u32 x, unsigned int n) { return (x >> (n & 31)) | (x << (-n & 31)); }
static inline u64 rol64(u64 x, unsigned int n) { return (x << (n & 63)) | (x >> (-n & 63)); }
static inline s64 sign_extend64(u64 x, int bit) { return (s64)(x << (63 - bit)) >> (63 - bit); }
static inline s32 sign_extend32(u32 x, int bit) { return (s32)(x << (31 - bit)) >> (31 - bit); }
static inline bool is_power_of_2(unsigned long n) { return n && !(n & (n - 1)); }
#define ilog2(n)			(fls64(n) - 1)
#define roundup_pow_of_two(n)		(1UL << fls64((n) - 1UL))
#define rounddown_pow_of_two(n)		(1UL << (fls64(n) - 1))
#define order_base_2(n)			((n) > 1 ? fls64((n) - 1UL) : 0)

/* ---- bytes ------------------------------------------------------------------- */

static inline u16 swab16(u16 x) { return __builtin_bswap16(x); }
static inline u32 swab32(u32 x) { return __builtin_bswap32(x); }
static inline u64 swab64(u64 x) { return __builtin_bswap64(x); }
/* little-endian machines only, as the engine's kernels are */
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
#define cpu_to_le16(x)	((u16)(x))
#define cpu_to_le32(x)	((u32)(x))
#define cpu_to_le64(x)	((u64)(x))
#define le16_to_cpu(x)	((u16)(x))
#define le32_to_cpu(x)	((u32)(x))
#define le64_to_cpu(x)	((u64)(x))
#define cpu_to_be16(x)	swab16(x)
#define cpu_to_be32(x)	swab32(x)
#define cpu_to_be64(x)	swab64(x)
#define be16_to_cpu(x)	swab16(x)
#define be32_to_cpu(x)	swab32(x)
#define be64_to_cpu(x)	swab64(x)

#define get_unaligned(ptr) ({ \
	const struct { __typeof__(*(ptr)) x; } __packed *__up = (const void *)(ptr); \
	__up->x; })
#define put_unaligned(val, ptr) do { \
	struct { __typeof__(*(ptr)) x; } __packed *__up = (void *)(ptr); \
	__up->x = (val); \
} while (0)
static inline u16 get_unaligned_be16(const void *p) { return swab16(get_unaligned((const u16 *)p)); }
static inline u32 get_unaligned_be32(const void *p) { return swab32(get_unaligned((const u32 *)p)); }
static inline u64 get_unaligned_be64(const void *p) { return swab64(get_unaligned((const u64 *)p)); }
static inline u16 get_unaligned_le16(const void *p) { return get_unaligned((const u16 *)p); }
static inline u32 get_unaligned_le32(const void *p) { return get_unaligned((const u32 *)p); }
static inline u64 get_unaligned_le64(const void *p) { return get_unaligned((const u64 *)p); }
static inline void put_unaligned_be16(u16 v, void *p) { put_unaligned(swab16(v), (u16 *)p); }
static inline void put_unaligned_be32(u32 v, void *p) { put_unaligned(swab32(v), (u32 *)p); }
static inline void put_unaligned_be64(u64 v, void *p) { put_unaligned(swab64(v), (u64 *)p); }
static inline void put_unaligned_le16(u16 v, void *p) { put_unaligned(v, (u16 *)p); }
static inline void put_unaligned_le32(u32 v, void *p) { put_unaligned(v, (u32 *)p); }
static inline void put_unaligned_le64(u64 v, void *p) { put_unaligned(v, (u64 *)p); }

/* ---- bitmaps ------------------------------------------------------------------ */

#define BITS_TO_LONGS(n)	DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(unsigned long n, const unsigned long *map)
{
	return (map[n / 64] >> (n % 64)) & 1;
}

static inline void __set_bit(unsigned long n, unsigned long *map)
{
	map[n / 64] |= BIT(n % 64);
}

static inline void __clear_bit(unsigned long n, unsigned long *map)
{
	map[n / 64] &= ~BIT(n % 64);
}

static inline bool __test_and_set_bit(unsigned long n, unsigned long *map)
{
	bool was = test_bit(n, map);

	__set_bit(n, map);
	return was;
}

static inline void set_bit(unsigned long n, unsigned long *map)
{
	__atomic_fetch_or(&map[n / 64], BIT(n % 64), __ATOMIC_RELAXED);
}

static inline void clear_bit(unsigned long n, unsigned long *map)
{
	__atomic_fetch_and(&map[n / 64], ~BIT(n % 64), __ATOMIC_RELAXED);
}

static inline bool test_and_set_bit(unsigned long n, unsigned long *map)
{
	return __atomic_fetch_or(&map[n / 64], BIT(n % 64), __ATOMIC_SEQ_CST) & BIT(n % 64);
}

static inline bool test_and_clear_bit(unsigned long n, unsigned long *map)
{
	return __atomic_fetch_and(&map[n / 64], ~BIT(n % 64), __ATOMIC_SEQ_CST) & BIT(n % 64);
}

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
			     unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		dst[i] = a[i] | b[i];
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long from);
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long from);
#define find_first_bit(map, size)	find_next_bit(map, size, 0)
#define find_first_zero_bit(map, size)	find_next_zero_bit(map, size, 0)
#define for_each_set_bit(bit, map, size) \
	for ((bit) = find_first_bit(map, size); (bit) < (size); \
	     (bit) = find_next_bit(map, size, (bit) + 1))

/* ---- errors ------------------------------------------------------------------- */

#define MAX_ERRNO		4095
#define IS_ERR_VALUE(x)		unlikely((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline bool IS_ERR(const void *p) { return IS_ERR_VALUE(p); }
static inline bool IS_ERR_OR_NULL(const void *p) { return !p || IS_ERR_VALUE(p); }
static inline void *ERR_CAST(const void *p) { return (void *)(unsigned long)p; }
static inline int PTR_ERR_OR_ZERO(const void *p) { return IS_ERR(p) ? (int)PTR_ERR(p) : 0; }
#ifndef ENOTSUPP
#define ENOTSUPP 524
#endif

/* ---- memory -------------------------------------------------------------------- */

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)	ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGNED(x)	IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define KMALLOC_MAX_SIZE (1UL << 22)
#define NUMA_NO_NODE	(-1)
#define nr_node_ids	1U
#define node_online(n)	(!(n))

#define __GFP_ZERO		0x01U
#define __GFP_NOWARN		0x02U
#define __GFP_NORETRY		0x04U
#define __GFP_RETRY_MAYFAIL	0x08U
#define __GFP_ACCOUNT		0x10U
#define __GFP_SLEEPS		0x20U	/* userspace's own: asserts that sleeping is allowed */
#define GFP_KERNEL		__GFP_SLEEPS
#define GFP_USER		__GFP_SLEEPS
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_ATOMIC		0x40U
#define GFP_NOWAIT		0x80U

void *kbpf_port_alloc(size_t n, size_t size, gfp_t gfp, size_t most);
void kfree(const void *p);
void *krealloc(const void *p, size_t size, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
void *kvmemdup(const void *src, size_t len, gfp_t gfp);
char *kstrdup(const char *s, gfp_t gfp);
char *kstrndup(const char *s, size_t len, gfp_t gfp);
/* Frees @p and returns the copy, or returns NULL and leaves @p alone. */
void *kbpf_kvrealloc(void *p, size_t oldsize, size_t newsize, gfp_t gfp);
#define kmalloc(size, gfp)		kbpf_port_alloc(1, size, gfp, KMALLOC_MAX_SIZE)
#define kzalloc(size, gfp)		kmalloc(size, (gfp) | __GFP_ZERO)
#define kmalloc_array(n, size, gfp)	kbpf_port_alloc(n, size, gfp, KMALLOC_MAX_SIZE)
#define kcalloc(n, size, gfp)		kmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define kmalloc_node(size, gfp, node)	((void)(node), kmalloc(size, gfp))
#define kzalloc_node(size, gfp, node)	((void)(node), kzalloc(size, gfp))
#define kvmalloc_node(size, gfp, node)	((void)(node), kvmalloc(size, gfp))
#define kvzalloc_node(size, gfp, node)	((void)(node), kvzalloc(size, gfp))
#define kvmalloc(size, gfp)		kbpf_port_alloc(1, size, gfp, INT_MAX)
#define kvzalloc(size, gfp)		kvmalloc(size, (gfp) | __GFP_ZERO)
#define kvmalloc_array(n, size, gfp)	kbpf_port_alloc(n, size, gfp, INT_MAX)
#define kvcalloc(n, size, gfp)		kvmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define kvfree(p)			kfree(p)
#define kfree_sensitive(p)		kfree(p)
#define vmalloc(size)			kbpf_port_alloc(1, size, GFP_KERNEL, SIZE_MAX_PORT)
#define vzalloc(size)	kbpf_port_alloc(1, size, GFP_KERNEL | __GFP_ZERO, SIZE_MAX_PORT)
#define vfree(p)			kfree(p)
#define bitmap_zalloc(bits, gfp)	((unsigned long *)kcalloc(BITS_TO_LONGS(bits), sizeof(long), gfp))
#define bitmap_free(map)		kfree(map)

/**
 * kbpf_port_fail_at() - make an allocation fail
 * @n: the n-th from now on fails (1: the next); 0: none
 */
void kbpf_port_fail_at(u64 n);

/* Did the failure that was asked for happen? */
bool kbpf_port_failed(void);

/* Allocations (of every kind) that are not freed; wait with rcu_barrier() first. */
s64 kbpf_port_live(void);

/* Called by everything that would sleep in the kernel: aborts where it may not. */
void might_sleep(void);

/* ---- strings --------------------------------------------------------------------- */

ssize_t strscpy(char *dst, const char *src, size_t size);
ssize_t strscpy_pad(char *dst, const char *src, size_t size);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
void *memchr_inv(const void *p, int c, size_t size);
int kstrtoull(const char *s, unsigned int base, unsigned long long *res);

/* ---- the rest --------------------------------------------------------------------- */

void sort(void *base, size_t num, size_t size, int (*cmp)(const void *, const void *),
	  void (*swap_func)(void *, void *, int));

u32 jhash(const void *key, u32 length, u32 initval);
u32 jhash2(const u32 *k, u32 length, u32 initval);
u32 jhash_1word(u32 a, u32 initval);
static inline u32 hash_32(u32 v, unsigned int bits) { return (v * 0x61C88647U) >> (32 - bits); }
static inline u32 hash_64(u64 v, unsigned int bits)
{
	return (v * 0x61C8864680B583EBULL) >> (64 - bits);
}

#define SHA1_DIGEST_SIZE	20
#define SHA1_BLOCK_SIZE		64
#define SHA1_DIGEST_WORDS	5
#define SHA1_WORKSPACE_WORDS	16
void sha1_init(u32 *buf);
void sha1_transform(u32 *digest, const char *data, u32 *workspace);

u32 get_random_u32(void);
u64 get_random_u64(void);
void get_random_bytes(void *buf, size_t len);

u64 ktime_get_ns(void);
u64 ktime_get_boottime_ns(void);
u64 ktime_get_mono_fast_ns(void);
u64 ktime_get_coarse_ns(void);
u64 local_clock(void);

static inline void cond_resched(void) { }

#endif /* KBPF_PORT_H */
