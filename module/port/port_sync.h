/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the engine may use of concurrency: locks, atomics, RCU, lists, per-CPU
 * memory, and memory that userspace may map. The kernel twin; see port.h.
 */
#ifndef KBPF_PORT_SYNC_H
#define KBPF_PORT_SYNC_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/list.h>
#include <linux/list_nulls.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include "port.h"
#include "alarm.h"
#include "later.h"
#include "shm.h"
#include "waker.h"

#endif /* KBPF_PORT_SYNC_H */
