// SPDX-License-Identifier: GPL-2.0
/*
 * Perf rings: a ring belongs to one CPU, and only programs on that CPU write to
 * it. Writers may interrupt each other (task, softirq, hardirq, NMI) but never
 * overlap otherwise, so a writer reserves by moving the head with a CPU-local
 * compare-and-exchange, and the outermost one publishes.
 *
 * Userspace maps the control page writable. Only data_tail is read from it, and
 * only to decide whether there is room: a wild value makes the ring look full or
 * overwrites what its own reader has not read, and nothing else.
 */
#include <asm/local64.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "../compat/mm.h"
#include "fd.h"
#include "port_sync.h"
#include "ring.h"
#include "run.h"
#include "why.h"

#define SAMPLE_FIELDS (PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | \
		       PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | \
		       PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW)
#define MAX_FIELDS	8
#define MAX_RECORD	0xffff	/* the header's size field */

/**
 * struct ring - a perf ring
 * @obj: object header, KBPF_KIND_RING
 * @id: what records call it
 * @cpu: whose it is
 * @sample_type: PERF_SAMPLE_* bits
 * @period: attr.sample_period, for PERF_SAMPLE_PERIOD
 * @clockid: clock of PERF_SAMPLE_TIME, or -1 for perf's own
 * @wakeup_events: wake after so many samples; 0: only by @watermark
 * @watermark: wake after so many bytes
 * @enabled: takes samples
 * @lock: serialises mmap
 * @user: control page; the data follow it. NULL until the first mmap, set once
 * @data_size: bytes of data, a power of two; valid once @user is set
 * @head: bytes reserved; written by writers on @cpu only, as all below
 * @nest: writers under way
 * @events: samples since the last wake-up by count
 * @woken_at: head at the last wake-up by watermark
 * @lost: samples that found no room and are not reported yet
 * @wake: the outermost writer has to wake the reader
 * @ready: a wake-up that poll has not reported yet
 * @waker: who polls
 * @rcu: frees it after the last program that could see it
 */
struct ring {
	struct kbpf_object obj;
	u64 id;
	s32 cpu;
	u64 sample_type;
	u64 period;
	clockid_t clockid;
	u32 wakeup_events;
	u64 watermark;
	bool enabled;
	struct mutex lock;
	struct perf_event_mmap_page *user;
	u64 data_size;

	u64 head;
	u32 nest;
	u32 events;
	u64 woken_at;
	local64_t lost;
	bool wake;
	atomic_t ready;
	struct kbpf_waker waker;
	struct rcu_work rcu;
};

/**
 * struct sample - a sample under way
 * @header: record header
 * @fields: fixed fields in their order
 * @nr_fields: how many
 * @raw_size: value of the raw size field: data and padding
 */
struct sample {
	struct perf_event_header header;
	u64 fields[MAX_FIELDS];
	u32 nr_fields;
	u32 raw_size;
};

struct lost_record {
	struct perf_event_header header;
	u64 id;
	u64 lost;
};

static atomic64_t last_id = ATOMIC64_INIT(0);

static struct ring *to_ring(struct kbpf_object *obj)
{
	return container_of(obj, struct ring, obj);
}

static u64 sample_clock(const struct ring *ring)
{
	switch (ring->clockid) {
	case CLOCK_MONOTONIC:
		return ktime_get_mono_fast_ns();
	case CLOCK_MONOTONIC_RAW:
		return ktime_get_raw_fast_ns();
	case CLOCK_BOOTTIME:
		return ktime_get_boot_fast_ns();
	default:
		return sched_clock();
	}
}

static void add_field(struct sample *s, const struct ring *ring, u64 bit, u64 value)
{
	if (ring->sample_type & bit)
		s->fields[s->nr_fields++] = value;
}

/* The fields stand in the order in which perf_event_open(2) lists them. */
static int build_sample(const struct ring *ring, struct sample *s, u64 size)
{
	u64 total;

	s->nr_fields = 0;
	s->raw_size = 0;
	add_field(s, ring, PERF_SAMPLE_IDENTIFIER, ring->id);
	add_field(s, ring, PERF_SAMPLE_TID, (u64)current->pid << 32 | (u32)current->tgid);
	if (ring->sample_type & PERF_SAMPLE_TIME)
		add_field(s, ring, PERF_SAMPLE_TIME, sample_clock(ring));
	add_field(s, ring, PERF_SAMPLE_ID, ring->id);
	add_field(s, ring, PERF_SAMPLE_STREAM_ID, ring->id);
	add_field(s, ring, PERF_SAMPLE_CPU, ring->cpu);
	add_field(s, ring, PERF_SAMPLE_PERIOD, ring->period);
	total = sizeof(s->header) + s->nr_fields * sizeof(u64);
	if (ring->sample_type & PERF_SAMPLE_RAW) {
		if (size > MAX_RECORD)
			return -E2BIG;
		s->raw_size = round_up(size + sizeof(u32), sizeof(u64)) - sizeof(u32);
		total += sizeof(u32) + s->raw_size;
	}
	if (total > MAX_RECORD)
		return -E2BIG;
	s->header.type = PERF_RECORD_SAMPLE;
	s->header.misc = PERF_RECORD_MISC_KERNEL;
	s->header.size = total;
	return 0;
}

/* Copies to position *@pos of the stream and moves it on. */
static void put(const struct ring *ring, u64 *pos, const void *src, u64 len)
{
	u8 *data = (u8 *)ring->user + PAGE_SIZE;
	u64 at = *pos & (ring->data_size - 1);
	u64 first = min(len, ring->data_size - at);

	memcpy(data + at, src, first);
	memcpy(data, src + first, len - first);
	*pos += len;
}

static void put_lost(struct ring *ring, u64 *pos)
{
	struct lost_record rec = {
		.header = {
			.type = PERF_RECORD_LOST,
			.misc = PERF_RECORD_MISC_KERNEL,
			.size = sizeof(rec),
		},
		.id = ring->id,
	};

	rec.lost = local64_xchg(&ring->lost, 0);
	put(ring, pos, &rec, sizeof(rec));
}

static void put_sample(const struct ring *ring, u64 *pos, const struct sample *s,
		       const void *data, u64 size)
{
	static const u64 zero;

	put(ring, pos, &s->header, sizeof(s->header));
	put(ring, pos, s->fields, s->nr_fields * sizeof(u64));
	if (!(ring->sample_type & PERF_SAMPLE_RAW))
		return;
	put(ring, pos, &s->raw_size, sizeof(s->raw_size));
	put(ring, pos, data, size);
	put(ring, pos, &zero, s->raw_size - size);
}

/* Moves the head on by @size. Returns where the reservation begins, or -ENOSPC. */
static int reserve(struct ring *ring, u64 size, u64 *pos)
{
	u64 head, tail;

	do {
		head = READ_ONCE(ring->head);
		tail = READ_ONCE(ring->user->data_tail);
		if (size > ring->data_size || head - tail > ring->data_size - size)
			return -ENOSPC;
		/* The branch orders the read of the tail before the writes of data. */
	} while (cmpxchg_local(&ring->head, head, head + size) != head);
	*pos = head;
	return 0;
}

static void note_wakeup(struct ring *ring)
{
	u64 head = READ_ONCE(ring->head);

	if (ring->wakeup_events && ++ring->events >= ring->wakeup_events) {
		ring->events = 0;
		ring->wake = true;
	}
	if (head - ring->woken_at > ring->watermark) {
		ring->woken_at = head;
		ring->wake = true;
	}
}

/* The outermost writer shows the reader all that it and those inside it wrote. */
static void publish(struct ring *ring)
{
	u64 head;

	if (ring->nest > 1) {
		WRITE_ONCE(ring->nest, ring->nest - 1);
		return;
	}
	do {
		WRITE_ONCE(ring->nest, 1);
		barrier();
		head = READ_ONCE(ring->head);
		/* The data before the head that covers them; the reader has the other half. */
		smp_wmb();
		WRITE_ONCE(ring->user->data_head, head);
		barrier();
		WRITE_ONCE(ring->nest, 0);
		barrier();
		/* One that came in between saw a nest above 0 and left its part to us. */
	} while (unlikely(head != READ_ONCE(ring->head)));
	if (xchg(&ring->wake, false)) {
		atomic_set(&ring->ready, 1);
		kbpf_wake(&ring->waker);
	}
}

long kbpf_ring_output(struct kbpf_object *obj, const void *data, u64 size)
{
	struct ring *ring = to_ring(obj);
	u64 pos, lost, need;
	struct sample s;
	int err;

	if (!READ_ONCE(ring->enabled) || ring->cpu != smp_processor_id())
		return -EOPNOTSUPP;
	/* Pairs with the release in allocate(). */
	if (!smp_load_acquire(&ring->user)) {
		local64_inc(&ring->lost);
		return -ENOSPC;
	}
	err = build_sample(ring, &s, size);
	if (err)
		return err;
	WRITE_ONCE(ring->nest, ring->nest + 1);
	barrier();
	lost = local64_read(&ring->lost);
	need = s.header.size + (lost ? sizeof(struct lost_record) : 0);
	err = reserve(ring, need, &pos);
	if (!err) {
		if (lost)
			put_lost(ring, &pos);
		put_sample(ring, &pos, &s, data, size);
		note_wakeup(ring);
	} else {
		local64_inc(&ring->lost);
	}
	barrier();
	publish(ring);
	return err;
}

/* ---- the descriptor ------------------------------------------------------ */

static int allocate(struct ring *ring, size_t size)
{
	struct perf_event_mmap_page *user;

	if (size >> PAGE_SHIFT > totalram_pages() / 4)
		return -ENOMEM;
	user = vmalloc_user(size);
	if (!user)
		return -ENOMEM;
	ring->data_size = size - PAGE_SIZE;
	if (!ring->watermark || ring->watermark > ring->data_size)
		ring->watermark = ring->data_size / 2;
	user->size = offsetof(struct perf_event_mmap_page, __reserved);
	user->cap_bit0_is_deprecated = 1;
	user->data_offset = PAGE_SIZE;
	user->data_size = ring->data_size;
	/* Pairs with the acquire of writers: they look at the rest once they see this. */
	smp_store_release(&ring->user, user);
	return 0;
}

int kbpf_ring_fd_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ring *ring = to_ring(kbpf_fd_object(file));
	size_t size = vma->vm_end - vma->vm_start;
	int err = 0;

	/* A reader that cannot move the tail would want the ring to overwrite itself. */
	if (!(vma->vm_flags & VM_SHARED) || !(vma->vm_flags & VM_WRITE) || vma->vm_pgoff)
		return -EINVAL;
	if (size < 2 * PAGE_SIZE || !is_power_of_2(size - PAGE_SIZE))
		return -EINVAL;
	mutex_lock(&ring->lock);
	if (!ring->user)
		err = allocate(ring, size);
	else if (size != ring->data_size + PAGE_SIZE)
		err = -EINVAL;
	if (!err)
		err = remap_vmalloc_range(vma, ring->user, 0);
	mutex_unlock(&ring->lock);
	if (!err)
		kbpf_vm_flags_clear(vma, VM_MAYEXEC);
	return err;
}

__poll_t kbpf_ring_fd_poll(struct file *file, struct poll_table_struct *pts)
{
	struct ring *ring = to_ring(kbpf_fd_object(file));

	poll_wait(file, &ring->waker.wq, pts);
	if (!READ_ONCE(ring->user))
		return EPOLLHUP;
	/* As perf's: one report per wake-up, however much there is to read. */
	return atomic_xchg(&ring->ready, 0) ? EPOLLIN | EPOLLRDNORM : 0;
}

long kbpf_ring_fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ring *ring = to_ring(kbpf_fd_object(file));

	switch (cmd) {
	case PERF_EVENT_IOC_ENABLE:
		WRITE_ONCE(ring->enabled, true);
		return 0;
	case PERF_EVENT_IOC_DISABLE:
		WRITE_ONCE(ring->enabled, false);
		return 0;
	case PERF_EVENT_IOC_ID:
		return put_user(ring->id, (u64 __user *)arg);
	default:
		return -ENOTTY;
	}
}

static void free_ring_rcu(struct work_struct *work)
{
	struct ring *ring = container_of(to_rcu_work(work), struct ring, rcu);

	kbpf_waker_exit(&ring->waker);
	mutex_destroy(&ring->lock);
	vfree(ring->user);
	kfree(ring);
}

static void free_ring(struct kbpf_object *obj)
{
	struct ring *ring = to_ring(obj);

	kbpf_run_defer(&ring->rcu, free_ring_rcu);
}

static const struct kbpf_object_ops ring_ops = { .free = free_ring };

static int check_attr(const struct perf_event_attr *attr, s32 pid, s32 cpu,
		      struct kbpf_why *why)
{
	if (pid != -1)
		return kbpf_why(why, -EINVAL, "a ring belongs to a CPU: pid must be -1");
	if (cpu < 0 || cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return kbpf_why(why, cpu < 0 ? -EINVAL : -ENODEV, "there is no CPU %d", cpu);
	if (attr->sample_type & ~(u64)SAMPLE_FIELDS)
		return kbpf_why(why, -EOPNOTSUPP, "sample_type has fields that a ring does not fill in: %#llx",
				attr->sample_type & ~(u64)SAMPLE_FIELDS);
	if (attr->sample_id_all || attr->write_backward || attr->read_format)
		return kbpf_why(why, -EOPNOTSUPP, "sample_id_all, write_backward and read_format are not there");
	if (attr->use_clockid && attr->clockid != CLOCK_MONOTONIC &&
	    attr->clockid != CLOCK_MONOTONIC_RAW && attr->clockid != CLOCK_BOOTTIME)
		return kbpf_why(why, -EINVAL, "clock %d cannot be read in every context",
				attr->clockid);
	return 0;
}

struct kbpf_object *kbpf_ring_create(const struct perf_event_attr *attr, s32 pid, s32 cpu,
				     struct kbpf_why *why)
{
	int err = check_attr(attr, pid, cpu, why);
	struct ring *ring;

	if (err)
		return ERR_PTR(err);
	ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	kbpf_object_init(&ring->obj, KBPF_KIND_RING, &ring_ops);
	ring->id = atomic64_inc_return(&last_id);
	ring->cpu = cpu;
	ring->sample_type = attr->sample_type;
	ring->period = attr->freq ? 0 : attr->sample_period;
	ring->clockid = attr->use_clockid ? attr->clockid : -1;
	if (attr->watermark)
		ring->watermark = attr->wakeup_watermark;
	else
		ring->wakeup_events = attr->wakeup_events;
	ring->enabled = !attr->disabled;
	mutex_init(&ring->lock);
	kbpf_waker_init(&ring->waker);
	return &ring->obj;
}
