// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Does what typed.bpf.c watches, and looks at what it saw. On kbpf and on the kernel's own BPF alike. */
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <fcntl.h>
#include <unistd.h>

#include "typed.skel.h"

static int nr, failed;

static void tap(int ok, const char *name, long value)
{
	printf("%s %d - %s # %ld\n", ok ? "ok" : "not ok", ++nr, name, value);
	failed += !ok;
}

static void do_things(struct typed_bpf *t, int *watched)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(4711) };
	int fd = open("/etc/passwd", O_RDONLY), sock = socket(AF_INET6, SOCK_STREAM, 0), on = 1;
	char c;

	t->bss->reading = 1;
	if (read(fd, &c, 1) != 1)
		perror("read");
	t->bss->reading = 0;
	close(fd);
	bind(sock, (struct sockaddr *)&addr, sizeof(addr));
	listen(sock, 1);
	ioctl(sock, FIONBIO, &on);
	usleep(20000);
	*watched = sock;
}

static void look(const struct typed_bpf *t, int old)
{
	unsigned long here = (unsigned long)&nr;

	tap(t->bss->path_len == sizeof("/etc/passwd") && !strcmp(t->bss->path_name, "/etc/passwd"),
	    "d_path", t->bss->path_len);
	tap(!t->data->vma_ret && t->bss->vma_runs == 1, "find_vma calls once", t->data->vma_ret);
	tap(t->bss->vma_start <= here && here < t->bss->vma_end, "with what holds the address",
	    t->bss->vma_start);
	tap(t->bss->vma_pid == getpid(), "and the task", t->bss->vma_pid);
	tap(t->bss->own_stack >= 8 && t->bss->own_ips[0] >> 63, "get_task_stack of itself", t->bss->own_stack);
	if (old)
		printf("ok %d - of another # SKIP this kernel lets no module walk it\n", ++nr);
	else
		tap(t->bss->other_stack >= 8, "of another", t->bss->other_stack);
	tap(t->bss->other_user_stack < 0, "not another's in user space", t->bss->other_user_stack);
	tap(t->bss->has_socket == 1, "sock_from_file", t->bss->has_socket);
	tap(t->bss->is_tcp == 1 && t->bss->port == 4711, "skc_to_tcp_sock", t->bss->port);
	tap(t->bss->is_tcp6 == 1, "skc_to_tcp6_sock", t->bss->is_tcp6);
	tap(!t->bss->is_udp6 && !t->bss->is_unix, "and it is nothing else", 0);
}

int main(int argc, char **argv)
{
	struct typed_bpf *t = typed_bpf__open();
	int sock = -1, err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
	if (!t)
		return 1;
	t->bss->me = getpid();
	t->bss->address = (unsigned long)&nr;
	err = typed_bpf__load(t);
	tap(!err, "programs load", err);
	err = err ? err : typed_bpf__attach(t);
	tap(!err, "programs attach", err);
	if (!err) {
		do_things(t, &sock);
		look(t, argc > 1 && !strcmp(argv[1], "old"));
	}
	typed_bpf__destroy(t);
	close(sock);
	printf("1..%d\n", nr);
	return failed ? 1 : 0;
}
