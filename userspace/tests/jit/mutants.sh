#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# mutants.sh "CC FLAGS..." OBJECT...: does every vector of mutants.table fail when its pass drops the
# condition? OBJECTs make up the test isa; the pass's own is replaced.

here=$(dirname "$0") top=$(cd "$(dirname "$0")/../../.." && pwd)
cc=$1 n=0 failed=0
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

passes() # PROGRAM: does the vector pass there?
{
	( timeout 20 "$1" --vectors "$vector" >"$tmp/out" 2>&1; true ) 2>/dev/null
	grep -q "^ok .* - jit: $vector\$" "$tmp/out"
}

# Builds and runs what is in $tmp/mutant.c in the place of $file
run_with() # OBJECT...
{
	local objects=() o
	for o in "$@"; do [[ $o == *.o && $o != */engine/jit/${file%.c}.o ]] && objects+=("$o"); done
	# shellcheck disable=SC2086
	$cc -I"$top/module/engine/jit/passes" -O0 -Wno-unused -Wno-error -c -o "$tmp/mutant.o" "$tmp/mutant.c" 2>"$tmp/log" &&
		$cc -o "$tmp/isa" "$tmp/mutant.o" "${objects[@]}" -lpthread 2>>"$tmp/log" || { sed 's/^/# /' "$tmp/log"; return 2; }
	passes "$tmp/isa"
}

# shellcheck disable=SC2086
$cc -o "$tmp/whole" "$@" -lpthread || exit 1
echo "KTAP version 1"
while IFS=$'\t' read -r vector file change; do
	[[ $vector == \#* ]] && continue
	n=$((n + 1))
	sed -E "$change" "$top/module/engine/jit/$file" >"$tmp/mutant.c"
	if cmp -s "$tmp/mutant.c" "$top/module/engine/jit/$file"; then
		echo "not ok $n - $vector: nothing in $file changes"
		failed=1
		continue
	fi
	if ! passes "$tmp/whole"; then
		echo "not ok $n - $vector does not pass as it is"
		failed=1
		continue
	fi
	run_with "$@"
	case $? in
	1)	echo "ok $n - $vector fails without its condition in $file" ;;
	*)	echo "not ok $n - $vector does not notice what $file drops"; failed=1 ;;
	esac
done <"$here/mutants.table"
echo "1..$n"
exit $failed
