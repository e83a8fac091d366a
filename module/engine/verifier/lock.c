// SPDX-License-Identifier: GPL-2.0
/*
 * Spin locks in map values: one at a time, and between taking and giving back
 * nothing that could take another or wait. Which lock is held is known by the
 * map and by the id of the value: values of maps with locks that come out of
 * lookups are numbered (KBPF_V_NUMBERED), and stay so past the test for NULL; a
 * value that an lddw names is not, being the only one of its map.
 */
#include "verifier/verifier.h"
#include "helpers/proto.h"

/* Programs that may run anywhere, inside a section of another too; as Linux has it. */
static bool runs_anywhere(u32 type)
{
	return type == KBPF_PROG_TYPE_KPROBE || type == KBPF_PROG_TYPE_TRACEPOINT ||
	       type == KBPF_PROG_TYPE_RAW_TRACEPOINT || type == KBPF_PROG_TYPE_PERF_EVENT ||
	       type == KBPF_PROG_TYPE_SOCKET_FILTER;
}

static int check_desc(struct kbpf_verifier *v, const struct kbpf_map_desc *d)
{
	if (!d || !runs_anywhere(v->prog->type))
		return 0;
	if (d->spin_lock_off >= 0)
		return refuse(v, lock_prog_type, -1, .name = d->name, .at = d->spin_lock_off);
	if (d->timer_off >= 0)
		return refuse(v, timer_prog_type, -1, .name = d->name, .at = d->timer_off);
	return 0;
}

int kbpf_lock_check_map(struct kbpf_verifier *v, const struct kbpf_map_desc *d)
{
	int err = check_desc(v, d);

	return err ? err : check_desc(v, d->inner);
}

/* Does the argument point at the lock of a value? */
static int check_place(struct kbpf_verifier *v, u32 reg, const struct kbpf_value *val)
{
	const struct kbpf_map_desc *d;
	s64 off;
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (val->type != KBPF_V_MAP_VALUE || val->flags & KBPF_V_OR_NULL)
		return refuse(v, lock_arg, reg);
	d = kbpf_map_desc_of(v, val->index);
	if (d->spin_lock_off < 0)
		return refuse(v, lock_no_lock, reg, .name = d->name);
	if (!kbpf_value_off_known(val))
		return refuse(v, lock_var, reg);
	off = val->off + (s64)kbpf_scalar_value(&val->num);
	if (off != d->spin_lock_off)
		return refuse(v, lock_off, reg, .name = d->name, .at = off,
			      .limit = d->spin_lock_off);
	return 0;
}

int kbpf_lock_check_arg(struct kbpf_verifier *v, u32 reg, bool take)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	const struct kbpf_state *st = v->cur;
	int err = check_place(v, reg, val);

	if (err)
		return err;
	if (take && st->lock_map)
		return refuse(v, lock_two, reg, .where = st->lock_insn + 1);
	if (!take && !st->lock_map)
		return refuse(v, lock_none, reg);
	if (!take && (st->lock_map != val->index + 1 || st->lock_id != val->id))
		return refuse(v, lock_other, reg, .where = st->lock_insn + 1);
	return 0;
}

void kbpf_lock_apply(struct kbpf_verifier *v, u32 reg, bool take)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	struct kbpf_state *st = v->cur;

	v->prog->takes_locks = true;
	st->lock_map = take ? val->index + 1 : 0;
	st->lock_id = take ? val->id : 0;
	st->lock_insn = v->insn;
}

int kbpf_lock_check_call(struct kbpf_verifier *v, const struct kbpf_proto *p)
{
	if (!v->cur->lock_map || p->args[0] == KBPF_ARG_SPIN_LOCK)
		return 0;
	return refuse(v, lock_call, -1, .where = v->cur->lock_insn + 1);
}

int kbpf_lock_check_end(struct kbpf_verifier *v)
{
	if (!v->cur->lock_map)
		return 0;
	return refuse(v, lock_left, -1, .where = v->cur->lock_insn + 1);
}
