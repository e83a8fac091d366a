// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Running a KUnit suite as a program. */
#include <kunit/test.h>

static bool run_case(struct kunit_suite *suite, struct kunit_case *c)
{
	struct kunit test = { };

	if (suite->init && suite->init(&test))
		return false;
	if (!setjmp(test.out))
		c->run_case(&test);
	if (suite->exit)
		suite->exit(&test);
	return !test.failed;
}

int kbpf_kunit_run(struct kunit_suite *suite)
{
	struct kunit_case *c;
	int n = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
	if (suite->suite_init && suite->suite_init(suite))
		return 1;
	for (c = suite->test_cases; c->run_case; c++) {
		bool ok = run_case(suite, c);

		failed += !ok;
		printf("%sok %d %s.%s\n", ok ? "" : "not ", ++n, suite->name, c->name);
	}
	printf("1..%d\n", n);
	if (suite->suite_exit)
		suite->suite_exit(suite);
	return failed != 0;
}
