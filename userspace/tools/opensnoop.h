/* SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause) */
/*
 * What the programs of opensnoop hand to its reader.
 */
#ifndef OPENSNOOP_H
#define OPENSNOOP_H

#define NAME_LEN	256
#define COMM_LEN	16

/**
 * struct event - a file was opened, or was not
 * @when_ns: monotonic time of the call
 * @latency_ns: time in the kernel
 * @pid: process
 * @tid: thread
 * @uid: user
 * @ret: descriptor or -errno
 * @flags: O_* as the caller gave them
 * @name_len: bytes of @name with the zero; negative: it could not be read
 * @comm: name of the thread
 * @name: path, cut if it is longer
 */
struct event {
	unsigned long long when_ns;
	unsigned long long latency_ns;
	unsigned int pid;
	unsigned int tid;
	unsigned int uid;
	int ret;
	unsigned int flags;
	int name_len;
	char comm[COMM_LEN];
	char name[NAME_LEN];
};

#endif /* OPENSNOOP_H */
