// SPDX-License-Identifier: GPL-2.0
/*
 * The engine's log: formatted text into a buffer that grows to a limit. When it
 * is full it either turns round, so that the end of the text (where a refusal
 * is explained) survives, or stops, as the user asked.
 */
#include "log.h"
#include "kbpf.h"

#define FIRST_CAP	4096u

int kbpf_log_init(struct kbpf_log *log, u32 level, u32 size)
{
	memset(log, 0, sizeof(*log));
	log->level = level;
	log->size = size;
	if (!level)
		return 0;
	log->line = kmalloc(KBPF_LOG_LINE, GFP_KERNEL);
	return log->line ? 0 : -ENOMEM;
}

void kbpf_log_exit(struct kbpf_log *log)
{
	kvfree(log->buf);
	kfree(log->line);
	memset(log, 0, sizeof(*log));
}

static bool grow(struct kbpf_log *log, u32 want)
{
	u32 cap = log->cap ? log->cap : FIRST_CAP;
	char *buf;

	while (cap < want)
		cap *= 2;
	if (cap > log->size)
		cap = log->size;
	buf = kvmalloc(cap, GFP_KERNEL);
	if (!buf)
		return false;
	if (log->pos)
		memcpy(buf, log->buf, log->pos);
	kvfree(log->buf);
	log->buf = buf;
	log->cap = cap;
	return true;
}

static void append_straight(struct kbpf_log *log, const char *text, u32 len)
{
	u32 want = log->pos + len + 1;

	if (want > log->cap && log->cap < log->size &&
	    !grow(log, want < log->size ? want : log->size))
		return;
	len = min(len, log->cap - 1 - log->pos);
	memcpy(log->buf + log->pos, text, len);
	log->pos += len;
}

/* The buffer is full: drop the oldest @len bytes for the newest. */
static void append_round(struct kbpf_log *log, const char *text, u32 len)
{
	u32 room = log->cap - 1, i, at;

	if (len > room) {
		text += len - room;
		len = room;
	}
	at = log->head;
	for (i = 0; i < len; i++) {
		log->buf[at] = text[i];
		at = at + 1 == room ? 0 : at + 1;
	}
	log->head = at;
}

void kbpf_log_write(struct kbpf_log *log, const char *fmt, ...)
{
	u32 len, room;
	va_list args;

	if (!log || !log->level)
		return;
	va_start(args, fmt);
	len = vscnprintf(log->line, KBPF_LOG_LINE, fmt, args);
	va_end(args);
	log->total += len;
	if (log->size < 2)
		return;
	room = min(len, log->size - 1 - log->pos);
	if (room)
		append_straight(log, log->line, room);
	if (room < len && !(log->level & KBPF_LOG_FIXED) && log->pos + 1 == log->size)
		append_round(log, log->line + room, len - room);
}

static void reverse(char *p, u32 len)
{
	u32 i;

	for (i = 0; i < len / 2; i++)
		swap(p[i], p[len - 1 - i]);
}

const char *kbpf_log_text(struct kbpf_log *log)
{
	if (!log->buf)
		return "";
	if (log->head) {
		reverse(log->buf, log->head);
		reverse(log->buf + log->head, log->pos - log->head);
		reverse(log->buf, log->pos);
		log->head = 0;
	}
	log->buf[log->pos] = '\0';
	return log->buf;
}
