/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A value with a bit of everything, for the program that has its types and the one that prints it. */
#ifndef KBPF_TESTS_SHAPES_H
#define KBPF_TESTS_SHAPES_H

enum color { RED = -1, GREEN, BLUE = 7 };

typedef unsigned short port_t;

struct inner {
	int x;
	port_t port;
};

struct shapes {
	char name[8];
	enum color color, unnamed, last;
	_Bool yes;
	signed char small;
	unsigned int low : 3;
	int high : 5;
	enum color bit : 4;
	struct inner pair[2];
	union {
		unsigned long long whole;
		unsigned int half[2];
	};
	const struct inner *next;
	int grid[2][2];
	char letters[3];
};

#endif /* KBPF_TESTS_SHAPES_H */
