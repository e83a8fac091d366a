# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Classic BPF and packet helpers: the reference interpreter against the engine.

CLASSIC_SRC := $(TOP)/userspace/tests/classic
CLASSIC_FLAGS := -DEXPRESSIONS='"$(CLASSIC_SRC)/expressions"' -I$(TOP)/userspace/engine \
	-Wframe-larger-than=65536
CLASSIC_COMMON := reference.o packets.o generate.o
CHECKS += $(SAN)/tests/classic/translate $(O)/tests/classic/verified

# Below the verifier, with sanitizers; packets in part not linear.
$(SAN)/tests/classic/translate: $(addprefix $(SAN)/tests/classic/,translate.o run.o world.o $(CLASSIC_COMMON)) \
		$(SAN)/libkbpf_engine.a
	$(CC) $(SAN_FLAGS) -o $@ $^ -lpcap -lpthread

# The packet loads that eBPF has of it.
CHECKS += $(SAN)/tests/classic/legacy
$(SAN)/tests/classic/legacy: $(addprefix $(SAN)/tests/classic/,legacy.o run.o world.o reference.o packets.o) \
		$(SAN)/libkbpf_engine.a
	$(CC) $(SAN_FLAGS) -o $@ $^ -lpthread

# Against the JIT and the running kernel's own. The long run: agree 100000
CHECKS += $(O)/tests/classic/agree
$(O)/tests/classic/agree: $(addprefix $(O)/tests/classic/,agree.o run.o world.o $(CLASSIC_COMMON)) \
		$(O)/libkbpf_engine.a
	$(CC) -o $@ $^ -lpcap -lpthread

# Past the verifier, by the commands.
$(O)/tests/classic/verified: $(addprefix $(O)/tests/classic/,verified.o $(CLASSIC_COMMON)) \
		$(O)/inproc.o
	$(CC) -o $@ $^ -lpcap -lpthread -lm

$(SAN)/tests/classic/%.o: $(CLASSIC_SRC)/%.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(SAN_FLAGS) $(CLASSIC_FLAGS) -c -o $@ $<
$(O)/tests/classic/%.o: $(CLASSIC_SRC)/%.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) -O2 $(CLASSIC_FLAGS) -c -o $@ $<
# Maps ask for a world, though these programs have none.
$(SAN)/tests/classic/world.o: $(TOP)/userspace/tests/maps_world.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(SAN_FLAGS) $(CLASSIC_FLAGS) -c -o $@ $<
$(O)/tests/classic/world.o: $(TOP)/userspace/tests/maps_world.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) -O2 $(CLASSIC_FLAGS) -c -o $@ $<
