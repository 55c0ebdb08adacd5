"""Articles and libraries made for tests: with made-up but repeatable vectors, so that Chroma alone is tested."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.library.collections import Shape
from index.library.library import Library
from index.library.store import Store
from index.types import Article, IndexedArticle, Language, Passage, Sentence

SHAPE = Shape(embedding="made", second="made", passage_tokens=256)

_opened: list[Library] = []


def open_library(folder: Path, *, url: str = "", shape: Shape = SHAPE) -> Library:
    """A library of made articles, closed when the tests of a file are done."""
    library = Library(Store(folder, url=url), shape)
    _opened.append(library)
    return library


def close_libraries() -> None:
    """Close all of them: each holds some thirty files and seven threads."""
    while _opened:
        _opened.pop().close()


def made_language(number: int) -> Language:
    """Odd articles are Arabic."""
    return "ar" if number % 2 else "en"


def made_article(number: int, *, version: int = 0, size: int = 3, texts: Sequence[str] = ()) -> IndexedArticle:
    """Article `number` in one of its versions, of the sentences given or of `size` short ones."""
    texts = texts or [f"Sentence {position} of {number}, version {version}." for position in range(size)]
    text, size, language = " ".join(texts), len(texts), made_language(number)
    article = Article(f"{number:012x}", f"Article {number}", f"made/{number}", text, language)
    sentences: list[Sentence] = []
    for position, sentence in enumerate(texts):
        start = sentences[-1].end + 1 if sentences else 0
        sentences.append(Sentence(article.id, position, 0, start, start + len(sentence), sentence))
    passages = (Passage(article.id, 0, 0, size, 0, len(text), text),)
    random = np.random.default_rng([number, version])
    vectors = [_unit(random, size, 384), _unit(random, 1, 384), _unit(random, size, 512)]
    return IndexedArticle(article, tuple(sentences), passages, *vectors)


def fault(library: Library, indexed: IndexedArticle) -> str:
    """What is wrong with the stored article: not listed, not loaded as it was, or a sentence no search finds."""
    with library.reading() as view:
        record = view.find([indexed.article.id]).get(indexed.article.id)
        if record is None or record.version != indexed.article.version:
            return "not listed"
        loaded = view.load(record)
        if loaded is None or loaded.article != indexed.article or loaded.sentences != indexed.sentences:
            return "not loaded as it was"
        if not np.allclose(loaded.sentence_vectors, indexed.sentence_vectors, atol=1e-6):
            return "other vectors"
        assert indexed.second_vectors is not None
        for position, (vector, second) in enumerate(zip(indexed.sentence_vectors, indexed.second_vectors, strict=True)):
            hits = view.nearest(vector, second, k=2)
            found = {hit.encoder for hit in hits if (hit.article_id, hit.position) == (record.id, position)}
            if found != {"main", "second"}:
                return f"sentence {position} not found by { ({'main', 'second'} - found) }"
    return ""


def _unit(random: np.random.Generator, rows: int, columns: int) -> NDArray[np.float32]:
    vectors = random.normal(size=(rows, columns)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
