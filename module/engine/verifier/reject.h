/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules that a program can break, by name, and what is said of each case.
 * The rows are reject.def's and say.def's.
 */
#ifndef KBPF_REJECT_H
#define KBPF_REJECT_H

#include "port.h"

/* Rules: KBPF_REJECT_<slug>. */
enum kbpf_reject {
#define KBPF_REJECT(id, err, slug, rule, why, fix) KBPF_REJECT_##slug,
#include "reject.def"
	KBPF_REJECTS,
};

/* Cases: KBPF_SAY_<case>. */
enum kbpf_say {
#define KBPF_SAY(name, slug, needed, linux, fix) KBPF_SAY_##name,
#include "verifier/say.def"
	KBPF_SAYS,
};

/**
 * struct kbpf_reject_row - a row of reject.def
 * @id: stable ID, as "R041"
 * @err: positive errno
 * @slug: name of the rule
 * @rule: what it asks for
 * @why: what would happen without it
 * @fix: what to change; a template
 */
struct kbpf_reject_row {
	const char *id;
	int err;
	const char *slug;
	const char *rule;
	const char *why;
	const char *fix;
};

/**
 * struct kbpf_say_row - a row of say.def
 * @why: the rule
 * @needed: what it asks for in this case; a template, as the others
 * @linux_says: how Linux says it, or ""
 * @fix: what to change; NULL: what the rule's row says
 */
struct kbpf_say_row {
	enum kbpf_reject why;
	const char *needed;
	const char *linux_says;
	const char *fix;
};

extern const struct kbpf_reject_row kbpf_reject_rows[KBPF_REJECTS];
extern const struct kbpf_say_row kbpf_say_rows[KBPF_SAYS];
/* What is known instead, where no register tells; a template, or NULL. */
extern const char *const kbpf_say_known[KBPF_SAYS];

/**
 * struct kbpf_facts - the numbers and names of a case, for its templates
 * @at: where something is, as an offset or instruction
 * @size: bytes of an access
 * @limit: what would be allowed
 * @n: a count, or what else the case is about
 * @where: instruction that the case goes back to, plus 1; 0: none
 * @mem: register of the memory that is meant, plus 1; 0: the register refused
 * @name: name of a thing; a string that lives as long as the verification
 * @what: the same of what it is
 */
struct kbpf_facts {
	s64 at;
	s64 size;
	s64 limit;
	s64 n;
	u32 where;
	u32 mem;
	const char *name;
	const char *what;
};

/**
 * struct kbpf_refusal - why a program is refused
 * @say: the case, or KBPF_SAYS while there is none
 * @insn: slot
 * @reg: register that breaks the rule, or -1
 * @facts: the case's
 */
struct kbpf_refusal {
	enum kbpf_say say;
	u32 insn;
	int reg;
	struct kbpf_facts facts;
};

#endif /* KBPF_REJECT_H */
