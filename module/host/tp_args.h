/* SPDX-License-Identifier: GPL-2.0 */
/* Parameters of functions that tracepoints call: as many words as are wanted. */
#ifndef KBPF_HOST_TP_ARGS_H
#define KBPF_HOST_TP_ARGS_H

#include <linux/types.h>

#define PARAMS1 u64 a1
#define PARAMS2 PARAMS1, u64 a2
#define PARAMS3 PARAMS2, u64 a3
#define PARAMS4 PARAMS3, u64 a4
#define PARAMS5 PARAMS4, u64 a5
#define PARAMS6 PARAMS5, u64 a6
#define PARAMS7 PARAMS6, u64 a7
#define PARAMS8 PARAMS7, u64 a8
#define PARAMS9 PARAMS8, u64 a9
#define PARAMS10 PARAMS9, u64 a10
#define PARAMS11 PARAMS10, u64 a11
#define PARAMS12 PARAMS11, u64 a12

#endif /* KBPF_HOST_TP_ARGS_H */
