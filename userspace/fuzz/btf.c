// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* libFuzzer target: BTF of any bytes is refused or can be walked. */
#include "btf/btf.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	void *copy = kvmemdup(data, size ? size : 1, GFP_KERNEL);
	struct kbpf_btf *btf;
	struct kbpf_log log;
	char buf[64];
	u32 id, off;

	if (kbpf_log_init(&log, 1, 4096))
		abort();
	btf = kbpf_btf_parse(copy, size, &log);
	if (IS_ERR(btf)) {
		/* Whoever is refused is told why. */
		if (!log.total)
			abort();
		kvfree(copy);
	} else {
		for (id = 0; id < btf->nr_types; id++) {
			const char *name = id ? kbpf_btf_name(btf, btf->types[id]->name_off) : "";

			if (*name && kbpf_btf_find(btf, name, kbpf_btf_kind(btf->types[id])) < 0)
				abort();
			for (off = 0; off < 64; off += 7)
				kbpf_btf_describe(btf, id, off, buf, sizeof(buf));
		}
		kbpf_object_put(&btf->obj);
	}
	kbpf_log_exit(&log);
	return 0;
}
