/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to engine/btf: the checks between reading the records and calling
 * the blob safe to walk.
 */
#ifndef KBPF_BTF_CHECK_H
#define KBPF_BTF_CHECK_H

#include "btf/btf.h"

/**
 * kbpf_btf_check_record() - check a record by itself and find its length
 * @btf: BTF whose strings are set; types may be missing
 * @id: id the record will have
 * @left: bytes from @t to the end of the type section, at least 12
 * @t: the record
 * @log: log
 *
 * Return: bytes of the record, or -EINVAL.
 */
s64 kbpf_btf_check_record(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			  u32 left, struct kbpf_log *log);

/**
 * kbpf_btf_check_nesting() - check that every chain of records ends
 * @btf: BTF with all records checked by themselves
 * @log: log
 *
 * Return: 0; -EINVAL an id out of range or a loop; -E2BIG too deep; -ENOMEM.
 */
int kbpf_btf_check_nesting(const struct kbpf_btf *btf, struct kbpf_log *log);

/**
 * kbpf_btf_check_refs() - check what records say of each other
 * @btf: BTF that kbpf_btf_check_nesting() passed
 * @log: log
 *
 * Return: 0 or -EINVAL.
 */
int kbpf_btf_check_refs(const struct kbpf_btf *btf, struct kbpf_log *log);

int kbpf_btf_refuse(const struct kbpf_btf *btf, struct kbpf_log *log, u32 id,
		    const struct kbpf_btf_type *t, const char *fmt, ...) __printf(5, 6);

#endif /* KBPF_BTF_CHECK_H */
