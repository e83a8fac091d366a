# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The verifier against the running kernel's: writes build/bench-verify.json. As root.
VERIFY_BENCH_SRCS := $(addprefix $(TOP)/userspace/,bench/verify.c bench/synthetic.c kbpf/embedded.c)
VERIFY_BENCH_TOOLS ?= $(wildcard $(shell dpkg -L libbpf-tools 2>/dev/null | grep sbin/))

$(BENCH)/verify: $(VERIFY_BENCH_SRCS) $(O)/interpose/syscall.o $(O)/inproc.o
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP -MT $@,$(USER_CFLAGS)) -I$(TOP)/userspace/engine -I$(TOP)/userspace/interpose \
		-I$(TOP)/userspace/kbpf -o $@ $(filter %.c %.o,$^) -l:libbpf.a -lelf -lz -lm -lpthread

.PHONY: bench-verify
bench-verify: $(BENCH)/verify $(BENCH)/programs.bpf.o
	$(BENCH)/verify $(TOP)/build/bench-verify.json $(BENCH)/programs.bpf.o $(VERIFY_BENCH_TOOLS)
