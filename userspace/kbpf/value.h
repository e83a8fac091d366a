/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Printing keys and values by their BTF types.
 */
#ifndef KBPF_CLI_VALUE_H
#define KBPF_CLI_VALUE_H

#include <stddef.h>
#include <linux/types.h>

struct btf;
struct json;

/**
 * value_json() - print memory as JSON
 * @json: where to
 * @name: name of the member, or NULL
 * @btf: types, or NULL
 * @id: type of the memory; 0 or unknown: printed as a string of hexadecimal digits
 * @data: memory
 * @size: bytes
 */
void value_json(struct json *json, const char *name, const struct btf *btf, __u32 id,
		const void *data, size_t size);

/**
 * value_text() - print memory on stdout: as JSON, in one line
 * @btf: types, or NULL
 * @id: type of the memory; 0 or unknown: printed as hexadecimal bytes
 * @data: memory
 * @size: bytes
 */
void value_text(const struct btf *btf, __u32 id, const void *data, size_t size);

#endif /* KBPF_CLI_VALUE_H */
