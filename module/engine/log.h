/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bounded text log that the engine explains itself in. It owns the buffer
 * and nothing else: who reads it, and how it reaches a user, is the caller's.
 */
#ifndef KBPF_LOG_H
#define KBPF_LOG_H

#include "port.h"

#define KBPF_LOG_LINE	1024	/* longest text of one kbpf_log_write(), with its zero */

/**
 * struct kbpf_log - a bounded text buffer
 * @level: KBPF_LOG_* bits that the user asked for; 0 drops everything
 * @size: most bytes of text to keep, with the terminating zero
 * @buf: the text, a ring of @cap bytes starting at @head; NULL while empty
 * @cap: bytes at @buf, grown as text comes, at most @size
 * @head: where in @buf the oldest byte is; not 0 only in a full ring
 * @pos: bytes of text in @buf, at most @cap - 1
 * @total: bytes that the whole text would have needed, without the zero; above
 *	@pos once text was dropped
 * @line: where one line is formatted
 */
struct kbpf_log {
	u32 level;
	u32 size;
	char *buf;
	u32 cap;
	u32 head;
	u32 pos;
	u64 total;
	char *line;
};

/**
 * kbpf_log_init() - start a log
 * @log: the log
 * @level: KBPF_LOG_* bits; without KBPF_LOG_FIXED the end of a text that does
 *	not fit is kept, with it the beginning
 * @size: most bytes of text to keep with the zero; 0 keeps none and only counts
 *
 * Context: process; allocates.
 * Return: 0 or -ENOMEM.
 */
int kbpf_log_init(struct kbpf_log *log, u32 level, u32 size);

/**
 * kbpf_log_exit() - free what the log allocated
 * @log: the log
 */
void kbpf_log_exit(struct kbpf_log *log);

/**
 * kbpf_log_write() - append text
 * @log: the log; NULL drops the text
 * @fmt: printf format
 *
 * Text that finds no memory is dropped and counted in @total.
 *
 * Context: process; may allocate.
 */
void kbpf_log_write(struct kbpf_log *log, const char *fmt, ...) __printf(2, 3);

/**
 * kbpf_log_text() - the text that was kept
 * @log: the log; straightened so that the text starts at @buf
 *
 * Return: zero-terminated text, valid until the next write; "" where there is none.
 */
const char *kbpf_log_text(struct kbpf_log *log);

/**
 * kbpf_log_wants() - is any of these levels asked for?
 * @log: the log, may be NULL
 * @level: KBPF_LOG_* bits
 */
static inline bool kbpf_log_wants(const struct kbpf_log *log, u32 level)
{
	return log && (log->level & level);
}

#endif /* KBPF_LOG_H */
