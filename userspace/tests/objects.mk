# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Locks in values, dynptrs, task storage, user ring buffers: one binary for the in-process engine (in
# `make check`), the device and the kernel's own BPF (in guests).
OBJECTS_DIR := $(TOP)/userspace/tests/objects

$(O)/tests/objects.bpf.o: $(OBJECTS_DIR)/objects.bpf.c $(OBJECTS_DIR)/objects.h $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -I$(OBJECTS_DIR) -c -o $@ $<

$(O)/tests/objects.skel.h: $(O)/tests/objects.bpf.o
	bpftool gen skeleton $< name objects_bpf >$@.tmp
	@mv $@.tmp $@

$(O)/tests/objects-plain: $(OBJECTS_DIR)/objects.c $(O)/tests/objects.skel.h
	$(CC) $(USER_CFLAGS) -I$(O)/tests -I$(OBJECTS_DIR) -o $@ $< -l:libbpf.a -lelf -lz -lpthread

$(SAN)/tests/objects_in_process: $(OBJECTS_DIR)/in-process $(O)/tests/objects-plain $(O)/libkbpf-check.so
	@mkdir -p $(@D)
	install -m 755 $< $@

ALL += $(O)/tests/objects-plain
CHECKS += $(SAN)/tests/objects_in_process
