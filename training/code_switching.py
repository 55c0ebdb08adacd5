"""Texts with some of their words in the other language, so that a question in one language meets a text in both.

Source: Qin et al. 2020 (CoSDA-ML). Where the answer stands is kept track of.
"""

import random
from pathlib import Path

from training.lexicon import Lexicon
from training.near_misses import Changed
from training.windows import Span
from training.words import ARABIC, is_content, words

_ENGLISH: dict[str, str] = {}
_ARABIC: dict[str, str] = {}
for _line in (Path(__file__).parent / "lists" / "function-words.txt").read_text("utf-8").splitlines():
    _english, _, _arabic = _line.partition("\t")
    _ENGLISH[_english] = _arabic
    if _arabic:
        _ARABIC.setdefault(_arabic, _english)


def switch_language(
    text: str, lexicon: Lexicon, random_source: random.Random, *, rate: float, gold: Span = (0, 0)
) -> Changed:
    """Return the text with about `rate` of the words that have a translation in it, the answer's among them."""
    parts: list[str] = []
    left, (start, end) = 0, gold
    for match in words(text):
        crosses = match.start() < gold[0] < match.end() or match.start() < gold[1] < match.end()
        if crosses or random_source.random() >= rate:
            continue
        new = _translation(match[0], lexicon, random_source)
        if new is None or (not new and gold[0] <= match.start() < gold[1]):
            continue
        stop = match.end() if new or text[match.end() : match.end() + 1] != " " else match.end() + 1
        grown = len(new) - (stop - match.start())
        start += grown if match.end() <= gold[0] else 0
        end += grown if match.end() <= gold[1] else 0
        parts += [text[left : match.start()], new]
        left = stop
    return Changed("".join([*parts, text[left:]]), (start, end))


def _translation(word: str, lexicon: Lexicon, random_source: random.Random) -> str | None:
    if is_content(word):
        return lexicon.translate(word, random_source)
    return (_ARABIC if ARABIC.search(word) else _ENGLISH).get(word.lower())
