"""How often `bot.grounding.support` is wrong, on parallel Arabic and English paragraphs, in four directions.

A sentence, and a question, is a claim that the same paragraph supports, in its own language or the other: whatever is
found wrong in it is a false alarm (also where the question or the translation does add something). Then a number, or an
answer that is a name, is replaced by one of another article: what is not found wrong then is a miss.

"rejected" is what grounding would withhold, of a sentence that cites only its own translation, and of a question.

    python -m benchmarks.facts --data FOLDER    # with xquad-dev.ar-ar.json and xquad-dev.en-en.json
"""

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.grounding.facts import Kind
from bot.grounding.facts.names import is_ordinary
from bot.grounding.support import find_unsupported
from index.text.sentences import split_sentences
from index.types import Article, Language

LANGUAGES: tuple[Language, ...] = ("ar", "en")
QUANTITIES = (Kind.NUMBER, Kind.PERCENT, Kind.CURRENCY, Kind.DATE, Kind.UNIT)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_TRIES = 2
"""Alterations of each fact."""


@dataclass(frozen=True)
class Answer:
    """An answer in both languages, as offsets into the paragraph."""

    start: dict[Language, int]
    text: dict[Language, str]

    @property
    def is_name(self) -> bool:
        """Whether it is a name: in English every word has a capital, and not every one is an ordinary word."""
        words = re.findall(r"[^\W\d_]+", self.text["en"])
        names = [word for word in words if word[0].isupper()]
        plain = re.fullmatch(r"[^\W\d_]+(?:[ .'&-]+[^\W\d_]+)*\.?", self.text["en"])
        return (
            plain is not None
            and len(words) < 5
            and names == words
            and not all(is_ordinary(word.lower()) for word in words)
        )


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of an article in both languages."""

    article: int
    text: dict[Language, str]
    questions: tuple[dict[Language, str], ...]
    answers: tuple[Answer, ...]


@dataclass
class Count:
    """How many claims were tried, and how many went wrong."""

    wrong: int = 0
    tried: int = 0

    def add(self, *, wrong: bool) -> None:
        """Count one more claim."""
        self.wrong += wrong
        self.tried += 1

    def __str__(self) -> str:
        return f"{self.wrong / max(self.tried, 1):6.1%} of {self.tried:4}"


def main() -> None:
    """Print the rates in the four directions claim-source."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    paths = {code: folder / f"xquad-dev.{code}-{code}.json" for code in LANGUAGES}
    if not all(path.is_file() for path in paths.values()):
        print(f"Nothing measured: {folder} lacks {' or '.join(path.name for path in paths.values())}.")
        return
    paragraphs = list(_load(paths))
    for claim in LANGUAGES:
        for source in LANGUAGES:
            trial = Trial(paragraphs, claim, source)
            print(f"claim {claim}, source {source}")
            for name, count in trial.rates().items():
                print(f"  {name:40} {count}")


class Trial:
    """One direction: claims in one language, sources in the other or the same."""

    def __init__(self, paragraphs: Sequence[Paragraph], claim: Language, source: Language) -> None:
        self._paragraphs, self._claim, self._source = paragraphs, claim, source
        self._choice = random.Random(1)
        self._counts: dict[str, Count] = defaultdict(Count)
        self._names = [(each.article, answer) for each in paragraphs for answer in each.answers if answer.is_name]
        self._numbers = [
            (each.article, found[0]) for each in paragraphs for found in _NUMBER.finditer(each.text[claim])
        ]

    def rates(self) -> dict[str, Count]:
        """Return the counts by what was tried."""
        for paragraph in self._paragraphs:
            source = paragraph.text[self._source]
            for question in paragraph.questions:
                self._count_alarms(question[self._claim], source, "questions")
            self._count_rejected(paragraph)
            for start, sentence in _sentences(paragraph.text[self._claim]):
                self._count_alarms(sentence, source, "sentences")
                self._alter_numbers(paragraph, sentence)
                self._alter_names(paragraph, sentence, start)
        return dict(sorted(self._counts.items()))

    def _count_alarms(self, claim: str, source: str, what: str) -> None:
        found = {fact.kind for fact in find_unsupported(claim, [source])}
        self._counts[f"false alarms: quantities, {what}"].add(wrong=not found.isdisjoint(QUANTITIES))
        self._counts[f"false alarms: names, {what}"].add(wrong=Kind.NAME in found)

    def _count_rejected(self, paragraph: Paragraph) -> None:
        """Count the sentences that do not stand on their translation, where both texts have as many sentences."""
        claims, sources = (list(_sentences(paragraph.text[code])) for code in (self._claim, self._source))
        pairs = zip(claims, sources, strict=True) if len(claims) == len(sources) else ()
        for (_, claim), (_, source) in pairs:
            facts = find_unsupported(claim, [source])
            opposite = any(fact.kind is Kind.OPPOSITE for fact in facts)
            self._counts["rejected: sentences by opposites"].add(wrong=opposite)
            self._counts["rejected: sentences"].add(wrong=bool(facts))
        for question in paragraph.questions:
            facts = find_unsupported(question[self._claim], [paragraph.text[self._source]])
            words = any(fact.kind is Kind.WORD for fact in facts)
            self._counts["rejected: questions by new words"].add(wrong=words)
            opposite = any(fact.kind is Kind.OPPOSITE for fact in facts)
            self._counts["rejected: questions by opposites"].add(wrong=opposite)

    def _alter_numbers(self, paragraph: Paragraph, sentence: str) -> None:
        for found in _NUMBER.finditer(sentence):
            for article, number in self._choice.sample(self._numbers, _TRIES):
                altered = sentence[: found.start()] + number + sentence[found.end() :]
                # What the source happens to say too, in whatever form, is no alteration.
                if article != paragraph.article and find_unsupported(number, [paragraph.text[self._source]]):
                    self._count_miss("numbers", altered, paragraph, sentence, QUANTITIES)

    def _alter_names(self, paragraph: Paragraph, sentence: str, start: int) -> None:
        for answer in paragraph.answers:
            at, old = answer.start[self._claim] - start, answer.text[self._claim]
            if not answer.is_name or not 0 <= at < len(sentence):
                continue
            for article, name in self._choice.sample(self._names, _TRIES):
                if article == paragraph.article or any(name.text[code] in paragraph.text[code] for code in LANGUAGES):
                    continue
                altered = sentence[:at] + name.text[self._claim] + sentence[at + len(old) :]
                self._count_miss("names", altered, paragraph, sentence, (Kind.NAME,))
                self._count_miss("names, counting words", altered, paragraph, sentence, (Kind.NAME, Kind.WORD))

    def _count_miss(self, what: str, altered: str, paragraph: Paragraph, sentence: str, kinds: Sequence[Kind]) -> None:
        """Count whether the altered sentence has more facts of the kinds than the sentence as it was."""
        source = [paragraph.text[self._source]]
        before = {fact for fact in find_unsupported(sentence, source) if fact.kind in kinds}
        after = {fact for fact in find_unsupported(altered, source) if fact.kind in kinds}
        self._counts[f"misses: {what}"].add(wrong=after <= before)


def _load(paths: dict[Language, Path]) -> Iterator[Paragraph]:
    both = [json.loads(paths[code].read_text("utf-8"))["data"] for code in LANGUAGES]
    for number, articles in enumerate(zip(*both, strict=True)):
        for pair in zip(*(article["paragraphs"] for article in articles), strict=True):
            yield _paragraph(number, dict(zip(LANGUAGES, pair, strict=True)))


def _paragraph(article: int, raw: dict[Language, Any]) -> Paragraph:
    questions = list(zip(*(raw[code]["qas"] for code in LANGUAGES), strict=True))
    pairs = [dict(zip(LANGUAGES, pair, strict=True)) for pair in questions]
    return Paragraph(
        article,
        {code: raw[code]["context"] for code in LANGUAGES},
        tuple({code: pair[code]["question"] for code in LANGUAGES} for pair in pairs),
        tuple(
            Answer(
                {code: pair[code]["answers"][0]["answer_start"] for code in LANGUAGES},
                {code: pair[code]["answers"][0]["text"] for code in LANGUAGES},
            )
            for pair in pairs
        ),
    )


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    for sentence in split_sentences(Article("", "", "", text, "en")):
        yield sentence.start, sentence.text


if __name__ == "__main__":
    main()
