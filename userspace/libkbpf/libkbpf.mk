# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# libkbpf: shared, static.
LIBKBPF_DIR := $(TOP)/userspace/libkbpf
LIBKBPF_VERSION := 0.1.0
LIBKBPF_SONAME := libkbpf.so.0

LIBKBPF_OBJS := $(addprefix $(O)/libkbpf/,kbpf.o rings.o)

$(LIBKBPF_OBJS): $(O)/libkbpf/%.o: $(LIBKBPF_DIR)/%.c $(LIBKBPF_DIR)/rings_read.h $(LIBKBPF_DIR)/libkbpf.h
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -O2 -fPIC -I$(TOP)/uapi -c -o $@ $<

$(O)/libkbpf.so.$(LIBKBPF_VERSION): $(LIBKBPF_OBJS) $(LIBKBPF_DIR)/libkbpf.map
	$(CC) -shared -Wl,-soname,$(LIBKBPF_SONAME) -Wl,-z,defs \
		-Wl,--version-script=$(LIBKBPF_DIR)/libkbpf.map -o $@ $(filter %.o,$^)

$(O)/$(LIBKBPF_SONAME) $(O)/libkbpf.so: $(O)/libkbpf.so.$(LIBKBPF_VERSION)
	ln -sf $(<F) $@

$(O)/libkbpf.a: $(LIBKBPF_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

ALL += $(O)/libkbpf.so $(O)/$(LIBKBPF_SONAME) $(O)/libkbpf.a
