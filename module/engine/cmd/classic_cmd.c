// SPDX-License-Identifier: GPL-2.0
/*
 * KBPF_PROG_LOAD_CLASSIC: a classic program becomes the instructions of an
 * ordinary load of a socket filter.
 */
#include "classic/classic.h"
#include "cmd/call.h"
#include "log.h"

/* The load that the translated program is: as if the user had asked for it. */
static void as_load(const struct kbpf_prog_load_classic_attr *attr,
		    struct kbpf_prog_load_attr *load, u32 insn_cnt)
{
	memset(load, 0, sizeof(*load));
	load->prog_type = KBPF_PROG_TYPE_SOCKET_FILTER;
	load->insn_cnt = insn_cnt;
	load->prog_flags = attr->prog_flags;
	load->log_level = attr->log_level;
	load->log_size = attr->log_size;
	load->log_buf = attr->log_buf;
	memcpy(load->prog_name, attr->prog_name, sizeof(load->prog_name));
}

static int translate(const struct kbpf_prog_load_classic_attr *attr, struct kbpf_log *log,
		     struct kbpf_insn **insns, u32 *insn_cnt)
{
	struct kbpf_classic_insn *filter;
	int err;

	filter = kbpf_call_copy_in(attr->filter, attr->len * sizeof(*filter));
	if (IS_ERR(filter))
		return PTR_ERR(filter);
	err = kbpf_classic_check(filter, attr->len, log);
	if (!err)
		err = kbpf_classic_translate(filter, attr->len, insns, insn_cnt);
	kvfree(filter);
	return err;
}

/* Checks and translates; a refusal's log goes to the user here, else it is the load's to write. */
static int prepare(struct kbpf_call *call, struct kbpf_insn **insns, u32 *insn_cnt)
{
	struct kbpf_prog_load_classic_attr *attr = &call->attr.load_classic;
	struct kbpf_log log;
	int err, log_err;

	err = kbpf_log_init(&log, attr->log_level, attr->log_size);
	if (err)
		return err;
	err = translate(attr, &log, insns, insn_cnt);
	if (err == -EINVAL) {
		log_err = kbpf_call_log_out(&log, attr->log_buf, &attr->log_true_size);
		if (kbpf_call_out(call, load_classic.log_true_size))
			log_err = -EFAULT;
		if (log_err)
			err = log_err;
	}
	kbpf_log_exit(&log);
	return err;
}

long kbpf_call_load_classic(struct kbpf_call *call)
{
	struct kbpf_prog_load_classic_attr attr = call->attr.load_classic;
	struct kbpf_insn *insns = NULL;
	u32 insn_cnt = 0, size = call->size;
	long ret;
	int err;

	if (!attr.len || attr.len > KBPF_CLASSIC_MAX_INSNS)
		return -EINVAL;
	err = kbpf_call_log_check(attr.log_level, attr.log_buf, attr.log_size);
	if (err)
		return err;
	err = prepare(call, &insns, &insn_cnt);
	if (err)
		return err;
	as_load(&attr, &call->attr.prog_load, insn_cnt);
	/*
	 * For as long as the load's attributes are in the place of the caller's, which
	 * are laid out otherwise, nothing of them is written back.
	 */
	call->size = 0;
	ret = kbpf_call_load_insns(call, insns);
	call->size = size;
	attr.log_true_size = call->attr.prog_load.log_true_size;
	call->attr.load_classic = attr;
	kbpf_call_out(call, load_classic.log_true_size);
	return ret;
}
