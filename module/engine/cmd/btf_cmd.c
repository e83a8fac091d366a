// SPDX-License-Identifier: GPL-2.0
/*
 * KBPF_BTF_LOAD.
 */
#include "cmd/call.h"
#include "btf/btf.h"
#include "log.h"

#define MAX_BTF_SIZE	(16u << 20)

struct kbpf_btf *kbpf_call_btf(int fd)
{
	struct kbpf_object *obj = kbpf_call_fd(fd, KBPF_KIND_BTF, NULL);

	return IS_ERR(obj) ? ERR_CAST(obj) : container_of(obj, struct kbpf_btf, obj);
}

static struct kbpf_btf *parse(const struct kbpf_btf_load_attr *attr, struct kbpf_log *log)
{
	struct kbpf_btf *btf;
	void *data;

	if (!attr->btf_size)
		return ERR_PTR(-EINVAL);
	if (attr->btf_size > MAX_BTF_SIZE)
		return ERR_PTR(-E2BIG);
	data = kbpf_call_copy_in(attr->btf, attr->btf_size);
	if (IS_ERR(data))
		return data;
	btf = kbpf_btf_parse(data, attr->btf_size, log);
	if (IS_ERR(btf))
		kvfree(data);
	return btf;
}

static int publish_to_user(struct kbpf_call *call, struct kbpf_btf **btf, struct kbpf_log *log)
{
	int err = kbpf_call_log_out(log, call->attr.btf_load.btf_log_buf,
				    &call->attr.btf_load.btf_log_true_size);

	if (kbpf_call_out(call, btf_load.btf_log_true_size))
		err = -EFAULT;
	if (IS_ERR(*btf))
		return err ? err : PTR_ERR(*btf);
	if (!err)
		err = kbpf_object_publish(&(*btf)->obj);
	if (!err && (call->attr.btf_load.btf_flags & KBPF_BTF_F_KERNEL))
		err = kbpf_world_kernel_btf_set(*btf);
	if (err)
		kbpf_object_put(&(*btf)->obj);
	return err;
}

long kbpf_call_btf_load(struct kbpf_call *call)
{
	const struct kbpf_btf_load_attr *attr = &call->attr.btf_load;
	struct kbpf_log log;
	struct kbpf_btf *btf;
	int err;

	if ((attr->btf_flags & ~KBPF_BTF_F_KERNEL) || attr->btf_token_fd)
		return -EINVAL;
	if ((attr->btf_flags & KBPF_BTF_F_KERNEL) && !kbpf_world_capable(KBPF_CAP_PERFMON))
		return -EPERM;
	err = kbpf_call_log_check(attr->btf_log_level, attr->btf_log_buf, attr->btf_log_size);
	if (err)
		return err;
	err = kbpf_log_init(&log, attr->btf_log_level, attr->btf_log_size);
	if (err)
		return err;
	btf = parse(attr, &log);
	err = publish_to_user(call, &btf, &log);
	kbpf_log_exit(&log);
	return err ? err : kbpf_call_install(&btf->obj, 0);
}
