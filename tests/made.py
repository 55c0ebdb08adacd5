"""Articles and libraries made for tests: of a text, or with made-up but repeatable vectors, for Chroma alone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.library.library import Library
from index.library.schema import IndexSettings
from index.library.store import Store
from index.readers.sources import article_from_text
from index.types import Article, IndexedArticle, Language, Metadata, Passage, Sentence

STORY = (
    "A ferry that runs entirely on batteries began sailing on Monday between Port Selwa and Little Amber. "
    "It makes the crossing in 35 minutes and holds 220 passengers. "
    "The region paid a third of the cost, and fares do not change before 2026. "
)
OTHER = (
    "The museum of Selwa shows forty paintings by a fisherman who never sold one in his life. "
    "His daughter found them under a boat in 1962 and gave them to the town in the same year. "
)

INDEX_SETTINGS = IndexSettings(embedding="made", second="made", passage_tokens=256)


_opened: list[Library] = []


def open_library(folder: Path, *, url: str = "", settings: IndexSettings = INDEX_SETTINGS) -> Library:
    """A library of made articles, closed when the tests of a file are done."""
    library = Library(Store(folder, url=url), settings)
    _opened.append(library)
    return library


def close_libraries() -> None:
    """Close all of them: each holds some thirty files and seven threads."""
    while _opened:
        _opened.pop().close()


def article_of(text: str, source: str, *, published: str = "", url: str = "") -> Article:
    """An article of a text, as a reader makes it."""
    return replace(article_from_text(text, source=source), metadata=Metadata(published=published, url=url))


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
    with library.snapshot() as snapshot:
        record = snapshot.find([indexed.article.id]).get(indexed.article.id)
        if record is None or record.version != indexed.article.version:
            return "not listed"
        loaded = snapshot.load(record)
        if loaded is None or loaded.article != indexed.article or loaded.sentences != indexed.sentences:
            return "not loaded as it was"
        if not np.allclose(loaded.sentence_vectors, indexed.sentence_vectors, atol=1e-6):
            return "other vectors"
        assert indexed.second_vectors is not None
        for position, (vector, second) in enumerate(zip(indexed.sentence_vectors, indexed.second_vectors, strict=True)):
            hits = snapshot.nearest_sentences(vector, second, k=2)
            found = {hit.encoder for hit in hits if (hit.article_id, hit.position) == (record.id, position)}
            if found != {"main", "second"}:
                return f"sentence {position} not found by { ({'main', 'second'} - found) }"
    return ""


def _unit(random: np.random.Generator, rows: int, columns: int) -> NDArray[np.float32]:
    vectors = random.normal(size=(rows, columns)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
