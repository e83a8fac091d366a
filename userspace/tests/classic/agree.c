// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Do all agree? The reference, kbpf's interpreter, kbpf's JIT and the running
 * kernel's own classic BPF (SO_ATTACH_FILTER on a pair of sockets), on tcpdump's
 * expressions and random packets; and on which programs are legal. The kernel
 * shows how many bytes of a packet a filter keeps, which is compared.
 *
 * agree [PACKETS]: for each expression; 4,000 unless told
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "classic/classic.h"
#include "generate.h"
#include "jit/jit.h"
#include "run.h"

#ifndef SO_ATTACH_FILTER
#define SO_ATTACH_FILTER 26
#endif

static int test_nr, failed;

static void result(bool ok, const char *name)
{
	printf("%s %d %s\n", ok ? "ok" : "not ok", ++test_nr, name);
	failed |= !ok;
}

/* ---- the kernel's ------------------------------------------------------------------- */

static int pair[2];

static int kernel_attach(const struct sock_filter *filter, u32 len)
{
	struct sock_fprog prog = { .len = len, .filter = (struct sock_filter *)filter };

	return setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno : 0;
}

static u32 kernel_run(const u8 *data, u32 len)
{
	static u8 back[PACKET_MAX + 64];
	ssize_t got;

	if (send(pair[0], data, len, 0) != (ssize_t)len)
		return U32_MAX;
	got = recv(pair[1], back, sizeof(back), MSG_DONTWAIT);
	return got < 0 ? 0 : got;
}

/* ---- agreement ---------------------------------------------------------------------- */

struct count {
	u32 packets;
	u32 expressions;
	u32 differ;
	u32 jitted;
};

static void try(const char *text, const struct sock_filter *filter, u32 len, void *arg)
{
	static u8 buf[PACKET_MAX + 64];
	struct kbpf_prog interp, jit;
	struct count *c = arg;
	struct rng r = { 2026 };
	u32 i, size, ref, by_interp, by_jit, by_kernel;
	struct ref_packet pkt;
	bool jitted;

	c->expressions++;
	if (kernel_attach(filter, len) || classic_prog(filter, len, &interp)) {
		printf("# %s: not accepted\n", text);
		c->differ++;
		return;
	}
	if (classic_prog(filter, len, &jit))
		abort();
	jitted = !kbpf_jit_prepare(&jit);
	c->jitted += jitted;
	for (i = 0; i < c->packets; i++) {
		size = packet_make(&r, buf);
		pkt = (struct ref_packet) { .data = buf, .len = size, .net = 14,
					    .protocol = buf[12] << 8 | buf[13] };
		ref = ref_run(filter, len, &pkt);
		by_interp = classic_run(&interp, &pkt, size);
		by_jit = classic_run(&jit, &pkt, rng_below(&r, 2) ? size : rng_below(&r, size + 1));
		by_kernel = kernel_run(buf, size);
		if (ref == by_interp && ref == by_jit && min(ref, size) == by_kernel)
			continue;
		printf("# %s: packet %u of %u bytes: reference 0x%x, interpreter 0x%x, JIT 0x%x, kernel kept %u\n",
		       text, i, size, ref, by_interp, by_jit, by_kernel);
		c->differ++;
		break;
	}
	if (jitted)
		kbpf_jit_free(&jit);
	classic_free(&jit);
	classic_free(&interp);
}

/* Words and nearly legal programs: the same ones are legal. */
static void test_verdicts(u32 programs)
{
	static struct sock_filter filter[256];
	struct rng r = { 11 };
	u32 i, len, legal = 0, differ = 0;
	char name[96];
	bool ours, theirs;

	for (i = 0; i < programs; i++) {
		len = i & 1 ? generate_words(&r, filter, 16) : generate_program(&r, filter, 12 + i % 100);
		ours = !kbpf_classic_check((const void *)filter, len, NULL);
		theirs = !kernel_attach(filter, len);
		legal += theirs;
		if (ours == theirs)
			continue;
		if (!differ++)
			printf("# program %u of %u instructions: legal here %d, there %d\n", i, len, ours,
			       theirs);
	}
	snprintf(name, sizeof(name), "%u programs, %u of them legal: the same for both", programs, legal);
	result(!differ && legal, name);
}

int main(int argc, char **argv)
{
	struct count c = { .packets = argc > 1 ? strtoul(argv[1], NULL, 0) : 4000 };
	char name[128];
	int n;

	printf("KTAP version 1\n1..2\n");
	kbpf_jit_options.enabled = true;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) {
		perror("socketpair");
		return 1;
	}
	n = for_each_expression(try, &c);
	snprintf(name, sizeof(name), "%u expressions, %u packets each: reference, interpreter, JIT (%u) and kernel",
		 c.expressions, c.packets, c.jitted);
	result(n >= 40 && !c.differ && c.jitted == c.expressions, name);
	test_verdicts(argc > 1 ? 100000 : 20000);
	return failed;
}
