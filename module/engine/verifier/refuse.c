// SPDX-License-Identifier: GPL-2.0
/*
 * Saying no: which rule, in which case, and the case's facts. Why, in words, is
 * found out when the walk has ended; see explain.c.
 */
#include "verifier/explain.h"

const struct kbpf_reject_row kbpf_reject_rows[KBPF_REJECTS] = {
#define KBPF_REJECT(id_, err_, slug_, rule_, why_, fix_) \
	{ .id = #id_, .err = err_, .slug = #slug_, .rule = rule_, .why = why_, .fix = fix_ },
#include "reject.def"
};

const struct kbpf_say_row kbpf_say_rows[KBPF_SAYS] = {
#define KBPF_SAY(name_, slug_, needed_, linux_, fix_) \
	{ .why = KBPF_REJECT_##slug_, .needed = needed_, .linux_says = linux_, .fix = fix_ },
#include "verifier/say.def"
};

const char *const kbpf_say_known[KBPF_SAYS] = {
#define KBPF_KNOWN(name_, known_) [KBPF_SAY_##name_] = known_,
#include "verifier/say.def"
};

int kbpf_refuse(struct kbpf_verifier *v, enum kbpf_say say, int reg, const struct kbpf_facts *facts)
{
	enum kbpf_reject why = kbpf_say_rows[say].why;

	if (v->history) {
		v->history->refused = true;
	} else {
		v->reject = why;
		v->refusal = (struct kbpf_refusal){
			.say = say, .insn = v->insn, .reg = reg, .facts = *facts,
		};
	}
	return -kbpf_reject_rows[why].err;
}
