# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts of this directory: where things are, how to complain, how to lock.
# Sourced by bash, never run.

set -euo pipefail
export LC_ALL=C

QEMU_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$QEMU_DIR/../.." && pwd)
BUILD=${KBPF_BUILD:-$TOP/build}
# Kernels outlive a checkout: building one takes minutes, so they are kept outside it.
CACHE=${KBPF_CACHE:-$HOME/.cache/kbpf}
JOBS=${KBPF_JOBS:-$(nproc)}

say()
{
	echo "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	exit 1
}

# with_lock NAME COMMAND...: one process at a time per NAME. Several checkouts on one machine share
# the cache, and the second must find the first one's work instead of repeating it.
with_lock()
{
	local name=$1 fd status=0

	shift
	mkdir -p "$CACHE/lock"
	exec {fd}>"$CACHE/lock/$name"
	flock "$fd"
	# The lock must not leak into daemons that the command may start.
	"$@" {fd}>&- || status=$?
	exec {fd}>&-
	return $status
}
