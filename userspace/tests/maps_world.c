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

/* Descriptor 7 is a cgroup. */
void *kbpf_env_cgroup_get(int fd)
{
	static int cgroup;

	return fd == 7 ? &cgroup : ERR_PTR(-EBADF);
}

void kbpf_env_cgroup_put(void *cgroup) { }

/* Descriptors 200 and on are maps that a test put there. */
struct kbpf_map *kbpf_test_maps[4];

struct kbpf_map *kbpf_env_map_get(int fd)
{
	if (fd < 200 || fd > 203)
		return ERR_PTR(-EBADF);
	if (!kbpf_test_maps[fd - 200])
		return ERR_PTR(-EINVAL);
	kbpf_object_get(&kbpf_test_maps[fd - 200]->obj);
	return kbpf_test_maps[fd - 200];
}

void kbpf_env_map_put(struct kbpf_map *map)
{
	kbpf_object_put(&map->obj);
}

/* Tasks are descriptors 300 and on, by their number; a test says which have gone. */
void (*kbpf_test_task_gone)(const void *task);

void *kbpf_env_task_get(int fd)
{
	return fd < 300 ? ERR_PTR(-EBADF) : (void *)(long)fd;
}

void kbpf_env_task_put(void *task) { }

bool kbpf_env_task_alive(const void *task)
{
	return (long)task >= 300;
}

int kbpf_env_task_watch(void (*gone)(const void *task))
{
	kbpf_test_task_gone = gone;
	return 0;
}

void kbpf_env_task_unwatch(void)
{
	kbpf_test_task_gone = NULL;
}

bool kbpf_env_call_func(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3)
{
	func->call(func, r1, r2, r3, 0, 0);
	return true;
}
