# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Tests of the device in guests: one static binary each, without libraries of ours.
GUEST_TESTS := probes rings hooks multi functions badinput faults storm control jit

$(O)/tests/guest/%: $(TOP)/userspace/tests/guest/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O1 -static -I$(TOP)/uapi -o $@ $< -lpthread

ALL += $(addprefix $(O)/tests/guest/,$(GUEST_TESTS))
