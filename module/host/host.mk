# SPDX-License-Identifier: GPL-2.0
# Objects of the module's kernel-only edge, relative to module/host.
KBPF_HOST_OBJS :=
KBPF_HOST_OBJS += main.o device.o world.o run.o
KBPF_HOST_OBJS += fd.o fdinfo.o map_fd.o ring.o shm.o waker.o later.o alarm.o
KBPF_HOST_OBJS += perf_open.o pmu.o probe.o symbol.o attach_kprobe.o
KBPF_HOST_OBJS += attach_event.o attach_tracepoint.o record_build.o record_submit.o
KBPF_HOST_OBJS += attach_syscall.o trace_record.o attach_uprobe.o attach_raw_tp.o
KBPF_HOST_OBJS += attach_tracing.o func_hook.o kernel_btf.o attach_kprobe_multi.o attach_uprobe_multi.o
KBPF_HOST_OBJS += helpers.o helpers_map.o helpers_memory.o helpers_system.o
KBPF_HOST_OBJS += helpers_task.o helpers_signal.o helpers_run.o helpers_output.o helpers_string.o
KBPF_HOST_OBJS += helpers_print.o print.o
KBPF_HOST_OBJS += jit_image.o jit_code.o jit_info.o
KBPF_HOST_OBJS += task.o helpers_loop.o helpers_lock.o helpers_cgroup.o helpers_stack.o stack.o helpers_file.o helpers_socket.o
KBPF_HOST_OBJS += packet.o net_link.o attach_net_tap.o attach_netfilter.o attach_netdev.o
KBPF_HOST_OBJS += kfunc.o
