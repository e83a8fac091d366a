/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * <kunit/test.h> for a process: suites under kunit/ that use only the engine
 * are compiled against this as well, and run under sanitizers.
 */
#ifndef KBPF_TEST_KUNIT_H
#define KBPF_TEST_KUNIT_H

#include "port.h"
#include "port_sync.h"
#include <setjmp.h>

struct kunit {
	bool failed;
	jmp_buf out;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(fn)	{ .run_case = fn, .name = #fn }
#define kunit_info(test, fmt, ...) printf("    # " fmt "\n", ##__VA_ARGS__)
#define KUNIT_FAIL(test, fmt, ...) do { \
	printf("    # %s:%d: " fmt "\n", __FILE__, __LINE__, ##__VA_ARGS__); \
	(test)->failed = true; \
} while (0)
#define KBPF_KUNIT_CMP(test, a, op, b, stop) do { \
	long long __ka = (long long)(a), __kb = (long long)(b); \
	if (!(__ka op __kb)) { \
		KUNIT_FAIL(test, "%s (%lld) " #op " %s (%lld)", #a, __ka, #b, __kb); \
		if (stop) \
			longjmp((test)->out, 1); \
	} \
} while (0)
#define KUNIT_EXPECT_EQ(t, a, b)	KBPF_KUNIT_CMP(t, a, ==, b, 0)
#define KUNIT_EXPECT_NE(t, a, b)	KBPF_KUNIT_CMP(t, a, !=, b, 0)
#define KUNIT_EXPECT_LT(t, a, b)	KBPF_KUNIT_CMP(t, a, <, b, 0)
#define KUNIT_EXPECT_LE(t, a, b)	KBPF_KUNIT_CMP(t, a, <=, b, 0)
#define KUNIT_EXPECT_GT(t, a, b)	KBPF_KUNIT_CMP(t, a, >, b, 0)
#define KUNIT_EXPECT_GE(t, a, b)	KBPF_KUNIT_CMP(t, a, >=, b, 0)
#define KUNIT_ASSERT_EQ(t, a, b)	KBPF_KUNIT_CMP(t, a, ==, b, 1)
#define KUNIT_ASSERT_NE(t, a, b)	KBPF_KUNIT_CMP(t, a, !=, b, 1)
#define KUNIT_EXPECT_TRUE(t, c)		KBPF_KUNIT_CMP(t, !!(c), ==, 1, 0)
#define KUNIT_EXPECT_FALSE(t, c)	KBPF_KUNIT_CMP(t, !!(c), ==, 0, 0)
#define KUNIT_ASSERT_TRUE(t, c)		KBPF_KUNIT_CMP(t, !!(c), ==, 1, 1)
#define KUNIT_ASSERT_FALSE(t, c)	KBPF_KUNIT_CMP(t, !!(c), ==, 0, 1)
#define KUNIT_EXPECT_NOT_NULL(t, p)	KUNIT_EXPECT_TRUE(t, p)
#define KUNIT_EXPECT_NULL(t, p)		KUNIT_EXPECT_FALSE(t, p)
#define KUNIT_EXPECT_PTR_EQ(t, a, b)	KUNIT_EXPECT_EQ(t, (long)(a), (long)(b))
#define KUNIT_EXPECT_PTR_NE(t, a, b)	KUNIT_EXPECT_NE(t, (long)(a), (long)(b))
#define KUNIT_ASSERT_NOT_NULL(t, p)	KUNIT_ASSERT_TRUE(t, p)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(t, p) KUNIT_ASSERT_FALSE(t, IS_ERR_OR_NULL(p))
#define KUNIT_EXPECT_STREQ(t, a, b) do { \
	const char *__ka = (a), *__kb = (b); \
	if (strcmp(__ka, __kb)) \
		KUNIT_FAIL(t, "%s (\"%s\") == \"%s\"", #a, __ka, __kb); \
} while (0)
#define KUNIT_EXPECT_MEMEQ(t, a, b, n)	KUNIT_EXPECT_EQ(t, memcmp(a, b, n), 0)

/* Run a suite as a program: prints KTAP, returns the exit status. */
int kbpf_kunit_run(struct kunit_suite *suite);
#define kunit_test_suite(suite)	int main(void) { return kbpf_kunit_run(&(suite)); }
#define MODULE_LICENSE(x)
#define MODULE_DESCRIPTION(x)

#endif /* KBPF_TEST_KUNIT_H */
