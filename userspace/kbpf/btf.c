// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf btf: the types of a kernel that does not tell them itself.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "btf.h"
#include "cli.h"
#include "engine.h"
#include "libkbpf.h"

void btf_boot_path(char *path, unsigned long size)
{
	struct utsname name;

	uname(&name);
	snprintf(path, size, "/boot/vmlinux-%s", name.release);
}

/* The first of these places that is there; @release may stand in the middle of its name. */
static bool find_place(const char *const *places, char *path, size_t size)
{
	struct utsname name;

	uname(&name);
	for (; *places; places++) {
		snprintf(path, size, *places, name.release);
		if (!access(path, R_OK))
			return true;
	}
	return false;
}

static void tell(const char *what, struct btf *btf)
{
	__u32 i, n = btf__type_cnt(btf), size, points = 0, functions = 0;
	const struct btf_type *type;

	for (i = 1; i < n; i++) {
		type = btf__type_by_id(btf, i);
		functions += btf_is_func(type);
		points += btf_is_typedef(type) &&
			  !strncmp(btf__name_by_offset(btf, type->name_off), "btf_trace_", 10);
	}
	btf__raw_data(btf, &size);
	printf("%s: %u types, %u functions, %u tracepoints, %u bytes\n", what, n - 1, functions, points, size);
}

static int write_blob(const char *path, const struct btf *btf)
{
	__u32 size;
	const void *data = btf__raw_data(btf, &size);
	FILE *file = fopen(path, "w");
	bool ok;

	if (!file)
		return cli_error("%s: %s", path, strerror(errno));
	ok = data && fwrite(data, 1, size, file) == size;
	if (fclose(file) || !ok)
		return cli_error("%s: %s", path, strerror(errno));
	return CLI_OK;
}

/* The module's own judgement, before it is asked. */
static int try_out(const struct btf *btf)
{
	char log[512] = "";
	struct kbpf_btf_load_attr attr = {
		.btf_log_buf = (unsigned long)log, .btf_log_size = sizeof(log), .btf_log_level = KBPF_LOG_LEVEL1,
	};
	long fd;

	attr.btf = (unsigned long)btf__raw_data(btf, &attr.btf_size);
	fd = kbpf_engine_cmd(KBPF_BTF_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		return cli_error("the module would not take what came out: %s", log[0] ? log : strerror((int)-fd));
	close((int)fd);
	return CLI_OK;
}

/* ---- generate ------------------------------------------------------------------ */

static int generate(int argc, char **argv)
{
	static const char *const kernels[] = {
		"/usr/lib/debug/boot/vmlinux-%s", "/usr/lib/debug/lib/modules/%s/vmlinux",
		"/lib/modules/%s/build/vmlinux", "/lib/modules/%s/vmlinux", NULL,
	};
	static const char *const headers[] = { "/lib/modules/%s/build", NULL };
	const char *vmlinux = NULL, *dir = NULL, *out = "vmlinux.btf";
	char path[PATH_MAX];
	struct btf *btf;
	int i, err;

	for (i = 0; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--vmlinux"))
			vmlinux = argv[i + 1];
		else if (!strcmp(argv[i], "--headers"))
			dir = argv[i + 1];
		else if (!strcmp(argv[i], "-o"))
			out = argv[i + 1];
		else
			break;
	}
	if (i < argc)
		return cli_usage(&cli_btf, "what is '%s'?", argv[i]);
	if (vmlinux && dir)
		return cli_usage(&cli_btf, "--vmlinux or --headers?");
	if (!vmlinux && !dir && find_place(kernels, path, sizeof(path)))
		vmlinux = path;
	else if (!vmlinux && !dir && find_place(headers, path, sizeof(path)))
		dir = path;
	if (!vmlinux && !dir)
		return cli_error("this kernel has neither a vmlinux with debugging information nor headers here: --vmlinux FILE or --headers DIR");
	btf = vmlinux ? btf_from_dwarf(vmlinux) : btf_from_headers(dir);
	if (!btf)
		return CLI_FAILED;
	err = btf_augment(btf);
	if (err)
		err = cli_error("%s: %s", out, strerror(-err));
	else
		err = try_out(btf);
	if (!err)
		err = write_blob(out, btf);
	if (!err)
		tell(out, btf);
	btf__free(btf);
	return err;
}

/* ---- install ------------------------------------------------------------------- */

/* Is it a blob, rather than a kernel that happens to be there? */
static bool is_blob(const char *path)
{
	struct btf *btf = btf__parse_raw(path);

	if (libbpf_get_error(btf))
		return false;
	btf__free(btf);
	return true;
}

int btf_hand_over(int dev, int quiet)
{
	struct kbpf_btf_load_attr attr = { .btf_flags = KBPF_BTF_F_KERNEL };
	char path[PATH_MAX];
	struct btf *btf;
	int fd;

	btf_boot_path(path, sizeof(path));
	btf = btf__parse_raw(path);
	if (libbpf_get_error(btf)) {
		if (!quiet)
			cli_error("%s: is not BTF", path);
		return -ENOENT;
	}
	attr.btf = (unsigned long)btf__raw_data(btf, &attr.btf_size);
	fd = kbpf_btf_load(dev, &attr, sizeof(attr));
	btf__free(btf);
	if (fd >= 0)
		close(fd);
	else if (fd != -EEXIST)
		cli_error("%s: the module does not take it: %s", path, strerror(-fd));
	else if (!quiet)
		cli_error("the module has other types of this kernel: they go with it (rmmod)");
	return fd < 0 ? fd : 0;
}

static int install(int argc, char **argv)
{
	const char *from = argc > 0 ? argv[0] : "vmlinux.btf";
	char path[PATH_MAX];
	struct btf *btf;
	int dev, err;

	if (argc > 1)
		return cli_usage(&cli_btf, "what is '%s'?", argv[1]);
	if (!access(BTF_OWN_PATH, F_OK))
		return cli_error("this kernel has types of its own, in " BTF_OWN_PATH);
	btf_boot_path(path, sizeof(path));
	if (!access(path, F_OK) && !is_blob(path))
		return cli_error("%s: there, and is not BTF: it is left alone", path);
	btf = btf__parse_raw(from);
	if (libbpf_get_error(btf))
		return cli_error("%s: %s", from, errno == ENOENT ? strerror(errno) : "is not BTF");
	mkdir("/boot", 0755);
	err = write_blob(path, btf);
	if (!err)
		tell(path, btf);
	btf__free(btf);
	if (err)
		return err;
	dev = cli_device();
	if (dev < 0)
		return CLI_FAILED;
	err = btf_hand_over(dev, 0);
	close(dev);
	return err ? CLI_FAILED : CLI_OK;
}

/* ---- what is in use ------------------------------------------------------------ */

/* The id of kernel types that the module was given, or 0. */
static __u32 given_id(int dev)
{
	struct kbpf_btf_info info;
	__u32 id = 0, len;
	int fd, err;

	while (!kbpf_btf_next_id(dev, id, &id)) {
		fd = kbpf_btf_fd_by_id(dev, id);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		len = sizeof(info);
		err = kbpf_object_info(dev, fd, &info, &len);
		close(fd);
		if (!err && info.kernel_btf)
			return id;
	}
	return 0;
}

static int show_file(const char *path)
{
	struct btf *btf = btf__parse_raw(path);

	if (libbpf_get_error(btf))
		return CLI_NO;
	tell(path, btf);
	btf__free(btf);
	return CLI_OK;
}

static int show(void)
{
	char path[PATH_MAX];
	bool own = !access(BTF_OWN_PATH, R_OK);
	int dev, ret;

	btf_boot_path(path, sizeof(path));
	ret = show_file(own ? BTF_OWN_PATH : path);
	if (ret)
		printf("%s: no types of this kernel: kbpf btf generate, then kbpf btf install\n", path);
	dev = own ? -1 : cli_device();
	if (dev >= 0) {
		printf("the module %s\n", given_id(dev) ? "has them too" :
		       "was not given them: kbpf run does that, or kbpf btf install");
		close(dev);
	}
	return ret;
}

static int run(int argc, char **argv)
{
	libbpf_set_print(NULL);
	if (argc < 2)
		return show();
	if (!strcmp(argv[1], "generate"))
		return generate(argc - 2, argv + 2);
	if (!strcmp(argv[1], "install"))
		return install(argc - 2, argv + 2);
	return cli_usage(&cli_btf, "generate or install?");
}

const struct cli_command cli_btf = {
	.name = "btf",
	.summary = "types of a kernel that does not tell them: make, install, show",
	.help =
"kbpf btf\n"
"kbpf btf generate [--vmlinux FILE | --headers DIR] [-o FILE]\n"
"kbpf btf install [FILE]\n"
"\n"
"Tools find the layout of the kernel's structures, and the places they attach to, in\n"
"the kernel's BTF. A kernel built without bpf(2) has none.\n"
"\n"
"Alone, says what types there are of the running kernel, and where.\n"
"\n"
"generate  makes them, into FILE (vmlinux.btf): out of the debugging information of\n"
"          a vmlinux, or else by compiling an object against the kernel's headers.\n"
"          Headers do not have what is private to the kernel's sources: tools that\n"
"          need such structures, or attach by fentry, want a vmlinux. The running\n"
"          kernel's are looked for where distributions put them. Needs pahole; for\n"
"          headers a compiler and make too. Any kernel's files will do.\n"
"install   puts them where libbpf looks, /boot/vmlinux-RELEASE, and hands them to\n"
"          the module; kbpf run hands them to a module that was inserted since\n"
"\n"
"Exit status: 0; 1 no types; 2 for anything else.\n",
	.run = run,
};
