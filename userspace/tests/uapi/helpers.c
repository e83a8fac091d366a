// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Every helper that Linux numbers is built, left out for a reason, or not built yet,
 * and only one of these. With --list the list, as markdown.
 */
#include <stdio.h>
#include <string.h>

#include "helpers/proto.h"

static const struct absent {
	u32 id;
	const char *reason;
} absent[] = {
#define KBPF_ABSENT(name, reason) { KBPF_FUNC_##name, reason },
#include "helpers/absent.def"
};

#define NR_ABSENT	(sizeof(absent) / sizeof(absent[0]))

static const char *const contexts[] = {
	[KBPF_RUNS_NMI] = "any", [KBPF_RUNS_ATOMIC] = "process, softirq, hardirq",
	[KBPF_RUNS_PROCESS] = "process",
};

static const char *reason_of(u32 id)
{
	for (u32 i = 0; i < NR_ABSENT; i++)
		if (absent[i].id == id)
			return absent[i].reason;
	return NULL;
}

static int list(void)
{
	const struct kbpf_proto *proto;
	const char *reason;
	u32 id;

	printf("# Helpers\n\n| number | helper | may run in, or why it is not there |\n| --- | --- | --- |\n");
	for (id = 1; id < KBPF_FUNC_MAX; id++) {
		proto = kbpf_proto_find(id);
		reason = reason_of(id);
		if (!kbpf_proto_name(id))
			continue;
		printf("| %u | %s | %s%s |\n", id, kbpf_proto_name(id), proto ? "" : "no: ",
		       proto ? contexts[proto->runs_in] : reason ? reason : "not built yet");
	}
	return 0;
}

int main(int argc, char **argv)
{
	u32 i, k, both = 0, twice = 0, unreasoned = 0;

	if (argc > 1 && !strcmp(argv[1], "--list"))
		return list();
	for (i = 0; i < NR_ABSENT; i++) {
		if (kbpf_proto_find(absent[i].id)) {
			printf("# %s is there\n", kbpf_proto_name(absent[i].id));
			both++;
		}
		unreasoned += strlen(absent[i].reason) < 10 &&
			      strncmp(absent[i].reason, "as ", 3);
		for (k = 0; k < i; k++)
			twice += absent[k].id == absent[i].id;
	}
	printf("KTAP version 1\n1..3\n");
	printf("%s 1 - no helper is both there and left out\n", both ? "not ok" : "ok");
	printf("%s 2 - no helper is left out twice\n", twice ? "not ok" : "ok");
	printf("%s 3 - each that is left out has a reason\n", unreasoned ? "not ok" : "ok");
	return both || twice || unreasoned;
}
