# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The command line. libbpf is linked statically: the definition of syscall() that
# answers it is then certainly the one in here.
KBPF_SRCS := main.c cli.c names.c json.c run.c version.c explain.c objects.c prog.c dump.c machine.c map.c map_stats.c \
	value.c link.c stats.c check.c check_file.c check_tool.c embedded.c verdict.c refusal.c \
	classic.c tap.c packet_line.c capture.c
KBPF_SRCS += btf.c btf_generate.c btf_augment.c
KBPF_OBJS := $(addprefix $(O)/cli/,$(KBPF_SRCS:.c=.o) example.o)
# The front door exports what it was not given: empty.
ifeq ($(PREFIX),)
PREFIX := /usr/local
endif
LIBDIR ?= $(PREFIX)/lib

$(O)/cli/%.o: $(TOP)/userspace/kbpf/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -DKBPF_VERSION_TEXT='"$(LIBKBPF_VERSION)"' -DKBPF_LIBDIR='"$(LIBDIR)"' \
		-I$(TOP)/userspace/engine -I$(TOP)/userspace/interpose -I$(TOP)/userspace/port \
		-I$(TOP)/module/engine -c -o $@ $<

$(O)/kbpf: $(KBPF_OBJS) $(addprefix $(O)/interpose/,syscall.o inproc.o open.o) $(O)/inproc.o \
		$(O)/libkbpf.a
	$(CC) -o $@ $^ -l:libbpf.a -lelf -lz -lpthread -lm -lpcap

# What kbpf btf compiles against a kernel's headers.
$(O)/btf_probe.c: $(TOP)/userspace/kbpf/btf_probe.c
	install -m 644 $< $@

ALL += $(O)/kbpf $(O)/btf_probe.c

# ---- install: header, libraries, pkg-config, kbpf ---------------------------------
INSTALL_DIR := $(DESTDIR)$(PREFIX)

.PHONY: install
install: all
	install -d $(INSTALL_DIR)/include/kbpf $(DESTDIR)$(LIBDIR)/pkgconfig $(INSTALL_DIR)/bin
	install -m 644 $(TOP)/uapi/kbpf.h $(TOP)/userspace/libkbpf/libkbpf.h $(INSTALL_DIR)/include/kbpf
	install -m 755 $(O)/libkbpf.so.$(LIBKBPF_VERSION) $(DESTDIR)$(LIBDIR)
	ln -sf libkbpf.so.$(LIBKBPF_VERSION) $(DESTDIR)$(LIBDIR)/$(LIBKBPF_SONAME)
	ln -sf $(LIBKBPF_SONAME) $(DESTDIR)$(LIBDIR)/libkbpf.so
	install -m 755 $(O)/libkbpf-libbpf.so $(DESTDIR)$(LIBDIR)/libkbpf-libbpf.so.0
	ln -sf libkbpf-libbpf.so.0 $(DESTDIR)$(LIBDIR)/libkbpf-libbpf.so
	install -m 755 $(O)/libkbpf-check.so $(DESTDIR)$(LIBDIR)
	install -m 644 $(O)/libkbpf.a $(O)/libkbpf-libbpf.a $(DESTDIR)$(LIBDIR)
	for pc in libkbpf/libkbpf interpose/libkbpf-libbpf; do \
		sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
			-e 's|@VERSION@|$(LIBKBPF_VERSION)|' $(TOP)/userspace/$$pc.pc.in \
			>$(DESTDIR)$(LIBDIR)/pkgconfig/$${pc##*/}.pc || exit 1; done
	install -m 644 $(O)/btf_probe.c $(DESTDIR)$(LIBDIR)
	install -m 755 $(O)/kbpf $(INSTALL_DIR)/bin
