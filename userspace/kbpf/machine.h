/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Printing a program's machine code.
 */
#ifndef KBPF_CLI_MACHINE_H
#define KBPF_CLI_MACHINE_H

struct json;

/**
 * machine_dump() - print what the JIT made of a program, a function at a time
 * @dev: the device
 * @fd: the program
 * @json: where to; NULL: as text on stdout
 *
 * Instructions are disassembled by LLVM where its library is installed, else
 * printed as bytes.
 *
 * Return: CLI_OK, or CLI_FAILED after a message.
 */
int machine_dump(int dev, int fd, struct json *json);

#endif /* KBPF_CLI_MACHINE_H */
