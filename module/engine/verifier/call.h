/* SPDX-License-Identifier: GPL-2.0 */
/* A call of a helper or kernel function under judgement: args.c and do_call.c. */
#ifndef KBPF_CALL_H
#define KBPF_CALL_H

#include "verifier/verifier.h"
#include "helpers/proto.h"

/**
 * struct kbpf_call - what the arguments seen so far mean for the others and for the result
 * @proto: the prototype
 * @reg: the argument under judgement
 * @map: the map argument, or NULL
 * @alloc_size: constant of ALLOC_SIZE
 * @size_max: greatest value of the last size
 * @release: reference that is given back, or 0
 * @func: the function argument
 * @dynptr: id of the dynptr argument
 * @written: memory that the helper writes: register and bytes
 * @nr_written: how many
 */
struct kbpf_call {
	const struct kbpf_proto *proto;
	u32 reg;
	const struct kbpf_value *map;
	u64 alloc_size;
	u32 size_max;
	u32 release;
	u32 func;
	u32 dynptr;
	struct {
		u32 reg;
		u32 size;
	} written[5];
	u32 nr_written;
};

/* Descriptor of the map argument. */
static inline const struct kbpf_map_desc *kbpf_call_map(const struct kbpf_verifier *v,
							const struct kbpf_call *c)
{
	return kbpf_map_desc_of(v, c->map->index);
}

/* Are the arguments what the prototype asks for? Fills in the rest of @c. 0 or -errno. */
int kbpf_args_check(struct kbpf_verifier *v, struct kbpf_call *c);

#endif /* KBPF_CALL_H */
