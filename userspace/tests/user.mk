# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Tests of the ABI's layout and of libbpf from end to end. The second runs twice:
# in `make check` on the in-process engine, in guests on the device.
TESTS_DIR := $(TOP)/userspace/tests

$(SAN)/tests/uapi_layout: $(TESTS_DIR)/uapi/layout.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -I$(TOP)/uapi $(SAN_FLAGS) -o $@ $<

$(SAN)/tests/uapi_helpers: $(TESTS_DIR)/uapi/helpers.c $(SAN)/libkbpf_engine.a
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(SAN_FLAGS) -o $@ $(filter %.c %.a,$^) -lpthread
$(O)/tests/uapi_helpers: $(TESTS_DIR)/uapi/helpers.c $(O)/libkbpf_engine.a
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) -O1 -o $@ $(filter %.c %.a,$^) -lpthread
# The list of helpers, those that are not there with the reason: build/helpers.md.
.PHONY: helpers
helpers: $(O)/tests/uapi_helpers
	$< --list >$(TOP)/build/helpers.md

$(O)/tests/flows.bpf.o: $(TESTS_DIR)/flows/flows.bpf.c $(TESTS_DIR)/flows/flows.h $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -I$(TESTS_DIR)/flows -c -o $@ $<

$(O)/tests/flows.skel.h: $(O)/tests/flows.bpf.o
	bpftool gen skeleton $< name flows_bpf >$@.tmp
	@mv $@.tmp $@

$(O)/tests/flows.o: $(TESTS_DIR)/flows/flows.c $(O)/tests/flows.skel.h
	$(CC) $(USER_CFLAGS) -I$(O)/tests -I$(TESTS_DIR)/flows -c -o $@ $<

$(O)/tests/flows: $(O)/tests/flows.o $(O)/libkbpf-libbpf.a
	$(CC) -o $@ $< -Wl,-u,syscall -L$(O) -l:libkbpf-libbpf.a -l:libbpf.a -lelf -lz

$(O)/tests/usdt.bpf.o: $(TESTS_DIR)/flows/usdt.bpf.c $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@ $<
$(O)/tests/usdt.skel.h: $(O)/tests/usdt.bpf.o
	bpftool gen skeleton $< name usdt_bpf >$@.tmp
	@mv $@.tmp $@
$(O)/tests/usdt: $(TESTS_DIR)/flows/usdt.c $(O)/tests/usdt.skel.h $(O)/libkbpf-libbpf.a
	$(CC) $(USER_CFLAGS) -I$(O)/tests -o $@ $< -Wl,-u,syscall -L$(O) -l:libkbpf-libbpf.a -l:libbpf.a -lelf -lz
ALL += $(O)/tests/usdt

$(O)/tests/typed.bpf.o: $(TESTS_DIR)/typed/typed.bpf.c $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@ $<
$(O)/tests/typed.skel.h: $(O)/tests/typed.bpf.o
	bpftool gen skeleton $< name typed_bpf >$@.tmp
	@mv $@.tmp $@
$(O)/tests/typed: $(TESTS_DIR)/typed/typed.c $(O)/tests/typed.skel.h
	$(CC) $(USER_CFLAGS) -I$(O)/tests -o $@ $< -l:libbpf.a -lelf -lz
ALL += $(O)/tests/typed

# The same with libbpf's calls left to libc, for libkbpf-check to be preloaded.
$(O)/tests/flows-plain: $(O)/tests/flows.o
	$(CC) -o $@ $< -l:libbpf.a -lelf -lz

$(SAN)/tests/flows_in_process: $(TESTS_DIR)/flows/in-process $(O)/tests/flows-plain $(O)/libkbpf-check.so
	@mkdir -p $(@D)
	install -m 755 $< $@

$(O)/tests/json-check: $(TESTS_DIR)/json-check.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -o $@ $<

$(O)/tests/bad.bpf.o: $(TESTS_DIR)/bad.bpf.c $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(O)/tests/load: $(TESTS_DIR)/load.c $(O)/libkbpf-libbpf.a
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -o $@ $< -Wl,-u,syscall -L$(O) -l:libkbpf-libbpf.a -l:libbpf.a -lelf -lz

ALL += $(addprefix $(O)/tests/,flows flows-plain json-check load bad.bpf.o uapi_helpers)
# Beside what it links, so that it needs no path into the tree.
$(SAN)/tests/linking: $(TESTS_DIR)/linking $(TESTS_DIR)/load.c $(O)/tests/bad.bpf.o \
		$(O)/libkbpf-libbpf.so $(O)/libkbpf-libbpf.a $(TOP)/userspace/interpose/libkbpf-libbpf.pc.in
	@mkdir -p $(@D)
	cp $(TESTS_DIR)/load.c $(TOP)/userspace/interpose/libkbpf-libbpf.pc.in $(O)/
	install -m 755 $< $@

CHECKS += $(SAN)/tests/linking $(SAN)/tests/uapi_layout $(SAN)/tests/uapi_helpers $(SAN)/tests/flows_in_process
