/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What guest tests of the device share: KTAP, the device's ioctl, and the
 * instructions that small programs are written in by hand. Header only, so that
 * a test is one static binary that needs nothing of the system it runs on.
 */
#ifndef KBPF_TESTS_GUEST_H
#define KBPF_TESTS_GUEST_H

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kbpf.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __unused	__attribute__((unused))

/* ---- KTAP ------------------------------------------------------------------ */

static int tap_nr, tap_failed;

static inline void tap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
}

static inline __attribute__((format(printf, 2, 3))) bool tap(bool ok, const char *fmt, ...)
{
	va_list args;

	printf("%s %d - ", ok ? "ok" : "not ok", ++tap_nr);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	tap_failed += !ok;
	return ok;
}

/* A case whose value must be @want; errors are -errno. */
static inline bool tap_is(const char *name, long want, long got)
{
	if (want == got)
		return tap(true, "%s", name);
	return tap(false, "%s # wanted %ld, got %ld%s%s", name, want, got,
		   got < 0 && got > -4096 ? ": " : "",
		   got < 0 && got > -4096 ? strerror(-got) : "");
}

static inline int tap_end(void)
{
	printf("1..%d\n", tap_nr);
	return tap_failed ? 1 : 0;
}

/* ---- the device -------------------------------------------------------------- */

static int dev_fd = -1;

static inline void dev_open(void)
{
	dev_fd = open(KBPF_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (dev_fd < 0) {
		printf("Bail out! %s: %s\n", KBPF_DEVICE_PATH, strerror(errno));
		exit(1);
	}
}

/* A command: its result or -errno. */
static inline long dev_cmd_sized(u32 cmd, void *attr, u32 size)
{
	long ret = ioctl(dev_fd, KBPF_IOC(cmd, size), attr);

	return ret < 0 ? -errno : ret;
}

#define dev_cmd(cmd, attr)	dev_cmd_sized(cmd, attr, sizeof(*(attr)))

static inline u64 ptr(const void *p)
{
	return (unsigned long)p;
}

/* ---- instructions ------------------------------------------------------------ */

#define INSN(c, d, s, o, i) \
	{ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define MOV_IMM(d, i)		INSN(0xb7, d, 0, 0, i)
#define MOV_REG(d, s)		INSN(0xbf, d, s, 0, 0)
#define ADD_IMM(d, i)		INSN(0x07, d, 0, 0, i)
#define ST_DW(d, o, i)		INSN(0x7a, d, 0, o, i)
#define ST_W(d, o, i)		INSN(0x62, d, 0, o, i)
#define STX_DW(d, s, o)		INSN(0x7b, d, s, o, 0)
#define LDX_DW(d, s, o)		INSN(0x79, d, s, o, 0)
#define LDX_W(d, s, o)		INSN(0x61, d, s, o, 0)
#define ATOMIC_ADD_DW(d, s, o)	INSN(0xdb, d, s, o, 0)
#define JEQ_IMM(d, i, o)	INSN(0x15, d, 0, o, i)
#define JNE_IMM(d, i, o)	INSN(0x55, d, 0, o, i)
#define JNE_REG(d, s, o)	INSN(0x5d, d, s, o, 0)
#define JA(o)			INSN(0x05, 0, 0, o, 0)
#define CALL(id)		INSN(0x85, 0, 0, 0, id)
#define EXIT()			INSN(0x95, 0, 0, 0, 0)
#define LD_MAP(d, fd)		INSN(0x18, d, 1, 0, fd), INSN(0, 0, 0, 0, 0)
#define LD_MAP_VALUE(d, fd, o)	INSN(0x18, d, 2, 0, fd), INSN(0, 0, 0, 0, o)
#define LD_IMM64(d, v) \
	INSN(0x18, d, 0, 0, (s32)(v)), INSN(0, 0, 0, 0, (s32)((u64)(v) >> 32))

/* Helper numbers that tests use. */
enum {
	H_MAP_LOOKUP = 1, H_MAP_UPDATE = 2, H_PROBE_READ = 4, H_KTIME = 5, H_TRACE_PRINTK = 6,
	H_CPU = 8, H_PID_TGID = 14, H_UID_GID = 15, H_COMM = 16, H_PERF_OUTPUT = 25,
	H_READ_USER = 112, H_READ_KERNEL = 113, H_READ_USER_STR = 114, H_READ_KERNEL_STR = 115,
	H_KTIME_BOOT = 125, H_RB_OUTPUT = 130, H_RB_RESERVE = 131, H_RB_SUBMIT = 132,
	H_KTIME_COARSE = 160, H_SNPRINTF = 165, H_FUNC_IP = 173, H_COOKIE = 174,
	H_TASK = 35, H_SIGNAL = 109, H_FUNC_ARG = 183, H_FUNC_RET = 184, H_FUNC_ARG_CNT = 185,
};

static char verifier_log[65536];

static inline long load_type(u32 type, const struct kbpf_insn *insns, u32 cnt)
{
	struct kbpf_prog_load_attr attr = {
		.prog_type = type, .insns = ptr(insns), .insn_cnt = cnt,
		.license = ptr("GPL"), .log_level = 1, .log_buf = ptr(verifier_log),
		.log_size = sizeof(verifier_log),
	};
	long fd;

	verifier_log[0] = '\0';
	fd = dev_cmd(KBPF_PROG_LOAD, &attr);
	if (fd < 0 && fd != -EPERM)
		printf("# load: %s\n# %s\n", strerror(-fd), verifier_log);
	return fd;
}

#define load_kprobe(insns) load_type(KBPF_PROG_TYPE_KPROBE, insns, ARRAY_SIZE(insns))

static inline long map_create(u32 type, u32 key, u32 value, u32 max, u32 flags)
{
	struct kbpf_map_create_attr attr = {
		.map_type = type, .key_size = key, .value_size = value, .max_entries = max,
		.map_flags = flags, .map_name = "test",
	};

	return dev_cmd(KBPF_MAP_CREATE, &attr);
}

static inline long map_elem(u32 cmd, int fd, const void *key, const void *value, u64 flags)
{
	struct kbpf_map_elem_attr attr = {
		.map_fd = fd, .key = ptr(key), .value = ptr(value), .flags = flags,
	};

	return dev_cmd(cmd, &attr);
}

/* The first 8 bytes of a value of at most 512. */
static inline u64 map_u64(int fd, u32 index)
{
	u64 value[64] = { ~0ULL };

	map_elem(KBPF_MAP_LOOKUP_ELEM, fd, &index, value, 0);
	return value[0];
}

static inline struct kbpf_prog_stats_attr prog_stats(int fd)
{
	struct kbpf_prog_stats_attr attr = { .prog_fd = fd };

	dev_cmd(KBPF_PROG_STATS, &attr);
	return attr;
}

/* ---- probes ---------------------------------------------------------------------- */

static char why[256];

static inline long probe_open_attr(struct perf_event_attr *pe, s32 cpu)
{
	struct kbpf_perf_open_attr attr = {
		.attr = ptr(pe), .pid = -1, .cpu = cpu, .group_fd = -1,
		.flags = PERF_FLAG_FD_CLOEXEC, .why = ptr(why), .why_size = sizeof(why),
	};

	why[0] = '\0';
	return dev_cmd(KBPF_PERF_OPEN, &attr);
}

/* A kernel probe at @symbol + @off, or at address @off where @symbol is NULL. */
static inline long probe_open(const char *symbol, u64 off, bool ret)
{
	struct perf_event_attr pe = {
		.type = KBPF_PERF_TYPE_KPROBE, .size = sizeof(pe), .config = ret,
		.config1 = ptr(symbol), .config2 = off,
	};

	return probe_open_attr(&pe, 0);
}

static inline long link_create(int prog, int probe, u64 cookie)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .target_fd = probe, .attach_type = KBPF_PERF_EVENT,
		.perf_event.bpf_cookie = cookie,
	};

	return dev_cmd(KBPF_LINK_CREATE, &attr);
}

#endif /* KBPF_TESTS_GUEST_H */
