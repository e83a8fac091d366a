/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Something that is done at a time.
 */
#ifndef KBPF_PORT_ALARM_H
#define KBPF_PORT_ALARM_H

#include <linux/hrtimer.h>

/**
 * struct kbpf_alarm - an alarm
 * @timer: the kernel's
 * @fn: what to do; softirq context, where it may start the alarm again
 */
struct kbpf_alarm {
	struct hrtimer timer;
	void (*fn)(struct kbpf_alarm *alarm);
};

/**
 * kbpf_alarm_init() - set up an alarm
 * @alarm: the alarm; not running
 * @clock: CLOCK_MONOTONIC, CLOCK_REALTIME or CLOCK_BOOTTIME
 * @fn: what to do
 *
 * Context: any but NMI.
 */
void kbpf_alarm_init(struct kbpf_alarm *alarm, int clock, void (*fn)(struct kbpf_alarm *alarm));

/**
 * kbpf_alarm_start() - go off once, at a time; a time set before is forgotten
 * @alarm: the alarm
 * @ns: when, by its clock
 * @absolute: @ns is a time of the clock, else from now
 * @pinned: on this CPU
 *
 * Context: any but NMI.
 */
void kbpf_alarm_start(struct kbpf_alarm *alarm, u64 ns, bool absolute, bool pinned);

/**
 * kbpf_alarm_try_cancel() - do not go off
 * @alarm: the alarm
 *
 * Context: any but NMI.
 * Return: 1; 0: no time was set; -1: what it does is being done.
 */
int kbpf_alarm_try_cancel(struct kbpf_alarm *alarm);

/* The same, waiting for what is being done: 1 or 0. Not from within it. */
int kbpf_alarm_cancel(struct kbpf_alarm *alarm);

#endif /* KBPF_PORT_ALARM_H */
