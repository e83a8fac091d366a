# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Cost of a hit of each hook against the kernel's own BPF, in a guest that counts
# instructions and in one that does not: build/bench-hooks.json.
$(O)/bench/hooks.bpf.o: $(TOP)/userspace/bench/hooks.bpf.c
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@ $<
$(O)/bench/hooks: $(TOP)/userspace/bench/hooks.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -o $@ $< -lbpf -lm

HOOKS_GUEST = $(QEMU_RIG)/guest --kernel 6.12 --timeout 550 --suite $(TOP)/userspace/bench/hooks.sh \
	--add $(O)/bench/hooks --add $(O)/bench/hooks.bpf.o --add $(O)/kbpf --add $(O)/libkbpf-libbpf.so \
	--add "$$($(QEMU_RIG)/modules --kernel 6.12 --werror)"
.PHONY: bench-hooks bench-hooks-icount bench-hooks-wall
bench-hooks-icount: $(O)/bench/hooks $(O)/bench/hooks.bpf.o $(O)/kbpf $(O)/libkbpf-libbpf.so
	$(HOOKS_GUEST) --name bench-hooks-icount --icount --smp 1 --env HITS=2000 --env ROUNDS=5
bench-hooks-wall: $(O)/bench/hooks $(O)/bench/hooks.bpf.o $(O)/kbpf $(O)/libkbpf-libbpf.so
	$(HOOKS_GUEST) --name bench-hooks-wall --smp 1 --append no_timer_check --env HITS=1000 --env ROUNDS=100
bench-hooks: bench-hooks-icount bench-hooks-wall
	$(O)/bench/hooks json $(TOP)/build/bench-hooks.json \
		hooks/kernel-icount $(TOP)/build/guest/bench-hooks-icount/kernel.txt \
		$(TOP)/build/guest/bench-hooks-icount/kbpf.txt \
		hooks/kernel-wall $(TOP)/build/guest/bench-hooks-wall/kernel.txt \
		$(TOP)/build/guest/bench-hooks-wall/kbpf.txt
