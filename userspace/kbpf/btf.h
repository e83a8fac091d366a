/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Parts of kbpf btf: making a blob of kernel types, and handing it to the module. */
#ifndef KBPF_CLI_BTF_H
#define KBPF_CLI_BTF_H

struct btf;

/* Where a kernel built with BTF shows it. */
#define BTF_OWN_PATH	"/sys/kernel/btf/vmlinux"

/**
 * btf_from_dwarf() - types of a kernel or object with debugging information, by pahole
 * @file: ELF file with DWARF
 *
 * Return: BTF to be freed by btf__free(), or NULL after a message.
 */
struct btf *btf_from_dwarf(const char *file);

/**
 * btf_from_headers() - types of a kernel by its headers
 * @dir: what modules for it are built against
 *
 * Return: BTF to be freed by btf__free(), or NULL after a message.
 */
struct btf *btf_from_headers(const char *dir);

/**
 * btf_augment() - add what programs look for and a kernel without bpf(2) does not have
 * @btf: a kernel's types; grows
 *
 * Return: 0 or -errno.
 */
int btf_augment(struct btf *btf);

/**
 * btf_boot_path() - where libbpf looks for the running kernel's types next
 * @path: out
 * @size: bytes at @path
 */
void btf_boot_path(char *path, unsigned long size);

/**
 * btf_hand_over() - give the module the types of the running kernel, where it has none
 * @dev: the device
 * @quiet: no file to give, and one that was given before, are no reason to complain
 *
 * Return: 0 or -errno, after a message unless @quiet covers it.
 */
int btf_hand_over(int dev, int quiet);

#endif /* KBPF_CLI_BTF_H */
