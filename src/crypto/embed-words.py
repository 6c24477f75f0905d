#!/usr/bin/env python3
# Writes the word lists as C tables: as printed (NFC) and as matched (no accents). SPDX-License-Identifier: AGPL-3.0-or-later
import sys
import unicodedata


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [line for line in file.read().split("\n") if line]


def plain(word):
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def table(name, words):
    body = "".join(f'  "{word}",\n' for word in words)
    return f"const char *const {name}[{len(words)}] = {{\n{body}}};\n"


def main(out, english, french, common):
    en, fr, frequent = lines(english), lines(french), lines(common)
    for words in (en, fr):
        assert len(words) == 2048
        assert len({plain(word)[:4] for word in words}) == 2048
        # the French list is in the order of its accented spelling; the place in the file is the number
    rank = {word: i + 1 for i, word in enumerate(frequent)}
    for word in fr:  # whoever guesses tries our own list too: no word of it is worth more than its 11 bits
        rank[plain(word)] = min(rank.get(plain(word), 2048), 2048)
    entries = sorted(rank.items())
    with open(out, "w", encoding="utf-8") as file:
        file.write('#include "crypto/citiz-words-data.h"\n')
        file.write(table("citiz_words_en", en))
        file.write(table("citiz_words_fr", [unicodedata.normalize("NFC", word) for word in fr]))
        file.write(table("citiz_words_fr_plain", [plain(word) for word in fr]))
        file.write(f"const unsigned citiz_n_french_words = {len(entries)};\n")
        file.write(f"const CitizRankedWord citiz_french_words[{len(entries)}] = {{\n")
        file.write("".join(f'  {{"{word}", {r}}},\n' for word, r in entries))
        file.write("};\n")


main(*sys.argv[1:])
