// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Nonsense for every command: sizes, pointers, descriptors, tails, counts,
 * programs and BTF of random bytes. Each has an errno; the kernel's log and its
 * memory are looked at by the suite that runs this.
 */
#include "guest.h"

static const u8 commands[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
	25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 64, 65, 66, 67, 68, 69, 70, 100, 255,
};

static u64 seed = 88172645463325252ULL;

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Closes a descriptor that a lucky shot may have given. */
static long settle(long ret)
{
	if (ret > 2 && ret != dev_fd)
		close(ret);
	return ret;
}

static bool is_error(long ret)
{
	return ret < 0 && ret > -4096;
}

static void test_ioctl_numbers(void)
{
	u8 buf[512] = {};
	u32 i, bad = 0;

	tap(ioctl(dev_fd, 0x5401, buf) < 0 && errno == ENOTTY, "a terminal's ioctl");
	tap(ioctl(dev_fd, _IOC(_IOC_READ, KBPF_IOC_MAGIC, 0, 64), buf) < 0 && errno == ENOTTY,
	    "one direction only");
	tap(ioctl(dev_fd, _IO(KBPF_IOC_MAGIC, 0), buf) < 0 && errno == ENOTTY, "no direction");
	for (i = 37; i < 64; i++)
		bad += dev_cmd_sized(i, buf, sizeof(buf)) != -EINVAL;
	tap(!bad, "commands that are not there # %u", bad);
	tap_is("bpf(2)'s common attributes", -EINVAL,
	       syscall(SYS_ioctl, dev_fd, KBPF_IOC(250, 16), buf) < 0 ? -errno : 0);
}

static void test_sizes(void)
{
	static u8 buf[16384];
	u32 c, bad = 0, tail = 0, ptrs = 0, size;
	long ret;

	for (c = 0; c < ARRAY_SIZE(commands); c++) {
		memset(buf, 0, sizeof(buf));
		for (size = 0; size < 256; size += 1 + size / 8) {
			ret = settle(dev_cmd_sized(commands[c], buf, size));
			/* All zeros make sense to few commands, and never harm. */
			bad += ret < 0 && !is_error(ret);
		}
		memset(buf, 0, sizeof(buf));
		buf[8000] = 1;
		ret = settle(dev_cmd_sized(commands[c], buf, 8192));
		tail += ret != -E2BIG && ret != -EINVAL;
		for (size = 8; size < 160; size += 24) {
			ret = settle(dev_cmd_sized(commands[c], NULL, size));
			ptrs += ret != -EFAULT && ret != -EINVAL;
			ret = settle(dev_cmd_sized(commands[c], (void *)0xffff888000000000UL, size));
			ptrs += ret != -EFAULT && ret != -EINVAL;
			ret = settle(dev_cmd_sized(commands[c], (void *)0x7ffffffff000UL, size));
			ptrs += ret != -EFAULT && ret != -EINVAL;
		}
	}
	tap(!bad, "every size of zeros # %u", bad);
	tap(!tail, "a tail that is not zero is -E2BIG # %u", tail);
	tap(!ptrs, "attributes at bad addresses are -EFAULT # %u", ptrs);
}

/* A field that must be zero, set. */
static void test_reserved(void)
{
	struct kbpf_map_create_attr map = {
		.map_type = KBPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
	};
	const struct kbpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	struct kbpf_prog_load_attr prog = {
		.prog_type = KBPF_PROG_TYPE_KPROBE, .insns = ptr(insns), .insn_cnt = 2,
		.license = ptr("GPL"),
	}, load;
	struct kbpf_map_create_attr create;

	create = map;
	create.map_ifindex = 1;
	tap_is("map_ifindex", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));
	create = map;
	create.btf_vmlinux_value_type_id = 1;
	tap_is("btf_vmlinux_value_type_id", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));
	create = map;
	create.map_flags = 1u << 31;
	tap_is("map flags", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));
	create = map;
	create.map_type = 4000000000u;
	tap_is("map type", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));
	create = map;
	create.key_size = 8;
	tap_is("key of an array", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));
	create = map;
	create.max_entries = 0;
	tap_is("no entries", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));
	create = map;
	create.max_entries = ~0u;
	create.value_size = ~0u;
	tap(is_error(settle(dev_cmd(KBPF_MAP_CREATE, &create))), "the largest map of all");
	create = map;
	create.max_entries = ~0u;
	create.value_size = 1 << 20;
	tap(is_error(settle(dev_cmd(KBPF_MAP_CREATE, &create))), "a map of petabytes");
	create = map;
	create.max_entries = 1u << 31;
	create.map_type = KBPF_MAP_TYPE_HASH; create.value_size = 1 << 10;
	tap(is_error(settle(dev_cmd(KBPF_MAP_CREATE, &create))), "a hash of terabytes");
	create = map;
	create.map_type = KBPF_MAP_TYPE_RINGBUF;
	create.key_size = create.value_size = 0; create.max_entries = 5000;
	tap_is("a ring buffer of 5000 bytes", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));
	create = map;
	create.btf_fd = 999;
	create.btf_value_type_id = 1;
	tap(is_error(settle(dev_cmd(KBPF_MAP_CREATE, &create))), "BTF that is not open");
	create = map;
	memset(create.map_name, 'x', sizeof(create.map_name));
	tap_is("a name without end", -EINVAL, settle(dev_cmd(KBPF_MAP_CREATE, &create)));

	load = prog;
	load.prog_ifindex = 1;
	tap_is("prog_ifindex", -EINVAL, settle(dev_cmd(KBPF_PROG_LOAD, &load)));
	load = prog;
	load.prog_flags = 1u << 31;
	tap_is("program flags", -EINVAL, settle(dev_cmd(KBPF_PROG_LOAD, &load)));
	load = prog;
	load.insn_cnt = 0;
	tap(is_error(settle(dev_cmd(KBPF_PROG_LOAD, &load))), "no instructions");
	load = prog;
	load.insn_cnt = ~0u;
	tap_is("4 billion instructions", -E2BIG, settle(dev_cmd(KBPF_PROG_LOAD, &load)));
	load = prog;
	load.insn_cnt = 1000000;
	tap_is("a million that are not there", -EFAULT, settle(dev_cmd(KBPF_PROG_LOAD, &load)));
	load = prog;
	load.license = 8;
	tap_is("a licence at a bad address", -EFAULT, settle(dev_cmd(KBPF_PROG_LOAD, &load)));
	load = prog;
	load.prog_type = 77;
	tap_is("program type", -EINVAL, settle(dev_cmd(KBPF_PROG_LOAD, &load)));
	load = prog;
	load.log_buf = 8;
	load.log_size = 4096;
	load.log_level = 1;
	tap(is_error(settle(dev_cmd(KBPF_PROG_LOAD, &load))) || true, "a log at a bad address");
	load = prog;
	load.log_level = 99;
	load.log_buf = ptr(verifier_log);
	load.log_size = 128;
	tap_is("log level", -EINVAL, settle(dev_cmd(KBPF_PROG_LOAD, &load)));
	load = prog;
	load.func_info = 8;
	load.func_info_cnt = ~0u;
	load.func_info_rec_size = 8;
	tap(is_error(settle(dev_cmd(KBPF_PROG_LOAD, &load))), "4 billion functions");
	load = prog;
	load.line_info = 8;
	load.line_info_cnt = ~0u;
	load.line_info_rec_size = 16;
	tap(is_error(settle(dev_cmd(KBPF_PROG_LOAD, &load))), "4 billion lines");
	load = prog;
	load.prog_btf_fd = dev_fd;
	load.func_info = ptr(insns); load.func_info_cnt = 1; load.func_info_rec_size = 8;
	tap(is_error(settle(dev_cmd(KBPF_PROG_LOAD, &load))), "BTF that is none");
}

/* Every command with every kind of descriptor that it is not about. */
static void test_descriptors(void)
{
	const struct kbpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	struct kbpf_enable_stats_attr stats = {};
	struct perf_event_attr pe = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT, .size = sizeof(pe),
		.sample_type = PERF_SAMPLE_RAW,
	};
	int fds[] = {
		-1, 0, 12345, 0x7fffffff, dev_fd, map_create(KBPF_MAP_TYPE_HASH, 4, 4, 4, 0),
		load_kprobe(insns), probe_open("__x64_sys_getppid", 0, false),
		probe_open_attr(&pe, 0), dev_cmd(KBPF_ENABLE_STATS, &stats),
		open("/dev/null", O_RDWR), open("/proc/self", O_RDONLY),
	};
	u32 a, b, c, weird = 0, n = 0;
	u64 attr[24];
	long ret;

	for (c = 0; c < ARRAY_SIZE(commands); c++) {
		for (a = 0; a < ARRAY_SIZE(fds); a++) {
			for (b = 0; b < ARRAY_SIZE(fds); b++) {
				memset(attr, 0, sizeof(attr));
				attr[0] = (u32)fds[a] | (u64)(u32)fds[b] << 32;
				ret = dev_cmd_sized(commands[c], attr, 16 + n % 7 * 8);
				weird += ret < 0 && !is_error(ret);
				settle(ret);
				attr[1] = ptr(attr + 12);
				attr[2] = ptr(attr + 14);
				ret = settle(dev_cmd_sized(commands[c], attr, 32));
				weird += ret < 0 && !is_error(ret);
				n += 2;
			}
		}
	}
	tap(!weird, "%u commands with the wrong descriptors", n);
	for (a = 5; a < ARRAY_SIZE(fds); a++)
		close(fds[a]);
}

static void test_random_attrs(void)
{
	static u8 page[4096];
	u64 attr[24];
	u32 i, k, weird = 0;
	long ret;

	for (i = 0; i < 100000; i++) {
		for (k = 0; k < 24; k++) {
			u64 r = rnd();

			switch (r % 6) {
			case 0:
				attr[k] = 0;
				break;
			case 1:
				attr[k] = r >> 60;
				break;
			case 2:
				attr[k] = ptr(page) + (r >> 52);
				break;
			case 3:
				attr[k] = (r >> 32) % 16 | (u64)((r >> 40) % 16) << 32;
				break;
			case 4:
				attr[k] = r;
				break;
			default:
				attr[k] = 1ULL << (r >> 58);
				break;
			}
		}
		/* Not what would keep this test waiting: a test run may repeat for long. */
		if (commands[i % ARRAY_SIZE(commands)] == KBPF_PROG_TEST_RUN)
			attr[4] &= 0xff;
		ret = dev_cmd_sized(commands[i % ARRAY_SIZE(commands)], attr, rnd() % 193);
		weird += ret < 0 && !is_error(ret);
		if (ret > 11)
			settle(ret);
	}
	tap(!weird, "%u commands of random attributes", i);
	for (i = 4; i < 64; i++)
		if ((int)i != dev_fd)
			close(i);
}

static void test_random_programs(u32 count)
{
	static const u8 codes[] = {
		0x07, 0x0f, 0x17, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x47, 0x4f, 0x57, 0x5f, 0x67, 0x6f,
		0x77, 0x7f, 0x87, 0x97, 0x9f, 0xa7, 0xaf, 0xb7, 0xbf, 0xc7, 0xcf, 0xd4, 0xdc, 0x04,
		0x0c, 0xb4, 0xbc, 0x61, 0x69, 0x71, 0x79, 0x62, 0x6a, 0x72, 0x7a, 0x63, 0x6b, 0x73,
		0x7b, 0xc3, 0xdb, 0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x45, 0x55, 0x5d, 0x65, 0x75,
		0xa5, 0xb5, 0x16, 0x56, 0x85, 0x95, 0x18, 0x06,
	};
	struct kbpf_insn insns[24];
	u32 i, k, accepted = 0, weird = 0, len;
	struct kbpf_prog_load_attr attr;
	long ret;

	for (i = 0; i < count; i++) {
		len = 1 + rnd() % ARRAY_SIZE(insns);
		for (k = 0; k < len; k++) {
			u64 r = rnd();

			memcpy(&insns[k], &r, sizeof(r));
			/* Half are any bytes, half look like instructions. */
			if (i & 1) {
				insns[k].code = codes[rnd() % ARRAY_SIZE(codes)];
				insns[k].dst_reg = rnd() % 11;
				insns[k].src_reg = rnd() % 11;
				insns[k].off = rnd() % 3 ? (s32)(rnd() % 16) - 8 : insns[k].off;
				insns[k].imm = rnd() % 3 ? (s32)(rnd() % 200) : insns[k].imm;
			}
		}
		if (i & 2) {
			insns[len - 1] = (struct kbpf_insn)EXIT();
			insns[0] = (struct kbpf_insn)MOV_IMM(0, 0);
		}
		attr = (struct kbpf_prog_load_attr) {
			.prog_type = i % 9, .insns = ptr(insns), .insn_cnt = len,
			.license = ptr("GPL"),
		};
		if (i % 5 == 0) {
			attr.log_level = 1 + rnd() % 7;
			attr.log_buf = ptr(verifier_log);
			attr.log_size = 1 + rnd() % sizeof(verifier_log);
		}
		ret = dev_cmd(KBPF_PROG_LOAD, &attr);
		weird += ret < 0 && !is_error(ret);
		if (ret >= 0) {
			struct kbpf_test_run_attr run = { .prog_fd = ret, .repeat = 1 };

			accepted++;
			dev_cmd(KBPF_PROG_TEST_RUN, &run);
			close(ret);
		}
	}
	tap(!weird, "%u programs of random bytes # %u accepted, and run", count, accepted);
}

/* struct s { int a; int b[4]; }; typedef, func, as an assembler would write it. */
static u32 small_btf(u8 *buf)
{
	static const char strs[] = "\0int\0s\0a\0b\0f";
	const u32 types[] = {
		1, 1 << 24, 4, 0x01000020,			/* 1: int */
		0, 3 << 24, 0, 1, 1, 4,				/* 2: int[4] */
		5, 4 << 24 | 2, 20, 7, 1, 0, 9, 2, 32,		/* 3: struct s */
		0, 2 << 24, 3,					/* 4: struct s * */
		0, 13 << 24 | 1, 1, 7, 4,			/* 5: int (struct s *a) */
		11, 12 << 24 | 1, 5,				/* 6: f */
	};
	const u32 header[] = { 0x0001eb9f, 24, 0, sizeof(types), sizeof(types), sizeof(strs) };

	memcpy(buf, header, sizeof(header));
	memcpy(buf + sizeof(header), types, sizeof(types));
	memcpy(buf + sizeof(header) + sizeof(types), strs, sizeof(strs));
	return sizeof(header) + sizeof(types) + sizeof(strs);
}

static void test_btf(u32 count)
{
	u8 good[512], buf[512];
	struct kbpf_btf_load_attr attr = { .btf = ptr(buf) };
	u32 i, k, len = small_btf(good), accepted = 0, weird = 0;
	long ret;

	memcpy(buf, good, len);
	attr.btf_size = len;
	ret = dev_cmd(KBPF_BTF_LOAD, &attr);
	tap(ret >= 0, "BTF that is right # %ld", ret);
	if (ret >= 0)
		close(ret);
	for (i = 0; i < count; i++) {
		memcpy(buf, good, len);
		attr.btf_size = len;
		if (i % 4 == 0) {
			for (k = 0; k < len; k++)
				buf[k] = rnd();
		} else {
			for (k = 0; k <= i % 6; k++) {
				u32 at = rnd() % len;

				buf[at] = rnd() % 2 ? (u8)rnd() : (u8)(buf[at] ^ 1 << rnd() % 8);
			}
			if (i % 16 == 1)
				attr.btf_size = rnd() % (len + 1);
		}
		ret = dev_cmd(KBPF_BTF_LOAD, &attr);
		weird += ret < 0 && !is_error(ret);
		if (ret >= 0) {
			accepted++;
			close(ret);
		}
	}
	tap(!weird, "%u mutations of BTF # %u accepted", count, accepted);
	attr.btf_size = ~0u;
	tap_is("4 GiB of BTF", -E2BIG, settle(dev_cmd(KBPF_BTF_LOAD, &attr)));
	attr.btf_size = 4096;
	attr.btf = 8;
	tap_is("BTF at a bad address", -EFAULT, settle(dev_cmd(KBPF_BTF_LOAD, &attr)));
}

static void test_elements(void)
{
	long map = map_create(KBPF_MAP_TYPE_HASH, 8, 8, 2, 0);
	long wide = map_create(KBPF_MAP_TYPE_ARRAY, 4, 65536, 4, 0);
	u64 key = 1, value = 2;
	u32 index = 9;

	tap_is("a key at a bad address", -EFAULT,
	       map_elem(KBPF_MAP_UPDATE_ELEM, map, (void *)8, &value, 0));
	tap_is("a value at a bad address", -EFAULT,
	       map_elem(KBPF_MAP_UPDATE_ELEM, map, &key, (void *)8, 0));
	tap_is("flags", -EINVAL, map_elem(KBPF_MAP_UPDATE_ELEM, map, &key, &value, 1ULL << 40));
	tap_is("no such key", -ENOENT, map_elem(KBPF_MAP_LOOKUP_ELEM, map, &key, &value, 0));
	tap_is("replace what is not there", -ENOENT,
	       map_elem(KBPF_MAP_UPDATE_ELEM, map, &key, &value, KBPF_EXIST));
	tap_is("an update", 0, map_elem(KBPF_MAP_UPDATE_ELEM, map, &key, &value, 0));
	tap_is("create what is there", -EEXIST,
	       map_elem(KBPF_MAP_UPDATE_ELEM, map, &key, &value, KBPF_NOEXIST));
	tap_is("a result at a bad address", -EFAULT,
	       map_elem(KBPF_MAP_LOOKUP_ELEM, map, &key, (void *)8, 0));
	tap_is("past the end", -E2BIG,
	       map_elem(KBPF_MAP_UPDATE_ELEM, wide, &index, verifier_log, 0));
	tap_is("delete from an array", -EINVAL, map_elem(KBPF_MAP_DELETE_ELEM, wide, &index, NULL, 0));
	close(map);
	close(wide);
}

/* A program that looks further than the context of a test run, called by one that does not. */
static void test_tail_context(void)
{
	long map = map_create(KBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, 0), caller, far;
	const struct kbpf_insn calls[] = {
		LD_MAP(2, map), MOV_IMM(3, 0), CALL(12), MOV_IMM(0, 1), EXIT(),
	};
	const struct kbpf_insn looks[] = { LDX_DW(0, 1, 4096), STX_DW(1, 0, 8192), EXIT() };
	u64 ctx = 5;
	struct kbpf_test_run_attr run = { .ctx_in = ptr(&ctx), .ctx_size_in = sizeof(ctx) };
	u32 slot = 0, value;
	long err;

	caller = load_type(KBPF_PROG_TYPE_SYSCALL, calls, ARRAY_SIZE(calls));
	far = load_type(KBPF_PROG_TYPE_SYSCALL, looks, ARRAY_SIZE(looks));
	value = far;
	err = map_elem(KBPF_MAP_UPDATE_ELEM, map, &slot, &value, 0);
	run.prog_fd = caller;
	if (!err)
		err = dev_cmd(KBPF_PROG_TEST_RUN, &run);
	tap(!err && !run.retval, "a tail call finds zeros behind the context of a test run # %ld, %u", err,
	    run.retval);
	close(map);
	close(far);
	close(caller);
}

/* As a user without capabilities: nothing at all, not even with an open device. */
static void test_unprivileged(void)
{
	u8 buf[256] = {};
	int status = 0, c;
	pid_t pid = fork();

	if (!pid) {
		if (setgid(65534) || setuid(65534))
			_exit(100);
		for (c = 0; c < (int)ARRAY_SIZE(commands); c++)
			if (dev_cmd_sized(commands[c], buf, 120) != -EPERM)
				_exit(1 + c);
		if (open(KBPF_DEVICE_PATH, O_RDWR) >= 0)
			_exit(101);
		_exit(errno == EACCES || errno == EPERM ? 0 : 102);
	}
	waitpid(pid, &status, 0);
	tap(WIFEXITED(status) && !WEXITSTATUS(status), "without capabilities: -EPERM # status %x",
	    status);
}

int main(int argc, char **argv)
{
	u32 count = argc > 1 ? atoi(argv[1]) : 100000;

	tap_begin();
	dev_open();
	test_ioctl_numbers();
	test_sizes();
	test_reserved();
	test_descriptors();
	test_elements();
	test_tail_context();
	test_btf(count / 10);
	test_random_programs(count);
	test_random_attrs();
	test_unprivileged();
	return tap_end();
}
