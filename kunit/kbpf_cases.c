// SPDX-License-Identifier: GPL-2.0
/*
 * The public conformance suite's cases below the verifier: interpreted, compiled
 * with and without passes, and hardened.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "interp/interp.h"
#include "jit/jit.h"
#include "kbpf_cases.h"
#include "kbpf_raw_prog.h"

/**
 * struct one_case - a case
 * @name: its name
 * @mem: memory that it starts with
 * @mem_len: bytes of it
 * @insns: instructions
 * @len: how many
 * @refused: executors refuse it
 * @expect: else what is in r0
 */
struct one_case {
	const char *name;
	u8 *mem;
	u32 mem_len;
	struct kbpf_insn *insns;
	u32 len;
	bool refused;
	u64 expect;
};

static const struct mode {
	const char *name;
	bool compile;
	u32 passes;
	bool harden;
} modes[] = {
	{ "interpreter", false },
	{ "JIT", true, KBPF_JIT_PASS_ALL, false },
	{ "JIT without passes", true, 0, false },
	{ "JIT, hardened", true, KBPF_JIT_PASS_ALL, true },
};

static void *unhex(const char *hex, u32 *len)
{
	u8 *bytes;

	*len = *hex == '-' ? 0 : strlen(hex) / 2;
	bytes = kmalloc(*len + 1, GFP_KERNEL);
	if (bytes && hex2bin(bytes, hex, *len)) {
		kfree(bytes);
		return NULL;
	}
	return bytes;
}

static int prepare(struct kbpf_prog *prog, const struct mode *mode)
{
	int err = kbpf_interp_prepare(prog);

	if (err || !mode->compile)
		return err;
	kbpf_jit_options.passes = mode->passes;
	kbpf_jit_options.harden = mode->harden;
	return kbpf_jit_prepare(prog);
}

static int run(const struct one_case *c, const struct mode *mode, u64 *r0)
{
	struct kbpf_prog *prog = kbpf_raw_prog_create(c->insns, c->len);
	u8 *mem;
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	mem = c->mem_len ? kmemdup(c->mem, c->mem_len, GFP_KERNEL) : NULL;
	err = prepare(prog, mode);
	if (!err) {
		migrate_disable();
		*r0 = kbpf_raw_prog_run(prog, mem, c->mem_len);
		migrate_enable();
	}
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
	kfree(mem);
	return err;
}

static bool passes(const struct one_case *c)
{
	bool ok = true;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		u64 r0 = 0;
		int err = run(c, &modes[i], &r0);

		if (c->refused ? err == -EINVAL : !err && r0 == c->expect)
			continue;
		pr_err("kbpf_oracle: %s, %s: %d, r0 = 0x%llx, expected 0x%llx\n", c->name,
		       modes[i].name, err, r0, c->expect);
		ok = false;
	}
	return ok;
}

static int parse(char *line, struct one_case *c)
{
	char *mem, *insns;

	c->name = strsep(&line, " ");
	mem = strsep(&line, " ");
	insns = strsep(&line, " ");
	if (!mem || !insns || !line)
		return -EINVAL;
	c->mem = unhex(mem, &c->mem_len);
	c->insns = unhex(insns, &c->len);
	c->len /= sizeof(*c->insns);
	c->refused = !strcmp(line, "refused");
	if (!c->mem || !c->insns || (!c->refused && kstrtou64(line, 10, &c->expect)))
		return -EINVAL;
	return 0;
}

static int run_lines(char *text)
{
	int n = 0, err = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct one_case c = {};

		if (!*line)
			continue;
		if (parse(line, &c)) {
			pr_err("kbpf_oracle: case %d cannot be read\n", n + 1);
			err = -EINVAL;
		} else if (!passes(&c)) {
			err = -EILSEQ;
		}
		kfree(c.mem);
		kfree(c.insns);
		n++;
		cond_resched();
	}
	return err ?: n;
}

/* What the file has, with a zero behind it; vfree() it. ERR_PTR. */
static char *read_text(const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	ssize_t len, got = -ENOMEM;
	loff_t pos = 0;
	char *text;

	if (IS_ERR(file))
		return ERR_CAST(file);
	len = i_size_read(file_inode(file));
	text = vzalloc(len + 1);
	if (text)
		got = kernel_read(file, text, len, &pos);
	filp_close(file, NULL);
	if (got == len)
		return text;
	vfree(text);
	return ERR_PTR(got < 0 ? got : -EIO);
}

int kbpf_cases_run(const char *path)
{
	struct kbpf_jit_options were = kbpf_jit_options;
	char *text = read_text(path);
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	kbpf_jit_options.enabled = true;
	ret = run_lines(text);
	kbpf_jit_options = were;
	vfree(text);
	return ret;
}
