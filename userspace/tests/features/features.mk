# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# bpftool's account of the engine against the engine's own tables.
FEATURES_DIR := $(TOP)/userspace/tests/features

$(SAN)/tests/claims: $(FEATURES_DIR)/claims.c $(O)/libkbpf_engine.a $(O)/inproc.o
	@mkdir -p $(@D)
	$(CC) $(ENGINE_CFLAGS) -O1 -o $@ $< $(O)/libkbpf_engine.a -lpthread

$(SAN)/tests/feature_probe: $(FEATURES_DIR)/probe $(SAN)/tests/claims $(O)/libkbpf-check.so
	@mkdir -p $(@D)
	install -m 755 $< $@

CHECKS += $(SAN)/tests/feature_probe
