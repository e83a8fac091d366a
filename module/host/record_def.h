/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's definitions of trace events, once more. Included by record_build.c after it
 * has said what TRACE_EVENT and DECLARE_EVENT_CLASS are to become.
 */
#include <trace/events/irq.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>
#include <trace/events/sock.h>
#include <trace/events/syscalls.h>
#include <trace/events/task.h>
#ifdef CONFIG_BLOCK
#include <trace/events/block.h>
#endif
