"""A library ↔ one file: what is stored, vectors too, with checksums.

Two exports of one library are the same bytes. Numbers of vectors come back to within 1.5e-8: Chroma makes them of unit
length again.

The file is gzipped JSON, a line for the library, one for each article, and one that holds the checksum of all before.
It is read twice: nothing is stored before all of it has been checked. Anyone may have written it, so it is believed
nothing: each article is checked to be one that a library can hold.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from config.errors import LibraryError, SettingsMismatch
from index.library import schema
from index.library.library import Library
from index.library.schema import Vectors
from index.types import ArticleRecord, IndexedArticle, Location, Passage, Sentence

FORMAT = "sanad-library-1"
UNPACKED_BYTES, UNPACKED_RATIO = 200_000_000, 50
"""The most bytes that an exported file may unpack to, and for each of its own: those of an honest one, mostly vectors,
become 2, many more where an article says one sentence over and over."""

_ID = re.compile("[0-9a-f]{12}")


def export_library(library: Library, path: Path) -> int:
    """Write all articles of all spaces to a file, whole or not at all; return how many.

    Raises: LibraryError if it cannot be written, or an article is damaged.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=path.name, delete=False) as file:
            try:
                count = _write(library, cast(BinaryIO, file))
                os.replace(file.name, path)  # noqa: PTH105  # a name that tempfile gave, not a path of ours
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise LibraryError(f"{str(path)!r} cannot be written: {error.strerror}; choose another place.") from error
    return count


def import_library(library: Library, path: Path) -> int:
    """Store all articles of an exported file as they were; return how many.

    Raises: LibraryError for a file that is damaged or none of ours; SettingsMismatch where it was made with others.
    """
    for _ in _read(library, path):
        pass
    count = 0
    for space, indexed, record in _read(library, path):
        library.space(space).restore(indexed, record)
        count += 1
    return count


def _write(library: Library, file: BinaryIO) -> int:
    checksum, count = hashlib.sha256(), 0
    with gzip.GzipFile("", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
        for values in _lines(library):
            line = json.dumps(values, ensure_ascii=False).encode() + b"\n"
            checksum.update(line)
            packed.write(line)
            count += "record" in values
        packed.write(json.dumps({"sha256": checksum.hexdigest()}).encode() + b"\n")
    return count


def _lines(library: Library) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "shape": library.settings.as_dict()}
    for name in library.spaces():
        space = library.space(name)
        for record in space.records():
            with space.snapshot() as snapshot:
                indexed = snapshot.load(record)
            if indexed is None or indexed.article.version != record.version:
                raise LibraryError(f"The article {record.id!r} is not whole; run `sanad verify`, then export again.")
            yield {
                "space": name,
                "id": record.id,
                "record": schema.record_values(record),
                "text": indexed.article.text,
                "places": [asdict(location) for location in indexed.article.locations],
                "sentences": [[one.paragraph, one.start, one.end] for one in indexed.sentences],
                "passages": [[one.first, one.last, one.start, one.end] for one in indexed.passages],
                "sentence_vectors": _packed(indexed.sentence_vectors),
                "passage_vectors": _packed(indexed.passage_vectors),
                "second_vectors": None if indexed.second_vectors is None else _packed(indexed.second_vectors),
            }


def _read(library: Library, path: Path) -> Iterator[tuple[str, IndexedArticle, ArticleRecord]]:
    """Read spaces, articles and records, checked one by one; the checksum of all stands at the end."""
    damaged = f"{str(path)!r} is damaged or no exported library; export it again with `sanad export FILE`."
    checksum, sealed, check = hashlib.sha256(), False, _ArticleCheck(library)
    try:
        room = UNPACKED_BYTES + UNPACKED_RATIO * path.stat().st_size
        with gzip.open(path, "rb") as packed:
            head = packed.readline(room)
            checksum.update(head)
            _check_head(json.loads(head), library, damaged)
            while line := packed.readline(max(room - packed.tell(), 0)):
                values = json.loads(line)
                if "sha256" in values:
                    sealed = values["sha256"] == checksum.hexdigest()
                    break
                checksum.update(line)
                space, (indexed, record) = values["space"], _from_values(values)
                check(space, indexed, record)
                yield space, indexed, record
    except FileNotFoundError as error:
        raise LibraryError(f"There is no file {str(path)!r}; check the path.") from error
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LibraryError(damaged) from error
    if not sealed:
        raise LibraryError(damaged)


def _check_head(head: dict[str, Any], library: Library, damaged: str) -> None:
    if head.get("format") != FORMAT:
        raise LibraryError(damaged)
    if head["shape"] != library.settings.as_dict():
        raise SettingsMismatch(
            f"The file was exported with other settings ({head['shape']!r} instead of {library.settings.as_dict()!r}); "
            "set them, or index the sources again."
        )


def _from_values(values: dict[str, Any]) -> tuple[IndexedArticle, ArticleRecord]:
    record = schema.record_from_values(values["id"], values["record"])
    locations = tuple(Location(**location) for location in values["places"])
    article, second = schema.article_from_record(record, values["text"], locations), values["second_vectors"]
    indexed = IndexedArticle(
        article,
        schema.sentences_at(article, values["sentences"]),
        schema.passages_at(article, values["passages"]),
        _unpacked(values["sentence_vectors"]),
        _unpacked(values["passage_vectors"]),
        None if second is None else _unpacked(second),
    )
    return indexed, record


def _packed(vectors: Vectors) -> dict[str, Any]:
    data = np.ascontiguousarray(vectors, "<f4")
    return {"shape": data.shape, "data": base64.b64encode(data.tobytes()).decode()}


def _unpacked(values: dict[str, Any]) -> Vectors:
    data = np.frombuffer(base64.b64decode(values["data"]), "<f4")
    vectors: Vectors = data.reshape(values["shape"]).astype(np.float32)
    return vectors


class _ArticleCheck:
    """Checks articles one by one; all must have vectors of the size of those in the library, or of the first."""

    def __init__(self, library: Library) -> None:
        self._has_second = library.settings.second != "none"
        self._sizes = _vector_sizes(library)

    def __call__(self, space: str, indexed: IndexedArticle, record: ArticleRecord) -> None:
        """Check one article. Raises: ValueError, TypeError."""
        _require(isinstance(space, str) and schema.SPACE_NAME.fullmatch(space) is not None, "space")
        _check_record(record, indexed)
        _check_parts(indexed)
        sizes = self._check_vectors(indexed)
        self._sizes = self._sizes or sizes
        _require(sizes == self._sizes, "sizes of vectors")

    def _check_vectors(self, indexed: IndexedArticle) -> tuple[int, ...]:
        _require((indexed.second_vectors is not None) == self._has_second, "second vectors")
        counts = (len(indexed.sentences), len(indexed.passages), len(indexed.sentences))
        for vectors, count in zip(indexed.vectors, counts, strict=False):
            _require(vectors.ndim == 2 and len(vectors) == count and schema.are_unit(vectors), "vectors")
        sizes = tuple(vectors.shape[1] for vectors in indexed.vectors)
        _require(sizes[0] == sizes[1], "sizes of vectors")
        return sizes


def _vector_sizes(library: Library) -> tuple[int, ...]:
    """Return the sizes of an article's vectors in the library, () where there is none."""
    for name in library.spaces():
        with library.space(name).snapshot() as snapshot:
            for record in snapshot.records(most=1):
                if indexed := snapshot.load(record):
                    return tuple(vectors.shape[1] for vectors in indexed.vectors)
    return ()


def _check_record(record: ArticleRecord, indexed: IndexedArticle) -> None:
    about, history = record.metadata, record.history
    texts = [record.id, record.title, record.source, record.version, record.indexed, record.origin, record.cluster]
    texts += [about.author, about.published, about.url, about.link, *about.tags, indexed.article.text]
    texts += [text for version in history for text in (version.version, version.indexed)]
    _require(all(isinstance(text, str) for text in texts), "texts")
    "".join(texts).encode()  # half a character cannot be stored
    _require(_ID.fullmatch(record.id) is not None and record.language in schema.LANGUAGES, "id and language")
    _require(record.cluster == "" or _ID.fullmatch(record.cluster) is not None, "cluster")
    _require(indexed.article.version == record.version, "version")
    counts = (len(indexed.sentences), len(indexed.passages))
    _require(counts == (record.sentences, record.passages) and min(counts) > 0, "counts")


def _check_parts(indexed: IndexedArticle) -> None:
    size, sentences, locations = len(indexed.article.text), indexed.sentences, indexed.article.locations
    parts: list[Sentence | Passage] = [*sentences, *indexed.passages]
    for one in parts:
        _require(_are_integers(one.start, one.end) and 0 <= one.start < one.end <= size, "offsets")
    _require(all(one.end <= two.start for one, two in pairwise(sentences)), "order of sentences")
    for sentence in sentences:
        _require(_are_integers(sentence.paragraph) and sentence.paragraph >= 0, "paragraphs")
    for passage in indexed.passages:
        _require(_are_integers(passage.first, passage.last), "passages")
        _require(0 <= passage.first < passage.last <= len(sentences), "passages")
    for location in locations:
        _require(_are_integers(location.start, location.page) and isinstance(location.heading, str), "locations")
        _require(0 <= location.start <= size and location.page >= 0, "locations")
    starts = [location.start for location in locations]
    _require(starts == sorted(starts), "order of locations")
    "".join(location.heading for location in locations).encode()


def _are_integers(*values: object) -> bool:
    return all(type(value) is int for value in values)


def _require(holds: bool, what: str) -> None:  # noqa: FBT001  # what is required comes first
    if not holds:
        raise ValueError(f"wrong {what}")
