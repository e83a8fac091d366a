/* SPDX-License-Identifier: GPL-2.0 */
/* Code is never writable where it is executed: the attempt. */
#ifndef KBPF_WRITE_FAULT_H
#define KBPF_WRITE_FAULT_H

#include <linux/uaccess.h>

/**
 * kbpf_write_faults() - try to write a byte to where it is
 * @at: kernel memory that may be read
 * @byte: what to write
 *
 * Return: the attempt faulted, and nothing has changed.
 */
static inline bool kbpf_write_faults(const void *at, u8 byte)
{
	u8 was = READ_ONCE(*(const u8 *)at);
	bool faulted = false;

	pagefault_disable();
	__put_kernel_nofault((void *)at, &byte, u8, fault);
	goto out;
fault:
	faulted = true;
out:
	pagefault_enable();
	return faulted && READ_ONCE(*(const u8 *)at) == was;
}

#endif /* KBPF_WRITE_FAULT_H */
