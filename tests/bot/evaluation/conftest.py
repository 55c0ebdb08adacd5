"""A small lexical engine behind the evaluation's seam, and test sets: ours, and ones made up for a test."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation import testset
from bot.evaluation.run import AnswerQuestion
from bot.evaluation.testset import ResolveArticle, TestQuestion, TestSet, load_testset
from config.errors import SourceError
from index.text.search_form import language_of, stems
from index.text.sentences import split_sentences
from index.types import Article

SEEDS = Path(__file__).resolve().parents[3] / "seeds"


def resolve(reference: str, folder: Path) -> Article:
    path = folder / reference
    if not path.is_file():
        raise SourceError(f"There is no article {reference!r}; check the path.")
    text = path.read_text("utf-8")
    return Article(reference, text[:40], reference, text, language_of(text))


@cache
def stems_of(sentence: str) -> frozenset[str]:
    return frozenset(stems(sentence))


def lexical_answer(question: TestQuestion) -> dict[str, Any]:
    """Answer with the sentence that shares most stems with the question, if it shares a third of them."""
    article = question.article
    asked = set(stems(question.question))
    sentences = split_sentences(article)
    scores = {s.position: len(asked & stems_of(s.text)) / max(len(asked), 1) for s in sentences}
    ranked = sorted(sentences, key=lambda s: (-scores[s.position], s.position))[:8]
    shown = [
        {
            "article_id": article.id,
            "sentence": s.position,
            "start": s.start,
            "end": s.end,
            "text": s.text,
            "score": scores[s.position],
        }
        for s in ranked
    ]
    best, confidence = ranked[0], scores[ranked[0].position]
    citation = {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "sentence": best.position,
        "start": best.start,
        "end": best.end,
        "quote": best.text,
    }
    answered = confidence >= 1 / 3
    return {
        "question": question.question,
        "language": question.language,
        "answered": answered,
        "reason": None if answered else "weak_evidence",
        "confidence": confidence,
        "writer": "extractive",
        "claims": [{"text": best.text, "citations": [citation]}] if answered else [],
        "evidence": shown,
        "seconds": {"find": 0.002 + len(asked) / 10_000, "write": 0.001, "total": 0.003 + len(asked) / 10_000},
    }


@pytest.fixture(scope="session")
def seeds() -> Path:
    return SEEDS


@pytest.fixture(scope="session")
def schema() -> Mapping[str, Any]:
    """The JSON Schema of one line of our JSONL."""
    path = Path(testset.__file__).with_name("testset.schema.json")
    loaded: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


@pytest.fixture(scope="session")
def seed_sets() -> list[TestSet]:
    """The two shipped test sets."""
    names = ("questions.jsonl", "little-amber-ferry.questions.jsonl")
    return [load_testset(SEEDS / name, resolve=resolve) for name in names]


@pytest.fixture(scope="session")
def lexical() -> AnswerQuestion:
    return lexical_answer


@pytest.fixture(scope="session")
def resolve_seed() -> ResolveArticle:
    return resolve


Write = Callable[[Sequence[Mapping[str, Any] | str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write lines of JSONL beside an article "news.txt"."""
    (tmp_path / "news.txt").write_text("The bridge opened in 1931. It is 40 metres long. It is painted red.", "utf-8")

    def written(lines: Sequence[Mapping[str, Any] | str]) -> Path:
        path = tmp_path / "set.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        path.write_text("\n".join(texts), "utf-8")
        return path

    return written
