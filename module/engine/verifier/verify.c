// SPDX-License-Identifier: GPL-2.0
/*
 * The order of passes, the walk over all paths, and its budgets.
 *
 *   cfg       functions, legal instructions, control flow
 *   resolve   descriptors to maps
 *   kfunc     numbers of kernel functions
 *   typed     do types of kernel pointers matter?
 *   global    functions that are judged by their signature
 *   live      what matters where
 *   walk      every path, abstractly; ends paths that were walked already
 *   stack     depth over the call graph
 *   fixup     the form that runs
 *
 * A program is accepted if every path that the walk cannot prove impossible ends
 * in an exit without a check having refused.
 */
#include "verifier/explain.h"

#define MAX_PENDING	16384
#define MAX_BYTES	(1ULL << 30)
#define BREATHE		1024	/* instructions between looks at signals and the scheduler */

/* ---- paths ---------------------------------------------------------------------- */

/* Note in a state's trail which of two paths it is. */
static int trail_add(struct kbpf_verifier *v, struct kbpf_state *st, bool taken)
{
	struct kbpf_trail *t;
	u32 cap;

	if (v->nr_trail == v->cap_trail) {
		cap = v->cap_trail ? v->cap_trail * 2 : 256;
		t = kvmalloc_array(cap, sizeof(*t), GFP_KERNEL);
		if (!t)
			return -ENOMEM;
		if (v->nr_trail)
			memcpy(t, v->trail, v->nr_trail * sizeof(*t));
		kvfree(v->trail);
		v->trail = t;
		v->cap_trail = cap;
	}
	v->trail[v->nr_trail] = (struct kbpf_trail){
		.prev = st->trail, .insn = v->insn, .taken = taken,
	};
	st->trail = ++v->nr_trail;
	return 0;
}

int kbpf_push_path(struct kbpf_verifier *v, struct kbpf_state *st)
{
	struct kbpf_pending *p;

	if (v->history)
		return kbpf_history_fork(v, st);
	if (v->nr_pending == MAX_PENDING || v->bytes > MAX_BYTES) {
		kbpf_state_free(st);
		return refuse(v, budget_paths, -1, .limit = MAX_PENDING);
	}
	p = kmalloc(sizeof(*p), GFP_KERNEL);
	if (!p || trail_add(v, st, true) || trail_add(v, v->cur, false)) {
		kfree(p);
		kbpf_state_free(st);
		return -ENOMEM;
	}
	p->state = st;
	p->parent = v->parent;
	p->next = v->pending;
	v->pending = p;
	v->nr_pending++;
	v->forks_since_checkpoint++;
	kbpf_prune_fork(v);
	v->bytes += kbpf_state_bytes(st);
	v->stats.peak_bytes = max(v->stats.peak_bytes, v->bytes);
	return 0;
}

static bool next_path(struct kbpf_verifier *v)
{
	struct kbpf_pending *p = v->pending;

	kbpf_state_free(v->cur);
	v->cur = NULL;
	if (!p)
		return false;
	v->pending = p->next;
	v->nr_pending--;
	v->cur = p->state;
	v->parent = p->parent;
	v->bytes -= kbpf_state_bytes(p->state);
	kfree(p);
	return true;
}

/* ---- the walk ---------------------------------------------------------------------- */

struct kbpf_state *kbpf_walk_begin(struct kbpf_verifier *v, u32 func)
{
	struct kbpf_state *st = kbpf_state_create();
	struct kbpf_frame *f;

	if (!st)
		return NULL;
	f = kbpf_state_push_frame(st, func, 0);
	if (!f) {
		kbpf_state_free(st);
		return NULL;
	}
	st->insn = v->subprogs[func].start;
	if (func)
		kbpf_global_enter(v, func, f);
	else
		f->regs[KBPF_R1] = kbpf_value_ptr(KBPF_V_CTX);
	return st;
}

static void find_hottest(struct kbpf_verifier *v)
{
	for (u32 i = 0; v->info && i < v->len; i++) {
		if (v->info[i].visits <= v->stats.hottest_visits)
			continue;
		v->stats.hottest_visits = v->info[i].visits;
		v->stats.hottest_insn = i;
	}
}

static int check_budget(struct kbpf_verifier *v)
{
	u32 most = v->opts->max_insns ? v->opts->max_insns : KBPF_MAX_INSNS;

	if (++v->stats.insns > most) {
		find_hottest(v);
		return refuse(v, budget_insns, -1, .limit = most, .n = v->stats.insns,
			      .where = v->stats.hottest_insn + 1, .at = v->stats.hottest_visits);
	}
	if (v->stats.insns % BREATHE)
		return 0;
	cond_resched();
	return kbpf_env_interrupted() ? -EINTR : 0;
}

/* One instruction of the current path: enum kbpf_next or -errno. */
static int walk_insn(struct kbpf_verifier *v)
{
	struct kbpf_insn_info *info;
	bool done;
	int err;

	v->insn = v->cur->insn;
	info = &v->info[v->insn];
	err = check_budget(v);
	if (err)
		return err;
	info->flags |= KBPF_INFO_SEEN;
	info->visits++;
	v->since_checkpoint++;
	if (info->flags & KBPF_INFO_JOIN) {
		err = kbpf_prune_visit(v, &done);
		if (err)
			return err;
		if (done) {
			if (kbpf_log_wants(v->log, KBPF_LOG_LEVEL2))
				kbpf_log_write(v->log, "%u: safe\n", v->insn);
			return KBPF_NEXT_END;
		}
	}
	if (kbpf_log_wants(v->log, KBPF_LOG_LEVEL2))
		kbpf_trace_insn(v);
	if (v->opts->observe)
		v->opts->observe(v->opts->observe_arg, v->insn, v);
	return kbpf_step(v);
}

static int walk_func(struct kbpf_verifier *v, u32 func)
{
	int next;

	v->subprogs[func].walked = true;
	v->root = func;
	v->cur = kbpf_walk_begin(v, func);
	if (!v->cur)
		return -ENOMEM;
	do {
		if (v->cur->insn && kbpf_log_wants(v->log, KBPF_LOG_LEVEL2))
			kbpf_log_write(v->log, "\nfrom an earlier branch to %u:\n", v->cur->insn);
		do {
			next = walk_insn(v);
		} while (next == KBPF_NEXT_ON);
		if (next < 0)
			return next;
		kbpf_prune_path_ended(v);
	} while (next_path(v));
	return 0;
}

/* The program, and the global functions that this turns out to call. */
static int walk_all(struct kbpf_verifier *v)
{
	int err = walk_func(v, 0);

	for (u32 f = 1; f < v->nr_subprogs && !err; f++) {
		if (!v->subprogs[f].called || v->subprogs[f].walked)
			continue;
		err = walk_func(v, f);
		/* it may have called one before it */
		f = 0;
	}
	return err;
}

/* Forget the walk, but not what it cost. */
static void start_again(struct kbpf_verifier *v)
{
	while (next_path(v))
		;
	kbpf_prune_free(v);
	for (u32 i = 0; i < v->len; i++)
		v->info[i].flags &= KBPF_INFO_JOIN | KBPF_INFO_ROUNDS | KBPF_INFO_SECOND;
	for (u32 f = 0; f < v->nr_subprogs; f++) {
		v->subprogs[f].called = false;
		v->subprogs[f].walked = false;
		v->subprogs[f].timer_maps = 0;
	}
	v->parent = NULL;
	v->nr_trail = 0;
	v->reject = KBPF_REJECTS;
	kbpf_converge_shift(v);
}

/* A refusal that widening may have brought about is none yet. */
static int walk(struct kbpf_verifier *v)
{
	int err = walk_all(v);

	while (err && kbpf_converge_again(v, v->reject)) {
		start_again(v);
		err = walk_all(v);
	}
	return err;
}

/* ---- passes --------------------------------------------------------------------------- */

static int setup(struct kbpf_verifier *v)
{
	v->insns = v->prog->insns;
	v->len = v->prog->len;
	v->reject = KBPF_REJECTS;
	if (!v->len || v->len > KBPF_MAX_INSNS)
		return v->len ? -E2BIG : -EINVAL;
	v->type = kbpf_progtype_find(v->prog->type);
	if (!v->type) {
		v->len = 0;
		return refuse(v, prog_type, -1, .n = v->prog->type);
	}
	v->info = kvcalloc(v->len, sizeof(*v->info), GFP_KERNEL);
	v->order = kvmalloc_array(v->len, sizeof(*v->order), GFP_KERNEL);
	v->subprogs = kcalloc(KBPF_MAX_SUBPROGS, sizeof(*v->subprogs), GFP_KERNEL);
	return v->info && v->order && v->subprogs ? 0 : -ENOMEM;
}

static int run_passes(struct kbpf_verifier *v)
{
	static int (* const passes[])(struct kbpf_verifier *v) = {
		setup,
		kbpf_cfg_check,
		kbpf_resolve_maps,
		kbpf_kfunc_resolve,
		kbpf_typed_find,
		kbpf_global_find,
		kbpf_live_compute,
		walk,
		kbpf_cfg_check_stack,
		kbpf_fixup,
	};
	int err = 0;

	for (u32 i = 0; i < ARRAY_SIZE(passes) && !err; i++)
		err = passes[i](v);
	return err;
}

static void say_stats(struct kbpf_verifier *v)
{
	if (!kbpf_log_wants(v->log, KBPF_LOG_STATS))
		return;
	kbpf_log_write(v->log, "verification time %llu usec\n",
		       (unsigned long long)v->stats.ns / 1000);
	kbpf_log_write(v->log, "processed %llu insns (limit %d) max_states_per_insn %u "
		       "total_states %llu peak_states %u mark_read 0\n",
		       (unsigned long long)v->stats.insns, KBPF_MAX_INSNS, v->max_states_per_insn,
		       (unsigned long long)v->stats.states, v->peak_kept);
	kbpf_log_write(v->log, "peak memory %llu bytes, hottest insn %u visited %u times\n",
		       (unsigned long long)v->stats.peak_bytes, v->stats.hottest_insn,
		       v->stats.hottest_visits);
}

static void free_all(struct kbpf_verifier *v)
{
	while (next_path(v))
		;
	if (v->info)
		kbpf_prune_free(v);
	for (u32 i = 0; i < v->nr_maps; i++)
		kbpf_env_map_put(v->maps[i]);
	kvfree(v->trail);
	kvfree(v->info);
	kvfree(v->order);
	kfree(v->subprogs);
	kfree(v);
}

int kbpf_verify(struct kbpf_prog *prog, const struct kbpf_verify_opts *opts,
		struct kbpf_log *log)
{
	static const struct kbpf_verify_opts defaults;
	struct kbpf_verifier *v = kzalloc(sizeof(*v), GFP_KERNEL);
	u64 start = ktime_get_ns();
	int err;

	if (!v)
		return -ENOMEM;
	v->prog = prog;
	v->opts = opts ? opts : &defaults;
	v->log = log && log->level ? log : NULL;
	err = run_passes(v);
	if (v->log && v->reject != KBPF_REJECTS)
		kbpf_explain(v);
	v->stats.ns = ktime_get_ns() - start;
	v->stats.states_kept = v->nr_kept;
	find_hottest(v);
	say_stats(v);
	prog->verify = v->stats;
	free_all(v);
	return err;
}
