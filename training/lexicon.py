"""A lexicon of English and Arabic words, learned from parallel sentences and from the encoder's vectors of words.

Parallel sentences give translations in context (Brown et al. 1993, model 1, both ways); vectors give those of words
that the sentences lack: nearest neighbours that choose each other (Lample et al. 2018, CSLS). Names that are in neither
are spelled in Arabic by rule. It serves the making of examples and nothing else: a wrong word costs one example.
"""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.words import ARABIC, fold, is_content, words

Floats = NDArray[np.float32]
Pairs = dict[str, dict[str, float]]

_ROUNDS = 6
_SURE = 0.12  # the least product of both probabilities of a translation
_SEEN = 2
_NEIGHBOURS = 10
_NEAR = 0.2  # the least CSLS of two words that choose each other
_FREQUENT = 4  # a word has to be used as often, to be looked up among vectors

_LETTERS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "lists" / "latin-arabic-letters.txt").read_text("utf-8").splitlines()
]


class Lexicon:
    """Translations of words, both ways."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs

    def __len__(self) -> int:
        """How many words have a translation."""
        return len(self._pairs)

    def all(self, word: str) -> list[str]:
        """Return what is known for a word, the likeliest first."""
        return list(self._pairs.get(word) or self._pairs.get(word.lower()) or {})

    def translate(self, word: str, random_source: random.Random) -> str | None:
        """Return a translation, likelier ones more often; a number is its own, an unknown name is spelled."""
        if word.isdigit():
            return word
        known = self._pairs.get(word) or self._pairs.get(word.lower())
        if known:
            return random_source.choices(list(known), list(known.values()))[0]
        return spell(word, random_source) if word[0].isupper() and word.isascii() and word.isalpha() else None

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(self._pairs, ensure_ascii=False, indent=0), "utf-8")


def load_lexicon(path: Path) -> Lexicon:
    """Read what `Lexicon.save` wrote."""
    return Lexicon(json.loads(path.read_text("utf-8")))


def spell(name: str, random_source: random.Random) -> str:
    """Return a Latin name in Arabic letters, roughly as newspapers do; where they differ, one way at random."""
    left, spelled = name.lower(), ""
    while left:
        written, letters = next((pair for pair in _LETTERS if left.startswith(pair[0])), (left[0], ""))
        if written == "e" and not spelled:
            letters = "إ"
        elif written == "e" and len(left) > 1:
            letters = random_source.choice(("", "ي"))
        elif written == "a" and spelled and len(left) > 1:
            letters = random_source.choice(("ا", "ا", ""))
        elif written == "g":
            letters = random_source.choice("غج")
        elif written in ("o", "i", "u") and not spelled:
            letters = "أو" if written == "o" else "إ" if written == "i" else "أ"
        spelled += letters
        left = left[len(written) :]
    return spelled or name


def learn_lexicon(
    sentences: Sequence[tuple[str, str]], texts: Iterable[str], vectors: Callable[[list[str]], Floats]
) -> Lexicon:
    """Learn from parallel sentences (English, Arabic), and for the words of `texts` from their vectors."""
    pairs = _from_sentences(sentences)
    for word, found in _from_vectors(texts, vectors).items():
        pairs.setdefault(word, found)
    return Lexicon(pairs)


def _from_sentences(sentences: Sequence[tuple[str, str]]) -> Pairs:
    """Return translations by bare form, given back as the words that were used, with their shares."""
    sides = [[_forms(text) for text in pair] for pair in sentences]
    forward = _model_one([(tuple(one), tuple(other)) for one, other in sides])
    backward = _model_one([(tuple(other), tuple(one)) for one, other in sides])
    used: tuple[defaultdict[str, Counter[str]], ...] = (defaultdict(Counter), defaultdict(Counter))
    for pair in sides:
        for forms, counted in zip(pair, used, strict=True):
            for form, written in forms.items():
                counted[form][written] += 1
    pairs: Pairs = defaultdict(dict)
    for (one, other), chance in forward.items():
        sure = chance * backward.get((other, one), 0.0)
        if sure < _SURE or min(used[0][one].total(), used[1][other].total()) < _SEEN:
            continue
        for written in used[0][one]:
            pairs[written] |= {there: sure * share / used[1][other].total() for there, share in used[1][other].items()}
        for written in used[1][other]:
            pairs[written] |= {there: sure * share / used[0][one].total() for there, share in used[0][one].items()}
    return dict(pairs)


def _forms(text: str) -> dict[str, str]:
    """Return the content words of a text by their bare form."""
    found = {}
    for match in words(text):
        if is_content(match[0]) and not match[0].isdigit():
            word = match[0] if ARABIC.search(match[0]) else match[0].lower()
            found[fold(word)] = word
    return found


def _model_one(pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> dict[tuple[str, str], float]:
    """Return the probability of each word of the other side given one of this, with an empty word beside."""
    chance: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    for _ in range(_ROUNDS):
        counts: dict[tuple[str, str], float] = defaultdict(float)
        totals: dict[str, float] = defaultdict(float)
        for given, made in pairs:
            for word in made:
                weights = [chance[one, word] for one in ("", *given)]
                whole = sum(weights)
                for one, weight in zip(("", *given), weights, strict=True):
                    counts[one, word] += weight / whole
                    totals[one] += weight / whole
        chance = defaultdict(float, {pair: count / totals[pair[0]] for pair, count in counts.items()})
    return {pair: value for pair, value in chance.items() if value > 0.05 and pair[0]}


def _from_vectors(texts: Iterable[str], vectors: Callable[[list[str]], Floats]) -> Pairs:
    counted: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for text in texts:
        for match in words(text):
            word = match[0]
            if is_content(word) and re.fullmatch(r"[^\W\d_]+", word):
                if ARABIC.search(word):
                    counted[1][word] += 1
                else:
                    counted[0][word.lower()] += 1
    english, arabic = ([word for word, count in found.most_common() if count >= _FREQUENT] for found in counted)
    return mutual_neighbours(english, arabic, vectors(english), vectors(arabic))


def mutual_neighbours(ones: Sequence[str], others: Sequence[str], left: Floats, right: Floats) -> Pairs:
    """Return the words that are each other's nearest, after hubs are set back (CSLS)."""
    left, right = (_centred(side) for side in (left, right))
    size = 2048
    near = min(_NEIGHBOURS, len(ones), len(others))
    starts = range(0, max(len(ones), len(others)), size)
    reach = [
        np.concatenate(
            [np.partition(a[i : i + size] @ b.T, -near, axis=1)[:, -near:].mean(1) for i in starts if i < len(a)]
        )
        for a, b in ((left, right), (right, left))
    ]
    best: list[NDArray[np.int64]] = []
    scores: list[Floats] = []
    for a, b, ra, rb in ((left, right, *reach), (right, left, *reach[::-1])):
        found = [2 * a[i : i + size] @ b.T - ra[i : i + size, None] - rb for i in range(0, len(a), size)]
        best.append(np.concatenate([part.argmax(1) for part in found]))
        scores.append(np.concatenate([part.max(1) for part in found]))
    pairs: Pairs = {}
    for number, other in enumerate(best[0]):
        if best[1][other] == number and scores[0][number] > _NEAR:
            pairs[ones[number]] = {others[other]: float(scores[0][number])}
            pairs[others[other]] = {ones[number]: float(scores[0][number])}
    return pairs


def _centred(vectors: Floats) -> Floats:
    moved = vectors - vectors.mean(0)
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)
