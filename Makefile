# SPDX-License-Identifier: GPL-2.0
# The front door: one line a target, every one of them delegates.
#
# Variables: KERNEL=6.1|6.12 (demo, e2e), SUITE=NAME (e2e), KDIR=... (modules, install),
# DESTDIR= PREFIX= (install), KBPF_CACHE= (kernels, default ~/.cache/kbpf), V=1.

RIG := kunit/qemu

export KERNEL SUITE TOOLS TABLE KDIR DESTDIR PREFIX

help:
	@sed -n 's/^#: //p' Makefile

#: make demo     boot a stock kernel, insert kbpf.ko, watch programs run (KERNEL=6.1)
demo:
	@$(RIG)/run-demo
#: make test     all of the below up to lint; ends with the counts
test:
	@$(RIG)/run-test
#: make check    the engine in userspace under sanitizers: vectors, algebra, failing allocations
check:
	@$(RIG)/run-check
#: make check-tools  the verifier on every program of Debian's libbpf-tools; build/verify.json
check-tools:
	@$(RIG)/check-tools
#: make kunit    KUnit suites in the module on a debug kernel without bpf(2)
kunit:
	@$(RIG)/run-kunit
#: make e2e      the module and real programs on stock kernels (KERNEL=6.1, SUITE=name)
e2e:
	@$(RIG)/run-e2e
#: make e2e-clients  Debian's libbpf-tools on kbpf and on the kernel's own BPF, into build/clients.json
#:                (KERNEL=6.12, TOOLS="opensnoop biosnoop", TABLE=bpftrace)
e2e-clients:
	@$(RIG)/run-clients
#: make lint     include rules, checkpatch, kernel-doc, SPDX, rooms
lint:
	@kunit/lint/run
#: make bench    figures as ratios, into build/bench*.json
bench:
	@$(MAKE) -C userspace bench
#: make fuzz     libFuzzer targets over the engine
fuzz:
	@$(MAKE) -C userspace fuzz
#: make modules  kbpf.ko for the running kernel, or KDIR=/path/to/headers
modules:
	@$(RIG)/modules
#: make install  module, header, libraries and kbpf (DESTDIR=, PREFIX=/usr/local, KDIR=)
install:
	@$(RIG)/install
#: make clean    remove build/
clean:
	@rm -rf build

.PHONY: help demo test check check-tools kunit e2e e2e-clients lint bench fuzz modules install clean
