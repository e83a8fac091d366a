#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# mutants.sh "CC FLAGS..." DIR MAIN... -- OBJECT...: does some test notice each change of mutants.table?
# DIR has what the tests are made of, MAINs are their objects there, OBJECTs the engine; the file that
# is changed takes the place of its own. A change that none notices is an oversight of the tests, or
# the table says why it changes nothing.

here=$(dirname "$0") top=$(cd "$(dirname "$0")/../../.." && pwd)
cc=$1 only=${MUTANTS:-.}
shift
tests=() objects=() n=0 failed=0
while [[ $1 != -- ]]; do tests+=("$1"); shift; done
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/verifier"

# The algebra has its own sources inside, in which the changed one takes precedence.
algebra()
{
	case $file in tnum.c | range.c | word.c | scalar.c) ;; *) return 0 ;; esac
	# shellcheck disable=SC2086
	$cc -iquote "$tmp" -I"$top/userspace/tests" -O2 -w -DKBPF_WORD_BITS=3 -o "$tmp/algebra" \
		"$top/userspace/tests/verifier/algebra.c" 2>"$tmp/log" || return 2
	timeout 100 "$tmp/algebra" >"$tmp/out" 2>&1
}

# Who notices: 1; nobody: 0; it does not compile: 2
noticed()
{
	local t o rest=()
	# shellcheck disable=SC2086
	$cc -O1 -w -c -o "$tmp/mutant.o" "$tmp/verifier/$file" 2>"$tmp/log" || { sed 's/^/# /' "$tmp/log"; return 2; }
	for o in "$@"; do [[ $o == */engine/verifier/${file%.c}.o ]] || rest+=("$o"); done
	by=algebra
	algebra || return 1
	for t in "${tests[@]}"; do
		by=$(basename "$t" .o)
		local more=()
		[[ $by == kbpf_verifier_kunit ]] && more=("$(dirname "$t")/run.o")
		[[ $by == kbpf_verifier_kunit ]] || more=("$(dirname "$t")/machine.o" "$(dirname "$t")/generate.o")
		$cc -o "$tmp/test" "$t" "${more[@]}" "$tmp/mutant.o" "${rest[@]}" -lpthread 2>"$tmp/log" ||
			{ sed 's/^/# /' "$tmp/log"; return 2; }
		( timeout 100 "$tmp/test" >"$tmp/out" 2>&1 ) 2>/dev/null || return 1
	done
	return 0
}

echo "KTAP version 1"
# where nothing is changed nobody may notice anything
file=tnum.c
cp "$top/module/engine/verifier/tnum.c" "$tmp/verifier/"
noticed "$@" || { echo "Bail out! the tests fail as they are: $by"; exit 1; }
rm "$tmp/verifier/tnum.c"
while IFS=$'\t' read -r file what change equivalent; do
	[[ $file == \#* || -z $file || ! "$file $what" =~ $only ]] && continue
	n=$((n + 1))
	sed -E "$change" "$top/module/engine/verifier/$file" >"$tmp/verifier/$file"
	if cmp -s "$tmp/verifier/$file" "$top/module/engine/verifier/$file"; then
		echo "not ok $n - $file: $what: nothing changes"
		failed=1
		continue
	fi
	noticed "$@"
	case $?,$equivalent in
	1,)	echo "ok $n - $file: $what: noticed by $by" ;;
	0,?*)	echo "ok $n - $file: $what: changes nothing: $equivalent" ;;
	*)	echo "not ok $n - $file: $what"; failed=1 ;;
	esac
	rm -f "$tmp/verifier/$file"
done <"$here/mutants.table"
echo "1..$n"
exit $failed
