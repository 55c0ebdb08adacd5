"""Questions of files in SQuAD 2.0 form, from a folder of data; whole articles can be kept out by their titles.

A file's name says its languages: NAME.QUESTION-ARTICLE.json; `arcd-train.json` is Arabic on Arabic.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.windows import Span

DIRECTIONS = ("ar-ar", "ar-en", "en-ar", "en-en")
FILES = (
    "reading/squad2.en-en", "reading/squad11.en-en", "reading/qed.en-en", "reading/tydiqa.en-en",
    "reading/tydiqa.ar-ar", "reading/mlqa.ar-ar", "reading/squad2-unanswerable.en-ar", "arcd-train",
    "xquad-dev.ar-ar", "xquad-dev.ar-en", "xquad-dev.en-ar", "xquad-dev.en-en",
)  # fmt: skip
PARALLEL = ("reading/newstest2019-src.eng.txt", "reading/newstest2019-ref.arb.txt")
WHERE = "training/README.md says where each file comes from and how to bring it into this form."

JUDGED = ("Black_Death", "Oxygen", "Private_school", "Doctor_Who")
"""Titles of the articles that the judged figures are measured on."""

_SAME = {
    "الموت الأسود": "Black_Death", "طاعون أسود": "Black_Death", "الطاعون الأسود": "Black_Death", "أكسجين": "Oxygen",
    "الأكسجين": "Oxygen", "مدرسة خاصة": "Private_school", "مدارس خاصة": "Private_school", "دكتور هو": "Doctor_Who",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question put to a paragraph. `answers` are places of it; none: written so that it does not answer."""

    id: str
    source: str
    direction: str
    title: str
    text: str
    paragraph: str
    place: int
    """Of the paragraph in its article."""
    answers: tuple[Span, ...]

    @property
    def gold(self) -> Span | None:
        """The answer to learn."""
        return self.answers[0] if self.answers else None

    @property
    def languages(self) -> tuple[str, str]:
        """Of the question and of the paragraph."""
        return self.direction[:2], self.direction[3:]


def is_judged(title: str, judged: Collection[str] = JUDGED) -> bool:
    """Whether an article is among those kept out, under any of its titles."""
    plain = title.strip().replace(" ", "_")
    return _SAME.get(title.strip().replace("_", " "), plain) in judged


def load_questions(data: Path, names: Collection[str] = FILES) -> Iterator[Question]:
    """Yield the questions of all files.

    Raises: SystemExit that says where to get the data, where a file is missing.
    """
    for name in names:
        path = data / f"{name}.json"
        if not path.exists():
            raise SystemExit(f"There is no {name}.json in {str(data)!r}. {WHERE}")
        direction = next((pair for pair in DIRECTIONS if name.endswith("." + pair)), "ar-ar")
        for article in json.loads(path.read_text("utf-8"))["data"]:
            for place, paragraph in enumerate(article["paragraphs"]):
                for asked in paragraph["qas"]:
                    spans = [] if asked.get("is_impossible") else asked["answers"]
                    answers = tuple((one["answer_start"], one["answer_start"] + len(one["text"])) for one in spans)
                    text = asked["question"].strip()
                    context = paragraph["context"]
                    if "qed" in name:
                        context, answers = close_up(context, answers)
                    yield Question(asked["id"], name, direction, article["title"], text, context, place, answers)


def load_parallel(data: Path) -> list[tuple[str, str]]:
    """Return the parallel news sentences: English, Arabic."""
    sides = []
    for name in PARALLEL:
        if not (data / name).exists():
            raise SystemExit(f"There is no {name} in {str(data)!r}. {WHERE}")
        sides.append((data / name).read_text("utf-8").splitlines())
    return list(zip(*sides, strict=True))


def checksums(data: Path) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    names = [*(f"{name}.json" for name in FILES), *PARALLEL]
    return {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in names}


_LOOSE = re.compile(r" (?=[,.;:!?)\]]|'s\b|n't\b|%)|(?<=[(\[]) |(?<=\w) (?=- \w)|(?<=\w -) ")


def close_up(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """Return a text without the spaces that tokenization put around signs, and the spans where they stand now."""
    dropped = [match.start() for match in _LOOSE.finditer(text)]
    moved = tuple(tuple(edge - sum(place < edge for place in dropped) for edge in span) for span in spans)
    gone = set(dropped)
    return "".join(letter for place, letter in enumerate(text) if place not in gone), moved  # type: ignore[return-value]
