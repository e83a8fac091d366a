// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Owners that die at any moment: children that load, attach, map and are killed
 * by SIGKILL while others hit the probes. At the end nothing is left: no
 * program, map, link or BTF has an id, and the module can go.
 *
 *   churn [SECONDS [CHILDREN]]
 */
#include <signal.h>
#include <time.h>
#include "guest.h"

static const char *const targets[] = {
	"__x64_sys_getppid", "__x64_sys_getpgid", "vfs_read", "do_sys_openat2", "__x64_sys_sched_yield",
	"vfs_write", "kmem_cache_alloc_noprof", "__kmalloc_noprof", "mutex_lock", "try_to_wake_up",
};

static void load_of_calls(void)
{
	for (;;) {
		char buf[64];
		int fd = open("/proc/self/stat", O_RDONLY);

		syscall(SYS_getppid);
		syscall(SYS_getpgid, 0);
		syscall(SYS_sched_yield);
		if (fd >= 0) {
			if (read(fd, buf, sizeof(buf)) < 0)
				_exit(1);
			close(fd);
		}
	}
}

static void owner(unsigned int seed)
{
	long hash = map_create(KBPF_MAP_TYPE_HASH, 8, 8, 64, 0);
	long rb = map_create(KBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	const struct kbpf_insn insns[] = {
		CALL(H_PID_TGID), STX_DW(10, 0, -8), ST_DW(10, -16, 1),
		LD_MAP(1, hash), MOV_REG(2, 10), ADD_IMM(2, -8), MOV_REG(3, 10), ADD_IMM(3, -16),
		MOV_IMM(4, 0), CALL(H_MAP_UPDATE),
		LD_MAP(1, rb), MOV_REG(2, 10), ADD_IMM(2, -16), MOV_IMM(3, 16), MOV_IMM(4, 0),
		CALL(H_RB_OUTPUT),
		MOV_IMM(0, 0), EXIT(),
	};
	long progs[4], probes[10], links[40], n = 0, i;

	for (i = 0; i < 4; i++)
		progs[i] = load_kprobe(insns);
	mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, rb, 0);
	for (;;) {
		for (i = 0; i < 10; i++)
			probes[i] = probe_open(targets[i], 0, rand_r(&seed) & 1);
		for (n = 0; n < 40; n++)
			links[n] = link_create(progs[n % 4], probes[rand_r(&seed) % 10], n);
		for (i = 0; i < 10; i++)
			close(probes[i]);
		for (i = 0; i < n; i++)
			close(links[i]);
	}
}

/* Objects with an id; waits for those that are freed a grace period later. */
static u32 left_over(void)
{
	static const u32 next[] = {
		KBPF_PROG_GET_NEXT_ID, KBPF_MAP_GET_NEXT_ID, KBPF_LINK_GET_NEXT_ID,
		KBPF_BTF_GET_NEXT_ID,
	};
	u32 i, n = 0, try;

	for (try = 0; try < 50; try++) {
		for (n = i = 0; i < ARRAY_SIZE(next); i++) {
			struct kbpf_id_attr attr = {};

			while (!dev_cmd(next[i], &attr)) {
				attr.id = attr.next_id;
				n++;
			}
		}
		if (!n)
			break;
		usleep(100000);
	}
	return n;
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 20, children = argc > 2 ? atoi(argv[2]) : 3;
	time_t end = time(NULL) + seconds;
	pid_t pids[16], load[2];
	int i, kills = 0;
	unsigned int seed = 1;

	tap_begin();
	dev_open();
	if (children > 16)
		children = 16;
	for (i = 0; i < 2; i++) {
		load[i] = fork();
		if (!load[i])
			load_of_calls();
	}
	for (i = 0; i < children; i++)
		pids[i] = 0;
	while (time(NULL) < end) {
		i = rand_r(&seed) % children;
		if (pids[i]) {
			kill(pids[i], SIGKILL);
			waitpid(pids[i], NULL, 0);
			kills++;
		}
		pids[i] = fork();
		if (!pids[i])
			owner(rand_r(&seed) + kills);
		usleep(rand_r(&seed) % 300000);
	}
	for (i = 0; i < children; i++) {
		if (pids[i]) {
			kill(pids[i], SIGKILL);
			waitpid(pids[i], NULL, 0);
		}
	}
	for (i = 0; i < 2; i++) {
		kill(load[i], SIGKILL);
		waitpid(load[i], NULL, 0);
	}
	tap(kills > 0, "owners were killed # %d in %d s", kills, seconds);
	tap_is("nothing of theirs is left", 0, left_over());
	return tap_end();
}
