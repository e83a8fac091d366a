// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Finding BPF object files in other files. Skeletons keep the object as a string
 * constant: an ELF header for the BPF machine, and section headers at its end.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedded.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

int embedded_open(struct embedded *e, const char *path)
{
	FILE *in = fopen(path, "re");
	struct stat st;
	int err = 0;

	memset(e, 0, sizeof(*e));
	if (!in)
		return -errno;
	if (fstat(fileno(in), &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else
		e->file = malloc((size_t)st.st_size + 1);
	if (!err && !e->file)
		err = -ENOMEM;
	if (!err) {
		e->file_size = fread(e->file, 1, (size_t)st.st_size, in);
		err = ferror(in) ? -EIO : 0;
	}
	fclose(in);
	if (err)
		embedded_close(e);
	return err;
}

/* Bytes of the object that begins here, 0 if none does. */
static size_t object_size(const char *at, size_t left)
{
	Elf64_Ehdr header;
	unsigned long long end;

	if (left < sizeof(header))
		return 0;
	memcpy(&header, at, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_machine != EM_BPF || header.e_type != ET_REL)
		return 0;
	end = header.e_shoff + (unsigned long long)header.e_shnum * header.e_shentsize;
	return header.e_shoff && header.e_shoff < left && end <= left ? (size_t)end : 0;
}

int embedded_next(struct embedded *e)
{
	const char *at;
	size_t size;

	free(e->object);
	e->object = NULL;
	while (e->next < e->file_size) {
		at = memmem(e->file + e->next, e->file_size - e->next, ELFMAG, SELFMAG);
		if (!at)
			return 0;
		e->next = (size_t)(at - e->file) + SELFMAG;
		size = object_size(at, e->file_size - (size_t)(at - e->file));
		if (!size)
			continue;
		/* what is behind a file's section headers is still the file */
		e->size = at == e->file ? e->file_size : size;
		e->next = (size_t)(at - e->file) + e->size;
		e->object = malloc(e->size);
		if (!e->object)
			return -ENOMEM;
		memcpy(e->object, at, e->size);
		return 1;
	}
	return 0;
}

void embedded_size_map(struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);

	/* libbpf counts CPUs for these */
	if (type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return;
	if (!bpf_map__max_entries(map))
		bpf_map__set_max_entries(map, type == BPF_MAP_TYPE_RINGBUF ? 4096 : 1);
	if (type == BPF_MAP_TYPE_STACK_TRACE && !bpf_map__value_size(map))
		bpf_map__set_value_size(map, 127 * sizeof(__u64));
}

void embedded_close(struct embedded *e)
{
	free(e->file);
	free(e->object);
	memset(e, 0, sizeof(*e));
}
