// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Every helper that Linux numbers is built, left out for a reason, or not built yet,
 * and only one of these. With --list the list, as markdown; with --types "kprobe bpf_loop",
 * a line a program type and helper, as bpftool calls them; with --absent the names of those left out.
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
#undef KBPF_ABSENT

/* What Linux has for tracing, in any of its program types. */
static const u32 tracing[] = {
#define LINUX_TRACING(name) KBPF_FUNC_##name,
#include "tracing_helpers.def"
};

static const struct absent not_for_tracing[] = {
#define KBPF_ABSENT(...)
#define KBPF_NOT_FOR_TRACING(name, reason) { KBPF_FUNC_##name, reason },
#include "helpers/absent.def"
};

#define NR_NOT_FOR_TRACING (sizeof(not_for_tracing) / sizeof(not_for_tracing[0]))
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

static const char *not_for_tracing_because(u32 id)
{
	for (u32 i = 0; i < NR_NOT_FOR_TRACING; i++)
		if (not_for_tracing[i].id == id)
			return not_for_tracing[i].reason;
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
		printf("| %u | %s | %s%s", id, kbpf_proto_name(id), proto ? "" : "no: ",
		       proto ? contexts[proto->runs_in] : reason ? reason : "not built yet");
		reason = not_for_tracing_because(id);
		printf("%s%s |\n", reason ? "; not for tracing programs: " : "", reason ? reason : "");
	}
	return 0;
}

static const struct {
	u32 type;
	const char *name;
} types[] = {
	{ KBPF_PROG_TYPE_SOCKET_FILTER, "socket_filter" }, { KBPF_PROG_TYPE_KPROBE, "kprobe" },
	{ KBPF_PROG_TYPE_SCHED_CLS, "sched_cls" }, { KBPF_PROG_TYPE_SCHED_ACT, "sched_act" },
	{ KBPF_PROG_TYPE_TRACEPOINT, "tracepoint" }, { KBPF_PROG_TYPE_XDP, "xdp" },
	{ KBPF_PROG_TYPE_PERF_EVENT, "perf_event" }, { KBPF_PROG_TYPE_RAW_TRACEPOINT, "raw_tracepoint" },
};

static int list_types(void)
{
	for (u32 t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (u32 id = 1; id < KBPF_FUNC_MAX; id++) {
			const struct kbpf_proto *proto = kbpf_proto_find(id);

			if (proto && proto->progs & 1ULL << types[t].type)
				printf("%s bpf_%s\n", types[t].name, kbpf_proto_name(id));
		}
	return 0;
}

/* Tracing programs of Linux have these, and ours neither have nor lack them for a reason. */
static u32 forgotten(void)
{
	u64 ours = 1ULL << KBPF_PROG_TYPE_KPROBE | 1ULL << KBPF_PROG_TYPE_TRACEPOINT |
		   1ULL << KBPF_PROG_TYPE_RAW_TRACEPOINT | 1ULL << KBPF_PROG_TYPE_PERF_EVENT |
		   1ULL << KBPF_PROG_TYPE_TRACING;
	u32 n = 0;

	for (u32 i = 0; i < sizeof(tracing) / sizeof(tracing[0]); i++) {
		const struct kbpf_proto *proto = kbpf_proto_find(tracing[i]);

		if ((proto && proto->progs & ours) || reason_of(tracing[i]) ||
		    not_for_tracing_because(tracing[i]))
			continue;
		printf("# bpf_%s\n", kbpf_proto_name(tracing[i]));
		n++;
	}
	return n;
}

static int list_absent(void)
{
	for (u32 i = 0; i < NR_ABSENT; i++)
		printf("bpf_%s\n", kbpf_proto_name(absent[i].id));
	return 0;
}

int main(int argc, char **argv)
{
	u32 i, k, both = 0, twice = 0, unreasoned = 0, missing;

	if (argc > 1 && !strcmp(argv[1], "--list"))
		return list();
	if (argc > 1 && !strcmp(argv[1], "--types"))
		return list_types();
	if (argc > 1 && !strcmp(argv[1], "--absent"))
		return list_absent();
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
	missing = forgotten();
	printf("KTAP version 1\n1..4\n");
	printf("%s 1 - no helper is both there and left out\n", both ? "not ok" : "ok");
	printf("%s 2 - no helper is left out twice\n", twice ? "not ok" : "ok");
	printf("%s 3 - each that is left out has a reason\n", unreasoned ? "not ok" : "ok");
	printf("%s 4 - each that Linux has for tracing is there, or has a reason\n", missing ? "not ok" : "ok");
	return both || twice || unreasoned || missing;
}
