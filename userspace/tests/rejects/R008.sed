# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# the first record of lines, of half an instruction later
/LineInfo section/,$s/^\t\.long\t\.Ltmp0$/&+8/
