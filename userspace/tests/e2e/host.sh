#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The device itself: probes, rings, bad input, failing allocations, a storm of owners that die, insert and remove.
# KBPF_BAD_INPUT (programs), KBPF_FAULTS (0: each step), KBPF_STORM (seconds), KBPF_STORM_PROBES, KBPF_INSERTS: how much.
# kbpf-add: build/userspace/tests/guest
. /lib/kbpf-test.sh

T=$(dirname "$(find / -xdev -type f -name badinput 2>/dev/null | head -n 1)")
mount -t debugfs none /sys/kernel/debug 2>/dev/null
mount -t tracefs none /sys/kernel/tracing 2>/dev/null

t_run "insmod" insmod /kbpf/kbpf.ko
t_eq "the device is root's alone" "crw-------" "$(stat -c %A /dev/kbpf)"
t_kmemleak "the module inserted"
t_tap "$T/probes"
t_tap "$T/rings"
t_tap "$T/hooks"
t_tap "$T/multi"
t_kmemleak "probes and rings"
# An empty program on every function there is takes minutes: KBPF_FUNCTIONS is how many at a time by kprobe.multi,
# KBPF_PROBES by a kernel probe each.
[ -z "$KBPF_FUNCTIONS" ] || t_tap "$T/functions" multi "$KBPF_FUNCTIONS"
[ -z "$KBPF_PROBES" ] || t_tap "$T/functions" probe "$KBPF_PROBES"
t_tap "$T/badinput" "${KBPF_BAD_INPUT:-100000}"
t_kmemleak "bad input"
t_tap "$T/faults" "${KBPF_FAULTS:-32}"
t_kmemleak "failing allocations"
t_tap "$T/storm" "${KBPF_STORM:-20}" 4 "${KBPF_STORM_PROBES:-200}"

# A descriptor keeps the module, and a dead owner does not.
sleep 1000 9</dev/kbpf &
holder=$!
t_fails "rmmod while somebody has the device open" rmmod kbpf
kill -9 $holder
wait $holder 2>/dev/null
# Somebody may sleep below a program at the end of a function that is gone: the module stays that long.
t_run "rmmod once the owner is dead" sh -c 'i=0; until rmmod kbpf || [ $((i += 1)) -gt 100 ]; do sleep 0.1; done; [ $i -le 100 ]'

( while :; do cat /proc/self/stat >/dev/null; done ) &
load=$!
i=0
# The processors of an emulated machine take turns, so that each insertion waits a second and more: 100 are for the long form.
inserts=${KBPF_INSERTS:-30}
while [ $i -lt "$inserts" ] && insmod /kbpf/kbpf.ko && rmmod kbpf; do
	i=$((i + 1))
done
kill $load
t_eq "inserted and removed under load" "$inserts" $i
t_kmemleak "insert and remove"
t_done
