"""Figures of the reader's second head: claims on sentences that no claim was trained on.

    python -m training.judge_claims --data FOLDER --out FOLDER [--encoder FOLDER] [--second]

The sentences are the news that was kept out and those of the judged articles. A threshold is chosen for each direction
so that nine of ten plain right claims pass. Then by kind of divergence: the area under the ROC curve between its right
and its wrong ones (the plain right ones, where it has none), the share of wrong ones refused and of right ones passed.
Beside it the cosine of the encoder's vectors, and with `--second` that of the second encoder which the product asks
today, each by the best of the whole text, its sentences and its clauses.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.claims import ANSWER, KEPT_OUT, TRANSLATION, Claim, ClaimMaker
from training.data import Corpus, load_corpus, make_lexicon
from training.judge import area
from training.pause import wait
from training.session import SentenceVectors, make_session, pad
from training.squad import DIRECTIONS, is_judged, load_parallel, load_questions
from training.vocabulary import load_tokenizer
from training.windows import encode

Floats = NDArray[np.float32]
Score = Callable[[Sequence[Claim]], Floats]

PASSED = 0.9
"""The share of plain right claims that the threshold lets pass."""
PLAIN = (TRANSLATION, "shortened", ANSWER)
"""Kinds whose right claims are as people write them; of others they are controls."""
MOST = 40
"""Claims of each kind and direction, at most."""

_CLAUSES = re.compile(r"[,،;؛:]\s|(?<=[.!?؟])\s")
_BATCH = 16
_PORTIONS = (17, 18, 19)


class ClaimReader:
    """The exported reader on claims and texts."""

    def __init__(self, folder: Path, *, threads: int = 2, pause: Path | None = None) -> None:
        self._session = make_session(folder / "reader.onnx", threads=threads)
        self._tokenizer = load_tokenizer(folder)
        self._pause = pause

    def __call__(self, claims: Sequence[Claim]) -> Floats:
        """(n,) logits that the texts carry the claims."""
        rows = [encode(self._tokenizer, one.claim, one.text, question_limit=200) for one in claims]
        order = sorted(range(len(rows)), key=lambda number: len(rows[number].ids))
        scores = np.zeros(len(rows), np.float32)
        for start in range(0, len(order), _BATCH):
            wait(self._pause)
            chosen = order[start : start + _BATCH]
            inputs = {
                "ids": pad([rows[number].ids for number in chosen]),
                "parts": pad([rows[number].parts for number in chosen], 0),
            }
            scores[chosen] = self._session.run(["carries"], inputs)[0]
        return scores


def cosines(encode_texts: Callable[[list[str]], Floats]) -> Score:
    """Return a measure: the cosine of a claim with the text or that part of it which is nearest."""

    def measure(claims: Sequence[Claim]) -> Floats:
        held = [[one.claim, one.text, *_parts(one.text)] for one in claims]
        texts = sorted({text for texts in held for text in texts})
        places = {text: place for place, text in enumerate(texts)}
        vectors = encode_texts(texts)
        found = [vectors[[places[text] for text in texts]] for texts in held]
        return np.array([float((some[1:] @ some[0]).max()) for some in found], np.float32)

    return measure


def _parts(text: str) -> list[str]:
    """Return the sentences and clauses of a text."""
    return [part for part in _CLAUSES.split(text) if len(part.split()) > 2]


def load_kept_out(data: Path, encoder: Path) -> list[Claim]:
    """Return claims on the sentences that were kept out, at most `MOST` of a kind, direction and label."""
    corpus = Corpus([one for one in load_questions(data) if is_judged(one.title)], load_parallel(data)[-KEPT_OUT:])
    lexicon = make_lexicon(load_corpus(data, everything=False), encoder)
    maker = ClaimMaker(corpus, [corpus.news, *corpus.sentence_pairs], lexicon, switched=0.0)
    made = {claim: None for portion in _PORTIONS for claim in maker.make(portion)}  # each once, in order
    counted: Counter[tuple[str, str, bool]] = Counter()
    kept = []
    for claim in made:
        key = claim.kind, claim.direction, claim.carried
        counted[key] += 1
        if counted[key] <= MOST and len(claim.text) < 1000:
            kept.append(claim)
    return kept


def judge(claims: Sequence[Claim], measures: dict[str, Score]) -> dict[str, dict[str, dict[str, float]]]:
    """Return by direction, by kind, for each measure its area and the share of the wrong that is refused."""
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for direction in DIRECTIONS:
        here = [one for one in claims if one.direction == direction]
        if not here:
            continue
        right = np.array([one.carried for one in here])
        kinds = np.array([one.kind for one in here])
        plain = right & np.isin(kinds, PLAIN)
        table: dict[str, dict[str, float]] = {}
        for name, measure in measures.items():
            scores = measure(here)
            limit = np.quantile(scores[plain], 1 - PASSED)
            passed = scores >= limit
            for kind in ("all", *sorted(set(kinds))):
                of_kind = np.ones_like(right) if kind == "all" else kinds == kind
                wrong, alike = of_kind & ~right, of_kind & right
                row = table.setdefault(kind, {"right": int(alike.sum()), "wrong": int(wrong.sum())})
                if wrong.any():
                    row[f"{name}, area"] = round(
                        area(scores[alike if alike.any() else plain].tolist(), scores[wrong].tolist()), 3
                    )
                    row[f"{name}, refused"] = round(float(1 - passed[wrong].mean()), 3)
                if alike.any():
                    row[f"{name}, passed"] = round(float(passed[alike].mean()), 3)
            row = table["all"]
            row[f"{name}, threshold"] = round(float(limit), 3)
            row[f"{name}, precision"] = round(float(right[passed].mean()), 3)
        figures[direction] = table
    return figures


def show(figures: dict[str, dict[str, dict[str, float]]], names: Sequence[str]) -> None:
    """Print a table for each direction."""
    heads = ("area", "refused", "passed")
    for direction, table in figures.items():
        row = table["all"]
        said = [
            f"{name}: threshold {row[f'{name}, threshold']:g}, precision {row[f'{name}, precision']:g}"
            for name in names
        ]
        totals = ", ".join(said)
        print(f"\n{direction}; {totals}\n")
        print("| | right | wrong | " + " | ".join(f"{name}, {head}" for name in names for head in heads) + " |")
        print("|" + "---|" * (3 + len(names) * len(heads)))
        for kind, row in table.items():
            cells = [row.get(f"{name}, {head}") for name in names for head in heads]
            written = " | ".join("" if cell is None else f"{cell:.3f}" for cell in cells)
            print(f"| {kind} | {row['right']} | {row['wrong']} | {written} |")


def main() -> None:
    """Print the figures and write those of the reader into its record."""
    parser = argparse.ArgumentParser(prog="training.judge_claims", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of data")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the reader")
    parser.add_argument("--encoder", type=Path, help="the folder of encoder.onnx, to print its cosine beside")
    parser.add_argument("--second", action="store_true", help="print the cosine of the product's second encoder beside")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pause", type=Path, help="wait while this file exists")
    given = parser.parse_args()
    record_path = given.out / "reader.json"
    record = json.loads(record_path.read_text("utf-8"))
    if record.get("judged articles") == "trained on":
        raise SystemExit(f"The reader in {str(given.out)!r} was trained on these sentences; train one without --all.")
    claims = load_kept_out(given.data, given.out)
    measures: dict[str, Score] = {"reader": ClaimReader(given.out, threads=given.threads, pause=given.pause)}
    if given.encoder:
        measures["e5"] = cosines(SentenceVectors(given.encoder, threads=given.threads).passages)
    if given.second:
        measures["second"] = cosines(_second_encoder())
    figures = judge(claims, measures)
    show(figures, list(measures))
    record["claims"] = figures
    record_path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _second_encoder() -> Callable[[list[str]], Floats]:
    from index.models.encoder import SentenceEncoder

    return SentenceEncoder().encode


if __name__ == "__main__":
    main()
