# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# How values are printed by their types.
DUMP_DIR := $(TOP)/userspace/tests/dump

$(O)/tests/shapes.bpf.o: $(DUMP_DIR)/shapes.bpf.c $(DUMP_DIR)/shapes.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(O)/tests/dump: $(DUMP_DIR)/dump.c $(DUMP_DIR)/shapes.h $(O)/cli/value.o $(O)/cli/json.o
	$(CC) $(USER_CFLAGS) -I$(TOP)/userspace/kbpf -o $@ $(filter %.c %.o,$^) -lbpf

$(SAN)/tests/dump: $(DUMP_DIR)/check $(O)/tests/dump $(O)/tests/shapes.bpf.o
	@mkdir -p $(@D)
	install -m 755 $< $@

CHECKS += $(SAN)/tests/dump
