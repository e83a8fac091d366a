// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf version: of this program, and of the module if it is there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "libkbpf.h"

#ifndef KBPF_VERSION_TEXT
#define KBPF_VERSION_TEXT "unknown"
#endif

static const struct {
	__u32 bit;
	const char *name;
} features[] = {
	{ KBPF_FEATURE_JIT, "jit" },
	{ KBPF_FEATURE_KPROBE, "kprobe" },
};

#define NR_FEATURES (sizeof(features) / sizeof(features[0]))

static void print_text(int err, const struct kbpf_version_attr *module)
{
	size_t i;

	printf("kbpf    %s, ABI %d\n", KBPF_VERSION_TEXT, KBPF_ABI_VERSION);
	if (err) {
		printf("module  %s\n", err == -ENOENT ? "not loaded" : strerror(-err));
		return;
	}
	printf("module  %.32s, ABI %u, features:", module->version, module->abi);
	for (i = 0; i < NR_FEATURES; i++)
		if (module->features & features[i].bit)
			printf(" %s", features[i].name);
	printf("\n");
}

static void print_json(int err, const struct kbpf_version_attr *module)
{
	struct json json = { .out = stdout };
	char version[sizeof(module->version) + 1];
	size_t i;

	json_object(&json, NULL);
	json_string(&json, "version", KBPF_VERSION_TEXT);
	json_uint(&json, "abi", KBPF_ABI_VERSION);
	if (err) {
		json_null(&json, "module");
	} else {
		snprintf(version, sizeof(version), "%.32s", module->version);
		json_object(&json, "module");
		json_string(&json, "version", version);
		json_uint(&json, "abi", module->abi);
		json_array(&json, "features");
		for (i = 0; i < NR_FEATURES; i++)
			if (module->features & features[i].bit)
				json_string(&json, NULL, features[i].name);
		json_array_end(&json);
		json_object_end(&json);
	}
	json_object_end(&json);
	json_finish(&json);
}

static int run(int argc, char **argv)
{
	struct kbpf_version_attr module;
	int dev, err;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--json")))
		return cli_usage(&cli_version, "no option '%s'", argv[argc - 1]);
	dev = kbpf_device_open();
	err = dev < 0 ? dev : kbpf_version_get(dev, &module, sizeof(module));
	if (dev >= 0)
		close(dev);
	if (argc == 2)
		print_json(err, &module);
	else
		print_text(err, &module);
	return CLI_OK;
}

const struct cli_command cli_version = {
	.name = "version",
	.summary = "version of this program and of the module",
	.help =
"kbpf version [--json]\n"
"\n"
"Prints the version and ABI of this program, and the module's with what it can\n"
"do. Exit status 0, whether the module is loaded or not.\n",
	.run = run,
};
