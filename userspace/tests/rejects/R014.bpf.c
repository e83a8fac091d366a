// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* a type that kbpf does not have */
SEC("flow_dissector")
int bad(struct __sk_buff *skb)
{
	return 0;
}

SEC("tc")
int good(struct __sk_buff *skb)
{
	return 0;
}
