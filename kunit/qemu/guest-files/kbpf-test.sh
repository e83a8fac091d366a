# SPDX-License-Identifier: GPL-2.0
# The guest's side of the verdict protocol, for suites in sh: `. /lib/kbpf-test.sh`.
#
# A suite is a script that reports each of its cases and ends with t_done. What it prints goes to
# stdout.log on the host; only what these functions write counts.
#
#	t_ok NAME			a case passed
#	t_not_ok NAME REASON		a case failed
#	t_skip NAME WHY			a case could not run here
#	t_run NAME COMMAND...		passes when COMMAND exits 0; its last line is the reason else
#	t_fails NAME COMMAND...		passes when COMMAND exits non-zero without a signal
#	t_eq NAME WANT GOT		passes when both are the same text
#	t_tap COMMAND...		COMMAND prints (K)TAP itself: take over its cases
#	t_kmemleak NAME			passes when nothing leaked since the last time (debug kernel)
#	t_send FILE [NAME]		bring FILE to build/guest/<run>/NAME on the host
#	t_kernel_at_least MAJOR MINOR	true on such a kernel or a later one
#	t_done				the suite got to its end
#
# The functions work in subshells and pipelines: the count is in a file, and one verdict is one write.

T_STATE=/run/kbpf
[ -e "$T_STATE/count" ] || echo 0 >"$T_STATE/count"

t__line()
{
	(
		flock 8
		n=$(($(cat "$T_STATE/count") + 1))
		echo "$n" >"$T_STATE/count"
		printf '%s %d - %s/%s%s\n' "$1" "$n" "${T_SUITE:-init}" "$2" "$3" >&7
	) 8>"$T_STATE/lock"
}

# A reason is one line, and '#' begins a directive.
t__clean()
{
	printf '%s' "$*" | tr '\n\r#' '  *' | cut -c1-300
}

t_ok()
{
	echo "ok: $1"
	t__line ok "$(t__clean "$1")" ""
}

t_not_ok()
{
	echo "not ok: $1: ${2-}"
	t__line "not ok" "$(t__clean "$1")" " # $(t__clean "${2:-no reason given}")"
}

t_skip()
{
	echo "skip: $1: ${2-}"
	t__line ok "$(t__clean "$1")" " # SKIP $(t__clean "${2:-no reason given}")"
}

t_run()
{
	local t_name=$1 t_out t_status=0

	shift
	t_out=$(mktemp "$T_STATE/out.XXXXXX")
	"$@" >"$t_out" 2>&1 || t_status=$?
	cat "$t_out"
	if [ $t_status -eq 0 ]; then
		t_ok "$t_name"
	else
		t_not_ok "$t_name" "status $t_status: $(tail -n 1 "$t_out")"
	fi
	rm -f "$t_out"
	return $t_status
}

t_fails()
{
	local t_name=$1 t_out t_status=0

	shift
	t_out=$(mktemp "$T_STATE/out.XXXXXX")
	"$@" >"$t_out" 2>&1 || t_status=$?
	cat "$t_out"
	# 126 and up: not found, not executable, killed: none of them is a refusal
	if [ $t_status -gt 0 ] && [ $t_status -lt 126 ]; then
		t_ok "$t_name"
	else
		t_not_ok "$t_name" "wanted a failure, got status $t_status: $(tail -n 1 "$t_out")"
	fi
	rm -f "$t_out"
}

t_eq()
{
	if [ "$2" = "$3" ]; then
		t_ok "$1"
	else
		t_not_ok "$1" "wanted '$2', got '$3'"
	fi
}

# Only leaves count: KTAP sums up a nested suite on a line of its own, after the lines that it sums.
# Indented cases are named by the suite line ("# Subtest: x") above them.
t_tap()
{
	local t_out t_status=0 t_seen

	t_out=$(mktemp "$T_STATE/out.XXXXXX")
	"$@" >"$t_out" 2>&1 || t_status=$?
	cat "$t_out"
	t_seen=$(cat "$T_STATE/count")
	awk -f /lib/kbpf-tap.awk "$t_out" | while IFS='|' read -r verdict name reason; do
		case $verdict in
		ok)	t_ok "$name" ;;
		skip)	t_skip "$name" "$reason" ;;
		*)	t_not_ok "$name" "$reason" ;;
		esac
	done >/dev/null
	if [ "$t_seen" = "$(cat "$T_STATE/count")" ]; then
		t_not_ok "$*" "status $t_status, and it reported no case: $(tail -n 1 "$t_out")"
	elif [ $t_status -gt 1 ]; then
		t_not_ok "$*" "status $t_status: $(tail -n 1 "$t_out")"
	fi
	rm -f "$t_out"
}

t_has_kmemleak()
{
	grep -q kmemleak=on /proc/cmdline && [ -w /sys/kernel/debug/kmemleak ]
}

# A leak counts when two scans find it unchanged and it is 5 s old: less is an object between owners.
t_kmemleak()
{
	local t_leaks=$T_STATE/kmemleak

	if ! t_has_kmemleak; then
		t_skip "$1" "this kernel has no kmemleak"
		return
	fi
	sleep 5
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >"$t_leaks"
	echo clear >/sys/kernel/debug/kmemleak
	if [ -s "$t_leaks" ]; then
		cat "$t_leaks"
		t_send "$t_leaks" "kmemleak-$T_SUITE.txt"
		t_not_ok "$1" "$(grep -c ^unreferenced "$t_leaks") leaks, see kmemleak-$T_SUITE.txt"
	else
		t_ok "$1"
	fi
}

t_send()
{
	local t_name=${2:-${1##*/}} t_dir

	t_dir=$(mktemp -d "$T_STATE/send.XXXXXX")
	cp "$1" "$t_dir/$t_name" &&
		flock "$T_STATE/files-port" sh -c 'tar c -C "$1" "$2" >"$(cat "$3")"' - \
			"$t_dir" "$t_name" "$T_STATE/files-port"
	rm -rf "$t_dir"
}

t_kernel_at_least()
{
	uname -r | awk -F'[.+-]' -v a="$1" -v b="$2" '{ exit !($1 > a || ($1 == a && $2 >= b)) }'
}

t_done()
{
	: >"$T_STATE/done"
}
