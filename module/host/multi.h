/* SPDX-License-Identifier: GPL-2.0 */
/* Links that put one program at many places. */
#ifndef KBPF_HOST_MULTI_H
#define KBPF_HOST_MULTI_H

struct kbpf_link;
struct kbpf_link_create_attr;
struct kbpf_prog;

/* Of KBPF_LINK_CREATE: the link with one reference and no id, or ERR_PTR. */
struct kbpf_link *kbpf_kprobe_multi_link(const struct kbpf_link_create_attr *attr,
					 struct kbpf_prog *prog);
struct kbpf_link *kbpf_uprobe_multi_link(const struct kbpf_link_create_attr *attr,
					 struct kbpf_prog *prog);

#endif /* KBPF_HOST_MULTI_H */
