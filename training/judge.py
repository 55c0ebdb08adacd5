"""Figures of the reader alone, on the articles that its training left out.

    python -m training.judge --data FOLDER --out FOLDER

Near misses: those that people wrote, against the answerable questions on the same paragraphs. Whole articles: the best
span of all windows. A score is the span's logits less those of "not here".
"""

import argparse
import json
import re
import string
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.pause import wait
from training.session import make_session, pad
from training.squad import DIRECTIONS, Question, is_judged, load_questions
from training.vocabulary import load_tokenizer
from training.windows import BUDGET, Span, cut_sentences, cut_windows, encode

Floats = NDArray[np.float64]

PARAGRAPH_BUDGET = 340
"""Pieces of a window where one paragraph is read."""

LONGEST_ANSWER = 24
"""Pieces of a span."""

_NEAR_MISSES = {
    "en-en": ("reading/squad2.en-en",),
    "en-ar": ("reading/squad2-unanswerable.en-ar", "xquad-dev.en-ar"),
}
_SIGNS = frozenset(string.punctuation) | frozenset("،؛؟«»“”")


@dataclass(frozen=True, slots=True)
class Found:
    """The best span of a text; a score above 0 says that it answers."""

    score: float
    span: Span


class WindowReader:
    """The exported reader on texts of any length."""

    def __init__(self, folder: Path, *, threads: int = 2, pause: Path | None = None) -> None:
        self._pause = pause
        self._session = make_session(folder / "reader.onnx", threads=threads)
        self._tokenizer = load_tokenizer(folder)
        self._windows: dict[tuple[str, int], list[Span]] = {}

    def read(self, question: str, text: str, *, budget: int = BUDGET) -> list[Found]:
        """Return the best span of each window."""
        wait(self._pause)
        if (text, budget) not in self._windows:
            self._windows[text, budget] = list(cut_windows(self._tokenizer, text, budget=budget))
        windows = self._windows[text, budget]
        encoded = [encode(self._tokenizer, question, text[start:end]) for start, end in windows]
        inputs = {"ids": pad([one.ids for one in encoded]), "parts": pad([one.parts for one in encoded], 0)}
        starts, ends = self._session.run(["start", "end"], inputs)
        found = []
        for row, (one, (moved, _)) in enumerate(zip(encoded, windows, strict=True)):
            place = slice(one.first, one.first + len(one.offsets))
            score, first, last = best_span(starts[row, place], ends[row, place])
            span = (moved + one.offsets[first][0], moved + one.offsets[last][1])
            found.append(Found(score - float(starts[row, 0] + ends[row, 0]), span))
        return found

    def best(self, question: str, text: str, *, budget: int = BUDGET) -> Found:
        """Return the best span of all windows."""
        return max(self.read(question, text, budget=budget), key=lambda found: found.score)


def best_span(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> tuple[float, int, int]:
    """Return score, first and last place of the span with the highest sum of logits."""
    sums = starts[:, None] + ends[None, :]
    places = np.arange(len(starts))
    length = places[None, :] - places[:, None]
    sums = np.where((length >= 0) & (length < LONGEST_ANSWER), sums, -np.inf)
    first, last = np.unravel_index(sums.argmax(), sums.shape)
    return float(sums[first, last]), int(first), int(last)


def match(said: str, answers: Iterable[str]) -> tuple[float, float]:
    """Return exact match and F1 against the nearest answer, as SQuAD's scorer does and without Arabic's article."""
    found = [_overlap(_words(said), _words(answer)) for answer in answers]
    return max(exact for exact, _ in found), max(f1 for _, f1 in found)


def area(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the area under the ROC curve."""
    ranks = np.concatenate([positive, negative]).argsort().argsort() + 1.0
    count = len(positive)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / count / len(negative))


def judge_near_misses(reader: WindowReader, questions: Sequence[Question]) -> dict[str, float]:
    """Tell answerable questions from near misses, on their paragraphs."""
    yes: list[float] = []
    no: list[float] = []
    matches = []
    for question in questions:
        found = reader.best(question.text, question.paragraph, budget=PARAGRAPH_BUDGET)
        (yes if question.answers else no).append(found.score)
        if question.answers:
            matches.append(_match(found.span, question))
    limit = np.quantile(yes, 0.1)
    exact, f1 = np.mean(matches, 0)
    return {
        "answerable": len(yes),
        "near misses": len(no),
        "area": area(yes, no),
        "near misses answered, 10 % refused": float(np.mean(np.array(no) > limit)),
        "EM": float(exact),
        "F1": float(f1),
    }


def judge_articles(reader: WindowReader, questions: Sequence[Question]) -> dict[str, float]:
    """Find answers in their paragraph, in the whole article, and tell an article without the answer's paragraph."""
    articles: dict[str, list[str]] = {}
    for question in questions:
        paragraphs = articles.setdefault(question.title, [])
        if question.paragraph not in paragraphs:
            paragraphs.append(question.paragraph)
    rows = [_judge_article(reader, question, articles[question.title]) for question in questions]
    names = (
        "span in its paragraph, EM",
        "F1",
        "its sentence",
        "right sentence of the article first",
        "article, EM",
        "article, F1",
    )
    means = np.mean([row[:6] for row in rows], 0)
    figures = {name: float(mean) for name, mean in zip(names, means, strict=True)}
    whole, without = ([row[place] for row in rows] for place in (6, 7))
    return {"questions": len(rows), **figures, "paragraph taken away, area": area(whole, without)}


def _judge_article(reader: WindowReader, question: Question, paragraphs: Sequence[str]) -> tuple[float, ...]:
    near = reader.best(question.text, question.paragraph, budget=PARAGRAPH_BUDGET)
    place = paragraphs.index(question.paragraph)
    text = "".join(f"{paragraph}\n\n" for paragraph in paragraphs)
    moved = sum(len(paragraph) + 2 for paragraph in paragraphs[:place])
    far = reader.best(question.text, text)
    rest = "".join(f"{paragraph}\n\n" for paragraph in paragraphs if paragraph != question.paragraph)
    said = [question.paragraph[slice(*answer)] for answer in question.answers]
    return (
        *_match(near.span, question),
        _in_sentence(near.span, question.paragraph, question.answers),
        _in_sentence(far.span, text, [(start + moved, end + moved) for start, end in question.answers]),
        *match(text[slice(*far.span)], said),
        far.score,
        reader.best(question.text, rest).score,
    )


def _match(span: Span, question: Question) -> tuple[float, float]:
    return match(question.paragraph[slice(*span)], (question.paragraph[slice(*answer)] for answer in question.answers))


def _in_sentence(span: Span, text: str, answers: Iterable[Span]) -> float:
    sentences = cut_sentences(text)
    return float(any(start <= span[0] < end and start <= a < end for a, _ in answers for start, end in sentences))


def _words(text: str) -> list[str]:
    text = re.sub("[\u064b-\u0652\u0640]", "", text.lower())
    text = "".join(letter for letter in re.sub("[إأآ]", "ا", text) if letter not in _SIGNS)
    found = re.sub(r"\b(a|an|the)\b", " ", text).split()
    return [word[2:] if word.startswith("ال") and len(word) > 4 else word for word in found]


def _overlap(ones: list[str], others: list[str]) -> tuple[float, float]:
    same = (Counter(ones) & Counter(others)).total()
    return float(ones == others), 2 * same / (len(ones) + len(others)) if same else 0.0


def judge(
    data: Path, out: Path, *, threads: int = 2, pause: Path | None = None, say: Callable[[str], None] = print
) -> dict[str, dict[str, float]]:
    """Return all figures, and say each when it is there. While the file `pause` exists, wait."""
    reader = WindowReader(out, threads=threads, pause=pause)
    figures: dict[str, dict[str, float]] = {}

    def measured(name: str, found: dict[str, float]) -> None:
        figures[name] = {key: round(value, 3) for key, value in found.items()}
        say(f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in figures[name].items()))

    def kept_out(*names: str) -> list[Question]:
        return [question for question in load_questions(data, names) if is_judged(question.title)]

    for direction, names in _NEAR_MISSES.items():
        measured(f"near misses {direction}", judge_near_misses(reader, kept_out(*names)))
    for direction in DIRECTIONS:
        measured(direction, judge_articles(reader, kept_out(f"xquad-dev.{direction}")))
    return figures


def main() -> None:
    """Print the figures and write them into the reader's record."""
    parser = argparse.ArgumentParser(prog="training.judge", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of data")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the reader")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pause", type=Path, help="wait while this file exists")
    given = parser.parse_args()
    record_path = given.out / "reader.json"
    record = json.loads(record_path.read_text("utf-8")) if record_path.exists() else {}
    if record.get("judged articles") == "trained on":
        raise SystemExit(
            f"The reader in {str(given.out)!r} was trained on the judged articles; train one without --all."
        )
    began = time.monotonic()
    record["figures"] = judge(given.data, given.out, threads=given.threads, pause=given.pause)
    record_path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
