// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Only its types are looked at. */
#include "shapes.h"

struct shapes shapes;
