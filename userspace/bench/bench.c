// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The same programs in the JIT's image (in this process), in the interpreter,
 * under the kernel's own JIT (BPF_PROG_TEST_RUN; as root) and native: alternating,
 * median of the samples. The instructions are those that libbpf gave the kernel,
 * run below the verifier here.
 *
 *	bench PROGRAMS.bpf.o OUT.rows [PROGRAM...]
 *
 * writes rows that collect makes JSON of.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <linux/bpf.h>
#include <sched.h>
#include <time.h>
#include "env.h"
#include "interp/interp.h"
#include "isa/insn.h"
#include "jit/jit.h"
#include "maps/map.h"
#include "kbpf_raw_prog.h"

#define SAMPLES		15
#define SAMPLE_NS	2000000ULL
#define MAX_MAPS	16

enum { JIT, INTERP, KERNEL, NATIVE, EXECUTORS };

/* ---- this process's world ------------------------------------------------------------ */

static struct kbpf_prog *tail_prog;

static u64 lookup(u64 map, u64 key, u64 r3, u64 r4, u64 r5)
{
	return (u64)((struct kbpf_map *)map)->ops->lookup((struct kbpf_map *)map, (void *)key);
}

static u64 update(u64 map, u64 key, u64 value, u64 flags, u64 r5)
{
	return ((struct kbpf_map *)map)->ops->update((struct kbpf_map *)map, (void *)key,
						     (void *)value, flags);
}

kbpf_helper_fn kbpf_env_helper(u32 id)
{
	return id == 1 ? lookup : id == 2 ? update : NULL;
}

int kbpf_env_probe_read(void *dst, u32 size, const void *src)
{
	memcpy(dst, src, size);
	return 0;
}

/* The program array: of this map, only what executors are told of it is used. */
static void *tail_slots[2];
static void **tail_pages[1] = { tail_slots };

static void tail_layout(const struct kbpf_map *map, struct kbpf_map_inline *out)
{
	out->slots = tail_pages;
	out->entries = ARRAY_SIZE(tail_slots);
	out->stride = 512;
}

static const struct kbpf_map_ops tail_ops = { .layout = tail_layout };

const struct kbpf_prog *kbpf_env_tail_target(const struct kbpf_map *map, u32 index)
{
	return index == 1 ? tail_prog : NULL;
}

/* ---- programs ------------------------------------------------------------------------- */

/**
 * struct bench - a program in its forms
 * @name: its name
 * @fd: in the kernel
 * @prog: here, compiled; its @icode interpreted
 * @interp: enters the interpreter
 * @native: compiled natively, or NULL
 * @size: bytes of our image
 * @kernel_size: bytes of the kernel's
 * @compile_ns: time to compile here
 * @ns: median by executor, 0 where there is none
 */
struct bench {
	const char *name;
	int fd;
	struct kbpf_prog *prog;
	u64 (*interp)(const void *ctx, const struct kbpf_prog *prog, struct kbpf_tails *tails);
	int (*native)(void *ctx);
	u32 size;
	u32 kernel_size;
	u64 compile_ns;
	double ns[EXECUTORS];
};

static struct kbpf_map *maps[MAX_MAPS];
static int map_fds[MAX_MAPS];
static u32 nr_maps;

static void die(const char *what, int err)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(1);
}

static void add_map(struct bpf_map *m)
{
	struct kbpf_map_create_attr attr = {
		.map_type = bpf_map__type(m), .key_size = bpf_map__key_size(m),
		.value_size = bpf_map__value_size(m), .max_entries = bpf_map__max_entries(m),
	};
	struct kbpf_map *map = NULL;
	const void *init;
	size_t size;
	u64 addr;

	if (attr.map_type != BPF_MAP_TYPE_PROG_ARRAY) {
		map = kbpf_map_create(&attr, NULL);
		if (IS_ERR(map))
			die(bpf_map__name(m), PTR_ERR(map));
	} else {
		map = calloc(1, sizeof(*map));
		map->ops = &tail_ops;
	}
	init = bpf_map__initial_value(m, &size);
	if (init && !kbpf_env_map_direct_addr(map, 0, &addr))
		memcpy((void *)addr, init, size);
	map_fds[nr_maps] = bpf_map__fd(m);
	maps[nr_maps++] = map;
}

/* From descriptors to indices, as the verifier leaves it. */
static void name_maps(struct kbpf_prog *prog)
{
	for (u32 i = 0; i < prog->len; i++) {
		struct kbpf_insn *in = &prog->insns[i];

		if (!kbpf_isa_is_lddw(in))
			continue;
		for (u32 k = 0; k < nr_maps; k++)
			if ((in->src_reg == KBPF_PSEUDO_MAP_FD ||
			     in->src_reg == KBPF_PSEUDO_MAP_VALUE) && in->imm == map_fds[k]) {
				in->imm = k;
				break;
			}
		i++;
	}
	prog->maps = maps;
	prog->nr_maps = nr_maps;
}

/* The lowest offset from r10 that a function mentions. */
static void measure_stacks(struct kbpf_prog *prog)
{
	for (u32 f = 0; f < prog->nr_funcs; f++) {
		s32 low = 0;

		for (u32 i = prog->funcs[f].start; i < prog->funcs[f].end; i++) {
			const struct kbpf_insn *in = &prog->insns[i];
			u8 class = KBPF_CLASS(in->code);

			if ((class == KBPF_LDX && in->src_reg == KBPF_R10) ||
			    ((class == KBPF_ST || class == KBPF_STX) && in->dst_reg == KBPF_R10))
				low = min(low, (s32)in->off);
			if (in->code == (KBPF_ALU64 | KBPF_ADD | KBPF_K) && i &&
			    in[-1].code == (KBPF_ALU64 | KBPF_MOV | KBPF_X) &&
			    in[-1].src_reg == KBPF_R10)
				low = min(low, in->imm);
		}
		prog->funcs[f].stack_depth = round_up(-low, 8);
	}
}

/* Time of this thread: the kernel's test runs leave out what others ran, too. */
static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The image, for a disassembler, where $DUMP names a directory. */
static void dump(const struct bench *b)
{
	struct kbpf_jit_code code = kbpf_jit_code(b->prog, -1);
	char path[256];
	FILE *f;

	if (!getenv("DUMP"))
		return;
	snprintf(path, sizeof(path), "%s/%s.bin", getenv("DUMP"), b->name);
	f = fopen(path, "w");
	if (!f)
		die(path, errno);
	fwrite(code.addr, 1, code.len, f);
	fclose(f);
}

static void prepare(struct bench *b, struct bpf_program *p)
{
	struct bpf_prog_info info = {};
	u32 len = sizeof(info);
	char native[80];
	u64 start;
	int err;

	b->name = bpf_program__name(p);
	b->fd = bpf_program__fd(p);
	b->prog = kbpf_raw_prog_create((const void *)bpf_program__insns(p),
				       bpf_program__insn_cnt(p));
	if (IS_ERR(b->prog))
		die(b->name, PTR_ERR(b->prog));
	name_maps(b->prog);
	measure_stacks(b->prog);
	if (!strcmp(b->name, "tail"))
		tail_slots[1] = tail_prog = b->prog;
	err = kbpf_interp_prepare(b->prog);
	b->interp = b->prog->tail;
	start = now();
	if (!err)
		err = kbpf_jit_prepare(b->prog);
	b->compile_ns = now() - start;
	if (err)
		die(b->name, err);
	b->size = kbpf_jit_code(b->prog, -1).len;
	dump(b);
	if (!bpf_obj_get_info_by_fd(b->fd, &info, &len))
		b->kernel_size = info.jited_prog_len;
	snprintf(native, sizeof(native), "native_%s", b->name);
	b->native = (int (*)(void *))dlsym(RTLD_DEFAULT, native);
}

/* ---- timing ----------------------------------------------------------------------------- */

static double run_many(const struct bench *b, int ex, u64 repeat, u32 *r0)
{
	static u64 ctx[32];
	u64 start = now(), ret = 0;
	struct kbpf_tails tails;
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = repeat);

	switch (ex) {
	case JIT:
		for (u64 i = 0; i < repeat; i++)
			ret = b->prog->run(ctx, b->prog);
		break;
	case INTERP:
		for (u64 i = 0; i < repeat; i++) {
			tails = (struct kbpf_tails){};
			ret = b->interp(ctx, b->prog, &tails);
		}
		break;
	case NATIVE:
		for (u64 i = 0; i < repeat; i++)
			ret = b->native(ctx);
		break;
	default:
		if (bpf_prog_test_run_opts(b->fd, &opts))
			die(b->name, errno);
		*r0 = opts.retval;
		return opts.duration;
	}
	*r0 = ret;
	return (double)(now() - start) / repeat;
}

static bool has(const struct bench *b, int ex)
{
	return ex != NATIVE || b->native;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void measure(struct bench *b)
{
	double samples[EXECUTORS][SAMPLES];
	u64 repeat[EXECUTORS];
	u32 r0[EXECUTORS];

	for (int ex = 0; ex < EXECUTORS; ex++) {
		double once;

		if (!has(b, ex))
			continue;
		run_many(b, ex, 20, &r0[ex]);
		once = run_many(b, ex, 50, &r0[ex]);
		repeat[ex] = clamp((u64)(SAMPLE_NS / (once + 1)), 10ULL, 1000000ULL);
		if (r0[ex] != r0[JIT])
			printf("# %s: executor %d returns %u, the JIT %u\n", b->name, ex, r0[ex],
			       r0[JIT]);
	}
	for (u32 n = 0; n < SAMPLES; n++)
		for (int ex = 0; ex < EXECUTORS; ex++)
			if (has(b, ex))
				samples[ex][n] = run_many(b, ex, repeat[ex], &r0[ex]);
	for (int ex = 0; ex < EXECUTORS; ex++) {
		if (!has(b, ex))
			continue;
		qsort(samples[ex], SAMPLES, sizeof(double), by_value);
		b->ns[ex] = samples[ex][SAMPLES / 2];
	}
}

/* ---- results ------------------------------------------------------------------------------ */

static void row(FILE *out, const char *group, const char *name, double ours, double theirs,
		const char *peer, const char *unit)
{
	if (ours > 0 && theirs > 0)
		fprintf(out, "%s\t%s\t%.2f\t%.2f\t%s\t%s\n", group, name, ours, theirs, peer, unit);
}

static void report(const struct bench *benches, u32 nr, FILE *out)
{
	for (u32 i = 0; i < nr; i++) {
		const struct bench *b = &benches[i];
		/* entering the kernel's costs more than a call; a process has no per-CPU segment */
		bool loops = strcmp(b->name, "empty") && strcmp(b->name, "percpu_lookup");

		row(out, "jit-size/kernel", b->name, b->size, b->kernel_size, "kernel JIT", "bytes");
		if (!loops)
			continue;
		row(out, "jit/kernel-native", b->name, b->ns[JIT], b->ns[KERNEL], "kernel JIT", "ns");
		row(out, "jit/clang", b->name, b->ns[JIT], b->ns[NATIVE], "clang -O2", "ns");
		row(out, "interp/jit", b->name, b->ns[INTERP], b->ns[JIT], "kbpf JIT", "ns");
	}
}

static bool wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static void compile_speed(const struct bench *benches, u32 nr)
{
	u64 ns = 0, insns = 0;

	for (u32 i = 0; i < nr; i++) {
		ns += benches[i].compile_ns;
		insns += benches[i].prog->len;
	}
	printf("compiled %llu instructions in %.2f ms: %.2f million a second\n", insns, ns / 1e6,
	       insns * 1e3 / ns);
}

int main(int argc, char **argv)
{
	static struct bench benches[64];
	struct bpf_object *obj;
	struct bpf_program *p;
	struct bpf_map *m;
	u32 nr = 0, zero = 1;
	cpu_set_t cpu;
	FILE *out;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: bench PROGRAMS.bpf.o OUT.rows [PROGRAM...]\n");
		return 2;
	}
	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	kbpf_jit_options.enabled = true;
	/* as a kernel's per-CPU instructions */
	kbpf_port_alone = true;
	if (getenv("PASSES"))
		kbpf_jit_options.passes = strtoul(getenv("PASSES"), NULL, 0);
	obj = bpf_object__open(argv[1]);
	if (!obj)
		die(argv[1], errno);
	bpf_object__for_each_program(p, obj)
		bpf_program__set_autoload(p, wanted(bpf_program__name(p), argv + 3) ||
					     !strcmp(bpf_program__name(p), "setup"));
	if (bpf_object__load(obj))
		die(argv[1], errno);
	bpf_object__for_each_map(m, obj)
		add_map(m);
	bpf_object__for_each_program(p, obj)
		if (bpf_program__autoload(p))
			prepare(&benches[nr++], p);
	fd = bpf_program__fd(bpf_object__find_program_by_name(obj, "tail"));
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(obj, "progs"), &zero, &fd, BPF_ANY);
	out = fopen(argv[2], "w");
	if (!out)
		die(argv[2], errno);
	for (u32 i = 0; i < nr; i++) {
		u32 r0;

		if (strcmp(benches[i].name, "setup"))
			continue;
		for (int ex = 0; ex < EXECUTORS; ex++)
			run_many(&benches[i], ex, 1, &r0);
		benches[i] = benches[--nr];
		break;
	}
	compile_speed(benches, nr);
	for (u32 i = 0; i < nr; i++)
		measure(&benches[i]);
	report(benches, nr, out);
	fclose(out);
	bpf_object__close(obj);
	return 0;
}
