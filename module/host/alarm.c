// SPDX-License-Identifier: GPL-2.0
/* Alarms: high-resolution timers that go off in softirq context. */
#include <linux/ktime.h>
#include "port_sync.h"

static enum hrtimer_restart on_expiry(struct hrtimer *timer)
{
	struct kbpf_alarm *alarm = container_of(timer, struct kbpf_alarm, timer);

	alarm->fn(alarm);
	/* @fn may have started it again, which counts for more than this. */
	return HRTIMER_NORESTART;
}

void kbpf_alarm_init(struct kbpf_alarm *alarm, int clock, void (*fn)(struct kbpf_alarm *alarm))
{
	hrtimer_init(&alarm->timer, clock, HRTIMER_MODE_REL_SOFT);
	alarm->timer.function = on_expiry;
	alarm->fn = fn;
}

void kbpf_alarm_start(struct kbpf_alarm *alarm, u64 ns, bool absolute, bool pinned)
{
	enum hrtimer_mode mode = absolute ? HRTIMER_MODE_ABS_SOFT : HRTIMER_MODE_REL_SOFT;

	if (pinned)
		mode |= HRTIMER_MODE_PINNED;
	hrtimer_start(&alarm->timer, ns_to_ktime(ns), mode);
}

int kbpf_alarm_try_cancel(struct kbpf_alarm *alarm)
{
	return hrtimer_try_to_cancel(&alarm->timer);
}

int kbpf_alarm_cancel(struct kbpf_alarm *alarm)
{
	return hrtimer_cancel(&alarm->timer);
}
