// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf link: what is attached where.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "cli.h"
#include "json.h"
#include "libkbpf.h"
#include "objects.h"

struct list {
	struct json *json;
	int count;
};

/**
 * struct link_full - a link and the name of its target
 * @info: what the link says
 * @target: name of function, file or tracepoint; "" where there is none
 * @how: by which of several ways it is attached; "" where there is one
 */
struct link_full {
	struct kbpf_link_info info;
	char target[256];
	char how[16];
};

/* Points the name buffer of @info's kind at @link->target; the kind is known by then. */
static void ask_for_name(struct link_full *link)
{
	struct kbpf_link_info *info = &link->info;
	__u32 type = info->type, event = info->perf_event.type;

	memset(info, 0, sizeof(*info));
	switch (type) {
	case KBPF_LINK_TYPE_RAW_TRACEPOINT:
		info->raw_tracepoint.tp_name = (unsigned long)link->target;
		info->raw_tracepoint.tp_name_len = sizeof(link->target);
		break;
	case KBPF_LINK_TYPE_PERF_EVENT:
		if (event == KBPF_PERF_EVENT_EVENT || event == KBPF_PERF_EVENT_UNSPEC)
			break;
		/* name and room are at the same place in all that have a name */
		info->perf_event.kprobe.func_name = (unsigned long)link->target;
		info->perf_event.kprobe.name_len = sizeof(link->target);
		break;
	case KBPF_LINK_TYPE_UPROBE_MULTI:
		info->uprobe_multi.path = (unsigned long)link->target;
		info->uprobe_multi.path_size = sizeof(link->target);
		break;
	}
}

/* The module knows the target of a tracing link by its id in the kernel's BTF. */
static void find_btf_name(struct link_full *link)
{
	static struct btf *btf;
	static bool tried;
	const struct btf_type *type;

	if (!tried) {
		libbpf_set_print(NULL);
		btf = btf__load_vmlinux_btf();
		tried = true;
	}
	type = btf ? btf__type_by_id(btf, link->info.tracing.target_btf_id) : NULL;
	if (type)
		snprintf(link->target, sizeof(link->target), "%s",
			 btf__name_by_offset(btf, type->name_off));
}

/* By which way it is attached, where there are several: only fdinfo tells. */
static void find_how(int fd, struct link_full *link)
{
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "attached_by: %15s", link->how) == 1)
			break;
	if (file)
		fclose(file);
}

static int get_full(int dev, int fd, struct link_full *link)
{
	__u32 len = sizeof(link->info);
	int err;

	memset(link, 0, sizeof(*link));
	err = kbpf_object_info(dev, fd, &link->info, &len);
	if (err)
		return err;
	ask_for_name(link);
	len = sizeof(link->info);
	err = kbpf_object_info(dev, fd, &link->info, &len);
	link->target[sizeof(link->target) - 1] = '\0';
	if (!err && link->info.type == KBPF_LINK_TYPE_TRACING)
		find_btf_name(link);
	find_how(fd, link);
	/* a name that was cut is still a name */
	return err == -ENOSPC ? 0 : err;
}

static bool is_probe(const struct link_full *link)
{
	return link->info.type == KBPF_LINK_TYPE_PERF_EVENT &&
	       (link->info.perf_event.type == KBPF_PERF_EVENT_KPROBE ||
		link->info.perf_event.type == KBPF_PERF_EVENT_KRETPROBE);
}

static const char *tracing_name(__u32 attach_type)
{
	switch (attach_type) {
	case KBPF_TRACE_RAW_TP:
		return "tp_btf";
	case KBPF_TRACE_FENTRY:
		return "fentry";
	case KBPF_TRACE_FEXIT:
		return "fexit";
	default:
		return cli_link_type(KBPF_LINK_TYPE_TRACING);
	}
}

static const char *kind_name(const struct link_full *link)
{
	if (link->info.type == KBPF_LINK_TYPE_TRACING)
		return tracing_name(link->info.tracing.attach_type);
	if (link->info.type == KBPF_LINK_TYPE_PERF_EVENT)
		return cli_perf_event_type(link->info.perf_event.type);
	return cli_link_type(link->info.type);
}

static void print_json(struct json *json, const struct link_full *link)
{
	char addr[24];

	json_object(json, NULL);
	json_uint(json, "id", link->info.id);
	json_string(json, "type", cli_link_type(link->info.type));
	json_string(json, "kind", kind_name(link));
	json_uint(json, "prog_id", link->info.prog_id);
	if (link->target[0])
		json_string(json, "target", link->target);
	if (link->how[0])
		json_string(json, "how", link->how);
	if (is_probe(link)) {
		snprintf(addr, sizeof(addr), "0x%llx", link->info.perf_event.kprobe.addr);
		json_uint(json, "offset", link->info.perf_event.kprobe.offset);
		json_string(json, "addr", addr);
		json_uint(json, "missed", link->info.perf_event.kprobe.missed);
		json_uint(json, "cookie", link->info.perf_event.kprobe.cookie);
	}
	json_object_end(json);
}

static void print_text(const struct link_full *link)
{
	printf("%-5u %-14s %-5u ", link->info.id, kind_name(link), link->info.prog_id);
	printf("%s", link->target[0] ? link->target : "-");
	if (is_probe(link)) {
		if (link->info.perf_event.kprobe.offset)
			printf("+0x%x", link->info.perf_event.kprobe.offset);
		if (link->info.perf_event.kprobe.missed)
			printf("  (%llu hits missed)", link->info.perf_event.kprobe.missed);
	}
	if (link->how[0])
		printf("  (%s)", link->how);
	printf("\n");
}

static int visit(int dev, int fd, void *arg)
{
	struct list *list = arg;
	struct link_full link;
	int err = get_full(dev, fd, &link);

	if (err)
		return cli_error("a link's information: %s", strerror(-err));
	if (list->json)
		print_json(list->json, &link);
	else if (!list->count)
		printf("%-5s %-14s %-5s %s\n", "ID", "KIND", "PROG", "TARGET");
	if (!list->json)
		print_text(&link);
	list->count++;
	return CLI_OK;
}

static int run(int argc, char **argv)
{
	struct json json = { .out = stdout };
	struct list list = { .json = NULL };
	const char *id = NULL;
	int i, dev, ret;

	if (argc < 2 || (strcmp(argv[1], "list") && strcmp(argv[1], "show")))
		return cli_usage(&cli_link, "list or show?");
	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			list.json = &json;
			continue;
		}
		if (argv[i][0] == '-' || id || !strcmp(argv[1], "list"))
			return cli_usage(&cli_link, "what is '%s'?", argv[i]);
		id = argv[i];
	}
	if (!id && !strcmp(argv[1], "show"))
		return cli_usage(&cli_link, "show which? an id is wanted");
	dev = cli_device();
	if (dev < 0)
		return CLI_FAILED;
	if (list.json && !id)
		json_array(&json, NULL);
	ret = id ? objects_one(dev, OBJECTS_LINK, id, visit, &list) :
		   objects_each(dev, OBJECTS_LINK, visit, &list);
	if (list.json && !id)
		json_array_end(&json);
	if (list.json)
		json_finish(&json);
	close(dev);
	return ret;
}

const struct cli_command cli_link = {
	.name = "link",
	.summary = "list what is attached where",
	.help =
"kbpf link list [--json]\n"
"kbpf link show [--json] ID\n"
"\n"
"Lists the links: id, what kind of place it is, the program's id and the\n"
"function, with its address where the kernel shows addresses (JSON); behind it,\n"
"how the kernel gets there: int3, optimised, ftrace, trampoline.\n"
"\n"
"Exit status: 0; 1 when there is no such link; 2 for anything else.\n",
	.run = run,
};
