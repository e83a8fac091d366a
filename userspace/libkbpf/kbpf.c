// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Wrappers over the ioctls of /dev/kbpf: fill in a structure, pass it on. All go
 * through kbpf_device_cmd(); nothing here keeps state.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "libkbpf.h"

#define KPROBE_TYPE_FILE	"/sys/bus/event_source/devices/kprobe/type"
#define KPROBE_RETPROBE_FILE	"/sys/bus/event_source/devices/kprobe/format/retprobe"

static __u64 ptr_to_u64(const void *ptr)
{
	return (__u64)(unsigned long)ptr;
}

/* ioctl(2) as -errno, with the caller's errno kept. */
static int do_ioctl(int fd, unsigned long request, void *arg)
{
	int saved = errno;
	int ret = ioctl(fd, request, arg);

	if (ret < 0) {
		ret = -errno;
		errno = saved;
	}
	return ret;
}

int kbpf_device_open(void)
{
	int saved = errno;
	int fd = open(KBPF_DEVICE_PATH, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		fd = -errno;
		errno = saved;
	}
	return fd;
}

int kbpf_device_cmd(int dev, unsigned int cmd, void *attr, size_t size)
{
	if (cmd > _IOC_NRMASK)
		return -EINVAL;
	if (size > _IOC_SIZEMASK)
		return -E2BIG;
	return do_ioctl(dev, KBPF_IOC(cmd, size), attr);
}

int kbpf_version_get(int dev, struct kbpf_version_attr *version, size_t size)
{
	memset(version, 0, size);
	return kbpf_device_cmd(dev, KBPF_VERSION, version, size);
}

/* ---- maps ---- */

int kbpf_map_create(int dev, const struct kbpf_map_create_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_MAP_CREATE, (void *)attr, size);
}

static int map_elem(int dev, unsigned int cmd, int map, const void *key, const void *value,
		    __u64 flags)
{
	struct kbpf_map_elem_attr attr = {
		.map_fd = map,
		.key = ptr_to_u64(key),
		.value = ptr_to_u64(value),
		.flags = flags,
	};

	return kbpf_device_cmd(dev, cmd, &attr, sizeof(attr));
}

int kbpf_map_lookup(int dev, int map, const void *key, void *value, __u64 flags)
{
	return map_elem(dev, KBPF_MAP_LOOKUP_ELEM, map, key, value, flags);
}

int kbpf_map_lookup_and_delete(int dev, int map, const void *key, void *value, __u64 flags)
{
	return map_elem(dev, KBPF_MAP_LOOKUP_AND_DELETE_ELEM, map, key, value, flags);
}

int kbpf_map_update(int dev, int map, const void *key, const void *value, __u64 flags)
{
	return map_elem(dev, KBPF_MAP_UPDATE_ELEM, map, key, value, flags);
}

int kbpf_map_delete(int dev, int map, const void *key)
{
	return map_elem(dev, KBPF_MAP_DELETE_ELEM, map, key, NULL, 0);
}

int kbpf_map_next_key(int dev, int map, const void *key, void *next)
{
	return map_elem(dev, KBPF_MAP_GET_NEXT_KEY, map, key, next, 0);
}

int kbpf_map_freeze(int dev, int map)
{
	return map_elem(dev, KBPF_MAP_FREEZE, map, NULL, NULL, 0);
}

int kbpf_map_lookup_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_MAP_LOOKUP_BATCH, attr, size);
}

int kbpf_map_lookup_and_delete_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_MAP_LOOKUP_AND_DELETE_BATCH, attr, size);
}

int kbpf_map_update_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_MAP_UPDATE_BATCH, attr, size);
}

int kbpf_map_delete_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_MAP_DELETE_BATCH, attr, size);
}

int kbpf_map_stats_get(int dev, int map, struct kbpf_map_stats_attr *stats, size_t size)
{
	memset(stats, 0, size);
	stats->map_fd = map;
	return kbpf_device_cmd(dev, KBPF_MAP_STATS, stats, size);
}

/* ---- programs ---- */

int kbpf_prog_load(int dev, struct kbpf_prog_load_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_PROG_LOAD, attr, size);
}

int kbpf_prog_test_run(int dev, struct kbpf_test_run_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_PROG_TEST_RUN, attr, size);
}

int kbpf_prog_bind_map(int dev, int prog, int map)
{
	struct kbpf_bind_map_attr attr = { .prog_fd = prog, .map_fd = map };

	return kbpf_device_cmd(dev, KBPF_PROG_BIND_MAP, &attr, sizeof(attr));
}

int kbpf_prog_stats_get(int dev, int prog, struct kbpf_prog_stats_attr *stats, size_t size)
{
	memset(stats, 0, size);
	stats->prog_fd = prog;
	return kbpf_device_cmd(dev, KBPF_PROG_STATS, stats, size);
}

int kbpf_stats_enable(int dev, __u32 type)
{
	struct kbpf_enable_stats_attr attr = { .type = type };

	return kbpf_device_cmd(dev, KBPF_ENABLE_STATS, &attr, sizeof(attr));
}

int kbpf_btf_load(int dev, struct kbpf_btf_load_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_BTF_LOAD, attr, size);
}

/* ---- probes, rings and links ---- */

int kbpf_perf_open(int dev, const struct kbpf_perf_open_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_PERF_OPEN, (void *)attr, size);
}

/* Reads a small file of sysfs; bytes read or -errno. */
static int read_text(const char *path, char *buf, size_t size)
{
	int saved = errno;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = -1;

	if (fd >= 0)
		len = read(fd, buf, size - 1);
	if (len < 0)
		len = -errno;
	else
		buf[len] = '\0';
	if (fd >= 0)
		close(fd);
	errno = saved;
	return (int)len;
}

/* The PMU number of kprobes and the mask that asks for a return probe. */
static int kprobe_pmu(__u32 *type, __u64 *return_bit)
{
	unsigned int number, bit;
	char buf[64];

	if (read_text(KPROBE_TYPE_FILE, buf, sizeof(buf)) < 0 || sscanf(buf, "%u", &number) != 1)
		return -EOPNOTSUPP;
	if (read_text(KPROBE_RETPROBE_FILE, buf, sizeof(buf)) < 0 ||
	    sscanf(buf, "config:%u", &bit) != 1 || bit > 63)
		return -EOPNOTSUPP;
	*type = number;
	*return_bit = 1ULL << bit;
	return 0;
}

static int kprobe_open(int dev, const char *symbol, __u64 where, int is_return,
		       char *why, size_t why_size)
{
	struct perf_event_attr perf = { .size = sizeof(perf) };
	struct kbpf_perf_open_attr attr = {
		.attr = ptr_to_u64(&perf),
		.pid = -1,
		.cpu = 0,
		.group_fd = -1,
		.flags = PERF_FLAG_FD_CLOEXEC,
		.why = ptr_to_u64(why_size ? why : NULL),
		.why_size = why ? why_size : 0,
	};
	__u64 return_bit;
	int err;

	if (why && why_size)
		why[0] = '\0';
	err = kprobe_pmu(&perf.type, &return_bit);
	if (err)
		return err;
	if (is_return)
		perf.config |= return_bit;
	perf.kprobe_func = ptr_to_u64(symbol);
	/* the same eight bytes are the offset from a symbol or the address without one */
	perf.probe_offset = where;
	return kbpf_perf_open(dev, &attr, sizeof(attr));
}

int kbpf_kprobe_open(int dev, const char *symbol, __u64 offset, int is_return,
		     char *why, size_t why_size)
{
	if (!symbol)
		return -EINVAL;
	return kprobe_open(dev, symbol, offset, is_return, why, why_size);
}

int kbpf_kprobe_open_addr(int dev, __u64 addr, int is_return, char *why, size_t why_size)
{
	return kprobe_open(dev, NULL, addr, is_return, why, why_size);
}

int kbpf_ring_open(int dev, int cpu, __u32 wakeup_events)
{
	struct perf_event_attr perf = {
		.size = sizeof(perf),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
		.wakeup_events = wakeup_events,
	};
	struct kbpf_perf_open_attr attr = {
		.attr = ptr_to_u64(&perf),
		.pid = -1,
		.cpu = cpu,
		.group_fd = -1,
		.flags = PERF_FLAG_FD_CLOEXEC,
	};

	return kbpf_perf_open(dev, &attr, sizeof(attr));
}

int kbpf_probe_enable(int probe)
{
	return do_ioctl(probe, PERF_EVENT_IOC_ENABLE, NULL);
}

int kbpf_probe_disable(int probe)
{
	return do_ioctl(probe, PERF_EVENT_IOC_DISABLE, NULL);
}

int kbpf_link_create(int dev, const struct kbpf_link_create_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_LINK_CREATE, (void *)attr, size);
}

int kbpf_link_attach_probe(int dev, int prog, int probe, __u64 cookie)
{
	struct kbpf_link_create_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_fd = prog;
	attr.target_fd = probe;
	attr.attach_type = KBPF_PERF_EVENT;
	attr.perf_event.bpf_cookie = cookie;
	return kbpf_link_create(dev, &attr, sizeof(attr));
}

int kbpf_link_update(int dev, const struct kbpf_link_update_attr *attr, size_t size)
{
	return kbpf_device_cmd(dev, KBPF_LINK_UPDATE, (void *)attr, size);
}

int kbpf_link_detach(int dev, int link)
{
	struct kbpf_link_detach_attr attr = { .link_fd = link };

	return kbpf_device_cmd(dev, KBPF_LINK_DETACH, &attr, sizeof(attr));
}

int kbpf_raw_tracepoint_open(int dev, const char *name, int prog, __u64 cookie)
{
	struct kbpf_raw_tracepoint_attr attr = {
		.name = ptr_to_u64(name),
		.prog_fd = prog,
		.cookie = cookie,
	};

	return kbpf_device_cmd(dev, KBPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

/* ---- finding objects ---- */

static int next_id(int dev, unsigned int cmd, __u32 id, __u32 *next)
{
	struct kbpf_id_attr attr = { .id = id };
	int err = kbpf_device_cmd(dev, cmd, &attr, sizeof(attr));

	if (!err)
		*next = attr.next_id;
	return err;
}

int kbpf_prog_next_id(int dev, __u32 id, __u32 *next)
{
	return next_id(dev, KBPF_PROG_GET_NEXT_ID, id, next);
}

int kbpf_map_next_id(int dev, __u32 id, __u32 *next)
{
	return next_id(dev, KBPF_MAP_GET_NEXT_ID, id, next);
}

int kbpf_link_next_id(int dev, __u32 id, __u32 *next)
{
	return next_id(dev, KBPF_LINK_GET_NEXT_ID, id, next);
}

int kbpf_btf_next_id(int dev, __u32 id, __u32 *next)
{
	return next_id(dev, KBPF_BTF_GET_NEXT_ID, id, next);
}

static int fd_by_id(int dev, unsigned int cmd, __u32 id, __u32 open_flags)
{
	struct kbpf_id_attr attr = { .id = id, .open_flags = open_flags };

	return kbpf_device_cmd(dev, cmd, &attr, sizeof(attr));
}

int kbpf_prog_fd_by_id(int dev, __u32 id)
{
	return fd_by_id(dev, KBPF_PROG_GET_FD_BY_ID, id, 0);
}

int kbpf_map_fd_by_id(int dev, __u32 id, __u32 open_flags)
{
	return fd_by_id(dev, KBPF_MAP_GET_FD_BY_ID, id, open_flags);
}

int kbpf_link_fd_by_id(int dev, __u32 id)
{
	return fd_by_id(dev, KBPF_LINK_GET_FD_BY_ID, id, 0);
}

int kbpf_btf_fd_by_id(int dev, __u32 id)
{
	return fd_by_id(dev, KBPF_BTF_GET_FD_BY_ID, id, 0);
}

int kbpf_object_info(int dev, int fd, void *info, __u32 *info_len)
{
	struct kbpf_info_attr attr = {
		.fd = fd,
		.info_len = *info_len,
		.info = ptr_to_u64(info),
	};
	int err = kbpf_device_cmd(dev, KBPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));

	if (!err)
		*info_len = attr.info_len;
	return err;
}
