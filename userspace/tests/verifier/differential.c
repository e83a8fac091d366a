// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The verifier against the running kernel's: every vector with a program type, as
 * it is and changed at random, is judged by both. Where they disagree, the program's
 * name, which side accepts, and why the other does not, one line a disagreement; then
 * how often each known reason was met. What has none is to be looked at.
 * It needs bpf(2), so that it is no part of "make check".
 *
 *   differential [CHANGED-A-VECTOR [SEED]]
 */
#include "helpers/kfunc.h"
#include "isa/opcode.h"
#include "maps/map.h"
#include "verifier/reject.h"
#include "verifier/verify.h"
#include "verifier/differential.h"
#include "vectors/rows.h"

#define MAX_LEN	512

static u64 rng;

static u32 below(u32 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 24) % n;
}

/* ---- the engine's side ------------------------------------------------------------- */

static struct kbpf_map *maps[KBPF_VECTOR_MAX_MAPS];

static struct kbpf_map *map_get(void *arg, int fd)
{
	(void)arg;
	if (fd >= 0 || fd < -KBPF_VECTOR_MAX_MAPS || !maps[-fd - 1])
		return ERR_PTR(-EBADF);
	kbpf_object_get(&maps[-fd - 1]->obj);
	return maps[-fd - 1];
}

static u32 kfunc_find(void *arg, u32 btf_id)
{
	(void)arg;
	return kbpf_proto_find(btf_id) && btf_id >= KBPF_KFUNC_BASE ? btf_id : 0;
}

static void free_prog(struct kbpf_prog *p)
{
	for (u32 i = 0; i < p->nr_maps; i++)
		kbpf_env_map_put(p->maps[i]);
	kfree(p->maps);
	kvfree(p->funcs);
	kvfree(p->insns);
	kfree(p);
}

/* 0 or -errno; @id: of the refusal, "" for none. */
static int judge(const struct kbpf_vector *vec, const struct kbpf_insn *insns, u32 len, char *id)
{
	struct kbpf_verify_opts opts = { .map_get = map_get, .kfunc_find = kfunc_find };
	struct kbpf_prog *p = kzalloc(sizeof(*p), GFP_KERNEL);
	struct kbpf_log log;
	const char *at;
	int err;

	p->type = vec->type;
	p->expected_attach_type = vec->attach_type;
	p->gpl_compatible = !vec->not_gpl;
	p->len = len;
	p->insns = kvmalloc_array(len, sizeof(*insns), GFP_KERNEL);
	memcpy(p->insns, insns, len * sizeof(*insns));
	kbpf_log_init(&log, KBPF_LOG_LEVEL1, 1 << 16);
	err = kbpf_verify(p, &opts, &log);
	at = strstr(kbpf_log_text(&log), "(KBPF-");
	snprintf(id, 8, "%.4s", err && at ? at + 6 : "");
	kbpf_log_exit(&log);
	free_prog(p);
	return err;
}

/* ---- programs --------------------------------------------------------------------------- */

static s32 odd_imm(void)
{
	static const s32 some[] = {
		0, 1, -1, 2, 4, 7, 8, 9, 16, 31, 32, 63, 64, 255, 256, 511, 512, 4096, 65535, S32_MAX, S32_MIN,
	};

	return some[below(ARRAY_SIZE(some))];
}

static const struct kbpf_insn *any_insn(void)
{
	const struct kbpf_vector *v;

	do {
		v = &kbpf_vectors[below(ARRAY_SIZE(kbpf_vectors))];
	} while (!v->type);
	return &v->insns[below(v->len)];
}

static bool second_slot(const struct kbpf_insn *insns, u32 i)
{
	return i && kbpf_isa_is_lddw(&insns[i - 1]);
}

/* One field of one instruction becomes another, or the instruction does. */
static void change(struct kbpf_insn *insns, u32 len)
{
	u32 i = below(len);
	struct kbpf_insn *insn = &insns[i];

	if (second_slot(insns, i) || kbpf_isa_is_lddw(insn))
		return;
	switch (below(7)) {
	case 0:
		insn->imm = odd_imm();
		break;
	case 1:
		insn->imm += (s32)below(17) - 8;
		break;
	case 2:
		insn->off += (s32)below(17) - 8;
		break;
	case 3:
		insn->dst_reg = below(11);
		break;
	case 4:
		insn->src_reg = below(11);
		break;
	case 5:
		insn->code = any_insn()->code;
		break;
	default:
		*insn = *any_insn();
	}
}

/* ---- why they differ -------------------------------------------------------------------- */

/* @text: in what the side says that refuses */
static struct reason {
	bool kbpf_accepts;
	const char *text;
	const char *because;
	u64 met;
} reasons[] = {
	{ true, "missing btf func_info", "callbacks are judged by how they are called, which takes no BTF" },
	{ true, "tail_call is not allowed in subprogs", "kbpf's executors bound the stack themselves" },
	{ true, "calling kernel function", "what kbpf provides is good in any context" },
	{ true, "kernel btf_id", "the test's numbers of functions are not the kernel's" },
	{ true, "BPF program is too large", "loops converge, or states are told apart by less" },
	{ true, "jumps is too complex", "16384 paths may wait, not 8192" },
	{ true, "cannot return stack pointer", "what nobody reads is not judged" },
	{ true, "!read_ok", "nor is what a dead instruction reads" },
	{ true, "subtraction from stack pointer", "an offset is judged where it is used" },
	{ true, "math between fp pointer", "the same" },
	{ true, "pointer arithmetic on pkt_end", "adding 0 moves nothing" },
	{ true, "math between ctx pointer", "the result is a mere number" },
	{ true, "access beyond the end of member", "a load through a kernel's address yields 0 where it faults" },
	{ true, "failed to find BTF for kernel function", "the test's numbers of functions are not the kernel's" },
	{ true, "invalid bpf_context access off=76", "socket filters may read packets through pointers" },
	{ true, "?", "the kernel wants a function to attach a tracing program to, the test has none" },
	{ false, "R001", "fields of an instruction that mean nothing are 0" },
	{ false, "R021", "since 6.13 kprobes have a stack each function" },
	{ false, "R044", "since 6.14 a constant index into an array is never NULL" },
	{ false, "R042", "the same" },
	{ false, "R045", "the same, in what is dead then" },
	{ false, "R030", "the same" },
	{ false, "R070", "the same" },
	{ false, "R073", "the same" },
	{ false, "R023", "it would run for ever: each round makes the iterator anew, which Linux takes for progress" },
	{ false, "R046", "a map of kbpf's is no struct bpf_map to read" },
	{ false, "R071", "since 6.18 more types have the tracing helpers" },
};

static u64 unexplained;

static void explain(bool kbpf_accepts, const char *text)
{
	for (u32 i = 0; i < ARRAY_SIZE(reasons); i++) {
		struct reason *r = &reasons[i];

		if (r->kbpf_accepts != kbpf_accepts || !strstr(text, r->text))
			continue;
		r->met++;
		return;
	}
	unexplained++;
}

static void print_reasons(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].met)
			printf("# %4llu %s: %s: %s\n", (unsigned long long)reasons[i].met,
			       reasons[i].kbpf_accepts ? "kbpf accepts" : "kernel accepts",
			       reasons[i].text, reasons[i].because);
	printf("# %4llu for no known reason\n", (unsigned long long)unexplained);
}

/* ---- one program --------------------------------------------------------------------------- */

static u64 agree, ours_only, theirs_only;

static void compare(const struct kbpf_vector *vec, const struct kbpf_insn *insns, u32 len, u64 seed)
{
	char id[8], why[256];
	int ours = judge(vec, insns, len, id), theirs;

	theirs = differential_load(vec->type, vec->attach_type, !vec->not_gpl, insns, len, NULL, 0);
	if (!ours == !theirs) {
		agree++;
		return;
	}
	differential_load(vec->type, vec->attach_type, !vec->not_gpl, insns, len, why, sizeof(why));
	if (ours)
		theirs_only++;
	else
		ours_only++;
	printf("%s\t%s\t%s\t%llu\n", ours ? "kernel-accepts" : "kbpf-accepts", ours ? id : why,
	       vec->name, (unsigned long long)seed);
	explain(!ours, ours ? id : why);
	if (!getenv("INSNS") || seed != strtoull(getenv("INSNS"), NULL, 0))
		return;
	for (u32 i = 0; i < len; i++) {
		kbpf_isa_disasm(&insns[i], why, sizeof(why));
		printf("\t%u: %s\n", i, why);
		i += kbpf_isa_is_lddw(&insns[i]);
	}
}

static bool make_maps(const struct kbpf_vector *vec)
{
	for (u32 i = 0; i < KBPF_VECTOR_MAX_MAPS && vec->maps[i].type; i++) {
		struct kbpf_map_create_attr attr = {
			.map_type = vec->maps[i].type, .key_size = vec->maps[i].key_size,
			.value_size = vec->maps[i].value_size, .max_entries = vec->maps[i].max_entries,
			.map_flags = vec->maps[i].flags,
		};

		maps[i] = kbpf_map_create(&attr, NULL);
		if (IS_ERR(maps[i])) {
			maps[i] = NULL;
			return false;
		}
		if (differential_map(i, &attr))
			return false;
	}
	return true;
}

static void drop_maps(void)
{
	for (u32 i = 0; i < KBPF_VECTOR_MAX_MAPS; i++) {
		if (maps[i])
			kbpf_object_put(&maps[i]->obj);
		maps[i] = NULL;
		differential_unmap(i);
	}
}

int main(int argc, char **argv)
{
	u32 changed = argc > 1 ? strtoul(argv[1], NULL, 0) : 20;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct kbpf_insn insns[MAX_LEN];

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++) {
		const struct kbpf_vector *vec = &kbpf_vectors[i];

		if (!vec->type || vec->len > MAX_LEN)
			continue;
		if (make_maps(vec)) {
			compare(vec, vec->insns, vec->len, 0);
			for (u32 n = 0; n < changed; n++) {
				rng = ++seed * 0x9e3779b97f4a7c15ULL + 1;
				memcpy(insns, vec->insns, vec->len * sizeof(*insns));
				for (u32 k = below(3); k < 3; k++)
					change(insns, vec->len);
				compare(vec, insns, vec->len, seed);
			}
		}
		drop_maps();
	}
	print_reasons();
	printf("# %llu agree, %llu accepted by kbpf only, %llu by the kernel only\n", agree, ours_only,
	       theirs_only);
	return 0;
}
