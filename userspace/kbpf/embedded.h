/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* BPF object files, by themselves or inside the programs that load them. */
#ifndef KBPF_CLI_EMBEDDED_H
#define KBPF_CLI_EMBEDDED_H

#include <bpf/libbpf.h>
#include <stddef.h>

/**
 * struct embedded - a file and the object that was found in it last
 * @file: the whole file
 * @file_size: bytes at @file
 * @object: the object: a copy
 * @size: bytes at @object
 * @next: offset in the file where the search goes on
 */
struct embedded {
	char *file;
	size_t file_size;
	char *object;
	size_t size;
	size_t next;
};

/* Reads the file: 0 or -errno. */
int embedded_open(struct embedded *e, const char *path);

/**
 * embedded_next() - the next BPF object in the file
 * @e: the file
 *
 * An object file is one; a program built with a libbpf skeleton has them among its data.
 *
 * Return: 1 found, 0 no more, -ENOMEM.
 */
int embedded_next(struct embedded *e);
/* A map whose size the program that loads it would set gets some size. */
void embedded_size_map(struct bpf_map *map);
void embedded_close(struct embedded *e);

#endif /* KBPF_CLI_EMBEDDED_H */
