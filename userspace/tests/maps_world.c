// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* A world with three descriptors, for tests of the maps room by itself. */
#include "maps/map.h"
#include "env.h"

static void ring_free(struct kbpf_object *obj) { }
static const struct kbpf_object_ops ring_ops = { .free = ring_free };
static struct kbpf_object rings[3];

/* Descriptors 100 to 102 are rings, 50 is something else, others are not open. */
struct kbpf_object *kbpf_env_object_get(int fd, u32 kind)
{
	struct kbpf_object *obj;

	if (fd == 50)
		return ERR_PTR(-EINVAL);
	if (fd < 100 || fd > 102)
		return ERR_PTR(-EBADF);
	obj = &rings[fd - 100];
	if (!obj->ops)
		kbpf_object_init(obj, KBPF_KIND_RING, &ring_ops);
	kbpf_object_get(obj);
	return obj;
}
