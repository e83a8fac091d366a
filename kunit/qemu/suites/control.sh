#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Not part of any stage: attaching under load by the kernel's own kprobes, without kbpf. Where the storm of
# e2e/host.sh fails, this says whether the machine under it does.
# kbpf-add: build/userspace/tests/guest/control:/usr/bin/control
. /lib/kbpf-test.sh
t_tap control "${KBPF_CONTROL:-60}"
t_done
