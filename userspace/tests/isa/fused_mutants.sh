#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# fused_mutants.sh "CC FLAGS..." OBJECT...: does every row of fused.def fail, or fault, when its handler leaves
# out its first step, or its last? OBJECTs make up the test fused; the interpreter's own is replaced.

top=$(cd "$(dirname "$0")/../../.." && pwd) cc=$1 failed=0
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rows=$(grep -c '^KBPF_FUSED' "$top/module/engine/interp/fused.def")

mutant() # number name change OBJECT...
{
	local objects=() o row missed=0
	for o in "${@:4}"; do [[ $o == *.o && $o != */interp/interp.o ]] && objects+=("$o"); done
	sed -E "$3" "$top/module/engine/interp/interp.c" >"$tmp/mutant.c"
	# shellcheck disable=SC2086
	$cc -O1 -Wno-unused -Wno-error -c -o "$tmp/mutant.o" "$tmp/mutant.c" &&
		$cc -o "$tmp/fused" "$tmp/mutant.o" "${objects[@]}" -lpthread || exit 2
	for ((row = 1; row <= rows; row++)); do
		if { timeout 10 "$tmp/fused" 1 $row >"$tmp/out"; } 2>/dev/null; then
			missed=$((missed + 1))
			sed -n 's/^ok/# not noticed:/p' "$tmp/out"
		fi
	done 2>/dev/null
	echo "# $2: $((rows - missed)) rows of $rows notice"
	[ $missed = 0 ] && echo "ok $1 - $2" || { echo "not ok $1 - $2"; failed=1; }
}

echo "KTAP version 1"
echo "1..2"
mutant 1 "the last step is left out" 's/RUN\([b-f]\); GO;/step++; GO;/' "$@"
mutant 2 "the first step is left out, and what was at hand is lost" 's/RUN_BEFORE\(a, b\);/step++; last = ~last;/' "$@"
exit $failed
