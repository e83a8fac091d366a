// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Classic programs: compiled by libpcap, or read from a file; and judged by the
 * engine in this process.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "classic.h"
#include "cli.h"
#include "engine.h"
#include "json.h"

#define SNAPLEN		262144
#define LOG_SIZE	(1 << 20)

void classic_free(struct classic *prog)
{
	free(prog->insns);
	prog->insns = NULL;
}

int classic_compile(pcap_t *pcap, const char *text, __u32 netmask, struct classic *out)
{
	struct bpf_program bpf;
	u_int i;

	if (pcap_compile(pcap, &bpf, text, 1, netmask))
		return cli_error("'%s': %s", text, pcap_geterr(pcap));
	out->len = bpf.bf_len;
	out->insns = calloc(bpf.bf_len, sizeof(*out->insns));
	for (i = 0; out->insns && i < bpf.bf_len; i++) {
		out->insns[i].code = bpf.bf_insns[i].code;
		out->insns[i].jt = bpf.bf_insns[i].jt;
		out->insns[i].jf = bpf.bf_insns[i].jf;
		out->insns[i].k = bpf.bf_insns[i].k;
	}
	pcap_freecode(&bpf);
	return out->insns ? 0 : cli_error("out of memory");
}

/* A count, then as many lines of code, jt, jf and k. */
static int parse(FILE *in, const char *path, struct classic *out)
{
	unsigned int len, i, code, jt, jf, k;

	if (fscanf(in, "%u", &len) != 1 || !len || len > KBPF_CLASSIC_MAX_INSNS)
		return cli_error("%s: no count of 1 to %u instructions", path,
				 KBPF_CLASSIC_MAX_INSNS);
	out->insns = calloc(len, sizeof(*out->insns));
	if (!out->insns)
		return cli_error("out of memory");
	out->len = len;
	for (i = 0; i < len; i++) {
		if (fscanf(in, "%u %u %u %u", &code, &jt, &jf, &k) != 4 ||
		    code > 0xffff || jt > 0xff || jf > 0xff) {
			classic_free(out);
			return cli_error("%s: instruction %u is not four numbers", path, i);
		}
		out->insns[i] = (struct kbpf_classic_insn) { code, jt, jf, k };
	}
	return 0;
}

int classic_read(const char *path, struct classic *out)
{
	FILE *in = fopen(path, "re");
	int err;

	if (!in)
		return cli_error("%s: %s", path, strerror(errno));
	err = parse(in, path, out);
	fclose(in);
	return err;
}

/* ---- check --classic -------------------------------------------------------------- */

static int get(const char *what, struct classic *prog)
{
	pcap_t *pcap;
	int err;

	if (!access(what, R_OK))
		return classic_read(what, prog);
	pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN);
	if (!pcap)
		return cli_error("out of memory");
	err = classic_compile(pcap, what, PCAP_NETMASK_UNKNOWN, prog);
	pcap_close(pcap);
	return err;
}

/* Slots of the program as it runs. */
static __u32 xlated_slots(int fd)
{
	struct kbpf_prog_info info = { .type = 0 };
	struct kbpf_info_attr attr = {
		.fd = fd, .info_len = sizeof(info), .info = (uintptr_t)&info,
	};

	if (kbpf_engine_cmd(KBPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
		return 0;
	return info.xlated_prog_len / sizeof(struct kbpf_insn);
}

static void report(const char *what, const struct classic *prog, long fd, const char *log,
		   const struct check_opts *opts)
{
	__u32 slots = fd < 0 ? 0 : xlated_slots(fd);
	struct json j = { .out = stdout };

	if (opts->json) {
		json_object(&j, NULL);
		json_string(&j, "classic", what);
		json_bool(&j, "accepted", fd >= 0);
		json_uint(&j, "instructions", prog->len);
		if (fd >= 0)
			json_uint(&j, "ebpf_instructions", slots);
		else
			json_string(&j, "error", cli_errno_name(-fd));
		json_string(&j, "log", log);
		json_object_end(&j);
		json_finish(&j);
		return;
	}
	if (fd < 0)
		printf("refused: %s: %u classic instructions: %s\n%s", what, prog->len,
		       cli_errno_name(-fd), log);
	else
		printf("accepted: %s: %u classic instructions, %u as they run\n", what, prog->len,
		       slots);
	if (fd >= 0 && opts->verbose)
		fputs(log, stdout);
}

static int judge(const char *what, const struct classic *prog, const struct check_opts *opts)
{
	char *log = calloc(1, LOG_SIZE);
	struct kbpf_prog_load_classic_attr attr = {
		.len = prog->len, .filter = (uintptr_t)prog->insns,
		.log_level = opts->verbose ? KBPF_LOG_LEVEL2 | KBPF_LOG_STATS : KBPF_LOG_LEVEL1,
		.log_size = LOG_SIZE, .log_buf = (uintptr_t)log,
	};
	long fd;

	if (!log)
		return cli_error("out of memory");
	fd = kbpf_engine_cmd(KBPF_PROG_LOAD_CLASSIC, &attr, sizeof(attr));
	report(what, prog, fd, log, opts);
	if (fd >= 0)
		close(fd);
	free(log);
	return fd < 0 ? CLI_NO : CLI_OK;
}

int check_classic(const char *what, const struct check_opts *opts)
{
	struct classic prog;
	int ret = get(what, &prog);

	if (ret)
		return ret;
	ret = judge(what, &prog, opts);
	classic_free(&prog);
	return ret;
}
