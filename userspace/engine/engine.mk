# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The engine in a process: one relocatable object that shows kbpf_engine_* (and the disassembler) only,
# since the engine's own names are also libkbpf's.
INPROC_SRCS := fd.c world.c kernel_btf.c attach.c ring.c memory.c format.c helpers_map.c helpers_task.c \
	helpers_output.c
INPROC_OBJS := $(addprefix $(O)/inproc/,$(INPROC_SRCS:.c=.o))

$(O)/inproc/%.o: $(TOP)/userspace/engine/%.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) -O2 -fPIC -Wframe-larger-than=8192 -I$(TOP)/userspace/engine -c -o $@ $<

$(O)/inproc.o: $(INPROC_OBJS) $(O)/libkbpf_engine.a
	$(LD) -r -o $@.tmp $(INPROC_OBJS) --whole-archive $(O)/libkbpf_engine.a --no-whole-archive
	objcopy --wildcard --keep-global-symbol='kbpf_engine_*' --keep-global-symbol=kbpf_isa_disasm $@.tmp $@
	@rm -f $@.tmp
