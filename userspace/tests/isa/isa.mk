# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Tests of the executors: vectors, the sweep, the public suite, random programs. They
# link isa, interp and jit and nothing above them; env.c is their world.
ISA_OBJS := $(filter isa/% interp/% jit/%,$(KBPF_ENGINE_OBJS))
ISA_INC := -I$(TOP)/kunit -I$(TOP)/userspace/tests/isa

define isa_build
$(1)/tests/isa/%.o: $(TOP)/userspace/tests/isa/%.c
	@mkdir -p $$(@D)
	$(CC) $$(ENGINE_CFLAGS) $(ISA_INC) $(2) -Wframe-larger-than=8192 -c -o $$@ $$<
$(1)/tests/kunit/%.o: $(TOP)/kunit/%.c
	@mkdir -p $$(@D)
	$(CC) $$(ENGINE_CFLAGS) $(ISA_INC) $(2) -Wframe-larger-than=8192 -c -o $$@ $$<
$(1)/tests/isa/isa: $(addprefix $(1)/tests/isa/,check.o tails.o suite.o env.o harden.o conformance.o public_suite.o) \
		$(addprefix $(1)/tests/kunit/,kbpf_raw_prog.o kbpf_isa_sweep.o) \
		$(addprefix $(1)/engine/,$(ISA_OBJS)) $(addprefix $(1)/port/,$(PORT_OBJS))
	$(CC) $(2) -o $$@ $$^ -lpthread
$(1)/tests/isa/differential: $(addprefix $(1)/tests/isa/,differential.o suite.o env.o) \
		$(addprefix $(1)/tests/kunit/,kbpf_raw_prog.o kbpf_random_prog.o) \
		$(addprefix $(1)/engine/,$(ISA_OBJS)) $(addprefix $(1)/port/,$(PORT_OBJS))
	$(CC) $(2) -o $$@ $$^ -lpthread
$(1)/bpf_conformance_plugin: $(addprefix $(1)/tests/isa/,plugin.o env.o conformance.o) \
		$(addprefix $(1)/tests/kunit/,kbpf_raw_prog.o) \
		$(addprefix $(1)/engine/,$(ISA_OBJS)) $(addprefix $(1)/port/,$(PORT_OBJS))
	$(CC) $(2) -o $$@ $$^ -lpthread
endef
$(eval $(call isa_build,$(O),-O2 -fPIC))
$(eval $(call isa_build,$(SAN),$(SAN_FLAGS)))

# The public suite's cases as the guest's module reads them; empty where the suite is not here.
$(O)/conformance.cases: $(O)/tests/isa/isa $(wildcard $(CONFORMANCE))
	CONFORMANCE=$(CONFORMANCE) $< --cases >$@

ALL += $(O)/bpf_conformance_plugin $(O)/conformance.cases
CHECKS += $(SAN)/tests/isa/isa $(SAN)/tests/isa/differential

# Which of them the verifier refuses; "make -C userspace conformance-load" prints that beside what the
# running kernel says, to whoever may use bpf(2).
$(O)/tests/isa/load: $(TOP)/userspace/tests/isa/load.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O2 -o $@ $< -lbpf
$(O)/tests/isa/load-check: $(O)/tests/isa/load $(O)/libkbpf-check.so
	printf '#!/bin/sh\nexec %s %s\n' $(TOP)/userspace/tests/isa/load.sh "$^" >$@
	chmod +x $@
CHECKS += $(O)/tests/isa/load-check

$(O)/tests/isa/plugin-check: $(O)/bpf_conformance_plugin
	@mkdir -p $(@D)
	printf '#!/bin/sh\nexec %s %s\n' $(TOP)/userspace/tests/isa/plugin.sh "$^" >$@
	chmod +x $@
CHECKS += $(O)/tests/isa/plugin-check

.PHONY: conformance-load
conformance-load: $(O)/tests/isa/load-check
	TABLE=1 $<

# The long run: make -C userspace differential PROGRAMS=1000000
PROGRAMS ?= 1000000
.PHONY: differential
differential: $(SAN)/tests/isa/differential
	$< $(PROGRAMS)
