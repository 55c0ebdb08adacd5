"""A library ↔ one file: what is stored, vectors too, with checksums.

Two exports of one library are the same bytes. Numbers of vectors come back to within 1.5e-8: Chroma makes them of unit
length again. What an imported file must hold is `index.library.export_checks`'s.

The file is gzipped JSON, a line for the library, one for each article, and one that holds the checksum of all before.
It is read twice: nothing is stored before all of it has been checked.
"""

import base64
import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from config.errors import LibraryError, SettingsMismatch
from index.library.export_checks import Inspector
from index.library.library import Library
from index.library.records import from_values, to_values
from index.models.choose import Vectors
from index.types import Article, IndexedArticle, Location, Passage, Sentence

FORMAT = "sanad-library-1"
ROOM, MOST_UNPACKED = 200_000_000, 50
"""The most bytes that an exported file may unpack to, and for each of its own: those of an honest one, mostly vectors,
become 2, many more where an article says one sentence over and over."""


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
    for _ in _lines(library, path):
        pass
    count = 0
    for values in _lines(library, path):
        indexed, record = _from_values(values)
        library.space(values["space"]).restore(indexed, record)
        count += 1
    return count


def _write(library: Library, file: BinaryIO) -> int:
    checksum, count = hashlib.sha256(), 0
    with gzip.GzipFile("", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
        for values in _values(library):
            line = json.dumps(values, ensure_ascii=False).encode() + b"\n"
            checksum.update(line)
            packed.write(line)
            count += "record" in values
        packed.write(json.dumps({"sha256": checksum.hexdigest()}).encode() + b"\n")
    return count


def _values(library: Library) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "shape": library.settings.as_dict()}
    for name in library.spaces():
        space = library.space(name)
        for record in space.records():
            with space.snapshot() as snapshot:
                indexed = snapshot.load(record)
            if indexed is None or indexed.article.version != record.version:
                raise LibraryError(f"The article {record.id!r} is not whole; run `sanad verify`, then export again.")
            yield {"space": name, "id": record.id, "record": to_values(record), **_to_values(indexed)}


def _to_values(indexed: IndexedArticle) -> dict[str, Any]:
    return {
        "text": indexed.article.text,
        "places": [asdict(place) for place in indexed.article.locations],
        "sentences": [[one.paragraph, one.start, one.end] for one in indexed.sentences],
        "passages": [[one.first, one.last, one.start, one.end] for one in indexed.passages],
        "sentence_vectors": _packed(indexed.sentence_vectors),
        "passage_vectors": _packed(indexed.passage_vectors),
        "second_vectors": None if indexed.second_vectors is None else _packed(indexed.second_vectors),
    }


def _from_values(values: dict[str, Any]) -> tuple[IndexedArticle, Any]:
    record, text = from_values(values["id"], values["record"]), values["text"]
    places = tuple(Location(**place) for place in values["places"])
    about = (record.language, record.metadata, places, record.origin)
    article = Article(record.id, record.title, record.source, text, *about)
    sentences = tuple(
        Sentence(record.id, position, paragraph, start, end, text[start:end])
        for position, (paragraph, start, end) in enumerate(values["sentences"])
    )
    passages = tuple(
        Passage(record.id, position, first, last, start, end, text[start:end])
        for position, (first, last, start, end) in enumerate(values["passages"])
    )
    second = values["second_vectors"]
    return (
        IndexedArticle(
            article,
            sentences,
            passages,
            _unpacked(values["sentence_vectors"]),
            _unpacked(values["passage_vectors"]),
            None if second is None else _unpacked(second),
        ),
        record,
    )


def _lines(library: Library, path: Path) -> Iterator[dict[str, Any]]:
    """The articles' lines, checked one by one; the checksum of all stands at the end."""
    damaged = f"{str(path)!r} is damaged or no exported library; export it again with `sanad export FILE`."
    checksum, sealed, check = hashlib.sha256(), False, Inspector(library)
    try:
        room = ROOM + MOST_UNPACKED * path.stat().st_size
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
                indexed, record = _from_values(values)
                check(values["space"], indexed, record)
                yield values
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


def _packed(vectors: Vectors) -> dict[str, Any]:
    data = np.ascontiguousarray(vectors, "<f4")
    return {"shape": data.shape, "data": base64.b64encode(data.tobytes()).decode()}


def _unpacked(values: dict[str, Any]) -> Vectors:
    vectors: Vectors = (
        np.frombuffer(base64.b64decode(values["data"]), "<f4").reshape(values["shape"]).astype(np.float32)
    )
    return vectors
