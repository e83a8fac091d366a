// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own BTF, read from sysfs when it is first needed and kept; where
 * sysfs has none, what user space hands over (KBPF_BTF_F_KERNEL). It says
 * which function or tracepoint an attach_btf_id names, and how wide arguments
 * are: a caller leaves the upper bits of a narrow argument's register undefined.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "btf/btf.h"
#include "cmd/cmd.h"
#include "env.h"
#include "kernel_btf.h"

#define BTF_PATH	"/sys/kernel/btf/vmlinux"
#define MAX_BTF		(64U << 20)
#define TRACE_PREFIX	"btf_trace_"

static DEFINE_MUTEX(btf_lock);
static struct kbpf_btf *kernel_btf;	/* set once, under btf_lock */

static void *read_file(struct file *file, u32 *size)
{
	loff_t len = i_size_read(file_inode(file)), pos = 0;
	ssize_t n = 1;
	void *data;

	if (file_inode(file)->i_sb->s_magic != SYSFS_MAGIC || len <= 0 || len > MAX_BTF)
		return ERR_PTR(-ENOENT);
	data = kvmalloc(len, GFP_KERNEL);
	if (!data)
		return ERR_PTR(-ENOMEM);
	while (pos < len && n > 0)
		n = kernel_read(file, data + pos, len - pos, &pos);
	if (pos < len) {
		kvfree(data);
		return ERR_PTR(n < 0 ? n : -EIO);
	}
	*size = len;
	return data;
}

/* With an id, as the kernel's types have in Linux: clients look for them there. */
static struct kbpf_btf *load(void)
{
	struct file *file = filp_open(BTF_PATH, O_RDONLY, 0);
	struct kbpf_btf *btf;
	void *data;
	u32 size;
	int err;

	if (IS_ERR(file))
		return ERR_PTR(-ENOENT);
	data = read_file(file, &size);
	fput(file);
	if (IS_ERR(data))
		return ERR_CAST(data);
	btf = kbpf_btf_parse(data, size, NULL);
	if (IS_ERR(btf)) {
		kvfree(data);
		return btf;
	}
	btf->is_kernel = true;
	err = kbpf_object_publish(&btf->obj);
	if (err) {
		kbpf_object_put(&btf->obj);
		return ERR_PTR(err);
	}
	return btf;
}

static struct kbpf_btf *get_locked(void)
{
	struct kbpf_btf *btf = kernel_btf;

	if (!btf) {
		btf = load();
		if (!IS_ERR(btf))
			kernel_btf = btf;
	}
	return btf;
}

static const struct kbpf_btf *get_btf(void)
{
	const struct kbpf_btf *btf;

	mutex_lock(&btf_lock);
	btf = get_locked();
	mutex_unlock(&btf_lock);
	return btf;
}

int kbpf_world_kernel_btf_set(struct kbpf_btf *btf)
{
	const struct kbpf_btf *known;
	int err = -EEXIST;

	mutex_lock(&btf_lock);
	known = get_locked();
	if (PTR_ERR_OR_ZERO(known) == -ENOENT) {
		kbpf_object_get(&btf->obj);
		btf->is_kernel = true;
		kernel_btf = btf;
		err = 0;
	} else if (IS_ERR(known)) {
		err = PTR_ERR(known);
	}
	mutex_unlock(&btf_lock);
	return err;
}

void kbpf_kernel_btf_exit(void)
{
	if (kernel_btf)
		kbpf_object_put(&kernel_btf->obj);
}

/* Bits of a register that an argument of this type has. */
static u64 type_mask(const struct kbpf_btf *btf, u32 type)
{
	s64 size = kbpf_btf_size(btf, type);

	return size > 0 && size < 8 ? (1ULL << size * 8) - 1 : ~0ULL;
}

/* Arguments in registers and on the stack alike take 8 bytes each, structures more. */
static int fill_args(const struct kbpf_btf *btf, const struct kbpf_btf_type *proto, u32 skip,
		     struct kbpf_attach_point *point)
{
	const struct kbpf_btf_param *params = (const void *)(proto + 1);
	u32 i, nr = kbpf_btf_vlen(proto);

	if (nr < skip || nr - skip > KBPF_MAX_FUNC_ARGS - 1)
		return -EINVAL;
	point->nr_args = nr - skip;
	for (i = skip; i < nr; i++) {
		/* The last one, without a type, stands for "...". */
		if (!params[i].type || kbpf_btf_size(btf, params[i].type) > 8)
			return -EINVAL;
		point->masks[i - skip] = type_mask(btf, params[i].type);
	}
	return 0;
}

static const struct kbpf_btf_type *proto_of(const struct kbpf_btf *btf, u32 id, u32 kind)
{
	const struct kbpf_btf_type *t = kbpf_btf_type(btf, id);

	return t && kbpf_btf_kind(t) == kind ? t : NULL;
}

/* typedef void (*btf_trace_NAME)(void *, arguments) */
static int fill_tracepoint(const struct kbpf_btf *btf, const struct kbpf_btf_type *t,
			   struct kbpf_attach_point *point)
{
	const char *name = kbpf_btf_name(btf, t->name_off);
	const struct kbpf_btf_type *p;

	if (strncmp(name, TRACE_PREFIX, strlen(TRACE_PREFIX)))
		return -EINVAL;
	p = proto_of(btf, t->type, KBPF_BTF_PTR);
	p = p ? proto_of(btf, p->type, KBPF_BTF_FUNC_PROTO) : NULL;
	if (!p)
		return -EINVAL;
	strscpy(point->name, name + strlen(TRACE_PREFIX), sizeof(point->name));
	point->is_tracepoint = true;
	return fill_args(btf, p, 1, point);
}

static int fill_function(const struct kbpf_btf *btf, const struct kbpf_btf_type *t,
			 struct kbpf_attach_point *point)
{
	const struct kbpf_btf_type *p = proto_of(btf, t->type, KBPF_BTF_FUNC_PROTO);

	/* A structure may be returned where a hidden argument says. */
	if (!p || (p->type && kbpf_btf_size(btf, p->type) > 8))
		return -EINVAL;
	strscpy(point->name, kbpf_btf_name(btf, t->name_off), sizeof(point->name));
	return fill_args(btf, p, 0, point);
}

int kbpf_attach_point_by_id(u32 id, struct kbpf_attach_point *point)
{
	const struct kbpf_btf *btf = get_btf();
	const struct kbpf_btf_type *t;

	memset(point, 0, sizeof(*point));
	if (IS_ERR(btf))
		return PTR_ERR(btf);
	t = id ? kbpf_btf_type(btf, id) : NULL;
	if (t && kbpf_btf_kind(t) == KBPF_BTF_TYPEDEF)
		return fill_tracepoint(btf, t, point);
	if (t && kbpf_btf_kind(t) == KBPF_BTF_FUNC)
		return fill_function(btf, t, point);
	return -EINVAL;
}

const struct kbpf_btf *kbpf_env_kernel_btf(void)
{
	const struct kbpf_btf *btf = get_btf();

	return IS_ERR(btf) ? NULL : btf;
}

static int find_tracepoint(const char *name, struct kbpf_attach_point *point)
{
	const struct kbpf_btf *btf = get_btf();
	char *typedef_name;
	s32 id = -ENOENT;

	if (IS_ERR(btf))
		return PTR_ERR(btf);
	typedef_name = kasprintf(GFP_KERNEL, TRACE_PREFIX "%s", name);
	if (typedef_name)
		id = kbpf_btf_find(btf, typedef_name, KBPF_BTF_TYPEDEF);
	kfree(typedef_name);
	return id < 0 ? id : fill_tracepoint(btf, kbpf_btf_type(btf, id), point);
}

void kbpf_attach_point_by_tracepoint(const char *name, struct kbpf_attach_point *point)
{
	memset(point, 0, sizeof(*point));
	if (!find_tracepoint(name, point))
		return;
	strscpy(point->name, name, sizeof(point->name));
	point->is_tracepoint = true;
	point->nr_args = KBPF_MAX_FUNC_ARGS;
	memset(point->masks, 0xff, sizeof(point->masks));
}
