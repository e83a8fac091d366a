// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers about sockets: what kind of socket a struct sock_common is the beginning of.
 * It may have been read out of another structure and be gone by now, so nothing here
 * believes what it finds there more than a program may: the answer is an address that is
 * only read through.
 */
#include <linux/in.h>
#include <linux/socket.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include "helpers.h"

/**
 * struct seen - what a socket says of itself
 * @family: address family
 * @state: TCP_*, of all kinds of sockets
 * @protocol: IPPROTO_*; 0 of one that is not a full socket
 * @type: SOCK_*; 0 likewise
 * @proto: the name of its protocol, zero-terminated
 */
struct seen {
	u16 family;
	u8 state;
	u16 protocol;
	u16 type;
	char proto[8];
};

static bool look(const struct sock *sk, struct seen *s)
{
	struct proto *prot;

	memset(s, 0, sizeof(*s));
	if (!sk || kbpf_is_user_address(sk) ||
	    get_kernel_nofault(s->family, &sk->sk_family) ||
	    get_kernel_nofault(s->state, (u8 *)&sk->__sk_common.skc_state) ||
	    get_kernel_nofault(prot, &sk->sk_prot))
		return false;
	if (BIT(s->state) & (TCPF_TIME_WAIT | TCPF_NEW_SYN_RECV))
		return !copy_from_kernel_nofault(s->proto, &prot->name, sizeof(s->proto) - 1);
	return !get_kernel_nofault(s->protocol, &sk->sk_protocol) &&
	       !get_kernel_nofault(s->type, &sk->sk_type);
}

static bool is_tcp(const struct seen *s)
{
	return s->protocol == IPPROTO_TCP && s->type == SOCK_STREAM;
}

static bool is_tcp_proto(const struct seen *s)
{
	return !strcmp(s->proto, "TCP") || !strcmp(s->proto, "TCPv6");
}

#define AS(name, test)									\
u64 kbpf_helper_skc_to_##name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)			\
{											\
	struct seen s;									\
											\
	return look(kbpf_reg_ptr(r1), &s) && (test) ? r1 : 0;				\
}

AS(tcp_sock, is_tcp(&s))
AS(tcp6_sock, is_tcp(&s) && s.family == AF_INET6)
AS(tcp_timewait_sock, s.state == TCP_TIME_WAIT && is_tcp_proto(&s))
AS(tcp_request_sock, s.state == TCP_NEW_SYN_RECV && is_tcp_proto(&s))
AS(udp6_sock, s.protocol == IPPROTO_UDP && s.type == SOCK_DGRAM && s.family == AF_INET6)
AS(unix_sock, s.family == AF_UNIX)
