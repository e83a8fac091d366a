// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * A program's machine code. LLVM disassembles: its licence suits this program's,
 * and whoever compiles BPF has it. It is large and nothing else needs it, so it
 * is looked for when asked for; the declarations are those of llvm-c/Disassembler.h,
 * which have not changed since LLVM 3.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "libkbpf.h"
#include "machine.h"

/**
 * struct machine - a program's machine code
 * @info: information, with pointers to the following
 * @code: the image
 * @lens: bytes of each function
 * @addrs: address of each function, zero where it is hidden
 */
struct machine {
	struct kbpf_prog_info info;
	unsigned char *code;
	__u32 *lens;
	__u64 *addrs;
};

/**
 * struct disasm - the disassembler
 * @lib: the library
 * @ctx: its handle
 * @decode: text of one instruction; bytes it has, or 0
 */
struct disasm {
	void *lib;
	void *ctx;
	size_t (*decode)(void *ctx, unsigned char *bytes, __u64 len, __u64 pc, char *text,
			 size_t size);
};

static const char *const libraries[] = {
	"libLLVM.so.20.1", "libLLVM.so.19.1", "libLLVM.so.18.1", "libLLVM-17.so.1",
	"libLLVM-16.so.1", "libLLVM-15.so.1", "libLLVM-14.so.1",
};

static void *symbol(const struct disasm *d, const char *name)
{
	return d->lib ? dlsym(d->lib, name) : NULL;
}

static void disasm_open(struct disasm *d)
{
	static const char *const inits[] = {
		"LLVMInitializeX86TargetInfo", "LLVMInitializeX86TargetMC",
		"LLVMInitializeX86Disassembler",
	};
	void *(*create)(const char *triple, void *arg, int tag, void *op_info, void *lookup);
	size_t i;

	memset(d, 0, sizeof(*d));
	for (i = 0; !d->lib && i < sizeof(libraries) / sizeof(libraries[0]); i++)
		d->lib = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
	for (i = 0; i < sizeof(inits) / sizeof(inits[0]); i++) {
		void (*init)(void);

		*(void **)&init = symbol(d, inits[i]);
		if (!init)
			return;
		init();
	}
	create = (void *(*)(const char *, void *, int, void *, void *))symbol(d, "LLVMCreateDisasm");
	d->decode = (size_t (*)(void *, unsigned char *, __u64, __u64, char *, size_t))
		symbol(d, "LLVMDisasmInstruction");
	if (create && d->decode)
		d->ctx = create("x86_64-linux-gnu", NULL, 0, NULL, NULL);
}

/* One instruction's text and length; a byte where there is no telling. */
static size_t disasm_one(const struct disasm *d, unsigned char *code, __u32 len, __u64 pc,
			 char *text, size_t size)
{
	size_t n = d->ctx ? d->decode(d->ctx, code, len, pc, text, size) : 0;
	char *c;

	if (!n) {
		snprintf(text, size, ".byte 0x%02x", *code);
		return 1;
	}
	for (c = text; *c; c++)
		if (*c == '\t')
			*c = ' ';
	memmove(text, text + strspn(text, " "), strlen(text + strspn(text, " ")) + 1);
	return n;
}

static void print_insn(struct json *json, __u32 off, const unsigned char *bytes, size_t n,
		       const char *text)
{
	if (!json) {
		printf("%6x:  %s\n", off, text);
		return;
	}
	json_object(json, NULL);
	json_uint(json, "offset", off);
	json_hex(json, "bytes", bytes, n);
	json_string(json, "text", text);
	json_object_end(json);
}

static void print_part(const struct disasm *d, const struct machine *m, __u32 from, __u32 to,
		       struct json *json)
{
	char text[160];

	while (from < to) {
		size_t n = disasm_one(d, m->code + from, to - from, from, text, sizeof(text));

		print_insn(json, from, m->code + from, n, text);
		from += (__u32)n;
	}
}

static void begin_part(struct json *json, const char *name, __u64 addr, __u32 len)
{
	if (json) {
		json_object(json, NULL);
		json_string(json, "name", name);
		json_uint(json, "address", addr);
		json_uint(json, "len", len);
		json_array(json, "insns");
	} else if (addr) {
		printf("%s, %u bytes at 0x%llx:\n", name, len, (unsigned long long)addr);
	} else {
		printf("%s, %u bytes:\n", name, len);
	}
}

static void end_part(struct json *json)
{
	if (!json)
		return;
	json_array_end(json);
	json_object_end(json);
}

/* The head, which others enter, and the functions, one after the other to the end. */
static void print(const struct machine *m, const struct disasm *d, struct json *json)
{
	__u32 i, at = m->info.jited_prog_len;
	char name[32];

	for (i = 0; i < m->info.nr_jited_func_lens; i++)
		at -= m->lens[i] < at ? m->lens[i] : at;
	if (json)
		json_array(json, NULL);
	if (at) {
		begin_part(json, "entries", 0, at);
		print_part(d, m, 0, at, json);
		end_part(json);
	}
	for (i = 0; i < m->info.nr_jited_func_lens; i++) {
		snprintf(name, sizeof(name), "function %u", i);
		begin_part(json, name, m->addrs[i], m->lens[i]);
		print_part(d, m, at, at + m->lens[i], json);
		end_part(json);
		at += m->lens[i];
	}
	if (json)
		json_array_end(json);
}

static int fetch(int dev, int fd, struct machine *m)
{
	struct kbpf_prog_info *info = &m->info;
	__u32 len = sizeof(*info), n;
	int err = kbpf_object_info(dev, fd, info, &len);

	if (err)
		return err;
	n = info->nr_jited_func_lens;
	m->code = malloc(info->jited_prog_len + 1);
	m->lens = calloc(n + 1, sizeof(*m->lens));
	m->addrs = calloc(n + 1, sizeof(*m->addrs));
	if (!m->code || !m->lens || !m->addrs)
		return -ENOMEM;
	len = info->jited_prog_len;
	memset(info, 0, sizeof(*info));
	info->jited_prog_len = len;
	info->jited_prog_insns = (unsigned long)m->code;
	info->nr_jited_func_lens = n;
	info->jited_func_lens = (unsigned long)m->lens;
	info->nr_jited_ksyms = n;
	info->jited_ksyms = (unsigned long)m->addrs;
	len = sizeof(*info);
	return kbpf_object_info(dev, fd, info, &len);
}

int machine_dump(int dev, int fd, struct json *json)
{
	struct machine m = { .code = NULL };
	int err = fetch(dev, fd, &m), ret = CLI_OK;
	struct disasm d;

	if (err) {
		ret = cli_error("the program's machine code: %s", strerror(-err));
	} else if (!m.info.jited_prog_len) {
		ret = cli_error("the program is interpreted: it has no machine code");
	} else if (!m.info.jited_prog_insns) {
		ret = cli_error("the program's machine code: the module does not show it");
	} else {
		disasm_open(&d);
		if (!d.ctx && !json)
			fprintf(stderr, "kbpf: no LLVM library here: bytes, not instructions\n");
		print(&m, &d, json);
	}
	free(m.code);
	free(m.lens);
	free(m.addrs);
	return ret;
}
