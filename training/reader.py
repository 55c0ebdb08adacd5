"""Trains the reader and writes it as an int8 ONNX file that shares the encoder's table of words.

    python -m training.reader --data FOLDER --out FOLDER [--all]
    python -m training.reader --data FOLDER --out OTHER --from FOLDER --claims [--portion N] [--all]

OUT holds what `training.encoder` wrote. The rate rises, stays, and falls to nothing over the last third of the steps
(Hägele et al. 2024), so a run that was stopped goes on exactly, and a finished one can be given more steps. With
`--from` a run begins with the weights of another; with `--claims` some of its steps train the second head.
"""

import argparse
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, softplus

from training.batches import Batch, Portions, collate
from training.claims import ClaimExamples
from training.data import Examples
from training.encoder import write_record
from training.export import WORDS_FILE, checksum, export
from training.model import Reader, make_trunk
from training.pause import wait
from training.rows import Rows
from training.source_model import load_source
from training.squad import JUDGED, checksums
from training.vocabulary import load_kept

WORDS = "trunk.words.weight"
"""Never trained and kept in no checkpoint: the encoder's."""

_EVERY = 100  # steps between checkpoints
_REPORT = 25
_SAMPLES = 96  # examples by which the export knows the range of numbers
_AVERAGE = 0.998
_CLAIMS = 0.25
_BATCHES = ("tokens", "claims", "portion")  # of the recipe: which batches are read


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
    claims: float = 0.0
    """The share of the steps that read claims."""
    portion: int = 0
    """The first portion of examples; a run that begins with another's weights reads others."""

    def rate_at(self, step: int) -> float:
        """Return the rate of a step, counted from 1."""
        left = (self.steps - step + 1) / max(1, round(self.fall * self.steps))
        return self.rate * min(1.0, step / self.warm_up, max(0.01, left))


class Training:
    """A run that can be stopped after any step and goes on from its last checkpoint."""

    def __init__(self, reader: Reader, recipe: Recipe, out: Path) -> None:
        self.reader, self.recipe = reader, recipe
        self.path = out / "reader.checkpoint"
        reader.get_parameter(WORDS).requires_grad_(False)  # noqa: FBT003 - its only parameter
        if not recipe.claims:  # so that the checkpoint is what it was before there was a second head
            for parameter in reader.claim_head:
                parameter.requires_grad_(False)  # noqa: FBT003
        self.trained = [one for one in reader.parameters() if one.requires_grad]
        matrices, others = ([one for one in self.trained if (one.dim() > 1) == two] for two in (True, False))
        groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)
        self.step = 0
        self.started_from = ""
        self.average = {name: value.clone() for name, value in self._weights().items()}
        self.losses: dict[str, list[float]] = defaultdict(list)

    def _weights(self) -> dict[str, Tensor]:
        return {name: value for name, value in self.reader.state_dict().items() if name != WORDS}

    def load(self) -> bool:
        """Go back to the last checkpoint; whether there is one.

        Raises: SystemExit where its batches were others, so that it cannot go on exactly.
        """
        if not self.path.exists():
            return False
        stored = torch.load(self.path, weights_only=True)
        for name in _BATCHES:
            ours = getattr(self.recipe, name)
            theirs = stored.get(name, ours if name == "tokens" else 0)  # older checkpoints do not say
            if ours != theirs:
                raise SystemExit(f"The checkpoint was trained with --{name} {theirs}; go on with the same.")
        self.reader.load_state_dict(stored["reader"], strict=False)
        self.optimiser.load_state_dict(stored["optimiser"])
        self.step, self.average = stored["step"], stored["average"]
        self.started_from = stored.get("started from", "")
        return True

    def start_from(self, path: Path) -> None:
        """Begin with the weights of another run's checkpoint, averaged over its steps."""
        self.reader.load_state_dict(torch.load(path, weights_only=True)["average"], strict=False)
        self.average = {name: value.clone() for name, value in self._weights().items()}
        self.started_from = checksum(path)

    def save(self) -> None:
        """Write a checkpoint, whole or not at all."""
        partial = self.path.with_suffix(".partial")
        stored = {"reader": self._weights(), "optimiser": self.optimiser.state_dict(), "average": self.average}
        stored |= {name: getattr(self.recipe, name) for name in _BATCHES}
        torch.save(stored | {"step": self.step, "started from": self.started_from}, partial)
        partial.replace(self.path)

    def learn(self, batch: Batch) -> None:
        """Take one step."""
        self.step += 1
        for parameters in self.optimiser.param_groups:
            parameters["lr"] = self.recipe.rate_at(self.step)
        losses = self._losses(batch)
        self.optimiser.zero_grad()
        torch.autograd.backward(losses.mean())
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimiser.step()
        keep = min(_AVERAGE, self.step / (self.step + 9))
        weights = self._weights()
        torch._foreach_lerp_(list(self.average.values()), [weights[name] for name in self.average], 1 - keep)
        for kind, loss in zip(batch.kinds, losses.tolist(), strict=True):
            self.losses[kind].append(loss)

    def _losses(self, batch: Batch) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            *logits, carried = self.reader(batch.ids, batch.parts)
        if batch.carried is not None and batch.families is not None:
            return claim_losses(carried, batch.carried, batch.families)
        if batch.spans is None:
            raise ValueError("a batch has spans or claims")
        first, last = (cross_entropy(logits[side], batch.spans[:, side], reduction="none") for side in (0, 1))
        losses = (first + last) / 2
        if batch.families is not None:
            losses += rival_losses((logits[0], logits[1]), batch.spans, batch.families)
        return losses

    def report(self) -> str:
        """Return the loss of each kind of example since the last report."""
        everything = [loss for found in self.losses.values() for loss in found]
        kinds = ", ".join(f"{kind} {np.mean(found):.2f}" for kind, found in sorted(self.losses.items()))
        self.losses.clear()
        return f"{self.step}/{self.recipe.steps} loss {np.mean(everything):.3f} ({kinds})"


def rival_losses(logits: tuple[Tensor, Tensor], spans: Tensor, families: Tensor) -> Tensor:
    """Return the loss of each answer among all places of its family's windows; 0 for a window without one.

    Without it each window is judged by itself, and the best span of many is high by chance.
    """
    same = families[:, None] == families
    rivals = (same.sum(1) > 1) & (spans[:, 0] > 0)
    losses = torch.zeros(len(families))
    for side, place in zip(logits, spans.T, strict=True):
        windows = torch.logsumexp(side[:, 1:], 1)
        family = torch.logsumexp(windows.masked_fill(~same, -torch.inf), 1)
        losses += torch.where(rivals, family - side.gather(1, place[:, None])[:, 0], 0.0) / 2
    return losses


def claim_losses(logits: Tensor, carried: Tensor, families: Tensor) -> Tensor:
    """Return the loss of each claim: whether it is carried, and whether those of its family that are stand above.

    What two claims of a family have in common says nothing; their order is learned sooner than the threshold.
    """
    losses = binary_cross_entropy_with_logits(logits, carried, reduction="none")
    rivals = (families[:, None] == families) & (carried[:, None] > carried)
    behind = softplus(logits - logits[:, None]) * rivals
    pairs = rivals + rivals.T
    return losses + (behind + behind.T).sum(1) / pairs.sum(1).clamp_min(1)


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


def train(
    data: Path, out: Path, recipe: Recipe, *, everything: bool, source: Path | None = None, pause: Path | None = None
) -> None:
    """Train until all steps are taken, from the last checkpoint on, or at first from that in the folder `source`.

    While the file `pause` exists, wait.
    """
    wait(pause)
    torch.manual_seed(recipe.seed)
    training = Training(make_reader(out), recipe, out)
    if not training.load() and source:
        training.start_from(source / "reader.checkpoint")
    training.reader.train()
    began, first = time.monotonic(), training.step
    portions = Portions(data, out, everything=everything)
    batches = portions.batches(tokens=recipe.tokens, first=recipe.portion, seed=recipe.seed, claims=recipe.claims)
    for batch in islice(batches, first, recipe.steps):
        wait(pause)
        training.learn(batch)
        if training.step % _REPORT == 0:
            print(training.report(), f"{(time.monotonic() - began) / (training.step - first):.2f} s a step", flush=True)
        if training.step % _EVERY == 0:
            training.save()
    training.save()


def take_files(source: Path, out: Path) -> None:
    """Copy from another run's folder what the encoder's command wrote, where it is not in `out` yet."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", WORDS_FILE, "encoder.onnx", "lexicon.json"):
        if (source / name).exists() and not (out / name).exists():
            shutil.copyfile(source / name, out / name)


def export_reader(data: Path, out: Path, recipe: Recipe, *, everything: bool) -> None:
    """Write the last checkpoint as `reader.onnx` and what was done as `reader.json`."""
    examples: list[Rows] = [Examples.load(out / f"examples-{recipe.portion}.npz")]
    if recipe.claims:
        examples.append(ClaimExamples.load(out / f"claims-{recipe.portion}.npz"))
    batches = [batch for rows in examples for batch in _samples(rows, _SAMPLES // len(examples))]
    export(load_reader(out), out / "reader.onnx", [(batch.ids, batch.parts) for batch in batches])
    stored = torch.load(out / "reader.checkpoint", weights_only=True)
    kept = [path for name in ("examples", "claims") for path in sorted(out.glob(f"{name}-*.npz"))]
    write_record(
        out,
        "reader",
        f"python -m training.reader --data FOLDER --out OUT --steps {recipe.steps} --tokens {recipe.tokens}"
        + (f" --rate {recipe.rate}" if recipe.rate != Recipe.rate else "")
        + (f" --portion {recipe.portion}" if recipe.portion else "")
        + (f" --claims {recipe.claims}" if recipe.claims else "")
        + (" --from OTHER" if stored.get("started from") else "")
        + (" --all" if everything else ""),
        recipe=asdict(recipe),
        taken=stored["step"],
        **{
            "started from": stored.get("started from", ""),
            "judged articles": "trained on" if everything else list(JUDGED),
        },
        data=checksums(data),
        examples={path.name: checksum(path) for path in kept},
        files={name: {"sha256": checksum(out / name)} for name in ("tokenizer.json", WORDS_FILE, "reader.onnx")},
    )


def _samples(examples: Rows, size: int) -> Iterator[Batch]:
    """Yield some examples of every source, kind and language, by which the export knows the range of numbers."""
    chosen = np.linspace(0, len(examples) - 1, size).astype(int).tolist()
    return (collate(examples, chosen[first : first + 16]) for first in range(0, size, 16))


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
    parser.add_argument("--rate", type=float, default=Recipe.rate, help="the highest rate of learning")
    parser.add_argument("--from", dest="source", type=Path, help="begin with the weights of the reader in this folder")
    parser.add_argument(
        "--claims", type=float, nargs="?", const=_CLAIMS, default=0.0, metavar="SHARE",
        help=f"train the second head too, at this share of the steps ({_CLAIMS} if none is given)",
    )  # fmt: skip
    parser.add_argument("--portion", type=int, default=0, help="the number of the first portion of examples")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export", action="store_true", help="write the last checkpoint as it is, and train no more")
    parser.add_argument("--pause", type=Path, help="wait while this file exists")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    recipe = Recipe(steps=given.steps, tokens=given.tokens, rate=given.rate, claims=given.claims, portion=given.portion)
    if given.source:
        take_files(given.source, given.out)
    if not given.export:
        train(given.data, given.out, recipe, everything=given.all, source=given.source, pause=given.pause)
    export_reader(given.data, given.out, recipe, everything=given.all)


if __name__ == "__main__":
    main()
