// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What the engine's tables claim, a line a claim: program types, map types, and
 * the helpers of each program type. `bpftool feature probe` must find the same.
 */
#include <ctype.h>
#include <stdio.h>

#include "port.h"
#include "kbpf.h"
#include "env.h"
#include "helpers/proto.h"
#include "progtype/progtype.h"

static const char *const map_types[] = {
#define KBPF_MAP_TYPE(name_, ...) #name_,
#include "maps/map.def"
};

static void print_lower(const char *what, const char *name)
{
	printf("%s ", what);
	for (; *name; name++)
		putchar(tolower(*name));
	putchar('\n');
}

int main(void)
{
	const struct kbpf_progtype *type;
	const struct kbpf_proto *proto;
	u32 i, id;

	for (i = 0; i < sizeof(map_types) / sizeof(map_types[0]); i++)
		print_lower("map", map_types[i]);
	for (i = 0; i < 64; i++) {
		type = kbpf_progtype_find(i);
		if (!type)
			continue;
		printf("prog %s\n", type->name);
		for (id = 0; id < KBPF_FUNC_MAX; id++) {
			proto = kbpf_proto_find(id);
			if (proto && (proto->progs & BIT_ULL(i)))
				printf("helper %s bpf_%s\n", type->name, kbpf_proto_name(id));
		}
	}
	return 0;
}
