// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf.h against <linux/bpf.h>: every field that both have is at the same place
 * and of the same size, and every number is the same. Where this machine's
 * header is older than the field, kbpf.h's own comment is all there is.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "kbpf.h"

struct row {
	const char *group;
	const char *name;
	unsigned long long ours;
	unsigned long long theirs;
};

#define SIZE(t, m)	sizeof(((t *)0)->m)
/* offset and size in one number */
#define PLACE(t, m)	(offsetof(t, m) * 65536ULL + SIZE(t, m))
#define F(s, m, u, lm)	{ #s, #m, PLACE(struct s, m), PLACE(u, lm) }
#define A(s, m)		F(s, m, union bpf_attr, m)
#define A2(s, m, lm)	F(s, m, union bpf_attr, lm)
#define I(k, m)		F(kbpf_##k, m, struct bpf_##k, m)
#define N(name)		{ "numbers", "KBPF_" #name, KBPF_##name, BPF_##name }
#define N2(ours, theirs) { "numbers", #ours, ours, theirs }

static const struct row rows[] = {
	{ "kbpf_insn", "size", sizeof(struct kbpf_insn), sizeof(struct bpf_insn) },
	F(kbpf_insn, code, struct bpf_insn, code),
	F(kbpf_insn, off, struct bpf_insn, off),
	F(kbpf_insn, imm, struct bpf_insn, imm),
	{ "kbpf_func_info", "size", sizeof(struct kbpf_func_info), sizeof(struct bpf_func_info) },
	I(func_info, insn_off), I(func_info, type_id),
	{ "kbpf_line_info", "size", sizeof(struct kbpf_line_info), sizeof(struct bpf_line_info) },
	I(line_info, insn_off), I(line_info, file_name_off), I(line_info, line_off),
	I(line_info, line_col),

	A(kbpf_map_create_attr, map_type), A(kbpf_map_create_attr, key_size),
	A(kbpf_map_create_attr, value_size), A(kbpf_map_create_attr, max_entries),
	A(kbpf_map_create_attr, map_flags), A(kbpf_map_create_attr, inner_map_fd),
	A(kbpf_map_create_attr, numa_node), A(kbpf_map_create_attr, map_name),
	A(kbpf_map_create_attr, map_ifindex), A(kbpf_map_create_attr, btf_fd),
	A(kbpf_map_create_attr, btf_key_type_id), A(kbpf_map_create_attr, btf_value_type_id),
	A(kbpf_map_create_attr, btf_vmlinux_value_type_id), A(kbpf_map_create_attr, map_extra),

	A(kbpf_map_elem_attr, map_fd), A(kbpf_map_elem_attr, key), A(kbpf_map_elem_attr, value),
	A(kbpf_map_elem_attr, next_key), A(kbpf_map_elem_attr, flags),

	A2(kbpf_map_batch_attr, in_batch, batch.in_batch),
	A2(kbpf_map_batch_attr, out_batch, batch.out_batch),
	A2(kbpf_map_batch_attr, keys, batch.keys), A2(kbpf_map_batch_attr, values, batch.values),
	A2(kbpf_map_batch_attr, count, batch.count), A2(kbpf_map_batch_attr, map_fd, batch.map_fd),
	A2(kbpf_map_batch_attr, elem_flags, batch.elem_flags),
	A2(kbpf_map_batch_attr, flags, batch.flags),

	A(kbpf_prog_load_attr, prog_type), A(kbpf_prog_load_attr, insn_cnt),
	A(kbpf_prog_load_attr, insns), A(kbpf_prog_load_attr, license),
	A(kbpf_prog_load_attr, log_level), A(kbpf_prog_load_attr, log_size),
	A(kbpf_prog_load_attr, log_buf), A(kbpf_prog_load_attr, kern_version),
	A(kbpf_prog_load_attr, prog_flags), A(kbpf_prog_load_attr, prog_name),
	A(kbpf_prog_load_attr, prog_ifindex), A(kbpf_prog_load_attr, expected_attach_type),
	A(kbpf_prog_load_attr, prog_btf_fd), A(kbpf_prog_load_attr, func_info_rec_size),
	A(kbpf_prog_load_attr, func_info), A(kbpf_prog_load_attr, func_info_cnt),
	A(kbpf_prog_load_attr, line_info_rec_size), A(kbpf_prog_load_attr, line_info),
	A(kbpf_prog_load_attr, line_info_cnt), A(kbpf_prog_load_attr, attach_btf_id),
	A(kbpf_prog_load_attr, attach_btf_obj_fd), A(kbpf_prog_load_attr, core_relo_cnt),
	A(kbpf_prog_load_attr, fd_array), A(kbpf_prog_load_attr, core_relos),
	A(kbpf_prog_load_attr, core_relo_rec_size),

	A2(kbpf_test_run_attr, prog_fd, test.prog_fd), A2(kbpf_test_run_attr, retval, test.retval),
	A2(kbpf_test_run_attr, data_size_in, test.data_size_in),
	A2(kbpf_test_run_attr, data_size_out, test.data_size_out),
	A2(kbpf_test_run_attr, data_in, test.data_in),
	A2(kbpf_test_run_attr, data_out, test.data_out),
	A2(kbpf_test_run_attr, repeat, test.repeat),
	A2(kbpf_test_run_attr, duration, test.duration),
	A2(kbpf_test_run_attr, ctx_size_in, test.ctx_size_in),
	A2(kbpf_test_run_attr, ctx_size_out, test.ctx_size_out),
	A2(kbpf_test_run_attr, ctx_in, test.ctx_in), A2(kbpf_test_run_attr, ctx_out, test.ctx_out),
	A2(kbpf_test_run_attr, flags, test.flags), A2(kbpf_test_run_attr, cpu, test.cpu),
	A2(kbpf_test_run_attr, batch_size, test.batch_size),

	A2(kbpf_bind_map_attr, prog_fd, prog_bind_map.prog_fd),
	A2(kbpf_bind_map_attr, map_fd, prog_bind_map.map_fd),
	A2(kbpf_bind_map_attr, flags, prog_bind_map.flags),

	A(kbpf_btf_load_attr, btf), A(kbpf_btf_load_attr, btf_log_buf),
	A(kbpf_btf_load_attr, btf_size), A(kbpf_btf_load_attr, btf_log_size),
	A(kbpf_btf_load_attr, btf_log_level),

	A2(kbpf_link_create_attr, prog_fd, link_create.prog_fd),
	A2(kbpf_link_create_attr, target_fd, link_create.target_fd),
	A2(kbpf_link_create_attr, attach_type, link_create.attach_type),
	A2(kbpf_link_create_attr, flags, link_create.flags),
	A2(kbpf_link_create_attr, perf_event.bpf_cookie, link_create.perf_event.bpf_cookie),
	A2(kbpf_link_create_attr, kprobe_multi.flags, link_create.kprobe_multi.flags),
	A2(kbpf_link_create_attr, kprobe_multi.cnt, link_create.kprobe_multi.cnt),
	A2(kbpf_link_create_attr, kprobe_multi.syms, link_create.kprobe_multi.syms),
	A2(kbpf_link_create_attr, kprobe_multi.addrs, link_create.kprobe_multi.addrs),
	A2(kbpf_link_create_attr, kprobe_multi.cookies, link_create.kprobe_multi.cookies),
	A2(kbpf_link_create_attr, tracing.target_btf_id, link_create.tracing.target_btf_id),
	A2(kbpf_link_create_attr, tracing.cookie, link_create.tracing.cookie),

	A2(kbpf_link_update_attr, link_fd, link_update.link_fd),
	A2(kbpf_link_update_attr, new_prog_fd, link_update.new_prog_fd),
	A2(kbpf_link_update_attr, flags, link_update.flags),
	A2(kbpf_link_update_attr, old_prog_fd, link_update.old_prog_fd),
	A2(kbpf_link_detach_attr, link_fd, link_detach.link_fd),
	A2(kbpf_raw_tracepoint_attr, name, raw_tracepoint.name),
	A2(kbpf_raw_tracepoint_attr, prog_fd, raw_tracepoint.prog_fd),
	A2(kbpf_enable_stats_attr, type, enable_stats.type),

	A2(kbpf_id_attr, id, start_id), A(kbpf_id_attr, next_id), A(kbpf_id_attr, open_flags),
	A2(kbpf_info_attr, fd, info.bpf_fd), A2(kbpf_info_attr, info_len, info.info_len),
	A2(kbpf_info_attr, info, info.info),

	I(map_info, type), I(map_info, id), I(map_info, key_size), I(map_info, value_size),
	I(map_info, max_entries), I(map_info, map_flags), I(map_info, name), I(map_info, ifindex),
	I(map_info, btf_vmlinux_value_type_id), I(map_info, netns_dev), I(map_info, netns_ino),
	I(map_info, btf_id), I(map_info, btf_key_type_id), I(map_info, btf_value_type_id),
	I(map_info, map_extra),

	I(prog_info, type), I(prog_info, id), I(prog_info, tag), I(prog_info, jited_prog_len),
	I(prog_info, xlated_prog_len), I(prog_info, jited_prog_insns),
	I(prog_info, xlated_prog_insns), I(prog_info, load_time), I(prog_info, created_by_uid),
	I(prog_info, nr_map_ids), I(prog_info, map_ids), I(prog_info, name), I(prog_info, ifindex),
	I(prog_info, netns_dev), I(prog_info, netns_ino), I(prog_info, nr_jited_ksyms),
	I(prog_info, nr_jited_func_lens), I(prog_info, jited_ksyms), I(prog_info, jited_func_lens),
	I(prog_info, btf_id), I(prog_info, func_info_rec_size), I(prog_info, func_info),
	I(prog_info, nr_func_info), I(prog_info, nr_line_info), I(prog_info, line_info),
	I(prog_info, jited_line_info), I(prog_info, nr_jited_line_info),
	I(prog_info, line_info_rec_size), I(prog_info, jited_line_info_rec_size),
	I(prog_info, nr_prog_tags), I(prog_info, prog_tags), I(prog_info, run_time_ns),
	I(prog_info, run_cnt), I(prog_info, recursion_misses), I(prog_info, verified_insns),

	I(btf_info, btf), I(btf_info, btf_size), I(btf_info, id), I(btf_info, name),
	I(btf_info, name_len), I(btf_info, kernel_btf),

	I(link_info, type), I(link_info, id), I(link_info, prog_id),
	I(link_info, raw_tracepoint.tp_name), I(link_info, raw_tracepoint.tp_name_len),
	I(link_info, tracing.attach_type), I(link_info, tracing.target_obj_id),
	I(link_info, tracing.target_btf_id),

	N(MAP_CREATE), N(MAP_LOOKUP_ELEM), N(MAP_UPDATE_ELEM), N(MAP_DELETE_ELEM),
	N(MAP_GET_NEXT_KEY), N(PROG_LOAD), N(OBJ_PIN), N(OBJ_GET), N(PROG_ATTACH), N(PROG_DETACH),
	N(PROG_TEST_RUN), N(PROG_GET_NEXT_ID), N(MAP_GET_NEXT_ID), N(PROG_GET_FD_BY_ID),
	N(MAP_GET_FD_BY_ID), N(OBJ_GET_INFO_BY_FD), N(PROG_QUERY), N(RAW_TRACEPOINT_OPEN),
	N(BTF_LOAD), N(BTF_GET_FD_BY_ID), N(TASK_FD_QUERY), N(MAP_LOOKUP_AND_DELETE_ELEM),
	N(MAP_FREEZE), N(BTF_GET_NEXT_ID), N(MAP_LOOKUP_BATCH), N(MAP_LOOKUP_AND_DELETE_BATCH),
	N(MAP_UPDATE_BATCH), N(MAP_DELETE_BATCH), N(LINK_CREATE), N(LINK_UPDATE),
	N(LINK_GET_FD_BY_ID), N(LINK_GET_NEXT_ID), N(ENABLE_STATS), N(ITER_CREATE),
	N(LINK_DETACH), N(PROG_BIND_MAP),

	N(PROG_TYPE_UNSPEC), N(PROG_TYPE_SOCKET_FILTER), N(PROG_TYPE_KPROBE),
	N(PROG_TYPE_SCHED_CLS), N(PROG_TYPE_SCHED_ACT), N(PROG_TYPE_TRACEPOINT), N(PROG_TYPE_XDP),
	N(PROG_TYPE_PERF_EVENT), N(PROG_TYPE_CGROUP_SKB), N(PROG_TYPE_CGROUP_SOCK),
	N(PROG_TYPE_RAW_TRACEPOINT), N(PROG_TYPE_RAW_TRACEPOINT_WRITABLE), N(PROG_TYPE_TRACING),
	N(PROG_TYPE_SYSCALL),

	N(MAP_TYPE_UNSPEC), N(MAP_TYPE_HASH), N(MAP_TYPE_ARRAY), N(MAP_TYPE_PROG_ARRAY),
	N(MAP_TYPE_PERF_EVENT_ARRAY), N(MAP_TYPE_PERCPU_HASH), N(MAP_TYPE_PERCPU_ARRAY),
	N(MAP_TYPE_STACK_TRACE), N(MAP_TYPE_CGROUP_ARRAY), N(MAP_TYPE_LRU_HASH),
	N(MAP_TYPE_LRU_PERCPU_HASH), N(MAP_TYPE_LPM_TRIE), N(MAP_TYPE_ARRAY_OF_MAPS),
	N(MAP_TYPE_HASH_OF_MAPS), N(MAP_TYPE_QUEUE), N(MAP_TYPE_STACK), N(MAP_TYPE_RINGBUF),
	N(MAP_TYPE_TASK_STORAGE), N(MAP_TYPE_BLOOM_FILTER), N(MAP_TYPE_USER_RINGBUF),

	N(TRACE_RAW_TP), N(TRACE_FENTRY), N(TRACE_FEXIT), N(MODIFY_RETURN), N(XDP), N(PERF_EVENT),
	N(TRACE_KPROBE_MULTI),
	N(LINK_TYPE_UNSPEC), N(LINK_TYPE_RAW_TRACEPOINT), N(LINK_TYPE_TRACING),
	N(LINK_TYPE_PERF_EVENT), N(LINK_TYPE_KPROBE_MULTI),

	N(OBJ_NAME_LEN), N(TAG_SIZE), N(PSEUDO_MAP_FD), N(PSEUDO_MAP_VALUE), N(PSEUDO_BTF_ID),
	N(PSEUDO_FUNC), N(PSEUDO_MAP_IDX), N(PSEUDO_MAP_IDX_VALUE), N(PSEUDO_CALL),
	N(PSEUDO_KFUNC_CALL),
	N(F_NO_PREALLOC), N(F_NO_COMMON_LRU), N(F_NUMA_NODE), N(F_RDONLY), N(F_WRONLY),
	N(F_STACK_BUILD_ID), N(F_ZERO_SEED), N(F_RDONLY_PROG), N(F_WRONLY_PROG), N(F_CLONE),
	N(F_MMAPABLE), N(F_PRESERVE_ELEMS), N(F_INNER_MAP), N(ANY), N(NOEXIST), N(EXIST), N(F_LOCK),
	N(F_STRICT_ALIGNMENT), N(F_ANY_ALIGNMENT), N(F_TEST_RND_HI32), N(F_TEST_STATE_FREQ),
	N(F_SLEEPABLE), N(F_XDP_HAS_FRAGS), N(F_INDEX_MASK), N(F_CURRENT_CPU), N(F_CTXLEN_MASK),
	N(RB_NO_WAKEUP), N(RB_FORCE_WAKEUP), N(RB_AVAIL_DATA), N(RB_RING_SIZE), N(RB_CONS_POS),
	N(RB_PROD_POS), N(RINGBUF_BUSY_BIT), N(RINGBUF_DISCARD_BIT), N(RINGBUF_HDR_SZ),
	N(STATS_RUN_TIME), N(F_TEST_RUN_ON_CPU),
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

/* bit fields have no offset: the byte they make */
static int register_nibbles(void)
{
	struct kbpf_insn ours = { .dst_reg = 3, .src_reg = 9 };
	struct bpf_insn theirs = { .dst_reg = 3, .src_reg = 9 };

	return !memcmp(&ours, &theirs, sizeof(ours));
}

static int gpl_bit(void)
{
	struct kbpf_prog_info ours;
	struct bpf_prog_info theirs;

	memset(&ours, 0, sizeof(ours));
	memset(&theirs, 0, sizeof(theirs));
	ours.gpl_compatible = 1;
	theirs.gpl_compatible = 1;
	return !memcmp(&ours, &theirs, offsetof(struct bpf_prog_info, netns_dev));
}

static int helpers_differ(void)
{
	static const struct {
		const char *name;
		int id;
	} ours[] = {
#define KBPF_HELPER(id, name) { #name, id },
#include "kbpf_helpers.def"
	}, theirs[] = {
#define FN(name) { #name, BPF_FUNC_##name }
		__BPF_FUNC_MAPPER(FN)
	};
	size_t i, j;
	int bad = 0;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		for (j = 0; j < sizeof(theirs) / sizeof(theirs[0]); j++)
			if (!strcmp(ours[i].name, theirs[j].name))
				break;
		if (j == sizeof(theirs) / sizeof(theirs[0]) ? ours[i].id < (int)(sizeof(theirs) / sizeof(theirs[0])) :
							      ours[i].id != theirs[j].id) {
			printf("# helper %d %s is not Linux's\n", ours[i].id, ours[i].name);
			bad++;
		}
	}
	return bad;
}

int main(void)
{
	unsigned int number = 0, failed = 0;
	size_t i, next;

	printf("KTAP version 1\n");
	for (i = 0; i < NR_ROWS; i = next) {
		int bad = 0;

		for (next = i; next < NR_ROWS && !strcmp(rows[i].group, rows[next].group); next++) {
			if (rows[next].ours == rows[next].theirs)
				continue;
			printf("# %s.%s: %#llx, Linux has %#llx\n", rows[next].group,
			       rows[next].name, rows[next].ours, rows[next].theirs);
			bad = 1;
		}
		failed += (unsigned int)bad;
		printf("%s %u uapi.%s\n", bad ? "not ok" : "ok", ++number, rows[i].group);
	}
#define CASE(ok, name) do { \
	int fine = (ok); \
	failed += !fine; \
	printf("%s %u uapi.%s\n", fine ? "ok" : "not ok", ++number, name); \
} while (0)
	CASE(register_nibbles(), "insn registers");
	CASE(gpl_bit(), "prog_info.gpl_compatible");
	CASE(!helpers_differ(), "helper numbers");
	printf("1..%u\n", number);
	return failed ? 1 : 0;
}
