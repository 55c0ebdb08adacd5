"""The development data as cases: a question, an article, and which sentences answer.

SQuAD files are read from a folder that is not part of the project. Vectors are computed once and kept in a cache.
What is unanswerable is made of the same files: "far" asks another article, "near" the article without the paragraph
that answers; both also of short cuts of one to three paragraphs.
"""

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.models.encoder import SentenceEncoder
from index.models.llama_embedding import E5Embedding
from index.models.words import WordEncoder
from index.retrieval.ranking import Setup
from index.retrieval.signals import EncodedQuestion, PreparedArticle, prepare, question_words
from index.text.passages import pack_passages
from index.text.search_form import language_of
from index.text.sentences import split_sentences
from index.types import Article, IndexedArticle, Sentence

Floats = NDArray[np.float32]

PASSAGE_TOKENS = 256
DIRECTIONS = ("ar-ar", "ar-en", "en-ar", "en-en")
FILES = {**{direction: f"xquad-dev.{direction}.json" for direction in DIRECTIONS}, "arcd": "arcd-train.json"}
WHERE = (
    "XQuAD is at https://github.com/google-deepmind/xquad and ARCD at https://github.com/husseinmozannar/SOQAL; "
    "put them into one folder as " + ", ".join(FILES.values()) + " and pass it as --data."
)
_FAR = 7  # how many articles further "another article" is
_CUTS = 2  # short cuts for each question, of each kind


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a SQuAD file, with its answer's place in the joined text of its article."""

    id: str
    text: str
    answer: str
    start: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Source:
    """An article of a SQuAD file. `group` is the same for its translations: folds never part them."""

    set_name: str
    group: str
    title: str
    paragraphs: tuple[str, ...]
    questions: tuple[Asked, ...]

    @property
    def text(self) -> str:
        """The whole text: paragraphs with blank lines between."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True)
class Case:
    """A question put to an article; `gold` marks the sentences that hold the answer (none: unanswerable)."""

    set_name: str
    group: str
    kind: str
    """ "whole", "far", "near", "cut" (short, with the answer) or "cut-near" (short, without)."""
    asked: Asked
    question: EncodedQuestion
    article: PreparedArticle = field(repr=False)
    gold: NDArray[np.bool_] = field(repr=False)

    @property
    def answerable(self) -> bool:
        """Whether some sentence of the article answers."""
        return bool(self.gold.any())


class Cache:
    """Vectors of texts, kept on disk under the encoder's name."""

    def __init__(self, folder: Path, name: str, encode: Callable[[list[str]], Floats]) -> None:
        self._path, self._encode = folder / f"{name}.npz", encode
        self._vectors: dict[str, Floats] = {}
        if self._path.exists():
            with np.load(self._path) as stored:
                self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> Floats:
        """(n, d) vectors of n texts."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        if new:
            made = np.asarray(self._encode(list(new.values())), np.float32)
            self._vectors.update(zip(new, made, strict=True))
        return np.stack([self._vectors[key] for key in keys]) if keys else np.asarray(self._encode([]), np.float32)

    def save(self) -> None:
        """Write what is new to disk."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("wb") as file:
            np.savez(file, keys=np.array(list(self._vectors)), vectors=np.stack(list(self._vectors.values())))


class Workshop:
    """Makes prepared articles and encoded questions, each vector once."""

    def __init__(self, folder: Path, setup: Setup = "both") -> None:
        second_encoder = SentenceEncoder()
        main = _LazyE5()
        self.second = Cache(folder, "use", second_encoder.encode)
        self.words = Cache(folder, "use-words", second_encoder.encode)
        light = setup == "light"
        self.passages = self.second if light else Cache(folder, "e5-passages", main.passages)
        self.queries = self.second if light else Cache(folder, "e5-queries", main.queries)
        self.has_second = setup != "main"
        self._word_encoder = WordEncoder(self.words)
        self._prepared: dict[tuple[str, ...], PreparedArticle] = {}

    def article(self, title: str, paragraphs: Sequence[str]) -> PreparedArticle:
        """The article made of some paragraphs, split, embedded and prepared."""
        key = (title, *paragraphs)
        if key not in self._prepared:
            self._prepared[key] = prepare(
                self.indexed(title, paragraphs), self._word_encoder if self.has_second else None
            )
        return self._prepared[key]

    def indexed(self, title: str, paragraphs: Sequence[str]) -> IndexedArticle:
        """The article as the library would store it."""
        text = "\n\n".join(paragraphs)
        article = Article(hashlib.sha256(text.encode()).hexdigest()[:12], title, title, text, language_of(text))
        sentences = split_sentences(article)
        passages = pack_passages(sentences, article, budget=PASSAGE_TOKENS)
        return IndexedArticle(
            article,
            sentences,
            passages,
            self.passages([sentence.text for sentence in sentences]),
            self.passages([passage.text for passage in passages]),
            self.second([sentence.text for sentence in sentences]) if self.has_second else None,
        )

    @cache  # noqa: B019 - one workshop a run
    def question(self, text: str) -> EncodedQuestion:
        """The question with all its vectors."""
        main = self.queries([text])[0]
        if not self.has_second:
            return EncodedQuestion(text, language_of(text), main)
        asked = question_words(text)
        vectors = self.words(asked) if asked else np.zeros((0, 512), np.float32)
        return EncodedQuestion(text, language_of(text), main, self.second([text])[0], vectors)

    def save(self) -> None:
        """Keep all vectors for the next run."""
        for kept in (self.passages, self.queries, self.second, self.words):
            kept.save()


def load_sources(data: Path) -> dict[str, list[Source]]:
    """Return the articles of each file.

    Raises: SystemExit that says where to get the data, where a file is missing.
    """
    missing = [name for name in FILES.values() if not (data / name).exists()]
    if missing:
        raise SystemExit(f"There is no {missing[0]} in {str(data)!r}. {WHERE}")
    return {set_name: list(_read(data / name, set_name)) for set_name, name in FILES.items()}


def sentences_of(source: Source) -> tuple[Sentence, ...]:
    """Return the sentences of an article."""
    return split_sentences(Article(source.group, source.title, source.title, source.text, language_of(source.text)))


def checksums(data: Path) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in FILES.values()}


def make_cases(sources: dict[str, list[Source]], workshop: Workshop, *, cuts: bool = True) -> list[Case]:
    """Return every question put to its article, to another, to its article without the answer, and to short cuts."""
    cases = [
        case
        for articles in sources.values()
        for position, source in enumerate(articles)
        for asked in source.questions
        for case in _cases(source, asked, articles[(position + _FAR) % len(articles)], workshop, cuts=cuts)
    ]
    workshop.save()
    return cases


def folds(groups: Sequence[str], count: int, seed: int = 0) -> NDArray[np.int64]:
    """Return a fold for each group name, equal names in one fold."""
    names = sorted(set(groups))
    random.Random(seed).shuffle(names)
    names.sort(key=lambda name: name.partition("-")[0])  # as many articles of each corpus in every fold
    fold = {name: position % count for position, name in enumerate(names)}
    return np.array([fold[name] for name in groups])


class _LazyE5:
    """The main encoder, loaded when a text is not in the cache."""

    def __init__(self) -> None:
        self._model: E5Embedding | None = None

    @property
    def model(self) -> E5Embedding:
        self._model = self._model or E5Embedding(embed_batch_size=128)
        return self._model

    def passages(self, texts: list[str]) -> Floats:
        return np.asarray(self.model.get_text_embedding_batch(texts), np.float32)

    def queries(self, texts: list[str]) -> Floats:
        return np.asarray([self.model.get_query_embedding(text) for text in texts], np.float32)


def _read(path: Path, set_name: str) -> Iterator[Source]:
    for number, article in enumerate(json.loads(path.read_text("utf-8"))["data"]):
        asked: list[Asked] = []
        offset = 0
        for position, paragraph in enumerate(article["paragraphs"]):
            for question in paragraph["qas"]:
                answer = question["answers"][0]
                place = offset + answer["answer_start"]
                asked.append(Asked(question["id"], question["question"], answer["text"], place, position))
            offset += len(paragraph["context"]) + 2
        group = f"{'arcd' if set_name == 'arcd' else 'xquad'}-{number}"
        paragraphs = tuple(paragraph["context"] for paragraph in article["paragraphs"])
        yield Source(set_name, group, article["title"], paragraphs, tuple(asked))


def _cases(source: Source, asked: Asked, other: Source, workshop: Workshop, *, cuts: bool) -> Iterator[Case]:
    size, home = len(source.paragraphs), asked.paragraph
    rest = [position for position in range(size) if position != home]
    yield _case("whole", source, asked, range(size), workshop)
    yield _case("far", other, asked, range(len(other.paragraphs)), workshop, source)
    if rest:
        yield _case("near", source, asked, rest, workshop)
    if not cuts:
        return
    choose = random.Random(f"{source.set_name} {asked.id}")
    for _ in range(_CUTS):
        beside = sorted(choose.sample(rest, min(choose.randrange(3), len(rest))))
        yield _case("cut", source, asked, sorted([home, *beside]), workshop)
        if rest:
            yield _case(
                "cut-near", source, asked, sorted(choose.sample(rest, min(choose.randrange(1, 4), len(rest)))), workshop
            )
    yield _case("cut-far", other, asked, sorted(choose.sample(range(len(other.paragraphs)), 1)), workshop, source)


def _case(
    kind: str, source: Source, asked: Asked, kept: Sequence[int], workshop: Workshop, owner: Source | None = None
) -> Case:
    article = workshop.article(source.title, [source.paragraphs[position] for position in kept])
    gold = np.zeros(len(article.indexed.sentences), bool)
    if owner is None and asked.paragraph in kept:
        dropped = sum(len(source.paragraphs[p]) + 2 for p in range(asked.paragraph) if p not in kept)
        start = asked.start - dropped
        gold[:] = [s.start < start + len(asked.answer) and s.end > start for s in article.indexed.sentences]
    group = (owner or source).group
    return Case(source.set_name, group, kind, asked, workshop.question(asked.text), article, gold)
