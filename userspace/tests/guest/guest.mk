# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Tests of the device in guests: one static binary each; without libraries of ours, but for
# the one that reads rings by libkbpf.
GUEST_TESTS := probes rings hooks multi functions badinput faults storm control jit

$(O)/tests/guest/%: $(TOP)/userspace/tests/guest/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O1 -static -I$(TOP)/uapi -I$(LIBKBPF_DIR) -o $@ $< $(filter %.a,$^) -lpthread
$(O)/tests/guest/rings: $(O)/libkbpf.a

ALL += $(addprefix $(O)/tests/guest/,$(GUEST_TESTS))
