# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Programs people run: NAME.bpf.c and NAME.c make $(O)/tools/NAME, linked to
# libkbpf-libbpf, so that it runs on kbpf by itself.
TOOLS := opensnoop denylist flowtop
BPF_CLANG ?= clang
BPF_CFLAGS := -target bpf -D__TARGET_ARCH_x86 -mcpu=v3 -O2 -g -Wall -Werror \
	-I$(O)/tools -I$(TOP)/uapi -I/usr/include/x86_64-linux-gnu
TOOLS_DIR := $(TOP)/userspace/tools

$(O)/tools/vmlinux.h: $(TOOLS_DIR)/vmlinux-btf
	@mkdir -p $(@D)
	bpftool btf dump file "$$($(TOOLS_DIR)/vmlinux-btf)" format c >$@.tmp
	@mv $@.tmp $@

$(O)/tools/%.bpf.o: $(TOOLS_DIR)/%.bpf.c $(O)/tools/vmlinux.h
	$(BPF_CLANG) $(BPF_CFLAGS) -I$(TOOLS_DIR) -MMD -MP -c -o $@ $<

$(O)/tools/%.skel.h: $(O)/tools/%.bpf.o
	bpftool gen skeleton $< name $*_bpf >$@.tmp
	@mv $@.tmp $@

$(O)/tools/%.o: $(TOOLS_DIR)/%.c $(O)/tools/%.skel.h
	$(CC) $(USER_CFLAGS) -I$(O)/tools -I$(TOP)/userspace/kbpf -c -o $@ $<

$(O)/tools/%: $(O)/tools/%.o $(O)/cli/json.o $(O)/libkbpf-libbpf.a $(O)/libkbpf.a
	$(CC) -o $@ $(filter %.o,$^) -Wl,-u,syscall -L$(O) -l:libkbpf-libbpf.a -l:libbpf.a -l:libkbpf.a -lelf -lz -lm

ALL += $(addprefix $(O)/tools/,$(TOOLS) $(TOOLS:=.bpf.o))
.PRECIOUS: $(O)/tools/%.bpf.o $(O)/tools/%.skel.h $(O)/tools/%.o

.PHONY: install-tools
install: install-tools
install-tools: all
	install -d $(DESTDIR)$(PREFIX)/bin
	for tool in $(TOOLS); do install -m 755 $(O)/tools/$$tool \
		$(DESTDIR)$(PREFIX)/bin/kbpf-$$tool || exit 1; done
