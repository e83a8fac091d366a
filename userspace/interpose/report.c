// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The reporting side of libkbpf-check.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine.h"
#include "kbpf.h"
#include "report.h"

static const char *report_path;

/*
 * Small programs without BTF and without a name of their own are how libbpf and
 * bcc find out what a kernel has.
 */
static int is_trial(const struct kbpf_engine_load *load)
{
	static const char *const names[] = { "", "libbpf_nametest", "test" };
	size_t i;

	if (load->has_btf || load->insn_cnt > 8)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(load->name, names[i]))
			return 1;
	return 0;
}

static void append(const struct kbpf_engine_load *load, void *arg)
{
	struct report_record record = {
		.magic = REPORT_MAGIC,
		.log_len = (unsigned int)strlen(load->log),
		.type = load->type,
		.insn_cnt = load->insn_cnt,
		.err = load->err,
		.pid = getpid(),
		.trial = (unsigned int)is_trial(load),
		.insns = load->insns,
		.states = load->states,
		.ns = load->ns,
		.peak_bytes = load->peak_bytes,
		.hottest_insn = load->hottest_insn,
		.hottest_visits = load->hottest_visits,
	};
	struct iovec parts[] = {
		{ &record, sizeof(record) },
		{ (void *)(unsigned long)load->log, record.log_len },
	};
	int fd = open(report_path, O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)arg;
	snprintf(record.name, sizeof(record.name), "%s", load->name);
	if (fd < 0)
		return;
	if (writev(fd, parts, 2) < 0)
		perror("kbpf: report");
	close(fd);
}

__attribute__((constructor)) static void start_report(void)
{
	report_path = getenv(REPORT_ENV);
	if (report_path && *report_path)
		kbpf_engine_observe(append, NULL);
}
