/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How libkbpf-check tells `kbpf check -- TOOL` what was judged: a file, named in
 * the environment, that every process of the tool appends records to. A record
 * is one write: a struct report_record and the bytes of its log.
 */
#ifndef KBPF_REPORT_H
#define KBPF_REPORT_H

#define REPORT_ENV	"KBPF_CHECK_REPORT"
/* Raw BTF that stands for the running kernel's */
#define REPORT_BTF_ENV	"KBPF_CHECK_BTF"
#define REPORT_MAGIC	0x6b627066

/**
 * struct report_record - a program was judged
 * @magic: REPORT_MAGIC
 * @log_len: bytes of log after this structure
 * @name: as loaded, zero-terminated
 * @type: enum kbpf_prog_type
 * @insn_cnt: slots
 * @err: 0 accepted, or -errno
 * @pid: process
 * @trial: the load of a library that tries out what the kernel can
 * @insns: instructions processed
 * @states: states made
 * @ns: time
 * @peak_bytes: most memory held at once
 * @hottest_insn: slot processed most often
 * @hottest_visits: how often
 */
struct report_record {
	unsigned int magic;
	unsigned int log_len;
	char name[20];
	unsigned int type;
	unsigned int insn_cnt;
	int err;
	int pid;
	unsigned int trial;
	unsigned long long insns;
	unsigned long long states;
	unsigned long long ns;
	unsigned long long peak_bytes;
	unsigned int hottest_insn;
	unsigned int hottest_visits;
};

#endif /* KBPF_REPORT_H */
