/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Random classic programs, most of them legal, and tcpdump's expressions.
 */
#ifndef CLASSIC_GENERATE_H
#define CLASSIC_GENERATE_H

#include <linux/filter.h>
#include <stdbool.h>

#include "packets.h"

#define CLASSIC_S(c, k)		((struct sock_filter) { (c), 0, 0, (k) })
#define CLASSIC_J(c, k, t, f)	((struct sock_filter) { (c), (t), (f), (k) })

/* A program of 2 to @max instructions into @filter; returns its length. */
uint32_t generate_program(struct rng *r, struct sock_filter *filter, uint32_t max);

/* Words: opcodes that may not exist, jumps that may lead anywhere. */
uint32_t generate_words(struct rng *r, struct sock_filter *filter, uint32_t max);

/**
 * for_each_expression() - compile tcpdump's expressions
 * @fn: called with each, and its program
 * @arg: for @fn
 *
 * Return: how many there are, or -1 where one does not compile.
 */
int for_each_expression(void (*fn)(const char *text, const struct sock_filter *filter,
				   uint32_t len, void *arg), void *arg);

#endif /* CLASSIC_GENERATE_H */
