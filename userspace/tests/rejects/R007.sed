# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# the record of the function in .text, of one instruction later
/^\t\.section\t\.BTF\.ext/,/LineInfo/s/^\t\.long\t\.Lfunc_begin1$/&+8/
