/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the examples share. Each Rnnn.bpf.c has a program `bad`, which is
 * refused with that ID, and its twin `good`, which is accepted; `kbpf explain`
 * prints what stands below the #include. Rnnn.txt is what `kbpf check` says.
 */
#ifndef REJECT_H
#define REJECT_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#ifndef OWN_LICENSE
char LICENSE[] SEC("license") = "GPL";
#endif

#endif /* REJECT_H */
