/* SPDX-License-Identifier: GPL-2.0 */
/* A line for the user that says why something could not be attached. */
#ifndef KBPF_HOST_WHY_H
#define KBPF_HOST_WHY_H

#include <linux/kernel.h>

/**
 * struct kbpf_why - the line
 * @text: zero-terminated; empty when there is nothing to say
 */
struct kbpf_why {
	char text[256];
};

/* Sets the line and gives @err back, for "return kbpf_why(...)". */
static inline __printf(3, 4) int kbpf_why(struct kbpf_why *why, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return err;
}

#endif /* KBPF_HOST_WHY_H */
