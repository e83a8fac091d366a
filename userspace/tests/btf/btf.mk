# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# kbpf btf, which needs pahole.
$(SAN)/tests/btf_generate: $(TOP)/userspace/tests/btf/generate $(O)/kbpf
	@mkdir -p $(@D)
	install -m 755 $< $@

CHECKS += $(SAN)/tests/btf_generate
