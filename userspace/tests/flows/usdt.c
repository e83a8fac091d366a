// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* USDT through libbpf: a probe of <sys/sdt.h> in this program, with a semaphore. */
#include <stdio.h>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#include <bpf/libbpf.h>
#include "usdt.skel.h"

unsigned short kbpf_step_semaphore __attribute__((section(".probes")));

static int nr, failed;

static void tap(int ok, const char *name)
{
	printf("%s %d - usdt.%s\n", ok ? "ok" : "not ok", ++nr, name);
	failed += !ok;
}

static __attribute__((noinline)) void step(long number, short narrow)
{
	long here = number;

	STAP_PROBE3(kbpf, step, number, narrow, &here);
}

static void own_probe(struct usdt_bpf *skel)
{
	LIBBPF_OPTS(bpf_usdt_opts, opts, .usdt_cookie = 0xbeef);
	volatile unsigned short *semaphore = &kbpf_step_semaphore;
	struct bpf_link *link;

	tap(!*semaphore, "nobody listens at first");
	link = bpf_program__attach_usdt(skel->progs.on_step, -1, "/proc/self/exe", "kbpf",
					"step", &opts);
	tap(link != NULL, "a probe of this program");
	tap(*semaphore == 1, "its semaphore says that somebody listens");
	step(40, -7);
	step(2, -8);
	tap(skel->bss->hits == 2, "each pass is a hit");
	tap(skel->bss->count == 3, "arguments");
	tap(skel->bss->sum == 42, "the first");
	tap(skel->bss->small == -8, "a narrow one with its sign");
	tap(skel->bss->cookie == 0xbeef, "the cookie");
	bpf_link__destroy(link);
	tap(!*semaphore, "nobody listens at last");
	step(1, 1);
	tap(skel->bss->hits == 2, "a probe that is gone");
}

int main(void)
{
	struct usdt_bpf *skel = usdt_bpf__open_and_load();

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
	tap(skel != NULL, "programs load");
	if (skel) {
		own_probe(skel);
		usdt_bpf__destroy(skel);
	}
	printf("1..%d\n", nr);
	return failed != 0;
}
