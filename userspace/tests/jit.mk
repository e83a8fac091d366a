# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Tests of engine/jit beside those that all executors share (tests/isa): random
# programs, the arena.
JIT_OBJS := $(filter isa/% interp/% jit/%,$(KBPF_ENGINE_OBJS))

define jit_build
$(1)/tests/jit/%.o: $(TOP)/userspace/tests/jit/%.c
	@mkdir -p $$(@D)
	$(CC) $$(ENGINE_CFLAGS) -I$(TOP)/kunit $(2) -Wframe-larger-than=8192 -c -o $$@ $$<
$(1)/tests/jit/random: $(addprefix $(1)/tests/jit/,random.o) $(1)/tests/isa/env.o \
		$(addprefix $(1)/tests/kunit/,kbpf_raw_prog.o jit_random.o) \
		$(addprefix $(1)/engine/,$(JIT_OBJS)) $(addprefix $(1)/port/,$(PORT_OBJS))
	$(CC) $(2) -o $$@ $$^ -lpthread
$(1)/tests/jit/maps: $(addprefix $(1)/tests/jit/,maps.o) $(1)/tests/kunit/kbpf_raw_prog.o \
		$(TOP)/userspace/tests/maps_world.c $(1)/libkbpf_engine.a
	$(CC) $$(ENGINE_CFLAGS) $(2) -o $$@ $$(filter %.o %.c %.a,$$^) -lpthread
$(1)/tests/jit/trampoline: $(1)/tests/jit/trampoline.o $(1)/tests/isa/env.o \
		$(addprefix $(1)/engine/,$(JIT_OBJS)) $(addprefix $(1)/port/,$(PORT_OBJS))
	$(CC) $(2) -o $$@ $$^ -lpthread
endef
$(eval $(call jit_build,$(O),-O2 -fPIC))
$(eval $(call jit_build,$(SAN),$(SAN_FLAGS)))
CHECKS += $(SAN)/tests/jit/random $(SAN)/tests/jit/maps $(SAN)/tests/jit/trampoline

# What the command prints of an image. Not under sanitizers: LLVM does not free all it has.
$(O)/tests/jit/machine.o: ENGINE_CFLAGS += -I$(TOP)/userspace/libkbpf -I$(TOP)/userspace/kbpf
$(O)/tests/jit/machine: $(addprefix $(O)/tests/jit/,machine.o) $(O)/tests/isa/env.o $(O)/tests/kunit/kbpf_raw_prog.o \
		$(addprefix $(O)/cli/,machine.o json.o) \
		$(addprefix $(O)/engine/,$(JIT_OBJS)) $(addprefix $(O)/port/,$(PORT_OBJS))
	$(CC) -o $@ $^ -lpthread -ldl
CHECKS += $(O)/tests/jit/machine

# Does every vector of a pass fail when the pass drops its condition?
MUTANT_OBJS := $(addprefix $(O)/tests/isa/,check.o tails.o suite.o env.o harden.o conformance.o public_suite.o) \
	$(addprefix $(O)/tests/kunit/,kbpf_raw_prog.o kbpf_isa_sweep.o) \
	$(addprefix $(O)/engine/,$(JIT_OBJS)) $(addprefix $(O)/port/,$(PORT_OBJS))
.PHONY: jit-mutants
jit-mutants: $(MUTANT_OBJS)
	$(TOP)/userspace/tests/jit/mutants.sh "$(CC) $(filter-out -MMD -MP -MT $@,$(ENGINE_CFLAGS))" $(MUTANT_OBJS)
