#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Netfilter links, classifiers on interfaces, taps: refusals, verdicts, counts; a deny list of 100,000
# addresses under a million packets (KBPF_PACKETS=1000000; 100,000 unless told); flowtop.
# kbpf-add: build/userspace/kbpf build/userspace/tests/net/traffic build/userspace/tests/net/hooks
# kbpf-add: build/userspace/tools/denylist build/userspace/tools/flowtop /usr/sbin/ip
# kbpf-kmod: veth
. /lib/kbpf-test.sh

PACKETS=${KBPF_PACKETS:-100000}
[ "$KBPF_KERNEL" = debug ] && PACKETS=20000

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
done
sleep 2
ip netns exec b traffic serve >/dev/null &
server=$!
sleep 1
t_tap ip netns exec a hooks 20000

# flowtop sees what goes over the interface
ip netns exec a flowtop --json -i 2 -n 60 eth0 >flows 2>flows.err &
flowtop=$!
while ! grep -q watching flows.err; do sleep 1; kill -0 $flowtop || break; done
ip netns exec a traffic talk 2
sleep 5
kill -INT $flowtop
wait $flowtop
t_eq "flowtop ends well" 0 $?
tail -n 1 flows >last
t_run "flowtop: a TCP flow out" grep -q '"direction": *"out", *"protocol": *"tcp", *"src": *"10.9.0.1".*"dport": *443' last
t_run "flowtop: and back" grep -q '"direction": *"in", *"protocol": *"tcp", *"src": *"10.9.0.2", *"sport": *443' last
t_run "flowtop: IPv6, UDP" grep -q '"protocol": *"udp", *"src": *"fd09::2", *"sport": *53' last
kill $server

# the deny list
traffic list 100000 >listed
ip netns exec b denylist --json --file listed >denied 2>denied.err &
denylist=$!
# An emulated debug kernel takes minutes over the list.
while ! grep -q filtering denied.err; do sleep 1; kill -0 $denylist || break; done
noports() { ip netns exec b cat /proc/net/snmp | awk '/^Udp: [0-9]/ {print $3 + $2 + $5}'; }
before=$(noports)
sent=$(ip netns exec a traffic spoof eth0 $PACKETS 100000)
sleep 2
after=$(noports)
kill -INT $denylist
wait $denylist
t_eq "denylist ends well" 0 $?
set -- $sent
echo "$1 from listed addresses, $2 from others; $(head -c 200 denied | tr -d '\n')"
t_eq "all packets were sent" $PACKETS $(($1 + $2))
t_eq "every packet that should be dropped was" "$1" "$(sed -n 's/^ *"dropped": *\([0-9]*\).*/\1/p' denied | head -n 1)"
t_eq "and no other was: so many came through" "$2" $((after - before))
ip netns del a
ip netns del b
for try in 1 2 3 4 5 6 7 8 9 10; do
	rmmod kbpf 2>/dev/null && break
	sleep 1
done
t_run "nothing is left" [ ! -e /sys/module/kbpf ]
t_done
