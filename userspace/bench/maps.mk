# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Maps against the kernel's own, in a guest that counts instructions: build/bench-maps.json.
$(BENCH)/maps.bpf.o: $(TOP)/userspace/bench/maps.bpf.c $(TOP)/userspace/bench/maps.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@ $<
$(BENCH)/maps.skel.h: $(BENCH)/maps.bpf.o
	bpftool gen skeleton $< name maps_bpf >$@.tmp
	@mv $@.tmp $@
$(BENCH)/maps: $(TOP)/userspace/bench/maps.c $(BENCH)/maps.skel.h
	$(CC) $(USER_CFLAGS) -I$(BENCH) -o $@ $< -lbpf

.PHONY: bench-maps bench-maps-icount bench-maps-native
bench-maps: bench-maps-icount bench-maps-native
	$(TOP)/userspace/bench/collect $(TOP)/build/bench-maps.json $(BENCH)/maps.rows $(BENCH)/maps_native.rows
bench-maps-icount: $(BENCH)/maps $(O)/libkbpf-libbpf.so
	$(QEMU_RIG)/guest --kernel 6.12 --name bench-maps --icount --smp 1 --timeout 500 \
		--suite $(TOP)/userspace/bench/maps.sh $(addprefix --add ,$^) \
		--add "$$($(QEMU_RIG)/modules --kernel 6.12 --werror)"
	cp $(TOP)/build/guest/bench-maps/maps.rows $(BENCH)/

# The engine's hash map natively, against liburcu's.
$(BENCH)/maps_native: $(addprefix $(TOP)/userspace/bench/,maps_native.c maps_native_urcu.c) $(TOP)/userspace/bench/maps_native.h \
		$(TOP)/userspace/tests/maps_world.c $(O)/libkbpf_engine.a
	$(QEMU_RIG)/deps +liburcu-dev
	$(CC) $(ENGINE_CFLAGS) -O2 -Wno-frame-larger-than -o $@ $(filter %.c %.a,$^) -lurcu -lurcu-cds -lpthread
bench-maps-native: $(BENCH)/maps_native
	$(BENCH)/maps_native $(BENCH)/maps_native.rows
