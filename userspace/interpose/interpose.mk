# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# libkbpf-libbpf: libbpf's system calls answered by the device; and
# libkbpf-check: by the engine in the process.
INTERPOSE_DIR := $(TOP)/userspace/interpose
USER_CFLAGS = $(BASE_CFLAGS) -O2 -I$(TOP)/uapi -I$(TOP)/userspace/libkbpf

$(O)/interpose/%.o: $(INTERPOSE_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -fPIC -fvisibility=hidden -I$(TOP)/userspace/engine -c -o $@ $<

$(O)/libkbpf-libbpf.so: $(addprefix $(O)/interpose/,syscall.o device.o types.o) \
		$(INTERPOSE_DIR)/libkbpf-libbpf.map
	$(CC) -shared -Wl,-soname,libkbpf-libbpf.so.0 -Wl,-z,defs \
		-Wl,--version-script=$(INTERPOSE_DIR)/libkbpf-libbpf.map -o $@ $(filter %.o,$^)
	ln -sf libkbpf-libbpf.so $@.0

# One member: the definition of syscall() must bring the rest along.
$(O)/libkbpf-libbpf.a: $(addprefix $(O)/interpose/,syscall.o device.o)
	$(LD) -r -o $(O)/interpose/all.o $^
	objcopy --keep-global-symbol=syscall $(O)/interpose/all.o
	@rm -f $@
	$(AR) rcs $@ $(O)/interpose/all.o

$(O)/libkbpf-check.so: $(addprefix $(O)/interpose/,syscall.o inproc.o report.o open.o pretend.o) $(O)/inproc.o \
		$(INTERPOSE_DIR)/libkbpf-check.map
	$(CC) -shared -Wl,-z,defs -Wl,--version-script=$(INTERPOSE_DIR)/libkbpf-check.map \
		-o $@ $(filter %.o,$^) -lpthread -ldl

ALL += $(O)/libkbpf-libbpf.so $(O)/libkbpf-libbpf.a $(O)/libkbpf-check.so
