// SPDX-License-Identifier: GPL-2.0
/*
 * Names of kernel addresses. No exported function looks a name up or lists
 * symbols; sprint_symbol() names an address and says where its symbol begins and
 * ends, which is enough to walk from one symbol to the next in both directions.
 * One such walk finds the names that occur more than once; the kernel's own text
 * does not change, so that its result is kept: hashes only, sorted.
 */
#include <linux/err.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "symbol.h"

#define MAX_SYMBOLS	(1U << 20)

/**
 * struct name_set - hashes of names
 * @hashes: kvmalloc-ed
 * @len: how many
 * @cap: room for
 */
struct name_set {
	u64 *hashes;
	u32 len;
	u32 cap;
};

static DEFINE_MUTEX(walk_lock);
static struct name_set ambiguous;	/* valid once walked; under walk_lock */
static bool walked;
static char text[KSYM_SYMBOL_LEN + 64];	/* under walk_lock */

static u64 hash_name(const char *name)
{
	u32 len = strlen(name);

	return (u64)jhash(name, len, 0) << 32 | jhash(name, len, 1);
}

/* Takes "name+0xoff/0xsize [module]" in @text apart. */
static bool parse_text(unsigned long addr, struct kbpf_symbol *sym)
{
	char *plus = strrchr(text, '+'), *slash, *bracket;
	unsigned long off;

	bracket = strstr(text, " [");
	if (!plus || (bracket && bracket < plus))
		return false;
	slash = strchr(plus, '/');
	if (!slash)
		return false;
	sym->module[0] = '\0';
	if (bracket) {
		*bracket = '\0';
		strscpy(sym->module, bracket + 2, sizeof(sym->module));
		sym->module[strcspn(sym->module, " ]")] = '\0';
	}
	*slash = '\0';
	if (kstrtoul(plus + 1, 16, &off) || kstrtoul(slash + 1, 16, &sym->size))
		return false;
	*plus = '\0';
	strscpy(sym->name, text, sizeof(sym->name));
	sym->start = addr - off;
	return true;
}

static bool locked_symbol_at(unsigned long addr, struct kbpf_symbol *sym)
{
	sprint_symbol(text, addr);
	return parse_text(addr, sym);
}

bool kbpf_symbol_at(unsigned long addr, struct kbpf_symbol *sym)
{
	bool found;

	mutex_lock(&walk_lock);
	found = locked_symbol_at(addr, sym);
	mutex_unlock(&walk_lock);
	return found;
}

static int add_hash(struct name_set *set, u64 hash)
{
	u32 cap = set->cap ? set->cap * 2 : 1U << 15;
	u64 *hashes;

	if (set->len < set->cap) {
		set->hashes[set->len++] = hash;
		return 0;
	}
	if (cap > MAX_SYMBOLS)
		return -E2BIG;
	hashes = kvmalloc_array(cap, sizeof(*hashes), GFP_KERNEL);
	if (!hashes)
		return -ENOMEM;
	if (set->len)
		memcpy(hashes, set->hashes, set->len * sizeof(*hashes));
	kvfree(set->hashes);
	set->hashes = hashes;
	set->cap = cap;
	set->hashes[set->len++] = hash;
	return 0;
}

/* From the symbol at @addr on, upwards or downwards, as long as there are symbols. */
static int walk(struct name_set *set, struct kbpf_symbol *sym, unsigned long addr, bool up)
{
	int err = 0;

	while (!err && locked_symbol_at(addr, sym) && !sym->module[0]) {
		err = add_hash(set, hash_name(sym->name));
		addr = up ? sym->start + max(sym->size, 1UL) : sym->start - 1;
		if (!(set->len % 256))
			cond_resched();
	}
	return err;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Leaves one hash of each that stands there more than once. */
static void keep_repeated(struct name_set *set)
{
	u32 i, out = 0;

	sort(set->hashes, set->len, sizeof(*set->hashes), compare, NULL);
	for (i = 1; i < set->len; i++)
		if (set->hashes[i] == set->hashes[i - 1] &&
		    (!out || set->hashes[out - 1] != set->hashes[i]))
			set->hashes[out++] = set->hashes[i];
	set->len = out;
}

static int walk_all(unsigned long addr)
{
	struct kbpf_symbol *sym = kmalloc(sizeof(*sym), GFP_KERNEL);
	struct name_set set = {};
	int err = -ENOMEM;

	if (!sym)
		return err;
	if (locked_symbol_at(addr, sym)) {
		err = walk(&set, sym, sym->start - 1, false);
		if (!err)
			err = walk(&set, sym, addr, true);
	}
	kfree(sym);
	if (err) {
		kvfree(set.hashes);
		return err;
	}
	keep_repeated(&set);
	ambiguous.hashes = kvmalloc_array(max(set.len, 1U), sizeof(u64), GFP_KERNEL);
	if (ambiguous.hashes) {
		memcpy(ambiguous.hashes, set.hashes, set.len * sizeof(u64));
		ambiguous.len = set.len;
		walked = true;
	}
	kvfree(set.hashes);
	return walked ? 0 : -ENOMEM;
}

static bool contains(const struct name_set *set, u64 hash)
{
	u32 lo = 0, hi = set->len;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (set->hashes[mid] == hash)
			return true;
		if (set->hashes[mid] < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

int kbpf_symbol_is_ambiguous(const char *name, unsigned long addr)
{
	int ret = 0;

	mutex_lock(&walk_lock);
	if (!walked)
		ret = walk_all(addr);
	if (!ret)
		ret = contains(&ambiguous, hash_name(name));
	mutex_unlock(&walk_lock);
	return ret;
}

u64 kbpf_symbol_entry(const struct kprobe *kp)
{
	const u32 endbr = 0xfa1e0ff3;
	unsigned long addr = (unsigned long)kp->addr;
	u32 before;

	if (!(kp->flags & KPROBE_FLAG_ON_FUNC_ENTRY))
		return 0;
	if (IS_ENABLED(CONFIG_X86_KERNEL_IBT) &&
	    !copy_from_kernel_nofault(&before, (void *)(addr - sizeof(before)), sizeof(before)) &&
	    before == endbr)
		return addr - sizeof(before);
	return addr;
}

unsigned long kbpf_symbol_trace_call(const char *name)
{
	struct kprobe kp = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	unsigned long addr;

	if (register_kprobe(&kp))
		return 0;
	addr = kprobe_ftrace(&kp) ? (unsigned long)kp.addr : 0;
	unregister_kprobe(&kp);
	return addr;
}

const char *kbpf_symbol_how(const struct kprobe *kp)
{
	const u8 jmp = 0xe9;
	u8 now;

	if (kp->flags & KPROBE_FLAG_FTRACE)
		return "ftrace";
	/* A jump that was not there before: to what the kernel prepared instead of a trap. */
	if (!copy_from_kernel_nofault(&now, kp->addr, sizeof(now)) && now == jmp &&
	    kp->opcode != jmp)
		return "optimised";
	return "int3";
}

static int find_many(struct kprobe *kps, struct kprobe **ptrs, char **names, u32 nr,
		     unsigned long *addrs)
{
	u32 i;
	int err;

	for (i = 0; i < nr; i++) {
		kps[i].symbol_name = names[i];
		kps[i].flags = KPROBE_FLAG_DISABLED;
		ptrs[i] = &kps[i];
	}
	err = register_kprobes(ptrs, nr);
	if (err)
		return err;
	for (i = 0; i < nr; i++)
		addrs[i] = kbpf_symbol_entry(&kps[i]);
	unregister_kprobes(ptrs, nr);
	return 0;
}

int kbpf_symbol_find_many(char **names, u32 nr, unsigned long *addrs)
{
	struct kprobe *kps = kvcalloc(nr, sizeof(*kps), GFP_KERNEL);
	struct kprobe **ptrs = kvcalloc(nr, sizeof(*ptrs), GFP_KERNEL);
	int err = -ENOMEM;

	if (kps && ptrs)
		err = find_many(kps, ptrs, names, nr, addrs);
	kvfree(ptrs);
	kvfree(kps);
	return err;
}

void kbpf_symbol_exit(void)
{
	kvfree(ambiguous.hashes);
}
