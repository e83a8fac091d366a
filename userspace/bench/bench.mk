# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Native benchmarks: the same BPF programs in kbpf's JIT in this process, under the
# kernel's JIT (as root) and compiled natively. Writes build/bench.json.
BENCH := $(O)/bench
BENCH_CLANG ?= $(notdir $(firstword $(wildcard /usr/bin/clang-19 /usr/bin/clang)))
BENCH_INC := -I$(TOP)/userspace/bench -I$(TOP)/kunit

$(BENCH)/programs.bpf.o: $(TOP)/userspace/bench/programs.bpf.c $(TOP)/userspace/bench/bench.h
	@mkdir -p $(@D)
	$(BENCH_CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -I/usr/include/x86_64-linux-gnu -c -o $@ $<
$(BENCH)/programs.o: $(TOP)/userspace/bench/programs.bpf.c $(TOP)/userspace/bench/bench.h
	@mkdir -p $(@D)
	$(BENCH_CLANG) -O2 -Wall -c -o $@ $<
# The program array here is bench.c's own: it answers tail calls before the maps room would.
$(BENCH)/bench: $(TOP)/userspace/bench/bench.c $(BENCH)/programs.o $(TOP)/kunit/kbpf_raw_prog.c \
		$(TOP)/userspace/tests/maps_world.c $(O)/libkbpf_engine.a
	$(CC) $(ENGINE_CFLAGS) $(BENCH_INC) -O2 -Wno-frame-larger-than -rdynamic -o $@ $(filter %.c %.o %.a,$^) \
		-Wl,--allow-multiple-definition -lbpf -lpthread

$(BENCH)/runs: $(TOP)/userspace/bench/runs.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O2 -o $@ $< -lbpf

$(BENCH)/check: $(TOP)/userspace/bench/check $(BENCH)/bench $(BENCH)/programs.bpf.o $(O)/libkbpf-check.so \
		$(O)/tests/json-check
	cp $< $@
CHECKS += $(BENCH)/check

# BENCH_PROGRAMS: some of them only, natively.
.PHONY: bench bench-native bench-icount
bench: bench-native bench-icount
	$(TOP)/userspace/bench/collect $(TOP)/build/bench.json $(BENCH)/native.rows $(BENCH)/icount.rows
bench-native: $(BENCH)/bench $(BENCH)/programs.bpf.o
	$(BENCH)/bench $(BENCH)/programs.bpf.o $(BENCH)/native.rows $(BENCH_PROGRAMS)
bench-icount: $(BENCH)/runs $(BENCH)/programs.bpf.o $(O)/libkbpf-libbpf.so
	$(QEMU_RIG)/guest --kernel 6.12 --name bench --icount --timeout 500 \
		--suite $(TOP)/userspace/bench/icount.sh $(addprefix --add ,$^) \
		--add "$$($(QEMU_RIG)/modules --kernel 6.12)" \
		--add "$$($(QEMU_RIG)/modules --kernel 6.12 --module oracle)"
	cp $(TOP)/build/guest/bench/icount.rows $(BENCH)/
