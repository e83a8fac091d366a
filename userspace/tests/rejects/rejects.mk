# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# An example of each refusal: judged in `make check`, printed by `kbpf explain`. "make golden" writes
# down what is said of them now; read the difference before it goes in.
REJECTS_DIR := $(TOP)/userspace/tests/rejects
REJECTS_CLANG ?= clang-19
REJECTS := $(patsubst $(REJECTS_DIR)/%.bpf.c,%,$(wildcard $(REJECTS_DIR)/R*.bpf.c))
REJECTS_OBJS := $(REJECTS:%=$(O)/tests/rejects/%.bpf.o)
REJECTS_RUN := $(REJECTS_DIR)/run
REJECTS_ARGS := $(O)/kbpf $(O)/tests/rejects $(REJECTS_DIR) $(TOP)/module/engine/reject.def

$(O)/tests/rejects/%.bpf.o: $(REJECTS_DIR)/%.bpf.c $(REJECTS_DIR)/reject.h $(O)/tools/vmlinux.h
	@mkdir -p $(@D)
	cd $(REJECTS_DIR) && $(REJECTS_CLANG) $(BPF_CFLAGS) -Wno-uninitialized -Wno-unused -c -o $@ $(<F)

# The examples as strings, for kbpf explain.
$(O)/cli/example.c: $(wildcard $(REJECTS_DIR)/R*) $(REJECTS_DIR)/embed
	@mkdir -p $(@D)
	$(REJECTS_DIR)/embed $(REJECTS:%=$(REJECTS_DIR)/%) >$@.tmp
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
