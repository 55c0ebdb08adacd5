"""Trains the reader and writes it as an int8 ONNX file that shares the encoder's table of words.

    python -m training.reader --data FOLDER --out FOLDER [--all]

OUT holds what `training.encoder` wrote. The rate rises, stays, and falls to nothing over the last third of the steps
(Hägele et al. 2024), so a run that was stopped goes on exactly, and a finished one can be given more steps.
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from training.data import Corpus, Examples, Maker, load_corpus, load_examples, make_lexicon
from training.encoder import write_record
from training.export import WORDS_FILE, checksum, export
from training.model import Reader, make_trunk
from training.pause import wait
from training.source_model import load_source
from training.squad import JUDGED, checksums
from training.vocabulary import PAD, load_kept, load_tokenizer

WORDS = "trunk.words.weight"
"""Never trained and kept in no checkpoint: the encoder's."""

_POOL = 2000  # examples among which those of like length go into a batch together
_EVERY = 100  # steps between checkpoints
_REPORT = 25
_SAMPLES = 96  # examples by which the export knows the range of numbers
_AVERAGE = 0.998


@dataclass(frozen=True)
class Recipe:
    """How to train."""

    steps: int = 3600
    tokens: int = 6144
    """Pieces of a batch, padding included."""
    rate: float = 1.5e-4
    warm_up: int = 100
    fall: float = 0.35
    """The share of the steps over which the rate falls."""
    decay: float = 0.01
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Return the rate of a step, counted from 1."""
        left = (self.steps - step + 1) / max(1, round(self.fall * self.steps))
        return self.rate * min(1.0, step / self.warm_up, max(0.01, left))


@dataclass(frozen=True)
class Batch:
    """What is read at one step."""

    ids: Tensor
    parts: Tensor
    spans: Tensor
    kinds: list[str]


class Portions:
    """The portions of examples, made when they are needed and kept beside the checkpoints."""

    def __init__(self, data: Path, out: Path, *, everything: bool) -> None:
        self.data, self.out, self.everything = data, out, everything
        self._corpus: Corpus | None = None

    def load(self, number: int) -> Examples:
        """Return a portion: the same for the same number, also where the makers have changed since."""
        path = self.out / f"examples-{number}.npz"
        if not path.exists():
            self._corpus = self._corpus or load_corpus(self.data, everything=self.everything)
            lexicon = make_lexicon(self._corpus, self.out)
            Maker(self._corpus, load_tokenizer(self.out), lexicon, number).make().save(path)
        return load_examples(path)

    def batches(self, recipe: Recipe) -> Iterator[Batch]:
        """Yield batches without end, portion after portion."""
        for number in count():
            examples = self.load(number)
            for chosen in group(examples.lengths, recipe.tokens, recipe.seed + number):
                yield collate(examples, chosen)


def group(lengths: np.ndarray, tokens: int, seed: int) -> list[list[int]]:
    """Return batches of examples of like length, in random order, each of at most `tokens` pieces."""
    choose = random.Random(seed)
    order = list(range(len(lengths)))
    choose.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), _POOL):
        batch: list[int] = []
        for number in sorted(order[start : start + _POOL], key=lambda number: lengths[number]):
            if batch and lengths[number] * (len(batch) + 1) > tokens:
                batches.append(batch)
                batch = []
            batch.append(number)
        batches.append(batch)
    choose.shuffle(batches)
    return batches


def collate(examples: Examples, chosen: list[int]) -> Batch:
    """Return some examples, padded to the longest."""
    lengths = examples.lengths[chosen]
    ids = np.full((len(chosen), lengths.max()), PAD, np.int64)
    parts = np.zeros_like(ids)
    for row, number in enumerate(chosen):
        ids[row, : lengths[row]] = examples.ids[examples.starts[number] : examples.starts[number + 1]]
        parts[row, examples.firsts[number] : lengths[row] - 1] = 1
    spans = torch.from_numpy(examples.spans[chosen].astype(np.int64))
    return Batch(torch.from_numpy(ids), torch.from_numpy(parts), spans, examples.kinds[chosen].tolist())


class Training:
    """A run that can be stopped after any step and goes on from its last checkpoint."""

    def __init__(self, reader: Reader, recipe: Recipe, out: Path) -> None:
        self.reader, self.recipe = reader, recipe
        self.path = out / "reader.checkpoint"
        reader.get_parameter(WORDS).requires_grad_(False)  # noqa: FBT003 - its only parameter
        self.trained = [one for one in reader.parameters() if one.requires_grad]
        matrices, others = ([one for one in self.trained if (one.dim() > 1) == two] for two in (True, False))
        groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)
        self.step = 0
        self.average = {name: value.clone() for name, value in self._weights().items()}
        self.losses: dict[str, list[float]] = defaultdict(list)

    def _weights(self) -> dict[str, Tensor]:
        return {name: value for name, value in self.reader.state_dict().items() if name != WORDS}

    def load(self) -> None:
        """Go back to the last checkpoint, if there is one.

        Raises: SystemExit where its batches were others, so that it cannot go on exactly.
        """
        if not self.path.exists():
            return
        stored = torch.load(self.path, weights_only=True)
        if stored.get("tokens", self.recipe.tokens) != self.recipe.tokens:
            raise SystemExit(f"The checkpoint was trained with --tokens {stored['tokens']}; go on with the same.")
        self.reader.load_state_dict(stored["reader"], strict=False)
        self.optimiser.load_state_dict(stored["optimiser"])
        self.step, self.average = stored["step"], stored["average"]

    def save(self) -> None:
        """Write a checkpoint, whole or not at all."""
        partial = self.path.with_suffix(".partial")
        stored = {"reader": self._weights(), "optimiser": self.optimiser.state_dict()}
        torch.save(stored | {"step": self.step, "average": self.average, "tokens": self.recipe.tokens}, partial)
        partial.replace(self.path)

    def learn(self, batch: Batch) -> None:
        """Take one step."""
        self.step += 1
        for parameters in self.optimiser.param_groups:
            parameters["lr"] = self.recipe.rate_at(self.step)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.reader(batch.ids, batch.parts)
        first, last = (cross_entropy(logits[side], batch.spans[:, side], reduction="none") for side in (0, 1))
        losses = (first + last) / 2
        self.optimiser.zero_grad()
        torch.autograd.backward(losses.mean())
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimiser.step()
        keep = min(_AVERAGE, self.step / (self.step + 9))
        weights = self._weights()
        torch._foreach_lerp_(list(self.average.values()), [weights[name] for name in self.average], 1 - keep)
        for kind, loss in zip(batch.kinds, losses.tolist(), strict=True):
            self.losses[kind].append(loss)

    def report(self) -> str:
        """Return the loss of each kind of example since the last report."""
        everything = [loss for found in self.losses.values() for loss in found]
        kinds = ", ".join(f"{kind} {np.mean(found):.2f}" for kind, found in sorted(self.losses.items()))
        self.losses.clear()
        return f"{self.step}/{self.recipe.steps} loss {np.mean(everything):.3f} ({kinds})"


def make_reader(out: Path) -> Reader:
    """Return an untrained reader on the encoder's weights and pieces."""
    source = load_source()
    return Reader(make_trunk(source, load_kept(out, source)))


def load_reader(out: Path, *, averaged: bool = True) -> Reader:
    """Return the reader of the last checkpoint; averaged over steps it is better while the rate is high."""
    reader = make_reader(out)
    stored = torch.load(out / "reader.checkpoint", weights_only=True)
    reader.load_state_dict(stored["average" if averaged else "reader"], strict=False)
    return reader.eval()


def train(data: Path, out: Path, recipe: Recipe, *, everything: bool, pause: Path | None = None) -> None:
    """Train until all steps are taken, from the last checkpoint on. While the file `pause` exists, wait."""
    wait(pause)
    torch.manual_seed(recipe.seed)
    training = Training(make_reader(out), recipe, out)
    training.load()
    training.reader.train()
    began, first = time.monotonic(), training.step
    for batch in islice(Portions(data, out, everything=everything).batches(recipe), first, recipe.steps):
        wait(pause)
        training.learn(batch)
        if training.step % _REPORT == 0:
            print(training.report(), f"{(time.monotonic() - began) / (training.step - first):.2f} s a step", flush=True)
        if training.step % _EVERY == 0:
            training.save()
    training.save()


def export_reader(data: Path, out: Path, recipe: Recipe, *, everything: bool) -> None:
    """Write the last checkpoint as `reader.onnx` and what was done as `reader.json`."""
    examples = load_examples(out / "examples-0.npz")
    chosen = np.linspace(0, len(examples) - 1, _SAMPLES).astype(int).tolist()  # of every source and language
    batches = (collate(examples, chosen[first : first + 16]) for first in range(0, _SAMPLES, 16))
    export(load_reader(out), out / "reader.onnx", [(batch.ids, batch.parts) for batch in batches])
    write_record(
        out,
        "reader",
        f"python -m training.reader --data FOLDER --out OUT --steps {recipe.steps} --tokens {recipe.tokens}"
        + (" --all" if everything else ""),
        recipe=asdict(recipe),
        taken=torch.load(out / "reader.checkpoint", weights_only=True)["step"],
        **{"judged articles": "trained on" if everything else list(JUDGED)},
        data=checksums(data),
        examples={path.name: checksum(path) for path in sorted(out.glob("examples-*.npz"))},
        files={name: {"sha256": checksum(out / name)} for name in ("tokenizer.json", WORDS_FILE, "reader.onnx")},
    )


def main() -> None:
    """Train, export, and write what was done."""
    parser = argparse.ArgumentParser(prog="training.reader", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of data")
    parser.add_argument(
        "--out", type=Path, required=True, help="the folder of the encoder; checkpoints and reader go there"
    )
    parser.add_argument(
        "--all", action="store_true", help="with the judged articles: for what ships, never for figures"
    )
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--tokens", type=int, default=Recipe.tokens, help="pieces of a batch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export", action="store_true", help="write the last checkpoint as it is, and train no more")
    parser.add_argument("--pause", type=Path, help="wait while this file exists")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    recipe = Recipe(steps=given.steps, tokens=given.tokens)
    if not given.export:
        train(given.data, given.out, recipe, everything=given.all, pause=given.pause)
    export_reader(given.data, given.out, recipe, everything=given.all)


if __name__ == "__main__":
    main()
