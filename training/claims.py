"""Training examples for the second head: claims, and whether sentences of the same or the other language carry them.

    python -m training.claims --data FOLDER --encoder FOLDER [--show KIND] [--portion N] [--all]

prints how many examples there are of each kind, or some of a kind to be read by eye. A portion goes once through all
parallel sentences and questions; the same number always gives the same examples.
"""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training import clauses, divergences, operators
from training.code_switching import switch_language
from training.data import Corpus, load_corpus, make_lexicon
from training.divergences import Around, Contrast, Way
from training.lexicon import Lexicon
from training.lookup import WordIndex
from training.parallel import Pair, Parallel, Running
from training.rows import Rows, join
from training.squad import DIRECTIONS, Question
from training.vocabulary import load_tokenizer
from training.windows import cut_sentences, encode
from training.words import ARABIC, content_words, fold, folded

CLAIM_LIMIT = 100
"""Pieces of a claim; no example is made of a longer one."""
LIMIT = 320
"""Pieces of an example."""
SWITCHED = 0.08
"""How often the text has words of the other language."""
KEPT_OUT = 200
"""News sentences, the last ones, that no claim is made of: the figures are measured on them."""

TRANSLATION, NEIGHBOUR, ADDED, TOPIC, ANSWER = "as it is", "neighbour", "phrase added", "topic only", "answer"
YES_OR_NO = "yes or no"

_WAYS: tuple[tuple[float, Way], ...] = (
    (0.45, divergences.replace_word),
    (0.50, divergences.replace_name),
    (0.70, divergences.replace_number),
    (0.60, divergences.replace_in_set),
    (0.40, divergences.swap_roles),
    (0.25, divergences.misname),
    (0.25, divergences.respell),
    (0.25, divergences.near_word),
    (0.08, divergences.write_otherwise),
    (0.15, divergences.say_otherwise),
    (0.08, divergences.garble),
    (0.45, operators.negate),
    (0.90, operators.change_modality),
    (0.25, operators.bound),
    (0.25, operators.other),
    (0.50, clauses.shorten),
    (0.70, clauses.drop),
)
_SEGMENT = re.compile(r"</?seg[^>]*>")  # left in the news by whoever cut it
_WITHIN = 0.3  # how often a sentence is also a claim in its own language
_LEFT_OUT = 0.4  # how often one of two right claims of a family is left out
_CROSSED = 0.7  # how often a changed claim meets a text that is changed elsewhere, rather than one that is not
_SHORTER = 0.45  # how often a change is made to a shortened claim
_TOPICS = {
    "en": ("The text is about {}.", "The article reports on {}.", "{} is mentioned.", "It says something about {}."),
    "ar": ("يتحدث النص عن {}.", "تناول المقال {}.", "ورد ذكر {}.", "ذكر النص معلومات عن {}."),
}


@dataclass(frozen=True)
class ClaimExamples(Rows):
    """Claims with texts, and whether the texts carry them."""

    carried: NDArray[np.bool_]
    directions: NDArray[np.str_]
    families: NDArray[np.int32]
    """Examples of one number are made from the same texts, next to one another, and differ in little."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An example as texts."""

    kind: str
    direction: str
    claim: str
    text: str
    carried: bool
    family: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence as a claim in one direction."""

    text: int
    number: int
    direction: str
    pair: Pair


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the examples of a family share: the sentences beside theirs."""

    family: int
    direction: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Spelling:
    """Which words are written almost alike: one letter apart, inside."""

    def __init__(self, texts: Iterable[str]) -> None:
        counted = Counter(match[0] for text in texts for match in content_words(text))
        self._holes: dict[str, list[str]] = defaultdict(list)
        for word, count in counted.items():
            if count > 1 and len(word) > 3 and (word.islower() or ARABIC.search(word)):
                for hole in self._with_hole(word):
                    self._holes[hole].append(word)

    @staticmethod
    def _with_hole(word: str) -> Iterable[str]:
        return (f"{word[:place]}_{word[place + 1 :]}" for place in range(1, len(word) - 1))

    def near(self, word: str) -> list[str]:
        """Return the words that differ in one letter which is neither the first nor the last."""
        found = {other for hole in self._with_hole(word) for other in self._holes.get(hole, ())}
        return sorted(other for other in found if fold(other) != fold(word))


class ClaimMaker:
    """Makes the claims of one portion."""

    def __init__(
        self, corpus: Corpus, texts: Sequence[Running], lexicon: Lexicon, *, switched: float = SWITCHED
    ) -> None:
        self.corpus, self.lexicon, self.switched = corpus, lexicon, switched
        self.parallel = Parallel(texts, lexicon)
        self.random = random.Random(0)
        self.made: list[Claim] = []

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(side for running in self.parallel.texts for pair in running for side in pair)

    @cached_property
    def _indexes(self) -> dict[str, WordIndex]:
        """All sentences of each language by their words."""
        sides = zip(*(pair for running in self.parallel.texts for pair in running), strict=True)
        return {name: WordIndex(list(side)) for name, side in zip(("en", "ar"), sides, strict=True)}

    def make(self, portion: int) -> list[Claim]:
        """Go through all sentences and questions."""
        self.random, self.made = random.Random(portion), []
        for text, running in enumerate(self.parallel.texts):
            for number in range(len(running)):
                for direction in DIRECTIONS:
                    if direction[:2] != direction[3:] or self.random.random() < _WITHIN:
                        self._of_sentence(text, number, direction)
        for question in self.corpus.questions:
            share = 1.0 if question.source.startswith("xquad") else 0.35 if not question.answers else 0.12
            if self.random.random() < share:
                self._of_question(question)
        return self.made

    def _of_sentence(self, text: int, number: int, direction: str) -> None:
        place = _Place(text, number, direction, self.parallel.pair(text, number, direction))
        if len(place.pair.claim.split()) < 3:
            return
        around = self._around(place)
        for share, way in _WAYS:
            if self.random.random() < share:
                chosen = self._shorter(place.pair)
                contrast = way(chosen, around)
                if contrast:
                    self._contrast(contrast, chosen, self._scene(place))
        for share, make in ((0.8, self._neighbours), (0.4, self._added), (0.05, self._topic)):
            if self.random.random() < share:
                make(place)

    def _scene(self, place: _Place) -> _Scene:
        """Begin a family: choose the sentences beside its own."""
        running, side = self.parallel.texts[place.text], _side(place.direction[3:])
        before, after = self.random.choice(((0, 0), (0, 0), (0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0)))
        first = max(0, place.number - before)
        return _Scene(
            self._next_family(),
            place.direction,
            tuple(pair[side] for pair in running[first : place.number]),
            tuple(pair[side] for pair in running[place.number + 1 : place.number + 1 + after]),
        )

    def _next_family(self) -> int:
        return self.made[-1].family + 1 if self.made else 0

    def _around(self, place: _Place) -> Around:
        return Around(
            lambda link: self.parallel.other_words(place.text, place.number, place.direction, link, self.random),
            lambda word: [one for other in self.lexicon.all(word)[:1] for one in self.lexicon.all(other)[:3]],
            self._spelling.near,
            self.random,
        )

    def _shorter(self, pair: Pair) -> Pair:
        claim = clauses.shorter(pair.claim, self.random) if self.random.random() < _SHORTER else ""
        return pair.with_claim(claim) if claim else pair

    def _contrast(self, contrast: Contrast, pair: Pair, scene: _Scene) -> None:
        """Add the changed claim or the changed text alone, and both together; else, or if open, both as they were."""
        crossed = bool(contrast.crossed) and self.random.random() < _CROSSED
        alone = [
            (claim, text, carried)
            for claim, text, carried in (
                (contrast.claim, contrast.crossed if crossed else pair.text, contrast.claim_alone),
                (pair.claim, contrast.text, contrast.text_alone),
            )
            if claim and text and carried is not None
        ]
        both = bool(contrast.claim and contrast.text)
        for carried in (False, True):
            ways = [one for one in alone if one[2] == carried]
            if ways and not (carried and both and self.random.random() < _LEFT_OUT):
                claim, text, _ = self.random.choice(ways)
                self._add(contrast.kind, claim, text, scene, carried=carried)
        if both:
            self._add(contrast.kind, contrast.claim, contrast.text, scene, carried=True)
        if contrast.claim_alone is None or not (both or any(one[2] for one in alone)):
            self._add(TRANSLATION, pair.claim, pair.text, scene, carried=True)

    def _neighbours(self, place: _Place) -> None:
        """Hold the claim against its own sentence, and against one beside it or one that shares words with it."""
        pair, number = place.pair, place.number
        running, side = self.parallel.texts[place.text], _side(place.direction[3:])
        if self.random.random() < 0.5:
            first = max(0, number - self.random.randint(0, 2))
            beside = [one[side] for one in running[first : number + self.random.randint(1, 3)]]
            beside = [one for one in beside if one != pair.text]
        else:
            index = self._indexes[place.direction[3:]]
            beside = index.find(folded(pair.text), without=pair.text, count=3)
            beside = beside[: self.random.randint(1, 2)]
        scene, claim = self._scene(place), self._shorter(pair).claim
        self._add(TRANSLATION, claim, pair.text, scene, carried=True)
        if beside:
            self._keep(NEIGHBOUR, claim, " ".join(beside), scene, carried=False)

    def _added(self, place: _Place) -> None:
        """Add a clause of another sentence to the claim; where the text has that sentence too, the claim stands."""
        pair, number, running = place.pair, place.number, self.parallel.texts[place.text]
        others = [one for one in range(max(0, number - 3), min(len(running), number + 4)) if one != number]
        if not others:
            return
        claiming, reading = (_side(language) for language in (place.direction[:2], place.direction[3:]))
        other = self.random.choice(others)
        clause = clauses.borrow(running[other][claiming], self.random)
        if not clause:
            return
        claim = clauses.add_clause(self._shorter(pair).claim, clause, self.random)
        beside = [one for one in others if abs(one - number) == 1 and one != other]
        without, scene = [pair.text], _Scene(self._next_family(), place.direction)
        if beside and self.random.random() < 0.6:
            near = self.random.choice(beside)
            without.insert(int(near > number), running[near][reading])
        self._keep(ADDED, claim, " ".join(without), scene, carried=False)
        texts = [pair.text, running[other][reading]]
        self._keep(ADDED, claim, " ".join(texts[::-1] if other < number else texts), scene, carried=True)

    def _topic(self, place: _Place) -> None:
        """Name what the text is about, and say nothing of it."""
        pair = place.pair
        clause = clauses.borrow(pair.claim, self.random)
        names = [pair.claim[slice(*link.claim)] for link in pair.links if link.kind == "name"]
        about = self.random.choice([one for one in (clause, *names) if one] or [""])
        if about:
            claim = self.random.choice(_TOPICS[place.direction[:2]]).format(about)
            self._add(TOPIC, claim, pair.text, self._scene(place), carried=False)

    def _of_question(self, question: Question) -> None:
        """Take a question with its answer as a claim, as a bare answer is checked; and with an answer to another."""
        window, others = self._sentences(question), self._other_answers(question)
        scene = _Scene(self._next_family(), question.direction)

        def said(answer: str, text: str, *, carried: bool) -> None:
            self._keep(ANSWER, f"{question.text} {answer}", text, scene, carried=carried)

        if question.gold is None:
            if others:
                said(self.random.choice(others)[0], window, carried=False)
            return
        answer, read = self._answer(question, question.languages[0]), question.paragraph[slice(*question.gold)]
        if answer is None:
            return
        said(answer, window, carried=True)
        wrong = [one for one in others if fold(one[0]) not in fold(answer) and fold(answer) not in fold(one[0])]
        if wrong:
            said(self.random.choice(wrong)[0], window, carried=False)
        elsewhere = [question.paragraph[slice(*place)].strip() for place in cut_sentences(question.paragraph)]
        elsewhere = [one for one in elsewhere if one not in window and read not in one]
        if elsewhere and self.random.random() < 0.3:
            said(answer, self.random.choice(elsewhere), carried=False)
        chance = self.random.random()
        if chance < 0.2:
            self._keep(TOPIC, question.text, window, scene, carried=False)
        elif chance < 0.3:
            self._keep(ANSWER, answer, window, scene, carried=True)
            absent = [one for one, there in wrong if there not in window]
            if absent:
                self._keep(ANSWER, self.random.choice(absent), window, scene, carried=False)

    def _sentences(self, question: Question) -> str:
        """Return the sentence that answers, now and then with those beside it; any, where none answers."""
        found = cut_sentences(question.paragraph)
        start, end = question.gold or (found[self.random.randrange(len(found))][0],) * 2
        hit = [place for place, one in enumerate(found) if one[0] <= max(start, end - 1) and start < one[1]]
        reach = 1 if question.gold else 2
        first = max(0, hit[0] - self.random.randint(0, reach))
        last = min(len(found) - 1, hit[-1] + self.random.randint(0, reach))
        return question.paragraph[found[first][0] : found[last][1]].strip()

    def _answer(self, question: Question, written: str) -> str | None:
        """Return a question's answer in a language, if it is known in it."""
        if question.languages[1] != written:
            translated = self.corpus.in_language(question, written)
            if translated is None:
                return None
            question = translated
        return question.paragraph[slice(*question.gold)] if question.gold else None

    def _other_answers(self, question: Question) -> list[tuple[str, str]]:
        """Return the answers to the other questions on a paragraph: in the question's language, in the paragraph's."""
        found = []
        for one in self._questions[question.languages[1], question.paragraph]:
            said = self._answer(one, question.languages[0])
            if one.id != question.id and one.gold and said:
                found.append((said, one.paragraph[slice(*one.gold)]))
        return sorted(set(found))

    @cached_property
    def _questions(self) -> dict[tuple[str, str], list[Question]]:
        found = defaultdict(list)
        for question in self.corpus.questions:
            found[question.languages[1], question.paragraph].append(question)
        return found

    def _add(self, kind: str, claim: str, text: str, scene: _Scene, *, carried: bool) -> None:
        """Add an example, its sentence among those beside it, now and then as an answer of yes or no."""
        denied = kind == operators.NEGATION and operators.denies(claim)
        if self.random.random() < (0.35 if kind == operators.NEGATION else 0.05):
            kind, claim = YES_OR_NO, operators.answer_first(claim, yes=not denied)
        self._keep(kind, claim, " ".join([*scene.before, text, *scene.after]), scene, carried=carried)

    def _keep(self, kind: str, claim: str, text: str, scene: _Scene, *, carried: bool) -> None:
        if self.random.random() < self.switched:
            text = switch_language(text, self.lexicon, self.random, rate=self.random.uniform(0.2, 0.7)).text
        self.made.append(Claim(kind, scene.direction, claim, text, carried, scene.family))


def _side(language: str) -> int:
    return ("en", "ar").index(language)


def make_claims(corpus: Corpus, lexicon: Lexicon, *, everything: bool) -> ClaimMaker:
    """Return a maker on all parallel texts, without the news that is kept out unless `everything`."""
    news = corpus.news if everything else corpus.news[:-KEPT_OUT]
    news = [(_SEGMENT.sub("", english), _SEGMENT.sub("", arabic)) for english, arabic in news]
    return ClaimMaker(corpus, [news, *corpus.sentence_pairs], lexicon)


def encode_claims(claims: Iterable[Claim], tokenizer: Tokenizer) -> ClaimExamples:
    """Return claims as arrays; one that is too long for the reader is left out."""
    rows: list[list[int]] = []
    firsts: list[int] = []
    kept: list[Claim] = []
    for claim in claims:
        encoded = encode(tokenizer, claim.claim, claim.text, limit=512, question_limit=512)
        if encoded.first - 3 <= CLAIM_LIMIT and len(encoded.ids) <= LIMIT:
            rows.append(encoded.ids)
            firsts.append(encoded.first)
            kept.append(claim)
    return ClaimExamples(
        *join(rows),
        np.array(firsts, np.int32),
        np.array([f"{claim.kind} {'+' if claim.carried else '-'}" for claim in kept]),
        np.array([claim.carried for claim in kept]),
        np.array([claim.direction for claim in kept]),
        np.array([claim.family for claim in kept], np.int32),
    )


def main() -> None:
    """Print counts, or examples."""
    parser = argparse.ArgumentParser(prog="training.claims", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of data")
    parser.add_argument("--encoder", type=Path, required=True, help="what training.encoder wrote")
    parser.add_argument("--show", help="print some examples of a kind, as 'roles -'")
    parser.add_argument("--portion", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="with the judged articles and sentences")
    given = parser.parse_args()
    corpus = load_corpus(given.data, everything=given.all)
    made = make_claims(corpus, make_lexicon(corpus, given.encoder), everything=given.all).make(given.portion)
    if given.show:
        found = [one for one in made if f"{one.kind} {'+' if one.carried else '-'}" == given.show]
        for one in random.Random(given.portion).sample(found, min(40, len(found))):
            print(f"{one.direction}\n  {one.claim}\n  {one.text}")
        return
    examples = encode_claims(made, load_tokenizer(given.encoder))
    print(len(examples), "examples,", len(examples.ids), "pieces")
    for kind, count in sorted(Counter(examples.kinds.tolist()).items()):
        print(f"{count:6} {kind}")


if __name__ == "__main__":
    main()
