# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# What guest suites on networks need.
NET_TESTS := traffic pcapcmp
ALL += $(addprefix $(O)/tests/net/,$(NET_TESTS))

$(O)/tests/net/traffic: $(O)/tests/net/traffic.o $(O)/tests/classic/packets.o
	$(CC) -o $@ $^
$(O)/tests/net/pcapcmp: $(O)/tests/net/pcapcmp.o
	$(CC) -o $@ $^ -lpcap
$(O)/tests/net/%.o: $(TOP)/userspace/tests/net/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -c -o $@ $<
