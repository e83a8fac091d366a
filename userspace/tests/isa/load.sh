#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# load.sh LOAD ENGINE.so: which of the public suite's cases are refused when they are loaded: exactly
# those of load.refused. With TABLE=1 the running kernel is asked, too, through bpf(2), and both
# reasons are printed.
#
# Environment: CONFORMANCE, the suite's cases.

here=$(dirname "$0") load=$1 engine=$2 failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

result() # ok? name
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}

# What is not ok, and is not on the list.
judge() # who
{
	total=$(wc -l <"$tmp/$1")
	ran=$(grep -c "$(printf '\tok\t')" "$tmp/$1")
	grep -v "$(printf '\tok\t')" "$tmp/$1" | cut -f1,2 | sort >"$tmp/$1.not"
	sed -n "/^[^#]/s/$(printf '\t').*/$(printf '\t')refused/p" "$here/load.refused" | sort >"$tmp/want"
	diff "$tmp/want" "$tmp/$1.not" | sed -n 's/^[<>]/# &/p'
	cmp -s "$tmp/want" "$tmp/$1.not" && [ "$total" -gt 0 ]
	result $? "$1: of $total cases loaded, $ran run to what they shall, the rest are refused as Linux does"
}

echo "KTAP version 1"
if [ ! -s "${CONFORMANCE:-}" ]; then
	echo "ok 1 - cases loaded # SKIP the public suite's cases are not here; set CONFORMANCE"
	echo 1..1
	exit 0
fi
LD_PRELOAD=$engine "$load" "$CONFORMANCE" >"$tmp/kbpf"
judge kbpf
if [ -n "${TABLE:-}" ]; then
	"$load" "$CONFORMANCE" >"$tmp/kernel"
	judge kernel
	join -t "$(printf '\t')" "$tmp/kernel" "$tmp/kbpf" | awk -F'\t' '
		$2 != "ok" || $4 != "ok" { printf "# %-22s kernel: %s, %s\n# %-22s kbpf:   %s, %s\n", $1, $2, $3, "", $4, $5 }'
fi
echo "1..$n"
exit $failed
