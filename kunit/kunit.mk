# SPDX-License-Identifier: GPL-2.0
# What kbpf_kunit.ko is made of, besides the engine. Suites are kbpf_<room>_kunit.o, relative to kunit/;
# host objects that a suite tests are relative to module/host (never main.o: it would claim /dev/kbpf).
KBPF_KUNIT_OBJS :=
KBPF_KUNIT_OBJS += kbpf_btf_kunit.o kbpf_maps_kunit.o kbpf_verifier_kunit.o
KBPF_KUNIT_OBJS += kbpf_isa_kunit.o kbpf_interp_kunit.o kbpf_raw_prog.o kbpf_isa_sweep.o
KBPF_KUNIT_OBJS += kbpf_jit_kunit.o jit_random.o
KBPF_KUNIT_OBJS += kbpf_host_kunit.o kbpf_probe_kunit.o kbpf_nmi_kunit.o
# The host answers the engine's questions (env.h, cmd.h), so all of it is there.
KBPF_KUNIT_HOST_OBJS := $(filter-out main.o device.o,$(KBPF_HOST_OBJS))

# kbpf_oracle.ko: the kernel's own BPF as the other witness, on kernels that have it.
KBPF_ORACLE_OBJS := kbpf_oracle.o kbpf_cases.o kbpf_random_prog.o kbpf_raw_prog.o
