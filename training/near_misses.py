"""Near misses made from answerable questions: the question or the text is changed so that it answers no longer.

Each way has a control that changes as much and stays answerable, so that no trace of the making tells one from the
other. Sources: Rajpurkar, Jia and Liang 2018 (what people do); Zhu et al. 2019 and Gardner et al. 2020 (contrast sets).
"""

import random
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from training.windows import Span
from training.words import ARABIC, Match, content_words, fold, shape, sound, words

CONTRARIES: dict[str, str] = {}
for _pair in (Path(__file__).parent / "lists" / "contraries.txt").read_text("utf-8").splitlines():
    _one, _other = _pair.split()
    CONTRARIES.setdefault(_one, _other)
    CONTRARIES.setdefault(_other, _one)

_STEPS = (-100, -20, -12, -10, -3, -2, -1, 1, 2, 3, 7, 10, 15, 50, 200)


@dataclass(frozen=True, slots=True)
class Ties:
    """What links a question with a text: bare forms of words, and names by their sound across scripts."""

    forms: Collection[str]
    names: Collection[str] = field(default_factory=frozenset)

    def __contains__(self, word: object) -> bool:
        """Whether the question says this word of the text."""
        return isinstance(word, str) and (fold(word) in self.forms or sound(word) in self.names)


@dataclass(frozen=True, slots=True)
class Changed:
    """A text with some words changed, and where its answer stands now."""

    text: str
    gold: Span


def change_text(
    text: str, gold: Span, sentence: Span, ties: Ties, random_source: random.Random, *, tied: bool, others: str = ""
) -> Changed | None:
    """Replace words of the gold sentence by others of their shape, from elsewhere in the text or from `others`.

    `tied`: words that the question says, so that the sentence no longer answers; else words that it does not say, the
    control. None where nothing can be replaced. The answer itself stays.
    """
    start, end = sentence
    found = [match for match in content_words(text[start:end]) if not _overlaps(match, start, gold)]
    chosen = [match for match in found if (match[0] in ties) == tied]
    if not chosen:
        return None
    if tied:  # names, numbers and long words first: what people change
        chosen.sort(key=lambda match: (_weight(match), random_source.random()), reverse=True)
        chosen = chosen[: random_source.choice((1, 2, 2, 3))]
    else:
        chosen = random_source.sample(chosen, min(len(chosen), random_source.choice((1, 2, 2, 3))))
    pool = [match[0] for match in content_words(f"{text[:start]} {text[end:]} {others}")]
    changed, moved, done = text[start:end], 0, 0
    for match in sorted(chosen, key=lambda match: -match.start()):
        new = _other_word(match[0], pool, ties, random_source)
        if new is None:
            continue
        changed = changed[: match.start()] + new + changed[match.end() :]
        done += 1
        if start + match.start() < gold[0]:
            moved += len(new) - len(match[0])
    return Changed(text[:start] + changed + text[end:], (gold[0] + moved, gold[1] + moved)) if done else None


def change_question(question: str, text: str, random_source: random.Random) -> str | None:
    """Return the question with a name, a number or a word of the text in another's place, or with a contrary.

    `text` is in the question's language: the one that is read, or the same in translation. None where nothing fits.
    """
    found = content_words(question)
    ways = []
    contraries = [match for match in words(question) if match[0] in CONTRARIES]
    names = [match for match in found if shape(match[0]) == "name" and match.start() > 0]
    numbers = [match for match in found if match[0].isdigit()]
    arabic = [match for match in found if ARABIC.search(match[0]) and match.start() > 0]
    ways += [("contrary", contraries)] * 2 if contraries else []
    ways += [("name", names)] * 3 if names else []
    ways += [("number", numbers)] * 3 if numbers else []
    ways += [("word", arabic)] * 2 if arabic else []
    if not ways:
        return None
    way, places = random_source.choice(ways)
    match = random_source.choice(places)
    if way == "contrary":
        new: str | None = CONTRARIES[match[0]]
    else:
        pool = [other[0] for other in content_words(text) if text[: other.start()].rstrip()[-1:] not in ("", *".!?؟")]
        new = _other_word(match[0], pool, Ties({fold(other[0]) for other in found}), random_source)
    return None if new is None else question[: match.start()] + new + question[match.end() :]


def change_both(question: str, text: str, gold: Span, random_source: random.Random) -> tuple[str, Changed] | None:
    """Return question and text with a word that both say replaced in both: the control of `change_question`.

    The answer is left as it is; a word that the answer says is not replaced.
    """
    answer = text[gold[0] : gold[1]]
    said = {match[0] for match in content_words(text)} - {match[0] for match in words(answer)}
    places = [match for match in content_words(question) if match[0] in said]
    places.sort(key=lambda match: (_weight(match)[0], random_source.random()), reverse=True)
    for place in places[:2]:
        word = place[0]
        pool = [match[0] for match in content_words(text)]
        new = _other_word(word, pool, Ties({fold(match[0]) for match in content_words(question)}), random_source)
        if new is None or new in answer:
            continue
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        before, after = pattern.sub(new, text[: gold[0]]), pattern.sub(new, text[gold[1] :])
        changed = Changed(before + answer + after, (len(before), len(before) + len(answer)))
        return pattern.sub(new, question), changed
    return None


def insert_line(text: str, gold: Span, line: str, sentences: list[Span], random_source: random.Random) -> Changed:
    """Return the text with a line of its own before the answer: a heading, or the question itself. It is no answer."""
    places = [start for start, _ in sentences if start <= gold[0]]
    place = places[-1] if random_source.random() < 0.7 else random_source.choice(places)
    added = line + "\n"
    shift = len(added)
    return Changed(text[:place] + added + text[place:], (gold[0] + shift, gold[1] + shift))


def _other_word(word: str, pool: list[str], ties: Ties, random_source: random.Random) -> str | None:
    if word.isascii() and word.isdigit() and random_source.random() < 0.4:
        number = int(word) + random_source.choice(_STEPS)
        if number > 0:
            return str(number)
    fitting = [
        other for other in pool if shape(other) == shape(word) and other not in ties and fold(other) != fold(word)
    ]
    return random_source.choice(fitting) if fitting else None


def _weight(match: Match) -> tuple[bool, int]:
    return shape(match[0]) in ("name", "year", "number"), len(match[0])


def _overlaps(match: Match, start: int, gold: Span) -> bool:
    return start + match.start() < gold[1] and gold[0] < start + match.end()
