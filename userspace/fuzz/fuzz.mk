# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# libFuzzer targets over the engine: one file each, named like its target. "make fuzz" gives each
# FUZZ_SECONDS, with what earlier runs found in build/userspace/fuzz/corpus.
FUZZ_CC ?= $(firstword $(shell command -v clang-19) clang)
FUZZ_SECONDS ?= 60
# FUZZ_SAN= (none) finds what the targets themselves look for, several times as fast
FUZZ_SAN ?= ,address,undefined
FUZZ := $(O)/fuzz$(if $(FUZZ_SAN),,-fast)
FUZZ_FLAGS := -O2 -fno-omit-frame-pointer -fsanitize=fuzzer$(FUZZ_SAN) -fno-sanitize-recover=all \
	$(if $(FUZZ_SAN),,-fno-sanitize-coverage=trace-cmp)
FUZZERS := $(patsubst %.c,$(FUZZ)/%,$(notdir $(wildcard $(TOP)/userspace/fuzz/*.c)))
FUZZ_LIB_SRC := $(addprefix $(TOP)/module/engine/,$(KBPF_ENGINE_OBJS:.o=.c)) \
	$(addprefix $(TOP)/userspace/port/,$(PORT_OBJS:.o=.c))
# what programs are judged in: the in-process world, and the machine that runs them
FUZZ_WORLD := $(patsubst %.c,$(FUZZ)/obj/userspace/engine/%.o,$(INPROC_SRCS)) \
	$(addprefix $(FUZZ)/obj/userspace/tests/verifier/,machine.o generate.o)
FUZZ_INC := -I$(TOP)/userspace/engine -I$(TOP)/userspace/tests
# The interpreter is linked as it is: no target runs programs in it, and clang takes five minutes over it.
FUZZ_OBJS := $(patsubst $(TOP)/%.c,$(FUZZ)/obj/%.o,$(filter-out %/engine/interp/interp.c,$(FUZZ_LIB_SRC))) \
	$(O)/engine/interp/interp.o

$(FUZZ)/obj/%.o: $(TOP)/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(ENGINE_CFLAGS) $(FUZZ_INC) -Wno-frame-larger-than $(subst fuzzer,fuzzer-no-link,$(FUZZ_FLAGS)) -c -o $@ $<

$(FUZZ)/libengine.a: $(FUZZ_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(FUZZERS): $(FUZZ)/%: $(TOP)/userspace/fuzz/%.c $(FUZZ_WORLD) $(FUZZ)/libengine.a
	$(FUZZ_CC) $(ENGINE_CFLAGS) $(FUZZ_INC) -Wno-frame-larger-than $(FUZZ_FLAGS) -o $@ $(filter %.c %.o %.a,$^) -lpthread

.PHONY: fuzz
fuzz: $(FUZZERS)
	@for f in $(FUZZERS); do \
		mkdir -p $(FUZZ)/corpus/$$(basename $$f) && \
		$$f -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -verbosity=0 \
			$(FUZZ)/corpus/$$(basename $$f) || exit 1; \
	done
