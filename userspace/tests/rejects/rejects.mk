# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# An example of each refusal: judged in `make check`, printed by `kbpf explain`. "make golden" writes
# down what is said of them now; read the difference before it goes in.
REJECTS_DIR := $(TOP)/userspace/tests/rejects
REJECTS_CLANG ?= clang-19
REJECTS := $(patsubst $(REJECTS_DIR)/%.bpf.c,%,$(wildcard $(REJECTS_DIR)/R*.bpf.c))
REJECTS_EDITED := $(patsubst $(REJECTS_DIR)/%.sed,%,$(wildcard $(REJECTS_DIR)/R*.sed))
REJECTS_CC = $(REJECTS_CLANG) $(BPF_CFLAGS) -Wno-uninitialized -Wno-unused -Wno-array-bounds
REJECTS_LOADERS := $(patsubst $(REJECTS_DIR)/%.c,$(O)/tests/rejects/%,\
	$(filter-out %.bpf.c,$(wildcard $(REJECTS_DIR)/R*.c)))
REJECTS_OBJS := $(REJECTS:%=$(O)/tests/rejects/%.bpf.o) $(REJECTS_LOADERS) $(O)/libkbpf-check.so
REJECTS_RUN := $(REJECTS_DIR)/run
REJECTS_ARGS := $(O)/kbpf $(O)/tests/rejects $(REJECTS_DIR) $(TOP)/module/engine/reject.def

# What libbpf would not load: a program that loads the bytes as they are.
$(REJECTS_LOADERS): $(O)/tests/rejects/%: $(REJECTS_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -o $@ $< -lbpf

$(O)/tests/rejects/%.bpf.o: $(REJECTS_DIR)/%.bpf.c $(REJECTS_DIR)/reject.h $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	cd $(REJECTS_DIR) && $(REJECTS_CC) -c -o $@ $(<F)
# What no compiler writes: its assembly, edited.
$(REJECTS_EDITED:%=$(O)/tests/rejects/%.bpf.o): $(O)/tests/rejects/%.bpf.o: $(REJECTS_DIR)/%.bpf.c \
		$(REJECTS_DIR)/%.sed $(REJECTS_DIR)/reject.h $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	cd $(REJECTS_DIR) && $(REJECTS_CC) -S -o $@.S $(<F) && sed -i -f $*.sed $@.S
	$(REJECTS_CLANG) -target bpf -c -o $@ $@.S

# The examples as strings, for kbpf explain.
$(O)/cli/example.c: $(wildcard $(REJECTS_DIR)/R*) $(REJECTS_DIR)/embed
	@mkdir -p $(@D)
	$(REJECTS_DIR)/embed $(wildcard $(REJECTS_DIR)/R*.c) >$@.tmp
	@mv $@.tmp $@
$(O)/cli/example.o: $(O)/cli/example.c
	$(CC) $(USER_CFLAGS) -I$(TOP)/userspace/kbpf -c -o $@ $<

.PHONY: golden
golden: $(O)/kbpf $(REJECTS_OBJS)
	$(REJECTS_RUN) --golden $(REJECTS_ARGS)

$(SAN)/tests/rejects: $(REJECTS_RUN) $(O)/kbpf $(REJECTS_OBJS)
	@mkdir -p $(@D)
	printf '#!/bin/sh\nexec %s %s\n' '$(REJECTS_RUN)' '$(REJECTS_ARGS)' >$@
	@chmod 755 $@
CHECKS += $(SAN)/tests/rejects
