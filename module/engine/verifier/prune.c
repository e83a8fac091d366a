// SPDX-License-Identifier: GPL-2.0
/*
 * States that were walked already.
 *
 * Where control flow meets, the current state is held against the states kept
 * there. If everything that the current one can be lies inside one of which all
 * that follows was walked (a checkpoint with no branch left open), nothing new
 * can follow and the path ends. If it is the same as one on its own way there,
 * the walk would go round for ever, and the program is refused.
 */
#include "verifier/verifier.h"

/* Kept states' memory beyond this: no more are kept, which costs time only. */
#define MAX_BYTES	(256ULL << 20)
/* The newest states at a place that are looked at, and how many of those on the way there. */
#define MAX_LOOKS	128
#define MAX_LOOP_LOOKS	16
/* Loops around a state that are told apart. */
#define MAX_RETURNS	4

/**
 * struct kbpf_checkpoint - a state kept at a place
 * @next: the one kept there before
 * @parent: the last checkpoint before it on its path
 * @state: the state, without what is not live there
 * @branches: paths from here that are not walked to their end
 * @hits: paths that ended here
 * @misses: comparisons that came to nothing
 * @returns_to: states on the way here on which paths from here ended, a round later
 * @nr_returns: how many; one more than there is room for: some are not known
 * @returned_to: it is such a state, and stays
 */
struct kbpf_checkpoint {
	struct kbpf_checkpoint *next;
	struct kbpf_checkpoint *parent;
	struct kbpf_state *state;
	u32 branches;
	u32 hits;
	u32 misses;
	struct kbpf_checkpoint *returns_to[MAX_RETURNS];
	u8 nr_returns;
	bool returned_to;
};

/* ---- keeping a state ---------------------------------------------------------------- */

/* Drop what does not matter: it is not compared, and costs memory. */
static void drop_dead(struct kbpf_verifier *v, struct kbpf_state *st)
{
	for (u32 i = 0; i < st->nr_frames; i++) {
		const struct kbpf_insn_info *at = kbpf_within_matters(v, st, i);
		struct kbpf_frame *f = st->frames[i];

		for (u32 r = 0; r < KBPF_R10; r++)
			if (!(at->live_regs & BIT(r)))
				f->regs[r] = kbpf_value_none();
		for (u32 s = 0; s < f->nr_slots; s++)
			if (!(at->live_slots & BIT_ULL(s)))
				memset(&f->slots[s], 0, sizeof(f->slots[s]));
		while (f->nr_slots && !(at->live_slots & BIT_ULL(f->nr_slots - 1)))
			f->nr_slots--;
	}
}

/* Ids of numbers, and whether more than one number has them. */
struct links {
	u32 n;
	u32 ids[32];
	bool shared[32];
};

static u32 find_link(const struct links *l, u32 id)
{
	u32 i = 0;

	while (i < l->n && l->ids[i] != id)
		i++;
	return i;
}

static void count_link(struct kbpf_value *val, void *arg)
{
	struct links *l = arg;
	u32 i;

	if (val->type != KBPF_V_SCALAR || !val->id)
		return;
	i = find_link(l, val->id);
	if (i < l->n) {
		l->shared[i] = true;
	} else if (i < ARRAY_SIZE(l->ids)) {
		l->ids[i] = val->id;
		l->shared[i] = false;
		l->n++;
	}
}

static void unlink_one(struct kbpf_value *val, void *arg)
{
	struct links *l = arg;
	u32 i;

	if (val->type != KBPF_V_SCALAR || !val->id)
		return;
	i = find_link(l, val->id);
	/* one that there was no room for keeps its id, which costs hits only */
	if (i == l->n || l->shared[i])
		return;
	val->id = 0;
	val->off = 0;
}

/* Numbers that are linked to nothing that is left are not linked. */
static void drop_links(struct kbpf_state *st)
{
	struct links l = { .n = 0 };

	kbpf_state_each(st, count_link, &l);
	if (l.n)
		kbpf_state_each(st, unlink_one, &l);
}

static void part(struct kbpf_value *val)
{
	if (val->type != KBPF_V_SCALAR)
		return;
	val->id = 0;
	val->off = 0;
}

/*
 * The walk must not know more from here on than a comparison with this state looks at: by a
 * link to a number that does not matter, it could find a way impossible that is possible for
 * others whose numbers that matter lie inside.
 */
static void part_from_unneeded(struct kbpf_verifier *v, struct kbpf_state *st)
{
	for (u32 i = 0; i < st->nr_frames; i++) {
		const struct kbpf_insn_info *at = kbpf_within_matters(v, st, i);
		struct kbpf_frame *f = st->frames[i];

		for (u32 r = 0; r < KBPF_R10; r++)
			if (!(at->need_regs & BIT(r)))
				part(&f->regs[r]);
		for (u32 s = 0; s < f->nr_slots; s++)
			if (!(at->need_slots & BIT_ULL(s)) && kbpf_slot_is_spill(&f->slots[s]))
				part(&f->slots[s].spill);
	}
}

static int keep(struct kbpf_verifier *v)
{
	struct kbpf_insn_info *info = &v->info[v->insn];
	struct kbpf_checkpoint *cp;

	cp = kzalloc(sizeof(*cp), GFP_KERNEL);
	if (!cp)
		return -ENOMEM;
	part_from_unneeded(v, v->cur);
	cp->state = kbpf_state_copy(v->cur);
	if (!cp->state) {
		kfree(cp);
		return -ENOMEM;
	}
	drop_dead(v, cp->state);
	drop_links(cp->state);
	cp->branches = 1;
	cp->parent = v->parent;
	cp->next = info->checkpoints;
	info->checkpoints = cp;
	v->parent = cp;
	v->since_checkpoint = 0;
	v->jumps_since_checkpoint = 0;
	v->forks_since_checkpoint = 0;

	v->stats.states++;
	v->bytes += sizeof(*cp) + kbpf_state_bytes(cp->state);
	v->stats.peak_bytes = max(v->stats.peak_bytes, v->bytes);
	v->nr_kept++;
	v->peak_kept = max(v->peak_kept, v->nr_kept);
	v->max_states_per_insn = max(v->max_states_per_insn, ++info->kept);
	return 0;
}

static void drop(struct kbpf_verifier *v, struct kbpf_checkpoint **at)
{
	struct kbpf_checkpoint *cp = *at;

	*at = cp->next;
	v->bytes -= sizeof(*cp) + kbpf_state_bytes(cp->state);
	v->nr_kept--;
	v->info[cp->state->insn].kept--;
	kbpf_state_free(cp->state);
	kfree(cp);
}

/*
 * Is a checkpoint worth its memory? Not after every jump, nor round a short loop that goes
 * one way. Where rounds fork, each is: between two checkpoints that are n forks apart, all
 * 2^n ways are walked.
 */
static bool worth_keeping(const struct kbpf_verifier *v, bool in_loop)
{
	if (v->bytes > MAX_BYTES)
		return false;
	if (v->prog->flags & KBPF_F_TEST_STATE_FREQ)
		return true;
	if (in_loop && !v->forks_since_checkpoint && v->jumps_since_checkpoint < 20 &&
	    v->since_checkpoint < 100)
		return false;
	return v->jumps_since_checkpoint >= 1 && v->since_checkpoint >= 6;
}

/* ---- rounds that are counted by somebody else --------------------------------------- */

static void add_return(struct kbpf_checkpoint *cp, struct kbpf_checkpoint *to)
{
	u32 n = 0;

	if (cp->nr_returns > MAX_RETURNS)
		return;
	/* those walked to the end matter no more */
	for (u32 i = 0; i < cp->nr_returns; i++)
		if (cp->returns_to[i]->branches && cp->returns_to[i] != to)
			cp->returns_to[n++] = cp->returns_to[i];
	if (n < MAX_RETURNS)
		cp->returns_to[n] = to;
	cp->nr_returns = n + 1;
}

/* The path ends on @to, which lies on its way: so do paths from all that lies between. */
static void note_return(struct kbpf_verifier *v, struct kbpf_checkpoint *to)
{
	to->returned_to = true;
	for (struct kbpf_checkpoint *cp = v->parent; cp && cp != to; cp = cp->parent)
		add_return(cp, to);
}

/* The path ends on @cp, which was walked to the end: what that returns to, this does. */
static void note_returns_of(struct kbpf_verifier *v, const struct kbpf_checkpoint *cp)
{
	for (u32 i = 0; i < min_t(u32, cp->nr_returns, MAX_RETURNS); i++)
		if (cp->returns_to[i]->branches)
			note_return(v, cp->returns_to[i]);
}

/*
 * May the path end on @cp? From there, paths ended on states that are being walked, because
 * somebody had counted a round since. Where this path has not counted as much, it might come
 * back to such a state, and go round for ever, with nobody counting at all.
 */
static bool counts_as(const struct kbpf_verifier *v, const struct kbpf_checkpoint *cp)
{
	for (u32 i = 0; i < min_t(u32, cp->nr_returns, MAX_RETURNS); i++)
		if (cp->returns_to[i]->branches &&
		    (cp->nr_returns > MAX_RETURNS ||
		     kbpf_converge_behind(v->cur, cp->state, cp->returns_to[i]->state)))
			return false;
	return true;
}

/* ---- a place that paths come to ------------------------------------------------------ */

/* A state on the way here: what can follow from it is being walked. 0 or -errno. */
static int meet_open(struct kbpf_verifier *v, struct kbpf_checkpoint *cp, bool rounds, bool *done)
{
	bool moved = rounds && kbpf_converge_moved(v->cur, cp->state);

	if (!kbpf_within(v, v->cur, cp->state, !moved))
		return 0;
	/* whoever counted another round since sees to the end */
	if (!moved && !kbpf_converge_moved(v->cur, cp->state))
		return refuse(v, loop_forever, -1);
	note_return(v, cp);
	*done = true;
	return 0;
}

/* One from which all was walked. Return: whether it is to be kept. */
static bool meet_done(struct kbpf_verifier *v, struct kbpf_checkpoint *cp, bool *done)
{
	if (kbpf_within(v, v->cur, cp->state, false) && counts_as(v, cp)) {
		cp->hits++;
		*done = !v->opts->no_pruning;
		if (*done) {
			note_returns_of(v, cp);
			return true;
		}
	}
	cp->misses++;
	return cp->misses <= 3 * cp->hits + 3 || cp->returned_to;
}

int kbpf_prune_visit(struct kbpf_verifier *v, bool *done)
{
	const struct kbpf_checkpoint *newest = NULL;
	bool rounds = v->info[v->insn].flags & KBPF_INFO_ROUNDS;
	struct kbpf_checkpoint **at = &v->info[v->insn].checkpoints, *cp;
	u32 looks = 0, in_loop = 0;
	bool stays;
	int err = 0;

	*done = false;
	while ((cp = *at) && looks++ < MAX_LOOKS) {
		stays = true;
		if (!cp->branches) {
			stays = meet_done(v, cp, done);
		} else if (in_loop++ < MAX_LOOP_LOOKS) {
			newest = newest ? newest : cp;
			err = meet_open(v, cp, rounds, done);
		}
		if (err || *done)
			return err;
		if (stays)
			at = &cp->next;
		else
			drop(v, at);
	}
	if (rounds && newest)
		kbpf_converge(v, newest->state, in_loop);
	if (rounds && v->bytes <= MAX_BYTES)
		return keep(v);
	return worth_keeping(v, in_loop) ? keep(v) : 0;
}

void kbpf_prune_fork(struct kbpf_verifier *v)
{
	if (v->parent)
		v->parent->branches++;
}

void kbpf_prune_path_ended(struct kbpf_verifier *v)
{
	struct kbpf_checkpoint *cp = v->parent;

	while (cp && !--cp->branches)
		cp = cp->parent;
	v->parent = NULL;
}

void kbpf_prune_free(struct kbpf_verifier *v)
{
	v->stats.states_kept = v->nr_kept;
	for (u32 i = 0; i < v->len; i++)
		while (v->info[i].checkpoints)
			drop(v, &v->info[i].checkpoints);
}
