# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Everything at once on the same maps; for guests.
STRESS_DIR := $(TOP)/userspace/tests/stress

$(O)/tests/stress.bpf.o: $(STRESS_DIR)/stress.bpf.c $(STRESS_DIR)/stress.h $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -I$(STRESS_DIR) -c -o $@ $<

$(O)/tests/stress.skel.h: $(O)/tests/stress.bpf.o
	bpftool gen skeleton $< name stress_bpf >$@.tmp
	@mv $@.tmp $@

$(O)/tests/stress: $(STRESS_DIR)/stress.c $(O)/tests/stress.skel.h $(O)/libkbpf.a
	$(CC) $(USER_CFLAGS) -I$(O)/tests -I$(STRESS_DIR) -o $@ $(filter %.c %.a,$^) -l:libbpf.a -lelf -lz -lpthread

ALL += $(O)/tests/stress
