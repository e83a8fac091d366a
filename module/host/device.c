// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kbpf: who may open it, and the way from an ioctl to a command.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/security.h>
#include "cmd/cmd.h"
#include "device.h"
#include "kbpf.h"

static int open(struct inode *inode, struct file *file)
{
	if (!kbpf_world_capable(KBPF_CAP_BPF))
		return -EPERM;
	/* A locked-down kernel hides its memory from programs: then there are none. */
	if (security_locked_down(LOCKDOWN_BPF_READ_KERNEL))
		return -EPERM;
	return nonseekable_open(inode, file);
}

static long ioctl(struct file *file, unsigned int num, unsigned long arg)
{
	if (_IOC_TYPE(num) != KBPF_IOC_MAGIC || _IOC_DIR(num) != (_IOC_READ | _IOC_WRITE))
		return -ENOTTY;
	return kbpf_cmd(_IOC_NR(num), arg, _IOC_SIZE(num));
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = open,
	.unlocked_ioctl = ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kbpf",
	.fops = &device_fops,
	.mode = 0600,
};

int kbpf_device_init(void)
{
	return misc_register(&device);
}

void kbpf_device_exit(void)
{
	misc_deregister(&device);
}
