# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# What the table of clients makes tools see.
CLIENTS_DIR := $(TOP)/userspace/tests/clients

$(O)/tests/clientwork: $(CLIENTS_DIR)/clientwork.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -Wno-missing-field-initializers -O1 -o $@ $< -lpthread -ldl

$(O)/tests/libjvm.so: $(CLIENTS_DIR)/libjvm.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O1 -fPIC -shared -o $@ $<

ALL += $(O)/tests/clientwork $(O)/tests/libjvm.so
