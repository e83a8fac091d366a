// SPDX-License-Identifier: GPL-2.0
/*
 * KBPF_PROG_LOAD: from a user's bytes to a program that is judged, has an
 * executor and can be found. Also what else is done to programs as objects.
 */
#include "cmd/call.h"
#include "btf/btf.h"
#include "classic/classic.h"
#include "env.h"
#include "interp/interp.h"
#include "log.h"
#include "maps/map.h"
#include "progtype/progtype.h"
#include "verifier/verify.h"

#define MAX_LICENSE	128
#define MAX_INFO_REC	252	/* bytes of one func_info or line_info record */
#define MAX_FD_ARRAY	KBPF_MAX_USED_MAPS

#define KNOWN_FLAGS	(KBPF_F_STRICT_ALIGNMENT | KBPF_F_ANY_ALIGNMENT |	\
			 KBPF_F_TEST_RND_HI32 | KBPF_F_TEST_STATE_FREQ |	\
			 KBPF_F_SLEEPABLE |					\
			 KBPF_F_XDP_HAS_FRAGS | KBPF_F_TEST_REG_INVARIANTS)

static DEFINE_MUTEX(maps_lock);

void kbpf_prog_maps_lock(void)
{
	mutex_lock(&maps_lock);
}

void kbpf_prog_maps_unlock(void)
{
	mutex_unlock(&maps_lock);
}

struct kbpf_prog *kbpf_call_prog(int fd)
{
	struct kbpf_object *obj = kbpf_call_fd(fd, KBPF_KIND_PROG, NULL);

	return IS_ERR(obj) ? ERR_CAST(obj) : container_of(obj, struct kbpf_prog, obj);
}

/* ---- a program's end ------------------------------------------------------ */

void kbpf_prog_free_now(struct kbpf_prog *prog)
{
	u32 i;

	kbpf_world_prog_unready(prog);
	for (i = 0; i < prog->nr_maps; i++)
		kbpf_env_map_put(prog->maps[i]);
	if (prog->btf)
		kbpf_object_put(&prog->btf->obj);
	free_percpu(prog->stats);
	kvfree(prog->maps);
	kvfree(prog->funcs);
	kvfree(prog->func_info);
	kvfree(prog->line_info);
	kvfree(prog->insns);
	kfree(prog);
}

static void free_prog(struct kbpf_object *obj)
{
	kbpf_world_free_after_runs(container_of(obj, struct kbpf_prog, obj));
}

static const struct kbpf_object_ops prog_ops = { .free = free_prog };

/* ---- reading the attributes ------------------------------------------------ */

static int copy_license(char *dst, u64 usrc)
{
	u32 i = 0;

	/* Aligned words never cross into a page that the string does not touch. */
	while (i < MAX_LICENSE) {
		u32 n = min_t(u32, 8 - ((usrc + i) & 7), MAX_LICENSE - i);

		if (kbpf_world_copy_in(dst + i, usrc + i, n))
			return -EFAULT;
		if (memchr(dst + i, 0, n))
			return 0;
		i += n;
	}
	return -EINVAL;
}

static bool license_is_gpl(const char *license)
{
	static const char *const gpl[] = {
		"GPL", "GPL v2", "GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(gpl); i++)
		if (!strcmp(license, gpl[i]))
			return true;
	return false;
}

static int check_attr(const struct kbpf_prog_load_attr *attr)
{
	const struct kbpf_progtype *type;
	u32 known = KNOWN_FLAGS;

	/* Linux's SYSCALL programs have to be; here they may, and do not. */
	if (attr->prog_type == KBPF_PROG_TYPE_SYSCALL)
		known |= KBPF_F_SLEEPABLE;
	if (attr->prog_ifindex || attr->core_relo_cnt || attr->core_relos ||
	    attr->core_relo_rec_size || attr->prog_token_fd ||
	    (attr->prog_flags & ~known))
		return -EINVAL;
	type = kbpf_progtype_find(attr->prog_type);
	if (!attr->insn_cnt || attr->insn_cnt > KBPF_MAX_INSNS)
		return -E2BIG;
	/* the verifier refuses it, and says why */
	if (!type)
		return 0;
	if (!kbpf_progtype_attach_ok(attr->prog_type, attr->expected_attach_type))
		return -EINVAL;
	if (attr->prog_flags & KBPF_F_SLEEPABLE &&
	    !kbpf_progtype_may_sleep(attr->prog_type, attr->expected_attach_type))
		return -EINVAL;
	if ((type->needs & KBPF_NEEDS_PERFMON) && !kbpf_world_capable(KBPF_CAP_PERFMON))
		return -EPERM;
	if ((type->needs & KBPF_NEEDS_NET_ADMIN) && !kbpf_world_capable(KBPF_CAP_NET_ADMIN))
		return -EPERM;
	return 0;
}

/*
 * Reads @cnt records of @rec bytes of which we know @known; the rest of each
 * must be zero. Returns a kvmalloc-ed array of the known parts, NULL for none.
 */
static void *copy_records(u64 usrc, u32 cnt, u32 rec, u32 known, u32 max_cnt)
{
	u32 i;
	u8 *out;
	int err;

	if (!cnt)
		return NULL;
	if (rec < known || rec > MAX_INFO_REC || rec % 4 || cnt > max_cnt)
		return ERR_PTR(-EINVAL);
	out = kvmalloc_array(cnt, known, GFP_KERNEL_ACCOUNT);
	if (!out)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < cnt; i++, usrc += rec) {
		err = kbpf_world_copy_in(out + (size_t)i * known, usrc, known);
		if (!err && rec > known)
			err = kbpf_call_zero_tail(usrc + known, rec - known);
		if (err) {
			kvfree(out);
			return ERR_PTR(err);
		}
	}
	return out;
}

static int check_func_info(const struct kbpf_prog *prog, struct kbpf_log *log)
{
	const struct kbpf_func_info *fi = prog->func_info;
	const struct kbpf_btf_type *t;
	u32 i;

	for (i = 0; i < prog->nr_func_info; i++) {
		t = kbpf_btf_type(prog->btf, fi[i].type_id);
		if (i ? fi[i].insn_off <= fi[i - 1].insn_off : fi[i].insn_off) {
			kbpf_log_write(log, "func_info[%u]: insn_off %u is out of order\n",
				       i, fi[i].insn_off);
			return -EINVAL;
		}
		if (fi[i].insn_off >= prog->len || !t || kbpf_btf_kind(t) != KBPF_BTF_FUNC) {
			kbpf_log_write(log, "func_info[%u]: insn_off %u or type_id %u is invalid\n",
				       i, fi[i].insn_off, fi[i].type_id);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_line_info(const struct kbpf_prog *prog, struct kbpf_log *log)
{
	const struct kbpf_line_info *li = prog->line_info;
	u32 i;

	for (i = 0; i < prog->nr_line_info; i++) {
		if (li[i].insn_off >= prog->len ||
		    (i && li[i].insn_off <= li[i - 1].insn_off)) {
			kbpf_log_write(log, "line_info[%u]: insn_off %u is out of order\n",
				       i, li[i].insn_off);
			return -EINVAL;
		}
		if (li[i].line_off >= prog->btf->str_len ||
		    li[i].file_name_off >= prog->btf->str_len) {
			kbpf_log_write(log, "line_info[%u]: line_off %u or file_name_off %u is outside the BTF's strings\n",
				       i, li[i].line_off, li[i].file_name_off);
			return -EINVAL;
		}
	}
	return 0;
}

static int read_btf(struct kbpf_prog *prog, const struct kbpf_prog_load_attr *attr,
		    struct kbpf_log *log)
{
	struct kbpf_btf *btf;
	void *recs;
	int err;

	if (!attr->prog_btf_fd && !attr->func_info_cnt && !attr->line_info_cnt)
		return 0;
	btf = kbpf_call_btf(attr->prog_btf_fd);
	if (IS_ERR(btf))
		return PTR_ERR(btf);
	prog->btf = btf;
	recs = copy_records(attr->func_info, attr->func_info_cnt, attr->func_info_rec_size,
			    sizeof(struct kbpf_func_info), prog->len);
	if (IS_ERR(recs))
		return PTR_ERR(recs);
	prog->func_info = recs;
	prog->nr_func_info = attr->func_info_cnt;
	recs = copy_records(attr->line_info, attr->line_info_cnt, attr->line_info_rec_size,
			    sizeof(struct kbpf_line_info), prog->len);
	if (IS_ERR(recs))
		return PTR_ERR(recs);
	prog->line_info = recs;
	prog->nr_line_info = attr->line_info_cnt;
	err = check_func_info(prog, log);
	return err ? err : check_line_info(prog, log);
}

static struct kbpf_prog *alloc_prog(const struct kbpf_prog_load_attr *attr)
{
	struct kbpf_prog *prog = kzalloc(sizeof(*prog), GFP_KERNEL_ACCOUNT);

	if (!prog)
		return ERR_PTR(-ENOMEM);
	kbpf_object_init(&prog->obj, KBPF_KIND_PROG, &prog_ops);
	prog->type = attr->prog_type;
	prog->expected_attach_type = attr->expected_attach_type;
	prog->flags = attr->prog_flags;
	prog->attach_btf_id = attr->attach_btf_id;
	prog->sleepable = attr->prog_flags & KBPF_F_SLEEPABLE;
	prog->len = attr->insn_cnt;
	prog->orig_len = attr->insn_cnt;
	prog->uid = kbpf_world_uid();
	prog->load_time_ns = kbpf_world_boottime_ns();
	prog->stats = alloc_percpu_gfp(struct kbpf_prog_stats, GFP_KERNEL_ACCOUNT);
	if (!prog->stats) {
		kfree(prog);
		return ERR_PTR(-ENOMEM);
	}
	return prog;
}

/* The user's instructions, with the licence of who wrote them. */
static int read_insns(struct kbpf_prog *prog, const struct kbpf_prog_load_attr *attr)
{
	char license[MAX_LICENSE];
	void *insns;
	int err;

	err = copy_license(license, attr->license);
	if (err)
		return err;
	prog->gpl_compatible = license_is_gpl(license);
	insns = kbpf_call_copy_in(attr->insns, (size_t)prog->len * sizeof(struct kbpf_insn));
	if (IS_ERR(insns))
		return PTR_ERR(insns);
	prog->insns = insns;
	return 0;
}

static int fill_prog(struct kbpf_prog *prog, const struct kbpf_prog_load_attr *attr,
		     struct kbpf_log *log)
{
	int err;

	err = kbpf_call_name(prog->name, attr->prog_name);
	if (!err && !prog->insns)
		err = read_insns(prog, attr);
	if (!err)
		err = kbpf_prog_set_tag(prog);
	return err ? err : read_btf(prog, attr, log);
}

/* How many entries of fd_array the program can name: one above its largest index. */
static u32 count_fds(const struct kbpf_prog *prog)
{
	u32 i, nr = 0;

	for (i = 0; i < prog->len; i++) {
		const struct kbpf_insn *insn = &prog->insns[i];

		if (insn->code == 0x18 && (insn->src_reg == KBPF_PSEUDO_MAP_IDX ||
					   insn->src_reg == KBPF_PSEUDO_MAP_IDX_VALUE))
			nr = max(nr, (u32)insn->imm + 1);
	}
	return nr;
}

/* A tail call keeps the context: programs of one array are of one kind. */
static int check_prog_arrays(const struct kbpf_prog *prog, struct kbpf_log *log)
{
	u32 i;

	for (i = 0; i < prog->nr_maps; i++) {
		const struct kbpf_map_desc *desc = kbpf_env_map_desc(prog->maps[i]);

		if (!(desc->can & KBPF_MAP_CAN_TAIL_CALL) ||
		    kbpf_prog_array_fits(prog->maps[i], prog))
			continue;
		kbpf_log_write(log, "program array '%s' is of programs of another kind\n",
			       desc->name);
		return -EINVAL;
	}
	return 0;
}

static int judge(struct kbpf_prog *prog, const struct kbpf_prog_load_attr *attr,
		 struct kbpf_log *log)
{
	struct kbpf_verify_opts opts = {};
	s32 *fds = NULL;
	int err;

	opts.nr_fds = attr->fd_array ? count_fds(prog) : 0;
	if (opts.nr_fds > MAX_FD_ARRAY)
		return -EINVAL;
	if (opts.nr_fds) {
		fds = kbpf_call_copy_in(attr->fd_array, opts.nr_fds * sizeof(*fds));
		if (IS_ERR(fds))
			return PTR_ERR(fds);
		opts.fd_array = fds;
	}
	err = kbpf_classic_lower(prog);
	if (!err)
		err = kbpf_verify(prog, &opts, log);
	kvfree(fds);
	return err ? err : check_prog_arrays(prog, log);
}

static int load(struct kbpf_prog *prog, struct kbpf_call *call)
{
	struct kbpf_prog_load_attr *attr = &call->attr.prog_load;
	struct kbpf_log log;
	int err, log_err;

	err = kbpf_log_init(&log, attr->log_level, attr->log_size);
	if (err)
		return err;
	err = fill_prog(prog, attr, &log);
	if (!err)
		err = judge(prog, attr, &log);
	log_err = kbpf_call_log_out(&log, attr->log_buf, &attr->log_true_size);
	if (kbpf_call_out(call, prog_load.log_true_size))
		log_err = -EFAULT;
	kbpf_log_exit(&log);
	if (log_err)
		err = log_err;
	if (!err)
		err = kbpf_world_prog_ready(prog);
	return err ? err : kbpf_object_publish(&prog->obj);
}

long kbpf_call_load_insns(struct kbpf_call *call, struct kbpf_insn *insns)
{
	const struct kbpf_prog_load_attr *attr = &call->attr.prog_load;
	struct kbpf_prog *prog = ERR_PTR(-EINVAL);
	int err = check_attr(attr);

	if (!err)
		err = kbpf_call_log_check(attr->log_level, attr->log_buf, attr->log_size);
	if (!err)
		prog = alloc_prog(attr);
	if (IS_ERR(prog)) {
		kvfree(insns);
		return err ? err : PTR_ERR(prog);
	}
	prog->insns = insns;
	prog->gpl_compatible = insns;
	err = load(prog, call);
	if (err) {
		/* Nobody has seen it: no run can be under way. */
		kbpf_prog_free_now(prog);
		return err;
	}
	return kbpf_call_install(&prog->obj, 0);
}

long kbpf_call_prog_load(struct kbpf_call *call)
{
	return kbpf_call_load_insns(call, NULL);
}

/* ---- programs as objects ----------------------------------------------------- */

static int bind_map(struct kbpf_prog *prog, struct kbpf_map *map)
{
	struct kbpf_map **maps;
	u32 i;

	for (i = 0; i < prog->nr_maps; i++)
		if (prog->maps[i] == map)
			return -EEXIST;
	maps = kvmalloc_array(prog->nr_maps + 1, sizeof(*maps), GFP_KERNEL_ACCOUNT);
	if (!maps)
		return -ENOMEM;
	if (prog->nr_maps)
		memcpy(maps, prog->maps, prog->nr_maps * sizeof(*maps));
	maps[prog->nr_maps] = map;
	/* Executors resolved the old array when they decoded; only commands read it. */
	kvfree(prog->maps);
	prog->maps = maps;
	prog->nr_maps++;
	return 0;
}

long kbpf_call_prog_bind_map(struct kbpf_call *call)
{
	const struct kbpf_bind_map_attr *attr = &call->attr.bind_map;
	struct kbpf_prog *prog;
	struct kbpf_map *map;
	int err;

	if (attr->flags)
		return -EINVAL;
	prog = kbpf_call_prog(attr->prog_fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	map = kbpf_call_map(attr->map_fd, NULL);
	if (IS_ERR(map)) {
		kbpf_object_put(&prog->obj);
		return PTR_ERR(map);
	}
	mutex_lock(&maps_lock);
	err = bind_map(prog, map);
	mutex_unlock(&maps_lock);
	if (err)
		kbpf_object_put(&map->obj);
	kbpf_object_put(&prog->obj);
	/* Linux answers success for a map that the program has already. */
	return err == -EEXIST ? 0 : err;
}

void kbpf_prog_sum_stats(const struct kbpf_prog *prog, struct kbpf_prog_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct kbpf_prog_stats *s = per_cpu_ptr(prog->stats, cpu);

		sum->runs += READ_ONCE(s->runs);
		sum->timed += READ_ONCE(s->timed);
		sum->ns += READ_ONCE(s->ns);
		sum->misses += READ_ONCE(s->misses);
	}
}

static u64 prog_memory(const struct kbpf_prog *prog)
{
	return sizeof(*prog) + (u64)prog->len * sizeof(*prog->insns) +
	       (u64)prog->nr_funcs * sizeof(*prog->funcs) +
	       (u64)prog->nr_maps * sizeof(*prog->maps) +
	       (u64)prog->nr_func_info * sizeof(*prog->func_info) +
	       (u64)prog->nr_line_info * sizeof(*prog->line_info) +
	       (u64)num_possible_cpus() * sizeof(*prog->stats);
}

long kbpf_call_prog_stats(struct kbpf_call *call)
{
	struct kbpf_prog_stats_attr *attr = &call->attr.prog_stats;
	struct kbpf_prog_stats sum;
	struct kbpf_prog *prog;

	if (attr->pad0)
		return -EINVAL;
	prog = kbpf_call_prog(attr->prog_fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	kbpf_prog_sum_stats(prog, &sum);
	attr->run_cnt = sum.runs;
	attr->run_time_ns = sum.ns;
	attr->run_timed = sum.timed;
	attr->misses = sum.misses;
	attr->verified_insns = prog->verify.insns;
	attr->verified_states = prog->verify.states;
	attr->verify_ns = prog->verify.ns;
	attr->verify_peak = prog->verify.peak_bytes;
	attr->hottest_insn = prog->verify.hottest_insn;
	attr->hottest_visits = prog->verify.hottest_visits;
	attr->memory = prog_memory(prog);
	kbpf_object_put(&prog->obj);
	return kbpf_world_copy_out(call->uattr, attr, min_t(u32, call->size, sizeof(*attr)));
}
