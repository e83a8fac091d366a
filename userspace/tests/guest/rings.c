// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Perf rings and ring buffers from a running program: layout, lost records,
 * polling, readers that write nonsense into the pages they share, and what the
 * helpers of a kprobe program return.
 */
#include <poll.h>
#include <sched.h>
#include <time.h>
#include "guest.h"
#include "libkbpf.h"

#define TARGET	"__x64_sys_getppid"
#define PAGE	4096u

static void hit(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static long ring_open(int cpu, u64 sample_type, u32 wakeup)
{
	struct perf_event_attr pe = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT,
		.size = sizeof(pe), .sample_type = sample_type, .wakeup_events = wakeup,
		.sample_period = 1,
	};

	return probe_open_attr(&pe, cpu);
}

static void *ring_map(int fd, u32 pages)
{
	return mmap(NULL, (1 + pages) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

/* A program that writes 24 bytes to slot @index of @map and stores the helper's result. */
static long load_writer(int map, int out, u32 index)
{
	const struct kbpf_insn insns[] = {
		ST_DW(10, -8, 0x11), ST_DW(10, -16, 0x22), ST_DW(10, -24, 0x33),
		LD_MAP(2, map), LD_IMM64(3, (u64)index), MOV_REG(4, 10), ADD_IMM(4, -24),
		MOV_IMM(5, 24), CALL(H_PERF_OUTPUT),
		LD_MAP_VALUE(1, out, 0), STX_DW(1, 0, 0),
		MOV_IMM(0, 0), EXIT(),
	};

	return load_kprobe(insns);
}

static void test_ring_refusals(void)
{
	struct perf_event_attr pe = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT,
		.size = sizeof(pe), .sample_type = PERF_SAMPLE_RAW,
	};
	struct kbpf_perf_open_attr open = {
		.attr = ptr(&pe), .pid = 0, .cpu = 0, .group_fd = -1,
	};
	long fd;

	tap_is("ring of a process", -EINVAL, dev_cmd(KBPF_PERF_OPEN, &open));
	open.pid = -1;
	open.group_fd = 0;
	tap_is("ring in a group", -EINVAL, dev_cmd(KBPF_PERF_OPEN, &open));
	open.group_fd = -1;
	open.flags = 1;
	tap_is("flags", -EINVAL, dev_cmd(KBPF_PERF_OPEN, &open));
	tap_is("no such CPU", -ENODEV, ring_open(100000, PERF_SAMPLE_RAW, 1));
	tap_is("no CPU", -EINVAL, ring_open(-1, PERF_SAMPLE_RAW, 1));
	tap_is("callchains", -EOPNOTSUPP, ring_open(0, PERF_SAMPLE_CALLCHAIN, 1));
	fd = ring_open(0, PERF_SAMPLE_RAW, 1);
	tap(fd >= 0, "a ring opens # %s", why);
	tap(ring_map(fd, 3) == MAP_FAILED && errno == EINVAL, "3 pages");
	tap(ring_map(fd, 0) == MAP_FAILED && errno == EINVAL, "0 pages");
	tap(mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED, "read-only");
	tap(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED,
	    "private");
	tap(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE) == MAP_FAILED,
	    "not from the start");
	tap(mmap(NULL, (1UL << 40) + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
	    MAP_FAILED && errno == ENOMEM, "a terabyte # %s", strerror(errno));
	tap(ring_map(fd, 2) != MAP_FAILED, "2 pages");
	tap(ring_map(fd, 4) == MAP_FAILED && errno == EINVAL, "another size later");
	tap(ring_map(fd, 2) != MAP_FAILED, "the same again");
	close(fd);
}

static void test_ring(void)
{
	long map = map_create(KBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 8, 0);
	long out = map_create(KBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	long ring = ring_open(0, PERF_SAMPLE_RAW | PERF_SAMPLE_TIME | PERF_SAMPLE_TID, 1);
	struct perf_event_mmap_page *page = ring_map(ring, 1);
	long prog = load_writer(map, out, 0xffffffff), probe, link;
	struct pollfd pfd = { .fd = ring, .events = POLLIN };
	u8 *data = (u8 *)page + PAGE;
	struct perf_event_header *h = (void *)data;
	u32 slot = 0, i, n;
	s32 value = ring;
	u64 head;

	if (!tap(prog >= 0 && page != MAP_FAILED, "a program that writes to a ring"))
		return;
	probe = probe_open(TARGET, 0, false);
	link = link_create(prog, probe, 0);
	pin(0);
	hit(1);
	tap_is("an empty slot", -ENOENT, map_u64(out, 0));
	tap_is("the ring goes into its slot", 0,
	       map_elem(KBPF_MAP_UPDATE_ELEM, map, &slot, &value, 0));
	tap_is("nothing to read", 0, poll(&pfd, 1, 0));
	hit(1);
	tap_is("a sample is written", 0, map_u64(out, 0));
	tap_is("poll says so", 1, poll(&pfd, 1, 1000));
	tap(page->data_offset == PAGE && page->data_size == PAGE, "offset and size");
	tap(page->data_head == 8 + 16 + 28 + 4, "head # %llu", page->data_head);
	tap(h->type == PERF_RECORD_SAMPLE && h->size == page->data_head, "header");
	tap(*(u32 *)(data + 8) == (u32)getpid() && *(u32 *)(data + 12) == (u32)getpid(), "tid");
	tap(*(u32 *)(data + 24) == 28, "raw size # %u", *(u32 *)(data + 24));
	tap(*(u64 *)(data + 28) == 0x33 && *(u64 *)(data + 44) == 0x11, "raw data");

	/* Fill it, read it, see what was lost. */
	for (i = 0; i < 200 && map_u64(out, 0) == 0; i++)
		hit(1);
	tap_is("a full ring", -ENOSPC, map_u64(out, 0));
	hit(4);
	head = page->data_head;
	tap(head <= PAGE, "never over the reader's position # %llu", head);
	__atomic_store_n(&page->data_tail, head, __ATOMIC_SEQ_CST);
	hit(1);
	tap_is("room again", 0, map_u64(out, 0));
	h = (void *)(data + head % PAGE);
	tap(h->type == PERF_RECORD_LOST && h->size == 24, "a record of what was lost # %u", h->type);
	memcpy(&head, data + (head + 16) % PAGE, 8);
	tap(head == 5, "five samples # %llu", head);

	ioctl(ring, PERF_EVENT_IOC_DISABLE, 0);
	hit(1);
	tap_is("a disabled ring", -EOPNOTSUPP, map_u64(out, 0));
	ioctl(ring, PERF_EVENT_IOC_ENABLE, 0);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
		u32 one = 1;

		map_elem(KBPF_MAP_UPDATE_ELEM, map, &one, &value, 0);
		pin(1);
		hit(1);
		tap_is("another CPU's ring", -EOPNOTSUPP, map_u64(out, 0));
		pin(0);
	}
	close(prog);
	prog = load_writer(map, out, 100);
	close(link);
	link = link_create(prog, probe, 0);
	hit(1);
	tap_is("a slot past the end", -E2BIG, map_u64(out, 0));
	close(link);
	close(prog);

	/* A reader that writes anything anywhere while samples come in. */
	prog = load_writer(map, out, 0xffffffff);
	link = link_create(prog, probe, 0);
	for (i = n = 0; i < 20000; i++) {
		u64 *words = (u64 *)page;

		words[(i * 2654435761u) % (2 * PAGE / 8)] = (u64)i * 0x9e3779b97f4a7c15ULL;
		page->data_tail = i % 3 ? (u64)i * 0xdeadbeefcafe1234ULL : page->data_head - i % 9;
		hit(1);
		n += map_u64(out, 0) == 0;
	}
	tap(n > 0 && n < 20000, "scribbling over a ring hurts nobody # %u of 20000 written", n);
	close(link);
	munmap(page, 2 * PAGE);
	close(ring);
	close(probe);
	close(prog);
	close(map);
	close(out);
}

static void test_ringbuf(void)
{
	long map = map_create(KBPF_MAP_TYPE_RINGBUF, 0, 0, PAGE, 0), prog, probe, link;
	struct pollfd pfd = { .fd = map, .events = POLLIN };
	u64 *cons, *prod, i;
	u8 *data;

	if (!tap(map >= 0, "a ring buffer"))
		return;
	tap(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, map, PAGE) == MAP_FAILED &&
	    errno == EPERM, "the producer's page cannot be written # %s", strerror(errno));
	cons = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	prod = mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, map, PAGE);
	if (!tap(cons != MAP_FAILED && prod != MAP_FAILED, "mapped"))
		return;
	tap(mprotect(prod, 3 * PAGE, PROT_READ | PROT_WRITE) && errno == EACCES,
	    "nor become writable later # %s", strerror(errno));
	data = (u8 *)prod + PAGE;
	{
		const struct kbpf_insn insns[] = {
			LD_MAP(1, map), MOV_IMM(2, 16), MOV_IMM(3, 0), CALL(H_RB_RESERVE),
			JEQ_IMM(0, 0, 5),
			ST_DW(0, 0, 0x77), ST_DW(0, 8, 0x88),
			MOV_REG(1, 0), MOV_IMM(2, 0), CALL(H_RB_SUBMIT),
			MOV_IMM(0, 0), EXIT(),
		};

		prog = load_kprobe(insns);
	}
	probe = probe_open(TARGET, 0, false);
	link = link_create(prog, probe, 0);
	tap(prog >= 0 && link >= 0, "a program that reserves and submits");
	tap_is("nothing to read", 0, poll(&pfd, 1, 0));
	hit(1);
	tap_is("poll says there is", 1, poll(&pfd, 1, 1000));
	tap(*(u32 *)data == 16 && *(u64 *)(data + 8) == 0x77 && *(u64 *)(data + 16) == 0x88,
	    "the record");
	tap(*prod == 24, "the producer's position # %llu", *prod);
	hit(500);
	tap(*prod <= PAGE, "a full buffer stays inside # %llu", *prod);
	tap(((u32 *)(data + PAGE))[0] == 16, "the data are there twice");
	for (i = 0; i < 20000; i++) {
		cons[i % (PAGE / 8)] = i * 0x9e3779b97f4a7c15ULL;
		cons[0] = i * 0xdeadbeefcafe1234ULL;
		hit(1);
	}
	tap(true, "scribbling over the consumer's page hurts nobody # prod %llu", *prod);
	munmap(cons, PAGE);
	munmap(prod, 3 * PAGE);
	close(link);
	close(probe);
	close(prog);
	close(map);
}

struct seen {
	u32 records;
	u32 on[2];
	u64 time;
	bool sorted;
	bool right;
};

static int see(void *ctx, unsigned int cpu, __u64 time, const void *data, __u32 size)
{
	const u64 *value = data;
	struct seen *s = ctx;

	s->records++;
	s->on[cpu & 1]++;
	s->sorted &= time >= s->time;
	s->right &= size == 16 && value[0] == 0x77 && value[1] == 0x88;
	s->time = time;
	return 0;
}

/* Records of two CPUs in turn, each in its CPU's ring, in one order by time. */
static void test_ringbuf_percpu(u32 flags)
{
	long map = map_create(KBPF_MAP_TYPE_RINGBUF, 0, 0, PAGE, flags), prog, probe, link;
	struct seen seen = { .sorted = true, .right = true };
	struct kbpf_rings *rings;
	u32 i;

	if (!tap(map >= 0, "a ring a CPU, flags %x", flags))
		return;
	{
		const struct kbpf_insn insns[] = {
			LD_MAP(1, map), MOV_IMM(2, 16), MOV_IMM(3, 0), CALL(H_RB_RESERVE),
			JEQ_IMM(0, 0, 5),
			ST_DW(0, 0, 0x77), ST_DW(0, 8, 0x88),
			MOV_REG(1, 0), MOV_IMM(2, 0), CALL(H_RB_SUBMIT),
			MOV_IMM(0, 0), EXIT(),
		};

		prog = load_kprobe(insns);
	}
	rings = kbpf_rings_open(dev_fd, map, see, &seen);
	probe = probe_open(TARGET, 0, false);
	link = link_create(prog, probe, 0);
	tap(rings && prog >= 0 && link >= 0, "a program that writes to it and a reader");
	for (i = 0; rings && i < 10; i++) {
		pin(i & 1);
		hit(10);
	}
	pin(0);
	for (i = 0; rings && i < 100 && seen.records < 100; i++)
		kbpf_rings_poll(rings, 1000);
	tap(seen.records == 100 && seen.right, "all records # %u", seen.records);
	tap(seen.on[0] == seen.on[1], "each CPU's in its own ring # %u, %u", seen.on[0], seen.on[1]);
	tap(seen.sorted, "in order");
	tap(!(flags & KBPF_F_RB_ORDERED) == !seen.time, "with the time # %llu", seen.time);
	kbpf_rings_close(rings);
	close(link);
	close(probe);
	close(prog);
	close(map);
}

static void test_array_mmap(void)
{
	long map = map_create(KBPF_MAP_TYPE_ARRAY, 4, 8, 16, KBPF_F_MMAPABLE), plain;
	struct kbpf_map_elem_attr freeze = { .map_fd = map };
	u64 *values, *ro;
	u32 key = 3;
	u64 v = 33;

	plain = map_create(KBPF_MAP_TYPE_ARRAY, 4, 8, 16, 0);
	tap(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, plain, 0) == MAP_FAILED,
	    "an array that was not made for it is not mapped # %s", strerror(errno));
	values = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (!tap(values != MAP_FAILED, "an array is mapped"))
		return;
	map_elem(KBPF_MAP_UPDATE_ELEM, map, &key, &v, 0);
	tap(values[3] == 33, "an update shows");
	values[4] = 44;
	tap(map_u64(map, 4) == 44, "a store shows");
	tap_is("no freezing while it is mapped writable", -EBUSY, dev_cmd(KBPF_MAP_FREEZE, &freeze));
	if (!fork()) {
		values[5] = 55;
		_exit(0);
	}
	wait(NULL);
	tap(map_u64(map, 5) == 55, "a child's store shows");
	tap_is("the child's mapping is not counted any more", -EBUSY,
	       dev_cmd(KBPF_MAP_FREEZE, &freeze));
	ro = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, map, 0);
	tap(ro != MAP_FAILED, "a read-only mapping # %s", strerror(errno));
	tap(mprotect(ro, PAGE, PROT_READ | PROT_WRITE) && errno == EACCES,
	    "a read-only mapping stays so");
	mprotect(values, PAGE, PROT_READ);
	tap_is("nor while one could become so again", -EBUSY, dev_cmd(KBPF_MAP_FREEZE, &freeze));
	munmap(values, PAGE);
	tap_is("frozen", 0, dev_cmd(KBPF_MAP_FREEZE, &freeze));
	tap(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0) == MAP_FAILED &&
	    errno == EPERM, "a frozen one is not mapped writable");
	tap(ro[5] == 55, "the read-only mapping goes on");
	tap(mmap(NULL, 16 * PAGE, PROT_READ, MAP_SHARED, map, 0) == MAP_FAILED,
	    "not past its end");
	munmap(ro, PAGE);
	close(map);
	close(plain);
}

/* Runs one helper in a program on a probe and gives back what it returned. */
static u64 run_helper(const struct kbpf_insn *body, u32 cnt, int out)
{
	struct kbpf_insn insns[64] = { MOV_REG(6, 1) };
	const struct kbpf_insn tail[] = {
		LD_MAP_VALUE(1, out, 0), STX_DW(1, 0, 0), MOV_IMM(0, 0), EXIT(),
	};
	long prog, probe, link;

	memcpy(insns + 1, body, cnt * sizeof(*body));
	memcpy(insns + 1 + cnt, tail, sizeof(tail));
	prog = load_type(KBPF_PROG_TYPE_KPROBE, insns, 1 + cnt + ARRAY_SIZE(tail));
	if (prog < 0)
		return 0xbad0000 - prog;
	probe = probe_open(TARGET, 0, false);
	link = link_create(prog, probe, 0);
	hit(1);
	close(link);
	close(probe);
	close(prog);
	return map_u64(out, 0);
}

#define RUN(...) ({							\
	const struct kbpf_insn body__[] = { __VA_ARGS__ };		\
	(long)run_helper(body__, ARRAY_SIZE(body__), out);		\
})

static void test_helpers(void)
{
	long out = map_create(KBPF_MAP_TYPE_ARRAY, 4, 64, 1, 0);
	static const char text[] = "a string of the user's";
	struct timespec ts;
	u64 value[8], now;
	char name[16] = "";
	u32 zero = 0;
	FILE *f;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	tap((u64)RUN(CALL(H_KTIME)) - now < 10000000000ULL, "ktime_get_ns");
	tap((u64)RUN(CALL(H_KTIME_COARSE)) - now + 100000000 < 10100000000ULL, "ktime_get_coarse_ns");
	tap_is("get_smp_processor_id", 0, RUN(CALL(H_CPU)));
	tap_is("get_current_uid_gid", 0, RUN(CALL(H_UID_GID)));
	tap(RUN(CALL(H_TASK)) < 0, "get_current_task is a kernel address");
	RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 16), CALL(H_COMM));
	map_elem(KBPF_MAP_LOOKUP_ELEM, out, &zero, value, 0);
	f = fopen("/proc/self/comm", "r");
	tap(f && fscanf(f, "%15s", name) == 1 && !strcmp(name, (char *)&value[1]),
	    "get_current_comm # %s %s", name, (char *)&value[1]);
	if (f)
		fclose(f);
	tap_is("probe_read_user", 0, RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 8),
					 LD_IMM64(3, ptr(text)), CALL(H_READ_USER)));
	map_elem(KBPF_MAP_LOOKUP_ELEM, out, &zero, value, 0);
	tap(!memcmp(&value[1], text, 8), "and what it read");
	tap_is("probe_read", 0, RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 8),
				    LD_IMM64(3, ptr(text)), CALL(H_PROBE_READ)));
	tap_is("probe_read_user of nothing", -EFAULT,
	       RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 8), LD_IMM64(3, 16ULL), CALL(H_READ_USER)));
	map_elem(KBPF_MAP_LOOKUP_ELEM, out, &zero, value, 0);
	tap(value[1] == 0, "leaves zeros");
	tap_is("probe_read_kernel of a user address", -ERANGE,
	       RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 8), LD_IMM64(3, ptr(text)),
		   CALL(H_READ_KERNEL)));
	tap_is("probe_read_kernel of a hole", -EFAULT,
	       RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 8), LD_IMM64(3, 0xffffffffffffe000ULL),
		   CALL(H_READ_KERNEL)));
	tap_is("probe_read_user_str", sizeof(text),
	       RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 56), LD_IMM64(3, ptr(text)),
		   CALL(H_READ_USER_STR)));
	tap_is("probe_read_user_str, cut", 5,
	       RUN(LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 5), LD_IMM64(3, ptr(text)),
		   CALL(H_READ_USER_STR)));
	map_elem(KBPF_MAP_LOOKUP_ELEM, out, &zero, value, 0);
	tap(!strcmp((char *)&value[1], "a st"), "ends in a zero # %.8s", (char *)&value[1]);
	tap(!memcmp((char *)&value[1] + 5, text + 5, sizeof(text) - 5), "and nothing past it changes");
	tap_is("probe_read_kernel_str of the task's name", (long)strlen(name) + 1,
	       RUN(CALL(H_TASK), MOV_REG(7, 0), LD_MAP_VALUE(1, out, 8), MOV_IMM(2, 16),
		   CALL(H_COMM), LD_MAP_VALUE(3, out, 8), LD_MAP_VALUE(1, out, 32), MOV_IMM(2, 16),
		   CALL(H_READ_KERNEL_STR)));
	close(out);
}

static void test_printk(void)
{
	static const char fmt[] = "kbpf %d %s %x\n";
	struct kbpf_insn insns[] = {
		ST_DW(10, -8, 0), ST_DW(10, -16, 0),
		MOV_REG(1, 10), ADD_IMM(1, -16), MOV_IMM(2, sizeof(fmt)),
		MOV_IMM(3, -5), LD_IMM64(4, ptr("text")), MOV_IMM(5, 255), CALL(H_TRACE_PRINTK),
		MOV_IMM(0, 0), EXIT(),
	};
	long prog, probe, link;
	char buf[65536];
	ssize_t len = 0;
	u32 words[4] = {};
	int fd;

	memcpy(words, fmt, sizeof(fmt));
	/* The format as two 8-byte constants: a store takes 32 bits, so four of four bytes. */
	{
		const struct kbpf_insn stores[] = {
			ST_W(10, -16, words[0]), ST_W(10, -12, words[1]),
			ST_W(10, -8, words[2]), ST_W(10, -4, words[3]),
		};
		struct kbpf_insn all[ARRAY_SIZE(insns) + 2];

		memcpy(all, stores, sizeof(stores));
		memcpy(all + 4, insns + 2, sizeof(insns) - 2 * sizeof(*insns));
		prog = load_type(KBPF_PROG_TYPE_KPROBE, all, ARRAY_SIZE(all));
	}
	probe = probe_open(TARGET, 0, false);
	link = link_create(prog, probe, 0);
	if (!tap(link >= 0, "a program that prints"))
		return;
	hit(1);
	mkdir("/sys/kernel/tracing", 0755);
	fd = open("/sys/kernel/tracing/trace", O_RDONLY);
	if (fd < 0) {
		tap(true, "the trace buffer # SKIP no tracefs");
	} else {
		ssize_t n;

		while ((n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
			len += n;
		buf[len] = '\0';
		tap(strstr(buf, "bpf_trace_printk: kbpf -5 text ff"), "the trace buffer # %s",
		    len > 200 ? buf + len - 200 : buf);
		close(fd);
	}
	close(link);
	close(probe);
	close(prog);
}

int main(void)
{
	tap_begin();
	dev_open();
	pin(0);
	test_ring_refusals();
	test_ring();
	test_ringbuf();
	tap(map_create(KBPF_MAP_TYPE_RINGBUF, 0, 0, PAGE, KBPF_F_RB_ORDERED) == -EINVAL,
	    "one ring for all has its order");
	test_ringbuf_percpu(KBPF_F_RB_PERCPU);
	test_ringbuf_percpu(KBPF_F_RB_PERCPU | KBPF_F_RB_ORDERED);
	test_array_mmap();
	test_helpers();
	test_printk();
	return tap_end();
}
