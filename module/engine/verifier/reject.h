/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules that a program can break, by name. The rows are reject.def's.
 */
#ifndef KBPF_REJECT_H
#define KBPF_REJECT_H

#include "port.h"

/* Rules: KBPF_REJECT_<slug>. */
enum kbpf_reject {
#define KBPF_REJECT(id, err, slug, rule, fix) KBPF_REJECT_##slug,
#include "reject.def"
	KBPF_REJECTS,
};

/**
 * struct kbpf_reject_row - a row of reject.def
 * @id: stable ID, as "R041"
 * @err: positive errno
 * @slug: name of the rule
 * @rule: what was needed
 * @fix: what to change
 */
struct kbpf_reject_row {
	const char *id;
	int err;
	const char *slug;
	const char *rule;
	const char *fix;
};

extern const struct kbpf_reject_row kbpf_reject_rows[KBPF_REJECTS];

#endif /* KBPF_REJECT_H */
