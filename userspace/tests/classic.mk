# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Classic BPF and packet helpers: the reference interpreter against the engine.

CLASSIC_SRC := $(TOP)/userspace/tests/classic
CLASSIC_COMMON := reference.o packets.o run.o
CHECKS += $(SAN)/tests/classic/translate

$(SAN)/tests/classic/translate: $(addprefix $(SAN)/tests/classic/,translate.o $(CLASSIC_COMMON)) \
		$(SAN)/libkbpf_engine.a
	$(CC) $(SAN_FLAGS) -o $@ $^ -lpcap -lpthread

$(SAN)/tests/classic/%.o: $(CLASSIC_SRC)/%.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(SAN_FLAGS) -DEXPRESSIONS='"$(CLASSIC_SRC)/expressions"' -Wframe-larger-than=65536 -c -o $@ $<
