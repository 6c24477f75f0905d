#!/usr/bin/env python3
"""Turns one file into a C array that ends with NUL. SPDX-License-Identifier: AGPL-3.0-or-later"""
import sys

data = open(sys.argv[1], 'rb').read()
if b'\0' in data:
    sys.exit('the page holds a NUL byte')
rows = [', '.join(str(b) for b in data[i:i + 32]) for i in range(0, len(data), 32)]
with open(sys.argv[2], 'w', encoding='ascii') as out:
    out.write('#include "node/citiz-node-page-data.h"\n')
    out.write('const char citiz_node_page_html[%d] = {\n%s, 0};\n' % (len(data) + 1, ',\n'.join(rows)))
