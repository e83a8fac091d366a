#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# plugin.sh PLUGIN: the public runner's protocol, and a program of as many slots as there may be.

plugin=$1 n=0 failed=0
prog=$(mktemp)
trap 'rm -f "$prog"' EXIT

# expect NAME WANT ARGUMENT...: what the plug-in prints for the program in $prog
expect()
{
	name=$1 want=$2
	shift 2
	n=$((n + 1))
	got=$("$plugin" "$@" <"$prog" 2>/dev/null) || got="status $?"
	if [ "$got" = "$want" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name: $got, expected $want"
		failed=1
	fi
}

# r0 = 0, one is added @1 times, end
adding()
{
	awk -v n="$1" 'BEGIN {
		printf "b700000000000000"
		for (i = 0; i < n; i++)
			printf "0700000001000000"
		print "9500000000000000"
	}'
}

echo "KTAP version 1"
for how in --interpret --jit; do
	echo "b7 00 00 00 ff ff ff ff 95 00 00 00 00 00 00 00" >"$prog"
	expect "$how: all of r0, in hex" ffffffffffffffff "" $how
	echo 71100100000000009500000000000000 >"$prog"
	expect "$how: memory by r1" 22 "11 22 33" $how
	echo bf200000000000009500000000000000 >"$prog"
	expect "$how: its length in r2" 3 112233 $how
	echo 950000000000000 >"$prog"
	expect "$how: half a byte" "status 1" "" $how
	echo 8d000000000000009500000000000000 >"$prog"
	expect "$how: a call through a register" "status 1" "" $how
	adding 999998 >"$prog"
	expect "$how: 1,000,000 slots" f423e "" $how
	adding 999999 >"$prog"
	expect "$how: one more" "status 1" "" $how
done
echo "1..$n"
exit $failed
