#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# kbpf capture and Debian's tcpdump watch the same traffic between two namespaces: the same packets,
# byte for byte, for every expression of tests/classic/expressions.
# kbpf-add: build/userspace/kbpf build/userspace/tests/net/traffic build/userspace/tests/net/pcapcmp
# kbpf-add: /usr/bin/tcpdump /usr/sbin/ip userspace/tests/classic/expressions
# kbpf-kmod: veth 8021q
. /lib/kbpf-test.sh

t_run "insmod" insmod /kbpf/kbpf.ko

ip netns add a
ip netns add b
ip -n a link add eth0 type veth peer name eth0 netns b
for ns in a b; do
	[ $ns = a ] && n=1 || n=2
	ip -n $ns link set lo up
	ip -n $ns link set eth0 address 02:00:00:00:09:0$n
	ip -n $ns addr add 10.9.0.$n/24 dev eth0
	ip -n $ns addr add fd09::$n/64 dev eth0 nodad
	ip -n $ns link set eth0 up
	ip -n $ns link add link eth0 name eth0.7 type vlan id 7
	ip -n $ns addr add 10.9.7.$n/24 dev eth0.7
	ip -n $ns link set eth0.7 up
done
ip netns exec b traffic serve >serve.log &
server=$!
sleep 1

# One of each for every expression, all at once.
n=0
pids=
while read -r line; do
	case $line in ''|'#'*) continue ;; esac
	n=$((n + 1))
	echo "$line" >$n.text
	ip netns exec a kbpf capture -i eth0 -w $n.kbpf "$line" 2>$n.kbpf.err &
	pids="$pids $!"
	ip netns exec a tcpdump -Z root -B 4096 -i eth0 -p -U --immediate-mode -w $n.tcpdump "$line" 2>$n.tcpdump.err &
	pids="$pids $!"
done </kbpf/expressions
t_run "at least 40 expressions" [ $n -ge 40 ]

wait_all()
{
	for i in $(seq 120); do
		[ "$(cat ./*.kbpf.err ./*.tcpdump.err | grep -c 'listening on')" -lt $((2 * n)) ] || return 0
		sleep 1
	done
	return 1
}
t_run "everybody listens" wait_all

# Packets from here on, and until the end of traffic, everybody saw.
sleep 2
from=$(date +%s)
sleep 1
# ip netns exec passes no signals on; it becomes what it starts, so the pids are right.
ip netns exec a traffic talk 3 >talk.log
cat talk.log
ip netns exec a ping -c 3 -i 0.2 10.9.0.2 >/dev/null
ip netns exec a ping -c 2 -i 0.2 -s 1300 10.9.0.2 >/dev/null
ip netns exec a ping -c 3 -i 0.2 fd09::2 >/dev/null
ip netns exec b ping -c 1 -b 10.9.0.255 >/dev/null 2>&1
ip netns exec b traffic raw eth0 400 1
ip netns exec a traffic raw eth0 400 2
sleep 2
to=$(date +%s)
sleep 1
# shellcheck disable=SC2086 # a list
kill -INT $pids
for pid in $pids; do
	wait "$pid"
done

i=0
some=0
packets=0
while [ $i -lt $n ]; do
	i=$((i + 1))
	text=$(cat $i.text)
	if grep -q '^[1-9][0-9]* packets* dropped by kernel' $i.tcpdump.err; then
		t_not_ok "$text: tcpdump dropped packets: $(tail -n 1 $i.tcpdump.err)"
		continue
	fi
	if count=$(pcapcmp $i.kbpf $i.tcpdump "$from" "$to" 2>&1); then
		t_ok "$text: $count packets"
		[ "$count" -gt 0 ] && some=$((some + 1))
		packets=$((packets + count))
	else
		t_not_ok "$text: $count"
	fi
done
echo "$packets packets in all, $some of $n expressions saw some"
t_run "most expressions saw packets" [ $some -ge 40 ]
t_run "counts at the end" grep -q '^[0-9]* packets* received by filter$' 1.kbpf.err

# -c, -s and lines
ip netns exec a ping -c 30 -i 0.1 10.9.0.2 >/dev/null &
ping=$!
ip netns exec a timeout 60 kbpf capture -i eth0 -c 3 icmp >lines 2>lines.err
t_eq "-c ends it after so many" 3 "$(wc -l <lines)"
t_run "a line says who and what" grep -q 'IP 10.9.0.[12] > 10.9.0.[12]: ICMP type [08] code 0, length 98' lines
ip netns exec a timeout 60 kbpf capture -i eth0 -c 3 -s 60 -w short icmp 2>/dev/null
t_eq "-s cuts: 24 bytes of file header, then 16 of header and 60 of packet each" 252 "$(wc -c <short)"
kill $ping; wait $ping 2>/dev/null

# the interface and the namespace go away while somebody captures
ip netns exec a kbpf capture -i eth0.7 -w gone 2>gone.err &
gone=$!
ip netns exec b kbpf capture -i eth0 -w gone2 2>gone2.err &
gone2=$!
sleep 3
ip netns exec a traffic talk 1 >/dev/null &
talk=$!
ip -n a link del eth0.7
sleep 1
t_run "a capture outlives its interface" kill -0 $gone
kill $server; wait $server 2>/dev/null
ip netns del b
sleep 1
t_run "and its namespace" kill -0 $gone2
wait $talk
kill -INT $gone $gone2
wait $gone; t_eq "clean end without the interface" 0 $?
wait $gone2; t_eq "clean end without the namespace" 0 $?
ip netns del a
t_fails "an expression that is none" kbpf capture -i lo "no such thing"
t_fails "an interface that is none" kbpf capture -i nope0 ip
for try in 1 2 3 4 5 6 7 8 9 10; do
	rmmod kbpf 2>/dev/null && break
	sleep 1
done
t_run "nothing is left" [ ! -e /sys/module/kbpf ]
t_done
