/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Shared by the programs of the libbpf test and its reader.
 */
#ifndef FLOWS_H
#define FLOWS_H

#define NR_SLOTS	8
#define RECORD_MAGIC	0x5ca1ab1e

/**
 * struct record - what programs send
 * @magic: RECORD_MAGIC
 * @cpu: where it was sent
 * @seq: 0, 1, 2, ...
 * @pid: process
 * @fill: low byte of @seq in every byte
 * @comm: thread
 */
struct record {
	unsigned int magic;
	unsigned int cpu;
	unsigned long long seq;
	unsigned int pid;
	unsigned char fill[20];
	char comm[16];
};

/**
 * struct counter - value of the hash map
 * @hits: how often
 * @sum: of arguments
 */
struct counter {
	unsigned long long hits;
	unsigned long long sum;
};

#endif /* FLOWS_H */
