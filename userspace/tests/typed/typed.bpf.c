// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Helpers that take kernel objects by their type, each called once for the process @me. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define SO_ANY	0x5421	/* FIONBIO: any ioctl will do */

int me, reading;
unsigned long address;

long path_len;
char path_name[64];
long vma_ret = 1, vma_runs;
unsigned long vma_start, vma_end;
int vma_pid;
long own_stack, other_stack, other_user_stack;
unsigned long own_ips[32], other_ips[32];
long is_tcp, is_tcp6, is_udp6, is_unix, has_socket, port;

static bool mine(void)
{
	return bpf_get_current_pid_tgid() >> 32 == me;
}

SEC("fentry/security_file_permission")
int BPF_PROG(on_read, struct file *file)
{
	if (mine() && reading)
		path_len = bpf_d_path((struct path *)&file->f_path, path_name, sizeof(path_name));
	return 0;
}

static long seen(struct task_struct *task, struct vm_area_struct *vma, void *ctx)
{
	vma_pid = task->tgid;
	vma_start = vma->vm_start;
	vma_end = vma->vm_end;
	vma_runs++;
	return 0;
}

SEC("raw_tp/sys_enter")
int on_call(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!mine() || vma_runs)
		return 0;
	vma_ret = bpf_find_vma(task, address, seen, 0, 0);
	own_stack = bpf_get_task_stack(task, own_ips, sizeof(own_ips), 0);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	if (next->tgid != me || other_stack)
		return 0;
	other_stack = bpf_get_task_stack(next, other_ips, sizeof(other_ips), 0);
	other_user_stack = bpf_get_task_stack(next, other_ips, sizeof(other_ips), BPF_F_USER_STACK);
	return 0;
}

SEC("fentry/security_file_ioctl")
int BPF_PROG(on_ioctl, struct file *file, unsigned int cmd)
{
	if (mine() && cmd == SO_ANY)
		has_socket += !!bpf_sock_from_file(file);
	return 0;
}

SEC("fentry/inet_listen")
int BPF_PROG(on_listen, struct socket *sock)
{
	struct tcp_sock *tcp;

	if (!mine())
		return 0;
	tcp = bpf_skc_to_tcp_sock(sock->sk);
	is_tcp += !!tcp;
	if (tcp)
		port = tcp->inet_conn.icsk_inet.sk.__sk_common.skc_num;
	is_tcp6 += !!bpf_skc_to_tcp6_sock(sock->sk);
	is_udp6 += !!bpf_skc_to_udp6_sock(sock->sk);
	is_unix += !!bpf_skc_to_unix_sock(sock->sk);
	return 0;
}

char _license[] SEC("license") = "GPL";
