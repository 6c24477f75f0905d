#!/usr/bin/env python3
"""Makes an assembler file that carries a data file: embed.py IN OUT SYMBOL. Tables then cost no parsing of C and lie in
read-only pages. SPDX-License-Identifier: AGPL-3.0-or-later"""
import pathlib, sys

source, out, symbol = sys.argv[1:4]
pathlib.Path(out).write_text(f'''.section .rodata
.global {symbol}
.balign 16
{symbol}:
.incbin "{pathlib.Path(source).resolve()}"
.byte 0
.size {symbol}, . - {symbol}
.section .note.GNU-stack,"",%progbits
''')
