/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Classic BPF on the command line: from an expression, or from a file that
 * `tcpdump -ddd` wrote, to a program.
 */
#ifndef KBPF_CLI_CLASSIC_H
#define KBPF_CLI_CLASSIC_H

#include <pcap/pcap.h>
#include "kbpf.h"

/**
 * struct classic - a classic program
 * @insns: instructions, on the heap
 * @len: how many
 */
struct classic {
	struct kbpf_classic_insn *insns;
	__u32 len;
};

/**
 * classic_compile() - compile an expression
 * @pcap: what to compile for
 * @text: the expression, as pcap-filter(7) has it
 * @netmask: of the interface's IPv4 network, or PCAP_NETMASK_UNKNOWN
 * @out: out, to be freed with classic_free()
 *
 * Return: 0, or an exit code after a message.
 */
int classic_compile(pcap_t *pcap, const char *text, __u32 netmask, struct classic *out);

/**
 * classic_read() - read what `tcpdump -ddd` wrote
 * @path: the file
 * @out: out, to be freed with classic_free()
 *
 * Return: 0, or an exit code after a message.
 */
int classic_read(const char *path, struct classic *out);

void classic_free(struct classic *prog);

struct check_opts;

/**
 * check_classic() - say whether a classic program is accepted, and what becomes of it
 * @what: an expression, or the path of a file
 * @opts: @json and @verbose are looked at
 *
 * Return: the exit code.
 */
int check_classic(const char *what, const struct check_opts *opts);

#endif /* KBPF_CLI_CLASSIC_H */
