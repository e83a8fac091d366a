# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Filter cost per packet in a guest that counts instructions: build/bench-packets.json.
$(O)/bench/packets: $(O)/bench/packets.o $(addprefix $(O)/tests/classic/,generate.o packets.o) $(O)/libkbpf.a
	$(CC) -o $@ $^ -lpcap -lm
$(O)/bench/packets.o: $(TOP)/userspace/bench/packets.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -c -o $@ $<

QEMU_RIG := $(TOP)/kunit/qemu
.PHONY: bench-packets
bench-packets: $(O)/bench/packets
	$(QEMU_RIG)/guest --kernel 6.12 --name bench-packets --icount --timeout 900 \
		--suite $(TOP)/userspace/bench/packets.sh --add $< --add /usr/sbin/ip --add /usr/sbin/sysctl \
		--add $(CLASSIC_SRC)/expressions --add "$$($(QEMU_RIG)/modules --kernel 6.12)"
	cp $(TOP)/build/guest/bench-packets/bench-packets.json $(TOP)/build/
