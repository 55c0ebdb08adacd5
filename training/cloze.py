"""Questions made of parallel sentences: a sentence with a word left out, asked of the other language's text.

Few questions were ever asked across languages; two texts that say the same hold many (Hermann et al. 2015; Lewis et al.
2019). The word is one that both sentences say: a number, a name that sounds alike, or a word and its translation.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from training.lexicon import Lexicon
from training.windows import Span
from training.words import ARABIC, Match, content_words, fold, shape, sound, words

_BEFORE, _AFTER = 9, 9  # words kept around the gap
_ASKED = {
    "en": {"year": ("when", "what year"), "number": ("how many", "what number"), "name": ("who", "what", "which name")},
    "ar": {"year": ("متى", "أي سنة"), "number": ("كم", "أي عدد"), "name": ("من", "ما", "أي اسم")},
}
_ASKED["en"]["other"], _ASKED["ar"]["other"] = ("what", "which"), ("ما", "ماذا", "أي")


@dataclass(frozen=True, slots=True)
class Cloze:
    """A question with the text that answers it and the sentence in which it does."""

    question: str
    text: str
    sentence: Span
    gold: Span


def make_cloze(
    asked: str, read: Sequence[str], number: int, lexicon: Lexicon, random_source: random.Random
) -> Cloze | None:
    """Return a question from the sentence `asked`, whose translation is `read[number]`. None: no word in common."""
    pairs = shared_words(asked, read[number], lexicon)
    if not pairs:
        return None
    here, there = max(
        random_source.sample(pairs, min(2, len(pairs))), key=lambda pair: shape(pair[0][0])[:5] != "lower"
    )
    start = sum(len(sentence) + 1 for sentence in read[:number])
    gold = (start + there.start(), start + there.end())
    sentence = (start, start + len(read[number]))
    return Cloze(_ask(asked, here, random_source), " ".join(read), sentence, gold)


def shared_words(one: str, other: str, lexicon: Lexicon) -> list[tuple[Match, Match]]:
    """Return words of one sentence with their translations in the other, where there is but one."""
    found = []
    theirs = content_words(other)
    for match in content_words(one):
        forms = {fold(word) for word in lexicon.all(match[0])} | {fold(match[0])}
        heard = sound(match[0]) if match[0][0].isupper() or ARABIC.search(match[0]) else ""
        same = [their for their in theirs if fold(their[0]) in forms or (len(heard) > 2 and sound(their[0]) == heard)]
        if len(same) == 1:
            found.append((match, same[0]))
    return found


def _ask(sentence: str, gap: Match, random_source: random.Random) -> str:
    """Return the words around the gap, which a question word fills."""
    language = "ar" if ARABIC.search(sentence) else "en"
    kind = shape(gap[0])
    kind = kind if kind in _ASKED[language] else "name" if gap[0][0].isupper() else "other"
    around = words(sentence)
    place = next(number for number, match in enumerate(around) if match.start() == gap.start())
    first = around[max(0, place - random_source.randint(2, _BEFORE))].start()
    last = around[min(len(around) - 1, place + random_source.randint(2, _AFTER))].end()
    filled = random_source.choice(_ASKED[language][kind])
    return sentence[first : gap.start()] + filled + sentence[gap.end() : last] + ("؟" if language == "ar" else "?")
