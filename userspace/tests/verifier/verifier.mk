# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The verifier's tests: the algebra exhaustively, its suite in the in-process
# world (for programs that are run), and allocation failure at every n.
VERIFIER_WORLD := $(addprefix $(SAN)/inproc/,$(INPROC_SRCS:.c=.o))
VERIFIER_INC := -I$(TOP)/kunit -I$(TOP)/userspace/tests

$(SAN)/inproc/%.o: $(TOP)/userspace/engine/%.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(SAN_FLAGS) -Wframe-larger-than=8192 -I$(TOP)/userspace/engine -c -o $@ $<

$(SAN)/tests/kbpf_verifier_kunit: $(wildcard $(TOP)/kunit/vectors/*.def)
$(SAN)/tests/kbpf_verifier_kunit: $(TOP)/kunit/kbpf_verifier_kunit.c $(TOP)/userspace/tests/kunit/run.c \
		$(VERIFIER_WORLD) $(SAN)/libkbpf_engine.a
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(VERIFIER_INC) $(SAN_FLAGS) -Wframe-larger-than=8192 -o $@ $(filter %.c %.o %.a,$^) -lpthread

CHECKS += $(SAN)/tests/kbpf_verifier_kunit

# The algebra: all pairs of states at 3 bits, every so many at 4 to 6; "make algebra" takes all at 4
# and, which is a matter of half an hour, at 5 (ALGEBRA_STRIDE=100: every hundredth or so).
ALGEBRA_STRIDE ?= 1
ALGEBRA_BITS := 3 4 5 6
SAMPLE_BITS := 8 16 64
ALGEBRA_DEPS := $(TOP)/userspace/tests/verifier/concrete.h $(wildcard $(TOP)/module/engine/verifier/*.[ch])
ALGEBRA_CC = mkdir -p $(@D) && $(CC) $(filter-out -MMD -MP -MT $@,$(ENGINE_CFLAGS)) -I$(TOP)/userspace/tests -O2 \
	-fsanitize=undefined -fno-sanitize-recover=all -Wno-frame-larger-than -DKBPF_WORD_BITS=$* -o $@ $<
$(SAN)/tests/algebra-%: $(TOP)/userspace/tests/verifier/algebra.c $(ALGEBRA_DEPS)
	$(ALGEBRA_CC)
$(SAN)/tests/sample-%: $(TOP)/userspace/tests/verifier/sample.c $(ALGEBRA_DEPS)
	$(ALGEBRA_CC)
CHECKS += $(addprefix $(SAN)/tests/algebra-,$(ALGEBRA_BITS)) $(addprefix $(SAN)/tests/sample-,$(SAMPLE_BITS))

.PHONY: algebra
algebra: $(addprefix $(SAN)/tests/,algebra-4 algebra-5 sample-64)
	$(SAN)/tests/sample-64 10000000 2
	$(SAN)/tests/algebra-4 1
	$(SAN)/tests/algebra-5 $(ALGEBRA_STRIDE)

# State embedding, and what must not change a verdict; "make embed" takes a hundred times as many programs.
MACHINE_SRCS := $(addprefix $(TOP)/userspace/tests/verifier/,machine.c generate.c)
VERIFIER_PROGRAM_TESTS := $(addprefix $(SAN)/tests/,embed metamorphic)
$(VERIFIER_PROGRAM_TESTS): $(SAN)/tests/%: $(TOP)/userspace/tests/verifier/%.c $(MACHINE_SRCS) $(VERIFIER_WORLD) \
		$(SAN)/libkbpf_engine.a
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP -MT $@,$(ENGINE_CFLAGS)) $(VERIFIER_INC) $(SAN_FLAGS) -Wframe-larger-than=8192 -o $@ \
		$(filter %.c %.o %.a,$^) -lpthread
CHECKS += $(VERIFIER_PROGRAM_TESTS)

# the same without sanitizers, which are four times as slow
VERIFIER_FAST := $(O)/tests/verifier
$(VERIFIER_FAST)/%.o: $(TOP)/userspace/tests/verifier/%.c $(wildcard $(TOP)/userspace/tests/verifier/*.h)
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(VERIFIER_INC) -O2 -Wframe-larger-than=8192 -c -o $@ $<
$(VERIFIER_FAST)/embed $(VERIFIER_FAST)/metamorphic: %: %.o $(VERIFIER_FAST)/machine.o $(VERIFIER_FAST)/generate.o \
		$(INPROC_OBJS) $(O)/libkbpf_engine.a
	$(CC) -o $@ $^ -lpthread

.PHONY: embed
embed: $(VERIFIER_FAST)/embed $(VERIFIER_FAST)/metamorphic
	$(VERIFIER_FAST)/embed 600000 1000000
	$(VERIFIER_FAST)/metamorphic 300000 1000000

# Each condition of mutants.table dropped by itself: does a test notice? "make verifier-mutants MUTANTS=prune"
# takes those of a file or with some words in their name.
MUTANT_TESTS := $(addprefix $(VERIFIER_FAST)/,kbpf_verifier_kunit.o embed.o metamorphic.o)
$(VERIFIER_FAST)/kbpf_verifier_kunit.o: $(TOP)/kunit/kbpf_verifier_kunit.c $(wildcard $(TOP)/kunit/vectors/*)
$(VERIFIER_FAST)/run.o: $(TOP)/userspace/tests/kunit/run.c
$(VERIFIER_FAST)/kbpf_verifier_kunit.o $(VERIFIER_FAST)/run.o:
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(VERIFIER_INC) -O1 -Wframe-larger-than=8192 -c -o $@ $<
.PHONY: verifier-mutants
verifier-mutants: $(MUTANT_TESTS) $(addprefix $(VERIFIER_FAST)/,run.o machine.o generate.o) $(INPROC_OBJS) \
		$(O)/libkbpf_engine.a
	@MUTANTS='$(MUTANTS)' $(TOP)/userspace/tests/verifier/mutants.sh \
		"$(CC) $(filter-out -MMD -MP -MT $@,$(ENGINE_CFLAGS)) $(VERIFIER_INC)" $(MUTANT_TESTS) -- $(INPROC_OBJS) \
		$(addprefix $(O)/engine/,$(KBPF_ENGINE_OBJS)) $(addprefix $(O)/port/,$(PORT_OBJS))

# Programs in C that the engine in the process judges and runs, where clang is there to compile them; "make
# features" asks the running kernel whether it agrees.
KNOWN_DIR := $(TOP)/userspace/tests/verifier
KNOWN_OBJS := $(addprefix $(O)/tests/known/,numbers.bpf.o memory.bpf.o functions.bpf.o loops.bpf.o programs.bpf.o \
	proprietary.bpf.o)
$(KNOWN_OBJS): $(O)/tests/known/%.bpf.o: $(KNOWN_DIR)/%.bpf.c $(KNOWN_DIR)/features.h
	@mkdir -p $(@D)
	clang -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -I/usr/include/$(shell uname -m)-linux-gnu -Wall -Werror -c -o $@ $<
$(O)/tests/known/features: $(KNOWN_DIR)/features.c $(KNOWN_DIR)/features.def
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O2 -o $@ $< -lbpf
# the program that "make check" runs: it preloads the engine
$(O)/tests/features-check: $(O)/tests/known/features $(KNOWN_OBJS) $(O)/libkbpf-check.so
	printf '#!/bin/sh\nLD_PRELOAD=%s exec %s %s\n' $(O)/libkbpf-check.so $< '$(KNOWN_OBJS)' >$@
	chmod +x $@
CHECKS += $(O)/tests/features-check

.PHONY: features
features: $(O)/tests/known/features $(KNOWN_OBJS)
	$< $(KNOWN_OBJS)

# Programs that are hard on verifiers, with a limit on the time; not under sanitizers, for the time's sake.
$(O)/tests/synthetic.o: $(TOP)/userspace/bench/synthetic.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O2 -c -o $@ $<
$(O)/tests/worst: $(TOP)/userspace/tests/verifier/worst.c $(O)/tests/synthetic.o $(INPROC_OBJS) $(O)/libkbpf_engine.a
	$(CC) $(ENGINE_CFLAGS) -I$(TOP)/userspace -O2 -o $@ $(filter %.c %.o %.a,$^) -lpthread
CHECKS += $(O)/tests/worst

# The running kernel's verdicts beside the engine's; for whoever may use bpf(2).
$(O)/tests/differential_kernel.o: $(TOP)/userspace/tests/verifier/differential_kernel.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O2 -I$(TOP)/uapi -I$(TOP)/module/engine -I$(TOP)/userspace/tests -c -o $@ $<
$(O)/tests/verdicts: $(TOP)/userspace/tests/verifier/differential.c $(O)/tests/differential_kernel.o \
		$(INPROC_OBJS) $(O)/libkbpf_engine.a
	$(CC) $(ENGINE_CFLAGS) $(VERIFIER_INC) -O2 -Wframe-larger-than=8192 -o $@ $(filter %.c %.o %.a,$^) -lbpf -lpthread

.PHONY: verdicts
verdicts: $(O)/tests/verdicts
	timeout 600 $(O)/tests/verdicts 20
