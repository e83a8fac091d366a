#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Filters on an interface, counted in instructions: run by `make bench-packets` in a guest.
# kbpf-kmod: dummy tun
. /lib/kbpf-test.sh

t_run "insmod" insmod /kbpf/kbpf.ko jit=1
[ ! -e /sys/module/kbpf/parameters/jit ] || echo "jit: $(cat /sys/module/kbpf/parameters/jit)"
ip link add out0 type dummy
ip tuntap add in0 mode tap
for i in out0 in0; do
	sysctl -qw net.ipv6.conf.$i.disable_ipv6=1
	ip link set $i up
done
EXPRESSIONS=/kbpf/expressions
export EXPRESSIONS
t_run "measured" packets in0 out0 bench-packets.json
t_send bench-packets.json
t_run "0.9 of the kernel's own, or less" awk '/geomean/ { v = $3; exit !(v + 0 <= 0.9) }' bench-packets.json
t_done
