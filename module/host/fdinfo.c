// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/PID/fdinfo of objects, key by key as the kernel writes it for its own,
 * because tools parse it.
 */
#include <linux/seq_file.h>
#include "btf/btf.h"
#include "cmd/cmd.h"
#include "fd.h"
#include "maps/map.h"

void kbpf_map_fd_info(struct seq_file *m, struct file *file)
{
	struct kbpf_map *map = container_of(kbpf_fd_object(file), struct kbpf_map, obj);

	seq_printf(m, "map_type:\t%u\nkey_size:\t%u\nvalue_size:\t%u\nmax_entries:\t%u\n",
		   map->desc.type, map->desc.key_size, map->desc.value_size,
		   map->desc.max_entries);
	seq_printf(m, "map_flags:\t%#x\nmap_extra:\t%#llx\nmemlock:\t%llu\nmap_id:\t%u\nfrozen:\t%u\n",
		   map->desc.flags, map->map_extra, (u64)atomic64_read(&map->memory),
		   map->obj.id, READ_ONCE(map->frozen));
}

void kbpf_prog_fd_info(struct seq_file *m, struct file *file)
{
	struct kbpf_prog *prog = container_of(kbpf_fd_object(file), struct kbpf_prog, obj);
	struct kbpf_prog_stats sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct kbpf_prog_stats *s = per_cpu_ptr(prog->stats, cpu);

		sum.runs += s->runs;
		sum.timed += s->timed;
		sum.ns += s->ns;
		sum.misses += s->misses;
	}
	seq_printf(m, "prog_type:\t%u\nprog_jited:\t%u\nprog_tag:\t%*phN\nmemlock:\t%zu\nprog_id:\t%u\n",
		   prog->type, !!prog->jit, KBPF_TAG_SIZE, prog->tag,
		   sizeof(*prog) + prog->len * sizeof(*prog->insns), prog->obj.id);
	/* The kernel's run_cnt counts timed runs; kbpf's own counts follow. */
	seq_printf(m, "run_time_ns:\t%llu\nrun_cnt:\t%llu\nrecursion_misses:\t%llu\nverified_insns:\t%llu\n",
		   sum.ns, sum.timed, sum.misses, prog->verify.insns);
	seq_printf(m, "kbpf_runs:\t%llu\n", sum.runs);
}

static const char *const link_names[] = {
	[KBPF_LINK_TYPE_RAW_TRACEPOINT] = "raw_tracepoint",
	[KBPF_LINK_TYPE_TRACING] = "tracing",
	[KBPF_LINK_TYPE_PERF_EVENT] = "perf",
	[KBPF_LINK_TYPE_KPROBE_MULTI] = "kprobe_multi",
	[KBPF_LINK_TYPE_NETFILTER] = "netfilter",
	[KBPF_LINK_TYPE_UPROBE_MULTI] = "uprobe_multi",
};

void kbpf_link_fd_info(struct seq_file *m, struct file *file)
{
	struct kbpf_link *link = container_of(kbpf_fd_object(file), struct kbpf_link, obj);
	const char *name = link->type < ARRAY_SIZE(link_names) ? link_names[link->type] : NULL;

	seq_printf(m, "link_type:\t%s\nlink_id:\t%u\nprog_tag:\t%*phN\nprog_id:\t%u\n",
		   name ?: "<unknown>", link->obj.id, KBPF_TAG_SIZE, link->prog->tag,
		   link->prog->obj.id);
	if (link->how)
		seq_printf(m, "attached_by:\t%s\n", link->how(link));
}

void kbpf_btf_fd_info(struct seq_file *m, struct file *file)
{
	seq_printf(m, "btf_id:\t%u\n", kbpf_fd_object(file)->id);
}
