// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Classic programs by KBPF_PROG_LOAD_CLASSIC, which has them verified, and test
 * runs of them, in the engine in this process: every legal program is accepted,
 * and returns what the reference says.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "generate.h"
#include "kbpf.h"
#include "reference.h"

static int test_nr, failed;

static void result(bool ok, const char *name)
{
	printf("%s %d %s\n", ok ? "ok" : "not ok", ++test_nr, name);
	failed |= !ok;
}

static long load(const struct sock_filter *filter, uint32_t len, char *log, uint32_t log_size)
{
	struct kbpf_prog_load_classic_attr attr = {
		.len = len, .filter = (uintptr_t)filter,
		.log_level = log ? KBPF_LOG_LEVEL1 : 0, .log_size = log_size,
		.log_buf = (uintptr_t)log,
	};

	return kbpf_engine_cmd(KBPF_PROG_LOAD_CLASSIC, &attr, sizeof(attr));
}

static long run(int fd, const uint8_t *data, uint32_t size, uint32_t *retval)
{
	struct kbpf_test_run_attr attr = {
		.prog_fd = fd, .data_in = (uintptr_t)data, .data_size_in = size,
	};
	long err = kbpf_engine_cmd(KBPF_PROG_TEST_RUN, &attr, sizeof(attr));

	*retval = attr.retval;
	return err;
}

/* A test run has no more of a packet's surroundings than this. */
static struct ref_packet packet_of(const uint8_t *buf, uint32_t len)
{
	return (struct ref_packet) {
		.data = buf + 14, .len = len - 14, .mac = -14, .net = 0,
		.protocol = buf[12] << 8 | buf[13], .hatype = 772,
	};
}

static bool uses_cpu(const struct sock_filter *filter, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (BPF_CLASS(filter[i].code) == BPF_LD && BPF_MODE(filter[i].code) == BPF_ABS &&
		    filter[i].k == (uint32_t)(SKF_AD_OFF + SKF_AD_CPU))
			return true;
	return false;
}

struct count {
	struct rng r;
	uint32_t packets, programs, illegal, refused, differ;
};

static void try(const char *text, const struct sock_filter *filter, uint32_t len, void *arg)
{
	static char log[8192];
	static uint8_t buf[PACKET_MAX + 64];
	struct count *c = arg;
	struct ref_packet pkt;
	uint32_t i, size, got, want;
	long fd, err;

	log[0] = 0;
	fd = load(filter, len, log, sizeof(log));
	if (fd == -EINVAL && !strncmp(log, "classic instruction", 19)) {
		c->illegal++;
		return;
	}
	c->programs++;
	if (fd < 0) {
		if (!c->refused++)
			printf("# %s (%u instructions): %ld: %s\n", text, len, fd, log);
		return;
	}
	for (i = 0; i < c->packets && !uses_cpu(filter, len); i++) {
		size = packet_make(&c->r, buf);
		pkt = packet_of(buf, size);
		want = ref_run(filter, len, &pkt);
		err = run(fd, buf, size, &got);
		if (err || got != want) {
			printf("# %s: packet %u of %u bytes: %ld, 0x%x, not 0x%x\n", text, i, size, err,
			       got, want);
			c->differ++;
			break;
		}
	}
	close(fd);
}

static void report(const struct count *c, uint32_t least, const char *what)
{
	char name[128];

	snprintf(name, sizeof(name), "%u %s accepted and right (%u illegal)", c->programs, what,
		 c->illegal);
	result(c->programs >= least && !c->refused && !c->differ, name);
}

int main(void)
{
	static struct sock_filter filter[BPF_MAXINSNS];
	static const uint32_t most[] = { 12, 60, 400 };
	struct count c = { .r = { 5 }, .packets = 500 };
	uint32_t i, j, len;
	int n;

	printf("KTAP version 1\n1..5\n");
	n = for_each_expression(try, &c);
	report(&c, 40, "tcpdump expressions");
	for (i = 0; i < 3; i++) {
		c = (struct count){ .r = { i }, .packets = 10 };
		for (j = 0; j < 60000 / most[i]; j++) {
			len = generate_program(&c.r, filter, most[i]);
			try("random program", filter, len, &c);
		}
		report(&c, 100, "random programs");
	}
	c = (struct count){ .r = { 9 }, .packets = 3 };
	for (j = 0; j < 100000; j++)
		try("random words", filter, generate_words(&c.r, filter, 16), &c);
	report(&c, 100, "programs of random words");
	return failed || n < 40;
}
