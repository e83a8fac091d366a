/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bounded text log that the engine explains itself in. It owns the buffer
 * and nothing else: who reads it, and how it reaches a user, is the caller's.
 */
#ifndef KBPF_LOG_H
#define KBPF_LOG_H

#include "port.h"

/**
 * struct kbpf_log - a bounded text buffer
 * @level: KBPF_LOG_* bits that the user asked for; 0 drops everything
 * @buf: the text, zero-terminated; NULL while @size is 0
 * @size: bytes at @buf
 * @pos: bytes in use, without the zero; at most @size - 1
 * @total: bytes that the whole text would have needed, without the zero; above
 *	@pos once text was dropped
 */
struct kbpf_log {
	u32 level;
	char *buf;
	u32 size;
	u32 pos;
	u64 total;
};

/**
 * kbpf_log_init() - start a log
 * @log: the log
 * @level: KBPF_LOG_* bits
 * @size: most bytes of text to keep with the zero; 0 keeps none and only counts
 *
 * Context: process; allocates.
 * Return: 0 or -ENOMEM.
 */
int kbpf_log_init(struct kbpf_log *log, u32 level, u32 size);

/**
 * kbpf_log_exit() - free what kbpf_log_init() allocated
 * @log: the log
 */
void kbpf_log_exit(struct kbpf_log *log);

/**
 * kbpf_log_write() - append text
 * @log: the log; NULL drops the text
 * @fmt: printf format
 */
void kbpf_log_write(struct kbpf_log *log, const char *fmt, ...) __printf(2, 3);

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
