/* SPDX-License-Identifier: GPL-2.0 */
/* The device node; see device.c. */
#ifndef KBPF_HOST_DEVICE_H
#define KBPF_HOST_DEVICE_H

/**
 * kbpf_device_init() - create /dev/kbpf
 *
 * Return: 0 or -errno of misc_register().
 */
int kbpf_device_init(void);

/**
 * kbpf_device_exit() - remove /dev/kbpf
 */
void kbpf_device_exit(void);

#endif /* KBPF_HOST_DEVICE_H */
