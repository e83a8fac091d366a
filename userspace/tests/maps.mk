# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The maps and btf rooms: their KUnit suites as programs, and threads over maps.
MAPS_TEST_INC := -I$(TOP)/userspace/tests

$(SAN)/tests/kbpf_%_kunit: $(TOP)/kunit/kbpf_%_kunit.c $(TOP)/userspace/tests/kunit/run.c \
		$(TOP)/userspace/tests/maps_world.c $(SAN)/libkbpf_engine.a
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) $(MAPS_TEST_INC) $(SAN_FLAGS) -Wframe-larger-than=4096 -o $@ $(filter %.c %.a,$^) -lpthread

$(SAN)/tests/maps_%: $(TOP)/userspace/tests/maps_%.c $(TOP)/userspace/tests/maps_world.c \
		$(SAN)/libkbpf_engine.a
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) -I$(LIBKBPF_DIR) $(SAN_FLAGS) -Wframe-larger-than=4096 -o $@ $(filter %.c %.a,$^) -lpthread

CHECKS += $(SAN)/tests/kbpf_maps_kunit $(SAN)/tests/kbpf_btf_kunit

# The same threads under TSan, which finds no fences, only what locks and atomics order.
TSAN := $(O)/tsan
TSAN_SRC := $(addprefix $(TOP)/module/engine/,log.c object.c) $(wildcard $(TOP)/module/engine/btf/*.c) \
	$(wildcard $(TOP)/module/engine/maps/*.c) $(addprefix $(TOP)/userspace/port/,port.c port_mem.c port_sync.c port_later.c port_alarm.c)
$(SAN)/tests/maps_threads $(TSAN)/tests/maps_threads: $(LIBKBPF_DIR)/rings_read.h
$(TSAN)/tests/maps_threads: $(TOP)/userspace/tests/maps_threads.c $(TOP)/userspace/tests/maps_world.c $(TSAN_SRC)
	@mkdir -p $(@D)
	gcc $(filter-out -MMD -MP -MT $@,$(ENGINE_CFLAGS)) -I$(LIBKBPF_DIR) -Wno-frame-larger-than -Wno-tsan -O1 \
		-fsanitize=thread -o $@ $(filter %.c,$^) -lpthread

CHECKS += $(SAN)/tests/maps_alloc $(SAN)/tests/maps_threads $(TSAN)/tests/maps_threads

# Against the kernel's bpf(2), where there is one: DIFFERENTIAL sequences.
DIFFERENTIAL ?= 2000
$(O)/tests/maps_differential: $(TOP)/userspace/tests/maps_differential.c $(O)/inproc.o
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O1 -I$(TOP)/userspace/engine -I$(TOP)/uapi -o $@ $(filter %.c %.o,$^) -lpthread

ALL += $(O)/tests/maps_differential
CHECKS += $(O)/tests/maps_differential
