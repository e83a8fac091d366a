// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel probes: kprobe and kretprobe at a symbol, symbol plus offset, or
 * address. The kernel's kprobe is registered when the probe is opened, so that
 * every reason to refuse shows then, but stays disarmed until a program is
 * attached. Programs see the pt_regs of the probed function.
 */
#include <linux/kprobes.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "probe.h"
#include "symbol.h"
#include "why.h"

/*
 * Return instances: a function that sleeps holds one per task inside it, and
 * tools probe functions such as read and mutex_lock. A miss is counted, but better
 * are none; an instance is some hundred bytes.
 */
#define RETURN_INSTANCES	1024

/**
 * struct kernel_probe - a kprobe or kretprobe
 * @probe: common part
 * @is_return: a kretprobe; @rp is registered, else only its @kp
 * @func_ip: what get_func_ip returns: the function that begins here, or 0
 * @rp: the kernel's structure
 * @symbol: name that was asked for; empty for an address
 * @offset: from it
 */
struct kernel_probe {
	struct kbpf_probe probe;
	bool is_return;
	u64 func_ip;
	struct kretprobe rp;
	char symbol[KSYM_NAME_LEN];
	unsigned long offset;
};

static struct kernel_probe *to_kernel_probe(const struct kbpf_probe *probe)
{
	return container_of(probe, struct kernel_probe, probe);
}

static u64 missed(const struct kbpf_probe *probe)
{
	const struct kernel_probe *p = to_kernel_probe(probe);

	return READ_ONCE(p->rp.kp.nmissed) + (p->is_return ? READ_ONCE(p->rp.nmissed) : 0);
}

static int on_entry(struct kprobe *kp, struct pt_regs *regs)
{
	struct kernel_probe *p = container_of(kp, struct kernel_probe, rp.kp);

	if (unlikely(missed(&p->probe) != kbpf_probe_missed(&p->probe)))
		kbpf_probe_charge(&p->probe);
	kbpf_probe_run(&p->probe, regs, p->func_ip, instruction_pointer(regs), regs);
	return 0;
}
NOKPROBE_SYMBOL(on_entry);

static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(ri);
	struct kernel_probe *p;

	/* Gone: the function was entered before the probe was taken away. */
	if (!rp)
		return 0;
	p = container_of(rp, struct kernel_probe, rp);
	if (unlikely(missed(&p->probe) != kbpf_probe_missed(&p->probe)))
		kbpf_probe_charge(&p->probe);
	kbpf_probe_run(&p->probe, regs, p->func_ip, instruction_pointer(regs), NULL);
	return 0;
}
NOKPROBE_SYMBOL(on_return);

static int arm(struct kbpf_probe *probe)
{
	return enable_kprobe(&to_kernel_probe(probe)->rp.kp);
}

static void disarm(struct kbpf_probe *probe)
{
	disable_kprobe(&to_kernel_probe(probe)->rp.kp);
}

static void unregister(struct kernel_probe *p)
{
	if (p->is_return)
		unregister_kretprobe(&p->rp);
	else
		unregister_kprobe(&p->rp.kp);
}

static void free_kernel_probe(struct kbpf_probe *probe)
{
	struct kernel_probe *p = to_kernel_probe(probe);

	unregister(p);
	kfree(p);
}

static int fill_info(const struct kbpf_probe *probe, struct kbpf_link_info *info,
		     u64 cookie, u64 missed_here)
{
	const struct kernel_probe *p = to_kernel_probe(probe);
	unsigned long addr = (unsigned long)p->rp.kp.addr;
	struct kbpf_symbol *sym;
	int err;

	info->perf_event.kprobe.addr = kbpf_world_show_addresses() ? addr : 0;
	info->perf_event.kprobe.missed = missed_here;
	info->perf_event.kprobe.cookie = cookie;
	info->perf_event.kprobe.offset = p->offset;
	if (p->symbol[0])
		return kbpf_cmd_copy_str(info->perf_event.kprobe.func_name,
					 &info->perf_event.kprobe.name_len, p->symbol);
	sym = kzalloc(sizeof(*sym), GFP_KERNEL);
	if (!sym)
		return -ENOMEM;
	if (kbpf_symbol_at(addr, sym))
		info->perf_event.kprobe.offset = addr - sym->start;
	err = kbpf_cmd_copy_str(info->perf_event.kprobe.func_name,
				&info->perf_event.kprobe.name_len, sym->name);
	kfree(sym);
	return err;
}

static const char *how(const struct kbpf_probe *probe)
{
	return kbpf_symbol_how(&to_kernel_probe(probe)->rp.kp);
}

static const struct kbpf_probe_ops kernel_probe_ops = {
	.prog_type = KBPF_PROG_TYPE_KPROBE,
	.arm = arm,
	.disarm = disarm,
	.free = free_kernel_probe,
	.missed = missed,
	.fill_info = fill_info,
	.how = how,
};

/* ---- opening ------------------------------------------------------------- */

static int read_place(struct kernel_probe *p, const struct perf_event_attr *attr,
		      struct kbpf_why *why)
{
	long len;

	if (attr->config & ~1ULL)
		return kbpf_why(why, -EINVAL, "config %#llx: only bit 0 has a meaning",
				attr->config);
	p->is_return = attr->config & 1;
	if (attr->kprobe_func) {
		len = strncpy_from_user(p->symbol, u64_to_user_ptr(attr->kprobe_func),
					sizeof(p->symbol));
		if (len < 0)
			return kbpf_why(why, len, "the symbol's name cannot be read");
		if (len == sizeof(p->symbol))
			return kbpf_why(why, -E2BIG, "the symbol's name is too long");
	}
	if (p->symbol[0]) {
		p->rp.kp.symbol_name = p->symbol;
		p->rp.kp.offset = attr->probe_offset;
		p->offset = attr->probe_offset;
		if (p->rp.kp.offset != attr->probe_offset)
			return kbpf_why(why, -EINVAL, "offset %#llx", attr->probe_offset);
	} else if (attr->kprobe_addr) {
		p->rp.kp.addr = (kprobe_opcode_t *)(unsigned long)attr->kprobe_addr;
	} else {
		return kbpf_why(why, -EINVAL, "neither symbol nor address");
	}
	return 0;
}

static int register_probe(struct kernel_probe *p)
{
	p->rp.kp.flags = KPROBE_FLAG_DISABLED;
	if (!p->is_return) {
		p->rp.kp.pre_handler = on_entry;
		return register_kprobe(&p->rp.kp);
	}
	p->rp.handler = on_return;
	p->rp.maxactive = RETURN_INSTANCES;
	return register_kretprobe(&p->rp);
}

/* Says what an error of register_kprobe() means for this place. */
static int explain(const struct kernel_probe *p, int err, struct kbpf_why *why)
{
	const char *name = p->symbol[0] ? p->symbol : "that address";

	switch (err) {
	case -ENOENT:
		if (!p->symbol[0])
			return kbpf_why(why, err, "no kernel code at that address");
		return kbpf_why(why, err, "no kernel function %s", name);
	case -EILSEQ:
		return kbpf_why(why, err, "%s+%#lx is not the beginning of an instruction",
				name, p->offset);
	case -EINVAL:
		if (p->is_return && p->offset)
			return kbpf_why(why, err, "a return probe belongs at the beginning of %s",
					name);
		return kbpf_why(why, err, "%s+%#lx cannot be probed: blacklisted, patched by the kernel itself, or no code",
				name, p->offset);
	default:
		return kbpf_why(why, err, "registering a probe at %s+%#lx: error %d", name,
				p->offset, err);
	}
}

static int check_ambiguous(const struct kernel_probe *p, struct kbpf_why *why)
{
	unsigned long addr = (unsigned long)p->rp.kp.addr;
	struct kbpf_symbol *sym;
	int ret = 0;

	/* "module:function" says which; so does an address. */
	if (!p->symbol[0] || strchr(p->symbol, ':'))
		return 0;
	sym = kmalloc(sizeof(*sym), GFP_KERNEL);
	if (!sym)
		return -ENOMEM;
	if (kbpf_symbol_at(addr, sym) && !sym->module[0])
		ret = kbpf_symbol_is_ambiguous(p->symbol, addr);
	kfree(sym);
	if (ret > 0)
		return kbpf_why(why, -EADDRNOTAVAIL, "the kernel has several functions %s: probe the one meant by its address",
				p->symbol);
	return ret;
}

static int set_up(struct kernel_probe *p, const struct perf_event_attr *attr,
		  struct kbpf_why *why)
{
	int err = read_place(p, attr, why);

	if (err)
		return err;
	err = register_probe(p);
	if (err)
		return explain(p, err, why);
	err = check_ambiguous(p, why);
	if (err) {
		unregister(p);
		return err;
	}
	p->func_ip = kbpf_symbol_entry(&p->rp.kp);
	kbpf_probe_init(&p->probe, &kernel_probe_ops,
			p->is_return ? KBPF_PERF_EVENT_KRETPROBE : KBPF_PERF_EVENT_KPROBE);
	return 0;
}

struct kbpf_object *kbpf_kprobe_create(const struct perf_event_attr *attr,
				       struct kbpf_why *why)
{
	struct kernel_probe *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	int err;

	if (!p)
		return ERR_PTR(-ENOMEM);
	err = set_up(p, attr, why);
	if (err) {
		kfree(p);
		return ERR_PTR(err);
	}
	return &p->probe.obj;
}
