/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The 41 bugs that verifiers, JITs and maps are known to have had (shared/soundness.md,
 * in its order), each by what the names of its rows begin with.
 */
#ifndef KBPF_VECTOR_HISTORIC_H
#define KBPF_VECTOR_HISTORIC_H

static const char *const kbpf_historic[] = {
	/* bounds, halves, signs */
	"CVE-2017-16995", "CVE-2017-16996", "CVE-2017-17852", "CVE-2018-18445", "CVE-2020-8835",
	"CVE-2020-27194", "CVE-2021-3490", "CVE-2021-31440", "CVE-2021-3444", "2021: JSGT", "Agni",
	"CVE-2024-41003", "CVE-2026-31413", "CVE-2023-52676", "CVE-2024-26589",
	/* pointers, NULL, helpers */
	"CVE-2022-23222", "CVE-2021-4204", "CVE-2023-39191", "CVE-2023-52462", "CVE-2017-17864",
	"CVE-2021-45402", "CVE-2016-4557", "CVE-2024-58098", "CVE-2026-53090",
	/* pruning, precision, ids */
	"CVE-2023-2163", "CVE-2023-52920", "CVE-2026-43009", "2023: a 32-bit spill",
	"2026: bytes in another order", "CVE-2024-53125", "NCC", "CVE-2017-17862",
	/* speculation */
	"CVE-2019-7308", "CVE-2021-33200", "CVE-2021-33624", "CVE-2021-31829",
	/* executors, maps */
	"CVE-2021-29154", "x86 STX_B", "CVE-2021-47300", "2025: stores of a constant", "CVE-2024-41009",
};

#endif /* KBPF_VECTOR_HISTORIC_H */
