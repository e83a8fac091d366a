# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# What guest suites on networks need.
NET_TESTS := traffic pcapcmp hooks
ALL += $(addprefix $(O)/tests/net/,$(NET_TESTS))

$(O)/tests/net/traffic: $(O)/tests/net/traffic.o $(O)/tests/classic/packets.o
	$(CC) -o $@ $^
$(O)/tests/net/pcapcmp: $(O)/tests/net/pcapcmp.o
	$(CC) -o $@ $^ -lpcap
$(O)/tests/net/%.o: $(TOP)/userspace/tests/net/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -c -o $@ $<

$(O)/tests/net/hooks: $(O)/tests/net/hooks.o $(addprefix $(O)/tests/classic/,generate.o packets.o) \
		$(O)/libkbpf.a
	$(CC) -o $@ $^ -lpcap
$(O)/tests/net/hooks.o: $(TOP)/userspace/tests/net/hooks.c
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) -O2 -Wframe-larger-than=8192 -I$(TOP)/userspace/libkbpf -c -o $@ $<
